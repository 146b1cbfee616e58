//! A drawer with a lock: bytes by name on this device, and the key to seal them with.
//!
//! What is sealed and under which name is for [`crate::privacy`] to say; here are the key and the bytes. There
//! are two of the same shape: over IndexedDB and WebCrypto in a browser, in memory natively.

/// Bytes of a nonce, as AES-GCM has them (NIST SP 800-38D, 8.2).
pub const NONCE_BYTES: usize = 12;

/// Rounds of PBKDF2-HMAC-SHA256 between a passphrase and a key (OWASP, 2023). Natively only tests have
/// passphrases, and a tenth of a second each matters there.
pub const PASSPHRASE_ROUNDS: u32 = if cfg!(target_arch = "wasm32") { 600_000 } else { 1_000 };

/// Whether there is a safe, and whether it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SafeState {
    Absent,
    /// It wants its passphrase.
    Locked,
    Open,
}
