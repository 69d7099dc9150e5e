//! What ends a family before its time: logout, suspension, removal, an assignment taken back.

use serde_json::json;

use super::{next, refresh_token_of};
use crate::support::issuer::{Call, Issuer};
use crate::support::login::{Browser, backend_login, redemption, text};
use crate::support::shop::{SERVER, SISTER, member};
use crate::support::test;

#[test]
fn logout_of_a_backend_session_ends_its_families() {
    let issuer = Issuer::new();
    let session = backend_login(&issuer, SERVER, "ada");
    let body = json!({ "session_id": session["session_id"] });
    assert_eq!(issuer.call(SERVER, "/v1/auth/session/logout", &body).status, 204);
    let reply = issuer.refresh(SERVER, &text(&session, "refresh_token"));
    reply.refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn logout_of_a_browser_ends_the_families_of_every_client() {
    let issuer = Issuer::new();
    let browser = Browser::new();
    let mut refresh_tokens = Vec::new();
    let first = browser.log_in(&issuer, SERVER, "ada");
    let request = crate::support::login::authorization_request(SISTER);
    let second = browser.authorize(&issuer, &request).sent("code").unwrap();
    for (client, code) in [(SERVER, first), (SISTER, second)] {
        let response = issuer.token(client, &redemption(&code)).granted();
        refresh_tokens.push((client, text(&response, "refresh_token")));
    }
    browser.post(&issuer, "/oidc/session/end/confirm", &[]);
    for (client, token) in refresh_tokens {
        issuer.refresh(client, &token).refused(400, "invalid_grant", "refresh_token_revoked");
    }
}

#[test]
fn logout_of_one_session_leaves_another_alone() {
    let issuer = Issuer::new();
    let first = backend_login(&issuer, SERVER, "ada");
    let second = backend_login(&issuer, SERVER, "ada");
    let body = json!({ "session_id": first["session_id"] });
    issuer.call(SERVER, "/v1/auth/session/logout", &body);
    next(&issuer, &text(&second, "refresh_token"));
}

#[test]
fn user_suspended_by_the_record_cannot_be_refreshed_for_and_never_again_by_that_token() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "user_suspended");
    issuer.republish(|document| *member(document, "ada", "status") = json!("active"));
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn user_suspended_by_management_cannot_be_refreshed_for_though_the_record_is_behind() {
    let (issuer, token) = refresh_token_of("ada");
    assert_eq!(issuer.change_status("ada", "suspended").status, 200);
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "user_suspended");
}

#[test]
fn old_record_does_not_lift_a_suspension() {
    let (mut issuer, token) = refresh_token_of("ada");
    let old = issuer.host.records.clone();
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "user_suspended");
    issuer.host.records = old;
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "user_suspended");
}

#[test]
fn user_who_left_the_application_cannot_be_refreshed_for_and_nothing_is_consumed() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.republish(|document| *member(document, "ada", "applications") = json!([]));
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "user_not_assigned");
    issuer.republish(|document| *member(document, "ada", "applications") = json!(["shop"]));
    next(&issuer, &token);
}

#[test]
fn user_who_was_deleted_cannot_be_refreshed_for() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.republish(|document| {
        document["users"].as_array_mut().unwrap().retain(|user| user["user_id"] != "ada");
    });
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "user_unknown");
}

#[test]
fn client_that_was_removed_cannot_refresh() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.republish(|document| {
        document["clients"].as_array_mut().unwrap().retain(|client| client["client_id"] != SERVER);
    });
    issuer.refresh(SERVER, &token).refused(401, "invalid_client", "authentication_failed");
}

#[test]
fn client_that_lost_the_resource_cannot_refresh_and_nothing_is_consumed() {
    let (mut issuer, token) = refresh_token_of("ada");
    let before = issuer.objects();
    issuer.republish(|document| {
        *member(document, SERVER, "resources") =
            json!([{ "resource_id": "profile", "scopes": ["profile:read"] }]);
    });
    issuer.refresh(SERVER, &token).refused(400, "invalid_target", "resource_not_assigned");
    assert!(issuer.objects() == before);
}

#[test]
fn role_that_granted_everything_and_is_gone_leaves_no_scope_of_the_resource() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.republish(|document| *member(document, "ada", "role_ids") = json!([]));
    assert_eq!(next(&issuer, &token)["scope"], "openid email offline_access");
    let reply = issuer.refresh_with(SERVER, &token, &[("scope", "orders:read")]);
    reply.refused(400, "invalid_scope", "no_scope_granted");
}

#[test]
fn management_that_ends_all_sessions_ends_all_families() {
    let (issuer, token) = refresh_token_of("ada");
    let call = Call::get("/v1/sessions/ada").method("DELETE").bearer(&issuer.client_token("tenant-admin"));
    assert_eq!(issuer.answer(&call).status, 204);
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_revoked");
}
