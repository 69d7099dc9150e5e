//! Randomness as an argument: the core draws none by itself.

use base64ct::{Base64UrlUnpadded, Encoding};

/// The host could not supply random bytes. Whatever needed them must fail closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host supplies no randomness")]
pub struct EntropyUnavailable;

/// A source of cryptographically secure random bytes.
pub trait Entropy {
    /// Fills `bytes` completely, or fails.
    ///
    /// An implementation that answers `Ok` with predictable bytes costs the uniqueness of every token
    /// identifier and, later, the secrecy of every code and refresh token.
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when the host refuses; nothing may be issued then.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable>;
}

/// 128 random bits as 22 characters of base64url, for identifiers that must not repeat.
///
/// # Errors
/// [`EntropyUnavailable`] as [`Entropy::fill`] reports it.
pub fn random_token(entropy: &mut dyn Entropy) -> Result<String, EntropyUnavailable> {
    let mut bytes = [0_u8; 16];
    entropy.fill(&mut bytes)?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}
