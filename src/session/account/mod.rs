//! The account of a user or a client: one pure transition.

mod consent;
mod families;
mod kept;
mod ledger;
mod record;
mod revocations;
mod sessions;
mod standing;

use super::reply::{AccountRefusal, AccountReply};
use super::request::{AccountCommand, AccountRequest};
use super::row::{Outcome, Row};
use crate::vocabulary::{SubjectId, UnixTime};
use ledger::Ledger;
use sessions::Resumption;

/// A revocation is remembered for at least this long, in seconds, so that a grant that is still on its way when it is
/// revoked does not arrive to find nothing.
const SHORTEST_MEMORY: u64 = 600;

/// One turn of an account: `request` is an [`AccountRequest`] as JSON, the reply an [`AccountReply`].
#[must_use]
pub fn account(rows: &[Row], request: &str, now: UnixTime) -> Outcome {
    let Ok(request) = serde_json::from_str::<AccountRequest>(request) else {
        return unreadable(AccountRefusal::RequestUnreadable);
    };
    let Some(mut ledger) = Ledger::read(rows) else {
        return unreadable(AccountRefusal::RecordUnreadable);
    };
    let Some(turn) = Turn::new(&request, now) else {
        return unreadable(AccountRefusal::RequestUnreadable);
    };
    ledger.erase_closed_windows(now);
    ledger.forget_what_began_before(request.not_before);
    let creates = creates_an_account(&request.command);
    let decision = turn.decide(&mut ledger, request.command);
    let refused = decision.is_err();
    let reply = text(&decision.unwrap_or_else(|reason| AccountReply::Refused { reason }));
    if rows.is_empty() && (refused || !creates) {
        return Outcome { reply, ..Outcome::default() };
    }
    ledger.outcome(rows, reply).unwrap_or_else(|| unreadable(AccountRefusal::RecordUnreadable))
}

fn text(reply: &AccountReply) -> String {
    serde_json::to_string(reply).unwrap_or_default()
}

fn unreadable(reason: AccountRefusal) -> Outcome {
    Outcome::unchanged(text(&AccountReply::Refused { reason }))
}

/// Whether a command may be the first that an account ever gets. Anything else about an unknown name must leave no
/// trace, or guesses would fill the storage.
fn creates_an_account(command: &AccountCommand) -> bool {
    match command {
        AccountCommand::Begin { .. }
        | AccountCommand::RevokeGrant { .. }
        | AccountCommand::RevokeAccessToken { .. }
        | AccountCommand::RevokeClient {}
        | AccountCommand::UseAssertion { .. }
        | AccountCommand::Suspend {}
        | AccountCommand::Approve { .. } => true,
        AccountCommand::Resume { .. }
        | AccountCommand::Grant { .. }
        | AccountCommand::Rotate(_)
        | AccountCommand::Sessions {}
        | AccountCommand::Logout { .. }
        | AccountCommand::EndSession { .. }
        | AccountCommand::EndAllSessions {}
        | AccountCommand::RevokeRefreshToken { .. }
        | AccountCommand::DescribeRefreshToken { .. }
        | AccountCommand::Check { .. }
        | AccountCommand::Reinstate {}
        | AccountCommand::Approvals { .. }
        | AccountCommand::Keep { .. }
        | AccountCommand::Recall { .. }
        | AccountCommand::Delivered { .. }
        | AccountCommand::Alarm {} => false,
    }
}

/// What one turn is given besides its command.
struct Turn {
    now: UnixTime,
    /// Until when a revocation of this turn is remembered.
    until: UnixTime,
    /// The longest life of an access token by the settings of whoever asks, in seconds.
    longest_access_token: u64,
    /// Whose account it is; empty for housekeeping only.
    subject: String,
    standing: Option<super::Standing>,
}

