//! The authorization server of a tenant: token endpoint, metadata, keys.

mod client_authentication;
mod client_credentials;
mod effective_scope;
mod form;
mod metadata;
mod refusal;
mod request;
mod target;
mod token_endpoint;

pub use client_authentication::AuthenticatedClient;
pub use effective_scope::{ScopeRefusal, effective_scope};
pub use refusal::TokenRefusal;
pub use request::{Answer, IssuerRequest, MAX_BODY_LENGTH};
pub use target::ResolvedResource;

use crate::config::Tenant;
use crate::host::Host;
use crate::vocabulary::{HttpResponse, UnixTime};

/// Answers a request to the authorization server of `tenant`, `None` where the path is none of its endpoints.
pub async fn answer(
    host: &impl Host,
    tenant: &Tenant,
    request: &IssuerRequest<'_>,
    now: UnixTime,
) -> Option<Answer> {
    let answer = match (request.path, request.method) {
        ("/oidc/token", "POST") => token_endpoint::answer(host, tenant, request, now).await,
        ("/oidc/token", _) => Answer::plain(HttpResponse::empty(405).with("allow", "POST").not_stored()),
        (path, "GET" | "HEAD") => Answer::plain(metadata::document(tenant, path)?),
        (path, _) => {
            metadata::document(tenant, path)?;
            Answer::plain(HttpResponse::empty(405).with("allow", "GET, HEAD").not_stored())
        }
    };
    Some(answer)
}
