//! A tenant's configuration in force: the one handle that JavaScript holds, freed when a newer one replaces it.

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::config::{Faults, Tenant};
use crate::gate::{
    Decision, Gate, GateRequest, KNOWN_TOKENS, PendingInquiries, PendingKeys, PendingReading, Step,
};
use crate::vocabulary::json::Json;
use crate::vocabulary::{TenantId, UnixTime};

use super::decision::{access_text, decision_text};
use super::exchange::to_js;
use super::possession::PendingPossession;
use super::revocations::RevocationsHandle;
use super::signatures::PendingSignatures;

/// Room for method, URL and header fields of a request. Longer ones take the slower way.
const BUFFER_LENGTH: usize = 24 * 1_024;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A fault of a configuration document. */
export interface Fault {
  /** JSONPath (RFC 9535) of the member at fault, such as `$.resources[2].uri`. */
  path: string;
  /** What is wrong. */
  problem: string;
  /** What would be right. */
  expected: string;
}

/** The outcome of loading a tenant's published record. */
export type LoadOutcome =
  | { type: "loaded"; tenant: TenantHandle }
  /** The record is older than the one in force: version never goes back. */
  | { type: "older"; version: number }
  | { type: "broken"; faults: Fault[] };
"#;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Refused {
    Older { version: u64 },
    Broken { faults: Faults },
}

/// The configuration of one tenant, compiled.
#[wasm_bindgen]
pub struct TenantHandle {
    keys_version: u64,
    pub(super) gate: Gate,
    buffer: Vec<u8>,
    decision: String,
    /// Of the decision that was just made, the token's number and whether the host may keep it.
    token_number: u32,
    is_repeatable: bool,
    /// What the host was given to keep, by the remainder of the token's number: that number and the resource.
    kept: Vec<(u32, usize)>,
    pub(super) signatures: PendingSignatures,
    pub(super) keys: Option<PendingKeys>,
    reading: Option<PendingReading>,
    inquiries: Option<PendingInquiries>,
    pub(super) possession: PendingPossession,
}

/// What is to be done next for a decision.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Nothing: it is there (`decisionAddress`).
    Decided = 0,
    /// A signature is to be checked (`ticket`), then `conclude` or `concludeHere`.
    Signature = 1,
    /// The list of revocations is to be read (`takeReading`), then `concludeReading`.
    Reading = 2,
    /// Objects are to be asked (`takeInquiries`), then `concludeInquiries`.
    Inquiries = 3,
    /// Nothing: the request is admitted, and what the host kept under `tokenNumber` says all about it.
    Repeated = 4,
    /// The same again with the `Authorization` field, because the token's number means nothing any more.
    Forgotten = 5,
    /// A proof of possession is to be handed over (`takeProof`), then `concludeProof`.
    Proof = 6,
    /// Its signature is to be checked (`takeProofSignature`), then `concludeProofSignature` or `…Here`.
    ProofSignature = 7,
    /// An object is to be asked whether it was used before (`takeProofUse`), then `concludeProofUse`.
    ProofUse = 8,
    /// The keys of another issuer are to be asked for (`takeKeys`), then `concludeKeys`.
    Keys = 9,
    /// Nothing: it is there, and the request is admitted: what its handler gets to know, value by value.
    Admitted = 10,
}

/// A decision that waits for the list of revocations to be read.
#[wasm_bindgen]
pub struct ReadingHandle(PendingReading);

/// A decision that waits for what `Account` objects say.
#[wasm_bindgen]
pub struct InquiriesHandle {
    pending: PendingInquiries,
    replies: Vec<Option<String>>,
}

#[wasm_bindgen]
impl InquiriesHandle {
    /// How many objects are to be asked, all at once. The replies are given by `answer` in their order.
    #[must_use]
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> usize {
        self.pending.inquiries().len()
    }

    /// The name of the `Account` object at that place.
    #[must_use]
    pub fn object(&self, at: usize) -> String {
        self.pending.inquiries().get(at).map(|inquiry| inquiry.object.clone()).unwrap_or_default()
    }

