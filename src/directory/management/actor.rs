//! Whether whoever asks may still ask: what an isolate knows of them may be a minute old, and this is where it changes.

use crate::config::ADMINISTRATOR;
use crate::vocabulary::json::Json;

use super::change::Turn;
use super::entity::Stored;
use super::request::{Actor, EntityKind, ManagementCommand, ManagementRefusal};
use super::stop::Stop;
use super::table::find;

/// # Errors
/// A refusal where the client or the user is gone, or has lost what let them in. While the deployment has published a later
/// version than this directory, nothing but an import is done: it is what brings both together again, and the way back
/// for a tenant that nobody can manage any more.
pub(super) fn check(turn: Turn<'_>, settings: &Stored) -> Result<(), Stop> {
    let imports = matches!(turn.request.command, ManagementCommand::Import { .. });
    if turn.follows_deployment {
        if imports || !changes(&turn.request.command) {
            return Ok(());
        }
        let reason = "the deployment has published a later document: apply it first".to_owned();
        return Err(ManagementRefusal::Fixed { reason }.into());
    }
    let Some(actor) = &turn.request.actor else { return Ok(()) };
    if may(turn, actor, settings)? { Ok(()) } else { Err(ManagementRefusal::ActorLost {}.into()) }
}

fn may(turn: Turn<'_>, actor: &Actor, settings: &Stored) -> Result<bool, Stop> {
    let Some(client) = find(turn.store, EntityKind::Client, actor.client_id.as_str())? else {
        return Ok(false);
    };
    let third_party = client.source.member("third_party") == Some(&Json::Bool(true));
    let app_id = client.source.text_of("app_id").unwrap_or_default();
    if let Some(user_id) = &actor.user_id {
        let console =
            settings.source.member("settings").and_then(|settings| settings.text_of("console_client_id"));
        let Some(user) = find(turn.store, EntityKind::User, user_id.as_str())? else { return Ok(false) };
        let has =
            |list: &str, id: &str| user.source.elements(list).iter().any(|own| own.as_str() == Some(id));
        return Ok(console == Some(actor.client_id.as_str())
            && user.source.text_of("status") == Some("active")
            && has("applications", app_id)
            && has("role_ids", ADMINISTRATOR));
    }
    let own = match (&turn.request.reach, &turn.request.command) {
        (Some(reach), _) => Some(reach),
        (None, ManagementCommand::EnsureUser { app_id, .. }) => Some(app_id),
        (None, _) => None,
    };
    if let Some(own) = own {
        return Ok(!third_party && own.as_str() == app_id);
    }
    let application = find(turn.store, EntityKind::Application, app_id)?;
    let manages = application.is_some_and(|stored| stored.source.text_of("kind") == Some("management"));
    Ok(manages && !third_party)
}

/// Whether a command changes what a tenant consists of.
fn changes(command: &ManagementCommand) -> bool {
    match command {
        ManagementCommand::Create { .. }
        | ManagementCommand::Update { .. }
        | ManagementCommand::Delete { .. }
        | ManagementCommand::AssignResources { .. }
        | ManagementCommand::AssignUser { .. }
        | ManagementCommand::AddSecret { .. }
        | ManagementCommand::RemoveSecret { .. }
        | ManagementCommand::EnsureUser { .. }
        | ManagementCommand::RevokeRefreshTokens {}
        | ManagementCommand::Import { .. } => true,
        ManagementCommand::List { .. }
        | ManagementCommand::Read { .. }
        | ManagementCommand::ReadByUri { .. }
        | ManagementCommand::UserRecord { .. }
        | ManagementCommand::Export {}
        | ManagementCommand::Note { .. }
        | ManagementCommand::Audit { .. }
        | ManagementCommand::Publication {}
        | ManagementCommand::Due {}
        | ManagementCommand::Written { .. } => false,
    }
}
