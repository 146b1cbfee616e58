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
    pub help: &'static str,
    pub how_are_you: &'static str,
    pub praise: &'static str,
    pub noted: &'static str,
    pub no: &'static str,
    /// The last question was declined, and this is the end of several.
    pub decline_part: &'static str,
    /// Before an answer to somebody unhappy.
    pub sorry: &'static str,
    /// After it.
    pub offer_person: &'static str,
    /// A quick reply: must be understood as a wish for a person.
    pub ask_person: &'static str,
    /// Asked for.
    pub person: &'static str,
    /// Twice no answer.
    pub person_stuck: &'static str,
    pub person_unhappy: &'static str,
    /// After a hand-off with channels.
    pub person_next: &'static str,
    /// There is no channel in the settings.
    pub no_channel: &'static str,
    pub email: &'static str,
    pub telephone: &'static str,
    pub whatsapp: &'static str,
    pub wechat: &'static str,
    pub link: &'static str,
    pub hours: &'static str,
    pub address: &'static str,
    pub abuse: &'static str,
    pub steering: &'static str,
    pub private_data: &'static str,
    pub scam: &'static str,
    /// Health hangs on it.
    pub medical: &'static str,
    /// An illness is described.
    pub doctor: &'static str,
    pub yes: &'static str,
    pub no_opening: &'static str,
    /// `{topic}` is a heading of the shop's.
    pub which_topic: &'static str,
    /// None of what was shown is as wished; what follows is.
    pub none_like_that: &'static str,
    pub shopper: &'static str,
    pub attendant: &'static str,
    pub summary: &'static str,
    pub summary_empty: &'static str,
    /// `{shop}` is its name.
    pub subject: &'static str,
    pub masked_email: &'static str,
    pub masked_phone: &'static str,
    pub masked_card: &'static str,
    pub masked_order: &'static str,
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
    help: "I answer questions about the shop from its own words: delivery, returns, payment, care and the like. I also find and compare products, and I can lead you to a person.",
    how_are_you: "All well here, thank you. What can I do for you?",
    praise: "Glad to hear it! Is there anything else?",
    noted: "All right. I'm here if there is anything else.",
    no: "All right. Just ask if something comes up.",
    decline_part: "To your other question I have no answer in what the shop has told me.",
    sorry: "I'm sorry that this has been frustrating.",
    offer_person: "If you would rather speak with a person of the shop, just say so.",
    ask_person: "Talk to a person",
    person: "Of course. This is how to reach the people of the shop:",
    person_stuck: "I'm not getting any further with this, and I don't want to keep you. The people of the shop can help:",
    person_unhappy: "I'm sorry that this has been frustrating. A person should look at it:",
    person_next: "I have drafted a summary of our conversation for you to read, edit and send.",
    no_channel: "The shop has not told me how to reach its people. Please see its contact page.",
    email: "E-mail: ",
    telephone: "Telephone: ",
    whatsapp: "WhatsApp: ",
    wechat: "WeChat: ",
    link: "Online: ",
    hours: "Hours: ",
    address: "Address: ",
    abuse: "I can hear that you are upset. I'd like to help: tell me what went wrong, or I can lead you to a person.",
    steering: "I can only help with questions about this shop and its products.",
    private_data: "I can't share anything about other people. I have no customer data, and the shop would not give it out in a chat.",
    scam: "I can't help with that. Please pay and talk to the shop only through its own ways, and never pass on codes or card numbers.",
    medical: "This is what the shop has written down. Where your health depends on it, please ask the people of the shop, or a doctor, first.",
    doctor: "For your health, please ask a doctor; in an emergency call the emergency services.",
    yes: "Yes.",
    no_opening: "No.",
    which_topic: "What would you like to know?",
    none_like_that: "None of those is like that. These come closest:",
    shopper: "Shopper: ",
    attendant: "Attendant (AI): ",
    summary: "I asked the shop's AI attendant:",
    summary_empty: "I would like to speak with a person of the shop.",
    subject: "A question to {shop}",
    masked_email: "[e-mail]",
    masked_phone: "[phone]",
    masked_card: "[card number]",
    masked_order: "[order number]",
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
    help: "我根据店里自己的资料回答问题：配送、退换、付款、保养等等；也可以帮您找商品、比商品，或者转给店里的同事。",
    how_are_you: "我很好，谢谢！有什么可以帮您？",
    praise: "很高兴能帮到您！还有其他问题吗？",
    noted: "好的，有需要随时问我。",
    no: "好的，有问题再找我。",
    decline_part: "您的另一个问题，店里给我的资料中没有答案。",
    sorry: "很抱歉给您添麻烦了。",
    offer_person: "如果您想和店里的同事沟通，直接告诉我就行。",
    ask_person: "转人工",
    person: "好的，可以这样联系店里的同事：",
    person_stuck: "这个问题我没能帮上忙，不想再耽误您的时间。店里的同事可以帮您：",
    person_unhappy: "很抱歉给您添麻烦了，这件事还是请店里的同事来处理：",
    person_next: "我已经把我们的对话整理成摘要，您可以查看、修改后再发送。",
    no_channel: "店里没有告诉我联系方式，请查看店铺的联系页面。",
    email: "邮箱：",
    telephone: "电话：",
    whatsapp: "WhatsApp：",
    wechat: "微信：",
    link: "网址：",
    hours: "时间：",
    address: "地址：",
    abuse: "我能感觉到您很不高兴。我想帮您：请告诉我出了什么问题，也可以转给店里的同事。",
    steering: "我只能回答和本店及商品有关的问题。",
    private_data: "我不能透露其他人的任何信息。我没有顾客资料，店里也不会在聊天中提供。",
    scam: "这个我帮不了。付款和联系请只通过店铺自己的渠道，也请不要把验证码、卡密或卡号告诉任何人。",
    medical: "以上是店里写明的内容。如果关系到您的健康，请先问店里的同事或医生。",
    doctor: "身体不适请咨询医生；紧急情况请拨打急救电话。",
    yes: "可以。",
    no_opening: "不可以。",
    which_topic: "您想了解哪一方面？",
    none_like_that: "刚才那些里没有这样的，最接近的是：",
    shopper: "顾客：",
    attendant: "助手（AI）：",
    summary: "我向店里的 AI 助手问过：",
    summary_empty: "我想和店里的同事沟通。",
    subject: "咨询 {shop}",
    masked_email: "[邮箱]",
    masked_phone: "[电话]",
    masked_card: "[卡号]",
    masked_order: "[订单号]",
};

/// The table of a language.
pub fn wording(language: Language) -> &'static Wording {
    match language {
        Language::En => &EN,
        Language::Zh => &ZH,
    }
}
