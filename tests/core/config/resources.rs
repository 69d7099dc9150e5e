//! Resources: identity, URIs, revocation and proof of possession.

use audgate::config::{ProofReplay, RevocationMode};
use audgate::vocabulary::{ResourceId, ResourceIndicator};
use serde_json::{Value, json};

use super::builder::{accepted, push, refused, refused_at, remove};
use crate::support::test;

fn copy_of_orders(document: &Value) -> Value {
    let mut copy = document["resources"][0].clone();
    copy["resource_id"] = json!("copy");
    copy["scopes"] = json!([]);
    copy["rules"] = json!([]);
    copy
}

fn push_copy(document: &mut Value, member: &str, value: &str) {
    let mut copy = copy_of_orders(document);
    copy["uri"] = json!("https://copy.acme.example");
    copy[member] = json!(value);
    push(&mut document["resources"], copy);
}

#[test]
fn a_resource_is_found_by_its_identifier_and_by_its_uri_in_any_spelling() {
    let document = accepted(|_| {});
    let tenant = document.tenant();
    let orders = tenant.resource(&ResourceId::parse("orders").unwrap()).unwrap();
    assert_eq!(orders.name(), "Orders");
    assert_eq!(orders.description(), "Orders of the shop");
    assert!(!orders.is_default());
    for uri in ["https://api.acme.example/orders", "https://API.acme.example:443/orders/"] {
        let found = tenant.resource_by_indicator(&ResourceIndicator::parse(uri).unwrap()).unwrap();
        assert_eq!(found.id(), orders.id());
    }
    let other = ResourceIndicator::parse("https://api.acme.example/orders/1").unwrap();
    assert!(tenant.resource_by_indicator(&other).is_none());
}

#[test]
fn the_default_resource_has_the_issuers_url_and_is_no_element_of_resources() {
    let document = accepted(|_| {});
    let tenant = document.tenant();
    let default = tenant.default_resource();
    assert!(default.is_default());
    assert_eq!(default.indicator().as_str(), "https://login.acme.example");
    let by_uri =
        tenant.resource_by_indicator(&ResourceIndicator::parse("https://login.acme.example/").unwrap());
    assert!(by_uri.unwrap().is_default());
    assert!(tenant.resource(&ResourceId::parse("default").unwrap()).unwrap().is_default());
    assert!(tenant.resources().iter().all(|resource| !resource.is_default()));
}

#[test]
fn identifiers_are_unique() {
    refused(
        |document| push_copy(document, "resource_id", "orders"),
        "$.resources[2].resource_id",
        "another resource has the identifier `orders`",
    );
}

#[test]
fn default_is_no_identifier_for_a_resource_of_ones_own() {
    refused(
        |document| push_copy(document, "resource_id", "default"),
        "$.resources[2].resource_id",
        "`default` is the default resource",
    );
}

#[test]
fn uris_are_unique_also_in_canonical_form() {
    for uri in [
        "https://api.acme.example/orders",
        "https://api.acme.example/orders/",
        "https://api.acme.example:443/orders",
        "HTTPS://Api.Acme.Example/orders",
    ] {
        refused(
            |document| push_copy(document, "uri", uri),
            "$.resources[2].uri",
            "the URI of the resource `orders` too",
        );
    }
}

#[test]
fn uris_that_differ_in_the_case_of_percent_encoding_are_one() {
    refused(
        |document| {
            document["resources"][0]["uri"] = json!("https://api.acme.example/a%c3%a9");
            push_copy(document, "uri", "https://api.acme.example/a%C3%A9");
        },
        "$.resources[2].uri",
        "the URI of the resource `orders` too",
    );
}

#[test]
fn no_resource_has_the_issuers_url() {
    for uri in ["https://login.acme.example", "https://login.acme.example/"] {
        refused(
            |document| push_copy(document, "uri", uri),
            "$.resources[2].uri",
            "the URI of the resource `default` too",
        );
    }
}

#[test]
fn nested_uris_are_legal() {
    accepted(|document| push_copy(document, "uri", "https://api.acme.example/orders/returns"));
}

