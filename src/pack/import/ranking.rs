//! `[recommend]` of `shop.toml` → [`Ranking`].

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::source::{line_at, read_text};
use super::{Mistakes, catalogue};
use crate::pack::format::{Product, ShopSettings};
use crate::pack::money::Money;
use crate::pack::ranking::{Effect, OutOfStock, Place, Ranking, Rule};
use crate::protocol::{Feature, Language};

const FILE: &str = "shop.toml";

#[derive(Default, Deserialize)]
struct File {
    recommend: Option<Settings>,
}

/// As a shop writes it. Every number has the bounds that [`read`] names.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    events: Option<PathBuf>,
    out_of_stock: OutOfStock,
    max_per_brand: Option<Spanned<usize>>,
    max_per_category: Option<Spanned<usize>>,
    relevance: Option<Spanned<f32>>,
    newcomer_share: Option<Spanned<f32>>,
    max_shown: Option<Spanned<u32>>,
    min_margin: Option<Spanned<f32>>,
    rule: Vec<Spanned<RuleText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    r#do: Do,
    by: Option<f32>,
    at: Option<usize>,
    product: Option<String>,
    category: Option<String>,
    r#type: Option<String>,
    brand: Option<String>,
    tag: Option<String>,
    price_from: Option<String>,
    price_to: Option<String>,
    #[serde(default)]
    on: Vec<Place>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Do {
    Filter,
    Boost,
    Bury,
    Pin,
}

/// Reads what the shop says of its recommendations, and where its order history lies, relative to its folder.
pub fn read(
    dir: &Path,
    settings: &ShopSettings,
    products: &[Product],
    mistakes: &mut Mistakes,
) -> (Ranking, Option<PathBuf>) {
    // A file that is missing or no TOML has been reported by its first reader.
    let Some(text) = read_text(dir, FILE, &mut Mistakes::default()) else { return Default::default() };
    let file = match toml::from_str::<File>(&text) {
        Ok(file) => file.recommend.unwrap_or_default(),
        Err(error) => {
            let line = error.span().map(|span| line_at(text.as_bytes(), span.start));
            mistakes.add(FILE, line, format!("`recommend`: {}", error.message().trim()), "correct the setting");
            return Default::default();
        }
    };
    let mut reader = Reader { text: &text, settings, products, mistakes };
    let standard = Ranking::default();
    let share = 0.0..=1.0;
    let ranking = Ranking {
        out_of_stock: file.out_of_stock,
        max_per_brand: file.max_per_brand.map(|n| reader.at_least_one("max_per_brand", n)),
        max_per_category: file
            .max_per_category
            .map_or(standard.max_per_category, |n| reader.at_least_one("max_per_category", n)),
        relevance: reader.within("relevance", file.relevance, share.clone()).unwrap_or(standard.relevance),
        newcomer_share: reader
            .within("newcomer_share", file.newcomer_share, share.clone())
            .unwrap_or(standard.newcomer_share),
        max_shown: file.max_shown.map_or(standard.max_shown, Spanned::into_inner),
        rules: file.rule.into_iter().filter_map(|rule| reader.rule(rule)).collect(),
        withheld: match reader.within("min_margin", file.min_margin, share) {
            Some(min) => catalogue::below_margin(dir, settings, products, min, reader.mistakes),
            None => Vec::new(),
        },
        ..standard
    };
    (ranking, file.events)
}

struct Reader<'a> {
    text: &'a str,
    settings: &'a ShopSettings,
    products: &'a [Product],
    mistakes: &'a mut Mistakes,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> u64 {
        line_at(self.text.as_bytes(), at)
    }

    fn at_least_one(&mut self, name: &str, n: Spanned<usize>) -> usize {
        if *n.get_ref() == 0 {
            let line = self.line(n.span().start);
            self.mistakes.add(FILE, line, format!("`{name}` is 0"), "write 1 or more, or leave it out");
        }
        n.into_inner()
    }

    fn within(&mut self, name: &str, x: Option<Spanned<f32>>, bounds: std::ops::RangeInclusive<f32>) -> Option<f32> {
        let x = x?;
        if !bounds.contains(x.get_ref()) {
            let line = self.line(x.span().start);
            let what = format!("`{name}` is {}", x.get_ref());
            self.mistakes.add(FILE, line, what, format!("write {} to {}", bounds.start(), bounds.end()));
        }
        Some(x.into_inner())
    }

    fn rule(&mut self, rule: Spanned<RuleText>) -> Option<Rule> {
        let line = self.line(rule.span().start);
        let rule = rule.into_inner();
        let features: Vec<Feature> = [
            rule.category.map(Feature::Category),
            rule.r#type.map(Feature::Type),
            rule.brand.map(Feature::Brand),
            rule.tag.map(Feature::Tag),
        ]
        .into_iter()
        .flatten()
        .collect();
        let effect = match (rule.r#do, rule.by, rule.at) {
            (Do::Filter, None, None) => Effect::Filter,
            (Do::Bury, None, None) => Effect::Bury,
            (Do::Boost, Some(by), None) if by.is_finite() && by > 0.0 => Effect::Boost(by),
            (Do::Pin, None, Some(at @ 1..)) if rule.product.is_some() => Effect::Pin(at),
            (Do::Boost, ..) => {
                self.mistakes.add(FILE, line, "a boost without a factor", "write `do = \"boost\"` with `by = 1.5`");
                return None;
            }
            (Do::Pin, ..) => {
                let cure = "write `do = \"pin\"` with `product = \"…\"` and `at = 1`";
                self.mistakes.add(FILE, line, "a pin without a product and a place", cure);
                return None;
            }
            _ => {
                self.mistakes.add(FILE, line, "`by` is for boosts, and `at` for pins", "remove it");
                return None;
            }
        };
        if features.len() > 1 {
            let cure = "write a rule for each";
            self.mistakes.add(FILE, line, "a rule names more than one of category, type, brand and tag", cure);
        }
        if let Some(id) = rule.product.as_ref().filter(|id| !self.products.iter().any(|product| product.id == **id)) {
            self.mistakes.add(
                FILE,
                line,
                format!("a rule for the unknown product “{id}”"),
                "use an id of products.csv",
            );
        }
        let feature = features.into_iter().next();
        if let Some(feature) =
            feature.as_ref().filter(|feature| !self.products.iter().any(|product| has(product, feature)))
        {
            let what = format!("a rule for {feature:?}, which no product has");
            self.mistakes.add(FILE, line, what, "write it as products.csv does, in the first language");
        }
        Some(Rule {
            effect,
            product: rule.product,
            feature,
            price_from: self.price(line, rule.price_from),
            price_to: self.price(line, rule.price_to),
            places: rule.on,
        })
    }

    fn price(&mut self, line: u64, text: Option<String>) -> Option<u64> {
        let text = text?;
        match Money::parse(&text) {
            Ok(money) if money.currency == self.settings.currency => Some(money.minor),
            _ => {
                let cure = format!("write it like 12.50 {}", self.settings.currency);
                self.mistakes.add(FILE, line, format!("a rule has the price “{text}”"), cure);
                None
            }
        }
    }
}

