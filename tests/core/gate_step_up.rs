//! Rules that ask how and when the user authenticated: RFC 9470.

use std::rc::Rc;

use audgate::gate::{Decision, Gate, GateRequest};
use serde_json::{Value, json};

use crate::support::request::{decide_at, header, outcome};
use crate::support::tenant::{NOW, document, tenant_of};
use crate::support::test;
use crate::support::token::Token;

const TOLERANCE: u64 = 10;

/// The gate of a tenant whose orders are cancelled only by who authenticated as `members` say.
fn gate_with(members: Value) -> Gate {
    let mut document = document();
    let rule = document["resources"][0]["rules"][1].as_object_mut().unwrap();
    rule.extend(members.as_object().unwrap().clone());
    Gate::new(Rc::new(tenant_of(&document)))
}

fn cancelled(gate: &mut Gate, token: Option<&Token>) -> Decision {
    let authorization = token.map(|token| format!("Bearer {}", token.compact()));
    let request = GateRequest {
        method: "DELETE",
        url: "https://api.example/orders/42",
        authorization: authorization.as_deref(),
        ..GateRequest::default()
    };
    decide_at(gate, &request, NOW)
}

/// A user's token that may cancel, of somebody who authenticated `age` seconds ago.
fn authenticated(age: u64) -> Token {
    Token::of_user()
        .with("scope", json!("orders:read orders:cancel"))
        .with("auth_time", json!(NOW - age))
        .with("acr", json!("1"))
}

fn recently(token: &Token) -> &'static str {
    outcome(&cancelled(&mut gate_with(json!({ "max_age": 300 })), Some(token)))
}

fn by_gold_or_silver(token: &Token) -> &'static str {
    outcome(&cancelled(&mut gate_with(json!({ "acr_values": ["gold", "silver"] })), Some(token)))
}

#[test]
fn recent_authentication_is_recent_up_to_the_age_and_the_tolerance_of_clocks() {
    assert_eq!(recently(&authenticated(0)), "allow");
    assert_eq!(recently(&authenticated(300 + TOLERANCE)), "allow");
    assert_eq!(recently(&authenticated(301 + TOLERANCE)), "insufficient_user_authentication");
    assert_eq!(recently(&authenticated(NOW)), "insufficient_user_authentication");
}

#[test]
fn token_that_does_not_say_when_the_user_authenticated_is_not_recent() {
    assert_eq!(recently(&authenticated(0).without("auth_time")), "insufficient_user_authentication");
}

#[test]
fn authentication_that_has_not_come_yet_is_none() {
    assert_eq!(recently(&authenticated(0).with("auth_time", json!(NOW + TOLERANCE))), "allow");
    let tomorrow = authenticated(0).with("auth_time", json!(NOW + 86_400));
    assert_eq!(recently(&tomorrow), "insufficient_user_authentication");
}

#[test]
fn context_is_one_of_those_asked_for_as_a_whole() {
    for value in ["gold", "silver"] {
        assert_eq!(by_gold_or_silver(&authenticated(0).with("acr", json!(value))), "allow", "{value}");
    }
    for value in ["1", "", "Gold", "golden", "gol", "gold silver", " gold"] {
        let token = authenticated(0).with("acr", json!(value));
        assert_eq!(by_gold_or_silver(&token), "insufficient_user_authentication", "{value:?}");
    }
    assert_eq!(by_gold_or_silver(&authenticated(0).without("acr")), "insufficient_user_authentication");
}

#[test]
fn both_are_needed_where_both_are_asked_for() {
    let both = json!({ "acr_values": ["gold"], "max_age": 300 });
    let decide = |token: &Token| outcome(&cancelled(&mut gate_with(both.clone()), Some(token)));
    let gold = |age| authenticated(age).with("acr", json!("gold"));
    assert_eq!(decide(&gold(300)), "allow");
    assert_eq!(decide(&gold(400)), "insufficient_user_authentication");
    assert_eq!(decide(&authenticated(0)), "insufficient_user_authentication");
}

#[test]
fn known_token_grows_too_old_between_two_requests() {
    let mut gate = gate_with(json!({ "max_age": 300 }));
    let authorization = format!("Bearer {}", authenticated(0).compact());
    let request = GateRequest {
        method: "DELETE",
        url: "https://api.example/orders/42",
        authorization: Some(&authorization),
        ..GateRequest::default()
    };
    assert_eq!(outcome(&decide_at(&mut gate, &request, NOW)), "allow");
    let later = decide_at(&mut gate, &request, NOW + 300 + TOLERANCE + 1);
    assert_eq!(
        (outcome(&later), later.trace().known_token),
        ("insufficient_user_authentication", Some(true))
    );
}

#[test]
fn other_rules_of_the_resource_do_not_ask() {
    let mut gate = gate_with(json!({ "max_age": 300 }));
    let authorization = format!("Bearer {}", authenticated(100_000).compact());
    let request = GateRequest {
        method: "GET",
        url: "https://api.example/orders/42",
        authorization: Some(&authorization),
        ..GateRequest::default()
    };
    assert_eq!(outcome(&decide_at(&mut gate, &request, NOW)), "allow");
}

