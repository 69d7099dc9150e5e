//! The management of a tenant: its directory holds everything that the tenant document can say, one change at a time.
//! Each change is checked as a document is, written with what it declares and names, noted in the audit log, and
//! published, all in one turn.

mod actor;
mod audit;
mod change;
mod clients;
mod document;
mod entity;
mod import;
mod outbox;
mod request;
mod schema;
mod state;
mod stop;
mod table;
mod users;

pub use request::{
    Actor, AuditEntry, Change, Deployment, DueEntry, Entity, EntityKind, ManagementCommand,
    ManagementRefusal, ManagementReply, ManagementRequest, Mention, SECRET_ID_LENGTH, WrittenEntry,
};

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::config::DEFAULT_RESOURCE_ID;
use crate::vocabulary::json::Json;
use crate::vocabulary::{ResourceIndicator, UnixTime};

use super::store::{Store, StoreError, row, run};
use audit::Action;
use change::Turn;
use entity::{SETTINGS_ID, Stored, application_name, uri_name};
use schema::{Schema, migrate, schema};
use stop::Stop;
use table::{Filter, find};

/// How long a repeated creation has its first answer again: a day, in seconds.
const IDEMPOTENT_FOR: u64 = 86_400;

/// What a turn came to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Managed {
    /// A [`ManagementReply`] as JSON text.
    pub reply: String,
    /// Whether to keep what was written; otherwise it must be undone.
    pub commit: bool,
    /// When to write into the key-value store; seconds since the Unix epoch, none while nothing waits.
    pub due_at: Option<u64>,
}

/// One turn of a directory's management: `request` is a [`ManagementRequest`] as JSON.
#[must_use]
pub fn manage(store: &dyn Store, request: &str, now: UnixTime) -> Managed {
    let Ok(request) = serde_json::from_str::<ManagementRequest>(request) else {
        return refused(ManagementRefusal::RequestUnreadable {});
    };
    let turn = Turn { store, request: &request, now, follows_deployment: false };
    match answered(turn) {
        Ok((reply, due_at)) => {
            let told_only = matches!(request.command, ManagementCommand::Import { dry_run: true, .. });
            Managed { reply: text(&reply), commit: !told_only, due_at: due_at.filter(|_| !told_only) }
        }
        Err(Stop::Refused(refusal)) => refused(refusal),
        Err(Stop::Store) => refused(ManagementRefusal::RecordUnreadable {}),
    }
}

fn answered(turn: Turn<'_>) -> Result<(ManagementReply, Option<u64>), Stop> {
    let imports = matches!(turn.request.command, ManagementCommand::Import { .. });
    match schema(turn.store)? {
        Schema::Current => {}
        Schema::Earlier(version) => migrate(turn.store, version)?,
        Schema::Later => return Err(ManagementRefusal::RecordUnreadable {}.into()),
        Schema::Empty if imports => migrate(turn.store, 0)?,
        Schema::Empty => return Ok((of_nothing(&turn.request.command)?, None)),
    }
    let follows_deployment = turn.request.published_version > state::number(turn.store, "version")?;
    let turn = Turn { follows_deployment, ..turn };
    if let Some(settings) = find(turn.store, EntityKind::Settings, SETTINGS_ID)? {
        if settings.source.text_of("tenant_id") != Some(turn.request.tenant_id.as_str()) {
            return Err(ManagementRefusal::WrongTenant {}.into());
        }
        actor::check(turn, &settings)?;
    }
    let reply = idempotent(turn)?;
    Ok((reply, outbox::due_at(turn.store)?))
}

/// What a directory answers that nobody has given a tenant.
fn of_nothing(command: &ManagementCommand) -> Result<ManagementReply, Stop> {
    match command {
        ManagementCommand::Due {} => Ok(ManagementReply::Due { entries: Vec::new() }),
        ManagementCommand::Written { .. } | ManagementCommand::Note { .. } => Ok(ManagementReply::Done {}),
        ManagementCommand::Publication {} => {
            Ok(ManagementReply::Publication { version: 0, pending: 0, published_at: 0, failures: 0 })
        }
        ManagementCommand::UserRecord { .. } => Err(ManagementRefusal::NotFound {}.into()),
        _ => Err(ManagementRefusal::Empty {}.into()),
    }
}

