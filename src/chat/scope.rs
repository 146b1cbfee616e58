//! What no shop's knowledge answers, however near some passage's words lie: the world at large, other
//! shops' parcels, the private life of the people there, and goods that are not sold here.

use crate::chat::phrases::{contains_any, has_any};
use crate::protocol::Language;
use crate::retrieve::tokens::{normalize, terms};

const WORLD: &[&str] = &[
    "weather",
    "forecast",
    "will it rain",
    "is it raining",
    "will it snow",
    "how hot is it",
    "temperature outside",
    "election",
    "president",
    "prime minister",
    "politics",
    "political party",
    "war",
    "football match",
    "football game",
    "soccer",
    "champions league",
    "world cup",
    "stock market",
    "share price",
    "bitcoin price",
    "bitcoin",
    "python",
    "javascript",
    "source code",
    "write code",
    "a function that",
    "homework",
    "maths",
    "math problem",
    "equation",
    "capital of",
    "tell me a joke",
    "know a joke",
    "know any jokes",
    "a good joke",
    "another joke",
    "a poem",
    "an essay",
    "lyrics",
    "sing me",
    "a song",
    "good film",
    "a film",
    "movie",
    "movies",
    "tv series",
    "translate",
    "airline",
    "flights",
    "cheap flight",
    "a hotel in",
    "a hotel near",
    "hotel near",
    "book a hotel",
    "good hotel",
    "nice hotel",
    "cheap hotel",
    "hotels in",
    "hotels near",
    "a table for",
    "passport",
    "ielts",
    "horoscope",
    "lottery",
    "tyre",
    "flat tire",
    "what time is it",
    "meaning of life",
    "your favourite",
    "your favorite",
    "tattoo",
    "tattoos",
    "which phone",
    "a laptop",
    "driving licence",
    "天气",
    "下雨",
    "大选",
    "选举",
    "总统",
    "政治",
    "战争",
    "打仗",
    "足球",
    "欧冠",
    "世界杯",
    "股票",
    "股市",
    "比特币",
    "写代码",
    "编程",
    "python",
    "作业",
    "数学题",
    "首都",
    "笑话",
    "写诗",
    "一首诗",
    "写一篇",
    "作文",
    "唱一首",
    "唱首歌",
    "歌词",
    "好看的电影",
    "一部电影",
    "电视剧",
    "翻译成",
    "翻译一下",
    "航空公司",
    "哪家航空",
    "机票",
    "订酒店",
    "便宜的酒店",
    "附近的酒店",
    "哪家酒店",
    "酒店推荐",
    "推荐酒店",
    "好的酒店",
    "订餐厅",
    "哪家餐厅",
    "人的餐厅",
    "餐厅推荐",
    "推荐餐厅",
    "好的餐厅",
    "附近的餐厅",
    "好吃的餐厅",
    "护照",
    "雅思",
    "星座",
    "彩票",
    "轮胎",
    "现在几点",
    "纹身",
    "什么手机",
    "驾照",
    "签证",
];
/// Where somebody stays …
const LODGINGS: &[&str] = &["hotel", "hotels", "酒店", "餐厅"];
/// … and has something sent.
const SENT: &[&str] = &[
    "ship",
    "shipped",
    "send",
    "sent",
    "deliver",
    "delivered",
    "delivery",
    "parcel",
    "package",
    "arrive",
    "arrives",
    "waiting",
    "order",
    "ordering",
    "寄",
    "送到",
    "送货",
    "快递",
    "包裹",
    "收货",
    "下单",
    "收到",
];
const PEOPLE: &[&str] = &[
    "owner",
    "owner's",
    "boss",
    "founder",
    "founder's",
    "ceo",
    "manager's",
    "staff member",
    "employee",
    "your staff",
    "your buyer",
    "tea buyer",
    "cashier",
    "how old are you",
    "where do you live",
    "are you married",
    "老板",
    "店主",
    "老板娘",
    "创始人",
    "店长",
    "采购员",
    "员工",
    "店员",
    "你几岁",
    "你多大",
    "你结婚",
    "你住",
];
const PRIVATE: &[&str] = &[
    "old",
    "age",
    "salary",
    "earn",
    "earns",
    "paid",
    "married",
    "wife",
    "husband",
    "single",
    "live",
    "lives",
    "home",
    "home address",
    "religion",
    "vote",
    "娶",
    "几岁",
    "多大",
    "年龄",
    "年纪",
    "工资",
    "赚",
    "收入",
    "结婚",
    "老婆",
    "老公",
    "住",
    "单身",
];
const OTHER_SHOPS: &[&str] = &[
    "amazon",
    "zara",
    "ikea",
    "ebay",
    "aliexpress",
    "shein",
    "temu",
    "walmart",
    "h&m",
    "etsy",
    "亚马逊",
    "淘宝",
    "京东",
    "拼多多",
    "天猫",
    "宜家",
    "希音",
];

