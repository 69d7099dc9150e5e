//! Changes of a tenant, one entity at a time: checked, written, published and noted in the audit log together.

use crate::config::{DEFAULT_RESOURCE_ID, Tenant, TenantDocument};
use crate::vocabulary::UnixTime;
use crate::vocabulary::json::Json;

use super::super::publication::{
    client_key, client_record, email_key, tenant_key, tenant_record, user_key, user_record,
};
use super::super::store::Store;
use super::audit::{self, Action};
use super::document::{self, Checked, checked};
use super::entity::{Stored, declared, merged};
use super::outbox::{self, LARGEST_VALUE, Rank};
use super::request::{EntityKind, ManagementRefusal, ManagementReply, ManagementRequest};
use super::stop::Stop;
use super::table::{self, Write, find, taken};
use super::{shown, state};

/// The number that ends the refresh token families of before.
const NOT_BEFORE: &str = "refresh_tokens_not_before";

/// The tables, the request and the moment of one turn.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) request: &'a ManagementRequest,
    pub(super) now: UnixTime,
    /// Whether the deployment has published a later version than this directory ever did.
    pub(super) follows_deployment: bool,
}

impl Turn<'_> {
    /// The version of the next change: later than any before, published by whomever.
    fn next_version(&self) -> Result<u64, Stop> {
        let own = state::number(self.store, "version")?;
        let floor = own.max(self.request.published_version).saturating_add(1);
        Ok(floor.max(self.now.seconds()))
    }
}

/// Makes an entity of `value`, whose identifier is `id`.
pub(super) fn create(
    turn: Turn<'_>,
    kind: EntityKind,
    id: &str,
    value: Json,
) -> Result<ManagementReply, Stop> {
    if find(turn.store, kind, id)?.is_some() {
        return Err(ManagementRefusal::Duplicate { name: id.to_owned() }.into());
    }
    replace(turn, kind, id, None, value)
}

/// Merges `changes` into an entity.
pub(super) fn update(
    turn: Turn<'_>,
    kind: EntityKind,
    id: &str,
    changes: &Json,
) -> Result<ManagementReply, Stop> {
    let before = current(turn, kind, id)?;
    let mut changes = changes.clone();
    for (member, own) in fixed(turn, &before)? {
        match changes.member(member) {
            Some(value) if value.as_str() != Some(&own) => {
                let reason = format!("`{member}` of a {} cannot change", kind.as_str());
                return Err(ManagementRefusal::Fixed { reason }.into());
            }
            // The default resource has them without saying so.
            Some(_) if before.id == DEFAULT_RESOURCE_ID => changes = without(&changes, member),
            _ => {}
        }
    }
    let after = merged(&before.source, &changes);
    replace(turn, kind, id, Some(before), after)
}

/// Removes an entity that nothing names.
pub(super) fn delete(turn: Turn<'_>, kind: EntityKind, id: &str) -> Result<ManagementReply, Stop> {
    let before = current(turn, kind, id)?;
    if kind == EntityKind::Settings || (kind == EntityKind::Resource && id == DEFAULT_RESOURCE_ID) {
        return Err(ManagementRefusal::Fixed { reason: "the default resource cannot go".to_owned() }.into());
    }
    let write = Write { kind, id: id.to_owned(), before: Some(before), after: None };
    let version = apply(turn, vec![write], || match checked(turn.store, kind, id, None)? {
        Checked::Right(document) => Ok(*document),
        Checked::Wrong(refusal) | Checked::Breaks(refusal) => Err(refusal.into()),
    })?;
    Ok(ManagementReply::Deleted { version })
}

