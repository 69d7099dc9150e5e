//! D12: whatever can be checked is checked before the code is used up, and before a grant is recorded.

use serde_json::json;

use super::code_of;
use crate::support::issuer::{Issuer, Parameters};
use crate::support::login::redemption;
use crate::support::shop::{SERVER, member};
use crate::support::tenant::PROFILE;
use crate::support::test;

/// Refuses this form, and leaves every object as it was.
#[track_caller]
fn consumes_nothing(issuer: &Issuer, form: &Parameters, reason: &str) {
    let before = issuer.objects();
    let reply = issuer.token(SERVER, form);
    assert_eq!(reply.reason, Some(reason), "{reply:?}");
    assert!(issuer.objects() == before, "the refusal has changed an object");
}

#[test]
fn malformed_requests_consume_nothing() {
    let issuer = Issuer::new();
    let form = redemption(&code_of(&issuer, SERVER));
    consumes_nothing(&issuer, &form.clone().without("code_verifier"), "parameter_missing");
    consumes_nothing(&issuer, &form.clone().without("redirect_uri"), "parameter_missing");
    consumes_nothing(&issuer, &form.clone().with("resource", "x"), "resource_malformed");
    consumes_nothing(&issuer, &form.clone().with("resource", PROFILE), "resource_not_granted");
    consumes_nothing(&issuer, &form.clone().with("grant_type", "password"), "grant_type_unknown");
    issuer.token(SERVER, &form).granted();
}

#[test]
fn what_records_say_against_it_consumes_nothing() {
    for (name, value, reason) in [
        ("applications", json!([]), "user_not_assigned"),
        ("role_ids", json!([]), "no_scope_granted"),
        ("status", json!("suspended"), "user_suspended"),
    ] {
        let mut issuer = Issuer::new();
        let request = crate::support::login::authorization_request(SERVER).with("scope", "orders:read");
        let browser = crate::support::login::Browser::new();
        let code = browser.log_in_for(&issuer, &request, "ada").sent("code").unwrap();
        issuer.republish(|document| *member(document, "ada", name) = value);
        consumes_nothing(&issuer, &redemption(&code), reason);
    }
}

#[test]
fn host_that_cannot_read_or_draw_consumes_nothing() {
    let mut issuer = Issuer::new();
    let form = redemption(&code_of(&issuer, SERVER));
    issuer.host.reading_fails = true;
    consumes_nothing(&issuer, &form, "host_unavailable");
    issuer.host.reading_fails = false;
    issuer.host.randomness_fails = true;
    consumes_nothing(&issuer, &form, "host_unavailable");
    issuer.host.randomness_fails = false;
    issuer.token(SERVER, &form).granted();
}

#[test]
fn broken_records_consume_nothing() {
    for (key, reason) in [
        ("tenant/demo/user/ada", "user_record_broken"),
        ("tenant/demo/client/shop-server", "client_record_broken"),
    ] {
        let mut issuer = Issuer::new();
        let form = redemption(&code_of(&issuer, SERVER));
        let whole = issuer.host.records.insert(key.to_owned(), "{}".to_owned()).unwrap();
        consumes_nothing(&issuer, &form, reason);
        issuer.host.records.insert(key.to_owned(), whole);
        issuer.token(SERVER, &form).granted();
    }
}
