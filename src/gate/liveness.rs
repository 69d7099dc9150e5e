//! Whether a token that is right in itself was revoked: by the published list, or by asking the objects.

use std::cell::RefCell;

use serde::Serialize;

use crate::access_token::AccessTokenClaims;
use crate::config::{ProtectedResource, RevocationMode, SubjectKind, Tenant};
use crate::revocation::{Knowledge, RevocationKind, Revocations, TokenNames, list_max_age, revocation_bound};
use crate::vocabulary::UnixTime;
use crate::vocabulary::json::Json;

use super::trace::RevocationTrace;

/// What is to be asked of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// The name of the `Account` object: of the token's user, or of its client.
    pub object: String,
    /// The request for its turn, as JSON text.
    pub request: String,
}

/// How it was found out whether the token is still good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// There is no list, so tokens live until they expire.
    NoList,
    /// Another issuer's token, which nobody here can revoke.
    Foreign,
    /// A list of this age in seconds.
    List(u64),
    /// The objects, and why them.
    Objects(Cause),
}

/// Why the objects are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The resource is set to strong revocation.
    Strong,
    /// A shard of the list is full, and the token falls into it.
    FullShard,
    /// No list could be read.
    NoList,
    /// The list is older than its bound: of this age in seconds.
    OldList(u64),
}

/// For the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LivenessFacts {
    pub(super) source: Source,
    pub(super) revoked_by: Option<RevocationKind>,
}

impl LivenessFacts {
    pub(super) fn trace(self, tenant: &Tenant) -> RevocationTrace {
        let (mode, cause, age) = match self.source {
            Source::NoList => ("none", None, None),
            Source::Foreign => ("foreign", None, None),
            Source::List(age) => ("list", None, Some(age)),
            Source::Objects(Cause::Strong) => ("objects", Some("strong"), None),
            Source::Objects(Cause::FullShard) => ("objects", Some("full_shard"), None),
            Source::Objects(Cause::NoList) => ("objects", Some("no_list"), None),
            Source::Objects(Cause::OldList(age)) => ("objects", Some("old_list"), Some(age)),
        };
        let bound = match self.source {
            Source::NoList | Source::Foreign => None,
            Source::List(_) => Some(revocation_bound(tenant.kv_propagation())),
            Source::Objects(_) => Some(0),
        };
        RevocationTrace { mode, cause, age, bound, revoked_by: self.revoked_by.map(RevocationKind::as_str) }
    }
}

/// What the list says of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing against it.
    Live(Source),
    /// It is revoked.
    Revoked(Source, RevocationKind),
    /// The list is to be read before it can say anything.
    Read,
    /// The objects are to be asked.
    Ask(Cause),
}

/// Asks the list. Without one (`None`) this gate was not told to honour any. `was_read` says that this request has
/// waited for it to be read, so that there is nothing more to be had of it.
pub(super) fn ask_list(
    list: Option<&RefCell<Revocations>>,
    tenant: &Tenant,
    resource: &ProtectedResource,
    claims: &AccessTokenClaims,
    now: UnixTime,
    was_read: bool,
) -> Answer {
    let strong = resource.revocation() == RevocationMode::Strong;
    let Some(list) = list else {
        return if strong { Answer::Ask(Cause::Strong) } else { Answer::Live(Source::NoList) };
    };
    let list = list.borrow();
    let knowledge = list.knowledge();
    let names = names(claims);
    // What a list says against a token is true at any age.
    if let Some(kind) = list.revoked(&names, claims.issued_at()) {
        let age = if let Knowledge::Listed(at) = knowledge { now.since(at) } else { 0 };
        return Answer::Revoked(Source::List(age), kind);
    }
    if strong {
        return Answer::Ask(Cause::Strong);
    }
    let max_age = list_max_age(tenant.kv_propagation());
    match knowledge {
        // Whether there is a list by now, a reading can tell. Where that fails, what was read before is the last good.
        Knowledge::Unpublished(at) if now.since(at) > max_age && !was_read => Answer::Read,
        Knowledge::Unpublished(_) => Answer::Live(Source::NoList),
        Knowledge::Unread if was_read => Answer::Ask(Cause::NoList),
        Knowledge::Unread => Answer::Read,
        Knowledge::Listed(at) => {
            let age = now.since(at);
            if age > max_age {
                if was_read { Answer::Ask(Cause::OldList(age)) } else { Answer::Read }
            } else if list.could_hide(&names) {
                Answer::Ask(Cause::FullShard)
            } else {
                Answer::Live(Source::List(age))
            }
        }
    }
}

fn names(claims: &AccessTokenClaims) -> TokenNames<'_> {
    TokenNames {
        token: claims.token_id(),
        grant: claims.grant_id().map(|grant| grant.as_str()),
        session: claims.session_id().map(|session| session.as_str()),
        subject: claims.subject().as_str(),
        client: claims.client_id().as_str(),
    }
}

/// The questions to the objects: of the user, where there is one, and of the client.
pub(super) fn inquiries(
    tenant: &Tenant,
    resource: &ProtectedResource,
    claims: &AccessTokenClaims,
) -> Vec<Inquiry> {
    #[derive(Serialize)]
    struct Request<'a> {
        subject: &'a str,
        longest_access_token: u64,
        command: Command<'a>,
    }
    #[derive(Serialize)]
    struct Command<'a> {
        r#type: &'static str,
        sid: Option<&'a str>,
        gid: Option<&'a str>,
        jti: &'a str,
        issued_at: u64,
    }
    let check = |kind: &str, subject: &str| {
        let command = Command {
            r#type: "check",
            sid: claims.session_id().map(|session| session.as_str()),
            gid: claims.grant_id().map(|grant| grant.as_str()),
            jti: claims.token_id(),
            issued_at: claims.issued_at().seconds(),
        };
        let longest_access_token = resource.longest_access_token_lifetime().seconds();
        let request = Request { subject, longest_access_token, command };
        let object = format!("{}/{kind}/{subject}", tenant.id());
        // Strings and numbers always have a JSON text.
        Inquiry { object, request: serde_json::to_string(&request).unwrap_or_default() }
    };
    let user = (claims.kind() == SubjectKind::User).then(|| check("user", claims.subject().as_str()));
    user.into_iter().chain([check("client", claims.client_id().as_str())]).collect()
}

/// Whether the objects say that the token is live; `None` where one of them did not say. `replies` has one element for
/// each inquiry, `None` for an object that could not be asked.
pub(super) fn concluded(inquiries: usize, replies: &[Option<String>]) -> Option<bool> {
    let answers: Vec<Option<bool>> = replies.iter().map(|reply| live(reply.as_deref()?)).collect();
    if answers.contains(&Some(false)) {
        return Some(false);
    }
    (answers.len() == inquiries && answers.iter().all(|answer| *answer == Some(true))).then_some(true)
}

/// `{"type":"live","live":…}` and nothing else.
fn live(reply: &str) -> Option<bool> {
    let reply = Json::parse(reply.as_bytes(), 1).ok()?;
    let Json::Object(members) = &reply else { return None };
    match (members.len(), reply.member("type")?.as_str(), reply.member("live")?) {
        (2, Some("live"), Json::Bool(live)) => Some(*live),
        _ => None,
    }
}
