//! E7, E8, E12: whatever is lost, a retry is safe and strands nobody; what cannot be read is 503.

use serde_json::json;

use super::{next, refresh_token_of};
use crate::support::host::CallFault;
use crate::support::login::text;
use crate::support::shop::SERVER;
use crate::support::test;

#[test]
fn retry_after_a_lost_reply_gets_the_leaf() {
    let (issuer, token) = refresh_token_of("ada");
    issuer.fail_call(0, CallFault::LostReply);
    let reply = issuer.refresh(SERVER, &token);
    reply.refused(503, "temporarily_unavailable", "host_unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
    let leaf = text(&next(&issuer, &token), "refresh_token");
    assert_eq!(text(&next(&issuer, &token), "refresh_token"), leaf);
    next(&issuer, &leaf);
}

#[test]
fn retry_after_a_call_that_never_arrived_rotates() {
    let (issuer, token) = refresh_token_of("ada");
    issuer.fail_call(0, CallFault::Unavailable);
    issuer.refresh(SERVER, &token).refused(503, "temporarily_unavailable", "host_unavailable");
    next(&issuer, &token);
}

#[test]
fn retry_after_a_signature_that_failed_gets_the_leaf() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.host.signing_fails = true;
    issuer.refresh(SERVER, &token).refused(503, "temporarily_unavailable", "host_unavailable");
    issuer.host.signing_fails = false;
    let leaf = text(&next(&issuer, &token), "refresh_token");
    next(&issuer, &leaf);
}

#[test]
fn host_that_cannot_read_or_draw_consumes_nothing() {
    let (mut issuer, token) = refresh_token_of("ada");
    let before = issuer.objects();
    issuer.host.reading_fails = true;
    issuer.refresh(SERVER, &token).refused(503, "temporarily_unavailable", "host_unavailable");
    issuer.host.reading_fails = false;
    issuer.host.randomness_fails = true;
    issuer.refresh(SERVER, &token).refused(503, "temporarily_unavailable", "host_unavailable");
    issuer.host.randomness_fails = false;
    assert!(issuer.objects() == before);
    next(&issuer, &token);
}

#[test]
fn e12_rows_of_a_later_version_are_503_and_stay_as_they_are() {
    let (issuer, token) = refresh_token_of("ada");
    let whole = issuer.objects();
    let account = "account demo/user/ada";
    for value in issuer.host.objects.borrow_mut().get_mut(account).unwrap().values_mut() {
        let mut row: serde_json::Value = serde_json::from_str(value).unwrap();
        row["v"] = json!(2);
        *value = row.to_string();
    }
    let later = issuer.objects();
    let reply = issuer.refresh(SERVER, &token);
    reply.refused(503, "temporarily_unavailable", "stored_record_unreadable");
    assert!(issuer.objects() == later);
    *issuer.host.objects.borrow_mut() = whole;
    next(&issuer, &token);
}

#[test]
fn e12_broken_rows_are_503_at_every_endpoint_that_reads_them() {
    let (issuer, token) = refresh_token_of("ada");
    for value in issuer.host.objects.borrow_mut().get_mut("account demo/user/ada").unwrap().values_mut() {
        "{".clone_into(value);
    }
    issuer.refresh(SERVER, &token).refused(503, "temporarily_unavailable", "stored_record_unreadable");
    let form = crate::support::issuer::Parameters::of(&[("token", &token)]);
    for path in ["/oidc/introspect", "/oidc/token/revocation"] {
        let reply = issuer.ask(SERVER, path, &form);
        reply.refused(503, "temporarily_unavailable", "stored_record_unreadable");
    }
    let get = |path: &str| crate::support::issuer::Call::get(path).bearer(&issuer.client_token(SERVER));
    let listed = issuer.answer(&get("/v1/auth/users/ada/sessions"));
    listed.refused(503, "temporarily_unavailable", "stored_record_unreadable");
    let listed = issuer.answer(&get("/v1/sessions/ada"));
    listed.refused_by_management(503, "temporarily_unavailable", "stored_record_unreadable");
}

#[test]
fn family_whose_object_lost_everything_is_unknown_and_leaves_no_trace() {
    let (issuer, token) = refresh_token_of("ada");
    issuer.host.objects.borrow_mut().clear();
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_unknown");
    assert!(issuer.objects().is_empty());
}
