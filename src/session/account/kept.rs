//! What a gate leaves with its user's account because it fits into no cookie. It is sealed, and opens for the gate alone.

use super::super::reply::{AccountRefusal, AccountReply};
use super::Turn;
use super::ledger::Ledger;
use super::record::Kept;
use crate::vocabulary::{SecretHash, SessionId, UnixTime};

/// Every turn reads them, so there are few: those of several browsers, each with several resources beyond its cookies.
const MOST_KEPT: usize = 32;
/// An access token that a gate would read and a refresh token, sealed, in octets.
const MAX_SEALED: usize = 16 * 1_024;

impl Turn {
    pub(super) fn keep(
        &self,
        ledger: &mut Ledger,
        name: SecretHash,
        sid: SessionId,
        sealed: String,
        expires_at: UnixTime,
    ) -> Result<AccountReply, AccountRefusal> {
        Self::require_active(ledger)?;
        // A session that has ended would never take it along. So nobody's account begins with this either.
        let outlived = || ledger.families.values().any(|family| family.session.sid == sid);
        if !ledger.sessions.contains_key(&sid) && !outlived() {
            return Err(AccountRefusal::SessionUnknown);
        }
        if sealed.len() > MAX_SEALED {
            return Err(AccountRefusal::KeptTooLong);
        }
        if expires_at <= self.now {
            return Err(AccountRefusal::KeptUnknown);
        }
        ledger.kept.retain(|kept| kept.is_live(self.now) && kept.name != name);
        while ledger.kept.len() >= MOST_KEPT {
            let oldest = ledger.kept.iter().enumerate().min_by_key(|(_, kept)| kept.kept_at);
            let Some((index, _)) = oldest else { break };
            ledger.kept.swap_remove(index);
        }
        ledger.kept.push(Kept { name, sid, sealed, kept_at: self.now, expires_at });
        Ok(AccountReply::Done {})
    }

    pub(super) fn recall(
        &self,
        ledger: &mut Ledger,
        name: &SecretHash,
        release_after: Option<u64>,
    ) -> Result<AccountReply, AccountRefusal> {
        Self::require_active(ledger)?;
        let kept = ledger.kept.iter_mut().find(|kept| kept.name == *name && kept.is_live(self.now));
        let kept = kept.ok_or(AccountRefusal::KeptUnknown)?;
        let sealed = kept.sealed.clone();
        if let Some(seconds) = release_after {
            kept.expires_at = kept.expires_at.min(self.now.plus(seconds));
            ledger.kept.retain(|kept| kept.is_live(self.now));
        }
        Ok(AccountReply::Kept { sealed })
    }
}
