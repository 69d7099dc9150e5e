//! What is revoked in a tenant, on its way into the key-value store.
//!
//! One publication is under way at a time: first the shards that changed, then the head that names their versions. So
//! no older version overwrites a newer one, and no head names what is not there. A publication that fails, or of which
//! nothing more is heard, is repeated.

use serde::{Deserialize, Serialize};

use crate::revocation::{
    HEARTBEAT, Head, MAX_ENTRIES, Revocation, RevocationKind, SHARDS, Shard, head_key, shard_key,
};
use crate::session::Row;
use crate::vocabulary::{TenantId, UnixTime};

/// The schema version of the rows.
const FORM: u64 = 1;
const HEAD_ROW: &str = "publication";
const SHARD_ROW: &str = "revoked/";
/// The store takes one write a second for a key; two whole seconds are never less.
const BETWEEN_WRITES: u64 = 2;
/// After this time a publication of which nothing was heard is taken for lost; seconds.
const UNHEARD: u64 = 60;
/// A shard is written again after this time though nothing changed, should a write that was given up have overtaken a
/// later one; seconds.
const REWRITE_AFTER: u64 = 600;
const LONGEST_BACKOFF: u64 = 30;
const MAX_ID_LENGTH: usize = 128;

/// The rows are of a later version, or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// What is revoked, and how far its publication got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outbox {
    tenant: TenantId,
    publication: Publication,
    shards: [Stored; SHARDS],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Publication {
    v: u64,
    tenant_id: TenantId,
    /// When the last head that was written was made.
    published_at: u64,
    /// When the last publication was begun.
    attempted_at: u64,
    under_way: bool,
    /// Publications that failed since one succeeded.
    failures: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u64,
    /// Of what is here.
    version: u64,
    /// Of what is being written, or was last.
    begun: u64,
    /// Of what was written.
    written: u64,
    written_at: u64,
    /// Until when it hides more than it could list; 0 for a shard that lists all it has.
    full_until: u64,
    entries: Vec<(RevocationKind, String, u64, u64)>,
}

impl Outbox {
    /// Reads the rows; `None` of a directory that does not publish yet.
    pub(super) fn read(rows: &[Row]) -> Result<Option<Self>, Unreadable> {
        let Some(publication) = row::<Publication>(rows, HEAD_ROW)? else { return Ok(None) };
        if publication.v != FORM {
            return Err(Unreadable);
        }
        let mut shards: [Stored; SHARDS] = Default::default();
        for (index, shard) in shards.iter_mut().enumerate() {
            *shard = row(rows, &format!("{SHARD_ROW}{index}"))?.unwrap_or_default();
            if shard.version > 0 && shard.v != FORM {
                return Err(Unreadable);
            }
        }
        Ok(Some(Self { tenant: publication.tenant_id.clone(), publication, shards }))
    }

    pub(super) fn new(tenant: TenantId) -> Self {
        let publication = Publication {
            v: FORM,
            tenant_id: tenant.clone(),
            published_at: 0,
            attempted_at: 0,
            under_way: false,
            failures: 0,
        };
        Self { tenant, publication, shards: Default::default() }
    }

    /// Every row, as it should be stored.
    pub(super) fn rows(&self) -> Vec<Row> {
        let shards = self.shards.iter().enumerate().filter(|(_, shard)| shard.version > 0);
        let shards = shards.map(|(index, shard)| stored(format!("{SHARD_ROW}{index}"), shard));
        [stored(HEAD_ROW.to_owned(), &self.publication)].into_iter().chain(shards).collect()
    }

    pub(super) fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    pub(super) fn published_at(&self) -> u64 {
        self.publication.published_at
    }

    /// What is revoked at `now`, and which shards are full.
    pub(super) fn list(&self, now: UnixTime) -> (Vec<Revocation>, Vec<usize>) {
        let entries = self.shards.iter().flat_map(Stored::revocations);
        let shards = self.shards.iter().enumerate();
        let full = shards.filter(|(_, shard)| shard.full_until > 0).map(|(index, _)| index);
        (entries.filter(|entry| entry.until > now.seconds()).collect(), full.collect())
    }

    /// Accepts `revocation`; one that concerns no token that is alive at `now` is nothing to remember.
    pub(super) fn revoke(&mut self, revocation: Revocation, now: UnixTime) {
        let named = (1..=MAX_ID_LENGTH).contains(&revocation.id.len());
        if revocation.until <= now.seconds() || !named {
            return;
        }
        if let Some(shard) = self.shards.get_mut(revocation.shard()) {
            shard.accept(revocation, now);
        }
    }

    /// What was being published is written, as far as `keys` names it.
    pub(super) fn published(&mut self, keys: &[String]) {
        if !self.publication.under_way {
            return;
        }
        let at = self.publication.attempted_at;
        for (index, shard) in self.shards.iter_mut().enumerate() {
            if keys.contains(&shard_key(&self.tenant, index)) {
                shard.written = shard.begun;
                shard.written_at = at;
            }
        }
        self.publication.under_way = false;
        if keys.contains(&head_key(&self.tenant)) {
            self.publication.published_at = at;
            self.publication.failures = 0;
        }
    }

