//! What a foreign token says, and what the resource asks of it.

use serde_json::json;

use super::{outcome_on, plain_outcome};
use crate::support::foreign::partner_token;
use crate::support::tenant::{ARCHIVE, NOW, ORDERS};
use crate::support::test;

#[test]
fn a_trusted_issuers_token_opens_the_resource() {
    assert_eq!(plain_outcome(&partner_token()), "allow");
    assert_eq!(
        plain_outcome(&partner_token().with("jti", json!("j1")).with("tid", json!("theirs"))),
        "allow"
    );
}

#[test]
fn the_type_is_the_issuers_for_access_tokens() {
    for typ in ["JWT", "at+jwtx", "", "application/jwt", "dpop+jwt", "logout+jwt"] {
        assert_eq!(plain_outcome(&partner_token().header("typ", json!(typ))), "not_an_access_token", "{typ}");
    }
    let mut untyped = partner_token();
    untyped.header.as_object_mut().unwrap().remove("typ");
    assert_eq!(plain_outcome(&untyped), "not_an_access_token");
    let jwt = |trusted: &mut serde_json::Value| trusted["types"] = json!(["JWT"]);
    for typ in ["JWT", "jwt", "application/JWT"] {
        assert_eq!(outcome_on(jwt, &partner_token().header("typ", json!(typ))), "allow", "{typ}");
    }
    assert_eq!(outcome_on(jwt, &partner_token()), "not_an_access_token");
}

#[test]
fn what_only_other_kinds_of_tokens_say_is_refused() {
    let jwt = |trusted: &mut serde_json::Value| trusted["types"] = json!(["JWT"]);
    for claim in ["nonce", "at_hash", "c_hash", "events"] {
        let token = partner_token().header("typ", json!("JWT")).with(claim, json!("x"));
        assert_eq!(outcome_on(jwt, &token), "not_an_access_token", "{claim}");
    }
    assert_eq!(plain_outcome(&partner_token().header("cty", json!("JWT"))), "nested_token");
}

#[test]
fn the_audience_is_one_string_unless_said_otherwise() {
    for audience in
        [json!([ORDERS]), json!([ORDERS, "https://rival.example"]), json!(null), json!(7), json!({})]
    {
        assert_eq!(plain_outcome(&partner_token().with("aud", audience)), "malformed_claim");
    }
    assert_eq!(plain_outcome(&partner_token().without("aud")), "missing_claim");
    for audience in
        [ARCHIVE, "https://api.example/order", "https://api.example/orders/", "https://api.example", ""]
    {
        assert_eq!(
            plain_outcome(&partner_token().with("aud", json!(audience))),
            "audience_mismatch",
            "{audience}"
        );
    }
}

#[test]
fn one_of_several_audiences_may_be_ours_where_that_is_said() {
    let array = |trusted: &mut serde_json::Value| trusted["audience"] = json!("array");
    let with = |audience| outcome_on(array, &partner_token().with("aud", audience));
    assert_eq!(with(json!([ORDERS])), "allow");
    assert_eq!(with(json!(["https://rival.example", ORDERS])), "allow");
    assert_eq!(with(json!(ORDERS)), "allow");
    assert_eq!(with(json!(["https://rival.example"])), "audience_mismatch");
    assert_eq!(with(json!([format!("{ORDERS}/42")])), "audience_mismatch");
    assert_eq!(with(json!([ORDERS, 7])), "malformed_claim");
    assert_eq!(with(json!([ORDERS, [ORDERS]])), "malformed_claim");
    assert_eq!(with(json!([])), "malformed_claim");
    assert_eq!(with(json!(vec![ORDERS; 65])), "malformed_claim");
}

#[test]
fn an_issuer_may_have_its_own_word_for_the_resource() {
    let named = |trusted: &mut serde_json::Value| trusted["audiences"] = json!(["urn:orders"]);
    assert_eq!(outcome_on(named, &partner_token().with("aud", json!("urn:orders"))), "allow");
    assert_eq!(outcome_on(named, &partner_token()), "audience_mismatch");
}

