//! A document without faults, and what becomes of it when one thing is changed.

use audgate::config::{Faults, TenantDocument};
use serde_json::{Value, json};

pub(super) const SECRET_HASH: &str = "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub(super) fn es256() -> Value {
    json!({ "kty": "EC", "crv": "P-256", "kid": "es-1", "alg": "ES256",
        "x": "KS_XOsS81yv3MShjtKb9LPt8rdFHUSZ3CFIzmtvI0L8",
        "y": "77olVdiq73eusAniDIx14Z2FtF8ar71VzRX76f7geuc" })
}

pub(super) fn another_es256() -> Value {
    json!({ "kty": "EC", "crv": "P-256", "kid": "es-2", "alg": "ES256",
        "x": "d2GmvAYugSnfmBhhnmVf0mMgmpOq8uvtx8CXgekJqYo",
        "y": "YEDQwqCduRzd61KGigFqo99XLk0aMRFnDUWelg0-khg" })
}

pub(super) fn eddsa() -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": "ed-1", "alg": "EdDSA",
        "x": "OP3O2JBxNAn8OMHvAjEu0-QHN0jwiva6FjE4J_zdq1M" })
}

pub(super) fn rs256() -> Value {
    json!({ "kty": "RSA", "kid": "rs-1", "alg": "RS256", "e": "AQAB",
        "n": "qxb7NWiLmfg01sjljmJPadxWeeDgcViPUMPqHlitgA6H6H-OWO8zkcer98kvwJI9yq6ZH2VB3DIY_HDr0pjvHRkRJQzfDL4GCKwCZluZTyL4w2B3CoIl61tn7EHPjznY_nQfABmA4w-UU6ySzw8CuIVxF40lGsdQgtWmepiH-8LCFC4qhc0ZyVbequOtoHK7PRWXPqXpCyrlg_lfW5-66gCGQ6VT970KcIMZyLmmgbx_GaUHmgFcvjA5izaUhNXIb2eDHIWYCsS990A3Y5OFFMwfPu8dOloxYDZmLLw3GYTyxJA0rpqj9YEwP5jaEKm3V_NOLMreP8vdowsT5ObvLQ" })
}

pub(super) fn hs256() -> Value {
    json!({ "kty": "oct", "kid": "hs-1", "alg": "HS256" })
}

/// Two resources, a role, two applications with a client each, a user, a key.
pub(super) fn document() -> Value {
    json!({
        "tenant_id": "acme",
        "issuer": "https://login.acme.example",
        "hosts": ["login.acme.example"],
        "settings": { "clock_tolerance": 10, "access_token_signing_alg": "ES256" },
        "default_resource": { "preset": "standard", "scopes": [] },
        "resources": [
            {
                "resource_id": "orders", "name": "Orders", "description": "Orders of the shop",
                "uri": "https://api.acme.example/orders",
                "access_token_ttl": 3600, "refresh_token_ttl": 1_209_600, "max_refresh_rotate": 1_209_600,
                "scopes": [
                    { "name": "orders:read", "description": "View orders" },
                    { "name": "orders:cancel", "description": "Cancel orders" }
                ],
                "rules": [
                    { "methods": ["GET", "HEAD"], "path": "/**", "scopes": ["orders:read"], "subjects": ["user", "client"] },
                    { "methods": ["DELETE"], "path": "/*", "scopes": ["orders:cancel"] }
                ],
                "cors": { "origins": ["https://shop.example"], "headers": ["authorization"], "max_age": 600 },
                "sender_constrained": false, "revocation": "bounded"
            },
            {
                "resource_id": "payments", "name": "Payments",
                "uri": "https://api.acme.example/payments",
                "access_token_ttl": 300, "refresh_token_ttl": 86_400, "max_refresh_rotate": 604_800,
                "scopes": [{ "name": "payments:make" }],
                "rules": [{ "methods": ["POST"], "path": "/", "scopes": ["payments:make"] }]
            }
        ],
        "roles": [
            { "role_id": "viewer", "name": "Viewer",
              "resources": [{ "resource_id": "orders", "scopes": ["orders:read"] }] }
        ],
        "applications": [
            { "app_id": "shop", "name": "Shop", "kind": "application" },
            { "app_id": "admin", "name": "Administration", "kind": "management" }
        ],
        "clients": [
            client("shop-backend", "shop"),
            client("console", "admin")
        ],
        "users": [
            { "user_id": "u1", "email": "ada@acme.example", "status": "active",
              "applications": ["shop"], "role_ids": ["viewer"] }
        ],
        "signing_keys": [{ "state": "current", "jwk": es256() }]
    })
}

fn client(id: &str, application: &str) -> Value {
    json!({
        "client_id": id, "name": "A client", "app_id": application, "type": "backend",
        "grants": ["client_credentials"], "token_endpoint_auth_method": "client_secret_basic",
        "secret_hashes": [SECRET_HASH], "redirect_uris": [],
        "resources": [
            { "resource_id": "orders", "scopes": ["orders:read", "orders:cancel"] },
            { "resource_id": "payments", "scopes": ["payments:make"] }
        ],
        "role_ids": [], "protocol_scopes": []
    })
}

pub(super) fn parsed(edit: impl FnOnce(&mut Value)) -> Result<TenantDocument, Faults> {
    let mut document = document();
    edit(&mut document);
    TenantDocument::parse(&document.to_string())
}

/// The changed document, which has no fault.
pub(super) fn accepted(edit: impl FnOnce(&mut Value)) -> TenantDocument {
    parsed(edit).unwrap_or_else(|faults| panic!("faults:\n{faults}"))
}

/// Path and problem of each fault of the changed document.
pub(super) fn faults(edit: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
    let faults = parsed(edit).expect_err("the document has a fault");
    faults.iter().map(|fault| (fault.path().to_owned(), fault.problem().to_owned())).collect()
}

/// The changed document has one fault: there, and its problem has these words.
#[track_caller]
pub(super) fn refused(edit: impl FnOnce(&mut Value), path: &str, problem: &str) {
    let found = faults(edit);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].0, path, "{found:#?}");
    assert!(found[0].1.contains(problem), "{found:#?}");
}

/// The changed document has a fault at each of these paths, in this order.
#[track_caller]
pub(super) fn refused_at(edit: impl FnOnce(&mut Value), paths: &[&str]) {
    let found = faults(edit);
    let found_paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(found_paths, paths, "{found:#?}");
}

pub(super) fn push(list: &mut Value, element: Value) {
    list.as_array_mut().expect("an array").push(element);
}

pub(super) fn remove(object: &mut Value, member: &str) {
    object.as_object_mut().expect("an object").remove(member).expect("a member");
}