/// Ends every refresh token family that has begun, as it must be once a tenant is put back to what it was.
pub(super) fn revoke_refresh_tokens(turn: Turn<'_>) -> Result<ManagementReply, Stop> {
    // Families that begin in this very second are among them: better one too many.
    state::set(turn.store, NOT_BEFORE, turn.now.plus(1).seconds())?;
    let version = turn.next_version()?;
    state::set(turn.store, "version", version)?;
    let document = TenantDocument::parse_part(document::document(turn.store, false)?);
    publish_tenant(turn, &document.map_err(|faults| document::invalid(&faults))?, version)?;
    let (kind, id) = (EntityKind::Settings, "refresh_tokens");
    let action = Action { action: "delete", kind, id, before: None, after: None };
    audit::record(turn.store, turn.request, turn.now, action)?;
    Ok(ManagementReply::Deleted { version })
}

/// The entity that a request is about, as its caller saw it last.
pub(super) fn current(turn: Turn<'_>, kind: EntityKind, id: &str) -> Result<Stored, Stop> {
    let stored = find(turn.store, kind, id)?.ok_or(ManagementRefusal::NotFound {})?;
    match turn.request.if_match {
        Some(seen) if seen != stored.revision => {
            Err(ManagementRefusal::Stale { revision: stored.revision }.into())
        }
        _ => Ok(stored),
    }
}

/// Puts `after` in the place of `before`.
pub(super) fn replace(
    turn: Turn<'_>,
    kind: EntityKind,
    id: &str,
    before: Option<Stored>,
    after: Json,
) -> Result<ManagementReply, Stop> {
    if let Some(before) = before.as_ref().filter(|before| before.source.says_the_same_as(&after)) {
        let version = state::number(turn.store, "version")?;
        return Ok(ManagementReply::Changed { entity: shown(turn, before)?, version });
    }
    free_names(turn, kind, id, &after)?;
    let verdict = checked(turn.store, kind, id, Some(&after))?;
    if let Checked::Wrong(refusal) = verdict {
        return Err(refusal.into());
    }
    let write = Write { kind, id: id.to_owned(), before, after: Some(after) };
    // Who relies on what goes is told first, by name; only then what else would be wrong.
    let version = apply(turn, vec![write], || match verdict {
        Checked::Right(document) => Ok(*document),
        Checked::Wrong(refusal) | Checked::Breaks(refusal) => Err(refusal.into()),
    })?;
    let stored = find(turn.store, kind, id)?.ok_or(Stop::Store)?;
    Ok(ManagementReply::Changed { entity: shown(turn, &stored)?, version })
}

/// Somebody else's URI or address is no fault of what was written, so it is told apart.
fn free_names(turn: Turn<'_>, kind: EntityKind, id: &str, source: &Json) -> Result<(), Stop> {
    for name in declared(kind, id, source) {
        if table::owner(turn.store, &name)?.is_some_and(|owner| owner != (kind, id.to_owned())) {
            return Err(ManagementRefusal::Duplicate { name: taken(&name, source) }.into());
        }
    }
    Ok(())
}

/// Writes changes, has them published and notes them. `document` is the one with these changes in it.
pub(super) fn apply(
    turn: Turn<'_>,
    writes: Vec<Write>,
    document: impl FnOnce() -> Result<TenantDocument, Stop>,
) -> Result<u64, Stop> {
    let version = turn.next_version()?;
    table::write(turn.store, &writes, version, turn.now)?;
    if writes.iter().any(|write| matches!(write.kind, EntityKind::Client | EntityKind::Application))
        && !table::has_management_client(turn.store)?
    {
        let reason =
            "nobody could manage the tenant any more: a client of a management application is needed";
        return Err(ManagementRefusal::Fixed { reason: reason.to_owned() }.into());
    }
    let document = document()?;
    state::set(turn.store, "version", version)?;
    if writes.iter().any(|write| write.kind.is_of_tenant_record()) {
        publish_tenant(turn, &document, version)?;
    }
    audit::forget(turn.store, turn.now)?;
    for write in &writes {
        publish(turn, write, version)?;
        let (before, after) = write.shown();
        let action = Action { action: write.action(), kind: write.kind, id: &write.id, before, after };
        audit::record(turn.store, turn.request, turn.now, action)?;
    }
    Ok(version)
}