#[test]
fn the_issuer_is_compared_octet_by_octet() {
    for issuer in [
        "https://login.partner.example/",
        "https://LOGIN.partner.example",
        "https://login.partner.example:443",
        "https://login.partner.exampl\u{435}",
        "https://login.partner.example.rival.example",
        "",
    ] {
        let told = plain_outcome(&partner_token().with("iss", json!(issuer)));
        assert_eq!(told, "unknown_key", "{issuer}: only own keys are left to try");
    }
    for issuer in [json!(["https://login.partner.example"]), json!(null), json!(1)] {
        assert_eq!(plain_outcome(&partner_token().with("iss", issuer)), "unknown_key");
    }
}

#[test]
fn times_are_checked_as_those_of_own_tokens() {
    assert_eq!(plain_outcome(&partner_token().with("exp", json!(NOW - 10))), "expired");
    assert_eq!(plain_outcome(&partner_token().with("iat", json!(NOW + 11))), "not_yet_valid");
    assert_eq!(plain_outcome(&partner_token().with("nbf", json!(NOW + 11))), "not_yet_valid");
    assert_eq!(plain_outcome(&partner_token().with("exp", json!(NOW + 3_601))), "lifetime_exceeded");
    for claim in ["exp", "iat"] {
        assert_eq!(plain_outcome(&partner_token().without(claim)), "missing_claim");
    }
    for claim in ["exp", "iat", "nbf"] {
        for value in [json!("1"), json!(1.5), json!(null), json!(true), json!(1e20)] {
            assert_eq!(plain_outcome(&partner_token().with(claim, value)), "malformed_claim");
        }
    }
}

#[test]
fn an_issuers_tokens_may_live_as_long_as_is_said_of_it() {
    let day = |trusted: &mut serde_json::Value| trusted["max_access_token_ttl"] = json!(86_400);
    assert_eq!(outcome_on(day, &partner_token().with("exp", json!(NOW + 86_400))), "allow");
    assert_eq!(outcome_on(day, &partner_token().with("exp", json!(NOW + 86_401))), "lifetime_exceeded");
    let minute = |trusted: &mut serde_json::Value| trusted["max_access_token_ttl"] = json!(60);
    assert_eq!(outcome_on(minute, &partner_token()), "lifetime_exceeded");
}

#[test]
fn scopes_are_one_string_or_an_array_under_the_issuers_name() {
    let scp = |trusted: &mut serde_json::Value| trusted["claims"] = json!({ "scope": "scp" });
    let token = |scopes| partner_token().without("scope").with("scp", scopes);
    assert_eq!(outcome_on(scp, &token(json!(["profile", "orders:read"]))), "allow");
    assert_eq!(outcome_on(scp, &token(json!("profile orders:read"))), "allow");
    assert_eq!(outcome_on(scp, &partner_token()), "insufficient_scope");
    assert_eq!(plain_outcome(&partner_token().with("scope", json!(""))), "insufficient_scope");
    for scopes in
        [json!("orders:read  x"), json!(["orders:read x"]), json!([1]), json!(null), json!({ "a": 1 })]
    {
        assert_eq!(outcome_on(scp, &token(scopes)), "malformed_claim");
    }
}

#[test]
fn a_token_bound_to_a_key_is_refused_as_bearer() {
    for cnf in [json!({ "jkt": "abc" }), json!({}), json!(null)] {
        assert_eq!(plain_outcome(&partner_token().with("cnf", cnf)), "possession_not_proved");
    }
}

#[test]
fn payload_that_says_something_twice_is_refused() {
    let claims = partner_token().claims.to_string();
    let twice = format!(r#"{{"iss":"https://issuer.example",{}"#, claims.trim_start_matches('{'));
    let token = partner_token().with_payload(&twice);
    let mut gate = crate::support::foreign::trusting(&[crate::support::foreign::partner()]);
    let mut issuers = crate::support::foreign::Issuers::with(&[]);
    let decision = issuers.decide(&mut gate, &token, NOW);
    assert_eq!(crate::support::request::outcome(&decision), "malformed_payload");
}
