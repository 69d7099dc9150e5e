//! From a string to a token that may be trusted. There is no other way to a [`VerifiedAccessToken`].

use std::rc::Rc;

use crate::config::{ProtectedResource, Tenant};
use crate::jose::{Algorithm, JwsError, UntrustedJws, VerificationKey, portable};
use crate::vocabulary::{ErrorCode, Lifetime, UnixTime};

use super::claims::{AccessTokenClaims, ClaimsError, Confirmation, Payload};
use super::foreign::{ForeignTerms, check_foreign_at, terms_hold};
use super::issuer_keys::IssuerKeys;

/// Why a token is not accepted. The caller sees `invalid_token`; the log and the trace see this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// Not a compact JWS in the strict sense.
    #[error("{0}")]
    Jws(#[from] JwsError),
    /// `typ` is not `at+jwt` (RFC 9068 section 4), so it is an ID token or something else.
    #[error("the token is not an access token: `typ` is not `at+jwt`")]
    Type,
    /// `typ`, or a claim, is not that of the issuer's access tokens.
    #[error("the token is not an access token as its issuer makes them")]
    ForeignType,
    /// The resource does not trust the issuer's tokens under this `alg`.
    #[error("the algorithm is not one that the issuer is trusted with")]
    AlgorithmNotTrusted,
    /// The token's issuer, which is trusted, has no such key.
    #[error("the token's issuer has no key of this `kid` and `alg`")]
    UnknownIssuerKey,
    /// `cty` is there: a token inside a token.
    #[error("the token carries another token")]
    Nested,
    /// No key of the tenant has this `kid` and permits this `alg`.
    #[error("no key of the tenant has this `kid` and `alg`")]
    UnknownKey,
    /// No `kid`, and several keys that could have signed.
    #[error("the token names no key")]
    KeyNotNamed,
    /// The signature is not by that key.
    #[error("the signature does not verify")]
    Signature,
    /// The payload is no set of claims.
    #[error("{0}")]
    Claims(#[from] ClaimsError),
    /// `iss` is not the tenant's issuer, byte for byte.
    #[error("the token is from another issuer")]
    Issuer,
    /// `tid` is another tenant.
    #[error("the token is of another tenant")]
    Tenant,
    /// `aud` is not this resource.
    #[error("the token is for another resource")]
    Audience,
    /// Past `exp` and the clock tolerance.
    #[error("the token has expired")]
    Expired,
    /// Before `nbf`, or `iat` lies in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// Lives longer than any token that this resource can have been given.
    #[error("the token lives longer than the resource allows")]
    LifetimeExceeded,
    /// `cnf` binds the token to a key whose possession was not shown, or cannot be checked here.
    #[error("the token is bound to a key whose possession was not proved")]
    SenderConstrained,
    /// The token is bound to no key, where it has to be: by its presentation, or by the resource.
    #[error("the token is not bound to a key")]
    NotBound,
}

impl TokenRefusal {
    /// The reason code for logs, traces and response bodies.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Jws(error) => error.code(),
            Self::Type => "not_an_access_token",
            Self::ForeignType => "not_an_access_token",
            Self::AlgorithmNotTrusted => "algorithm_not_trusted",
            Self::UnknownIssuerKey => "unknown_issuer_key",
            Self::Nested => "nested_token",
            Self::UnknownKey => "unknown_key",
            Self::KeyNotNamed => "key_not_named",
            Self::Signature => "signature_mismatch",
            Self::Claims(ClaimsError::Payload) => "malformed_payload",
            Self::Claims(ClaimsError::Missing(_)) => "missing_claim",
            Self::Claims(ClaimsError::Malformed(_)) => "malformed_claim",
            Self::Claims(ClaimsError::SubjectKind) => "subject_kind_unclear",
            Self::Issuer => "issuer_mismatch",
            Self::Tenant => "tenant_mismatch",
            Self::Audience => "audience_mismatch",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::LifetimeExceeded => "lifetime_exceeded",
            Self::SenderConstrained => "possession_not_proved",
            Self::NotBound => "token_not_bound",
        }
    }

    /// What the caller sees: RFC 6750 section 3.1 has one code for all of these.
    #[must_use]
    pub fn error_code(&self) -> ErrorCode {
        ErrorCode::InvalidToken
    }
}

/// A refused token, with its claims where they could be read. Nothing is known of who wrote them.
#[derive(Debug)]
pub struct RefusedToken {
    /// The reason.
    pub refusal: TokenRefusal,
    /// What the token says, to explain the refusal and for nothing else.
    pub untrusted_claims: Option<Box<AccessTokenClaims>>,
}

impl<R: Into<TokenRefusal>> From<R> for RefusedToken {
    fn from(refusal: R) -> Self {
        Self { refusal: refusal.into(), untrusted_claims: None }
    }
}