    /// What was being published is not written.
    pub(super) fn failed(&mut self) {
        if self.publication.under_way {
            self.publication.under_way = false;
            self.publication.failures = self.publication.failures.saturating_add(1);
        }
    }

    /// What to publish now, in this order, and when to ask again. `also` says that something else waits for it.
    pub(super) fn due(&mut self, now: UnixTime, also: bool) -> (Vec<Row>, u64) {
        let now = now.seconds();
        let attempted_at = self.publication.attempted_at;
        // A clock that went back must not silence the heartbeat.
        let since = now.checked_sub(attempted_at);
        if self.publication.under_way {
            if since.is_some_and(|since| since < UNHEARD) {
                return (Vec::new(), attempted_at.saturating_add(UNHEARD));
            }
            self.failed();
        }
        let wait = match self.publication.failures {
            0 if also || self.shards.iter().any(|shard| shard.version > shard.written) => BETWEEN_WRITES,
            0 => HEARTBEAT,
            failures => 2_u64.saturating_pow(failures).min(LONGEST_BACKOFF),
        };
        if since.is_some_and(|since| since < wait) {
            return (Vec::new(), attempted_at.saturating_add(wait));
        }
        self.publication.attempted_at = now;
        self.publication.under_way = true;
        (self.begin(now), now.saturating_add(UNHEARD))
    }

    fn begin(&mut self, now: u64) -> Vec<Row> {
        let mut entries = Vec::new();
        for (index, shard) in self.shards.iter_mut().enumerate() {
            let old = shard.version > 0 && shard.written_at.saturating_add(REWRITE_AFTER) <= now;
            if old {
                shard.forget(now);
            }
            if old || shard.version > shard.written {
                shard.begun = shard.version;
                let value = shard.published().text(&self.tenant, index);
                entries.push(Row { key: shard_key(&self.tenant, index), value });
            }
        }
        let versions = self.shards.each_ref().map(|shard| shard.version);
        let head = Head { published_at: UnixTime::from_seconds(now), versions };
        entries.push(Row { key: head_key(&self.tenant), value: head.text(&self.tenant) });
        entries
    }
}

impl Stored {
    fn accept(&mut self, revocation: Revocation, now: UnixTime) {
        let Revocation { kind, id, not_before, until } = revocation;
        let (not_before, until) =
            (UnixTime::from_seconds(not_before).seconds(), UnixTime::from_seconds(until).seconds());
        self.forget(now.seconds());
        // A full shard goes on listing what comes: once what it had to drop is over, it lists all it has again.
        match self.entries.iter_mut().find(|(own, known, ..)| *own == kind && *known == id) {
            Some((_, _, known, known_until)) if *known >= not_before && *known_until >= until => return,
            Some((_, _, known, known_until)) => {
                *known = (*known).max(not_before);
                *known_until = (*known_until).max(until);
            }
            None => self.entries.push((kind, id, not_before, until)),
        }
        if self.entries.len() > MAX_ENTRIES {
            let latest = self.entries.iter().map(|(.., until)| *until).max().unwrap_or(until);
            self.full_until = self.full_until.max(latest);
            self.entries.clear();
        }
        self.change(now.seconds());
    }

    /// Lets go of what concerns no token that is alive.
    fn forget(&mut self, now: u64) {
        let before = self.entries.len();
        self.entries.retain(|(.., until)| *until > now);
        let opens = self.full_until > 0 && self.full_until <= now;
        if opens {
            self.full_until = 0;
        }
        if opens || self.entries.len() < before {
            self.change(now);
        }
    }

    /// Versions follow the clock, so that a directory that lost its storage does not begin with old ones.
    fn change(&mut self, now: u64) {
        self.v = FORM;
        self.version = self.version.saturating_add(1).max(now);
    }

    fn published(&self) -> Shard {
        Shard { version: self.version, full: self.full_until > 0, entries: self.revocations().collect() }
    }

    fn revocations(&self) -> impl Iterator<Item = Revocation> {
        self.entries.iter().map(|(kind, id, not_before, until)| Revocation {
            kind: *kind,
            id: id.clone(),
            not_before: *not_before,
            until: *until,
        })
    }
}

fn row<T: for<'de> Deserialize<'de>>(rows: &[Row], key: &str) -> Result<Option<T>, Unreadable> {
    let Some(row) = rows.iter().find(|row| row.key == key) else { return Ok(None) };
    serde_json::from_str(&row.value).map(Some).map_err(|_| Unreadable)
}

/// A row of the directory.
pub(super) fn stored(key: String, value: &impl Serialize) -> Row {
    // Strings and numbers always have a JSON text.
    Row { key, value: serde_json::to_string(value).unwrap_or_default() }
}
