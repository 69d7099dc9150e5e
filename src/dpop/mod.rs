//! Proof of possession by RFC 9449: whoever sends a request shows that they have the private key that its token is bound
//! to. Reading a proof, and nonces that no store has to remember.

mod nonce;
mod proof;

pub use nonce::{NonceKey, NonceKeyError};
pub use proof::{ProofRefusal, ProvedRequest, UnverifiedProof, VerifiedProof};

/// The algorithms by which a proof may be signed, as metadata and challenges name them. No symmetric one: whoever
/// checks the proof could forge it.
pub const PROOF_ALGORITHMS: [&str; 6] = ["ES256", "ES384", "EdDSA", "Ed25519", "PS256", "RS256"];
