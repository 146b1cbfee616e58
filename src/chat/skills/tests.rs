//! Over the demo shop, on Wednesday, 25 November 2026, at 12:00 in Porto.

use std::path::Path;
use std::sync::LazyLock;

use super::*;
use crate::chat::slots::Lexicon;
use crate::pack::import::{ShopSource, read_shop};

static SHOP: LazyLock<ShopSource> = LazyLock::new(|| {
    read_shop(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/www/shop"))).expect("the demo shop is sound")
});
static RECOMMENDER: LazyLock<Recommender> =
    LazyLock::new(|| Recommender::new(&SHOP.products, None, None, SHOP.ranking.clone()));
static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::new(&SHOP.settings, &SHOP.rules, &SHOP.products));

const NOON_MS: i64 = 1_795_608_000_000;

fn ask_at(text: &str, now_ms: i64, shown: &[&str]) -> (Vec<Skill>, Outcome) {
    let shop =
        Shop { settings: &SHOP.settings, rules: &SHOP.rules, products: &SHOP.products, recommender: &RECOMMENDER };
    let language = crate::chat::detect_language(text, Language::En);
    let shown: Vec<String> = shown.iter().map(|id| (*id).to_owned()).collect();
    let slots = LEXICON.read(text, SHOP.rules.zone.local(now_ms).0, &shown);
    let request = Request { text, language, slots: &slots, shown: &shown, cart: &[], now_ms };
    let skills = propose(&shop, &request);
    let outcome =
        skills.iter().map(|skill| run(*skill, &shop, &request)).find(|outcome| *outcome != Outcome::NotApplicable);
    (skills, outcome.unwrap_or(Outcome::NotApplicable))
}

fn answer(text: &str) -> Computed {
    match ask_at(text, NOON_MS, &[]) {
        (_, Outcome::Done(computed)) => *computed,
        other => panic!("{text}: {other:?}"),
    }
}

/// Checks a table of questions: the skill, what the reply says, and the passage it cites.
fn check(skill: Skill, source: &str, cases: &[(&str, &[&str])]) {
    for (text, parts) in cases {
        let computed = answer(text);
        assert_eq!(computed.skill, skill, "{text}: {}", computed.text);
        for part in *parts {
            assert!(computed.text.contains(part), "{text}: {}", computed.text);
        }
        assert!(computed.sources.iter().any(|id| id == source), "{text}: {:?}", computed.sources);
    }
}

#[test]
fn shipping_is_priced_by_place_and_weight() {
    check(
        Skill::ShippingCost,
        "shipping#rates",
        &[
            ("how much is shipping to France?", &["€7.90 up to 1 kg", "€15.90 up to 10 kg", "free from €79"]),
            ("what does it cost to send 2 kg to Germany", &["2 kg to Germany costs €9.90"]),
            ("shipping cost for 25 kg to Spain", &["costs €47.70", "3 parcels"]),
            ("shipping cost to London for a basket of 130 euros", &["free for your basket of €130"]),
            ("shipping price to Brazil", &["€21.90 up to 1 kg"]),
            ("express shipping cost to Canada", &["€49.90", "3–5 working days"]),
            ("express shipping cost to Australia", &["Express is not offered"]),
            ("寄到法国运费多少", &["1 公斤以内 7.90 欧元", "满 79 欧元 包邮"]),
            ("两斤茶寄到上海邮费多少钱", &["1 公斤的包裹", "17.90 欧元"]),
            ("寄到美国 3公斤 运费", &["24.90 欧元"]),
        ],
    );
}

