//! Every word the page says, in every language it speaks.
//!
//! A phrase is one constant with one field per language, a sentence with a hole is one function with
//! one arm per language and form: a missing translation does not compile, which is what the page would want an i18n
//! library for. Those cost more than they give here: `rust-i18n` makes 193 of these phrases 43 KiB gzipped instead of 8,
//! Fluent parses its own language in the page, and `leptos_i18n` brings ICU's tables for what the browser's `Intl`
//! ([`super::intl`]) has: numbers, plurals, prices, dates and names of countries.

mod personal;

pub use personal::{
    action, because_bought, because_in_cart, because_liked, because_searched, because_viewed, interested, learned,
    next_guess, not_interested_in, often_with, similar_to, visit, with_shared,
};

use super::intl;
use crate::protocol::{DeviceKind, DeviceReason, DeviceReport, ErrorCode, Language, Phase, WeightSource};

/// One fixed phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub en: &'static str,
    pub zh: &'static str,
}

impl Phrase {
    pub const fn get(self, language: Language) -> &'static str {
        match language {
            Language::En => self.en,
            Language::Zh => self.zh,
        }
    }
}

/// What a slot is called (`SlotKind` in `chat::slots`); `None` for one that shoppers need not see.
pub fn slot(kind: &str) -> Option<Phrase> {
    let (en, zh) = match kind {
        "order" => ("order", "订单"),
        "product" => ("product", "商品"),
        "quantity" => ("quantity", "数量"),
        "size" => ("size", "尺寸"),
        "colour" => ("colour", "颜色"),
        "budget" => ("budget", "预算"),
        "amount" => ("amount", "金额"),
        "percent" => ("percent", "折扣"),
        "place" => ("place", "地点"),
        "date" => ("day", "日期"),
        "time" => ("time", "时间"),
        "weight" => ("weight", "重量"),
        _ => return None,
    };
    Some(Phrase { en, zh })
}

macro_rules! phrases {
    ($($name:ident: $en:literal / $zh:literal;)*) => {
        $(pub const $name: Phrase = Phrase { en: $en, zh: $zh };)*
        /// All of them, for the tests.
        pub const ALL: &[Phrase] = &[$($name),*];
    };
}

