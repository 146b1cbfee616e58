//! The few sentences that are the attendant's own and not the shop's, in one table.

use crate::protocol::Language;

/// Everything the attendant says by itself in one language.
pub struct Wording {
    pub hello: &'static str,
    pub thanks: &'static str,
    pub bye: &'static str,
    pub robot: &'static str,
    /// One product fits.
    pub one_fits: &'static str,
    /// `{n}` products fit.
    pub some_fit: &'static str,
    /// Nothing fits the price; what follows comes closest.
    pub none_in_budget: &'static str,
    /// Nothing that fits is in stock; what follows is not.
    pub none_in_stock: &'static str,
    pub out_of_stock: &'static str,
    pub preorder: &'static str,
    /// `{old}` is the price before.
    pub instead_of: &'static str,
    /// Before an answer in a language that was not asked in.
    pub other_language: &'static str,
    /// Before an answer to a message that was too long.
    pub cut: &'static str,
    /// The shop gave no words for not knowing.
    pub decline: &'static str,
}

const EN: Wording = Wording {
    hello: "Hello! Ask me about the shop or its products.",
    thanks: "You're welcome! Is there anything else?",
    bye: "Goodbye, and thank you for stopping by.",
    robot: "I'm an automated assistant (AI), not a person.",
    one_fits: "This one fits:",
    some_fit: "Here are {n} that may fit:",
    none_in_budget: "Nothing I found fits that price. These come closest:",
    none_in_stock: "What I found is not in stock right now:",
    out_of_stock: "out of stock",
    preorder: "pre-order",
    instead_of: "instead of {old}",
    other_language: "The shop has this in Chinese only:",
    cut: "Your message was long; I read its beginning.",
    decline: "I have no answer to that in what the shop has told me, and I'd rather not guess.",
};

const ZH: Wording = Wording {
    hello: "您好！关于店铺和商品的问题都可以问我。",
    thanks: "不客气！还有什么可以帮您？",
    bye: "再见，谢谢光临。",
    robot: "我是自动助手（AI），不是真人。",
    one_fits: "这一款符合：",
    some_fit: "找到 {n} 款可能合适的：",
    none_in_budget: "没有找到符合这个价位的，最接近的是：",
    none_in_stock: "找到的这些目前没有现货：",
    out_of_stock: "缺货",
    preorder: "预订",
    instead_of: "原价 {old}",
    other_language: "店里只有英文资料，原文如下：",
    cut: "您的消息比较长，我只读了开头部分。",
    decline: "店里给我的资料中没有这个问题的答案，我不想随便猜。",
};

/// The table of a language.
pub fn wording(language: Language) -> &'static Wording {
    match language {
        Language::En => &EN,
        Language::Zh => &ZH,
    }
}
