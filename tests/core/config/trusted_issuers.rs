//! Issuers that a resource trusts: what a document may say of them, and what it may not.

use audgate::config::{AudienceForm, ForeignSubjectKind, Names, TrustedIssuer, admits_keys_url};
use audgate::jose::Algorithm;
use audgate::vocabulary::ResourceIndicator;
use serde_json::{Value, json};

use super::builder::{accepted, push, refused, refused_at, remove};
use crate::support::test;

const PARTNER: &str = "https://login.partner.example";

fn partner() -> Value {
    json!({ "issuer": PARTNER, "algorithms": ["ES256"] })
}

fn trusting(document: &mut Value, edit: impl FnOnce(&mut Value)) {
    let mut trusted = partner();
    edit(&mut trusted);
    document["resources"][0]["trusted_issuers"] = json!([trusted]);
}

fn read(edit: impl FnOnce(&mut Value)) -> TrustedIssuer {
    accepted(|document| trusting(document, edit)).tenant().resources()[0].trusted_issuers()[0].clone()
}

fn fault(edit: impl FnOnce(&mut Value), member: &str, problem: &str) {
    let path = format!("$.resources[0].trusted_issuers[0]{member}");
    refused(|document| trusting(document, edit), &path, problem);
}

#[test]
fn an_issuer_and_its_algorithms_are_enough() {
    let trusted = read(|_| {});
    assert_eq!(trusted.issuer(), PARTNER);
    assert!(trusted.admits_algorithm(Algorithm::Es256) && !trusted.admits_algorithm(Algorithm::Rs256));
    assert!(trusted.admits_type("at+jwt") && !trusted.admits_type("JWT"));
    assert_eq!(trusted.audience_form(), AudienceForm::One);
    assert_eq!((trusted.client_id_claim(), trusted.scope_claim()), ("client_id", "scope"));
    assert_eq!((trusted.subject_kind(), trusted.names()), (ForeignSubjectKind::Compared, Names::Foreign));
    assert_eq!(trusted.maximum_lifetime(), None);
    let uri = ResourceIndicator::parse("https://api.acme.example/orders").unwrap();
    assert!(trusted.admits_audience(uri.as_str(), &uri) && !trusted.admits_audience(PARTNER, &uri));
}

#[test]
fn every_setting_is_taken_over() {
    let trusted = read(|trusted| {
        *trusted = json!({
            "issuer": PARTNER, "jwks_uri": "https://keys.partner.example/jwks?v=2", "algorithms": ["RS256", "Ed25519"],
            "types": ["JWT"], "audience": "array", "audiences": ["orders", "urn:orders"],
            "claims": { "client_id": "azp", "scope": "scp" }, "subject_kind": "user", "subjects": "own",
            "max_access_token_ttl": 86_400, "unrevocable": true,
        });
    });
    assert_eq!(trusted.key_source().jwks_uri(), Some("https://keys.partner.example/jwks?v=2"));
    assert!(trusted.admits_algorithm(Algorithm::EdDsa) && trusted.admits_type("application/jwt"));
    assert_eq!((trusted.client_id_claim(), trusted.scope_claim()), ("azp", "scp"));
    assert_eq!((trusted.subject_kind(), trusted.names()), (ForeignSubjectKind::User, Names::Own));
    let uri = ResourceIndicator::parse("https://api.acme.example/orders").unwrap();
    assert!(trusted.admits_audience("urn:orders", &uri) && !trusted.admits_audience(uri.as_str(), &uri));
    assert_eq!(trusted.maximum_lifetime().map(|lifetime| lifetime.seconds()), Some(86_400));
}

#[test]
fn algorithms_are_pinned() {
    fault(|trusted| remove(trusted, "algorithms"), ".algorithms", "is missing");
    fault(|trusted| trusted["algorithms"] = json!([]), ".algorithms", "is empty");
    for algorithm in ["HS256", "none", "es256", "RS1", ""] {
        fault(
            |trusted| trusted["algorithms"] = json!([algorithm]),
            ".algorithms[0]",
            "no algorithm with public keys",
        );
    }
    fault(|trusted| trusted["algorithms"] = json!(["ES256", "ES256"]), ".algorithms[1]", "stands twice");
}

#[test]
fn an_issuer_is_a_plain_https_url() {
    for (issuer, problem) in [
        ("http://login.partner.example", "https"),
        ("https://user:secret@login.partner.example", "user information"),
        ("https://login.partner.example?tenant=1", "no query"),
        ("https://login.partner.example#x", "no fragment"),
        ("https://login.partner.example/../x", "segment"),
        ("https://192.0.2.1", "an address"),
        ("https://[2001:db8::1]", "an address"),
        ("https://169.254.169.254/latest", "an address"),
        ("https://0x7f.1", "plain form"),
        ("login.partner.example", "absolute"),
        ("ftp://login.partner.example", "https"),
    ] {
        fault(|trusted| trusted["issuer"] = json!(issuer), ".issuer", problem);
    }
    for issuer in [
        "http://localhost:8787",
        "http://127.0.0.1:8787",
        "http://[::1]:80/x",
        "https://idp.example/realms/a/",
    ] {
        assert_eq!(read(|trusted| trusted["issuer"] = json!(issuer)).issuer(), issuer);
    }
}

