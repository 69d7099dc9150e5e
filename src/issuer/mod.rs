//! The authorization server of a tenant: token endpoint, sessions and logins, metadata, keys.

mod authorization_code;
mod authorize;
mod backend;
mod bearer;
mod binding;
mod client_assertion;
mod client_authentication;
mod client_credentials;
mod console;
mod cookie;
mod effective_scope;
mod form;
mod id_token;
mod introspection;
mod login_link;
mod logout;
mod mail;
mod management;
mod metadata;
mod one_time;
mod presented;
mod refresh_token;
mod refusal;
mod request;
mod revocation;
mod service;
mod signing;
mod target;
mod token_endpoint;
mod tokens;
mod user_grant;
mod userinfo;

pub use client_authentication::AuthenticatedClient;
pub use effective_scope::{ScopeHolder, ScopeRefusal, effective_scope};
pub use refusal::Refusal;
pub use request::{Answer, IssuerRequest, MAX_BODY_LENGTH, max_body_length};
pub use target::ResolvedResource;

use crate::config::Tenant;
use crate::host::Host;
use crate::sealing::MasterKeys;
use crate::vocabulary::{HttpResponse, UnixTime};

use service::Service;

/// Answers a request to the authorization server of `tenant`, `None` where the path is none of its endpoints.
///
/// Without `master_keys` nothing can be had that needs a session, a code or a refresh token; clients still get their
/// own tokens.
pub async fn answer(
    host: &impl Host,
    tenant: &Tenant,
    master_keys: Option<&MasterKeys>,
    request: &IssuerRequest<'_>,
    now: UnixTime,
) -> Option<Answer> {
    let service = Service::new(host, tenant, master_keys, now);
    let supplied = signing::supplied(&service, request.path).await;
    let tenant = supplied.as_ref().unwrap_or(tenant);
    let service = &Service::new(host, tenant, master_keys, now);
    if request.method == "OPTIONS" && is_open_to_other_origins(request.path) {
        return Some(Answer::plain(preflight()));
    }
    let mut answer = match (request.path, request.method) {
        ("/oidc/token", "POST") => token_endpoint::answer(service, request).await,
        ("/oidc/token/revocation", "POST") => revocation::answer(service, request).await,
        ("/oidc/introspect", "POST") => introspection::answer(service, request).await,
        ("/oidc/userinfo", "GET" | "POST") => userinfo::answer(service, request).await,
        ("/oidc/token" | "/oidc/token/revocation" | "/oidc/introspect", _) => not_allowed("POST"),
        ("/oidc/userinfo", _) => not_allowed("GET, POST"),
        (path, _) if path.starts_with("/v1/auth/") => backend::answer(service, request).await?,
        (path, _) if path.starts_with("/v1/") => management::answer(service, request).await?,
        (path, _) if path.starts_with("/console/") => console::answer(service, request).await?,
        (path, method) => match (authorize::answer(service, request).await, method) {
            (Some(answer), _) => answer,
            (None, "GET" | "HEAD") => Answer::plain(metadata::document(tenant, path)?),
            (None, _) => {
                metadata::document(tenant, path)?;
                not_allowed("GET, HEAD")
            }
        },
    };
    if is_open_to_other_origins(request.path) {
        answer.response = answer.response.with("access-control-allow-origin", "*");
    }
    Some(answer)
}

/// Where pages of other origins may call: public clients in browsers. Nothing here looks at cookies, so there is nothing
/// that a page could use without having it.
fn is_open_to_other_origins(path: &str) -> bool {
    ["/oidc/token", "/oidc/token/revocation", "/oidc/userinfo", "/oidc/request"].contains(&path)
}

fn preflight() -> HttpResponse {
    HttpResponse::empty(204)
        .with("access-control-allow-origin", "*")
        .with("access-control-allow-methods", "GET, POST")
        .with("access-control-allow-headers", "authorization, content-type, dpop")
        .with("access-control-max-age", "600")
}

fn not_allowed(methods: &str) -> Answer {
    Answer::plain(HttpResponse::empty(405).with("allow", methods).not_stored())
}
