//! The manifest: a model file's name, size and hashes, shard by shard.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SHARD_BYTES;
use crate::platform::{JsonError, json};

/// Version of this format.
const FORMAT: u32 = 1;

/// Larger files do not fit into a 32-bit address space beside anything else.
const MAX_SIZE_BYTES: u64 = 3 << 30;

/// A SHA-256 in 64 lowercase hexadecimal digits; checked, so it may name a folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256Hex(String);

impl Sha256Hex {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Sha256Hex {
    type Error = ManifestError;

    fn try_from(text: String) -> Result<Sha256Hex, ManifestError> {
        let is_hex = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if is_hex { Ok(Sha256Hex(text)) } else { Err(ManifestError::NotAHash(text)) }
    }
}

impl From<[u8; 32]> for Sha256Hex {
    fn from(digest: [u8; 32]) -> Sha256Hex {
        Sha256Hex(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Hashes at once and here. Slower in a browser than [`sha256`](crate::platform::sha256), which asks it.
pub fn sha256_hex(bytes: &[u8]) -> Sha256Hex {
    <[u8; 32]>::from(Sha256::digest(bytes)).into()
}

/// What `models/*.manifest.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// For people: `all-MiniLM-L6-v2 Q8_0`.
    pub name: String,
    /// The weights' file, beside the manifest.
    pub file: String,
    pub size_bytes: u64,
    pub sha256: Sha256Hex,
    /// Length of every shard but the last.
    pub shard_bytes: u64,
    pub shards: Vec<Shard>,
    /// Models that belong to this one and are loaded after it, beside it: the encoder's students.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Manifest>,
}

/// One verifiable piece of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    pub offset: u64,
    pub length: u64,
    pub sha256: Sha256Hex,
}

impl Shard {
    /// Where the shard lies in the file's bytes, once these are in memory.
    pub fn range(&self) -> Range<usize> {
        self.offset as usize..(self.offset + self.length) as usize
    }
}

/// A manifest that cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("the manifest is not the JSON expected: {0}")]
    Json(#[from] JsonError),
    #[error("the manifest has format {0}, this program reads {FORMAT}")]
    Format(u32),
    #[error("{0:?} is no SHA-256 in lowercase hexadecimal digits")]
    NotAHash(String),
    #[error("{0:?} is no plain file name")]
    FileName(String),
    #[error("the model has {0} bytes; from 1 to {MAX_SIZE_BYTES} are possible")]
    Size(u64),
    #[error("a model that belongs to another one has models of its own")]
    Nested,
    #[error("shard {0} does not begin where the one before it ends, or has a wrong length")]
    Shards(usize),
}

impl Manifest {
    /// Describes `bytes`. `file` is the name they are published under, beside the manifest.
    ///
    /// # Panics
    /// If `shard_bytes` is zero.
    pub fn of(name: &str, file: &str, bytes: &[u8], shard_bytes: u64) -> Manifest {
        assert!(shard_bytes > 0, "a shard holds at least one byte");
        let hashes = bytes.chunks(shard_bytes as usize).map(sha256_hex).collect();
        Manifest::assembled(name, file, bytes.len() as u64, sha256_hex(bytes), shard_bytes, hashes)
    }

    /// Describes a file by the hashes of its shards, of [`SHARD_BYTES`] each but the last.
    pub fn of_hashes(name: &str, file: &str, size_bytes: u64, sha256: Sha256Hex, hashes: Vec<Sha256Hex>) -> Manifest {
        Manifest::assembled(name, file, size_bytes, sha256, SHARD_BYTES, hashes)
    }

    fn assembled(
        name: &str,
        file: &str,
        size_bytes: u64,
        sha256: Sha256Hex,
        shard_bytes: u64,
        hashes: Vec<Sha256Hex>,
    ) -> Manifest {
        let shard = |(index, sha256)| {
            let offset = index as u64 * shard_bytes;
            Shard { offset, length: shard_bytes.min(size_bytes.saturating_sub(offset)), sha256 }
        };
        let shards = hashes.into_iter().enumerate().map(shard).collect();
        let (name, file) = (name.into(), file.into());
        Manifest { format: FORMAT, name, file, size_bytes, sha256, shard_bytes, shards, also: Vec::new() }
    }

    /// Every file that it describes, its own first.
    pub fn files(&self) -> impl Iterator<Item = &Manifest> {
        std::iter::once(self).chain(&self.also)
    }

    /// What all of them weigh.
    pub fn total_bytes(&self) -> u64 {
        self.files().map(|file| file.size_bytes).sum()
    }

