//! The demo tenant is a document without faults, and shows what it is meant to show.

use audgate::config::{Grant, TenantDocument, UserStatus};
use audgate::directory::publication::publish;
use audgate::vocabulary::{ResourceId, UnixTime};
use serde_json::{Value, json};

use super::builder::{SECRET_HASH, es256};
use crate::support::test;

fn demo() -> TenantDocument {
    let mut demo: Value =
        serde_json::from_str(&include_str!("../../../demo/tenant.json").replace("${PORT}", "8787")).unwrap();
    for client in demo["clients"].as_array_mut().unwrap() {
        for (member, filled_in) in
            [("secret_hashes", json!([SECRET_HASH])), ("jwks", json!({ "keys": [es256()] }))]
        {
            if client.get(member).is_some() {
                client[member] = filled_in;
            }
        }
    }
    TenantDocument::parse(&demo.to_string()).unwrap_or_else(|faults| panic!("faults:\n{faults}"))
}

#[test]
fn the_demo_tenant_has_no_fault_and_can_be_published() {
    let demo = demo();
    assert_eq!(demo.tenant().issuer(), "http://localhost:8787");
    assert!(demo.tenant().manages_keys());
    let publication = publish(&demo, UnixTime::from_seconds(1_800_000_000), None);
    let (clients, users) = (demo.clients().len(), demo.users().len());
    assert_eq!(publication.entries.len(), 1 + clients + 2 * users + 2);
}

#[test]
fn demo_clients_that_act_for_themselves_are_confidential() {
    for client in demo().clients().iter().filter(|client| client.permits_grant(Grant::ClientCredentials)) {
        assert!(client.secret_hashes().len() + client.keys().iter().count() == 1, "{}", client.id());
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
    applications.dedup();
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
