//! One decision, step by step: resource, rule, token, revocation, subject, scope, in that order; default deny at each.

use std::cell::RefCell;
use std::rc::Rc;

use crate::access_token::{
    Asked, Examination, IssuerKeys, KeyDocument, KeysNeed, Occasion, Presentation, RefusedToken,
    SignatureCheck, TokenRefusal, UnverifiedAccessToken, VerifiedAccessToken,
};
use crate::config::{
    Cors, KeySource, ProtectedResource, Tenant, WELL_KNOWN_PROTECTED_RESOURCE, resource_metadata,
};
use crate::revocation::Revocations;
use crate::vocabulary::{HttpResponse, PathError, RequestTarget, UnixTime};

use super::cache::{KnownToken, VerifiedTokens};
use super::cors;
use super::decision::{Decision, Facts};
use super::denial::DenialReason;
use super::liveness::{self, Answer, Inquiry, LivenessFacts, Source};
use super::matcher::{Match, Matcher};
use super::possession::{PendingProof, PendingProofSignature, PendingProofUse, Possession};
use super::request::{Credentials, GateRequest, is_b64token};
use super::subject::bindings;

/// The gate of one tenant under one version of its configuration.
#[derive(Debug)]
pub struct Gate {
    tenant: Rc<Tenant>,
    pub(super) matcher: Matcher,
    known: VerifiedTokens,
    issuer_keys: IssuerKeys,
    /// What is revoked, where this gate honours a list.
    revocations: Option<Rc<RefCell<Revocations>>>,
}

/// How far a decision got.
#[derive(Debug)]
pub enum Step {
    /// Decided.
    Decided(Box<Decision>),
    /// The token is right in itself; the host has to hand over the request's proof that its sender has the key.
    Proof(Box<PendingProof>),
    /// The host has to check the signature of that proof, by the key in it.
    ProofSignature(Box<PendingProofSignature>),
    /// Everything is right; the host has to ask an object whether the proof was used before.
    ProofUse(Box<PendingProofUse>),
    /// Everything is right but for the signature, which the host has to check.
    Signature(Box<PendingSignature>),
    /// The token is one of an issuer that the resource trusts; the host has to fetch that issuer's keys.
    Keys(Box<PendingKeys>),
    /// The token is right in itself; the host has to read the list of revocations before it is known to be live.
    Reading(Box<PendingReading>),
    /// The token is right in itself; the host has to ask the objects whether it is live.
    Inquiries(Box<PendingInquiries>),
    /// The token that was known by its number is remembered no more: decide again, by the field itself.
    Forgotten,
}

/// A decision that waits for the keys of another issuer.
#[derive(Debug)]
pub struct PendingKeys {
    token: String,
    facts: Facts,
    source: KeySource,
    need: KeysNeed,
}

impl PendingKeys {
    /// Whose keys.
    #[must_use]
    pub fn source(&self) -> &KeySource {
        &self.source
    }

    /// Why they are asked for.
    #[must_use]
    pub fn need(&self) -> KeysNeed {
        self.need
    }
}

/// A decision that waits for the list of revocations to be read.
#[derive(Debug)]
pub struct PendingReading {
    token: Rc<VerifiedAccessToken>,
    facts: Facts,
}

/// A decision that waits for what the objects say.
#[derive(Debug)]
pub struct PendingInquiries {
    token: Rc<VerifiedAccessToken>,
    facts: Facts,
    inquiries: Vec<Inquiry>,
}

impl PendingInquiries {
    /// What to ask, at once.
    #[must_use]
    pub fn inquiries(&self) -> &[Inquiry] {
        &self.inquiries
    }
}

/// A decision that waits for a signature to be checked.
#[derive(Debug)]
pub struct PendingSignature {
    unverified: UnverifiedAccessToken,
    facts: Facts,
}

impl PendingSignature {
    /// When the request came.
    #[must_use]
    pub fn asked_at(&self) -> UnixTime {
        self.facts.now
    }

