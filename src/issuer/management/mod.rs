//! The management API: what a tenant consists of, its users' sessions and its signing keys, for management applications.
//! Clients of other applications read what is their own application's (R17, R18).
//!
//! Who asks is found out first ([`answer`]), and what is done comes after ([`perform`]), so that a part of this server
//! that acts for a user does the same work without a token.

mod account;
mod caller;
mod explain;
mod fault;
mod input;
mod keys;
mod note;
mod order;
mod reply;
mod route;
mod sessions;

use crate::host::Host;

use super::bearer::BearerRefusal;
use super::request::{Answer, IssuerRequest};
use super::service::Service;
use fault::Fault;
use order::Order;
use route::{Endpoint, Route};

pub(super) use caller::Caller;

/// Answers a request by its access token; `None` where the path is none of the API's.
pub(super) async fn answer<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Option<Answer> {
    let route = Route::of(request.path)?;
    if !route.allows(request.method) {
        return Some(super::not_allowed(route.methods()));
    }
    Some(match caller::authenticated(service, request).await {
        Ok(caller) => perform(service, &caller, request).await,
        Err(refusal) => Fault::from(refusal).answer(service.tenant.issuer()),
    })
}

/// Does for `caller` what a request asks, whose credentials are not looked at.
pub(super) async fn perform<H: Host>(
    service: &Service<'_, H>,
    caller: &Caller,
    request: &IssuerRequest<'_>,
) -> Answer {
    let done = match Route::of(request.path) {
        None => Err(Fault::not_found()),
        Some(route) if !route.allows(request.method) => return super::not_allowed(route.methods()),
        Some(route) if !route.admits(caller, request.method) => Err(BearerRefusal::WrongSubject.into()),
        Some(route) => routed(service, caller, request, &route).await,
    };
    done.unwrap_or_else(|fault| fault.answer(service.tenant.issuer()))
}

async fn routed<H: Host>(
    service: &Service<'_, H>,
    caller: &Caller,
    request: &IssuerRequest<'_>,
    route: &Route<'_>,
) -> Result<Answer, Fault> {
    let (endpoint, method) = (route.endpoint(), request.method);
    if !matches!(endpoint, Endpoint::Managed(_) | Endpoint::Explain) {
        input::query(request, &[])?;
    }
    match (endpoint, method) {
        (Endpoint::Managed(managed), _) => {
            Order::of(service, caller, request, (route, managed))?.run(service, caller, request).await
        }
        (Endpoint::Explain, _) => explain::answer(service, request).await,
        (Endpoint::Sessions, "GET") => sessions::list(service, caller, request, route.first()).await,
        (Endpoint::Sessions, _) => sessions::end(service, caller, request, (route.first(), None)).await,
        (Endpoint::Session, _) => {
            let session = (route.first(), Some(route.second()));
            sessions::end(service, caller, request, session).await
        }
        (Endpoint::Keys, "GET") => keys::list(service).await,
        (Endpoint::Keys, _) => keys::announce(service, caller, request).await,
        (Endpoint::Key, _) => keys::advance(service, caller, request, route.first()).await,
    }
}
