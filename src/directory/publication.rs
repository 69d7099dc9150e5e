//! Publication: a tenant document becomes the entries of the key-value store, one version at a time.

use crate::config::{
    ApplicationKind, LAST_KNOWN_GOOD_BOUND, ProtectedResource, Tenant, TenantDocument, User,
};
use crate::vocabulary::json::Json;
use crate::vocabulary::{Lifetime, TenantId, UnixTime};

/// How long after a publication somebody may still issue by the version before, in seconds: what an isolate may keep,
/// and five minutes for the store to tell and for clocks to differ.
const STALE: u64 = LAST_KNOWN_GOOD_BOUND + 300;
const NOT_PUBLISHED: [&str; 4] = ["$schema", "applications", "clients", "users"];

/// One entry of the key-value store.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    /// `tenant/{tid}`, what lies below it (`client/{client_id}`, `user/{user_id}`, `email/{hash}`), or `host/{hostname}`.
    pub key: String,
    /// A JSON text, the identifier of the tenant for a host, or that of the user for an email address.
    pub value: String,
}

/// The entries of one version, in the order in which they are to be written: a host leads to its tenant only once
/// the tenant is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Larger than that of the publication before.
    pub version: u64,
    /// What to write. Entries of earlier publications that are not among these are to be deleted, or a removed
    /// client could go on; but for keys and what is revoked, which the tenant's directory publishes.
    pub entries: Vec<Entry>,
}

/// The publication of `document` at `now`, after `previous`, if the tenant was published before.
#[must_use]
pub fn publish(document: &TenantDocument, now: UnixTime, previous: Option<&Tenant>) -> Publication {
    let tenant = document.tenant();
    let tid = tenant.id();
    let previous = previous.filter(|previous| previous.id() == tid);
    let version = previous.map_or(0, |previous| previous.version().saturating_add(1)).max(now.seconds());

    let record = tenant_record(
        document,
        version,
        now,
        previous,
        previous.map_or(0, |previous| previous.refresh_tokens_not_before().seconds()),
    );
    let mut entries = vec![Entry { key: tenant_key(tid), value: record.text() }];
    for (client, source) in document.clients().iter().zip(document.source().elements("clients")) {
        let kind =
            if client.is_management() { ApplicationKind::Management } else { ApplicationKind::Application };
        let value = client_record(tid, source, kind.as_str(), version, 0);
        entries.push(Entry { key: client_key(tid, client.id().as_str()), value });
    }
    for (user, source) in document.users().iter().zip(document.source().elements("users")) {
        let id = user.id().as_str();
        entries.push(Entry { key: user_key(tid, id), value: user_record(tid, source, version) });
        entries.push(Entry { key: email_key(tid, user.email()), value: id.to_owned() });
    }
    let hosts = tenant.hosts().iter();
    entries.extend(hosts.map(|host| Entry { key: format!("host/{host}"), value: tid.to_string() }));
    Publication { version, entries }
}

/// The key of the record that gates and issuers decide by.
pub(super) fn tenant_key(tid: &TenantId) -> String {
    format!("tenant/{tid}")
}

/// The key of a client's record.
pub(super) fn client_key(tid: &TenantId, client_id: &str) -> String {
    format!("tenant/{tid}/client/{client_id}")
}

/// The key of a user's record.
pub(super) fn user_key(tid: &TenantId, user_id: &str) -> String {
    format!("tenant/{tid}/user/{user_id}")
}

/// The key under which an address leads to its user.
pub(super) fn email_key(tid: &TenantId, email: &str) -> String {
    format!("tenant/{tid}/email/{}", User::email_key(email))
}

/// The record of a client, whose members in the document are `source`.
pub(super) fn client_record(
    tid: &TenantId,
    source: &Json,
    application_kind: &str,
    version: u64,
    created_at: u64,
) -> String {
    let mut members = source.members().to_vec();
    members.push(("tenant_id".to_owned(), Json::String(tid.to_string())));
    members.push(("application_kind".to_owned(), Json::String(application_kind.to_owned())));
    members.push(("version".to_owned(), Json::Whole(version)));
    if created_at > 0 {
        members.push(("created_at".to_owned(), Json::Whole(created_at)));
    }
    Json::Object(members).text()
}

/// The record of a user, whose members in the document are `source`.
pub(super) fn user_record(tid: &TenantId, source: &Json, version: u64) -> String {
    let mut members = source.members().to_vec();
    members.push(("tenant_id".to_owned(), Json::String(tid.to_string())));
    members.push(("version".to_owned(), Json::Whole(version)));
    Json::Object(members).text()
}

/// The record that gates and issuers decide by.
pub(super) fn tenant_record(
    document: &TenantDocument,
    version: u64,
    now: UnixTime,
    previous: Option<&Tenant>,
    refresh_tokens_not_before: u64,
) -> Json {
    let tenant = document.tenant();
    let mut record: Vec<(String, Json)> = Vec::new();
    for (name, value) in document.source().members() {
        match name.as_str() {
            "default_resource" => {}
            "resources" => {
                let sources = document.source().elements("resources").iter();
                let published = tenant.resources().iter().zip(sources).map(|(resource, source)| {
                    let before = previous.and_then(|previous| previous.resource(resource.id()));
                    with_longest(source.members().to_vec(), resource, now, before)
                });
                record.push((name.clone(), Json::Array(published.collect())));
            }
            name if NOT_PUBLISHED.contains(&name) => {}
            _ => record.push((name.clone(), value.clone())),
        }
    }
    let default =
        document.source().member("default_resource").map(Json::members).unwrap_or_default().to_vec();
    let before = previous.map(Tenant::default_resource);
    record
        .push(("default_resource".to_owned(), with_longest(default, tenant.default_resource(), now, before)));
    record.push(("version".to_owned(), Json::Whole(version)));
    record.push(("published_at".to_owned(), Json::Whole(now.seconds())));
    if refresh_tokens_not_before > 0 {
        record.push(("refresh_tokens_not_before".to_owned(), Json::Whole(refresh_tokens_not_before)));
    }
    Json::Object(record)
}

/// The members of a resource and the longest life that an access token still around can have, so that shortening a
/// lifetime does not kill live tokens.
fn with_longest(
    mut members: Vec<(String, Json)>,
    resource: &ProtectedResource,
    now: UnixTime,
    before: Option<&ProtectedResource>,
) -> Json {
    let own = resource.access_token_lifetime();
    let longer: Vec<(Lifetime, UnixTime)> = before
        .into_iter()
        .flat_map(earlier_lifetimes(now))
        .filter(|(lifetime, until)| *lifetime > own && now < *until)
        .collect();
    let longest = longer.iter().map(|(lifetime, _)| *lifetime).max().unwrap_or(own);
    members.push(("longest_access_token_ttl".to_owned(), Json::Whole(longest.seconds())));
    // The later of the ends: one pair of numbers covers them all.
    if let Some(until) = longer.iter().map(|(_, until)| *until).max() {
        members.push(("longest_until".to_owned(), Json::Whole(until.seconds())));
    }
    Json::Object(members)
}

/// The lifetimes of tokens issued under the version before, each with the moment after which none is alive.
fn earlier_lifetimes(now: UnixTime) -> impl Fn(&ProtectedResource) -> Vec<(Lifetime, UnixTime)> {
    move |before| {
        let own = before.access_token_lifetime();
        let ended_now = (own, now.plus(own.seconds()).plus(STALE));
        let ended_earlier =
            before.longest_until().map(|until| (before.longest_access_token_lifetime(), until));
        [ended_now].into_iter().chain(ended_earlier).collect()
    }
}
