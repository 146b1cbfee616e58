use super::*;

/// Reads `text` as a file, whose name the mistakes then leave out.
fn read<T>(name: &str, text: &[u8], read: impl Fn(&Path) -> Result<T, Mistakes>) -> Result<T, Vec<String>> {
    let dir = std::env::temp_dir().join(format!("attendant-read-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a folder for the test");
    let path = dir.join(name);
    std::fs::write(&path, text).expect("a file for the test");
    let result = read(&path);
    std::fs::remove_file(&path).expect("the file just written");
    let place = |one: &Mistake| format!("{}: {}", one.line.map_or("-".to_owned(), |line| line.to_string()), one.what);
    result.map_err(|mistakes| mistakes.0.iter().map(place).collect())
}

#[test]
fn events_of_one_time_are_one_basket() {
    let text = "timestamp,item,user,quantity\n\
        2010-12-02 08:00:00,b,ann,1\n2010-12-01 08:26:00,a,ann,2\n2010-12-01T08:26:00Z,c,ann,1\n\
        2010-12-01 08:26:00,a,ann,1\n1291248000,a,bob,1\n2010-12-03,c,bob,-1\n";
    let data = read("baskets.csv", text.as_bytes(), read_events).expect("a sound file");
    assert_eq!(data.users, ["ann", "bob"]);
    assert_eq!(data.items, ["b", "a", "c"]);
    assert_eq!(data.histories[0].iter().map(|basket| basket.items.clone()).collect::<Vec<_>>(), [vec![1, 2], vec![0]]);
    // 1 291 248 000 s is midnight of 2 December 2010; what was returned is not taken.
    assert_eq!(data.histories[1], [Basket { at: 14_945.0, items: vec![1] }]);
    assert!(data.has_clock);
}

#[test]
fn where_purchases_are_told_only_they_count() {
    let text = "user,item,timestamp,event\nann,a,1,view_item\nann,b,2,Order Completed\nann,c,3,search\n";
    let data = read("purchases.csv", text.as_bytes(), read_events).expect("a sound file");
    assert_eq!(data.items, ["b"]);
}

#[test]
fn lines_are_steps() {
    let data = read("lines.txt", b"1 9 8 9\n\n2 8\n", read_events).expect("a sound file");
    assert_eq!((data.users.len(), data.items.clone()), (2, vec!["9".to_owned(), "8".to_owned()]));
    assert_eq!(data.histories[0][2], Basket { at: 2.0, items: vec![0] });
    assert!(!data.has_clock && data.has_repeats());
}

#[test]
fn shopify_orders_go_on_over_lines() {
    let text = "Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem sku,Cancelled at\n\
        #1,ann@x.org,2024-05-01 10:00:00 -0400,1,\"Cup, blue\",cup,\n#1,,,2,Pot,,\n\
        #2,ann@x.org,2024-05-02 10:00:00 -0400,1,Tray,tray,2024-05-03 10:00:00 -0400\n";
    let data = read("orders.csv", text.as_bytes(), read_events).expect("a sound file");
    assert_eq!((data.users, data.items), (vec!["ann@x.org".to_owned()], vec!["cup".to_owned(), "Pot".to_owned()]));
    assert_eq!(data.histories[0].len(), 1);
    // 14:00 UTC.
    assert!((data.histories[0][0].at.fract() - 14.0 / 24.0).abs() < 1e-6);
}

#[test]
fn every_mistake_is_named_by_line() {
    let text =
        "user,item,timestamp,event,price\nann,a,yesterday,,\n,b,1,,\nann,b,1,stroked,\nann,b,1\nann,b,1,,cheap\n";
    let mistakes = read("broken.csv", text.as_bytes(), read_events).expect_err("all its lines are broken");
    assert_eq!(
        mistakes,
        [
            "2: has the time “yesterday”",
            "3: has no user",
            "4: has the unknown event “stroked”",
            "5: has 3 columns where the header has 5",
            "6: has the price “cheap”",
        ]
    );
    let one = |name: &str, text: &[u8]| read(name, text, read_events).expect_err("a broken file").join("\n");
    assert_eq!(one("columns.csv", b"user,thing,timestamp\n"), "1: lacks the column “item”");
    assert_eq!(one("bytes.csv", b"user,item,timestamp\nann,a,1\nann,\xff,1\n"), "3: is not UTF-8");
    assert_eq!(one("empty.csv", b"\n"), "-: holds no events");
    // As the page for shop owners reads it, and a command line without Polars.
    let parquet = read_orders_in("orders.parquet", b"PAR1\x15\x04").expect_err("it needs columns");
    assert_eq!(parquet.0[0].what, "is Parquet, which cannot be read here");
    assert_eq!(
        one("twice.txt", b"1 2\n3\n1 4\n"),
        "2: names user “3” and no item\n3: names user “1” again, after line 1"
    );
}

#[test]
fn items_are_described_by_columns_or_by_lists() {
    let items = read("items.csv", b"title,item,colour\nBig cup,a,blue\n", read_items).expect("a sound file");
    assert_eq!(items["a"], "Big cup blue");
    let items = read("items.json", br#"{"a": [1, "cup"], "b": "pot"}"#, read_items).expect("a sound file");
    assert_eq!((items["a"].as_str(), items["b"].as_str()), ("1 cup", "pot"));
    let mistakes = read("broken.json", b"{\"a\": 1,\n}", read_items).expect_err("a broken file");
    assert!(mistakes[0].starts_with("2: "), "{mistakes:?}");
}
