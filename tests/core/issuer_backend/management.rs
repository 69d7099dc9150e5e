//! What management may do to users, and nobody else (R17, R18, R21).

use serde_json::{Value, json};

use crate::support::issuer::{Call, Issuer, Reply};
use crate::support::login::{backend_login, text, tokens};
use crate::support::shop::{PARTNER, SERVER};
use crate::support::test;

const ADMIN: &str = "tenant-admin";

fn update(issuer: &Issuer, client: &str, user: &str, body: &Value) -> Reply {
    let call = Call::json(&format!("/v1/users/{user}"), body).method("PUT");
    issuer.answer(&call.bearer(&issuer.client_token(client)))
}

fn end(issuer: &Issuer, client: &str, user: &str) -> Reply {
    let call = Call::get(&format!("/v1/sessions/{user}")).method("DELETE");
    issuer.answer(&call.bearer(&issuer.client_token(client)))
}

#[test]
fn only_management_suspends_and_ends_sessions() {
    let issuer = Issuer::new();
    let session = backend_login(&issuer, SERVER, "ada");
    for client in [SERVER, PARTNER, "orders-backend"] {
        for reply in
            [update(&issuer, client, "ada", &json!({ "status": "suspended" })), end(&issuer, client, "ada")]
        {
            assert_eq!((reply.status, reply.reason), (403, Some("wrong_subject")));
        }
    }
    issuer.refresh(SERVER, &text(&session, "refresh_token")).granted();
}

#[test]
fn users_own_token_suspends_nobody() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    let call = Call::json("/v1/users/ada", &json!({ "status": "suspended" })).method("PUT");
    assert_eq!(issuer.answer(&call.bearer(&token)).status, 401);
}

#[test]
fn client_reads_sessions_of_its_own_applications_users_only() {
    let issuer = Issuer::new();
    backend_login(&issuer, SERVER, "ada");
    let read = |client: &str, user: &str| {
        let call = Call::get(&format!("/v1/sessions/{user}"));
        issuer.answer(&call.bearer(&issuer.client_token(client)))
    };
    assert_eq!(read(SERVER, "ada").json()["result"].as_array().unwrap().len(), 1);
    assert_eq!(read(PARTNER, "ada").reason, Some("wrong_subject"));
    assert_eq!(read(PARTNER, "nobody").reason, Some("wrong_subject"));
    assert_eq!((read(ADMIN, "ada").status, read(ADMIN, "nobody").status), (200, 404));
}

#[test]
fn status_is_one_of_two() {
    let issuer = Issuer::new();
    for (body, reason) in [
        (json!({}), "parameter_missing"),
        (json!({ "status": "deleted" }), "parameter_malformed"),
        (json!({ "status": true }), "parameter_malformed"),
        (json!({ "status": "active", "email": "x@y.example" }), "malformed_json"),
    ] {
        update(&issuer, ADMIN, "ada", &body).refused(400, "invalid_request", reason);
    }
    assert!(issuer.objects().is_empty());
}

#[test]
fn suspension_ends_access_tokens_that_were_issued_before() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    update(&issuer, ADMIN, "ada", &json!({ "status": "suspended" })).granted();
    let form = crate::support::issuer::Parameters::of(&[("token", &token)]);
    assert_eq!(issuer.ask(SERVER, "/oidc/introspect", &form).granted(), json!({ "active": false }));
}

#[test]
fn suspension_of_a_user_whom_nobody_has_seen_yet_holds() {
    let issuer = Issuer::new();
    update(&issuer, ADMIN, "ada", &json!({ "status": "suspended" })).granted();
    let code = crate::support::login::backend_link(&issuer, SERVER, "ada");
    let reply = super::redeem(&issuer, SERVER, &code);
    reply.refused(400, "invalid_grant", "user_suspended");
    update(&issuer, ADMIN, "ada", &json!({ "status": "active" })).granted();
    issuer.later(1);
    backend_login(&issuer, SERVER, "ada");
}

#[test]
fn clients_of_the_user_are_told() {
    let issuer = Issuer::new();
    tokens(&issuer, SERVER, "ada");
    update(&issuer, ADMIN, "ada", &json!({ "status": "suspended" })).granted();
    assert_eq!(issuer.host.deliveries.borrow().len(), 1);
}