phrases! {
    // Frame
    SKIP: "Skip to the content" / "跳到正文";
    LOADING_SHOP: "Opening the shop…" / "正在打开店铺……";
    SHOP_FAILED: "The shop could not be opened" / "店铺没能打开";
    SHOP_FAILED_TEXT: "The list of goods did not arrive. Check the connection and try again."
        / "商品目录没有传到。请检查网络后再试一次。";
    TRY_AGAIN: "Try again" / "再试一次";
    PART_MISSING: "This part of the page did not arrive. Check the connection and try again."
        / "页面的这一部分没有传到。请检查网络后再试一次。";
    PART_FAILED: "This part of the page could not be shown." / "页面的这一部分没能显示。";
    SEARCH: "Search the shop" / "搜索商品";
    SEARCH_HINT: "What are you looking for?" / "想找点什么？";
    CLEAR_SEARCH: "Clear the search" / "清空搜索";
    OTHER_LANGUAGE: "中文" / "English";
    OTHER_LANGUAGE_LABEL: "Switch to Chinese: 中文" / "切换到英文：English";
    THEME: "Colours" / "配色";
    THEME_AUTO: "Colours: same as device" / "配色：跟随系统";
    THEME_LIGHT: "Colours: light" / "配色：浅色";
    THEME_DARK: "Colours: dark" / "配色：深色";
    CART: "Cart" / "购物车";
    HOME: "Home" / "首页";

    // Catalogue
    EVERYTHING: "Everything" / "全部";
    CATEGORIES: "Categories" / "分类";
    GOODS: "Goods" / "商品";
    NOTHING_FOUND: "Nothing in the shop matches that." / "店里没有符合的商品。";
    NOTHING_FOUND_HINT: "Try a shorter word, or ask the attendant." / "换个更短的词，或者问问店员。";
    SHOW_MORE: "Show more" / "显示更多";
    SALE: "Sale" / "特价";
    SOLD_OUT: "Sold out" / "售罄";
    IN_STOCK: "In stock" / "有货";
    WAS_PRICE: "Before" / "原价";
    NOW_PRICE: "Now" / "现价";

    // Product
    ADD_TO_CART: "Add to cart" / "加入购物车";
    ADDED: "Added to the cart" / "已加入购物车";
    ASK_ABOUT_THIS: "Ask about this" / "咨询这件商品";
    DETAILS: "Details" / "规格";
    HIGHLIGHTS: "Worth knowing" / "亮点";
    SIMILAR: "Something like it" / "相似的商品";
    ALL_GOODS: "All goods" / "全部商品";
    NO_SUCH_PRODUCT: "The shop does not have this product" / "店里没有这件商品";
    NO_SUCH_PRODUCT_TEXT: "It may have been taken off the shelf, or the address may be mistyped."
        / "它可能已经下架，或者网址有误。";
    NO_PICTURE: "No picture" / "暂无图片";

    // Cart
    YOUR_CART: "Your cart" / "您的购物车";
    CART_EMPTY: "Nothing in it yet." / "购物车还是空的。";
    LOOK_AROUND: "Look around the shop" / "去逛逛";
    QUANTITY: "Quantity" / "数量";
    REMOVE: "Remove" / "移除";
    FEWER: "One fewer" / "减少一件";
    MORE: "One more" / "增加一件";
    TOTAL: "Total" / "合计";
    PLACE_ORDER: "Place a demo order" / "提交演示订单";
    DEMO_NOTE: "This page takes no orders yet: nothing is charged, nothing is sent, nothing is shipped. The order is only noted on this device, so that recommendations can learn from it."
        / "本页暂不接单：不收费、不发送、不发货。订单只记在这台设备上，供推荐参考。";
    ORDER_NOTED: "Thank you. Your order has been noted on this device, for trying out only." / "谢谢。订单已记在这台设备上，仅供试用。";

    // Recommendations
    FOR_YOU: "Chosen for you" / "为您挑选";
    FROM_THE_SHELF: "From our shelf" / "店主推荐";
    GOES_WITH: "Goes well with it" / "与它相配";
    AGAIN: "Once more?" / "再来一份？";
    LIKE: "I like it" / "喜欢";
    NO_REASON: "Don't use this" / "不要据此推荐";
    REASON_AGAIN: "You had it before" / "您买过";
    REASON_POPULAR: "Much bought lately" / "最近很多人买";
    REASON_NEW: "New in the shop" / "新品";
    GOES_WITH_CART: "Goes well with your cart" / "与购物车里的商品相配";
    PERSONALISE: "Personalise" / "个性化推荐";
    NOT_INTERESTED: "Not interested" / "不感兴趣";
    HIDDEN_FROM_YOU: "Removed. It will not be recommended again." / "已移除，不会再推荐。";
    REMEMBER: "Remember on this device" / "在这台设备上记住";
    REMEMBERED_HERE: "Remembered on this device" / "已在这台设备上记住";
    RAIL_NOTE_MEMORY: "Learns from what you look at here, on this device, until you close the tab or let it remember."
        / "根据您在本店的浏览在这台设备上学习；不让它记住，关闭标签页就忘。";
    RAIL_NOTE_STORED: "Learns from what you look at here. Kept on this device only, encrypted, with the conversation and the cart."
        / "根据您在本店的浏览学习。浏览、对话和购物车加密后只保存在这台设备上。";
    RAIL_NOTE_ONLY_STORED: "The same for everyone. The conversation and the cart are kept on this device only, encrypted."
        / "对所有人都一样。对话和购物车加密后只保存在这台设备上。";
    RAIL_NOTE_OFF: "The same for everyone." / "对所有人都一样。";
    REASON_QUESTION: "Matches your question" / "符合您的问题";
    REASON_SHOP_PICK: "The shop's own pick" / "店主精选";

    // Footer
    CONTACT: "Contact" / "联系我们";
    HOURS: "Opening hours" / "营业时间";
    HOW: "How this works" / "工作原理";
    FOOTER_NOTE: "The attendant runs in your browser; nothing you type leaves this device."
        / "店员在您的浏览器里运行，您输入的内容不会离开这台设备。";

    VERSION: "Version" / "版本";
    UPDATE_READY: "A newer version of this page is ready." / "本页有新版本可用。";
    UPDATE_TAKE: "Use it now" / "立即使用";
    UPDATE_LATER: "Later" / "以后再说";

    // Chat
    OPEN_CHAT: "Ask the attendant" / "咨询店员";
    CLOSE_CHAT: "Close the chat" / "关闭对话";
    CHAT: "Attendant" / "店员";
    CHAT_LABEL: "Conversation with the shop's attendant" / "与店员的对话";
    AI_LABEL: "AI · runs on your device" / "AI · 在您的设备上运行";
    AI_NOTE: "You are talking with a computer program, not a person. It runs on your device and can be wrong."
        / "与您对话的是人工智能程序，不是真人。它在您的设备上运行，可能出错。";
    COMPOSER: "Your question" / "您的问题";
    COMPOSER_HINT: "Ask a question…" / "想问什么？";
    SEND: "Send" / "发送";
    STOP: "Stop" / "停止";
    REPHRASED: "Put into other words by a language model on this device. The sources hold the shop's own."
        / "措辞由本机的语言模型改写，本店原文见出处。";
    STOPPED: "Stopped." / "已停止。";
    RETRY: "Ask again" / "重新提问";
    COPY: "Copy" / "复制";
    COPIED: "Copied" / "已复制";
    READ_ALOUD: "Read aloud" / "朗读";
    STOP_READING: "Stop reading" / "停止朗读";
    HELPFUL: "This helped" / "有帮助";
    NOT_HELPFUL: "This did not help" / "没帮助";
    WHAT_WAS_WRONG: "What was wrong with it?" / "哪里不对？";
    COMPLAINT_WRONG: "It is wrong" / "内容有误";
    COMPLAINT_INCOMPLETE: "Something is missing" / "不够完整";
    COMPLAINT_OTHER_QUESTION: "Not what I asked" / "答非所问";
    FEEDBACK_THANKS: "Thank you. Your word stays on this device." / "谢谢，您的评价只留在这台设备上。";
    EDIT: "Change the question" / "修改问题";
    CONVERSATION_MENU: "More about this conversation" / "对话选项";
    SAVE_TEXT: "Save as text" / "保存为文本";
    SAVE_DATA: "Save as data (JSON)" / "保存为数据（JSON）";
    SAVE_UNANSWERED: "Save unanswered questions" / "保存未答上的问题";
    NOTHING_UNANSWERED: "No question was left unanswered." / "没有未答上的问题。";
    WRITTEN_BY_AI: "The answers in this conversation were written by a computer program (AI), not by a person."
        / "本对话中的回答由计算机程序（AI）撰写，不是真人所写。";
    AUTHOR_AI: "Attendant (AI)" / "店员（AI）";
    NEW_CONVERSATION: "New conversation" / "新对话";
    CONVERSATION_CLEARED: "The conversation has been cleared." / "对话已清空。";
    TYPING: "The attendant is answering" / "店员正在回答";
    YOU: "You" / "您";
    SOURCES: "Sources" / "出处";
    ASKING_ABOUT: "About" / "关于";
    DROP_CONTEXT: "Do not ask about this product" / "不再针对这件商品";
    SUGGESTIONS: "Suggested questions" / "推荐问题";
    ANSWER_FAILED: "The answer did not come." / "没能得到回答。";
    GREETING: "Hello. Ask me about our goods, delivery, returns or anything else the shop has written down; I will show where each answer comes from."
        / "您好！商品、配送、退换货，凡是店里写明的都可以问我，每个回答我都会注明出处。";
    MODEL_OFFER: "A small language model helps me understand questions in your own words. It is downloaded once, from this shop's own address, and stays on this device."
        / "一个小型语言模型能帮我更好地理解您的说法。它只从本店网址下载一次，之后保存在这台设备上。";
    MODEL_SAVER: "You seem to be on a mobile or limited connection, so I have not downloaded it. Until then I match words."
        / "您似乎在使用移动网络或有限流量，所以还没有下载。在此之前我按词匹配。";
    DOWNLOAD: "Download" / "下载";
    CANCEL: "Cancel" / "取消";
    ENGINE_STARTING: "Starting…" / "正在启动……";
    ENGINE_LOST: "The attendant has stopped. The shop goes on without it." / "店员已停止工作，商店照常使用。";
    RESTART: "Start it again" / "重新启动";
    ENGINE_STALE: "The shop has been updated. Reload the page to go on." / "商店已更新，请刷新页面后继续。";
    RELOAD: "Reload" / "刷新页面";

    // Widget
    BACK_TO_CHAT: "Back to the conversation" / "返回对话";
    PERSON: "Reach a person" / "联系人工客服";
    PERSON_HOURS: "People answer:" / "人工服务时间：";
    PERSON_DRAFT: "What you send" / "要发送的内容";
    PERSON_TEXT: "Change it as you like. Nothing goes out until you press one of the ways below."
        / "可以随意修改。按下下面的方式之前，什么都不会发出。";
    PERSON_ALL: "Add the whole conversation" / "附上整段对话";
    PERSON_UNMASK: "Leave my contact details and numbers in" / "保留我的联系方式和号码";
    BY_EMAIL: "E-mail" / "电子邮件";
    BY_TELEPHONE: "Telephone" / "电话";
    BY_WHATSAPP: "WhatsApp" / "WhatsApp";
    BY_WECHAT: "WeChat" / "微信";
    BY_LINK: "Web page" / "网页";
    UNDERSTOOD: "Understood:" / "我的理解：";
    CORRECT: "Correct this" / "更正";
    HANDOFF: "Talk to a person" / "联系人工客服";
    CART_REFUSED: "It could not be put into the cart." / "没能加入购物车。";

    // How this works
    HOW_LEAD: "The attendant is a program that came with this page. It reads the shop's own pages, answers on your device, and has nobody to report to: there is no server behind it."
        / "店员是随本页一起来的程序。它读的是本店资料，在您的设备上作答，也没有可汇报的对象：背后没有服务器。";
    OWNERS: "For shop owners: what your orders say" / "店主专用：您的订单说明了什么";
    DEVICE: "Device" / "运行设备";
    DEVICE_UNKNOWN: "Not chosen yet. It is chosen when the model is loaded." / "尚未选定，加载模型时选定。";
    MODEL: "Language model" / "语言模型";
    MODEL_ABSENT: "Not loaded. Answers come from matching words." / "尚未加载，目前按词匹配作答。";
    MODEL_STORED: "On this device already. It is loaded when you open the conversation." / "已在这台设备上，打开对话时加载。";
    MODEL_DECLINED: "Stopped. What has arrived is kept; the download goes on from there."
        / "已停止。已下载的部分会保留，下次接着下载。";
    LOAD_MODEL: "Load the model" / "加载模型";
    STORAGE: "Storage" / "存储";
    STORAGE_UNKNOWN: "Not known yet." / "尚不清楚。";
    STORAGE_REFUSED: "This browser does not let the page store the model, as some private windows do; it is kept in memory."
        / "浏览器不允许本页存储模型（例如无痕窗口），模型只留在内存里。";
    STORAGE_PERSISTED: "The browser has promised to keep it." / "浏览器承诺保留。";
    STORAGE_BEST_EFFORT: "The browser may clear it when room is short." / "空间不足时浏览器可能清除。";
    DELETE_MODEL: "Delete the stored model" / "删除已存储的模型";
    RECEIPT: "Network receipt" / "网络清单";
    RECEIPT_WHAT: "What" / "内容";
    RECEIPT_SIZE: "Size" / "大小";
    RECEIPT_TIME: "Time" / "用时";
    RECEIPT_FROM_CACHE: "stored" / "本地";
    RECEIPT_LIMIT: "The page's own rules (its content security policy) forbid requests to any other address. The browser itself also looks after sw.js, the manifest and the icons, from here too. Following a link to another site is still up to you, and that site will see that you came."
        / "本页的安全策略禁止向其他网址发请求。浏览器自身还会从本站获取 sw.js、清单和图标。是否点击外部链接由您决定，对方网站会知道您来过。";
    PERSONAL: "What is recorded about you" / "关于您的记录";
    PERSONAL_EMPTY: "Nothing." / "没有任何记录。";
    PERSONAL_MEMORY: "Kept in this tab, gone when you close it." / "只留在此标签页里，关闭即清除。";
    PERSONAL_STORED: "Kept on this device, in this browser, encrypted: conversations for up to 180 days." / "加密保存在这台设备的浏览器里，对话最多保留 180 天。";
    PERSONAL_LOCKED: "Locked. It takes your passphrase to read it; erasing works without." / "已上锁，需要口令才能读取；删除不需要口令。";
    PERSONAL_REFUSED: "This browser keeps nothing here, as private windows do." / "此浏览器（如无痕窗口）不保存任何内容。";
    PERSONAL_ASIDE: "Some records could not be read and were set aside. Erasing all deletes them too." / "有些记录无法读取，已搁置。全部删除时会一并删除。";
    PASSPHRASE: "Passphrase" / "口令";
    PASSPHRASE_NOTE: "Optional. Nobody can reset it: without it, what is kept can only be erased. Leave it empty to take it away."
        / "可选。口令无法找回：忘记后只能删除所保存的内容。留空即取消口令。";
    PROTECT: "Set the passphrase" / "设置口令";
    PROTECTED: "From now on it takes the passphrase to read what is kept." / "今后读取需要口令。";
    UNPROTECTED: "It takes no passphrase any more." / "已取消口令。";
    UNLOCK: "Unlock" / "解锁";
    UNLOCK_FAILED: "That is not the passphrase." / "口令不对。";
    CONVERSATION: "Conversation" / "对话";
    PACK_UNKNOWN: "The shop's file is still on its way; who made it stands at its end." / "店铺文件还在下载，收完后才知道由谁制作。";
    PACK_UNSIGNED: "The shop's file is not signed: that it comes from the shop rests on the connection alone." / "店铺文件没有签名，是否出自本店只能依靠网络连接来保证。";
    PACK_SIGNED: "The shop's file is signed, and the signature is right." / "店铺文件已签名，签名正确。";
    PACK_EARLIER: "The shop's newest file is not signed as it should be, and was refused. You see the one before." / "店铺的最新文件签名不符，已拒绝。您看到的是上一份。";
    ERASE: "Erase" / "删除";
    ERASE_ALL: "Erase all" / "全部删除";
    EXPORT: "Export (JSON)" / "导出（JSON）";
    ERASED: "Erased." / "已删除。";
    KEEP_FOR: "Keep for" / "保留";
    LEARN_ANEW: "Forget what clicks have taught" / "清除从点击中学到的";
    PERSONAL_NOTE: "Prices and stock are the same for everyone, whatever is recorded here."
        / "无论这里记录了什么，价格和库存对所有人都一样。";
}

