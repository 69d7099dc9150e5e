//! Reading and writing entities, what they declare and what they name.

use serde::Deserialize;

use crate::vocabulary::UnixTime;
use crate::vocabulary::json::Json;

use super::super::store::{Store, StoreError, Value, row, rows, run};
use super::entity::{Stored, declared, redacted, references, search_text};
use super::request::{EntityKind, ManagementRefusal, Mention};
use super::stop::Stop;

const MOST_MENTIONS: u64 = 100;
/// More than a document has of any kind, so that positions grow with versions and follow the document within one.
const MOST_AT_ONCE: u64 = 200_000;
const COLUMNS: &str = "e.kind, e.id, e.source, e.revision, e.created_at, e.updated_at";

#[derive(Deserialize)]
struct EntityRow(EntityKind, String, String, u64, u64, u64);

impl EntityRow {
    fn stored(self) -> Result<Stored, StoreError> {
        let Self(kind, id, source, revision, created_at, updated_at) = self;
        let source = serde_json::from_str(&source).map_err(|_| StoreError)?;
        Ok(Stored { kind, id, source, revision, created_at, updated_at })
    }
}

/// What to look for in a list.
pub(super) struct Filter<'a> {
    pub(super) kind: EntityKind,
    /// Only what names this.
    pub(super) naming: Option<String>,
    pub(super) application_kind: Option<&'a str>,
    pub(super) search: Option<&'a str>,
    pub(super) after: &'a str,
    pub(super) limit: u64,
}

impl Filter<'_> {
    /// Whether an entity of that kind would be in the list, whatever it names.
    pub(super) fn admits(&self, stored: &Stored) -> bool {
        let kind = stored.source.text_of("kind").unwrap_or("application");
        let text = search_text(&stored.id, &stored.source);
        stored.id.as_str() > self.after
            && self.application_kind.is_none_or(|wanted| wanted == kind)
            && self.search.is_none_or(|search| text.contains(&search.to_lowercase()))
    }
}

/// The entity of that kind and identifier.
pub(super) fn find(store: &dyn Store, kind: EntityKind, id: &str) -> Result<Option<Stored>, StoreError> {
    let statement = format!("SELECT {COLUMNS} FROM entity e WHERE e.kind = ? AND e.id = ?");
    let found: Option<EntityRow> = row(store, &statement, &[kind.as_str().into(), id.into()])?;
    found.map(EntityRow::stored).transpose()
}

/// The entity that declares `name`.
pub(super) fn declaring(store: &dyn Store, name: &str) -> Result<Option<Stored>, StoreError> {
    let statement = format!(
        "SELECT {COLUMNS} FROM declared d JOIN entity e ON e.kind = d.kind AND e.id = d.id WHERE d.name = ?"
    );
    let found: Option<EntityRow> = row(store, &statement, &[name.into()])?;
    found.map(EntityRow::stored).transpose()
}

/// Whose name it is.
pub(super) fn owner(store: &dyn Store, name: &str) -> Result<Option<(EntityKind, String)>, StoreError> {
    row(store, "SELECT kind, id FROM declared WHERE name = ?", &[name.into()])
}

/// Every entity of a kind, in the order in which they came.
pub(super) fn all(store: &dyn Store, kind: EntityKind) -> Result<Vec<Stored>, StoreError> {
    let statement = format!("SELECT {COLUMNS} FROM entity e WHERE e.kind = ? ORDER BY e.position, e.id");
    let found: Vec<EntityRow> = rows(store, &statement, &[kind.as_str().into()])?;
    found.into_iter().map(EntityRow::stored).collect()
}

/// The entities that a filter lets through, in the order of identifiers.
pub(super) fn list(store: &dyn Store, filter: &Filter<'_>) -> Result<Vec<Stored>, StoreError> {
    let mut statement = format!("SELECT {COLUMNS} FROM entity e");
    let mut parameters = Vec::new();
    if let Some(name) = &filter.naming {
        statement.push_str(" JOIN reference r ON r.name = ? AND r.kind = e.kind AND r.id = e.id");
        parameters.push(Value::from(name.as_str()));
    }
    statement.push_str(" WHERE e.kind = ? AND e.id > ?");
    parameters.extend([filter.kind.as_str().into(), filter.after.into()]);
    if let Some(kind) = filter.application_kind {
        statement.push_str(" AND coalesce(json_extract(e.source, '$.kind'), 'application') = ?");
        parameters.push(kind.into());
    }
    if let Some(search) = filter.search {
        statement.push_str(" AND instr(e.search, ?) > 0");
        parameters.push(search.to_lowercase().into());
    }
    statement.push_str(" ORDER BY e.id LIMIT ?");
    parameters.push(filter.limit.into());
    let found: Vec<EntityRow> = rows(store, &statement, &parameters)?;
    found.into_iter().map(EntityRow::stored).collect()
}

/// Whether an entity names `name`.
pub(super) fn names(store: &dyn Store, entity: &Stored, name: &str) -> Result<bool, StoreError> {
    let statement = "SELECT 1 FROM reference WHERE kind = ? AND id = ? AND name = ?";
    let parameters = [entity.kind.as_str().into(), entity.id.as_str().into(), name.into()];
    Ok(row::<(u64,)>(store, statement, &parameters)?.is_some())
}

/// Whether there is a client of a management application.
pub(super) fn has_management_client(store: &dyn Store) -> Result<bool, StoreError> {
    let statement = "SELECT 1 FROM entity a JOIN reference r ON r.name = 'application:' || a.id AND r.kind = 'client' \
         WHERE a.kind = 'application' AND json_extract(a.source, '$.kind') = 'management' LIMIT 1";
    Ok(row::<(u64,)>(store, statement, &[])?.is_some())
}

