//! Who may call: a client of an application, by its own token for this server, and nobody else.

use serde_json::json;

use super::{AUTHENTICATE, LOGOUT, REFRESH, SEND, SILENTLY, to_ada};
use crate::support::issuer::{Call, Issuer, Reply, basic};
use crate::support::login::{Browser, authorization_request, redemption, text};
use crate::support::shop::SERVER;
use crate::support::tenant::{EDDSA, ISSUER, NOW, ORDERS};
use crate::support::test;
use crate::support::token::Token;

/// What each call answers to this bearer token.
fn answers(issuer: &Issuer, token: &str) -> Vec<Reply> {
    let calls = [
        Call::json(SEND, &to_ada()),
        Call::json(AUTHENTICATE, &json!({ "code": "x" })),
        Call::json(SILENTLY, &json!({ "session_id": "x" })),
        Call::json(REFRESH, &json!({ "refresh_token": "x" })),
        Call::json(LOGOUT, &json!({ "session_id": "x" })),
        Call::get("/v1/auth/users/ada/sessions"),
        Call::get("/v1/auth/users/ada/sessions").method("DELETE"),
    ];
    calls.into_iter().map(|call| issuer.answer(&call.bearer(token))).collect()
}

#[track_caller]
fn refuses(issuer: &Issuer, token: &str, status: u16, reason: &str) {
    for reply in answers(issuer, token) {
        assert_eq!((reply.status, reply.reason), (status, Some(reason)), "{reply:?}");
        assert_eq!(reply.header("www-authenticate").is_some(), status == 401, "{reply:?}");
    }
    assert!(issuer.host.mails.borrow().is_empty());
}

/// A token of the client for this server.
fn good() -> Token {
    Token::of_client()
        .with("sub", json!(SERVER))
        .with("client_id", json!(SERVER))
        .with("aud", json!(ISSUER))
        .without("scope")
}

#[test]
fn token_as_anybody_could_make_it_who_holds_the_key_is_good() {
    let issuer = Issuer::new();
    assert_eq!(answers(&issuer, &good().compact())[0].status, 200);
}

#[test]
fn no_token_is_401_with_a_challenge() {
    let issuer = Issuer::new();
    for authorization in [None, Some(basic(SERVER)), Some("Bearer".to_owned()), Some("bearer ".to_owned())] {
        let reply =
            issuer.answer(&Call { authorization: authorization.clone(), ..Call::json(SEND, &to_ada()) });
        assert_eq!(reply.status, 401, "{authorization:?}");
        assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer realm="));
    }
}

#[test]
fn token_of_another_resource_is_refused() {
    refuses(&Issuer::new(), &good().with("aud", json!(ORDERS)).compact(), 401, "audience_mismatch");
}

#[test]
fn r21_users_token_is_refused() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).without("resource").with("scope", "openid");
    let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    let token = text(&issuer.token(SERVER, &redemption(&code)).granted(), "access_token");
    issuer.host.mails.borrow_mut().clear();
    refuses(&issuer, &token, 403, "wrong_subject");
}

#[test]
fn r18_management_authenticates_no_users() {
    let issuer = Issuer::new();
    refuses(&issuer, &issuer.client_token("tenant-admin"), 403, "wrong_subject");
}

#[test]
fn management_client_whose_token_does_not_say_so_is_refused_by_its_record() {
    let token = good().with("sub", json!("tenant-admin")).with("client_id", json!("tenant-admin"));
    refuses(&Issuer::new(), &token.compact(), 403, "wrong_subject");
}

#[test]
fn expired_and_future_tokens_are_refused() {
    let issuer = Issuer::new();
    refuses(
        &issuer,
        &good().with("exp", json!(NOW - 10)).with("iat", json!(NOW - 100)).compact(),
        401,
        "expired",
    );
    assert!(
        answers(&issuer, &good().with("iat", json!(NOW + 11)).compact())
            .iter()
            .all(|reply| reply.status == 401)
    );
}

#[test]
fn forged_tokens_are_refused() {
    let issuer = Issuer::new();
    let forged = [
        good().signed_with(EDDSA).header("kid", json!("es256")).compact(),
        good().header("alg", json!("none")).compact(),
        good().header("typ", json!("JWT")).compact(),
        good().with("iss", json!("https://evil.example")).compact(),
        good().with("tid", json!("other")).compact(),
        format!("{}x", good().compact()),
    ];
    for token in forged {
        assert!(answers(&issuer, &token).iter().all(|reply| reply.status == 401), "{token}");
    }
}

#[test]
fn token_of_a_client_that_was_removed_is_refused() {
    let mut issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    issuer.republish(|document| {
        document["clients"].as_array_mut().unwrap().retain(|client| client["client_id"] != SERVER);
    });
    refuses(&issuer, &token, 401, "client_unknown");
}

#[test]
fn revoked_token_is_refused_at_once() {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    let form = crate::support::issuer::Parameters::of(&[("token", &token)]);
    assert_eq!(issuer.ask(SERVER, "/oidc/token/revocation", &form).status, 200);
    refuses(&issuer, &token, 401, "token_revoked");
}

#[test]
fn caller_is_checked_before_the_body_is_read() {
    let reply =
        Issuer::new().answer(&Call { body: "{".to_owned(), ..Call::json(SEND, &json!({})) }.bearer("x"));
    assert_eq!(reply.status, 401);
}

#[test]
fn account_that_cannot_be_asked_is_503_never_401() {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    issuer.fail_call(0, crate::support::host::CallFault::Unavailable);
    let reply = issuer.answer(&Call::json(SEND, &to_ada()).bearer(&token));
    reply.refused(503, "temporarily_unavailable", "host_unavailable");
}
