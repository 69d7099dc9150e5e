//! What the account of a user or client has to do once the directory has decided about them.

use crate::config::{User, UserStatus};
use crate::directory::{
    EntityKind, ManagementCommand, ManagementRefusal, ManagementReply, ManagementRequest,
};
use crate::host::Host;
use crate::session::{AccountCommand, AccountRefusal, AccountReply, Standing};
use crate::vocabulary::json::Json;
use crate::vocabulary::{ClientId, UserId};

use super::super::logout;
use super::super::refusal::Refusal;
use super::super::service::{Service, Subject};
use super::super::user_grant::refusal;

/// Whose account a command to the directory concerns.
pub(super) enum Concerned {
    Nobody,
    /// Whose status may change.
    Status(UserId),
    /// Who goes.
    User(UserId),
    /// What goes.
    Client(ClientId),
    /// Whoever a document changes or leaves out.
    Document,
}

impl Concerned {
    /// Has the accounts follow a document before the directory takes it: repeating an import that changes nothing any
    /// more could not make up for an account that did not answer. What is refused after that has ended sessions of users
    /// whom the document would have suspended, and nothing else.
    pub(super) async fn precede<H: Host>(
        &self,
        service: &Service<'_, H>,
        asked: &ManagementRequest,
    ) -> Result<(), Refusal> {
        let (Self::Document, ManagementCommand::Import { document, dry_run: false }) = (self, &asked.command)
        else {
            return Ok(());
        };
        let command = ManagementCommand::Import { document: document.clone(), dry_run: true };
        let plan = service.manage(&ManagementRequest { command, ..asked.clone() }).await?;
        let ManagementReply::Imported { changes, version } = plan else { return Ok(()) };
        for change in &changes {
            let status = |json: &Option<Json>| {
                json.as_ref().and_then(|json| json.text_of("status")).map(str::to_owned)
            };
            let (before, after) = (status(&change.before), status(&change.after));
            match (change.kind, UserId::parse(&change.id), ClientId::parse(&change.id)) {
                (EntityKind::User, Ok(user), _) if change.after.is_none() => {
                    gone(service, &user, version).await?
                }
                (EntityKind::User, Ok(user), _) if before.is_some() && before != after => {
                    let suspended = after.as_deref() == Some("suspended");
                    self::status(service, &user, Standing { version, suspended }).await?;
                }
                (EntityKind::Client, _, Ok(client)) if change.after.is_none() => {
                    perform(service, Subject::Client(&client), None, AccountCommand::RevokeClient {}).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Has the account follow, after the directory has answered `reply`.
    ///
    /// The directory comes first, because it may refuse, and what is refused must not end anybody's sessions. An account
    /// that does not answer then is made up for by repeating the request: so its part is done too where the directory
    /// finds that the user or client is gone already, or that the revision that the caller has seen is not the newest.
    pub(super) async fn follow<H: Host>(
        self,
        service: &Service<'_, H>,
        reply: &ManagementReply,
    ) -> Result<(), Refusal> {
        let refused = match reply {
            ManagementReply::Refused { refusal } => Some(refusal),
            _ => None,
        };
        let gone_already = matches!(refused, Some(ManagementRefusal::NotFound {}));
        match (self, reply) {
            (Self::Status(user), ManagementReply::Changed { entity, version }) => {
                let suspended = entity.value.member("status").and_then(Json::as_str) == Some("suspended");
                status(service, &user, Standing { version: *version, suspended }).await
            }
            (Self::Status(user), _) if matches!(refused, Some(ManagementRefusal::Stale { .. })) => {
                match recorded(service, &user).await? {
                    Some(standing) => status(service, &user, standing).await,
                    None => Ok(()),
                }
            }
            (Self::User(user), ManagementReply::Deleted { version }) => gone(service, &user, *version).await,
            (Self::User(user), _) if gone_already => {
                let command = ManagementCommand::Publication {};
                match service.manage(&service.management_request(command)).await? {
                    ManagementReply::Publication { version, .. } => gone(service, &user, version).await,
                    _ => Err(Refusal::StoredRecordUnreadable),
                }
            }
            (Self::Client(client), _) if refused.is_none() || gone_already => {
                perform(service, Subject::Client(&client), None, AccountCommand::RevokeClient {}).await
            }
            _ => Ok(()),
        }
    }
}

async fn status<H: Host>(service: &Service<'_, H>, user: &UserId, standing: Standing) -> Result<(), Refusal> {
    let command = if standing.suspended { AccountCommand::Suspend {} } else { AccountCommand::Reinstate {} };
    perform(service, Subject::User(user), Some(standing), command).await
}

/// Whoever is gone counts as suspended by the version without them: that revokes everything issued to them, and published
/// records of before, which may be read for a while, let nobody in. A later record of that name lifts it.
async fn gone<H: Host>(service: &Service<'_, H>, user: &UserId, version: u64) -> Result<(), Refusal> {
    let standing = Standing { version, suspended: true };
    perform(service, Subject::User(user), Some(standing), AccountCommand::EndAllSessions {}).await?;
    // What management decided about whoever is gone does not bind somebody who comes later under that name.
    perform(service, Subject::User(user), Some(standing), AccountCommand::Reinstate {}).await
}

/// What the directory says of a user now.
async fn recorded<H: Host>(service: &Service<'_, H>, user: &UserId) -> Result<Option<Standing>, Refusal> {
    let command = ManagementCommand::UserRecord { user_id: user.clone() };
    match service.manage(&service.management_request(command)).await? {
        ManagementReply::User { record } => {
            let user = User::parse(&record, service.tenant.id()).map_err(|_| Refusal::UserRecordBroken)?;
            let suspended = user.status() == UserStatus::Suspended;
            Ok(Some(Standing { version: user.version(), suspended }))
        }
        _ => Ok(None),
    }
}

async fn perform<H: Host>(
    service: &Service<'_, H>,
    subject: Subject<'_>,
    standing: Option<Standing>,
    command: AccountCommand,
) -> Result<(), Refusal> {
    match (service.account(subject, standing, command).await?, subject) {
        (AccountReply::Ended { sessions }, Subject::User(user)) => {
            logout::notify(service, user, &sessions).await;
            Ok(())
        }
        // To a reinstatement: a later change suspends, and has overtaken this one.
        (AccountReply::Done {} | AccountReply::Refused { reason: AccountRefusal::Suspended }, _) => Ok(()),
        (other, _) => Err(refusal(&other)),
    }
}
