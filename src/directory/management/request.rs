//! What the management of a tenant asks of its directory, and what it answers.

use serde::{Deserialize, Serialize};

use crate::vocabulary::json::Json;
use crate::vocabulary::{ApplicationId, ClientId, TenantId, UserId};

/// One request to the directory of a tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagementRequest {
    /// Whose directory this is.
    pub tenant_id: TenantId,
    /// Who asks; nobody for what the server does by itself.
    pub actor: Option<Actor>,
    /// Only what belongs to this application is seen; without it, the whole tenant.
    pub reach: Option<ApplicationId>,
    /// What tells this request from others, for the audit log.
    pub request_id: String,
    /// Under which a creation that is repeated has its first answer again.
    pub idempotency_key: Option<String>,
    /// The revision that the caller has seen: a change of anything later is refused.
    pub if_match: Option<u64>,
    /// The version of the record that is published, which this directory's must exceed.
    pub published_version: u64,
    /// What the deployment has published of itself; none where the object asks itself.
    pub deployment: Option<Deployment>,
    /// What to do.
    pub command: ManagementCommand,
}

/// What of a tenant belongs to its deployment, and is no management's to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// The issuer's URL.
    pub issuer: String,
    /// The host names that lead to the tenant.
    pub hosts: Vec<String>,
}

/// Who changes something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The client.
    pub client_id: ClientId,
    /// The user for whom it acts, if any (`act`).
    pub user_id: Option<UserId>,
}

/// The kinds of what a tenant consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// What is no list: the issuer, hosts, settings and keys of the document. There is one.
    Settings,
    /// A resource, the default resource among them.
    Resource,
    /// A role
    Role,
    /// An application
    Application,
    /// A client
    Client,
    /// A user
    User,
}

/// What a directory can do for its management.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ManagementCommand {
    /// Lists what is there, in the order of identifiers.
    List {
        /// Of which kind.
        kind: EntityKind,
        /// Only users that are assigned to, or clients of, this application.
        app_id: Option<ApplicationId>,
        /// Only applications of this kind.
        application_kind: Option<String>,
        /// Only what has this text in its identifier, name, address or URI.
        search: Option<String>,
        /// What comes after this identifier.
        after: Option<String>,
        /// At most so many.
        limit: u64,
    },
    /// Reads one.
    Read {
        /// Of which kind.
        kind: EntityKind,
        /// Its identifier.
        id: String,
    },
    /// Reads the resource with this URI, in whatever spelling.
    ReadByUri {
        /// The URI.
        uri: String,
    },
    /// Makes a new one.
    Create {
        /// Of which kind.
        kind: EntityKind,
        /// Its members as in the tenant document.
        value: Json,
        /// The identifier where the members name none: fresh, random.
        fresh_id: String,
        /// The hash of a client's fresh secret, for a client that needs one and brings none.
        secret_hash: Option<String>,
    },
    /// Merges members into one: what is `null` goes, the rest replaces what was there.
    Update {
        /// Of which kind.
        kind: EntityKind,
        /// Its identifier.
        id: String,
        /// The members that change.
        value: Json,
    },
    /// Removes one that nothing else names.
    Delete {
        /// Of which kind.
        kind: EntityKind,
        /// Its identifier.
        id: String,
    },
    /// Has a client be assigned these resources and no others. Those that it had keep their allowed scopes, new ones
    /// get all of theirs.
    AssignResources {
        /// The client.
        client_id: String,
        /// The resources.
        resource_ids: Vec<String>,
    },
    /// Assigns a user to an application, or takes them out of it.
    AssignUser {
        /// The application.
        app_id: ApplicationId,
        /// The user.
        user_id: String,
        /// Whether they are assigned afterwards.
        assigned: bool,
    },
    /// Adds a secret to a client. The newest that it had stays good beside it, older ones do not.
    AddSecret {
        /// The client.
        client_id: String,
        /// The hash of the secret.
        secret_hash: String,
    },
    /// Takes a secret from a client that has another.
    RemoveSecret {
        /// The client.
        client_id: String,
        /// The first characters of its hash, as [`SECRET_ID_LENGTH`] tells.
        secret_id: String,
    },
    /// Finds the user of an address, or makes one and assigns them to the application.
    EnsureUser {
        /// The address.
        email: String,
        /// The application that they enter.
        app_id: ApplicationId,
        /// The identifier of a new user: fresh, random.
        fresh_id: String,
    },
    /// The record of a user as it is published.
    UserRecord {
        /// The user.
        user_id: UserId,
    },
    /// The tenant document of what is there.
    Export {},
    /// Makes what is there equal to a tenant document, wholly or not at all. A document without `users` leaves users
    /// as they are.
    Import {
        /// The document, JSON text.
        document: String,
        /// Whether to tell the changes only.
        dry_run: bool,
    },
    /// Ends every refresh token family that has begun, once that is published.
    RevokeRefreshTokens {},
    /// Notes in the audit log what is done elsewhere than here.
    Note {
        /// `read_sessions`, `end_sessions` or `end_session` of a user, `announce_key` or `advance_key` of the settings.
        action: String,
        /// About which kind.
        kind: EntityKind,
        /// The user, or the key.
        id: String,
    },
    /// The audit log, newest first.
    Audit {
        /// Only entries about this kind.
        kind: Option<EntityKind>,
        /// Only entries about what has this identifier.
        id: Option<String>,
        /// Only entries before this one.
        before: Option<u64>,
        /// At most so many.
        limit: u64,
    },
    /// How far publication is.
    Publication {},
    /// For the object itself: what to write into the key-value store now.
    Due {},
    /// For the object itself: what came of it.
    Written {
        /// The entries, each with the version that was written.
        entries: Vec<WrittenEntry>,
    },
}

