//! The demo tenant is a document without faults, and shows what it is meant to show.

use audgate::config::{Grant, TenantDocument, UserStatus};
use audgate::directory::publication::publish;
use audgate::vocabulary::{ResourceId, UnixTime};
use serde_json::json;

use super::builder::{SECRET_HASH, eddsa, es256, rs256};
use crate::support::test;

fn demo() -> TenantDocument {
    let keys = [es256(), eddsa(), rs256()].map(|jwk| json!({ "state": "current", "jwk": jwk }));
    let text = include_str!("../../../demo/tenant.json")
        .replace("${PORT}", "8787")
        .replace("\"${SIGNING_KEYS}\"", &json!(keys).to_string());
    let text: Vec<String> = text
        .split("\"${SECRET_HASH:")
        .enumerate()
        .map(|(index, part)| match part.split_once("}\"") {
            Some((_, rest)) if index > 0 => format!("\"{SECRET_HASH}\"{rest}"),
            _ => part.to_owned(),
        })
        .collect();
    TenantDocument::parse(&text.concat()).unwrap_or_else(|faults| panic!("faults:\n{faults}"))
}

#[test]
fn the_demo_tenant_has_no_fault_and_can_be_published() {
    let demo = demo();
    assert_eq!(demo.tenant().issuer(), "http://localhost:8787");
    assert_eq!(publish(&demo, UnixTime::from_seconds(1_800_000_000), None).entries.len(), 1 + 5 + 2);
}

#[test]
fn every_demo_client_gets_tokens_by_its_secret() {
    for client in demo().clients() {
        assert!(client.permits_grant(Grant::ClientCredentials));
        assert_eq!(client.secret_hashes().len(), 1);
    }
}

#[test]
fn the_demo_resource_profile_is_shared_by_two_applications() {
    let profile = ResourceId::parse("profile").unwrap();
    let demo = demo();
    let mut applications: Vec<&str> = demo
        .clients()
        .iter()
        .filter(|client| client.assignment(&profile).is_some() && !client.is_management())
        .map(|client| client.application().as_str())
        .collect();
    applications.sort_unstable();
    assert_eq!(applications, ["partners", "shop"]);
}

#[test]
fn the_first_demo_user_may_view_and_not_cancel_orders() {
    let demo = demo();
    let user = &demo.users()[0];
    assert_eq!(user.status(), UserStatus::Active);
    assert_eq!(user.applications().iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["shop"]);
    let orders = ResourceId::parse("orders").unwrap();
    let scopes: Vec<String> = user
        .role_ids()
        .iter()
        .filter_map(|role| demo.tenant().role(role)?.scopes_for(&orders))
        .map(ToString::to_string)
        .collect();
    assert_eq!(scopes, ["orders:read"]);
}
