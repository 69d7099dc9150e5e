//! An account's rows, read all at once and written where they changed.

use std::collections::{BTreeMap, BTreeSet};

use super::super::row::{OutboxItem, Outcome, Row, record_row, stored_record};
use super::record::{Approval, Family, Kept, Session, Status, UsedAssertion};
use crate::revocation::Revocation;
use crate::vocabulary::{ClientId, GrantId, SessionId, UnixTime};

const STATUS: &str = "account";

/// Everything that an account remembers.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) status: Status,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) families: BTreeMap<GrantId, Family>,
    /// By `{kind}/{id}`.
    pub(super) revoked: BTreeMap<String, Revocation>,
    /// By the row's whole key, which names the revocation in full: a confirmation of an earlier one must not take a later
    /// one along.
    pub(super) outbox: BTreeMap<String, Revocation>,
    /// By the hash of the assertion's `jti`, which is as long as its client likes.
    pub(super) assertions: BTreeMap<String, UsedAssertion>,
    pub(super) approvals: BTreeMap<ClientId, Approval>,
    pub(super) kept: Vec<Kept>,
}

/// `{kind}/{id}`.
pub(super) fn revocation_name(revocation: &Revocation) -> String {
    format!("{}/{}", revocation.kind.as_str(), revocation.id)
}

fn outbox_key(revocation: &Revocation) -> String {
    let Revocation { not_before, until, .. } = revocation;
    format!("outbox/{}/{not_before}/{until}", revocation_name(revocation))
}

impl Ledger {
    /// Reads the rows; nothing if one of them is newer than this code, or broken.
    pub(super) fn read(rows: &[Row]) -> Option<Self> {
        let mut ledger = Self::default();
        for row in rows {
            ledger.take_in(row)?;
        }
        Some(ledger)
    }

    /// Nothing of it may be used again, or be seen.
    pub(super) fn forget_what_began_before(&mut self, moment: UnixTime) {
        self.sessions.retain(|_, session| session.facts.started_at >= moment);
        self.families.retain(|_, family| family.started_at >= moment);
        self.kept.retain(|kept| kept.kept_at >= moment);
    }

    fn take_in(&mut self, row: &Row) -> Option<()> {
        let kind = row.key.split_once('/').map_or(row.key.as_str(), |(kind, _)| kind);
        match kind {
            STATUS => self.status = stored_record(&row.value)?,
            "session" => {
                let session: Session = stored_record(&row.value)?;
                self.sessions.insert(session.facts.sid.clone(), session);
            }
            "grant" => {
                let family: Family = stored_record(&row.value)?;
                self.families.insert(family.gid.clone(), family);
            }
            "revoked" => {
                let revocation: Revocation = stored_record(&row.value)?;
                self.revoked.insert(revocation_name(&revocation), revocation);
            }
            "outbox" => self.queue(stored_record(&row.value)?),
            "assertion" => {
                let assertion: UsedAssertion = stored_record(&row.value)?;
                self.assertions.insert(assertion.jti.to_string(), assertion);
            }
            "approval" => {
                let approval: Approval = stored_record(&row.value)?;
                self.approvals.insert(approval.client_id.clone(), approval);
            }
            "kept" => self.kept.push(stored_record(&row.value)?),
            _ => return None,
        }
        Some(())
    }

    /// Has a revocation delivered to the Directory.
    pub(super) fn queue(&mut self, revocation: Revocation) {
        self.outbox.insert(outbox_key(&revocation), revocation);
    }

    fn rows(&self) -> Option<Vec<Row>> {
        let mut rows = Vec::new();
        if self.status != Status::default() {
            rows.push(record_row(STATUS.to_owned(), &self.status)?);
        }
        for (sid, session) in &self.sessions {
            rows.push(record_row(format!("session/{sid}"), session)?);
        }
        for (gid, family) in &self.families {
            rows.push(record_row(format!("grant/{gid}"), family)?);
        }
        for (name, revocation) in &self.revoked {
            rows.push(record_row(format!("revoked/{name}"), revocation)?);
        }
        for (key, revocation) in &self.outbox {
            rows.push(record_row(key.clone(), revocation)?);
        }
        for (jti, assertion) in &self.assertions {
            rows.push(record_row(format!("assertion/{jti}"), assertion)?);
        }
        for (client_id, approval) in &self.approvals {
            rows.push(record_row(format!("approval/{client_id}"), approval)?);
        }
        for kept in &self.kept {
            rows.push(record_row(format!("kept/{}", kept.name), kept)?);
        }
        Some(rows)
    }

    /// What to store after a turn that began with the rows `before`.
    pub(super) fn outcome(&self, before: &[Row], reply: String) -> Option<Outcome> {
        let stored: BTreeMap<&str, &str> =
            before.iter().map(|row| (row.key.as_str(), row.value.as_str())).collect();
        let after = self.rows()?;
        let kept: BTreeSet<&str> = after.iter().map(|row| row.key.as_str()).collect();
        let delete = stored.keys().filter(|key| !kept.contains(*key)).map(|key| (*key).to_owned()).collect();
        let changed = |row: &&Row| stored.get(row.key.as_str()) != Some(&row.value.as_str());
        Some(Outcome {
            reply,
            put: after.iter().filter(changed).cloned().collect(),
            delete,
            alarm: self.next_expiry().map(UnixTime::seconds),
            outbox: self
                .outbox
                .iter()
                .map(|(key, revocation)| OutboxItem { key: key.clone(), revocation: revocation.clone() })
                .collect(),
            ..Outcome::default()
        })
    }

    /// Erases the sealed copies of leaves whose window for a retry is over.
    pub(super) fn erase_closed_windows(&mut self, now: UnixTime) {
        for family in self.families.values_mut() {
            family.predecessor.take_if(|predecessor| !predecessor.window_is_open(now));
        }
    }

    /// Deletes what has expired. Once or twice, early or late: every reader checks expiry itself.
    pub(super) fn forget_expired(&mut self, now: UnixTime) {
        self.sessions.retain(|_, session| session.is_live(now));
        self.families.retain(|_, family| family.is_live(now));
        self.revoked.retain(|_, revocation| revocation.until > now.seconds());
        self.outbox.retain(|_, revocation| revocation.until > now.seconds());
        self.assertions.retain(|_, assertion| assertion.expires_at > now);
        self.kept.retain(|kept| kept.is_live(now));
        if self.sessions.is_empty() && self.families.is_empty() {
            self.status.longest_access_token = 0;
        }
    }

    fn next_expiry(&self) -> Option<UnixTime> {
        let windows = self.families.values().filter_map(|family| family.predecessor.as_ref());
        self.sessions
            .values()
            .map(|session| session.facts.expires_at)
            .chain(self.families.values().map(|family| family.leaf.expires_at))
            .chain(windows.map(super::record::Predecessor::closes_at))
            .chain(self.revoked.values().map(|revocation| UnixTime::from_seconds(revocation.until)))
            .chain(self.outbox.values().map(|revocation| UnixTime::from_seconds(revocation.until)))
            .chain(self.assertions.values().map(|assertion| assertion.expires_at))
            .chain(self.kept.iter().map(|kept| kept.expires_at))
            .min()
    }
}