/// How many characters of a secret's hash name it.
pub const SECRET_ID_LENGTH: usize = 10;

/// An entry that was to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenEntry {
    /// Its key.
    pub key: String,
    /// The version that was due.
    pub version: u64,
    /// Whether it is there now.
    pub written: bool,
}

/// An entry of the key-value store that is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DueEntry {
    /// Its key.
    pub key: String,
    /// Its value; none where the key is to go.
    pub value: Option<String>,
    /// Which version of it this is.
    pub version: u64,
}

/// One of what a tenant consists of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Its members as in the tenant document, `created_at` and `updated_at`; of a client `secrets` in place of their
    /// hashes.
    pub value: Json,
    /// Grows with each change of it.
    pub revision: u64,
}

/// What names something, so that it cannot go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mention {
    /// The kind of what names it.
    pub kind: EntityKind,
    /// Its identifier.
    pub id: String,
}

/// One difference between what is there and a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `create`, `update` or `delete`.
    pub action: String,
    /// Of which kind.
    pub kind: EntityKind,
    /// Its identifier.
    pub id: String,
    /// The members before; none of what is new.
    pub before: Option<Json>,
    /// The members afterwards; none of what goes.
    pub after: Option<Json>,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// Grows with each entry.
    pub audit_id: u64,
    /// When; seconds since the Unix epoch.
    pub at: u64,
    /// The client that asked; none for what the server did by itself.
    pub client_id: Option<String>,
    /// The user for whom it acted.
    pub act: Option<String>,
    /// `create`, `update`, `delete`, `read`, or what was noted.
    pub action: String,
    /// About which kind.
    pub kind: EntityKind,
    /// About which one; empty for a list.
    pub id: String,
    /// The members before.
    pub before: Option<Json>,
    /// The members afterwards.
    pub after: Option<Json>,
    /// The request.
    pub request_id: String,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ManagementReply {
    /// To `list`.
    Page {
        /// In the order of identifiers.
        items: Vec<Entity>,
        /// Where the next page begins.
        next: Option<String>,
    },
    /// To `read` and `read_by_uri`.
    Found {
        /// It.
        entity: Entity,
    },
    /// To what changes one.
    Changed {
        /// As it is now.
        entity: Entity,
        /// The version that is going to be published.
        version: u64,
    },
    /// To `delete`.
    Deleted {
        /// The version that is going to be published.
        version: u64,
    },
    /// To `ensure_user` and `user_record`.
    User {
        /// The record as it is published.
        record: String,
    },
    /// To `export`.
    Document {
        /// The tenant document.
        document: Json,
        /// The version of all of it.
        revision: u64,
    },
    /// To `import`.
    Imported {
        /// What it changed, or would have changed.
        changes: Vec<Change>,
        /// The version that is going to be published.
        version: u64,
    },
    /// To `audit`.
    Audit {
        /// Newest first.
        entries: Vec<AuditEntry>,
        /// Where the next page begins.
        next: Option<u64>,
    },
    /// To `publication`.
    Publication {
        /// The newest version.
        version: u64,
        /// How many entries are not written yet.
        pending: u64,
        /// When the last entry was written that had to be; seconds since the Unix epoch, 0 for never.
        published_at: u64,
        /// How often in a row writing has failed.
        failures: u64,
    },
    /// To `due`: at most as many as one turn of the object may write.
    Due {
        /// In this order.
        entries: Vec<DueEntry>,
    },
    /// To `written` and `note`.
    Done {},
    /// Nothing was done.
    Refused {
        /// Why.
        refusal: ManagementRefusal,
    },
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ManagementRefusal {
    /// Faults, each as `path: problem (expected: …)`.
    Invalid {
        /// All of them.
        faults: Vec<String>,
    },
    /// There is no such thing within reach.
    NotFound {},
    /// Something else has that identifier, URI or address.
    Duplicate {
        /// What is taken, for people.
        name: String,
    },
    /// Something names it.
    InUse {
        /// What, at most 100 of it.
        used_by: Vec<Mention>,
    },
    /// This cannot be changed in this way.
    Fixed {
        /// Why, for people.
        reason: String,
    },
    /// It has changed since the caller saw it.
    Stale {
        /// Its revision now.
        revision: u64,
    },
    /// The same idempotency key came with another request.
    IdempotencyKeyReused {},
    /// Nobody has given this directory a tenant yet.
    Empty {},
    /// Whoever asks is gone, or has lost what let them in.
    ActorLost {},
    /// The user is not assigned to that application.
    NotAssigned {},
    /// The request is for another tenant's directory.
    WrongTenant {},
    /// What is stored is of a later version.
    RecordUnreadable {},
    /// The request is of a later version, or damaged.
    RequestUnreadable {},
}
