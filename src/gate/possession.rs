//! Proof of possession at the gate: RFC 9449 section 7. It comes after the token itself was found right and before it is
//! asked whether the token was revoked; a proof is used up last, when everything else is decided.

use std::rc::Rc;

use serde::Serialize;

use crate::access_token::{Confirmation, TokenRefusal, VerifiedAccessToken};
use crate::config::{ProofReplay, Tenant};
use crate::dpop::{NonceKey, NonceKeyError, ProofRefusal, ProvedRequest, UnverifiedProof, VerifiedProof};
use crate::vocabulary::SecretHash;
use crate::vocabulary::json::Json;

use super::decision::{Decision, Facts};
use super::denial::DenialReason;
use super::liveness::Inquiry;
use super::steps::{Gate, Step};

/// What a proof has to be for, of a request whose token came with the scheme `DPoP`.
#[derive(Debug)]
pub(super) struct Possession {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) access_token: String,
    /// The nonce that the next proof should have.
    pub(super) nonce: Option<String>,
    /// The proof, where it is good for one request only.
    to_use: Option<VerifiedProof>,
}

impl Possession {
    pub(super) fn new(method: &str, url: &str, access_token: &str) -> Self {
        let [method, url, access_token] = [method, url, access_token].map(str::to_owned);
        Self { method, url, access_token, nonce: None, to_use: None }
    }
}

/// A decision that waits for the proof of possession that came with the request.
#[derive(Debug)]
pub struct PendingProof {
    token: Rc<VerifiedAccessToken>,
    facts: Facts,
}

/// A decision that waits for the signature of a proof to be checked.
#[derive(Debug)]
pub struct PendingProofSignature {
    token: Rc<VerifiedAccessToken>,
    facts: Facts,
    proof: UnverifiedProof,
}

impl PendingProofSignature {
    /// What to check: its key came with it.
    #[must_use]
    pub fn proof(&self) -> &UnverifiedProof {
        &self.proof
    }
}

/// A request that is admitted if its proof was not used before.
#[derive(Debug)]
pub struct PendingProofUse {
    facts: Facts,
    inquiry: Inquiry,
}

impl PendingProofUse {
    /// What to ask of a `Challenge` object.
    #[must_use]
    pub fn inquiry(&self) -> &Inquiry {
        &self.inquiry
    }
}

impl Gate {
    /// The next step for a token that is right in itself.
    pub(super) fn decide_possession(&self, token: Rc<VerifiedAccessToken>, facts: Facts) -> Step {
        if facts.possession.is_some() {
            return Step::Proof(Box::new(PendingProof { token, facts }));
        }
        self.decide_liveness(token, facts, false)
    }

    /// Goes on with the `DPoP` field of the request. `nonces` recognises nonces where they are demanded; under a key that
    /// is none, nothing can be checked.
    #[must_use]
    pub fn conclude_proof(
        &self,
        pending: PendingProof,
        field: Option<&str>,
        nonces: Result<Option<&NonceKey>, NonceKeyError>,
    ) -> Step {
        let PendingProof { token, mut facts } = pending;
        let Ok(nonces) = nonces else {
            return facts.with_refused(token, DenialReason::CannotVerifyNow).into();
        };
        let examined = examined(&token, &facts, field, nonces);
        let audience = facts.resource().map(|resource| resource.indicator().to_string()).unwrap_or_default();
        let fresh = nonces.map(|key| key.nonce(&audience, facts.now));
        if let Some(possession) = &mut facts.possession {
            possession.nonce = fresh;
        }
        match examined {
            Ok(proof) => Step::ProofSignature(Box::new(PendingProofSignature { token, facts, proof })),
            Err(reason) => facts.with_refused(token, reason).into(),
        }
    }

    /// Goes on once the signature of the proof was checked; `None` says that it could not be checked now.
    ///
    /// Passing `Some(true)` without having verified [`PendingProofSignature::proof`] lets whoever copied a token use it.
    #[must_use]
    pub fn conclude_proof_signature(&self, pending: PendingProofSignature, verdict: Option<bool>) -> Step {
        let PendingProofSignature { token, mut facts, proof } = pending;
        let Some(verifies) = verdict else {
            return facts.with_refused(token, DenialReason::CannotVerifyNow).into();
        };
        let proof = match proof.with_signature(verifies) {
            Ok(proof) => proof,
            Err(refusal) => return facts.with_refused(token, refusal.into()).into(),
        };
        let tracked =
            facts.resource().is_some_and(|resource| resource.proof_replay() == ProofReplay::Tracked);
        if let Some(possession) = &mut facts.possession {
            // A nonce that is good for a while longer need not be told again.
            possession.nonce = possession.nonce.take().filter(|_| !proof.nonce_is_current());
            possession.to_use = Some(proof).filter(|_| tracked);
        }
        self.decide_liveness(token, facts, false)
    }

