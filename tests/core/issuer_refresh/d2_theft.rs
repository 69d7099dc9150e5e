//! D2: one live leaf; only the immediate predecessor of an unused leaf, inside the window, is answered again.

use super::{next, refresh_token_of};
use crate::support::issuer::Parameters;
use crate::support::login::text;
use crate::support::shop::SERVER;
use crate::support::test;

#[test]
fn immediate_retry_gets_the_same_leaf() {
    let (issuer, token) = refresh_token_of("ada");
    let leaf = text(&next(&issuer, &token), "refresh_token");
    for _ in 0..10 {
        assert_eq!(text(&next(&issuer, &token), "refresh_token"), leaf);
        issuer.later(1);
    }
    next(&issuer, &leaf);
}

#[test]
fn retry_does_not_lengthen_the_leafs_life() {
    let (issuer, token) = refresh_token_of("ada");
    let first = next(&issuer, &token)["refresh_token_expires_in"].as_u64().unwrap();
    issuer.later(10);
    assert_eq!(next(&issuer, &token)["refresh_token_expires_in"].as_u64().unwrap(), first - 10);
}

#[test]
fn retry_after_the_window_is_theft() {
    let (issuer, token) = refresh_token_of("ada");
    let leaf = text(&next(&issuer, &token), "refresh_token");
    issuer.later(11);
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_reused");
    issuer.refresh(SERVER, &leaf).refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn predecessor_of_a_used_leaf_is_theft_inside_the_window_too() {
    let (issuer, token) = refresh_token_of("ada");
    let leaf = text(&next(&issuer, &token), "refresh_token");
    let latest = text(&next(&issuer, &leaf), "refresh_token");
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_reused");
    issuer.refresh(SERVER, &latest).refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn theft_is_told_to_the_log_and_not_to_the_thief() {
    let (issuer, token) = refresh_token_of("ada");
    next(&issuer, &token);
    issuer.later(11);
    let theft = issuer.refresh(SERVER, &token);
    let unknown = issuer.refresh(SERVER, "x");
    assert_eq!(
        (theft.status, &theft.headers, &theft.body),
        (unknown.status, &unknown.headers, &unknown.body)
    );
    assert_eq!(theft.reason, Some("refresh_token_reused"));
}

#[test]
fn theft_kills_the_access_tokens_of_the_family() {
    let (issuer, token) = refresh_token_of("ada");
    let response = next(&issuer, &token);
    let access = Parameters::of(&[("token", &text(&response, "access_token"))]);
    issuer.later(11);
    assert_eq!(issuer.ask(SERVER, "/oidc/introspect", &access).json()["active"], true);
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_reused");
    assert_eq!(issuer.ask(SERVER, "/oidc/introspect", &access).json()["active"], false);
}

#[test]
fn theft_of_one_family_leaves_the_users_others_alone() {
    let (issuer, token) = refresh_token_of("ada");
    let other = text(&crate::support::login::tokens(&issuer, SERVER, "ada"), "refresh_token");
    next(&issuer, &token);
    issuer.later(11);
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_reused");
    next(&issuer, &other);
}

#[test]
fn window_of_the_tenant_is_heeded() {
    let mut issuer = crate::support::issuer::Issuer::of(|document| {
        document["settings"]["refresh_token_grace"] = serde_json::json!(60);
    });
    let token = text(&crate::support::login::tokens(&issuer, SERVER, "ada"), "refresh_token");
    let leaf = text(&next(&issuer, &token), "refresh_token");
    issuer.later(60);
    assert_eq!(text(&next(&issuer, &token), "refresh_token"), leaf);
    issuer.republish(|document| document["settings"]["refresh_token_grace"] = serde_json::json!(0));
    let leaf = text(&next(&issuer, &leaf), "refresh_token");
    next(&issuer, &leaf);
    issuer.later(1);
    issuer.refresh(SERVER, &leaf).refused(400, "invalid_grant", "refresh_token_reused");
}

#[test]
fn no_storage_has_a_token_in_it() {
    let (issuer, token) = refresh_token_of("ada");
    let leaf = text(&next(&issuer, &token), "refresh_token");
    let stored = format!("{:?}", issuer.objects());
    assert!(!stored.contains(&token) && !stored.contains(&leaf));
}