// After the macro, which it uses.
pub mod models;

/// A file name that no language spells otherwise.
pub const EXPORT_FILE: &str = "attendant-record.json";

/// `3 items`, `1 item`.
pub fn n_items(language: Language, n: usize) -> String {
    counted(language, n, ["item", "items"], "件")
}

pub fn cart_with(language: Language, n: usize) -> String {
    match language {
        Language::En => format!("Cart, {}", n_items(language, n)),
        Language::Zh => format!("购物车，{}", n_items(language, n)),
    }
}

pub fn n_results(language: Language, n: usize) -> String {
    counted(language, n, ["product", "products"], "款商品")
}

pub fn n_left(language: Language, n: u32) -> String {
    match language {
        Language::En => format!("Only {n} left"),
        Language::Zh => format!("仅剩 {n} 件"),
    }
}

pub fn characters_left(language: Language, n: usize) -> String {
    match language {
        Language::En => counted(language, n, ["character left", "characters left"], ""),
        Language::Zh => format!("还可输入 {n} 个字"),
    }
}

pub fn n_sources(language: Language, n: usize) -> String {
    counted(language, n, ["source", "sources"], "处出处")
}

/// A number and what it counts; English has two forms, and Chinese one.
fn counted(language: Language, n: usize, [one, other]: [&str; 2], zh: &str) -> String {
    let noun = match language {
        Language::En if intl::is_one(language, n) => one,
        Language::En => other,
        Language::Zh => zh,
    };
    format!("{n} {noun}")
}

