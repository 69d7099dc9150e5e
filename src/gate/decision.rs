//! One decision: resource, rule, token, subject, scope, in that order; default deny at each step.

use std::rc::Rc;

use crate::access_token::{
    AccessTokenClaims, RefusedToken, SignatureCheck, UnverifiedAccessToken, VerifiedAccessToken,
};
use crate::config::{
    BoundClaim, Cors, ProtectedResource, Rule, SubjectKind, Tenant, WELL_KNOWN_PROTECTED_RESOURCE,
    resource_metadata,
};
use crate::vocabulary::{HttpResponse, PathError, RequestTarget, UnixTime};

use super::cache::VerifiedTokens;
use super::denial::DenialReason;
use super::matcher::{Match, Matcher};
use super::request::{Credentials, GateRequest};
use super::subject::{bindings, check_subject};
use super::trace::Trace;
use super::{challenge, cors};

/// The audience of a refused token is whatever its maker wrote; a log line need not hold all of it.
const MAX_AUDIENCE_SHOWN: usize = 256;

/// The gate of one tenant under one version of its configuration.
#[derive(Debug)]
pub struct Gate {
    tenant: Rc<Tenant>,
    matcher: Matcher,
    known: VerifiedTokens,
}

/// How far a decision got.
#[derive(Debug)]
pub enum Step {
    /// Decided.
    Decided(Box<Decision>),
    /// Everything is right but for the signature, which the host has to check.
    Signature(Box<PendingSignature>),
}

/// A decision that waits for a signature to be checked.
#[derive(Debug)]
pub struct PendingSignature {
    token: String,
    unverified: UnverifiedAccessToken,
    facts: Facts,
}

impl PendingSignature {
    /// What to check.
    #[must_use]
    pub fn signature_check(&self) -> &SignatureCheck {
        self.unverified.signature_check()
    }
}

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
struct Facts {
    tenant: Rc<Tenant>,
    now: UnixTime,
    resource: Option<usize>,
    rule: Option<usize>,
    bindings: Vec<(BoundClaim, String)>,
    origin: Option<String>,
    token: Option<Rc<VerifiedAccessToken>>,
    /// Of a token that was refused before its signature was looked at; for the trace alone.
    untrusted_claims: Option<Box<AccessTokenClaims>>,
    known_token: bool,
}

/// What a handler gets to know of an admitted request.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// The resource under which the request falls.
    pub resource: &'a ProtectedResource,
    /// The claims of the token; none where the rule is public.
    pub claims: Option<&'a AccessTokenClaims>,
}

impl Gate {
    /// Compiles the gate of `tenant`. Its cost grows with the resources and rules, not with users or clients.
    #[must_use]
    pub fn new(tenant: Rc<Tenant>) -> Self {
        let matcher = Matcher::new(&tenant);
        Self { tenant, matcher, known: VerifiedTokens::default() }
    }

    /// The configuration under which this gate decides.
    #[must_use]
    pub fn tenant(&self) -> &Rc<Tenant> {
        &self.tenant
    }

