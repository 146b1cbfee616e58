//! Why something is recommended, and what is known of the shopper, in words.

use super::{Phrase, n_results};
use crate::protocol::{Hint, Language, ShopperAction};

pub fn because_viewed(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Because you viewed {title}"),
        Language::Zh => format!("因为您看过{title}"),
    }
}

pub fn because_liked(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Because you like {title}"),
        Language::Zh => format!("因为您喜欢{title}"),
    }
}

pub fn because_searched(language: Language, text: &str) -> String {
    match language {
        Language::En => format!("Because you searched for “{text}”"),
        Language::Zh => format!("因为您搜索过“{text}”"),
    }
}

pub fn often_with(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Often bought with {title}"),
        Language::Zh => format!("常与{title}一起购买"),
    }
}

/// A reason, and what both products are.
pub fn with_shared(language: Language, reason: String, shared: Option<&str>) -> String {
    match (shared, language) {
        (None, _) => reason,
        (Some(shared), Language::En) => format!("{reason} · both {shared}"),
        (Some(shared), Language::Zh) => format!("{reason} · 同为{shared}"),
    }
}

pub fn because_in_cart(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Goes with {title} in your cart"),
        Language::Zh => format!("与购物车里的{title}相配"),
    }
}

pub fn because_bought(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Because you bought {title}"),
        Language::Zh => format!("因为您买过{title}"),
    }
}

pub fn similar_to(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Like {title}"),
        Language::Zh => format!("与{title}相似"),
    }
}

pub fn not_interested_in(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("Not interested in {title}"),
        Language::Zh => format!("对{title}不感兴趣"),
    }
}

pub fn interested(language: Language, feature: &str, percent: u32) -> String {
    match language {
        Language::En => format!("Interested in {feature} ({percent} %)"),
        Language::Zh => format!("关注{feature}（{percent}%）"),
    }
}

pub fn next_guess(language: Language, title: &str) -> String {
    match language {
        Language::En => format!("May want next: {title}"),
        Language::Zh => format!("接下来可能想要：{title}"),
    }
}

pub fn visit(language: Language, n: usize) -> String {
    match language {
        Language::En => format!("A visit, {}", n_results(language, n)),
        Language::Zh => format!("一次光顾，{}", n_results(language, n)),
    }
}

/// How recommendations have shifted for this shopper.
pub fn learned(language: Language, hint: Hint, more: bool) -> String {
    let hint = match hint {
        Hint::Words => Phrase { en: "a like description", zh: "描述相似" },
        Hint::Shelf => Phrase { en: "the same shelf", zh: "同类商品" },
        Hint::Others => Phrase { en: "what others bought", zh: "他人购买" },
    };
    let hint = hint.get(language);
    match (language, more) {
        (Language::En, true) => format!("Learned from your choices: {hint} counts more"),
        (Language::En, false) => format!("Learned from your choices: {hint} counts less"),
        (Language::Zh, true) => format!("从您的选择中学到：{hint}更重要"),
        (Language::Zh, false) => format!("从您的选择中学到：{hint}较不重要"),
    }
}

pub fn action(language: Language, action: ShopperAction, title: &str) -> String {
    match (language, action) {
        (Language::En, ShopperAction::ViewItemList) => format!("Was shown {title}"),
        (Language::En, ShopperAction::SelectItem) => format!("Chose {title} from a list"),
        (Language::En, ShopperAction::BeginCheckout) => format!("Went to the checkout with {title}"),
        (Language::En, ShopperAction::Search) => format!("Searched for “{title}”"),
        (Language::En, ShopperAction::Liked) => format!("Liked {title}"),
        (Language::En, ShopperAction::Dwell) => format!("Spent time with {title}"),
        (Language::Zh, ShopperAction::ViewItemList) => format!("展示过{title}"),
        (Language::Zh, ShopperAction::SelectItem) => format!("从列表中选了{title}"),
        (Language::Zh, ShopperAction::BeginCheckout) => format!("带着{title}去结账"),
        (Language::Zh, ShopperAction::Search) => format!("搜索“{title}”"),
        (Language::Zh, ShopperAction::Liked) => format!("喜欢{title}"),
        (Language::Zh, ShopperAction::Dwell) => format!("停留在{title}"),
        (Language::En, ShopperAction::ViewItem) => format!("Looked at {title}"),
        (Language::En, ShopperAction::AddToCart) => format!("Put {title} in the cart"),
        (Language::En, ShopperAction::RemoveFromCart) => format!("Took {title} out of the cart"),
        (Language::En, ShopperAction::Purchase) => format!("Ordered {title} (demo)"),
        (Language::En, ShopperAction::NotInterested) => format!("Not interested in {title}"),
        (Language::Zh, ShopperAction::ViewItem) => format!("看过{title}"),
        (Language::Zh, ShopperAction::AddToCart) => format!("把{title}加入购物车"),
        (Language::Zh, ShopperAction::RemoveFromCart) => format!("把{title}移出购物车"),
        (Language::Zh, ShopperAction::Purchase) => format!("下单{title}（演示）"),
        (Language::Zh, ShopperAction::NotInterested) => format!("对{title}不感兴趣"),
    }
}
