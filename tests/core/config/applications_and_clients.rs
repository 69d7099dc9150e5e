//! Applications and their clients.

use audgate::config::{ApplicationKind, AuthenticationMethod, ClientType, Grant};
use audgate::vocabulary::{ResourceId, Secret};
use serde_json::{Value, json};

use super::builder::{SECRET_HASH, accepted, es256, faults, push, refused, refused_at, remove};
use crate::support::test;

#[test]
fn a_client_says_what_the_document_says() {
    let document = accepted(|document| {
        let client = &mut document["clients"][0];
        client["type"] = json!("web");
        client["grants"] = json!(["authorization_code", "refresh_token"]);
        client["redirect_uris"] = json!(["https://shop.example/callback"]);
        client["role_ids"] = json!(["viewer"]);
        client["protocol_scopes"] = json!(["openid", "offline_access"]);
        client["token_endpoint_auth_method"] = json!("client_secret_post");
    });
    let client = &document.clients()[0];
    assert_eq!(client.id().as_str(), "shop-backend");
    assert_eq!(client.application().as_str(), "shop");
    assert_eq!(client.client_type(), ClientType::Web);
    assert_eq!(client.grants(), [Grant::AuthorizationCode, Grant::RefreshToken]);
    assert!(client.permits_grant(Grant::RefreshToken));
    assert!(!client.permits_grant(Grant::ClientCredentials));
    assert_eq!(client.authentication_method(), AuthenticationMethod::SecretPost);
    assert_eq!(client.secret_hashes().len(), 1);
    assert!(!client.secret_hashes()[0].matches(&Secret::new(b"guess".to_vec())));
    assert_eq!(client.redirect_uris(), ["https://shop.example/callback"]);
    assert_eq!(client.protocol_scopes().to_string(), "openid offline_access");
    assert_eq!(client.role_ids()[0].as_str(), "viewer");
    assert_eq!(client.assignments().len(), 2);
    let orders = client.assignment(&ResourceId::parse("orders").unwrap()).unwrap();
    assert_eq!(orders.to_string(), "orders:read orders:cancel");
    assert!(client.assignment(&ResourceId::parse("default").unwrap()).is_none());
}

#[test]
fn a_client_of_a_management_application_is_one_of_management() {
    let document = accepted(|_| {});
    let management: Vec<bool> = document.clients().iter().map(|client| client.is_management()).collect();
    assert_eq!(management, [false, true]);
    assert_eq!(document.applications()[1].kind(), ApplicationKind::Management);
}

#[test]
fn an_application_is_no_management_unless_it_says_so() {
    let document = accepted(|document| remove(&mut document["applications"][0], "kind"));
    assert_eq!(document.applications()[0].kind(), ApplicationKind::Application);
    refused(
        |document| document["applications"][0]["kind"] = json!("Management"),
        "$.applications[0].kind",
        "is `Management`",
    );
}

#[test]
fn applications_and_clients_are_told_apart_by_their_identifiers() {
    refused_at(
        |document| {
            let application = document["applications"][0].clone();
            push(&mut document["applications"], application);
            let client = document["clients"][0].clone();
            push(&mut document["clients"], client);
        },
        &["$.applications[2].app_id", "$.clients[2].client_id"],
    );
}

#[test]
fn a_client_belongs_to_an_application_that_exists() {
    refused(|document| remove(&mut document["clients"][0], "app_id"), "$.clients[0].app_id", "is missing");
}

#[test]
fn a_client_of_an_unknown_application_is_refused() {
    let found = faults(|document| document["clients"][0]["app_id"] = json!("store"));
    assert_eq!(
        found,
        [
            ("$.applications[0].app_id".to_owned(), "the application `shop` has no client".to_owned()),
            ("$.clients[0].app_id".to_owned(), "there is no application `store`".to_owned()),
        ]
    );
}

#[test]
fn an_application_has_a_client() {
    refused(
        |document| push(&mut document["applications"], json!({ "app_id": "idle", "name": "Idle" })),
        "$.applications[2].app_id",
        "the application `idle` has no client",
    );
}

