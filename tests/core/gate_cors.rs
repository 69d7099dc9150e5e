//! Cross-origin requests: preflight before authentication, and readable refusals.

use audgate::gate::{Decision, GateRequest};

use crate::support::request::{decide_at, header, outcome};
use crate::support::tenant::{NOW, ORDERS, PAYMENTS, gate};
use crate::support::test;

fn preflight(url: &str, origin: &str, method: &str) -> Decision {
    let request = GateRequest {
        method: "OPTIONS",
        url,
        origin: Some(origin),
        preflight_method: Some(method),
        authorization: None,
        ..GateRequest::default()
    };
    decide_at(&mut gate(), &request, NOW)
}

#[test]
fn preflight_is_answered_before_authentication() {
    let decision = preflight(PAYMENTS, "https://shop.example", "POST");
    assert_eq!((outcome(&decision), decision.response().unwrap().status), ("respond", 204));
    assert_eq!(header(&decision, "access-control-allow-origin").as_deref(), Some("https://shop.example"));
    assert_eq!(header(&decision, "access-control-allow-headers").as_deref(), Some("authorization"));
    assert_eq!(header(&decision, "access-control-max-age").as_deref(), Some("600"));
}

#[test]
fn preflight_of_another_origin_is_refused() {
    for origin in ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"]
    {
        let decision = preflight(PAYMENTS, origin, "POST");
        assert_eq!(outcome(&decision), "cors_not_allowed", "{origin}");
        assert_eq!(header(&decision, "access-control-allow-origin"), None);
    }
}

#[test]
fn preflight_of_a_resource_without_cors_is_no_rule() {
    assert_eq!(outcome(&preflight(ORDERS, "https://shop.example", "GET")), "no_rule");
}

#[test]
fn refusal_can_be_read_by_a_page_of_an_allowed_origin() {
    let request = GateRequest {
        method: "GET",
        url: PAYMENTS,
        origin: Some("https://shop.example"),
        ..GateRequest::default()
    };
    let decision = decide_at(&mut gate(), &request, NOW);
    assert_eq!(outcome(&decision), "no_token");
    assert_eq!(header(&decision, "access-control-allow-origin").as_deref(), Some("https://shop.example"));
    assert_eq!(
        header(&decision, "access-control-expose-headers").as_deref(),
        Some("www-authenticate, dpop-nonce")
    );
    assert_eq!(header(&decision, "vary").as_deref(), Some("Origin"));
}

#[test]
fn options_with_an_origin_and_no_requested_method_is_no_preflight() {
    let request = GateRequest {
        method: "OPTIONS",
        url: PAYMENTS,
        origin: Some("https://shop.example"),
        ..GateRequest::default()
    };
    assert_eq!(outcome(&decide_at(&mut gate(), &request, NOW)), "no_token");
}

#[test]
fn only_listed_methods_are_allowed_across_origins() {
    let mut document = crate::support::tenant::document();
    document["resources"][3]["cors"]["methods"] = serde_json::json!(["GET"]);
    let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(crate::support::tenant::tenant_of(&document)));
    let mut preflight = |method| {
        let request = GateRequest {
            method: "OPTIONS",
            url: PAYMENTS,
            origin: Some("https://shop.example"),
            preflight_method: Some(method),
            authorization: None,
            ..GateRequest::default()
        };
        outcome(&decide_at(&mut gate, &request, NOW))
    };
    assert_eq!((preflight("GET"), preflight("POST")), ("respond", "cors_not_allowed"));
}

#[test]
fn caches_learn_that_the_origin_counts_also_where_there_is_none() {
    let request = GateRequest { method: "GET", url: PAYMENTS, ..GateRequest::default() };
    let decision = decide_at(&mut gate(), &request, NOW);
    assert_eq!(header(&decision, "vary").as_deref(), Some("Origin"));
    assert_eq!(header(&decision, "access-control-allow-origin"), None);
}

#[test]
fn head_is_allowed_across_origins_where_get_is() {
    let mut document = crate::support::tenant::document();
    document["resources"][3]["rules"] = serde_json::json!([{ "methods": ["GET"], "path": "/**" }]);
    document["resources"][3]["scopes"] = serde_json::json!([]);
    document["clients"][3]["resources"][3]["scopes"] = serde_json::json!([]);
    let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(crate::support::tenant::tenant_of(&document)));
    let request = GateRequest {
        method: "OPTIONS",
        url: PAYMENTS,
        origin: Some("https://shop.example"),
        preflight_method: Some("HEAD"),
        authorization: None,
        ..GateRequest::default()
    };
    assert_eq!(outcome(&decide_at(&mut gate, &request, NOW)), "respond");
}

#[test]
fn page_may_send_the_proof_that_the_resource_needs_and_read_the_nonce_for_it() {
    let mut document = crate::support::tenant::document();
    document["resources"][3]["sender_constrained"] = serde_json::json!(true);
    let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(crate::support::tenant::tenant_of(&document)));
    let request = GateRequest {
        method: "OPTIONS",
        url: PAYMENTS,
        origin: Some("https://shop.example"),
        preflight_method: Some("GET"),
        ..GateRequest::default()
    };
    let decision = decide_at(&mut gate, &request, NOW);
    assert_eq!(header(&decision, "access-control-allow-headers").as_deref(), Some("authorization, dpop"));
    let exposed = header(&decision, "access-control-expose-headers").unwrap();
    assert_eq!(exposed, "www-authenticate, dpop-nonce");
}