#[test]
fn clients_have_no_user_who_could_authenticate() {
    for token in [Token::of_client(), Token::of_management()] {
        let token = token.with("scope", json!("orders:read orders:cancel")).with("auth_time", json!(NOW));
        let decision = cancelled(&mut gate_with(json!({ "max_age": 300 })), Some(&token));
        assert_eq!((outcome(&decision), header(&decision, "www-authenticate")), ("wrong_subject_kind", None));
        assert_eq!(decision.user_authentication_wanted(), None);
    }
}

#[test]
fn challenge_says_what_authentication_would_do() {
    let mut gate = gate_with(json!({ "acr_values": ["gold", "silver"], "max_age": 300 }));
    let decision = cancelled(&mut gate, Some(&authenticated(400)));
    assert_eq!(decision.response().unwrap().status, 401);
    assert_eq!(
        header(&decision, "www-authenticate").unwrap(),
        "Bearer resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/orders\", \
         error=\"insufficient_user_authentication\", \
         error_description=\"the operation needs another or a more recent authentication of the user\", \
         scope=\"orders:read orders:cancel\", acr_values=\"gold silver\", max_age=\"300\""
    );
}

#[test]
fn challenge_names_only_what_the_rule_asks_for() {
    let old = cancelled(&mut gate_with(json!({ "max_age": 300 })), Some(&authenticated(400)));
    let challenge = header(&old, "www-authenticate").unwrap();
    assert!(challenge.ends_with(", max_age=\"300\"") && !challenge.contains("acr_values"), "{challenge}");
    let other = cancelled(&mut gate_with(json!({ "acr_values": ["gold"] })), Some(&authenticated(0)));
    let challenge = header(&other, "www-authenticate").unwrap();
    assert!(challenge.ends_with(", acr_values=\"gold\"") && !challenge.contains("max_age"), "{challenge}");
}

#[test]
fn whoever_comes_without_a_good_token_is_told_at_once_what_it_has_to_be() {
    let members = json!({ "acr_values": ["gold"], "max_age": 300 });
    let expired = authenticated(0).with("exp", json!(NOW - 100));
    for (token, reason) in [(None, "no_token"), (Some(&expired), "expired")] {
        let decision = cancelled(&mut gate_with(members.clone()), token);
        assert_eq!(outcome(&decision), reason);
        assert!(
            header(&decision, "www-authenticate").unwrap().ends_with("acr_values=\"gold\", max_age=\"300\"")
        );
        assert!(decision.user_authentication_wanted().is_some());
    }
}

#[test]
fn authentication_comes_after_the_path_and_before_the_scope() {
    let mut gate = gate_with(json!({ "max_age": 300 }));
    let decision = cancelled(&mut gate, Some(&authenticated(400).with("scope", json!("orders:read"))));
    assert_eq!(outcome(&decision), "insufficient_user_authentication");
    let mut document = document();
    document["resources"][2]["rules"][1]["max_age"] = json!(300);
    let token = authenticated(400)
        .with("aud", json!(crate::support::tenant::PROFILE))
        .with("scope", json!("profile:read"));
    let authorization = format!("Bearer {}", token.compact());
    let request = GateRequest {
        method: "GET",
        url: "https://api.example/profile/users/grace/orders",
        authorization: Some(&authorization),
        ..GateRequest::default()
    };
    let decision = decide_at(&mut Gate::new(Rc::new(tenant_of(&document))), &request, NOW);
    assert_eq!(outcome(&decision), "wrong_subject");
}

#[test]
fn malformed_claims_of_authentication_refuse_a_token_everywhere() {
    for (claim, value) in [
        ("acr", json!(1)),
        ("acr", json!(["1"])),
        ("acr", json!(null)),
        ("auth_time", json!("1800000000")),
        ("auth_time", json!(-1)),
        ("auth_time", json!(1.5)),
        ("auth_time", json!(1e20)),
        ("auth_time", json!(null)),
        ("amr", json!("mail")),
        ("amr", json!([1])),
        ("amr", json!({})),
    ] {
        let token = Token::of_user().with(claim, value.clone());
        let decision = crate::support::request::at_orders(&token);
        assert_eq!(outcome(&decision), "malformed_claim", "{claim} {value}");
    }
}

#[test]
fn trace_shows_what_was_wanted_and_what_was_held() {
    let mut gate = gate_with(json!({ "acr_values": ["gold", "silver"], "max_age": 300 }));
    let trace = cancelled(&mut gate, Some(&authenticated(400))).trace();
    assert_eq!((trace.acr_values_wanted.as_deref(), trace.max_age), (Some("gold silver"), Some(300)));
    assert_eq!((trace.acr_held.as_deref(), trace.authenticated_at), (Some("1"), Some(NOW - 400)));
}