    /// Reads and checks: afterwards every shard lies where its index says.
    pub fn parse(bytes: &[u8]) -> Result<Manifest, ManifestError> {
        let manifest: Manifest = json::from_slice(bytes)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Pretty, with a final newline: it is a file for people too.
    pub fn to_json(&self) -> String {
        let text = json::to_string(self).expect("strings and numbers always serialize");
        text + "\n"
    }

    /// Whether `bytes` are the file described.
    pub fn describes(&self, bytes: &[u8]) -> bool {
        bytes.len() as u64 == self.size_bytes && sha256_hex(bytes) == self.sha256
    }

    fn check(&self) -> Result<(), ManifestError> {
        if self.format != FORMAT {
            return Err(ManifestError::Format(self.format));
        }
        // It becomes a URL relative to the manifest's, which must not lead to another folder or host.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if self.file.is_empty() || self.file.starts_with('.') || !self.file.chars().all(is_plain) {
            return Err(ManifestError::FileName(self.file.clone()));
        }
        if self.size_bytes == 0 || self.size_bytes > MAX_SIZE_BYTES {
            return Err(ManifestError::Size(self.size_bytes));
        }
        if self.shard_bytes == 0 || self.shards.len() as u64 != self.size_bytes.div_ceil(self.shard_bytes) {
            return Err(ManifestError::Shards(0));
        }
        for (index, shard) in self.shards.iter().enumerate() {
            let offset = index as u64 * self.shard_bytes;
            let length = self.shard_bytes.min(self.size_bytes - offset);
            if (shard.offset, shard.length) != (offset, length) {
                return Err(ManifestError::Shards(index));
            }
        }
        for also in &self.also {
            if !also.also.is_empty() {
                return Err(ManifestError::Nested);
            }
            also.check()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Manifest {
        Manifest::of("a model", "model.gguf", &[7; 10], 4)
    }

    #[test]
    fn a_manifest_survives_its_own_json() {
        let manifest = example();
        assert_eq!(Manifest::parse(manifest.to_json().as_bytes()).unwrap(), manifest);
        let lengths: Vec<u64> = manifest.shards.iter().map(|shard| shard.length).collect();
        assert_eq!(lengths, [4, 4, 2]);
        assert!(manifest.describes(&[7; 10]));
        assert!(!manifest.describes(&[7; 9]));
    }

    #[test]
    fn a_hash_is_the_one_of_the_standard() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_hex(b"abc").as_str(), expected);
    }

    #[test]
    fn a_file_name_cannot_lead_elsewhere() {
        for file in ["", "..", "../a", "a/b", "https:evil", "a\\b", "a?b", "%2e%2e"] {
            let manifest = Manifest { file: file.into(), ..example() };
            let result = Manifest::parse(manifest.to_json().as_bytes());
            assert!(matches!(result, Err(ManifestError::FileName(_))), "{file}");
        }
    }

    #[test]
    fn what_belongs_to_a_model_is_checked_like_the_model() {
        let student = Manifest { file: "student.gguf".into(), ..example() };
        let manifest = Manifest { also: vec![student.clone()], ..example() };
        assert_eq!(Manifest::parse(manifest.to_json().as_bytes()).unwrap(), manifest);
        assert_eq!(manifest.total_bytes(), 20);
        let escaping = Manifest { also: vec![Manifest { file: "../a".into(), ..student.clone() }], ..example() };
        assert!(matches!(Manifest::parse(escaping.to_json().as_bytes()), Err(ManifestError::FileName(_))));
        let nested = Manifest { also: vec![Manifest { also: vec![student.clone()], ..student }], ..example() };
        assert!(matches!(Manifest::parse(nested.to_json().as_bytes()), Err(ManifestError::Nested)));
    }

    #[test]
    fn shards_must_cover_the_file_in_order() {
        let mut gap = example();
        gap.shards[1].offset = 5;
        let mut short = example();
        short.shards.pop();
        let mut long = example();
        long.shards[2].length = 4;
        let unsharded = Manifest { shard_bytes: 0, ..example() };
        for manifest in [gap, short, long, unsharded] {
            let result = Manifest::parse(manifest.to_json().as_bytes());
            assert!(matches!(result, Err(ManifestError::Shards(_))), "{manifest:?}");
        }
    }

    #[test]
    fn a_hash_that_is_none_and_a_future_format_are_refused() {
        let json = example().to_json().replace(example().sha256.as_str(), "../../etc");
        assert!(matches!(Manifest::parse(json.as_bytes()), Err(ManifestError::Json(_))));
        let future = Manifest { format: 2, ..example() };
        assert!(matches!(Manifest::parse(future.to_json().as_bytes()), Err(ManifestError::Format(2))));
    }
}