/// How a token was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presentation {
    /// By whoever has it: RFC 6750 section 2.1.
    Bearer,
    /// With a proof of possession (RFC 9449 section 7.1), which is still to be checked.
    Proved,
    /// As the object of a question, which opens nothing.
    Described,
}

/// The signature operation that remains, for whoever performs it.
#[derive(Debug, Clone)]
pub struct SignatureCheck {
    /// The key, chosen from the tenant's configuration.
    pub key: Rc<VerificationKey>,
    /// The algorithm, which that key permits.
    pub algorithm: Algorithm,
    /// The signature, of the right form for the algorithm.
    pub signature: Vec<u8>,
    token: Rc<str>,
    message_length: usize,
}

impl SignatureCheck {
    pub(super) fn new(key: Rc<VerificationKey>, token: &str, jws: UntrustedJws<'_>) -> Self {
        Self {
            key,
            algorithm: jws.algorithm(),
            token: token.into(),
            message_length: jws.signing_input().len(),
            signature: jws.into_signature(),
        }
    }

    /// The octets that were signed: the token up to its last dot.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.token.as_bytes().get(..self.message_length).unwrap_or_default()
    }

    /// The whole token.
    #[must_use]
    pub fn token(&self) -> &Rc<str> {
        &self.token
    }
}

/// Where, when and how a token is presented.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The configuration.
    pub tenant: &'a Tenant,
    /// What it is to open.
    pub resource: &'a ProtectedResource,
    /// The moment.
    pub now: UnixTime,
    /// How it came.
    pub presentation: Presentation,
}

/// A token whose form, key and claims are right and whose signature is still to be checked.
#[derive(Debug)]
pub struct UnverifiedAccessToken {
    claims: AccessTokenClaims,
    check: SignatureCheck,
    terms: Option<ForeignTerms>,
}

impl UnverifiedAccessToken {
    /// Examines `token` in every respect but its signature.
    ///
    /// # Errors
    /// [`RefusedToken`] with the first reason found.
    pub fn examine(token: &str, occasion: Occasion<'_>) -> Result<Self, RefusedToken> {
        Self::examine_own(token, UntrustedJws::parse(token)?, None, occasion)
    }

    /// The same for a token that has been read; `payload` where that was read too.
    pub(super) fn examine_own(
        token: &str,
        mut jws: UntrustedJws<'_>,
        payload: Option<&Payload<'_>>,
        occasion: Occasion<'_>,
    ) -> Result<Self, RefusedToken> {
        let Occasion { tenant, .. } = occasion;
        check_type(&jws)?;
        let key = own_key(&jws, tenant)?;
        key.check_signature_form(jws.algorithm(), jws.signature())?;
        let claims = match payload {
            Some(payload) => AccessTokenClaims::read(payload)?,
            None => AccessTokenClaims::parse(jws.take_payload())?,
        };
        let checked = check_claims(&claims, tenant)
            .and_then(|()| check_presentation(&claims, occasion))
            .and_then(|()| check_at(&claims, occasion));
        if let Err(refusal) = checked {
            return Err(RefusedToken { refusal, untrusted_claims: Some(Box::new(claims)) });
        }
        let check = SignatureCheck::new(key, token, jws);
        Ok(Self { claims, check, terms: None })
    }

    pub(super) fn of_foreign(claims: AccessTokenClaims, check: SignatureCheck, terms: ForeignTerms) -> Self {
        Self { claims, check, terms: Some(terms) }
    }

    /// The signature operation that remains.
    #[must_use]
    pub fn signature_check(&self) -> &SignatureCheck {
        &self.check
    }

    /// Checks the signature inside the core, where this build can: `None` where it cannot.
    #[must_use]
    pub fn verified_here(&self) -> Option<bool> {
        let check = &self.check;
        portable::verify(&check.key, check.algorithm, check.message(), &check.signature)
    }

    /// The token, trusted on the word of whoever checked its signature.
    ///
    /// Passing `true` without having verified [`Self::signature_check`] opens the gate to forgeries.
    ///
    /// # Errors
    /// [`TokenRefusal::Signature`] where the signature does not verify.
    pub fn with_signature(self, verifies: bool) -> Result<VerifiedAccessToken, TokenRefusal> {
        let Self { claims, terms, .. } = self;
        if verifies { Ok(VerifiedAccessToken { claims, terms }) } else { Err(TokenRefusal::Signature) }
    }
}

/// A token signed by a key of this tenant, or of an issuer that a resource trusts. Time and audience are to be checked at
/// every use.
#[derive(Debug)]
pub struct VerifiedAccessToken {
    claims: AccessTokenClaims,
    terms: Option<ForeignTerms>,
}

