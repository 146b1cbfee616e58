//! The shopper's cart: which products, and how many of each.

use serde::{Deserialize, Serialize};

use crate::platform::json;

/// Where it is kept while the tab is open (`sessionStorage`).
pub const KEY: &str = "attendant.cart.v1";

/// More than this of one thing is a mistyped number, or a wholesale order that wants a person.
pub const MOST_OF_ONE: u32 = 99;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Product id.
    pub product: String,
    /// At least 1.
    pub quantity: u32,
}

impl Cart {
    /// What was stored, or an empty cart where that cannot be read: a cart is quickly filled again.
    pub fn from_json(stored: &str) -> Cart {
        let mut cart: Cart = json::from_slice(stored.as_bytes()).unwrap_or_default();
        cart.lines.retain(|line| line.quantity > 0);
        cart
    }

    pub fn to_json(&self) -> String {
        json::to_string(self).expect("strings and numbers serialize")
    }

    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Pieces, not lines.
    pub fn n_items(&self) -> usize {
        self.lines.iter().map(|line| line.quantity as usize).sum()
    }

    pub fn quantity(&self, product: &str) -> u32 {
        self.lines.iter().find(|line| line.product == product).map_or(0, |line| line.quantity)
    }

    pub fn add(&mut self, product: &str) {
        self.set(product, self.quantity(product) + 1);
    }

    /// Sets how many of a product there are; 0 takes it out.
    pub fn set(&mut self, product: &str, quantity: u32) {
        let quantity = quantity.min(MOST_OF_ONE);
        match self.lines.iter_mut().find(|line| line.product == product) {
            _ if quantity == 0 => self.lines.retain(|line| line.product != product),
            Some(line) => line.quantity = quantity,
            None => self.lines.push(Line { product: product.to_owned(), quantity }),
        }
    }

    /// Empties it and says what was in it.
    pub fn take(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.lines)
    }

    /// Forgets products that the shop no longer has.
    pub fn keep(&mut self, has: impl Fn(&str) -> bool) {
        self.lines.retain(|line| has(&line.product));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adding_twice_makes_two_of_one_line() {
        let mut cart = Cart::default();
        cart.add("cup");
        cart.add("cup");
        cart.add("tray");
        assert_eq!((cart.lines().len(), cart.n_items(), cart.quantity("cup")), (2, 3, 2));
    }

    #[test]
    fn zero_takes_a_line_out_and_a_slip_of_the_finger_is_capped() {
        let mut cart = Cart::default();
        cart.set("cup", 4000);
        assert_eq!(cart.quantity("cup"), MOST_OF_ONE);
        cart.set("cup", 0);
        assert!(cart.is_empty());
        cart.set("never-there", 0);
        assert!(cart.is_empty());
    }

    #[test]
    fn it_survives_storage_and_broken_storage() {
        let mut cart = Cart::default();
        cart.add("cup");
        assert_eq!(Cart::from_json(&cart.to_json()), cart);
        assert_eq!(Cart::from_json("{\"lines\":[{\"product\":"), Cart::default());
        assert_eq!(Cart::from_json(r#"{"lines":[{"product":"a","quantity":0}]}"#), Cart::default());
    }

    #[test]
    fn products_taken_off_the_shelf_leave_the_cart() {
        let mut cart = Cart::default();
        cart.add("cup");
        cart.add("gone");
        cart.keep(|id| id == "cup");
        assert_eq!(cart.take(), [Line { product: "cup".into(), quantity: 1 }]);
        assert!(cart.is_empty());
    }
}
