//! Tables that were counted elsewhere, as CSV: `src/recommend/sql` makes them on DuckDB, BigQuery and Spark.
//!
//! ```text
//! popularity     item,orders,shoppers,until_day[,trend,again]
//!   orders, shoppers   how many orders hold the item, and of how many shoppers
//!   until_day          the last day counted, in days since 1970-01-01; the same in every row
//!   trend              the orders, each halved for every 14 days before that day
//!   again              of those who took it, the share that took it in their next order again
//! item_to_item   item,other,weight,shoppers     taken by one shopper, near each other
//! basket         item,other,weight,shoppers     in one order; missing where no order holds several items
//! markov         item,other,weight,shoppers     `other` in one of the next orders after `item`
//!   weight             above 0, comparable within a row of the table: what has the same `item`
//!   shoppers           of whom it was counted
//! ```
//!
//! Each is a file of that name, `popularity.csv`, or the parts that a warehouse writes of it: `popularity-*.csv`, or
//! a folder `popularity` of CSV files.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use super::{Mistake, Mistakes, Reader};
use crate::recommend::model::{ReadyItem, ReadyPair, ReadyTables};

const POPULARITY: &str = "popularity";
const NEAR: &str = "item_to_item";
const TOGETHER: &str = "basket";
const AFTER: &str = "markov";

/// Reads the tables in the folder `dir`.
///
/// # Errors
/// Everything to put right, by line.
pub fn read_tables(dir: &Path) -> Result<ReadyTables, Mistakes> {
    let mut mistakes = Mistakes::default();
    let mut tables = ReadyTables::default();
    let mut indices: HashMap<String, u32> = HashMap::new();
    let mut until = BTreeSet::new();
    for path in needed_parts(dir, POPULARITY, &mut mistakes) {
        read_part(&path, &mut mistakes, |reader, file| {
            let cure = "start with item,orders,shoppers,until_day";
            let needed = ["item", "orders", "shoppers", "until_day"];
            reader.records(file, &needed, cure, |reader, line, columns, record| {
                let get = |name: &str| columns.get(name).and_then(|&at| record.get(at)).unwrap_or_default();
                let id = get("item");
                let item = ReadyItem {
                    id: id.to_owned(),
                    orders: reader.count(line, "orders", get("orders")) as f32,
                    shoppers: reader.count(line, "shoppers", get("shoppers")) as u32,
                    trend: reader.at_least(line, "trend", get("trend"), 0.0).map(|trend| trend as f32),
                    again: reader.at_least(line, "again", get("again"), 0.0).map(|again| again as f32),
                };
                if item.again.is_some_and(|again| again > 1.0) {
                    reader.mistake(line, format!("has the again “{}”", get("again")), "write a share, from 0 to 1");
                }
                let day = reader.count(line, "until_day", get("until_day"));
                if day > MAX_DAY {
                    let what = format!("has the until_day “{}”", get("until_day"));
                    reader.mistake(line, what, "write days since 1970-01-01, such as 20779");
                } else if until.insert(day as i32) && until.len() == 2 {
                    let what = format!("has the until_day “{day}” where the lines before have another");
                    reader.mistake(line, what, "count all items up to the same day");
                }
                if id.is_empty() {
                    reader.mistake(line, "has no item", "fill it in or remove the line");
                } else if indices.insert(id.to_owned(), tables.items.len() as u32).is_some() {
                    reader.mistake(line, format!("counts item “{id}” again"), "keep one line an item");
                }
                tables.items.push(item);
            });
        });
    }
    tables.until_day = until.first().copied().unwrap_or_default();
    tables.near = read_pairs(&needed_parts(dir, NEAR, &mut mistakes), &indices, &mut mistakes);
    tables.after = read_pairs(&needed_parts(dir, AFTER, &mut mistakes), &indices, &mut mistakes);
    let together = parts(dir, TOGETHER);
    tables.together = (!together.is_empty()).then(|| read_pairs(&together, &indices, &mut mistakes));
    if tables.items.is_empty() && mistakes.0.is_empty() {
        mistakes.add(&dir.join(POPULARITY).display().to_string(), None, "counts no items", "add one line an item");
    }
    if mistakes.0.is_empty() { Ok(tables) } else { Err(mistakes) }
}