    /// Decides about `request` at `now`, as far as that goes without the host.
    pub fn decide(&mut self, request: &GateRequest<'_>, now: UnixTime) -> Step {
        let mut facts = Facts::new(Rc::clone(&self.tenant), now);
        let target = match RequestTarget::parse(request.url) {
            Ok(target) => target,
            Err(error) => return facts.denied(DenialReason::AmbiguousPath(error)),
        };
        if self.matcher.spells_a_literal_otherwise(&target) {
            return facts.denied(DenialReason::AmbiguousPath(PathError::EncodedReserved));
        }
        if let Some(metadata) = self.metadata(request.method, &target) {
            return facts.respond(metadata);
        }
        let Some(found) = self.matcher.resource(&target) else {
            return facts.denied(DenialReason::NoResource);
        };
        let tenant = Rc::clone(&self.tenant);
        let Some(resource) = tenant.resources().get(found.resource) else {
            return facts.denied(DenialReason::NoResource);
        };
        facts.resource = Some(found.resource);
        facts.origin = request.origin.map(str::to_owned);
        if let (Some(cors), Some((origin, method))) = (resource.cors(), request.preflight()) {
            return match self.preflight(resource, &found, cors, origin, method) {
                Some(response) => facts.respond(response),
                None => facts.denied(DenialReason::CorsNotAllowed),
            };
        }
        if !is_method(request.method) {
            return facts.denied(DenialReason::NoRule);
        }
        facts.rule = self.matcher.rule(resource, &found, request.method);
        let Some(rule) = facts.rule.and_then(|index| resource.rules().get(index)) else {
            return facts.denied(DenialReason::NoRule);
        };
        if rule.is_public() {
            return facts.allowed();
        }
        facts.bindings = bindings(rule, &found);
        let token = match request.credentials() {
            Credentials::None => return facts.denied(DenialReason::NoToken),
            Credentials::Malformed => return facts.denied(DenialReason::MalformedCredentials),
            Credentials::Bearer(token) => token,
        };
        self.decide_token(token, resource, facts)
    }

    fn decide_token(&mut self, token: &str, resource: &ProtectedResource, mut facts: Facts) -> Step {
        if let Some(known) = self.known.find(token) {
            facts.known_token = true;
            if let Err(refusal) = known.check_at(&self.tenant, resource, facts.now) {
                facts.token = Some(known);
                return facts.denied(refusal.into());
            }
            return Step::Decided(Box::new(facts.with_token(known)));
        }
        let unverified = match UnverifiedAccessToken::examine(token, &self.tenant, resource, facts.now) {
            Ok(unverified) => unverified,
            Err(RefusedToken { refusal, untrusted_claims }) => {
                facts.untrusted_claims = untrusted_claims;
                return facts.denied(refusal.into());
            }
        };
        let pending = PendingSignature { token: token.to_owned(), unverified, facts };
        // A symmetric key never leaves the core; every other signature is the host's to check.
        if pending.signature_check().key.is_symmetric() {
            return Step::Decided(Box::new(self.conclude_here(pending)));
        }
        Step::Signature(Box::new(pending))
    }

    /// Goes on with a decision once the signature was checked; `None` says that it could not be checked now.
    ///
    /// Passing `Some(true)` without having verified [`PendingSignature::signature_check`] opens the gate to forgeries.
    pub fn conclude(&mut self, pending: PendingSignature, verdict: Option<bool>) -> Decision {
        let PendingSignature { token, unverified, facts } = pending;
        let Some(verifies) = verdict else { return facts.into_denial(DenialReason::CannotVerifyNow) };
        match unverified.with_signature(verifies) {
            Ok(verified) => {
                let verified = Rc::new(verified);
                // Configuration may have been replaced meanwhile: what it verified must not enter another's cache.
                if Rc::ptr_eq(&facts.tenant, &self.tenant) {
                    self.known.insert(&token, Rc::clone(&verified));
                }
                facts.with_token(verified)
            }
            Err(refusal) => facts.into_denial(refusal.into()),
        }
    }

    /// Goes on by checking the signature inside the core, for a host that lacks the algorithm. Where this build cannot
    /// do it either, the decision is that it cannot be checked now.
    pub fn conclude_here(&mut self, pending: PendingSignature) -> Decision {
        let verdict = pending.unverified.verified_here();
        self.conclude(pending, verdict)
    }