    /// What to check.
    #[must_use]
    pub fn signature_check(&self) -> &SignatureCheck {
        self.unverified.signature_check()
    }
}

impl Gate {
    /// Compiles the gate of `tenant`. Its cost grows with the resources and rules, not with users or clients.
    #[must_use]
    pub fn new(tenant: Rc<Tenant>) -> Self {
        let matcher = Matcher::new(&tenant);
        Self {
            tenant,
            matcher,
            known: VerifiedTokens::default(),
            issuer_keys: IssuerKeys::default(),
            revocations: None,
        }
    }

    /// Honours a list of revocations from now on. Another gate may honour the same one: it goes on from configuration
    /// to configuration.
    pub fn honour(&mut self, revocations: Rc<RefCell<Revocations>>) {
        self.revocations = Some(revocations).filter(|list| list.borrow().tenant() == self.tenant.id());
    }

    /// The configuration under which this gate decides.
    #[must_use]
    pub fn tenant(&self) -> &Rc<Tenant> {
        &self.tenant
    }

    /// The resource that covers `url`, whatever its rules say; none for a URL that could be read in more ways than one.
    #[must_use]
    pub fn resource_at(&self, url: &str) -> Option<&ProtectedResource> {
        let found = self.matcher.resource(&RequestTarget::parse(url).ok()?)?;
        self.tenant.resources().get(found.resource)
    }

    /// Decides about `request` at `now`, as far as that goes without the host.
    pub fn decide(&mut self, request: &GateRequest<'_>, now: UnixTime) -> Step {
        let mut facts = Facts::new(Rc::clone(&self.tenant), now);
        let target = match RequestTarget::parse(request.url) {
            Ok(target) => target,
            Err(error) => return facts.denied(DenialReason::AmbiguousPath(error)).into(),
        };
        if self.matcher.spells_a_literal_otherwise(&target) {
            return facts.denied(DenialReason::AmbiguousPath(PathError::EncodedReserved)).into();
        }
        if let Some(metadata) = self.metadata(request.method, &target) {
            return facts.respond(metadata).into();
        }
        let Some(found) = self.matcher.resource(&target) else {
            return facts.denied(DenialReason::NoResource).into();
        };
        let tenant = Rc::clone(&self.tenant);
        let Some(resource) = tenant.resources().get(found.resource) else {
            return facts.denied(DenialReason::NoResource).into();
        };
        facts.resource = Some(found.resource);
        facts.origin = request.origin.map(str::to_owned);
        if let (Some(cors), Some((origin, method))) = (resource.cors(), request.preflight()) {
            return match self.preflight(resource, &found, cors, origin, method) {
                Some(response) => facts.respond(response).into(),
                None => facts.denied(DenialReason::CorsNotAllowed).into(),
            };
        }
        if !is_method(request.method) {
            return facts.denied(DenialReason::NoRule).into();
        }
        facts.rule = self.matcher.rule(resource, &found, request.method);
        let Some(rule) = facts.rule.and_then(|index| resource.rules().get(index)) else {
            return facts.denied(DenialReason::NoRule).into();
        };
        if rule.is_public() {
            return facts.allowed().into();
        }
        facts.bindings = bindings(rule, &found);
        if let Some(number) = request.known {
            // No number is given to a token that came with a proof.
            return match self.known_at(self.known.numbered(number), resource, facts.now) {
                Some(known) => self.decide_known(known, resource, facts),
                None => Step::Forgotten,
            };
        }
        let (presentation, token) = match request.credentials() {
            Credentials::None => return facts.denied(DenialReason::NoToken).into(),
            Credentials::Malformed => return facts.denied(DenialReason::MalformedCredentials).into(),
            Credentials::Token(presentation, token) => (presentation, token),
        };
        if presentation == Presentation::Proved {
            facts.possession = Some(Box::new(Possession::new(request.method, request.url, token)));
        }
        self.decide_token(token, resource, facts)
    }

