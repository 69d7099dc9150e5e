//! The authorization endpoint: RFC 6749 section 3.1. A session answers at once; without one the user logs in.

use crate::config::{Client, User, UserStatus};
use crate::host::Host;
use crate::sealing::TokenKind;
use crate::session::{AccountCommand, AccountRefusal, AccountReply, SessionFacts, Style};
use crate::vocabulary::{ClientId, ErrorCode, Scope};

use super::super::authorization_code::{CODE_LIFETIME, CodeFacts};
use super::super::effective_scope::{ScopeHolder, effective_scope};
use super::super::form::Form;
use super::super::one_time;
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::target::ResolvedResource;
use super::super::user_grant::{EnteringUser, refusal};
use super::browser::BrowserSession;
use super::page::Page;
use super::request::{AuthorizationRequest, RequestFault, ReturnAddress, return_address};
use super::response::{with_code, with_error};
use super::{consent, login, pushed};

/// `GET` and `POST /oidc/auth`.
pub(super) async fn authorize<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    let form = match if request.method == "POST" {
        Form::of(request)
    } else {
        Form::of_query(request.query).map_err(Refusal::from)
    } {
        Ok(form) => form,
        Err(refusal) => return Ok(shown(&refusal.description(), refusal.code())),
    };
    let Some(client) = named_client(service, form.value("client_id")).await? else {
        return Ok(shown("The application is not known here.", "client_unknown"));
    };
    if let Some(request_uri) = form.value("request_uri") {
        return match pushed::redeem(service, &client, request_uri).await? {
            Some(asked) => proceed(service, request, &client, asked).await,
            None => Ok(shown("The request has expired, or was used before.", "request_uri_unknown")),
        };
    }
    let Some(address) = return_address(&form, &client) else {
        return Ok(shown(
            "The address that the application wants to be called back at is not registered.",
            "redirect_uri_unknown",
        ));
    };
    match AuthorizationRequest::read(&form, service.tenant, &client, address.clone()) {
        Ok(asked) => proceed(service, request, &client, asked).await,
        Err(fault) => Ok(with_error(service, &address, fault, Vec::new())),
    }
}

/// Before the redirect URI is known to be the client's, an error is shown and sent nowhere.
fn shown(text: &str, reason: &'static str) -> Answer {
    Page::refusal(400, "This login link does not work", text, reason)
        .paragraph("Please go back to the application and start again.")
        .answer()
}

/// The client of that identifier, if it is one that users can enter.
pub(super) async fn named_client<H: Host>(
    service: &Service<'_, H>,
    client_id: Option<&str>,
) -> Result<Option<Client>, Refusal> {
    match client_id.map(ClientId::parse) {
        Some(Ok(client_id)) => service.client(&client_id).await,
        _ => Ok(None),
    }
}

async fn proceed<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    client: &Client,
    asked: AuthorizationRequest,
) -> Result<Answer, Refusal> {
    if !asked.prompt.login
        && let Some(session) = BrowserSession::of_request(service, request)?
        && let Some((user, facts)) = resumed(service, &session, asked.max_age).await?
    {
        return authenticated(service, request, client, asked, &Login { session, user, facts }).await;
    }
    if asked.prompt.none {
        let fault = RequestFault { error: ErrorCode::LoginRequired, description: "the user has to log in" };
        return Ok(with_error(service, &asked.return_address(), fault, Vec::new()));
    }
    login::begin(service, request, asked).await
}

/// A user whose session in this browser the account has confirmed just now.
pub(super) struct Login {
    pub(super) session: BrowserSession,
    pub(super) user: User,
    pub(super) facts: SessionFacts,
}

/// Silent authentication; `None` where the user has to log in.
pub(super) async fn resumed<H: Host>(
    service: &Service<'_, H>,
    session: &BrowserSession,
    max_age: Option<u64>,
) -> Result<Option<(User, SessionFacts)>, Refusal> {
    let Some(user) = service.user(&session.user_id).await? else { return Ok(None) };
    let command = AccountCommand::Resume {
        sid: session.sid.clone(),
        secret: session.token.hash(),
        style: Style::Browser,
        max_age,
        reauthenticated: None,
        replacement: None,
        grant: None,
    };
    match service.user_account(&user, command).await? {
        AccountReply::Session { session, .. } => Ok(Some((user, session))),
        AccountReply::Refused {
            reason:
                AccountRefusal::Suspended
                | AccountRefusal::SessionUnknown
                | AccountRefusal::SessionExpired
                | AccountRefusal::ReauthenticationNeeded,
        } => Ok(None),
        other => Err(refusal(&other)),
    }
}

