//! One turn of an object: rows in, rows out. The object reads and writes them in one synchronous step.

use wasm_bindgen::prelude::*;

use crate::directory::{Store, StoreError, directory};
use crate::session::{Machine, Outcome, Row, account, challenge};

use super::tenant::unix_time;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A row of an object's storage, or an entry of the configuration. */
export interface Row {
  key: string;
  value: string;
}

/** What a turn decided. */
export interface Outcome {
  /** The answer to the caller, JSON text. It may carry a refresh token. */
  reply: string;
  put: Row[];
  delete: string[];
  /** When to run the command `alarm`, in seconds since the Unix epoch; `null`: no alarm. */
  alarm: number | null;
  /** The alarm stays as it is, whatever `alarm` says. */
  keep_alarm: boolean;
  /** Revocations that the Directory has not confirmed. */
  outbox: { key: string; revocation: unknown }[];
  /** Entries to publish now, in this order; only of the Directory. */
  publish: Row[];
}
"#;

/// Runs `request` over `rows`, all rows of the object as JSON text. Answers an `Outcome` as JSON text.
#[wasm_bindgen]
#[must_use]
pub fn turn(machine: &str, rows: &str, request: &str, now: f64) -> String {
    let refused = || Outcome::unchanged(r#"{"type":"refused","reason":"request_unreadable"}"#.to_owned());
    let rows: Option<Vec<Row>> = serde_json::from_str(rows).ok();
    let outcome = match (Machine::named(machine), rows) {
        (Some(Machine::Account), Some(rows)) => account(&rows, request, unix_time(now)),
        (Some(Machine::Challenge), Some(rows)) => challenge(&rows, request, unix_time(now)),
        (Some(Machine::Directory), Some(rows)) => directory(&rows, request, unix_time(now)),
        _ => refused(),
    };
    serde_json::to_string(&outcome).unwrap_or_default()
}

#[wasm_bindgen(typescript_custom_section)]
const MANAGEMENT: &str = r#"
/**
 * Runs a statement inside the transaction of the turn: `parameters` is a JSON array, the answer a JSON array of rows, each
 * an array of its columns. Throws where SQLite does.
 */
export type Execute = (statement: string, parameters: string) => string;

/** What a turn of the management came to. */
export interface Managed {
  /** The answer to the caller, JSON text. */
  reply: string;
  /** Whether to keep what was written; otherwise it must be undone. */
  commit: boolean;
  /** When to write into the key-value store, in seconds since the Unix epoch; `null` while nothing waits. */
  due_at: number | null;
}
"#;

struct HostStore<'a>(&'a js_sys::Function);

impl Store for HostStore<'_> {
    fn execute(&self, statement: &str, parameters: &str) -> Result<String, StoreError> {
        let rows = self.0.call2(&JsValue::NULL, &statement.into(), &parameters.into());
        rows.ok().and_then(|rows| rows.as_string()).ok_or(StoreError)
    }
}

/// Runs one request to the management of a tenant; `execute` is an `Execute`. Answers a `Managed` as JSON text.
#[wasm_bindgen]
#[must_use]
pub fn manage(execute: &js_sys::Function, request: &str, now: f64) -> String {
    let managed = crate::directory::manage(&HostStore(execute), request, unix_time(now));
    serde_json::to_string(&managed).unwrap_or_default()
}
