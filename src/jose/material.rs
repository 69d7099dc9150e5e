//! What a key consists of, by kind (RFC 7518 section 6, RFC 8037 section 2).

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::jwk::{Jwk, JwkError};
use super::{Algorithm, JwsError, edwards, elliptic_curve};
use crate::vocabulary::Secret;

const MIN_MODULUS_BITS: usize = 2_048;
const MAX_MODULUS_BITS: usize = 8_192;
const MIN_HMAC_KEY_LENGTH: usize = 32;

/// A key that is sound: points lie on their curves, numbers are in range.
#[derive(Debug, Clone)]
pub(super) enum KeyMaterial {
    Hmac(Box<HmacKey>),
    P256 { x: [u8; 32], y: [u8; 32] },
    P384 { x: [u8; 48], y: [u8; 48] },
    Ed25519 { x: [u8; 32] },
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

/// A secret, and what every signature by it begins with.
#[derive(Debug, Clone)]
pub(super) struct HmacKey {
    secret: Secret,
    begun: Hmac<Sha256>,
}

impl HmacKey {
    fn new(secret: Secret) -> Option<Self> {
        let begun = Hmac::new_from_slice(secret.expose()).ok()?;
        Some(Self { secret, begun })
    }

    #[cfg(any(feature = "issuer", feature = "portable"))]
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Compares in time that does not depend on where the signatures differ.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.begun.clone().chain_update(message).verify_slice(signature).is_ok()
    }
}

impl KeyMaterial {
    pub(super) fn from_jwk(jwk: Jwk<'_>) -> Result<Self, JwkError> {
        match jwk.text("kty")? {
            "oct" => hmac(jwk),
            "EC" => match jwk.text("crv")? {
                "P-256" => {
                    let (x, y) = (jwk.fixed("x")?, jwk.fixed("y")?);
                    elliptic_curve::check_p256_point(x, y)?;
                    Ok(Self::P256 { x, y })
                }
                "P-384" => {
                    let (x, y) = (jwk.fixed("x")?, jwk.fixed("y")?);
                    elliptic_curve::check_p384_point(x, y)?;
                    Ok(Self::P384 { x, y })
                }
                _ => Err(JwkError::UnknownCurve),
            },
            "OKP" => match jwk.text("crv")? {
                "Ed25519" => {
                    let x = jwk.fixed("x")?;
                    edwards::check_public_key(x)?;
                    Ok(Self::Ed25519 { x })
                }
                _ => Err(JwkError::UnknownCurve),
            },
            "RSA" => rsa(jwk),
            _ => Err(JwkError::UnknownKeyType),
        }
    }

    pub(super) fn permits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Hmac(_) => algorithm == Algorithm::Hs256,
            Self::P256 { .. } => algorithm == Algorithm::Es256,
            Self::P384 { .. } => algorithm == Algorithm::Es384,
            Self::Ed25519 { .. } => algorithm == Algorithm::EdDsa,
            Self::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
        }
    }

    /// Whether the octets can be a signature by this key at all.
    pub(super) fn check_signature_form(&self, signature: &[u8]) -> Result<(), JwsError> {
        match self {
            Self::Hmac(_) if signature.len() == 32 => Ok(()),
            Self::Hmac(_) => Err(JwsError::SignatureLength),
            Self::P256 { .. } => elliptic_curve::check_es256_signature(signature),
            Self::P384 { .. } => elliptic_curve::check_es384_signature(signature),
            Self::Ed25519 { .. } => edwards::check_signature(signature),
            Self::Rsa { n, .. } if signature.len() != n.len() => Err(JwsError::SignatureLength),
            // RFC 8017 section 5.2.2 step 1; not every implementation of PSS looks.
            Self::Rsa { n, .. } if signature >= n.as_slice() => Err(JwsError::SignatureOutOfRange),
            Self::Rsa { .. } => Ok(()),
        }
    }

    /// The members that make the public key, in the order of RFC 7638; none where there is no public key.
    pub(super) fn public_members(&self) -> Option<Vec<(&'static str, String)>> {
        let encoded = Base64UrlUnpadded::encode_string;
        let curve = |name: &str| ("crv", name.to_owned());
        let kind = |name: &str| ("kty", name.to_owned());
        match self {
            Self::Hmac(_) => None,
            Self::P256 { x, y } => {
                Some(vec![curve("P-256"), kind("EC"), ("x", encoded(x)), ("y", encoded(y))])
            }
            Self::P384 { x, y } => {
                Some(vec![curve("P-384"), kind("EC"), ("x", encoded(x)), ("y", encoded(y))])
            }
            Self::Ed25519 { x } => Some(vec![curve("Ed25519"), kind("OKP"), ("x", encoded(x))]),
            Self::Rsa { n, e } => Some(vec![("e", encoded(e)), kind("RSA"), ("n", encoded(n))]),
        }
    }

    pub(super) fn thumbprint(&self) -> String {
        let canonical = Zeroizing::new(self.canonical());
        Base64UrlUnpadded::encode_string(&Sha256::digest(canonical.as_bytes()))
    }

    /// RFC 7638 section 3.3: the required members alone, in lexicographic order, no white space. No value here
    /// needs escaping.
    fn canonical(&self) -> String {
        if let Self::Hmac(key) = self {
            let encoded = Zeroizing::new(Base64UrlUnpadded::encode_string(key.secret.expose()));
            return format!(r#"{{"k":"{}","kty":"oct"}}"#, *encoded);
        }
        let members: Vec<_> = self
            .public_members()
            .into_iter()
            .flatten()
            .map(|(name, value)| format!(r#""{name}":"{value}""#))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

fn hmac(jwk: Jwk<'_>) -> Result<KeyMaterial, JwkError> {
    let secret = Secret::new(jwk.octets("k")?);
    if secret.expose().len() < MIN_HMAC_KEY_LENGTH {
        return Err(JwkError::HmacKeyShort);
    }
    HmacKey::new(secret).map(|key| KeyMaterial::Hmac(Box::new(key))).ok_or(JwkError::HmacKeyShort)
}

fn rsa(jwk: Jwk<'_>) -> Result<KeyMaterial, JwkError> {
    let (n, e) = (jwk.number("n")?, jwk.number("e")?);
    let leading_zeros = n.first().map_or(0, |first| first.leading_zeros() as usize);
    if !(MIN_MODULUS_BITS..=MAX_MODULUS_BITS).contains(&(n.len() * 8 - leading_zeros)) {
        return Err(JwkError::ModulusSize);
    }
    if n.last().is_none_or(|last| last & 1 == 0) {
        return Err(JwkError::ModulusEven);
    }
    let exponent =
        if e.len() > 8 { u64::MAX } else { e.iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet)) };
    if exponent & 1 == 0 || !(3..1 << 33).contains(&exponent) {
        return Err(JwkError::Exponent);
    }
    Ok(KeyMaterial::Rsa { n, e })
}
