//! Products out of what the page around the widget says it sells ([`Offer`]).
//!
//! A page is not believed as a pack is: it adds goods and changes none. What the pack holds it holds alone; of the
//! rest, so many are taken, each cut to so many characters, with a price in the shop's own currency or not at all,
//! since budgets and baskets compare amounts. Texts stay texts: no Markdown of theirs is read, no picture is fetched.

use std::collections::BTreeSet;

use super::format::{Availability, Localized, Product};
use super::money::Money;
use crate::protocol::{Language, Offer};

/// Of one page. A shelf has dozens; more than that is a catalogue, and belongs into a pack.
pub const MAX_OFFERS: usize = 64;
const MAX_ID_CHARS: usize = 64;
const MAX_TITLE_CHARS: usize = 160;
const MAX_TEXT_CHARS: usize = 1_200;
const MAX_LEVELS: usize = 4;

/// What of a page's offers is new beside `products`, in the page's order.
pub fn beside(products: &[Product], currency: &str, offers: &[Offer]) -> Vec<Product> {
    let mut known: BTreeSet<String> = products.iter().map(|product| product.id.clone()).collect();
    let new = offers.iter().take(MAX_OFFERS).filter_map(|offer| read(offer, currency));
    new.filter(|product| known.insert(product.id.clone())).collect()
}

fn read(offer: &Offer, currency: &str) -> Option<Product> {
    let price = Money::parse(&format!("{} {}", offer.price.trim(), offer.currency.trim())).ok()?;
    let is_whole = !offer.id.is_empty() && offer.id.chars().count() <= MAX_ID_CHARS && price.currency == currency;
    let title = plain(&offer.title, MAX_TITLE_CHARS);
    if !is_whole || offer.id.chars().any(char::is_control) || title.is_empty() {
        return None;
    }
    let levels = offer.category.split(['>', '/']).take(MAX_LEVELS).map(|level| plain(level, MAX_TITLE_CHARS));
    let kinds: Vec<String> = levels.filter(|level| !level.is_empty()).collect();
    Some(Product {
        id: offer.id.clone(),
        category: kinds.first().cloned().unwrap_or_default(),
        product_type: if kinds.is_empty() { Localized::default() } else { everywhere(kinds) },
        title: everywhere(title),
        description: spoken(plain(&offer.description, MAX_TEXT_CHARS)),
        price,
        sale_price: None,
        availability: if offer.in_stock { Availability::InStock } else { Availability::OutOfStock },
        stock: None,
        brand: spoken(plain(&offer.brand, MAX_TITLE_CHARS)),
        color: Localized::default(),
        material: Localized::default(),
        size: Localized::default(),
        weight: None,
        highlights: Localized::default(),
        attributes: Localized::default(),
        tags: Localized::default(),
        image: String::new(),
    })
}

/// Under every language: a page says it in one, and whoever asks in another still finds it by its name.
fn everywhere<T: Clone>(value: T) -> Localized<T> {
    Localized(Language::ALL.into_iter().map(|language| (language, value.clone())).collect())
}

fn spoken(text: String) -> Localized<String> {
    if text.is_empty() { Localized::default() } else { everywhere(text) }
}

/// One line of at most so many characters, in which no character starts markup in Markdown.
fn plain(text: &str, max_chars: usize) -> String {
    let is_markup = |c: char| matches!(c, '<' | '>' | '[' | ']' | '`' | '\\' | '*' | '_' | '|' | '#' | '~');
    let clean: String = text.chars().map(|c| if c.is_control() || is_markup(c) { ' ' } else { c }).collect();
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(max_chars).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(id: &str, title: &str, price: &str) -> Offer {
        Offer {
            id: id.into(),
            title: title.into(),
            price: price.into(),
            currency: "EUR".into(),
            in_stock: true,
            ..Offer::default()
        }
    }

    #[test]
    fn a_page_adds_goods_and_changes_none() {
        let held = beside(&[], "EUR", &[offer("a", "Held by the pack", "10.00")]);
        let new = beside(
            &held,
            "EUR",
            &[offer("a", "Cheaper here", "1.00"), offer("b", "Whisk", "24"), offer("b", "x", "1")],
        );
        assert_eq!(new.len(), 1);
        assert_eq!((new[0].id.as_str(), new[0].price.minor), ("b", 2400));
        assert_eq!(new[0].title.exact(Language::Zh).map(String::as_str), Some("Whisk"));
    }

    #[test]
    fn what_cannot_be_priced_or_named_is_passed_over() {
        let mut dollars = offer("usd", "Whisk", "24.00");
        dollars.currency = "USD".into();
        let long = "x".repeat(65);
        let wrong = [
            dollars,
            offer("", "No id", "1"),
            offer(&long, "Long id", "1"),
            offer("a\nb", "Control", "1"),
            offer("c", " \u{0} ", "1"),
            offer("d", "No price", ""),
            offer("e", "Minus", "-1"),
            offer("f", "Words", "1e9"),
            offer("g", "Too much", "99999999999999999999"),
        ];
        assert_eq!(beside(&[], "EUR", &wrong), []);
    }

    #[test]
    fn its_words_are_bounded_and_no_markup() {
        let mut one = offer("a", &format!("# <b>[Tea](javascript:x)</b>\n{}", "y".repeat(500)), "1.5");
        one.category = "Tea > Green / Longjing".into();
        let many: Vec<Offer> = (0..500).map(|n| Offer { id: n.to_string(), ..one.clone() }).collect();
        let read = beside(&[], "EUR", &many);
        assert_eq!(read.len(), MAX_OFFERS);
        let title = read[0].title.text(Language::En);
        assert!(
            title.starts_with("b Tea (javascript:x) /b yyy") && title.chars().count() <= MAX_TITLE_CHARS,
            "{title}"
        );
        assert_eq!(read[0].product_type.items(Language::En), ["Tea", "Green", "Longjing"]);
    }
}
