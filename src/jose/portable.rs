//! Signatures inside the core: HS256, and with the feature `portable` the other algorithms by `jwt-compact` and its
//! back-ends, for hosts that have none and as the oracle of the tests. ES384 is the host's alone.

#[cfg(feature = "portable")]
use jwt_compact::{
    AlgorithmSignature as _,
    alg::{Ed25519, Es256, Rsa},
    jwk::JsonWebKey,
};

use super::material::KeyMaterial;
use super::{Algorithm, VerificationKey};

#[cfg(any(feature = "issuer", feature = "portable"))]
pub use super::sign::SigningKey;

/// Whether `signature` is one of `message` by `key` under `algorithm`. A key that does not permit the algorithm
/// and a signature of the wrong form are `Some(false)`.
///
/// `None` when this build cannot tell: without the feature `portable` everything but HS256, with it ES384 and RSA
/// keys of more than 4,096 bits. To take it for `true` would admit anything.
#[must_use]
pub fn verify(key: &VerificationKey, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Option<bool> {
    if key.check_signature_form(algorithm, signature).is_err() {
        return Some(false);
    }
    match key.material() {
        KeyMaterial::Hmac(key) => Some(key.verifies(message, signature)),
        KeyMaterial::P384 { .. } => None,
        #[cfg(feature = "portable")]
        KeyMaterial::P256 { x, y } => {
            let (x, y) = (x.as_slice().into(), y.as_slice().into());
            let jwk = JsonWebKey::EllipticCurve { curve: "P-256".into(), x, y, secret: None };
            verify_with(&Es256, &jwk, message, signature)
        }
        #[cfg(feature = "portable")]
        KeyMaterial::Ed25519 { x } => {
            let jwk = JsonWebKey::KeyPair { curve: "Ed25519".into(), x: x.as_slice().into(), secret: None };
            verify_with(&Ed25519, &jwk, message, signature)
        }
        #[cfg(feature = "portable")]
        KeyMaterial::Rsa { n, e } => {
            let (modulus, public_exponent) = (n.into(), e.into());
            let jwk = JsonWebKey::Rsa { modulus, public_exponent, private_parts: None };
            let scheme = if algorithm == Algorithm::Ps256 { Rsa::ps256() } else { Rsa::rs256() };
            verify_with(&scheme, &jwk, message, signature)
        }
        #[cfg(not(feature = "portable"))]
        KeyMaterial::P256 { .. } | KeyMaterial::Ed25519 { .. } | KeyMaterial::Rsa { .. } => None,
    }
}

#[cfg(feature = "portable")]
fn verify_with<A>(algorithm: &A, jwk: &JsonWebKey<'_>, message: &[u8], signature: &[u8]) -> Option<bool>
where
    A: jwt_compact::Algorithm,
    A::VerifyingKey: for<'k, 'j> TryFrom<&'k JsonWebKey<'j>>,
{
    let key = A::VerifyingKey::try_from(jwk).ok()?;
    Some(is_signature(algorithm, &key, message, signature))
}

#[cfg(feature = "portable")]
fn is_signature<A: jwt_compact::Algorithm>(
    algorithm: &A,
    key: &A::VerifyingKey,
    message: &[u8],
    signature: &[u8],
) -> bool {
    A::Signature::try_from_slice(signature)
        .is_ok_and(|signature| algorithm.verify_signature(&signature, key, message))
}
