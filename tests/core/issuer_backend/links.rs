//! Links of the backend API: one client's, one user's, once.

use serde_json::json;

use super::{AUTHENTICATE, SEND, redeem};
use crate::support::host::CallFault;
use crate::support::issuer::Issuer;
use crate::support::login::{Browser, authorization_request, backend_link, backend_login, text};
use crate::support::shop::{CALLBACK, PARTNER, SERVER, SERVICE, SISTER, member};
use crate::support::test;

#[test]
fn d1_link_is_redeemed_once_and_a_replay_is_merely_refused() {
    let issuer = Issuer::new();
    let code = backend_link(&issuer, SERVER, "ada");
    let given = redeem(&issuer, SERVER, &code).granted();
    let before = issuer.objects();
    redeem(&issuer, SERVER, &code).refused(400, "invalid_grant", "code_replayed");
    assert!(issuer.objects() == before);
    issuer.refresh(SERVER, &text(&given, "refresh_token")).granted();
}

#[test]
fn another_clients_link_is_refused_and_stays_good() {
    for stranger in [SISTER, PARTNER, SERVICE] {
        let issuer = Issuer::new();
        let code = backend_link(&issuer, SERVER, "ada");
        redeem(&issuer, stranger, &code).refused(400, "invalid_grant", "code_of_another_client");
        redeem(&issuer, SERVER, &code).granted();
    }
}

#[test]
fn strangers_who_hold_the_code_close_it_after_five_attempts() {
    let issuer = Issuer::new();
    let code = backend_link(&issuer, SERVER, "ada");
    for _ in 0..5 {
        redeem(&issuer, SISTER, &code).refused(400, "invalid_grant", "code_of_another_client");
    }
    redeem(&issuer, SERVER, &code).refused(400, "invalid_grant", "code_exhausted");
}

#[test]
fn link_of_the_hosted_login_is_no_backends() {
    let issuer = Issuer::new();
    let code = Browser::new().link(&issuer, &authorization_request(SERVER), "ada@shop.example");
    redeem(&issuer, SERVER, &code).refused(400, "invalid_grant", "code_of_another_client");
}

#[test]
fn link_of_a_backend_opens_nothing_in_a_browser() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.login_page(&issuer, &authorization_request(SERVER));
    let code = backend_link(&issuer, SERVER, "ada");
    browser.post(&issuer, "/oidc/login/link", &[("code", &code)]).refused_on_page(400, "link_of_a_backend");
    redeem(&issuer, SERVER, &code).granted();
}

#[test]
fn link_leads_only_where_the_client_is_registered() {
    let issuer = Issuer::new();
    for uri in
        ["https://evil.example/", "https://shop.example/callback/", "http://shop.example/callback", "x"]
    {
        let reply = issuer.call(SERVER, SEND, &json!({ "email": "ada@shop.example", "redirect_uri": uri }));
        reply.refused(400, "invalid_request", "redirect_uri_unknown");
    }
    assert!(issuer.host.mails.borrow().is_empty());
}

#[test]
fn r15_user_of_another_application_gets_no_mail() {
    let issuer = Issuer::new();
    issuer.call(SERVER, SEND, &json!({ "email": "paul@shop.example", "redirect_uri": CALLBACK })).granted();
    assert!(issuer.host.mails.borrow().is_empty());
}

#[test]
fn what_happens_to_the_user_meanwhile_is_refused_and_does_not_use_the_link_up() {
    for (name, value, reason) in [
        ("status", json!("suspended"), "user_suspended"),
        ("applications", json!([]), "user_not_assigned"),
        ("role_ids", json!([]), "no_scope_granted"),
    ] {
        let mut issuer = Issuer::new();
        let code = backend_link(&issuer, SERVER, "ada");
        let before = issuer.objects();
        issuer.republish(|document| *member(document, "ada", name) = value);
        let body =
            json!({ "code": code, "resource": crate::support::tenant::ORDERS, "scope": "orders:read" });
        let reply = issuer.call(SERVER, AUTHENTICATE, &body);
        assert_eq!((reply.status, reply.reason), (400, Some(reason)));
        assert!(issuer.objects() == before);
    }
}

