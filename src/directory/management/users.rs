//! What is done to users beyond their members: assigning applications, and users who come by themselves.

use crate::vocabulary::json::Json;
use crate::vocabulary::{ApplicationId, UserId};

use super::super::publication::user_record;
use super::change::{Turn, create, current, replace};
use super::clients::with;
use super::entity::{Stored, application_name, email_name};
use super::request::{EntityKind, ManagementRefusal, ManagementReply};
use super::stop::Stop;
use super::table::{declaring, find, names};

pub(super) fn assign(
    turn: Turn<'_>,
    app_id: &ApplicationId,
    user_id: &str,
    assigned: bool,
) -> Result<ManagementReply, Stop> {
    if find(turn.store, EntityKind::Application, app_id.as_str())?.is_none() {
        return Err(ManagementRefusal::NotFound {}.into());
    }
    let before = current(turn, EntityKind::User, user_id)?;
    let mut applications = before.source.elements("applications").to_vec();
    applications.retain(|own| own.as_str() != Some(app_id.as_str()));
    if assigned {
        applications.push(Json::String(app_id.to_string()));
    }
    let after = with(&before.source, "applications", Json::Array(applications));
    replace(turn, EntityKind::User, user_id, Some(before), after)
}

/// The user of an address, who may enter the application; a new one where the address has none.
pub(super) fn ensure(
    turn: Turn<'_>,
    email: &str,
    app_id: &ApplicationId,
    fresh_id: &str,
) -> Result<ManagementReply, Stop> {
    if let Some(stored) = declaring(turn.store, &email_name(email))? {
        // The link went to the address as it was typed, which may be somebody else's mailbox than the one on record.
        if stored.source.text_of("email") != Some(email) {
            return Err(ManagementRefusal::NotAssigned {}.into());
        }
        if !names(turn.store, &stored, &application_name(app_id.as_str()))? {
            return Err(ManagementRefusal::NotAssigned {}.into());
        }
        return Ok(record(turn, &stored));
    }
    let text = |text: &str| Json::String(text.to_owned());
    let member = |name: &str, value| (name.to_owned(), value);
    let source = Json::Object(vec![
        member("user_id", text(fresh_id)),
        member("email", text(email)),
        member("status", text("active")),
        member("applications", Json::Array(vec![text(app_id.as_str())])),
    ]);
    create(turn, EntityKind::User, fresh_id, source)?;
    let stored = find(turn.store, EntityKind::User, fresh_id)?.ok_or(Stop::Store)?;
    Ok(record(turn, &stored))
}

/// The record of a user as it is published.
pub(super) fn published(turn: Turn<'_>, user_id: &UserId) -> Result<ManagementReply, Stop> {
    let stored = find(turn.store, EntityKind::User, user_id.as_str())?;
    Ok(record(turn, &stored.ok_or(ManagementRefusal::NotFound {})?))
}

fn record(turn: Turn<'_>, stored: &Stored) -> ManagementReply {
    let record = user_record(&turn.request.tenant_id, &stored.source, stored.revision);
    ManagementReply::User { record }
}
