//! The optional tables of `shop.toml` → [`ShopRules`].
//!
//! Their shapes are the rules' own; what the shapes cannot say (sources that exist, one price a weight
//! band, the shop's currency) is checked here.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::Mistakes;
use super::settings::FILE;
use super::source::line_at;
use crate::pack::calendar::Zone;
use crate::pack::format::Passage;
use crate::pack::rules::{Price, ShopRules};

/// The tables, as `shop.toml` names them.
pub const TABLES: [&str; 8] =
    ["shipping", "returns", "warranty", "hours", "orders", "coupons", "gift_cards", "handoff"];

/// The years that a pack knows its zone's offsets for: fixed, so that a shop always gives the same bytes.
const ZONE_FROM: &str = "2024-01-01T00:00:00Z";
const ZONE_TO: &str = "2051-01-01T00:00:00Z";

/// Reads the tables of a file that is TOML.
pub fn read(text: &str, root: &DeTable<'_>, mistakes: &mut Mistakes) -> ShopRules {
    let mut reader = Reader { text, root, mistakes };
    ShopRules {
        zone: reader.zone(),
        shipping: reader.table("shipping"),
        returns: reader.table("returns"),
        warranty: reader.table("warranty"),
        hours: reader.table("hours"),
        orders: reader.table("orders"),
        coupons: reader.table("coupons"),
        gift_cards: reader.table("gift_cards"),
        handoff: reader.table("handoff"),
    }
}

struct Reader<'a> {
    text: &'a str,
    root: &'a DeTable<'a>,
    mistakes: &'a mut Mistakes,
}

impl<'a> Reader<'a> {
    fn find(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.root.iter().find(|(name, _)| name.get_ref().as_ref() == key).map(|(_, value)| value)
    }

    fn table<T: DeserializeOwned>(&mut self, key: &str) -> Option<T> {
        let value = self.find(key)?;
        match T::deserialize(ValueDeserializer::from(value.clone())) {
            Ok(table) => Some(table),
            Err(error) => {
                let at = error.span().map_or(value.span().start, |span| span.start);
                let what = format!("`[{key}]`: {}", error.message().trim().replace('\n', ", "));
                let cure = "write it as the README's “Rules to compute with” shows";
                self.mistakes.add(FILE, line_at(self.text.as_bytes(), at), what, cure);
                None
            }
        }
    }

    fn zone(&mut self) -> Zone {
        let Some(value) = self.find("time_zone") else { return Zone::default() };
        let name = String::deserialize(ValueDeserializer::from(value.clone())).unwrap_or_default();
        resolve(&name).unwrap_or_else(|error| {
            let line = line_at(self.text.as_bytes(), value.span().start);
            self.mistakes.add(
                FILE,
                line,
                format!("unknown time zone “{name}”: {error}"),
                "write it like `Europe/Lisbon`",
            );
            Zone::default()
        })
    }
}

/// A zone's offsets between [`ZONE_FROM`] and [`ZONE_TO`].
fn resolve(name: &str) -> Result<Zone, jiff::Error> {
    let zone = TimeZone::get(name)?;
    let (from, to): (Timestamp, Timestamp) = (ZONE_FROM.parse()?, ZONE_TO.parse()?);
    let mut offsets = vec![(from.as_second(), zone.to_offset(from).seconds())];
    let later = zone.following(from).take_while(|transition| transition.timestamp() < to);
    offsets.extend(later.map(|transition| (transition.timestamp().as_second(), transition.offset().seconds())));
    Ok(Zone { name: name.to_owned(), offsets })
}

