//! Who made a pack, and when: a signature at the end of the file, and whom the page believes.
//!
//! ```text
//! last bytes  what
//!         64  Ed25519 signature (RFC 8032) over DOMAIN ‖ SHA-256 of the header ‖ issued, u64 little endian
//!         32  the shop's public key
//!          8  issued: seconds since the Unix epoch, u64 little endian
//!          8  MAGIC
//! ```
//!
//! The header names the SHA-256 of every section, so what is signed is the whole pack. A reader that knows of no
//! signatures passes the last bytes over.

use serde::{Deserialize, Serialize};

use super::format::{PREFIX_BYTES, hex};
use crate::platform::ed25519;

const MAGIC: [u8; 8] = *b"ATTNSIGN";
const DOMAIN: &[u8] = b"attendant pack signature 1\0";
/// Of the signature and what comes with it.
pub const SIGNATURE_BYTES: usize = 64 + 32 + 8 + 8;

/// Whom the page believes and how new a pack it has seen. What it says of the shop is public; of the shopper it
/// says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// The public key, 64 hexadecimal digits.
    pub key: String,
    /// Seconds since the Unix epoch. As a double in JSON it is exact for longer than it needs to be.
    pub issued: u64,
}

/// Why a pack is not believed. The one before it goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    #[error("the pack is not signed, and this shop's packs are: sign it with `attendant pack sign`")]
    Unsigned,
    #[error("the pack is signed by {found}, not by {wanted}")]
    OtherKey { found: String, wanted: String },
    #[error("the signature is not of this pack: it was changed after it was signed")]
    Forged,
    #[error("the pack was issued at {found}, and one of {seen} has been seen: an old pack is not taken again")]
    Downgrade { found: u64, seen: u64 },
    #[error("this browser cannot verify Ed25519 signatures: it needs to be newer")]
    Unsupported,
}

/// What stands at the end of a signed pack.
struct Seal<'a> {
    signature: &'a [u8; 64],
    key: &'a [u8; 32],
    issued: u64,
    message: Vec<u8>,
}

impl<'a> Seal<'a> {
    fn read(pack: &'a [u8]) -> Option<Seal<'a>> {
        let (pack, seal) = pack.split_at_checked(pack.len().checked_sub(SIGNATURE_BYTES)?)?;
        let (signature, seal) = seal.split_first_chunk()?;
        let (key, seal) = seal.split_first_chunk()?;
        let (issued, magic) = seal.split_first_chunk()?;
        let issued = u64::from_le_bytes(*issued);
        (magic == MAGIC).then_some(())?;
        Some(Seal { signature, key, issued, message: message(pack, issued)? })
    }
}

fn message(pack: &[u8], issued: u64) -> Option<Vec<u8>> {
    Some([DOMAIN, pack.get(16..PREFIX_BYTES)?, &issued.to_le_bytes()].concat())
}

/// The pack without its signature, if it has one.
pub fn unsigned(pack: &[u8]) -> &[u8] {
    match Seal::read(pack) {
        Some(_) => &pack[..pack.len() - SIGNATURE_BYTES],
        None => pack,
    }
}

/// Whether the page may open these bytes: `Ok(None)` where nobody signed and nobody asked for it.
///
/// `wanted` is the key that the page names (64 hexadecimal digits), `pinned` what an earlier visit has seen. A
/// signed pack is pinned on first use; a key that the page names goes before a pinned one. That the sections are
/// what the header says is [`super::Pack::open`]'s to check, and is part of the proof.
pub async fn check(pack: &[u8], wanted: Option<&str>, pinned: Option<&Pin>) -> Result<Option<Pin>, TrustError> {
    let wanted = wanted.map(str::to_ascii_lowercase).or_else(|| pinned.map(|pin| pin.key.clone()));
    let Some(seal) = Seal::read(pack) else {
        return if wanted.is_some() { Err(TrustError::Unsigned) } else { Ok(None) };
    };
    let found = hex(seal.key);
    if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
        return Err(TrustError::OtherKey { found, wanted });
    }
    match ed25519::verify(seal.key, &seal.message, seal.signature).await {
        None => return Err(TrustError::Unsupported),
        Some(false) => return Err(TrustError::Forged),
        Some(true) => {}
    }
    if let Some(pin) = pinned.filter(|pin| pin.key == found && pin.issued > seal.issued) {
        return Err(TrustError::Downgrade { found: seal.issued, seen: pin.issued });
    }
    Ok(Some(Pin { key: found, issued: seal.issued }))
}

