//! D8: what a refresh gives is a subset of what was granted, always.

use serde_json::json;

use super::{next, refresh_token_of};
use crate::support::issuer::claims;
use crate::support::login::text;
use crate::support::shop::{SERVER, member};
use crate::support::test;

#[test]
fn widened_scope_is_refused_and_consumes_nothing() {
    let (issuer, token) = refresh_token_of("ada");
    let before = issuer.objects();
    for scope in
        ["orders:cancel", "orders:read orders:cancel", "profile:read", "profile", "unknown", "openid address"]
    {
        let reply = issuer.refresh_with(SERVER, &token, &[("scope", scope)]);
        reply.refused(400, "invalid_scope", "scope_widened");
    }
    assert!(issuer.objects() == before);
    next(&issuer, &token);
}

#[test]
fn malformed_scope_is_refused_and_consumes_nothing() {
    let (issuer, token) = refresh_token_of("ada");
    let before = issuer.objects();
    for scope in [" openid", "openid ", "openid  email", "\"", "é"] {
        let reply = issuer.refresh_with(SERVER, &token, &[("scope", scope)]);
        reply.refused(400, "invalid_scope", "scope_malformed");
    }
    assert!(issuer.objects() == before);
}

#[test]
fn narrowed_scope_is_for_this_access_token_only() {
    let (issuer, token) = refresh_token_of("ada");
    let narrow = issuer.refresh_with(SERVER, &token, &[("scope", "orders:read")]).granted();
    assert_eq!((&narrow["scope"], narrow.get("id_token")), (&json!("orders:read"), None));
    assert_eq!(claims(&text(&narrow, "access_token"))["scope"], "orders:read");
    let wide = next(&issuer, &text(&narrow, "refresh_token"));
    assert_eq!(wide["scope"], "openid email offline_access orders:read");
}

#[test]
fn role_that_was_added_since_the_grant_adds_nothing() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.republish(|document| *member(document, "ada", "role_ids") = json!(["viewer", "manager"]));
    let response = next(&issuer, &token);
    assert_eq!(response["scope"], "openid email offline_access orders:read");
    let leaf = text(&response, "refresh_token");
    let wide = issuer.refresh_with(SERVER, &leaf, &[("scope", "orders:cancel")]);
    wide.refused(400, "invalid_scope", "scope_widened");
}

#[test]
fn role_that_was_removed_takes_its_scopes_along_until_it_comes_back() {
    let (mut issuer, token) = refresh_token_of("grace");
    issuer.republish(|document| *member(document, "grace", "role_ids") = json!(["viewer"]));
    let narrowed = next(&issuer, &token);
    assert_eq!(narrowed["scope"], "openid email offline_access orders:read");
    issuer.republish(|document| *member(document, "grace", "role_ids") = json!(["viewer", "manager"]));
    let wide = next(&issuer, &text(&narrowed, "refresh_token"));
    assert_eq!(wide["scope"], "openid email offline_access orders:read orders:cancel");
}

#[test]
fn protocol_scope_that_the_client_lost_is_gone() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.republish(|document| *member(document, SERVER, "protocol_scopes") = json!(["offline_access"]));
    let response = next(&issuer, &token);
    assert_eq!((&response["scope"], response.get("id_token")), (&json!("offline_access orders:read"), None));
}

#[test]
fn asking_for_a_scope_that_the_role_no_longer_grants_is_refused_and_consumes_nothing() {
    let (mut issuer, token) = refresh_token_of("grace");
    issuer.republish(|document| *member(document, "grace", "role_ids") = json!(["viewer"]));
    let reply = issuer.refresh_with(SERVER, &token, &[("scope", "orders:cancel")]);
    reply.refused(400, "invalid_scope", "no_scope_granted");
    next(&issuer, &token);
}

#[test]
fn assignment_that_narrowed_narrows_the_refresh() {
    let (mut issuer, token) = refresh_token_of("grace");
    let narrowed = json!([{ "resource_id": "orders", "scopes": ["orders:cancel"] }]);
    issuer.republish(|document| *member(document, SERVER, "resources") = narrowed);
    assert_eq!(next(&issuer, &token)["scope"], "openid email offline_access orders:cancel");
}

#[test]
fn roles_in_the_access_token_are_those_of_today() {
    let (mut issuer, token) = refresh_token_of("grace");
    issuer.republish(|document| *member(document, "grace", "role_ids") = json!(["manager"]));
    assert_eq!(claims(&text(&next(&issuer, &token), "access_token"))["roles"], json!(["manager"]));
}