fn publish_tenant(turn: Turn<'_>, document: &TenantDocument, version: u64) -> Result<(), Stop> {
    let key = tenant_key(&turn.request.tenant_id);
    // How long tokens that were issued before may live is part of the record.
    let previous = outbox::newest(turn.store, &key)?;
    let previous = previous.and_then(|record| Tenant::parse(&record, &turn.request.tenant_id).ok());
    let not_before = state::number(turn.store, NOT_BEFORE)?;
    let record = tenant_record(document, version, turn.now, previous.as_ref(), not_before).text();
    if record.len() > LARGEST_VALUE {
        let fault = format!(
            "$: resources, roles and rules have {} octets (expected: at most {LARGEST_VALUE} in all)",
            record.len()
        );
        return Err(ManagementRefusal::Invalid { faults: vec![fault] }.into());
    }
    Ok(outbox::publish(turn.store, (&key, Rank::Tenant), Some(&record), version, turn.now)?)
}

fn publish(turn: Turn<'_>, write: &Write, version: u64) -> Result<(), Stop> {
    let tid = &turn.request.tenant_id;
    let put = |key: &str, value: Option<&str>| {
        outbox::publish(turn.store, (key, Rank::Other), value, version, turn.now)
    };
    match write.kind {
        EntityKind::Client => {
            let record = write.after.as_ref().map(|source| {
                let app_id = source.text_of("app_id").unwrap_or_default();
                let application = find(turn.store, EntityKind::Application, app_id)?;
                let kind = application.as_ref().and_then(|stored| stored.source.text_of("kind"));
                let created_at = write.before.as_ref().map_or(turn.now.seconds(), |before| before.created_at);
                let kind = kind.unwrap_or("application");
                Ok::<_, Stop>(client_record(tid, source, kind, version, created_at))
            });
            put(&client_key(tid, &write.id), record.transpose()?.as_deref())?;
        }
        EntityKind::User => {
            let email = |source: &Json| email_key(tid, source.text_of("email").unwrap_or_default());
            let before = write.before.as_ref().map(|before| email(&before.source));
            let after = write.after.as_ref().map(email);
            if let Some(key) = before.filter(|key| Some(key) != after.as_ref()) {
                // Somebody else may have the address by the same change.
                let owner = table::owner(turn.store, &format!("email:{}", last_segment(&key)))?;
                put(&key, owner.as_ref().map(|(_, id)| id.as_str()))?;
            }
            let record = write.after.as_ref().map(|source| user_record(tid, source, version));
            put(&user_key(tid, &write.id), record.as_deref())?;
            if let Some(key) = after {
                put(&key, Some(&write.id))?;
            }
        }
        EntityKind::Settings | EntityKind::Resource | EntityKind::Role | EntityKind::Application => {}
    }
    Ok(())
}

fn last_segment(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default()
}

/// The members of an entity that cannot change, with what they are.
fn fixed(turn: Turn<'_>, stored: &Stored) -> Result<Vec<(&'static str, String)>, Stop> {
    let mut fixed = vec![(stored.kind.id_member(), stored.id.clone())];
    if stored.kind == EntityKind::Application {
        fixed.push(("kind", stored.source.text_of("kind").unwrap_or("application").to_owned()));
    }
    if stored.kind == EntityKind::Resource && stored.id == DEFAULT_RESOURCE_ID {
        let shown = shown(turn, stored)?;
        let text = |member| shown.value.text_of(member).unwrap_or_default().to_owned();
        fixed.extend(["name", "uri"].map(|member| (member, text(member))));
    }
    Ok(fixed)
}

fn without(value: &Json, member: &str) -> Json {
    Json::Object(value.members().iter().filter(|(name, _)| name != member).cloned().collect())
}