/// The question that "Ask about this" prepares the shopper for.
pub fn quick_about_product(language: Language) -> [&'static str; 3] {
    match language {
        Language::En => ["How do I look after it?", "Is it a good gift?", "What goes with it?"],
        Language::Zh => ["怎么保养？", "适合送礼吗？", "和什么搭配？"],
    }
}

/// `90 days`.
pub fn n_days(language: Language, n: u16) -> String {
    match language {
        Language::En => format!("{n} days"),
        Language::Zh => format!("{n} 天"),
    }
}

pub fn quantity_of(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Quantity of {title}"),
        Language::Zh => format!("{title}的数量"),
    }
}

pub fn add_named(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Add to cart: {title}"),
        Language::Zh => format!("加入购物车：{title}"),
    }
}

pub fn remove_named(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Remove {title}"),
        Language::Zh => format!("移除{title}"),
    }
}

/// `23 MB`, in the units the platforms' own dialogs use (powers of ten).
pub fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.0} kB", n as f64 / 1e3),
        1_000_000..10_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        10_000_000..1_000_000_000 => format!("{:.0} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}

pub fn download_of(language: Language, n_bytes: u64) -> String {
    match language {
        Language::En => format!("Download {}", bytes(n_bytes)),
        Language::Zh => format!("下载 {}", bytes(n_bytes)),
    }
}

pub fn progress(language: Language, phase: Phase, loaded_bytes: u64, total_bytes: u64) -> String {
    let (loaded, total) = (bytes(loaded_bytes), bytes(total_bytes));
    match (language, phase) {
        (Language::En, Phase::Reading) => format!("Reading what is stored: {loaded} of {total}"),
        (Language::En, Phase::Downloading) => format!("Downloading: {loaded} of {total}"),
        (Language::En, Phase::Preparing) => "Getting ready…".into(),
        (Language::Zh, Phase::Reading) => format!("读取本地存储：{loaded} / {total}"),
        (Language::Zh, Phase::Downloading) => format!("正在下载：{loaded} / {total}"),
        (Language::Zh, Phase::Preparing) => "正在准备……".into(),
    }
}

pub fn model_ready(language: Language, name: &str, size_bytes: u64, source: WeightSource) -> String {
    let size = bytes(size_bytes);
    match (language, source) {
        (Language::En, WeightSource::Network) => format!("{name}, {size}, ready. Downloaded and stored."),
        (Language::En, WeightSource::Storage) => format!("{name}, {size}, ready. Read from this device."),
        (Language::En, WeightSource::Memory) => format!("{name}, {size}, ready. Kept in memory only."),
        (Language::Zh, WeightSource::Network) => format!("{name}，{size}，已就绪。已下载并存储。"),
        (Language::Zh, WeightSource::Storage) => format!("{name}，{size}，已就绪。读自本机。"),
        (Language::Zh, WeightSource::Memory) => format!("{name}，{size}，已就绪。只留在内存里。"),
    }
}

pub fn device_kind(language: Language, kind: DeviceKind) -> &'static str {
    match (language, kind) {
        (Language::En, DeviceKind::Cpu) => "Processor (CPU)",
        (Language::En, DeviceKind::Gpu) => "Graphics processor (WebGPU)",
        (Language::Zh, DeviceKind::Cpu) => "处理器（CPU）",
        (Language::Zh, DeviceKind::Gpu) => "图形处理器（WebGPU）",
    }
}

