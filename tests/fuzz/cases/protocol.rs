//! A message of any shape is refused or read, and what is read is written and read again as the same.

use attendant::protocol::{FromWorker, ToWorker};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub fn check(bytes: &[u8]) {
    round_trip::<ToWorker>(bytes);
    round_trip::<FromWorker>(bytes);
}

fn round_trip<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    let Ok(message) = serde_json::from_slice::<T>(bytes) else { return };
    let written = serde_json::to_string(&message).expect("what was read can be written");
    let again: T = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(serde_json::to_string(&again).expect("as before"), written);
}
