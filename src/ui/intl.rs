//! Numbers, prices and dates as each language writes them, through the browser's own `Intl`.

use js_sys::{Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::protocol::Language;

fn options(pairs: &[(&str, JsValue)]) -> Object {
    let options = Object::new();
    for (name, value) in pairs {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&options, &(*name).into(), value);
    }
    options
}

fn locales(language: Language) -> js_sys::Array {
    js_sys::Array::of1(&language.tag().into())
}

fn call(format: js_sys::Function, value: JsValue) -> String {
    format.call1(&JsValue::UNDEFINED, &value).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// `€24.00`; whole amounts keep their decimals, so that a column of prices lines up.
pub fn price(language: Language, amount: f64, currency: &str) -> String {
    let options = options(&[
        ("style", "currency".into()),
        ("currency", currency.into()),
        ("currencyDisplay", "narrowSymbol".into()),
    ]);
    call(Intl::NumberFormat::new(&locales(language), &options).format(), amount.into())
}

/// Whether so many want the form that this language has for one.
pub fn is_one(language: Language, n: usize) -> bool {
    let form: JsValue = Intl::PluralRules::new(&locales(language), &Object::new()).select(n as f64).into();
    form.as_string().as_deref() == Some("one")
}

/// `22 Nov 2026, 14:05`.
pub fn date_time(language: Language, at_ms: f64) -> String {
    let options = options(&[("dateStyle", "medium".into()), ("timeStyle", "short".into())]);
    let date = js_sys::Date::new(&at_ms.into());
    call(Intl::DateTimeFormat::new(&locales(language), &options).format(), date.unchecked_into())
}

/// A day as `2026-12-24` in words: `24 Dec 2026`. `None` where it is no such day.
pub fn day(language: Language, iso: &str) -> Option<String> {
    let date = js_sys::Date::new(&format!("{iso}T00:00:00Z").into());
    if date.get_time().is_nan() {
        return None;
    }
    let options = options(&[("dateStyle", "medium".into()), ("timeZone", "UTC".into())]);
    Some(call(Intl::DateTimeFormat::new(&locales(language), &options).format(), date.unchecked_into()))
}

/// A country by its code, in words; anything else as it is.
pub fn place(language: Language, code: &str) -> String {
    let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_code {
        return code.to_owned();
    }
    let names = Intl::DisplayNames::new(&locales(language), &options(&[("type", "region".into())]));
    names.of(code).map_or_else(|| code.to_owned(), String::from)
}
