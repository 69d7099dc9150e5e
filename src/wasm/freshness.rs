//! How old a configuration may be.

use wasm_bindgen::prelude::*;

use crate::config;

/// What to do with a configuration of a certain age.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Use it.
    Fresh = 0,
    /// Use it, and read a newer one.
    Stale = 1,
    /// Read a newer one first.
    Overdue = 2,
    /// Do not use it.
    Expired = 3,
}

/// The freshness of a configuration that was last confirmed `age` seconds ago.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
pub fn freshness(age: f64) -> Freshness {
    match config::Freshness::of(age as u64) {
        config::Freshness::Fresh => Freshness::Fresh,
        config::Freshness::Stale => Freshness::Stale,
        config::Freshness::Overdue => Freshness::Overdue,
        config::Freshness::Expired => Freshness::Expired,
    }
}
