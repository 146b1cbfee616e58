//! `attendant recommend`: learn from a shop's order history, and measure what was learned.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use attendant::pack::Pack;
use attendant::pack::import::{Mistakes, ShopSource};
use attendant::protocol::{Language, ShopperAction, ShopperEvent, Surface};
use attendant::recommend::evaluate::{Beside, Gain, Report, evaluate};
use attendant::recommend::interactions::Interactions;
use attendant::recommend::log::{DAY_MS, Log, Record};
use attendant::recommend::model::{MIN_SHOPPERS, Model, ReadyTables};
use attendant::recommend::models::Scorer;
use attendant::recommend::read::{read_events, read_items, read_tables};
use attendant::recommend::release::{Budget, Noise, Open, Release, choose, release};
use attendant::recommend::tables::Traits;
use attendant::recommend::transformer::{Transformer, TransformerConfig};
use attendant::recommend::tune::others_shares;
use attendant::recommend::{Recommender, Shopper};

/// Learn recommendations from a shop's order history, and measure them.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Writes the model that a pack carries.
    Train {
        /// CSV or Parquet user,item,timestamp[,event,quantity,price], lines `user item item …`, or Shopify's order
        /// export.
        #[arg(long)]
        events: PathBuf,
        /// CSV item,title,… or a JSON object of attributes by item.
        #[arg(long)]
        items: Option<PathBuf>,
        #[command(flatten)]
        privacy: PrivacyArgs,
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Shows what a shopper would be shown at a place, from a pack: the shop's rules at work.
    Preview(Preview),
    /// Measures every model and their blend, over a full ranking of the catalogue.
    #[command(group(clap::ArgGroup::new("data").required(true).args(["train", "leave_one_out"])))]
    Eval {
        #[arg(long, requires = "test")]
        train: Option<PathBuf>,
        /// A user's items in it are one basket to foretell.
        #[arg(long, requires = "train")]
        test: Option<PathBuf>,
        /// Takes each user's last basket of --sequences as the test.
        #[arg(long, requires = "sequences", conflicts_with_all = ["train", "test"])]
        leave_one_out: bool,
        #[arg(long, requires = "leave_one_out")]
        sequences: Option<PathBuf>,
        #[arg(long)]
        items: Option<PathBuf>,
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
        k: u16,
        /// Only what a user never had is recommended and wanted.
        #[arg(long)]
        new_only: bool,
        /// Adds a row for the tables as a pack would carry them, under the privacy that these options ask for.
        #[arg(long)]
        released: bool,
        /// Leaves out the transformer, whose training takes longest.
        #[arg(long)]
        without_transformer: bool,
        #[command(flatten)]
        privacy: PrivacyArgs,
        #[arg(long)]
        json: bool,
    },
}

/// How well customers are hidden in tables.
#[derive(Clone, Debug, clap::Args)]
pub struct PrivacyArgs {
    /// The privacy budget of each customer: all that tables tell of one changes chances by at most e^EPSILON. Smaller
    /// hides better and teaches less.
    #[arg(long, default_value_t = Budget::default().epsilon, value_parser = read_epsilon)]
    epsilon: f64,
    /// Items and pairs that fewer customers took are left out.
    #[arg(long, default_value_t = Budget::default().min_customers, value_parser = clap::value_parser!(u32).range(2..))]
    min_customers: u32,
    /// Draws the same noise each time: for tests only, since who knows the seed can take the noise away.
    #[arg(long)]
    seed: Option<u64>,
}

fn read_epsilon(text: &str) -> Result<f64, String> {
    let epsilon = text.parse().ok().filter(|epsilon: &f64| (0.01..=32.0).contains(epsilon));
    epsilon.ok_or_else(|| "a number from 0.01 to 32 is asked for: more would hide nobody".to_owned())
}

impl PrivacyArgs {
    fn budget(&self) -> Budget {
        Budget { epsilon: self.epsilon, min_customers: self.min_customers, ..Budget::default() }
    }

    fn noise(&self) -> Noise {
        self.seed.map_or_else(Noise::of_system, Noise::of_seed)
    }
}

/// A pack's order history and how to hide its customers, or what was made of it.
pub enum Orders {
    History(Box<Interactions>, PrivacyArgs),
    /// Counted elsewhere.
    Ready(ReadyTables),
    Tables(Vec<u8>),
}

