//! Roles: a name and, per resource, the scopes that it grants.

use std::collections::HashMap;

use crate::vocabulary::{ResourceId, RoleId, Scope};

use super::fault_log::{FaultLog, Place};
use super::reader::Node;
use super::scope_grant::{Catalogue, read_scope_grants};

pub(super) const MEMBERS: [&str; 4] = ["role_id", "name", "description", "resources"];

/// A role of a tenant, for users and clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    id: RoleId,
    name: String,
    scopes: HashMap<ResourceId, Scope>,
}

impl Role {
    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &RoleId {
        &self.id
    }

    /// Its name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The scopes that it grants at a resource; `None` where it does not name the resource.
    #[must_use]
    pub fn scopes_for(&self, resource: &ResourceId) -> Option<&Scope> {
        self.scopes.get(resource)
    }

    /// The resources that it names, each with the scopes that it grants there.
    pub fn grants(&self) -> impl Iterator<Item = (&ResourceId, &Scope)> {
        self.scopes.iter()
    }
}

/// What could be read of a role.
pub(super) struct RoleDraft {
    pub(super) id: Option<(Place, RoleId)>,
    name: Option<String>,
    pub(super) scopes: HashMap<ResourceId, Scope>,
}

impl RoleDraft {
    pub(super) fn finish(self) -> Option<Role> {
        Some(Role { id: self.id?.1, name: self.name?, scopes: self.scopes })
    }
}

pub(super) fn read_role(
    node: Node<'_>,
    catalogue: Option<&Catalogue>,
    log: &mut FaultLog<'_>,
) -> Option<RoleDraft> {
    let object = node.object(&MEMBERS, log)?;
    let id = object.identifier("role_id", RoleId::parse, log);
    let name = object.name(log);
    object.description(log);
    let scopes = read_scope_grants(&object, catalogue, log).into_iter().collect();
    Some(RoleDraft { id, name, scopes })
}