/// Signing, natively: a shop owner's secret stays on a shop owner's machine.
#[cfg(feature = "import")]
mod sign {
    use super::{MAGIC, hex, message, unsigned};
    use crate::platform::ed25519::SecretKey;

    /// The pack with its signature; one that it had before is replaced. `None` where the bytes are no pack.
    pub fn sign(pack: &[u8], key: &SecretKey, issued: u64) -> Option<Vec<u8>> {
        let pack = unsigned(pack);
        let signature = key.sign(&message(pack, issued)?);
        Some([pack, &signature, &key.public(), &issued.to_le_bytes(), &MAGIC].concat())
    }

    /// The public key as pages name it.
    pub fn public_hex(key: &SecretKey) -> String {
        hex(&key.public())
    }
}

#[cfg(feature = "import")]
pub use sign::{public_hex, sign};

#[cfg(all(test, feature = "import"))]
mod tests {
    use super::*;
    use crate::pack::Pack;
    use crate::pack::build::build_lexical;
    use crate::pack::import::read_shop;
    use crate::platform::block_on;
    use crate::platform::ed25519::SecretKey;

    fn pack() -> Vec<u8> {
        let shop = read_shop("tests/behavior/shop".as_ref()).unwrap();
        build_lexical(&shop).unwrap()
    }

    fn check(pack: &[u8], wanted: Option<&str>, pinned: Option<&Pin>) -> Result<Option<Pin>, TrustError> {
        block_on(super::check(pack, wanted, pinned))
    }

    #[test]
    fn a_signed_pack_opens_as_before_and_is_believed() {
        let (key, pack) = (SecretKey::generate(), pack());
        let signed = sign(&pack, &key, 1_000).unwrap();
        let pin = Pin { key: public_hex(&key), issued: 1_000 };
        assert_eq!(check(&signed, Some(&pin.key.to_uppercase()), None), Ok(Some(pin.clone())));
        assert_eq!(check(&signed, None, Some(&pin)), Ok(Some(pin)));
        assert_eq!(unsigned(&signed), pack);
        assert_eq!(Pack::open(signed).unwrap().id(), Pack::open(pack).unwrap().id());
    }

    #[test]
    fn whatever_is_changed_it_is_not_believed_or_does_not_open() {
        let key = SecretKey::generate();
        let signed = sign(&pack(), &key, 1_000).unwrap();
        let wanted = public_hex(&key);
        // Every byte of the prefix, the header's first and the signature; sections are under the header's hashes.
        let places = (0..120).chain(signed.len() - SIGNATURE_BYTES..signed.len()).chain([signed.len() / 2]);
        for at in places {
            let mut changed = signed.clone();
            changed[at] ^= 1;
            let is_believed = check(&changed, Some(&wanted), None).is_ok();
            assert!(!is_believed || Pack::open(changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn an_unsigned_pack_works_where_no_key_is_known_and_nowhere_else() {
        let (key, pack) = (SecretKey::generate(), pack());
        let pin = Pin { key: public_hex(&key), issued: 5 };
        assert_eq!(check(&pack, None, None), Ok(None));
        assert_eq!(check(&pack, Some(&pin.key), None), Err(TrustError::Unsigned));
        assert_eq!(check(&pack, None, Some(&pin)), Err(TrustError::Unsigned));
        assert_eq!(check(b"short", None, None), Ok(None));
    }

    #[test]
    fn another_shops_key_and_an_older_pack_are_refused() {
        let (key, other) = (SecretKey::generate(), SecretKey::generate());
        let pin = Pin { key: public_hex(&key), issued: 2_000 };
        let theirs = sign(&pack(), &other, 3_000).unwrap();
        assert!(matches!(check(&theirs, None, Some(&pin)), Err(TrustError::OtherKey { .. })));
        let old = sign(&pack(), &key, 1_999).unwrap();
        assert_eq!(check(&old, None, Some(&pin)), Err(TrustError::Downgrade { found: 1_999, seen: 2_000 }));
        let same = sign(&pack(), &key, 2_000).unwrap();
        assert!(check(&same, None, Some(&pin)).is_ok(), "the same again is no downgrade");
        // A page that names another key has a new owner, or a new key: the pin of the old one is not in its way.
        assert!(check(&theirs, Some(&public_hex(&other)), Some(&pin)).is_ok());
    }
}
