//! Signing keys of a tenant: made once, and moved on only when everybody can have heard.
//!
//! A key is `next` until every verifier knows it, then `current` and signs, then `retiring` while anything that it signed
//! is alive, then `disabled`. Private halves are here only as their sealed texts.

use serde::{Deserialize, Serialize};

use crate::session::Row;
use crate::vocabulary::json::Json;
use crate::vocabulary::{KeyId, TenantId, UnixTime};

use super::outbox::{Unreadable, stored};
use super::request::{DirectoryRefusal, DirectoryReply, KeyState, NewKey, SealedKey};

/// The schema version of the rows.
const FORM: u64 = 1;
const META_ROW: &str = "keys";
const KEY_ROW: &str = "key/";
const MAX_KEYS: usize = 50;
/// The list is written again after this time though nothing changed; seconds.
const REWRITE_AFTER: u64 = 600;

/// What the earliest moments of the steps are computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyTiming {
    /// How long somebody may still go by an older list of keys, in seconds: what an isolate may keep, KV's lag and
    /// caches, the `max-age` of the JWK Set, and by how much clocks may differ.
    pub staleness: u64,
    /// The longest life of a token that is signed with such a key, in seconds.
    pub longest_token: u64,
}

impl KeyTiming {
    /// Seconds from the publication of a state until the next one is allowed; none where a step is nobody's to take.
    #[must_use]
    pub fn wait(&self, state: &str) -> Option<u64> {
        match state {
            "next" => Some(self.after_next()),
            "retiring" => Some(self.after_retiring()),
            _ => None,
        }
    }

    fn after_next(&self) -> u64 {
        self.staleness
    }

    /// Somebody who has not heard may sign with it until then, and what they sign lives on.
    fn after_retiring(&self) -> u64 {
        self.staleness.saturating_add(self.longest_token)
    }
}

/// The key under which the list is published.
#[must_use]
pub fn keys_key(tenant: &TenantId) -> String {
    format!("tenant/{tenant}/keys")
}

