//! Why somebody gets a scope or does not: the verdicts, and that they are those of the token endpoint.

use serde_json::{Value, json};

use super::{asked, by_management};
use crate::support::issuer::{Call, Issuer, Parameters};
use crate::support::login::{backend_link, text};
use crate::support::shop::{SERVER, member};
use crate::support::tenant::{ORDERS, PAYMENTS, PROFILE};
use crate::support::test;

fn explained(issuer: &Issuer, query: &[(&str, &str)]) -> Value {
    let target = format!("/v1/explain?{}", Parameters::of(query).encoded());
    let result = by_management(issuer, Call::get(&target)).granted()["result"].clone();
    assert!(asked(issuer).is_empty());
    result
}

/// The reasons for `scopes` of the orders, one after another.
fn reasons(issuer: &Issuer, client: &str, user: Option<&str>, scopes: &str) -> Vec<String> {
    let mut query = vec![("client_id", client), ("resource", ORDERS), ("scope", scopes)];
    query.extend(user.map(|user| ("user_id", user)));
    let result = explained(issuer, &query);
    let reasons = result["scopes"].as_array().unwrap().iter();
    reasons
        .map(|scope| {
            assert_eq!(scope["granted"], json!(scope["reason"] == "effective"));
            text(scope, "reason")
        })
        .collect()
}

#[test]
fn user_gets_what_their_roles_grant() {
    let result =
        explained(&Issuer::new(), &[("client_id", SERVER), ("user_id", "ada"), ("resource", ORDERS)]);
    let expected = json!({
        "client_id": SERVER, "user_id": "ada", "resource_id": "orders", "granted": ["orders:read"],
        "scopes": [
            { "scope": "orders:read", "granted": true, "reason": "effective", "roles": ["viewer"] },
            { "scope": "orders:cancel", "granted": false, "reason": "not_granted_by_role", "roles": [] },
        ],
    });
    assert_eq!(result, expected);
}

#[test]
fn every_role_that_grants_is_named() {
    let result = explained(
        &Issuer::new(),
        &[("client_id", SERVER), ("user_id", "grace"), ("resource", ORDERS), ("scope", "orders:read")],
    );
    assert_eq!(result["scopes"][0]["roles"], json!(["viewer", "manager"]));
}

#[test]
fn client_without_a_role_has_what_its_assignment_allows() {
    let result = explained(&Issuer::new(), &[("client_id", "orders-backend"), ("resource", ORDERS)]);
    assert_eq!(result["granted"], json!(["orders:read", "orders:cancel"]));
    assert_eq!((result.get("user_id"), result.get("refusal")), (None, None));
}

#[test]
fn each_thing_in_the_way_has_its_word() {
    let issuer = Issuer::of(|document| {
        *member(document, SERVER, "resources") =
            json!([{ "resource_id": "orders", "scopes": ["orders:read"] }]);
        *member(document, SERVER, "protocol_scopes") = json!(["openid", "offline_access"]);
        *member(document, SERVER, "grants") = json!(["authorization_code", "client_credentials"]);
    });
    let asked = "openid email offline_access orders:read orders:cancel orders:burn";
    assert_eq!(
        reasons(&issuer, SERVER, Some("ada"), asked),
        [
            "effective",
            "not_allowed_to_client",
            "no_refresh_grant",
            "effective",
            "not_allowed_to_client",
            "not_defined",
        ]
    );
    assert_eq!(reasons(&issuer, SERVER, None, "openid orders:read"), ["for_users_only", "effective"]);
    assert_eq!(reasons(&issuer, "shop-viewer", None, "orders:cancel"), ["not_granted_by_role"]);
}

#[test]
fn openid_is_not_possible_where_all_keys_are_secret() {
    let issuer = Issuer::of(|document| {
        document["settings"]["access_token_signing_alg"] = json!("HS256");
        for resource in document["resources"].as_array_mut().unwrap() {
            resource.as_object_mut().unwrap().remove("access_token_signing_alg");
        }
        document["signing_keys"].as_array_mut().unwrap().retain(|key| key["jwk"]["kty"] == "oct");
        for client in document["clients"].as_array_mut().unwrap() {
            client.as_object_mut().unwrap().remove("introspection_client_id");
        }
    });
    assert_eq!(reasons(&issuer, SERVER, Some("ada"), "openid"), ["no_public_key"]);
}

