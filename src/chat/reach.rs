//! How far the shop's own words reach: what it speaks of, and what it sells.

use crate::chat::attendant::Attendant;
use crate::chat::phrases::find;
use crate::chat::turn::Part;
use crate::chat::{scope, subjects};
use crate::protocol::Language;
use crate::retrieve::Hit;
use crate::retrieve::tokens::{is_han, is_telling, normalize, terms};

/// The passages and products found among which what is asked for must be named.
const N_NEAR: usize = 6;
/// Shorter words are too near to each other to be taken for slips, where it is to be told what the shop does not sell.
const MIN_SLIP_CHARS: usize = 6;

impl Attendant {
    /// Whether the shop speaks of a phrase where it says what it has: headings and titles.
    pub(super) fn speaks_of(&self, phrase: &str) -> bool {
        let holds = |text: &str| find(&normalize(text), phrase).is_some();
        self.passages().iter().any(|passage| holds(&passage.heading))
            || self.products().iter().any(|product| product.title.0.values().any(|title| holds(title)))
    }

    /// Where a text names things that shops are asked for, puts the passage first that names them too. Whether there
    /// is one, or a product, among those found; true where no such thing is named.
    pub(super) fn name_first(&self, text: &str, passages: &mut [Hit], products: &[Hit]) -> bool {
        subjects::named(text).all(|names| {
            let holds = |text: &str| {
                let text = normalize(text);
                names.iter().any(|name| subjects::names(&text, name))
            };
            let tells = |hit: &Hit| {
                let passage = &self.passages()[hit.index];
                holds(&passage.heading) || holds(&passage.text) || passage.also.iter().any(|also| holds(also))
            };
            let sold = |hit: &Hit| {
                let product = &self.products()[hit.index];
                let texts = [&product.title, &product.description, &product.material, &product.brand];
                let lists = [&product.tags, &product.product_type, &product.highlights];
                let attributes = product.attributes.0.values().flatten();
                texts.into_iter().flat_map(|text| text.0.values()).any(|text| holds(text))
                    || lists.into_iter().flat_map(|list| list.0.values()).flatten().any(|text| holds(text))
                    || attributes.into_iter().any(|attribute| holds(&attribute.name) || holds(&attribute.value))
            };
            let n_near = N_NEAR.min(passages.len());
            match passages[..n_near].iter().position(tells) {
                Some(at) => {
                    // It answers as firmly as what it passes.
                    let score = passages[0].score;
                    passages[..=at].rotate_right(1);
                    passages[0].score = score;
                    true
                }
                None => products.iter().take(n_near).any(sold),
            }
        })
    }

    /// Whether it asks for goods, or a service, by a name that neither a product nor the best passage has.
    pub(super) fn is_unsold(&self, part: &Part, language: Language, passages: &[Hit]) -> bool {
        // Of a service only the head is judged: how it is to be done the shop need not say.
        let is_unheard = |head: String| {
            let heads = terms(&head);
            !heads.is_empty() && !heads.iter().any(|term| self.is_heard_of(term, language))
        };
        if scope::sought_service(&part.own).is_some_and(is_unheard) {
            return true;
        }
        // Whether there is a thing, of which nothing at all is said.
        let is_strange = |thing: String| {
            let said: Vec<String> = terms(&thing).into_iter().filter(|term| is_telling(term)).collect();
            !said.is_empty() && !said.iter().any(|term| self.is_heard_of(term, language))
        };
        if scope::sought_thing(&part.own, language).is_some_and(is_strange) {
            return true;
        }
        let Some(goods) = scope::sought_goods(&part.own, language) else { return false };
        let wanted: Vec<String> = terms(&goods).into_iter().filter(|term| is_telling(term)).collect();
        let held = passages.first().is_some_and(|hit| {
            let passage = &self.passages()[hit.index];
            // A “coffee shop” that wants tea makes no coffee of it: goods come last in what names them.
            let names_goods = |phrase: &&String| {
                let theirs = terms(phrase);
                let is_in = |head: &String| theirs.contains(head) && theirs.len() > wanted.len();
                language == Language::Zh || theirs.last() == wanted.last() || !wanted.last().is_some_and(is_in)
            };
            let also: Vec<&str> = passage.also.iter().filter(names_goods).map(String::as_str).collect();
            let theirs = terms(&format!("{} {}", passage.heading, also.join(" ")));
            wanted.iter().all(|term| theirs.contains(term))
        });
        !held && !wanted.is_empty() && !self.sells(&wanted, language)
    }

    /// Whether one product bears the name: of English its last word, and half of those before it; of Chinese, whose
    /// pairs of characters say little if they only touch, more than half.
    fn sells(&self, wanted: &[String], language: Language) -> bool {
        let lexical = self.index().lexical();
        let slip = |term: &String| match term.chars().count() >= MIN_SLIP_CHARS {
            true => lexical.meant(term, language).unwrap_or(term).to_owned(),
            false => term.clone(),
        };
        let wanted: Vec<String> = wanted.iter().map(slip).collect();
        let is_han = wanted.iter().any(|term| term.starts_with(is_han));
        let bears = |held: &Vec<bool>| {
            let n_held = held.iter().filter(|held| **held).count();
            match is_han {
                true => 2 * n_held > held.len(),
                false => held.last() == Some(&true) && 2 * (n_held - 1) >= held.len() - 1,
            }
        };
        lexical.products_with(&wanted, language).values().any(bears)
    }

    /// Whether any text of the shop holds the term, or one that it is likely a slip of, or says it otherwise.
    fn is_heard_of(&self, term: &str, language: Language) -> bool {
        let lexical = self.index().lexical();
        let is_long = term.chars().count() >= MIN_SLIP_CHARS;
        lexical.knows(term, language)
            || is_long && lexical.meant(term, language).is_some()
            || lexical.knows_otherwise(term, language)
    }
}
