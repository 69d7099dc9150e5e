//! Token introspection: RFC 7662, for the client that a token was issued to and the client that serves its resource.

use serde_json::{Map, Value, json};

use crate::config::{Client, ProtectedResource, UserStatus};
use crate::host::Host;
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::HttpResponse;

use super::bearer::is_live;
use super::client_authentication::authenticate;
use super::form::Form;
use super::presented::PresentedAccessToken;
use super::refresh_token::RefreshToken;
use super::refusal::Refusal;
use super::request::{Answer, IssuerRequest};
use super::service::Service;
use super::user_grant::refusal;

/// Answers a POST to the introspection endpoint.
pub(super) async fn answer<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Answer {
    match introspect(service, request).await {
        Ok(members) => {
            let members = members.unwrap_or_else(|| json!({ "active": false }));
            Answer::plain(HttpResponse::json(200, &members).not_stored())
        }
        Err(refusal) => refusal.answer(service.tenant.issuer()),
    }
}

/// The members of an active token; `None` for every other, whatever the reason (section 2.2).
async fn introspect<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Option<Value>, Refusal> {
    let form = Form::of(request)?;
    let client = authenticate(service, request.authorization, &form).await?;
    let client = client.client();
    // Whoever only says who it is must not learn about tokens (section 2.1).
    if client.authentication_method() == crate::config::AuthenticationMethod::None {
        return Err(Refusal::AuthenticationFailed);
    }
    let token = form.value("token").ok_or(Refusal::Missing("token"))?;
    if let Some(presented) = RefreshToken::open(service, token)? {
        return refresh_token(service, client, presented).await;
    }
    let Some(presented) = PresentedAccessToken::verify(service, token).await? else { return Ok(None) };
    let claims = presented.claims();
    if claims.client_id() != client.id() && !serves(client, presented.resource()) {
        return Ok(None);
    }
    if !is_live(service, claims).await? || !in_good_standing(service, &presented).await? {
        return Ok(None);
    }
    let payload = claims.every_claim();
    let mut members = Map::new();
    members.insert("active".to_owned(), json!(true));
    let token_type = if claims.confirmation().is_some() { "DPoP" } else { "Bearer" };
    members.insert("token_type".to_owned(), json!(token_type));
    for name in
        ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "tid", "app_id", "sid", "gid", "cnf"]
    {
        if let Some(value) = payload.member(name) {
            members.insert(name.to_owned(), json!(value));
        }
    }
    Ok(Some(Value::Object(members)))
}

/// The records may know of a suspension before the account does, and of a client's removal.
async fn in_good_standing<H: Host>(
    service: &Service<'_, H>,
    presented: &PresentedAccessToken<'_>,
) -> Result<bool, Refusal> {
    if service.client(presented.claims().client_id()).await?.is_none() {
        return Ok(false);
    }
    let Some(user_id) = presented.user_id() else { return Ok(true) };
    let user = service.user(&user_id).await?;
    Ok(user.is_some_and(|user| user.status() == UserStatus::Active))
}

/// A refresh token is its own client's business only.
async fn refresh_token<H: Host>(
    service: &Service<'_, H>,
    client: &Client,
    presented: RefreshToken,
) -> Result<Option<Value>, Refusal> {
    if presented.client_id != *client.id() {
        return Ok(None);
    }
    let Some(user) = service.user(&presented.user_id).await? else { return Ok(None) };
    let command = AccountCommand::DescribeRefreshToken {
        gid: presented.grant_id.clone(),
        token: presented.token.hash(),
    };
    let reply = service.user_account(&user, command).await?;
    let AccountReply::RefreshToken { active, scope, expires_at, issued_at, sid, .. } = reply else {
        // What a token that is no good gets is a description, so a refusal means that it cannot be told now.
        return Err(refusal(&reply));
    };
    let resource = service.tenant.resource(&presented.resource_id);
    let (true, Some(resource)) = (active, resource) else { return Ok(None) };
    Ok(Some(json!({
        "active": true,
        "token_type": "refresh_token",
        "iss": service.tenant.issuer(),
        "sub": presented.user_id.as_str(),
        "aud": resource.indicator().as_str(),
        "client_id": client.id().as_str(),
        "tid": service.tenant.id().as_str(),
        "gid": presented.grant_id.as_str(),
        "sid": sid,
        "scope": scope,
        "iat": issued_at,
        "exp": expires_at,
    })))
}

fn serves(client: &Client, resource: &ProtectedResource) -> bool {
    resource.introspection_client() == Some(client.id())
}
