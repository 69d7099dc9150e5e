//! The backend authentication API (R7, R8, R15-R18, R21, R32; THREATS D1, D7, D12): who may call, with what, for whom.

use serde_json::{Value, json};

use crate::support::issuer::{Issuer, Reply};
use crate::support::login::{EVERYTHING, backend_link, backend_login, text};
use crate::support::shop::{CALLBACK, SERVER};
use crate::support::tenant::ORDERS;
use crate::support::test;

mod bodies;
mod callers;
mod links;
mod newcomers;
mod sessions;

const SEND: &str = "/v1/auth/link/email/send";
const AUTHENTICATE: &str = "/v1/auth/link/email/authenticate";
const SILENTLY: &str = "/v1/auth/session/authenticate";
const REFRESH: &str = "/v1/auth/token/refresh";
const LOGOUT: &str = "/v1/auth/session/logout";

fn redeem(issuer: &Issuer, client: &str, code: &str) -> Reply {
    issuer.call(client, AUTHENTICATE, &json!({ "code": code, "resource": ORDERS, "scope": EVERYTHING }))
}

fn silently(issuer: &Issuer, client: &str, session_id: &str) -> Reply {
    issuer.call(client, SILENTLY, &json!({ "session_id": session_id, "resource": ORDERS }))
}

fn to_ada() -> Value {
    json!({ "email": "ada@shop.example", "redirect_uri": CALLBACK })
}

#[test]
fn link_gives_tokens_and_a_session() {
    let issuer = Issuer::new();
    let response = backend_login(&issuer, SERVER, "ada");
    let claims = crate::support::issuer::claims(&text(&response, "access_token"));
    assert_eq!(
        (&claims["sub"], &claims["client_id"], &claims["aud"]),
        (&json!("ada"), &json!(SERVER), &json!(ORDERS))
    );
    silently(&issuer, SERVER, &text(&response, "session_id")).granted();
    assert!(response["refresh_token"].is_string() && response["id_token"].is_string());
}

#[test]
fn link_leads_to_the_applications_own_page_with_its_state() {
    let issuer = Issuer::new();
    let body = json!({ "email": "ada@shop.example", "redirect_uri": CALLBACK, "state": "a&b=\"" });
    assert_eq!(issuer.call(SERVER, SEND, &body).granted(), json!({ "status": "sent" }));
    let link = url::Url::parse(&issuer.host.mails.borrow()[0].link).unwrap();
    assert_eq!(link.as_str().split('?').next(), Some(CALLBACK));
    assert!(link.query_pairs().any(|pair| pair == ("state".into(), "a&b=\"".into())));
}

#[test]
fn no_refresh_token_without_offline_access_and_none_at_a_refresh_gets_a_session() {
    let issuer = Issuer::new();
    let code = backend_link(&issuer, SERVER, "ada");
    let body = json!({ "code": code, "resource": ORDERS, "scope": "orders:read" });
    assert_eq!(issuer.call(SERVER, AUTHENTICATE, &body).granted().get("refresh_token"), None);
    let session = backend_login(&issuer, SERVER, "ada");
    let body = json!({ "refresh_token": session["refresh_token"] });
    let refreshed = issuer.call(SERVER, REFRESH, &body).granted();
    assert_eq!(refreshed.get("session_id"), None);
    assert!(refreshed["refresh_token"].is_string());
}

#[test]
fn paths_that_are_none_are_nobodys() {
    let issuer = Issuer::new();
    for path in [
        "/v1/",
        "/v1/auth",
        "/v1/auth/users//sessions",
        "/v1/auth/users/a%2Fb/sessions",
        "/v1/auth/users/ada/sessions/x",
    ] {
        let call = crate::support::issuer::Call::get(path);
        assert!(issuer.answer_if_ours(&call).is_none(), "{path}");
    }
}

#[test]
fn other_methods_are_405() {
    let issuer = Issuer::new();
    for (path, allowed) in [
        (SEND, "POST"),
        (AUTHENTICATE, "POST"),
        (SILENTLY, "POST"),
        (REFRESH, "POST"),
        (LOGOUT, "POST"),
        ("/v1/auth/users/ada/sessions", "GET, DELETE"),
    ] {
        let reply = issuer.answer(&crate::support::issuer::Call::get(path).method("PATCH"));
        assert_eq!((reply.status, reply.header("allow")), (405, Some(allowed)), "{path}");
    }
}
