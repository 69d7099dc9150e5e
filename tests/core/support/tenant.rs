//! The tenant of the tests.

use std::collections::BTreeMap;
use std::rc::Rc;

use audgate::config::{Tenant, TenantDocument};
use audgate::directory::publication::publish;
use audgate::gate::Gate;
use audgate::vocabulary::{Secret, TenantId, UnixTime};
use serde_json::{Value, json};

/// The moment at which the tests happen.
pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const ORDERS: &str = "https://api.example/orders";
pub(crate) const PROFILE: &str = "https://api.example/profile";
pub(crate) const PAYMENTS: &str = "https://api.example/payments";
pub(crate) const LEDGER: &str = "https://api.example/ledger";
pub(crate) const ARCHIVE: &str = "https://api.example/orders/archive";

/// The secret of every client of the tests.
pub(crate) const SECRET: &str = "a-secret-of-the-tests-that-is-long-enough";

/// Keys of the tests, which protect nothing.
pub(crate) const ES256: &str = r#"{"kty":"EC","crv":"P-256","x":"rwiGWVoWLS_9qpJ_zW5jB4pILWy7JFOFHCc7UNW-scg","y":"rXys9NHJGW18brgNxwfMGQ4D-kI9M-lhpXA4qBiOuCs","d":"C8LFAoDxPFRm7iST1xY7kYf_7kd-Mju41wtjwCBI5eE","kid":"es256","alg":"ES256"}"#;
pub(crate) const EDDSA: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"lnWiMLsOudk-l9d3KAQVwpeHaEj_m32ljQuGSlWRexY","d":"-NkH91nGdCrOqXfcRzXPRWIGANIZXsZ8pzNlbsXi1Yg","kid":"eddsa","alg":"EdDSA"}"#;
pub(crate) const HS256: &str = r#"{"kty":"oct","k":"c2l4dHktZm91ci1vY3RldHMtb2YtYS1rZXktdGhhdC1wcm90ZWN0cy1ub3RoaW5nLWF0LWFsbA","kid":"hs256","alg":"HS256"}"#;

