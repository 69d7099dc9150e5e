//! Signing keys that the tenant's directory manages: `/v1/keys`, for management tokens.

use serde_json::{Value, json};

use crate::config::{LAST_KNOWN_GOOD_BOUND, REFRESH_AFTER, SubjectKind};
use crate::directory::{DirectoryCommand, DirectoryRefusal, DirectoryReply, KeyState, KeyTiming};
use crate::host::Host;
use crate::jose::Algorithm;
use crate::revocation::CACHE_TTL;
use crate::vocabulary::{HttpResponse, KeyId};

use super::super::bearer::{self, BearerRefusal, verified};
use super::super::metadata::MAX_AGE;
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::signing;
use super::body::Body;
use super::{CallRefusal, no_content};

/// `GET /v1/keys`: every key that is not disabled, with its state.
pub(super) async fn list<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    by_management(service, request).await?;
    match service.directory(DirectoryCommand::Keys {}).await? {
        DirectoryReply::Keys { published, .. } => {
            let record: Value =
                serde_json::from_str(&published).map_err(|_| Refusal::StoredRecordUnreadable)?;
            let body = json!({ "result": record.get("signing_keys") });
            Ok(Answer::plain(HttpResponse::json(200, &body).not_stored()))
        }
        _ => Err(Refusal::StoredRecordUnreadable.into()),
    }
}

/// `POST /v1/keys`: a fresh key for `algorithm`, announced and not used yet.
pub(super) async fn announce<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    by_management(service, request).await?;
    let body = Body::read(request, &["algorithm"])?;
    let algorithm = Algorithm::from_header(body.required("algorithm")?);
    let used = |algorithm: &Algorithm| service.tenant.signing_algorithms().contains(algorithm);
    let algorithm = algorithm.filter(used).ok_or(Refusal::Malformed("algorithm"))?;
    let key = signing::fresh(service, algorithm).await?;
    let result = json!({ "result": { "kid": key.kid.as_str(), "state": KeyState::Next.as_str() } });
    let tenant_id = service.tenant.id().clone();
    match service.directory(DirectoryCommand::AnnounceKey { tenant_id, key }).await? {
        DirectoryReply::Done {} => Ok(Answer::plain(HttpResponse::json(201, &result).not_stored())),
        other => refused(&other),
    }
}

/// `PUT /v1/keys/{kid}`: `state` is `current` for a key that comes next, `disabled` for one that is retiring.
pub(super) async fn advance<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    kid: &KeyId,
) -> Result<Answer, CallRefusal> {
    by_management(service, request).await?;
    let body = Body::read(request, &["state"])?;
    let to = match body.required("state")? {
        "current" => KeyState::Current,
        "disabled" => KeyState::Disabled,
        _ => return Err(Refusal::Malformed("state").into()),
    };
    let command = DirectoryCommand::AdvanceKey { kid: kid.clone(), to, timing: timing(service) };
    match service.directory(command).await? {
        DirectoryReply::Done {} => Ok(no_content()),
        other => refused(&other),
    }
}

/// How long somebody may go by older keys: an isolate by its last good configuration, on top of what the store and its
/// caches take; a verifier of somebody else by the JWK Set that it fetched.
fn timing<H: Host>(service: &Service<'_, H>) -> KeyTiming {
    let tenant = service.tenant;
    let store = tenant.kv_propagation().saturating_add(CACHE_TTL).saturating_add(REFRESH_AFTER);
    let staleness = store
        .saturating_add(LAST_KNOWN_GOOD_BOUND)
        .saturating_add(MAX_AGE)
        .saturating_add(tenant.clock_tolerance());
    KeyTiming { staleness, longest_token: service.longest_access_token() }
}

async fn by_management<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<(), CallRefusal> {
    let token = verified(service, request).await?;
    // What the token says was true when it was issued; the record says what is true now.
    if token.claims().kind() != SubjectKind::Management
        || !bearer::client(service, token.claims().client_id()).await?.is_management()
    {
        return Err(BearerRefusal::WrongSubject.into());
    }
    if service.tenant.manages_keys() { Ok(()) } else { Err(CallRefusal::NotFound) }
}

fn refused(reply: &DirectoryReply) -> Result<Answer, CallRefusal> {
    let conflict = |message: String, code: &'static str, more: Value| {
        let mut body = json!({ "message": [message], "error_code": code });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        Ok(Answer { response: HttpResponse::json(409, &body).not_stored(), reason: Some(code) })
    };
    match reply {
        DirectoryReply::TooEarly { allowed_at } => {
            let allowed_at = allowed_at.seconds();
            let message = format!("this step is allowed from {allowed_at} on (seconds since the Unix epoch)");
            conflict(message, "too_early", json!({ "allowed_at": allowed_at }))
        }
        DirectoryReply::Refused { reason: DirectoryRefusal::KeyStep } => {
            conflict("the key cannot go to that state".to_owned(), "key_step", Value::Null)
        }
        DirectoryReply::Refused { reason: DirectoryRefusal::KeyExists } => {
            conflict("a key that comes next exists already".to_owned(), "key_exists", Value::Null)
        }
        DirectoryReply::Refused { reason: DirectoryRefusal::KeyUnknown } => Err(CallRefusal::NotFound),
        _ => Err(Refusal::StoredRecordUnreadable.into()),
    }
}
