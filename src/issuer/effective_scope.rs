//! Which scopes a subject gets: requested, allowed to the client, defined by the resource, and granted by a role.

use crate::config::{Client, Grant, Tenant, User};
use crate::vocabulary::{PROTOCOL_SCOPES, Scope, ScopeToken};

use super::id_token;
use super::target::ResolvedResource;

/// The scope that asks for a refresh token (OpenID Connect Core 1.0 section 11).
pub(super) const OFFLINE_ACCESS: &str = "offline_access";

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

/// Whose roles grant.
#[derive(Debug, Clone, Copy)]
pub enum ScopeHolder<'a> {
    /// The client itself: without a role it has what its assignment allows.
    Client,
    /// A user: by roles only.
    User(&'a User),
}

/// The scopes of a token: all effective ones of the resource where none are requested, else those requested that are.
///
/// # Errors
/// [`ScopeRefusal`] where the parameter is malformed, or scopes are requested and none of them is effective.
pub fn effective_scope(
    requested: Option<&str>,
    tenant: &Tenant,
    client: &Client,
    holder: ScopeHolder<'_>,
    resource: ResolvedResource<'_>,
) -> Result<Scope, ScopeRefusal> {
    let effective = |token: &ScopeToken| is_effective(token, tenant, client, holder, resource);
    let Some(requested) = requested else { return Ok(of_resource(resource, effective)) };
    let requested = Scope::parse(requested).map_err(|_| ScopeRefusal::Malformed)?;
    let granted = requested.narrowed(effective);
    if granted.is_empty() { Err(ScopeRefusal::NoneGranted) } else { Ok(granted) }
}

/// Everything that a user could be granted now, protocol scopes included: the bound of a refresh.
pub(super) fn grantable_scope(
    tenant: &Tenant,
    client: &Client,
    user: &User,
    resource: ResolvedResource<'_>,
) -> Scope {
    let holder = ScopeHolder::User(user);
    let effective = |token: &ScopeToken| is_effective(token, tenant, client, holder, resource);
    let mut scope = of_resource(resource, effective);
    for token in client.protocol_scopes().iter().filter(|token| effective(token)) {
        scope.insert(token.clone());
    }
    scope
}

fn of_resource(resource: ResolvedResource<'_>, keep: impl Fn(&ScopeToken) -> bool) -> Scope {
    let defined = resource.resource().scopes().iter().map(|scope| scope.name());
    defined.filter(|token| keep(token)).cloned().collect()
}

fn is_effective(
    token: &ScopeToken,
    tenant: &Tenant,
    client: &Client,
    holder: ScopeHolder<'_>,
    resource: ResolvedResource<'_>,
) -> bool {
    let resource = resource.resource();
    let name = token.as_str();
    if PROTOCOL_SCOPES.contains(&name) {
        // They ask for a user's identity or for offline access, and a client acting for itself has neither.
        return matches!(holder, ScopeHolder::User(_))
            && client.protocol_scopes().contains(name)
            && (name != "openid" || id_token::is_possible(tenant))
            && (name != OFFLINE_ACCESS || client.permits_grant(Grant::RefreshToken));
    }
    if !resource.defines_scope(name) {
        return false;
    }
    let allowed = match client.assignment(resource.id()) {
        Some(allowed) => allowed.contains(name),
        None => resource.is_default(),
    };
    let granted_by_role = |role| tenant.role(role).and_then(|role| role.scopes_for(resource.id()));
    let roles = match holder {
        // A client without a role has what its assignment allows.
        ScopeHolder::Client if client.role_ids().is_empty() => return allowed,
        ScopeHolder::Client => client.role_ids(),
        ScopeHolder::User(user) => user.role_ids(),
    };
    // Several roles add up.
    allowed && roles.iter().filter_map(granted_by_role).any(|scope| scope.contains(name))
}