fn has(product: &Product, feature: &Feature) -> bool {
    let language = Language::default();
    match feature {
        Feature::Category(category) => product.category == *category,
        Feature::Type(kind) => product.product_type.items(language).last() == Some(kind),
        Feature::Brand(brand) => product.brand.text(language) == brand,
        Feature::Tag(tag) => product.tags.items(language).contains(tag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::import::read_shop;

    /// The demo shop's folder, with more in its `shop.toml`.
    fn shop_with(name: &str, recommend: &str) -> PathBuf {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/shop");
        let dir = std::env::temp_dir().join(format!("attendant-ranking-{name}-{}", std::process::id()));
        let copy = |from: &Path, to: &Path| {
            std::fs::create_dir_all(to).unwrap();
            for entry in std::fs::read_dir(from).unwrap().flatten().filter(|entry| entry.path().is_file()) {
                std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
            }
        };
        copy(&demo, &dir);
        for folder in ["images", "knowledge/en", "knowledge/zh"] {
            copy(&demo.join(folder), &dir.join(folder));
        }
        let settings = std::fs::read_to_string(demo.join("shop.toml")).unwrap();
        std::fs::write(dir.join("shop.toml"), format!("{settings}\n{recommend}")).unwrap();
        dir
    }

    #[test]
    fn rules_are_read_as_a_shop_writes_them() {
        let dir = shop_with(
            "good",
            "[recommend]\nevents = \"orders.csv\"\nmax_per_brand = 2\nout_of_stock = \"last\"\n\
             [[recommend.rule]]\ndo = \"boost\"\nby = 1.5\ncategory = \"Tea\"\nprice_to = \"20.00 EUR\"\non = [\"home\"]\n\
             [[recommend.rule]]\ndo = \"pin\"\nproduct = \"TEA-001\"\nat = 1\n",
        );
        let shop = read_shop(&dir).expect("no mistakes");
        std::fs::remove_dir_all(&dir).unwrap();
        let ranking = &shop.ranking;
        assert_eq!((ranking.max_per_brand, ranking.out_of_stock), (Some(2), OutOfStock::Last));
        let feature = Some(Feature::Category("Tea".into()));
        let boost = Rule {
            effect: Effect::Boost(1.5),
            feature,
            price_to: Some(2000),
            places: vec![Place::Home],
            ..Rule::default()
        };
        assert_eq!(ranking.rules[0], boost);
        assert_eq!(ranking.rules[1].effect, Effect::Pin(1));
        assert_eq!(shop.events.as_deref(), Some(Path::new("orders.csv")));
    }

    #[test]
    fn every_mistake_has_its_line_and_a_cure() {
        let dir = shop_with(
            "bad",
            "[recommend]\nrelevance = 3.0\nmax_per_brand = 0\nmin_margin = 0.2\n\
             [[recommend.rule]]\ndo = \"boost\"\n[[recommend.rule]]\ndo = \"filter\"\nproduct = \"NO-1\"\ntag = \"nope\"\nprice_to = \"cheap\"\n",
        );
        let mistakes = read_shop(&dir).expect_err("several").to_string();
        std::fs::remove_dir_all(&dir).unwrap();
        for part in [
            "`relevance` is 3",
            "`max_per_brand` is 0",
            "cost_of_goods_sold",
            "a boost without",
            "“NO-1”",
            "nope",
            "“cheap”",
        ] {
            assert!(mistakes.contains(part), "{part} in {mistakes}");
        }
        assert!(mistakes.lines().filter(|line| line.starts_with("shop.toml:")).count() >= 5, "{mistakes}");
        let dir = shop_with("odd", "[recommend]\nmax_per_brnd = 2\n");
        let mistakes = read_shop(&dir).expect_err("one").to_string();
        std::fs::remove_dir_all(&dir).unwrap();
        assert!(mistakes.contains("max_per_brnd"), "{mistakes}");
    }
}
