//! What was decided, and everything that can be said about it.

use std::rc::Rc;

use crate::access_token::{AccessTokenClaims, VerifiedAccessToken};
use crate::config::{BoundClaim, ProtectedResource, Rule, SubjectKind, Tenant, UserAuthentication};
use crate::dpop::VerifiedProof;
use crate::vocabulary::{HttpResponse, UnixTime};

use super::demand::{Demand, needed};
use super::denial::DenialReason;
use super::liveness::LivenessFacts;
use super::possession::Possession;
use super::subject::check_subject;
use super::trace::Trace;
use super::{challenge, cors};

/// The audience of a refused token is whatever its maker wrote; a log line need not hold all of it.
const MAX_AUDIENCE_SHOWN: usize = 256;

/// Whether the request goes on to the handler, and everything that can be said about it.
#[derive(Debug)]
pub struct Decision {
    outcome: Outcome,
    facts: Facts,
}

#[derive(Debug)]
enum Outcome {
    Allow,
    Deny(DenialReason),
    Respond(HttpResponse),
}

/// What the decision rests on. Indices point into the tenant that is held here.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) tenant: Rc<Tenant>,
    pub(super) now: UnixTime,
    pub(super) resource: Option<usize>,
    pub(super) rule: Option<usize>,
    pub(super) bindings: Vec<(BoundClaim, String)>,
    pub(super) origin: Option<String>,
    pub(super) token: Option<Rc<VerifiedAccessToken>>,
    /// Of a token that was refused before its signature was looked at; for the trace alone.
    pub(super) untrusted_claims: Option<Box<AccessTokenClaims>>,
    pub(super) known_token: bool,
    /// The number under which the token is known, from this decision on.
    pub(super) token_number: Option<u32>,
    pub(super) liveness: Option<LivenessFacts>,
    /// What its handler asks of a request that was admitted before.
    pub(super) demand: Option<Box<Demand>>,
    /// Of a token that came with the scheme `DPoP`.
    pub(super) possession: Option<Box<Possession>>,
}

/// What a handler gets to know of an admitted request.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// The resource under which the request falls.
    pub resource: &'a ProtectedResource,
    /// The claims of the token; none where the rule is public.
    pub claims: Option<&'a AccessTokenClaims>,
}

impl Facts {
    pub(super) fn new(tenant: Rc<Tenant>, now: UnixTime) -> Self {
        Self {
            tenant,
            now,
            resource: None,
            rule: None,
            bindings: Vec::new(),
            origin: None,
            token: None,
            untrusted_claims: None,
            known_token: false,
            token_number: None,
            liveness: None,
            demand: None,
            possession: None,
        }
    }

    pub(super) fn resource(&self) -> Option<&ProtectedResource> {
        self.resource.and_then(|index| self.tenant.resources().get(index))
    }

    pub(super) fn rule(&self) -> Option<&Rule> {
        self.rule.and_then(|index| self.resource()?.rules().get(index))
    }

    pub(super) fn denied(self, reason: DenialReason) -> Decision {
        Decision { outcome: Outcome::Deny(reason), facts: self }
    }

    pub(super) fn allowed(self) -> Decision {
        Decision { outcome: Outcome::Allow, facts: self }
    }

    pub(super) fn respond(self, response: HttpResponse) -> Decision {
        Decision { outcome: Outcome::Respond(response), facts: self }
    }

    pub(super) fn with_refused(mut self, token: Rc<VerifiedAccessToken>, reason: DenialReason) -> Decision {
        self.token = Some(token);
        self.denied(reason)
    }

    /// The rest of the decision, for a token whose signature, time and audience are right and that was not revoked.
    pub(super) fn with_token(mut self, token: Rc<VerifiedAccessToken>) -> Decision {
        let refusal = self.rule().and_then(|rule| {
            check_subject(token.claims(), rule, &self.bindings, self.now, self.tenant.clock_tolerance()).err()
        });
        let no_rule = self.rule().is_none();
        self.token = Some(token);
        match refusal {
            Some(reason) => self.denied(reason),
            None if no_rule => self.denied(DenialReason::NoRule),
            None => Decision { outcome: Outcome::Allow, facts: self },
        }
    }
}

impl Decision {
    /// The proof that is to be used up before the request is admitted.
    pub(super) fn take_proof_to_use(&mut self) -> Option<VerifiedProof> {
        match self.outcome {
            Outcome::Allow => self.facts.take_proof_to_use(),
            Outcome::Deny(_) | Outcome::Respond(_) => None,
        }
    }

    pub(super) fn into_facts(self) -> Facts {
        self.facts
    }

