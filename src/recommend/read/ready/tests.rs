use super::*;

/// Reads files of these names and texts as a folder of tables.
fn read(case: &str, files: &[(&str, &str)]) -> Result<ReadyTables, Vec<String>> {
    let dir = std::env::temp_dir().join(format!("attendant-tables-{case}-{}", std::process::id()));
    for (name, text) in files {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder above")).expect("a folder for the test");
        std::fs::write(path, text).expect("a file for the test");
    }
    let tables = read_tables(&dir);
    std::fs::remove_dir_all(&dir).expect("the folder just made");
    let inside = format!("{}/", dir.display());
    tables.map_err(|mistakes| mistakes.0.iter().map(|one| one.to_string().replace(&inside, "")).collect())
}

const POPULARITY_CSV: &str = "item,orders,shoppers,until_day,trend,again\ncup,9,7,20000,3.5,0.25\npot,6,6,20000,1,0\n";
const PAIRS_CSV: &str = "item,other,weight,shoppers\ncup,pot,0.5,6\n";

#[test]
fn tables_are_read_whole_or_in_parts() {
    let whole = [("popularity.csv", POPULARITY_CSV), ("item_to_item.csv", PAIRS_CSV), ("markov.csv", PAIRS_CSV)];
    let tables = read("whole", &whole).expect("sound tables");
    assert_eq!((tables.items.len(), tables.until_day, &tables.together), (2, 20000, &None));
    assert_eq!(tables.near, [ReadyPair { from: 0, to: 1, weight: 0.5, shoppers: 6 }]);
    let parts = [
        ("popularity/part-0.csv", "item,orders,shoppers,until_day,trend,again\ncup,9,7,20000,3.5,0.25\n"),
        ("popularity/part-1.csv", "item,orders,shoppers,until_day,trend,again\npot,6,6,20000,1,0\n"),
        ("item_to_item-000.csv", PAIRS_CSV),
        ("item_to_item-001.csv", "item,other,weight,shoppers\n"),
        ("markov.csv", PAIRS_CSV),
    ];
    assert_eq!(read("parts", &parts).expect("sound tables"), tables);
}

#[test]
fn every_mistake_in_a_table_is_named_by_line() {
    let broken = [
        ("popularity.csv", "item,orders,shoppers,until_day,again\ncup,9,7,20000,2\n,x,1,20000,\ncup,1,1,1700000000,\n"),
        ("item_to_item.csv", "item,other,weight,shoppers\ncup,mug,1,5\ncup,cup,1,5\ncup,cup,0,5\n"),
    ];
    let mistakes = read("broken", &broken).expect_err("they are broken").join("\n");
    for part in [
        "popularity.csv:2: has the again “2”",
        "popularity.csv:3: has no item",
        "popularity.csv:3: has the orders “x”",
        "popularity.csv:4: counts item “cup” again",
        "popularity.csv:4: has the until_day “1700000000”",
        "item_to_item.csv:2: names the other “mug”",
        "item_to_item.csv:3: pairs “cup” with itself",
        "item_to_item.csv:4: has the weight “0”",
        "markov.csv: is missing",
    ] {
        assert!(mistakes.contains(part), "{part} in\n{mistakes}");
    }
    assert!(read("columns", &[("popularity.csv", "item,orders\n")]).expect_err("no columns")[0].contains("“shoppers”"));
}
