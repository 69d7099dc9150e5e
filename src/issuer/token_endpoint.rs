//! The token endpoint: RFC 6749 section 3.2.

use crate::config::{Grant, Tenant};
use crate::host::Host;
use crate::vocabulary::UnixTime;

use super::client_authentication::authenticate;
use super::client_credentials;
use super::form::Form;
use super::refusal::TokenRefusal;
use super::request::{Answer, IssuerRequest, MAX_BODY_LENGTH};

/// Answers a POST to the token endpoint.
pub(super) async fn answer(
    host: &impl Host,
    tenant: &Tenant,
    request: &IssuerRequest<'_>,
    now: UnixTime,
) -> Answer {
    match redeem(host, tenant, request, now).await {
        Ok(answer) => answer,
        Err(refusal) => refusal.answer(tenant.issuer()),
    }
}

async fn redeem(
    host: &impl Host,
    tenant: &Tenant,
    request: &IssuerRequest<'_>,
    now: UnixTime,
) -> Result<Answer, TokenRefusal> {
    if request.body.len() > MAX_BODY_LENGTH {
        return Err(TokenRefusal::BodyTooLong);
    }
    let form = Form::parse(request.content_type, request.body)?;
    let client = authenticate(host, tenant, request.authorization, &form).await?;
    let grant = form.value("grant_type").ok_or(TokenRefusal::GrantTypeMissing)?;
    match grant {
        "client_credentials" if client.client().permits_grant(Grant::ClientCredentials) => {
            client_credentials::redeem(host, tenant, &client, &form, now).await
        }
        "client_credentials" => Err(TokenRefusal::GrantTypeNotAllowed),
        _ => Err(TokenRefusal::GrantTypeUnknown),
    }
}
