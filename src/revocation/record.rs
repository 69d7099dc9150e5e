//! The published form of the list: entries of the key-value store.

use serde::Serialize;

use crate::vocabulary::json::Json;
use crate::vocabulary::{TenantId, UnixTime};

use super::entry::{Revocation, RevocationKind, SHARDS};

/// As many revocations as a shard lists. With one more it is full: it lists none, and tokens that fall into it are
/// asked for at the object.
pub const MAX_ENTRIES: usize = 2_000;
/// The version of the form that this code writes, and the only one that it reads.
const FORM: u64 = 1;
const DEPTH: usize = 3;
const MAX_ID_LENGTH: usize = 128;
/// By how many seconds the writer's clock may be ahead.
const CLOCK_TOLERANCE: u64 = 60;

/// Why a record is not taken for part of the list. What was known before stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// There was a list before, and now there is no such record.
    #[error("the record is missing")]
    Missing,
    /// Not the JSON of such a record in a form that this version reads.
    #[error("the record is broken")]
    Broken,
    /// Written in a form that this version does not know.
    #[error("the record has a later form")]
    LaterForm,
    /// Another tenant's, or another shard's.
    #[error("the record belongs elsewhere")]
    Foreign,
    /// Written before what is known.
    #[error("the record is older than the one in force")]
    Older,
    /// Written later than now.
    #[error("the record is from the future")]
    Future,
}

impl ListError {
    /// The reason code for logs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Broken => "broken",
            Self::LaterForm => "later_form",
            Self::Foreign => "foreign",
            Self::Older => "older",
            Self::Future => "future",
        }
    }
}

/// Where the head of a tenant's list is.
#[must_use]
pub fn head_key(tenant: &TenantId) -> String {
    format!("tenant/{tenant}/revoked")
}

/// Where shard `index` of a tenant's list is.
#[must_use]
pub fn shard_key(tenant: &TenantId, index: usize) -> String {
    format!("tenant/{tenant}/revoked/{index}")
}

/// The head of the list: which versions of the shards there are, and when that was so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Every revocation that the `Directory` had accepted by then is in these versions.
    pub published_at: UnixTime,
    /// The version of each shard; 0 for one that never had an entry and is not written.
    pub versions: [u64; SHARDS],
}

/// One shard of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Grows with every change.
    pub version: u64,
    /// Whether it has more entries than it can list.
    pub full: bool,
    /// What is revoked; nothing in a full one.
    pub entries: Vec<Revocation>,
}

impl Head {
    /// The record of `tenant`.
    #[must_use]
    pub fn text(&self, tenant: &TenantId) -> String {
        #[derive(Serialize)]
        struct Record<'a> {
            v: u64,
            tenant_id: &'a str,
            published_at: u64,
            shards: &'a [u64],
        }
        let published_at = self.published_at.seconds();
        written(&Record { v: FORM, tenant_id: tenant.as_str(), published_at, shards: &self.versions })
    }

    /// Reads the record of `tenant` at `now`.
    ///
    /// # Errors
    /// [`ListError`] where it is none.
    pub fn parse(text: &str, tenant: &TenantId, now: UnixTime) -> Result<Self, ListError> {
        let record = read(text, tenant, &["v", "tenant_id", "published_at", "shards"])?;
        let published_at = UnixTime::from_seconds(whole(&record, "published_at")?);
        if published_at > now.plus(CLOCK_TOLERANCE) {
            return Err(ListError::Future);
        }
        let Some(Json::Array(shards)) = record.member("shards") else { return Err(ListError::Broken) };
        let versions: Vec<u64> =
            shards.iter().map(as_whole).collect::<Option<_>>().ok_or(ListError::Broken)?;
        Ok(Self { published_at, versions: versions.try_into().map_err(|_| ListError::Broken)? })
    }
}

impl Shard {
    /// The record of `tenant`'s shard `index`.
    #[must_use]
    pub fn text(&self, tenant: &TenantId, index: usize) -> String {
        #[derive(Serialize)]
        struct Record<'a> {
            v: u64,
            tenant_id: &'a str,
            shard: usize,
            version: u64,
            full: bool,
            entries: Vec<(&'static str, &'a str, u64, u64)>,
        }
        fn row(entry: &Revocation) -> (&'static str, &str, u64, u64) {
            (entry.kind.as_str(), entry.id.as_str(), entry.not_before, entry.until)
        }
        written(&Record {
            v: FORM,
            tenant_id: tenant.as_str(),
            shard: index,
            version: self.version,
            full: self.full,
            entries: self.entries.iter().map(row).collect(),
        })
    }

    /// Reads the record of `tenant`'s shard `index`.
    ///
    /// # Errors
    /// [`ListError`] where it is none.
    pub fn parse(text: &str, tenant: &TenantId, index: usize) -> Result<Self, ListError> {
        let record = read(text, tenant, &["v", "tenant_id", "shard", "version", "full", "entries"])?;
        if whole(&record, "shard")? != index as u64 {
            return Err(ListError::Foreign);
        }
        let Some(Json::Bool(full)) = record.member("full") else { return Err(ListError::Broken) };
        let Some(Json::Array(entries)) = record.member("entries") else { return Err(ListError::Broken) };
        if entries.len() > MAX_ENTRIES {
            return Err(ListError::Broken);
        }
        let entries: Vec<Revocation> =
            entries.iter().map(entry).collect::<Option<_>>().ok_or(ListError::Broken)?;
        // Whoever divides otherwise would look for a full shard in the wrong place.
        if entries.iter().any(|entry| entry.shard() != index) {
            return Err(ListError::Foreign);
        }
        Ok(Self { version: whole(&record, "version")?, full: *full, entries })
    }
}

fn read(text: &str, tenant: &TenantId, members: &[&str]) -> Result<Json, ListError> {
    let record = Json::parse(text.as_bytes(), DEPTH).map_err(|_| ListError::Broken)?;
    match whole(&record, "v")? {
        FORM => {}
        form if form > FORM => return Err(ListError::LaterForm),
        _ => return Err(ListError::Broken),
    }
    let Json::Object(own) = &record else { return Err(ListError::Broken) };
    if own.len() != members.len() || !own.iter().all(|(name, _)| members.contains(&name.as_str())) {
        return Err(ListError::Broken);
    }
    match record.member("tenant_id") {
        Some(Json::String(own)) if own == tenant.as_str() => Ok(record),
        Some(Json::String(_)) => Err(ListError::Foreign),
        _ => Err(ListError::Broken),
    }
}

fn entry(value: &Json) -> Option<Revocation> {
    let Json::Array(parts) = value else { return None };
    let [Json::String(kind), Json::String(id), not_before, until] = parts.as_slice() else { return None };
    if id.is_empty() || id.len() > MAX_ID_LENGTH {
        return None;
    }
    Some(Revocation {
        kind: RevocationKind::named(kind)?,
        id: id.clone(),
        not_before: as_whole(not_before)?,
        until: as_whole(until)?,
    })
}

fn whole(record: &Json, name: &str) -> Result<u64, ListError> {
    record.member(name).and_then(as_whole).ok_or(ListError::Broken)
}

fn as_whole(value: &Json) -> Option<u64> {
    match value {
        Json::Whole(number) if *number <= UnixTime::MAX.seconds() => Some(*number),
        _ => None,
    }
}

fn written(record: &impl Serialize) -> String {
    // Strings and numbers always have a JSON text.
    serde_json::to_string(record).unwrap_or_default()
}
