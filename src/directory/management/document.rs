//! The tenant document of a directory, in whole or in the part that a change has to be checked against.

use crate::config::{DEFAULT_RESOURCE_ID, Faults, TenantDocument};
use crate::vocabulary::json::Json;

use super::super::store::{Store, StoreError};
use super::entity::SETTINGS_ID;
use super::request::{EntityKind, ManagementRefusal};
use super::table::all;

/// The document with everything in it; users only where `with_users`.
pub(super) fn document(store: &dyn Store, with_users: bool) -> Result<Json, StoreError> {
    let mut document = core(store)?;
    for kind in [EntityKind::Client, EntityKind::User] {
        if kind == EntityKind::Client || with_users {
            document.extend([(kind.list().to_owned(), sources(store, kind)?)]);
        }
    }
    Ok(Json::Object(document))
}

/// What a check found.
pub(super) enum Checked {
    /// The document, with the entity in it as it is to be.
    Right(Box<TenantDocument>),
    /// Faults of the entity, with paths from there.
    Wrong(ManagementRefusal),
    /// Faults of others only, who rely on what the entity would no longer say; with paths in the document.
    Breaks(ManagementRefusal),
}

/// Checks an entity that is to be `source`, or to go: with the rest of the tenant as it is, but clients and users, which
/// do not concern each other.
pub(super) fn checked(
    store: &dyn Store,
    kind: EntityKind,
    id: &str,
    source: Option<&Json>,
) -> Result<Checked, StoreError> {
    let mut members = core(store)?;
    let mut place = format!("$.{}", kind.list());
    if kind == EntityKind::Resource && id == DEFAULT_RESOURCE_ID {
        place = "$.default_resource".to_owned();
        members.retain(|(name, _)| name != "default_resource");
        members.extend(source.map(|source| ("default_resource".to_owned(), source.clone())));
    } else {
        let position = members.iter().position(|(name, _)| name == kind.list());
        let mut elements = match position.map(|position| members.swap_remove(position).1) {
            Some(Json::Array(elements)) => elements,
            _ => Vec::new(),
        };
        let own = elements.iter().position(|element| element.text_of(kind.id_member()) == Some(id));
        match (own, source) {
            (Some(at), Some(source)) => {
                place.push_str(&format!("[{at}]"));
                if let Some(element) = elements.get_mut(at) {
                    *element = source.clone();
                }
            }
            (Some(at), None) => drop(elements.remove(at)),
            (None, Some(source)) => {
                place.push_str(&format!("[{}]", elements.len()));
                elements.push(source.clone());
            }
            (None, None) => {}
        }
        members.push((kind.list().to_owned(), Json::Array(elements)));
    }
    Ok(match TenantDocument::parse_part(Json::Object(members)) {
        Ok(document) => Checked::Right(Box::new(document)),
        Err(faults) => verdict(&faults, &place),
    })
}

fn verdict(faults: &Faults, place: &str) -> Checked {
    let own = faults.iter().filter_map(|fault| {
        let rest = fault.path().strip_prefix(place)?;
        let inside = rest.is_empty() || rest.starts_with(['.', '[']);
        inside.then(|| format!("${rest}: {} (expected: {})", fault.problem(), fault.expected()))
    });
    let own: Vec<String> = own.collect();
    if own.is_empty() {
        return Checked::Breaks(invalid(faults));
    }
    Checked::Wrong(ManagementRefusal::Invalid { faults: own })
}

/// The refusal that the faults of a whole document amount to.
pub(super) fn invalid(faults: &Faults) -> ManagementRefusal {
    ManagementRefusal::Invalid { faults: faults.iter().map(ToString::to_string).collect() }
}

/// The members of the document but clients and users.
fn core(store: &dyn Store) -> Result<Vec<(String, Json)>, StoreError> {
    let settings = super::table::find(store, EntityKind::Settings, SETTINGS_ID)?.ok_or(StoreError)?;
    let mut members = settings.source.members().to_vec();
    let mut resources = all(store, EntityKind::Resource)?;
    if let Some(at) = resources.iter().position(|stored| stored.id == DEFAULT_RESOURCE_ID) {
        members.push(("default_resource".to_owned(), resources.remove(at).source));
    }
    let resources = resources.into_iter().map(|stored| stored.source).collect();
    members.push((EntityKind::Resource.list().to_owned(), Json::Array(resources)));
    for kind in [EntityKind::Role, EntityKind::Application] {
        members.push((kind.list().to_owned(), sources(store, kind)?));
    }
    Ok(members)
}

fn sources(store: &dyn Store, kind: EntityKind) -> Result<Json, StoreError> {
    Ok(Json::Array(all(store, kind)?.into_iter().map(|stored| stored.source).collect()))
}
