//! A key that signs inside the core.

use std::fmt;

use jwt_compact::alg::{Hs256, Hs256Key};
use jwt_compact::{Algorithm as _, AlgorithmSignature as _};
#[cfg(feature = "portable")]
use jwt_compact::{
    alg::{Ed25519, Es256, SecretBytes},
    jwk::JsonWebKey,
};

#[cfg(feature = "portable")]
use super::jwk::Jwk;
use super::material::KeyMaterial;
use super::{Algorithm, JwkError, VerificationKey};
#[cfg(feature = "portable")]
use crate::vocabulary::Secret;
use crate::vocabulary::json::Json;

/// A private key, or a secret of HS256.
///
/// An RSA key never becomes one: the `rsa` crate's private operations leak through timing (RUSTSEC-2023-0071).
pub struct SigningKey {
    kid: Option<String>,
    signer: Signer,
}

enum Signer {
    Hmac(Hs256Key),
    #[cfg(feature = "portable")]
    P256(Box<<Es256 as jwt_compact::Algorithm>::SigningKey>),
    #[cfg(feature = "portable")]
    Ed25519(Box<<Ed25519 as jwt_compact::Algorithm>::SigningKey>),
}

impl SigningKey {
    /// Reads a private JWK: `oct` for HS256 and, with the feature `portable`, P-256 and Ed25519 with `d`. The
    /// public members are checked like those of a [`VerificationKey`].
    ///
    /// # Errors
    /// [`JwkError`], [`JwkError::SignsOnHostOnly`] for every other kind of key.
    pub fn from_jwk(jwk: &Json) -> Result<Self, JwkError> {
        let public = VerificationKey::for_operation(jwk, "sign")?;
        let signer = match public.material() {
            KeyMaterial::Hmac(secret) => Signer::Hmac(Hs256Key::new(secret.secret().expose())),
            #[cfg(feature = "portable")]
            KeyMaterial::P256 { x, y } => {
                let d = private_value(Jwk::new(jwk)?)?;
                let (x, y) = (x.as_slice().into(), y.as_slice().into());
                let secret = Some(SecretBytes::borrowed(d.expose()));
                let private = JsonWebKey::EllipticCurve { curve: "P-256".into(), x, y, secret };
                Signer::P256(Box::new((&private).try_into().map_err(|_| JwkError::PrivateKeyMismatch)?))
            }
            #[cfg(feature = "portable")]
            KeyMaterial::Ed25519 { x } => {
                let d = private_value(Jwk::new(jwk)?)?;
                let secret = Some(SecretBytes::borrowed(d.expose()));
                let private = JsonWebKey::KeyPair { curve: "Ed25519".into(), x: x.as_slice().into(), secret };
                Signer::Ed25519(Box::new((&private).try_into().map_err(|_| JwkError::PrivateKeyMismatch)?))
            }
            _ => return Err(JwkError::SignsOnHostOnly),
        };
        Ok(Self { kid: public.kid().map(str::to_owned), signer })
    }

    /// The key's name, where it has one.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm of the key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.signer {
            Signer::Hmac(_) => Algorithm::Hs256,
            #[cfg(feature = "portable")]
            Signer::P256(_) => Algorithm::Es256,
            #[cfg(feature = "portable")]
            Signer::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// The signature of `message`, in the form that a JWS carries. No randomness is needed: ECDSA takes its nonce
    /// from key and message (RFC 6979).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.signer {
            Signer::Hmac(key) => Hs256.sign(key, message).as_bytes().into_owned(),
            #[cfg(feature = "portable")]
            Signer::P256(key) => Es256.sign(key, message).as_bytes().into_owned(),
            #[cfg(feature = "portable")]
            Signer::Ed25519(key) => Ed25519.sign(key, message).as_bytes().into_owned(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("algorithm", &self.algorithm())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "portable")]
fn private_value(jwk: Jwk<'_>) -> Result<Secret, JwkError> {
    let d = Secret::new(jwk.octets("d")?);
    if d.expose().len() == 32 { Ok(d) } else { Err(JwkError::Length { member: "d", octets: 32 }) }
}
