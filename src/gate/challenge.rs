//! The response of a refusal: RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470 section 3 and RFC 9728 section 5.1.

use std::fmt::Write as _;

use serde_json::json;

use crate::access_token::TokenRefusal;
use crate::config::{ProtectedResource, Rule, UserAuthentication, metadata_url};
use crate::dpop::PROOF_ALGORITHMS;
use crate::vocabulary::HttpResponse;

use super::decision::Facts;
use super::demand::{Demand, needed};
use super::denial::DenialReason;

/// The response that the caller of a refused request gets.
pub(super) fn response(reason: &DenialReason, facts: &Facts) -> HttpResponse {
    let mut body = serde_json::Map::new();
    if let Some(code) = reason.error_code() {
        body.insert("error".to_owned(), json!(code.as_str()));
        body.insert("error_description".to_owned(), json!(reason.to_string()));
    }
    body.insert("reason".to_owned(), json!(reason.code()));
    let mut response = HttpResponse::json(reason.status(), &body.into()).not_stored();
    if reason.status() == 503 {
        response = response.with("retry-after", "1");
    }
    match facts.resource() {
        Some(resource) if challenges(reason) => {
            let scheme = scheme(reason, resource, facts.possession.is_some());
            response.with(
                "www-authenticate",
                challenge(scheme, reason, resource, facts.rule(), facts.demand.as_deref()),
            )
        }
        _ => response,
    }
}

/// A challenge stands where other credentials would help, and with every OAuth error of RFC 6750.
pub(super) fn challenges(reason: &DenialReason) -> bool {
    match reason {
        DenialReason::NoToken
        | DenialReason::MalformedCredentials
        | DenialReason::Token(_)
        | DenialReason::TokenRevoked
        | DenialReason::InsufficientUserAuthentication
        | DenialReason::InsufficientScope
        | DenialReason::Proof(_) => true,
        DenialReason::AmbiguousPath(_)
        | DenialReason::NoResource
        | DenialReason::NoRule
        | DenialReason::PublicRule
        | DenialReason::CorsNotAllowed
        | DenialReason::WrongSubjectKind
        | DenialReason::WrongSubject
        | DenialReason::CannotVerifyNow
        | DenialReason::ProofUseUnknown
        | DenialReason::IssuerKeysUnavailable
        | DenialReason::RevocationUnknown => false,
    }
}

/// RFC 9449 section 7.1: the scheme by which the request would be let in. A bound token that came from a bearer has to
/// come with a proof.
fn scheme(reason: &DenialReason, resource: &ProtectedResource, is_proved: bool) -> &'static str {
    let is_bound = *reason == DenialReason::Token(TokenRefusal::SenderConstrained);
    let is_unbound = *reason == DenialReason::Token(TokenRefusal::NotBound);
    if resource.is_sender_constrained() || is_bound || (is_proved && !is_unbound) { "DPoP" } else { "Bearer" }
}

fn challenge(
    scheme: &str,
    reason: &DenialReason,
    resource: &ProtectedResource,
    rule: Option<&Rule>,
    demand: Option<&Demand>,
) -> String {
    // Every value is from the table of reasons, from validated configuration or a scope, so none can hold a quote.
    let mut challenge = format!("{scheme} resource_metadata=\"{}\"", metadata_url(resource));
    if scheme == "DPoP" {
        let _ = write!(challenge, ", algs=\"{}\"", PROOF_ALGORITHMS.join(" "));
    }
    if let Some(code) = reason.error_code() {
        let _ = write!(challenge, ", error=\"{}\"", code.as_str());
        let description = reason.to_string().replace(['"', '\\', '`'], "");
        let _ = write!(challenge, ", error_description=\"{description}\"");
    }
    let needed = needed(rule, demand);
    if !needed.is_empty() {
        let _ = write!(challenge, ", scope=\"{needed}\"");
    }
    // As with scopes, whoever asks for a token is told at once all that the operation needs.
    if let Some(wanted) = rule.and_then(Rule::user_authentication) {
        if !wanted.acr_values().is_empty() {
            let _ = write!(challenge, ", acr_values=\"{}\"", acr_values(wanted));
        }
        if let Some(age) = wanted.max_age() {
            let _ = write!(challenge, ", max_age=\"{}\"", age.seconds());
        }
    }
    challenge
}

/// The values as one parameter: separated by spaces, in the order of preference.
pub(super) fn acr_values(wanted: &UserAuthentication) -> String {
    let values: Vec<&str> = wanted.acr_values().iter().map(|value| value.as_str()).collect();
    values.join(" ")
}