    /// The request for it.
    #[must_use]
    pub fn request(&self, at: usize) -> String {
        self.pending.inquiries().get(at).map(|inquiry| inquiry.request.clone()).unwrap_or_default()
    }

    /// The reply to the next inquiry; `undefined` where the object could not be asked.
    pub fn answer(&mut self, reply: Option<String>) {
        self.replies.push(reply);
    }
}

#[wasm_bindgen]
impl TenantHandle {
    /// Reads the published record of `tenantId`. `minimumVersion` is that of the record in force, 0 for none;
    /// `secretKeys` a JWK Set with the symmetric keys that the record names, if it names any; `managedKeys` the record
    /// `tenant/{tid}/keys`, where `managesKeys` says that there should be one, and `minimumKeysVersion` the version of
    /// those in force.
    #[wasm_bindgen(unchecked_return_type = "LoadOutcome")]
    pub fn load(
        text: &str,
        tenant_id: &str,
        minimum_version: f64,
        secret_keys: Option<String>,
        managed_keys: Option<String>,
        minimum_keys_version: f64,
    ) -> JsValue {
        // What names no tenant has no record that could be its own.
        let Ok(tenant_id) = TenantId::parse(tenant_id) else { return to_js(&Refused::Older { version: 0 }) };
        match loaded(text, &tenant_id, secret_keys, managed_keys) {
            Ok((tenant, _)) if (tenant.version() as f64) < minimum_version => {
                to_js(&Refused::Older { version: tenant.version() })
            }
            Ok((_, keys_version)) if (keys_version as f64) < minimum_keys_version => {
                to_js(&Refused::Older { version: keys_version })
            }
            Ok((tenant, keys_version)) => loaded_outcome(tenant, keys_version),
            Err(faults) => to_js(&Refused::Broken { faults }),
        }
    }

    /// Reads resources that stand in code, and whom they trust: `{ issuer, resources }` as JSON text.
    #[wasm_bindgen(unchecked_return_type = "LoadOutcome")]
    pub fn trusting(text: &str) -> JsValue {
        match Tenant::trusting(text) {
            Ok(tenant) => loaded_outcome(tenant, 0),
            Err(faults) => to_js(&Refused::Broken { faults }),
        }
    }

    /// Whether the tenant's directory makes and publishes its signing keys.
    #[must_use]
    #[wasm_bindgen(getter, js_name = managesKeys)]
    pub fn manages_keys(&self) -> bool {
        self.gate.tenant().manages_keys()
    }

    /// Version of the managed keys; 0 without any.
    #[must_use]
    #[wasm_bindgen(getter, js_name = keysVersion)]
    pub fn keys_version(&self) -> f64 {
        self.keys_version as f64
    }

    /// Version of the record.
    #[must_use]
    #[wasm_bindgen(getter)]
    pub fn version(&self) -> f64 {
        self.gate.tenant().version() as f64
    }

    /// Honours this list from now on, where it is this tenant's.
    pub fn honour(&mut self, revocations: &RevocationsHandle) {
        self.gate.honour(revocations.shared());
    }

    /// Address of the buffer into which a request is written for `decideBuffered`.
    #[wasm_bindgen(js_name = bufferAddress)]
    #[must_use]
    pub fn buffer_address(&self) -> *const u8 {
        self.buffer.as_ptr()
    }

    /// Length of that buffer in octets.
    #[wasm_bindgen(js_name = bufferLength)]
    #[must_use]
    pub fn buffer_length(&self) -> usize {
        self.buffer.len()
    }

    /// Decides about the request whose parts stand in the first `length` octets of the buffer, separated by line
    /// feeds: method, URL, `Origin`, `Access-Control-Request-Method`, `Authorization`; empty for absent. `known` is 0,
    /// or, instead of the last part, the `tokenNumber` of a decision about the very same `Authorization` field.
    /// Answers what is to be done next.
    #[wasm_bindgen(js_name = decideBuffered)]
    pub fn decide_buffered(&mut self, length: usize, known: u32, now: f64, with_trace: bool) -> NextStep {
        let buffer = std::mem::take(&mut self.buffer);
        let decided = match buffer.get(..length).map(std::str::from_utf8) {
            Some(Ok(text)) => self.decide_text(text, known, now, with_trace),
            _ => self.decide_text("", 0, now, with_trace),
        };
        self.buffer = buffer;
        decided
    }

