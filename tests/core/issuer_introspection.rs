//! Token introspection: RFC 7662. Whoever has no business with a token learns that it is not active, and no more.

use serde_json::{Value, json};

use crate::support::issuer::{Call, Issuer, Parameters, Reply};
use crate::support::login::{Browser, authorization_request, redemption, text, tokens};
use crate::support::shop::{APP, INSIGHTS, PARTNER, SERVER, SISTER, WEB, member};
use crate::support::tenant::{ISSUER, ORDERS, PROFILE};
use crate::support::test;

fn inspect(issuer: &Issuer, client: &str, token: &str) -> Reply {
    issuer.ask(client, "/oidc/introspect", &Parameters::of(&[("token", token)]))
}

#[track_caller]
fn inactive(issuer: &Issuer, client: &str, token: &str) {
    assert_eq!(inspect(issuer, client, token).granted(), json!({ "active": false }));
}

#[track_caller]
fn active(issuer: &Issuer, client: &str, token: &str) -> Value {
    let described = inspect(issuer, client, token).granted();
    assert_eq!(described["active"], true);
    described
}

#[test]
fn access_token_is_described_to_its_client_and_to_the_client_of_its_resource() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    let described = active(&issuer, SERVER, &token);
    assert_eq!(
        (&described["iss"], &described["sub"], &described["aud"]),
        (&json!(ISSUER), &json!("ada"), &json!(ORDERS))
    );
    assert_eq!((&described["client_id"], &described["token_type"]), (&json!(SERVER), &json!("Bearer")));
    assert_eq!(active(&issuer, "orders-backend", &token), described);
}

#[test]
fn access_token_is_nobody_elses_business() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    for stranger in [SISTER, PARTNER, INSIGHTS, "tenant-admin"] {
        inactive(&issuer, stranger, &token);
    }
}

#[test]
fn client_of_one_resource_learns_nothing_of_anothers_tokens() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).with("resource", PROFILE).with("scope", "profile:read");
    let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    let token = text(&issuer.token(SERVER, &redemption(&code)).granted(), "access_token");
    active(&issuer, SERVER, &token);
    inactive(&issuer, "orders-backend", &token);
}

#[test]
fn refresh_token_is_described_to_its_own_client_only() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "refresh_token");
    let described = active(&issuer, SERVER, &token);
    assert_eq!((&described["token_type"], &described["sub"]), (&json!("refresh_token"), &json!("ada")));
    for stranger in [SISTER, PARTNER, "orders-backend"] {
        inactive(&issuer, stranger, &token);
    }
}

#[test]
fn only_the_leaf_of_a_family_is_active_and_looking_changes_nothing() {
    let issuer = Issuer::new();
    let first = text(&tokens(&issuer, SERVER, "ada"), "refresh_token");
    let leaf = text(&issuer.refresh(SERVER, &first).granted(), "refresh_token");
    let before = issuer.objects();
    inactive(&issuer, SERVER, &first);
    active(&issuer, SERVER, &leaf);
    assert!(issuer.objects() == before);
    issuer.refresh(SERVER, &leaf).granted();
}

#[test]
fn public_clients_learn_nothing() {
    let issuer = Issuer::new();
    for client in [WEB, APP] {
        let token = text(&tokens(&issuer, client, "ada"), "access_token");
        inspect(&issuer, client, &token).refused(401, "invalid_client", "authentication_failed");
    }
}

#[test]
fn client_must_authenticate() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    let form = Parameters::of(&[("token", &token), ("client_id", SERVER)]);
    let reply = issuer.answer(&Call::post("/oidc/introspect", &form));
    reply.refused(401, "invalid_client", "authentication_missing");
    let bearer = Call::post("/oidc/introspect", &form).bearer(&issuer.client_token(SERVER));
    issuer.answer(&bearer).refused(401, "invalid_client", "authentication_malformed");
}

#[test]
fn expired_tokens_are_inactive() {
    let issuer = Issuer::new();
    let given = tokens(&issuer, SERVER, "ada");
    issuer.later(3_611);
    inactive(&issuer, SERVER, &text(&given, "access_token"));
    issuer.later(1_209_600);
    inactive(&issuer, SERVER, &text(&given, "refresh_token"));
}

#[test]
fn tokens_of_an_ended_session_are_inactive() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let code = browser.log_in(&issuer, SERVER, "ada");
    let given = issuer.token(SERVER, &redemption(&code)).granted();
    browser.post(&issuer, "/oidc/session/end/confirm", &[]);
    inactive(&issuer, SERVER, &text(&given, "access_token"));
    inactive(&issuer, SERVER, &text(&given, "refresh_token"));
}

#[test]
fn tokens_of_a_user_whom_the_record_suspends_or_lost_are_inactive() {
    let mut issuer = Issuer::new();
    let given = tokens(&issuer, SERVER, "ada");
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    inactive(&issuer, SERVER, &text(&given, "access_token"));
    issuer.republish(|document| {
        document["users"].as_array_mut().unwrap().retain(|user| user["user_id"] != "ada");
    });
    inactive(&issuer, SERVER, &text(&given, "access_token"));
    inactive(&issuer, SERVER, &text(&given, "refresh_token"));
}

#[test]
fn tokens_of_a_client_that_was_removed_are_inactive() {
    let mut issuer = Issuer::new();
    let given = tokens(&issuer, SERVER, "ada");
    issuer.republish(|document| {
        document["clients"].as_array_mut().unwrap().retain(|client| client["client_id"] != SERVER);
    });
    inactive(&issuer, "orders-backend", &text(&given, "access_token"));
}

#[test]
fn what_cannot_be_told_now_is_503() {
    let issuer = Issuer::new();
    let given = tokens(&issuer, SERVER, "ada");
    for name in ["access_token", "refresh_token"] {
        issuer.fail_call(0, crate::support::host::CallFault::Unavailable);
        let reply = inspect(&issuer, SERVER, &text(&given, name));
        reply.refused(503, "temporarily_unavailable", "host_unavailable");
    }
}

#[test]
fn token_is_required() {
    let reply = Issuer::new().ask(SERVER, "/oidc/introspect", &Parameters::of(&[]));
    reply.refused(400, "invalid_request", "parameter_missing");
}
