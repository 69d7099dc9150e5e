//! Sessions: 14 days from the last authentication, and ended with all that hangs on them.

use std::collections::BTreeSet;

use super::super::reply::{AccountRefusal, AccountReply, EndedSession, SessionFacts};
use super::super::request::{NewGrant, NewSession, Style};
use super::Turn;
use super::ledger::Ledger;
use super::record::Session;
use super::revocations::Reach;
use crate::revocation::RevocationKind;
use crate::vocabulary::{Lifetime, SecretHash, SessionId, UnixTime};

const MOST_LIVE_SESSIONS: usize = 100;

/// The command `resume`.
pub(super) struct Resumption {
    pub(super) sid: SessionId,
    pub(super) secret: SecretHash,
    pub(super) style: Style,
    pub(super) max_age: Option<u64>,
    pub(super) reauthenticated: Option<Vec<String>>,
    pub(super) replacement: Option<SecretHash>,
    pub(super) grant: Option<NewGrant>,
}

impl Turn {
    pub(super) fn begin(
        &self,
        ledger: &mut Ledger,
        session: NewSession,
        grant: Option<NewGrant>,
    ) -> Result<AccountReply, AccountRefusal> {
        Self::require_active(ledger)?;
        let NewSession { sid, secret, style, client_id, application, amr } = session;
        let ended = self.revocation(ledger, RevocationKind::Session, sid.as_str()).is_some();
        if ended || ledger.sessions.contains_key(&sid) {
            return Err(AccountRefusal::SessionUnknown);
        }
        self.check_grant(ledger, grant.as_ref())?;
        self.make_room(ledger);
        let facts = SessionFacts {
            sid: sid.clone(),
            style,
            client_id,
            application,
            started_at: self.now,
            authenticated_at: self.now,
            expires_at: self.session_expiry(),
            amr,
        };
        ledger.sessions.insert(sid.clone(), Session { facts, secret, client_ids: Vec::new() });
        self.answer_with(ledger, &sid, grant)
    }

    pub(super) fn resume(
        &self,
        ledger: &mut Ledger,
        resumption: Resumption,
    ) -> Result<AccountReply, AccountRefusal> {
        Self::require_active(ledger)?;
        let Resumption { sid, secret, style, max_age, reauthenticated, replacement, grant } = resumption;
        let session = owned_session(ledger, &sid, &secret, style)?;
        self.require_live(session)?;
        let age = self.now.since(session.facts.authenticated_at);
        if reauthenticated.is_none() && max_age.is_some_and(|most| age > most) {
            return Err(AccountRefusal::ReauthenticationNeeded);
        }
        self.check_grant(ledger, grant.as_ref())?;
        let session = ledger.sessions.get_mut(&sid).ok_or(AccountRefusal::SessionUnknown)?;
        session.facts.expires_at = self.session_expiry();
        if let Some(amr) = reauthenticated {
            session.facts.authenticated_at = self.now;
            session.facts.amr = amr;
        }
        if let Some(replacement) = replacement {
            session.secret = replacement;
        }
        self.answer_with(ledger, &sid, grant)
    }

    pub(super) fn grant(
        &self,
        ledger: &mut Ledger,
        sid: &SessionId,
        style: Style,
        grant: NewGrant,
    ) -> Result<AccountReply, AccountRefusal> {
        Self::require_active(ledger)?;
        let session = ledger.sessions.get(sid).filter(|session| session.facts.style == style);
        self.require_live(session.ok_or(AccountRefusal::SessionUnknown)?)?;
        self.check_grant(ledger, Some(&grant))?;
        self.answer_with(ledger, sid, Some(grant))
    }

    pub(super) fn sessions(&self, ledger: &Ledger) -> AccountReply {
        let live = ledger.sessions.values().filter(|session| session.is_live(self.now));
        let mut sessions: Vec<SessionFacts> = live.map(|session| session.facts.clone()).collect();
        sessions.sort_by_key(|facts| facts.started_at);
        AccountReply::Sessions { sessions }
    }

