//! Which scopes a client gets: requested, allowed to the client, defined by the resource, and granted by a role.

use crate::config::{Client, Tenant};
use crate::vocabulary::{PROTOCOL_SCOPES, Scope, ScopeToken};

use super::target::ResolvedResource;

/// Why a request for scopes is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScopeRefusal {
    /// The parameter is no list of scopes.
    #[error("the parameter `scope` is malformed")]
    Malformed,
    /// Scopes were asked for, and none of them can be granted.
    #[error("none of the requested scopes can be granted")]
    NoneGranted,
}

/// The scopes of a client's token: all effective ones where none are requested, else those requested that are.
///
/// # Errors
/// [`ScopeRefusal`] where the parameter is malformed, or scopes are requested and none of them is effective.
pub fn effective_scope(
    requested: Option<&str>,
    tenant: &Tenant,
    client: &Client,
    resource: ResolvedResource<'_>,
) -> Result<Scope, ScopeRefusal> {
    let effective = |token: &ScopeToken| is_effective(token, tenant, client, resource);
    let Some(requested) = requested else {
        return Ok(resource
            .resource()
            .scopes()
            .iter()
            .map(|scope| scope.name())
            .filter(|token| effective(token))
            .cloned()
            .collect());
    };
    let requested = Scope::parse(requested).map_err(|_| ScopeRefusal::Malformed)?;
    let granted = requested.narrowed(effective);
    if granted.is_empty() { Err(ScopeRefusal::NoneGranted) } else { Ok(granted) }
}

fn is_effective(
    token: &ScopeToken,
    tenant: &Tenant,
    client: &Client,
    resource: ResolvedResource<'_>,
) -> bool {
    let resource = resource.resource();
    let name = token.as_str();
    // Protocol scopes ask for a user's identity or for offline access, and a client acting for itself has neither.
    if PROTOCOL_SCOPES.contains(&name) || !resource.defines_scope(name) {
        return false;
    }
    let allowed = match client.assignment(resource.id()) {
        Some(allowed) => allowed.contains(name),
        None => resource.is_default(),
    };
    let granted_by_role = |role| tenant.role(role).and_then(|role| role.scopes_for(resource.id()));
    // A client without a role has what its assignment allows; several roles add up.
    allowed
        && (client.role_ids().is_empty()
            || client.role_ids().iter().filter_map(granted_by_role).any(|scope| scope.contains(name)))
}
