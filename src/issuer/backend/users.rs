//! What management does to a user: suspend, reinstate, end sessions. Clients see the users of their own application.

use serde_json::{Value, json};

use crate::config::{SubjectKind, User};
use crate::host::Host;
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::{HttpResponse, UserId};

use super::super::bearer::{self, BearerRefusal, verified};
use super::super::logout;
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::user_grant::refusal;
use super::body::Body;
use super::sessions::described;
use super::{CallRefusal, no_content};

/// `GET /v1/sessions/{user_id}`: live sessions of both styles.
pub(super) async fn sessions<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    user_id: &UserId,
) -> Result<Answer, CallRefusal> {
    let user = reachable_user(service, request, user_id, Reach::OwnApplication).await?;
    match service.user_account(&user, AccountCommand::Sessions {}).await? {
        AccountReply::Sessions { sessions } => {
            let result: Vec<Value> = sessions.iter().map(described).collect();
            Ok(Answer::plain(HttpResponse::json(200, &json!({ "result": result })).not_stored()))
        }
        other => Err(refusal(&other).into()),
    }
}

/// `DELETE /v1/sessions/{user_id}`: ends every session and every refresh token family.
pub(super) async fn end_sessions<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    user_id: &UserId,
) -> Result<Answer, CallRefusal> {
    let user = reachable_user(service, request, user_id, Reach::Management).await?;
    match service.user_account(&user, AccountCommand::EndAllSessions {}).await? {
        AccountReply::Ended { sessions } => {
            logout::notify(service, user_id, &sessions).await;
            Ok(no_content())
        }
        other => Err(refusal(&other).into()),
    }
}

/// `PUT /v1/users/{user_id}`: the status, which their account keeps from then on.
pub(super) async fn update<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    user_id: &UserId,
) -> Result<Answer, CallRefusal> {
    let user = reachable_user(service, request, user_id, Reach::Management).await?;
    let body = Body::read(request, &["status"])?;
    let (status, command) = match body.required("status")? {
        "active" => ("active", AccountCommand::Reinstate {}),
        "suspended" => ("suspended", AccountCommand::Suspend {}),
        _ => return Err(Refusal::Malformed("status").into()),
    };
    match service.user_account(&user, command).await? {
        AccountReply::Ended { sessions } => logout::notify(service, user_id, &sessions).await,
        AccountReply::Done {} => {}
        other => return Err(refusal(&other).into()),
    }
    let result = json!({ "result": {
        "user_id": user.id().as_str(), "email": user.email(), "status": status,
        "applications": user.applications().iter().map(|id| id.as_str()).collect::<Vec<_>>(),
        "role_ids": user.role_ids().iter().map(|id| id.as_str()).collect::<Vec<_>>(),
    } });
    Ok(Answer::plain(HttpResponse::json(200, &result).not_stored()))
}

enum Reach {
    /// Management tokens, and client tokens for the users of their own application (R17).
    OwnApplication,
    /// Management tokens only.
    Management,
}

async fn reachable_user<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    user_id: &UserId,
    reach: Reach,
) -> Result<User, CallRefusal> {
    let token = verified(service, request).await?;
    let claims = token.claims();
    let user = service.user(user_id).await?;
    match (claims.kind(), reach) {
        (SubjectKind::Management, _) => {
            let client = bearer::client(service, claims.client_id()).await?;
            // What the token says was true when it was issued; the record says what is true now.
            if !client.is_management() {
                return Err(BearerRefusal::WrongSubject.into());
            }
            user.ok_or(CallRefusal::NotFound)
        }
        (SubjectKind::Client, Reach::OwnApplication) => {
            let client = bearer::client(service, claims.client_id()).await?;
            let user = user.filter(|_| !client.is_third_party());
            user.filter(|user| user.applications().contains(client.application()))
                .ok_or(BearerRefusal::WrongSubject.into())
        }
        (SubjectKind::Client | SubjectKind::User, _) => Err(BearerRefusal::WrongSubject.into()),
    }
}
