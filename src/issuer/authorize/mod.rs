//! The redirect flow: authorization endpoint, hosted login, consent, pushed requests, logout.

pub(super) mod browser;
mod consent;
mod end_session;
mod endpoint;
mod login;
pub(super) mod page;
mod pushed;
mod request;
pub(super) mod response;

pub(super) use login::HostedLink;

use crate::host::Host;

use super::not_allowed;
use super::request::{Answer, IssuerRequest};
use super::service::Service;

/// Answers a request to one of these paths, `None` where it is another's.
pub(super) async fn answer<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Option<Answer> {
    let answer = match (request.path, request.method) {
        ("/oidc/auth", "GET" | "POST") => endpoint::authorize(service, request).await,
        ("/oidc/request", "POST") => return Some(pushed::push(service, request).await),
        ("/oidc/login", "GET" | "HEAD") => login::show(service, request).await,
        ("/oidc/login", "POST") => login::send(service, request).await,
        ("/oidc/login/link", "GET" | "HEAD") => login::show_link(service, request).await,
        ("/oidc/login/link", "POST") => login::follow(service, request).await,
        ("/oidc/consent", "GET" | "HEAD") => consent::show(service, request).await,
        ("/oidc/consent", "POST") => consent::decide(service, request).await,
        ("/oidc/session/end", "GET" | "POST") => end_session::end(service, request).await,
        ("/oidc/session/end/confirm", "POST") => end_session::confirm(service, request).await,
        (page::STYLE_PATH, "GET" | "HEAD") => return Some(page::style()),
        ("/oidc/auth" | "/oidc/session/end", _) => return Some(not_allowed("GET, POST")),
        ("/oidc/request" | "/oidc/session/end/confirm", _) => return Some(not_allowed("POST")),
        ("/oidc/login" | "/oidc/login/link" | "/oidc/consent", _) => {
            return Some(not_allowed("GET, HEAD, POST"));
        }
        _ => return None,
    };
    Some(answer.unwrap_or_else(response::unavailable))
}
