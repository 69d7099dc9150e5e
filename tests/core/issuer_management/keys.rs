//! Signing keys that the directory makes, over HTTP.

use audgate::directory::{DirectoryCommand, DirectoryReply, DirectoryRequest, NewKey};
use audgate::host::{Host, ObjectClass};
use audgate::vocabulary::{KeyId, TenantId};
use serde_json::{Value, json};

use super::{by_management, put};
use crate::support::host::run;
use crate::support::issuer::{Call, Issuer, Reply};
use crate::support::tenant::{ES256, ISSUER, published};
use crate::support::test;
use crate::support::token::Token;

/// A tenant whose directory has made the keys: `es256` signs, `later` comes next.
fn issuer() -> Issuer {
    let issuer = Issuer::of(|document| {
        document.as_object_mut().unwrap().remove("signing_keys");
        for resource in document["resources"].as_array_mut().unwrap() {
            resource.as_object_mut().unwrap().remove("access_token_signing_alg");
        }
    });
    let tenant_id = TenantId::parse("demo").unwrap();
    let key = |kid: &str| {
        let mut jwk: Value = published(ES256);
        jwk["kid"] = json!(kid);
        let (algorithm, sealed) = ("ES256".to_owned(), "AAAA".to_owned());
        NewKey { kid: KeyId::parse(kid).unwrap(), algorithm, jwk: jwk.to_string(), sealed }
    };
    for command in [
        DirectoryCommand::CreateKeys { tenant_id: tenant_id.clone(), keys: vec![key("es256")] },
        DirectoryCommand::AnnounceKey { tenant_id, key: key("later") },
    ] {
        let request = serde_json::to_string(&DirectoryRequest { command }).unwrap();
        let reply = run(issuer.host.call(ObjectClass::Directory, "demo".to_owned(), request)).unwrap();
        let reply: DirectoryReply = serde_json::from_str(&reply).unwrap();
        assert!(!matches!(reply, DirectoryReply::Refused { .. }), "{reply:?}");
    }
    issuer
}

fn asks(issuer: &Issuer, call: Call) -> Reply {
    let token = Token::of_management().with("aud", json!(ISSUER)).without("scope");
    issuer.answer(&call.bearer(&token.compact()))
}

#[test]
fn keys_are_listed_with_their_states_and_no_private_half() {
    let reply = asks(&issuer(), Call::get("/v1/keys"));
    let keys = reply.clone().granted()["result"].clone();
    let states: Vec<_> =
        keys.as_array().unwrap().iter().map(|key| (&key["jwk"]["kid"], &key["state"])).collect();
    assert_eq!(states, [(&json!("es256"), &json!("current")), (&json!("later"), &json!("next"))]);
    assert!(!reply.body.contains("AAAA") && !reply.body.contains("\"d\""));
}

#[test]
fn step_that_is_too_early_names_its_date() {
    let reply = asks(&issuer(), put("/v1/keys/later", &json!({ "state": "current" })));
    reply.refused_by_management(409, "too_early", "too_early");
    assert!(reply.json()["allowed_at"].as_u64().unwrap() > crate::support::tenant::NOW);
}

#[test]
fn step_that_does_not_exist_and_key_that_does_not_are_refused() {
    let issuer = issuer();
    let reply = asks(&issuer, put("/v1/keys/es256", &json!({ "state": "disabled" })));
    reply.refused_by_management(409, "key_step", "key_step");
    let reply = asks(&issuer, put("/v1/keys/unknown", &json!({ "state": "current" })));
    reply.refused_by_management(404, "not_found", "not_found");
}

#[test]
fn bodies_are_strict() {
    let issuer = issuer();
    for body in
        [json!({}), json!({ "state": "next" }), json!({ "state": 1 }), json!({ "state": "current", "x": 1 })]
    {
        let reply = asks(&issuer, put("/v1/keys/later", &body));
        reply.refused_by_management(400, "invalid_request", "invalid_request");
    }
    for body in
        [json!({}), json!({ "algorithm": "HS256" }), json!({ "algorithm": "none" }), json!({ "kid": "x" })]
    {
        let reply = asks(&issuer, Call::json("/v1/keys", &body));
        reply.refused_by_management(400, "invalid_request", "invalid_request");
    }
}

#[test]
fn platform_that_makes_no_key_is_503() {
    let reply = asks(&issuer(), Call::json("/v1/keys", &json!({ "algorithm": "ES256" })));
    reply.refused_by_management(503, "temporarily_unavailable", "host_unavailable");
}

#[test]
fn keys_that_the_document_names_are_not_managed_here() {
    let issuer = Issuer::new();
    for call in [
        Call::get("/v1/keys"),
        Call::json("/v1/keys", &json!({ "algorithm": "ES256" })),
        put("/v1/keys/es256", &json!({ "state": "current" })),
    ] {
        by_management(&issuer, call).refused_by_management(404, "not_found", "not_found");
    }
}
