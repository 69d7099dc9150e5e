//! Reads applications, clients and users, and checks them against each other and against resources and roles.

use std::collections::{HashMap, HashSet};

use crate::vocabulary::{ApplicationId, RoleId};

use super::application::{Application, ApplicationDraft, ApplicationKind, read_application};
use super::client::Client;
use super::client_reader::{ClientDraft, MEMBERS, check_grants_of_management};
use super::fault_log::{FaultLog, Place};
use super::protected_resource::DEFAULT_RESOURCE_ID;
use super::reader::Object;
use super::tenant_document::Extent;
use super::tenant_reader::TenantDraft;
use super::user::{MEMBERS as USER_MEMBERS, User, UserDraft};

pub(super) const MAX_APPLICATIONS: usize = 10_000;
pub(super) const MAX_CLIENTS: usize = 10_000;
pub(super) const MAX_USERS: usize = 100_000;

/// What could be read of a tenant's applications, clients and users.
pub(super) struct DirectoryDraft {
    applications: Vec<ApplicationDraft>,
    clients: Vec<ClientDraft>,
    users: Vec<UserDraft>,
}

impl DirectoryDraft {
    pub(super) fn read(
        object: &Object<'_>,
        tenant: &TenantDraft,
        extent: Extent,
        log: &mut FaultLog<'_>,
    ) -> Self {
        let applications = object.items("applications", MAX_APPLICATIONS, "an array of applications", log);
        let applications = applications.into_iter().filter_map(|node| read_application(node, log)).collect();
        let clients = object.items("clients", MAX_CLIENTS, "an array of clients", log);
        let clients = clients
            .into_iter()
            .filter_map(|node| {
                Some(ClientDraft::read(&node.object(&MEMBERS, log)?, tenant.catalogue.as_ref(), log))
            })
            .collect();
        let users = object.items("users", MAX_USERS, "an array of users", log);
        let users = users
            .into_iter()
            .filter_map(|node| Some(UserDraft::read(&node.object(&USER_MEMBERS, log)?, log)))
            .collect();
        let draft = Self { applications, clients, users };
        draft.check_identifiers(log);
        draft.check_references(tenant, log);
        if extent == Extent::Whole {
            draft.check_whole(tenant, log);
            draft.check_reachable_scopes(tenant, log);
        }
        draft
    }

    pub(super) fn finish(self) -> Option<(Vec<Application>, Vec<Client>, Vec<User>)> {
        let management: HashSet<ApplicationId> = self
            .kinds()
            .into_iter()
            .filter(|(_, kind)| is_management(*kind))
            .map(|(id, _)| id.clone())
            .collect();
        let clients = self.clients.into_iter().map(|client| {
            let of_management = client.application.as_ref().is_some_and(|(_, id)| management.contains(id));
            client.finish(0, of_management)
        });
        let clients = clients.collect::<Option<_>>()?;
        let applications =
            self.applications.into_iter().map(ApplicationDraft::finish).collect::<Option<_>>()?;
        let users = self.users.into_iter().map(|user| user.finish(0)).collect::<Option<_>>()?;
        Some((applications, clients, users))
    }

    fn kinds(&self) -> HashMap<&ApplicationId, Option<ApplicationKind>> {
        self.applications.iter().filter_map(|draft| Some((&draft.id.as_ref()?.1, draft.kind))).collect()
    }

    fn check_identifiers(&self, log: &mut FaultLog<'_>) {
        let applications = self.applications.iter().filter_map(|draft| draft.id.as_ref());
        check_distinct(applications.map(|(place, id)| (*place, id.as_str())), "application", log);
        let clients = || self.clients.iter().filter_map(|draft| draft.id.as_ref());
        check_distinct(clients().map(|(place, id)| (*place, id.as_str())), "client", log);
        let users = || self.users.iter().filter_map(|draft| draft.id.as_ref());
        check_distinct(users().map(|(place, id)| (*place, id.as_str())), "user", log);

        // Both stand in `sub`, where nothing else tells them apart.
        let clients: HashSet<&str> = clients().map(|(_, id)| id.as_str()).collect();
        for (place, id) in users().filter(|(_, id)| clients.contains(id.as_str())) {
            log.report(*place, format!("a client has the identifier `{id}` too"), "an identifier of its own");
        }
        let mut emails = HashSet::new();
        for (place, email) in self.users.iter().filter_map(|draft| draft.email.as_ref()) {
            if !emails.insert(email.to_ascii_lowercase()) {
                log.report(*place, "another user has this email address", "an address of their own");
            }
        }
    }

