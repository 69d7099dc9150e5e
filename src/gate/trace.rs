//! What the gate looked at on its way to a decision, for logs and for the playground.

use serde::Serialize;

/// How it was found out that a token was not revoked, or that it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RevocationTrace {
    /// `list`: by the published list. `objects`: by asking the objects of user and client. `none`: this deployment
    /// publishes no list, so tokens live until they expire. `foreign`: nobody here can revoke another issuer's token.
    pub mode: &'static str,
    /// Why the objects are asked: `strong`, `full_shard`, `no_list` or `old_list`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    /// How old the list is, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<u64>,
    /// The seconds after a revocation from which it is honoured here at the latest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<u64>,
    /// The claim that names what was revoked, where the list told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<&'static str>,
}

/// The facts behind a decision. It holds no token and no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// `allow` or the reason code of the refusal.
    pub outcome: &'static str,
    /// The reason in words, for a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// Version of the configuration that decided.
    pub configuration_version: u64,
    /// The moment of the decision, seconds since the Unix epoch.
    pub decided_at: u64,
    /// The resource that covers the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_id: Option<String>,
    /// The audience that a token needs here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_wanted: Option<String>,
    /// The audience of the token; of a refused token, what it claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience_held: Option<String>,
    /// The rule, as methods and path template below the resource.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The scopes that the rule demands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes_wanted: Option<String>,
    /// The kinds of subject that the rule admits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects_admitted: Vec<&'static str>,
    /// The issuer of the token, where that is not the tenant's own; of a refused token, by what it claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The subject of the token, once its signature was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The kind of that subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_kind: Option<&'static str>,
    /// The scopes that the token holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scopes_held: Option<String>,
    /// The authentication context classes of which the rule demands one, separated by spaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_values_wanted: Option<String>,
    /// How many seconds ago the user may have authenticated, where the rule says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// How the user authenticated, where the rule asks for that and the token says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr_held: Option<String>,
    /// When the user authenticated, in the same case; seconds since the Unix epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticated_at: Option<u64>,
    /// The moment from which the token is refused, clock tolerance included, seconds since the Unix epoch; of a
    /// refused token, by what it claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<u64>,
    /// Whether the signature had been verified before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_token: Option<bool>,
    /// Whether the token was revoked, once that was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<RevocationTrace>,
}
