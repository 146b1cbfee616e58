//! Files of events and of items, each mistake with its line and cure.
//!
//! Three kinds of events files, told by their first line:
//!
//! ```text
//! user,item,timestamp[,event,quantity,price]   CSV with that header, in any order
//! Name,Email,…,Created at,…,Lineitem sku       Shopify's order export
//! user item item …                             one user a line, oldest first
//! ```

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use csv::StringRecord;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, fmt::strtime};

use crate::pack::import::{Mistake, Mistakes};
use crate::recommend::interactions::{Basket, Interactions};

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
/// Known, and nothing taken.
const PASSED_OVER: &[&str] =
    &["remove_from_cart", "search", "not_interested", "product_removed", "products_searched", "refund"];

/// One item of one user at one time, as the file has it.
struct Line {
    user: String,
    item: String,
    /// Days since the epoch.
    at: f64,
    is_bought: bool,
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
    let mut reader = Reader::new(path);
    let Some(text) = reader.text(path) else { return Err(reader.mistakes) };
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_lowercase();
    let columns: Vec<&str> = first.split(',').map(|name| name.trim().trim_matches('"')).collect();
    let data = if columns.iter().any(|name| name.starts_with("lineitem ")) {
        let lines = reader.shopify(&text);
        gather(lines)
    } else if columns.len() > 1 {
        let lines = reader.events(&text);
        gather(lines)
    } else {
        reader.sequences(&text)
    };
    if data.users.is_empty() && reader.mistakes.0.is_empty() {
        reader.mistake(None, "holds no events", "add one line an event");
    }
    reader.finish(data)
}

/// Reads what describes items: CSV with a column `item` (or `id`), whose other columns are the text, or a JSON
/// object from ids to a text or a list.
///
/// # Errors
/// Everything to put right, by line.
pub fn read_items(path: &Path) -> Result<BTreeMap<String, String>, Mistakes> {
    let mut reader = Reader::new(path);
    let Some(text) = reader.text(path) else { return Err(reader.mistakes) };
    let items = if text.trim_start().starts_with('{') { reader.json_items(&text) } else { reader.csv_items(&text) };
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

    fn text(&mut self, path: &Path) -> Option<String> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.mistake(None, format!("cannot be read: {error}"), "check the name and the permissions");
                return None;
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
            Err(error) => {
                let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = valid.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
                self.mistake(line, "is not UTF-8", "save the file as UTF-8");
                None
            }
        }
    }

    /// The records of a CSV file with their lines, and the place of each column.
    fn records(&mut self, text: &str) -> (HashMap<String, usize>, Vec<(u64, StringRecord)>) {
        let mut csv = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let columns = match csv.headers() {
            Ok(header) => header.iter().enumerate().map(|(at, name)| (name.to_lowercase(), at)).collect(),
            Err(_) => HashMap::new(),
        };
        let mut records = Vec::new();
        for record in csv.records() {
            match record {
                Ok(record) => records.push((record.position().map_or(0, csv::Position::line), record)),
                Err(error) => {
                    let line = error.position().map(csv::Position::line);
                    let what = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                            format!("has {len} columns where the header has {expected_len}")
                        }
                        _ => error.to_string(),
                    };
                    self.mistake(line, what, "write one value a column, and quote values with commas");
                }
            }
        }
        (columns, records)
    }

    fn has_columns(&mut self, columns: &HashMap<String, usize>, names: &[&str], cure: &str) -> bool {
        let missing: Vec<&&str> = names.iter().filter(|name| !columns.contains_key(**name)).collect();
        missing.iter().for_each(|name| self.mistake(1, format!("lacks the column “{name}”"), cure));
        missing.is_empty()
    }

    fn events(&mut self, text: &str) -> Vec<Line> {
        let (columns, records) = self.records(text);
        if !self.has_columns(&columns, &["user", "item", "timestamp"], "start with user,item,timestamp") {
            return Vec::new();
        }
        let mut lines = Vec::new();
        for (line, record) in records {
            let get = |name: &str| columns.get(name).and_then(|&at| record.get(at)).unwrap_or_default();
            let (user, item) = (get("user"), get("item"));
            for (name, value) in [("user", user), ("item", item)] {
                if value.is_empty() {
                    self.mistake(line, format!("has no {name}"), "fill it in or remove the line");
                }
            }
            let at = self.time(line, get("timestamp"));
            let is_return = self.number(line, "quantity", get("quantity")).is_some_and(|n| n <= 0.0);
            if self.number(line, "price", get("price")).is_some_and(|price| price < 0.0) {
                self.mistake(line, "has a price below zero", "mark what was returned by its quantity");
            }
            let event = get("event").to_lowercase().replace(' ', "_");
            let is_bought = BOUGHT.contains(&event.as_str());
            let is_passed_over = PASSED_OVER.contains(&event.as_str());
            if !(event.is_empty() || is_bought || is_passed_over || TAKEN.contains(&event.as_str())) {
                self.mistake(line, format!("has the unknown event “{event}”"), "use GA4's names, such as purchase");
            }
            if let Some(at) = at.filter(|_| !is_passed_over && !is_return) {
                lines.push(Line { user: user.to_owned(), item: item.to_owned(), at, is_bought });
            }
        }
        lines
    }

    /// The first line of an order names its customer and time; its further lines leave both empty.
    fn shopify(&mut self, text: &str) -> Vec<Line> {
        let (columns, records) = self.records(text);
        let cure = "export orders from Shopify as plain CSV";
        if !self.has_columns(&columns, &["name", "email", "created at", "lineitem name"], cure) {
            return Vec::new();
        }
        let mut orders: HashMap<String, (String, f64)> = HashMap::new();
        let mut lines = Vec::new();
        for (line, record) in records {
            let get = |name: &str| columns.get(name).and_then(|&at| record.get(at)).unwrap_or_default();
            let order = get("name");
            if !get("created at").is_empty() {
                let Some(at) = self.time(line, get("created at")) else { continue };
                // An order without a customer stands for itself.
                let user = if get("email").is_empty() { order } else { get("email") };
                orders.insert(order.to_owned(), (user.to_owned(), at));
            }
            let Some((user, at)) = orders.get(order) else {
                self.mistake(line, format!("belongs to order “{order}”, which no line before begins"), "export again");
                continue;
            };
            let item = if get("lineitem sku").is_empty() { get("lineitem name") } else { get("lineitem sku") };
            let is_return = self.number(line, "lineitem quantity", get("lineitem quantity")).is_some_and(|n| n <= 0.0);
            if item.is_empty() {
                self.mistake(line, "has neither lineitem sku nor lineitem name", "export again");
            } else if get("cancelled at").is_empty() && !is_return {
                lines.push(Line { user: user.clone(), item: item.to_owned(), at: *at, is_bought: true });
            }
        }
        lines
    }

    fn sequences(&mut self, text: &str) -> Interactions {
        let mut data = Interactions::default();
        let (mut items, mut users) = (Indices::default(), HashMap::new());
        for (line, words) in (1u64..).zip(text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>())) {
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

    fn csv_items(&mut self, text: &str) -> BTreeMap<String, String> {
        let (columns, records) = self.records(text);
        let Some(&id_at) = columns.get("item").or_else(|| columns.get("id")) else {
            self.mistake(1, "lacks the column “item”", "start with item,title");
            return BTreeMap::new();
        };
        let mut items = BTreeMap::new();
        for (line, record) in records {
            let id = record.get(id_at).unwrap_or_default();
            if id.is_empty() {
                self.mistake(line, "has no item", "fill it in or remove the line");
            }
            let others = record.iter().enumerate().filter(|(at, _)| *at != id_at).map(|(_, value)| value);
            if items.insert(id.to_owned(), others.collect::<Vec<_>>().join(" ")).is_some() {
                self.mistake(line, format!("describes item “{id}” again"), "keep one line an item");
            }
        }
        items
    }

    fn json_items(&mut self, text: &str) -> BTreeMap<String, String> {
        let described = match serde_json::from_str::<BTreeMap<String, serde_json::Value>>(text) {
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
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.mistake(line, format!("has the {name} “{text}”"), "write a plain number, such as 12.50");
        }
        number
    }
}

