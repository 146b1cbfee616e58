//! Models that a user keeps in the weight store, beside the shop's own.

use serde::{Deserialize, Serialize};

use super::DevicePreference;

/// What to do with the models that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelAct {
    /// Answered by [`Event::Models`](super::Event::Models).
    List,
    /// Keeps the GGUF file at `url`, of this origin, relative to the page; with none, the `File` that lies beside the
    /// message. One of which a beginning is kept goes on from there. `sha256` and `size_bytes` are what it must have,
    /// where somebody has said so. Answered by [`Event::Progress`](super::Event::Progress)…,
    /// [`Event::Models`](super::Event::Models), or [`Event::Refused`](super::Event::Refused). One that is cancelled
    /// keeps what has come.
    Add { url: Option<String>, sha256: Option<String>, size_bytes: Option<u64> },
    /// Answered by [`Event::Models`](super::Event::Models).
    Delete { id: String },
    /// Loads it into the engine. Answered by [`Event::Progress`](super::Event::Progress)…,
    /// [`Event::ModelLoaded`](super::Event::ModelLoaded).
    Open { id: String, device: DevicePreference },
}

/// A model that is kept, whole or in part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptModel {
    /// Its name in the store.
    pub id: String,
    /// Where it was fetched from; empty for a file that was handed over.
    pub url: String,
    /// Of the whole file, in lowercase hexadecimal digits; empty until every byte has come and is verified.
    pub sha256: String,
    /// `general.name`, else the file's.
    pub name: String,
    /// `general.architecture`; like what follows empty until the file's head has come, or where it does not say.
    pub architecture: String,
    /// The type of most of its weights: `Q4_0`.
    pub quantization: String,
    pub license: String,
    /// Who made it and where it comes from, as the file itself says.
    pub origin: String,
    pub n_parameters: u64,
    /// Zero where nobody has said yet.
    pub size_bytes: u64,
    pub held_bytes: u64,
    /// Milliseconds since the Unix epoch.
    pub added_ms: f64,
    /// A tab is fetching it now.
    pub is_busy: bool,
}

/// Why a model is not kept, and the figures behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub why: Refusal,
    /// What it takes, where that is the reason.
    pub needed_bytes: u64,
    /// What would fit.
    pub fits_bytes: u64,
    /// An architecture, an address, or for developers the place and the cause.
    pub detail: String,
}

impl Refused {
    pub fn new(why: Refusal, detail: impl Into<String>) -> Refused {
        Refused { why, needed_bytes: 0, fits_bytes: 0, detail: detail.into() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No address, or one of another origin, where the page's own rules let nothing be fetched.
    Address,
    /// The server has nothing there; what it answered.
    Missing,
    /// No sound GGUF file.
    Malformed,
    /// Of an architecture that the engine does not know.
    Architecture,
    /// One file of a model that is split into several.
    Split,
    /// More than the browser lets this site store.
    Quota,
    /// More than this device, or a program in a browser, can have in memory.
    Memory,
    /// It does not hash to what was promised.
    Hash,
    /// The browser lets nothing be stored here, as some private windows do.
    Store,
}
