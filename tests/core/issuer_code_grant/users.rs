//! What becomes of a code when something happens to its user or session before it is redeemed.

use serde_json::json;

use super::code_of;
use crate::support::issuer::{Call, Issuer};
use crate::support::login::{Browser, redemption};
use crate::support::shop::{SERVER, member};
use crate::support::test;

#[test]
fn user_suspended_between_code_and_tokens_gets_nothing() {
    let mut issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "user_suspended");
}

#[test]
fn user_suspended_by_management_before_the_records_know_gets_nothing() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    assert_eq!(issuer.change_status("ada", "suspended").status, 200);
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "user_suspended");
}

#[test]
fn user_who_left_the_application_between_code_and_tokens_gets_nothing() {
    let mut issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    issuer.republish(|document| *member(document, "ada", "applications") = json!(["partners"]));
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "user_not_assigned");
    issuer.republish(|document| *member(document, "ada", "applications") = json!(["shop"]));
    issuer.token(SERVER, &redemption(&code)).granted();
}

#[test]
fn user_who_was_deleted_between_code_and_tokens_gets_nothing() {
    let mut issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    issuer.republish(|document| {
        document["users"].as_array_mut().unwrap().retain(|user| user["user_id"] != "ada");
    });
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "user_unknown");
}

#[test]
fn session_that_ended_between_code_and_tokens_gives_nothing() {
    let issuer = Issuer::new();
    let browser = Browser::new();
    let code = browser.log_in(&issuer, SERVER, "ada");
    assert_eq!(browser.post(&issuer, "/oidc/session/end/confirm", &[]).status, 200);
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "session_unknown");
}

#[test]
fn r29_redeeming_a_code_does_not_slide_the_session() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let sessions = |issuer: &Issuer| {
        let call = Call::get("/v1/sessions/ada").bearer(&issuer.client_token("tenant-admin"));
        issuer.answer(&call).json()["result"].clone()
    };
    let before = sessions(&issuer);
    issuer.later(30);
    issuer.token(SERVER, &redemption(&code)).granted();
    assert_eq!(sessions(&issuer), before);
}

#[test]
fn r23_access_token_of_a_present_user_ends_with_the_session() {
    let issuer = Issuer::of(|document| document["resources"][0]["access_token_ttl"] = json!(1_209_700));
    let code = code_of(&issuer, SERVER);
    issuer.later(30);
    let response = issuer.token(SERVER, &redemption(&code)).granted();
    assert_eq!(response["expires_in"], 1_209_600 - 30);
}
