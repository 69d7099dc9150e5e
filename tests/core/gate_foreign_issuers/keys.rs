//! The keys of trusted issuers: what is taken, how long it counts, and when it is asked for again.

use std::rc::Rc;

use audgate::access_token::{read_issuer_keys, read_issuer_metadata};
use audgate::gate::{Gate, GateRequest, Step};
use audgate::vocabulary::UnixTime;
use serde_json::{Value, json};

use crate::support::foreign::{
    Issuers, OTHER_KEY, PARTNER, PARTNER_EDDSA, PARTNER_KEY, key_set, partner, partner_token, trusting,
};
use crate::support::request::outcome;
use crate::support::tenant::{HS256, NOW, PROFILE, document, published, tenant_of};
use crate::support::test;
use crate::support::token::Token;

/// As `STALE_KEYS_BOUND` of the core.
const BOUND: u64 = 86_400;

/// A token that is good at this moment.
fn token_at(now: u64) -> String {
    partner_token().with("iat", json!(now)).with("exp", json!(now + 600)).compact()
}

#[test]
fn keys_are_asked_for_once() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::with(&[PARTNER_KEY]));
    for seconds in [0, 1, 599] {
        assert_eq!(outcome(&issuers.decide(&mut gate, &token_at(NOW + seconds), NOW + seconds)), "allow");
    }
    assert_eq!(issuers.needs(), ["missing"]);
}

#[test]
fn keys_that_are_due_are_asked_for_beside_the_request() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::with(&[PARTNER_KEY]));
    let mut told = |now: u64, unreachable: bool| {
        issuers.unreachable = unreachable;
        (outcome(&issuers.decide(&mut gate, &token_at(now), now)), issuers.needs())
    };
    assert_eq!(told(NOW, false), ("allow", vec!["missing"]));
    assert_eq!(told(NOW + 600, true), ("allow", vec!["due"]));
    assert_eq!(told(NOW + 601, true), ("allow", vec![]), "not with every request");
    assert_eq!(told(NOW + 610, false), ("allow", vec!["due"]));
    assert_eq!(told(NOW + 1_209, false), ("allow", vec![]));
}

#[test]
fn keys_serve_without_their_issuer_up_to_the_bound() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::with(&[PARTNER_KEY]));
    assert_eq!(outcome(&issuers.decide(&mut gate, &token_at(NOW), NOW)), "allow");
    issuers.unreachable = true;
    assert_eq!(outcome(&issuers.decide(&mut gate, &token_at(NOW + BOUND), NOW + BOUND)), "allow");
    let late = NOW + BOUND + 1;
    let decision = issuers.decide(&mut gate, &token_at(late), late);
    assert_eq!(outcome(&decision), "issuer_keys_unavailable");
    assert_eq!(decision.response().unwrap().status, 503);
}

#[test]
fn keys_that_cannot_be_had_say_nothing_against_the_token() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::default());
    issuers.unreachable = true;
    let response = issuers.decide(&mut gate, &partner_token().compact(), NOW).response().unwrap();
    assert_eq!(response.status, 503);
    assert!(!response.headers.iter().any(|(name, _)| *name == "www-authenticate"));
}

#[test]
fn a_key_that_is_not_known_is_asked_for_and_found() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::with(&[PARTNER_KEY]));
    assert_eq!(outcome(&issuers.decide(&mut gate, &token_at(NOW), NOW)), "allow");
    issuers.key_sets = vec![(PARTNER, key_set(&[PARTNER_KEY, OTHER_KEY]))];
    let rotated = partner_token().signed_with(OTHER_KEY).compact();
    assert_eq!(outcome(&issuers.decide(&mut gate, &rotated, NOW + 30)), "allow");
    assert_eq!(issuers.needs(), ["missing", "unknown key"]);
}

#[test]
fn a_key_that_the_issuer_does_not_have_is_refused_and_one_that_it_cannot_be_asked_about_is_not() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::with(&[PARTNER_KEY]));
    let token = partner_token().signed_with(OTHER_KEY).compact();
    let decision = issuers.decide(&mut gate, &token, NOW);
    assert_eq!(outcome(&decision), "unknown_issuer_key");
    assert_eq!(decision.response().unwrap().status, 401);
    issuers.unreachable = true;
    assert_eq!(outcome(&issuers.decide(&mut gate, &token, NOW)), "issuer_keys_unavailable");
    assert_eq!(issuers.needs(), ["missing", "unknown key", "unknown key"]);
}

#[test]
fn a_token_is_forgotten_with_its_key() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::with(&[PARTNER_KEY]));
    let token = partner_token().compact();
    assert_eq!(issuers.decide(&mut gate, &token, NOW).trace().known_token, Some(false));
    assert_eq!(issuers.decide(&mut gate, &token, NOW).trace().known_token, Some(true));
    issuers.key_sets = vec![(PARTNER, key_set(&[OTHER_KEY]))];
    let other = partner_token().signed_with(OTHER_KEY).compact();
    assert_eq!(outcome(&issuers.decide(&mut gate, &other, NOW + 30)), "allow");
    assert_eq!(outcome(&issuers.decide(&mut gate, &token, NOW + 31)), "unknown_issuer_key");
}

