//! Protected resources: a URI, its lifetimes, its scopes and the rules of its gate.

use std::collections::HashSet;

use crate::jose::Algorithm;
use crate::vocabulary::{ClientId, Lifetime, ResourceId, ResourceIndicator, ScopeToken, UnixTime};

use super::cors::Cors;
use super::rule::Rule;
use super::trusted_issuer::TrustedIssuer;

/// The id of the default resource, whose URI is the issuer's URL.
pub const DEFAULT_RESOURCE_ID: &str = "default";

/// A scope that a resource defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeDefinition {
    pub(super) name: ScopeToken,
    pub(super) description: String,
}

impl ScopeDefinition {
    /// The scope.
    #[must_use]
    pub fn name(&self) -> &ScopeToken {
        &self.name
    }

    /// What it permits, for people; empty when not described.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }
}

/// How soon a revocation is honoured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RevocationMode {
    /// Within a stated bound, by a published list.
    #[default]
    Bounded,
    /// At once: the objects of the token's user and client are asked on each request.
    Strong,
}

/// Whether a proof of possession is good for one request only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProofReplay {
    /// For a minute, and with nonces for as long as one is taken: nothing is stored.
    #[default]
    Windowed,
    /// Once: an object remembers each proof for as long as it would be taken.
    Tracked,
}

/// The spans that a resource configures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetimes {
    pub(super) access_token: Lifetime,
    pub(super) refresh_token: Lifetime,
    pub(super) maximum_rotation: Lifetime,
    pub(super) longest_access_token: Lifetime,
    pub(super) longest_until: Option<UnixTime>,
}

/// A protected resource of a tenant.
#[derive(Debug, Clone)]
pub struct ProtectedResource {
    pub(super) id: ResourceId,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) indicator: ResourceIndicator,
    pub(super) lifetimes: Lifetimes,
    pub(super) scopes: Vec<ScopeDefinition>,
    pub(super) scope_names: HashSet<String>,
    pub(super) rules: Vec<Rule>,
    pub(super) cors: Option<Cors>,
    pub(super) revocation: RevocationMode,
    pub(super) introspection_client: Option<ClientId>,
    pub(super) signing_algorithm: Option<Algorithm>,
    pub(super) sender_constrained: bool,
    pub(super) proof_replay: ProofReplay,
    pub(super) trusted_issuers: Vec<TrustedIssuer>,
}

impl ProtectedResource {
    /// Its identifier, `default` for the default resource.
    #[must_use]
    pub fn id(&self) -> &ResourceId {
        &self.id
    }

    /// Its name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, for people; empty when not described.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Its URI: what clients ask for, and the `aud` of its tokens.
    #[must_use]
    pub fn indicator(&self) -> &ResourceIndicator {
        &self.indicator
    }

    /// How long an access token for it lives.
    #[must_use]
    pub fn access_token_lifetime(&self) -> Lifetime {
        self.lifetimes.access_token
    }

    /// How long a refresh token for it lives.
    #[must_use]
    pub fn refresh_token_lifetime(&self) -> Lifetime {
        self.lifetimes.refresh_token
    }

    /// How long refresh tokens can be rotated, counted from the first of them.
    #[must_use]
    pub fn maximum_rotation(&self) -> Lifetime {
        self.lifetimes.maximum_rotation
    }

    /// The longest life that an access token still around can have: the configured one, or an earlier, longer one
    /// while tokens of that time can be alive. A token that claims more was not issued here.
    #[must_use]
    pub fn longest_access_token_lifetime(&self) -> Lifetime {
        self.lifetimes.longest_access_token
    }

    /// Until when tokens of an earlier, longer life can be alive.
    #[must_use]
    pub fn longest_until(&self) -> Option<UnixTime> {
        self.lifetimes.longest_until
    }

    /// The scopes that it defines.
    #[must_use]
    pub fn scopes(&self) -> &[ScopeDefinition] {
        &self.scopes
    }

    /// Whether it defines `scope`.
    #[must_use]
    pub fn defines_scope(&self, scope: &str) -> bool {
        self.scope_names.contains(scope)
    }

    /// Its rules, in the order of the document. No two are equally good for a request.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What pages of other origins may do; `None` refuses them.
    #[must_use]
    pub fn cors(&self) -> Option<&Cors> {
        self.cors.as_ref()
    }

    /// The client of whoever serves the resource: besides the client that a token was issued to, it alone may
    /// introspect tokens for this resource (RFC 7662 section 2.1).
    #[must_use]
    pub fn introspection_client(&self) -> Option<&ClientId> {
        self.introspection_client.as_ref()
    }

    /// How soon its gate honours a revocation.
    #[must_use]
    pub fn revocation(&self) -> RevocationMode {
        self.revocation
    }

    /// Whether its access tokens have to be bound to a key of whoever sends them (RFC 9449).
    #[must_use]
    pub fn is_sender_constrained(&self) -> bool {
        self.sender_constrained
    }

    /// Whether a proof of possession is good here for one request only.
    #[must_use]
    pub fn proof_replay(&self) -> ProofReplay {
        self.proof_replay
    }

    /// The issuers besides the tenant's own whose tokens open it.
    #[must_use]
    pub fn trusted_issuers(&self) -> &[TrustedIssuer] {
        &self.trusted_issuers
    }

    /// The one of them whose tokens have this `iss`, byte for byte.
    #[must_use]
    pub fn trusted_issuer(&self, issuer: &str) -> Option<&TrustedIssuer> {
        self.trusted_issuers.iter().find(|trusted| trusted.issuer() == issuer)
    }

    /// Whether this is the tenant's default resource.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.id.as_str() == DEFAULT_RESOURCE_ID
    }

    /// The algorithm that it names for its access tokens, `None` for the tenant's.
    pub(super) fn own_signing_algorithm(&self) -> Option<Algorithm> {
        self.signing_algorithm
    }
}