#[test]
fn a_client_names_resources_scopes_and_roles_that_exist() {
    refused(
        |document| {
            push(&mut document["clients"][0]["resources"], json!({ "resource_id": "x", "scopes": [] }))
        },
        "$.clients[0].resources[2].resource_id",
        "there is no resource `x`",
    );
    refused(
        |document| push(&mut document["clients"][0]["resources"][0]["scopes"], json!("orders:refund")),
        "$.clients[0].resources[0].scopes[2]",
        "the resource defines no scope `orders:refund`",
    );
    refused(
        |document| document["clients"][0]["role_ids"] = json!(["viewer", "editor"]),
        "$.clients[0].role_ids[1]",
        "there is no role `editor`",
    );
    refused(
        |document| {
            push(&mut document["clients"][0]["resources"], json!({ "resource_id": "orders", "scopes": [] }))
        },
        "$.clients[0].resources[2].resource_id",
        "`orders` stands twice",
    );
    refused(
        |document| remove(&mut document["clients"][0]["resources"][0], "scopes"),
        "$.clients[0].resources[0].scopes",
        "is missing",
    );
}

#[test]
fn a_client_with_a_secret_method_has_the_hash_of_a_secret() {
    for method in ["client_secret_basic", "client_secret_post"] {
        refused(
            |document| {
                document["clients"][0]["token_endpoint_auth_method"] = json!(method);
                document["clients"][0]["secret_hashes"] = json!([]);
            },
            "$.clients[0].secret_hashes",
            "is empty",
        );
    }
    refused(
        |document| remove(&mut document["clients"][0], "secret_hashes"),
        "$.clients[0].secret_hashes",
        "is missing",
    );
}

#[test]
fn a_secret_in_clear_is_refused_and_not_shown() {
    let secret = "correct-horse-battery-staple-correct-horse";
    for clear in [secret.to_owned(), format!("sha256:{secret}"), format!("sha256:{secret}=")] {
        let found = faults(|document| document["clients"][0]["secret_hashes"] = json!([clear]));
        assert_eq!(
            found,
            [("$.clients[0].secret_hashes[0]".to_owned(), "is not the hash of a secret".to_owned())]
        );
    }
}

#[test]
fn a_secret_stands_once() {
    refused(
        |document| document["clients"][0]["secret_hashes"] = json!([SECRET_HASH, SECRET_HASH]),
        "$.clients[0].secret_hashes[1]",
        "stands twice",
    );
}

fn public(document: &mut Value) {
    let client = &mut document["clients"][0];
    client["token_endpoint_auth_method"] = json!("none");
    client["type"] = json!("native");
    client["grants"] = json!(["authorization_code"]);
    client["redirect_uris"] = json!(["com.example.shop:/callback"]);
    client["secret_hashes"] = json!([]);
}

#[test]
fn a_public_client_has_no_secret_and_no_client_credentials() {
    assert_eq!(accepted(public).clients()[0].authentication_method(), AuthenticationMethod::None);
    refused(
        |document| {
            public(document);
            document["clients"][0]["secret_hashes"] = json!([SECRET_HASH]);
        },
        "$.clients[0].secret_hashes[0]",
        "the client's method uses no secret",
    );
    refused(
        |document| {
            public(document);
            document["clients"][0]["grants"] = json!(["authorization_code", "client_credentials"]);
        },
        "$.clients[0].grants[1]",
        "a public client cannot use `client_credentials`",
    );
}

#[test]
fn a_client_with_a_key_has_public_keys_and_no_secret() {
    let with_key = |document: &mut Value| {
        let client = &mut document["clients"][0];
        client["token_endpoint_auth_method"] = json!("private_key_jwt");
        client["jwks"] = json!({ "keys": [es256()] });
        client.as_object_mut().unwrap().remove("secret_hashes");
    };
    let accepted = accepted(with_key);
    assert_eq!(accepted.clients()[0].authentication_method(), AuthenticationMethod::PrivateKeyJwt);
    assert_eq!(accepted.clients()[0].keys().iter().count(), 1);
    let faulty = |change: fn(&mut Value), path: &str, problem: &str| {
        refused(
            |document| {
                with_key(document);
                change(&mut document["clients"][0]);
            },
            path,
            problem,
        );
    };
    let without_keys = |client: &mut Value| drop(client.as_object_mut().unwrap().remove("jwks"));
    faulty(without_keys, "$.clients[0].jwks", "is missing");
    faulty(|client| client["jwks"] = json!({ "keys": [] }), "$.clients[0].jwks.keys", "is empty");
    faulty(|client| client["jwks"]["keys"][0]["d"] = json!("AAAA"), "$.clients[0].jwks.keys[0]", "");
    let secret = json!({ "kty": "oct", "alg": "HS256", "k": "A".repeat(43) });
    let symmetric = move |client: &mut Value| client["jwks"]["keys"][0] = secret.clone();
    refused(
        |document| {
            with_key(document);
            symmetric(&mut document["clients"][0]);
        },
        "$.clients[0].jwks.keys[0]",
        "a private or secret key stands in the document",
    );
    refused(
        |document| document["clients"][0]["jwks"] = json!({ "keys": [es256()] }),
        "$.clients[0].jwks",
        "the client's method uses no keys",
    );
}

