//! Why a request to the management API is refused, and what its caller sees of it.

use serde_json::{Map, Value, json};

use crate::directory::ManagementRefusal;
use crate::vocabulary::HttpResponse;

use super::super::bearer::BearerRefusal;
use super::super::refusal::Refusal;
use super::super::request::Answer;

/// Why a request is refused.
#[derive(Debug)]
pub(super) enum Fault {
    /// The caller is not let in.
    Bearer(BearerRefusal),
    /// The request cannot be read, or something that it needs does not answer.
    Request(Refusal),
    /// The directory refuses, or would.
    Directory(ManagementRefusal),
    /// A signing key cannot do that: what is wrong, its code, and from when on it could (seconds since the Unix epoch).
    Key(String, &'static str, Option<u64>),
}

impl From<BearerRefusal> for Fault {
    fn from(refusal: BearerRefusal) -> Self {
        match refusal {
            BearerRefusal::Unavailable(refusal) => Self::Request(refusal),
            other => Self::Bearer(other),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Request(refusal)
    }
}

impl Fault {
    /// A fault of the request, as faults of documents are told. `problem` quotes nothing of the caller's.
    pub(super) fn at(place: &str, problem: &str, expected: &str) -> Self {
        let fault = format!("{place}: {problem} (expected: {expected})");
        Self::Directory(ManagementRefusal::Invalid { faults: vec![fault] })
    }

    pub(super) fn not_found() -> Self {
        Self::Directory(ManagementRefusal::NotFound {})
    }

    pub(super) fn answer(self, issuer: &str) -> Answer {
        match self {
            Self::Bearer(refusal) => refusal.answer(issuer),
            Self::Request(refusal) => of_request(refusal),
            Self::Directory(refusal) => of_directory(refusal),
            Self::Key(message, code, allowed_at) => {
                let more = allowed_at.map(|allowed_at| ("allowed_at", json!(allowed_at)));
                refused(409, vec![message], code, more)
            }
        }
    }
}

fn of_request(refusal: Refusal) -> Answer {
    let status = if refusal == Refusal::JsonContentType { 415 } else { refusal.status() };
    let code = match status {
        413 => "body_too_long",
        415 => "unsupported_media_type",
        429 => "too_many_requests",
        _ => refusal.error_code().as_str(),
    };
    Answer { reason: Some(refusal.code()), ..refused(status, vec![refusal.to_string()], code, None) }
}

fn of_directory(refusal: ManagementRefusal) -> Answer {
    let one = |status, message: &str, code| refused(status, vec![message.to_owned()], code, None);
    match refusal {
        ManagementRefusal::Invalid { faults } => refused(400, faults, "invalid_request", None),
        ManagementRefusal::NotFound {} | ManagementRefusal::NotAssigned {} => {
            one(404, "there is no such thing in this tenant", "not_found")
        }
        ManagementRefusal::Duplicate { name } => one(409, &format!("`{name}` is taken"), "duplicate"),
        ManagementRefusal::InUse { used_by } => {
            let message = "it cannot go while something else names it".to_owned();
            refused(409, vec![message], "in_use", Some(("used_by", json!(used_by))))
        }
        ManagementRefusal::Fixed { reason } => one(409, &reason, "fixed"),
        ManagementRefusal::Empty {} => {
            one(409, "the directory has no tenant yet: import a tenant document", "directory_empty")
        }
        ManagementRefusal::Stale { .. } => {
            one(412, "it has changed since it was read, or never had this revision", "precondition_failed")
        }
        ManagementRefusal::IdempotencyKeyReused {} => {
            one(422, "the idempotency key came with another request", "idempotency_key_reused")
        }
        // As for a token of theirs that comes later.
        ManagementRefusal::ActorLost {} => {
            let body = json!({ "reason": "wrong_subject" });
            let response = HttpResponse::json(403, &body).not_stored();
            Answer { response, reason: Some("actor_lost") }
        }
        ManagementRefusal::WrongTenant {}
        | ManagementRefusal::RecordUnreadable {}
        | ManagementRefusal::RequestUnreadable {} => of_request(Refusal::StoredRecordUnreadable),
    }
}

fn refused(
    status: u16,
    message: Vec<String>,
    code: &'static str,
    more: Option<(&'static str, Value)>,
) -> Answer {
    let mut body = Map::new();
    body.insert("message".to_owned(), json!(message));
    body.insert("error_code".to_owned(), json!(code));
    body.extend(more.map(|(name, value)| (name.to_owned(), value)));
    let mut response = HttpResponse::json(status, &Value::Object(body)).not_stored();
    match status {
        503 => response = response.with("retry-after", "1"),
        429 => response = response.with("retry-after", "60"),
        _ => {}
    }
    Answer { response, reason: Some(code) }
}
