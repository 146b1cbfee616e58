//! `shop.toml` → [`ShopSettings`], and what `rules` reads of it.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::{line_at, read_text};
use super::{Mistakes, rules};
use crate::pack::format::{Contact, Localized, ShopModel, ShopSettings};
use crate::pack::money::{CURRENCIES, find_currency};
use crate::pack::rules::ShopRules;
use crate::protocol::Language;

pub const FILE: &str = "shop.toml";

/// Of the folder's files, whatever the pack's own format is by now.
const FOLDER_FORMAT: u32 = 1;

/// Every key of the top level but the tables of `rules` and `ranking`; the order of a good file.
const KEYS: [&str; 15] = [
    "format",
    "id",
    "currency",
    "languages",
    "time_zone",
    "accent",
    "accent_dark",
    "name",
    "tagline",
    "greeting",
    "quick_replies",
    "contact",
    "decline",
    "recommend",
    "models",
];
const MODEL_KEYS: [&str; 4] = ["url", "sha256", "size", "purpose"];
const CONTACT_KEYS: [&str; 5] = ["email", "telephone", "whatsapp", "address", "hours"];

/// What `shop.toml` holds.
#[derive(Default)]
pub struct Settings {
    /// The file, to find the lines of later mistakes.
    pub text: String,
    pub shop: ShopSettings,
    pub rules: ShopRules,
    pub models: Vec<ShopModel>,
}

/// Reads the settings; `None` where the file is missing or is no TOML.
pub fn read(dir: &Path, mistakes: &mut Mistakes) -> Option<Settings> {
    let text = read_text(dir, FILE, mistakes)?;
    let (root, errors) = DeTable::parse_recoverable(&text);
    for error in &errors {
        let line = error.span().map(|span| line_at(text.as_bytes(), span.start));
        mistakes.add(FILE, line, error.message().trim(), "correct the TOML");
    }
    if !errors.is_empty() {
        return None;
    }
    let mut reader = Reader { text: &text, mistakes };
    let shop = reader.shop(root.get_ref());
    let models = reader.models(root.get_ref(), &shop.languages);
    let rules = rules::read(&text, root.get_ref(), mistakes);
    drop(root);
    Some(Settings { shop, rules, models, text })
}

