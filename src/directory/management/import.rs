//! A tenant document becomes what is there, wholly or not at all.

use crate::config::{DEFAULT_RESOURCE_ID, TenantDocument};
use crate::vocabulary::json::Json;

use super::change::{Turn, apply};
use super::document::invalid;
use super::entity::{SETTINGS_ID, Stored, redacted};
use super::request::{Change, EntityKind, ManagementRefusal, ManagementReply};
use super::state;
use super::stop::Stop;
use super::table::{Write, all};

/// What belongs to the deployment and not to the tenant's management.
const OF_DEPLOYMENT: [&str; 3] = ["tenant_id", "issuer", "hosts"];
/// Everything of the document that is not an entity of its own.
const OF_SETTINGS: [&str; 5] = ["tenant_id", "issuer", "hosts", "settings", "signing_keys"];

/// Makes what is there equal to `document`; the caller undoes it where it is only to be told.
pub(super) fn import(turn: Turn<'_>, document: &str) -> Result<ManagementReply, Stop> {
    let document = TenantDocument::parse(document).map_err(|faults| invalid(&faults))?;
    let version = state::number(turn.store, "version")?;
    if let Some(seen) = turn.request.if_match.filter(|seen| *seen != version) {
        let _ = seen;
        return Err(ManagementRefusal::Stale { revision: version }.into());
    }
    if document.tenant().id() != &turn.request.tenant_id {
        return Err(ManagementRefusal::WrongTenant {}.into());
    }
    let writes = differences(turn, document.source())?;
    let changes = writes.iter().map(told).collect();
    if writes.is_empty() {
        return Ok(ManagementReply::Imported { changes, version });
    }
    let version = apply(turn, writes, || Ok(document))?;
    Ok(ManagementReply::Imported { changes, version })
}

fn differences(turn: Turn<'_>, document: &Json) -> Result<Vec<Write>, Stop> {
    let mut writes = Vec::new();
    let of_settings = document.members().iter().filter(|(name, _)| OF_SETTINGS.contains(&name.as_str()));
    let settings = Json::Object(of_settings.cloned().collect());
    let before = all(turn.store, EntityKind::Settings)?;
    if let Some(before) = before.first().filter(|_| !turn.follows_deployment) {
        fixed_by_deployment(&before.source, &settings)?;
    }
    compare(EntityKind::Settings, vec![(SETTINGS_ID.to_owned(), settings)], before, &mut writes);
    for kind in EntityKind::LISTED {
        // A document without users is about everything else.
        if kind == EntityKind::User && document.member(kind.list()).is_none() {
            continue;
        }
        let elements = document.elements(kind.list()).iter();
        let mut wanted: Vec<(String, Json)> = elements
            .filter_map(|element| Some((element.text_of(kind.id_member())?.to_owned(), element.clone())))
            .collect();
        if kind == EntityKind::Resource {
            let default = document.member("default_resource").cloned().unwrap_or(Json::Object(Vec::new()));
            wanted.insert(0, (DEFAULT_RESOURCE_ID.to_owned(), default));
        }
        compare(kind, wanted, all(turn.store, kind)?, &mut writes);
    }
    for write in writes.iter().filter(|write| write.kind == EntityKind::Application) {
        let kind = |source: &Json| source.text_of("kind").unwrap_or("application").to_owned();
        if let (Some(before), Some(after)) = (&write.before, &write.after)
            && kind(&before.source) != kind(after)
        {
            let reason = format!("`kind` of the application `{}` cannot change", write.id);
            return Err(ManagementRefusal::Fixed { reason }.into());
        }
    }
    Ok(writes)
}

/// Host names lead to tenants, so a tenant that could take one could take another tenant's.
fn fixed_by_deployment(before: &Json, after: &Json) -> Result<(), Stop> {
    for member in OF_DEPLOYMENT {
        if before.member(member) != after.member(member) {
            let reason = format!("`{member}` belongs to the deployment and cannot change here");
            return Err(ManagementRefusal::Fixed { reason }.into());
        }
    }
    Ok(())
}

fn compare(kind: EntityKind, wanted: Vec<(String, Json)>, there: Vec<Stored>, writes: &mut Vec<Write>) {
    let mut there: std::collections::HashMap<String, Stored> =
        there.into_iter().map(|stored| (stored.id.clone(), stored)).collect();
    for (id, source) in wanted {
        let before = there.remove(&id);
        if !before.as_ref().is_some_and(|before| before.source.says_the_same_as(&source)) {
            writes.push(Write { kind, id, before, after: Some(source) });
        }
    }
    let mut gone: Vec<Stored> = there.into_values().collect();
    gone.sort_by(|one, other| one.id.cmp(&other.id));
    writes.extend(gone.into_iter().map(|before| Write {
        kind,
        id: before.id.clone(),
        before: Some(before),
        after: None,
    }));
}

fn told(write: &Write) -> Change {
    let action = match (&write.before, &write.after) {
        (None, _) => "create",
        (Some(_), Some(_)) => "update",
        (Some(_), None) => "delete",
    };
    Change {
        action: action.to_owned(),
        kind: write.kind,
        id: write.id.clone(),
        before: write.before.as_ref().map(|before| redacted(&before.source)),
        after: write.after.as_ref().map(redacted),
    }
}