pub fn device_reason(language: Language, report: &DeviceReport) -> String {
    match (language, &report.reason) {
        (Language::En, DeviceReason::Preferred) => "Because it was asked for.".into(),
        (Language::En, DeviceReason::Measured { cpu_ms, gpu_ms }) => {
            format!("Both were timed on a short text: {cpu_ms:.0} ms on the CPU, {gpu_ms:.0} ms on the GPU.")
        }
        (Language::En, DeviceReason::NoAdapter) => {
            "This browser offers no WebGPU; the CPU does well on short texts.".into()
        }
        (Language::En, DeviceReason::Refused { .. }) => {
            "The graphics processor is not fit for this; the CPU does the work.".into()
        }
        (Language::En, DeviceReason::Lost) => "The graphics processor went away; the CPU took over.".into(),
        (Language::Zh, DeviceReason::Preferred) => "按要求选用。".into(),
        (Language::Zh, DeviceReason::Measured { cpu_ms, gpu_ms }) => {
            format!("用一小段文字实测：CPU {cpu_ms:.0} 毫秒，GPU {gpu_ms:.0} 毫秒。")
        }
        (Language::Zh, DeviceReason::NoAdapter) => "此浏览器没有 WebGPU；短文本用 CPU 就很快。".into(),
        (Language::Zh, DeviceReason::Refused { .. }) => "图形处理器不适用，由 CPU 完成。".into(),
        (Language::Zh, DeviceReason::Lost) => "图形处理器中途断开，由 CPU 接手。".into(),
    }
}

