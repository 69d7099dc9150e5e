//! UserInfo: a user's token for this server, with `openid`, and nothing else (OpenID Connect Core 1.0 section 5.3).

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Parameters};
use crate::support::login::{Browser, authorization_request, redemption, text, tokens};
use crate::support::shop::{SERVER, member};
use crate::support::test;

fn token_with(issuer: &Issuer, scope: &str) -> String {
    let request = authorization_request(SERVER).without("resource").with("scope", scope);
    let code = Browser::new().log_in_for(issuer, &request, "ada").sent("code").unwrap();
    text(&issuer.token(SERVER, &redemption(&code)).granted(), "access_token")
}

fn ask(issuer: &Issuer, token: &str) -> crate::support::issuer::Reply {
    issuer.answer(&Call::get("/oidc/userinfo").bearer(token))
}

#[test]
fn openid_tells_who_and_email_where() {
    let issuer = Issuer::new();
    assert_eq!(ask(&issuer, &token_with(&issuer, "openid")).granted(), json!({ "sub": "ada" }));
    let both = ask(&issuer, &token_with(&issuer, "openid email")).granted();
    assert_eq!(both, json!({ "sub": "ada", "email": "ada@shop.example" }));
}

#[test]
fn token_without_openid_is_insufficient() {
    let issuer = Issuer::new();
    let reply = ask(&issuer, &token_with(&issuer, "email"));
    reply.refused(403, "insufficient_scope", "insufficient_scope");
    assert!(reply.header("www-authenticate").unwrap().contains("scope=\"openid\""));
}

#[test]
fn clients_token_is_nobodys() {
    let issuer = Issuer::new();
    let reply = ask(&issuer, &issuer.client_token(SERVER));
    assert_eq!((reply.status, reply.reason), (403, Some("wrong_subject")));
}

#[test]
fn token_of_a_resource_is_refused() {
    let issuer = Issuer::new();
    let reply = ask(&issuer, &text(&tokens(&issuer, SERVER, "ada"), "access_token"));
    reply.refused(401, "invalid_token", "audience_mismatch");
}

#[test]
fn token_elsewhere_than_in_the_field_is_none() {
    let issuer = Issuer::new();
    let token = token_with(&issuer, "openid");
    let form = Parameters::of(&[("access_token", &token)]);
    for call in
        [Call::post("/oidc/userinfo", &form), Call::get(&format!("/oidc/userinfo?access_token={token}"))]
    {
        let reply = issuer.answer(&call);
        assert_eq!((reply.status, reply.reason), (401, Some("token_missing")));
    }
}

#[test]
fn expired_and_revoked_tokens_are_refused() {
    let issuer = Issuer::new();
    let token = token_with(&issuer, "openid");
    issuer.ask(SERVER, "/oidc/token/revocation", &Parameters::of(&[("token", &token)]));
    ask(&issuer, &token).refused(401, "invalid_token", "token_revoked");
    issuer.later(3_610);
    ask(&issuer, &token).refused(401, "invalid_token", "expired");
}

#[test]
fn suspended_user_is_not_described_also_where_only_the_record_knows() {
    let mut issuer = Issuer::new();
    let token = token_with(&issuer, "openid email");
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    let reply = ask(&issuer, &token);
    assert_eq!(reply.status, 401, "{reply:?}");
    assert!(!reply.body.contains("ada"));
}

#[test]
fn user_who_was_deleted_is_not_described() {
    let mut issuer = Issuer::new();
    let token = token_with(&issuer, "openid");
    issuer.republish(|document| {
        document["users"].as_array_mut().unwrap().retain(|user| user["user_id"] != "ada");
    });
    ask(&issuer, &token).refused(401, "invalid_token", "user_unknown");
}

#[test]
fn token_of_a_client_that_was_removed_is_refused() {
    let mut issuer = Issuer::new();
    let token = token_with(&issuer, "openid");
    issuer.republish(|document| {
        document["clients"].as_array_mut().unwrap().retain(|client| client["client_id"] != SERVER);
    });
    ask(&issuer, &token).refused(401, "invalid_token", "client_unknown");
}

#[test]
fn account_that_cannot_be_asked_is_503_never_401() {
    for number in [0, 1] {
        let issuer = Issuer::new();
        let token = token_with(&issuer, "openid");
        issuer.fail_call(number, crate::support::host::CallFault::Unavailable);
        ask(&issuer, &token).refused(503, "temporarily_unavailable", "host_unavailable");
    }
}
