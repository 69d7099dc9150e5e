//! Scopes, the roles that grant them, and scopes that nobody can get.

use audgate::vocabulary::{ResourceId, RoleId};
use serde_json::json;

use super::builder::{accepted, push, refused, refused_at};
use crate::support::test;

#[test]
fn a_resource_knows_its_scopes() {
    let document = accepted(|_| {});
    let orders = &document.tenant().resources()[0];
    assert!(orders.defines_scope("orders:read"));
    assert!(!orders.defines_scope("orders:reads"));
    assert!(!orders.defines_scope(""));
    assert_eq!(orders.scopes()[1].name().as_str(), "orders:cancel");
    assert_eq!(orders.scopes()[1].description(), "Cancel orders");
}

#[test]
fn a_role_grants_scopes_per_resource() {
    let document = accepted(|_| {});
    let role = document.tenant().role(&RoleId::parse("viewer").unwrap()).unwrap();
    let scopes = |resource| role.scopes_for(&ResourceId::parse(resource).unwrap()).map(ToString::to_string);
    assert_eq!(scopes("orders"), Some("orders:read".to_owned()));
    assert_eq!(scopes("payments"), None);
    assert_eq!(role.name(), "Viewer");
    assert_eq!(role.grants().count(), 1);
    assert!(document.tenant().role(&RoleId::parse("Viewer").unwrap()).is_none());
}

#[test]
fn a_scope_is_defined_once() {
    refused(
        |document| push(&mut document["resources"][0]["scopes"], json!({ "name": "orders:read" })),
        "$.resources[0].scopes[2].name",
        "`orders:read` is defined twice",
    );
}

#[test]
fn a_scope_of_the_protocol_is_no_scope_of_a_resource() {
    for scope in ["openid", "profile", "email", "offline_access"] {
        refused_at(
            |document| push(&mut document["resources"][0]["scopes"], json!({ "name": scope })),
            // Nobody can get it either.
            &["$.resources[0].scopes[2]", "$.resources[0].scopes[2].name"],
        );
    }
}

#[test]
fn a_scope_name_is_one_scope() {
    for name in ["", "a b", "a\"b", "ä", "a\\b"] {
        refused_at(
            |document| push(&mut document["resources"][0]["scopes"], json!({ "name": name })),
            &["$.resources[0].scopes[2].name"],
        );
    }
}

#[test]
fn roles_are_told_apart_by_their_identifiers() {
    refused(
        |document| {
            push(&mut document["roles"], json!({ "role_id": "viewer", "name": "Other", "resources": [] }))
        },
        "$.roles[1].role_id",
        "another role has the identifier `viewer`",
    );
}

#[test]
fn a_role_names_resources_and_scopes_that_exist_each_once() {
    refused(
        |document| document["roles"][0]["resources"][0]["resource_id"] = json!("order"),
        "$.roles[0].resources[0].resource_id",
        "there is no resource `order`",
    );
    refused(
        |document| document["roles"][0]["resources"][0]["scopes"] = json!(["orders:read", "payments:make"]),
        "$.roles[0].resources[0].scopes[1]",
        "the resource defines no scope `payments:make`",
    );
    refused(
        |document| {
            push(
                &mut document["roles"][0]["resources"],
                json!({ "resource_id": "orders", "scopes": ["orders:cancel"] }),
            );
        },
        "$.roles[0].resources[1].resource_id",
        "`orders` stands twice",
    );
}

#[test]
fn a_scope_of_a_broken_resource_can_still_be_named() {
    refused_at(
        |document| document["resources"][0]["access_token_ttl"] = json!(0),
        &["$.resources[0].access_token_ttl"],
    );
}

#[test]
fn roles_and_clients_may_name_the_default_resource() {
    let document = accepted(|document| {
        document["default_resource"]["scopes"] = json!([{ "name": "tenant:read" }]);
        push(
            &mut document["roles"][0]["resources"],
            json!({ "resource_id": "default", "scopes": ["tenant:read"] }),
        );
        push(
            &mut document["clients"][0]["resources"],
            json!({ "resource_id": "default", "scopes": ["tenant:read"] }),
        );
    });
    assert!(document.tenant().default_resource().defines_scope("tenant:read"));
}

#[test]
fn a_scope_that_nobody_can_get_is_refused() {
    refused(
        |document| push(&mut document["resources"][0]["scopes"], json!({ "name": "orders:refund" })),
        "$.resources[0].scopes[2]",
        "nobody can get the scope `orders:refund`",
    );
}

#[test]
fn a_scope_is_out_of_reach_where_only_clients_with_roles_may_ask_for_it() {
    refused(
        |document| {
            document["clients"][0]["role_ids"] = json!(["viewer"]);
            document["clients"][1]["resources"][1]["scopes"] = json!([]);
        },
        "$.resources[1].scopes[0]",
        "nobody can get the scope `payments:make`",
    );
}

#[test]
fn a_scope_that_a_role_grants_is_within_reach() {
    accepted(|document| {
        push(&mut document["resources"][0]["scopes"], json!({ "name": "orders:refund" }));
        document["roles"][0]["resources"][0]["scopes"] = json!(["orders:read", "orders:refund"]);
    });
}

#[test]
fn scopes_of_the_default_resource_are_within_reach_of_clients_without_roles_and_assignment() {
    accepted(|document| document["default_resource"]["scopes"] = json!([{ "name": "tenant:read" }]));
    refused(
        |document| {
            document["default_resource"]["scopes"] = json!([{ "name": "tenant:read" }]);
            for client in 0..2 {
                document["clients"][client]["role_ids"] = json!(["viewer"]);
            }
            document["roles"][0]["resources"] = json!([
                { "resource_id": "orders", "scopes": ["orders:read", "orders:cancel"] },
                { "resource_id": "payments", "scopes": ["payments:make"] },
            ]);
        },
        "$.default_resource.scopes[0]",
        "nobody can get the scope `tenant:read`",
    );
}