/// What a failure means to the shopper, and what may help.
pub fn error(code: ErrorCode) -> Phrase {
    match code {
        ErrorCode::BadRequest | ErrorCode::Storage | ErrorCode::Internal => {
            Phrase { en: "Something went wrong on our side.", zh: "我们这边出了点问题。" }
        }
        ErrorCode::Network => Phrase {
            en: "The download was cut off. Check the connection; it goes on from where it stopped.",
            zh: "下载中断。请检查网络，重试时会接着下载。",
        },
        ErrorCode::Corrupt => Phrase {
            en: "The files that arrived are damaged, so they were thrown away.",
            zh: "收到的文件已损坏，因此已丢弃。",
        },
        ErrorCode::BadPack => Phrase {
            en: "The shop's data is not in a form this page can read.",
            zh: "本页无法读取店铺数据。",
        },
        ErrorCode::BadModel => {
            Phrase { en: "The model is not in a form this page can read.", zh: "本页无法读取模型。" }
        }
        ErrorCode::NoModel => Phrase { en: "The model is not loaded.", zh: "模型尚未加载。" },
        ErrorCode::NoPack => Phrase { en: "The shop is still being opened.", zh: "店铺还在打开中。" },
        ErrorCode::WorkerLost => ENGINE_LOST,
    }
}

