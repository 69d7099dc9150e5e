//! One turn of an object: rows in, rows out. The object reads and writes them in one synchronous step.

use wasm_bindgen::prelude::*;

use crate::directory::directory;
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