/// A creation that is repeated under its key has its first answer again, and is not done again.
fn idempotent(turn: Turn<'_>) -> Result<ManagementReply, Stop> {
    let asked = match &turn.request.command {
        ManagementCommand::Create { kind, value, .. } => format!("{} {}", kind.as_str(), value.text()),
        ManagementCommand::AddSecret { client_id, .. } => format!("secret {client_id}"),
        _ => return perform(turn),
    };
    let Some(key) = &turn.request.idempotency_key else { return perform(turn) };
    let asked = Base64UrlUnpadded::encode_string(&Sha256::digest(asked));
    let actor = turn.request.actor.as_ref().map_or(String::new(), |actor| match &actor.user_id {
        Some(user_id) => format!("{} {user_id}", actor.client_id),
        None => actor.client_id.to_string(),
    });
    run(turn.store, "DELETE FROM idempotency WHERE until <= ?", &[turn.now.seconds().into()])?;
    let statement = "SELECT request, reply FROM idempotency WHERE actor = ? AND key = ?";
    let known: Option<(String, String)> =
        row(turn.store, statement, &[actor.as_str().into(), key.as_str().into()])?;
    if let Some((request, reply)) = known {
        if request != asked {
            return Err(ManagementRefusal::IdempotencyKeyReused {}.into());
        }
        return serde_json::from_str(&reply).map_err(|_| Stop::Store);
    }
    let reply = perform(turn)?;
    let until = turn.now.plus(IDEMPOTENT_FOR).seconds();
    let parameters = [actor.into(), key.as_str().into(), asked.into(), text(&reply).into(), until.into()];
    run(turn.store, "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?)", &parameters)?;
    Ok(reply)
}

fn perform(turn: Turn<'_>) -> Result<ManagementReply, Stop> {
    let store = turn.store;
    match &turn.request.command {
        ManagementCommand::List { kind, app_id, application_kind, search, after, limit } => {
            let reach = turn.request.reach.as_ref();
            let naming = reach.or(app_id.as_ref()).map(|id| application_name(id.as_str()));
            let of_applications = *kind == EntityKind::Application;
            let filter = Filter {
                kind: *kind,
                naming: naming.filter(|_| !of_applications),
                application_kind: application_kind.as_deref(),
                search: search.as_deref(),
                after: after.as_deref().unwrap_or_default(),
                limit: limit.saturating_add(1),
            };
            let mut found = table::list(store, &filter)?;
            if let (true, Some(own)) = (of_applications, reach) {
                found =
                    find(store, *kind, own.as_str())?.into_iter().filter(|own| filter.admits(own)).collect();
            }
            let more = found.len() as u64 > *limit;
            found.truncate(usize::try_from(*limit).unwrap_or(usize::MAX));
            noted(turn, *kind, "")?;
            let next = found.last().filter(|_| more).map(|last| last.id.clone());
            let items = found.iter().map(|stored| shown(turn, stored)).collect::<Result<_, _>>()?;
            Ok(ManagementReply::Page { items, next })
        }
        ManagementCommand::Read { kind, id } => {
            let stored = find(store, *kind, id)?.ok_or(ManagementRefusal::NotFound {})?;
            if !within_reach(turn, &stored)? {
                return Err(ManagementRefusal::NotFound {}.into());
            }
            noted(turn, *kind, id)?;
            Ok(ManagementReply::Found { entity: shown(turn, &stored)? })
        }
        ManagementCommand::ReadByUri { uri } => {
            let uri = ResourceIndicator::parse(uri).map_err(|error| ManagementRefusal::Invalid {
                faults: vec![format!("$.resourceUri: {error} (expected: the URI of a resource)")],
            })?;
            let stored = table::declaring(store, &uri_name(&uri))?;
            let default = || find(store, EntityKind::Resource, DEFAULT_RESOURCE_ID);
            let stored = match stored {
                // The issuer's URL is the settings', and the default resource's.
                Some(stored) if stored.kind == EntityKind::Settings => default()?,
                other => other,
            };
            let stored = stored.ok_or(ManagementRefusal::NotFound {})?;
            Ok(ManagementReply::Found { entity: shown(turn, &stored)? })
        }
        ManagementCommand::Create { kind, value, fresh_id, secret_hash } => {
            created(turn, *kind, value, fresh_id, secret_hash.as_deref())
        }
        ManagementCommand::Update { kind, id, value } => change::update(turn, *kind, id, value),
        ManagementCommand::Delete { kind, id } => change::delete(turn, *kind, id),
        ManagementCommand::AssignResources { client_id, resource_ids } => {
            clients::assign_resources(turn, client_id, resource_ids)
        }
        ManagementCommand::AssignUser { app_id, user_id, assigned } => {
            users::assign(turn, app_id, user_id, *assigned)
        }
        ManagementCommand::AddSecret { client_id, secret_hash } => {
            clients::add_secret(turn, client_id, secret_hash.clone())
        }
        ManagementCommand::RemoveSecret { client_id, secret_id } => {
            clients::remove_secret(turn, client_id, secret_id)
        }
        ManagementCommand::EnsureUser { email, app_id, fresh_id } => {
            users::ensure(turn, email, app_id, fresh_id)
        }
        ManagementCommand::UserRecord { user_id } => users::published(turn, user_id),
        ManagementCommand::Export {} => {
            noted(turn, EntityKind::User, "")?;
            let document = document::document(store, true)?;
            Ok(ManagementReply::Document { document, revision: state::number(store, "version")? })
        }
        ManagementCommand::Import { document, .. } => import::import(turn, document),
        ManagementCommand::RevokeRefreshTokens {} => change::revoke_refresh_tokens(turn),
        ManagementCommand::Note { action, kind, id } => {
            let kind = *kind;
            audit::record(
                store,
                turn.request,
                turn.now,
                Action { action, kind, id, before: None, after: None },
            )?;
            Ok(ManagementReply::Done {})
        }
        ManagementCommand::Audit { kind, id, before, limit } => {
            Ok(audit::page(store, (*kind, id.as_deref()), *before, *limit)?)
        }
        ManagementCommand::Publication {} => {
            let (pending, failures) = outbox::pending(store)?;
            let version = state::number(store, "version")?;
            let published_at = state::number(store, "published_at")?;
            Ok(ManagementReply::Publication { version, pending, published_at, failures })
        }
        ManagementCommand::Due {} => Ok(outbox::due(store, turn.now)?),
        ManagementCommand::Written { entries } => Ok(outbox::written(store, entries, turn.now)?),
    }
}

