//! Verifying any compact JWS against any JWK Set: the same strict reading as for access tokens, without their rules
//! about types and claims.

use crate::host::Host;
use crate::jose::{JwkError, JwsError, KeySet, UntrustedJws};
use crate::vocabulary::json::Json;

/// Nested arrays and objects in a JWK Set: the set, its keys, and what others put into them.
const MAX_DEPTH: usize = 16;
/// Octets that a JWK Set may have. Memory that wasm once took stays taken.
const MAX_SET_LENGTH: usize = 1024 * 1024;

/// A JWS whose signature is right.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedJws {
    /// The protected header.
    pub header: Json,
    /// The payload: any octets, also none.
    pub payload: Vec<u8>,
}

/// Why a JWS is not verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsRefusal {
    /// Not a compact JWS in the strict sense, or its signature has the wrong form.
    #[error("{0}")]
    Jws(#[from] JwsError),
    /// Not a JWK Set.
    #[error("{0}")]
    KeySet(JwkError),
    /// A key could have been meant, and it is not usable (RFC 7517 section 5: left out of the set).
    #[error("{0}")]
    UnusableKey(JwkError),
    /// No key of the set has this `kid` and permits this `alg`.
    #[error("no key of the set matches")]
    NoMatchingKey,
    /// The signature is by none of the keys that could have signed.
    #[error("the signature does not verify")]
    Signature,
    /// The signature could not be checked on this host.
    #[error("the signature cannot be checked here")]
    CannotVerifyNow,
}

impl JwsRefusal {
    /// The reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Jws(error) => error.code(),
            Self::KeySet(error) | Self::UnusableKey(error) => error.code(),
            Self::NoMatchingKey => "no_matching_key",
            Self::Signature => "signature_mismatch",
            Self::CannotVerifyNow => "cannot_verify_now",
        }
    }
}

/// Verifies `token` by a key of `jwks`, a JWK Set as JSON text.
///
/// The key decides which algorithms are possible; the header only chooses among them (RFC 8725 section 3.1). HS256 is
/// possible where the set has a key of type `oct`.
///
/// # Errors
/// [`JwsRefusal`] for everything else than one right signature.
pub async fn verify_compact(host: &impl Host, token: &str, jwks: &str) -> Result<VerifiedJws, JwsRefusal> {
    let jws = UntrustedJws::parse(token)?;
    if jwks.len() > MAX_SET_LENGTH {
        return Err(JwsRefusal::KeySet(JwkError::NotKeySet));
    }
    let jwks =
        Json::parse(jwks.as_bytes(), MAX_DEPTH).map_err(|_| JwsRefusal::KeySet(JwkError::NotKeySet))?;
    let (keys, unusable) = KeySet::usable(&jwks).map_err(JwsRefusal::KeySet)?;
    let mut refusal = unusable.into_iter().next().map_or(JwsRefusal::NoMatchingKey, JwsRefusal::UnusableKey);
    for key in keys.candidates(&jws) {
        if let Err(error) = key.check_signature_form(jws.algorithm(), jws.signature()) {
            refusal = error.into();
            continue;
        }
        match host.verify(key, jws.algorithm(), jws.signing_input(), jws.signature()).await {
            Ok(true) => {
                return Ok(VerifiedJws { header: jws.header()?, payload: jws.payload().to_vec() });
            }
            Ok(false) => refusal = JwsRefusal::Signature,
            Err(_) => return Err(JwsRefusal::CannotVerifyNow),
        }
    }
    Err(refusal)
}
