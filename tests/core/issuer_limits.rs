//! What is counted against a limit, and under whose name.

use serde_json::json;

use crate::support::issuer::{Issuer, Parameters};
use crate::support::login::{Browser, authorization_request, redemption};
use crate::support::shop::{CALLBACK, SERVER, SISTER, WEB};
use crate::support::test;

fn counted(issuer: &Issuer) -> Vec<String> {
    std::mem::take(&mut *issuer.host.counted.borrow_mut())
}

fn typed(email: &str) -> Vec<String> {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let page = browser.login_page(&issuer, &authorization_request(SERVER));
    browser.post(&issuer, "/oidc/login", &[("login", &page.hidden("login")), ("email", email)]);
    counted(&issuer)
}

fn asked(client: &str, email: &str) -> Vec<String> {
    let issuer = Issuer::new();
    let token = issuer.client_token(client);
    counted(&issuer);
    let body = json!({ "email": email, "redirect_uri": CALLBACK });
    let call = crate::support::issuer::Call::json("/v1/auth/link/email/send", &body);
    issuer.answer(&call.bearer(&token));
    counted(&issuer)
}

#[test]
fn another_spelling_of_an_address_is_no_way_around_its_limit() {
    let usual = typed("ada@shop.example");
    assert!(!usual.is_empty() && usual.iter().any(|key| key.starts_with("login demo/")));
    for email in ["ADA@shop.example", "ada@SHOP.example", "  ada@shop.example "] {
        assert_eq!(typed(email), usual, "{email}");
    }
    assert_ne!(typed("grace@shop.example"), usual);
    assert_eq!(asked(SERVER, "ADA@SHOP.example"), asked(SERVER, "ada@shop.example"));
}

#[test]
fn links_are_counted_by_client_and_address() {
    let usual = asked(SERVER, "ada@shop.example");
    assert_eq!(usual.len(), 1);
    assert_ne!(asked(SISTER, "ada@shop.example"), usual);
    assert_ne!(asked(SERVER, "grace@shop.example"), usual);
}

#[test]
fn hosted_login_is_counted_by_its_caller_too() {
    assert!(typed("ada@shop.example").contains(&"login demo/from/192.0.2.1".to_owned()));
}

#[test]
fn token_requests_are_counted_by_client_and_those_of_public_ones_by_caller() {
    let issuer = Issuer::new();
    issuer.token(SERVER, &redemption("x"));
    assert_eq!(counted(&issuer), ["token demo/shop-server"]);
    issuer.token(WEB, &redemption("x"));
    assert_eq!(counted(&issuer), ["token demo/shop-web/192.0.2.1"]);
}

#[test]
fn whoever_does_not_authenticate_uses_nobodys_limit_up() {
    let issuer = Issuer::new();
    let form = Parameters::of(&[("grant_type", "client_credentials"), ("client_id", SERVER)]);
    let call = crate::support::issuer::Call::post("/oidc/token", &form);
    issuer.answer(&call).refused(401, "invalid_client", "authentication_missing");
    assert!(counted(&issuer).is_empty());
}
