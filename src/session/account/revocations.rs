//! What was taken back before it expired.

use super::super::reply::{AccountRefusal, AccountReply};
use super::Turn;
use super::ledger::{Ledger, revocation_name};
use super::record::UsedAssertion;
use crate::revocation::{Revocation, RevocationKind};
use crate::vocabulary::{GrantId, SecretHash, SessionId, UnixTime};

/// Who hears of a revocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The Directory, and through it every gate.
    Published,
    /// This account only: gates hear of it under a wider name, that of the session or of the subject.
    Remembered,
}

impl Turn {
    /// Takes back everything of that name, as of now.
    pub(super) fn revoke(&self, ledger: &mut Ledger, kind: RevocationKind, id: &str, reach: Reach) {
        // A token issued by newer settings than those of whoever asks may live longer than that one knows.
        let until = self.until.max(self.now.plus(ledger.status.longest_access_token));
        self.revoke_until(ledger, kind, id.to_owned(), until, reach);
    }

    fn revoke_until(
        &self,
        ledger: &mut Ledger,
        kind: RevocationKind,
        id: String,
        until: UnixTime,
        reach: Reach,
    ) {
        let not_before = match kind {
            // Names that are never given again: not even a token whose issuer's clock runs ahead is good.
            RevocationKind::Token | RevocationKind::Grant | RevocationKind::Session => until,
            RevocationKind::Subject | RevocationKind::Client => self.now,
        };
        let mut revocation =
            Revocation { kind, id, not_before: not_before.seconds(), until: until.seconds() };
        let name = revocation_name(&revocation);
        if let Some(known) = ledger.revoked.get(&name).filter(|known| self.is_remembered(known)) {
            if known.not_before == known.until {
                return;
            }
            revocation.not_before = revocation.not_before.max(known.not_before);
            revocation.until = revocation.until.max(known.until);
            if revocation == *known {
                return;
            }
        }
        if reach == Reach::Published {
            ledger.queue(revocation.clone());
        }
        ledger.revoked.insert(name, revocation);
    }

    fn is_remembered(&self, revocation: &Revocation) -> bool {
        revocation.until > self.now.seconds()
    }

    /// The revocation of that name, unless it is over.
    pub(super) fn revocation<'a>(
        &self,
        ledger: &'a Ledger,
        kind: RevocationKind,
        id: &str,
    ) -> Option<&'a Revocation> {
        let name = format!("{}/{id}", kind.as_str());
        ledger.revoked.get(&name).filter(|revocation| self.is_remembered(revocation))
    }

    pub(super) fn revoke_access_token(&self, ledger: &mut Ledger, jti: String, until: UnixTime) {
        if until > self.now {
            self.revoke_until(ledger, RevocationKind::Token, jti, until, Reach::Published);
        }
    }

    pub(super) fn revoke_client(&self, ledger: &mut Ledger) {
        self.revoke(ledger, RevocationKind::Client, &self.subject, Reach::Published);
    }

    pub(super) fn is_live(
        &self,
        ledger: &Ledger,
        sid: Option<&SessionId>,
        gid: Option<&GrantId>,
        jti: &str,
        issued_at: UnixTime,
    ) -> bool {
        let names = [
            Some((RevocationKind::Token, jti)),
            sid.map(|sid| (RevocationKind::Session, sid.as_str())),
            gid.map(|gid| (RevocationKind::Grant, gid.as_str())),
            Some((RevocationKind::Subject, self.subject.as_str())),
            Some((RevocationKind::Client, self.subject.as_str())),
        ];
        let dead = |(kind, id): (RevocationKind, &str)| {
            self.revocation(ledger, kind, id)
                .is_some_and(|revocation| issued_at.seconds() <= revocation.not_before)
        };
        !ledger.status.is_suspended() && !names.into_iter().flatten().any(dead)
    }

    pub(super) fn use_assertion(
        &self,
        ledger: &mut Ledger,
        jti: &str,
        expires_at: UnixTime,
    ) -> Result<AccountReply, AccountRefusal> {
        Self::require_active(ledger)?;
        let jti = SecretHash::of(jti);
        let key = jti.to_string();
        let used = ledger.assertions.get(&key).is_some_and(|used| used.expires_at > self.now);
        // One that is over already could not be remembered, so it could be used again and again.
        if used || expires_at <= self.now {
            return Err(AccountRefusal::AssertionReused);
        }
        ledger.assertions.insert(key, UsedAssertion { jti, expires_at });
        Ok(AccountReply::Done {})
    }
}