#[test]
fn arrival_counts_working_days_from_the_day_of_dispatch() {
    // Wednesday noon: leaves the same day; 1 and 8 December are holidays in Portugal.
    check(
        Skill::DeliveryTime,
        "shipping#cutoff",
        &[
            (
                "how long does delivery to Portugal take",
                &["leaves us on Wednesday, 25 November", "between Thursday, 26 November and Friday, 27 November"],
            ),
            (
                "when would it arrive in France",
                &["between Friday, 27 November and Wednesday, 2 December", "2–4 working days"],
            ),
            ("how long does shipping to Madeira take", &["between Wednesday, 2 December and Monday, 7 December"]),
            ("how long is shipping to Japan", &["10–20 working days", "Customs checks can add 2–5 days"]),
            ("will it arrive in France by 5 December", &["should be there by Saturday, 5 December"]),
            ("will delivery to France arrive by 27 November", &["may arrive"]),
            ("will it be delivered to Germany before Thursday", &["will not be there"]),
            ("寄到葡萄牙要多久", &["11月25日（周三）发货", "11月26日（周四）到11月27日（周五）之间"]),
            ("寄到德国几天能到", &["3–6 个工作日"]),
        ],
    );
    // An hour after the cut-off it leaves on Thursday.
    let (_, late) = ask_at("how long does delivery to Portugal take", NOON_MS + 3 * 3_600_000, &[]);
    assert!(matches!(late, Outcome::Done(done) if done.text.contains("leaves us on Thursday, 26 November")));
}

#[test]
fn weights_are_priced_each_and_ranges_at_both_ends() {
    check(
        Skill::ShippingCost,
        "shipping#rates",
        &[
            ("is it 950 g or 1050 g that costs more to Cork", &["€7.90", "€9.90"]),
            ("3 to 4 kilos to Vienna, how much", &["3 kg to Vienna costs €9.90", "4 kg to Vienna costs €15.90"]),
            ("三四斤寄到巴塞罗那多少邮费", &["1.5 公斤", "2 公斤", "9.90 欧元"]),
            ("一公斤二两寄丹麦邮费", &["1.1 公斤", "9.90 欧元"]),
            ("寄澳门700克按哪个价收", &["21.90 欧元"]),
        ],
    );
}

#[test]
fn a_parcel_leaves_by_the_hour_the_day_and_what_is_done_to_it() {
    // Tuesday, 1 December and Tuesday, 8 December are holidays.
    check(
        Skill::DeliveryTime,
        "shipping#cutoff",
        &[
            ("if I order this Saturday night, when do you send it off", &["leaves us on Monday, 30 November"]),
            ("I pay tomorrow at 1 pm, which day does it leave you", &["the same day, Thursday, 26 November"]),
            ("I pay tomorrow at 3 pm, which day does it go out", &["leaves us on Friday, 27 November"]),
            ("if I buy it on Friday, which day does it go out", &["before 14:00", "27 November", "30 November"]),
            ("an order placed on Monday evening, when does it go out", &["leaves us on Wednesday, 2 December"]),
            ("paying this minute with gift wrapping, when does it go out", &["26 November", "gift wrapping"]),
            ("周六夜里下单 哪天发走", &["11月30日（周一）发货"]),
            ("现在付款 要礼品包装 几号发出", &["11月26日（周四）发货", "礼品包装"]),
            ("五一当天下单会发货吗", &["2027年5月3日（周一）发货"]),
            ("银行转账 钱周五上午到账 哪天发货", &["11月27日"]),
            (
                "dinner on the 5th in Marseille, paying now, will it make it",
                &["should be there by Saturday, 5 December"],
            ),
            ("I'll order next Monday evening to Lyon, when does it come", &["leaves us on Wednesday, 2 December"]),
        ],
    );
    // Of money on its way nobody knows when it comes.
    assert_eq!(ask_at("bank transfer, paying now, when do you dispatch it", NOON_MS, &[]).1, Outcome::NotApplicable);
}

#[test]
fn what_counts_towards_free_shipping_is_counted() {
    check(
        Skill::FreeShipping,
        "shipping#free",
        &[
            ("only the celadon melon pot, to Graz. how far off free delivery am i", &["€25 is missing"]),
            (
                "basket says 90 but 50 of that is a gift card, to Milan, not free i guess?  shipping",
                &["€39 is missing"],
            ),
            ("tea for 60 plus a 50 gift card to Munich, is delivery free", &["€19 is missing"]),
            ("goods are 49, student discount, to Braga, free post?", &["€0.90 is missing"]),
            ("forty-five euros to Sintra, is postage on the house", &["enough"]),
            ("购物车一共100欧 里头有张50的礼品卡 寄巴黎 还要加多少才包邮", &["还差 29 欧元"]),
            ("两只兔毫建盏 发伦敦 离包邮还缺多少", &["还差 44 欧元"]),
        ],
    );
}

