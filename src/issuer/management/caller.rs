//! Who asks, found out before anything else is done.

use crate::config::SubjectKind;
use crate::directory::Actor;
use crate::host::Host;
use crate::vocabulary::{ApplicationId, ClientId, UserId};

use super::super::bearer::{self, BearerRefusal, verified};
use super::super::request::IssuerRequest;
use super::super::service::Service;

/// Somebody whom the management API serves. There is no way to one but [`authenticated`] and [`Caller::acting`].
#[derive(Debug, Clone)]
pub(in super::super) struct Caller {
    actor: Actor,
    /// The application of a client that is not management's; what is not of it does not exist for the caller.
    reach: Option<ApplicationId>,
}

impl Caller {
    /// A client of this server that acts for a user, with all that management may do (`act` in the audit log).
    ///
    /// No token stands behind it: whoever calls this has made sure that the user is logged in at this client and may
    /// administer the tenant, now. Calling it for anybody else hands over the tenant.
    pub(in super::super) fn acting(client_id: ClientId, user_id: UserId) -> Self {
        Self { actor: Actor { client_id, user_id: Some(user_id) }, reach: None }
    }

    pub(super) fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The application to which the caller is confined; `None` for management.
    pub(super) fn reach(&self) -> Option<&ApplicationId> {
        self.reach.as_ref()
    }
}

/// The caller whose access token the request carries. Users are nobody here (R21).
pub(super) async fn authenticated<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Caller, BearerRefusal> {
    let token = verified(service, request).await?;
    let claims = token.claims();
    if claims.kind() == SubjectKind::User {
        return Err(BearerRefusal::WrongSubject);
    }
    let client = bearer::client(service, claims.client_id()).await?;
    // What the token says was true when it was issued; the record says what is true now.
    let reach = match (claims.kind(), client.is_management()) {
        (SubjectKind::Management, true) if !client.is_third_party() => None,
        (SubjectKind::Client, false) if !client.is_third_party() => Some(client.application().clone()),
        _ => return Err(BearerRefusal::WrongSubject),
    };
    Ok(Caller { actor: Actor { client_id: client.id().clone(), user_id: None }, reach })
}
