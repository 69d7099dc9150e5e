//! Proof of possession across the boundary: what a decision waits for, and how it goes on.

use wasm_bindgen::prelude::*;

use crate::dpop::{NonceKey, NonceKeyError};
use crate::gate::{PendingProof, PendingProofSignature, PendingProofUse};
use crate::vocabulary::Secret;

use super::exchange::to_js;
use super::tenant::{NextStep, TenantHandle};

/// What a step has left to be taken.
#[derive(Default)]
pub(super) struct PendingPossession {
    proof: Option<PendingProof>,
    signature: Option<PendingProofSignature>,
    using: Option<PendingProofUse>,
}

impl PendingPossession {
    pub(super) fn proof(&mut self, pending: PendingProof) -> NextStep {
        self.proof = Some(pending);
        NextStep::Proof
    }

    pub(super) fn signature(&mut self, pending: PendingProofSignature) -> NextStep {
        self.signature = Some(pending);
        NextStep::ProofSignature
    }

    pub(super) fn using(&mut self, pending: PendingProofUse) -> NextStep {
        self.using = Some(pending);
        NextStep::ProofUse
    }
}

/// A decision that waits for the proof that came with the request.
#[wasm_bindgen]
pub struct ProofHandle(PendingProof);

/// A decision that waits for the signature of a proof.
#[wasm_bindgen]
pub struct ProofSignatureHandle(PendingProofSignature);

/// A decision that waits for what a `Challenge` object says of a proof.
#[wasm_bindgen]
pub struct ProofUseHandle(PendingProofUse);

#[wasm_bindgen]
impl ProofSignatureHandle {
    /// The key, which came with the proof.
    #[must_use]
    #[wasm_bindgen(unchecked_return_type = "JsonWebKey")]
    pub fn jwk(&self) -> JsValue {
        self.0.proof().key().public_jwk().map_or(JsValue::UNDEFINED, |jwk| to_js(&jwk))
    }

    /// The JWS algorithm.
    #[must_use]
    pub fn algorithm(&self) -> String {
        self.0.proof().algorithm().as_str().to_owned()
    }

    /// The octets that were signed.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        self.0.proof().message().to_vec()
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> Vec<u8> {
        self.0.proof().signature().to_vec()
    }
}

#[wasm_bindgen]
impl ProofUseHandle {
    /// The name of the `Challenge` object.
    #[must_use]
    pub fn object(&self) -> String {
        self.0.inquiry().object.clone()
    }

    /// The request for it.
    #[must_use]
    pub fn request(&self) -> String {
        self.0.inquiry().request.clone()
    }
}

#[wasm_bindgen]
impl TenantHandle {
    /// What waits for the proof that came with the request.
    #[wasm_bindgen(js_name = takeProof)]
    pub fn take_proof(&mut self) -> Option<ProofHandle> {
        self.possession.proof.take().map(ProofHandle)
    }

    /// What waits for the signature of a proof.
    #[wasm_bindgen(js_name = takeProofSignature)]
    pub fn take_proof_signature(&mut self) -> Option<ProofSignatureHandle> {
        self.possession.signature.take().map(ProofSignatureHandle)
    }

    /// What waits for an object to say whether a proof was used before.
    #[wasm_bindgen(js_name = takeProofUse)]
    pub fn take_proof_use(&mut self) -> Option<ProofUseHandle> {
        self.possession.using.take().map(ProofUseHandle)
    }

    /// Goes on with the `DPoP` field of the request. With `nonceSecret` proofs need a nonce; under one
    /// that `isNonceSecret` refuses no proof can be checked. Answers what is to be done next.
    #[wasm_bindgen(js_name = concludeProof)]
    pub fn conclude_proof(
        &mut self,
        pending: ProofHandle,
        field: Option<String>,
        nonce_secret: Option<String>,
        with_trace: bool,
    ) -> NextStep {
        let nonces = nonce_secret.map(|secret| NonceKey::new(&Secret::new(secret.into_bytes()))).transpose();
        let nonces = nonces.as_ref().map(Option::as_ref).map_err(|_| NonceKeyError);
        let step = self.gate.conclude_proof(pending.0, field.as_deref(), nonces);
        self.next(step, with_trace)
    }

    /// Goes on with a decision: `verified` says whether the signature of the proof is right, `undefined` that it could
    /// not be checked now. Answers what is to be done next.
    #[wasm_bindgen(js_name = concludeProofSignature)]
    pub fn conclude_proof_signature(
        &mut self,
        pending: ProofSignatureHandle,
        verified: Option<bool>,
        with_trace: bool,
    ) -> NextStep {
        let step = self.gate.conclude_proof_signature(pending.0, verified);
        self.next(step, with_trace)
    }

    /// The same by checking the signature inside the core, for a host that lacks the algorithm.
    #[wasm_bindgen(js_name = concludeProofSignatureHere)]
    pub fn conclude_proof_signature_here(
        &mut self,
        pending: ProofSignatureHandle,
        with_trace: bool,
    ) -> NextStep {
        let step = self.gate.conclude_proof_signature_here(pending.0);
        self.next(step, with_trace)
    }

    /// Goes on by the answer of the object, `undefined` where it could not be asked. The decision is there then.
    #[wasm_bindgen(js_name = concludeProofUse)]
    pub fn conclude_proof_use(
        &mut self,
        pending: ProofUseHandle,
        reply: Option<String>,
        with_trace: bool,
    ) -> NextStep {
        let decision = self.gate.conclude_proof_use(pending.0, reply.as_deref());
        self.next(decision.into(), with_trace)
    }
}

/// Whether nonces can be made with `secret`: it has at least 32 octets.
#[wasm_bindgen(js_name = isNonceSecret)]
#[must_use]
pub fn is_nonce_secret(secret: String) -> bool {
    NonceKey::new(&Secret::new(secret.into_bytes())).is_ok()
}