    /// The same for a request that does not fit into the buffer.
    #[wasm_bindgen(js_name = decideText)]
    pub fn decide_text(&mut self, text: &str, known: u32, now: f64, with_trace: bool) -> NextStep {
        let mut rest = text;
        let mut part = || {
            // Few octets: what looks for one in many takes longer to begin.
            let end = rest.bytes().position(|byte| byte == b'\n').unwrap_or(rest.len());
            let (part, behind) = rest.split_at_checked(end)?;
            rest = behind.get(1..).unwrap_or_default();
            Some(part).filter(|part| !part.is_empty())
        };
        let request = GateRequest {
            known: Some(known).filter(|number| *number > 0),
            method: part().unwrap_or_default(),
            url: part().unwrap_or_default(),
            origin: part(),
            preflight_method: part(),
            authorization: Some(rest).filter(|field| !field.is_empty()),
        };
        let step = self.gate.decide(&request, unix_time(now));
        self.next(step, with_trace)
    }

    /// Where the decision stands that was just made, until the next: a `GateDecision` as JSON text. Of one that is `Admitted` the values, with U+001F
    /// between: kind, issuer, subject, client, application, tenant, session, resource, scopes, expiry, claims as JSON text,
    /// then names and values of header fields; empty for what is absent.
    #[must_use]
    #[wasm_bindgen(js_name = decisionAddress)]
    pub fn decision_address(&self) -> *const u8 {
        self.decision.as_ptr()
    }

    /// Its length in octets of UTF-8.
    #[must_use]
    #[wasm_bindgen(js_name = decisionLength)]
    pub fn decision_length(&self) -> usize {
        self.decision.len()
    }

    /// The number, from 1, under which the token of the decision that was just made is known from now on, for its very
    /// `Authorization` field; 0 where none is. Numbers go up, and the last `knownTokens` of them mean something.
    #[must_use]
    #[wasm_bindgen(getter, js_name = tokenNumber)]
    pub fn token_number(&self) -> u32 {
        self.token_number
    }

    /// Whether the host has to keep that decision: `Repeated` with the same number will mean the same decision again.
    #[must_use]
    #[wasm_bindgen(getter, js_name = isRepeatable)]
    pub fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    /// How many tokens are known at most.
    #[must_use]
    #[wasm_bindgen(js_name = knownTokens)]
    pub fn known_tokens() -> u32 {
        KNOWN_TOKENS
    }

    /// What waits for the list to be read.
    #[wasm_bindgen(js_name = takeReading)]
    pub fn take_reading(&mut self) -> Option<ReadingHandle> {
        self.reading.take().map(ReadingHandle)
    }

    /// What waits for objects to be asked.
    #[wasm_bindgen(js_name = takeInquiries)]
    pub fn take_inquiries(&mut self) -> Option<InquiriesHandle> {
        self.inquiries.take().map(|pending| InquiriesHandle { pending, replies: Vec::new() })
    }

    /// Goes on once the list of revocations was read, or could not be. Answers what is to be done next.
    #[wasm_bindgen(js_name = concludeReading)]
    pub fn conclude_reading(&mut self, reading: ReadingHandle, with_trace: bool) -> NextStep {
        let step = self.gate.conclude_reading(reading.0);
        self.next(step, with_trace)
    }

    /// Goes on by the answers of the objects. The decision is there then.
    #[wasm_bindgen(js_name = concludeInquiries)]
    pub fn conclude_inquiries(&mut self, inquiries: InquiriesHandle, with_trace: bool) -> NextStep {
        let decision = self.gate.conclude_inquiries(inquiries.pending, &inquiries.replies);
        self.next(decision.into(), with_trace)
    }
}

