//! The refresh token grant (R22-R25, R28; THREATS D2, D8, D9, D12, E8, E12): rotation, and everything that ends it.

use serde_json::{Value, json};

use crate::support::issuer::{Issuer, Parameters, claims};
use crate::support::login::{backend_login, text, tokens};
use crate::support::shop::{INSIGHTS, PARTNER, SERVER, SERVICE, SISTER, WEB, member};
use crate::support::tenant::{ISSUER, ORDERS, PAYMENTS, PROFILE};
use crate::support::test;

mod d2_theft;
mod d8_narrowing;
mod d9_bounds;
mod e8_lost_replies;
mod what_ends_it;

/// A refresh token of [`SERVER`] for `user`, and the server that issued it.
fn refresh_token_of(user: &str) -> (Issuer, String) {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, user), "refresh_token");
    (issuer, token)
}

fn next(issuer: &Issuer, token: &str) -> Value {
    issuer.refresh(SERVER, token).granted()
}

#[test]
fn refresh_gives_an_access_token_and_a_successor() {
    let (issuer, token) = refresh_token_of("ada");
    issuer.later(100);
    let response = next(&issuer, &token);
    assert_ne!(text(&response, "refresh_token"), token);
    let claims = claims(&text(&response, "access_token"));
    assert_eq!(
        (&claims["sub"], &claims["aud"], &claims["client_id"]),
        (&json!("ada"), &json!(ORDERS), &json!(SERVER))
    );
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(issuer.now()), &json!(issuer.now() + 3_600)));
}

#[test]
fn successor_of_a_successor_works() {
    let (issuer, mut token) = refresh_token_of("ada");
    for _ in 0..20 {
        issuer.later(60);
        token = text(&next(&issuer, &token), "refresh_token");
    }
}

#[test]
fn id_token_of_a_refresh_has_no_nonce_and_the_authentication_of_the_grant() {
    let (issuer, token) = refresh_token_of("ada");
    let at_the_grant = issuer.now();
    issuer.later(500);
    let identity = claims(&text(&next(&issuer, &token), "id_token"));
    assert_eq!((identity.get("nonce"), &identity["auth_time"]), (None, &json!(at_the_grant)));
    assert_eq!((&identity["iat"], &identity["aud"]), (&json!(issuer.now()), &json!(SERVER)));
}

#[test]
fn grant_and_session_are_those_of_the_first_tokens() {
    let issuer = Issuer::new();
    let first = tokens(&issuer, SERVER, "ada");
    let second = next(&issuer, &text(&first, "refresh_token"));
    let (first, second) = (claims(&text(&first, "access_token")), claims(&text(&second, "access_token")));
    assert_eq!((&first["gid"], &first["sid"]), (&second["gid"], &second["sid"]));
    assert_ne!(first["jti"], second["jti"]);
}

#[test]
fn another_client_cannot_refresh_and_ends_nothing() {
    for stranger in [SISTER, PARTNER, WEB, INSIGHTS, SERVICE] {
        let (issuer, token) = refresh_token_of("ada");
        let before = issuer.objects()["account demo/user/ada"].clone();
        let reply = issuer.refresh(stranger, &token);
        reply.refused(400, "invalid_grant", "refresh_token_of_another_client");
        assert!(issuer.objects()["account demo/user/ada"] == before);
        next(&issuer, &token);
    }
}

#[test]
fn another_client_with_a_used_token_ends_nothing() {
    let (issuer, token) = refresh_token_of("ada");
    let leaf = text(&next(&issuer, &token), "refresh_token");
    let leaf = text(&next(&issuer, &leaf), "refresh_token");
    issuer.refresh(SISTER, &token).refused(400, "invalid_grant", "refresh_token_of_another_client");
    next(&issuer, &leaf);
}

