//! D10: whether an address has an account, nobody learns who does not read its mail.

use serde_json::json;

use crate::support::issuer::{Issuer, Reply};
use crate::support::login::{Browser, authorization_request};
use crate::support::shop::{CALLBACK, SERVER};
use crate::support::test;

/// The page after `email` was typed, without what differs from login to login, and what it took.
fn typed(email: &str) -> (Reply, Vec<String>) {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let page = browser.login_page(&issuer, &authorization_request(SERVER));
    issuer.host.effects.borrow_mut().clear();
    let form = [("login", &*page.hidden("login")), ("email", email)];
    let mut reply = browser.post(&issuer, "/oidc/login", &form);
    reply.body = reply.body.replace(email, "EMAIL").replace(&page.hidden("login"), "LOGIN");
    let effects = issuer.host.effects.borrow().clone();
    (reply, effects)
}

/// The answer of the backend API for `email`, and what it took.
fn asked(email: &str) -> (Reply, Vec<String>) {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    issuer.host.effects.borrow_mut().clear();
    let body = json!({ "email": email, "redirect_uri": CALLBACK });
    let call = crate::support::issuer::Call::json("/v1/auth/link/email/send", &body);
    let reply = issuer.answer(&call.bearer(&token));
    let effects = issuer.host.effects.borrow().clone();
    (reply, effects)
}

fn without_mail(effects: &[String]) -> Vec<&String> {
    effects.iter().filter(|effect| *effect != "mail").collect()
}

#[test]
fn hosted_login_answers_the_same_for_whomever() {
    let (known, effects) = typed("ada@shop.example");
    assert_eq!(known.status, 200);
    for email in ["nobody@shop.example", "sue@shop.example", "ada@elsewhere.example"] {
        let (reply, other_effects) = typed(email);
        assert_eq!(reply, known, "{email}");
        assert_eq!(without_mail(&other_effects), without_mail(&effects), "{email}");
    }
}

#[test]
fn backend_api_answers_the_same_for_whomever() {
    let (known, effects) = asked("ada@shop.example");
    assert_eq!(known.status, 200);
    for email in ["nobody@shop.example", "sue@shop.example", "paul@shop.example", "ada@elsewhere.example"] {
        let (reply, other_effects) = asked(email);
        assert_eq!(reply, known, "{email}");
        assert_eq!(without_mail(&other_effects), without_mail(&effects), "{email}");
    }
}

#[test]
fn mail_goes_only_to_users_who_can_log_in() {
    for (email, mails) in [("ada@shop.example", 1), ("sue@shop.example", 0), ("nobody@shop.example", 0)] {
        assert_eq!(typed(email).1.iter().filter(|effect| *effect == "mail").count(), mails, "{email}");
        assert_eq!(asked(email).1.iter().filter(|effect| *effect == "mail").count(), mails, "{email}");
    }
    assert!(!asked("paul@shop.example").1.contains(&"mail".to_owned()));
}

#[test]
fn mail_goes_to_the_address_of_the_record() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let page = browser.login_page(&issuer, &authorization_request(SERVER));
    let form = [("login", &*page.hidden("login")), ("email", " ADA@Shop.Example ")];
    browser.post(&issuer, "/oidc/login", &form);
    assert_eq!(issuer.host.mails.borrow()[0].to, "ada@shop.example");
}

#[test]
fn address_that_was_given_up_leads_to_nobody() {
    let mut issuer = Issuer::new();
    issuer.republish(|document| {
        *crate::support::shop::member(document, "ada", "email") = json!("countess@shop.example");
    });
    // The old entry is still there, as it may be for a while.
    let old = Issuer::new().host.records;
    let (key, value) = old.iter().find(|(key, value)| key.contains("/email/") && *value == "ada").unwrap();
    issuer.host.records.insert(key.clone(), value.clone());
    let body = json!({ "email": "ada@shop.example", "redirect_uri": CALLBACK });
    assert_eq!(issuer.call(SERVER, "/v1/auth/link/email/send", &body).status, 200);
    assert!(issuer.host.mails.borrow().is_empty());
}

#[test]
fn unassigned_user_learns_so_only_after_showing_that_the_address_is_theirs() {
    let (known, _) = typed("ada@shop.example");
    assert_eq!(typed("paul@shop.example").0, known);
}
