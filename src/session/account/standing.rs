//! Suspension: by management, or by the published record that a request brings along.

use super::super::reply::{AccountRefusal, EndedSession};
use super::Turn;
use super::ledger::Ledger;
use super::revocations::Reach;
use crate::revocation::RevocationKind;

impl Turn {
    /// Takes the newest known standing in, and ends everything if it suspends.
    pub(super) fn heed_standing(&self, ledger: &mut Ledger) -> Vec<EndedSession> {
        let Some(standing) = self.standing.filter(|shown| shown.version >= ledger.status.version) else {
            return Vec::new();
        };
        let was_suspended = ledger.status.is_suspended();
        // Of the version that is known already, an active record is no news.
        let known = standing.version == ledger.status.version && ledger.status.suspended_by_record;
        ledger.status.version = standing.version;
        ledger.status.suspended_by_record = standing.suspended || known;
        self.end_if_suspended(ledger, was_suspended)
    }

    /// Suspends until [`reinstate`](Self::reinstate), and ends everything.
    pub(super) fn suspend(&self, ledger: &mut Ledger) -> Vec<EndedSession> {
        let was_suspended = ledger.status.is_suspended();
        ledger.status.suspended_by_management = true;
        self.end_if_suspended(ledger, was_suspended)
    }

    /// Lifts a suspension by management.
    ///
    /// # Errors
    /// [`AccountRefusal::Suspended`] where the published record suspends, which only another record lifts.
    pub(super) fn reinstate(ledger: &mut Ledger) -> Result<(), AccountRefusal> {
        if ledger.status.suspended_by_record {
            return Err(AccountRefusal::Suspended);
        }
        ledger.status.suspended_by_management = false;
        Ok(())
    }

    /// Remembers how long a token that is about to be issued may live, for when it has to be taken back.
    pub(super) fn remember_lifetime(&self, ledger: &mut Ledger) {
        let longest = &mut ledger.status.longest_access_token;
        *longest = (*longest).max(self.longest_access_token);
    }

    /// Ends every session, revokes every family, and kills what was issued until now.
    fn end_if_suspended(&self, ledger: &mut Ledger, was_suspended: bool) -> Vec<EndedSession> {
        if was_suspended || !ledger.status.is_suspended() {
            return Vec::new();
        }
        // The subject's revocation covers all of them at the gate.
        let ended = self.end_sessions(ledger, Reach::Remembered);
        self.revoke(ledger, RevocationKind::Subject, &self.subject, Reach::Published);
        ended
    }

    /// Refuses a subject that may have nothing.
    pub(super) fn require_active(ledger: &Ledger) -> Result<(), AccountRefusal> {
        if ledger.status.is_suspended() { Err(AccountRefusal::Suspended) } else { Ok(()) }
    }
}
