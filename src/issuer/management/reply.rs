//! What the directory answers, as HTTP.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::config::{CONFIGURATION_LAG, Tenant};
use crate::directory::{Entity, ManagementReply, SECRET_ID_LENGTH};
use crate::host::Host;
use crate::revocation::CACHE_TTL;
use crate::vocabulary::json::Json;
use crate::vocabulary::{HttpResponse, SecretHash};

use super::super::refusal::Refusal;
use super::super::request::Answer;
use super::super::service::Service;
use super::fault::Fault;
use super::input;

/// Seconds after a change within which its publication is written, where the store takes it.
const PUBLICATION_DELAY: u64 = 2;

/// How a change that was accepted is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// As it is now.
    Changed,
    /// As it is now, and where: below this path, by the identifier in this member.
    Created(String, &'static str),
    /// By its fresh secret.
    Secret,
    /// In no words.
    Nothing,
    /// By what it would come to.
    Planned,
}

/// A secret made for a client, which the directory may have no use for.
pub(super) struct FreshSecret {
    text: String,
    id: String,
}

impl FreshSecret {
    pub(super) fn draw<H: Host>(service: &Service<'_, H>) -> Result<Self, Refusal> {
        let text = service.random_secret()?;
        let hash = SecretHash::of(&text).to_string();
        let id = hash.trim_start_matches("sha256:").chars().take(SECRET_ID_LENGTH).collect();
        Ok(Self { text, id })
    }

    pub(super) fn hash(&self) -> String {
        SecretHash::of(&self.text).to_string()
    }

    /// Whether the client has it: not where it needs none, and not where an earlier request is only answered again.
    fn is_of(&self, client: &Json) -> bool {
        client.elements("secrets").iter().any(|secret| secret.text_of("secret_id") == Some(&self.id))
    }
}

/// The answer to a command that the directory did not refuse.
pub(super) fn answer(
    tenant: &Tenant,
    reply: ManagementReply,
    told: &Told,
    secret: Option<&FreshSecret>,
) -> Result<Answer, Fault> {
    let response = match reply {
        ManagementReply::Page { items, next } => {
            let items: Vec<Json> = items.into_iter().map(|item| item.value).collect();
            page(&items, next.as_deref())
        }
        ManagementReply::Audit { entries, next } => {
            page(&entries, next.map(|before| before.to_string()).as_deref())
        }
        ManagementReply::Found { entity } => tagged(json_response(200, &entity.value, &[]), entity.revision),
        ManagementReply::Document { document, revision } => {
            let response = HttpResponse { body: document.text(), ..json_response(200, &Json::Null, &[]) };
            tagged(response, revision)
        }
        ManagementReply::Changed { entity, version } => changed(tenant, entity, version, told, secret),
        ManagementReply::Deleted { .. } => HttpResponse::empty(204),
        ManagementReply::Imported { changes, version } => {
            let publication = publication(tenant, version);
            let more = if *told == Told::Planned { &[][..] } else { &publication };
            json_response(200, &json!({ "changes": changes }), more)
        }
        ManagementReply::Publication { version, pending, published_at, failures } => {
            let reliable_at = published_at.saturating_add(staleness(tenant));
            let reliable_at = (pending == 0 && published_at > 0).then_some(reliable_at);
            let result = json!({
                "version": version, "pending": pending, "published_at": published_at, "failures": failures,
                "reliable_at": reliable_at,
            });
            json_response(200, &result, &[])
        }
        ManagementReply::Refused { refusal } => return Err(Fault::Directory(refusal)),
        // Not to anything that is asked here.
        ManagementReply::User { .. } | ManagementReply::Due { .. } | ManagementReply::Done {} => {
            return Err(Refusal::StoredRecordUnreadable.into());
        }
    };
    Ok(Answer::plain(response.not_stored()))
}

fn changed(
    tenant: &Tenant,
    entity: Entity,
    version: u64,
    told: &Told,
    secret: Option<&FreshSecret>,
) -> HttpResponse {
    let Entity { mut value, revision } = entity;
    let secret = secret.filter(|secret| secret.is_of(&value));
    let publication = publication(tenant, version);
    match told {
        Told::Nothing => HttpResponse::empty(204),
        Told::Changed | Told::Planned => tagged(json_response(200, &value, &publication), revision),
        Told::Secret => {
            let newest = value.elements("secrets").last().and_then(|newest| newest.text_of("secret_id"));
            let mut result = json!({ "secret_id": newest });
            if let (Some(secret), Some(result)) = (secret, result.as_object_mut()) {
                result.insert("client_secret".to_owned(), json!(secret.text));
            }
            json_response(201, &result, &publication)
        }
        Told::Created(path, member) => {
            let location = format!("{path}/{}", value.text_of(member).unwrap_or_default());
            if let (Some(secret), Json::Object(members)) = (secret, &mut value) {
                members.push(("client_secret".to_owned(), Json::String(secret.text.clone())));
            }
            tagged(json_response(201, &value, &publication), revision).with("location", location)
        }
    }
}

/// Seconds after a publication from which everybody goes by it: what the store, its caches and isolates may keep.
pub(super) fn staleness(tenant: &Tenant) -> u64 {
    tenant.kv_propagation().saturating_add(CACHE_TTL).saturating_add(CONFIGURATION_LAG)
}

pub(super) fn no_content() -> Answer {
    Answer::plain(HttpResponse::empty(204).not_stored())
}

fn publication(tenant: &Tenant, version: u64) -> [(&'static str, Value); 1] {
    let reliable_within = PUBLICATION_DELAY.saturating_add(staleness(tenant));
    [("publication", json!({ "version": version, "reliable_within": reliable_within }))]
}

fn page(items: &impl Serialize, next: Option<&str>) -> HttpResponse {
    let more: Vec<_> = next.map(|next| ("next_cursor", json!(input::cursor_for(next)))).into_iter().collect();
    json_response(200, items, &more)
}

fn tagged(response: HttpResponse, revision: u64) -> HttpResponse {
    response.with("etag", format!("\"{revision}\""))
}

/// A body with the member `result` and what stands beside it; members of documents stay in their order.
struct Body<'a, T>(&'a T, &'a [(&'static str, Value)]);

impl<T: Serialize> Serialize for Body<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("result", self.0)?;
        for (name, value) in self.1 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

fn json_response(status: u16, result: &impl Serialize, more: &[(&'static str, Value)]) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![("content-type", "application/json".to_owned())],
        // Strings, numbers and the like always have a JSON text.
        body: serde_json::to_string(&Body(result, more)).unwrap_or_default(),
    }
}
