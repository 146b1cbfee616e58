use polars_core::prelude::{IntoColumn, NamedFrom, Series};
use polars_io::parquet::write::ParquetWriter;

use super::super::{Mistakes, first_line, read_orders};
use super::*;
use crate::platform::SplitMix64;

/// The frozen history, and the same as DuckDB 2.0.0 writes it:
///
/// ```sql
/// COPY (SELECT "user", item, CAST("timestamp" AS TIMESTAMP) AS "timestamp", CAST(quantity AS INTEGER) AS quantity,
///              CAST(price AS DECIMAL(10, 2)) AS price
///       FROM read_csv('orders.csv', header = true, all_varchar = true))
///   TO 'orders.parquet' (FORMAT parquet, ROW_GROUP_SIZE 2048)
/// ```
const ORDERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/orders/orders");

/// A file for one test, gone after it.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Scratch {
        let path = std::env::temp_dir().join(format!("attendant-columns-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("a file for the test");
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn by_rows(path: &Path) -> Result<Orders, Mistakes> {
    let open = || BufReader::new(File::open(path).expect("the file is there"));
    Reader::new(path).orders(&first_line(open()), open())
}

#[test]
fn rows_columns_and_parquet_tell_the_same_history() {
    let [csv, parquet] = ["csv", "parquet"].map(|kind| std::path::PathBuf::from(format!("{ORDERS}.{kind}")));
    let rows = by_rows(&csv).expect("the fixture is sound");
    assert_eq!(Reader::new(&csv).columns("user,item,timestamp,quantity,price", &csv).as_ref(), Some(&rows));
    assert_eq!(read_orders(&parquet).as_ref(), Ok(&rows));
    assert!(rows.data.users.len() > 100 && rows.values.iter().flatten().all(|value| *value > 0.0));
}

/// Lines as people write them, most of them sound.
fn lines(random: &mut SplitMix64) -> String {
    let pick = |random: &mut SplitMix64, of: &[&str]| of[random.below(of.len())].to_owned();
    let is_wild = random.below(2) == 0;
    let mut text = pick(random, &["user,item,timestamp,price", "\u{feff}Item, user,note,timestamp ,price"]);
    let has_note = text.contains("note");
    let mut end = if random.below(4) == 0 { "\r\n" } else { "\n" };
    for _ in 0..random.below(40) {
        text.push_str(end);
        let odd = is_wild && random.below(30) == 0;
        let user = pick(random, &["ann", "bob", " eve\u{a0}", "李"]);
        let user = if odd { pick(random, &["", "\"ann\"", "a\"b", "ann,bob", "\"a\n b\"", "a\rb"]) } else { user };
        let item = pick(random, &["cup", "pot", "tray 2", "é"]);
        let time = pick(random, &["2010-12-01 08:26:00", "2010-12-01T08:26:00Z", "1291248000", "2011-01-01"]);
        let time = if is_wild && random.below(60) == 0 { "yesterday".to_owned() } else { time };
        let price = pick(random, &["", "1", "2.50", "1e1"]);
        let price = if is_wild && random.below(60) == 0 { pick(random, &["cheap", "-1", "1,2"]) } else { price };
        let first = if has_note { format!("{item},{user},a note,") } else { format!("{user},{item},") };
        text.push_str(&format!("{first}{time},{price}"));
        if is_wild && random.below(60) == 0 {
            end = if random.below(2) == 0 { "\n\n" } else { "\r" };
        }
    }
    if random.below(2) == 0 {
        text.push_str(end);
    }
    text
}

#[test]
fn columns_say_of_any_file_what_rows_say() {
    let mut random = SplitMix64::new(5);
    let (mut n_by_columns, mut n_mistaken) = (0, 0);
    for _ in 0..400 {
        let text = lines(&mut random);
        let file = Scratch::new("any.csv", text.as_bytes());
        let rows = by_rows(&file.0);
        assert_eq!(read_orders(&file.0), rows, "{text:?}");
        // In pieces of a few lines, too.
        let mut reader = Reader::new(&file.0);
        let columns = reader.plain_csv(&file.0, 64);
        if let Some(columns) = columns.filter(|columns| !columns.data.users.is_empty()) {
            n_by_columns += 1;
            assert_eq!(rows.as_ref(), Ok(&columns), "{text:?}");
        }
        n_mistaken += usize::from(rows.is_err());
    }
    assert!(n_by_columns > 150 && n_mistaken > 50, "{n_by_columns} by columns, {n_mistaken} mistaken");
}

fn parquet(columns: Vec<Column>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut frame = DataFrame::new_infer_height(columns).expect("columns of one length");
    ParquetWriter::new(&mut bytes).with_row_group_size(Some(2)).finish(&mut frame).expect("it can be written");
    bytes
}

#[test]
fn parquet_is_read_in_the_types_that_warehouses_write() {
    let column = |name: &str, values: Series| values.with_name(name.into()).into_column();
    let users = || column("User", Series::new("".into(), ["ann", "ann", "bob", "bob", "ann"]));
    let items = || column("item", Series::new("".into(), [7i64, 8, 7, 9, 9]));
    let secs = [1_291_248_000_i64, 1_291_248_001, 1_291_248_000, 1_291_334_400, 1_291_334_400];
    let ticks = |per_sec: i64| Series::new("".into(), secs.map(|at| at * per_sec));
    let of = |dtype: &DataType, ticks: Series| ticks.cast(dtype).expect("a time");
    let text = "user,item,timestamp\nann,7,1291248000\nann,8,1291248001\nbob,7,1291248000\nbob,9,2010-12-03\nann,9,2010-12-03\n";
    let csv = Scratch::new("types.csv", text.as_bytes());
    let expected = by_rows(&csv.0).expect("a sound file");
    let times = [
        of(&DataType::Datetime(TimeUnit::Milliseconds, None), ticks(1_000)),
        of(&DataType::Datetime(TimeUnit::Microseconds, None), ticks(1_000_000)),
        of(&DataType::Datetime(TimeUnit::Nanoseconds, None), ticks(1_000_000_000)),
        ticks(1),
        ticks(1_000),
        of(&DataType::Float64, ticks(1)),
        of(&DataType::String, ticks(1)),
    ];
    for time in times {
        let kind = time.dtype().clone();
        let file = Scratch::new("types.parquet", &parquet(vec![users(), items(), column("timestamp", time)]));
        assert_eq!(read_orders(&file.0).as_ref(), Ok(&expected), "{kind}");
    }
    let days = of(&DataType::Date, Series::new("".into(), [14_945i32, 14_945, 14_945, 14_946, 14_946]));
    let amounts = column("quantity", Series::new("".into(), [1.0, f64::NAN, 2.0, -1.0, 1.0]));
    let prices = column("price", Series::new("".into(), [Some("2.5"), None, Some("3"), None, Some("1")]));
    let events = column("event", Series::new("".into(), [None, None, None, None, Some("search")]));
    let bytes = parquet(vec![users(), items(), column("timestamp", days), amounts, prices, events]);
    let orders = read_orders(&Scratch::new("amounts.parquet", &bytes).0).expect("a sound file");
    assert_eq!((orders.data.items, orders.values), (vec!["7".into(), "8".into()], vec![vec![2.5], vec![6.0]]));
}

#[test]
fn what_is_wrong_with_parquet_is_told() {
    let told = |bytes: &[u8]| {
        let file = Scratch::new("wrong.parquet", bytes);
        let mistakes = read_orders(&file.0).expect_err("a broken file").0;
        mistakes.iter().map(|one| format!("{:?}: {}", one.line, one.what)).collect::<Vec<_>>()
    };
    let texts = |name: &str, values: [&str; 3]| Series::new(name.into(), values).into_column();
    let (users, items) = (texts("user", ["ann", "", "bob"]), texts("item", ["cup", "pot", "cup"]));
    let times = texts("timestamp", ["1", "2", "soon"]);
    assert_eq!(
        told(&parquet(vec![users.clone(), items.clone()])),
        ["None: lacks the column “timestamp”, or has it twice"]
    );
    let sound = parquet(vec![users.clone(), items.clone(), times]);
    assert_eq!(told(&sound), ["Some(2): has no user", "Some(3): has the time “soon”"]);
    let flags = Series::new("timestamp".into(), [true, false, true]).into_column();
    assert_eq!(told(&parquet(vec![users, items, flags])), ["None: has the column “timestamp” as Boolean"]);
    assert!(told(&sound[..sound.len() / 2])[0].starts_with("None: is no sound Parquet"));
}

#[test]
fn broken_parquet_is_refused_or_read() {
    let sound = std::fs::read(format!("{ORDERS}.parquet")).expect("the fixture is there");
    let mut random = SplitMix64::new(7);
    for _ in 0..100 {
        let mut bytes = sound.clone();
        // Behind the first four, which say that this is Parquet; half of them in the footer, which says where all is.
        let from = if random.below(2) == 0 { 4 } else { bytes.len() - 3000 };
        for _ in 0..=random.below(3) {
            let at = from + random.below(bytes.len() - from);
            bytes[at] = random.bits() as u8;
        }
        let _ = read_orders(&Scratch::new("bits.parquet", &bytes).0);
    }
}

/// What reading a history of one's own takes, by rows or by columns: run it under `time -v`.
#[test]
#[ignore = "needs a history of your own"]
fn a_history_of_ones_own_is_read() {
    let path = std::path::PathBuf::from(std::env::var_os("ATTENDANT_ORDERS").expect("ATTENDANT_ORDERS names a file"));
    let begun = std::time::Instant::now();
    let orders = if std::env::var_os("ATTENDANT_ROWS").is_some() { by_rows(&path) } else { read_orders(&path) };
    let orders = orders.expect("a sound file");
    println!("{} users, {} items in {:?}", orders.data.users.len(), orders.data.items.len(), begun.elapsed());
}
