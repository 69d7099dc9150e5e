//! The keys of trusted issuers, as they were last said to be. Whoever fetches them decides when; how old is too old is
//! decided here.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::config::{KeySource, admits_keys_url};
use crate::jose::{JwkError, KeySet, VerificationKey};
use crate::vocabulary::UnixTime;
use crate::vocabulary::json::{Json, JsonError};

/// Octets that a JWK Set or a metadata document of an issuer may have.
pub const MAX_DOCUMENT_LENGTH: usize = 64 * 1_024;
/// For how long keys verify after the issuer confirmed them, in seconds, where it cannot be asked again.
pub const STALE_KEYS_BOUND: u64 = 24 * 60 * 60;
/// Keys that are due are asked for no more often than this, in seconds.
const ASK_AGAIN_AFTER: u64 = 10;
/// Nested arrays and objects: the set, its keys, and what others put into them.
const MAX_DEPTH: usize = 16;

/// Why a document is not taken for an issuer's keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyDocumentError {
    /// Over 64 KiB.
    #[error("the document has more than {MAX_DOCUMENT_LENGTH} octets")]
    TooLong,
    /// Not strict JSON.
    #[error("the document is refused: {0}")]
    Json(#[from] JsonError),
    /// Not a JWK Set.
    #[error("{0}")]
    KeySet(#[from] JwkError),
    /// `issuer` of the metadata is not the issuer that was asked, byte for byte (RFC 8414 section 3.3).
    #[error("the metadata is that of another issuer")]
    AnotherIssuer,
    /// `jwks_uri` of the metadata is missing, or no URL that may be asked.
    #[error("the metadata names no URL of keys that may be asked")]
    KeysUrl,
}

impl KeyDocumentError {
    /// The reason as one word for logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "document_too_long",
            Self::Json(_) => "document_not_json",
            Self::KeySet(error) => error.code(),
            Self::AnotherIssuer => "metadata_of_another_issuer",
            Self::KeysUrl => "metadata_without_keys_url",
        }
    }
}

/// The keys that an issuer's JWK Set has for others: symmetric ones, and those whose private half stands beside the
/// public one, are anybody's to sign with, and left out.
///
/// # Errors
/// [`KeyDocumentError`]; the keys of before stay then.
pub fn read_issuer_keys(text: &str) -> Result<KeySet, KeyDocumentError> {
    let (keys, _) = KeySet::usable(&read(text)?)?;
    let of_others = |key: &&VerificationKey| !key.is_symmetric() && !key.has_private_members();
    Ok(KeySet::new(keys.iter().filter(of_others).cloned().collect()))
}

/// The URL of the JWK Set that the metadata of `issuer` names (RFC 8414 section 2).
///
/// # Errors
/// [`KeyDocumentError`], where it names none or is somebody else's.
pub fn read_issuer_metadata(text: &str, issuer: &str) -> Result<String, KeyDocumentError> {
    let metadata = read(text)?;
    if metadata.text_of("issuer") != Some(issuer) {
        return Err(KeyDocumentError::AnotherIssuer);
    }
    let url = metadata.text_of("jwks_uri").filter(|url| admits_keys_url(issuer, url));
    url.map(str::to_owned).ok_or(KeyDocumentError::KeysUrl)
}

fn read(text: &str) -> Result<Json, KeyDocumentError> {
    if text.len() > MAX_DOCUMENT_LENGTH {
        return Err(KeyDocumentError::TooLong);
    }
    Ok(Json::parse(text.as_bytes(), MAX_DEPTH)?)
}

/// A JWK Set and how old it is.
#[derive(Debug, Clone, Copy)]
pub struct KeyDocument<'a> {
    /// The JWK Set as JSON text.
    pub text: &'a str,
    /// When the issuer said so.
    pub confirmed_at: UnixTime,
    /// From when on it is to be asked again.
    pub fresh_until: UnixTime,
}

/// Why the keys of an issuer are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysNeed {
    /// There are none, or they are too old.
    Missing,
    /// They verify, and are due to be asked for again beside the request.
    Due,
    /// A token names a key that is not among them, as they were at this moment.
    UnknownKey(UnixTime),
}

/// Keys that verify, as far as is known.
#[derive(Debug)]
struct Held {
    keys: KeySet,
    digest: [u8; 32],
    generation: u64,
    confirmed_at: UnixTime,
    fresh_until: UnixTime,
    asked_at: UnixTime,
}

/// What is known of the keys of every issuer that somebody asked for.
#[derive(Debug, Default)]
pub struct IssuerKeys {
    held: BTreeMap<KeySource, Held>,
    generations: u64,
}

/// The keys of one issuer at one moment.
#[derive(Debug)]
pub(super) struct KeysAt<'a> {
    pub(super) keys: &'a KeySet,
    /// Changes with the keys: what was verified under another one is to be verified again.
    pub(super) generation: u64,
    pub(super) confirmed_at: UnixTime,
    /// Whether they are to be asked for again beside the request.
    pub(super) due: bool,
}

impl IssuerKeys {
    /// Takes over what the issuer says, unless it is broken or older than what is known. Whoever asked has asked now,
    /// whatever came of it.
    pub fn take(&mut self, source: &KeySource, document: Option<KeyDocument<'_>>, now: UnixTime) {
        if let Some(held) = self.held.get_mut(source) {
            held.asked_at = now;
        }
        let Some(document) = document else { return };
        let digest: [u8; 32] = Sha256::digest(document.text.as_bytes()).into();
        let KeyDocument { confirmed_at, fresh_until, .. } = document;
        if let Some(held) = self.held.get_mut(source) {
            if confirmed_at < held.confirmed_at {
                return;
            }
            if held.digest == digest {
                held.confirmed_at = confirmed_at;
                held.fresh_until = fresh_until;
                return;
            }
        }
        let Ok(keys) = read_issuer_keys(document.text) else { return };
        self.generations += 1;
        let generation = self.generations;
        let held = Held { keys, digest, generation, confirmed_at, fresh_until, asked_at: now };
        self.held.insert(source.clone(), held);
    }

    pub(super) fn at(&self, source: &KeySource, now: UnixTime) -> Option<KeysAt<'_>> {
        let held = self.held.get(source)?;
        if now.since(held.confirmed_at) > STALE_KEYS_BOUND {
            return None;
        }
        let due = now >= held.fresh_until && now >= held.asked_at.plus(ASK_AGAIN_AFTER);
        Some(KeysAt { keys: &held.keys, generation: held.generation, confirmed_at: held.confirmed_at, due })
    }
}
