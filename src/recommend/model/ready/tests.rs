use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::recommend::interactions::Interactions;
use crate::recommend::read::{read_events, read_tables};

/// SQL counts in doubles and we in floats; then both are rounded to 255 steps of a row's root.
const TOLERANCE: f32 = 0.02;
const SAME_FROM: &str = "-- What follows is the same on DuckDB, BigQuery and Spark.";
const SAME_TO: &str = "-- So far the same.";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs BigQuery's SQL on DuckDB: sqlglot knows both dialects, and what is exported to a bucket goes into the folder.
const AS_BIGQUERY: &str = r#"
import duckdb, sqlglot, sys
duckdb.execute("SET TimeZone = 'UTC'")
duckdb.execute("CREATE TABLE orders AS FROM read_csv('orders.csv', header = true, all_varchar = true)")
for statement in sqlglot.parse(open(sys.argv[1]).read(), read="bigquery"):
    if isinstance(statement, sqlglot.exp.Export):
        uri = next(value.name for value in statement.args["options"].find_all(sqlglot.exp.Literal) if "gs:" in value.name)
        part = uri.removeprefix("gs://BUCKET/").replace("*", "000000000000")
        duckdb.execute(f"COPY ({statement.this.sql('duckdb')}) TO '{part}' (HEADER)")
    else:
        duckdb.execute(statement.sql("duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE))
"#;
const AS_DUCKDB: &str = "import duckdb, sys; duckdb.execute(open(sys.argv[1]).read())";

/// The tables that `sql/DIALECT.sql` makes of `orders` where the `program` runs it. DuckDB comes with Python, which
/// `./dev test` sets up; `ATTENDANT_PYTHON` names another one that has it.
fn counted_by(program: &str, dialect: &str, orders: &Path) -> ReadyTables {
    let python = std::env::var_os("ATTENDANT_PYTHON").map_or_else(
        || std::env::home_dir().expect("a home directory").join(".cache/attendant/python/bin/python"),
        PathBuf::from,
    );
    let folder = std::env::temp_dir().join(format!("attendant-{dialect}-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("tables")).expect("a folder for the test");
    std::fs::copy(orders, folder.join("orders.csv")).expect("the orders are there");
    let run = Command::new(&python)
        .current_dir(&folder)
        .args(["-c", program])
        .arg(repository().join(format!("src/recommend/sql/{dialect}.sql")))
        .output()
        .unwrap_or_else(|error| panic!("{} cannot be run ({error}): ./dev test sets it up", python.display()));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let tables = read_tables(&folder.join("tables"));
    std::fs::remove_dir_all(&folder).expect("the folder just made");
    tables.expect("the SQL writes sound tables")
}

/// Fails where two tables differ beyond rounding, and returns the share of our entries that both have: where a row
/// is cut at its 64th entry, rounding decides between equals.
fn compare(ours: &Pairs, theirs: &Pairs, names: (&[String], &[String])) -> f64 {
    let place = |id: &String| names.1.iter().position(|other| other == id).expect("both know the item");
    let places: Vec<usize> = names.0.iter().map(place).collect();
    let (mut n, mut both) = (0usize, 0usize);
    for (row, &at) in ours.rows.iter().zip(&places) {
        let theirs: std::collections::HashMap<u32, f32> = theirs.rows[at].iter().copied().collect();
        let largest = row.iter().map(|entry| entry.1).fold(0.0, f32::max);
        n += row.len();
        for (to, weight) in row {
            if let Some(other) = theirs.get(&(places[*to as usize] as u32)) {
                both += 1;
                assert!((weight - other).abs() <= TOLERANCE * largest, "{weight} and {other} of {largest}");
            }
        }
        assert_eq!(row.len(), theirs.len());
    }
    both as f64 / n.max(1) as f64
}

/// Compares all that the SQL makes of a history with what we make of it; shares as [`compare`] has them.
fn compare_all(data: &Interactions, ready: ReadyTables) -> Vec<f64> {
    let (theirs, kept) = ready.into_model(1, |_| true);
    assert_eq!(kept, Kept { items: data.items.len(), pairs: kept.pairs, ..Kept::default() });
    let traits = Traits::of(data);
    assert_eq!((theirs.traits, theirs.last_day), (traits, data.end().floor() as i32));
    let ours = Tables::fit(data, &[], traits);
    let close = |a: f32, b: f32| assert!((a - b).abs() <= 1e-4 * a.abs().max(1.0), "{a} and {b}");
    for (mine, yours) in
        [(Some(&ours.popularity), Some(&theirs.tables.popularity)), (ours.trend.as_ref(), theirs.tables.trend.as_ref())]
    {
        let counts = |model: Option<&Popularity>| model.expect("a history with times").counts_at(theirs.last_day);
        let (mine, yours) = (counts(mine), counts(yours));
        for (id, count) in data.items.iter().zip(mine) {
            close(count, yours[theirs.items.iter().position(|other| other == id).expect("both know the item")]);
        }
    }
    for (id, rate) in data.items.iter().zip(&ours.again.as_ref().expect("some come back").rates) {
        let at = theirs.items.iter().position(|other| other == id).expect("both know the item");
        close(*rate, theirs.tables.again.as_ref().expect("some come back").rates[at]);
    }
    let names = (data.items.as_slice(), theirs.items.as_slice());
    let together =
        (ours.together.as_ref().expect("orders of several"), theirs.tables.together.as_ref().expect("the same"));
    vec![
        compare(&ours.near, &theirs.tables.near, names),
        compare(together.0, together.1, names),
        compare(&ours.after, &theirs.tables.after, names),
    ]
}

#[test]
fn the_sql_counts_on_duckdb_what_we_count() {
    let orders = repository().join("tests/fixtures/orders/orders.csv");
    let data = read_events(&orders).expect("the fixture is sound");
    assert_eq!(compare_all(&data, counted_by(AS_DUCKDB, "duckdb", &orders)), [1.0, 1.0, 1.0]);
}

#[test]
fn the_sql_counts_in_bigquery_s_dialect_what_we_count() {
    let orders = repository().join("tests/fixtures/orders/orders.csv");
    let data = read_events(&orders).expect("the fixture is sound");
    assert_eq!(compare_all(&data, counted_by(AS_BIGQUERY, "bigquery", &orders)), [1.0, 1.0, 1.0]);
}

/// Run by hand over a real history: `ATTENDANT_ORDERS=orders.csv cargo test -- --ignored over_a_history`.
#[test]
#[ignore = "needs a history of your own"]
fn the_sql_counts_what_we_count_over_a_history_of_ones_own() {
    let orders = PathBuf::from(std::env::var_os("ATTENDANT_ORDERS").expect("ATTENDANT_ORDERS names a CSV file"));
    let data = read_events(&orders).expect("a sound file");
    // Its tables may be there already: DuckDB takes minutes over a long history.
    let ready = match std::env::var_os("ATTENDANT_TABLES") {
        Some(tables) => read_tables(Path::new(&tables)).expect("sound tables"),
        None => counted_by(AS_DUCKDB, "duckdb", &orders),
    };
    let shares = compare_all(&data, ready);
    println!("entries that both have: {shares:?}");
    assert!(shares.iter().all(|share| *share > 0.99), "{shares:?}");
}

#[test]
fn the_sql_is_one_text_in_three_dialects() {
    let core = |dialect: &str| {
        let sql =
            std::fs::read_to_string(repository().join(format!("src/recommend/sql/{dialect}.sql"))).expect(dialect);
        let (_, rest) = sql.split_once(SAME_FROM).expect(SAME_FROM);
        rest.split_once(SAME_TO).expect(SAME_TO).0.to_owned()
    };
    assert_eq!(core("bigquery"), core("duckdb"));
    assert_eq!(core("spark"), core("duckdb"));
}

#[test]
fn what_few_shoppers_did_goes_into_no_pack() {
    let item =
        |id: &str, shoppers| ReadyItem { id: id.into(), orders: 9.0, shoppers, trend: Some(2.0), again: Some(0.5) };
    let pair = |from, to, shoppers| ReadyPair { from, to, weight: 1.0, shoppers };
    let tables = ReadyTables {
        items: vec![item("left", 9), item("rare", 4), item("cup", 9), item("pot", 9)],
        near: vec![pair(0, 2, 9), pair(1, 2, 4), pair(2, 3, 5), pair(3, 2, 4)],
        until_day: 20_000,
        ..ReadyTables::default()
    };
    let (model, kept) = tables.into_model(MIN_SHOPPERS, |id| id != "left");
    assert_eq!(model.items, ["cup", "pot"]);
    assert_eq!(kept, Kept { items: 2, pairs: 1, rare_items: 1, rare_pairs: 1 });
    let read = Model::read(&model.write()).expect("a pack carries it");
    assert_eq!(read.alike(0, 9), [(1, 1.0)]);
    assert!(read.alike(1, 9).is_empty());
    assert_eq!(read.popular(20_001.0, 9).len(), 2);
}
