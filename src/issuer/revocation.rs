//! Token revocation: RFC 7009. A refresh token takes its family along, an access token only itself.

use crate::host::{Host, Limiter};
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::HttpResponse;

use super::client_authentication::authenticate;
use super::form::Form;
use super::presented::PresentedAccessToken;
use super::refresh_token::RefreshToken;
use super::refusal::Refusal;
use super::request::{Answer, IssuerRequest};
use super::service::{Service, Subject};

/// Answers a POST to the revocation endpoint: 200 also for what is no token, or somebody else's (section 2.2).
pub(super) async fn answer<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Answer {
    match revoke(service, request).await {
        Ok(()) => Answer::plain(HttpResponse::empty(200).not_stored()),
        Err(refusal) => refusal.answer(service.tenant.issuer()),
    }
}

async fn revoke<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Result<(), Refusal> {
    let form = Form::of(request)?;
    let client = authenticate(service, request.authorization, &form).await?;
    let client = client.client();
    service.within_limit(Limiter::Token, &format!("{}/{}", client.id(), request.address)).await?;
    let token = form.value("token").ok_or(Refusal::Missing("token"))?;
    // `token_type_hint` only speeds up a search, and none is needed here.
    if let Some(presented) = RefreshToken::open(service, token)? {
        if presented.client_id != *client.id() {
            return Ok(());
        }
        let command = AccountCommand::RevokeRefreshToken {
            gid: presented.grant_id,
            client_id: client.id().clone(),
            token: presented.token.hash(),
        };
        return done(&service.account(Subject::User(&presented.user_id), None, command).await?);
    }
    let Some(presented) = PresentedAccessToken::verify(service, token).await? else { return Ok(()) };
    if presented.claims().client_id() != client.id() {
        return Ok(());
    }
    let command = AccountCommand::RevokeAccessToken {
        jti: presented.claims().token_id().to_owned(),
        until: presented.claims().expires_at().plus(service.tenant.clock_tolerance()),
    };
    let user = presented.user_id();
    let subject = user.as_ref().map_or(Subject::Client(client.id()), Subject::User);
    done(&service.account(subject, None, command).await?)
}

fn done(reply: &AccountReply) -> Result<(), Refusal> {
    match reply {
        AccountReply::Done {} => Ok(()),
        _ => Err(Refusal::StoredRecordUnreadable),
    }
}
