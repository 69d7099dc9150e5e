//! Access tokens that are refreshed at the edge.

use serde_json::{Value, json};

use crate::support::pages::{PAGE, Visitor, fetching, location, navigation, tokens};
use crate::support::tenant::NOW;
use crate::support::test;
use crate::support::token::Token;

fn with_refresh_token(token: &Token, refresh_token: &str) -> Value {
    let mut body = tokens(&token.compact());
    body["refresh_token"] = json!(refresh_token);
    body
}

/// Who logged in with a refresh token, at the moment when the access token has expired.
fn expired() -> Visitor {
    let mut visitor = Visitor::new();
    location(&visitor.logs_in(PAGE, &with_refresh_token(&Token::of_user(), "first")));
    visitor.platform.now.set(NOW + 700);
    visitor
}

fn later() -> Token {
    Token::of_user().with("iat", json!(NOW + 700)).with("exp", json!(NOW + 1_300))
}

#[test]
fn expired_token_is_refreshed_and_the_request_goes_on() {
    for request in [navigation(PAGE), fetching("GET", PAGE)] {
        let mut visitor = expired();
        visitor.issuer_answers(200, &with_refresh_token(&later(), "second"));
        let visit = visitor.sends(request);
        assert!(visit.answer.is_none() && visit.by_cookie, "{visit:?}");
        let posted = visitor.posted();
        assert_eq!(
            (posted["grant_type"].as_str(), posted["refresh_token"].as_str()),
            ("refresh_token", "first")
        );
        assert_eq!(visit.set_cookies.len(), 1);
        assert!(visit.set_cookies[0].contains("Max-Age=1209600;"), "{:?}", visit.set_cookies);
    }
}

#[test]
fn successor_takes_the_place_of_the_refresh_token() {
    let mut visitor = expired();
    visitor.issuer_answers(200, &with_refresh_token(&later(), "second"));
    visitor.sends(navigation(PAGE));
    visitor.platform.now.set(NOW + 1_400);
    let token = later().with("iat", json!(NOW + 1_400)).with("exp", json!(NOW + 2_000));
    visitor.issuer_answers(200, &with_refresh_token(&token, "third"));
    assert!(visitor.sends(navigation(PAGE)).answer.is_none());
    assert_eq!(visitor.posted()["refresh_token"], "second");
}

#[test]
fn good_token_is_not_refreshed() {
    let mut visitor = expired();
    visitor.platform.now.set(NOW + 599);
    assert!(visitor.sends(navigation(PAGE)).answer.is_none());
    assert_eq!(visitor.platform.posts.borrow().len(), 1);
}

#[test]
fn refresh_token_that_is_not_taken_any_more_ends_the_cookie_and_a_navigation_logs_in() {
    let mut visitor = expired();
    visitor.issuer_answers(400, &json!({ "error": "invalid_grant" }));
    visitor.begins(PAGE);
    assert!(visitor.cookies.keys().all(|name| name.contains(".login.")), "{:?}", visitor.cookies.keys());

    let mut visitor = expired();
    visitor.issuer_answers(400, &json!({ "error": "invalid_grant" }));
    let visit = visitor.sends(fetching("GET", PAGE));
    assert!(visit.answer.is_none(), "the gate's 401 stands");
    assert!(visitor.cookies.is_empty());
}

#[test]
fn issuer_that_does_not_answer_is_503_and_takes_nothing_away() {
    let mut visitor = expired();
    let kept = visitor.cookies.clone();
    for request in [navigation(PAGE), fetching("GET", PAGE)] {
        let visit = visitor.sends(request);
        assert_eq!((visit.answer.as_ref().unwrap().status, visit.reason), (503, Some("cannot_decide_now")));
    }
    assert_eq!(visitor.cookies, kept);
}

#[test]
fn refreshing_is_tried_once_for_a_request() {
    let mut visitor = expired();
    // What comes back has expired as well.
    visitor.issuer_answers(200, &with_refresh_token(&Token::of_user(), "second"));
    let visit = visitor.sends(fetching("GET", PAGE));
    assert!(visit.answer.is_none());
    assert_eq!(visitor.platform.posts.borrow().len(), 2);
}

#[test]
fn token_that_is_refused_for_another_reason_is_not_refreshed() {
    let mut visitor = Visitor::new();
    let token = Token::of_user().with("scope", json!("orders:cancel"));
    location(&visitor.logs_in(PAGE, &with_refresh_token(&token, "first")));
    visitor.sends(navigation(PAGE));
    assert_eq!(visitor.platform.posts.borrow().len(), 1);
}

#[test]
fn another_site_has_nothing_refreshed() {
    let mut visitor = expired();
    let mut request = fetching("POST", PAGE);
    request.sec_fetch_site = Some("cross-site".to_owned());
    visitor.sends(request);
    assert_eq!(visitor.platform.posts.borrow().len(), 1);
}
