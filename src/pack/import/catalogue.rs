//! `products.csv` and its translation feeds → [`Product`]s and their images.

use std::collections::{BTreeMap, HashSet};
use std::path::{Component, Path};

use super::source::read_text;
use super::{Mistakes, image};
use crate::pack::format::{Attribute, Availability, Localized, Product, ShopSettings};
use crate::pack::money::Money;
use crate::protocol::Language;

const FILE: &str = "products.csv";
const REQUIRED: [&str; 5] = ["id", "title", "description", "price", "availability"];
const REQUIRED_IN_TRANSLATION: [&str; 3] = ["id", "title", "description"];
const LABELS: [&str; 5] = ["custom_label_0", "custom_label_1", "custom_label_2", "custom_label_3", "custom_label_4"];

type Images = BTreeMap<String, Vec<u8>>;

/// Reads the catalogue in all the shop's languages.
pub fn read(dir: &Path, settings: &ShopSettings, mistakes: &mut Mistakes) -> (Vec<Product>, Images) {
    let mut products: Vec<Product> = Vec::new();
    let mut images = Images::new();
    let language = settings.languages[0];
    for row in Rows::read(dir, FILE, &REQUIRED, mistakes) {
        let mut product = row.product(settings, mistakes);
        row.translate(&mut product, language, mistakes);
        product.category = product.product_type.items(language).first().cloned().unwrap_or_default();
        product.image = row.image(dir, &mut images, mistakes);
        products.push(product);
    }
    if products.is_empty() {
        mistakes.add(FILE, None, "holds no product", "add one line a product");
    }
    for &language in &settings.languages[1..] {
        translate(dir, language, &mut products, mistakes);
    }
    (products, images)
}

/// Adds one translation feed.
fn translate(dir: &Path, language: Language, products: &mut [Product], mistakes: &mut Mistakes) {
    let file = format!("products.{}.csv", language.code());
    let rows = Rows::read(dir, &file, &REQUIRED_IN_TRANSLATION, mistakes);
    if rows.is_empty() {
        return;
    }
    for row in &rows {
        match products.iter_mut().find(|product| product.id == row.get("id")) {
            Some(product) => row.translate(product, language, mistakes),
            None => {
                let what = format!("unknown product “{}”", row.get("id"));
                row.mistake(mistakes, what, "remove the line or add the product to products.csv");
            }
        }
    }
    for product in products.iter().filter(|product| product.title.exact(language).is_none()) {
        mistakes.add(&file, None, format!("no translation of “{}”", product.id), "add a line with its id");
    }
}

/// One line of a feed.
struct Row {
    file: String,
    line: u64,
    cells: BTreeMap<String, String>,
}

struct Rows;

