//! A DPoP proof: RFC 9449 sections 4.2 and 4.3.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::jose::{Algorithm, JwkError, JwsError, UntrustedJws, VerificationKey, portable};
use crate::vocabulary::json::Json;
use crate::vocabulary::{ErrorCode, RequestTarget, UnixTime, canonical_segment};

use super::nonce::{NonceKey, Recognised};

/// Seconds for which a proof is taken after it was made, clock tolerance not included.
const PROOF_LIFETIME: u64 = 60;
const MAX_DEPTH: usize = 8;
const MAX_PROOF_ID_LENGTH: usize = 256;

/// Why a proof is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefusal {
    /// No `DPoP` field.
    #[error("the request carries no proof of possession")]
    Missing,
    /// More than one `DPoP` field, or more than one proof in it.
    #[error("the request carries more than one proof of possession")]
    Several,
    /// Not a compact JWS in the strict sense, or its signature has the wrong form.
    #[error("{0}")]
    Jws(#[from] JwsError),
    /// `typ` is not `dpop+jwt`.
    #[error("the proof is none: `typ` is not `dpop+jwt`")]
    Type,
    /// A symmetric algorithm.
    #[error("a proof is signed by an asymmetric algorithm")]
    Symmetric,
    /// No `jwk` in the header.
    #[error("the proof has no `jwk`")]
    KeyMissing,
    /// `jwk` is not a usable public key.
    #[error("{0}")]
    Key(#[from] JwkError),
    /// `jwk` has private members: whoever made the proof has given the key away.
    #[error("the `jwk` of the proof has private members")]
    PrivateKey,
    /// The signature is not by that key.
    #[error("the signature of the proof does not verify")]
    Signature,
    /// The payload is not one strict JSON object.
    #[error("the payload of the proof is not a strict JSON object")]
    Payload,
    /// A claim is missing or malformed.
    #[error("the claim `{0}` of the proof is missing or malformed")]
    Claim(&'static str),
    /// `htm` is another method.
    #[error("the proof is for another method")]
    Method,
    /// `htu` is another URL.
    #[error("the proof is for another URL")]
    Url,
    /// Made too long ago.
    #[error("the proof is too old")]
    TooOld,
    /// Made in the future.
    #[error("the proof is not valid yet")]
    NotYetValid,
    /// `ath` is of another access token, or absent.
    #[error("the proof is for another access token")]
    AccessToken,
    /// The key is not the one that the token is bound to.
    #[error("the proof is by another key than the one that the token is bound to")]
    OtherKey,
    /// No `nonce`, where one is demanded.
    #[error("the proof has no `nonce`")]
    NonceMissing,
    /// A `nonce` that was not handed out here, or too long ago.
    #[error("the `nonce` of the proof is not one that is taken now")]
    NonceUnknown,
    /// The same proof came before.
    #[error("the proof was used before")]
    Replayed,
}

impl ProofRefusal {
    /// The reason code for logs, traces and response bodies.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "proof_missing",
            Self::Several => "several_proofs",
            Self::Jws(_) => "proof_malformed",
            Self::Type => "not_a_proof",
            Self::Symmetric => "proof_symmetric",
            Self::KeyMissing => "proof_key_missing",
            Self::Key(_) => "proof_key_refused",
            Self::PrivateKey => "proof_key_private",
            Self::Signature => "proof_signature_mismatch",
            Self::Payload => "proof_payload_malformed",
            Self::Claim(_) => "proof_claim_malformed",
            Self::Method => "proof_method_mismatch",
            Self::Url => "proof_url_mismatch",
            Self::TooOld => "proof_too_old",
            Self::NotYetValid => "proof_not_yet_valid",
            Self::AccessToken => "proof_token_mismatch",
            Self::OtherKey => "proof_key_mismatch",
            Self::NonceMissing => "proof_nonce_missing",
            Self::NonceUnknown => "proof_nonce_unknown",
            Self::Replayed => "proof_replayed",
        }
    }

    /// What the caller sees: RFC 9449 sections 5 and 7.1 have one code for all of these, but for nonces (section 8).
    #[must_use]
    pub fn error_code(&self) -> ErrorCode {
        match self {
            Self::NonceMissing | Self::NonceUnknown => ErrorCode::UseDpopNonce,
            Self::Missing
            | Self::Several
            | Self::Jws(_)
            | Self::Type
            | Self::Symmetric
            | Self::KeyMissing
            | Self::Key(_)
            | Self::PrivateKey
            | Self::Signature
            | Self::Payload
            | Self::Claim(_)
            | Self::Method
            | Self::Url
            | Self::TooOld
            | Self::NotYetValid
            | Self::AccessToken
            | Self::OtherKey
            | Self::Replayed => ErrorCode::InvalidDpopProof,
        }
    }
}