/// Whether a message is about something no shop answers. `holds` says whether the shop speaks of a phrase
/// in its headings, other wordings or product titles: a cinema's shop knows about films.
pub(super) fn is_foreign(text: &str, holds: impl Fn(&str) -> bool) -> bool {
    let text = normalize(text).replace('’', "'");
    let found = |list: &[&'static str]| contains_any(&text, list).is_some_and(|(_, phrase)| !holds(phrase));
    let is_private = has_any(&text, PEOPLE) && has_any(&text, PRIVATE);
    // A parcel may go to a hotel.
    let is_addressed = has_any(&text, LODGINGS) && has_any(&text, SENT);
    found(WORLD) && !is_addressed || found(OTHER_SHOPS) || is_private
}

const SELLS: &[&str] = &[
    "do you sell",
    "do you also sell",
    "do you stock",
    "do you carry",
    "do you have any",
    "do you have a",
    "do you have an",
    "do you have",
    "have you got any",
    "have you got a",
    "have you got",
    "are you selling",
    "do you buy",
    "do you rent out",
    "do you rent",
    "do you repair",
    "can i buy a",
    "can i buy an",
    "can i buy",
    "where can i find a",
    "do you do",
    "sell me a",
    "i want to buy a",
    "i want to buy",
];
/// Where the name of the goods ends.
const AFTER_GOODS: &[&str] = &[
    " for ",
    " with ",
    " without ",
    " that ",
    " which ",
    " under ",
    " below ",
    " over ",
    " from ",
    " in ",
    " to ",
    " at ",
    " on ",
    " as ",
    " made ",
    " suitable ",
    " and how",
    " please",
    " pls",
    " or ",
    " by ",
    " around ",
    " about ",
    " of ",
    " i ",
    " we ",
    " you ",
    " is ",
    " are ",
];

/// Services asked for.
const SERVES: &[&str] = &[
    "do you repair",
    "do you fix",
    "do you mend",
    "do you run",
    "do you organise",
    "do you organize",
    "do you offer",
    "do you teach",
    "do you rent out",
    "do you rent",
    "do you hire out",
    "do you make",
    "do you clean",
    "do you do",
    "can you repair",
    "can you fix",
    "can you order me",
    "can you get me",
    "can you make me",
    "could you order me",
    "could you make me",
    "do you provide",
];

/// What a service is asked for, by its head: “electric scooters” of “do you fix electric scooters and wheelchairs?”.
pub(super) fn sought_service(text: &str) -> Option<String> {
    let text = normalize(text);
    let text = text.trim().trim_end_matches(['?', '!', '.', '~']);
    let (at, phrase) =
        SERVES.iter().filter_map(|phrase| contains_any(text, &[phrase])).max_by_key(|(_, phrase)| phrase.len())?;
    let padded = format!("{} ", text[at + phrase.len()..].split([',', ';', '?', '(']).next()?);
    let ends = AFTER_GOODS.iter().chain(&[" and ", " if ", " when "]).filter_map(|after| padded.find(after));
    let object = &padded[..ends.min().unwrap_or(padded.len())];
    object.split_whitespace().next_back().map(str::to_owned)
}

/// The thing of which it is asked whether it is there at all: “a rooftop” of “is there a rooftop?”, 跑鞋 of 有跑鞋吗.
pub(super) fn sought_thing(text: &str, language: Language) -> Option<String> {
    let text = normalize(text);
    let text = text.trim().trim_end_matches(['?', '!', '.', '。', '~', ' ']);
    match language {
        Language::En => {
            let opener = THERE.iter().filter(|opener| text.starts_with(**opener)).max_by_key(|opener| opener.len())?;
            let padded = format!("{} ", text[opener.len()..].split([',', ';', '?', '(']).next()?);
            let end = AFTER_GOODS.iter().filter_map(|after| padded.find(after)).min().unwrap_or(padded.len());
            Some(padded[..end].trim().to_owned())
        }
        Language::Zh => {
            let clause = clauses(text).find(|clause| clause.contains('有'))?;
            let (before, after) = clause.split_once("有没有").or_else(|| clause.rsplit_once('有'))?;
            // “胖大海有吗” has its thing before the verb; “一点沫都没有” asks for none.
            let thing = match after.is_empty() {
                true if before.ends_with(['没', '木', '都']) => return None,
                true => before.trim_start_matches(ADDRESSES),
                false => after,
            };
            let is_thing = !thing.starts_with(['啥', '什', '哪', '多', '几', '些', '点', '关', '问']);
            Some(thing.to_owned()).filter(|thing| is_thing && (2..=6).contains(&thing.chars().count()))
        }
    }
}

/// Who a Chinese question turns to before it says what it is about.
const ADDRESSES: &[char] = &['你', '您', '们', '店', '里', '家', '请', '问', '亲', '老', '板', '这', '还'];

/// What stands between the marks of a Chinese text, without the particles at its end.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    const MARKS: [char; 10] = [',', '，', '。', ';', '；', '!', '！', '?', '？', ' '];
    const PARTICLES: [char; 10] = ['吗', '么', '呢', '嘛', '吧', '啊', '呀', '没', '不', '的'];
    text.split(MARKS).map(|clause| clause.trim_end_matches(PARTICLES)).filter(|clause| !clause.is_empty())
}

