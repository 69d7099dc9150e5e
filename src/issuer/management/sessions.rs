//! Sessions of a user: live ones of both styles, ended one by one or all at once.

use serde_json::{Value, json};

use crate::config::User;
use crate::directory::EntityKind;
use crate::host::Host;
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::{HttpResponse, SessionId, UserId};

use super::super::backend::described;
use super::super::bearer::BearerRefusal;
use super::super::logout;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::user_grant::refusal;
use super::caller::Caller;
use super::fault::Fault;
use super::note::note;
use super::reply::no_content;

/// `GET /v1/sessions/{user_id}`
pub(super) async fn list<H: Host>(
    service: &Service<'_, H>,
    caller: &Caller,
    request: &IssuerRequest<'_>,
    user_id: &str,
) -> Result<Answer, Fault> {
    let user = reachable(service, caller, user_id).await?;
    note(service, caller, request, ("read_sessions", EntityKind::User, user.id().as_str())).await?;
    match service.user_account(&user, AccountCommand::Sessions {}).await? {
        AccountReply::Sessions { sessions } => {
            let result: Vec<Value> = sessions.iter().map(described).collect();
            Ok(Answer::plain(HttpResponse::json(200, &json!({ "result": result })).not_stored()))
        }
        other => Err(refusal(&other).into()),
    }
}

/// `DELETE /v1/sessions/{user_id}`: every session and every refresh token family. With the public identifier of one
/// behind it: that session and its families.
pub(super) async fn end<H: Host>(
    service: &Service<'_, H>,
    caller: &Caller,
    request: &IssuerRequest<'_>,
    (user_id, session): (&str, Option<&str>),
) -> Result<Answer, Fault> {
    let user = reachable(service, caller, user_id).await?;
    let action = if session.is_some() { "end_session" } else { "end_sessions" };
    note(service, caller, request, (action, EntityKind::User, user.id().as_str())).await?;
    let command = match session.map(SessionId::parse).transpose().map_err(|_| Fault::not_found())? {
        Some(sid) => AccountCommand::EndSession { sid },
        None => AccountCommand::EndAllSessions {},
    };
    match service.user_account(&user, command).await? {
        AccountReply::Ended { sessions } => {
            logout::notify(service, user.id(), &sessions).await;
            Ok(no_content())
        }
        AccountReply::Done {} => Err(Fault::not_found()),
        other => Err(refusal(&other).into()),
    }
}

/// A client reaches the users of its own application only (R17); the others it cannot tell from unknown ones.
async fn reachable<H: Host>(service: &Service<'_, H>, caller: &Caller, user_id: &str) -> Result<User, Fault> {
    let user_id = UserId::parse(user_id).map_err(|_| Fault::not_found())?;
    let user = service.user(&user_id).await?;
    match caller.reach() {
        None => user.ok_or_else(Fault::not_found),
        Some(own) => {
            let user = user.filter(|user| user.applications().contains(own));
            user.ok_or_else(|| BearerRefusal::WrongSubject.into())
        }
    }
}
