//! Numbers of the whole directory.

use super::super::store::{Store, StoreError, row, run};

/// The number of that name; 0 where there is none.
pub(super) fn number(store: &dyn Store, name: &str) -> Result<u64, StoreError> {
    let found: Option<(u64,)> = row(store, "SELECT number FROM state WHERE name = ?", &[name.into()])?;
    Ok(found.map_or(0, |(number,)| number))
}

pub(super) fn set(store: &dyn Store, name: &str, number: u64) -> Result<(), StoreError> {
    let statement =
        "INSERT INTO state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET number = excluded.number";
    run(store, statement, &[name.into(), number.into()])
}
