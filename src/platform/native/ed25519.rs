//! Ed25519 (RFC 8032) natively.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// Whether the signature is the key's of the message. Never `None` natively; a browser may be too old to know.
pub async fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Option<bool> {
    let Ok(key) = VerifyingKey::from_bytes(key) else { return Some(false) };
    Some(key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

/// What a shop signs its packs with.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// From the system's own randomness.
    #[cfg(feature = "core")]
    pub fn generate() -> SecretKey {
        use aes_gcm::aead::{OsRng, rand_core::RngCore};
        let mut seed = [0; 32];
        OsRng.fill_bytes(&mut seed);
        SecretKey::from_seed(&seed)
    }

    pub fn from_seed(seed: &[u8; 32]) -> SecretKey {
        SecretKey(SigningKey::from_bytes(seed))
    }

    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}