#[test]
fn a_uri_that_is_no_resource_indicator_is_refused() {
    for (uri, problem) in [
        ("https://api.acme.example/x?y", "no query"),
        ("https://api.acme.example/x#y", "no fragment"),
        ("https://me@api.acme.example/x", "no user information"),
        ("http://api.acme.example/x", "https, or http on localhost"),
        ("/x", "absolute"),
        ("https://api.acme.example/a/../x", "dot segment"),
    ] {
        refused(|document| push_copy(document, "uri", uri), "$.resources[2].uri", problem);
    }
}

#[test]
fn names_are_for_people() {
    for (name, problem) in [
        ("", "has 0 characters"),
        (&*"n".repeat(201), "has 201 characters"),
        ("a\nb", "has a control character"),
    ] {
        refused(|document| document["resources"][0]["name"] = json!(name), "$.resources[0].name", problem);
    }
    refused(
        |document| document["resources"][0]["description"] = json!("d".repeat(2_001)),
        "$.resources[0].description",
        "has 2001 characters",
    );
}

#[test]
fn the_default_resource_has_no_rules_and_no_uri_of_its_own() {
    refused_at(
        |document| {
            document["default_resource"]["rules"] = json!([]);
            document["default_resource"]["uri"] = json!("https://login.acme.example");
        },
        &["$.default_resource.rules", "$.default_resource.uri"],
    );
}

#[test]
fn resource_may_want_bound_tokens_and_proofs_that_are_good_once() {
    let document = accepted(|_| {});
    let orders = &document.tenant().resources()[0];
    assert_eq!((orders.is_sender_constrained(), orders.proof_replay()), (false, ProofReplay::Windowed));
    let document = accepted(|document| {
        document["resources"][0]["sender_constrained"] = json!(true);
        document["resources"][0]["dpop_proofs"] = json!("tracked");
    });
    let orders = &document.tenant().resources()[0];
    assert_eq!((orders.is_sender_constrained(), orders.proof_replay()), (true, ProofReplay::Tracked));
}

#[test]
fn proof_of_possession_is_configured_in_its_own_words() {
    for value in [json!("yes"), json!(1), json!(null)] {
        let change = |document: &mut Value| document["resources"][0]["sender_constrained"] = value.clone();
        refused(change, "$.resources[0].sender_constrained", "is ");
    }
    let change = |document: &mut Value| document["resources"][0]["dpop_proofs"] = json!("once");
    refused(change, "$.resources[0].dpop_proofs", "is `once`");
}

#[test]
fn default_resource_has_bearer_tokens_because_the_issuers_own_paths_take_them() {
    refused(
        |document| document["default_resource"]["sender_constrained"] = json!(true),
        "$.default_resource.sender_constrained",
        "from bearers",
    );
}

#[test]
fn revocation_is_bounded_unless_it_is_said_to_be_strong() {
    for (value, expected) in [
        (None, RevocationMode::Bounded),
        (Some("bounded"), RevocationMode::Bounded),
        (Some("strong"), RevocationMode::Strong),
    ] {
        let document = accepted(|document| match value {
            None => remove(&mut document["resources"][0], "revocation"),
            Some(value) => document["resources"][0]["revocation"] = json!(value),
        });
        assert_eq!(document.tenant().resources()[0].revocation(), expected, "{value:?}");
    }
}

#[test]
fn the_default_resource_may_be_strong() {
    let document = accepted(|document| document["default_resource"]["revocation"] = json!("strong"));
    assert_eq!(document.tenant().default_resource().revocation(), RevocationMode::Strong);
}

#[test]
fn revocation_in_another_word_is_refused() {
    for (value, problem) in
        [(json!("instant"), "is `instant`"), (json!(true), "is a boolean"), (json!("Strong"), "is `Strong`")]
    {
        refused(
            |document| document["resources"][0]["revocation"] = value.clone(),
            "$.resources[0].revocation",
            problem,
        );
    }
}