/// What the shapes cannot say.
pub fn check(text: &str, rules: &ShopRules, currency: &str, passages: &[Passage], mistakes: &mut Mistakes) {
    let known: BTreeSet<&str> = passages.iter().map(|passage| passage.id.as_str()).collect();
    for source in sources(rules).into_iter().filter(|source| !known.contains(source)) {
        let line = text.find(&format!("\"{source}\"")).map(|at| line_at(text.as_bytes(), at));
        mistakes.add(FILE, line, format!("no passage “{source}”"), "name a passage as `file#slug`");
    }
    for price in prices(rules).into_iter().filter(|price| price.0.currency != currency) {
        let line = text.find(&price.0.currency).map(|at| line_at(text.as_bytes(), at));
        mistakes.add(
            FILE,
            line,
            format!("“{}” is not in {currency}", price.0),
            "write every price in the shop's currency",
        );
    }
    let Some(shipping) = &rules.shipping else { return };
    if shipping.bands_g.is_empty() || !shipping.bands_g.is_sorted() {
        mistakes.add(
            FILE,
            None,
            "`shipping.bands_g` is empty or does not ascend",
            "write it like `bands_g = [1000, 3000]`",
        );
    }
    for (at, zone) in shipping.zones.iter().enumerate() {
        let n_bands = shipping.bands_g.len();
        if zone.prices.len() != n_bands {
            let what =
                format!("`shipping.zones` {} has {} prices for {n_bands} weight bands", at + 1, zone.prices.len());
            mistakes.add(FILE, None, what, "write one price a band");
        }
        if zone.days[0] > zone.days[1] {
            let what = format!("`shipping.zones` {} takes {} to {} days", at + 1, zone.days[0], zone.days[1]);
            mistakes.add(FILE, None, what, "write the smaller number first");
        }
    }
    for coupon in rules.coupons.iter().flat_map(|coupons| &coupons.list) {
        if coupon.percent.is_some() == coupon.amount.is_some() || coupon.percent.is_some_and(|percent| percent > 100) {
            let what = "a coupon needs `percent` (up to 100) or `amount`, and not both";
            mistakes.add(FILE, None, what, "write one of them");
        }
    }
    let urls = rules.orders.iter().flat_map(|orders| [&orders.link, &orders.status_url]).flatten();
    for url in urls.filter(|url| !url.starts_with("https://")) {
        let line = text.find(url.as_str()).map(|at| line_at(text.as_bytes(), at));
        mistakes.add(
            FILE,
            line,
            format!("“{url}” is no https address"),
            "write it like `https://shop.example/orders/{order}`",
        );
    }
}

/// Every passage that a rule names.
fn sources(rules: &ShopRules) -> Vec<&str> {
    let mut sources: Vec<&str> = Vec::new();
    if let Some(shipping) = &rules.shipping {
        sources.push(&shipping.source);
        sources.extend(shipping.free_source.as_deref());
        if let Some(dispatch) = &shipping.dispatch {
            sources.push(&dispatch.source);
            sources.extend(dispatch.extras.iter().map(|extra| extra.source.as_str()));
            sources.extend(dispatch.slow_payment.as_ref().map(|payment| payment.source.as_str()));
        }
        sources.extend(shipping.busy.iter().map(|busy| busy.source.as_str()));
        for zone in &shipping.zones {
            sources.extend(zone.times_source.as_deref());
            sources.extend(zone.express.as_ref().map(|express| express.source.as_str()));
        }
    }
    if let Some(returns) = &rules.returns {
        sources.push(&returns.source);
        sources.extend(returns.windows.iter().map(|window| window.source.as_str()));
        sources.extend(returns.extensions.iter().map(|extension| extension.source.as_str()));
        sources.extend(returns.exceptions.iter().map(|exception| exception.source.as_str()));
    }
    if let Some(warranty) = &rules.warranty {
        sources.push(&warranty.source);
        sources.extend(warranty.terms.iter().map(|term| term.source.as_str()));
    }
    sources.extend(rules.hours.as_ref().map(|hours| hours.source.as_str()));
    sources.extend(rules.orders.as_ref().and_then(|orders| orders.source.as_deref()));
    if let Some(coupons) = &rules.coupons {
        sources.push(&coupons.source);
        sources.extend(coupons.list.iter().map(|coupon| coupon.source.as_str()));
    }
    if let Some(cards) = &rules.gift_cards {
        sources.push(&cards.source);
        sources.extend(cards.validity_source.as_deref());
        sources.extend(cards.use_source.as_deref());
    }
    sources.extend(rules.handoff.as_ref().and_then(|handoff| handoff.source.as_deref()));
    sources.sort_unstable();
    sources.dedup();
    sources
}

fn prices(rules: &ShopRules) -> Vec<&Price> {
    let mut prices: Vec<&Price> = Vec::new();
    for zone in rules.shipping.iter().flat_map(|shipping| &shipping.zones) {
        prices.extend(&zone.prices);
        prices.extend(&zone.free_from);
        prices.extend(zone.express.as_ref().map(|express| &express.price));
    }
    for coupon in rules.coupons.iter().flat_map(|coupons| &coupons.list) {
        prices.extend(&coupon.amount);
        prices.extend(&coupon.from);
    }
    prices.extend(rules.gift_cards.iter().flat_map(|cards| cards.values.iter().chain(&cards.printed_fee)));
    prices
}