/// What a pack is to be taught: of the command line, else of the file that shop.toml names.
pub fn orders_of(
    shop: &ShopSource,
    dir: &Path,
    events: Option<PathBuf>,
    tables: Option<PathBuf>,
    privacy: PrivacyArgs,
) -> anyhow::Result<Option<Orders>> {
    if let Some(folder) = tables.as_ref().filter(|tables| tables.is_dir()) {
        return Ok(Some(Orders::Ready(or_exit(read_tables(folder)))));
    }
    if let Some(tables) = tables {
        let bytes = std::fs::read(&tables).with_context(|| format!("cannot read {}", tables.display()))?;
        let model = Model::read(&bytes).with_context(|| format!("{} holds no tables", tables.display()))?;
        let Some(statement) = model.statement() else {
            bail!("{} does not hide customers: make it again with `recommend train`", tables.display());
        };
        println!("{statement}");
        return Ok(Some(Orders::Tables(bytes)));
    }
    let events = events.or_else(|| shop.events.as_ref().map(|events| dir.join(events)));
    Ok(events.map(|events| Orders::History(Box::new(or_exit(read_events(&events))), privacy)))
}

impl Orders {
    /// Puts what the orders teach into `shop`. `pack` is the shop's, without it: its vectors are what the share of
    /// others is weighed against, on each customer's last order.
    pub fn teach(self, shop: &mut ShopSource, pack: &[u8]) -> anyhow::Result<()> {
        /// 6 MB for 10,000 products.
        const MAX_BYTES_A_PRODUCT: usize = 600;
        // Popularity counts from the last day on: one order of next year would hide it until then.
        let today = attendant::platform::clock::unix_ms() / DAY_MS;
        let bytes = match self {
            Orders::Tables(bytes) => bytes,
            Orders::Ready(tables) => {
                let known: HashSet<&str> = shop.products.iter().map(|product| product.id.as_str()).collect();
                let n_counted = tables.items.len();
                if f64::from(tables.until_day) > today + 1.0 {
                    bail!("the tables count orders of days to come: correct their times");
                }
                let (model, kept) = tables.into_model(MIN_SHOPPERS, |item| known.contains(item));
                if model.items.is_empty() {
                    bail!(
                        "none of the {n_counted} items in the tables is in products.csv with {MIN_SHOPPERS} shoppers: are these its ids?"
                    );
                }
                println!(
                    "{} of {n_counted} items in the tables, {} pairs; fewer than {MIN_SHOPPERS} shoppers stand behind {} items \
                     and {} pairs, which are left out",
                    kept.items, kept.pairs, kept.rare_items, kept.rare_pairs
                );
                println!("they are not noised: who counted them answers for it that no customer can be found in them");
                model.write()
            }
            Orders::History(all, privacy) => {
                // Of the catalogue, which is open, all products are there, ordered or not.
                let known: BTreeMap<String, String> =
                    shop.products.iter().map(|product| (product.id.clone(), String::new())).collect();
                let mut data = all.only(|item| known.contains_key(item));
                if data.users.is_empty() {
                    bail!(
                        "none of the {} items in the order history is in products.csv: are these its ids?",
                        all.items.len()
                    );
                }
                if data.has_clock && data.end() > today + 1.0 {
                    bail!("the order history holds orders of days to come: correct their times");
                }
                println!("{} of {} items in the order history are in the catalogue", data.items.len(), all.items.len());
                data.describe(&known);
                let mut noise = privacy.noise();
                let Release { model, judges, rho_left } =
                    release(&data, Open { items: true, texts: &[] }, &privacy.budget(), &mut noise);
                if let Some(statement) = model.statement() {
                    println!("{statement}");
                }
                if !(0..model.items.len() as u32).any(|item| model.is_taken(item)) {
                    println!("the customers are too few to tell of any of them: a pack without tables");
                    return Ok(());
                }
                let bytes = model.write();
                let embeddings = Pack::open(pack)?.embeddings()?;
                let judge = Recommender::new(&shop.products, embeddings.as_ref(), Some(model), shop.ranking.clone());
                let (before, last) = data.split_last();
                // Who is one of them is decided by their own name; a limit on them changes one for another.
                const MAX_CASES: usize = 500;
                let judges: HashSet<usize> = judges.into_iter().take(MAX_CASES).collect();
                let mut cases = before.cases(&last);
                cases.retain(|case| case.user.is_some_and(|user| judges.contains(&user)));
                let shares = others_shares(&judge, &cases, &before.items);
                if let Some(tenths) = choose(&shares, rho_left, &mut noise) {
                    shop.ranking.others_share = tenths as f32 / 10.0;
                    println!("others count {:.1} beside likeness", shop.ranking.others_share);
                }
                bytes
            }
        };
        println!("what orders teach: {} bytes", bytes.len());
        let limit = MAX_BYTES_A_PRODUCT * shop.products.len().max(100);
        if bytes.len() > limit {
            bail!(
                "what orders teach takes {} bytes, more than {limit} for {} products",
                bytes.len(),
                shop.products.len()
            );
        }
        shop.tables = Some(bytes);
        Ok(())
    }
}

