//! The tables of a directory, and how older ones become those.

use super::super::store::{Store, StoreError, Value, row, run};

/// What each version adds to the one before. Never changed once published: a directory may be at any of them.
const MIGRATIONS: [&[&str]; 1] = [&[
    // One row for each resource, role, application, client, user, and one for the settings. `source` is its JSON as in
    // the tenant document.
    "CREATE TABLE entity (kind TEXT NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL, source TEXT NOT NULL, \
     search TEXT NOT NULL, revision INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, \
     PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID",
    // What must be unique: identifiers, URIs, addresses, scopes of a resource.
    "CREATE TABLE declared (name TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, \
     FOREIGN KEY (kind, id) REFERENCES entity (kind, id) ON DELETE CASCADE) STRICT, WITHOUT ROWID",
    "CREATE INDEX declared_by ON declared (kind, id)",
    // What names something else, which cannot go before.
    "CREATE TABLE reference (kind TEXT NOT NULL, id TEXT NOT NULL, \
     name TEXT NOT NULL REFERENCES declared (name) DEFERRABLE INITIALLY DEFERRED, PRIMARY KEY (kind, id, name), \
     FOREIGN KEY (kind, id) REFERENCES entity (kind, id) ON DELETE CASCADE) STRICT, WITHOUT ROWID",
    "CREATE INDEX reference_to ON reference (name, kind, id)",
    "CREATE TABLE audit (audit_id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, client_id TEXT, act TEXT, \
     action TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, before TEXT, after TEXT, request_id TEXT NOT NULL) STRICT",
    "CREATE INDEX audit_about ON audit (kind, id, audit_id)",
    "CREATE INDEX audit_at ON audit (at)",
    "CREATE TABLE idempotency (actor TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, reply TEXT NOT NULL, \
     until INTEGER NOT NULL, PRIMARY KEY (actor, key)) STRICT, WITHOUT ROWID",
    // What is on its way into the key-value store; `value` is null for a key that is to go.
    "CREATE TABLE publication (key TEXT NOT NULL PRIMARY KEY, rank INTEGER NOT NULL, value TEXT, \
     version INTEGER NOT NULL, written_version INTEGER NOT NULL, written_at INTEGER NOT NULL, \
     due_at INTEGER NOT NULL, failures INTEGER NOT NULL, guard_until INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX publication_waiting ON publication (rank, due_at) \
     WHERE written_version < version OR guard_until > 0",
    "CREATE INDEX publication_written ON publication (written_at)",
    // `version`, `published_at`
    "CREATE TABLE state (name TEXT NOT NULL PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID",
]];

/// What an object holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    /// No tables: nobody has given it a tenant.
    Empty,
    /// The tables of this code.
    Current,
    /// Tables of an earlier version.
    Earlier(usize),
    /// Tables of code that is newer than this.
    Later,
}

/// Which tables there are. Looking creates none: an object that is only asked must not fill the store.
pub(super) fn schema(store: &dyn Store) -> Result<Schema, StoreError> {
    let table = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'directory_schema'";
    if row::<(String,)>(store, table, &[])?.is_none() {
        return Ok(Schema::Empty);
    }
    let version = row::<(usize,)>(store, "SELECT version FROM directory_schema", &[])?.ok_or(StoreError)?.0;
    Ok(match version.cmp(&MIGRATIONS.len()) {
        std::cmp::Ordering::Less => Schema::Earlier(version),
        std::cmp::Ordering::Equal => Schema::Current,
        std::cmp::Ordering::Greater => Schema::Later,
    })
}

/// Makes the tables what this code works with, from `version` on.
pub(super) fn migrate(store: &dyn Store, version: usize) -> Result<(), StoreError> {
    if version == 0 {
        run(store, "CREATE TABLE directory_schema (version INTEGER NOT NULL) STRICT", &[])?;
        run(store, "INSERT INTO directory_schema VALUES (0)", &[])?;
    }
    for statement in MIGRATIONS.iter().skip(version).flat_map(|statements| statements.iter()) {
        run(store, statement, &[])?;
    }
    let newest = Value::Integer(MIGRATIONS.len() as u64);
    run(store, "UPDATE directory_schema SET version = ?", &[newest])
}