/// All keys of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Keys {
    meta: Meta,
    keys: Vec<Stored>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Meta {
    v: u64,
    /// Of what is here.
    version: u64,
    /// Of what is being written, or was last.
    begun: u64,
    /// Of what was written.
    written: u64,
    /// When it was.
    written_at: u64,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u64,
    kid: KeyId,
    algorithm: String,
    state: KeyState,
    /// The public half, JSON text.
    jwk: String,
    sealed: String,
    /// Since when its state is published; 0 while that is under way.
    published_at: u64,
    /// The version of the list with which it entered its state.
    entered: u64,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Stored")
            .field("kid", &self.kid)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Keys {
    pub(super) fn read(rows: &[Row]) -> Result<Self, Unreadable> {
        let mut keys = Self::default();
        for row in rows {
            if row.key == META_ROW {
                keys.meta = parsed(&row.value)?;
            } else if row.key.starts_with(KEY_ROW) {
                keys.keys.push(parsed(&row.value)?);
            }
        }
        let known = keys.keys.iter().all(|key| key.v == FORM);
        if known && (keys.meta.version == 0 || keys.meta.v == FORM) { Ok(keys) } else { Err(Unreadable) }
    }

    /// Every row, as it should be stored.
    pub(super) fn rows(&self) -> Vec<Row> {
        if self.meta.version == 0 {
            return Vec::new();
        }
        let keys = self.keys.iter().map(|key| stored(format!("{KEY_ROW}{}", key.kid), key));
        [stored(META_ROW.to_owned(), &self.meta)].into_iter().chain(keys).collect()
    }

    /// Whether there is something that the key-value store does not have. What it has is written again once in a while,
    /// should somebody have deleted it, or a write that was given up have overtaken a later one.
    pub(super) fn is_unpublished(&self, now: UnixTime) -> bool {
        let old =
            self.meta.version > 0 && self.meta.written_at.saturating_add(REWRITE_AFTER) <= now.seconds();
        old || self.meta.version > self.meta.written
    }

    /// The entry to write, which is what verifiers go by.
    pub(super) fn begin(&mut self, tenant: &TenantId, now: UnixTime) -> Option<Row> {
        if !self.is_unpublished(now) {
            return None;
        }
        self.meta.begun = self.meta.version;
        Some(Row { key: keys_key(tenant), value: self.published_text() })
    }

    /// What was begun is written.
    pub(super) fn published(&mut self, tenant: &TenantId, keys: &[String], now: UnixTime) {
        if self.meta.begun == 0 || !keys.contains(&keys_key(tenant)) {
            return;
        }
        self.meta.written = self.meta.begun;
        self.meta.written_at = now.seconds();
        for key in &mut self.keys {
            if key.published_at == 0 && key.entered <= self.meta.written {
                key.published_at = now.seconds();
            }
        }
    }

    /// The keys with their sealed halves, for an issuer.
    pub(super) fn describe(&self) -> DirectoryReply {
        let sealed = self.keys.iter().map(|key| SealedKey {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            sealed: key.sealed.clone(),
        });
        let published_at = self.keys.iter().map(|key| (key.kid.clone(), key.published_at)).collect();
        DirectoryReply::Keys { published: self.published_text(), sealed: sealed.collect(), published_at }
    }

    /// Makes the first keys of a tenant: for an algorithm that has any key, what is there stays and the offer is dropped.
    /// So of several issuers that begin at once, all go on with the same keys.
    pub(super) fn create(&mut self, offered: Vec<NewKey>, now: UnixTime) -> DirectoryReply {
        // Where nothing was signed before nobody has to be told first; a key that joins others is announced.
        let state = if self.keys.is_empty() { KeyState::Current } else { KeyState::Next };
        for key in offered {
            if self.keys.iter().any(|known| known.algorithm == key.algorithm || known.kid == key.kid) {
                continue;
            }
            self.add(key, state, now);
        }
        self.describe()
    }

    /// Adds a key that will sign later.
    pub(super) fn announce(&mut self, key: NewKey, now: UnixTime) -> DirectoryReply {
        let same = |known: &Stored| {
            known.kid == key.kid || (known.algorithm == key.algorithm && known.state == KeyState::Next)
        };
        if self.keys.iter().any(same) || self.keys.len() >= MAX_KEYS {
            return DirectoryReply::Refused { reason: DirectoryRefusal::KeyExists };
        }
        self.add(key, KeyState::Next, now);
        DirectoryReply::Done {}
    }

    /// Moves a key on: `next` to `current`, which retires the one before it, or `retiring` to `disabled`.
    pub(super) fn advance(
        &mut self,
        kid: &KeyId,
        to: KeyState,
        timing: KeyTiming,
        now: UnixTime,
    ) -> DirectoryReply {
        let refused = |reason| DirectoryReply::Refused { reason };
        let Some(key) = self.keys.iter().find(|key| key.kid == *kid) else {
            return refused(DirectoryRefusal::KeyUnknown);
        };
        let wait = match (key.state, to) {
            (KeyState::Next, KeyState::Current) => timing.after_next(),
            (KeyState::Retiring, KeyState::Disabled) => timing.after_retiring(),
            _ => return refused(DirectoryRefusal::KeyStep),
        };
        // While the state is not published, nobody can have heard of it.
        let since = if key.published_at == 0 { now } else { UnixTime::from_seconds(key.published_at) };
        let allowed_at = since.plus(wait);
        if now < allowed_at || key.published_at == 0 {
            return DirectoryReply::TooEarly { allowed_at };
        }
        let algorithm = key.algorithm.clone();
        let version = self.next_version(now);
        for key in &mut self.keys {
            let enters = if key.kid == *kid {
                Some(to)
            } else if to == KeyState::Current && key.algorithm == algorithm && key.state == KeyState::Current
            {
                Some(KeyState::Retiring)
            } else {
                None
            };
            if let Some(state) = enters {
                (key.state, key.published_at, key.entered) = (state, 0, version);
            }
        }
        self.keys.retain(|key| key.state != KeyState::Disabled);
        DirectoryReply::Done {}
    }

    /// Replaces the sealed private half of a key by one under a newer master key.
    pub(super) fn reseal(&mut self, kid: &KeyId, sealed: String) -> DirectoryReply {
        match self.keys.iter_mut().find(|key| key.kid == *kid) {
            Some(key) => {
                key.sealed = sealed;
                DirectoryReply::Done {}
            }
            None => DirectoryReply::Refused { reason: DirectoryRefusal::KeyUnknown },
        }
    }

    fn add(&mut self, key: NewKey, state: KeyState, now: UnixTime) {
        let NewKey { kid, algorithm, jwk, sealed } = key;
        let entered = self.next_version(now);
        self.keys.push(Stored { v: FORM, kid, algorithm, state, jwk, sealed, published_at: 0, entered });
    }

    /// Versions follow the clock, so that a directory that lost its storage does not begin with old ones.
    fn next_version(&mut self, now: UnixTime) -> u64 {
        self.meta.v = FORM;
        self.meta.version = self.meta.version.saturating_add(1).max(now.seconds());
        self.meta.version
    }

    /// The record `tenant/{tid}/keys`.
    fn published_text(&self) -> String {
        let keys = self.keys.iter().filter_map(|key| {
            let jwk = Json::parse(key.jwk.as_bytes(), 3).ok()?;
            Some(Json::Object(vec![
                ("state".to_owned(), Json::String(key.state.as_str().to_owned())),
                ("jwk".to_owned(), jwk),
            ]))
        });
        let record = Json::Object(vec![
            ("v".to_owned(), Json::Whole(FORM)),
            ("version".to_owned(), Json::Whole(self.meta.version)),
            ("signing_keys".to_owned(), Json::Array(keys.collect())),
        ]);
        // Strings and numbers always have a JSON text.
        serde_json::to_string(&record).unwrap_or_default()
    }
}

fn parsed<T: for<'de> Deserialize<'de>>(value: &str) -> Result<T, Unreadable> {
    serde_json::from_str(value).map_err(|_| Unreadable)
}
