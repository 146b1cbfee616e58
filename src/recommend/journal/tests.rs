use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::*;
use crate::platform::block_on;
use crate::protocol::ShopperAction::{self, Purchase, ViewItem};

const NOW_MS: f64 = 1.8e12;

/// A drawer in memory that several journals share, and that may die after so many writes.
#[derive(Clone, Default)]
struct Chest {
    values: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    n_writes_left: Rc<Cell<Option<u32>>>,
}

impl Chest {
    fn dying_after(&self, n_writes: u32) -> Chest {
        Chest { values: self.values.clone(), n_writes_left: Rc::new(Cell::new(Some(n_writes))) }
    }

    fn write(&self) -> Result<(), DrawerError> {
        match self.n_writes_left.get() {
            Some(0) => Err(DrawerError::Broken("the tab died".into())),
            Some(n) => {
                self.n_writes_left.set(Some(n - 1));
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Drawer for Chest {
    type Lock = ();

    async fn lock(&self) {}

    async fn names(&self) -> Result<Vec<String>, DrawerError> {
        Ok(self.values.borrow().keys().cloned().collect())
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, DrawerError> {
        Ok(self.values.borrow().get(name).cloned())
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), DrawerError> {
        self.write()?;
        self.values.borrow_mut().insert(name.into(), bytes.into());
        Ok(())
    }

    async fn remove(&self, names: &[String]) -> Result<(), DrawerError> {
        for name in names {
            self.write()?;
            self.values.borrow_mut().remove(name);
        }
        Ok(())
    }
}

fn event(action: ShopperAction, product: &str, at_ms: f64) -> ShopperEvent {
    ShopperEvent::new(action, product, at_ms)
}

fn open(chest: &Chest) -> Journal<Chest> {
    let mut journal = Journal::new(Some(chest.clone()));
    block_on(journal.remember(Some(90), NOW_MS)).expect("the chest is sound");
    journal
}

fn products(journal: &Journal<Chest>) -> Vec<String> {
    journal.log().records().iter().map(|record| record.event.product.clone()).collect()
}

fn note(journal: &mut Journal<Chest>, product: &str, at_ms: f64) {
    block_on(journal.note(vec![event(ViewItem, product, at_ms)], NOW_MS)).expect("the chest is sound");
}

#[test]
fn what_is_remembered_survives_a_reload_and_nothing_else_does() {
    let chest = Chest::default();
    let mut journal = Journal::new(Some(chest.clone()));
    note(&mut journal, "cup", NOW_MS - 2.0);
    assert!(chest.values.borrow().is_empty() && !journal.is_stored(), "nobody has agreed");
    block_on(journal.remember(Some(90), NOW_MS)).unwrap();
    note(&mut journal, "pot", NOW_MS - 1.0);
    assert!(journal.is_stored());
    assert_eq!(products(&open(&chest)), ["cup", "pot"]);
    block_on(journal.remember(None, NOW_MS)).unwrap();
    assert!(chest.values.borrow().is_empty());
    assert_eq!(products(&journal), ["cup", "pot"], "until the tab is closed");
}

#[test]
fn two_tabs_see_each_others_events_and_erasures() {
    let chest = Chest::default();
    let (mut one, mut two) = (open(&chest), open(&chest));
    note(&mut one, "cup", NOW_MS - 3.0);
    note(&mut two, "pot", NOW_MS - 2.0);
    note(&mut one, "tea", NOW_MS - 1.0);
    block_on(two.refresh(NOW_MS)).unwrap();
    assert_eq!(products(&two), ["cup", "pot", "tea"]);
    block_on(two.erase(|record| record.event.product == "cup", NOW_MS)).unwrap();
    block_on(one.refresh(NOW_MS)).unwrap();
    assert_eq!(products(&one), ["pot", "tea"]);
    block_on(one.erase_all()).unwrap();
    block_on(two.refresh(NOW_MS)).unwrap();
    assert!(two.log().is_empty() && chest.values.borrow().is_empty());
}

#[test]
fn a_tab_that_dies_at_any_write_loses_nothing_that_was_stored_and_doubles_nothing() {
    for n_writes in 0..80 {
        let chest = Chest::default();
        let mut journal = Journal::new(Some(chest.dying_after(n_writes)));
        let _ = block_on(journal.remember(Some(90), NOW_MS));
        let mut stored = Vec::new();
        // Long enough that segments are rewritten on the way.
        for i in 0..MAX_SEGMENTS as u32 + 10 {
            let product = format!("p{i:02}");
            let noted = block_on(journal.note(vec![event(ViewItem, &product, NOW_MS + f64::from(i) - 99.0)], NOW_MS));
            if noted.is_err() {
                break;
            }
            stored.push(product);
        }
        let mut found = products(&open(&chest));
        found.truncate(stored.len());
        assert_eq!(found, stored, "dead after {n_writes} writes");
        let mut all = products(&open(&chest));
        all.dedup();
        assert!(all.len() <= stored.len() + 1, "dead after {n_writes} writes: {all:?}");
    }
}

#[test]
fn many_segments_become_one() {
    let chest = Chest::default();
    let mut journal = open(&chest);
    for i in 0..500 {
        note(&mut journal, &format!("p{i}"), NOW_MS - 1000.0 + f64::from(i));
    }
    assert!(chest.values.borrow().len() <= MAX_SEGMENTS + 1);
    assert_eq!(open(&chest).log().records().len(), 500);
}

#[test]
fn what_is_too_old_leaves_the_disk() {
    let chest = Chest::default();
    let mut journal = open(&chest);
    note(&mut journal, "cup", NOW_MS - 40.0 * DAY_MS);
    note(&mut journal, "pot", NOW_MS);
    block_on(journal.remember(Some(30), NOW_MS)).unwrap();
    assert_eq!(products(&journal), ["pot"]);
    assert!(!chest.values.borrow().values().any(|bytes| String::from_utf8_lossy(bytes).contains("cup")));
    let mut later = Journal::new(Some(chest.clone()));
    block_on(later.remember(Some(30), NOW_MS + 31.0 * DAY_MS)).unwrap();
    assert!(later.log().is_empty());
}

#[test]
fn a_broken_segment_is_counted_and_spoils_nothing() {
    let chest = Chest::default();
    note(&mut open(&chest), "cup", NOW_MS);
    chest.values.borrow_mut().insert(format!("{PREFIX}0"), b"{\"version\":1,\"rec".to_vec());
    chest.values.borrow_mut().insert("of something else".into(), b"?".to_vec());
    let journal = open(&chest);
    assert_eq!((products(&journal), journal.n_unreadable()), (vec!["cup".to_owned()], 1));
    block_on({
        let mut journal = journal;
        async move { journal.erase_all().await }
    })
    .unwrap();
    assert_eq!(chest.values.borrow().keys().collect::<Vec<_>>(), ["of something else"]);
}

#[test]
fn learning_begins_anew_and_stays_so() {
    let chest = Chest::default();
    let mut journal = open(&chest);
    block_on(journal.note(vec![event(Purchase, "cup", NOW_MS - 5.0)], NOW_MS)).unwrap();
    block_on(journal.learn_anew(NOW_MS)).unwrap();
    assert_eq!(open(&chest).learned_from_ms(), NOW_MS);
    assert_eq!(products(&journal), ["cup"]);
}
