//! Files of events and of items, each mistake with its line and cure.
//!
//! Four kinds of events files, told by their first line:
//!
//! ```text
//! user,item,timestamp[,event,quantity,price]   CSV with that header, in any order
//! PAR1                                         Parquet with the same columns
//! Name,Email,…,Created at,…,Lineitem sku       Shopify's order export
//! user item item …                             one user a line, oldest first
//! ```
//!
//! CSV is read by `columns` as long as all is well, and else by rows, which know what is wrong where.

#[cfg(feature = "columnar")]
mod columns;
mod gather;
#[cfg(feature = "import")]
mod ready;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv::StringRecord;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, fmt::strtime};

use crate::pack::mistakes::{Mistake, Mistakes};
use crate::recommend::interactions::{Basket, Interactions, Orders};
use gather::{Gatherer, Indices};

#[cfg(feature = "import")]
pub use ready::read_tables;

/// More than this many mistakes have one cause; the rest is not listed.
const MAX_MISTAKES: usize = 50;
const SECS_PER_DAY: f64 = 86_400.0;
/// A number above this is a time in milliseconds: as seconds it would be in the year 5138.
const MAX_EPOCH_SECS: f64 = 1e11;

/// Events that speak for an item, under the names of GA4 and of Segment, in lower case with `_` for spaces.
const TAKEN: &[&str] = &[
    "view_item_list",
    "select_item",
    "view_item",
    "add_to_cart",
    "begin_checkout",
    "liked",
    "product_list_viewed",
    "product_clicked",
    "product_viewed",
    "product_added",
    "checkout_started",
];
/// Where a file holds any of these, only these count: they are what the shop wants foretold.
const BOUGHT: &[&str] = &["purchase", "order_completed"];
/// How Parquet begins, in lower case.
const PARQUET: &str = "par1";
const EVENT_COLUMNS: &[&str] = &["user", "item", "timestamp"];
const EVENT_CURE: &str = "start with user,item,timestamp";

/// Known, and nothing taken.
const PASSED_OVER: &[&str] =
    &["remove_from_cart", "search", "not_interested", "product_removed", "products_searched", "refund"];

/// The first line that says anything, in lower case: it tells what kind of file this is.
fn first_line(mut file: impl BufRead) -> String {
    let mut line = Vec::new();
    loop {
        line.clear();
        // What cannot be read here cannot be read later either, and is named there.
        let n = file.read_until(b'\n', &mut line).unwrap_or(0);
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches('\u{feff}').trim();
        if n == 0 || !text.is_empty() {
            return text.to_lowercase();
        }
    }
}

/// One row of a history, whatever it was read from; texts are empty where it says nothing.
struct Event<'a> {
    user: &'a str,
    item: &'a str,
    /// Days since the epoch; `None` for a mistake that is told already.
    at: Option<f64>,
    /// Under any of the names above.
    name: &'a str,
    quantity: Option<f64>,
    price: Option<f64>,
}

struct Reader {
    file: String,
    mistakes: Mistakes,
}

/// Reads a file of events of any of the three kinds. A user's events of one time are one basket; in lines without
/// times each item is one.
///
/// # Errors
/// Everything to put right, by line.
pub fn read_events(path: &Path) -> Result<Interactions, Mistakes> {
    read_orders(path).map(|orders| orders.data)
}

/// Reads the same file with what was paid. No more than a piece of the file is in memory at a time: a row of it takes
/// 24 bytes and each distinct id its length.
///
/// # Errors
/// Everything to put right, by line.
pub fn read_orders(path: &Path) -> Result<Orders, Mistakes> {
    let mut reader = Reader::new(path);
    let Some(first) = reader.open(path).map(first_line) else { return Err(reader.mistakes) };
    let Some(file) = reader.open(path) else { return Err(reader.mistakes) };
    #[cfg(feature = "columnar")]
    if let Some(orders) = reader.columns(&first, path) {
        return reader.finish_orders(orders);
    }
    reader.orders(&first, file)
}

/// Reads the bytes of such a file, which the mistakes call by its `name`.
///
/// # Errors
/// Everything to put right, by line.
pub fn read_orders_in(name: &str, bytes: &[u8]) -> Result<Orders, Mistakes> {
    Reader::new(Path::new(name)).orders(&first_line(bytes), bytes)
}