/// How an English question begins that asks whether there is something, or whether it is taken.
const THERE: &[&str] = &[
    "is there ",
    "is there a ",
    "is there an ",
    "is there any ",
    "are there ",
    "are there any ",
    "do you accept ",
    "do you take ",
    "can i pay with ",
    "can i pay by ",
    "can i pay in ",
    "can i pay using ",
    "do you support ",
    "do you work with ",
    "do you ship with ",
    "do you ship by ",
    "do you deliver by ",
    "do you host ",
    "do you organise ",
    "do you organize ",
];

/// The goods that a message asks for by name: “coffee machines” of “do you sell coffee machines?”.
pub(super) fn sought_goods(text: &str, language: Language) -> Option<String> {
    let text = normalize(text);
    let text = text.trim().trim_end_matches(['?', '!', '.', '。', '~']);
    match language {
        Language::En => {
            let (at, phrase) = SELLS
                .iter()
                .filter_map(|phrase| contains_any(text, &[phrase]))
                .max_by_key(|(_, phrase)| phrase.len())?;
            let goods = text[at + phrase.len()..].split([',', ';', '?', '(']).next()?;
            let padded = format!("{goods} ");
            let end = AFTER_GOODS.iter().filter_map(|after| padded.find(after)).min().unwrap_or(goods.len());
            Some(goods[..end.min(goods.len())].trim().to_owned()).filter(|goods| !terms(goods).is_empty())
        }
        Language::Zh => clauses(text).find_map(goods_of),
    }
}

/// The goods that a Chinese clause asks for: 咖啡豆 of 有咖啡豆卖, 自行车 of 你们卖自行车.
fn goods_of(clause: &str) -> Option<String> {
    let goods = ["有没有卖", "卖不卖", "有卖", "你们卖", "店里卖", "卖", "收", "租"].iter().find_map(|mark| {
        let (before, goods) = clause.split_once(mark)?;
        match (goods.is_empty(), before.rsplit_once('有')) {
            // What is taken in is asked of the shop; a shopper 收到 a parcel.
            _ if *mark == "收" && !before.trim_start_matches(ADDRESSES).is_empty() => None,
            (true, Some((_, goods))) => Some(goods),
            (true, None) => None,
            (false, _) => Some(goods),
        }
    })?;
    // “卖完的东西” is not for sale, and 收费 takes in no goods.
    let is_goods = !goods.starts_with([
        '完', '光', '出', '的', '得', '给', '多', '过', '掉', '到', '货', '件', '据', '费', '钱', '税', '邮', '不',
    ]);
    Some(goods.trim().to_owned()).filter(|goods| is_goods && (2..=8).contains(&goods.chars().count()))
}

