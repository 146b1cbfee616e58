//! The safe in a browser: a database with the key in it, which scripts can use and not read.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::{Rc, Weak};

use futures::future::{Either, select};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::crypto::{Key, random};
use super::database::Database;
use super::lock::{self, Lock};
use super::{property, sleep_ms};
use crate::platform::DrawerError;
use crate::platform::safe::{PASSPHRASE_ROUNDS, SafeState};

const SALT_BYTES: usize = 16;
const LOCK_PATIENCE_MS: u32 = 5_000;
const DELETE_PATIENCE_MS: u32 = 3_000;

/// One for each place of the page; clones are the same.
#[derive(Clone)]
pub struct Safe {
    name: String,
    open: Rc<RefCell<Open>>,
}

/// What is in this program's hands.
#[derive(Default)]
struct Open {
    database: Option<Rc<Database>>,
    key: Option<HeldKey>,
}

#[derive(Clone)]
struct HeldKey {
    key: Key,
    /// Names the key: another tab may have put a new one in its place.
    epoch: f64,
}

/// A key that is not in use yet.
pub struct NewKey {
    held: HeldKey,
    entry: JsValue,
}

impl NewKey {
    /// With a passphrase, the key is kept only as wrapped by it.
    pub async fn generate(passphrase: Option<&str>) -> Result<NewKey, DrawerError> {
        let entry = Object::new();
        let set = |name: &str, value: &JsValue| drop(Reflect::set(&entry, &name.into(), value));
        let epoch = js_sys::Math::random();
        set("epoch", &epoch.into());
        let key = match passphrase {
            None => {
                let key = Key::generate(false).await?;
                set("key", &key.0);
                key
            }
            Some(passphrase) => {
                let (extractable, salt) = (Key::generate(true).await?, random(SALT_BYTES)?);
                let wrapped = extractable.wrap(passphrase, &salt).await?;
                set("salt", &Uint8Array::from(&salt[..]));
                set("rounds", &PASSPHRASE_ROUNDS.into());
                set("wrapped", &Uint8Array::from(&wrapped[..]));
                // From here on the one that nobody can take out.
                Key::unwrap(&wrapped, passphrase, &salt, PASSPHRASE_ROUNDS)
                    .await?
                    .ok_or_else(|| DrawerError::Broken("a key did not come out as it went in".into()))?
            }
        };
        Ok(NewKey { held: HeldKey { key, epoch }, entry: entry.into() })
    }

    pub async fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, DrawerError> {
        self.held.key.seal(associated, plain).await
    }
}

impl Safe {
    /// The one of this page's folder: another copy of the page on the same origin is another shop.
    pub fn here() -> Safe {
        let path = property(&property(&js_sys::global(), "location"), "pathname").as_string().unwrap_or_default();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        Safe::named(&format!("attendant{folder}"))
    }

    pub fn named(name: &str) -> Safe {
        Safe { name: name.to_owned(), open: Rc::default() }
    }

    pub async fn state(&self) -> Result<SafeState, DrawerError> {
        let Some(database) = self.database(false).await? else { return Ok(SafeState::Absent) };
        let entry = database.key().await?;
        if !entry.is_object() {
            return Ok(SafeState::Absent);
        }
        let epoch = epoch_of(&entry);
        if self.open.borrow().key.as_ref().is_some_and(|held| Some(held.epoch) == epoch) {
            return Ok(SafeState::Open);
        }
        let key = property(&entry, "key");
        let held = epoch.filter(|_| key.is_object()).map(|epoch| HeldKey { key: Key(key), epoch });
        let is_open = held.is_some();
        self.open.borrow_mut().key = held;
        Ok(if is_open { SafeState::Open } else { SafeState::Locked })
    }

    /// Puts `key` to use, in place of `replaced` where there is one, and `records` with it: all or nothing.
    /// `false` where another tab was faster.
    pub async fn install(&self, key: NewKey, records: &[(String, Vec<u8>)]) -> Result<bool, DrawerError> {
        let Some(database) = self.database(true).await? else { return Ok(false) };
        let before = self.open.borrow().key.as_ref().map(|held| held.epoch);
        let is_same = |entry: &JsValue| epoch_of(entry) == before;
        let installed = database.change(is_same, Some(&key.entry), records, &[]).await?;
        self.open.borrow_mut().key = installed.then_some(key.held);
        Ok(installed)
    }

