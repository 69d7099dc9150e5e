//! Signed tokens and keys: a strict reader of compact JWS (RFC 7515), JSON Web Keys (RFC 7517) refused at import
//! when anything is wrong with them, and the form of signatures.
//!
//! Nothing here knows a claim. What is read from a token is untrusted until a signature by one of the loaded keys
//! has been verified; the token's `alg` only ever narrows what the key permits, and `jwk`, `jku`, `x5u` and `x5c`
//! are never looked at. The signature operation itself belongs to the host, or to [`portable`].

mod algorithm;
mod compact;
mod edwards;
mod elliptic_curve;
mod jwk;
mod key;
mod key_set;
mod material;
pub mod portable;
#[cfg(any(feature = "issuer", feature = "portable"))]
mod sign;

pub use algorithm::Algorithm;
pub use compact::{JwsError, MAX_TOKEN_LENGTH, UntrustedJws, compact, signing_input};
pub use jwk::JwkError;
pub use key::VerificationKey;
pub use key_set::KeySet;