    fn check_references(&self, tenant: &TenantDraft, log: &mut FaultLog<'_>) {
        let kinds = self.kinds();
        let roles: HashSet<&RoleId> =
            tenant.roles.iter().filter_map(|role| role.id.as_ref()).map(|(_, id)| id).collect();
        for client in &self.clients {
            check_roles(&client.role_ids, &roles, log);
            let Some((place, id)) = &client.application else { continue };
            match kinds.get(id) {
                Some(kind) => check_grants_of_management(client, is_management(*kind), log),
                None => log.report(
                    *place,
                    format!("there is no application `{id}`"),
                    "an application of this tenant",
                ),
            }
        }
        for user in &self.users {
            check_roles(&user.role_ids, &roles, log);
            for (place, id) in &user.applications {
                match kinds.get(id) {
                    Some(kind) if is_management(*kind) => {
                        let problem = format!("`{id}` is a management application, which users cannot enter");
                        log.report(*place, problem, "an application of kind `application`");
                    }
                    Some(_) => {}
                    None => log.report(
                        *place,
                        format!("there is no application `{id}`"),
                        "an application of this tenant",
                    ),
                }
            }
        }
    }

    /// Every application has a client, and whoever may introspect exists.
    fn check_whole(&self, tenant: &TenantDraft, log: &mut FaultLog<'_>) {
        let with_client: HashSet<&ApplicationId> =
            self.clients.iter().filter_map(|client| client.application.as_ref()).map(|(_, id)| id).collect();
        let readable = self.clients.iter().all(|client| client.application.is_some());
        for (place, id) in self.applications.iter().filter_map(|draft| draft.id.as_ref()) {
            if readable && !with_client.contains(&id) {
                log.report(*place, format!("the application `{id}` has no client"), "at least one client");
            }
        }
        let clients: HashSet<&str> =
            self.clients.iter().filter_map(|client| client.id.as_ref()).map(|(_, id)| id.as_str()).collect();
        let introspecting = tenant.resources.iter().filter_map(|draft| draft.introspection_client.as_ref());
        for (place, id) in introspecting.chain(&tenant.console_client) {
            if !clients.contains(id.as_str()) {
                log.report(*place, format!("there is no client `{id}`"), "a client of this tenant");
            }
        }
    }

    /// A scope that no role grants, and that no client has without a role, is in nobody's token.
    fn check_reachable_scopes(&self, tenant: &TenantDraft, log: &mut FaultLog<'_>) {
        let mut reachable: HashSet<(&str, &str)> = HashSet::new();
        let of_roles = tenant.roles.iter().flat_map(|role| role.scopes.iter());
        let without_role = || self.clients.iter().filter(|client| client.role_ids.is_empty());
        let of_clients =
            without_role().flat_map(|client| client.assignments.iter().map(|(id, scope)| (id, scope)));
        for (id, scope) in of_roles.chain(of_clients) {
            reachable.extend(scope.iter().map(|token| (id.as_str(), token.as_str())));
        }
        // The default resource needs no assignment: without one, all of its scopes are allowed.
        let assigned = |id: &str| id == DEFAULT_RESOURCE_ID;
        let unassigned =
            without_role().any(|client| !client.assignments.iter().any(|(id, _)| assigned(id.as_str())));
        let default = (!unassigned).then_some(&tenant.default_resource);
        for draft in tenant.resources.iter().chain(default) {
            let Some((_, id)) = &draft.id else { continue };
            for (place, scope) in &draft.scopes {
                if !reachable.contains(&(id.as_str(), scope.name().as_str())) {
                    let problem = format!("nobody can get the scope `{}`", scope.name());
                    let expected = "a role that grants it, or a client without roles to which it is allowed";
                    log.report(*place, problem, expected);
                }
            }
        }
    }
}

fn is_management(kind: Option<ApplicationKind>) -> bool {
    kind == Some(ApplicationKind::Management)
}

fn check_roles(role_ids: &[(Place, RoleId)], roles: &HashSet<&RoleId>, log: &mut FaultLog<'_>) {
    for (place, id) in role_ids.iter().filter(|(_, id)| !roles.contains(id)) {
        log.report(*place, format!("there is no role `{id}`"), "a role of this tenant");
    }
}

fn check_distinct<'i>(
    identifiers: impl Iterator<Item = (Place, &'i str)>,
    kind: &str,
    log: &mut FaultLog<'_>,
) {
    let mut seen = HashSet::new();
    for (place, id) in identifiers {
        if !seen.insert(id) {
            log.report(
                place,
                format!("another {kind} has the identifier `{id}`"),
                format!("one {kind} for an identifier"),
            );
        }
    }
}
