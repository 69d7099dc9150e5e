//! The API from backend to backend: magic links and sessions without redirects, and what management may do to users.
//! Its sessions are not shared with those of browsers (R32).

mod body;
mod keys;
mod links;
mod sessions;
mod users;

use crate::config::{Client, SubjectKind};
use crate::host::Host;
use crate::vocabulary::{HttpResponse, KeyId, UserId};

use super::bearer::{self, BearerRefusal, verified};
use super::refusal::Refusal;
use super::request::{Answer, IssuerRequest};
use super::service::Service;

/// Why a call is refused.
#[derive(Debug, Clone, Copy)]
enum CallRefusal {
    /// The caller is not let in.
    Bearer(BearerRefusal),
    /// The caller is, and the call cannot be done.
    Call(Refusal),
    /// There is no such thing in this tenant.
    NotFound,
}

impl From<Refusal> for CallRefusal {
    fn from(refusal: Refusal) -> Self {
        Self::Call(refusal)
    }
}

impl From<BearerRefusal> for CallRefusal {
    fn from(refusal: BearerRefusal) -> Self {
        Self::Bearer(refusal)
    }
}

/// Answers a call, `None` where the path is none of the API's.
pub(super) async fn answer<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Option<Answer> {
    let called = match (request.path, request.method) {
        ("/v1/auth/link/email/send", "POST") => links::send(service, request).await,
        ("/v1/auth/link/email/authenticate", "POST") => links::authenticate(service, request).await,
        ("/v1/auth/session/authenticate", "POST") => sessions::authenticate(service, request).await,
        ("/v1/auth/session/logout", "POST") => sessions::logout(service, request).await,
        ("/v1/auth/token/refresh", "POST") => sessions::refresh(service, request).await,
        (
            "/v1/auth/link/email/send"
            | "/v1/auth/link/email/authenticate"
            | "/v1/auth/session/authenticate"
            | "/v1/auth/session/logout"
            | "/v1/auth/token/refresh",
            _,
        ) => return Some(super::not_allowed("POST")),
        ("/v1/keys", "GET") => keys::list(service, request).await,
        ("/v1/keys", "POST") => keys::announce(service, request).await,
        ("/v1/keys", _) => return Some(super::not_allowed("GET, POST")),
        (path, method) => match path.strip_prefix("/v1/keys/").map(KeyId::parse) {
            Some(Ok(kid)) if method == "PUT" => keys::advance(service, request, &kid).await,
            Some(Ok(_)) => return Some(super::not_allowed("PUT")),
            Some(Err(_)) => return None,
            None => return of_user(service, request, path, method).await,
        },
    };
    Some(answered(service, called))
}

async fn of_user<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    path: &str,
    method: &str,
) -> Option<Answer> {
    let in_auth = path.strip_prefix("/v1/auth/users/").and_then(|rest| rest.strip_suffix("/sessions"));
    let called = match (in_auth, path.strip_prefix("/v1/sessions/"), path.strip_prefix("/v1/users/")) {
        (Some(user), ..) => match (UserId::parse(user).ok()?, method) {
            (user, "GET") => sessions::list(service, request, &user).await,
            (user, "DELETE") => sessions::end_all(service, request, &user).await,
            _ => return Some(super::not_allowed("GET, DELETE")),
        },
        (_, Some(user), _) => match (UserId::parse(user).ok()?, method) {
            (user, "GET") => users::sessions(service, request, &user).await,
            (user, "DELETE") => users::end_sessions(service, request, &user).await,
            _ => return Some(super::not_allowed("GET, DELETE")),
        },
        (.., Some(user)) => match (UserId::parse(user).ok()?, method) {
            (user, "PUT") => users::update(service, request, &user).await,
            _ => return Some(super::not_allowed("PUT")),
        },
        _ => return None,
    };
    Some(answered(service, called))
}

fn answered<H: Host>(service: &Service<'_, H>, called: Result<Answer, CallRefusal>) -> Answer {
    match called {
        Ok(answer) => answer,
        Err(CallRefusal::Bearer(refusal)) => refusal.answer(service.tenant.issuer()),
        Err(CallRefusal::Call(refusal)) => refusal.answer(service.tenant.issuer()),
        Err(CallRefusal::NotFound) => {
            let body = serde_json::json!({ "message": ["there is no such thing in this tenant"], "error_code": "not_found" });
            let response = HttpResponse::json(404, &body).not_stored();
            Answer { response, reason: Some("not_found") }
        }
    }
}

/// The client of an application whose token authorises the call. Users have no business here, and a management
/// application authenticates no users (R18, R21).
async fn calling_client<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Client, BearerRefusal> {
    let token = verified(service, request).await?;
    if token.claims().kind() != SubjectKind::Client {
        return Err(BearerRefusal::WrongSubject);
    }
    let client = bearer::client(service, token.claims().client_id()).await?;
    // Nobody asks the user here, so somebody else's application has to take the way by redirect, where they are asked.
    if client.is_management() || client.is_third_party() {
        return Err(BearerRefusal::WrongSubject);
    }
    Ok(client)
}

fn no_content() -> Answer {
    Answer::plain(HttpResponse::empty(204).not_stored())
}
