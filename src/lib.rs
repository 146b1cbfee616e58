//! A shop attendant that lives in the customer's browser.
//!
//! # The flow of one question
//!
//! ```text
//! keystroke → ui::client → Request::Ask → worker → engine::host
//!   → chat      language, questions, slots, mood, risk   (pure)
//!   → model     text → ids [batch, seq] → embedding [batch, d_model]
//!   → retrieve  BM25 ids + dense ids → fused hits      (pure)
//!   → chat      policy, skills, grounding              (pure)
//! → Event::ReplyDelta… → Event::ReplyDone{kind, text, sources, products, …} → transcript
//! ```
//!
//! # The dependency rule
//!
//! `ui → {widget, protocol, pack} ← engine → {chat, classify, retrieve, recommend, pack, privacy} → generate →
//! {model, tokenizer} → {gguf, kernels} → platform`. `ui` never sees Burn; `model` never sees the web.
//! `tests/architecture.rs` reads the imports and fails when they break the rule.

pub mod protocol;

pub mod pack;
pub mod platform;

#[cfg(feature = "core")]
pub mod chat;
#[cfg(feature = "core")]
pub mod classify;
#[cfg(feature = "insights")]
pub mod dashboard;
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "engine")]
pub mod generate;
#[cfg(feature = "core")]
pub mod gguf;
#[cfg(any(feature = "import", feature = "insights"))]
pub mod insights;
#[cfg(feature = "core")]
pub mod kernels;
#[cfg(feature = "engine")]
pub mod model;
#[cfg(feature = "core")]
pub mod privacy;
#[cfg(any(feature = "core", feature = "insights"))]
pub mod recommend;
#[cfg(feature = "core")]
pub mod retrieve;
#[cfg(feature = "core")]
pub mod tokenizer;

#[cfg(feature = "ui")]
pub mod ui;
#[cfg(feature = "ui")]
pub mod widget;