#[test]
fn link_continues_the_session_that_the_caller_holds() {
    let issuer = Issuer::new();
    let session = text(&backend_login(&issuer, SERVER, "ada"), "session_id");
    let body = json!({ "code": backend_link(&issuer, SERVER, "ada"), "session_id": session });
    let renewed = text(&issuer.call(SERVER, AUTHENTICATE, &body).granted(), "session_id");
    let sessions = issuer.objects();
    let rows = &sessions["account demo/user/ada"];
    assert_eq!(rows.keys().filter(|key| key.starts_with("session/")).count(), 1);
    // The secret from before opens nothing any more.
    let silent = |session: &str| {
        issuer.call(SERVER, "/v1/auth/session/authenticate", &json!({ "session_id": session })).status
    };
    assert_eq!((silent(&session), silent(&renewed)), (400, 200));
}

#[test]
fn link_that_was_sent_to_an_address_given_up_meanwhile_is_refused() {
    let mut issuer = Issuer::new();
    let code = backend_link(&issuer, SERVER, "ada");
    issuer.republish(|document| *member(document, "ada", "email") = json!("new@shop.example"));
    let reply = issuer.call(SERVER, AUTHENTICATE, &json!({ "code": code }));
    assert_eq!((reply.status, reply.reason), (400, Some("code_unknown")));
}

#[test]
fn session_of_another_user_beside_a_link_is_refused_and_does_not_use_the_link_up() {
    let issuer = Issuer::new();
    let session = text(&backend_login(&issuer, SERVER, "grace"), "session_id");
    let code = backend_link(&issuer, SERVER, "ada");
    let body = json!({ "code": code, "session_id": session });
    issuer.call(SERVER, AUTHENTICATE, &body).refused(400, "invalid_grant", "session_unknown");
    redeem(&issuer, SERVER, &code).granted();
}

#[test]
fn session_that_has_ended_beside_a_link_gives_a_fresh_one() {
    let issuer = Issuer::new();
    let session = text(&backend_login(&issuer, SERVER, "ada"), "session_id");
    issuer.call(SERVER, super::LOGOUT, &json!({ "session_id": session }));
    let body = json!({ "code": backend_link(&issuer, SERVER, "ada"), "session_id": session });
    assert_ne!(text(&issuer.call(SERVER, AUTHENTICATE, &body).granted(), "session_id"), session);
}

#[test]
fn e8_lost_reply_of_a_redemption_never_becomes_a_second_session() {
    let issuer = Issuer::new();
    let code = backend_link(&issuer, SERVER, "ada");
    // The calls: is the caller's token live, inspect, redeem.
    issuer.fail_call(2, CallFault::LostReply);
    redeem(&issuer, SERVER, &code).refused(503, "temporarily_unavailable", "host_unavailable");
    redeem(&issuer, SERVER, &code).refused(400, "invalid_grant", "code_replayed");
    assert!(!issuer.objects().contains_key("account demo/user/ada"));
}

#[test]
fn sending_is_limited() {
    let mut issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    issuer.host.limit_reached = true;
    let reply = issuer.answer(&crate::support::issuer::Call::json(SEND, &super::to_ada()).bearer(&token));
    reply.refused(429, "temporarily_unavailable", "too_many_requests");
    assert!(issuer.host.mails.borrow().is_empty());
}

#[test]
fn two_links_are_independent() {
    let issuer = Issuer::new();
    let first = backend_link(&issuer, SERVER, "ada");
    let second = backend_link(&issuer, SERVER, "ada");
    assert_ne!(first, second);
    redeem(&issuer, SERVER, &second).granted();
    redeem(&issuer, SERVER, &first).granted();
}
