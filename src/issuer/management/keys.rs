//! Signing keys that the tenant's directory manages.

use serde_json::{Value, json};

use crate::config::LAST_KNOWN_GOOD_BOUND;
use crate::directory::{DirectoryCommand, DirectoryRefusal, DirectoryReply, EntityKind, KeyState, KeyTiming};
use crate::host::Host;
use crate::jose::Algorithm;
use crate::vocabulary::{HttpResponse, KeyId};

use super::super::metadata::MAX_AGE;
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::signing;
use super::caller::Caller;
use super::fault::Fault;
use super::input;
use super::note::note;
use super::reply::{no_content, staleness};

/// `GET /v1/keys`: every key that is not disabled, with its state, since when that is published, and from when on the
/// next step is allowed.
pub(super) async fn list<H: Host>(service: &Service<'_, H>) -> Result<Answer, Fault> {
    require_managed(service)?;
    match service.directory(DirectoryCommand::Keys {}).await? {
        DirectoryReply::Keys { published, published_at, .. } => {
            let mut record: Value =
                serde_json::from_str(&published).map_err(|_| Refusal::StoredRecordUnreadable)?;
            let keys = record.get_mut("signing_keys").and_then(Value::as_array_mut).into_iter().flatten();
            for key in keys {
                let kid = key.pointer("/jwk/kid").and_then(Value::as_str).unwrap_or_default();
                let since = published_at.iter().find(|(own, _)| own.as_str() == kid).map(|(_, since)| *since);
                let wait =
                    key.get("state").and_then(Value::as_str).and_then(|state| timing(service).wait(state));
                if let (Some(since @ 1..), Some(key)) = (since, key.as_object_mut()) {
                    key.insert("published_at".to_owned(), json!(since));
                    key.extend(wait.map(|wait| ("allowed_at".to_owned(), json!(since.saturating_add(wait)))));
                }
            }
            let body = json!({ "result": record.get("signing_keys") });
            Ok(Answer::plain(HttpResponse::json(200, &body).not_stored()))
        }
        other => Err(refused(&other)),
    }
}

/// `POST /v1/keys`: a fresh key for `algorithm`, announced and not used yet.
pub(super) async fn announce<H: Host>(
    service: &Service<'_, H>,
    caller: &Caller,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Fault> {
    require_managed(service)?;
    let expected = "an algorithm by which this tenant signs";
    let algorithm = input::only_member(request, "algorithm", expected)?;
    let algorithm = algorithm.as_str().and_then(Algorithm::from_header);
    let used = |algorithm: &Algorithm| service.tenant.signing_algorithms().contains(algorithm);
    let algorithm =
        algorithm.filter(used).ok_or_else(|| Fault::at("$.algorithm", "is none of them", expected))?;
    let key = signing::fresh(service, algorithm).await?;
    let result = json!({ "result": { "kid": key.kid.as_str(), "state": KeyState::Next.as_str() } });
    note(service, caller, request, ("announce_key", EntityKind::Settings, key.kid.as_str())).await?;
    let tenant_id = service.tenant.id().clone();
    match service.directory(DirectoryCommand::AnnounceKey { tenant_id, key }).await? {
        DirectoryReply::Done {} => Ok(Answer::plain(HttpResponse::json(201, &result).not_stored())),
        other => Err(refused(&other)),
    }
}

/// `PUT /v1/keys/{kid}`: `state` is `current` for a key that comes next, `disabled` for one that is retiring.
pub(super) async fn advance<H: Host>(
    service: &Service<'_, H>,
    caller: &Caller,
    request: &IssuerRequest<'_>,
    kid: &str,
) -> Result<Answer, Fault> {
    require_managed(service)?;
    let expected = "`current` or `disabled`";
    let to = match input::only_member(request, "state", expected)?.as_str() {
        Some("current") => KeyState::Current,
        Some("disabled") => KeyState::Disabled,
        _ => return Err(Fault::at("$.state", "is neither", expected)),
    };
    let kid = KeyId::parse(kid).map_err(|_| Fault::not_found())?;
    note(service, caller, request, ("advance_key", EntityKind::Settings, kid.as_str())).await?;
    let command = DirectoryCommand::AdvanceKey { kid, to, timing: timing(service) };
    match service.directory(command).await? {
        DirectoryReply::Done {} => Ok(no_content()),
        other => Err(refused(&other)),
    }
}

/// How long somebody may go by older keys: an isolate by its last good configuration, on top of what the store and its
/// caches take; a verifier of somebody else by the JWK Set that it fetched.
fn timing<H: Host>(service: &Service<'_, H>) -> KeyTiming {
    let staleness = staleness(service.tenant)
        .saturating_add(LAST_KNOWN_GOOD_BOUND)
        .saturating_add(MAX_AGE)
        .saturating_add(service.tenant.clock_tolerance());
    KeyTiming { staleness, longest_token: service.longest_access_token() }
}

fn require_managed<H: Host>(service: &Service<'_, H>) -> Result<(), Fault> {
    if service.tenant.manages_keys() { Ok(()) } else { Err(Fault::not_found()) }
}

fn refused(reply: &DirectoryReply) -> Fault {
    match reply {
        DirectoryReply::TooEarly { allowed_at } => {
            let allowed_at = allowed_at.seconds();
            let message = format!("this step is allowed from {allowed_at} on (seconds since the Unix epoch)");
            Fault::Key(message, "too_early", Some(allowed_at))
        }
        DirectoryReply::Refused { reason: DirectoryRefusal::KeyStep } => {
            Fault::Key("the key cannot go to that state".to_owned(), "key_step", None)
        }
        DirectoryReply::Refused { reason: DirectoryRefusal::KeyExists } => {
            Fault::Key("a key that comes next exists already".to_owned(), "key_exists", None)
        }
        DirectoryReply::Refused { reason: DirectoryRefusal::KeyUnknown } => Fault::not_found(),
        _ => Refusal::StoredRecordUnreadable.into(),
    }
}
