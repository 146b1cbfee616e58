use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::protocol::Language;

/// A good shop in a folder of its own, to be spoiled one file at a time.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static N: AtomicU32 = AtomicU32::new(0);
        let name = format!("attendant-import-{}-{}", std::process::id(), N.fetch_add(1, Ordering::Relaxed));
        let folder = Folder(std::env::temp_dir().join(name));
        folder.write("shop.toml", SHOP);
        folder.write("products.csv", PRODUCTS);
        folder.write("products.zh.csv", PRODUCTS_ZH);
        folder.write("images/t1.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>");
        folder.write("knowledge/en/a.md", A_EN);
        folder.write("knowledge/zh/a.md", A_ZH);
        folder
    }

    fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.0.join(file);
        fs::create_dir_all(path.parent().expect("files lie in the folder")).expect("the temporary folder is writable");
        fs::write(path, content).expect("the temporary folder is writable");
    }

    fn mistakes(&self) -> String {
        read_shop(&self.0).expect_err("the shop was spoiled").to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const SHOP: &str = r##"format = 1
id = "s"
currency = "EUR"
languages = ["en", "zh"]
accent = "#112233"
accent_dark = "#445566"
[name]
en = "S"
zh = "店"
[tagline]
en = "t"
zh = "标"
[greeting]
en = "Hello"
zh = "你好"
[quick_replies]
en = ["a?"]
zh = ["甲？"]
[contact]
email = "hello@example.com"
[contact.address]
en = "Street 1"
zh = "街一号"
[contact.hours]
en = "never"
zh = "从不"
[decline]
en = "I do not know."
zh = "我不知道。"
"##;
const PRODUCTS: &str = "id,title,description,product_type,price,sale_price,availability,quantity,product_detail,custom_label_0,image_link\n\
    T1,\"Tea, green\",Leaves.,Tea > Green,12.50 EUR,10 EUR,in_stock,3,Origin:Hangzhou|Time:2:30 min,gift,images/t1.svg\n";
const PRODUCTS_ZH: &str = "id,title,description,product_type\nT1,绿茶,叶子。,茶 > 绿茶\n";
const A_EN: &str = "---\nid: a\ntitle: Topic\nproducts: T1\ntags: x, y\n---\n\n## Question? {#one}\n<!-- also: another way; a third -->\n\nSome *text*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
const A_ZH: &str = "---\nid: a\ntitle: 话题\n---\n## 问题？ {#one}\n\n文字。\n";

#[test]
fn a_good_shop_is_read_whole() {
    let folder = Folder::new();
    let shop = read_shop(&folder.0).expect("the shop is good");
    let product = &shop.products[0];
    assert_eq!(product.title.text(Language::Zh), "绿茶");
    assert_eq!(product.category, "Tea");
    assert_eq!(product.current_price().minor, 1000);
    assert_eq!(product.attributes.items(Language::En)[1].value, "2:30 min");
    let passage = &shop.passages[0];
    assert_eq!((passage.id.as_str(), passage.heading.as_str()), ("a#one", "Question?"));
    assert_eq!(passage.text, "Some text.\na b\n1 2");
    assert!(!passage.markdown.contains("also"));
    assert_eq!(passage.also, ["another way", "a third"]);
}

#[test]
fn byte_order_marks_and_windows_line_ends_are_fine() {
    let folder = Folder::new();
    for (file, text) in [("shop.toml", SHOP), ("products.csv", PRODUCTS), ("knowledge/en/a.md", A_EN)] {
        folder.write(file, format!("\u{feff}{}", text.replace('\n', "\r\n")));
    }
    read_shop(&folder.0).expect("the shop is good");
}

#[test]
fn feeds_as_other_programs_write_them_are_read() {
    let folder = Folder::new();
    folder.write("images/t1.png", b"\x89PNG\r\n\x1a\n");
    let feed = "ID\tTitle\tDescription\tGoogle Product Category\tPrice\tAvailability\tImage Link\n\
        T1\tTea\tLeaves, green.\tFood > Tea\t12.50 EUR\tin stock\thttps://shop.example/media/t1.png?v=2\n\
        T2\tCup\tBlue.\t\t7 EUR\tin_stock\t\n";
    folder.write("products.csv", feed);
    folder.write("products.zh.csv", "id;title;description\nT1;茶;叶子。\nT2;杯;蓝。\n");
    let shop = read_shop(&folder.0).expect("the shop is good");
    assert_eq!((shop.products[0].category.as_str(), shop.products[0].image.as_str()), ("Food", "images/t1.png"));
    assert_eq!((shop.products[1].category.as_str(), shop.products[1].image.as_str()), ("", ""));
    assert_eq!(shop.products[1].title.text(Language::Zh), "杯");
    assert_eq!(shop.images.len(), 1);
}

/// Each spoils one file and names what the report must say.
#[test]
fn every_mistake_is_found_with_its_place() {
    let product = |from: &str, to: &str| ("products.csv", PRODUCTS.replacen(from, to, 1).into_bytes());
    let shop = |from: &str, to: &str| ("shop.toml", SHOP.replacen(from, to, 1).into_bytes());
    let english = |from: &str, to: &str| ("knowledge/en/a.md", A_EN.replacen(from, to, 1).into_bytes());
    let twice = PRODUCTS.to_owned() + PRODUCTS.lines().last().expect("it has lines");
    let cases = [
        (product("12.50 EUR", "12,50 EUR"), "products.csv:2: 12 columns instead of 11"),
        (product("12.50 EUR", "twelve"), "products.csv:2: `price`"),
        (product("12.50 EUR", "12.50 XXX"), "is not a currency"),
        (product("12.50 EUR", "12.50 USD"), "is in USD, the shop in EUR"),
        (product("10 EUR", "12.50 EUR"), "`sale_price` is not below"),
        (product("in_stock", "maybe"), "unknown availability “maybe”"),
        (product("images/t1.svg", "images/t2.svg"), "image “images/t2.svg” cannot be read"),
        (product("images/t1.svg", "../t1.svg"), "outside the shop's folder"),
        (product("price,", "prize,"), "products.csv:1: no column `price`"),
        (("products.csv", twice.into_bytes()), "products.csv:3: id “T1” twice"),
        (product("Leaves.", "\"Leaves."), "products.csv:2: a quotation mark is not closed"),
        (product("images/t1.svg", "https://shop.example/t2.jpg?v=1"), "on another server"),
        (english("Some *text*.", "See [there](#two)."), "knowledge/en/a.md:8: the link “#two” leads nowhere"),
        (("products.csv", [PRODUCTS.as_bytes(), b"\xe9"].concat()), "not UTF-8 at byte"),
        (("products.zh.csv", b"id,title,description,product_type\nT9,a,b,c\n".to_vec()), "no translation of “T1”"),
        (("products.zh.csv", b"id,title,description,product_type\nT9,a,b,c\n".to_vec()), "unknown product “T9”"),
        (("images/t1.svg", b"<svg><script/></svg>".to_vec()), "holds `<script`"),
        (shop("currency = \"EUR\"", "currency = \"EURO\""), "shop.toml:3: unknown currency"),
        (shop("accent =", "acent ="), "unknown setting `acent`"),
        (shop("#112233", "red;}"), "`accent` is not a colour"),
        (shop("zh = \"店\"", ""), "`name` has no text in “zh”"),
        (shop("id = \"s\"", "id = "), "shop.toml:2"),
        (english("T1", "T9"), "knowledge/en/a.md:4: unknown product “T9”"),
        (english(" {#one}", ""), "knowledge/en/a.md:8: heading “Question?” has no slug"),
        (english("{#one}", "{#two}"), "“a#two” is missing in “zh”"),
        (english("{#one}", "{#two}"), "knowledge/zh/a.md:5: “a#one” is missing in “en”"),
        (("knowledge/en/a.md", A_EN.split("<!--").next().expect("one").as_bytes().to_vec()), "passage “one” is empty"),
        (english("title: Topic", "titel: Topic"), "unknown front matter “titel”"),
        (english("## Question", "stray\n\n## Question"), "text before the first heading"),
    ];
    for ((file, content), expected) in cases {
        let folder = Folder::new();
        folder.write(file, content);
        let mistakes = folder.mistakes();
        assert!(mistakes.contains(expected), "expected “{expected}” in:\n{mistakes}");
        assert!(mistakes.lines().filter(|line| line.contains(':')).all(|line| line.contains(" — ")), "{mistakes}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let folder = Folder::new();
    folder.write("shop.toml", SHOP.replace("accent =", "acent ="));
    folder.write("products.csv", PRODUCTS.replace("in_stock", "maybe"));
    folder.write("knowledge/en/a.md", A_EN.replace(" {#one}", ""));
    let mistakes = folder.mistakes();
    for file in ["shop.toml", "products.csv", "knowledge/en/a.md"] {
        assert!(mistakes.contains(file), "{file} in:\n{mistakes}");
    }
}

/// The tables of rules, after a sound file.
const RULES: &str = r#"
[hours]
source = "a#one"
[hours.week]
mon = ["09:00-12:30", "14:00-18:00"]
[returns]
source = "a#one"
days = 14
"#;

#[test]
fn rules_are_read_and_their_mistakes_have_a_line_and_a_cure() {
    let folder = Folder::new();
    let file = format!("time_zone = \"Europe/Berlin\"\n{SHOP}{RULES}");
    folder.write("shop.toml", &file);
    let id = A_EN.lines().find_map(|line| line.strip_prefix("id: ")).expect("the file has an id").to_owned();
    let slug = A_EN.split("{#").nth(1).and_then(|rest| rest.split('}').next()).expect("a passage has a slug");
    let file = file.replace("a#one", &format!("{id}#{slug}"));
    folder.write("shop.toml", &file);
    let shop = read_shop(&folder.0).expect("the rules are sound");
    assert_eq!(shop.rules.returns.map(|returns| returns.days), Some(14));
    assert_eq!(shop.rules.hours.map(|hours| hours.week.len()), Some(1));
    // Summer time of 2026 in Berlin begins on 29 March at 01:00 UTC.
    let offsets = shop.rules.zone.offsets;
    assert!(offsets.contains(&(1_774_746_000, 7200)) && offsets.len() > 50, "{offsets:?}");

    for (from, to, what) in [
        ("09:00-12:30", "12:30-09:00", "“12:30-09:00” is not a time span"),
        ("days = 14", "days = 14\ndayz = 3", "dayz"),
        ("days = 14", "days = \"two\"", "[returns]"),
        (&format!("{id}#{slug}"), "a#nowhere", "no passage “a#nowhere”"),
        ("Europe/Berlin", "Europe/Atlantis", "unknown time zone “Europe/Atlantis”"),
        ("[returns]", "[refunds]", "unknown setting `refunds`"),
    ] {
        folder.write("shop.toml", file.replace(from, to));
        let mistakes = folder.mistakes();
        assert!(mistakes.contains(what) && mistakes.contains("shop.toml:"), "{from}: {mistakes}");
    }
}

#[test]
fn a_model_that_the_shop_serves_lies_at_its_own_address_and_has_a_hash_and_a_size() {
    let hash = "ab".repeat(32);
    let written = |url: &str, sha256: &str, size: &str| {
        let folder = Folder::new();
        let purpose = "purpose = { en = \"Longer answers\", zh = \"更长的回答\" }";
        let model = format!("[[models]]\nurl = \"{url}\"\nsha256 = \"{sha256}\"\n{size}\n{purpose}\n");
        folder.write("shop.toml", format!("{SHOP}{model}"));
        folder
    };
    let folder = written("models/tiny.gguf", &hash, "size = 1_000_000");
    let shop = read_shop(&folder.0).expect("the shop is sound");
    assert_eq!((shop.models[0].size_bytes, shop.models[0].purpose.text(Language::Zh)), (1_000_000, "更长的回答"));
    let bytes = crate::pack::build::build_lexical(&shop).expect("it builds");
    assert_eq!(crate::pack::Pack::open(bytes).expect("it opens").models().expect("they are there"), shop.models);

    let elsewhere = written("https://models.example/tiny.gguf", &hash, "size = 1");
    assert!(elsewhere.mistakes().contains("put the file beside the page"));
    assert!(written("a.gguf", "12", "size = 1").mistakes().contains("`sha256` is no SHA-256"));
    assert!(written("a.gguf", &hash, "").mistakes().contains("write the file's size in bytes"));
}