/// Goes on for a user who is known: into this application or not, with their approval where that is needed.
pub(super) async fn authenticated<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    client: &Client,
    asked: AuthorizationRequest,
    login: &Login,
) -> Result<Answer, Refusal> {
    let cookies = vec![login.session.cookie(service, &login.facts)];
    let address = asked.return_address();
    let user = match entering(login.user.clone(), client) {
        Ok(user) => user,
        Err(fault) => return Ok(with_error(service, &address, fault, cookies)),
    };
    let granted = match granted(service, client, &user, &asked) {
        Ok(granted) => granted,
        Err(fault) => return Ok(with_error(service, &address, fault, cookies)),
    };
    if consent::is_needed(service, client, &user, &asked, &granted).await? {
        if asked.prompt.none {
            let fault =
                RequestFault { error: ErrorCode::ConsentRequired, description: "the user has to approve" };
            return Ok(with_error(service, &address, fault, cookies));
        }
        return consent::begin(service, request, asked, login, &granted, cookies).await;
    }
    issue(service, asked, login, &granted, cookies).await
}

/// Sends the browser back with a fresh code.
pub(super) async fn issue<H: Host>(
    service: &Service<'_, H>,
    asked: AuthorizationRequest,
    login: &Login,
    granted: &[Granted<'_>],
    cookies: Vec<String>,
) -> Result<Answer, Refusal> {
    let address: ReturnAddress = asked.return_address();
    let granted = union(granted);
    let facts = CodeFacts {
        client_id: asked.client_id,
        redirect_uri: asked.redirect_uri,
        code_challenge: asked.code_challenge,
        user_id: login.session.user_id.clone(),
        sid: login.session.sid.clone(),
        resources: asked.resources,
        scope: asked.scope.is_some().then(|| granted.clone()),
        granted,
        nonce: asked.nonce,
        dpop_jkt: asked.dpop_jkt,
    };
    let code = one_time::open(service, TokenKind::AuthorizationCode, &facts, CODE_LIFETIME).await?;
    Ok(with_code(service, &address, code.text(), cookies))
}

/// A resource of the request and what the user and client together get there.
pub(super) struct Granted<'a> {
    pub(super) resource: ResolvedResource<'a>,
    pub(super) scope: Scope,
}

/// What the request comes to at each of its resources; at least one of them must have something of what was asked.
pub(super) fn granted<'a, H: Host>(
    service: &Service<'a, H>,
    client: &Client,
    user: &EnteringUser,
    asked: &AuthorizationRequest,
) -> Result<Vec<Granted<'a>>, RequestFault> {
    let requested = asked.scope.as_ref().map(ToString::to_string);
    let mut granted = Vec::new();
    for id in &asked.resources {
        let target = RequestFault {
            error: ErrorCode::InvalidTarget,
            description: "a resource is not one that this client may ask for",
        };
        let resource = ResolvedResource::granted(id, service.tenant, client).map_err(|_| target)?;
        let holder = ScopeHolder::User(user.user());
        if let Ok(scope) = effective_scope(requested.as_deref(), service.tenant, client, holder, resource) {
            granted.push(Granted { resource, scope });
        }
    }
    if granted.is_empty() {
        let description = "none of the requested scopes can be granted";
        return Err(RequestFault { error: ErrorCode::InvalidScope, description });
    }
    Ok(granted)
}

fn union(granted: &[Granted<'_>]) -> Scope {
    granted.iter().flat_map(|granted| granted.scope.iter()).cloned().collect()
}

/// R15: a user enters only the applications that they are assigned to.
pub(super) fn entering(user: User, client: &Client) -> Result<EnteringUser, RequestFault> {
    let denied = |description| RequestFault { error: ErrorCode::AccessDenied, description };
    if user.status() == UserStatus::Suspended {
        return Err(denied("the user may not log in"));
    }
    EnteringUser::check(user, client).map_err(|_| denied("the user is not assigned to this application"))
}