#[test]
fn what_a_rule_lacks_is_asked_back() {
    for (text, wanted) in [
        ("what would postage come to for three kilos", SlotKind::Place),
        ("when will it get here if i order now", SlotKind::Place),
        ("几天能到啊", SlotKind::Place),
        ("till when is my kettle under guarantee", SlotKind::Date),
        ("我的电水壶还在保修期内吗", SlotKind::Date),
        ("can I return it today", SlotKind::Date),
        ("I ordered it on 1 October, can I still send it back", SlotKind::Date),
        ("can someone tell me the state of my order", SlotKind::Order),
        ("我订单呢 一点动静没有", SlotKind::Order),
    ] {
        let (_, outcome) = ask_at(text, NOON_MS, &[]);
        assert!(matches!(outcome, Outcome::Needs { slot, .. } if slot == wanted), "{text}: {outcome:?}");
    }
}

#[test]
fn a_person_answers_by_the_hours_of_the_channel() {
    check(
        Skill::OpeningHours,
        "visit#contact",
        &[
            ("nobody picks up the phone on sundays?", &["nobody answers", "Tuesday, 1 December, 11:00–18:00"]),
            ("if i whatsapp you on a sunday, between which hours does somebody read it", &["14:00–18:00"]),
            ("星期一想打电话 没人的话最早什么时候打得通", &["没有人接电话", "12月1日（周二） 11:00–18:00"]),
        ],
    );
}

#[test]
fn returns_are_counted_from_delivery() {
    check(
        Skill::ReturnDeadline,
        "returns#window",
        &[
            ("can I still return it, it arrived on 5 November", &["until Saturday, 5 December", "10 days"]),
            ("it was delivered 6 weeks ago, can I return it?", &["that time is over"]),
            ("it arrived last Friday, until when can I return it", &["Sunday, 31 January 2027"]),
            ("how many days do I have to return something", &["30 days"]),
            ("上周五收到的，还能退吗", &["2027年1月31日"]),
            ("三周前收到的，现在还能退货吗", &["12月4日"]),
            (
                "ordered on 20 October but it only came on 6 November, is it too late today to return",
                &["Sunday, 6 December"],
            ),
            ("box came on the 2nd, how long have i got to send things back", &["Wednesday, 2 December"]),
            ("seal never broken, delivered on the first day of this month, last return day", &["Tuesday, 1 December"]),
            ("上个月最后一天到的货 退货截止几号", &["11月30日"]),
            ("ordered 2 weeks ago, can i still return it", &["count from delivery", "11 December"]),
        ],
    );
    check(
        Skill::ReturnDeadline,
        "returns#exceptions",
        &[
            ("can I return opened tea?", &["opened tea cannot be returned"]),
            ("can I return a gift card", &["cannot be returned"]),
            ("拆封的茶能退吗", &["不能退货"]),
            ("刻字的可以退吗", &["不能退货"]),
            ("刻了名字的竹茶则想退 上周五到的", &["不能退货"]),
            ("lit the smoked pine candle once, came yesterday, can i hand it back", &["cannot be returned"]),
            ("can i send back a gift card i got last week", &["cannot be returned"]),
        ],
    );
    assert!(!answer("没拆封的茶能退货吗").text.contains("不能退货"));
    assert!(matches!(ask_at("can I still return this", NOON_MS, &[]).1, Outcome::Needs { slot: SlotKind::Date, .. }));
}

#[test]
fn warranties_depend_on_the_goods() {
    check(
        Skill::WarrantyDeadline,
        "warranty#period",
        &[
            ("how long is the warranty", &["3 years"]),
            (
                "how long is the warranty on the celadon ginger jar bought on 3 March 2024",
                &["until Wednesday, 3 March 2027"],
            ),
            ("保修多久", &["3 年"]),
        ],
    );
    check(
        Skill::WarrantyDeadline,
        "warranty#cast-iron",
        &[("warranty on the tetsubin", &["5 years"]), ("铸铁壶保修几年", &["5 年"])],
    );
}

