//! Protected resource metadata (RFC 9728) at the resource's own host.

use audgate::gate::{Decision, GateRequest};
use serde_json::{Value, json};

use crate::support::request::{decide_at, outcome};
use crate::support::tenant::{ISSUER, NOW, ORDERS, gate};
use crate::support::test;

fn fetch(method: &str, url: &str) -> Decision {
    decide_at(&mut gate(), &GateRequest { method, url, ..GateRequest::default() }, NOW)
}

#[test]
fn metadata_names_resource_and_issuer() {
    let response =
        fetch("GET", "https://api.example/.well-known/oauth-protected-resource/orders").response().unwrap();
    let document: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(document["resource"], ORDERS);
    assert_eq!(document["authorization_servers"], json!([ISSUER]));
    assert_eq!(document["scopes_supported"], json!(["orders:read", "orders:cancel"]));
}

#[test]
fn nested_resource_has_metadata_of_its_own() {
    let response =
        fetch("GET", "https://api.example/.well-known/oauth-protected-resource/orders/archive/").response();
    let document: Value = serde_json::from_str(&response.unwrap().body).unwrap();
    assert_eq!(document["resource"], "https://api.example/orders/archive");
}

#[test]
fn default_resource_is_described_at_the_root_of_the_issuer() {
    let response =
        fetch("GET", "https://issuer.example/.well-known/oauth-protected-resource").response().unwrap();
    let document: Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(document["resource"], ISSUER);
}

#[test]
fn url_that_is_no_resource_has_no_metadata() {
    for url in [
        "https://api.example/.well-known/oauth-protected-resource",
        "https://api.example/.well-known/oauth-protected-resource/other",
        "https://api.example/.well-known/oauth-protected-resource/orders/42",
        "https://api.example/.well-known/oauth-protected-resourceorders",
        "https://elsewhere.example/.well-known/oauth-protected-resource/orders",
    ] {
        assert_eq!(outcome(&fetch("GET", url)), "no_resource", "{url}");
    }
}

#[test]
fn metadata_is_only_read() {
    let url = "https://api.example/.well-known/oauth-protected-resource/orders";
    assert_eq!(outcome(&fetch("POST", url)), "no_resource");
}
