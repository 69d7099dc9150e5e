//! The API from backend to backend: magic links and sessions without redirects. Its sessions are not shared with those of
//! browsers (R32).

mod body;
mod links;
mod sessions;

use crate::config::{Client, SubjectKind};
use crate::host::Host;
use crate::vocabulary::{HttpResponse, UserId};

use super::bearer::{self, BearerRefusal, verified};
use super::refusal::Refusal;
use super::request::{Answer, IssuerRequest};
use super::service::Service;

pub(super) use sessions::described;

/// Why a call is refused.
#[derive(Debug, Clone, Copy)]
enum CallRefusal {
    /// The caller is not let in.
    Bearer(BearerRefusal),
    /// The caller is, and the call cannot be done.
    Call(Refusal),
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
        (path, method) => {
            let user = path.strip_prefix("/v1/auth/users/")?.strip_suffix("/sessions")?;
            let user = UserId::parse(user).ok()?;
            match method {
                "GET" => sessions::list(service, request, &user).await,
                "DELETE" => sessions::end_all(service, request, &user).await,
                _ => return Some(super::not_allowed("GET, DELETE")),
            }
        }
    };
    Some(answered(service, called))
}

fn answered<H: Host>(service: &Service<'_, H>, called: Result<Answer, CallRefusal>) -> Answer {
    match called {
        Ok(answer) => answer,
        Err(CallRefusal::Bearer(refusal)) => refusal.answer(service.tenant.issuer()),
        Err(CallRefusal::Call(refusal)) => refusal.answer(service.tenant.issuer()),
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
