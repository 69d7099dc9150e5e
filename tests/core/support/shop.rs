//! The tenant of the tests with users and a client of every kind that lets them log in.

use audgate::vocabulary::Secret;
use serde_json::{Value, json};

use super::tenant::{ES256, SECRET, document, published};

pub(crate) const CALLBACK: &str = "https://shop.example/callback";
pub(crate) const OTHER_CALLBACK: &str = "https://shop.example/other?tenant=1";
pub(crate) const AFTER_LOGOUT: &str = "https://shop.example/bye";
pub(crate) const LOGOUT_LISTENER: &str = "https://shop.example/logout-listener";

/// A confidential client of the shop, with a secret: the usual one.
pub(crate) const SERVER: &str = "shop-server";
/// Another one of the same application.
pub(crate) const SISTER: &str = "shop-sister";
/// A public client in browsers.
pub(crate) const WEB: &str = "shop-web";
/// A public client on devices.
pub(crate) const APP: &str = "shop-app";
/// Somebody else's software, whose name is hostile.
pub(crate) const INSIGHTS: &str = "insights";
/// A client with a key of its own, which is, at worst, the very key with which the tenant signs.
pub(crate) const SERVICE: &str = "shop-service";
/// A confidential client of another application.
pub(crate) const PARTNER: &str = "partner-server";

pub(crate) const HOSTILE_NAME: &str = "Insights <script>alert(1)</script>\"'&";

/// The document of [`document`], with users and clients that log them in.
pub(crate) fn shop() -> Value {
    let mut document = document();
    document["resources"][0]["introspection_client_id"] = json!("orders-backend");
    push(
        &mut document,
        "roles",
        json!({ "role_id": "manager", "name": "Manager", "resources": [
        { "resource_id": "orders", "scopes": ["orders:read", "orders:cancel"] },
    ] }),
    );
    for user in [
        user("grace", "active", json!(["shop", "partners"]), json!(["viewer", "manager"])),
        user("sue", "suspended", json!(["shop"]), json!(["viewer"])),
        user("paul", "active", json!(["partners"]), json!(["viewer"])),
    ] {
        push(&mut document, "users", user);
    }
    let mut insights = client(INSIGHTS, "web", "client_secret_post", false);
    insights["name"] = json!(HOSTILE_NAME);
    insights["third_party"] = json!(true);
    let mut service = client(SERVICE, "backend", "private_key_jwt", true);
    service["jwks"] = json!({ "keys": [published(ES256)] });
    let mut app = client(APP, "native", "none", false);
    app["redirect_uris"] = json!([CALLBACK, "http://127.0.0.1/callback", "com.example.shop:/callback"]);
    let mut web = client(WEB, "web", "none", false);
    web["redirect_uris"] = json!([CALLBACK, "http://127.0.0.1/callback"]);
    let mut partner = client(PARTNER, "backend", "client_secret_basic", true);
    partner["app_id"] = json!("partners");
    let server = client(SERVER, "backend", "client_secret_basic", true);
    let sister = client(SISTER, "backend", "client_secret_basic", true);
    for client in [server, sister, web, app, insights, service, partner] {
        push(&mut document, "clients", client);
    }
    document
}

/// The member `name` of the user or client `id` in a document.
pub(crate) fn member<'a>(document: &'a mut Value, id: &str, name: &str) -> &'a mut Value {
    for (list, own) in [("users", "user_id"), ("clients", "client_id")] {
        let found = document[list].as_array().unwrap().iter().position(|entry| entry[own] == id);
        if let Some(index) = found {
            return &mut document[list][index][name];
        }
    }
    panic!("no user and no client is `{id}`")
}

fn user(id: &str, status: &str, applications: Value, role_ids: Value) -> Value {
    json!({
        "user_id": id, "email": format!("{id}@shop.example"), "status": status, "applications": applications,
        "role_ids": role_ids,
    })
}

fn client(id: &str, kind: &str, method: &str, for_itself: bool) -> Value {
    let mut client = json!({
        "client_id": id, "app_id": "shop", "name": id, "type": kind, "grants": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": method, "redirect_uris": [CALLBACK, OTHER_CALLBACK],
        "post_logout_redirect_uris": [AFTER_LOGOUT], "backchannel_logout_uri": LOGOUT_LISTENER,
        "resources": [
            { "resource_id": "orders", "scopes": ["orders:read", "orders:cancel"] },
            { "resource_id": "profile", "scopes": ["profile:read"] },
        ],
        "protocol_scopes": ["openid", "profile", "email", "offline_access"],
    });
    if method.starts_with("client_secret") {
        client["secret_hashes"] = json!([Secret::new(SECRET.into()).hash().to_string()]);
    }
    if for_itself {
        push(&mut client, "grants", json!("client_credentials"));
    }
    client
}

fn push(object: &mut Value, list: &str, element: Value) {
    object[list].as_array_mut().unwrap().push(element);
}
