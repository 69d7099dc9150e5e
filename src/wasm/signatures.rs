//! Signatures of tokens across the boundary: what is to be checked by which key, and how a decision goes on.

use wasm_bindgen::prelude::*;

use crate::gate::PendingSignature;
use crate::jose::Algorithm;

use super::tenant::{NextStep, TenantHandle};
use super::tickets::Tickets;

/// Signatures that are to be checked, and the one among them that comes now.
#[derive(Default)]
pub(super) struct PendingSignatures {
    waiting: Tickets<PendingSignature>,
    ticket: u32,
    /// What was signed, and the signature.
    octets: Vec<u8>,
}

impl PendingSignatures {
    /// Keeps a decision until its signature was checked.
    ///
    /// # Errors
    /// The decision, where too many wait.
    fn keep(&mut self, pending: Box<PendingSignature>) -> Result<(), Box<PendingSignature>> {
        let now = pending.asked_at();
        self.ticket = self.waiting.keep(pending, now)?;
        // Now, because it may let the memory grow, and whoever asks for the address has hold of the memory.
        self.octets.clear();
        if let Some(check) = self.waiting.get(self.ticket).map(PendingSignature::signature_check) {
            self.octets.extend_from_slice(check.message());
            self.octets.extend_from_slice(&check.signature);
        }
        Ok(())
    }

    fn now(&self) -> Option<&PendingSignature> {
        self.waiting.get(self.ticket)
    }
}

impl TenantHandle {
    pub(super) fn signature_wanted(&mut self, pending: Box<PendingSignature>, with_trace: bool) -> NextStep {
        match self.signatures.keep(pending) {
            Ok(()) => NextStep::Signature,
            Err(turned_away) => {
                let step = self.gate.conclude(*turned_away, None);
                self.next(step, with_trace)
            }
        }
    }
}

#[wasm_bindgen]
impl TenantHandle {
    /// Names the signature that is to be checked to `conclude`, once and within ten seconds.
    #[must_use]
    #[wasm_bindgen(getter)]
    pub fn ticket(&self) -> u32 {
        self.signatures.ticket
    }

    /// A number from 0 for the key and algorithm, the same as long as this configuration is in force; -1 for a key of
    /// another issuer.
    #[must_use]
    #[wasm_bindgen(js_name = checkKeyNumber)]
    pub fn check_key_number(&self) -> i32 {
        let Some(pending) = self.signatures.now() else { return -1 };
        let check = pending.signature_check();
        let place = self.gate.tenant().verification_keys().place(&check.key);
        let algorithm = Algorithm::ALL.iter().position(|algorithm| *algorithm == check.algorithm);
        let number = place.zip(algorithm).map(|(place, algorithm)| place * Algorithm::ALL.len() + algorithm);
        number.and_then(|number| i32::try_from(number).ok()).unwrap_or(-1)
    }

    /// Algorithm and JWK of that key, as JSON text with a space between.
    #[must_use]
    #[wasm_bindgen(js_name = checkKey)]
    pub fn check_key(&self) -> String {
        let Some(pending) = self.signatures.now() else { return String::new() };
        let check = pending.signature_check();
        let jwk = check.key.public_jwk().map(|jwk| jwk.text()).unwrap_or_default();
        format!("{} {jwk}", check.algorithm.as_str())
    }

    /// Address of the octets that were signed, with the signature behind them. They stand there until the next signature
    /// is to be checked, and no longer.
    #[must_use]
    #[wasm_bindgen(js_name = checkAddress)]
    pub fn check_address(&self) -> *const u8 {
        self.signatures.octets.as_ptr()
    }

    /// How many octets were signed.
    #[must_use]
    #[wasm_bindgen(js_name = messageLength)]
    pub fn message_length(&self) -> usize {
        self.signatures.now().map_or(0, |pending| pending.signature_check().message().len())
    }

    /// How many octets the signature has.
    #[must_use]
    #[wasm_bindgen(js_name = signatureLength)]
    pub fn signature_length(&self) -> usize {
        self.signatures.now().map_or(0, |pending| pending.signature_check().signature.len())
    }

    /// Goes on with a decision: `verified` says whether the signature is right, `undefined` that it could not be
    /// checked now. Answers what is to be done next; `Forgotten` where the ticket is good no more.
    pub fn conclude(&mut self, ticket: u32, verified: Option<bool>, with_trace: bool) -> NextStep {
        let Some(pending) = self.signatures.waiting.take(ticket) else { return NextStep::Forgotten };
        let step = self.gate.conclude(*pending, verified);
        self.next(step, with_trace)
    }

    /// The same by checking the signature inside the core, for a host that lacks the algorithm.
    #[wasm_bindgen(js_name = concludeHere)]
    pub fn conclude_here(&mut self, ticket: u32, with_trace: bool) -> NextStep {
        let Some(pending) = self.signatures.waiting.take(ticket) else { return NextStep::Forgotten };
        let step = self.gate.conclude_here(*pending);
        self.next(step, with_trace)
    }
}