const MEDICAL: &[&str] = &[
    "allergy",
    "allergies",
    "allergic",
    "allergen",
    "allergens",
    "coeliac",
    "celiac",
    "gluten",
    "nut free",
    "nut-free",
    "nuts",
    "peanut",
    "peanuts",
    "lactose",
    "pregnant",
    "pregnancy",
    "breastfeeding",
    "nursing",
    "medication",
    "medicine",
    "medicines",
    "blood pressure",
    "blood thinners",
    "diabetes",
    "diabetic",
    "heart condition",
    "baby",
    "toddler",
    "toxic",
    "poisonous",
    "过敏",
    "麸质",
    "坚果",
    "花生",
    "乳糖",
    "怀孕",
    "孕妇",
    "孕期",
    "哺乳",
    "喂奶",
    "吃药",
    "药物",
    "服药",
    "高血压",
    "血压",
    "糖尿病",
    "心脏病",
    "婴儿",
    "宝宝",
    "有毒",
    "中毒",
    "致敏",
];
const SYMPTOMS: &[&str] = &[
    "chest hurts",
    "chest pain",
    "can't breathe",
    "cannot breathe",
    "rash",
    "swollen throat",
    "fever",
    "feel faint",
    "what disease",
    "a diagnosis",
    "胸口痛",
    "胸痛",
    "胸闷",
    "疹子",
    "喘不过气",
    "呼吸困难",
    "发烧",
    "什么病",
    "喉咙肿",
];

/// Whether health hangs on the answer: then a person should be asked besides.
pub(super) fn is_medical(text: &str) -> bool {
    has_any(&normalize(text), MEDICAL)
}

/// What some may not eat, or will not: the shop's own words on it come before goods that only sound like it.
const DIETS: &[&str] = &[
    "vegan",
    "vegans",
    "vegetarian",
    "vegetarians",
    "plant-based",
    "halal",
    "kosher",
    "sugar free",
    "sugar-free",
    "吃素",
    "素食",
    "纯素",
    "忌口",
    "无糖",
    "睡不着",
    "失眠",
    "caffeine",
    "decaf",
    "咖啡因",
];

/// Whether it matters to somebody's body what the answer is.
pub(super) fn is_dietary(text: &str) -> bool {
    is_medical(text) || has_any(&normalize(text), DIETS)
}

/// Whether somebody describes an illness: no shop's matter at all.
pub(super) fn is_symptom(text: &str) -> bool {
    has_any(&normalize(text).replace('’', "'"), SYMPTOMS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_not_the_shop() {
        for text in [
            "what's the weather in Porto?",
            "how old is the owner",
            "my amazon parcel is late",
            "明天天气怎么样",
            "老板一个月赚多少",
        ] {
            assert!(is_foreign(text, |_| false), "{text}");
        }
        for text in
            ["who owns this shop?", "how hot should the water be", "怎么退货", "what is a good present for my boss"]
        {
            assert!(!is_foreign(text, |_| false), "{text}");
        }
        assert!(!is_foreign("do you have movies?", |phrase| phrase == "movies"));
    }

    #[test]
    fn the_goods_asked_for_are_named() {
        let en = |text| sought_goods(text, Language::En);
        assert_eq!(en("Do you sell coffee machines?").as_deref(), Some("coffee machines"));
        assert_eq!(en("do you have a teapot for a big family").as_deref(), Some("teapot"));
        assert_eq!(en("how do I brew tea"), None);
        let zh = |text| sought_goods(text, Language::Zh);
        assert_eq!(zh("你们卖自行车吗？").as_deref(), Some("自行车"));
        assert_eq!(zh("有咖啡豆卖吗").as_deref(), Some("咖啡豆"));
        assert_eq!(zh("称茶叶的小秤卖吗，最好能计时"), None);
        assert_eq!(zh("你们收二手茶壶吗").as_deref(), Some("二手茶壶"));
        assert_eq!(zh("下单好几天了都没收到发货通知"), None);
        assert_eq!(zh("怎么退货"), None);
        let thing = |text| sought_thing(text, Language::Zh);
        assert_eq!(thing("胖大海有吗，嗓子哑了").as_deref(), Some("胖大海"));
        assert_eq!(thing("摔成渣了，有没有啥补救"), None);
        assert_eq!(thing("一点沫子都木有，求指点"), None);
    }
}
