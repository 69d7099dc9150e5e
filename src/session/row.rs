//! What an object stores, and what one turn does to it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::revocation::Revocation;

/// Which transition an object runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Machine {
    /// A user or a client: sessions, grants, families, revocations, consent.
    Account,
    /// One code, link, login attempt or pushed request.
    Challenge,
    /// One tenant: its keys and its published revocations.
    Directory,
}

impl Machine {
    /// The machine of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "account" => Some(Self::Account),
            "challenge" => Some(Self::Challenge),
            "directory" => Some(Self::Directory),
            _ => None,
        }
    }
}

/// One row of an object: a key, and a JSON object with its schema version as `v`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What the row is about, such as `session/{sid}`.
    pub key: String,
    /// JSON.
    pub value: String,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values hold hashes of secrets and sealed copies.
        formatter.debug_struct("Row").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A revocation on its way to the tenant's `Directory`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboxItem {
    /// What `Delivered` names once the Directory has it. Opaque.
    pub key: String,
    /// What to deliver.
    pub revocation: Revocation,
}

/// What a turn decided. The object stores all of it, or answers that it failed and stores nothing.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The answer to the caller, JSON text. It may carry a refresh token.
    pub reply: String,
    /// Rows that are new or have changed.
    pub put: Vec<Row>,
    /// Keys of rows that are no more.
    pub delete: Vec<String>,
    /// When the object should run the command `alarm`, in seconds since the Unix epoch; none: no alarm.
    pub alarm: Option<u64>,
    /// Whether the alarm stays as it is, whatever `alarm` says: the rows could not be read.
    pub keep_alarm: bool,
    /// Every revocation that the Directory has not confirmed.
    pub outbox: Vec<OutboxItem>,
    /// Entries to publish now; only the Directory has any.
    pub publish: Vec<Row>,
}

impl Outcome {
    /// An answer that changes nothing, not even the alarm.
    #[must_use]
    pub fn unchanged(reply: String) -> Self {
        Self { reply, keep_alarm: true, ..Self::default() }
    }
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Outcome")
            .field("put", &self.put)
            .field("delete", &self.delete)
            .field("alarm", &self.alarm)
            .field("keep_alarm", &self.keep_alarm)
            .finish_non_exhaustive()
    }
}

/// The schema of every stored value; a larger one is from code that is newer than this.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<T> {
    v: u64,
    record: T,
}

/// The record in a stored value, unless it is of another version or broken.
pub(super) fn stored_record<T: DeserializeOwned>(value: &str) -> Option<T> {
    let stored: Stored<T> = serde_json::from_str(value).ok()?;
    (stored.v == VERSION).then_some(stored.record)
}

/// The row that stores `record`.
pub(super) fn record_row<T: Serialize>(key: String, record: &T) -> Option<Row> {
    let value = serde_json::to_string(&Stored { v: VERSION, record }).ok()?;
    Some(Row { key, value })
}
