//! One turn of a `Directory` object.

use crate::session::{Outcome, Row};
use crate::vocabulary::{TenantId, UnixTime};

use super::keys::Keys;
use super::outbox::Outbox;
use super::request::{DirectoryCommand, DirectoryRefusal, DirectoryReply, DirectoryRequest};

/// After this time an object that could not read its rows tries again; seconds.
const RETRY_AFTER: u64 = 30;

/// One turn of a directory: `request` is a [`DirectoryRequest`] as JSON, the reply a [`DirectoryReply`]. What is to be
/// published goes into the key-value store entry by entry, in the order of `publish`, up to the first failure; then the
/// object runs the command `published` or `publish_failed`.
#[must_use]
pub fn directory(rows: &[Row], request: &str, now: UnixTime) -> Outcome {
    let Ok(DirectoryRequest { command }) = serde_json::from_str(request) else {
        return refused(DirectoryRefusal::RequestUnreadable);
    };
    let (Ok(stored), Ok(mut keys)) = (Outbox::read(rows), Keys::read(rows)) else {
        // The alarm that has come is over, and nothing else would wake an object that only publishes.
        let alarm = Some(now.plus(RETRY_AFTER).seconds());
        return Outcome { keep_alarm: false, alarm, ..refused(DirectoryRefusal::RecordUnreadable) };
    };
    let mut outbox = match (stored, tenant(&command)) {
        (Some(outbox), Some(tenant)) if outbox.tenant() != tenant => {
            return refused(DirectoryRefusal::WrongTenant);
        }
        (Some(outbox), _) => outbox,
        (None, Some(tenant)) => Outbox::new(tenant.clone()),
        (None, None) => return Outcome { reply: text(&empty(&command)), ..Outcome::default() },
    };
    let reply = run(&mut outbox, &mut keys, command, now);
    let (mut publish, alarm) = outbox.due(now, keys.is_unpublished(now));
    if !publish.is_empty()
        && let Some(entry) = keys.begin(outbox.tenant(), now)
    {
        publish.insert(0, entry);
    }
    let kept: Vec<Row> = outbox.rows().into_iter().chain(keys.rows()).collect();
    let gone = |row: &&Row| !kept.iter().any(|kept| kept.key == row.key);
    let delete = rows.iter().filter(gone).map(|row| row.key.clone()).collect();
    let changed = |row: &Row| !rows.contains(row);
    Outcome {
        reply: text(&reply),
        put: kept.into_iter().filter(changed).collect(),
        delete,
        alarm: Some(alarm),
        publish,
        ..Outcome::default()
    }
}

fn run(outbox: &mut Outbox, keys: &mut Keys, command: DirectoryCommand, now: UnixTime) -> DirectoryReply {
    match command {
        DirectoryCommand::Ensure { .. } | DirectoryCommand::Alarm {} => {}
        DirectoryCommand::Revoke { entries, .. } => {
            entries.into_iter().for_each(|revocation| outbox.revoke(revocation, now));
        }
        DirectoryCommand::Published { keys: written } => {
            outbox.published(&written);
            keys.published(outbox.tenant(), &written, now);
        }
        DirectoryCommand::PublishFailed {} => outbox.failed(),
        DirectoryCommand::Keys {} => return keys.describe(),
        DirectoryCommand::CreateKeys { keys: offered, .. } => return keys.create(offered, now),
        DirectoryCommand::AnnounceKey { key, .. } => return keys.announce(key, now),
        DirectoryCommand::ResealKey { kid, sealed } => return keys.reseal(&kid, sealed),
        DirectoryCommand::AdvanceKey { kid, to, timing } => return keys.advance(&kid, to, timing, now),
        DirectoryCommand::List {} => {
            let (entries, full) = outbox.list(now);
            return DirectoryReply::Revocations { entries, full, published_at: outbox.published_at() };
        }
    }
    DirectoryReply::Done {}
}

/// The tenant of a command that may begin a directory.
fn tenant(command: &DirectoryCommand) -> Option<&TenantId> {
    match command {
        DirectoryCommand::Ensure { tenant_id }
        | DirectoryCommand::Revoke { tenant_id, .. }
        | DirectoryCommand::CreateKeys { tenant_id, .. }
        | DirectoryCommand::AnnounceKey { tenant_id, .. } => Some(tenant_id),
        DirectoryCommand::Keys {}
        | DirectoryCommand::AdvanceKey { .. }
        | DirectoryCommand::ResealKey { .. }
        | DirectoryCommand::Published { .. }
        | DirectoryCommand::PublishFailed {}
        | DirectoryCommand::List {}
        | DirectoryCommand::Alarm {} => None,
    }
}

fn empty(command: &DirectoryCommand) -> DirectoryReply {
    match command {
        DirectoryCommand::List {} => {
            DirectoryReply::Revocations { entries: Vec::new(), full: Vec::new(), published_at: 0 }
        }
        DirectoryCommand::Keys {} => Keys::default().describe(),
        DirectoryCommand::AdvanceKey { .. } | DirectoryCommand::ResealKey { .. } => {
            DirectoryReply::Refused { reason: DirectoryRefusal::KeyUnknown }
        }
        DirectoryCommand::Ensure { .. }
        | DirectoryCommand::Revoke { .. }
        | DirectoryCommand::CreateKeys { .. }
        | DirectoryCommand::AnnounceKey { .. }
        | DirectoryCommand::Published { .. }
        | DirectoryCommand::PublishFailed {}
        | DirectoryCommand::Alarm {} => DirectoryReply::Done {},
    }
}

fn refused(reason: DirectoryRefusal) -> Outcome {
    Outcome::unchanged(text(&DirectoryReply::Refused { reason }))
}

fn text(reply: &DirectoryReply) -> String {
    // Strings and numbers always have a JSON text.
    serde_json::to_string(reply).unwrap_or_default()
}
