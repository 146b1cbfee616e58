//! What the shopper has agreed to have kept, sealed.
//!
//! One record an object, each sealed by itself and written in a transaction of its own: a write that is torn
//! by a crash is not there at all, and harms no other. Making the vault is the consent, destroying it is the
//! erasure; between the two nothing is kept that is not sealed.

use super::record::{RecordError, STEPS, Step, associated, frame, migrate, schema, unframe};
use crate::platform::safe::SafeState;
use crate::platform::{Drawer, DrawerError, NewKey, Safe};

/// Where records are set aside that do not open. They are of no use, but deleting them is the shopper's to say.
const ASIDE: &str = "aside-";

/// The vault of this page; clones are the same one. While there is none or it is locked, it is empty and takes
/// nothing.
#[derive(Clone)]
pub struct Vault {
    safe: Safe,
    steps: &'static [Step],
}

impl Default for Vault {
    fn default() -> Vault {
        Vault::of(Safe::here())
    }
}

impl Vault {
    /// Opens and makes nothing.
    pub fn new() -> Vault {
        Vault::default()
    }

    /// The vault in that safe.
    pub fn of(safe: Safe) -> Vault {
        Vault { safe, steps: STEPS }
    }

    pub async fn state(&self) -> Result<SafeState, DrawerError> {
        self.safe.state().await
    }

    /// The shopper has agreed: there is a vault from now on. Where there is one, it stays.
    pub async fn make(&self) -> Result<(), DrawerError> {
        if self.state().await? == SafeState::Absent {
            let key = NewKey::generate(None).await?;
            // Another tab may have been faster; its vault is as good.
            if !self.safe.install(key, &[]).await? {
                self.state().await?;
            }
        }
        Ok(())
    }

    /// Destroys the key and with it all that it has sealed, for every tab; then deletes what is left.
    pub async fn destroy(&self) -> Result<(), DrawerError> {
        self.safe.destroy().await
    }

    /// Whether it is the passphrase.
    pub async fn unlock(&self, passphrase: &str) -> Result<bool, DrawerError> {
        self.safe.unlock(passphrase).await
    }

    /// Seals everything anew under a key that only this passphrase gives out, or with `None` under one that this
    /// browser does. The key before is destroyed.
    pub async fn protect(&self, passphrase: Option<&str>) -> Result<(), DrawerError> {
        let _lock = self.safe.lock().await;
        if self.state().await? != SafeState::Open {
            return Err(DrawerError::Refused("the vault is not open".into()));
        }
        let key = NewKey::generate(passphrase).await?;
        let mut records = Vec::new();
        for name in self.names().await? {
            if let Some(value) = self.get(&name).await? {
                records.push((name.clone(), self.seal(&name, &value, Some(&key)).await?));
            }
        }
        match self.safe.install(key, &records).await? {
            true => Ok(()),
            false => Err(DrawerError::Refused("another tab has changed the key: try again".into())),
        }
    }

    /// Records that did not open and have been set aside.
    pub async fn n_aside(&self) -> Result<usize, DrawerError> {
        Ok(self.safe.names().await?.iter().filter(|name| name.starts_with(ASIDE)).count())
    }

    async fn is_open(&self) -> Result<bool, DrawerError> {
        Ok(self.state().await? == SafeState::Open)
    }

    async fn seal(&self, name: &str, value: &[u8], key: Option<&NewKey>) -> Result<Vec<u8>, DrawerError> {
        let version = schema(self.steps);
        let associated = associated(version, name);
        let sealed = match key {
            Some(key) => key.seal(&associated, value).await?,
            None => self.safe.seal(&associated, value).await?,
        };
        Ok(frame(version, &sealed))
    }

    async fn read(&self, name: &str, record: &[u8]) -> Result<Result<(u8, Vec<u8>), RecordError>, DrawerError> {
        let (version, sealed) = match unframe(record, schema(self.steps)) {
            Ok(parts) => parts,
            Err(error) => return Ok(Err(error)),
        };
        let value = self.safe.unseal(&associated(version, name), sealed).await?;
        Ok(value.ok_or(RecordError::Malformed).and_then(|value| Ok((version, migrate(version, value, self.steps)?))))
    }
}

impl Drawer for Vault {
    type Lock = crate::platform::SafeLock;

    async fn lock(&self) -> Self::Lock {
        self.safe.lock().await
    }

    async fn names(&self) -> Result<Vec<String>, DrawerError> {
        if !self.is_open().await? {
            return Ok(Vec::new());
        }
        Ok(self.safe.names().await?.into_iter().filter(|name| !name.starts_with(ASIDE)).collect())
    }

    /// A record that does not open is set aside, and is `None` from then on. One of a newer program's is `None`
    /// too, and stays where it is.
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, DrawerError> {
        if !self.is_open().await? {
            return Ok(None);
        }
        let Some(record) = self.safe.get(name).await? else { return Ok(None) };
        match self.read(name, &record).await? {
            Ok((version, value)) => {
                if version != schema(self.steps) {
                    self.put(name, &value).await?;
                }
                Ok(Some(value))
            }
            Err(RecordError::Newer(_)) => Ok(None),
            Err(RecordError::Malformed | RecordError::Shape) => {
                let aside = [(format!("{ASIDE}{name}"), record)];
                self.safe.change(&aside, &[name.to_owned()]).await?;
                Ok(None)
            }
        }
    }

    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), DrawerError> {
        // Also finds out whether the key has been changed by another tab.
        if !self.is_open().await? {
            return Err(DrawerError::Refused("the shopper has not agreed, or the vault is locked".into()));
        }
        let record = self.seal(name, bytes, None).await?;
        self.safe.change(&[(name.to_owned(), record)], &[]).await
    }

    async fn remove(&self, names: &[String]) -> Result<(), DrawerError> {
        if names.is_empty() || !self.is_open().await? {
            return Ok(());
        }
        self.safe.change(&[], names).await
    }
}

#[cfg(test)]
mod tests;