/// The request that a proof has to be for.
#[derive(Debug, Clone, Copy)]
pub struct ProvedRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The absolute URL; query and fragment do not count.
    pub url: &'a str,
    /// The access token that goes with it; `None` where one is asked for.
    pub access_token: Option<&'a str>,
    /// The moment of the request.
    pub now: UnixTime,
    /// How far clocks may be apart, in seconds.
    pub tolerance: u64,
    /// What nonces are recognised with, and for whom they are; `None` where none is demanded.
    pub nonces: Option<(&'a NonceKey, &'a str)>,
}

/// A proof whose form, key and claims are right and whose signature is still to be checked.
#[derive(Debug)]
pub struct UnverifiedProof {
    key: VerificationKey,
    algorithm: Algorithm,
    message: Vec<u8>,
    signature: Vec<u8>,
    proof: VerifiedProof,
}

/// A proof by whoever has the private half of its key, made for one request a moment ago.
#[derive(Debug)]
pub struct VerifiedProof {
    key_thumbprint: String,
    id: String,
    good_until: UnixTime,
    nonce_is_current: bool,
}

impl UnverifiedProof {
    /// Examines the `DPoP` field of `request` in every respect but the signature.
    ///
    /// # Errors
    /// [`ProofRefusal`] with the first reason found. Nonces come last: whoever is told to come back with another one need
    /// change nothing else.
    pub fn examine(field: Option<&str>, request: &ProvedRequest<'_>) -> Result<Self, ProofRefusal> {
        let proof = field.filter(|field| !field.is_empty()).ok_or(ProofRefusal::Missing)?;
        // Two fields reach us joined by a comma, which no compact JWS has.
        if proof.contains(',') {
            return Err(ProofRefusal::Several);
        }
        let jws = UntrustedJws::parse(proof)?;
        if !jws.typ().is_some_and(|typ| typ.eq_ignore_ascii_case("dpop+jwt")) {
            return Err(ProofRefusal::Type);
        }
        let algorithm = jws.algorithm();
        if algorithm == Algorithm::Hs256 {
            return Err(ProofRefusal::Symmetric);
        }
        let key = VerificationKey::from_jwk(jws.header()?.member("jwk").ok_or(ProofRefusal::KeyMissing)?)?;
        if key.has_private_members() || key.is_symmetric() {
            return Err(ProofRefusal::PrivateKey);
        }
        key.check_signature_form(algorithm, jws.signature())?;
        let claims = Claims::parse(jws.payload())?;
        let nonce_is_current = claims.check(request)?;
        Ok(Self {
            proof: VerifiedProof {
                key_thumbprint: key.thumbprint(),
                good_until: claims.made_at.plus(PROOF_LIFETIME).plus(request.tolerance),
                id: claims.id,
                nonce_is_current,
            },
            key,
            algorithm,
            message: jws.signing_input().to_vec(),
            signature: jws.signature().to_vec(),
        })
    }

    /// Refuses a proof by another key than the one with `thumbprint`, which a token is bound to.
    ///
    /// # Errors
    /// [`ProofRefusal::OtherKey`].
    pub fn by_key(self, thumbprint: &str) -> Result<Self, ProofRefusal> {
        if self.proof.key_thumbprint == thumbprint { Ok(self) } else { Err(ProofRefusal::OtherKey) }
    }

    /// The key that came with the proof. Nothing is known of whose it is.
    #[must_use]
    pub fn key(&self) -> &VerificationKey {
        &self.key
    }

    /// The algorithm, which that key permits.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The octets that were signed.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// The signature, of the right form for the algorithm.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Checks the signature inside the core, where this build can: `None` where it cannot.
    #[must_use]
    pub fn verified_here(&self) -> Option<bool> {
        portable::verify(&self.key, self.algorithm, &self.message, &self.signature)
    }

    /// The proof, trusted on the word of whoever checked its signature.
    ///
    /// Passing `true` without having verified it lets whoever copied a token use it.
    ///
    /// # Errors
    /// [`ProofRefusal::Signature`] where the signature does not verify.
    pub fn with_signature(self, verifies: bool) -> Result<VerifiedProof, ProofRefusal> {
        if verifies { Ok(self.proof) } else { Err(ProofRefusal::Signature) }
    }
}

