//! Conversations and facts, as they are kept: a record for each turn, one for each fact.
//!
//! Everything here is [`Drawer`] over a drawer that may be empty and take nothing, as a vault is before the
//! shopper has agreed.

use serde::Serialize;

use crate::platform::{Drawer, DrawerError, JsonError, clock, json};
use crate::protocol::{Fact, Turn};

/// A turn's name is this and when it was, so that names sort as turns came. Names are not sealed.
const TURN: &str = "turn-";
const FACT: &str = "fact-";

/// Turns older than this are forgotten; so are the oldest of more than so many.
pub const MAX_DAYS: u32 = 180;
pub const MAX_TURNS: usize = 100;

const DAY_MS: f64 = 86_400_000.0;

/// Longest name and value of a fact, in bytes: a cart of a hundred lines, a log of five hundred events.
const MAX_NAME_BYTES: usize = 32;
const MAX_VALUE_BYTES: usize = 256 << 10;

#[derive(Debug, thiserror::Error)]
pub enum DiaryError {
    #[error(transparent)]
    Drawer(#[from] DrawerError),
    #[error("it cannot be written as JSON: {0}")]
    Json(#[from] JsonError),
    #[error("a fact's name is of a-z and at most {MAX_NAME_BYTES} bytes, its value at most {MAX_VALUE_BYTES}")]
    Fact,
}

/// All of it, as the shopper may take it along.
#[derive(Debug, Default, Serialize)]
pub struct Kept {
    pub facts: Vec<Fact>,
    /// Oldest first.
    pub turns: Vec<Turn>,
}

/// Keeps a turn, and lets go of those that are too old or too many.
pub async fn note(drawer: &impl Drawer, turn: &Turn) -> Result<(), DiaryError> {
    drawer.put(&name_of(turn), json::to_string(turn)?.as_bytes()).await?;
    let expired = expired(drawer.names().await?, clock::unix_ms());
    Ok(drawer.remove(&expired).await?)
}

/// Keeps a fact in place of the one of that name; an empty one is forgotten.
pub async fn put(drawer: &impl Drawer, fact: &Fact) -> Result<(), DiaryError> {
    let is_name = (1..=MAX_NAME_BYTES).contains(&fact.name.len()) && fact.name.bytes().all(|b| b.is_ascii_lowercase());
    if !is_name || fact.value.len() > MAX_VALUE_BYTES {
        return Err(DiaryError::Fact);
    }
    let name = format!("{FACT}{}", fact.name);
    match fact.value.is_empty() {
        true => drawer.remove(&[name]).await?,
        false => drawer.put(&name, fact.value.as_bytes()).await?,
    }
    Ok(())
}

/// What is kept and not yet too old. A record that is no turn is passed over: it opened, so it is of a program
/// that knew what it wrote.
pub async fn recall(drawer: &impl Drawer) -> Result<Kept, DiaryError> {
    let expired = expired(drawer.names().await?, clock::unix_ms());
    drawer.remove(&expired).await?;
    let mut kept = Kept::default();
    for name in drawer.names().await? {
        let (is_turn, fact) = (name.starts_with(TURN), name.strip_prefix(FACT));
        if !is_turn && fact.is_none() {
            continue;
        }
        let Some(value) = drawer.get(&name).await? else { continue };
        match fact {
            Some(fact) => {
                kept.facts.extend(String::from_utf8(value).ok().map(|value| Fact { name: fact.into(), value }));
            }
            None => kept.turns.extend(json::from_slice::<Turn>(&value)),
        }
    }
    Ok(kept)
}

/// Forgets the conversation; facts stay.
pub async fn forget_turns(drawer: &impl Drawer) -> Result<(), DiaryError> {
    let turns: Vec<String> = drawer.names().await?.into_iter().filter(|name| name.starts_with(TURN)).collect();
    Ok(drawer.remove(&turns).await?)
}

fn name_of(turn: &Turn) -> String {
    // The fraction of a millisecond tells apart what came at once.
    format!("{TURN}{:017.3}", turn.at_ms.max(0.0))
}

/// The names of turns to let go of.
fn expired(names: Vec<String>, now_ms: f64) -> Vec<String> {
    let mut turns: Vec<String> = names.into_iter().filter(|name| name.starts_with(TURN)).collect();
    turns.sort();
    let oldest_ms = now_ms - f64::from(MAX_DAYS) * DAY_MS;
    let is_old = |name: &String| name[TURN.len()..].parse::<f64>().is_ok_and(|at_ms| at_ms < oldest_ms);
    let n_too_many = turns.len().saturating_sub(MAX_TURNS);
    turns.iter().enumerate().filter(|(i, name)| *i < n_too_many || is_old(name)).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::block_on;
    use crate::privacy::Vault;
    use crate::protocol::{Language, Reply};

    fn open_vault() -> Vault {
        let vault = Vault::new();
        block_on(vault.make()).unwrap();
        vault
    }

    fn turn(at_ms: f64, text: &str) -> Turn {
        let reply = Reply { text: format!("To {text}"), ..Reply::default() };
        Turn { at_ms, text: text.into(), language: Language::En, reply }
    }

    #[test]
    fn turns_and_facts_come_back_as_they_were_in_order() {
        let (vault, now_ms) = (open_vault(), clock::unix_ms().round());
        let turns = [turn(now_ms - 9.0, "first"), turn(now_ms - 3.0, "second"), turn(now_ms, "third")];
        turns.iter().rev().for_each(|turn| block_on(note(&vault, turn)).unwrap());
        let cart = Fact { name: "cart".into(), value: "{}".into() };
        block_on(put(&vault, &cart)).unwrap();
        let kept = block_on(recall(&vault)).unwrap();
        assert_eq!((kept.turns.as_slice(), kept.facts.as_slice()), (&turns[..], &[cart][..]));

        block_on(forget_turns(&vault)).unwrap();
        let kept = block_on(recall(&vault)).unwrap();
        assert_eq!((kept.turns.len(), kept.facts.len()), (0, 1));
        block_on(put(&vault, &Fact { name: "cart".into(), value: String::new() })).unwrap();
        assert_eq!(block_on(vault.names()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn without_consent_a_turn_is_refused_and_nothing_is_recalled() {
        let vault = Vault::new();
        assert!(block_on(note(&vault, &turn(clock::unix_ms(), "hello"))).is_err());
        let kept = block_on(recall(&vault)).unwrap();
        assert!(kept.turns.is_empty() && kept.facts.is_empty());
    }

    #[test]
    fn the_old_and_the_too_many_are_let_go() {
        let (vault, now_ms) = (open_vault(), clock::unix_ms().round());
        block_on(note(&vault, &turn(now_ms - 181.0 * DAY_MS, "half a year ago"))).unwrap();
        for i in 0..MAX_TURNS + 5 {
            block_on(note(&vault, &turn(now_ms - 1e6 + i as f64, &i.to_string()))).unwrap();
        }
        let kept = block_on(recall(&vault)).unwrap();
        assert_eq!((kept.turns.len(), kept.turns[0].text.as_str()), (MAX_TURNS, "5"));
    }

    #[test]
    fn a_name_from_a_page_reaches_only_facts() {
        let vault = open_vault();
        for name in ["", "../turn-1", "turn-1", "UPPER", "a name", &"long".repeat(9)] {
            assert!(block_on(put(&vault, &Fact { name: name.into(), value: "x".into() })).is_err(), "{name}");
        }
    }
}
