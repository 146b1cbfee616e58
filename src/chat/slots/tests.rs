use std::path::Path;
use std::sync::LazyLock;

use super::*;
use crate::pack::import::{ShopSource, read_shop};

static SHOP: LazyLock<ShopSource> = LazyLock::new(|| {
    read_shop(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/www/shop"))).expect("the demo shop is sound")
});
static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(&SHOP.settings, &SHOP.rules, &SHOP.products));

/// A Wednesday.
fn today() -> Date {
    Date::new(2026, 11, 25).unwrap()
}

fn read(text: &str) -> Slots {
    let slots = LEXICON.read(text, today(), &["TEA-001".into(), "TEA-013".into(), "CAD-002".into()]);
    for one in slots.understood() {
        assert!(text.get(one.span.clone()).is_some(), "{text}: {one:?}");
    }
    slots
}

#[test]
fn days_are_understood_in_both_languages() {
    for (text, expected) in [
        ("are you open today", "2026-11-25"),
        ("the day after tomorrow", "2026-11-27"),
        ("it arrived last Friday", "2026-11-20"),
        ("open on Monday?", "2026-11-30"),
        ("next Wednesday", "2026-12-02"),
        ("3 weeks ago", "2026-11-04"),
        ("two months ago", "2026-09-25"),
        ("in 5 days", "2026-11-30"),
        ("delivered on 3 November 2026", "2026-11-03"),
        ("December 3rd", "2026-12-03"),
        ("the 2nd of January", "2027-01-02"),
        ("on 24/12/2026", "2026-12-24"),
        ("2026-12-24", "2026-12-24"),
        ("24.12.", "2026-12-24"),
        ("Christmas Eve", "2026-12-24"),
        ("easter monday", "2027-03-29"),
        ("chinese new year", "2027-02-06"),
        ("今天开门吗", "2026-11-25"),
        ("大后天", "2026-11-28"),
        ("上周五收到的", "2026-11-20"),
        ("下周一", "2026-11-30"),
        ("周日开门吗", "2026-11-29"),
        ("星期天", "2026-11-29"),
        ("三天前", "2026-11-22"),
        ("两周前", "2026-11-11"),
        ("两个月前", "2026-09-25"),
        ("12月3号", "2026-12-03"),
        ("2026年11月5日收到", "2026-11-05"),
        ("十一月五号", "2027-11-05"),
        ("元旦开门吗", "2027-01-01"),
        ("上个月买的", "2026-10-25"),
        ("it came on the 3rd", "2026-12-03"),
        ("the last day of last month", "2026-10-31"),
        ("the last day of the year", "2026-12-31"),
        ("二月最后一天", "2027-02-28"),
        ("今年最后一天", "2026-12-31"),
        ("over easter, on good friday", "2027-03-26"),
    ] {
        let days: Vec<String> = read(text).days.iter().map(|day| day.value.date.to_string()).collect();
        assert_eq!(days, [expected], "{text}");
    }
    for text in
        ["12.50 euros", "may I return it", "the sun tea", "5 star", "3 to 5 kg", "第三个", "去年6月", "June last year"]
    {
        assert!(read(text).days.is_empty(), "{text}: {:?}", read(text).days);
    }
    let bought = read("I got it on 5 November").days[0].value;
    assert_eq!((bought.date.to_string(), bought.past(today()).to_string()), ("2027-11-05".into(), "2026-11-05".into()));
}

#[test]
fn what_happens_on_a_day_is_told_by_the_words_beside_it() {
    use DayRole::{Delivered, Needed, Ordered, Returned};
    for (text, expected) in [
        ("ordered on 20 January but it only came on the 4th of February", &[Some(Ordered), Some(Delivered)][..]),
        ("dinner party on the 18th, I order today", &[Some(Needed), Some(Ordered)]),
        ("it arrived last Friday, can I send it back today", &[Some(Delivered), Some(Returned)]),
        ("are you open on Sunday", &[None]),
        ("if I pay tomorrow before 2 pm", &[Some(Ordered)]),
        ("1月20号下的单 2月3号才收到", &[Some(Ordered), Some(Delivered)]),
        ("今天下单17号前能收到不", &[Some(Ordered), Some(Needed)]),
        ("明天两点前付款", &[Some(Ordered)]),
    ] {
        let roles: Vec<Option<DayRole>> = read(text).days.iter().map(|day| day.value.role).collect();
        assert_eq!(roles, expected, "{text}");
    }
}