#[test]
fn keys_come_from_a_plain_https_url() {
    for (url, problem) in [
        ("http://keys.partner.example", "https"),
        ("https://user@keys.partner.example/jwks", "user information"),
        ("https://192.0.2.1/jwks", "an address"),
        ("https://keys.partner.example/jwks#keys", "no fragment"),
        ("https://keys.partner.example/jwks?a=b#c", "other characters"),
        ("https://keys.partner.example/jwks?a b", "other characters"),
        ("file:///etc/passwd", "URI"),
    ] {
        fault(|trusted| trusted["jwks_uri"] = json!(url), ".jwks_uri", problem);
    }
}

#[test]
fn the_metadata_of_an_issuer_is_at_its_well_known_places() {
    let urls = |issuer: &str| read(|trusted| trusted["issuer"] = json!(issuer)).key_source().metadata_urls();
    assert_eq!(
        urls("https://idp.example"),
        [
            "https://idp.example/.well-known/oauth-authorization-server",
            "https://idp.example/.well-known/openid-configuration"
        ]
    );
    for issuer in ["https://idp.example/realms/a", "https://idp.example/realms/a/"] {
        assert_eq!(
            urls(issuer),
            [
                "https://idp.example/.well-known/oauth-authorization-server/realms/a",
                "https://idp.example/realms/a/.well-known/openid-configuration"
            ]
        );
    }
}

#[test]
fn metadata_cannot_send_the_gate_to_itself() {
    for url in [
        "http://localhost:8080/jwks",
        "http://127.0.0.1/jwks",
        "https://localhost/jwks",
        "http://[::1]/jwks",
        "https://192.0.2.1/jwks",
    ] {
        assert!(!admits_keys_url(PARTNER, url), "{url}");
    }
    assert!(admits_keys_url(PARTNER, "https://keys.elsewhere.example/jwks?x=1"));
    assert!(admits_keys_url("http://localhost:9", "http://localhost:8080/jwks"));
}

#[test]
fn the_own_issuer_is_not_foreign() {
    for issuer in ["https://login.acme.example", "https://login.acme.example/", "https://LOGIN.acme.example"]
    {
        refused(
            |document| trusting(document, |trusted| trusted["issuer"] = json!(issuer)),
            "$.resources[0].trusted_issuers[0].issuer",
            "is the tenant's own issuer",
        );
    }
}

#[test]
fn an_issuer_stands_once() {
    refused(
        |document| {
            trusting(document, |_| {});
            let mut again = partner();
            again["issuer"] = json!("https://login.partner.example/");
            push(&mut document["resources"][0]["trusted_issuers"], again);
        },
        "$.resources[0].trusted_issuers[1].issuer",
        "is trusted twice",
    );
}

#[test]
fn an_issuer_has_the_same_keys_everywhere() {
    refused(
        |document| {
            trusting(document, |_| {});
            let mut other = partner();
            other["jwks_uri"] = json!("https://elsewhere.example/jwks");
            document["resources"][1]["trusted_issuers"] = json!([other]);
        },
        "$.resources[1].trusted_issuers[0].issuer",
        "other keys at another resource",
    );
}

#[test]
fn strong_revocation_is_given_up_in_writing_only() {
    let strong = |document: &mut Value, stated: Value| {
        document["resources"][0]["revocation"] = json!("strong");
        trusting(document, |trusted| trusted["unrevocable"] = stated);
    };
    refused(
        |document| strong(document, json!(false)),
        "$.resources[0].trusted_issuers[0].issuer",
        "promises strong revocation",
    );
    accepted(|document| strong(document, json!(true)));
}

#[test]
fn words_lengths_and_types_are_checked() {
    for (member, value, place, problem) in [
        ("audience", json!("list"), ".audience", "is `list`"),
        ("audience", json!(true), ".audience", "is a boolean"),
        ("subjects", json!("mine"), ".subjects", "is `mine`"),
        ("subject_kind", json!("management"), ".subject_kind", "is `management`"),
        ("types", json!([]), ".types", "is empty"),
        ("types", json!([""]), ".types[0]", "no media type"),
        ("types", json!(["a b"]), ".types[0]", "no media type"),
        ("audiences", json!([]), ".audiences", "is empty"),
        ("audiences", json!([""]), ".audiences[0]", "1 to 1,024"),
        ("claims", json!({ "scope": "" }), ".claims.scope", "1 to 128"),
        ("claims", json!({ "sub": "oid" }), ".claims.sub", "unknown member"),
        ("max_access_token_ttl", json!(0), ".max_access_token_ttl", "at least 1 second"),
        ("max_access_token_ttl", json!("3600"), ".max_access_token_ttl", "is a string"),
        ("unrevocable", json!(1), ".unrevocable", "is a number"),
        ("jwks", json!({ "keys": [] }), ".jwks", "unknown member"),
    ] {
        fault(|trusted| trusted[member] = value.clone(), place, problem);
    }
}

#[test]
fn the_default_resource_trusts_nobody_else() {
    refused_at(
        |document| document["default_resource"]["trusted_issuers"] = json!([partner()]),
        &["$.default_resource.trusted_issuers"],
    );
}
