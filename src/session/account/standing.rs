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
        // Of the version that is known already, an active record is no news: the suspension came after it.
        let lifted = !standing.suspended && standing.version > ledger.status.version;
        ledger.status.version = standing.version;
        if lifted {
            ledger.status.suspended = false;
        }
        if standing.suspended { self.suspend(ledger) } else { Vec::new() }
    }

    /// Ends every session, revokes every family, and kills what was issued until now.
    pub(super) fn suspend(&self, ledger: &mut Ledger) -> Vec<EndedSession> {
        if ledger.status.suspended {
            return Vec::new();
        }
        ledger.status.suspended = true;
        // The subject's revocation covers all of them at the gate.
        let ended = self.end_sessions(ledger, Reach::Remembered);
        self.revoke(ledger, RevocationKind::Subject, &self.subject, Reach::Published);
        ended
    }

    /// Refuses a subject that may have nothing.
    pub(super) fn require_active(ledger: &Ledger) -> Result<(), AccountRefusal> {
        if ledger.status.suspended { Err(AccountRefusal::Suspended) } else { Ok(()) }
    }
}