/// Days since the epoch. A time without an offset is UTC.
fn read_time(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        let secs = if number.abs() > MAX_EPOCH_SECS { number / 1000.0 } else { number };
        return secs.is_finite().then_some(secs / SECS_PER_DAY);
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

/// Ids in the order they first appear.
#[derive(Default)]
struct Indices {
    ids: Vec<String>,
    by_id: HashMap<String, u32>,
}

impl Indices {
    fn of(&mut self, id: &str) -> u32 {
        if let Some(&index) = self.by_id.get(id) {
            return index;
        }
        let index = self.ids.len() as u32;
        self.ids.push(id.to_owned());
        self.by_id.insert(id.to_owned(), index);
        index
    }
}

/// Baskets by user and time; users and items in the order of the file.
fn gather(mut lines: Vec<Line>) -> Interactions {
    if lines.iter().any(|line| line.is_bought) {
        lines.retain(|line| line.is_bought);
    }
    let (mut users, mut items) = (Indices::default(), Indices::default());
    let mut data = Interactions { has_clock: true, ..Interactions::default() };
    let mut by_user: Vec<Vec<(f64, u32)>> = Vec::new();
    for line in &lines {
        let user = users.of(&line.user) as usize;
        by_user.resize_with(users.ids.len(), Vec::new);
        by_user[user].push((line.at, items.of(&line.item)));
    }
    for mut taken in by_user {
        taken.sort_by(|a, b| a.0.total_cmp(&b.0));
        let baskets = taken.chunk_by(|a, b| a.0 == b.0).map(|taken| {
            let mut seen = HashSet::new();
            let items = taken.iter().map(|taken| taken.1).filter(|item| seen.insert(*item)).collect();
            Basket { at: taken[0].0, items }
        });
        data.histories.push(baskets.collect());
    }
    (data.users, data.items) = (users.ids, items.ids);
    data
}

#[cfg(test)]
mod tests;