fn created(
    turn: Turn<'_>,
    kind: EntityKind,
    value: &Json,
    fresh_id: &str,
    secret_hash: Option<&str>,
) -> Result<ManagementReply, Stop> {
    let mut source = entity::merged(&Json::Object(Vec::new()), value);
    if source.member(kind.id_member()).is_none() {
        source = clients::with(&source, kind.id_member(), Json::String(fresh_id.to_owned()));
    }
    let by_secret =
        source.text_of("token_endpoint_auth_method").is_some_and(|name| name.starts_with("client_secret"));
    if let Some(hash) = secret_hash
        && kind == EntityKind::Client
        && by_secret
        && source.member("secret_hashes").is_none()
    {
        source = clients::with(&source, "secret_hashes", Json::Array(vec![Json::String(hash.to_owned())]));
    }
    if kind == EntityKind::User && source.member("status").is_none() {
        source = clients::with(&source, "status", Json::String("active".to_owned()));
    }
    // An identifier that is none is a fault like others, so it is looked for where nothing can be.
    let id = source.text_of(kind.id_member()).unwrap_or_default().to_owned();
    change::create(turn, kind, &id, source)
}

/// Whether the caller may see it.
fn within_reach(turn: Turn<'_>, stored: &Stored) -> Result<bool, StoreError> {
    let Some(reach) = &turn.request.reach else { return Ok(true) };
    match stored.kind {
        EntityKind::Application => Ok(stored.id == reach.as_str()),
        EntityKind::User | EntityKind::Client => {
            table::names(turn.store, stored, &application_name(reach.as_str()))
        }
        EntityKind::Settings | EntityKind::Resource | EntityKind::Role => Ok(false),
    }
}

/// Management that looks at users is noted.
fn noted(turn: Turn<'_>, kind: EntityKind, id: &str) -> Result<(), StoreError> {
    if kind != EntityKind::User || turn.request.reach.is_some() || turn.request.actor.is_none() {
        return Ok(());
    }
    let action = Action { action: "read", kind, id, before: None, after: None };
    audit::record(turn.store, turn.request, turn.now, action)
}

/// An entity as callers see it. The default resource has the issuer's URL without saying so.
fn shown(turn: Turn<'_>, stored: &Stored) -> Result<Entity, StoreError> {
    let is_default = stored.kind == EntityKind::Resource && stored.id == DEFAULT_RESOURCE_ID;
    let settings = if is_default { find(turn.store, EntityKind::Settings, SETTINGS_ID)? } else { None };
    let issuer = settings.as_ref().and_then(|settings| settings.source.text_of("issuer"));
    Ok(stored.shown(turn.request.tenant_id.as_str(), issuer.unwrap_or_default()))
}

fn refused(refusal: ManagementRefusal) -> Managed {
    Managed { reply: text(&ManagementReply::Refused { refusal }), commit: false, due_at: None }
}

fn text(reply: &ManagementReply) -> String {
    // Strings and numbers always have a JSON text.
    serde_json::to_string(reply).unwrap_or_default()
}
