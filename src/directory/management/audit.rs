//! The audit log: who did what to what, before and after.

use serde::Deserialize;

use crate::vocabulary::UnixTime;
use crate::vocabulary::json::Json;

use super::super::store::{Store, StoreError, Value, rows, run};
use super::request::{AuditEntry, EntityKind, ManagementReply, ManagementRequest};

/// How long entries are kept: 400 days, in seconds.
const KEPT: u64 = 400 * 86_400;

/// What is told of an action; no secret and no hash of one.
pub(super) struct Action<'a> {
    /// `create`, `update`, `delete` or `read`.
    pub(super) action: &'a str,
    pub(super) kind: EntityKind,
    /// Empty for a list.
    pub(super) id: &'a str,
    pub(super) before: Option<Json>,
    pub(super) after: Option<Json>,
}

pub(super) fn record(
    store: &dyn Store,
    request: &ManagementRequest,
    now: UnixTime,
    action: Action<'_>,
) -> Result<(), StoreError> {
    let actor = request.actor.as_ref();
    let text = |json: Option<Json>| Value::from(json.map(|json| json.text()).as_deref());
    let parameters = [
        now.seconds().into(),
        Value::from(actor.map(|actor| actor.client_id.as_str())),
        Value::from(actor.and_then(|actor| actor.user_id.as_ref()).map(|id| id.as_str())),
        action.action.into(),
        action.kind.as_str().into(),
        action.id.into(),
        text(action.before),
        text(action.after),
        request.request_id.as_str().into(),
    ];
    let columns = "at, client_id, act, action, kind, id, before, after, request_id";
    let statement = format!("INSERT INTO audit ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    run(store, &statement, &parameters)
}

/// Forgets what is too old.
pub(super) fn forget(store: &dyn Store, now: UnixTime) -> Result<(), StoreError> {
    let oldest = now.seconds().saturating_sub(KEPT);
    run(store, "DELETE FROM audit WHERE at < ?", &[oldest.into()])
}

#[derive(Deserialize)]
struct Row(
    u64,
    u64,
    Option<String>,
    Option<String>,
    String,
    EntityKind,
    String,
    Option<String>,
    Option<String>,
    String,
);

/// A page of the log, newest first.
pub(super) fn page(
    store: &dyn Store,
    about: (Option<EntityKind>, Option<&str>),
    before: Option<u64>,
    limit: u64,
) -> Result<ManagementReply, StoreError> {
    let mut statement =
        "SELECT audit_id, at, client_id, act, action, kind, id, before, after, request_id FROM audit \
         WHERE audit_id < ?"
            .to_owned();
    let mut parameters: Vec<Value> = vec![before.unwrap_or(UnixTime::MAX.seconds()).into()];
    if let Some(kind) = about.0 {
        statement.push_str(" AND kind = ?");
        parameters.push(kind.as_str().into());
    }
    if let Some(id) = about.1 {
        statement.push_str(" AND id = ?");
        parameters.push(id.into());
    }
    statement.push_str(" ORDER BY audit_id DESC LIMIT ?");
    parameters.push(limit.saturating_add(1).into());
    let found: Vec<Row> = rows(store, &statement, &parameters)?;
    let more = found.len() as u64 > limit;
    let parsed = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
    let entries = found.into_iter().take(limit as usize).map(
        |Row(audit_id, at, client_id, act, action, kind, id, before, after, request_id)| {
            let (before, after) = (parsed(before), parsed(after));
            AuditEntry { audit_id, at, client_id, act, action, kind, id, before, after, request_id }
        },
    );
    let entries: Vec<AuditEntry> = entries.collect();
    let next = entries.last().filter(|_| more).map(|last| last.audit_id);
    Ok(ManagementReply::Audit { entries, next })
}
