//! Prices: whole minor units and an ISO 4217 code, never a float.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::protocol::Language;

/// An amount of money. `minor` counts the currency's smallest unit (cents; whole yen).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub minor: u64,
    /// ISO 4217, upper case.
    pub currency: String,
}

/// One currency the shop may price in.
pub struct Currency {
    pub code: &'static str,
    /// Digits after the decimal point.
    pub n_digits: u32,
    /// What stands before an amount in English.
    pub symbol: &'static str,
    /// What stands after an amount in Chinese.
    pub zh: &'static str,
}

const fn currency(code: &'static str, n_digits: u32, symbol: &'static str, zh: &'static str) -> Currency {
    Currency { code, n_digits, symbol, zh }
}

/// The currencies a pack may use.
pub const CURRENCIES: [Currency; 20] = [
    currency("EUR", 2, "€", "欧元"),
    currency("USD", 2, "$", "美元"),
    currency("GBP", 2, "£", "英镑"),
    currency("CNY", 2, "¥", "元"),
    currency("HKD", 2, "HK$", "港元"),
    currency("TWD", 2, "NT$", "新台币"),
    currency("SGD", 2, "S$", "新加坡元"),
    currency("JPY", 0, "¥", "日元"),
    currency("KRW", 0, "₩", "韩元"),
    currency("CHF", 2, "CHF ", "瑞士法郎"),
    currency("SEK", 2, "SEK ", "瑞典克朗"),
    currency("NOK", 2, "NOK ", "挪威克朗"),
    currency("DKK", 2, "DKK ", "丹麦克朗"),
    currency("PLN", 2, "PLN ", "兹罗提"),
    currency("CZK", 2, "CZK ", "捷克克朗"),
    currency("CAD", 2, "C$", "加元"),
    currency("AUD", 2, "A$", "澳元"),
    currency("NZD", 2, "NZ$", "新西兰元"),
    currency("INR", 2, "₹", "卢比"),
    currency("BRL", 2, "R$", "雷亚尔"),
];

/// Looks a currency up by its upper-case code.
pub fn find_currency(code: &str) -> Option<&'static Currency> {
    CURRENCIES.iter().find(|currency| currency.code == code)
}

/// Why a price cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("“{0}” is not an amount and a currency")]
    Shape(String),
    #[error("“{0}” is not a currency this version knows")]
    Currency(String),
    #[error("“{0}” is not an amount")]
    Amount(String),
}

impl Money {
    /// Reads Merchant Center's form, `12.50 EUR`.
    pub fn parse(text: &str) -> Result<Money, MoneyError> {
        let (amount, code) =
            text.trim().split_once(char::is_whitespace).ok_or_else(|| MoneyError::Shape(text.to_owned()))?;
        let code = code.trim();
        let currency = find_currency(code).ok_or_else(|| MoneyError::Currency(code.to_owned()))?;
        let minor = parse_minor(amount, currency.n_digits).ok_or_else(|| MoneyError::Amount(amount.to_owned()))?;
        Ok(Money { minor, currency: code.to_owned() })
    }

    /// The amount in major units, to compare and to hand to `Intl.NumberFormat`.
    pub fn major(&self) -> f64 {
        self.minor as f64 / 10f64.powi(self.n_digits() as i32)
    }

    /// As the shop's own passages write it: `€12.50`, `12.50 欧元`. Whole amounts lose their zeros.
    pub fn format(&self, language: Language) -> String {
        let amount = self.amount();
        match (find_currency(&self.currency), language) {
            (Some(currency), Language::En) => format!("{}{amount}", currency.symbol),
            (Some(currency), Language::Zh) => format!("{amount} {}", currency.zh),
            (None, _) => format!("{amount} {}", self.currency),
        }
    }

    fn n_digits(&self) -> u32 {
        find_currency(&self.currency).map_or(2, |currency| currency.n_digits)
    }

    fn amount(&self) -> String {
        let unit = 10u64.pow(self.n_digits());
        match (self.minor / unit, self.minor % unit) {
            (whole, 0) => whole.to_string(),
            (whole, rest) => format!("{whole}.{rest:0width$}", width = self.n_digits() as usize),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

/// Reads `12`, `12.5` or `12.50` into minor units; no sign, no grouping, no more digits than there are.
fn parse_minor(amount: &str, n_digits: u32) -> Option<u64> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || fraction.len() > n_digits as usize {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<width$}", width = n_digits.max(1) as usize).parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(10u64.pow(n_digits))?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(minor: u64) -> Money {
        Money { minor, currency: "EUR".into() }
    }

    #[test]
    fn prices_are_read_exactly() {
        for (text, minor) in [("12.50 EUR", 1250), ("12.5 EUR", 1250), ("12 EUR", 1200), (" 0.07 EUR ", 7)] {
            assert_eq!(Money::parse(text), Ok(eur(minor)), "{text}");
        }
        assert_eq!(Money::parse("1200 JPY").map(|money| money.minor), Ok(1200));
    }

    #[test]
    fn what_is_not_a_price_is_refused() {
        for text in ["", "12.50", "EUR 12.50", "12,50 EUR", "-1 EUR", "1.234 EUR", "12.50 XXX", "1.5 JPY", ". EUR"] {
            assert!(Money::parse(text).is_err(), "{text}");
        }
        assert!(Money::parse("99999999999999999999 EUR").is_err());
        assert!(Money::parse("184467440737095517 EUR").is_err());
    }

    #[test]
    fn prices_are_written_the_way_each_language_does() {
        assert_eq!(eur(1250).format(Language::En), "€12.50");
        assert_eq!(eur(1200).format(Language::Zh), "12 欧元");
        assert_eq!(eur(705).to_string(), "7.05 EUR");
    }
}
