//! Requests at the gate.

use audgate::gate::{Decision, Gate, GateRequest, Step};
use audgate::jose::portable;
use audgate::vocabulary::UnixTime;

use super::tenant::{NOW, gate};
use super::token::Token;

/// The decision about `request`, with signatures checked inside the core, where no list can be read and no object asked.
pub(crate) fn decide_at(gate: &mut Gate, request: &GateRequest<'_>, now: u64) -> Decision {
    let step = first_step(gate, request, now);
    match step {
        Step::Reading(pending) => decided(gate.conclude_reading(*pending), gate),
        step => decided(step, gate),
    }
}

fn decided(step: Step, gate: &Gate) -> Decision {
    match step {
        Step::Decided(decision) => *decision,
        Step::Inquiries(pending) => gate.conclude_inquiries(*pending, &[]),
        Step::Signature(_) | Step::Keys(_) | Step::Reading(_) | Step::Forgotten => panic!("that was done"),
        Step::Proof(_) | Step::ProofSignature(_) | Step::ProofUse(_) => {
            panic!("the token came from a bearer")
        }
    }
}

/// How far the gate gets with `request` once the signature was checked.
pub(crate) fn first_step(gate: &mut Gate, request: &GateRequest<'_>, now: u64) -> Step {
    match gate.decide(request, UnixTime::from_seconds(now)) {
        Step::Signature(pending) => {
            let check = pending.signature_check();
            let verdict = portable::verify(&check.key, check.algorithm, check.message(), &check.signature);
            gate.conclude(*pending, verdict)
        }
        step => step,
    }
}

/// The decision about a request with a bearer token.
pub(crate) fn decide(method: &str, url: &str, token: &str) -> Decision {
    let authorization = format!("Bearer {token}");
    let request = GateRequest { method, url, authorization: Some(&authorization), ..GateRequest::default() };
    decide_at(&mut gate(), &request, NOW)
}

/// The decision about a GET of an order with `token`.
pub(crate) fn at_orders(token: &Token) -> Decision {
    decide("GET", "https://api.example/orders/42", &token.compact())
}

/// `allow`, or the reason of the refusal.
pub(crate) fn outcome(decision: &Decision) -> &'static str {
    decision.trace().outcome
}

/// The value of a header field of the response in place of the handler's.
pub(crate) fn header(decision: &Decision, name: &str) -> Option<String> {
    let response = decision.response()?;
    response.headers.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value)
}