/// Reads what describes items: CSV with a column `item` (or `id`), whose other columns are the text, or a JSON
/// object from ids to a text or a list.
///
/// # Errors
/// Everything to put right, by line.
pub fn read_items(path: &Path) -> Result<BTreeMap<String, String>, Mistakes> {
    let mut reader = Reader::new(path);
    let Some(first) = reader.open(path).map(first_line) else { return Err(reader.mistakes) };
    let Some(file) = reader.open(path) else { return Err(reader.mistakes) };
    let items = if first.starts_with('{') {
        reader.json_items(file)
    } else {
        let has_item = first.split(',').any(|name| name.trim().trim_matches('"') == "item");
        let has_id = first.split(',').any(|name| name.trim().trim_matches('"') == "id");
        reader.csv_items(file, if has_id && !has_item { "id" } else { "item" })
    };
    if items.is_empty() && reader.mistakes.0.is_empty() {
        reader.mistake(None, "holds no items", "add one line an item");
    }
    reader.finish(items)
}

impl Reader {
    fn new(path: &Path) -> Reader {
        Reader { file: path.display().to_string(), mistakes: Mistakes::default() }
    }

    fn finish<T>(mut self, value: T) -> Result<T, Mistakes> {
        self.mistakes.0.sort();
        if self.mistakes.0.is_empty() { Ok(value) } else { Err(self.mistakes) }
    }

    fn mistake(&mut self, line: impl Into<Option<u64>>, what: impl Into<String>, cure: impl Into<String>) {
        if self.mistakes.0.len() < MAX_MISTAKES {
            let (line, what, cure) = (line.into(), what.into(), cure.into());
            self.mistakes.0.push(Mistake { file: self.file.clone(), line, what, cure });
        }
    }

    fn open(&mut self, path: &Path) -> Option<BufReader<File>> {
        match File::open(path) {
            Ok(file) => Some(BufReader::new(file)),
            Err(error) => {
                self.mistake(None, format!("cannot be read: {error}"), "check the name and the permissions");
                None
            }
        }
    }

    /// Reads a file of orders, whose `first` line tells its kind.
    fn orders(mut self, first: &str, file: impl BufRead) -> Result<Orders, Mistakes> {
        if first.starts_with(PARQUET) {
            let cure = "write it as CSV, or build the attendant with its default features, by `cargo build --release`";
            self.mistake(None, "is Parquet, which cannot be read here", cure);
            return Err(self.mistakes);
        }
        let columns: Vec<&str> = first.split(',').map(|name| name.trim().trim_matches('"')).collect();
        let orders = if columns.iter().any(|name| name.starts_with("lineitem ")) {
            self.shopify(file)
        } else if columns.len() > 1 {
            self.events(file)
        } else {
            let data = self.sequences(file);
            Orders { values: data.histories.iter().map(|history| vec![0.0; history.len()]).collect(), data }
        };
        self.finish_orders(orders)
    }

    fn finish_orders(mut self, orders: Orders) -> Result<Orders, Mistakes> {
        if orders.data.users.is_empty() && self.mistakes.0.is_empty() {
            self.mistake(None, "holds no events", "add one line an event");
        }
        self.finish(orders)
    }

