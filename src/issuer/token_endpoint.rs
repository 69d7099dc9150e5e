//! The token endpoint: RFC 6749 section 3.2.

use crate::config::{AuthenticationMethod, Grant};
use crate::host::{Host, Limiter};

use super::authorization_code;
use super::binding::Binding;
use super::client_authentication::authenticate;
use super::client_credentials;
use super::form::Form;
use super::refresh_token::{self, RefreshRequest};
use super::refusal::Refusal;
use super::request::{Answer, IssuerRequest};
use super::service::Service;

/// Answers a POST to the token endpoint.
pub(super) async fn answer<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Answer {
    match redeem(service, request).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(service.tenant.issuer()),
    }
}

async fn redeem<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Result<Answer, Refusal> {
    let form = Form::of(request)?;
    let client = authenticate(service, request.authorization, &form).await?;
    let id = client.client().id();
    // Anybody can call themselves a public client, so there each address has a share of its own.
    let counted = match client.client().authentication_method() {
        AuthenticationMethod::None => format!("{id}/{}", request.address),
        _ => id.to_string(),
    };
    service.within_limit(Limiter::Token, &counted).await?;
    let grant_type = form.value("grant_type").ok_or(Refusal::GrantTypeMissing)?;
    let grants = [Grant::ClientCredentials, Grant::AuthorizationCode, Grant::RefreshToken];
    let grant = grants.into_iter().find(|grant| grant.as_str() == grant_type);
    let grant = grant.ok_or(Refusal::GrantTypeUnknown)?;
    if !client.client().permits_grant(grant) {
        return Err(Refusal::GrantTypeNotAllowed);
    }
    let binding = Binding::of_request(service, request).await?;
    match grant {
        Grant::ClientCredentials => client_credentials::redeem(service, &client, &form, &binding).await,
        Grant::AuthorizationCode => authorization_code::redeem(service, &client, &form, binding).await,
        Grant::RefreshToken => {
            let request = RefreshRequest {
                refresh_token: form.value("refresh_token").ok_or(Refusal::Missing("refresh_token"))?,
                resources: form.values("resource").collect(),
                scope: form.value("scope"),
            };
            refresh_token::redeem(service, &client, &request, &binding).await
        }
    }
}
