//! Whose key signed whose token.

use serde_json::json;

use super::plain_outcome;
use crate::support::foreign::{
    Issuers, OTHER_KEY, PARTNER, PARTNER_EDDSA, PARTNER_KEY, RIVAL, key_set, partner, partner_token, trusting,
};
use crate::support::request::outcome;
use crate::support::tenant::{ES256, ISSUER, NOW, PROFILE, gate};
use crate::support::test;
use crate::support::token::Token;

#[test]
fn one_issuers_key_signs_nothing_for_another() {
    let rival = json!({ "issuer": RIVAL, "algorithms": ["ES256"] });
    let mut gate = trusting(&[partner(), rival]);
    let mut issuers = Issuers::with(&[PARTNER_KEY]);
    issuers.key_sets.push((RIVAL, key_set(&[OTHER_KEY])));
    let mut told = |token: Token| outcome(&issuers.decide(&mut gate, &token.compact(), NOW));
    assert_eq!(told(partner_token()), "allow");
    assert_eq!(told(partner_token().with("iss", json!(RIVAL)).signed_with(OTHER_KEY)), "allow");
    assert_eq!(told(partner_token().with("iss", json!(RIVAL))), "unknown_issuer_key");
    assert_eq!(told(partner_token().signed_with(OTHER_KEY)), "unknown_issuer_key");
    let posing = partner_token().signed_with(OTHER_KEY).header("kid", json!("partner"));
    assert_eq!(told(posing), "signature_mismatch");
}

#[test]
fn a_foreign_key_signs_no_own_token() {
    let own = Token::of_client();
    assert_eq!(plain_outcome(&own), "allow");
    assert_eq!(plain_outcome(&own.clone().signed_with(PARTNER_KEY)), "unknown_key");
    assert_eq!(
        plain_outcome(&own.signed_with(PARTNER_KEY).header("kid", json!("es256"))),
        "signature_mismatch"
    );
}

#[test]
fn an_own_key_signs_no_foreign_token() {
    assert_eq!(plain_outcome(&partner_token().signed_with(ES256)), "unknown_issuer_key");
    let own = Token::of_client().with("iss", json!(PARTNER));
    assert_eq!(plain_outcome(&own), "unknown_issuer_key");
}

#[test]
fn a_token_that_claims_the_own_issuer_goes_the_own_way() {
    assert_eq!(plain_outcome(&partner_token().with("iss", json!(ISSUER))), "unknown_key");
}

#[test]
fn a_resource_that_does_not_trust_the_issuer_refuses_its_tokens() {
    let token = partner_token().with("aud", json!(PROFILE)).compact();
    let mut issuers = Issuers::with(&[PARTNER_KEY]);
    let decision = issuers.decide_at(&mut trusting(&[partner()]), "GET", PROFILE, &token, NOW);
    assert_eq!(outcome(&decision), "unknown_key");
    assert_eq!(outcome(&issuers.decide(&mut gate(), &partner_token().compact(), NOW)), "unknown_key");
    assert!(issuers.asked.is_empty(), "nobody is asked for a token that nobody trusts");
}

#[test]
fn a_token_known_at_one_resource_is_not_known_at_another() {
    let mut document = crate::support::tenant::document();
    document["resources"][0]["trusted_issuers"] = json!([partner()]);
    let mut elsewhere = partner();
    elsewhere["audiences"] = json!(["https://api.example/orders"]);
    elsewhere["algorithms"] = json!(["EdDSA"]);
    document["resources"][2]["trusted_issuers"] = json!([elsewhere]);
    let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(crate::support::tenant::tenant_of(&document)));
    let mut issuers = Issuers::with(&[PARTNER_KEY]);
    let token = partner_token().with("scope", json!("orders:read profile:read")).compact();
    assert_eq!(outcome(&issuers.decide(&mut gate, &token, NOW)), "allow");
    let decision = issuers.decide_at(&mut gate, "GET", PROFILE, &token, NOW);
    assert_eq!(outcome(&decision), "algorithm_not_trusted");
    let untrusting = issuers.decide_at(&mut gate, "GET", "https://api.example/orders/archive/1", &token, NOW);
    assert_eq!(outcome(&untrusting), "unknown_key");
}

#[test]
fn an_algorithm_is_trusted_only_where_it_is_pinned() {
    let mut pinned = partner();
    pinned["algorithms"] = json!(["EdDSA"]);
    let mut issuers = Issuers::with(&[PARTNER_KEY, PARTNER_EDDSA]);
    let mut told =
        |token: Token| outcome(&issuers.decide(&mut trusting(&[pinned.clone()]), &token.compact(), NOW));
    assert_eq!(told(partner_token()), "algorithm_not_trusted");
    assert_eq!(told(partner_token().signed_with(PARTNER_EDDSA)), "allow");
    assert_eq!(told(partner_token().header("alg", json!("HS256"))), "algorithm_not_trusted");
    assert_eq!(told(partner_token().header("alg", json!("none"))), "algorithm_none");
}

#[test]
fn nobody_is_asked_for_a_token_that_cannot_be_right() {
    let mut issuers = Issuers::with(&[PARTNER_KEY]);
    let mut gate = trusting(&[partner()]);
    for token in [
        partner_token().with("aud", json!("https://rival.example")),
        partner_token().with("exp", json!(NOW - 60)),
        partner_token().header("typ", json!("JWT")),
        partner_token().without("sub"),
        partner_token().with("iss", json!("https://unheard-of.example")),
    ] {
        assert_ne!(outcome(&issuers.decide(&mut gate, &token.compact(), NOW)), "allow");
    }
    assert!(issuers.asked.is_empty());
}
