//! D9: no refresh token outlives `max_refresh_rotate` of its family (R24, R25, R28, R31).

use serde_json::json;

use super::next;
use crate::support::issuer::Issuer;
use crate::support::login::{Browser, authorization_request, redemption, text, tokens};
use crate::support::shop::SERVER;
use crate::support::test;

const DAY: u64 = 86_400;

fn with_bounds(lifetime: u64, rotation: u64) -> (Issuer, String) {
    let issuer = Issuer::of(|document| {
        document["resources"][0]["refresh_token_ttl"] = json!(lifetime);
        document["resources"][0]["max_refresh_rotate"] = json!(rotation);
    });
    let token = text(&tokens(&issuer, SERVER, "ada"), "refresh_token");
    (issuer, token)
}

#[test]
fn unused_token_expires() {
    let (issuer, token) = with_bounds(1_000, 10_000);
    issuer.later(999);
    let leaf = text(&next(&issuer, &token), "refresh_token");
    issuer.later(1_000);
    issuer.refresh(SERVER, &leaf).refused(400, "invalid_grant", "refresh_token_expired");
}

#[test]
fn rotation_goes_on_no_longer_than_its_bound() {
    let (issuer, mut token) = with_bounds(1_000, 2_500);
    for (seconds, left) in [(900, 1_000), (900, 700), (600, 100)] {
        issuer.later(seconds);
        let response = next(&issuer, &token);
        assert_eq!(response["refresh_token_expires_in"], left);
        token = text(&response, "refresh_token");
    }
    issuer.later(100);
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_expired");
}

#[test]
fn bound_that_is_lowered_later_is_heeded() {
    let (mut issuer, token) = with_bounds(1_000, 10_000);
    issuer.later(500);
    issuer.republish(|document| document["resources"][0]["max_refresh_rotate"] = json!(1_000));
    let response = next(&issuer, &token);
    assert_eq!(response["refresh_token_expires_in"], 500);
}

#[test]
fn bound_that_is_raised_later_changes_nothing_for_a_living_family() {
    let (mut issuer, token) = with_bounds(1_000, 1_000);
    issuer.later(500);
    issuer.republish(|document| {
        document["resources"][0]["refresh_token_ttl"] = json!(10_000);
        document["resources"][0]["max_refresh_rotate"] = json!(100_000);
    });
    assert_eq!(next(&issuer, &token)["refresh_token_expires_in"], 500);
}

/// The days after which a token of the default resource, refreshed every ten days, is refused.
fn days_of_rotation(preset: &str) -> u64 {
    let issuer =
        Issuer::of(|document| document["default_resource"] = json!({ "preset": preset, "scopes": [] }));
    let request = authorization_request(SERVER).without("resource").with("scope", "openid offline_access");
    let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    let mut token = text(&issuer.token(SERVER, &redemption(&code)).granted(), "refresh_token");
    for round in 1..=50 {
        issuer.later(10 * DAY);
        let reply = issuer.refresh(SERVER, &token);
        if reply.status != 200 {
            reply.refused(400, "invalid_grant", "refresh_token_expired");
            return round * 10;
        }
        token = reply.text("refresh_token");
    }
    panic!("it never ends")
}

#[test]
fn r28_standard_preset_rotates_for_14_days() {
    assert_eq!(days_of_rotation("standard"), 20);
}

#[test]
fn r28_legacy_preset_rotates_for_a_year() {
    assert_eq!(days_of_rotation("legacy"), 370);
}

#[test]
fn r24_family_outlives_its_session_by_itself() {
    let (issuer, token) = with_bounds(30 * DAY, 100 * DAY);
    issuer.later(20 * DAY);
    let response = next(&issuer, &token);
    assert_eq!(response["expires_in"], 3_600);
}
