//! A tenant document becomes what is there, wholly or not at all.

use crate::config::{DEFAULT_RESOURCE_ID, Tenant, TenantDocument};
use crate::vocabulary::json::Json;

use super::change::{Turn, apply};
use super::document::invalid;
use super::entity::{SETTINGS_ID, Stored};
use super::request::{Change, EntityKind, ManagementRefusal, ManagementReply};
use super::state;
use super::stop::Stop;
use super::table::{Write, all};

/// Everything of the document that is not an entity of its own.
const OF_SETTINGS: [&str; 5] = ["tenant_id", "issuer", "hosts", "settings", "signing_keys"];

/// Makes what is there equal to `document`; the caller undoes it where it is only to be told.
pub(super) fn import(turn: Turn<'_>, document: &str) -> Result<ManagementReply, Stop> {
    // What single changes may leave behind is no fault here either, or an export could not be taken back.
    let document = TenantDocument::parse_unfinished(document).map_err(|faults| invalid(&faults))?;
    let version = state::number(turn.store, "version")?;
    if turn.request.if_match.is_some_and(|seen| seen != version) {
        return Err(ManagementRefusal::Stale { revision: version }.into());
    }
    of_this_deployment(turn, document.tenant())?;
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

/// Hosts lead to tenants and tokens name their issuer: a tenant that could choose them could be another one. What the
/// deployment has published counts.
fn of_this_deployment(turn: Turn<'_>, tenant: &Tenant) -> Result<(), Stop> {
    let deployment = turn.request.deployment.as_ref();
    let same = [
        ("tenant_id", *tenant.id() == turn.request.tenant_id),
        ("issuer", deployment.is_none_or(|deployment| deployment.issuer == tenant.issuer())),
        ("hosts", deployment.is_none_or(|deployment| deployment.hosts == tenant.hosts())),
    ];
    match same.iter().find(|(_, same)| !same) {
        Some((member, _)) => {
            let reason = format!("`{member}` belongs to the deployment and cannot change here");
            Err(ManagementRefusal::Fixed { reason }.into())
        }
        None => Ok(()),
    }
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
    let (before, after) = write.shown();
    Change { action: write.action().to_owned(), kind: write.kind, id: write.id.clone(), before, after }
}