impl Rows {
    /// Reads a feed into rows with unique, non-empty ids.
    fn read(dir: &Path, file: &str, required: &[&str], mistakes: &mut Mistakes) -> Vec<Row> {
        let Some(text) = read_text(dir, file, mistakes) else { return Vec::new() };
        let first_line = text.lines().next().unwrap_or_default();
        // Spreadsheets of many countries write semicolons, feed exports tabs.
        let delimiter =
            [b';', b'\t'].into_iter().find(|&c| first_line.contains(c as char) && !first_line.contains(','));
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter.unwrap_or(b','))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let columns: Vec<String> = match reader.headers() {
            // Feeds write `image_link`, `image link` and `Image Link`.
            Ok(headers) => headers.iter().map(|name| name.to_lowercase().replace(' ', "_")).collect(),
            Err(error) => {
                mistakes.add(file, 1, error.to_string(), "correct the first line");
                return Vec::new();
            }
        };
        let missing: Vec<_> = required.iter().filter(|name| !columns.iter().any(|column| column == *name)).collect();
        for name in &missing {
            mistakes.add(file, 1, format!("no column `{name}`"), "add it to the first line");
        }
        let mut seen = HashSet::new();
        let mut columns_seen = HashSet::new();
        for column in columns.iter().filter(|column| !columns_seen.insert(column.as_str())) {
            mistakes.add(file, 1, format!("column `{column}` twice"), "remove one");
        }
        if !missing.is_empty() {
            return Vec::new();
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map(csv::Position::line);
                    mistakes.add(file, line, error.to_string(), "correct the line's quotation marks");
                    continue;
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != columns.len() {
                // A quotation mark that is never closed swallows the lines after it.
                let start = record.position().map_or(0, |position| position.byte() as usize);
                let is_open = text.get(start..).is_some_and(|rest| rest.matches('"').count() % 2 == 1);
                let (what, cure) = match is_open {
                    true => (
                        "a quotation mark is not closed, or stands where none belongs".to_owned(),
                        "close it in its own cell; a mark inside a text is written twice: \"\"",
                    ),
                    false => (
                        format!("{} columns instead of {}", record.len(), columns.len()),
                        "put texts with commas in quotation marks",
                    ),
                };
                mistakes.add(file, line, what, cure);
                continue;
            }
            let cells: BTreeMap<_, _> = columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
            let row = Row { file: file.to_owned(), line, cells };
            for name in required.iter().filter(|name| row.get(name).is_empty()) {
                row.mistake(mistakes, format!("`{name}` is empty"), "fill it in");
            }
            if row.get("id").is_empty() {
                continue;
            }
            if !seen.insert(row.get("id").to_owned()) {
                row.mistake(mistakes, format!("id “{}” twice", row.get("id")), "give each product its own id");
                continue;
            }
            rows.push(row);
        }
        rows
    }
}