    /// Whether it is the passphrase.
    pub async fn unlock(&self, passphrase: &str) -> Result<bool, DrawerError> {
        let Some(database) = self.database(false).await? else { return Ok(false) };
        let entry = database.key().await?;
        let bytes = |name: &str| property(&entry, name).dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec());
        let rounds = property(&entry, "rounds").as_f64();
        let (Some(salt), Some(wrapped), Some(rounds), Some(epoch)) =
            (bytes("salt"), bytes("wrapped"), rounds, epoch_of(&entry))
        else {
            return Ok(false);
        };
        let key = Key::unwrap(&wrapped, passphrase, &salt, rounds as u32).await?;
        let is_it = key.is_some();
        self.open.borrow_mut().key = key.map(|key| HeldKey { key, epoch });
        Ok(is_it)
    }

    /// Deletes the key first, then everything, for every tab.
    pub async fn destroy(&self) -> Result<(), DrawerError> {
        if let Some(database) = self.database(false).await? {
            database.clear().await?;
        }
        *self.open.borrow_mut() = Open::default();
        // A frozen tab lets go when it wakes; what it holds is empty.
        match select(pin!(Database::delete(&self.name)), pin!(sleep_ms(DELETE_PATIENCE_MS))).await {
            Either::Left((deleted, _)) => deleted,
            Either::Right(_) => Ok(()),
        }
    }

    pub async fn names(&self) -> Result<Vec<String>, DrawerError> {
        match self.database(false).await? {
            Some(database) => database.names().await,
            None => Ok(Vec::new()),
        }
    }

    /// The bytes as they lie there.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, DrawerError> {
        match self.database(false).await? {
            Some(database) => database.get(name).await,
            None => Ok(None),
        }
    }

    /// In one transaction. Refused where the key is not the one in use any more: what is sealed with it could not
    /// be opened again.
    pub async fn change(&self, puts: &[(String, Vec<u8>)], removes: &[String]) -> Result<(), DrawerError> {
        let Some(database) = self.database(false).await? else { return Err(not_open()) };
        let before = self.open.borrow().key.as_ref().map(|held| held.epoch);
        match database.change(|entry| before.is_some() && epoch_of(entry) == before, None, puts, removes).await? {
            true => Ok(()),
            false => Err(not_open()),
        }
    }

    pub async fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, DrawerError> {
        let key = self.open.borrow().key.clone().ok_or_else(not_open)?;
        key.key.seal(associated, plain).await
    }

    pub async fn unseal(&self, associated: &[u8], sealed: &[u8]) -> Result<Option<Vec<u8>>, DrawerError> {
        let key = self.open.borrow().key.clone().ok_or_else(not_open)?;
        key.key.unseal(associated, sealed).await
    }

    /// One tab at a time.
    pub async fn lock(&self) -> Lock {
        lock::take(&format!("{} safe", self.name), LOCK_PATIENCE_MS).await
    }

    async fn database(&self, create: bool) -> Result<Option<Rc<Database>>, DrawerError> {
        if let Some(database) = self.open.borrow().database.clone() {
            return Ok(Some(database));
        }
        let open: Weak<RefCell<Open>> = Rc::downgrade(&self.open);
        let on_taken = move || {
            // Not in the middle of something that has it borrowed: the browser calls this from its own turn.
            if let Some(open) = open.upgrade()
                && let Ok(mut open) = open.try_borrow_mut()
            {
                open.key = None;
                // Dropped with the closure that runs here: after it.
                let database = open.database.take();
                wasm_bindgen_futures::spawn_local(async move { drop(database) });
            }
        };
        let database = Database::open(&self.name, create, on_taken).await?.map(Rc::new);
        self.open.borrow_mut().database = database.clone();
        Ok(database)
    }
}

fn epoch_of(entry: &JsValue) -> Option<f64> {
    property(entry, "epoch").as_f64()
}

fn not_open() -> DrawerError {
    DrawerError::Refused("the vault is not open".into())
}
