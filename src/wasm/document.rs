//! The tenant document: checked as a whole, and split into the records that are published.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::config::{Faults, Tenant, TenantDocument};
use crate::directory::publication::{Entry, Publication, publish};
use crate::revocation::revocation_bound;
use crate::vocabulary::{MAX_SECRET_LENGTH, MIN_SECRET_LENGTH, Secret};

use super::exchange::to_js;
use super::tenant::unix_time;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The outcome of checking a tenant document. */
export type CheckOutcome =
  | {
      ok: true;
      /** The seconds after a revocation from which no gate of the tenant admits what it revokes, by its settings. */
      revocation_bound: number;
    }
  | { ok: false; faults: Fault[] };

/** The records to publish, or why there are none. */
export type PublishOutcome =
  | { ok: true; version: number; entries: { key: string; value: string }[] }
  | { ok: false; faults: Fault[] };
"#;

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Checked { ok: bool, revocation_bound: u64 },
    Published { ok: bool, version: u64, entries: &'a [Entry] },
    Refused { ok: bool, faults: Faults },
}

/// Checks a tenant document: every fault at once.
#[wasm_bindgen(unchecked_return_type = "CheckOutcome")]
#[must_use]
pub fn check(text: &str) -> JsValue {
    match TenantDocument::parse(text) {
        Ok(document) => {
            let revocation_bound = revocation_bound(document.tenant().kv_propagation());
            to_js(&Outcome::Checked { ok: true, revocation_bound })
        }
        Err(faults) => to_js(&Outcome::Refused { ok: false, faults }),
    }
}

/// Splits a tenant document into the records that gate and issuer read. `previous` is the tenant record in force, as
/// text, so that the version goes on and tokens with an older, longer lifetime stay alive.
#[wasm_bindgen(js_name = publish, unchecked_return_type = "PublishOutcome")]
#[must_use]
pub fn publish_document(text: &str, now: f64, previous: Option<String>) -> JsValue {
    match published(text, now, previous.as_deref()) {
        Ok(publication) => to_js(&Outcome::Published {
            ok: true,
            version: publication.version,
            entries: &publication.entries,
        }),
        Err(faults) => to_js(&Outcome::Refused { ok: false, faults }),
    }
}

/// A previous record that cannot be read is a fault: without it the version could go back.
fn published(text: &str, now: f64, previous: Option<&str>) -> Result<Publication, Faults> {
    let document = TenantDocument::parse(text)?;
    let previous = previous.map(|text| Tenant::parse(text, document.tenant().id())).transpose()?;
    Ok(publish(&document, unix_time(now), previous.as_ref()))
}

/// The hash under which a client secret stands in the tenant document; `undefined` for one that is too short to be
/// hashed without salt, or longer than the token endpoint reads.
#[wasm_bindgen(js_name = secretHash)]
#[must_use]
pub fn secret_hash(secret: String) -> Option<String> {
    let right = (MIN_SECRET_LENGTH..=MAX_SECRET_LENGTH).contains(&secret.len());
    right.then(|| Secret::new(secret.into_bytes()).hash().to_string())
}