impl Row {
    fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    fn list(&self, column: &str) -> Vec<String> {
        self.get(column).split('|').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    fn mistake(&self, mistakes: &mut Mistakes, what: impl Into<String>, cure: impl Into<String>) {
        mistakes.add(&self.file, self.line, what, cure);
    }

    /// What is the same in every language.
    fn product(&self, settings: &ShopSettings, mistakes: &mut Mistakes) -> Product {
        let price = self.price("price", settings, mistakes);
        let sale_price = match self.get("sale_price") {
            "" => None,
            _ => self.price("sale_price", settings, mistakes),
        };
        if let (Some(price), Some(sale)) = (&price, &sale_price)
            && sale.minor >= price.minor
        {
            self.mistake(mistakes, "`sale_price` is not below `price`", "lower it, or leave it empty");
        }
        Product {
            id: self.get("id").to_owned(),
            category: String::new(),
            product_type: Localized::default(),
            title: Localized::default(),
            description: Localized::default(),
            price: price.unwrap_or(Money { minor: 0, currency: settings.currency.clone() }),
            sale_price,
            availability: self.availability(mistakes),
            stock: self.stock(mistakes),
            brand: Localized::default(),
            color: Localized::default(),
            material: Localized::default(),
            size: Localized::default(),
            weight: Some(self.get("product_weight").to_owned()).filter(|weight| !weight.is_empty()),
            highlights: Localized::default(),
            attributes: Localized::default(),
            tags: Localized::default(),
            image: String::new(),
        }
    }

    /// What each language says in its own words.
    fn translate(&self, product: &mut Product, language: Language, mistakes: &mut Mistakes) {
        let texts = [
            (&mut product.title, "title"),
            (&mut product.description, "description"),
            (&mut product.brand, "brand"),
            (&mut product.color, "color"),
            (&mut product.material, "material"),
            (&mut product.size, "size"),
        ];
        for (localized, column) in texts {
            if !self.get(column).is_empty() {
                localized.insert(language, self.get(column).to_owned());
            }
        }
        product.product_type.insert(language, self.product_type());
        product.highlights.insert(language, self.list("product_highlight"));
        product.attributes.insert(language, self.attributes(mistakes));
        let tags = LABELS.iter().flat_map(|label| self.list(label)).collect();
        product.tags.insert(language, tags);
    }

    /// The shop's own category, else Google's where it is written in words (a number says nothing to a shopper).
    fn product_type(&self) -> Vec<String> {
        let in_words = |text: &&str| text.contains(char::is_alphabetic);
        let text = [self.get("product_type"), self.get("google_product_category")].into_iter().find(in_words);
        let levels = text.unwrap_or_default().split('>').map(|level| level.trim().to_owned());
        levels.filter(|level| !level.is_empty()).collect()
    }

    fn attributes(&self, mistakes: &mut Mistakes) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        for item in self.list("product_detail") {
            match item.split_once([':', '：']) {
                Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                    attributes.push(Attribute { name: name.trim().to_owned(), value: value.trim().to_owned() });
                }
                _ => self.mistake(mistakes, format!("detail “{item}” has no value"), "write `Name:value`"),
            }
        }
        attributes
    }

    fn price(&self, column: &str, settings: &ShopSettings, mistakes: &mut Mistakes) -> Option<Money> {
        if self.get(column).is_empty() {
            return None;
        }
        match Money::parse(self.get(column)) {
            Ok(money) if money.currency == settings.currency => Some(money),
            Ok(money) => {
                let what = format!("`{column}` is in {}, the shop in {}", money.currency, settings.currency);
                self.mistake(mistakes, what, "use the shop's currency");
                None
            }
            Err(error) => {
                let cure = format!("write it like 12.50 {}", settings.currency);
                self.mistake(mistakes, format!("`{column}`: {error}"), cure);
                None
            }
        }
    }

    fn availability(&self, mistakes: &mut Mistakes) -> Availability {
        // Feeds write `in_stock` and `in stock`.
        match self.get("availability").replace(' ', "_").as_str() {
            "in_stock" => Availability::InStock,
            "out_of_stock" => Availability::OutOfStock,
            "preorder" => Availability::Preorder,
            "backorder" => Availability::Backorder,
            other => {
                let what = format!("unknown availability “{other}”");
                self.mistake(mistakes, what, "use in_stock, out_of_stock, preorder or backorder");
                Availability::OutOfStock
            }
        }
    }

    fn stock(&self, mistakes: &mut Mistakes) -> Option<u32> {
        let text = self.get("quantity");
        let stock = text.parse().ok();
        if !text.is_empty() && stock.is_none() {
            self.mistake(mistakes, format!("quantity “{text}” is not a whole number"), "count the pieces");
        }
        stock
    }

    /// Reads the row's picture, and returns its name in the pack; without one a product is shown without.
    fn image(&self, dir: &Path, images: &mut Images, mistakes: &mut Mistakes) -> String {
        let link = self.get("image_link");
        let Some(name) = self.image_name(dir, link) else {
            let what = format!("image “{link}” lies on another server, which a shopper's device does not ask");
            self.mistake(mistakes, what, format!("save it as images/{}", link.rsplit('/').next().unwrap_or("…")));
            return String::new();
        };
        if name.is_empty() || images.contains_key(&name) {
            return name;
        }
        let is_inside =
            !name.contains([':', '\\']) && Path::new(&name).components().all(|c| matches!(c, Component::Normal(_)));
        if !is_inside {
            let what = format!("image “{name}” lies outside the shop's folder");
            self.mistake(mistakes, what, "put it under images/");
            return name;
        }
        match std::fs::read(dir.join(&name)) {
            Ok(bytes) => match image::find_fault(&name, &bytes) {
                None => {
                    images.insert(name.clone(), bytes);
                }
                Some((fault, cure)) => self.mistake(mistakes, format!("image “{name}” {fault}"), cure),
            },
            Err(error) => self.mistake(mistakes, format!("image “{name}” cannot be read: {error}"), "add the file"),
        }
        name
    }

    /// A feed's address stands for the file of that name, or of the product's id, in `images/`.
    fn image_name(&self, dir: &Path, link: &str) -> Option<String> {
        if !link.starts_with("http://") && !link.starts_with("https://") {
            return Some(link.to_owned());
        }
        let path = link.split(['?', '#']).next().unwrap_or(link);
        let (stem, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
        let named = [stem, self.get("id")].map(|stem| format!("images/{stem}.{ending}"));
        named.into_iter().find(|name| dir.join(name).is_file())
    }
}
