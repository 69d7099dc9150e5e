//! Refresh token families: one live leaf each, rotated on every use, within a bound that only ever comes nearer.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::super::reply::{AccountRefusal, AccountReply, GrantFacts, SessionFacts};
use super::super::request::{NewGrant, Rotation};
use super::super::token_text::TokenText;
use super::Turn;
use super::ledger::Ledger;
use super::record::{Family, Leaf, Predecessor};
use super::revocations::Reach;
use crate::revocation::RevocationKind;
use crate::sealing::{open_under_token, seal_under_token};
use crate::vocabulary::{ClientId, GrantId, Scope, SecretHash, SessionId, UnixTime};

const MOST_LIVE_FAMILIES: usize = 200;
/// Of one client, so that none takes the room of others.
const MOST_LIVE_FAMILIES_OF_A_CLIENT: usize = 50;

/// Which token of a family was presented.
enum Presented {
    Leaf,
    /// The leaf that its rotation gave, still unused and inside the window.
    Predecessor(TokenText),
}

impl Turn {
    /// Whether a grant can be recorded: its name is free and its refresh token would live.
    pub(super) fn check_grant(
        &self,
        ledger: &Ledger,
        grant: Option<&NewGrant>,
    ) -> Result<(), AccountRefusal> {
        let Some(grant) = grant else {
            return Ok(());
        };
        let revoked = self.revocation(ledger, RevocationKind::Grant, grant.gid.as_str()).is_some();
        if revoked || ledger.families.contains_key(&grant.gid) {
            return Err(AccountRefusal::GrantRevoked);
        }
        match &grant.refresh {
            Some(family) if family.refresh_token_lifetime.min(family.maximum_rotation) == 0 => {
                Err(AccountRefusal::RefreshTokenExpired)
            }
            _ => Ok(()),
        }
    }

    /// Records a grant that [`check_grant`](Self::check_grant) passed.
    pub(super) fn record_grant(
        &self,
        ledger: &mut Ledger,
        session: &SessionFacts,
        grant: NewGrant,
    ) -> GrantFacts {
        self.remember_lifetime(ledger);
        let NewGrant { gid, client_id, resource, scope, refresh } = grant;
        let Some(refresh) = refresh else {
            return GrantFacts { gid, refresh_token_expires_at: None };
        };
        self.make_room_for_family(ledger, &client_id);
        let rotates_until = self.now.plus(refresh.maximum_rotation);
        let expires_at = self.now.plus(refresh.refresh_token_lifetime).min(rotates_until);
        let family = Family {
            gid: gid.clone(),
            client_id,
            resource,
            scope,
            session: session.clone(),
            started_at: self.now,
            rotates_until,
            leaf: Leaf { hash: refresh.token, issued_at: self.now, expires_at },
            predecessor: None,
            key_thumbprint: refresh.key_thumbprint,
        };
        ledger.families.insert(gid.clone(), family);
        GrantFacts { gid, refresh_token_expires_at: Some(expires_at) }
    }

    /// The oldest family goes, of this client first. It is no revocation: nobody has to hear of it, and its access tokens
    /// live their time.
    fn make_room_for_family(&self, ledger: &mut Ledger, client_id: &ClientId) {
        let live = || ledger.families.values().filter(|family| family.is_live(self.now));
        let own = || live().filter(|family| family.client_id == *client_id);
        let oldest = if own().count() >= MOST_LIVE_FAMILIES_OF_A_CLIENT {
            own().min_by_key(|family| family.started_at)
        } else if live().count() >= MOST_LIVE_FAMILIES {
            live().min_by_key(|family| family.started_at)
        } else {
            None
        };
        if let Some(gid) = oldest.map(|family| family.gid.clone()) {
            ledger.families.remove(&gid);
        }
    }

    /// Every check stands before the one write, and a stranger is refused before theft is considered.
    pub(super) fn rotate(
        &self,
        ledger: &mut Ledger,
        rotation: &Rotation,
    ) -> Result<AccountReply, AccountRefusal> {
        Self::require_active(ledger)?;
        let Some(family) = ledger.families.get(&rotation.gid) else {
            let ended = self.revocation(ledger, RevocationKind::Grant, rotation.gid.as_str()).is_some();
            return Err(if ended { AccountRefusal::FamilyEnded } else { AccountRefusal::FamilyUnknown });
        };
        if family.client_id != rotation.client_id {
            return Err(AccountRefusal::WrongClient);
        }
        if family.resource != rotation.resource {
            return Err(AccountRefusal::WrongResource);
        }
        if family.key_thumbprint.is_some() && family.key_thumbprint != rotation.key_thumbprint {
            return Err(AccountRefusal::WrongKey);
        }
        if family.started_at < rotation.not_before {
            self.revoke_grant(ledger, &rotation.gid);
            return Err(AccountRefusal::FamilyEnded);
        }
        let presented = match presented(family, &rotation.presented) {
            Err(AccountRefusal::RefreshTokenReused) => {
                self.revoke_grant(ledger, &rotation.gid);
                return Err(AccountRefusal::RefreshTokenReused);
            }
            other => other?,
        };
        let rotates_until = family.rotates_until.min(family.started_at.plus(rotation.maximum_rotation));
        if !family.is_live(self.now) || rotates_until <= self.now {
            return Err(AccountRefusal::RefreshTokenExpired);
        }
        let scope = narrowed_scope(&family.scope, rotation)?;
        // OpenID Connect Core section 12.2: `auth_time` stays that of the grant, even if the user has authenticated since.
        let mut session = family.session.clone();
        if let Some(known) = ledger.sessions.get(&session.sid) {
            session.expires_at = known.facts.expires_at;
        }
        match presented {
            Presented::Predecessor(leaf) => {
                let expires_at = family.leaf.expires_at;
                self.remember_lifetime(ledger);
                Ok(AccountReply::Rotated { token: leaf, expires_at, scope, retried: true, session })
            }
            Presented::Leaf => {
                self.remember_lifetime(ledger);
                let expires_at = self.succeed(ledger, rotation, rotates_until)?;
                let token = rotation.successor.clone();
                Ok(AccountReply::Rotated { token, expires_at, scope, retried: false, session })
            }
        }
    }

