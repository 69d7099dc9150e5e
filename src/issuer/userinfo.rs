//! The UserInfo endpoint: OpenID Connect Core 1.0 section 5.3.

use serde_json::json;

use crate::config::{SubjectKind, UserStatus};
use crate::host::Host;
use crate::vocabulary::{HttpResponse, UserId};

use super::bearer::{self, BearerRefusal, verified};
use super::request::{Answer, IssuerRequest};
use super::service::Service;

/// Tells the holder of a token with `openid` who the user is.
pub(super) async fn answer<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Answer {
    match described(service, request).await {
        Ok(response) => Answer::plain(response),
        Err(refusal) => refusal.answer(service.tenant.issuer()),
    }
}

async fn described<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<HttpResponse, BearerRefusal> {
    let token = verified(service, request).await?;
    let claims = token.claims();
    if claims.kind() != SubjectKind::User {
        return Err(BearerRefusal::WrongSubject);
    }
    if !claims.scope().contains("openid") {
        return Err(BearerRefusal::InsufficientScope("openid"));
    }
    let user_id = UserId::parse(claims.subject().as_str()).map_err(|_| BearerRefusal::WrongSubject)?;
    let user = service.user(&user_id).await?.ok_or(BearerRefusal::Token("user_unknown"))?;
    // The records may know of a suspension before the account does.
    if user.status() == UserStatus::Suspended {
        return Err(BearerRefusal::Token("user_suspended"));
    }
    bearer::client(service, claims.client_id()).await?;
    let mut members = json!({ "sub": user.id().as_str() });
    if let (true, Some(members)) = (claims.scope().contains("email"), members.as_object_mut()) {
        members.insert("email".to_owned(), json!(user.email()));
    }
    Ok(HttpResponse::json(200, &members).not_stored())
}
