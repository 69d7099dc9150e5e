//! D1: a code is redeemed once, and its own client's replay takes back what it gave.

use super::code_of;
use crate::support::host::CallFault;
use crate::support::issuer::{Call, Issuer};
use crate::support::login::{redemption, text};
use crate::support::shop::{SERVER, SISTER};
use crate::support::test;

#[test]
fn code_is_redeemed_once() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    issuer.token(SERVER, &redemption(&code)).granted();
    for _ in 0..3 {
        issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_replayed");
    }
}

#[test]
fn replay_by_its_own_client_revokes_the_refresh_token() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let given = issuer.token(SERVER, &redemption(&code)).granted();
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_replayed");
    let reply = issuer.refresh(SERVER, &text(&given, "refresh_token"));
    reply.refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn replay_by_its_own_client_revokes_the_refresh_token_that_was_rotated_meanwhile() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let given = issuer.token(SERVER, &redemption(&code)).granted();
    let rotated = issuer.refresh(SERVER, &text(&given, "refresh_token")).granted();
    issuer.token(SERVER, &redemption(&code));
    let reply = issuer.refresh(SERVER, &text(&rotated, "refresh_token"));
    reply.refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn replay_by_its_own_client_revokes_the_access_token() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let given = issuer.token(SERVER, &redemption(&code)).granted();
    let token = crate::support::issuer::Parameters::of(&[("token", &text(&given, "access_token"))]);
    let active = |issuer: &Issuer| issuer.ask(SERVER, "/oidc/introspect", &token).granted()["active"].clone();
    assert_eq!(active(&issuer), true);
    issuer.token(SERVER, &redemption(&code));
    assert_eq!(active(&issuer), false);
}

#[test]
fn replay_leaves_the_session_and_its_other_grants_alone() {
    let issuer = Issuer::new();
    let browser = crate::support::login::Browser::new();
    let first = browser.log_in(&issuer, SERVER, "ada");
    let request = crate::support::login::authorization_request(SERVER);
    let second = browser.authorize(&issuer, &request).sent("code").unwrap();
    issuer.token(SERVER, &redemption(&first)).granted();
    let other = issuer.token(SERVER, &redemption(&second)).granted();
    issuer.token(SERVER, &redemption(&first)).refused(400, "invalid_grant", "code_replayed");
    issuer.refresh(SERVER, &text(&other, "refresh_token")).granted();
}

#[test]
fn replay_by_another_client_revokes_nothing() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let given = issuer.token(SERVER, &redemption(&code)).granted();
    let before = issuer.objects();
    issuer.token(SISTER, &redemption(&code)).refused(400, "invalid_grant", "code_replayed");
    assert!(issuer.objects() == before);
    issuer.refresh(SERVER, &text(&given, "refresh_token")).granted();
}

#[test]
fn replay_by_nobody_revokes_nothing() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let given = issuer.token(SERVER, &redemption(&code)).granted();
    let call = Call::post("/oidc/token", &redemption(&code).with("client_id", SERVER));
    issuer.answer(&call).refused(401, "invalid_client", "authentication_missing");
    issuer.refresh(SERVER, &text(&given, "refresh_token")).granted();
}

#[test]
fn replay_is_recognised_after_the_code_has_expired() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let given = issuer.token(SERVER, &redemption(&code)).granted();
    issuer.later(600);
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_replayed");
    let reply = issuer.refresh(SERVER, &text(&given, "refresh_token"));
    reply.refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn replay_that_overtakes_the_grant_leaves_no_live_token() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    // The winner has redeemed and is not heard of again before it could record its grant.
    issuer.fail_call(2, CallFault::Unavailable);
    issuer.token(SERVER, &redemption(&code)).refused(503, "temporarily_unavailable", "host_unavailable");
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_replayed");
    let families =
        issuer.objects()["account demo/user/ada"].keys().filter(|key| key.starts_with("family")).count();
    assert_eq!(families, 0);
}

#[test]
fn replay_that_could_not_be_acted_upon_is_503() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let given = issuer.token(SERVER, &redemption(&code)).granted();
    issuer.fail_call(1, CallFault::Unavailable);
    issuer.token(SERVER, &redemption(&code)).refused(503, "temporarily_unavailable", "host_unavailable");
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_replayed");
    let reply = issuer.refresh(SERVER, &text(&given, "refresh_token"));
    reply.refused(400, "invalid_grant", "refresh_token_revoked");
}