#[test]
fn opening_hours_know_the_hour_the_day_and_the_holiday() {
    check(
        Skill::OpeningHours,
        "visit#hours",
        &[
            ("are you open now?", &["Yes, we are open now, until 19:00"]),
            ("when are you open", &["Tuesday to Saturday 10:30–19:00", "Monday closed"]),
            ("are you open on Monday", &["No, on Monday, 30 November we are closed", "Tuesday, 1 December, at 10:30"]),
            ("open on sunday?", &["open 14:00–18:00"]),
            ("are you open on Christmas Eve", &["10:30–15:00"]),
            ("is the shop open on christmas day", &["closed", "Saturday, 26 December"]),
            ("last day of the year, someone in the store? until what hour", &["10:30–15:00"]),
            ("over easter, are you open on good friday", &["26 March 2027", "10:30–19:00"]),
            ("open at 8 pm on Friday?", &["No, on Friday, 27 November at 20:00 we are closed"]),
            ("元旦开门吗", &["2027年1月1日（周五）元旦不营业"]),
            ("现在开着吗", &["营业中", "19:00"]),
            ("周一营业吗", &["不营业"]),
        ],
    );
    let (_, night) = ask_at("are you open now", NOON_MS + 9 * 3_600_000, &[]);
    assert!(matches!(night, Outcome::Done(done) if done.text.contains("open again on Thursday, 26 November at 10:30")));
}

#[test]
fn one_product_answers_from_its_own_data() {
    for (text, id, parts) in [
        ("how much is the longjing", "TEA-001", &["costs €24"][..]),
        ("how much are 3 of the longjing", "TEA-001", &["€72"]),
        ("is Oriental Beauty in stock?", "TEA-016", &["No, it is out of stock"]),
        ("does the evening box have caffeine", "GFT-002", &["No. ", "caffeine: none"]),
        ("is the sage enamel kettle ok for induction", "KET-005", &["Yes. ", "induction: yes"]),
        ("where does the da hong pao come from", "TEA-014", &["Wuyishan, Fujian"]),
        ("what size is the hammered copper kettle", "KET-004", &["1.3 l"]),
        ("how much does huangshan maofeng cost", "TEA-003", &["€12.90", "€15.80"]),
        ("碧螺春多少钱", "TEA-002", &["22.50 欧元"]),
        ("碧螺春有货吗", "TEA-002", &["21 件"]),
        ("碧螺春产地是哪里", "TEA-002", &["江苏苏州"]),
    ] {
        check(Skill::ProductDetails, id, &[(text, parts)]);
    }
    assert!(matches!(ask_at("how much is the gaiwan", NOON_MS, &[]).1, Outcome::Needs { slot: SlotKind::Product, .. }));
}

#[test]
fn products_are_compared_and_filtered_with_honest_counts() {
    let two = answer("compare the longjing and the biluochun");
    assert!(two.skill == Skill::CompareProducts && two.text.contains("| Price | €24 | €22.50 |"), "{}", two.text);
    assert!(two.text.contains("Biluochun from Dongting Hill is €1.50 cheaper"), "{}", two.text);
    let (_, shown) = ask_at("compare the first and the third", NOON_MS, &["TEA-001", "TEA-002", "TEA-013"]);
    assert!(matches!(shown, Outcome::Done(done) if done.products == ["TEA-001", "TEA-013"]));
    assert_eq!(answer("龙井和碧螺春有什么区别").products, ["TEA-001", "TEA-002"]);

    let gifts = answer("a gift under 30 euros");
    assert!(gifts.products.contains(&"GFT-002".to_owned()), "{}", gifts.text);
    let fitting = |fits: &dyn Fn(&Product) -> bool| SHOP.products.iter().filter(|product| fits(product)).count();
    let total = |computed: &Computed| match computed.value {
        Value::Matches { total, .. } => total,
        ref other => panic!("{other:?}"),
    };
    let cheap = |product: &Product| product.current_price().minor <= 1000;
    // “Euros” stands in the title of a gift card, and names no goods here.
    assert_eq!(total(&answer("got anything for under 10 euros")), fitting(&cheap));
    let least = |kind: &str| {
        let of_kind = SHOP
            .products
            .iter()
            .filter(|product| product.is_in_stock() && product.title.text(Language::En).contains(kind));
        of_kind.map(|product| product.current_price().minor).min()
    };
    let first = answer("what is your cheapest teapot?").products[0].clone();
    let first = SHOP.products.iter().find(|product| product.id == first).map(|product| product.current_price().minor);
    assert_eq!(first, least("teapot"));
    let is_tea = |product: &Product| product.category == "Tea";
    let green = answer("green tea under 20 euros");
    let is_green =
        |product: &Product| product.product_type.items(Language::En).last().is_some_and(|name| name == "Green tea");
    assert_eq!(
        total(&green),
        fitting(&|product| is_green(product) && product.current_price().minor <= 2000),
        "{}",
        green.text
    );
    let none = |product: &Product| {
        product.attributes.items(Language::En).iter().any(|row| row.name == "Caffeine" && row.value == "none")
    };
    assert_eq!(total(&answer("which teas have no caffeine?")), fitting(&|product| is_tea(product) && none(product)));
    assert_eq!(total(&answer("哪些茶叶不含咖啡因")), fitting(&|product| is_tea(product) && none(product)));
    assert_eq!(total(&answer("绿茶二十欧以内")), total(&green));
    assert_eq!(total(&answer("a teapot under 1 euro")), 0);
}

