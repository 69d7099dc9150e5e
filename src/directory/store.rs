//! The tables of a directory, as the object that holds them gives access to them.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The store did not do as it was told; nothing of the turn may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the store of the directory failed")]
pub struct StoreError;

/// A value of a row, and a parameter of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    /// `NULL`
    Null,
    /// An integer; times are seconds since the Unix epoch.
    Integer(u64),
    /// A text
    Text(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(number)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Null, Self::from)
    }
}

/// SQLite, inside the one transaction of a turn.
///
/// What was written is only kept if the turn says so at its end; keeping it otherwise would store half a change.
pub trait Store {
    /// Runs one statement. `parameters` is a JSON array, the answer a JSON array of rows, each an array of its columns.
    ///
    /// # Errors
    /// [`StoreError`]; the turn must be undone.
    fn execute(&self, statement: &str, parameters: &str) -> Result<String, StoreError>;
}

/// Runs a statement that answers nothing of interest.
pub(super) fn run(store: &dyn Store, statement: &str, parameters: &[Value]) -> Result<(), StoreError> {
    let parameters = serde_json::to_string(parameters).map_err(|_| StoreError)?;
    store.execute(statement, &parameters).map(|_| ())
}

/// The rows that a statement answers.
pub(super) fn rows<T: DeserializeOwned>(
    store: &dyn Store,
    statement: &str,
    parameters: &[Value],
) -> Result<Vec<T>, StoreError> {
    let parameters = serde_json::to_string(parameters).map_err(|_| StoreError)?;
    let answer = store.execute(statement, &parameters)?;
    serde_json::from_str(&answer).map_err(|_| StoreError)
}

/// The first row that a statement answers.
pub(super) fn row<T: DeserializeOwned>(
    store: &dyn Store,
    statement: &str,
    parameters: &[Value],
) -> Result<Option<T>, StoreError> {
    Ok(rows(store, statement, parameters)?.into_iter().next())
}
