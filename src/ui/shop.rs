//! The opened shop as the page shows it: its settings, its products and their categories.

use std::sync::Arc;

use crate::pack::format::ShopModel;
use crate::pack::{Localized, Pack, PackError, Product, ShopSettings, offer};
use crate::protocol::{Feature, Language, Offer};

/// A shelf of the shop. Its id is the category's name in the shop's first language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    pub id: String,
    pub name: Localized<String>,
}

#[derive(Debug)]
pub struct Shop {
    pub settings: ShopSettings,
    pub products: Vec<Product>,
    /// In the order in which the products first name them.
    pub categories: Vec<Category>,
    /// Holds the pictures. Shared with the same shop before the page around told of more goods.
    pack: Arc<Pack>,
}

impl Shop {
    /// The same shop with what the page around sells beside the pack's goods.
    pub fn beside(&self, offers: &[Offer]) -> Result<Shop, PackError> {
        Shop::of(self.pack.clone(), offers)
    }

    /// A pack's goods, and beside them what the page around tells of.
    pub fn of(pack: Arc<Pack>, offers: &[Offer]) -> Result<Shop, PackError> {
        let (settings, mut products) = (pack.settings()?, pack.products()?);
        products.extend(offer::beside(&products, &settings.currency, offers));
        let categories = categories(&products);
        Ok(Shop { settings, products, categories, pack })
    }

    /// What the shop offers to keep.
    pub fn models(&self) -> Vec<ShopModel> {
        self.pack.models().unwrap_or_default()
    }

    pub fn default_language(&self) -> Language {
        self.settings.languages.first().copied().unwrap_or_default()
    }

    pub fn product(&self, id: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.id == id)
    }

    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The product's name, or its id where the shop no longer has it.
    pub fn title<'a>(&'a self, id: &'a str, language: Language) -> &'a str {
        self.product(id).map_or(id, |product| product.title.text(language))
    }

    /// What the shop calls a feature, which is known by its name in the shop's first language.
    pub fn feature(&self, feature: &Feature, language: Language) -> String {
        let first = Language::default();
        let elsewhere = |lists: fn(&Product) -> &Localized<Vec<String>>, name: &str| {
            self.products.iter().find_map(|product| {
                let lists = lists(product);
                let place = lists.items(first).iter().position(|item| item == name)?;
                lists.exact(language)?.get(place).cloned()
            })
        };
        let (found, name) = match feature {
            Feature::Category(id) => (self.category(id).map(|one| one.name.text(language).to_owned()), id),
            Feature::Type(name) => (elsewhere(|product| &product.product_type, name), name),
            Feature::Tag(name) => (elsewhere(|product| &product.tags, name), name),
            Feature::Brand(name) => (None, name),
        };
        found.unwrap_or_else(|| name.clone())
    }

    /// A picture's bytes. The pack has verified them against its own hash.
    pub fn picture(&self, name: &str) -> Option<&[u8]> {
        self.pack.image(name)
    }

    /// See [`select`].
    pub fn select(&self, category: Option<&str>, search: &str) -> Vec<String> {
        select(&self.products, category, search)
    }
}

fn categories(products: &[Product]) -> Vec<Category> {
    let mut categories: Vec<Category> = Vec::new();
    for product in products.iter().filter(|product| !product.category.is_empty()) {
        if categories.iter().any(|category| category.id == product.category) {
            continue;
        }
        let mut name = Localized::default();
        for language in Language::ALL {
            if let Some(first) = product.product_type.exact(language).and_then(|levels| levels.first()) {
                name.insert(language, first.clone());
            }
        }
        categories.push(Category { id: product.category.clone(), name });
    }
    categories
}

/// Ids of the products of one category (of all, where none is given) that a search leaves, in the
/// shop's order. A search wants every one of its words, in either language.
fn select(products: &[Product], category: Option<&str>, search: &str) -> Vec<String> {
    let search = search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    products
        .iter()
        .filter(|product| category.is_none_or(|category| product.category == category))
        .filter(|product| {
            let said = if words.is_empty() { String::new() } else { said_of(product) };
            words.iter().all(|word| said.contains(word))
        })
        .map(|product| product.id.clone())
        .collect()
}

/// Everything a shopper may call a product by, lower-cased.
fn said_of(product: &Product) -> String {
    let mut said = String::new();
    let mut say = |text: &str| {
        said.push_str(&text.to_lowercase());
        said.push('\n');
    };
    for language in Language::ALL {
        let texts = [&product.title, &product.description, &product.brand, &product.color, &product.material];
        texts.into_iter().filter_map(|text| text.exact(language)).for_each(|text| say(text));
        for list in [&product.product_type, &product.highlights, &product.tags] {
            list.exact(language).into_iter().flatten().for_each(|text| say(text));
        }
        product.attributes.exact(language).into_iter().flatten().for_each(|attribute| say(&attribute.value));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{Availability, Money};

    fn both<T>(en: T, zh: T) -> Localized<T> {
        Localized([(Language::En, en), (Language::Zh, zh)].into())
    }

    fn product(id: &str, category: (&str, &str), title: (&str, &str)) -> Product {
        Product {
            id: id.into(),
            category: category.0.into(),
            product_type: both(vec![category.0.into()], vec![category.1.into()]),
            title: both(title.0.into(), title.1.into()),
            description: Localized::default(),
            price: Money { minor: 1200, currency: "EUR".into() },
            sale_price: None,
            availability: Availability::InStock,
            stock: None,
            brand: Localized::default(),
            color: Localized::default(),
            material: Localized::default(),
            size: Localized::default(),
            weight: None,
            highlights: Localized::default(),
            attributes: Localized::default(),
            tags: Localized::default(),
            image: String::new(),
        }
    }

    fn products() -> Vec<Product> {
        vec![
            product("a", ("Cups", "杯"), ("Celadon cup", "青瓷杯")),
            product("b", ("Pots", "壶"), ("Clay teapot", "紫砂壶")),
            product("c", ("Cups", "杯"), ("Glass cup", "玻璃杯")),
        ]
    }

    #[test]
    fn a_search_wants_every_word_in_either_language() {
        let products = products();
        assert_eq!(select(&products, None, "CUP celadon"), ["a"]);
        assert_eq!(select(&products, None, "紫砂"), ["b"]);
        assert_eq!(select(&products, None, "clay cup"), Vec::<String>::new());
        assert_eq!(select(&products, None, " "), ["a", "b", "c"]);
        assert_eq!(select(&products, None, "杯"), ["a", "c"]);
    }

    #[test]
    fn a_category_narrows() {
        assert_eq!(select(&products(), Some("Pots"), ""), ["b"]);
        assert_eq!(select(&products(), Some("Pots"), "cup"), Vec::<String>::new());
    }

    #[test]
    fn categories_come_once_and_in_order() {
        let categories = categories(&products());
        assert_eq!(categories.iter().map(|category| &category.id).collect::<Vec<_>>(), ["Cups", "Pots"]);
        assert_eq!(categories[1].name.text(Language::Zh), "壶");
    }
}