#[test]
fn sums_are_exact() {
    for (text, skill, parts) in [
        ("what is 20% off 45 euros", Skill::Discount, &["makes €36", "save €9"][..]),
        ("how much is 15% off €64.90", Skill::Discount, &["€55.16", "€9.74"]),
        ("20% off the longjing", Skill::Discount, &["€19.20"]),
        ("45欧打八折是多少", Skill::Discount, &["36 欧元"]),
        ("can I use the newsletter code on 25 euros", Skill::Discount, &["€5 short"]),
        ("newsletter discount on 50 euros", Skill::Discount, &["€45"]),
        ("a €50 gift card on a basket of €64.90", Skill::GiftCard, &["€14.90 to pay"]),
        ("I have a 100 euro gift card and spend 64.90 euros", Skill::GiftCard, &["€35.10 stays"]),
        ("50欧的礼品卡买64.90欧的东西，还要付多少", Skill::GiftCard, &["14.90 欧元"]),
        ("my gift card was bought on 1 May 2024, how long is it valid", Skill::GiftCard, &["Saturday, 1 May 2027"]),
        ("how much more for free shipping to Spain with 60 euros", Skill::FreeShipping, &["€19 is missing"]),
        ("寄到西班牙满多少包邮", Skill::FreeShipping, &["满 79 欧元"]),
        ("is there free shipping to Japan", Skill::FreeShipping, &["no free shipping"]),
    ] {
        let computed = answer(text);
        assert_eq!(computed.skill, skill, "{text}: {}", computed.text);
        for part in parts {
            assert!(computed.text.contains(part), "{text}: {}", computed.text);
        }
    }
}

#[test]
fn an_order_is_looked_up_only_where_the_shop_says_and_the_address_is_shown() {
    let computed = answer("where is my order LL-204417?");
    let url = "https://lantern-and-leaf.example/orders/LL-204417";
    assert!(computed.text.contains(url));
    assert_eq!(computed.action, Some(Action::Open { url: url.into() }));
    assert!(matches!(ask_at("我的订单到哪了", NOON_MS, &[]).1, Outcome::Needs { slot: SlotKind::Order, .. }));
}

#[test]
fn a_shop_without_rules_computes_nothing_but_its_catalogue() {
    let rules = ShopRules::default();
    let shop = Shop { settings: &SHOP.settings, rules: &rules, products: &SHOP.products, recommender: &RECOMMENDER };
    for text in [
        "shipping to France?",
        "are you open now",
        "how long is the warranty",
        "can I still return this",
        "where is my order",
    ] {
        let slots = Slots::default();
        let request = Request { text, language: Language::En, slots: &slots, shown: &[], cart: &[], now_ms: NOON_MS };
        assert!(propose(&shop, &request).is_empty(), "{text}");
    }
}