    /// The access that was granted, `None` for anything but an admitted request.
    #[must_use]
    pub fn access(&self) -> Option<Access<'_>> {
        match self.outcome {
            Outcome::Allow => Some(Access {
                resource: self.facts.resource()?,
                claims: self.facts.token.as_ref().map(|token| token.claims()),
            }),
            Outcome::Deny(_) | Outcome::Respond(_) => None,
        }
    }

    /// The number under which the token is known from now on, admitted or not. The last [`super::KNOWN_TOKENS`] are
    /// remembered. One that came with a proof has none: the number would stand for it without another proof.
    #[must_use]
    pub fn token_number(&self) -> Option<u32> {
        self.facts.token_number.filter(|_| self.facts.possession.is_none())
    }

    /// Names what is said of an admitted request: where two decisions under one configuration have the same, their
    /// [`Self::access`] is the same, and neither has [`Self::handler_headers`]. The first part is the
    /// [`Self::token_number`], the second the index of the resource.
    #[must_use]
    pub fn repeated_access(&self) -> Option<(u32, usize)> {
        let plain = self.facts.resource().is_some_and(|resource| resource.cors().is_none())
            && self.facts.possession.is_none();
        match self.outcome {
            Outcome::Allow if plain => self.facts.token_number.zip(self.facts.resource),
            _ => None,
        }
    }

    /// Why the request is refused, if it is.
    #[must_use]
    pub fn denial(&self) -> Option<&DenialReason> {
        match &self.outcome {
            Outcome::Deny(reason) => Some(reason),
            Outcome::Allow | Outcome::Respond(_) => None,
        }
    }

    /// The response in place of the handler's; `None` where the request goes on to the handler.
    #[must_use]
    pub fn response(&self) -> Option<HttpResponse> {
        match &self.outcome {
            Outcome::Allow => None,
            Outcome::Respond(response) => Some(response.clone()),
            Outcome::Deny(reason) => {
                let mut response = challenge::response(reason, &self.facts);
                response.headers.extend(self.handler_headers());
                Some(response)
            }
        }
    }

    /// How the user would have to authenticate, where the caller is challenged and the rule asks for that (RFC 9470).
    #[must_use]
    pub fn user_authentication_wanted(&self) -> Option<&UserAuthentication> {
        let challenged = self.denial().is_some_and(challenge::challenges);
        self.facts.rule().filter(|_| challenged)?.user_authentication()
    }

    /// Fields that the handler's response needs: so that a page of another origin may read it, and so that the next proof
    /// of possession has a nonce that is taken.
    #[must_use]
    pub fn handler_headers(&self) -> Vec<(&'static str, String)> {
        let nonce = self.facts.possession.as_ref().and_then(|possession| possession.nonce.clone());
        self.cors_headers().into_iter().chain(nonce.map(|nonce| ("dpop-nonce", nonce))).collect()
    }

    fn cors_headers(&self) -> Vec<(&'static str, String)> {
        let cors = self.facts.resource().and_then(ProtectedResource::cors);
        match (cors, &self.facts.origin) {
            (Some(cors), origin) => cors::headers(cors, origin.as_deref()),
            (None, _) => Vec::new(),
        }
    }

    /// What the decision rests on. Computed when asked for: the hot path does not pay for it.
    #[must_use]
    pub fn trace(&self) -> Trace {
        let facts = &self.facts;
        let (outcome, explanation) = match &self.outcome {
            Outcome::Allow => ("allow", None),
            Outcome::Respond(_) => ("respond", None),
            Outcome::Deny(reason) => (reason.code(), Some(reason.to_string())),
        };
        let rule = facts.rule();
        let wanted = rule.and_then(Rule::user_authentication);
        let claims = facts.token.as_ref().map(|token| token.claims());
        let shown = claims.or(facts.untrusted_claims.as_deref());
        let deadline = shown.map(|claims| claims.expires_at().plus(facts.tenant.clock_tolerance()).seconds());
        Trace {
            outcome,
            explanation,
            configuration_version: facts.tenant.version(),
            decided_at: facts.now.seconds(),
            resource_id: facts.resource().map(|resource| resource.id().to_string()),
            audience_held: shown
                .map(|claims| claims.audience())
                .filter(|audience| audience.len() <= MAX_AUDIENCE_SHOWN)
                .map(str::to_owned),
            audience_wanted: facts.resource().map(|resource| resource.indicator().to_string()),
            rule: rule.map(|rule| format!("{} {}", rule.methods().join(", "), rule.template().as_str())),
            scopes_wanted: rule.map(|rule| needed(Some(rule), facts.demand.as_deref()).to_string()),
            subjects_admitted: SubjectKind::ALL
                .into_iter()
                .filter(|kind| rule.is_some_and(|rule| rule.subjects().admits(*kind)))
                .map(SubjectKind::as_str)
                .collect(),
            issuer: shown.filter(|claims| claims.is_foreign()).map(|claims| claims.issuer().to_owned()),
            subject: claims.map(|claims| claims.subject_as_issued().to_owned()),
            subject_kind: claims.map(|claims| claims.kind().as_str()),
            scopes_held: claims
                .map(|claims| claims.scope())
                .or_else(|| facts.demand.as_ref()?.held.as_ref())
                .map(ToString::to_string),
            acr_values_wanted: wanted.map(challenge::acr_values).filter(|values| !values.is_empty()),
            max_age: wanted.and_then(|wanted| Some(wanted.max_age()?.seconds())),
            acr_held: claims
                .filter(|_| wanted.is_some())
                .and_then(|claims| claims.authentication_context())
                .map(str::to_owned),
            authenticated_at: claims
                .filter(|_| wanted.is_some())
                .and_then(|claims| Some(claims.authenticated_at()?.seconds())),
            deadline,
            known_token: claims.map(|_| facts.known_token),
            revocation: facts.liveness.map(|liveness| liveness.trace(&facts.tenant)),
        }
    }
}