    /// Puts the successor in the leaf's place and answers when it expires.
    fn succeed(
        &self,
        ledger: &mut Ledger,
        rotation: &Rotation,
        rotates_until: UnixTime,
    ) -> Result<UnixTime, AccountRefusal> {
        let expires_at = self.now.plus(rotation.refresh_token_lifetime).min(rotates_until);
        if expires_at <= self.now {
            return Err(AccountRefusal::RefreshTokenExpired);
        }
        let successor = rotation.successor.as_str();
        let sealed =
            seal_under_token(rotation.presented.as_str(), rotation.gid.as_str(), successor.as_bytes())
                .ok_or(AccountRefusal::RequestUnreadable)?;
        let family = ledger.families.get_mut(&rotation.gid).ok_or(AccountRefusal::FamilyUnknown)?;
        let leaf = Leaf { hash: SecretHash::of(successor), issued_at: self.now, expires_at };
        let used = std::mem::replace(&mut family.leaf, leaf);
        family.rotates_until = rotates_until;
        family.predecessor = Some(Predecessor {
            hash: used.hash,
            sealed_leaf: Base64UrlUnpadded::encode_string(&sealed),
            rotated_at: self.now,
            grace: rotation.grace,
        });
        Ok(expires_at)
    }

    pub(super) fn describe_refresh_token(
        &self,
        ledger: &Ledger,
        gid: &GrantId,
        token: &SecretHash,
    ) -> AccountReply {
        let family = ledger.families.get(gid).filter(|family| {
            family.is_live(self.now) && family.leaf.hash == *token && !ledger.status.is_suspended()
        });
        AccountReply::RefreshToken {
            active: family.is_some(),
            client_id: family.map(|family| family.client_id.clone()),
            resource: family.map(|family| family.resource.clone()),
            scope: family.map(|family| family.scope.clone()),
            expires_at: family.map(|family| family.leaf.expires_at),
            issued_at: family.map(|family| family.leaf.issued_at),
            sid: family.map(|family| family.session.sid.clone()),
        }
    }

    /// Revokes a grant, and remembers it even if it is not known yet: the code may be replayed before it is recorded.
    pub(super) fn revoke_grant(&self, ledger: &mut Ledger, gid: &GrantId) {
        ledger.families.remove(gid);
        self.revoke(ledger, RevocationKind::Grant, gid.as_str(), Reach::Published);
    }

    pub(super) fn revoke_family_of(&self, ledger: &mut Ledger, gid: &GrantId, client_id: &ClientId) {
        if ledger.families.get(gid).is_some_and(|family| family.client_id == *client_id) {
            self.revoke_grant(ledger, gid);
        }
    }

    /// Revokes the families of a session, whose own revocation covers them at the gate, and answers whom they served.
    pub(super) fn revoke_families_of(&self, ledger: &mut Ledger, sid: &SessionId) -> Vec<ClientId> {
        let families: Vec<(GrantId, ClientId)> = ledger
            .families
            .values()
            .filter(|family| family.session.sid == *sid)
            .map(|family| (family.gid.clone(), family.client_id.clone()))
            .collect();
        for (gid, _) in &families {
            ledger.families.remove(gid);
            self.revoke(ledger, RevocationKind::Grant, gid.as_str(), Reach::Remembered);
        }
        families.into_iter().map(|(_, client_id)| client_id).collect()
    }
}

fn presented(family: &Family, token: &TokenText) -> Result<Presented, AccountRefusal> {
    let hash = SecretHash::of(token.as_str());
    if hash == family.leaf.hash {
        return Ok(Presented::Leaf);
    }
    // One whose window is over was erased when the rows were read.
    let predecessor = family
        .predecessor
        .as_ref()
        .filter(|predecessor| predecessor.hash == hash)
        .ok_or(AccountRefusal::RefreshTokenReused)?;
    opened_leaf(family, predecessor, token)
        .map(Presented::Predecessor)
        .ok_or(AccountRefusal::RecordUnreadable)
}

/// The leaf, opened with its predecessor.
fn opened_leaf(family: &Family, predecessor: &Predecessor, token: &TokenText) -> Option<TokenText> {
    let sealed = Base64UrlUnpadded::decode_vec(&predecessor.sealed_leaf).ok()?;
    let opened = open_under_token(token.as_str(), family.gid.as_str(), &sealed)?;
    let leaf = TokenText::from(std::str::from_utf8(&opened).ok()?);
    (SecretHash::of(leaf.as_str()) == family.leaf.hash).then_some(leaf)
}

/// What the access token may carry: of the family's scope, what was asked for and can be granted today.
fn narrowed_scope(held: &Scope, rotation: &Rotation) -> Result<Scope, AccountRefusal> {
    let wanted = rotation.requested.as_ref().unwrap_or(held);
    if !held.covers(wanted) {
        return Err(AccountRefusal::ScopeWidened);
    }
    let scope =
        held.narrowed(|token| wanted.contains(token.as_str()) && rotation.grantable.contains(token.as_str()));
    if scope.is_empty() && !held.is_empty() { Err(AccountRefusal::NoScopeLeft) } else { Ok(scope) }
}