    /// RFC 9728 section 3.1: the metadata of the resource whose URI has what follows the well-known part as its path.
    fn metadata(&self, method: &str, target: &RequestTarget<'_>) -> Option<HttpResponse> {
        let path = target.path().strip_prefix(WELL_KNOWN_PROTECTED_RESOURCE)?;
        if !matches!(method, "GET" | "HEAD") || !(path.is_empty() || path.starts_with('/')) {
            return None;
        }
        let url = format!("{}{path}", target.origin());
        let resource_target = RequestTarget::parse(&url).ok()?;
        let found = self.matcher.resource(&resource_target).filter(|found| found.below.is_empty());
        let resource = match found {
            Some(found) => self.tenant.resources().get(found.resource)?,
            None => Some(self.tenant.default_resource()).filter(|resource| {
                path.trim_end_matches('/').is_empty() && resource.indicator().covers(&resource_target)
            })?,
        };
        Some(
            HttpResponse::json(200, &resource_metadata(&self.tenant, resource))
                .with("cache-control", "public, max-age=60")
                .with("access-control-allow-origin", "*"),
        )
    }

    fn preflight(
        &self,
        resource: &ProtectedResource,
        found: &Match<'_>,
        cors: &Cors,
        origin: &str,
        method: &str,
    ) -> Option<HttpResponse> {
        const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
        let listed: Vec<&str> = cors.methods().iter().map(String::as_str).collect();
        let candidates = if listed == ["*"] { METHODS.to_vec() } else { listed };
        let governed = |method: &&str| self.matcher.rule(resource, found, method).is_some();
        let methods: Vec<&str> = candidates.into_iter().filter(governed).collect();
        cors::preflight(cors, origin, method, &methods)
    }
}

impl Facts {
    fn new(tenant: Rc<Tenant>, now: UnixTime) -> Self {
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
        }
    }

    fn resource(&self) -> Option<&ProtectedResource> {
        self.resource.and_then(|index| self.tenant.resources().get(index))
    }

    fn rule(&self) -> Option<&Rule> {
        self.rule.and_then(|index| self.resource()?.rules().get(index))
    }

    fn denied(self, reason: DenialReason) -> Step {
        Step::Decided(Box::new(self.into_denial(reason)))
    }

    fn into_denial(self, reason: DenialReason) -> Decision {
        Decision { outcome: Outcome::Deny(reason), facts: self }
    }

    fn allowed(self) -> Step {
        Step::Decided(Box::new(Decision { outcome: Outcome::Allow, facts: self }))
    }

    fn respond(self, response: HttpResponse) -> Step {
        Step::Decided(Box::new(Decision { outcome: Outcome::Respond(response), facts: self }))
    }

    /// The rest of the decision, for a token whose signature, time and audience are right.
    fn with_token(mut self, token: Rc<VerifiedAccessToken>) -> Decision {
        let refusal = self.rule().and_then(|rule| check_subject(token.claims(), rule, &self.bindings).err());
        let no_rule = self.rule().is_none();
        self.token = Some(token);
        match refusal {
            Some(reason) => self.into_denial(reason),
            None if no_rule => self.into_denial(DenialReason::NoRule),
            None => Decision { outcome: Outcome::Allow, facts: self },
        }
    }
}

/// Methods have case (RFC 9110 section 9.1). A lower-case one is none that a rule for every method means.
fn is_method(method: &str) -> bool {
    !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
}

impl Decision {
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
                let mut response = challenge::response(reason, self.facts.resource(), self.facts.rule());
                response.headers.extend(self.cors_headers());
                Some(response)
            }
        }
    }

    /// Fields that the handler's response needs so that a page of another origin may read it.
    #[must_use]
    pub fn cors_headers(&self) -> Vec<(&'static str, String)> {
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
            scopes_wanted: rule.map(|rule| rule.scopes().to_string()),
            subjects_admitted: SubjectKind::ALL
                .into_iter()
                .filter(|kind| rule.is_some_and(|rule| rule.subjects().admits(*kind)))
                .map(SubjectKind::as_str)
                .collect(),
            subject: claims.map(|claims| claims.subject().to_string()),
            subject_kind: claims.map(|claims| claims.kind().as_str()),
            scopes_held: claims.map(|claims| claims.scope().to_string()),
            deadline,
            known_token: claims.map(|_| facts.known_token),
        }
    }
}
