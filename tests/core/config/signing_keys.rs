//! Signing keys: public halves in the document, secrets from the host.

use audgate::config::{SigningKeyState, TenantDocument};
use audgate::jose::Algorithm;
use serde_json::{Value, json};

use super::builder::{accepted, another_es256, eddsa, es256, faults, hs256, push, refused, remove, rs256};
use crate::support::test;

const SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I";

fn with_keys(keys: Value) -> TenantDocument {
    accepted(|document| document["signing_keys"] = keys)
}

#[test]
fn keys_are_found_by_algorithm_when_current() {
    let document = with_keys(json!([
        { "state": "retiring", "jwk": another_es256() },
        { "state": "current", "jwk": es256() },
        { "state": "current", "jwk": eddsa() },
        { "state": "next", "jwk": rs256() },
    ]));
    let tenant = document.tenant();
    assert_eq!(tenant.current_signing_key(Algorithm::Es256).unwrap().kid().as_str(), "es-1");
    assert_eq!(tenant.current_signing_key(Algorithm::EdDsa).unwrap().kid().as_str(), "ed-1");
    assert!(tenant.current_signing_key(Algorithm::Rs256).is_none());
    let states: Vec<SigningKeyState> = tenant.signing_keys().iter().map(|key| key.state()).collect();
    use SigningKeyState::{Current, Next, Retiring};
    assert_eq!(states, [Retiring, Current, Current, Next]);
}

#[test]
fn every_key_verifies_but_the_disabled() {
    let document = with_keys(json!([
        { "state": "disabled", "jwk": another_es256() },
        { "state": "current", "jwk": es256() },
        { "state": "retiring", "jwk": eddsa() },
        { "state": "next", "jwk": rs256() },
    ]));
    let kids: Vec<_> =
        document.tenant().verification_keys().iter().map(|key| key.kid().unwrap().to_owned()).collect();
    assert_eq!(kids, ["es-1", "ed-1", "rs-1"]);
}

#[test]
fn kids_are_unique() {
    refused(
        |document| {
            let mut key = another_es256();
            key["kid"] = json!("es-1");
            push(&mut document["signing_keys"], json!({ "state": "next", "jwk": key }));
        },
        "$.signing_keys[1].jwk.kid",
        "another key has the kid `es-1`",
    );
}

#[test]
fn one_key_is_current_for_an_algorithm() {
    refused(
        |document| push(&mut document["signing_keys"], json!({ "state": "current", "jwk": another_es256() })),
        "$.signing_keys[1]",
        "another key for ES256 is current",
    );
}

#[test]
fn kid_and_alg_are_required() {
    for member in ["kid", "alg"] {
        refused(
            |document| remove(&mut document["signing_keys"][0]["jwk"], member),
            &format!("$.signing_keys[0].jwk.{member}"),
            "is missing",
        );
    }
}

#[test]
fn an_unknown_state_or_algorithm_is_refused_where_it_stands() {
    refused(
        |document| document["signing_keys"][0]["state"] = json!("active"),
        "$.signing_keys[0].state",
        "is `active`",
    );
    refused(
        |document| document["signing_keys"][0]["jwk"]["alg"] = json!("none"),
        "$.signing_keys[0].jwk.alg",
        "is `none`",
    );
}

#[test]
fn a_private_key_is_refused_and_not_shown() {
    let found = faults(|document| document["signing_keys"][0]["jwk"]["d"] = json!(SECRET));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, "$.signing_keys[0].jwk");
    assert!(found[0].1.contains("private key"), "{found:?}");
    assert!(!found[0].1.contains(SECRET));
}

