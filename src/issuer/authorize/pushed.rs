//! Pushed authorization requests: RFC 9126.

use serde_json::json;

use crate::config::Client;
use crate::host::{Host, Limiter};
use crate::sealing::TokenKind;
use crate::vocabulary::{ErrorCode, HttpResponse};

use super::super::binding::Binding;
use super::super::client_authentication::authenticate;
use super::super::form::Form;
use super::super::one_time::{self, OneTime};
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::request::{AuthorizationRequest, RequestFault, return_address};

/// What a `request_uri` begins with (section 2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// How long it is good, in seconds.
const LIFETIME: u64 = 60;

enum PushRefusal {
    Refused(Refusal),
    Fault(RequestFault),
}

impl From<Refusal> for PushRefusal {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// `POST /oidc/request`.
pub(super) async fn push<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Answer {
    match pushed(service, request).await {
        Ok(answer) => answer,
        Err(PushRefusal::Refused(refusal)) => refusal.answer(service.tenant.issuer()),
        Err(PushRefusal::Fault(RequestFault { error, description })) => {
            let body = json!({ "error": error.as_str(), "error_description": description });
            Answer { response: HttpResponse::json(400, &body).not_stored(), reason: Some(error.as_str()) }
        }
    }
}

async fn pushed<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, PushRefusal> {
    let form = Form::of(request)?;
    let client = authenticate(service, request.authorization, &form).await?;
    let client = client.client();
    service.within_limit(Limiter::Token, &format!("{}/{}", client.id(), request.address)).await?;
    let fault =
        |description| PushRefusal::Fault(RequestFault { error: ErrorCode::InvalidRequest, description });
    // Section 2.1: a pushed request names no other pushed request.
    if form.value("request_uri").is_some() {
        return Err(fault("the parameter 'request_uri' has no place here"));
    }
    if form.value("client_id").is_some_and(|client_id| client_id != client.id().as_str()) {
        return Err(fault("the parameter 'client_id' is another client"));
    }
    let address = return_address(&form, client).ok_or(Refusal::RedirectUriUnknown)?;
    let mut asked =
        AuthorizationRequest::read(&form, service.tenant, client, address).map_err(PushRefusal::Fault)?;
    // RFC 9449 section 10.1: a proof says the same as `dpop_jkt`.
    if let Some(thumbprint) = Binding::of_request(service, request).await?.thumbprint() {
        if asked.dpop_jkt.as_deref().is_some_and(|named| named != thumbprint) {
            return Err(fault("the parameter 'dpop_jkt' is another key than that of the proof"));
        }
        asked.dpop_jkt = Some(thumbprint.to_owned());
    }
    let token = one_time::open(service, TokenKind::PushedRequest, &asked, LIFETIME).await?;
    let body = json!({ "request_uri": format!("{PREFIX}{}", token.text()), "expires_in": LIFETIME });
    Ok(Answer::plain(HttpResponse::json(201, &body).not_stored()))
}

/// The request that `client` pushed, used once (section 4); `None` where there is none of this client's any more.
pub(super) async fn redeem<H: Host>(
    service: &Service<'_, H>,
    client: &Client,
    request_uri: &str,
) -> Result<Option<AuthorizationRequest>, Refusal> {
    let Some(token) = request_uri.strip_prefix(PREFIX) else { return Ok(None) };
    let none = |refusal: Refusal| if refusal.status() == 400 { Ok(None) } else { Err(refusal) };
    let pushed = OneTime::<AuthorizationRequest>::inspect(service, TokenKind::PushedRequest, token).await;
    let pushed = match pushed {
        Ok(pushed) => pushed,
        Err(refusal) => return none(refusal.refusal()),
    };
    if pushed.facts.client_id != *client.id() {
        return none(pushed.fail(service, Refusal::CodeOfAnotherClient).await);
    }
    match pushed.redeem(service, String::new()).await {
        Ok(asked) => Ok(Some(asked)),
        Err(refusal) => none(refusal.refusal()),
    }
}
