//! Secrets and their hashes. A secret never shows itself in a debug print, and is erased when dropped.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::text::serialized_as_text;

/// Client secrets are compared by an unsalted fast hash, so they must be long random strings:
/// 32 characters of base64url carry 192 bits.
pub const MIN_SECRET_LENGTH: usize = 32;
/// Longer secrets are refused before they are hashed.
pub const MAX_SECRET_LENGTH: usize = 256;
const PREFIX: &str = "sha256:";

/// Octets that must not be stored, logged or echoed.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the octets over.
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        Self(Zeroizing::new(octets))
    }

    /// The octets, for the one computation that needs them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The hash under which this secret is stored.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.expose()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Why a string is not a secret's hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a secret hash is `sha256:` and 43 characters of unpadded base64url, the SHA-256 of the secret")]
pub struct SecretHashError;

/// The SHA-256 of a secret of high entropy; all that is ever stored of it.
///
/// Two hashes are compared in time that does not depend on where they differ.
#[derive(Clone)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// What its text begins with.
    pub const PREFIX: &str = PREFIX;

    /// The hash of a secret that is text, such as an opaque token.
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Reads `sha256:` followed by 43 characters of unpadded base64url.
    ///
    /// # Errors
    /// [`SecretHashError`] for anything else, so that a secret in clear is never mistaken for its hash.
    pub fn parse(text: &str) -> Result<Self, SecretHashError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretHashError)?;
        let mut hash = [0_u8; 32];
        let decoded = Base64UrlUnpadded::decode(encoded, &mut hash).map_err(|_| SecretHashError)?;
        if decoded.len() == 32 { Ok(Self(hash)) } else { Err(SecretHashError) }
    }

    /// Whether `candidate` is the secret, in time that does not depend on how much of it is right.
    #[must_use]
    pub fn matches(&self, candidate: &Secret) -> bool {
        self.0.ct_eq(&candidate.hash().0).into()
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Display for SecretHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{PREFIX}{}", Base64UrlUnpadded::encode_string(&self.0))
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretHash(..)")
    }
}

serialized_as_text!(SecretHash, SecretHash::parse);
