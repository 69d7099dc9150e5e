//! Sessions that an application's server holds: silent authentication, listing, logout (R17, R29, R32).

use serde_json::json;

use super::{LOGOUT, SILENTLY, silently};
use crate::support::issuer::{Call, Issuer, claims};
use crate::support::login::{Browser, authorization_request, backend_login, text, tokens};
use crate::support::shop::{PARTNER, SERVER, SISTER, member};
use crate::support::tenant::PROFILE;
use crate::support::test;

fn session_of(user: &str) -> (Issuer, String) {
    let issuer = Issuer::new();
    let session = text(&backend_login(&issuer, SERVER, user), "session_id");
    (issuer, session)
}

fn listed(issuer: &Issuer, client: &str, user: &str) -> crate::support::issuer::Reply {
    let call = Call::get(&format!("/v1/auth/users/{user}/sessions"));
    issuer.answer(&call.bearer(&issuer.client_token(client)))
}

#[test]
fn r29_session_slides_on_silent_authentication() {
    let (issuer, session) = session_of("ada");
    for _ in 0..3 {
        issuer.later(1_209_599);
        silently(&issuer, SERVER, &session).granted();
    }
    issuer.later(1_209_600);
    silently(&issuer, SERVER, &session).refused(400, "invalid_grant", "session_expired");
}

#[test]
fn session_serves_the_tenants_applications_that_the_user_is_assigned_to() {
    let (issuer, session) = session_of("grace");
    silently(&issuer, SISTER, &session).granted();
    let body = json!({ "session_id": session, "resource": PROFILE });
    let response = issuer.call(PARTNER, SILENTLY, &body).granted();
    assert_eq!(claims(&text(&response, "access_token"))["client_id"], PARTNER);
}

#[test]
fn r15_session_does_not_serve_an_application_that_the_user_is_not_assigned_to() {
    let (issuer, session) = session_of("ada");
    let body = json!({ "session_id": session, "resource": PROFILE });
    issuer.call(PARTNER, SILENTLY, &body).refused(400, "invalid_grant", "user_not_assigned");
}

#[test]
fn r32_browser_session_is_none_here() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    silently(&issuer, SERVER, &browser.session()).refused(400, "invalid_grant", "session_unknown");
}

#[test]
fn r32_backend_session_is_none_in_a_browser() {
    let (issuer, session) = session_of("ada");
    let browser = Browser::new();
    browser.cookies.borrow_mut().insert("__Host-audgate-session".to_owned(), session);
    let request = authorization_request(SERVER).with("prompt", "none");
    browser.authorize(&issuer, &request).sent_back_with("login_required");
}

#[test]
fn r32_listing_and_ending_reach_sessions_of_this_style_only() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    backend_login(&issuer, SERVER, "ada");
    assert_eq!(listed(&issuer, SERVER, "ada").json()["result"].as_array().unwrap().len(), 1);
    let call = Call::get("/v1/auth/users/ada/sessions").method("DELETE");
    assert_eq!(issuer.answer(&call.bearer(&issuer.client_token(SERVER))).status, 204);
    let request = authorization_request(SERVER).with("prompt", "none");
    assert!(browser.authorize(&issuer, &request).sent("code").is_some());
}

#[test]
fn listing_shows_identifiers_that_open_nothing() {
    let (issuer, session) = session_of("ada");
    let reply = listed(&issuer, SERVER, "ada");
    assert!(!reply.body.contains(&session));
    let shown = reply.json()["result"][0]["session_id"].as_str().unwrap().to_owned();
    silently(&issuer, SERVER, &shown).refused(400, "invalid_grant", "session_unknown");
    issuer.call(SERVER, LOGOUT, &json!({ "session_id": shown })).refused(
        400,
        "invalid_grant",
        "session_unknown",
    );
}

#[test]
fn r17_users_of_another_application_and_unknown_ones_look_the_same() {
    let (issuer, _) = session_of("ada");
    let (others, nobodys) = (listed(&issuer, PARTNER, "ada"), listed(&issuer, PARTNER, "nobody"));
    assert_eq!(others, nobodys);
    assert_eq!((others.status, others.reason), (403, Some("wrong_subject")));
    let call = Call::get("/v1/auth/users/ada/sessions").method("DELETE");
    assert_eq!(issuer.answer(&call.bearer(&issuer.client_token(PARTNER))).status, 403);
    assert_eq!(listed(&issuer, SERVER, "ada").json()["result"].as_array().unwrap().len(), 1);
}

#[test]
fn logout_ends_the_session_and_may_be_repeated() {
    let (issuer, session) = session_of("ada");
    for _ in 0..2 {
        assert_eq!(issuer.call(SERVER, LOGOUT, &json!({ "session_id": session })).status, 204);
    }
    silently(&issuer, SERVER, &session).refused(400, "invalid_grant", "session_unknown");
}

#[test]
fn r15_client_of_another_application_cannot_log_a_user_out() {
    let (issuer, session) = session_of("ada");
    let reply = issuer.call(PARTNER, LOGOUT, &json!({ "session_id": session }));
    assert_eq!((reply.status, reply.reason), (403, Some("wrong_subject")));
    silently(&issuer, SERVER, &session).granted();
}

#[test]
fn suspended_user_has_no_session_also_after_they_are_back() {
    let (mut issuer, session) = session_of("ada");
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    silently(&issuer, SERVER, &session).refused(400, "invalid_grant", "user_suspended");
    issuer.republish(|document| *member(document, "ada", "status") = json!("active"));
    silently(&issuer, SERVER, &session).refused(400, "invalid_grant", "session_unknown");
}

#[test]
fn silent_authentication_of_a_public_clients_tokens_does_not_exist() {
    let issuer = Issuer::new();
    let tokens = tokens(&issuer, crate::support::shop::WEB, "ada");
    let call = Call::json(SILENTLY, &json!({ "session_id": "x" })).bearer(&text(&tokens, "access_token"));
    assert_eq!(issuer.answer(&call).status, 401);
}