#[test]
fn every_number_that_a_reply_says_is_named_for_the_check() {
    for text in [
        "how long does delivery to Portugal take",
        "20% off 45",
        "are you open now",
        "寄到美国 3公斤 运费",
        "a gift under 30 euros",
    ] {
        let (_, outcome) = ask_at(text, NOON_MS, &[]);
        let Outcome::Done(computed) = outcome else { panic!("{text}: {outcome:?}") };
        let titles = computed.products.iter().filter_map(|id| SHOP.products.iter().find(|product| product.id == *id));
        let mut rest = computed.text.clone();
        for title in titles.flat_map(|product| product.title.0.values()) {
            rest = rest.replace(title.as_str(), "");
        }
        let mut numbers = computed.numbers.clone();
        numbers.sort_by_key(|number| std::cmp::Reverse(number.len()));
        numbers.iter().for_each(|number| rest = rest.replace(number.as_str(), ""));
        assert!(!rest.contains(|c: char| c.is_ascii_digit()), "{text}: {rest}");
    }
}

#[test]
fn no_message_makes_a_skill_panic() {
    let all = [
        Skill::ShippingCost,
        Skill::DeliveryTime,
        Skill::ReturnDeadline,
        Skill::WarrantyDeadline,
        Skill::OpeningHours,
        Skill::ProductDetails,
        Skill::CompareProducts,
        Skill::FilterCatalogue,
        Skill::Discount,
        Skill::GiftCard,
        Skill::FreeShipping,
        Skill::OrderStatus,
    ];
    let shop =
        Shop { settings: &SHOP.settings, rules: &SHOP.rules, products: &SHOP.products, recommender: &RECOMMENDER };
    for text in [
        "",
        "100% off 99999999999 €",
        "4000000 kg to France",
        "0% off 0",
        "零折",
        "in 99999 years",
        "9999-12-31",
        "\u{202e}龙井 @ US",
        "1万年前",
    ] {
        for now_ms in [NOON_MS, 0, i64::MAX, i64::MIN] {
            let slots = LEXICON.read(text, SHOP.rules.zone.local(now_ms).0, &[]);
            for language in Language::ALL {
                let request = Request { text, language, slots: &slots, shown: &[], cart: &[], now_ms };
                propose(&shop, &request);
                all.iter().for_each(|skill| drop(run(*skill, &shop, &request)));
            }
        }
    }
}

#[test]
fn several_goods_are_added_up_and_sent_where_they_are_to_go() {
    for (text, parts) in [
        ("what do a couple of speckled stoneware mugs and the speckled teapot come to", &["= €38", "€80 together"][..]),
        (
            "price for 3 eggshell tasting cups, 2 ginger snaps and one pocket tin in total?",
            &["= €27", "= €9.80", "€44.30"],
        ),
        ("how much is one genmaicha and half a dozen eggshell tasting cups", &["= €54", "€63.50"]),
        ("祁门红茶三袋 滇红金芽两袋 合计", &["43.50 欧元", "34.80 欧元", "78.30 欧元"]),
        ("一盒黄油酥饼加俩流釉大蓝杯一共多少钱", &["41.80 欧元"]),
        ("two big blue mugs sent to Galway, 820 g, all in?", &["= €35", "€7.90", "In all: €42.90"]),
        ("抹茶入门套装寄维也纳 连运费一共多少钱", &["连运费共 92 欧元"]),
        (
            "what is cheaper, the matcha starter set or one silver needle and two pocket tins",
            &["€92", "€49 together", "The second is €43 cheaper."],
        ),
    ] {
        let computed = answer(text);
        assert_eq!(computed.skill, Skill::Sum, "{text}: {}", computed.text);
        parts.iter().for_each(|part| assert!(computed.text.contains(part), "{text}: {}", computed.text));
    }
    // One thing, and two that are only compared, are no sum.
    assert_eq!(answer("how much is the pocket tin").skill, Skill::ProductDetails);
    assert_eq!(answer("which is cheaper, the pocket tin or the eggshell tasting cup").skill, Skill::CompareProducts);
}

