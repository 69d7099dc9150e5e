//! Which scopes a subject gets: requested, allowed to the client, defined by the resource, and granted by a role.

use crate::config::{Client, Grant, Tenant, User};
use crate::vocabulary::{PROTOCOL_SCOPES, RoleId, Scope, ScopeToken};

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
    verdict(token, tenant, client, holder, resource) == ScopeVerdict::Effective
}

/// Whether a subject gets a scope, or what stands in the way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScopeVerdict {
    /// It does.
    Effective,
    /// The resource does not define it.
    NotDefined,
    /// The client may not ask for it.
    NotAllowedToClient,
    /// No role of the subject grants it.
    NotGrantedByRole,
    /// It is about a user, and the subject is a client.
    ForUsersOnly,
    /// `openid`, of a tenant whose signatures no client can verify.
    NoPublicKey,
    /// `offline_access`, for a client that may not refresh.
    NoRefreshGrant,
}

impl ScopeVerdict {
    /// Its word in an explanation.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Effective => "effective",
            Self::NotDefined => "not_defined",
            Self::NotAllowedToClient => "not_allowed_to_client",
            Self::NotGrantedByRole => "not_granted_by_role",
            Self::ForUsersOnly => "for_users_only",
            Self::NoPublicKey => "no_public_key",
            Self::NoRefreshGrant => "no_refresh_grant",
        }
    }
}

/// Decides about one scope; there is no other place that does.
pub(super) fn verdict(
    token: &ScopeToken,
    tenant: &Tenant,
    client: &Client,
    holder: ScopeHolder<'_>,
    resource: ResolvedResource<'_>,
) -> ScopeVerdict {
    let name = token.as_str();
    if PROTOCOL_SCOPES.contains(&name) {
        // They ask for a user's identity or for offline access, and a client acting for itself has neither.
        return match holder {
            ScopeHolder::Client => ScopeVerdict::ForUsersOnly,
            ScopeHolder::User(_) if !client.protocol_scopes().contains(name) => {
                ScopeVerdict::NotAllowedToClient
            }
            ScopeHolder::User(_) if name == "openid" && !id_token::is_possible(tenant) => {
                ScopeVerdict::NoPublicKey
            }
            ScopeHolder::User(_) if name == OFFLINE_ACCESS && !client.permits_grant(Grant::RefreshToken) => {
                ScopeVerdict::NoRefreshGrant
            }
            ScopeHolder::User(_) => ScopeVerdict::Effective,
        };
    }
    if !resource.resource().defines_scope(name) {
        return ScopeVerdict::NotDefined;
    }
    let allowed = match client.assignment(resource.resource().id()) {
        Some(allowed) => allowed.contains(name),
        None => resource.resource().is_default(),
    };
    if !allowed {
        return ScopeVerdict::NotAllowedToClient;
    }
    // A client without a role has what its assignment allows; a user has nothing but by roles, and several add up.
    let by_assignment = matches!(holder, ScopeHolder::Client) && client.role_ids().is_empty();
    if by_assignment || granting_roles(token, tenant, client, holder, resource).next().is_some() {
        ScopeVerdict::Effective
    } else {
        ScopeVerdict::NotGrantedByRole
    }
}

/// The roles of the subject that grant a scope.
pub(super) fn granting_roles<'a>(
    token: &'a ScopeToken,
    tenant: &'a Tenant,
    client: &'a Client,
    holder: ScopeHolder<'a>,
    resource: ResolvedResource<'a>,
) -> impl Iterator<Item = &'a RoleId> {
    let roles = match holder {
        ScopeHolder::Client => client.role_ids(),
        ScopeHolder::User(user) => user.role_ids(),
    };
    let id = resource.resource().id();
    let scopes = move |role: &RoleId| tenant.role(role).and_then(|role| role.scopes_for(id));
    roles.iter().filter(move |role| scopes(role).is_some_and(|scope| scope.contains(token.as_str())))
}
