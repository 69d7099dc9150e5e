//! Audgate's core: decides which tokens to issue and which requests to admit.
//!
//! It performs no I/O, reads no clock and draws no randomness: `now` and [`vocabulary::Entropy`] are arguments, and
//! what only a platform can do is behind the port [`host::Host`].
//!
//! Modules depend on each other in one direction:
//! `wasm -> gate | pages | issuer | directory -> access_token -> config -> dpop -> jose -> vocabulary`,
//! and `issuer | directory -> session -> sealing, revocation -> vocabulary`.

pub mod access_token;
pub mod compact_verification;
pub mod config;
#[cfg(feature = "issuer")]
pub mod directory;
pub mod dpop;
pub mod gate;
pub mod host;
#[cfg(feature = "issuer")]
pub mod issuer;
pub mod jose;
pub mod pages;
pub mod revocation;
#[cfg(feature = "issuer")]
pub mod sealing;
#[cfg(feature = "issuer")]
pub mod session;
pub mod vocabulary;

#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "what wasm-bindgen exports is reached from JavaScript")]
mod wasm;
