//! Consent: somebody else's software gets what the user approved, and nothing before.

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Parameters, Reply};
use crate::support::login::{Browser, authorization_request, redemption};
use crate::support::shop::{INSIGHTS, SERVER, member};
use crate::support::tenant::PROFILE;
use crate::support::test;

/// Ada, logged in, and the question that she is asked.
fn asked() -> (Issuer, Browser, String) {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let reply = browser.log_in_for(&issuer, &authorization_request(INSIGHTS), "ada");
    let consent = reply.sent("consent").unwrap();
    (issuer, browser, consent)
}

fn decide(issuer: &Issuer, browser: &Browser, consent: &str, decision: &str) -> Reply {
    browser.post(issuer, "/oidc/consent", &[("consent", consent), ("decision", decision)])
}

#[test]
fn third_party_client_gets_no_code_before_the_user_was_asked() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let reply = browser.log_in_for(&issuer, &authorization_request(INSIGHTS), "ada");
    assert_eq!((reply.location().path(), reply.sent("code")), ("/oidc/consent", None));
}

#[test]
fn clients_of_the_tenant_ask_nothing_unless_they_want_to() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    let request = authorization_request(SERVER).with("prompt", "consent");
    assert_eq!(browser.authorize(&issuer, &request).location().path(), "/oidc/consent");
}

#[test]
fn approval_gives_a_code_for_what_was_approved() {
    let (issuer, browser, consent) = asked();
    let code = decide(&issuer, &browser, &consent, "approve").sent("code").unwrap();
    let response = issuer.token(INSIGHTS, &redemption(&code)).granted();
    assert_eq!(response["scope"], "openid email offline_access orders:read");
}

#[test]
fn denial_is_access_denied_and_the_next_request_asks_again() {
    let (issuer, browser, consent) = asked();
    decide(&issuer, &browser, &consent, "deny").sent_back_with("access_denied");
    let reply = browser.authorize(&issuer, &authorization_request(INSIGHTS));
    assert_eq!(reply.location().path(), "/oidc/consent");
}

#[test]
fn prompt_none_where_the_user_has_not_approved_is_consent_required() {
    let (issuer, browser, _) = asked();
    let request = authorization_request(INSIGHTS).with("prompt", "none");
    browser.authorize(&issuer, &request).sent_back_with("consent_required");
}

#[test]
fn approval_is_remembered() {
    let (issuer, browser, consent) = asked();
    decide(&issuer, &browser, &consent, "approve");
    let request = authorization_request(INSIGHTS).with("prompt", "none");
    assert!(browser.authorize(&issuer, &request).sent("code").is_some());
}

#[test]
fn approval_covers_no_more_than_was_approved() {
    let (mut issuer, browser) = (Issuer::new(), Browser::new());
    let request = authorization_request(INSIGHTS).with("scope", "orders:read");
    let reply = browser.log_in_for(&issuer, &request, "ada");
    decide(&issuer, &browser, &reply.sent("consent").unwrap(), "approve");
    for request in [
        authorization_request(INSIGHTS).with("scope", "orders:read openid"),
        authorization_request(INSIGHTS).with("scope", "orders:read offline_access"),
        authorization_request(INSIGHTS).with("resource", PROFILE).with("scope", "profile:read"),
    ] {
        let silently = request.with("prompt", "none");
        browser.authorize(&issuer, &silently).sent_back_with("consent_required");
    }
    issuer.republish(|document| *member(document, "ada", "role_ids") = json!(["viewer", "manager"]));
    let more =
        authorization_request(INSIGHTS).with("scope", "orders:read orders:cancel").with("prompt", "none");
    browser.authorize(&issuer, &more).sent_back_with("consent_required");
}

#[test]
fn approval_of_one_user_is_nobody_elses() {
    let (issuer, browser, consent) = asked();
    decide(&issuer, &browser, &consent, "approve");
    let other = Browser::new();
    let reply = other.log_in_for(&issuer, &authorization_request(INSIGHTS), "grace");
    assert_eq!(reply.location().path(), "/oidc/consent");
}

