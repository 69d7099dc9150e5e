//! What a handler asks for beyond its rule, as JavaScript asks it: rarely, and in plain strings.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::gate::{Demand, GateRequest};
use crate::vocabulary::Scope;

use super::decision::decision_text;
use super::tenant::{TenantHandle, unix_time};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the gate says to scopes that a handler asks for. */
export type DemandOutcome =
  /** Every one of them was granted. */
  | { type: "held" }
  /** They are no scopes of RFC 6749 section 3.3: a mistake of the handler. */
  | { type: "malformed"; problem: string }
  | Extract<GateDecision, { type: "deny" }>;
"#;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Outcome {
    Held,
    Malformed { problem: String },
}

#[wasm_bindgen]
impl TenantHandle {
    /// What the gate says to a handler that asks for the scopes `wanted`, separated by spaces: a `DemandOutcome` as JSON
    /// text. The request was admitted with the scopes `held`; `undefined` where no token was read.
    #[must_use]
    #[expect(
        clippy::too_many_arguments,
        reason = "an object would have to be read in another way than strings"
    )]
    pub fn demand(
        &self,
        method: &str,
        url: &str,
        authorization: Option<String>,
        origin: Option<String>,
        held: Option<String>,
        wanted: &str,
        now: f64,
    ) -> String {
        let wanted = match Scope::parse(wanted) {
            Ok(wanted) => wanted,
            Err(error) => return text(&Outcome::Malformed { problem: error.to_string() }),
        };
        // A token may have none, which is no list of scopes.
        let held = held.map(|held| Scope::parse(&held).unwrap_or_default());
        let (authorization, origin) = (authorization.as_deref(), origin.as_deref());
        let request = GateRequest { method, url, authorization, origin, ..GateRequest::default() };
        match self.gate.refuse(&request, Demand { held, wanted }, unix_time(now)) {
            Some(refusal) => decision_text(&refusal, true),
            None => text(&Outcome::Held),
        }
    }
}

fn text(outcome: &Outcome) -> String {
    serde_json::to_string(outcome).unwrap_or_default()
}
