//! Which resource and which scopes a code gives (R10, R19, RFC 8707; THREATS D8).

use serde_json::json;

use crate::support::issuer::{Issuer, Parameters, claims};
use crate::support::login::{Browser, authorization_request, redemption, text};
use crate::support::shop::{INSIGHTS, SERVER, member};
use crate::support::tenant::{ISSUER, ORDERS, PAYMENTS, PROFILE};
use crate::support::test;

fn code_for(issuer: &Issuer, request: &Parameters, user: &str) -> String {
    Browser::new().log_in_for(issuer, request, user).sent("code").unwrap()
}

fn several() -> Parameters {
    authorization_request(SERVER)
        .and("resource", PROFILE)
        .with("scope", "orders:read profile:read offline_access")
}

#[test]
fn token_request_picks_one_of_several_resources() {
    for (resource, scope) in
        [(ORDERS, "orders:read offline_access"), (PROFILE, "offline_access profile:read")]
    {
        let issuer = Issuer::new();
        let code = code_for(&issuer, &several(), "ada");
        let response = issuer.token(SERVER, &redemption(&code).with("resource", resource)).granted();
        assert_eq!(claims(&text(&response, "access_token"))["aud"], resource);
        assert_eq!(response["scope"], scope);
    }
}

#[test]
fn several_resources_and_none_picked_is_an_invalid_target_that_consumes_nothing() {
    let issuer = Issuer::new();
    let code = code_for(&issuer, &several(), "ada");
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_target", "several_resources");
    let both = redemption(&code).and("resource", ORDERS).and("resource", PROFILE);
    issuer.token(SERVER, &both).refused(400, "invalid_target", "several_resources");
    issuer.token(SERVER, &redemption(&code).with("resource", ORDERS)).granted();
}

#[test]
fn resource_that_was_not_authorized_is_an_invalid_target_that_consumes_nothing() {
    let issuer = Issuer::new();
    let code = code_for(&issuer, &authorization_request(SERVER), "ada");
    for (resource, reason) in [
        (PROFILE, "resource_not_granted"),
        (ISSUER, "resource_not_granted"),
        (PAYMENTS, "resource_not_assigned"),
        ("https://nowhere.example/", "resource_not_assigned"),
        ("orders", "resource_malformed"),
    ] {
        let reply = issuer.token(SERVER, &redemption(&code).with("resource", resource));
        reply.refused(400, "invalid_target", reason);
    }
    issuer.token(SERVER, &redemption(&code)).granted();
}

#[test]
fn r11_without_resource_the_tokens_are_for_the_default_resource() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).without("resource").with("scope", "openid");
    let code = code_for(&issuer, &request, "ada");
    let response = issuer.token(SERVER, &redemption(&code)).granted();
    assert_eq!(claims(&text(&response, "access_token"))["aud"], ISSUER);
}

#[test]
fn resource_that_the_client_lost_is_an_invalid_target() {
    let mut issuer = Issuer::new();
    let code = code_for(&issuer, &authorization_request(SERVER), "ada");
    issuer.republish(|document| *member(document, SERVER, "resources") = json!([]));
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_target", "resource_not_assigned");
}

#[test]
fn without_scope_everything_effective_is_granted() {
    let issuer = Issuer::new();
    let code = code_for(&issuer, &authorization_request(SERVER).without("scope"), "grace");
    let response = issuer.token(SERVER, &redemption(&code)).granted();
    assert_eq!(response["scope"], "orders:read orders:cancel");
    assert_eq!((response.get("refresh_token"), response.get("id_token")), (None, None));
}

#[test]
fn r24_no_refresh_token_without_offline_access() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).with("scope", "openid orders:read");
    let response = issuer.token(SERVER, &redemption(&code_for(&issuer, &request, "ada"))).granted();
    assert_eq!(response.get("refresh_token"), None);
}

#[test]
fn no_refresh_token_for_a_client_without_that_grant() {
    let issuer = Issuer::of(|document| *member(document, SERVER, "grants") = json!(["authorization_code"]));
    let code = code_for(&issuer, &authorization_request(SERVER), "ada");
    let response = issuer.token(SERVER, &redemption(&code)).granted();
    assert_eq!(
        (response.get("refresh_token"), &response["scope"]),
        (None, &json!("openid email orders:read"))
    );
}

#[test]
fn no_id_token_without_openid() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).with("scope", "orders:read offline_access");
    let response = issuer.token(SERVER, &redemption(&code_for(&issuer, &request, "ada"))).granted();
    assert_eq!(response.get("id_token"), None);
}

#[test]
fn d8_scope_at_the_code_exchange_widens_nothing() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).with("scope", "orders:read");
    let code = code_for(&issuer, &request, "grace");
    let form = redemption(&code).with("scope", "orders:read orders:cancel openid offline_access");
    assert_eq!(issuer.token(SERVER, &form).granted()["scope"], "orders:read");
}

#[test]
fn d8_role_that_comes_between_code_and_tokens_adds_nothing_to_what_was_asked() {
    let mut issuer = Issuer::new();
    let request = authorization_request(SERVER).with("scope", "orders:read orders:cancel");
    let code = code_for(&issuer, &request, "ada");
    issuer.republish(|document| *member(document, "ada", "role_ids") = json!(["viewer", "manager"]));
    assert_eq!(issuer.token(SERVER, &redemption(&code)).granted()["scope"], "orders:read");
}

#[test]
fn d8_role_that_comes_after_consent_adds_nothing_where_no_scope_was_named() {
    let mut issuer = Issuer::new();
    let browser = Browser::new();
    let request = authorization_request(INSIGHTS).without("scope");
    let question = browser.follow(&issuer, &browser.log_in_for(&issuer, &request, "ada"));
    let form = [("consent", &*question.hidden("consent")), ("decision", "approve")];
    let code = browser.post(&issuer, "/oidc/consent", &form).sent("code").unwrap();
    issuer.republish(|document| *member(document, "ada", "role_ids") = json!(["viewer", "manager"]));
    assert_eq!(issuer.token(INSIGHTS, &redemption(&code)).granted()["scope"], "orders:read");
}

#[test]
fn role_that_goes_between_code_and_tokens_takes_its_scopes_along() {
    let mut issuer = Issuer::new();
    let request = authorization_request(SERVER).with("scope", "orders:read orders:cancel");
    let code = code_for(&issuer, &request, "grace");
    issuer.republish(|document| *member(document, "grace", "role_ids") = json!(["viewer"]));
    assert_eq!(issuer.token(SERVER, &redemption(&code)).granted()["scope"], "orders:read");
}

#[test]
fn no_scope_left_is_an_invalid_scope_that_consumes_nothing() {
    let mut issuer = Issuer::new();
    let request = authorization_request(SERVER).with("scope", "orders:cancel");
    let code = code_for(&issuer, &request, "grace");
    issuer.republish(|document| *member(document, "grace", "role_ids") = json!([]));
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_scope", "no_scope_granted");
    issuer.republish(|document| *member(document, "grace", "role_ids") = json!(["manager"]));
    issuer.token(SERVER, &redemption(&code)).granted();
}