    fn decide_token(&mut self, token: &str, resource: &ProtectedResource, facts: Facts) -> Step {
        if let Some(known) = self.known_at(self.known.find(token), resource, facts.now) {
            return self.decide_known(known, resource, facts);
        }
        self.examine(token, resource, Asked::Nothing, facts)
    }

    fn examine(&mut self, token: &str, resource: &ProtectedResource, asked: Asked, mut facts: Facts) -> Step {
        let occasion = self.occasion(resource, &facts);
        let examined =
            UnverifiedAccessToken::examine_of_any_issuer(token, occasion, &self.issuer_keys, asked);
        let unverified = match examined {
            Ok(Examination::Unverified(unverified)) => *unverified,
            Ok(Examination::KeysNeeded { source, need }) => {
                return Step::Keys(Box::new(PendingKeys { token: token.to_owned(), facts, source, need }));
            }
            Ok(Examination::KeysUnavailable) => {
                return facts.denied(DenialReason::IssuerKeysUnavailable).into();
            }
            // Whatever has other characters is no token at all, and has been refused for one reason or another.
            Err(RefusedToken { refusal: TokenRefusal::Jws(_), .. }) if !is_b64token(token) => {
                return facts.denied(DenialReason::MalformedCredentials).into();
            }
            Err(RefusedToken { refusal, untrusted_claims }) => {
                facts.untrusted_claims = untrusted_claims;
                return facts.denied(refusal.into()).into();
            }
        };
        let pending = PendingSignature { unverified, facts };
        // A symmetric key never leaves the core; every other signature is the host's to check.
        if pending.signature_check().key.is_symmetric() {
            return self.conclude_here(pending);
        }
        Step::Signature(Box::new(pending))
    }

    /// What was remembered, where it still needs no other check of its signature.
    fn known_at(
        &self,
        known: Option<&KnownToken>,
        resource: &ProtectedResource,
        now: UnixTime,
    ) -> Option<KnownToken> {
        known.filter(|known| known.token.is_known_at(resource, &self.issuer_keys, now)).cloned()
    }

    fn occasion<'a>(&'a self, resource: &'a ProtectedResource, facts: &Facts) -> Occasion<'a> {
        let presentation =
            if facts.possession.is_some() { Presentation::Proved } else { Presentation::Bearer };
        Occasion { tenant: &self.tenant, resource, now: facts.now, presentation }
    }

    fn decide_known(&self, known: KnownToken, resource: &ProtectedResource, mut facts: Facts) -> Step {
        let KnownToken { number, token, .. } = known;
        facts.known_token = true;
        facts.token_number = Some(number);
        if let Err(refusal) = token.check_at(self.occasion(resource, &facts)) {
            facts.token = Some(token);
            return facts.denied(refusal.into()).into();
        }
        self.decide_possession(token, facts)
    }

    /// Goes on with a decision once the signature was checked; `None` says that it could not be checked now.
    ///
    /// Passing `Some(true)` without having verified [`PendingSignature::signature_check`] opens the gate to forgeries.
    pub fn conclude(&mut self, pending: PendingSignature, verdict: Option<bool>) -> Step {
        let PendingSignature { unverified, mut facts } = pending;
        let token = Rc::clone(unverified.signature_check().token());
        let Some(verifies) = verdict else { return facts.denied(DenialReason::CannotVerifyNow).into() };
        match unverified.with_signature(verifies) {
            Ok(verified) => {
                let verified = Rc::new(verified);
                // Configuration may have been replaced meanwhile: what it verified must not enter another's cache.
                if Rc::ptr_eq(&facts.tenant, &self.tenant) {
                    facts.token_number = self.known.insert(token, Rc::clone(&verified));
                }
                self.decide_possession(verified, facts)
            }
            Err(refusal) => facts.denied(refusal.into()).into(),
        }
    }

