//! What is on its way into the key-value store: for each key the newest version and nothing else.

use serde::Deserialize;

use crate::vocabulary::UnixTime;

use super::super::store::{Store, StoreError, Value, row, rows, run};
use super::request::{DueEntry, ManagementReply, WrittenEntry};

/// The store takes one write a second for a key; two, because moments here are whole seconds.
const BETWEEN_WRITES: u64 = 2;
/// A write that failed may still arrive, so for so long afterwards the newest version is written again.
const LATE_WRITES: u64 = 60;
const LONGEST_BACKOFF: u64 = 60;
/// Entries of one batch. Deployments have a limit of 1,000 such calls in one invocation.
const BATCH: u64 = 200;
/// The largest value in octets: a row of the object's store has room for two million.
pub(super) const LARGEST_VALUE: usize = 1_900_000;

/// Before a record leads somewhere, that must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// The record that gates and issuers decide by. Its last value stays here.
    Tenant = 0,
    /// What belongs to it.
    Other = 1,
}

const PENDING: &str = "written_version < version";
/// As the index `publication_waiting` has it.
const WAITING: &str = "(written_version < version OR guard_until > 0)";

/// Has the newest value of `key` written; `None` removes the key.
pub(super) fn publish(
    store: &dyn Store,
    (key, rank): (&str, Rank),
    value: Option<&str>,
    version: u64,
    now: UnixTime,
) -> Result<(), StoreError> {
    let statement = "INSERT INTO publication VALUES (?, ?, ?, ?, 0, 0, ?, 0, 0) \
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version, \
         due_at = max(excluded.due_at, written_at + ?, CASE WHEN failures > 0 THEN due_at ELSE 0 END)";
    let parameters = [
        key.into(),
        Value::Integer(rank as u64),
        value.into(),
        version.into(),
        now.seconds().into(),
        BETWEEN_WRITES.into(),
    ];
    run(store, statement, &parameters)
}

/// The newest value of `key`, written or not.
pub(super) fn newest(store: &dyn Store, key: &str) -> Result<Option<String>, StoreError> {
    let found: Option<(Option<String>,)> =
        row(store, "SELECT value FROM publication WHERE key = ?", &[key.into()])?;
    Ok(found.and_then(|(value,)| value))
}

/// What to write now. A record may rely on the tenant's of the same version or an earlier one, so that goes first.
pub(super) fn due(store: &dyn Store, now: UnixTime) -> Result<ManagementReply, StoreError> {
    let statement = format!(
        "SELECT key, value, version FROM publication WHERE {WAITING} AND due_at <= ? \
         AND (rank = 0 OR version < ?) ORDER BY rank, due_at LIMIT ?"
    );
    let parameters = [now.seconds().into(), free_below(store)?.into(), BATCH.into()];
    let found: Vec<(String, Option<String>, u64)> = rows(store, &statement, &parameters)?;
    let entries = found.into_iter().map(|(key, value, version)| DueEntry { key, value, version }).collect();
    Ok(ManagementReply::Due { entries })
}

/// When something is to be written; none while nothing waits. Each rank by itself, so that the index has it first.
pub(super) fn due_at(store: &dyn Store) -> Result<Option<u64>, StoreError> {
    let statement = format!(
        "SELECT due_at FROM publication WHERE {WAITING} AND rank = ? AND (rank = 0 OR version < ?) \
         ORDER BY due_at LIMIT 1"
    );
    let free_below = free_below(store)?;
    let first = |rank: Rank| {
        let found: Option<(u64,)> =
            row(store, &statement, &[Value::Integer(rank as u64), free_below.into()])?;
        Ok(found.map(|(due_at,)| due_at))
    };
    Ok([first(Rank::Tenant)?, first(Rank::Other)?].into_iter().flatten().min())
}

/// The version of the tenant's record that is about to be written: what is older need not wait for it. Nothing waits for
/// one that failed, or a store that does not take it would keep everything else back.
fn free_below(store: &dyn Store) -> Result<u64, StoreError> {
    let statement = format!(
        "SELECT version FROM publication WHERE {WAITING} AND rank = 0 AND {PENDING} AND failures = 0"
    );
    let found: Option<(u64,)> = row(store, &statement, &[])?;
    Ok(found.map_or(UnixTime::MAX.seconds(), |(version,)| version))
}

/// Takes note of what was written and what was not.
pub(super) fn written(
    store: &dyn Store,
    entries: &[WrittenEntry],
    now: UnixTime,
) -> Result<ManagementReply, StoreError> {
    for entry in entries {
        let parameters = [entry.key.as_str().into()];
        let statement = "SELECT version, failures, guard_until FROM publication WHERE key = ?";
        let Some(Note(version, failures, guard_until)) = row(store, statement, &parameters)? else {
            continue;
        };
        if entry.written {
            settled(store, entry, version, guard_until, now)?;
        } else {
            let failures = failures.saturating_add(1);
            let backoff = 1_u64.checked_shl(failures.min(16) as u32).unwrap_or(LONGEST_BACKOFF);
            let statement = "UPDATE publication SET failures = ?, due_at = ?, guard_until = ?, written_at = ? WHERE key = ?";
            let parameters = [
                failures.into(),
                now.plus(backoff.min(LONGEST_BACKOFF)).seconds().into(),
                now.plus(LATE_WRITES).seconds().into(),
                now.seconds().into(),
                entry.key.as_str().into(),
            ];
            run(store, statement, &parameters)?;
        }
    }
    // What was written is no longer needed here, once the pause that its key needs is over.
    let statement =
        format!("DELETE FROM publication WHERE written_at BETWEEN 1 AND ? AND rank > 0 AND NOT {WAITING}");
    run(store, &statement, &[now.seconds().saturating_sub(BETWEEN_WRITES.saturating_add(1)).into()])?;
    let statement = format!("SELECT 1 FROM publication WHERE {WAITING} AND {PENDING} LIMIT 1");
    let waits: Option<(u64,)> = row(store, &statement, &[])?;
    if waits.is_none() && entries.iter().any(|entry| entry.written) {
        super::state::set(store, "published_at", now.seconds())?;
    }
    Ok(ManagementReply::Done {})
}

#[derive(Deserialize)]
struct Note(u64, u64, u64);

fn settled(
    store: &dyn Store,
    entry: &WrittenEntry,
    version: u64,
    guard_until: u64,
    now: UnixTime,
) -> Result<(), StoreError> {
    let guarded = now.seconds() < guard_until;
    let again = now.plus(BETWEEN_WRITES).seconds();
    let due_at = if entry.version < version { again } else { guard_until.max(again) };
    let statement = "UPDATE publication SET written_version = max(written_version, ?), written_at = ?, failures = 0, \
         due_at = ?, guard_until = ? WHERE key = ?";
    let parameters = [
        entry.version.into(),
        now.seconds().into(),
        due_at.into(),
        if guarded { guard_until } else { 0 }.into(),
        entry.key.as_str().into(),
    ];
    run(store, statement, &parameters)
}

/// How many entries are not written, and how often in a row writing one of them has failed.
pub(super) fn pending(store: &dyn Store) -> Result<(u64, u64), StoreError> {
    let statement =
        format!("SELECT count(*), coalesce(max(failures), 0) FROM publication WHERE {WAITING} AND {PENDING}");
    Ok(row(store, &statement, &[])?.unwrap_or_default())
}
