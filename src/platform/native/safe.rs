//! The safe natively: in memory, sealed all the same. Nothing outlives the program.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use aes_gcm::aead::{Aead, OsRng, Payload};
use aes_gcm::{AeadCore, Aes256Gcm, Key, KeyInit, Nonce};

use crate::platform::DrawerError;
use crate::platform::safe::{NONCE_BYTES, PASSPHRASE_ROUNDS, SafeState};

const SALT: &[u8] = b"in memory there is one safe a salt";

/// Clones are the same safe. [`Safe::reopened`] is another program's view of it.
#[derive(Clone)]
pub struct Safe {
    /// What a disk would hold.
    stored: Rc<RefCell<Stored>>,
    /// What is in this program's hands.
    held: Rc<RefCell<Option<HeldKey>>>,
}

#[derive(Default)]
struct Stored {
    key: Option<StoredKey>,
    records: BTreeMap<String, Vec<u8>>,
}

#[derive(Clone)]
enum StoredKey {
    Plain(Box<HeldKey>),
    Wrapped { epoch: u64, nonce: Vec<u8>, wrapped: Vec<u8> },
}

impl StoredKey {
    fn epoch(&self) -> u64 {
        match self {
            StoredKey::Plain(held) => held.epoch,
            StoredKey::Wrapped { epoch, .. } => *epoch,
        }
    }
}

#[derive(Clone)]
struct HeldKey {
    cipher: Aes256Gcm,
    /// Names the key.
    epoch: u64,
}

impl HeldKey {
    fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, DrawerError> {
        let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
        let sealed = self.cipher.encrypt(&nonce, Payload { msg: plain, aad: associated });
        let sealed = sealed.map_err(|error| DrawerError::Broken(error.to_string()))?;
        Ok([&nonce[..], &sealed].concat())
    }
}

/// A key that is not in use yet.
pub struct NewKey {
    held: HeldKey,
    entry: StoredKey,
}

impl NewKey {
    /// With a passphrase, the key is kept only as wrapped by it.
    pub async fn generate(passphrase: Option<&str>) -> Result<NewKey, DrawerError> {
        let key = Aes256Gcm::generate_key(OsRng);
        let epoch =
            Aes256Gcm::generate_nonce(&mut OsRng).iter().fold(0, |epoch: u64, byte| epoch << 8 | u64::from(*byte));
        let held = HeldKey { cipher: Aes256Gcm::new(&key), epoch };
        let entry = match passphrase {
            None => StoredKey::Plain(Box::new(held.clone())),
            Some(passphrase) => {
                let nonce = Aes256Gcm::generate_nonce(&mut OsRng);
                let wrapped = from_passphrase(passphrase).encrypt(&nonce, &key[..]);
                let wrapped = wrapped.map_err(|error| DrawerError::Broken(error.to_string()))?;
                StoredKey::Wrapped { epoch, nonce: nonce.to_vec(), wrapped }
            }
        };
        Ok(NewKey { held, entry })
    }

    pub async fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, DrawerError> {
        self.held.seal(associated, plain)
    }
}

fn from_passphrase(passphrase: &str) -> Aes256Gcm {
    let key: [u8; 32] = pbkdf2::pbkdf2_hmac_array::<sha2::Sha256, 32>(passphrase.as_bytes(), SALT, PASSPHRASE_ROUNDS);
    Aes256Gcm::new(&key.into())
}

/// See [`Safe::lock`]: natively nobody else is there.
pub struct Lock;

impl Safe {
    /// A new one each time: what is asked on a command line is not kept.
    pub fn here() -> Safe {
        Safe { stored: Rc::default(), held: Rc::default() }
    }

    /// The same safe as a program sees it that has just started.
    pub fn reopened(&self) -> Safe {
        Safe { stored: self.stored.clone(), held: Rc::default() }
    }

    pub async fn state(&self) -> Result<SafeState, DrawerError> {
        let stored = self.stored.borrow();
        let mut held = self.held.borrow_mut();
        let Some(entry) = &stored.key else { return Ok(SafeState::Absent) };
        if held.as_ref().is_some_and(|held| held.epoch == entry.epoch()) {
            return Ok(SafeState::Open);
        }
        *held = match entry {
            StoredKey::Plain(key) => Some(HeldKey::clone(key)),
            StoredKey::Wrapped { .. } => None,
        };
        Ok(if held.is_some() { SafeState::Open } else { SafeState::Locked })
    }

    /// Puts `key` to use, in place of the one held where there is one, and `records` with it: all or nothing.
    /// `false` where another program was faster.
    pub async fn install(&self, key: NewKey, records: &[(String, Vec<u8>)]) -> Result<bool, DrawerError> {
        let mut stored = self.stored.borrow_mut();
        let mut held = self.held.borrow_mut();
        if stored.key.as_ref().map(StoredKey::epoch) != held.as_ref().map(|held| held.epoch) {
            *held = None;
            return Ok(false);
        }
        stored.key = Some(key.entry);
        stored.records.extend(records.iter().cloned());
        *held = Some(key.held);
        Ok(true)
    }

    /// Whether it is the passphrase.
    pub async fn unlock(&self, passphrase: &str) -> Result<bool, DrawerError> {
        let stored = self.stored.borrow();
        let Some(StoredKey::Wrapped { epoch, nonce, wrapped }) = &stored.key else { return Ok(false) };
        let key = from_passphrase(passphrase).decrypt(Nonce::from_slice(nonce), &wrapped[..]).ok();
        let held = key.map(|key| HeldKey { cipher: Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&key)), epoch: *epoch });
        let is_it = held.is_some();
        *self.held.borrow_mut() = held;
        Ok(is_it)
    }

    pub async fn destroy(&self) -> Result<(), DrawerError> {
        *self.stored.borrow_mut() = Stored::default();
        *self.held.borrow_mut() = None;
        Ok(())
    }

    pub async fn names(&self) -> Result<Vec<String>, DrawerError> {
        Ok(self.stored.borrow().records.keys().cloned().collect())
    }

    /// The bytes as they lie there.
    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, DrawerError> {
        Ok(self.stored.borrow().records.get(name).cloned())
    }

    /// All or nothing. Refused where the key is not the one in use any more.
    pub async fn change(&self, puts: &[(String, Vec<u8>)], removes: &[String]) -> Result<(), DrawerError> {
        let mut stored = self.stored.borrow_mut();
        let held = self.held.borrow().as_ref().map(|held| held.epoch).ok_or_else(not_open)?;
        if stored.key.as_ref().map(StoredKey::epoch) != Some(held) {
            return Err(not_open());
        }
        stored.records.extend(puts.iter().cloned());
        stored.records.retain(|name, _| !removes.contains(name));
        Ok(())
    }

    pub async fn seal(&self, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, DrawerError> {
        self.held.borrow().as_ref().ok_or_else(not_open)?.seal(associated, plain)
    }

    pub async fn unseal(&self, associated: &[u8], sealed: &[u8]) -> Result<Option<Vec<u8>>, DrawerError> {
        let held = self.held.borrow();
        let cipher = &held.as_ref().ok_or_else(not_open)?.cipher;
        let Some((nonce, sealed)) = sealed.split_at_checked(NONCE_BYTES) else { return Ok(None) };
        Ok(cipher.decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: associated }).ok())
    }

    pub async fn lock(&self) -> Lock {
        Lock
    }
}

fn not_open() -> DrawerError {
    DrawerError::Refused("the vault is not open".into())
}