    /// Calls `take` for each line of a CSV file whose header has the `needed` columns, with the place of each column.
    fn records(
        &mut self,
        file: impl Read,
        needed: &[&str],
        cure: &str,
        mut take: impl FnMut(&mut Reader, u64, &HashMap<String, usize>, &StringRecord),
    ) {
        let mut csv = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file);
        let columns: HashMap<String, usize> = match csv.headers() {
            Ok(header) => header.iter().enumerate().map(|(at, name)| (name.to_lowercase(), at)).collect(),
            Err(_) => HashMap::new(),
        };
        let missing: Vec<&&str> = needed.iter().filter(|name| !columns.contains_key(**name)).collect();
        missing.iter().for_each(|name| self.mistake(1, format!("lacks the column “{name}”"), cure));
        if !missing.is_empty() {
            return;
        }
        let mut record = StringRecord::new();
        loop {
            match csv.read_record(&mut record) {
                Ok(true) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    take(self, line, &columns, &record);
                }
                Ok(false) => return,
                Err(error) => {
                    let line = error.position().map(csv::Position::line);
                    let (what, cure) = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => (
                            format!("has {len} columns where the header has {expected_len}"),
                            "write one value a column, and quote values with commas",
                        ),
                        csv::ErrorKind::Utf8 { .. } => ("is not UTF-8".to_owned(), "save the file as UTF-8"),
                        csv::ErrorKind::Io(_) => {
                            self.mistake(line, error.to_string(), "check the disk the file is on");
                            return;
                        }
                        _ => (error.to_string(), "write one value a column, and quote values with commas"),
                    };
                    self.mistake(line, what, cure);
                }
            }
        }
    }

    fn events(&mut self, file: impl Read) -> Orders {
        let mut gatherer = Gatherer::default();
        self.records(file, EVENT_COLUMNS, EVENT_CURE, |reader, line, columns, record| {
            let get = |name: &str| columns.get(name).and_then(|&at| record.get(at)).unwrap_or_default();
            let event = Event {
                user: get("user"),
                item: get("item"),
                at: reader.time(line, get("timestamp")),
                name: get("event"),
                quantity: reader.number(line, "quantity", get("quantity")),
                price: reader.number(line, "price", get("price")),
            };
            reader.take(line, &event, &mut gatherer);
        });
        gatherer.finish()
    }

    /// Gathers one event, if it speaks for its item, and tells what is wrong with it.
    fn take(&mut self, line: u64, event: &Event, gatherer: &mut Gatherer) {
        let &Event { user, item, at, name, quantity, price } = event;
        for (name, value) in [("user", user), ("item", item)] {
            if value.is_empty() {
                self.mistake(line, format!("has no {name}"), "fill it in or remove the line");
            }
        }
        if price.is_some_and(|price| price < 0.0) {
            self.mistake(line, "has a price below zero", "mark what was returned by its quantity");
        }
        let name = name.to_lowercase().replace(' ', "_");
        let is_bought = BOUGHT.contains(&name.as_str());
        let is_passed_over = PASSED_OVER.contains(&name.as_str());
        if !(name.is_empty() || is_bought || is_passed_over || TAKEN.contains(&name.as_str())) {
            self.mistake(line, format!("has the unknown event “{name}”"), "use GA4's names, such as purchase");
        }
        let is_return = quantity.is_some_and(|n| n <= 0.0);
        if let Some(at) = at.filter(|_| !is_passed_over && !is_return) {
            gatherer.add(user, item, at, quantity.unwrap_or(1.0) * price.unwrap_or(0.0), is_bought);
        }
    }

    /// The first line of an order names its customer and time; its further lines leave both empty.
    fn shopify(&mut self, file: impl Read) -> Orders {
        let cure = "export orders from Shopify as plain CSV";
        let mut orders: HashMap<String, (String, f64)> = HashMap::new();
        let mut gatherer = Gatherer::default();
        let needed = ["name", "email", "created at", "lineitem name"];
        self.records(file, &needed, cure, |reader, line, columns, record| {
            let get = |name: &str| columns.get(name).and_then(|&at| record.get(at)).unwrap_or_default();
            let order = get("name");
            if !get("created at").is_empty() {
                let Some(at) = reader.time(line, get("created at")) else { return };
                // An order without a customer stands for itself.
                let user = if get("email").is_empty() { order } else { get("email") };
                orders.insert(order.to_owned(), (user.to_owned(), at));
            }
            let Some((user, at)) = orders.get(order) else {
                let what = format!("belongs to order “{order}”, which no line before begins");
                return reader.mistake(line, what, "export again");
            };
            let item = if get("lineitem sku").is_empty() { get("lineitem name") } else { get("lineitem sku") };
            let quantity = reader.number(line, "lineitem quantity", get("lineitem quantity"));
            let price = reader.number(line, "lineitem price", get("lineitem price"));
            if item.is_empty() {
                reader.mistake(line, "has neither lineitem sku nor lineitem name", "export again");
            } else if get("cancelled at").is_empty() && quantity.is_none_or(|n| n > 0.0) {
                gatherer.add(user, item, *at, quantity.unwrap_or(1.0) * price.unwrap_or(0.0), true);
            }
        });
        gatherer.finish()
    }

    fn sequences(&mut self, file: impl BufRead) -> Interactions {
        let mut data = Interactions::default();
        let (mut items, mut users) = (Indices::default(), HashMap::new());
        for (line, text) in (1u64..).zip(file.lines()) {
            let text = match text {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                    self.mistake(line, "is not UTF-8", "save the file as UTF-8");
                    continue;
                }
                Err(error) => {
                    self.mistake(line, error.to_string(), "check the disk the file is on");
                    break;
                }
            };
            let words: Vec<&str> = text.trim_start_matches('\u{feff}').split_whitespace().collect();
            let Some((&user, taken)) = words.split_first() else { continue };
            if taken.is_empty() {
                self.mistake(line, format!("names user “{user}” and no item"), "write user item item …");
            }
            if let Some(before) = users.insert(user.to_owned(), line) {
                let what = format!("names user “{user}” again, after line {before}");
                self.mistake(line, what, "write all items of a user on one line");
            }
            let basket = |(at, item): (usize, &&str)| Basket { at: at as f64, items: vec![items.of(item)] };
            data.histories.push(taken.iter().enumerate().map(basket).collect());
            data.users.push(user.to_owned());
        }
        data.items = items.ids;
        data
    }

    fn csv_items(&mut self, file: impl Read, id: &str) -> BTreeMap<String, String> {
        let mut items = BTreeMap::new();
        self.records(file, &[id], "start with item,title", |reader, line, columns, record| {
            let id_at = columns[id];
            let id = record.get(id_at).unwrap_or_default();
            if id.is_empty() {
                reader.mistake(line, "has no item", "fill it in or remove the line");
            }
            let others = record.iter().enumerate().filter(|(at, _)| *at != id_at).map(|(_, value)| value);
            if items.insert(id.to_owned(), others.collect::<Vec<_>>().join(" ")).is_some() {
                reader.mistake(line, format!("describes item “{id}” again"), "keep one line an item");
            }
        });
        items
    }

    fn json_items(&mut self, file: impl Read) -> BTreeMap<String, String> {
        let described = match serde_json::from_reader::<_, BTreeMap<String, serde_json::Value>>(file) {
            Ok(described) => described,
            Err(error) => {
                self.mistake(error.line() as u64, error.to_string(), "write {\"item\": [\"attribute\", …], …}");
                return BTreeMap::new();
            }
        };
        let word = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let words = |value: &serde_json::Value| match value {
            serde_json::Value::Array(values) => values.iter().map(word).collect::<Vec<_>>().join(" "),
            value => word(value),
        };
        described.iter().map(|(id, value)| (id.clone(), words(value))).collect()
    }

    fn time(&mut self, line: u64, text: &str) -> Option<f64> {
        let days = read_time(text);
        if days.is_none() {
            let cure = "write 2026-11-22 14:30:00, with Z or an offset where it is not UTC, or seconds since 1970";
            self.mistake(line, format!("has the time “{text}”"), cure);
        }
        days
    }

    /// `None` for an empty value, and for a mistake.
    fn number(&mut self, line: u64, name: &str, text: &str) -> Option<f64> {
        if text.is_empty() {
            return None;
        }
        let number = read_number(text);
        if number.is_none() {
            self.mistake(line, format!("has the {name} “{text}”"), "write a plain number, such as 12.50");
        }
        number
    }
}

fn read_number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Days since the epoch of a number of seconds, or of milliseconds.
fn epoch_days(number: f64) -> Option<f64> {
    let secs = if number.abs() > MAX_EPOCH_SECS { number / 1000.0 } else { number };
    secs.is_finite().then_some(secs / SECS_PER_DAY)
}

/// Days since the epoch. A time without an offset is UTC.
fn read_time(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        return epoch_days(number);
    }
    let of = |time: Timestamp| time.as_millisecond() as f64 / 1000.0 / SECS_PER_DAY;
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(of(time));
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return time.to_zoned(TimeZone::UTC).ok().map(|time: Zoned| of(time.timestamp()));
    }
    // Shopify writes a blank before the offset.
    strtime::parse("%Y-%m-%d %H:%M:%S %z", text).and_then(|time| time.to_timestamp()).ok().map(of)
}

#[cfg(test)]
mod tests;