impl Turn {
    fn new(request: &AccountRequest, now: UnixTime) -> Option<Self> {
        let housekeeping =
            matches!(request.command, AccountCommand::Alarm {} | AccountCommand::Delivered { .. });
        if !housekeeping && SubjectId::parse(&request.subject).is_err() {
            return None;
        }
        Some(Self {
            now,
            until: now.plus(request.longest_access_token.max(SHORTEST_MEMORY)),
            longest_access_token: request.longest_access_token,
            subject: request.subject.clone(),
            standing: request.standing.filter(|_| !housekeeping),
        })
    }

    fn decide(&self, ledger: &mut Ledger, command: AccountCommand) -> Result<AccountReply, AccountRefusal> {
        let mut ended = self.heed_standing(ledger);
        match command {
            AccountCommand::Begin { session, grant } => self.begin(ledger, session, grant),
            AccountCommand::Resume { sid, secret, style, max_age, reauthenticated, replacement, grant } => {
                let resumption =
                    Resumption { sid, secret, style, max_age, reauthenticated, replacement, grant };
                self.resume(ledger, resumption)
            }
            AccountCommand::Grant { sid, style, grant } => self.grant(ledger, &sid, style, grant),
            AccountCommand::Rotate(rotation) => self.rotate(ledger, &rotation),
            AccountCommand::Sessions {} => Ok(self.sessions(ledger)),
            AccountCommand::Logout { sid, secret, style } => self.logout(ledger, &sid, &secret, style),
            AccountCommand::EndSession { sid } => Ok(self.end_session(ledger, &sid)),
            AccountCommand::EndAllSessions {} => {
                ended.extend(self.end_all_sessions(ledger));
                Ok(AccountReply::Ended { sessions: ended })
            }
            AccountCommand::RevokeGrant { gid } => {
                self.revoke_grant(ledger, &gid);
                Ok(AccountReply::Done {})
            }
            // Whichever token of the family it is, the leaf or one long used, it ends the family.
            AccountCommand::RevokeRefreshToken { gid, client_id, token: _ } => {
                self.revoke_family_of(ledger, &gid, &client_id);
                Ok(AccountReply::Done {})
            }
            AccountCommand::RevokeAccessToken { jti, until } => {
                self.revoke_access_token(ledger, jti, until);
                Ok(AccountReply::Done {})
            }
            AccountCommand::DescribeRefreshToken { gid, token } => {
                Ok(self.describe_refresh_token(ledger, &gid, &token))
            }
            AccountCommand::Check { sid, gid, jti, issued_at } => {
                let live = self.is_live(ledger, sid.as_ref(), gid.as_ref(), &jti, issued_at);
                Ok(AccountReply::Live { live })
            }
            AccountCommand::UseAssertion { jti, expires_at } => self.use_assertion(ledger, &jti, expires_at),
            AccountCommand::RevokeClient {} => {
                self.revoke_client(ledger);
                Ok(AccountReply::Done {})
            }
            AccountCommand::Suspend {} => {
                ended.extend(self.suspend(ledger));
                Ok(AccountReply::Ended { sessions: ended })
            }
            AccountCommand::Reinstate {} => {
                Self::reinstate(ledger)?;
                Ok(AccountReply::Done {})
            }
            AccountCommand::Approve { client_id, scopes } => self.approve(ledger, client_id, scopes),
            AccountCommand::Approvals { client_id } => Ok(self.approvals(ledger, &client_id)),
            AccountCommand::Keep { name, sid, sealed, expires_at } => {
                self.keep(ledger, name, sid, sealed, expires_at)
            }
            AccountCommand::Recall { name, release_after } => self.recall(ledger, &name, release_after),
            AccountCommand::Delivered { keys } => {
                keys.iter().for_each(|key| drop(ledger.outbox.remove(key)));
                Ok(AccountReply::Done {})
            }
            AccountCommand::Alarm {} => {
                ledger.forget_expired(self.now);
                Ok(AccountReply::Done {})
            }
        }
    }
}
