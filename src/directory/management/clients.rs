//! What is done to clients beyond their members: assigning resources, rotating secrets.

use crate::vocabulary::json::Json;

use super::change::{Turn, current, replace};
use super::entity::secret_id;
use super::request::{EntityKind, ManagementRefusal, ManagementReply};
use super::stop::Stop;
use super::table::find;

/// So many secrets are good at once during a rotation.
const SECRETS: usize = 2;

/// Those that the client had keep their allowed scopes, new ones get all of theirs.
pub(super) fn assign_resources(
    turn: Turn<'_>,
    client_id: &str,
    resource_ids: &[String],
) -> Result<ManagementReply, Stop> {
    let before = current(turn, EntityKind::Client, client_id)?;
    let had = before.source.elements("resources").to_vec();
    let mut assignments = Vec::new();
    for (position, id) in resource_ids.iter().enumerate() {
        if let Some(kept) = had.iter().find(|grant| grant.text_of("resource_id") == Some(id)) {
            assignments.push(kept.clone());
            continue;
        }
        let Some(resource) = find(turn.store, EntityKind::Resource, id)? else {
            let fault = format!(
                "$.resource_ids[{position}]: there is no resource `{}` (expected: a resource of this tenant)",
                id.escape_debug()
            );
            return Err(ManagementRefusal::Invalid { faults: vec![fault] }.into());
        };
        let scopes = resource.source.elements("scopes").iter().filter_map(|scope| scope.member("name"));
        assignments.push(Json::Object(vec![
            ("resource_id".to_owned(), Json::String(id.clone())),
            ("scopes".to_owned(), Json::Array(scopes.cloned().collect())),
        ]));
    }
    let after = with(&before.source, "resources", Json::Array(assignments));
    replace(turn, EntityKind::Client, client_id, Some(before), after)
}

/// The newest that the client had stays good beside the new one.
pub(super) fn add_secret(turn: Turn<'_>, client_id: &str, hash: String) -> Result<ManagementReply, Stop> {
    let before = current(turn, EntityKind::Client, client_id)?;
    let had = before.source.elements("secret_hashes");
    let kept = had.iter().skip((had.len() + 1).saturating_sub(SECRETS)).cloned();
    let hashes = kept.chain([Json::String(hash)]).collect();
    let after = with(&before.source, "secret_hashes", Json::Array(hashes));
    replace(turn, EntityKind::Client, client_id, Some(before), after)
}

/// A client that authenticates by a secret keeps at least one.
pub(super) fn remove_secret(turn: Turn<'_>, client_id: &str, id: &str) -> Result<ManagementReply, Stop> {
    let before = current(turn, EntityKind::Client, client_id)?;
    let had = before.source.elements("secret_hashes");
    let other = |hash: &&Json| secret_id(hash.as_str().unwrap_or_default()) != id;
    let kept: Vec<Json> = had.iter().filter(other).cloned().collect();
    if kept.len() == had.len() {
        return Err(ManagementRefusal::NotFound {}.into());
    }
    if kept.is_empty() {
        let reason = "it is the client's only secret".to_owned();
        return Err(ManagementRefusal::Fixed { reason }.into());
    }
    let after = with(&before.source, "secret_hashes", Json::Array(kept));
    replace(turn, EntityKind::Client, client_id, Some(before), after)
}

pub(super) fn with(source: &Json, member: &str, value: Json) -> Json {
    let mut members = source.members().to_vec();
    match members.iter_mut().find(|(name, _)| name == member) {
        Some((_, own)) => *own = value,
        None => members.push((member.to_owned(), value)),
    }
    Json::Object(members)
}
