//! What the worker knows of the shopper, and what it does with it.

use futures::lock::Mutex;

use super::Shop;
use crate::platform::{self, DrawerError};
use crate::privacy::Vault;
use crate::protocol::{Erasure, Insight, Known, Recommendation, ShopperAction, ShopperEvent, Surface};
use crate::recommend::Shopper;
use crate::recommend::journal::Journal;

/// Events that a page can show.
const MAX_SHOWN: usize = 500;

/// The journal in the shopper's vault. One request at a time: each reads what the one before has written.
pub struct Memory {
    vault: Vault,
    journal: Mutex<Journal<Vault>>,
}

impl Memory {
    pub fn new(vault: Vault) -> Memory {
        Memory { journal: Mutex::new(Journal::new(Some(vault.clone()))), vault }
    }

    pub async fn recommend(&self, shop: &Shop, surface: &Surface, personal: bool, limit: usize) -> Vec<Recommendation> {
        let now_ms = platform::clock::unix_ms();
        let mut journal = self.journal.lock().await;
        if personal {
            // What other tabs have stored cannot be had; what this one knows can.
            let _ = journal.refresh(now_ms).await;
        }
        let shopper =
            if personal { of(&journal, now_ms) } else { Shopper { records: &[], learned_from_ms: 0.0, now_ms } };
        shop.attendant.recommender().recommend(surface, shopper, limit)
    }

    /// Whether all that is known is on the disk now.
    pub async fn note(&self, events: Vec<ShopperEvent>) -> bool {
        let mut journal = self.journal.lock().await;
        // What cannot be stored stays in memory, and the client hears that it does.
        let _ = journal.note(events, platform::clock::unix_ms()).await;
        journal.is_stored()
    }

    /// Needs the shopper's agreement, which is that there is a vault.
    pub async fn remember(&self, days: Option<u16>) -> Result<(), DrawerError> {
        self.journal.lock().await.remember(days, platform::clock::unix_ms()).await
    }

    pub async fn erase(&self, shop: &Shop, what: &Erasure) -> Result<(), DrawerError> {
        let now_ms = platform::clock::unix_ms();
        let mut journal = self.journal.lock().await;
        match what {
            Erasure::All => journal.erase_all().await,
            Erasure::Event(event) => journal.erase(|record| record.covers(event), now_ms).await,
            Erasure::Product(product) => journal.erase(|record| record.event.product == *product, now_ms).await,
            Erasure::Learned | Erasure::Insight(Insight::Learned { .. }) => journal.learn_anew(now_ms).await,
            Erasure::Insight(Insight::Next { product }) => {
                journal.note(vec![ShopperEvent::new(ShopperAction::NotInterested, product, now_ms)], now_ms).await
            }
            Erasure::Insight(insight) => {
                journal.erase(|record| shop.attendant.recommender().stands_on(insight, record), now_ms).await
            }
        }
    }

    pub async fn known(&self, shop: &Shop) -> Known {
        let now_ms = platform::clock::unix_ms();
        let mut journal = self.journal.lock().await;
        let _ = journal.refresh(now_ms).await;
        Known {
            events: journal.log().newest(MAX_SHOWN),
            insights: shop.attendant.recommender().insights(of(&journal, now_ms)),
            stored: journal.is_stored(),
            n_unreadable: journal.n_unreadable() + self.vault.n_aside().await.unwrap_or(0),
        }
    }
}

fn of(journal: &Journal<Vault>, now_ms: f64) -> Shopper<'_> {
    Shopper { records: journal.log().records(), learned_from_ms: journal.learned_from_ms(), now_ms }
}