#[test]
fn products_are_found_by_title_part_id_and_typo() {
    for (text, expected) in [
        ("how much is the longjing", &["TEA-001"][..]),
        ("the lonjing please", &["TEA-001"]),
        ("龙井多少钱", &["TEA-001"]),
        ("TEA-013 in stock?", &["TEA-013"]),
        ("is the smoked lapsang souchong strong", &["TEA-019"]),
        ("evening box without caffeine", &["GFT-002"]),
        ("does the sencha have caffeine", &["TEA-006"]),
        ("碧螺春有货吗", &["TEA-002"]),
        ("tetsubin", &["KET-003"]),
        ("the third one", &["CAD-002"]),
        ("第二个多少钱", &["TEA-013"]),
    ] {
        let slots = read(text);
        let ids: Vec<&str> = slots.products.iter().filter_map(|slot| slot.value.only()).collect();
        assert_eq!(ids, expected, "{text}: {:?}", slots.products);
    }
    let two = read("compare the longjing and the sencha");
    assert_eq!(two.products.len(), 2, "{:?}", two.products);
    let two = read("龙井和碧螺春有什么区别");
    assert_eq!(two.products.len(), 2, "{:?}", two.products);
    for text in ["do you ship to France", "how do I return something", "营业时间", "I want tea"] {
        assert!(read(text).products.is_empty(), "{text}: {:?}", read(text).products);
    }
}

#[test]
fn everything_else_is_understood_with_its_place_in_the_text() {
    let kinds = |text: &str| -> Vec<String> {
        read(text)
            .understood()
            .into_iter()
            .map(|one| format!("{:?} {} “{}”", one.kind, one.value, &text[one.span]))
            .collect()
    };
    for (text, expected) in [
        ("ship 2 kg to the UK", &["Weight 2000 g “2 kg”", "Place GB “UK”"][..]),
        ("两斤寄到法国", &["Weight 1000 g “两斤”", "Place FR “法国”"]),
        ("五十块以内的礼物", &["Budget ≤ 50 EUR “五十块以内”"]),
        ("a gift under €30", &["Budget ≤ 30 EUR “under €30”"]),
        ("20到30欧", &["Budget 20 EUR – 30 EUR “20到30欧”"]),
        ("20 % off 45", &["Percent 20 % “20 %”", "Amount 45 EUR “45”"]),
        ("八折 45.50欧", &["Percent 20 % “八折”", "Amount 45.50 EUR “45.50欧”"]),
        ("where is LL-204417?", &["Order LL-204417 “LL-204417”"]),
        ("mail me at ana@example.com", &["Email ana@example.com “ana@example.com”"]),
        ("a red cup of 200 ml", &["Colour red “red”", "Size 200 ml “200 ml”"]),
        ("红色的，不要红茶", &["Colour red “红色”"]),
        ("green tea", &[]),
    ] {
        assert_eq!(kinds(text), expected, "{text}");
    }
    assert_eq!(read("two gaiwans").quantity.map(|slot| slot.value), Some(2));
    assert_eq!(read("我要三个").quantity.map(|slot| slot.value), Some(3));
    assert_eq!(read("under $30").budget.and_then(|slot| slot.value.foreign), Some("USD"));
}

#[test]
fn arbitrary_text_gives_spans_on_character_boundaries_and_never_panics() {
    const PARTS: &[&str] = &[
        "12",
        "€",
        "é",
        "e\u{301}",
        "龙井",
        "ﬁ",
        "㎏",
        "上周",
        "五",
        "号",
        "月",
        "年",
        "-",
        "/",
        ".",
        ",",
        "@",
        "x",
        " ",
        "kg",
        "under",
        "元",
        "\u{200b}",
        "🍵",
        "①",
        "İ",
        "ß",
        "折",
        "百分之",
        "between",
        "and",
        "3",
        "rd",
        "of",
        "may",
        "order",
        "#",
        "半",
        "万",
        "ago",
        "in",
        "us",
        "US",
        "first",
        "\u{202e}",
        "99999999999999999999",
        "\0",
        "前",
        "last",
        "monday",
        "一百",
        "零",
        "次",
        "TEA-001",
    ];
    let mut state = 1u64;
    for _ in 0..3000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(PARTS[(state >> 33) as usize % PARTS.len()]);
        }
        read(&text);
    }
}