impl TenantHandle {
    pub(super) fn next(&mut self, step: Step, with_trace: bool) -> NextStep {
        match step {
            Step::Decided(decision) => self.decided(&decision, with_trace),
            Step::Forgotten => NextStep::Forgotten,
            Step::Signature(pending) => self.signature_wanted(pending, with_trace),
            Step::Keys(pending) => {
                self.keys = Some(*pending);
                NextStep::Keys
            }
            Step::Reading(pending) => {
                self.reading = Some(*pending);
                NextStep::Reading
            }
            Step::Inquiries(pending) => {
                self.inquiries = Some(*pending);
                NextStep::Inquiries
            }
            Step::Proof(pending) => self.possession.proof(*pending),
            Step::ProofSignature(pending) => self.possession.signature(*pending),
            Step::ProofUse(pending) => self.possession.using(*pending),
        }
    }
}

impl TenantHandle {
    fn decided(&mut self, decision: &Decision, with_trace: bool) -> NextStep {
        self.token_number = decision.token_number().unwrap_or_default();
        self.is_repeatable = false;
        if let Some((number, resource)) = decision.repeated_access().filter(|_| !with_trace)
            && let Some(kept) = self.kept.get_mut((number % KNOWN_TOKENS) as usize)
        {
            if *kept == (number, resource) {
                return NextStep::Repeated;
            }
            *kept = (number, resource);
            self.is_repeatable = true;
        }
        if !with_trace && let Some(text) = access_text(decision, std::mem::take(&mut self.decision)) {
            self.decision = text;
            return NextStep::Admitted;
        }
        self.decision = decision_text(decision, with_trace);
        NextStep::Decided
    }

    pub(super) fn gate(&self) -> &Gate {
        &self.gate
    }

    #[cfg(feature = "issuer")]
    pub(super) fn tenant(&self) -> Rc<Tenant> {
        Rc::clone(self.gate.tenant())
    }
}

fn loaded_outcome(tenant: Tenant, keys_version: u64) -> JsValue {
    let handle = TenantHandle {
        keys_version,
        gate: Gate::new(Rc::new(tenant)),
        buffer: vec![0; BUFFER_LENGTH],
        decision: String::new(),
        token_number: 0,
        is_repeatable: false,
        kept: vec![(0, 0); KNOWN_TOKENS as usize],
        signatures: PendingSignatures::default(),
        keys: None,
        reading: None,
        inquiries: None,
        possession: PendingPossession::default(),
    };
    let outcome = js_sys::Object::new();
    let members = [("type", "loaded".into()), ("tenant", JsValue::from(handle))];
    for (name, value) in members {
        // Setting a member of a plain object has no way to fail.
        let _ = js_sys::Reflect::set(&outcome, &name.into(), &value);
    }
    outcome.into()
}

/// The tenant, and the version of its managed keys; 0 without such keys.
fn loaded(
    text: &str,
    tenant_id: &TenantId,
    secret_keys: Option<String>,
    managed_keys: Option<String>,
) -> Result<(Tenant, u64), Faults> {
    let mut tenant = Tenant::parse(text, tenant_id)?;
    let keys_version = managed_keys.map(|keys| tenant.supply_managed_keys(&keys)).transpose()?;
    if let Some(secret_keys) = secret_keys {
        tenant.supply_secret_keys(&secret_keys)?;
    }
    Ok((tenant, keys_version.unwrap_or_default()))
}

/// Whether the record `text` leaves signing keys to the tenant's directory. What is no record leaves nothing.
#[wasm_bindgen(js_name = managesKeys)]
#[must_use]
pub fn manages_keys(text: &str) -> bool {
    let depth = 16;
    Json::parse(text.as_bytes(), depth).is_ok_and(|record| record.member("signing_keys").is_none())
}

/// Seconds since the Unix epoch, from JavaScript's number; what is no time is the epoch, at which nothing is valid.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
pub(super) fn unix_time(seconds: f64) -> UnixTime {
    UnixTime::from_seconds(seconds as u64)
}
