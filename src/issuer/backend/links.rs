//! Magic links from backend to backend: the application's own page is where the link leads.

use crate::host::{Host, Limiter};
use crate::sealing::TokenKind;
use crate::session::{AccountCommand, NewSession, Style};
use crate::vocabulary::{HttpResponse, SessionId};

use super::super::login_link::{BY_MAIL, LINK_MINUTES, LinkFacts, Recipient};
use super::super::mail;
use super::super::one_time::{self, OneTime};
use super::super::redirect::with_parameters;
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::target::ResolvedResource;
use super::super::user_grant::{EnteringUser, PreparedGrant, RecordedGrant};
use super::body::Body;
use super::sessions::BackendSession;
use super::{CallRefusal, calling_client};

const LONGEST_LINK_MINUTES: u64 = 24 * 60;
const MAX_STATE: usize = 2_048;
const MAX_EMAIL: usize = 254;
/// `POST /v1/auth/link/email/send`: the same answer whether there is such a user or not.
pub(super) async fn send<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    let members = ["email", "redirect_uri", "state", "create_new_user", "email_expiration"];
    let body = Body::read(request, &members)?;
    let email = body.required("email")?;
    if email.len() > MAX_EMAIL || !email.contains('@') || email.chars().any(char::is_control) {
        return Err(Refusal::Malformed("email").into());
    }
    let redirect_uri = body.required("redirect_uri")?;
    if !client.permits_redirect_uri(redirect_uri) {
        return Err(Refusal::RedirectUriUnknown.into());
    }
    let state = body.text("state")?;
    if state.is_some_and(|state| state.len() > MAX_STATE) {
        return Err(Refusal::Malformed("state").into());
    }
    // Users are the tenant's to create; a link that pretended to would be a promise not kept.
    if body.boolean("create_new_user")? {
        return Err(Refusal::Malformed("create_new_user").into());
    }
    let minutes = body.whole("email_expiration")?.unwrap_or(LINK_MINUTES);
    if !(1..=LONGEST_LINK_MINUTES).contains(&minutes) {
        return Err(Refusal::Malformed("email_expiration").into());
    }
    let address = crate::config::User::email_key(email);
    service.within_limit(Limiter::Link, &format!("{}/{address}", client.id())).await?;

    let user = service.user_by_email(email).await?;
    let user = user.and_then(|user| EnteringUser::check(user, &client).ok());
    let user = user.filter(|user| !user.is_suspended());
    let facts = LinkFacts::Backend {
        client_id: client.id().clone(),
        recipient: user.as_ref().map(|user| Recipient::of(user.user())),
    };
    let code = one_time::open(service, TokenKind::MagicLink, &facts, minutes * 60).await?;
    if let Some(user) = user {
        let mut parameters = vec![("code", code.text())];
        parameters.extend(state.map(|state| ("state", state)));
        let link = with_parameters(redirect_uri, &parameters);
        // To the address of the record: what was typed may only look like it.
        service.host.send(mail::login_link(user.user().email(), client.name(), &link, minutes)).await;
    }
    Ok(Answer::plain(HttpResponse::json(200, &serde_json::json!({ "status": "sent" })).not_stored()))
}

/// `POST /v1/auth/link/email/authenticate`: the code of a link for tokens and a session.
pub(super) async fn authenticate<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    let body = Body::read(request, &["code", "resource", "scope", "session_id"])?;
    let code = body.required("code")?;
    let resource = ResolvedResource::resolve(body.text("resource")?.into_iter(), service.tenant, &client)?;
    let previous = body.text("session_id")?.map(|text| BackendSession::open(service, text)).transpose()?;

    let link = OneTime::<LinkFacts>::inspect(service, TokenKind::MagicLink, code).await;
    let link = link.map_err(|refusal| refusal.refusal())?;
    let recipient = match &link.facts {
        LinkFacts::Backend { client_id, recipient } if client_id == client.id() => recipient.clone(),
        _ => return Err(link.fail(service, Refusal::CodeOfAnotherClient).await.into()),
    };
    let recipient = recipient.ok_or(Refusal::CodeUnknown)?;
    let user_id = recipient.user_id.clone();
    let user = EnteringUser::find(service, &user_id, &client).await?;
    if user.is_suspended() {
        return Err(Refusal::UserSuspended.into());
    }
    if !recipient.is_still(user.user()) {
        return Err(Refusal::CodeUnknown.into());
    }
    if previous.as_ref().is_some_and(|session| session.user_id != user_id) {
        return Err(Refusal::SessionUnknown.into());
    }
    let grant = PreparedGrant::new(service, &client, &user, resource, body.text("scope")?).await?;
    // A login continues the session that the caller holds, unless it has ended meanwhile.
    let begun = BackendSession::begin(service, &user_id)?;
    let renewed = previous.as_ref().map(|session| session.renewed(service)).transpose()?;

    link.redeem(service, String::new()).await.map_err(|refusal| refusal.refusal())?;

    if let (Some(session), Some(renewed)) = (previous, renewed) {
        let command = AccountCommand::Resume {
            sid: session.sid.clone(),
            secret: session.token.hash(),
            style: Style::Backend,
            max_age: None,
            reauthenticated: Some(vec![BY_MAIL.to_owned()]),
            replacement: Some(renewed.token.hash()),
            grant: Some(grant.record()),
        };
        let reply = service.user_account(user.user(), command).await?;
        if let Ok(recorded) = RecordedGrant::of(reply) {
            return Ok(grant.tokens(service, &recorded, None, Some(renewed.token.text())).await?);
        }
    }
    let session = NewSession {
        sid: SessionId::parse(begun.sid.as_str()).map_err(|_| Refusal::HostUnavailable)?,
        secret: begun.token.hash(),
        style: Style::Backend,
        client_id: client.id().clone(),
        application: client.application().clone(),
        amr: vec![BY_MAIL.to_owned()],
    };
    let command = AccountCommand::Begin { session, grant: Some(grant.record()) };
    let recorded = RecordedGrant::of(service.user_account(user.user(), command).await?)?;
    Ok(grant.tokens(service, &recorded, None, Some(begun.token.text())).await?)
}
