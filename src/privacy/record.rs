//! How a value lies in the vault: `version ‖ nonce ‖ ciphertext ‖ tag`.
//!
//! The version says how the value inside is written, not how it is sealed. Version and name are associated
//! data: a record that is moved under another name, or passed off as of another version, does not open.

/// Turns a value of one schema into the next one's.
pub type Step = fn(Vec<u8>) -> Result<Vec<u8>, RecordError>;

/// From schema 1 to 2, from 2 to 3, and so on. Whoever changes the shape of anything that is kept adds a step
/// here, and never changes one.
pub const STEPS: &[Step] = &[];

/// Why bytes are no record that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("the record is empty, or of a schema that never was")]
    Malformed,
    /// To be left alone: an old tab must not harm what a new one has written.
    #[error("the record is of schema {0}, which this program does not know yet: update it")]
    Newer(u8),
    #[error("the record is not of the shape that its schema has")]
    Shape,
}

/// What programs with these steps write.
pub fn schema(steps: &[Step]) -> u8 {
    u8::try_from(steps.len() + 1).expect("fewer than 255 schemas")
}

/// What a record is bound to beside its key.
pub fn associated(version: u8, name: &str) -> Vec<u8> {
    [b"attendant vault\0", &[version][..], name.as_bytes()].concat()
}

pub fn frame(version: u8, sealed: &[u8]) -> Vec<u8> {
    [&[version], sealed].concat()
}

/// The version and the sealed part.
pub fn unframe(record: &[u8], newest: u8) -> Result<(u8, &[u8]), RecordError> {
    match record {
        [] | [0, ..] => Err(RecordError::Malformed),
        [version, ..] if *version > newest => Err(RecordError::Newer(*version)),
        [version, sealed @ ..] => Ok((*version, sealed)),
    }
}

/// A value of schema `version` as it is written today.
pub fn migrate(version: u8, value: Vec<u8>, steps: &[Step]) -> Result<Vec<u8>, RecordError> {
    let first = usize::from(version).checked_sub(1).ok_or(RecordError::Malformed)?;
    steps.get(first..).ok_or(RecordError::Newer(version))?.iter().try_fold(value, |value, step| step(value))
}
