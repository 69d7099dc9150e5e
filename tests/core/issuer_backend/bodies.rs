//! Bodies are read strictly: every member missing, of another type, or unknown is a refusal that does nothing.

use serde_json::{Value, json};

use super::{AUTHENTICATE, LOGOUT, REFRESH, SEND, SILENTLY, redeem, to_ada};
use crate::support::issuer::{Call, Issuer};
use crate::support::login::{backend_link, backend_login};
use crate::support::shop::SERVER;
use crate::support::test;

/// Refuses this body, whose caller is in order, and leaves every object as it was.
#[track_caller]
fn refuses(path: &str, body: &Value, reason: &str) {
    refuses_text(path, &body.to_string(), reason);
}

#[track_caller]
fn refuses_text(path: &str, body: &str, reason: &str) {
    let issuer = Issuer::new();
    let call = Call { body: body.to_owned(), ..Call::json(path, &json!({})) };
    let reply = issuer.answer(&call.bearer(&issuer.client_token(SERVER)));
    reply.refused(400, "invalid_request", reason);
    assert!(issuer.objects().is_empty() && issuer.host.mails.borrow().is_empty());
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

#[test]
fn required_members_are_there_and_are_strings() {
    for (path, body) in [
        (SEND, to_ada()),
        (AUTHENTICATE, json!({ "code": "x" })),
        (SILENTLY, json!({ "session_id": "x" })),
        (REFRESH, json!({ "refresh_token": "x" })),
        (LOGOUT, json!({ "session_id": "x" })),
    ] {
        for name in body.as_object().unwrap().keys() {
            let mut without = body.clone();
            without.as_object_mut().unwrap().remove(name);
            refuses(path, &without, "parameter_missing");
            refuses(path, &with(body.clone(), name, json!("")), "parameter_missing");
            refuses(path, &with(body.clone(), name, Value::Null), "parameter_missing");
            for value in [json!(7), json!(true), json!(["x"]), json!({ "x": "y" })] {
                refuses(path, &with(body.clone(), name, value), "parameter_malformed");
            }
        }
        refuses(path, &with(body.clone(), "colour", json!("red")), "malformed_json");
        refuses(path, &with(body, "client_id", json!(SERVER)), "malformed_json");
    }
}

#[test]
fn members_that_may_be_there_have_their_type() {
    for (name, value) in [
        ("state", json!(7)),
        ("state", json!("s".repeat(2_049))),
        ("create_new_user", json!("true")),
        ("create_new_user", json!(1)),
        ("email_expiration", json!("10")),
        ("email_expiration", json!(0)),
        ("email_expiration", json!(1.5)),
        ("email_expiration", json!(-1)),
        ("email_expiration", json!(1_441)),
        ("email", json!("no-at-sign")),
        ("email", json!("a\nb@shop.example")),
        ("email", json!(format!("{}@shop.example", "a".repeat(250)))),
    ] {
        refuses(SEND, &with(to_ada(), name, value), "parameter_malformed");
    }
    for (name, value) in [("resource", json!(["x"])), ("resource", json!(7))] {
        refuses(AUTHENTICATE, &with(json!({ "code": "x" }), name, value), "parameter_malformed");
    }
}

#[test]
fn refresh_takes_no_resource_and_no_scope() {
    for name in ["resource", "scope", "session_id"] {
        refuses(REFRESH, &json!({ "refresh_token": "x", name: "y" }), "malformed_json");
    }
}

#[test]
fn body_is_one_json_object_in_strict_form() {
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"code\":\"x\"}x",
        "{\"code\":\"x\",\"code\":\"y\"}",
        "{\"code\":\"\\ud800\"}",
    ] {
        refuses_text(AUTHENTICATE, body, "malformed_json");
    }
}

#[test]
fn content_type_is_json() {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")]
    {
        let call = Call { content_type, ..Call::json(SEND, &to_ada()) };
        issuer.answer(&call.bearer(&token)).refused(400, "invalid_request", "wrong_content_type");
    }
    let call = Call { content_type: Some("Application/JSON; charset=utf-8"), ..Call::json(SEND, &to_ada()) };
    assert_eq!(issuer.answer(&call.bearer(&token)).status, 200);
}

#[test]
fn body_that_is_too_long_is_413() {
    let issuer = Issuer::new();
    let body = with(to_ada(), "state", json!("s".repeat(16 * 1_024)));
    issuer.call(SERVER, SEND, &body).refused(413, "invalid_request", "body_too_long");
}

#[test]
fn link_lives_as_long_as_was_asked() {
    for (minutes, seconds, lives) in [(1, 59, true), (1, 60, false), (1_440, 86_399, true)] {
        let issuer = Issuer::new();
        issuer.call(SERVER, SEND, &with(to_ada(), "email_expiration", json!(minutes))).granted();
        let code = crate::support::login::last_link(&issuer);
        issuer.later(seconds);
        assert_eq!(redeem(&issuer, SERVER, &code).status == 200, lives, "{minutes} {seconds}");
    }
}

#[test]
fn d12_resource_or_scope_that_is_refused_does_not_use_the_link_up() {
    let issuer = Issuer::new();
    let code = backend_link(&issuer, SERVER, "ada");
    let before = issuer.objects();
    for (name, value, error, reason) in [
        ("resource", "https://nowhere.example", "invalid_target", "resource_not_assigned"),
        ("resource", "orders", "invalid_target", "resource_malformed"),
        ("scope", "unknown", "invalid_scope", "no_scope_granted"),
        ("scope", " ", "invalid_scope", "scope_malformed"),
        ("session_id", "x", "invalid_grant", "session_unknown"),
    ] {
        let reply = issuer.call(SERVER, AUTHENTICATE, &json!({ "code": code, name: value }));
        reply.refused(400, error, reason);
    }
    assert!(issuer.objects() == before);
    redeem(&issuer, SERVER, &code).granted();
}

#[test]
fn silent_authentication_that_is_refused_does_not_slide_the_session() {
    let issuer = Issuer::new();
    let session = backend_login(&issuer, SERVER, "ada");
    let before = issuer.objects();
    issuer.later(1_000);
    for (name, value) in [("resource", "https://nowhere.example"), ("scope", "unknown")] {
        let body = json!({ "session_id": session["session_id"], name: value });
        assert_eq!(issuer.call(SERVER, SILENTLY, &body).status, 400);
    }
    assert!(issuer.objects() == before);
}