/// The year 9999: later is no day but seconds, or milliseconds.
const MAX_DAY: f64 = 2_932_896.0;

fn read_pairs(parts: &[PathBuf], indices: &HashMap<String, u32>, mistakes: &mut Mistakes) -> Vec<ReadyPair> {
    let (mut pairs, mut seen) = (Vec::new(), BTreeSet::new());
    for path in parts {
        read_part(path, mistakes, |reader, file| {
            let needed = ["item", "other", "weight", "shoppers"];
            reader.records(file, &needed, "start with item,other,weight,shoppers", |reader, line, columns, record| {
                let get = |name: &str| columns.get(name).and_then(|&at| record.get(at)).unwrap_or_default();
                let mut of = |name: &str| {
                    let index = indices.get(get(name)).copied();
                    if index.is_none() {
                        let what = format!("names the {name} “{}”, which popularity does not", get(name));
                        reader.mistake(line, what, "make all tables of one history");
                    }
                    index
                };
                let (from, to) = (of("item"), of("other"));
                let weight = reader.at_least(line, "weight", get("weight"), 0.0).unwrap_or_default() as f32;
                let shoppers = reader.count(line, "shoppers", get("shoppers")) as u32;
                if weight <= 0.0 {
                    reader.mistake(line, format!("has the weight “{}”", get("weight")), "write a number above 0");
                }
                let (Some(from), Some(to)) = (from, to) else { return };
                if from == to {
                    reader.mistake(line, format!("pairs “{}” with itself", get("item")), "remove the line");
                } else if !seen.insert((from, to)) {
                    let what = format!("pairs “{}” with “{}” again", get("item"), get("other"));
                    reader.mistake(line, what, "keep one line a pair");
                }
                pairs.push(ReadyPair { from, to, weight, shoppers });
            });
        });
    }
    pairs
}

fn read_part(path: &Path, mistakes: &mut Mistakes, read: impl FnOnce(&mut Reader, std::io::BufReader<std::fs::File>)) {
    let mut reader = Reader::new(path);
    if let Some(file) = reader.open(path) {
        read(&mut reader, file);
    }
    mistakes.0.append(&mut reader.mistakes.0);
}

fn needed_parts(dir: &Path, name: &str, mistakes: &mut Mistakes) -> Vec<PathBuf> {
    let found = parts(dir, name);
    if found.is_empty() {
        mistakes.0.push(Mistake {
            file: dir.join(name).with_extension("csv").display().to_string(),
            line: None,
            what: "is missing".into(),
            cure: "make it with the SQL in src/recommend/sql".into(),
        });
    }
    found
}

/// The files of a table, in a fixed order.
fn parts(dir: &Path, name: &str) -> Vec<PathBuf> {
    let csvs = |dir: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
        entries.filter(|path| path.is_file() && path.extension().is_some_and(|kind| kind == "csv")).collect()
    };
    let is_part = |path: &PathBuf| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        stem == name || stem.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
    };
    let mut parts: Vec<PathBuf> = csvs(dir).into_iter().filter(is_part).collect();
    parts.extend(csvs(&dir.join(name)));
    parts.sort();
    parts
}

impl Reader {
    /// A whole number from 0; 0 with a mistake for what is none.
    fn count(&mut self, line: u64, name: &str, text: &str) -> f64 {
        let count = text.parse().ok().filter(|count: &f64| count.is_finite() && *count >= 0.0 && count.fract() == 0.0);
        if count.is_none() {
            self.mistake(line, format!("has the {name} “{text}”"), "write a whole number, such as 12");
        }
        count.unwrap_or_default()
    }

    /// `None` for an empty value, and for a mistake.
    fn at_least(&mut self, line: u64, name: &str, text: &str, least: f64) -> Option<f64> {
        let number = self.number(line, name, text)?;
        if number < least {
            self.mistake(line, format!("has the {name} “{text}”"), format!("write a number from {least}"));
        }
        (number >= least).then_some(number)
    }
}

#[cfg(test)]
mod tests;
