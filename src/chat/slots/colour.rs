//! Colours that a shopper may ask for.

use super::Slot;
use super::reading::Reading;
use crate::pack::Product;

/// A colour by its English name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    pub id: &'static str,
    /// What English and Chinese product data calls it.
    words: &'static [&'static str],
    /// One Chinese character; a colour only with 色 or 的 behind it, since 红茶 is a tea.
    character: char,
}

const COLOURS: &[Colour] = &[
    Colour { id: "red", words: &["red", "crimson", "scarlet"], character: '红' },
    Colour { id: "blue", words: &["blue", "indigo", "navy", "cobalt", "靛"], character: '蓝' },
    Colour { id: "green", words: &["green", "emerald", "celadon", "jade", "青瓷"], character: '绿' },
    Colour { id: "white", words: &["white"], character: '白' },
    Colour { id: "black", words: &["black"], character: '黑' },
    Colour { id: "yellow", words: &["yellow", "mustard"], character: '黄' },
    Colour { id: "pink", words: &["pink", "rose"], character: '粉' },
    Colour { id: "purple", words: &["purple", "violet"], character: '紫' },
    Colour { id: "orange", words: &["orange"], character: '橙' },
    Colour { id: "brown", words: &["brown", "walnut"], character: '棕' },
    Colour { id: "grey", words: &["grey", "gray", "charcoal"], character: '灰' },
    Colour { id: "gold", words: &["gold", "golden"], character: '金' },
    Colour { id: "silver", words: &["silver"], character: '银' },
    Colour { id: "clear", words: &["clear", "transparent", "see-through", "透明"], character: '透' },
    Colour { id: "cream", words: &["cream", "ivory", "beige", "米色", "奶油"], character: '米' },
];

/// After these a colour names a kind of tea or food.
const KINDS: &[&str] =
    &["tea", "teas", "peony", "rice", "bean", "wine", "pepper", "sugar", "chocolate", "oolong", "needle"];

impl Colour {
    /// Whether a product is of this colour, by its own words.
    pub fn is_of(&self, product: &Product) -> bool {
        product.color.0.values().any(|color| {
            let color = color.to_lowercase();
            color.contains(self.character) && self.character != '透'
                || self.words.iter().any(|word| color.contains(word))
        })
    }

    pub fn zh(&self) -> String {
        if self.id == "clear" { "透明".to_owned() } else { format!("{}色", self.character) }
    }
}

/// Whether an English word is a colour.
pub(super) fn is_name(word: &str) -> bool {
    COLOURS.iter().any(|colour| colour.words.contains(&word))
}

pub(super) fn read(reading: &Reading<'_>) -> Vec<Slot<Colour>> {
    let text = &reading.text;
    let mut found: Vec<Slot<Colour>> = Vec::new();
    for colour in COLOURS {
        let zh = ["色", "的"].map(|end| format!("{}{end}", colour.character));
        let range = colour
            .words
            .iter()
            .flat_map(|word| reading.find(word))
            .chain(zh.iter().flat_map(|word| reading.find(word)));
        let names_colour = |range: &std::ops::Range<usize>| {
            let after = text[range.end..].trim_start();
            !KINDS.iter().any(|kind| after.starts_with(kind))
        };
        if let Some(range) = range.into_iter().find(names_colour) {
            found.push(reading.slot(*colour, range));
        }
    }
    found.sort_by_key(|slot| slot.span.start);
    found
}