impl VerifiedProof {
    /// The thumbprint of the key (RFC 7638), as `jkt` has it.
    #[must_use]
    pub fn key_thumbprint(&self) -> &str {
        &self.key_thumbprint
    }

    /// What tells this proof from all others: a digest over its key and its `jti`.
    #[must_use]
    pub fn digest(&self) -> String {
        let digest =
            Sha256::new().chain_update(&self.key_thumbprint).chain_update(".").chain_update(&self.id);
        Base64UrlUnpadded::encode_string(&digest.finalize())
    }

    /// The moment from which it is too old.
    #[must_use]
    pub fn good_until(&self) -> UnixTime {
        self.good_until
    }

    /// Whether its nonce is the one that is handed out now; another is soon refused. `true` without nonces.
    #[must_use]
    pub fn nonce_is_current(&self) -> bool {
        self.nonce_is_current
    }
}

struct Claims {
    id: String,
    method: String,
    url: String,
    made_at: UnixTime,
    token_hash: Option<String>,
    nonce: Option<String>,
}

impl Claims {
    fn parse(payload: &[u8]) -> Result<Self, ProofRefusal> {
        let payload = Json::parse(payload, MAX_DEPTH).map_err(|_| ProofRefusal::Payload)?;
        if !matches!(payload, Json::Object(_)) {
            return Err(ProofRefusal::Payload);
        }
        let optional = |name: &'static str| match payload.member(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(|text| Some(text.to_owned())).ok_or(ProofRefusal::Claim(name)),
        };
        let text = |name: &'static str| optional(name)?.ok_or(ProofRefusal::Claim(name));
        let id = text("jti")?;
        if id.is_empty() || id.len() > MAX_PROOF_ID_LENGTH {
            return Err(ProofRefusal::Claim("jti"));
        }
        let made_at = match payload.member("iat") {
            Some(Json::Whole(seconds)) if *seconds <= UnixTime::MAX.seconds() => {
                UnixTime::from_seconds(*seconds)
            }
            _ => return Err(ProofRefusal::Claim("iat")),
        };
        Ok(Self {
            id,
            method: text("htm")?,
            url: text("htu")?,
            made_at,
            token_hash: optional("ath")?,
            nonce: optional("nonce")?,
        })
    }

    /// Whether the nonce is the current one, where everything is right.
    fn check(&self, request: &ProvedRequest<'_>) -> Result<bool, ProofRefusal> {
        if self.method != request.method {
            return Err(ProofRefusal::Method);
        }
        if !is_same_url(&self.url, request.url) {
            return Err(ProofRefusal::Url);
        }
        if self.made_at > request.now.plus(request.tolerance) {
            return Err(ProofRefusal::NotYetValid);
        }
        if request.now >= self.made_at.plus(PROOF_LIFETIME).plus(request.tolerance) {
            return Err(ProofRefusal::TooOld);
        }
        if let Some(token) = request.access_token
            && self.token_hash.as_deref() != Some(&token_hash(token))
        {
            return Err(ProofRefusal::AccessToken);
        }
        let Some((key, audience)) = request.nonces else { return Ok(true) };
        let nonce = self.nonce.as_deref().ok_or(ProofRefusal::NonceMissing)?;
        match key.recognise(audience, nonce, request.now) {
            Recognised::Current => Ok(true),
            Recognised::Neighbouring => Ok(false),
            Recognised::Unknown => Err(ProofRefusal::NonceUnknown),
        }
    }
}

/// RFC 9449 section 4.2: base64url of the SHA-256 over the token's ASCII.
fn token_hash(token: &str) -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(token))
}

/// RFC 9449 section 4.3: after syntax-based and scheme-based normalisation (RFC 3986 section 6.2), without query and
/// fragment. What the matcher would refuse as a request is the URL of no request.
fn is_same_url(claimed: &str, asked: &str) -> bool {
    let Some((scheme, rest)) = claimed.split_once("://") else { return false };
    let claimed = format!("{}://{rest}", scheme.to_ascii_lowercase());
    let (Ok(claimed), Ok(asked)) = (RequestTarget::parse(&claimed), RequestTarget::parse(asked)) else {
        return false;
    };
    // The empty path and `/` are one; beyond that a slash at the end counts.
    let is_open_ended = |target: &RequestTarget<'_>| target.path().len() > 1 && target.path().ends_with('/');
    let path = |target: &RequestTarget<'_>| -> Vec<String> {
        target.segments().iter().map(|segment| canonical_segment(segment).into_owned()).collect()
    };
    claimed.origin() == asked.origin()
        && is_open_ended(&claimed) == is_open_ended(&asked)
        && path(&claimed) == path(&asked)
}