    pub(super) fn logout(
        &self,
        ledger: &mut Ledger,
        sid: &SessionId,
        secret: &SecretHash,
        style: Style,
    ) -> Result<AccountReply, AccountRefusal> {
        owned_session(ledger, sid, secret, style)?;
        Ok(self.end_session(ledger, sid))
    }

    pub(super) fn end_session(&self, ledger: &mut Ledger, sid: &SessionId) -> AccountReply {
        match self.end(ledger, sid, Reach::Published) {
            Some(ended) => AccountReply::Ended { sessions: vec![ended] },
            None => AccountReply::Done {},
        }
    }

    pub(super) fn end_all_sessions(&self, ledger: &mut Ledger) -> Vec<EndedSession> {
        self.end_sessions(ledger, Reach::Published)
    }

    /// Ends every session, those too that have expired and left families behind.
    pub(super) fn end_sessions(&self, ledger: &mut Ledger, reach: Reach) -> Vec<EndedSession> {
        let with_families = ledger.families.values().map(|family| &family.session.sid);
        let all: BTreeSet<SessionId> = ledger.sessions.keys().chain(with_families).cloned().collect();
        // Of a session that is long forgotten, too.
        ledger.kept.clear();
        all.iter().filter_map(|sid| self.end(ledger, sid, reach)).collect()
    }

    fn end(&self, ledger: &mut Ledger, sid: &SessionId, reach: Reach) -> Option<EndedSession> {
        ledger.kept.retain(|kept| kept.sid != *sid);
        let session = ledger.sessions.remove(sid);
        let families = self.revoke_families_of(ledger, sid);
        if session.is_none() && families.is_empty() {
            return None;
        }
        self.revoke(ledger, RevocationKind::Session, sid.as_str(), reach);
        let mut client_ids = session.map(|session| session.client_ids).unwrap_or_default();
        for client_id in families {
            if !client_ids.contains(&client_id) {
                client_ids.push(client_id);
            }
        }
        Some(EndedSession { sid: sid.clone(), client_ids })
    }

    /// Ends the session that expires first where there are as many as there may be.
    fn make_room(&self, ledger: &mut Ledger) {
        let live = || ledger.sessions.values().filter(|session| session.is_live(self.now));
        if live().count() < MOST_LIVE_SESSIONS {
            return;
        }
        let first = live().min_by_key(|session| (session.facts.expires_at, session.facts.started_at));
        if let Some(sid) = first.map(|session| session.facts.sid.clone()) {
            self.end(ledger, &sid, Reach::Published);
        }
    }

    fn session_expiry(&self) -> UnixTime {
        self.now.plus(Lifetime::SESSION.seconds())
    }

    fn require_live(&self, session: &Session) -> Result<(), AccountRefusal> {
        if session.is_live(self.now) { Ok(()) } else { Err(AccountRefusal::SessionExpired) }
    }

    /// Records a grant that was checked, and tells of both.
    fn answer_with(
        &self,
        ledger: &mut Ledger,
        sid: &SessionId,
        grant: Option<NewGrant>,
    ) -> Result<AccountReply, AccountRefusal> {
        let session = ledger.sessions.get_mut(sid).ok_or(AccountRefusal::SessionUnknown)?;
        if let Some(client_id) = grant.as_ref().map(|grant| &grant.client_id)
            && !session.client_ids.contains(client_id)
        {
            session.client_ids.push(client_id.clone());
        }
        let facts = session.facts.clone();
        let grant = grant.map(|grant| self.record_grant(ledger, &facts, grant));
        Ok(AccountReply::Session { session: facts, grant })
    }
}

/// The session, for whoever has its secret and speaks its style. One refusal for all else, so that nothing is learnt.
fn owned_session<'a>(
    ledger: &'a Ledger,
    sid: &SessionId,
    secret: &SecretHash,
    style: Style,
) -> Result<&'a Session, AccountRefusal> {
    ledger
        .sessions
        .get(sid)
        .filter(|session| session.secret == *secret && session.facts.style == style)
        .ok_or(AccountRefusal::SessionUnknown)
}