    /// The same by checking the signature inside the core, for a host that lacks the algorithm.
    #[must_use]
    pub fn conclude_proof_signature_here(&self, pending: PendingProofSignature) -> Step {
        let verdict = pending.proof.verified_here();
        self.conclude_proof_signature(pending, verdict)
    }

    /// Goes on by what the object said; `None` where it could not be asked.
    #[must_use]
    pub fn conclude_proof_use(&self, pending: PendingProofUse, reply: Option<&str>) -> Decision {
        match reply.and_then(is_first) {
            Some(true) => pending.facts.allowed(),
            Some(false) => pending.facts.denied(ProofRefusal::Replayed.into()),
            None => pending.facts.denied(DenialReason::ProofUseUnknown),
        }
    }
}

impl From<Decision> for Step {
    /// A request that is admitted by a proof which is good once is not admitted before the proof is used up.
    fn from(mut decision: Decision) -> Self {
        let Some(proof) = decision.take_proof_to_use() else { return Self::Decided(Box::new(decision)) };
        let facts = decision.into_facts();
        let inquiry = inquiry(&facts.tenant, &proof);
        Self::ProofUse(Box::new(PendingProofUse { facts, inquiry }))
    }
}

impl Facts {
    /// The proof that remains to be used up.
    pub(super) fn take_proof_to_use(&mut self) -> Option<VerifiedProof> {
        self.possession.as_mut()?.to_use.take()
    }
}

fn examined(
    token: &VerifiedAccessToken,
    facts: &Facts,
    field: Option<&str>,
    nonces: Option<&NonceKey>,
) -> Result<UnverifiedProof, DenialReason> {
    let (Some(possession), Some(resource), Some(Confirmation::KeyThumbprint(thumbprint))) =
        (&facts.possession, facts.resource(), token.claims().confirmation())
    else {
        return Err(TokenRefusal::SenderConstrained.into());
    };
    let request = ProvedRequest {
        method: &possession.method,
        url: &possession.url,
        access_token: Some(&possession.access_token),
        now: facts.now,
        tolerance: facts.tenant.clock_tolerance(),
        nonces: nonces.map(|key| (key, resource.indicator().as_str())),
    };
    Ok(UnverifiedProof::examine(field, &request)?.by_key(thumbprint)?)
}

/// The object of one proof opens once.
fn inquiry(tenant: &Tenant, proof: &VerifiedProof) -> Inquiry {
    #[derive(Serialize)]
    struct Request {
        command: Command,
    }
    #[derive(Serialize)]
    struct Command {
        r#type: &'static str,
        kind: &'static str,
        secret: SecretHash,
        facts: &'static str,
        expires_at: u64,
        attempts: u32,
        kept_until: u64,
    }
    let digest = proof.digest();
    // The object goes by a clock of its own, which may be ahead.
    let until = proof.good_until().plus(tenant.clock_tolerance()).seconds();
    let command = Command {
        r#type: "open",
        kind: "dpop_proof",
        secret: SecretHash::of(&digest),
        facts: "",
        expires_at: until,
        attempts: 1,
        kept_until: until,
    };
    // Strings and numbers always have a JSON text.
    let request = serde_json::to_string(&Request { command }).unwrap_or_default();
    Inquiry { object: format!("{}/dpop/{digest}", tenant.id()), request }
}

/// `{"type":"opened"}`, or a refusal because it is open already; `None` for anything else.
fn is_first(reply: &str) -> Option<bool> {
    let reply = Json::parse(reply.as_bytes(), 1).ok()?;
    let member = |name: &str| reply.member(name).and_then(Json::as_str);
    match (member("type")?, member("reason")) {
        ("opened", None) => Some(true),
        ("refused", Some("already_open")) => Some(false),
        _ => None,
    }
}
