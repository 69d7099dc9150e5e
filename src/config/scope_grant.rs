//! `{resource_id, scopes}`: what a role grants, and what an assignment allows to a client.

use std::collections::{HashMap, HashSet};

use crate::vocabulary::{ResourceId, Scope};

use super::fault_log::FaultLog;
use super::reader::Object;
use super::resource_reader::ResourceDraft;
use super::rule::read_scopes;

pub(super) const MEMBERS: [&str; 2] = ["resource_id", "scopes"];
/// As many as a tenant can have, and the default resource.
pub(super) const MAX_RESOURCES: usize = 10_000;

/// The resources that a document defines, whole or with faults, and their scopes.
pub(super) struct Catalogue(HashMap<ResourceId, HashSet<String>>);

impl Catalogue {
    pub(super) fn new<'a>(drafts: impl Iterator<Item = &'a ResourceDraft>) -> Self {
        let mut scopes: HashMap<ResourceId, HashSet<String>> = HashMap::new();
        for draft in drafts {
            let Some((_, id)) = &draft.id else { continue };
            let names = draft.scopes.iter().map(|(_, scope)| scope.name().to_string());
            scopes.entry(id.clone()).or_default().extend(names);
        }
        Self(scopes)
    }
}

/// Reads the member `resources` of a role or client, checked against the `catalogue` where there is one.
pub(super) fn read_scope_grants(
    object: &Object<'_>,
    catalogue: Option<&Catalogue>,
    log: &mut FaultLog<'_>,
) -> Vec<(ResourceId, Scope)> {
    let mut seen = HashSet::new();
    let mut grants = Vec::new();
    for node in object.items("resources", MAX_RESOURCES + 1, "an array of resources with their scopes", log) {
        let Some(object) = node.object(&MEMBERS, log) else { continue };
        let resource = object.identifier("resource_id", ResourceId::parse, log);
        let defined = catalogue.zip(resource.as_ref()).map(|(catalogue, (_, id))| catalogue.0.get(id));
        if let (Some(None), Some((place, id))) = (defined, &resource) {
            log.report(*place, format!("there is no resource `{id}`"), "a resource of this tenant");
        }
        let defines = |scope: &str| defined.flatten().is_none_or(|scopes| scopes.contains(scope));
        let scopes = object.required("scopes", "an array of scopes of the resource, empty for none", log);
        let scopes = scopes.map(|node| read_scopes(node, defines, log));
        let (Some((place, id)), Some(scopes)) = (resource, scopes) else { continue };
        if !seen.insert(id.clone()) {
            log.report(place, format!("`{id}` stands twice in the list"), "each resource once");
            continue;
        }
        grants.push((id, scopes));
    }
    grants
}