#[test]
fn question_is_answered_once() {
    for decision in ["approve", "deny"] {
        let (issuer, browser, consent) = asked();
        decide(&issuer, &browser, &consent, decision);
        decide(&issuer, &browser, &consent, "approve").refused_on_page(400, "code_replayed");
    }
}

#[test]
fn question_is_answered_in_its_own_browser_by_its_own_session() {
    let (issuer, browser, consent) = asked();
    decide(&issuer, &Browser::new(), &consent, "approve").refused_on_page(400, "other_browser");
    let other = Browser::new();
    other.log_in(&issuer, SERVER, "grace");
    decide(&issuer, &other, &consent, "approve").refused_on_page(400, "other_browser");
    // The same browser, in which meanwhile somebody else has logged in.
    let request = authorization_request(SERVER).with("prompt", "login");
    browser.log_in_for(&issuer, &request, "grace");
    decide(&issuer, &browser, &consent, "approve").refused_on_page(400, "session_unknown");
}

#[test]
fn question_dies_with_the_session() {
    let (issuer, browser, consent) = asked();
    let session = browser.session();
    browser.post(&issuer, "/oidc/session/end/confirm", &[]);
    browser.cookies.borrow_mut().insert("__Host-audgate-session".to_owned(), session);
    decide(&issuer, &browser, &consent, "approve").refused_on_page(400, "session_unknown");
}

#[test]
fn question_lives_an_hour() {
    let (issuer, browser, consent) = asked();
    issuer.later(3_600);
    decide(&issuer, &browser, &consent, "approve").refused_on_page(400, "code_expired");
}

#[test]
fn reading_the_question_approves_nothing() {
    let (issuer, browser, consent) = asked();
    for method in ["GET", "HEAD"] {
        let call = Call::get(&format!("/oidc/consent?consent={consent}&decision=approve")).method(method);
        assert_eq!(browser.perform(&issuer, &call).status, 200);
    }
    let request = authorization_request(INSIGHTS).with("prompt", "none");
    browser.authorize(&issuer, &request).sent_back_with("consent_required");
}

#[test]
fn decision_is_one_of_two() {
    let (issuer, browser, consent) = asked();
    for decision in ["", "yes", "Approve"] {
        decide(&issuer, &browser, &consent, decision).refused_on_page(400, "parameter_malformed");
    }
    assert!(decide(&issuer, &browser, &consent, "approve").sent("code").is_some());
}

#[test]
fn question_says_who_asks_whom_for_what() {
    let (issuer, browser, consent) = asked();
    let page = browser.get(&issuer, &format!("/oidc/consent?consent={consent}"));
    for text in ["asks for access", "ada@shop.example", "orders:read", "Keep access while you are away"] {
        assert!(page.body.contains(text), "no `{text}` in {}", page.body);
    }
    assert!(!page.body.contains("orders:cancel"));
}

#[test]
fn user_who_left_the_application_meanwhile_is_refused() {
    let (mut issuer, browser, consent) = asked();
    issuer.republish(|document| *member(document, "ada", "applications") = json!([]));
    decide(&issuer, &browser, &consent, "approve").sent_back_with("access_denied");
}

#[test]
fn role_that_comes_between_question_and_answer_is_not_approved() {
    let (mut issuer, browser, consent) = asked();
    let page = browser.get(&issuer, &format!("/oidc/consent?consent={consent}"));
    assert!(!page.body.contains("orders:cancel"));
    issuer.republish(|document| *member(document, "ada", "role_ids") = json!(["viewer", "manager"]));
    let code = decide(&issuer, &browser, &consent, "approve").sent("code").unwrap();
    let response = issuer.token(INSIGHTS, &redemption(&code)).granted();
    assert_eq!(response["scope"], "openid email offline_access orders:read");
}

#[test]
fn pushed_request_of_a_third_party_asks_too() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    let pushed = issuer.ask(INSIGHTS, "/oidc/request", &authorization_request(INSIGHTS)).text("request_uri");
    let form = Parameters::of(&[("client_id", INSIGHTS), ("request_uri", &pushed)]);
    assert_eq!(browser.authorize(&issuer, &form).location().path(), "/oidc/consent");
}