/// One change: what an entity was, and what it is to be.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) kind: EntityKind,
    pub(super) id: String,
    pub(super) before: Option<Stored>,
    pub(super) after: Option<Json>,
}

impl Write {
    /// What it does, in a word.
    pub(super) fn action(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "create",
            (Some(_), Some(_)) => "update",
            (Some(_), None) => "delete",
        }
    }

    /// The members before and afterwards, as they may be shown.
    pub(super) fn shown(&self) -> (Option<Json>, Option<Json>) {
        (self.before.as_ref().map(|before| redacted(&before.source)), self.after.as_ref().map(redacted))
    }
}

/// Writes changes together: in between, names may be nobody's, afterwards what is named must be there.
///
/// # Errors
/// A refusal where a name is taken, or where something names what would go. The turn must be undone.
pub(super) fn write(store: &dyn Store, writes: &[Write], version: u64, now: UnixTime) -> Result<(), Stop> {
    let mut removed = Vec::new();
    for write in writes {
        let own = |source: &Json| declared(write.kind, &write.id, source);
        let before = write.before.as_ref().map(|stored| own(&stored.source)).unwrap_or_default();
        let after = write.after.as_ref().map(own).unwrap_or_default();
        for name in before.into_iter().filter(|name| !after.contains(name)) {
            run(store, "DELETE FROM declared WHERE name = ?", &[name.as_str().into()])?;
            removed.push(name);
        }
    }
    for (index, write) in writes.iter().enumerate() {
        let key = [write.kind.as_str().into(), write.id.as_str().into()];
        let position = version.saturating_mul(MOST_AT_ONCE).saturating_add(index as u64);
        match &write.after {
            Some(source) => put(store, write, source, position, (version, now))?,
            None => run(store, "DELETE FROM entity WHERE kind = ? AND id = ?", &key)?,
        }
    }
    for write in writes {
        let named = |source: &Json| references(write.kind, source);
        let before = write.before.as_ref().map(|stored| named(&stored.source)).unwrap_or_default();
        let after = write.after.as_ref().map(named).unwrap_or_default();
        let key =
            |name: &String| [write.kind.as_str().into(), write.id.as_str().into(), name.as_str().into()];
        for name in before.iter().filter(|name| !after.contains(name)) {
            run(store, "DELETE FROM reference WHERE kind = ? AND id = ? AND name = ?", &key(name))?;
        }
        for name in after.iter().filter(|name| !before.contains(name)) {
            if owner(store, name)?.is_none() {
                let (kind, id) = name.split_once(':').unwrap_or_default();
                let fault = format!("$: there is no {kind} `{id}` (expected: a {kind} of this tenant)");
                return Err(ManagementRefusal::Invalid { faults: vec![fault] }.into());
            }
            run(store, "INSERT INTO reference VALUES (?, ?, ?)", &key(name))?;
        }
    }
    let used_by = mentions(store, &removed)?;
    if used_by.is_empty() { Ok(()) } else { Err(ManagementRefusal::InUse { used_by }.into()) }
}

fn put(
    store: &dyn Store,
    write: &Write,
    source: &Json,
    position: u64,
    (version, now): (u64, UnixTime),
) -> Result<(), Stop> {
    let (kind, id) = (write.kind.as_str(), write.id.as_str());
    let created_at = write.before.as_ref().map_or(now.seconds(), |stored| stored.created_at);
    let statement = "INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT (kind, id) DO UPDATE SET source = excluded.source, search = excluded.search, \
         revision = excluded.revision, updated_at = excluded.updated_at";
    let parameters = [
        kind.into(),
        id.into(),
        position.into(),
        source.text().into(),
        search_text(id, source).into(),
        version.into(),
        created_at.into(),
        now.seconds().into(),
    ];
    run(store, statement, &parameters)?;
    let before = write.before.as_ref().map(|stored| declared(write.kind, id, &stored.source));
    let before = before.unwrap_or_default();
    for name in declared(write.kind, id, source).into_iter().filter(|name| !before.contains(name)) {
        if owner(store, &name)?.is_some() {
            return Err(ManagementRefusal::Duplicate { name: taken(&name, source) }.into());
        }
        run(store, "INSERT INTO declared VALUES (?, ?, ?)", &[name.into(), kind.into(), id.into()])?;
    }
    Ok(())
}

/// What is taken, as whoever asked wrote it.
pub(super) fn taken(name: &str, source: &Json) -> String {
    let written = match name.split_once(':') {
        Some(("uri", _)) => source.text_of("uri"),
        Some(("email", _)) => source.text_of("email"),
        Some((_, id)) => Some(id),
        None => Some(name),
    };
    written.unwrap_or(name).to_owned()
}

/// Who names any of `names`, which are nobody's any more.
fn mentions(store: &dyn Store, names: &[String]) -> Result<Vec<Mention>, StoreError> {
    let mut used_by: Vec<Mention> = Vec::new();
    for name in names {
        let statement = "SELECT r.kind, r.id FROM reference r WHERE r.name = ? \
             AND NOT EXISTS (SELECT 1 FROM declared d WHERE d.name = r.name) ORDER BY r.kind, r.id LIMIT ?";
        let found: Vec<(EntityKind, String)> =
            rows(store, statement, &[name.as_str().into(), MOST_MENTIONS.into()])?;
        for mention in found.into_iter().map(|(kind, id)| Mention { kind, id }) {
            if !used_by.contains(&mention) && (used_by.len() as u64) < MOST_MENTIONS {
                used_by.push(mention);
            }
        }
    }
    Ok(used_by)
}