impl VerifiedAccessToken {
    /// What the token says.
    #[must_use]
    pub fn claims(&self) -> &AccessTokenClaims {
        &self.claims
    }

    /// Checks again what can have changed since the signature was verified: time, the resource asked for, and how the
    /// token was presented.
    ///
    /// # Errors
    /// [`TokenRefusal`] as for a new token.
    pub fn check_at(&self, occasion: Occasion<'_>) -> Result<(), TokenRefusal> {
        check_presentation(&self.claims, occasion)?;
        if self.terms.is_none() {
            return check_at(&self.claims, occasion);
        }
        let trusted = occasion.resource.trusted_issuer(self.claims.issuer()).ok_or(TokenRefusal::Issuer)?;
        check_foreign_at(&self.claims, trusted, occasion)
    }

    /// Whether its signature needs no other check at `resource`. That of a foreign token is good where it was verified,
    /// and as long as its issuer has the same keys.
    #[must_use]
    pub fn is_known_at(&self, resource: &ProtectedResource, keys: &IssuerKeys, now: UnixTime) -> bool {
        self.terms.as_ref().is_none_or(|terms| terms_hold(terms, &self.claims, resource, keys, now))
    }
}

fn own_key(jws: &UntrustedJws<'_>, tenant: &Tenant) -> Result<Rc<VerificationKey>, TokenRefusal> {
    let mut candidates = tenant.verification_keys().candidates(jws);
    let key = candidates.next().ok_or(TokenRefusal::UnknownKey)?;
    if candidates.next().is_some() { Err(TokenRefusal::KeyNotNamed) } else { Ok(Rc::clone(key)) }
}

/// RFC 9068 section 4: `at+jwt` or `application/at+jwt`; media types have no case (RFC 7515 section 4.1.9).
fn check_type(jws: &UntrustedJws<'_>) -> Result<(), TokenRefusal> {
    let typ = jws.typ().ok_or(TokenRefusal::Type)?;
    if !typ.eq_ignore_ascii_case("at+jwt") && !typ.eq_ignore_ascii_case("application/at+jwt") {
        return Err(TokenRefusal::Type);
    }
    if jws.cty().is_some() { Err(TokenRefusal::Nested) } else { Ok(()) }
}

fn check_claims(claims: &AccessTokenClaims, tenant: &Tenant) -> Result<(), TokenRefusal> {
    if claims.issuer != tenant.issuer() {
        return Err(TokenRefusal::Issuer);
    }
    if claims.tenant_id != *tenant.id() {
        return Err(TokenRefusal::Tenant);
    }
    Ok(())
}

/// RFC 7800 section 3: a token with a confirmation key is worth nothing without proof of possession; RFC 9449 section
/// 7.1: and a proof is worth nothing for a token that is bound to no key.
pub(super) fn check_presentation(
    claims: &AccessTokenClaims,
    Occasion { resource, presentation, .. }: Occasion<'_>,
) -> Result<(), TokenRefusal> {
    match (presentation, &claims.confirmation) {
        (Presentation::Described, _) | (Presentation::Proved, Some(Confirmation::KeyThumbprint(_))) => Ok(()),
        (Presentation::Bearer, None) if !resource.is_sender_constrained() => Ok(()),
        (Presentation::Bearer | Presentation::Proved, None) => Err(TokenRefusal::NotBound),
        (Presentation::Bearer, Some(_)) | (Presentation::Proved, Some(Confirmation::Other)) => {
            Err(TokenRefusal::SenderConstrained)
        }
    }
}

fn check_at(
    claims: &AccessTokenClaims,
    Occasion { tenant, resource, now, .. }: Occasion<'_>,
) -> Result<(), TokenRefusal> {
    if claims.audience != resource.indicator().as_str() {
        return Err(TokenRefusal::Audience);
    }
    check_times(claims, tenant, now)?;
    check_lifetime(claims, resource.longest_access_token_lifetime())
}

pub(super) fn check_times(
    claims: &AccessTokenClaims,
    tenant: &Tenant,
    now: UnixTime,
) -> Result<(), TokenRefusal> {
    let tolerance = tenant.clock_tolerance();
    let latest_start = now.plus(tolerance);
    if claims.issued_at > latest_start || claims.not_before.is_some_and(|start| start > latest_start) {
        return Err(TokenRefusal::NotYetValid);
    }
    if now >= claims.expires_at.plus(tolerance) {
        return Err(TokenRefusal::Expired);
    }
    Ok(())
}

pub(super) fn check_lifetime(claims: &AccessTokenClaims, longest: Lifetime) -> Result<(), TokenRefusal> {
    if claims.expires_at.since(claims.issued_at) > longest.seconds() {
        return Err(TokenRefusal::LifetimeExceeded);
    }
    Ok(())
}