#[test]
fn gift_cards_are_bought_and_spent_by_several() {
    for (text, parts) in [
        (
            "I pay 83.20 euros with two 25 euro gift cards and a 50 one, what is left",
            &["€100 together", "€16.80 stays"][..],
        ),
        ("how much is a printed 100 euro gift card, sent by post?", &["€2", "€102"]),
        ("what do three 50 euro gift cards cost", &["3 gift cards come to €150."]),
        ("五十欧的礼品卡买了32.4欧的茶还剩多少", &["17.60 欧元"]),
        ("纸质礼品卡 25 欧元的要四张 一共付多少", &["108 欧元"]),
    ] {
        let computed = answer(text);
        assert_eq!(computed.skill, Skill::GiftCard, "{text}: {}", computed.text);
        parts.iter().for_each(|part| assert!(computed.text.contains(part), "{text}: {}", computed.text));
    }
    let (_, outcome) = ask_at("do you have a gift card for 50 euros", NOON_MS, &[]);
    assert!(!matches!(&outcome, Outcome::Done(computed) if computed.skill == Skill::GiftCard), "{outcome:?}");
}

#[test]
fn a_code_leaves_out_what_is_reduced_and_gift_cards() {
    for (text, parts) in [
        (
            "student here: the cream kettle and one silver needle, what do I pay with the 10 %",
            &["€34", "€30.60", "€89.60"][..],
        ),
        ("with the newsletter code, 80 of teaware plus a 50 euro gift card, total?", &["€72", "€122"]),
        ("我有学生优惠，买一饼陈年寿眉再加一袋大红袍，实付多少", &["56 欧元"]),
    ] {
        let computed = answer(text);
        assert_eq!(computed.skill, Skill::Discount, "{text}: {}", computed.text);
        parts.iter().for_each(|part| assert!(computed.text.contains(part), "{text}: {}", computed.text));
    }
}

#[test]
fn a_code_takes_nothing_off_a_gift_card() {
    for text in ["does the newsletter code work on the gift card", "订阅码能拿来买礼品卡打九折不"] {
        let computed = answer(text);
        assert!(
            computed.text.contains("gift cards, so it stays at €50") || computed.text.contains("还是 50 欧元"),
            "{text}: {}",
            computed.text
        );
    }
}

/// Somebody's health may hang on it.
#[test]
fn what_must_not_be_in_it_is_in_nothing_that_is_offered() {
    let says_free = |id: &String| {
        let product = SHOP.products.iter().find(|product| product.id == *id).expect("it is of the shop");
        let mut rows = product.attributes.0.values().flatten();
        rows.any(|row| row.name == "Gluten-free" && row.value == "yes")
    };
    for text in ["show me sweets without gluten up to 10 euros", "有没有无麸质的甜食，不超过8欧"] {
        let computed = answer(text);
        assert!(!computed.products.is_empty() && computed.products.iter().all(says_free), "{text}: {}", computed.text);
    }
    let none = answer("gluten free biscuits under 8 euro");
    assert!(none.products.is_empty() && none.text.starts_with("Nothing in the catalogue fits"), "{}", none.text);
}

#[test]
fn stock_is_told_by_how_many_are_wanted_and_colours_by_what_there_is() {
    for (text, parts) in [
        ("I need five tenmoku easy gaiwans, enough in stock?", &["Not enough for 5: 2 left"][..]),
        ("do you still have the cobalt cup and saucer", &["out of stock"]),
        ("is the junshan yinzhen available?", &["pre-ordered", "Ships in May"]),
        ("what colours does the double-lid tin come in", &["red", "green"]),
        ("双盖茶叶罐有什么颜色", &["红", "绿"]),
    ] {
        let computed = answer(text);
        assert_eq!(computed.skill, Skill::ProductDetails, "{text}: {}", computed.text);
        parts.iter().for_each(|part| assert!(computed.text.contains(part), "{text}: {}", computed.text));
    }
}

#[test]
fn a_limit_is_read_however_it_is_said() {
    for (text, fits, other) in [
        ("a teapot of at least 800 ml, budget 45 euros", "POT-004", "POT-003"),
        ("show me teapots of 800 ml or more, nothing over 45 euros", "POT-004", "POT-003"),
        ("至少800毫升的茶壶，手头只有45欧", "POT-004", "POT-003"),
    ] {
        let computed = answer(text);
        assert_eq!(computed.skill, Skill::FilterCatalogue, "{text}: {}", computed.text);
        assert!(computed.products.iter().any(|id| id == fits), "{text}: {}", computed.text);
        assert!(!computed.products.iter().any(|id| id == other), "{text}: {}", computed.text);
    }
}
