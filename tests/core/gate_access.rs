//! What the gate admits and what it refuses: resource, rule, kind of subject, path, scope.

use audgate::gate::GateRequest;
use serde_json::json;

use crate::support::request::{at_orders, decide, decide_at, header, outcome};
use crate::support::tenant::{NOW, ORDERS, PROFILE, gate};
use crate::support::test;
use crate::support::token::Token;

fn profile(token: Token) -> Token {
    token.with("aud", json!(PROFILE)).with("scope", json!("profile:read"))
}

fn at_profile(path: &str, token: Token) -> &'static str {
    outcome(&decide("GET", &format!("{PROFILE}{path}"), &profile(token).compact()))
}

#[test]
fn client_token_opens_its_resource() {
    let decision = at_orders(&Token::of_client());
    assert_eq!(outcome(&decision), "allow");
    let claims = decision.access().unwrap().claims.unwrap();
    assert_eq!((claims.subject().as_str(), claims.audience()), ("orders-backend", ORDERS));
}

#[test]
fn user_token_opens_its_resource() {
    assert_eq!(outcome(&at_orders(&Token::of_user())), "allow");
}

#[test]
fn token_without_the_scope_is_insufficient() {
    let decision = decide("DELETE", "https://api.example/orders/42", &Token::of_client().compact());
    assert_eq!(outcome(&decision), "insufficient_scope");
    assert_eq!(decision.response().unwrap().status, 403);
    let challenge = header(&decision, "www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
    assert!(challenge.contains(r#"scope="orders:read orders:cancel""#), "{challenge}");
}

#[test]
fn token_without_any_scope_is_insufficient() {
    assert_eq!(outcome(&at_orders(&Token::of_client().without("scope"))), "insufficient_scope");
}

#[test]
fn scope_is_compared_whole_not_as_substring() {
    for scope in ["orders:readonly", "xorders:read", "ORDERS:READ", "orders"] {
        assert_eq!(
            outcome(&at_orders(&Token::of_client().with("scope", json!(scope)))),
            "insufficient_scope"
        );
    }
}

#[test]
fn request_without_token_gets_a_challenge_without_error() {
    let request = GateRequest { method: "GET", url: "https://api.example/orders", ..GateRequest::default() };
    let decision = decide_at(&mut gate(), &request, NOW);
    assert_eq!((outcome(&decision), decision.response().unwrap().status), ("no_token", 401));
    let challenge = header(&decision, "www-authenticate").unwrap();
    assert_eq!(
        challenge,
        "Bearer resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/orders\", \
         scope=\"orders:read\""
    );
}

#[test]
fn other_authentication_schemes_count_as_no_token() {
    for field in ["Basic b3JkZXJzOng=", "DPoPX abc", "Negotiate x", "BearerX abc"] {
        let request =
            GateRequest { method: "GET", url: ORDERS, authorization: Some(field), ..GateRequest::default() };
        assert_eq!(outcome(&decide_at(&mut gate(), &request, NOW)), "no_token", "{field}");
    }
}

#[test]
fn malformed_bearer_credentials_are_an_invalid_request() {
    let token = Token::of_client().compact();
    for field in [
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer {token} x"),
        format!("Bearer \"{token}\""),
    ] {
        let request =
            GateRequest { method: "GET", url: ORDERS, authorization: Some(&field), ..GateRequest::default() };
        let decision = decide_at(&mut gate(), &request, NOW);
        assert_eq!(outcome(&decision), "malformed_credentials", "{field}");
        assert_eq!(decision.response().unwrap().status, 400);
    }
}

#[test]
fn scheme_has_no_case() {
    let authorization = format!("bEARER {}", Token::of_client().compact());
    let request = GateRequest {
        method: "GET",
        url: ORDERS,
        authorization: Some(&authorization),
        ..GateRequest::default()
    };
    assert_eq!(outcome(&decide_at(&mut gate(), &request, NOW)), "allow");
}

#[test]
fn url_under_no_resource_is_refused() {
    for url in [
        "https://api.example/",
        "https://api.example/other",
        "https://issuer.example/",
        "https://x.example/orders",
    ] {
        let decision = decide("GET", url, &Token::of_client().compact());
        assert_eq!((outcome(&decision), decision.response().unwrap().status), ("no_resource", 403), "{url}");
    }
}

#[test]
fn method_or_path_under_no_rule_is_refused_without_looking_at_the_token() {
    for (method, url) in [
        ("PATCH", "https://api.example/orders/42"),
        ("DELETE", "https://api.example/orders/42/items"),
        ("get", "https://api.example/orders/42"),
        ("GET", "https://api.example/profile/other"),
    ] {
        let decision = decide(method, url, "not-a-token");
        assert_eq!(
            (outcome(&decision), decision.response().unwrap().status),
            ("no_rule", 403),
            "{method} {url}"
        );
    }
}

#[test]
fn public_rule_needs_no_token_and_looks_at_none() {
    for authorization in [None, Some("Bearer forged")] {
        let url = "https://api.example/orders/status";
        let request = GateRequest { method: "GET", url, authorization, ..GateRequest::default() };
        let decision = decide_at(&mut gate(), &request, NOW);
        assert!(decision.access().unwrap().claims.is_none());
    }
}

#[test]
fn public_rule_is_public_for_its_method_only() {
    assert_eq!(outcome(&decide("DELETE", "https://api.example/orders/status", "x")), "not_three_parts");
}

#[test]
fn nested_resource_takes_its_urls_from_the_outer_one() {
    let url = "https://api.example/orders/archive/1";
    assert_eq!(outcome(&decide("GET", url, &Token::of_client().compact())), "audience_mismatch");
}

#[test]
fn user_is_admitted_at_its_own_path_only() {
    assert_eq!(at_profile("/users/ada/addresses", Token::of_user()), "allow");
    assert_eq!(at_profile("/users/ada", Token::of_user()), "allow");
    assert_eq!(at_profile("/users/bob", Token::of_user()), "wrong_subject");
    assert_eq!(at_profile("/users/adam", Token::of_user()), "wrong_subject");
    assert_eq!(at_profile("/users/Ada", Token::of_user()), "wrong_subject");
}

#[test]
fn refusal_at_somebody_elses_path_carries_no_oauth_error() {
    let decision = decide("GET", &format!("{PROFILE}/users/bob"), &profile(Token::of_user()).compact());
    let response = decision.response().unwrap();
    assert_eq!((response.status, response.body.as_str()), (403, r#"{"reason":"wrong_subject"}"#));
    assert_eq!(header(&decision, "www-authenticate"), None);
}

#[test]
fn client_is_admitted_at_its_own_application_only() {
    assert_eq!(at_profile("/apps/shop/users", Token::of_client()), "allow");
    assert_eq!(at_profile("/apps/partners/users", Token::of_client()), "wrong_subject");
    assert_eq!(at_profile("/clients/orders-backend", Token::of_client()), "allow");
    assert_eq!(at_profile("/clients/partner-app", Token::of_client()), "wrong_subject");
}

#[test]
fn rule_for_clients_refuses_users() {
    assert_eq!(at_profile("/apps/shop/users", Token::of_user()), "wrong_subject_kind");
}

#[test]
fn management_token_covers_every_application_of_its_tenant() {
    for path in ["/apps/shop/x", "/apps/partners/x", "/users/ada", "/clients/partner-app"] {
        assert_eq!(at_profile(path, Token::of_management()), "allow", "{path}");
    }
}

#[test]
fn management_token_never_crosses_tenants() {
    for token in [Token::of_management(), Token::of_client(), Token::of_user()] {
        assert_eq!(at_profile("/tenants/demo", token.clone()), "allow");
        assert_eq!(at_profile("/tenants/other", token), "wrong_subject");
    }
}

fn under_rules(rules: serde_json::Value, method: &str, path: &str) -> &'static str {
    let mut document = crate::support::tenant::document();
    document["resources"][0]["rules"] = rules;
    let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(crate::support::tenant::tenant_of(&document)));
    let (url, authorization) =
        (format!("{ORDERS}{path}"), format!("Bearer {}", Token::of_client().compact()));
    let request =
        GateRequest { method, url: &url, authorization: Some(&authorization), ..GateRequest::default() };
    outcome(&decide_at(&mut gate, &request, NOW))
}

#[test]
fn head_needs_what_the_more_specific_rule_for_get_needs() {
    let rules = json!([
        { "methods": ["GET"], "path": "/admin", "scopes": ["orders:cancel"] },
        { "methods": ["*"], "path": "/**", "scopes": ["orders:read"] },
    ]);
    assert_eq!(under_rules(rules.clone(), "GET", "/admin"), "insufficient_scope");
    assert_eq!(under_rules(rules.clone(), "HEAD", "/admin"), "insufficient_scope");
    assert_eq!(under_rules(rules, "HEAD", "/42"), "allow");
}

#[test]
fn head_falls_under_the_rule_for_get_unless_it_has_its_own() {
    let get = json!([
        { "methods": ["GET"], "path": "/**", "scopes": ["orders:read"] },
        { "methods": ["DELETE"], "path": "/*", "scopes": ["orders:cancel"] },
    ]);
    assert_eq!(under_rules(get, "HEAD", "/42"), "allow");
    let own = json!([
        { "methods": ["GET"], "path": "/**", "scopes": ["orders:read"] },
        { "methods": ["HEAD"], "path": "/**", "scopes": ["orders:cancel"] },
    ]);
    assert_eq!(under_rules(own, "HEAD", "/42"), "insufficient_scope");
}

#[test]
fn management_token_still_needs_scope_and_audience() {
    let token = Token::of_management().with("aud", json!(PROFILE)).without("scope");
    assert_eq!(
        outcome(&decide("GET", &format!("{PROFILE}/users/ada"), &token.compact())),
        "insufficient_scope"
    );
    let token = Token::of_management();
    assert_eq!(
        outcome(&decide("GET", &format!("{PROFILE}/users/ada"), &token.compact())),
        "audience_mismatch"
    );
}

#[test]
fn management_rule_refuses_clients_and_users() {
    for (token, expected) in [
        (Token::of_client(), "wrong_subject_kind"),
        (Token::of_user(), "wrong_subject_kind"),
        (Token::of_management(), "allow"),
    ] {
        assert_eq!(outcome(&decide("POST", "https://api.example/orders/import", &token.compact())), expected);
    }
}

#[test]
fn session_path_is_refused_to_clients_which_have_none() {
    assert_eq!(at_profile("/sessions/s1", Token::of_user()), "allow");
    assert_eq!(at_profile("/sessions/s2", Token::of_user()), "wrong_subject");
    assert_eq!(at_profile("/sessions/s1", Token::of_client()), "wrong_subject");
}

#[test]
fn known_token_is_decided_as_a_new_one() {
    let mut gate = gate();
    let authorization = format!("Bearer {}", Token::of_client().compact());
    let mut decide = |method, url, now| {
        let request =
            GateRequest { method, url, authorization: Some(&authorization), ..GateRequest::default() };
        let decision = decide_at(&mut gate, &request, now);
        (outcome(&decision), decision.trace().known_token)
    };
    let orders = "https://api.example/orders/42";
    assert_eq!(decide("GET", orders, NOW), ("allow", Some(false)));
    assert_eq!(decide("GET", orders, NOW), ("allow", Some(true)));
    assert_eq!(decide("DELETE", orders, NOW).0, "insufficient_scope");
    assert_eq!(decide("GET", PROFILE, NOW).0, "audience_mismatch");
    assert_eq!(decide("GET", orders, NOW + 609).0, "allow");
    assert_eq!(decide("GET", orders, NOW + 610).0, "expired");
}

#[test]
fn token_that_is_known_by_its_number_is_decided_as_by_its_text() {
    let mut gate = gate();
    let authorization = format!("Bearer {}", Token::of_client().compact());
    let orders = "https://api.example/orders/42";
    let request = GateRequest {
        method: "GET",
        url: orders,
        authorization: Some(&authorization),
        ..GateRequest::default()
    };
    let first = decide_at(&mut gate, &request, NOW);
    let known = first.token_number();
    assert!(known.is_some());
    assert_eq!(decide_at(&mut gate, &request, NOW).token_number(), known);
    let mut decide = |method, url, now| {
        let decision =
            decide_at(&mut gate, &GateRequest { method, url, known, ..GateRequest::default() }, now);
        (outcome(&decision), decision.repeated_access() == first.repeated_access())
    };
    assert_eq!(decide("GET", orders, NOW), ("allow", true));
    assert_eq!(decide("DELETE", orders, NOW), ("insufficient_scope", false));
    assert_eq!(decide("GET", PROFILE, NOW), ("audience_mismatch", false));
    assert_eq!(decide("GET", orders, NOW + 610), ("expired", false));
}

#[test]
fn number_that_was_not_given_or_whose_token_is_forgotten_admits_nothing() {
    let mut gate = gate();
    let forgotten = |gate: &mut audgate::gate::Gate, number| {
        let request =
            GateRequest { method: "GET", url: ORDERS, known: Some(number), ..GateRequest::default() };
        let step = gate.decide(&request, audgate::vocabulary::UnixTime::from_seconds(NOW));
        matches!(step, audgate::gate::Step::Forgotten)
    };
    assert!([1, 2, u32::MAX].into_iter().all(|number| forgotten(&mut gate, number)));
    let known = audgate::gate::KNOWN_TOKENS;
    for index in 0..=known {
        let token = Token::of_client().with("jti", json!(format!("j{index}"))).compact();
        let authorization = Some(format!("Bearer {token}"));
        let request = GateRequest {
            method: "GET",
            url: ORDERS,
            authorization: authorization.as_deref(),
            ..GateRequest::default()
        };
        assert_eq!(outcome(&decide_at(&mut gate, &request, NOW)), "allow");
    }
    assert_eq!(
        [1, 2, known + 1, known + 2].map(|number| forgotten(&mut gate, number)),
        [true, false, false, true]
    );
}

#[test]
fn signature_that_cannot_be_checked_is_503_and_not_remembered() {
    let mut gate = gate();
    let authorization = format!("Bearer {}", Token::of_client().compact());
    let request = GateRequest {
        method: "GET",
        url: ORDERS,
        authorization: Some(&authorization),
        ..GateRequest::default()
    };
    let audgate::gate::Step::Signature(pending) =
        gate.decide(&request, audgate::vocabulary::UnixTime::from_seconds(NOW))
    else {
        panic!("an unknown token needs its signature checked")
    };
    let audgate::gate::Step::Decided(decision) = gate.conclude(*pending, None) else {
        panic!("there is nothing more to be done")
    };
    assert_eq!((outcome(&decision), decision.response().unwrap().status), ("cannot_verify_now", 503));
    assert_eq!(header(&decision, "retry-after").as_deref(), Some("1"));
    assert_eq!(decide_at(&mut gate, &request, NOW).trace().known_token, Some(false));
}

#[test]
fn trace_of_a_refused_token_tells_audience_and_deadline() {
    let trace = decide("GET", PROFILE, &Token::of_client().compact()).trace();
    assert_eq!(
        (trace.audience_wanted.as_deref(), trace.audience_held.as_deref()),
        (Some(PROFILE), Some(ORDERS))
    );
    assert_eq!((trace.deadline, trace.subject), (Some(NOW + 610), None));
    let long = format!("https://{}.example/", "x".repeat(300));
    assert_eq!(at_orders(&Token::of_client().with("aud", json!(long))).trace().audience_held, None);
}

#[test]
fn trace_and_response_hold_no_part_of_the_token() {
    let canary = "canary-0123456789";
    let token = Token::of_client()
        .with("aud", json!("https://elsewhere.example/"))
        .with("jti", json!(canary))
        .with("email", json!(canary))
        .compact();
    let decision = decide("GET", ORDERS, &token);
    let shown = format!("{:?} {:?}", decision.trace(), decision.response());
    assert!(token.split('.').all(|part| !shown.contains(part)) && !shown.contains(canary), "{shown}");
}

#[test]
fn refusals_are_never_stored() {
    assert_eq!(header(&decide("GET", ORDERS, "x"), "cache-control").as_deref(), Some("no-store"));
}
