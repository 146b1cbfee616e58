//! Named values on this device.

/// Why a drawer did not do as it was told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawerError {
    /// The browser keeps nothing here, as in some private windows.
    #[error("this browser keeps nothing here: {0}")]
    Refused(String),
    #[error("the value could not be read or written: {0}")]
    Broken(String),
}

/// A few hundred named values, shared by the tabs of one browser. A value is written whole or not at all.
#[expect(async_fn_in_trait, reason = "nothing that waits for a browser is Send")]
pub trait Drawer {
    /// Held until it is dropped.
    type Lock;

    /// For what more than one tab must not do at once. Other tabs go on reading and adding.
    async fn lock(&self) -> Self::Lock;
    async fn names(&self) -> Result<Vec<String>, DrawerError>;
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, DrawerError>;
    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), DrawerError>;
    async fn remove(&self, names: &[String]) -> Result<(), DrawerError>;
}