/// What a shopper would be shown: the shop's rules at work, on a pack as it will be served.
#[derive(clap::Args)]
pub struct Preview {
    #[arg(long)]
    pack: PathBuf,
    /// What the shopper did: CSV action,product,minutes_ago (GA4's names), oldest first; none for a newcomer.
    #[arg(long)]
    events: Option<PathBuf>,
    /// home, cart, again, similar:ID or goes_with:ID.
    #[arg(long, default_value = "home", value_parser = read_surface)]
    surface: Surface,
    #[arg(long, default_value_t = 8)]
    limit: usize,
    #[arg(long)]
    json: bool,
}

fn read_surface(text: &str) -> Result<Surface, String> {
    match text.split_once(':') {
        None if text == "home" => Ok(Surface::Home),
        None if text == "cart" => Ok(Surface::Cart),
        None if text == "again" => Ok(Surface::Again),
        Some(("similar", id)) => Ok(Surface::Similar { product: id.into() }),
        Some(("goes_with", id)) => Ok(Surface::GoesWith { product: id.into() }),
        _ => Err("use home, cart, again, similar:ID or goes_with:ID".into()),
    }
}

fn preview(preview: Preview) -> anyhow::Result<()> {
    let bytes = std::fs::read(&preview.pack).with_context(|| format!("cannot read {}", preview.pack.display()))?;
    let pack = Pack::open(bytes)?;
    let model = pack.tables().map(Model::read).transpose()?;
    match model.as_ref().map(Model::statement) {
        Some(Some(statement)) => eprintln!("{statement}"),
        Some(None) => eprintln!(
            "these tables are not noised: rare items and pairs are left out, and that is all that hides a customer"
        ),
        None => {}
    }
    let products = pack.products()?;
    let recommender = Recommender::new(&products, pack.embeddings()?.as_ref(), model, pack.ranking()?);
    let now_ms = attendant::platform::clock::unix_ms();
    let records = match &preview.events {
        Some(path) => read_log(path, now_ms)?,
        None => Vec::new(),
    };
    let log = Log::of(records, now_ms);
    let shopper = Shopper { records: log.records(), learned_from_ms: 0.0, now_ms };
    let items = recommender.recommend(&preview.surface, shopper, preview.limit);
    if preview.json {
        println!("{}", serde_json::to_string(&items)?);
        return Ok(());
    }
    for (place, item) in (1..).zip(&items) {
        let title = products.iter().find(|product| product.id == item.product);
        let title = title.map_or("", |product| product.title.text(Language::default()));
        println!("{place:>2}  {:<12} {:.3}  {title}  ({:?})", item.product, item.score, item.reason);
    }
    Ok(())
}

/// Lines `action,product,minutes_ago`; a search has its words in the place of the product.
fn read_log(path: &Path, now_ms: f64) -> anyhow::Result<Vec<Record>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut records = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let place = || format!("{}:{line}", path.display());
        let [action, product, minutes] = text.split(',').map(str::trim).collect::<Vec<_>>()[..] else {
            bail!("{}: write action,product,minutes_ago", place());
        };
        let action: ShopperAction = serde_json::from_value(action.into()).with_context(|| {
            format!("{}: “{action}” is no action: use GA4's names, view_item, add_to_cart, …", place())
        })?;
        let minutes: f64 =
            minutes.parse().with_context(|| format!("{}: “{minutes}” is no number of minutes", place()))?;
        let mut event = ShopperEvent::new(action, product, now_ms - 60_000.0 * minutes);
        if action == ShopperAction::Search {
            std::mem::swap(&mut event.product, &mut event.text);
        }
        records.push(Record::of(event));
    }
    Ok(records)
}

pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Preview(args) => preview(args),
        Command::Train { events, items, privacy, output } => train(&events, items.as_deref(), &privacy, &output),
        Command::Eval {
            train,
            test,
            sequences,
            items,
            k,
            new_only,
            released,
            without_transformer,
            privacy,
            json,
            ..
        } => {
            let items = items.map(|items| or_exit(read_items(&items))).unwrap_or_default();
            let (data, test) = match (train, test, sequences) {
                (Some(train), Some(test), _) => (or_exit(read_events(&train)), Some(or_exit(read_events(&test)))),
                (_, _, Some(sequences)) => (or_exit(read_events(&sequences)), None),
                _ => unreachable!("the arguments ask for one of both"),
            };
            let (mut data, last) = if test.is_none() { data.split_last() } else { (data, Vec::new()) };
            let texts = data.describe(&items);
            // What is measured on is taken for the catalogue.
            let open = Open { items: true, texts: &texts };
            let released = released.then(|| release(&data, open, &privacy.budget(), &mut privacy.noise()).model);
            let learned = (!without_transformer).then(|| {
                let new_only = new_only || !data.has_repeats();
                let config = TransformerConfig::of(Traits::of(&data).has_baskets);
                let first = Transformer::fit(&data, &texts, new_only, config, |epoch, ndcg| {
                    eprintln!("transformer: epoch {epoch}, NDCG@10 {ndcg:.4} on last training baskets");
                });
                let then = first.follow(&data);
                [first, then]
            });
            let model = learned.as_ref().map(|[first, then]| [first as &dyn Scorer, then as &dyn Scorer]);
            let cases = test.as_ref().map_or_else(|| data.cases(&last), |test| data.cases_of(test));
            let beside = Beside { model, released: released.as_ref() };
            let report = evaluate(&data, &texts, cases, k.into(), new_only, beside);
            if json {
                println!("{}", serde_json::to_string(&report)?);
            } else {
                print_report(&report);
            }
            Ok(())
        }
    }
}

fn train(events: &Path, items: Option<&Path>, privacy: &PrivacyArgs, output: &Path) -> anyhow::Result<()> {
    let mut data = or_exit(read_events(events));
    // A file of items is the catalogue, which is open; else nothing is.
    let catalogue = items.map(|items| or_exit(read_items(items)));
    if let Some(catalogue) = &catalogue {
        data = data.only(|item| catalogue.contains_key(item));
    }
    let texts = catalogue.as_ref().map(|catalogue| data.describe(catalogue)).unwrap_or_default();
    let open = Open { items: catalogue.is_some(), texts: &texts };
    let model = release(&data, open, &privacy.budget(), &mut privacy.noise()).model;
    let bytes = model.write();
    std::fs::write(output, &bytes).with_context(|| format!("cannot write {}", output.display()))?;
    if let Some(statement) = model.statement() {
        println!("{statement}");
    }
    println!("{}: {} of {} items, {} bytes", output.display(), model.items.len(), data.items.len(), bytes.len());
    Ok(())
}

/// Mistakes are the shop owner's to read: a list, and exit code 1.
fn or_exit<T>(read: Result<T, Mistakes>) -> T {
    read.unwrap_or_else(|mistakes| {
        eprintln!("{mistakes}");
        std::process::exit(1)
    })
}

fn print_report(report: &Report) {
    println!("{} users, {} items, the first {}", report.users, report.items, report.k);
    println!(
        "{:<14} {:>7} {:>7} {:>7} {:>7} {:>9} {:>11} {:>7} {:>7}",
        "", "hit", "ndcg", "recall", "mrr", "coverage", "popularity", "gini", "tail"
    );
    for row in &report.rows {
        let m = &row.measures;
        println!(
            "{:<14} {:>7.4} {:>7.4} {:>7.4} {:>7.4} {:>9.3} {:>11.1} {:>7.3} {:>7.3}",
            row.name, m.hit, m.ndcg, m.recall, m.mrr, m.item_coverage, m.average_popularity, m.gini, m.tail_share
        );
    }
    println!("\nthe blend over each part, with the 95 % interval over users");
    for Gain { over, hit, ndcg } in &report.gains {
        println!("{over:<14} hit {hit}  ndcg {ndcg}");
    }
}