    /// Goes on with a decision once the keys of its token's issuer were asked for. `document` is what is known of them,
    /// `None` for nothing; `reached` says whether that is as the issuer has it now.
    pub fn conclude_keys(
        &mut self,
        pending: PendingKeys,
        document: Option<KeyDocument<'_>>,
        reached: bool,
    ) -> Step {
        let PendingKeys { token, facts, source, need } = pending;
        self.issuer_keys.take(&source, document, facts.now);
        let tenant = Rc::clone(&facts.tenant);
        let Some(resource) = facts.resource.and_then(|index| tenant.resources().get(index)) else {
            return facts.denied(DenialReason::NoResource).into();
        };
        let asked = match need {
            KeysNeed::Missing | KeysNeed::Due => Asked::Keys,
            KeysNeed::UnknownKey(_) if reached => Asked::UnknownKeyReached,
            KeysNeed::UnknownKey(_) => Asked::UnknownKeyUnreached,
        };
        self.examine(&token, resource, asked, facts)
    }

    /// Goes on by checking the signature inside the core, for a host that lacks the algorithm. Where this build cannot
    /// do it either, the decision is that it cannot be checked now.
    pub fn conclude_here(&mut self, pending: PendingSignature) -> Step {
        let verdict = pending.unverified.verified_here();
        self.conclude(pending, verdict)
    }

    /// Goes on with a decision once the list of revocations was read again, or could not be.
    pub fn conclude_reading(&self, pending: PendingReading) -> Step {
        self.decide_liveness(pending.token, pending.facts, true)
    }

    /// Goes on with a decision by what the objects said: a reply for each of [`PendingInquiries::inquiries`], `None` of
    /// one that could not be asked.
    #[must_use]
    pub fn conclude_inquiries(&self, pending: PendingInquiries, replies: &[Option<String>]) -> Decision {
        let PendingInquiries { token, facts, inquiries } = pending;
        match liveness::concluded(inquiries.len(), replies) {
            Some(true) => facts.with_token(token),
            Some(false) => facts.with_refused(token, DenialReason::TokenRevoked),
            None => facts.with_refused(token, DenialReason::RevocationUnknown),
        }
    }

    /// Whether the token was revoked. This comes before everything that would tell more of the token.
    pub(super) fn decide_liveness(
        &self,
        token: Rc<VerifiedAccessToken>,
        mut facts: Facts,
        was_read: bool,
    ) -> Step {
        let Some(resource) = facts.resource() else { return facts.denied(DenialReason::NoResource).into() };
        // No list and no object of this tenant knows the tokens of others.
        if token.claims().is_foreign() {
            facts.liveness = Some(LivenessFacts { source: Source::Foreign, revoked_by: None });
            return facts.with_token(token).into();
        }
        let list = self.revocations.as_deref();
        let answer = liveness::ask_list(list, &facts.tenant, resource, token.claims(), facts.now, was_read);
        let cause = match answer {
            Answer::Live(source) => {
                facts.liveness = Some(LivenessFacts { source, revoked_by: None });
                return facts.with_token(token).into();
            }
            Answer::Revoked(source, kind) => {
                facts.liveness = Some(LivenessFacts { source, revoked_by: Some(kind) });
                return facts.with_refused(token, DenialReason::TokenRevoked).into();
            }
            Answer::Read => return Step::Reading(Box::new(PendingReading { token, facts })),
            Answer::Ask(cause) => cause,
        };
        let inquiries = liveness::inquiries(&facts.tenant, resource, token.claims());
        facts.liveness = Some(LivenessFacts { source: Source::Objects(cause), revoked_by: None });
        Step::Inquiries(Box::new(PendingInquiries { token, facts, inquiries }))
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
        cors::preflight(cors, origin, method, &methods, resource.is_sender_constrained())
    }
}

/// Methods have case (RFC 9110 section 9.1). A lower-case one is none that a rule for every method means.
fn is_method(method: &str) -> bool {
    !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
}
