//! A key that may verify signatures.

use super::jwk::{Jwk, JwkError};
use super::material::KeyMaterial;
use super::{Algorithm, JwsError};
use crate::vocabulary::json::Json;

const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// A public key, or a secret of HS256, that passed every check of its kind.
///
/// Whoever puts a key here decides whose tokens are believed.
#[derive(Debug, Clone)]
pub struct VerificationKey {
    kid: Option<String>,
    algorithm: Option<Algorithm>,
    material: KeyMaterial,
    has_private_members: bool,
}

impl VerificationKey {
    /// The members of a JWK that nobody but its owner may have (RFC 7518 section 6).
    pub const PRIVATE_MEMBERS: [&str; 8] = PRIVATE_MEMBERS;

    /// Reads a JWK (RFC 7517) of `kty` `oct`, `EC` (P-256, P-384), `OKP` (Ed25519) or `RSA`. Private members are
    /// noted and not read; certificates and URLs in it are ignored.
    ///
    /// # Errors
    /// [`JwkError`] names what is wrong with the key.
    pub fn from_jwk(jwk: &Json) -> Result<Self, JwkError> {
        Self::for_operation(jwk, "verify")
    }

    pub(super) fn for_operation(jwk: &Json, operation: &'static str) -> Result<Self, JwkError> {
        let jwk = Jwk::new(jwk)?;
        jwk.check_purpose(operation)?;
        let algorithm = jwk.algorithm()?;
        let kid = jwk.kid()?;
        let material = KeyMaterial::from_jwk(jwk)?;
        if algorithm.is_some_and(|algorithm| !material.permits(algorithm)) {
            return Err(JwkError::AlgorithmMismatch);
        }
        let symmetric = matches!(material, KeyMaterial::Hmac(_));
        let has_private_members = !symmetric && PRIVATE_MEMBERS.iter().any(|member| jwk.has(member));
        Ok(Self { kid, algorithm, material, has_private_members })
    }

    /// The key's name, where it has one.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether the key is for `algorithm`: by its kind and curve, and by its `alg` where it names one. An RSA key
    /// without `alg` is for RS256 and PS256.
    #[must_use]
    pub fn permits(&self, algorithm: Algorithm) -> bool {
        self.material.permits(algorithm) && self.algorithm.is_none_or(|own| own == algorithm)
    }

    /// Whether this is a secret of HS256: whoever can verify with it can also sign.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        matches!(self.material, KeyMaterial::Hmac(_))
    }

    /// Whether the JWK carried private members beside the public ones, such as `d`: a private key that got where
    /// only public keys belong.
    #[must_use]
    pub fn has_private_members(&self) -> bool {
        self.has_private_members
    }

    /// The key as it may be published: `kty` with its public members, `kid`, `alg` and `use`. Nothing for a
    /// secret.
    #[must_use]
    pub fn public_jwk(&self) -> Option<Json> {
        let material = self.material.public_members()?.into_iter();
        let kid = self.kid.clone().map(|kid| ("kid", kid));
        let algorithm = self.algorithm.map(|algorithm| ("alg", algorithm.as_str().to_owned()));
        let members = material.chain(kid).chain(algorithm).chain([("use", "sig".to_owned())]);
        Some(Json::Object(members.map(|(name, value)| (name.to_owned(), Json::String(value))).collect()))
    }

    /// The thumbprint of RFC 7638 with SHA-256, as base64url. That of a secret helps nobody but who guesses it
    /// (section 7), and is not for publication either.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        self.material.thumbprint()
    }

    /// Checks that `signature` can be one by this key under `algorithm`, before a host is asked: hosts differ in
    /// what they accept beyond that.
    ///
    /// # Errors
    /// [`JwsError::AlgorithmNotPermitted`], [`JwsError::SignatureLength`], [`JwsError::SignatureOutOfRange`] or
    /// [`JwsError::SignaturePoint`].
    pub fn check_signature_form(&self, algorithm: Algorithm, signature: &[u8]) -> Result<(), JwsError> {
        if !self.permits(algorithm) {
            return Err(JwsError::AlgorithmNotPermitted);
        }
        self.material.check_signature_form(signature)
    }

    pub(super) fn material(&self) -> &KeyMaterial {
        &self.material
    }
}