#[test]
fn a_key_that_cannot_be_used_is_refused_with_its_reason() {
    refused(
        |document| {
            document["signing_keys"][0]["jwk"]["x"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        },
        "$.signing_keys[0].jwk",
        "not on the curve",
    );
    refused(
        |document| document["signing_keys"][0]["jwk"]["alg"] = json!("RS256"),
        "$.signing_keys[0].jwk",
        "does not go with",
    );
    refused(
        |document| document["signing_keys"][0]["jwk"]["use"] = json!("enc"),
        "$.signing_keys[0].jwk",
        "is not `sig`",
    );
}

#[test]
fn a_secret_key_in_the_document_is_refused_and_not_shown() {
    let found = faults(|document| {
        let mut key = hs256();
        key["k"] = json!(SECRET);
        push(&mut document["signing_keys"], json!({ "state": "next", "jwk": key }));
    });
    assert_eq!(
        found,
        [("$.signing_keys[1].jwk.k".to_owned(), "a secret key stands in the document".to_owned())]
    );
}

#[test]
fn a_secret_key_is_for_hs256() {
    refused(
        |document| {
            let mut key = hs256();
            key["alg"] = json!("ES256");
            push(&mut document["signing_keys"], json!({ "state": "next", "jwk": key }));
        },
        "$.signing_keys[1].jwk.alg",
        "is no algorithm of an `oct` key",
    );
}

fn tenant_with_secret_key() -> audgate::config::Tenant {
    let keys = json!([
        { "state": "current", "jwk": es256() },
        { "state": "current", "jwk": hs256() },
    ]);
    with_keys(keys).tenant().clone()
}

#[test]
fn a_secret_key_without_value_verifies_nothing() {
    let tenant = tenant_with_secret_key();
    let key = tenant.current_signing_key(Algorithm::Hs256).unwrap();
    assert!(key.key().is_none());
    assert!(key.is_symmetric());
    assert!(tenant.verification_keys().iter().all(|key| !key.is_symmetric()));
}

#[test]
fn the_host_supplies_the_value_of_a_secret_key_by_kid() {
    let mut tenant = tenant_with_secret_key();
    let set = json!({ "keys": [
        es256(),
        { "kty": "oct", "kid": "other", "k": SECRET },
        { "kty": "oct", "kid": "hs-1", "alg": "HS256", "k": SECRET },
    ] });
    tenant.supply_secret_keys(&set.to_string()).unwrap();
    assert!(tenant.current_signing_key(Algorithm::Hs256).unwrap().key().is_some());
    assert_eq!(tenant.verification_keys().iter().filter(|key| key.is_symmetric()).count(), 1);
    assert_eq!(tenant.verification_keys().iter().count(), 2);
}

#[test]
fn a_secret_does_not_become_the_value_of_a_public_key() {
    let mut tenant = tenant_with_secret_key();
    let set = json!({ "keys": [{ "kty": "oct", "kid": "es-1", "k": SECRET }] });
    tenant.supply_secret_keys(&set.to_string()).unwrap();
    assert!(tenant.verification_keys().iter().all(|key| !key.is_symmetric()));
}

#[test]
fn a_disabled_secret_key_verifies_nothing_with_its_value() {
    let keys = json!([{ "state": "current", "jwk": es256() }, { "state": "disabled", "jwk": hs256() }]);
    let mut tenant = with_keys(keys).tenant().clone();
    let set = json!({ "keys": [{ "kty": "oct", "kid": "hs-1", "k": SECRET }] });
    tenant.supply_secret_keys(&set.to_string()).unwrap();
    assert!(tenant.verification_keys().iter().all(|key| !key.is_symmetric()));
}

#[test]
fn faults_of_supplied_secrets_are_reported_without_the_secret_and_nothing_is_filled_in() {
    let good = json!({ "kty": "oct", "kid": "hs-1", "alg": "HS256", "k": SECRET });
    for (set, path, problem) in [
        (
            json!({ "keys": [{ "kty": "oct", "kid": "hs-1", "k": "c2hvcnQ" }] }),
            "$.keys[0]",
            "at least 32 octets",
        ),
        (json!({ "keys": [{ "kty": "oct", "k": SECRET }] }), "$.keys[0]", "has no kid"),
        (json!({ "keys": [good, good] }), "$.keys[1]", "another secret key has the kid"),
        (json!({ "keys": {} }), "$.keys", "is an object"),
        (json!([good]), "$", "no JWK Set"),
        (
            json!({ "keys": [{ "kty": "oct", "kid": "hs-1", "alg": "RS256", "k": SECRET }] }),
            "$.keys[0]",
            "alg",
        ),
    ] {
        let mut tenant = tenant_with_secret_key();
        let faults = tenant.supply_secret_keys(&set.to_string()).expect_err(problem);
        let shown = faults.to_string();
        assert!(shown.starts_with(&format!("{path}: ")) && shown.contains(problem), "{shown}");
        assert!(!shown.contains(SECRET));
        assert!(tenant.current_signing_key(Algorithm::Hs256).unwrap().key().is_none());
    }
}