#[test]
fn what_is_no_refresh_token_of_ours_is_refused_before_any_object_is_asked() {
    let (issuer, token) = refresh_token_of("ada");
    issuer.host.effects.borrow_mut().clear();
    let shortened = &token[..token.len() - 1];
    for text in [
        "x",
        shortened,
        &format!("{token}="),
        &format!("{token}A"),
        &"A".repeat(3_000),
        &token.to_lowercase(),
    ] {
        issuer.refresh(SERVER, text).refused(400, "invalid_grant", "refresh_token_unknown");
    }
    assert!(!issuer.host.effects.borrow().contains(&"account".to_owned()));
}

#[test]
fn token_of_another_tenants_server_is_unknown() {
    let (_, token) = refresh_token_of("ada");
    let mut other = Issuer::new();
    tokens(&other, SERVER, "ada");
    let text = "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    other.master_keys = Some(audgate::sealing::MasterKeys::parse(text).unwrap());
    other.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_unknown");
}

#[test]
fn master_key_can_be_changed_under_a_living_family() {
    let (mut issuer, token) = refresh_token_of("ada");
    let both = "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI 1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    issuer.master_keys = Some(audgate::sealing::MasterKeys::parse(both).unwrap());
    let leaf = text(&next(&issuer, &token), "refresh_token");
    let newest = "2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    issuer.master_keys = Some(audgate::sealing::MasterKeys::parse(newest).unwrap());
    next(&issuer, &leaf);
}

#[test]
fn refresh_token_is_required() {
    let issuer = Issuer::new();
    let reply = issuer.token(SERVER, &Parameters::of(&[("grant_type", "refresh_token")]));
    reply.refused(400, "invalid_request", "parameter_missing");
}

#[test]
fn r24_resource_is_fixed_at_the_grant() {
    let (issuer, token) = refresh_token_of("ada");
    for (resource, reason) in [
        (PROFILE, "resource_not_granted"),
        (ISSUER, "resource_not_granted"),
        (PAYMENTS, "resource_not_assigned"),
        ("https://nowhere.example", "resource_not_assigned"),
    ] {
        issuer.refresh_with(SERVER, &token, &[("resource", resource)]).refused(400, "invalid_target", reason);
    }
    let two = [("resource", ORDERS), ("resource", PROFILE)];
    issuer.refresh_with(SERVER, &token, &two).refused(400, "invalid_target", "several_resources");
    issuer.refresh_with(SERVER, &token, &[("resource", ORDERS)]).granted();
}

#[test]
fn client_without_the_grant_cannot_refresh() {
    let (mut issuer, token) = refresh_token_of("ada");
    issuer.republish(|document| *member(document, SERVER, "grants") = json!(["authorization_code"]));
    issuer.refresh(SERVER, &token).refused(400, "unauthorized_client", "grant_type_not_allowed");
    issuer.republish(|document| {
        *member(document, SERVER, "grants") = json!(["authorization_code", "refresh_token"])
    });
    next(&issuer, &token);
}

#[test]
fn public_client_refreshes_by_its_name_and_by_no_other() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, WEB, "ada"), "refresh_token");
    let form = Parameters::of(&[("grant_type", "refresh_token"), ("refresh_token", &token)]);
    let nobody = crate::support::issuer::Call::post("/oidc/token", &form);
    issuer.answer(&nobody).refused(401, "invalid_client", "authentication_missing");
    let app = crate::support::shop::APP;
    issuer.refresh(app, &token).refused(400, "invalid_grant", "refresh_token_of_another_client");
    issuer.refresh(WEB, &token).granted();
}

#[test]
fn r23_r29_refresh_does_not_slide_the_session() {
    let issuer = Issuer::new();
    let session = backend_login(&issuer, SERVER, "ada");
    issuer.later(1_209_600 - 1);
    let leaf = text(&next(&issuer, &text(&session, "refresh_token")), "refresh_token");
    issuer.later(1);
    let body = json!({ "session_id": session["session_id"] });
    let reply = issuer.call(SERVER, "/v1/auth/session/authenticate", &body);
    reply.refused(400, "invalid_grant", "session_expired");
    issuer.refresh(SERVER, &leaf).refused(400, "invalid_grant", "refresh_token_expired");
}