pub fn restarting(language: Language, attempt: u32) -> String {
    match language {
        Language::En => format!("The attendant stopped and is being restarted (attempt {attempt})…"),
        Language::Zh => format!("店员中断了，正在重新启动（第 {attempt} 次）……"),
    }
}

pub fn storage_use(language: Language, weights_bytes: u64, usage_bytes: u64, quota_bytes: u64) -> String {
    let (weights, usage, quota) = (bytes(weights_bytes), bytes(usage_bytes), bytes(quota_bytes));
    match language {
        Language::En => format!("The model takes {weights}. This site uses {usage} of the {quota} it may use."),
        Language::Zh => format!("模型占 {weights}。本站已用 {usage}，上限 {quota}。"),
    }
}

/// The receipt's one sentence. `n_elsewhere` counts requests to another origin than the page's.
pub fn receipt(language: Language, n_requests: usize, n_bytes: u64, n_elsewhere: usize) -> String {
    let size = bytes(n_bytes);
    match (language, n_elsewhere) {
        (Language::En, 0) => format!(
            "This page has fetched {n_requests} files ({size}), all from this shop's own address. None of these requests carried what you asked or what is in your cart. As on every site, the host sees the address that you open or reload."
        ),
        (Language::En, n) => format!(
            "This page has fetched {n_requests} files ({size}), {n} of them from another address: see the list."
        ),
        (Language::Zh, 0) => format!(
            "本页共获取 {n_requests} 个文件（{size}），全部来自本店网址。这些请求都不含您的提问和购物车。与所有网站一样，主机能看到您打开或刷新的网址。"
        ),
        (Language::Zh, n) => format!("本页共获取 {n_requests} 个文件（{size}），其中 {n} 个来自其他网址，见下表。"),
    }
}

pub fn milliseconds(language: Language, ms: f64) -> String {
    match language {
        Language::En => format!("{ms:.0} ms"),
        Language::Zh => format!("{ms:.0} 毫秒"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_says_something_in_both_languages() {
        for phrase in ALL {
            assert!(!phrase.en.trim().is_empty() && !phrase.zh.trim().is_empty(), "{phrase:?}");
        }
    }

    #[test]
    fn bytes_are_read_at_a_glance() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(22_700_000), "23 MB");
        assert_eq!(bytes(1_440_000), "1.4 MB");
        assert_eq!(bytes(2_500_000_000), "2.5 GB");
    }
}
