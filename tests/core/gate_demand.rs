//! What a handler asks for beyond its rule, of a request that the gate admitted.

use audgate::gate::{Decision, Demand, GateRequest};
use audgate::vocabulary::{Scope, UnixTime};

use crate::support::request::{header, outcome};
use crate::support::tenant::{NOW, ORDERS, PAYMENTS, gate};
use crate::support::test;

const ORDER: &str = "https://api.example/orders/42";

fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap_or_default()
}

fn refusal(request: &GateRequest<'_>, held: Option<&str>, wanted: &str) -> Option<Decision> {
    let demand = Demand { held: held.map(scope), wanted: Scope::parse(wanted).unwrap() };
    gate().refuse(request, demand, UnixTime::from_seconds(NOW))
}

fn get(url: &str) -> GateRequest<'_> {
    GateRequest { method: "GET", url, ..GateRequest::default() }
}

#[test]
fn scopes_that_are_held_are_not_refused() {
    for wanted in ["orders:cancel", "orders:cancel orders:read", "orders:read orders:read"] {
        assert!(refusal(&get(ORDER), Some("orders:read orders:cancel"), wanted).is_none(), "{wanted}");
    }
}

#[test]
fn scope_that_is_not_held_is_insufficient() {
    let refused = refusal(&get(ORDER), Some("orders:read"), "orders:cancel").unwrap();
    assert_eq!((outcome(&refused), refused.response().unwrap().status), ("insufficient_scope", 403));
    assert!(refused.access().is_none());
}

#[test]
fn one_scope_that_is_not_held_among_others_is_insufficient() {
    let refused = refusal(&get(ORDER), Some("orders:read"), "orders:read orders:cancel").unwrap();
    assert_eq!(outcome(&refused), "insufficient_scope");
}

#[test]
fn scope_is_compared_whole() {
    for held in ["orders:cancelled", "orders", "ORDERS:CANCEL", "xorders:cancel", ""] {
        let refused = refusal(&get(ORDER), Some(held), "orders:cancel").unwrap();
        assert_eq!(outcome(&refused), "insufficient_scope", "{held}");
    }
}

#[test]
fn challenge_names_the_scopes_of_the_rule_and_of_the_handler_once_each() {
    let refused =
        refusal(&get(ORDER), Some("orders:read"), "orders:refund orders:read orders:cancel").unwrap();
    assert_eq!(
        header(&refused, "www-authenticate").unwrap(),
        "Bearer resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/orders\", \
         error=\"insufficient_scope\", error_description=\"the token lacks a scope that this operation needs\", \
         scope=\"orders:read orders:refund orders:cancel\""
    );
}

/// RFC 9449 section 7.1.
#[test]
fn challenge_is_of_the_scheme_by_which_the_request_came() {
    for (authorization, scheme) in [
        (Some("DPoP t"), "DPoP"),
        (Some("dpop t"), "DPoP"),
        (Some("Bearer t"), "Bearer"),
        (Some("Bearer DPoP t"), "Bearer"),
        (Some("DPoP"), "Bearer"),
        (None, "Bearer"),
    ] {
        let request = GateRequest { authorization, ..get(ORDER) };
        let refused = refusal(&request, Some("orders:read"), "orders:cancel").unwrap();
        let challenge = header(&refused, "www-authenticate").unwrap();
        assert_eq!(challenge.split(' ').next(), Some(scheme), "{authorization:?}");
        assert_eq!(challenge.contains("algs=\"ES256 "), scheme == "DPoP", "{challenge}");
        assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
    }
}

#[test]
fn public_is_what_a_public_rule_covers_by_method_and_path() {
    let gate = gate();
    assert!(gate.is_public("GET", "https://api.example/orders/status"));
    for (method, url) in [
        ("GET", ORDER),
        ("DELETE", "https://api.example/orders/status"),
        ("GET", "https://api.example/orders/status/x"),
        ("GET", "https://elsewhere.example/orders/status"),
        ("GET", "https://api.example/orders/%73tatus"),
        ("GET", ""),
    ] {
        assert!(!gate.is_public(method, url), "{method} {url}");
    }
}

#[test]
fn refusal_can_be_read_by_a_page_of_an_allowed_origin_alone() {
    let from = |origin| GateRequest {
        method: "POST",
        url: PAYMENTS,
        origin: Some(origin),
        ..GateRequest::default()
    };
    let refused = refusal(&from("https://shop.example"), Some("payments:make"), "payments:refund").unwrap();
    assert_eq!(header(&refused, "access-control-allow-origin").as_deref(), Some("https://shop.example"));
    assert_eq!(
        header(&refused, "access-control-expose-headers").as_deref(),
        Some("www-authenticate, dpop-nonce")
    );
    let refused = refusal(&from("https://evil.example"), Some("payments:make"), "payments:refund").unwrap();
    assert_eq!(header(&refused, "access-control-allow-origin"), None);
}

#[test]
fn public_rule_holds_no_scope_and_a_token_would_not_help() {
    let refused = refusal(&get("https://api.example/orders/status"), None, "orders:read").unwrap();
    assert_eq!((outcome(&refused), refused.response().unwrap().status), ("public_rule", 403));
    assert_eq!(header(&refused, "www-authenticate"), None);
    assert!(!refused.response().unwrap().body.contains("\"error\""));
}

#[test]
fn request_that_the_configuration_no_longer_covers_is_refused_without_a_challenge() {
    for url in ["https://elsewhere.example/orders/42", "https://api.example/orders/a%2Fb", "no url"] {
        let refused = refusal(&get(url), Some("orders:read"), "orders:cancel").unwrap();
        assert_eq!(
            (outcome(&refused), header(&refused, "www-authenticate")),
            ("insufficient_scope", None),
            "{url}"
        );
    }
}

#[test]
fn trace_says_what_was_held_and_what_is_needed() {
    let trace = refusal(&get(ORDER), Some("orders:read"), "orders:cancel").unwrap().trace();
    assert_eq!(trace.scopes_held.as_deref(), Some("orders:read"));
    assert_eq!(trace.scopes_wanted.as_deref(), Some("orders:read orders:cancel"));
    assert_eq!(
        (trace.resource_id.as_deref(), trace.audience_wanted.as_deref()),
        (Some("orders"), Some(ORDERS))
    );
    assert_eq!(trace.decided_at, NOW);
}
