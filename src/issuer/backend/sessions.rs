//! Sessions that an application's server holds: silent authentication, refresh, logout, listing.

use serde_json::{Value, json};

use crate::config::Client;
use crate::host::{Host, Limiter};
use crate::sealing::{RoutedToken, TokenKind};
use crate::session::{AccountCommand, AccountReply, SessionFacts, Style};
use crate::vocabulary::{HttpResponse, SessionId, UserId};

use super::super::bearer::BearerRefusal;
use super::super::binding::Binding;
use super::super::client_authentication::AuthenticatedClient;
use super::super::logout;
use super::super::refresh_token::{self, RefreshRequest};
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::{Service, Subject};
use super::super::target::ResolvedResource;
use super::super::user_grant::{EnteringUser, PreparedGrant, RecordedGrant, refusal};
use super::body::Body;
use super::{CallRefusal, calling_client, no_content};

/// A `session_id`: the secret of a session, and where it leads.
pub(super) struct BackendSession {
    pub(super) user_id: UserId,
    pub(super) sid: SessionId,
    pub(super) token: RoutedToken,
}

impl BackendSession {
    pub(super) fn begin<H: Host>(service: &Service<'_, H>, user_id: &UserId) -> Result<Self, Refusal> {
        let sid = SessionId::parse(&service.random_identifier()?).map_err(|_| Refusal::HostUnavailable)?;
        let token = service.issue(TokenKind::BackendSession, &[user_id.as_str(), sid.as_str()])?;
        Ok(Self { user_id: user_id.clone(), sid, token })
    }

    /// The same session under a fresh secret.
    pub(super) fn renewed<H: Host>(&self, service: &Service<'_, H>) -> Result<Self, Refusal> {
        let token = service.issue(TokenKind::BackendSession, &[self.user_id.as_str(), self.sid.as_str()])?;
        Ok(Self { user_id: self.user_id.clone(), sid: self.sid.clone(), token })
    }

    pub(super) fn open<H: Host>(service: &Service<'_, H>, text: &str) -> Result<Self, Refusal> {
        let token = service.open(TokenKind::BackendSession, text)?.ok_or(Refusal::SessionUnknown)?;
        let [user_id, sid] = token.routing() else { return Err(Refusal::SessionUnknown) };
        let parsed = (UserId::parse(user_id), SessionId::parse(sid));
        let (Ok(user_id), Ok(sid)) = parsed else { return Err(Refusal::SessionUnknown) };
        Ok(Self { user_id, sid, token })
    }
}

/// `POST /v1/auth/session/authenticate`: silent authentication, which lets the session live 14 days from now.
pub(super) async fn authenticate<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    let body = Body::read(request, &["session_id", "resource", "scope"])?;
    let session = BackendSession::open(service, body.required("session_id")?)?;
    service.within_limit(Limiter::Token, &format!("{}/{}", client.id(), session.user_id)).await?;
    let resource = ResolvedResource::resolve(body.text("resource")?.into_iter(), service.tenant, &client)?;
    let user = EnteringUser::find(service, &session.user_id, &client).await?;
    let grant =
        PreparedGrant::new(service, &client, &user, resource, body.text("scope")?, Binding::default())
            .await?;
    let command = AccountCommand::Resume {
        sid: session.sid,
        secret: session.token.hash(),
        style: Style::Backend,
        max_age: None,
        reauthenticated: None,
        replacement: None,
        grant: Some(grant.record()),
    };
    let recorded = RecordedGrant::of(service.user_account(user.user(), command).await?)?;
    Ok(grant.tokens(service, &recorded, None, Some(session.token.text())).await?)
}

/// `POST /v1/auth/token/refresh`: offline access; the session is not touched.
pub(super) async fn refresh<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    let body = Body::read(request, &["refresh_token"])?;
    service.within_limit(Limiter::Token, client.id().as_str()).await?;
    let request =
        RefreshRequest { refresh_token: body.required("refresh_token")?, resources: Vec::new(), scope: None };
    let client = AuthenticatedClient::of_verified_token(client);
    Ok(refresh_token::redeem(service, &client, &request, &Binding::default()).await?)
}

/// `POST /v1/auth/session/logout`: ends the session and its refresh tokens. Ended already is as good.
pub(super) async fn logout<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    let body = Body::read(request, &["session_id"])?;
    let session = BackendSession::open(service, body.required("session_id")?)?;
    assigned(service, &session.user_id, &client).await?;
    let command =
        AccountCommand::Logout { sid: session.sid, secret: session.token.hash(), style: Style::Backend };
    match service.account(Subject::User(&session.user_id), None, command).await? {
        AccountReply::Ended { sessions } => {
            logout::notify(service, &session.user_id, &sessions).await;
            Ok(no_content())
        }
        reply => match refusal(&reply) {
            Refusal::SessionUnknown | Refusal::SessionExpired => Ok(no_content()),
            other => Err(other.into()),
        },
    }
}

/// `GET /v1/auth/users/{user_id}/sessions`: the live ones of this style, by their public identifiers.
pub(super) async fn list<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    user_id: &UserId,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    assigned(service, user_id, &client).await?;
    let sessions = backend_sessions(service, user_id).await?;
    let result: Vec<Value> = sessions.iter().map(described).collect();
    Ok(Answer::plain(HttpResponse::json(200, &json!({ "result": result })).not_stored()))
}

/// `DELETE /v1/auth/users/{user_id}/sessions`: ends all of this style.
pub(super) async fn end_all<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    user_id: &UserId,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    assigned(service, user_id, &client).await?;
    for session in backend_sessions(service, user_id).await? {
        let command = AccountCommand::EndSession { sid: session.sid };
        match service.account(Subject::User(user_id), None, command).await? {
            AccountReply::Ended { sessions } => logout::notify(service, user_id, &sessions).await,
            // Somebody else has just ended it.
            AccountReply::Done {} => {}
            other => return Err(refusal(&other).into()),
        }
    }
    Ok(no_content())
}

/// A session as listings show it. `session_id` here is the public identifier, which opens nothing.
pub(in super::super) fn described(session: &SessionFacts) -> Value {
    json!({
        "session_id": session.sid.as_str(),
        "client_id": session.client_id.as_str(),
        "start_time": session.started_at.seconds(),
        "expiration_time": session.expires_at.seconds(),
        "amr": session.amr,
        "auth_time": session.authenticated_at.seconds(),
    })
}

async fn backend_sessions<H: Host>(
    service: &Service<'_, H>,
    user_id: &UserId,
) -> Result<Vec<SessionFacts>, Refusal> {
    match service.account(Subject::User(user_id), None, AccountCommand::Sessions {}).await? {
        AccountReply::Sessions { sessions } => {
            Ok(sessions.into_iter().filter(|session| session.style == Style::Backend).collect())
        }
        other => Err(refusal(&other)),
    }
}

/// A client reaches the users of its own application only (R17); the others it cannot tell from unknown ones.
async fn assigned<H: Host>(
    service: &Service<'_, H>,
    user_id: &UserId,
    client: &Client,
) -> Result<(), CallRefusal> {
    match service.user(user_id).await? {
        Some(user) if user.applications().contains(client.application()) => Ok(()),
        _ => Err(BearerRefusal::WrongSubject.into()),
    }
}