struct Reader<'a> {
    text: &'a str,
    mistakes: &'a mut Mistakes,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn shop(&mut self, root: &DeTable<'_>) -> ShopSettings {
        self.check_keys(root, "", &[&KEYS[..], &rules::TABLES].concat());
        self.format(root);
        let languages = self.languages(root);
        let mut settings = ShopSettings {
            id: self.required(root, "id"),
            currency: self.required(root, "currency"),
            accent: self.colour(root, "accent"),
            accent_dark: self.colour(root, "accent_dark"),
            name: self.localized(root, "name", &languages),
            tagline: self.localized(root, "tagline", &languages),
            greeting: self.localized(root, "greeting", &languages),
            decline: self.localized(root, "decline", &languages),
            quick_replies: self.localized_lists(root, "quick_replies", &languages),
            contact: Contact::default(),
            languages,
        };
        if !settings.currency.is_empty() && find_currency(&settings.currency).is_none() {
            let known: Vec<_> = CURRENCIES.iter().map(|currency| currency.code).collect();
            let line = self.line_of(root, "currency");
            let what = format!("unknown currency “{}”", settings.currency);
            self.mistakes.add(FILE, line, what, format!("use one of {}", known.join(", ")));
        }
        if let Some(contact) = self.table(root, "contact") {
            self.check_keys(contact, "contact.", &CONTACT_KEYS);
            settings.contact = Contact {
                email: self.optional(contact, "email"),
                telephone: self.optional(contact, "telephone"),
                whatsapp: self.optional(contact, "whatsapp"),
                address: self.localized(contact, "contact.address", &settings.languages),
                hours: self.localized(contact, "contact.hours", &settings.languages),
            };
        }
        settings
    }

    /// `[[models]]`: what the shop serves beside its page, for shoppers to keep.
    fn models(&mut self, root: &DeTable<'_>, languages: &[Language]) -> Vec<ShopModel> {
        let Some(value) = find(root, "models") else { return Vec::new() };
        let line = self.line(value);
        let DeValue::Array(tables) = value.get_ref() else {
            self.mistakes.add(FILE, line, "`models` is no list", "write `[[models]]` before each");
            return Vec::new();
        };
        let mut models = Vec::new();
        for table in tables.iter() {
            let line = self.line(table);
            let DeValue::Table(table) = table.get_ref() else {
                self.mistakes.add(FILE, line, "a model is no table", "write `[[models]]` before each");
                continue;
            };
            self.check_keys(table, "models.", &MODEL_KEYS);
            let model = ShopModel {
                url: self.required(table, "url"),
                sha256: self.required(table, "sha256"),
                size_bytes: find(table, "size").and_then(|value| integer(value.get_ref())).unwrap_or(0),
                purpose: self.localized(table, "models.purpose", languages),
            };
            // The page fetches from its own address alone.
            if model.url.contains("//") || model.url.contains(':') {
                let cure = "put the file beside the page and write where: models/name.gguf";
                self.mistakes.add(FILE, line, format!("the model “{}” is at another address", model.url), cure);
            }
            let is_hash =
                model.sha256.len() == 64 && model.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if !model.sha256.is_empty() && !is_hash {
                let cure = "write the 64 digits that `sha256sum` prints";
                self.mistakes.add(FILE, line, "`sha256` is no SHA-256", cure);
            }
            if model.size_bytes == 0 {
                self.mistakes.add(FILE, line, "no `size`", "write the file's size in bytes: `size = 105454432`");
            }
            models.push(model);
        }
        models
    }

    fn format(&mut self, root: &DeTable<'_>) {
        let known = FOLDER_FORMAT.to_string();
        match find(root, "format").map(|value| value.get_ref()) {
            Some(DeValue::Integer(format)) if format.as_str() == known => {}
            _ => {
                let line = self.line_of(root, "format");
                self.mistakes.add(FILE, line, "unknown format", format!("write `format = {known}`"));
            }
        }
    }

    fn languages(&mut self, root: &DeTable<'_>) -> Vec<Language> {
        let line = self.line_of(root, "languages");
        let codes = find(root, "languages").and_then(|value| strings(value.get_ref())).unwrap_or_default();
        let mut languages = Vec::new();
        for code in &codes {
            match Language::ALL.into_iter().find(|language| language.code() == code) {
                Some(language) if !languages.contains(&language) => languages.push(language),
                Some(_) => self.mistakes.add(FILE, line, format!("language “{code}” twice"), "name it once"),
                None => self.mistakes.add(FILE, line, format!("unknown language “{code}”"), "use en or zh"),
            }
        }
        if codes.is_empty() {
            self.mistakes.add(FILE, line, "no languages", "write `languages = [\"en\", \"zh\"]`");
        }
        languages
    }

    fn required(&mut self, table: &DeTable<'_>, key: &str) -> String {
        let value = self.optional(table, key).unwrap_or_default();
        if value.is_empty() {
            let line = self.line_of(table, key);
            self.mistakes.add(FILE, line, format!("no `{key}`"), format!("write `{key} = \"…\"`"));
        }
        value
    }

    fn optional(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let value = find(table, key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(text.trim().to_owned()),
            _ => {
                let line = self.line(value);
                self.mistakes.add(FILE, line, format!("`{key}` is not a text"), "put it in quotation marks");
                None
            }
        }
    }

    /// The colour goes into the page's style sheet: nothing but `#rrggbb` may pass.
    fn colour(&mut self, table: &DeTable<'_>, key: &str) -> String {
        let value = self.required(table, key);
        let is_colour = value
            .strip_prefix('#')
            .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if !value.is_empty() && !is_colour {
            let line = self.line_of(table, key);
            self.mistakes.add(FILE, line, format!("`{key}` is not a colour"), "write it like #2e6b57");
        }
        value
    }

    /// `path` is the key as it is written from the file's top, `contact.hours`.
    fn table<'t>(&mut self, table: &'t DeTable<'t>, path: &str) -> Option<&'t DeTable<'t>> {
        let key = last_key(path);
        match find(table, key).map(|value| value.get_ref()) {
            Some(DeValue::Table(table)) => Some(table),
            _ => {
                let line = self.line_of(table, key);
                self.mistakes.add(
                    FILE,
                    line,
                    format!("no table `{path}`"),
                    format!("write `[{path}]` and what belongs in it"),
                );
                None
            }
        }
    }

    /// A table with one value a language, none missing and none besides.
    fn in_languages<T>(
        &mut self,
        parent: &DeTable<'_>,
        path: &str,
        languages: &[Language],
        read: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Localized<T> {
        let mut localized = Localized::default();
        let Some(table) = self.table(parent, path) else { return localized };
        let codes: Vec<_> = languages.iter().map(|language| language.code()).collect();
        self.check_keys(table, &format!("{path}."), &codes);
        for &language in languages {
            let code = language.code();
            match find(table, code).and_then(|value| read(value.get_ref())) {
                Some(value) => localized.insert(language, value),
                None => {
                    let line = self.line_of(parent, last_key(path));
                    let what = format!("`{path}` has no text in “{code}”");
                    self.mistakes.add(FILE, line, what, format!("add `{code} = …` under `[{path}]`"));
                }
            }
        }
        localized
    }

    fn localized(&mut self, table: &DeTable<'_>, key: &str, languages: &[Language]) -> Localized<String> {
        self.in_languages(table, key, languages, |value| match value {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        })
    }

    fn localized_lists(&mut self, table: &DeTable<'_>, key: &str, languages: &[Language]) -> Localized<Vec<String>> {
        self.in_languages(table, key, languages, strings)
    }

    fn check_keys(&mut self, table: &DeTable<'_>, path: &str, known: &[&str]) {
        for (key, _) in table.iter() {
            if !known.contains(&key.get_ref().as_ref()) {
                let line = line_at(self.text.as_bytes(), key.span().start);
                let what = format!("unknown setting `{path}{}`", key.get_ref());
                self.mistakes.add(FILE, line, what, format!("use one of {}", known.join(", ")));
            }
        }
    }

    fn line(&self, value: &Value<'_>) -> u64 {
        line_at(self.text.as_bytes(), value.span().start)
    }

    fn line_of(&self, table: &DeTable<'_>, key: &str) -> Option<u64> {
        find(table, key).map(|value| self.line(value))
    }
}

fn find<'t>(table: &'t DeTable<'t>, key: &str) -> Option<&'t Value<'t>> {
    table.iter().find(|(name, _)| name.get_ref().as_ref() == key).map(|(_, value)| value)
}

fn integer(value: &DeValue<'_>) -> Option<u64> {
    let DeValue::Integer(integer) = value else { return None };
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// A non-empty list of texts.
fn strings(value: &DeValue<'_>) -> Option<Vec<String>> {
    let DeValue::Array(values) = value else { return None };
    let texts: Option<Vec<_>> = values
        .iter()
        .map(|value| match value.get_ref() {
            DeValue::String(text) => Some(text.trim().to_owned()),
            _ => None,
        })
        .collect();
    texts.filter(|texts| !texts.is_empty())
}

/// The part of a dotted path that the innermost table knows.
fn last_key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
