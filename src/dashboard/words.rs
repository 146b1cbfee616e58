//! Every word of this page, in both languages: a missing translation does not compile.

use crate::insights::InsightsError;
use crate::protocol::Language;

/// One fixed phrase.
#[derive(Clone, Copy, Debug)]
pub struct Phrase {
    en: &'static str,
    zh: &'static str,
}

impl Phrase {
    pub const fn get(self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Zh => self.zh,
        }
    }
}

macro_rules! phrases {
    ($($name:ident: $en:literal / $zh:literal;)*) => {
        $(pub const $name: Phrase = Phrase { en: $en, zh: $zh };)*
    };
}

phrases! {
    TITLE: "What your orders say" / "您的订单说明了什么";
    LEAD: "Choose your shop's order history. It is read and analysed in this page, on this device, and goes nowhere."
        / "请选择您店铺的订单记录。文件只在本页、本设备上读取和分析，不会发送到任何地方。";
    CHOOSE: "Order history (CSV)" / "订单记录（CSV）";
    KINDS: "Columns user,item,timestamp[,event,quantity,price], or Shopify's order export. Or drop the file here."
        / "列为 user,item,timestamp[,event,quantity,price]，或 Shopify 的订单导出文件。也可以把文件拖到这里。";
    WORKING: "Reading and testing…" / "正在读取和检验……";
    WRONG: "This file has something to put right:" / "文件中有需要更正之处（说明为英文）：";
    SAVE: "Save all figures as JSON" / "将全部数据存为 JSON";
    OTHER: "中文" / "English";
    BACK: "Back to the shop" / "返回店铺";
    DATA: "The figures" / "数据";
    SEGMENTS: "Customers by recency, frequency and value" / "按最近购买、频率和金额划分的顾客";
    CUSTOMERS: "Customers" / "顾客数";
    OF_VALUE: "Share of value" / "金额占比";
    ORDERS_EACH: "Orders each" / "人均订单";
    DAYS_SINCE: "Days since the last" / "距上次天数";
    VALUE_EACH: "Value each" / "人均金额";
    SEGMENT: "Segment" / "群体";
    NO_VALUES: "The file tells no prices, so value says nothing here." / "文件中没有价格，因此金额没有意义。";
    COHORTS: "Who comes back, by the month of the first order" / "按首单月份看谁会回来";
    COHORTS_NOTE: "The darker, the more of them ordered in that month after the first. The last month may not be whole."
        / "颜色越深，首单后该月再次下单的顾客越多。最后一个月可能不完整。";
    COHORT: "First order" / "首单月份";
    RULES: "What is bought together" / "一起购买的商品";
    RULES_NOTE: "Lift: how much likelier the second is in an order that has the first. Later: the same in the orders after those it was counted in, which is what the rule is worth."
        / "提升度：订单含前者时，含后者的可能性是平时的多少倍。之后：在计数之后的订单中的提升度，即这条规则的真实价值。";
    RULE: "Rule" / "规则";
    LIFT: "Lift" / "提升度";
    LATER_LIFT: "Lift later" / "之后的提升度";
    CONFIDENCE: "Confidence" / "置信度";
    LATER_CONFIDENCE: "Confidence later" / "之后的置信度";
    ORDERS: "Orders" / "订单数";
    NO_RULES: "No two products are bought together often enough to say." / "没有哪两件商品一起购买的次数多到足以下结论。";
    FORECAST: "Forecast" / "预测";
    OBSERVED: "Came true" / "实际";
    METHOD: "Method" / "方法";
    BASELINE: "recency alone (baseline)" / "仅看最近购买（基准）";
    BG_NBD: "BG/NBD" / "BG/NBD";
    LOGISTIC: "logistic regression" / "逻辑回归";
    CALIBRATION: "Calibration error" / "校准误差";
    READ_PLOT: "Customers in tenths by rising forecast; on the dotted line a forecast is what it says. AUROC: 0.5 is a guess, 1 is perfect. Brier: 0 is certain and right."
        / "顾客按预测从低到高分为十组；落在虚线上表示预测与实际一致。AUROC：0.5 等于瞎猜，1 为完美。Brier：0 表示确定且正确。";
    CHAMPIONS: "champions" / "核心顾客";
    LOYAL: "loyal" / "忠诚";
    PROMISING: "promising" / "有潜力";
    NEW: "new" / "新客";
    AT_RISK: "at risk" / "有流失风险";
    SLIPPING: "slipping" / "正在流失";
    LOST: "lost" / "已流失";
}

/// A segment's or a method's name, as `insights` has it.
pub fn name(of: &str, language: Language) -> &str {
    let phrase = match of {
        "champions" => CHAMPIONS,
        "loyal" => LOYAL,
        "promising" => PROMISING,
        "new" => NEW,
        "at risk" => AT_RISK,
        "slipping" => SLIPPING,
        "lost" => LOST,
        "recency" => BASELINE,
        "BG/NBD" => BG_NBD,
        "logistic regression" => LOGISTIC,
        other => return other,
    };
    phrase.get(language)
}

pub fn overview(language: Language, customers: usize, orders: usize, items: usize, from: &str, to: &str) -> String {
    match language {
        Language::En => format!("{customers} customers, {orders} orders, {items} products, {from} to {to}"),
        Language::Zh => format!("{from} 至 {to}：{customers} 位顾客，{orders} 笔订单，{items} 种商品"),
    }
}

pub fn back_within(language: Language, days: f64) -> String {
    match language {
        Language::En => format!("Who orders within {days:.0} days"),
        Language::Zh => format!("谁会在 {days:.0} 天内下单"),
    }
}

pub fn gone_for(language: Language, days: f64) -> String {
    match language {
        Language::En => format!("Who stays away for {days:.0} days"),
        Language::Zh => format!("谁会 {days:.0} 天不来"),
    }
}

pub fn tested(language: Language, from: &str, to: &str, customers: usize, observed: f64, model: &str) -> String {
    let (observed, model) = (100.0 * observed, name(model, language));
    match language {
        Language::En => format!(
            "Tested on {from} to {to}, which no method had seen: it came true of {observed:.1} % of {customers} customers. Their own figures are of {model}."
        ),
        Language::Zh => format!(
            "在 {from} 至 {to} 期间检验，任何方法都未见过这段数据：{customers} 位顾客中有 {observed:.1} % 如此。顾客各自的数值出自{model}。"
        ),
    }
}

/// The month after the first order, from 1.
pub fn month_after(n: usize) -> String {
    format!("+{n}")
}

pub fn cannot(language: Language, error: &InsightsError) -> String {
    match (language, error) {
        (Language::En, error) => format!("{error}."),
        (Language::Zh, InsightsError::NoClock) => {
            "文件没有时间：需要 user,item,timestamp 或店铺的订单导出。".to_owned()
        }
        (Language::Zh, InsightsError::TooShort { days }) => format!("订单只跨 {days:.0} 天，不足以检验预测。"),
        (Language::Zh, InsightsError::TooFew { known }) => format!("可供检验的顾客只有 {known} 位，太少。"),
    }
}