#[test]
fn resource_that_the_client_may_not_ask_for_is_an_invalid_target() {
    let issuer = Issuer::new();
    for (resource, id) in
        [(PAYMENTS, json!("payments")), ("https://nowhere.example", json!(null)), ("orders", json!(null))]
    {
        let result = explained(&issuer, &[("client_id", SERVER), ("user_id", "ada"), ("resource", resource)]);
        assert_eq!((&result["refusal"], &result["resource_id"]), (&json!("invalid_target"), &id));
        assert_eq!((&result["granted"], &result["scopes"]), (&json!([]), &json!([])));
    }
    let query = [("client_id", SERVER), ("resource", ORDERS), ("resource", PROFILE)];
    assert_eq!(explained(&issuer, &query)["refusal"], "invalid_target");
}

#[test]
fn without_a_resource_it_is_the_default_one() {
    let result = explained(&Issuer::new(), &[("client_id", SERVER)]);
    assert_eq!((&result["resource_id"], &result["granted"]), (&json!("default"), &json!([])));
    assert_eq!(result.get("refusal"), None);
}

#[test]
fn user_who_may_not_enter_is_refused_and_the_scopes_are_explained_all_the_same() {
    let mut issuer = Issuer::new();
    issuer.republish(|document| *member(document, "sue", "applications") = json!(["shop"]));
    for (user, refusal) in [("paul", "user_not_assigned"), ("sue", "user_suspended")] {
        let result = explained(&issuer, &[("client_id", SERVER), ("user_id", user), ("resource", ORDERS)]);
        assert_eq!((&result["refusal"], &result["granted"]), (&json!(refusal), &json!([])));
        assert_eq!(result["scopes"][0]["reason"], "effective");
    }
}

#[test]
fn client_that_gets_no_tokens_of_its_own_is_refused() {
    let result = explained(&Issuer::new(), &[("client_id", "shop-web"), ("resource", ORDERS)]);
    assert_eq!(result["refusal"], "grant_type_not_allowed");
}

#[test]
fn none_of_the_asked_scopes_is_an_invalid_scope() {
    let query =
        [("client_id", SERVER), ("user_id", "ada"), ("resource", ORDERS), ("scope", "orders:cancel openid2")];
    let result = explained(&Issuer::new(), &query);
    assert_eq!((&result["refusal"], &result["granted"]), (&json!("invalid_scope"), &json!([])));
}

#[test]
fn client_or_user_who_is_unknown_is_404() {
    let issuer = Issuer::new();
    for target in ["/v1/explain?client_id=nobody", "/v1/explain?client_id=shop-server&user_id=nobody"] {
        by_management(&issuer, Call::get(target)).refused_by_management(404, "not_found", "not_found");
    }
}

#[test]
fn explanation_agrees_with_the_tokens_of_every_user_and_client() {
    let issuer = Issuer::new();
    for user in ["ada", "grace"] {
        let body = json!({ "code": backend_link(&issuer, SERVER, user), "resource": ORDERS });
        let tokens = issuer.call(SERVER, "/v1/auth/link/email/authenticate", &body).granted();
        let result = explained(&issuer, &[("client_id", SERVER), ("user_id", user), ("resource", ORDERS)]);
        assert_eq!(scope(&tokens), result["granted"], "{user}");
    }
    for client in ["orders-backend", "shop-viewer", SERVER, "tenant-admin"] {
        let form = Parameters::of(&[("grant_type", "client_credentials"), ("resource", ORDERS)]);
        let tokens = issuer.token(client, &form).granted();
        let result = explained(&issuer, &[("client_id", client), ("resource", ORDERS)]);
        assert_eq!(scope(&tokens), result["granted"], "{client}");
    }
}

fn scope(tokens: &Value) -> Value {
    tokens["scope"].as_str().unwrap_or_default().split(' ').filter(|scope| !scope.is_empty()).collect()
}