#[test]
fn a_number_means_nothing_where_its_token_would_be_verified_anew() {
    let mut document = document();
    for index in [0, 2] {
        document["resources"][index]["trusted_issuers"] = json!([partner()]);
    }
    let mut gate = Gate::new(Rc::new(tenant_of(&document)));
    let mut issuers = Issuers::with(&[PARTNER_KEY]);
    let decision = issuers.decide(&mut gate, &partner_token().compact(), NOW);
    let (number, _) = decision.repeated_access().expect("it is known");
    let mut told = |url: &str, now: u64| {
        let request = GateRequest { method: "GET", url, known: Some(number), ..GateRequest::default() };
        match gate.decide(&request, UnixTime::from_seconds(now)) {
            Step::Decided(decision) => outcome(&decision),
            Step::Forgotten => "forgotten",
            _ => "something else",
        }
    };
    assert_eq!(told("https://api.example/orders/42", NOW + 1), "allow");
    assert_eq!(told("https://api.example/orders/42", NOW + 600), "forgotten", "the keys are due");
    assert_eq!(told(PROFILE, NOW + 1), "forgotten", "it was found right elsewhere");
    assert_eq!(
        told("https://api.example/orders/archive/1", NOW + 1),
        "forgotten",
        "nobody trusts its issuer there"
    );
}

#[test]
fn a_known_token_is_checked_anew_at_every_use() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::with(&[PARTNER_KEY]));
    issuers.fresh_for = 3_600;
    let token = partner_token().compact();
    assert_eq!(outcome(&issuers.decide(&mut gate, &token, NOW)), "allow");
    let decision = issuers.decide(&mut gate, &token, NOW + 611);
    assert_eq!((outcome(&decision), decision.trace().known_token), ("expired", Some(true)));
    let decision = issuers.decide_at(&mut gate, "DELETE", "https://api.example/orders/42", &token, NOW);
    assert_eq!(outcome(&decision), "insufficient_scope");
}

#[test]
fn a_document_that_is_no_key_set_does_not_replace_the_keys() {
    let (mut gate, mut issuers) = (trusting(&[partner()]), Issuers::with(&[PARTNER_KEY]));
    issuers.fresh_for = 60;
    assert_eq!(outcome(&issuers.decide(&mut gate, &token_at(NOW), NOW)), "allow");
    for (index, broken) in
        ["", "{}", "<html>", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#].into_iter().enumerate()
    {
        issuers.key_sets = vec![(PARTNER, broken.to_owned())];
        let now = NOW + 60 + 10 * index as u64;
        assert_eq!(outcome(&issuers.decide(&mut gate, &token_at(now), now)), "allow", "{broken}");
    }
    issuers.key_sets = vec![(PARTNER, r#"{"keys":[]}"#.to_owned())];
    assert_eq!(outcome(&issuers.decide(&mut gate, &token_at(NOW + 200), NOW + 200)), "unknown_issuer_key");
}

#[test]
fn keys_that_anybody_could_sign_with_are_left_out() {
    let symmetric: Value = serde_json::from_str(HS256).unwrap();
    let private: Value = serde_json::from_str(PARTNER_KEY).unwrap();
    let text = json!({ "keys": [symmetric, private, published(OTHER_KEY)] }).to_string();
    let keys = read_issuer_keys(&text).unwrap();
    assert_eq!(keys.iter().map(|key| key.kid().unwrap()).collect::<Vec<_>>(), ["other"]);
}

#[test]
fn a_token_names_one_key() {
    let told = |keys: &[&str], token: Token| {
        outcome(&Issuers::with(keys).decide(&mut trusting(&[partner()]), &token.compact(), NOW))
    };
    let nameless = || {
        let mut token = partner_token();
        token.header.as_object_mut().unwrap().remove("kid");
        token
    };
    assert_eq!(told(&[PARTNER_KEY], nameless()), "allow");
    assert_eq!(told(&[PARTNER_KEY, OTHER_KEY], nameless()), "key_not_named");
    assert_eq!(told(&[PARTNER_KEY, PARTNER_KEY], partner_token()), "key_not_named");
    assert_eq!(told(&[PARTNER_EDDSA, PARTNER_KEY], partner_token()), "allow", "one name, two algorithms");
}

#[test]
fn a_document_has_a_bounded_length() {
    let padded = |length: usize| format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(length));
    assert!(read_issuer_keys(&padded(64 * 1_024 - 18)).is_ok());
    assert_eq!(read_issuer_keys(&padded(64 * 1_024)).unwrap_err().code(), "document_too_long");
}

#[test]
fn metadata_is_that_of_the_issuer_and_names_its_keys() {
    let metadata = |issuer: &str, url: Value| json!({ "issuer": issuer, "jwks_uri": url }).to_string();
    let url = "https://keys.partner.example/jwks";
    let code = |text: &str| read_issuer_metadata(text, PARTNER).map_err(|error| error.code());
    assert_eq!(code(&metadata(PARTNER, json!(url))), Ok(url.to_owned()));
    for other in ["https://login.partner.example/", "https://rival.example", ""] {
        assert_eq!(code(&metadata(other, json!(url))), Err("metadata_of_another_issuer"));
    }
    for wrong in [
        json!(null),
        json!(7),
        json!("http://keys.partner.example"),
        json!("http://localhost/jwks"),
        json!("/jwks"),
    ] {
        assert_eq!(code(&metadata(PARTNER, wrong)), Err("metadata_without_keys_url"));
    }
    assert_eq!(code("not json"), Err("document_not_json"));
    assert_eq!(
        code(&format!(r#"{{"issuer":"{PARTNER}","issuer":"{PARTNER}","jwks_uri":"{url}"}}"#)),
        Err("document_not_json")
    );
}