#[test]
fn where_a_session_ends_is_told_to_safe_addresses_only() {
    for uri in ["http://shop.example/logout", "com.example.app:/logout", "https://shop.example/#x", "/logout"]
    {
        let told = |document: &mut Value| document["clients"][0]["backchannel_logout_uri"] = json!(uri);
        refused(told, "$.clients[0].backchannel_logout_uri", "");
    }
}

#[test]
fn methods_that_nobody_has_are_refused() {
    refused(
        |document| document["clients"][0]["token_endpoint_auth_method"] = json!("tls_client_auth"),
        "$.clients[0].token_endpoint_auth_method",
        "is `tls_client_auth`",
    );
}

#[test]
fn grants_are_those_of_the_list() {
    for grant in ["password", "implicit", "Client_Credentials", ""] {
        refused(
            |document| document["clients"][0]["grants"] = json!([grant]),
            "$.clients[0].grants[0]",
            "no such grant",
        );
    }
}

#[test]
fn a_client_of_management_has_client_credentials_only() {
    refused(
        |document| {
            document["clients"][1]["grants"] = json!(["client_credentials", "authorization_code"]);
            document["clients"][1]["redirect_uris"] = json!(["https://console.acme.example/"]);
        },
        "$.clients[1].grants[1]",
        "a client of a management application cannot use `authorization_code`",
    );
}

#[test]
fn a_code_needs_somewhere_to_go() {
    refused(
        |document| document["clients"][0]["grants"] = json!(["authorization_code"]),
        "$.clients[0].grants[0]",
        "there is no redirect URI",
    );
}

#[test]
fn redirect_uris_are_https_loopback_or_a_native_clients_own() {
    let with = |kind: &str, uri: &str| {
        let (kind, uri) = (kind.to_owned(), uri.to_owned());
        move |document: &mut Value| {
            document["clients"][0]["type"] = json!(kind);
            document["clients"][0]["redirect_uris"] = json!([uri]);
        }
    };
    for (kind, uri) in [
        ("web", "https://shop.example/callback?x=1"),
        ("web", "http://localhost:3000/callback"),
        ("native", "http://127.0.0.1/callback"),
        ("native", "http://[::1]:49152/"),
        ("native", "com.example.shop:/callback"),
    ] {
        accepted(with(kind, uri));
    }
    for (kind, uri, problem) in [
        ("web", "http://shop.example/", "loopback hosts only"),
        ("web", "http://localhost.evil.example/", "loopback hosts only"),
        ("web", "com.example.shop:/callback", "for native clients"),
        ("backend", "com.example.shop:/callback", "for native clients"),
        ("native", "javascript:alert(1)", "has a dot"),
        ("native", "data:text/html,x", "has a dot"),
        ("native", "shop:/callback", "has a dot"),
        ("web", "https://shop.example/#x", "no fragment"),
        ("web", "https://shop.example/#", "no fragment"),
        ("web", "https://me@shop.example/", "no user information"),
        ("web", "/callback", "absolute"),
        ("web", "https:shop.example", "absolute"),
        ("web", "https://shop.example/a b", "no space"),
        ("web", "https://shop.example\\@evil.example/", "no backslash"),
        ("web", "https://shop.example/é", "ASCII"),
        ("web", "", "absolute"),
    ] {
        refused(with(kind, uri), "$.clients[0].redirect_uris[0]", problem);
    }
}

#[test]
fn protocol_scopes_are_those_of_the_protocol() {
    refused(
        |document| document["clients"][0]["protocol_scopes"] = json!(["openid", "orders:read"]),
        "$.clients[0].protocol_scopes[1]",
        "not a scope of the protocol",
    );
}
