//! What a handler asks for beyond its rule: scopes that only the operation itself can name.

use crate::access_token::Presentation;
use crate::config::{ProtectedResource, Rule};
use crate::vocabulary::{RequestTarget, Scope, UnixTime};

use super::decision::{Decision, Facts};
use super::denial::DenialReason;
use super::possession::Possession;
use super::request::{Credentials, GateRequest};
use super::steps::Gate;

/// Scopes that are asked of a request which the gate has admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The scopes of the token that was admitted; `None` where the rule is public, so that no token was read.
    pub held: Option<Scope>,
    /// What the operation needs besides the scopes of the rule.
    pub wanted: Scope,
}

impl Gate {
    /// The refusal of a request that was admitted before and lacks a scope of `demand`; `None` where it lacks none.
    ///
    /// RFC 6750 section 3.1: the challenge names the scopes that the operation needs, so those of the rule are among
    /// them. The request is looked up under the configuration that is in force by now: what it no longer covers is
    /// refused without a challenge, and never admitted.
    #[must_use]
    pub fn refuse(&self, request: &GateRequest<'_>, demand: Demand, now: UnixTime) -> Option<Decision> {
        let reason = match &demand.held {
            Some(held) if held.covers(&demand.wanted) => return None,
            Some(_) => DenialReason::InsufficientScope,
            None => DenialReason::PublicRule,
        };
        let mut facts = self.placed(request, now);
        // RFC 9449 section 7.1: who proved that they have the key is asked for a token of that kind again.
        if let Credentials::Token(Presentation::Proved, token) = request.credentials() {
            facts.possession = Some(Box::new(Possession::new(request.method, request.url, token)));
        }
        facts.demand = Some(Box::new(demand));
        Some(facts.denied(reason))
    }

    /// Whether a request falls under a rule that is open to everybody, so that no token of it is looked at.
    #[must_use]
    pub fn is_public(&self, method: &str, url: &str) -> bool {
        let request = GateRequest { method, url, ..GateRequest::default() };
        self.placed(&request, UnixTime::default()).rule().is_some_and(Rule::is_public)
    }

    /// Resource and rule of a request, as far as there are any.
    fn placed(&self, request: &GateRequest<'_>, now: UnixTime) -> Facts {
        let mut facts = Facts::new(self.tenant().clone(), now);
        facts.origin = request.origin.map(str::to_owned);
        let Ok(target) = RequestTarget::parse(request.url) else { return facts };
        if let Some(found) = self.matcher.resource(&target) {
            facts.resource = Some(found.resource);
            let resource: Option<&ProtectedResource> = self.tenant().resources().get(found.resource);
            facts.rule = resource.and_then(|resource| self.matcher.rule(resource, &found, request.method));
        }
        facts
    }
}

/// All scopes that an operation needs: those of its rule, and those that its handler asked for.
pub(super) fn needed(rule: Option<&Rule>, demand: Option<&Demand>) -> Scope {
    let of_rule = rule.into_iter().flat_map(|rule| rule.scopes().iter());
    let of_handler = demand.into_iter().flat_map(|demand| demand.wanted.iter());
    of_rule.chain(of_handler).cloned().collect()
}