/// The tenant document, to be changed by a test as it needs.
pub(crate) fn document() -> Value {
    let client = |id: &str, app: &str, resources: Value| {
        json!({
            "client_id": id, "app_id": app, "name": id, "type": "backend", "grants": ["client_credentials"],
            "token_endpoint_auth_method": "client_secret_basic",
            "secret_hashes": [Secret::new(SECRET.into()).hash().to_string()], "resources": resources,
        })
    };
    let mut viewer = client(
        "shop-viewer",
        "shop",
        json!([
            { "resource_id": "orders", "scopes": ["orders:read", "orders:cancel"] },
            { "resource_id": "profile", "scopes": ["profile:read"] },
        ]),
    );
    viewer["role_ids"] = json!(["viewer"]);
    let keys = [ES256, EDDSA, HS256].map(|key| json!({ "state": "current", "jwk": published(key) }));
    json!({
        "tenant_id": "demo", "issuer": ISSUER, "hosts": ["issuer.example"],
        "settings": { "clock_tolerance": 10, "access_token_signing_alg": "ES256" },
        "default_resource": { "preset": "standard", "scopes": [] },
        "resources": [
            resource("orders", ORDERS, 3_600, json!(["orders:read", "orders:cancel"]), json!([
                { "methods": ["GET", "HEAD"], "path": "/**", "scopes": ["orders:read"] },
                { "methods": ["DELETE"], "path": "/*", "scopes": ["orders:read", "orders:cancel"] },
                { "methods": ["GET"], "path": "/status", "public": true },
                { "methods": ["POST"], "path": "/import", "subjects": ["management"] },
            ])),
            resource("archive", ARCHIVE, 600, json!(["archive:read"]), json!([
                { "methods": ["GET"], "path": "/**", "scopes": ["archive:read"] },
            ])),
            resource("profile", PROFILE, 3_600, json!(["profile:read"]), json!([
                { "methods": ["GET"], "path": "/", "scopes": ["profile:read"] },
                { "methods": ["GET"], "path": "/users/{sub}/**", "scopes": ["profile:read"] },
                { "methods": ["GET"], "path": "/apps/{app_id}/**", "subjects": ["client", "management"] },
                { "methods": ["GET"], "path": "/sessions/{sid}" },
                { "methods": ["GET"], "path": "/clients/{client_id}" },
                { "methods": ["GET"], "path": "/tenants/{tid}" },
            ])),
            {
                "resource_id": "payments", "name": "payments", "uri": PAYMENTS,
                "access_token_ttl": 300, "refresh_token_ttl": 3_600, "max_refresh_rotate": 86_400,
                "access_token_signing_alg": "EdDSA", "scopes": [{ "name": "payments:make", "description": "" }],
                "rules": [{ "methods": ["*"], "path": "/**", "scopes": ["payments:make"] }],
                "cors": { "origins": ["https://shop.example"], "headers": ["authorization"], "max_age": 600 },
            },
            {
                "resource_id": "ledger", "name": "ledger", "uri": LEDGER,
                "access_token_ttl": 300, "refresh_token_ttl": 3_600, "max_refresh_rotate": 86_400,
                "access_token_signing_alg": "HS256", "scopes": [],
                "rules": [{ "methods": ["GET"], "path": "/**" }],
            },
        ],
        "roles": [{ "role_id": "viewer", "name": "Viewer", "resources": [
            { "resource_id": "orders", "scopes": ["orders:read"] },
            { "resource_id": "profile", "scopes": ["profile:read"] },
        ] }],
        "applications": [
            { "app_id": "shop", "name": "Shop", "kind": "application" },
            { "app_id": "partners", "name": "Partners", "kind": "application" },
            { "app_id": "admin", "name": "Admin", "kind": "management" },
        ],
        "clients": [
            client("orders-backend", "shop", json!([
                { "resource_id": "orders", "scopes": ["orders:read", "orders:cancel"] },
                { "resource_id": "ledger", "scopes": [] },
            ])),
            viewer,
            client("partner-app", "partners", json!([{ "resource_id": "profile", "scopes": ["profile:read"] }])),
            client("tenant-admin", "admin", json!([
                { "resource_id": "orders", "scopes": ["orders:read", "orders:cancel"] },
                { "resource_id": "archive", "scopes": ["archive:read"] },
                { "resource_id": "profile", "scopes": ["profile:read"] },
                { "resource_id": "payments", "scopes": ["payments:make"] },
            ])),
        ],
        "users": [{
            "user_id": "ada", "email": "ada@shop.example", "status": "active", "applications": ["shop"],
            "role_ids": ["viewer"],
        }],
        "signing_keys": keys,
    })
}

fn resource(id: &str, uri: &str, access_token_ttl: u64, scopes: Value, rules: Value) -> Value {
    let scopes: Vec<Value> =
        scopes.as_array().unwrap().iter().map(|name| json!({ "name": name, "description": "" })).collect();
    json!({
        "resource_id": id, "name": id, "uri": uri, "access_token_ttl": access_token_ttl,
        "refresh_token_ttl": 1_209_600, "max_refresh_rotate": 1_209_600, "scopes": scopes, "rules": rules,
    })
}

/// The key as a document may name it: no private member, no secret.
pub(crate) fn published(key: &str) -> Value {
    let mut key: Value = serde_json::from_str(key).unwrap();
    let members = key.as_object_mut().unwrap();
    members.remove("d");
    members.remove("k");
    key
}

/// The records that are published of `document`.
pub(crate) fn records(document: &Value) -> BTreeMap<String, String> {
    let document = TenantDocument::parse(&document.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let publication = publish(&document, UnixTime::from_seconds(NOW - 60), None);
    publication.entries.into_iter().map(|entry| (entry.key, entry.value)).collect()
}

/// The tenant as gate and issuer read it, with the symmetric key that the host supplies.
pub(crate) fn tenant_of(document: &Value) -> Tenant {
    let id = TenantId::parse("demo").unwrap();
    let mut tenant =
        Tenant::parse(&records(document)["tenant/demo"], &id).unwrap_or_else(|faults| panic!("{faults}"));
    tenant.supply_secret_keys(&format!(r#"{{"keys":[{HS256}]}}"#)).unwrap();
    tenant
}

pub(crate) fn tenant() -> Tenant {
    tenant_of(&document())
}

pub(crate) fn gate() -> Gate {
    Gate::new(Rc::new(tenant()))
}
