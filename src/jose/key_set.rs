//! A JWK Set (RFC 7517 section 5) and which of its keys a token may be tried with.

use std::rc::Rc;

use super::{JwkError, UntrustedJws, VerificationKey};
use crate::vocabulary::json::Json;

const MAX_KEYS: usize = 100;
const MAX_CANDIDATES: usize = 8;

/// Keys that are loaded. A token is verified by one of these or by none.
#[derive(Debug, Clone, Default)]
pub struct KeySet(Vec<Rc<VerificationKey>>);

impl KeySet {
    /// The set of these keys.
    #[must_use]
    pub fn new(keys: Vec<VerificationKey>) -> Self {
        Self(keys.into_iter().map(Rc::new).collect())
    }

    /// Reads `{"keys": [..]}`, leaving out the keys that cannot be used here, with the reason for each, in order
    /// (RFC 7517 section 5 asks for that).
    ///
    /// # Errors
    /// [`JwkError::NotKeySet`], or [`JwkError::TooManyKeys`] for more than 100.
    pub fn usable(jwks: &Json) -> Result<(Self, Vec<JwkError>), JwkError> {
        let Some(Json::Array(keys)) = jwks.member("keys") else { return Err(JwkError::NotKeySet) };
        if keys.len() > MAX_KEYS {
            return Err(JwkError::TooManyKeys);
        }
        let (mut usable, mut refused) = (Vec::with_capacity(keys.len()), Vec::new());
        for key in keys {
            match VerificationKey::from_jwk(key) {
                Ok(key) => usable.push(key),
                Err(reason) => refused.push(reason),
            }
        }
        Ok((Self::new(usable), refused))
    }

    /// The keys to try, at most 8. A token with a `kid`: the keys of that name, for whatever algorithm, so that
    /// the refusal can say which of both was wrong; where no key has it, those without a name that permit the
    /// token's algorithm. A token without: all that permit its algorithm.
    pub fn candidates<'s>(
        &'s self,
        token: &'s UntrustedJws<'_>,
    ) -> impl Iterator<Item = &'s Rc<VerificationKey>> {
        let (kid, algorithm) = (token.kid(), token.algorithm());
        let named = kid.is_some() && self.0.iter().any(|key| key.kid() == kid);
        self.0
            .iter()
            .filter(move |key| match kid {
                Some(_) if named => key.kid() == kid,
                Some(_) => key.kid().is_none() && key.permits(algorithm),
                None => key.permits(algorithm),
            })
            .take(MAX_CANDIDATES)
    }

    /// The place of `key`, which is one of these and not merely like one.
    #[must_use]
    pub fn place(&self, key: &Rc<VerificationKey>) -> Option<usize> {
        self.0.iter().position(|own| Rc::ptr_eq(own, key))
    }

    /// Every key, in order.
    pub fn iter(&self) -> impl Iterator<Item = &VerificationKey> {
        self.0.iter().map(Rc::as_ref)
    }
}
