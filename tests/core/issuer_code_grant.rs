//! The authorization code grant (THREATS D1, D3, D4, D8, D12): what a code gives, and to whom it does not.

use serde_json::json;

use crate::support::host::CallFault;
use crate::support::issuer::{Issuer, Parameters, claims};
use crate::support::login::{Browser, VERIFIER, authorization_request, redemption, text};
use crate::support::shop::{APP, CALLBACK, INSIGHTS, OTHER_CALLBACK, PARTNER, SERVER, SERVICE, SISTER, WEB};
use crate::support::tenant::{ISSUER, ORDERS};
use crate::support::test;

mod d12_nothing_consumed;
mod d1_replay;
mod d3_verifier;
mod resources_and_scopes;
mod users;

fn code_of(issuer: &Issuer, client: &str) -> String {
    Browser::new().log_in(issuer, client, "ada")
}

#[test]
fn code_gives_tokens_for_the_user_who_logged_in() {
    let issuer = Issuer::new();
    let response = issuer.token(SERVER, &redemption(&code_of(&issuer, SERVER))).granted();
    assert_eq!((&response["token_type"], &response["expires_in"]), (&json!("Bearer"), &json!(3_600)));
    assert_eq!(response["scope"], "openid email offline_access orders:read");
    assert_eq!(response["refresh_token_expires_in"], 1_209_600);
    let claims = claims(&text(&response, "access_token"));
    assert_eq!(
        (&claims["iss"], &claims["sub"], &claims["aud"]),
        (&json!(ISSUER), &json!("ada"), &json!(ORDERS))
    );
    assert_eq!((&claims["client_id"], &claims["app_id"]), (&json!(SERVER), &json!("shop")));
}

#[test]
fn id_token_is_for_the_client_and_repeats_the_nonce() {
    let issuer = Issuer::new();
    let response = issuer.token(SERVER, &redemption(&code_of(&issuer, SERVER))).granted();
    let (identity, access) = (claims(&text(&response, "id_token")), claims(&text(&response, "access_token")));
    assert_eq!(
        (&identity["aud"], &identity["nonce"], &identity["sub"]),
        (&json!(SERVER), &json!("n-1"), &json!("ada"))
    );
    assert_eq!((&identity["sid"], &identity["auth_time"]), (&access["sid"], &access["auth_time"]));
    assert_eq!(identity["exp"], issuer.now() + 300);
}

#[test]
fn every_kind_of_client_redeems_its_own_code() {
    for client in [SERVER, WEB, APP, SERVICE] {
        let issuer = Issuer::new();
        issuer.token(client, &redemption(&code_of(&issuer, client))).granted();
    }
}

#[test]
fn code_that_is_none_of_ours_is_refused_before_any_object_is_asked() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let mut foreign = Issuer::new();
    foreign.master_keys = Some(another_master_key());
    let of_another_server = code_of(&foreign, SERVER);
    let shortened = code[..code.len() - 1].to_owned();
    let extended = format!("{code}A");
    for code in ["x", &of_another_server, &shortened, &extended, &"A".repeat(2_000), &code.to_uppercase()] {
        issuer.host.effects.borrow_mut().clear();
        issuer.token(SERVER, &redemption(code)).refused(400, "invalid_grant", "code_unknown");
        assert!(!issuer.host.effects.borrow().contains(&"challenge".to_owned()));
    }
}

fn another_master_key() -> audgate::sealing::MasterKeys {
    let text = "1:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    audgate::sealing::MasterKeys::parse(text).unwrap()
}

#[test]
fn code_with_any_character_changed_is_refused_and_leaves_no_trace() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let before = issuer.objects();
    for index in (0..code.len()).step_by(7) {
        let other = if &code[index..=index] == "A" { "B" } else { "A" };
        let changed = format!("{}{other}{}", &code[..index], &code[index + 1..]);
        issuer.token(SERVER, &redemption(&changed)).refused(400, "invalid_grant", "code_unknown");
    }
    assert!(issuer.objects() == before);
}

#[test]
fn code_lives_60_seconds() {
    for (seconds, lives) in [(59, true), (60, false), (3_600, false), (1_000_000, false)] {
        let issuer = Issuer::new();
        let code = code_of(&issuer, SERVER);
        issuer.later(seconds);
        let reply = issuer.token(SERVER, &redemption(&code));
        if lives {
            reply.granted();
        } else {
            reply.refused(400, "invalid_grant", "code_expired");
        }
    }
}

#[test]
fn parameters_of_the_grant_are_required() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    for name in ["code", "redirect_uri", "code_verifier"] {
        let reply = issuer.token(SERVER, &redemption(&code).without(name));
        reply.refused(400, "invalid_request", "parameter_missing");
        let reply = issuer.token(SERVER, &redemption(&code).with(name, ""));
        reply.refused(400, "invalid_request", "parameter_missing");
        let twice = redemption(&code).and(name, "x");
        issuer.token(SERVER, &twice).refused(400, "invalid_request", "repeated_parameter");
    }
}

#[test]
fn another_clients_code_is_refused_whoever_asks() {
    for stranger in [SISTER, PARTNER, WEB, INSIGHTS, SERVICE] {
        let issuer = Issuer::new();
        let code = code_of(&issuer, SERVER);
        let reply = issuer.token(stranger, &redemption(&code));
        reply.refused(400, "invalid_grant", "code_of_another_client");
        issuer.token(SERVER, &redemption(&code)).granted();
    }
}

#[test]
fn d4_redirect_uri_is_that_of_the_authorization_request_to_the_letter() {
    let upper = CALLBACK.to_uppercase();
    let with_slash = format!("{CALLBACK}/");
    for uri in [OTHER_CALLBACK, &upper, &with_slash, "https://shop.example", "https://evil.example/callback"]
    {
        let issuer = Issuer::new();
        let code = code_of(&issuer, SERVER);
        let reply = issuer.token(SERVER, &redemption(&code).with("redirect_uri", uri));
        reply.refused(400, "invalid_grant", "redirect_uri_mismatch");
    }
}

#[test]
fn d4_redirect_uri_of_a_request_is_not_exchanged_for_another_that_is_registered() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).with("redirect_uri", OTHER_CALLBACK);
    let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "redirect_uri_mismatch");
    issuer.token(SERVER, &redemption(&code).with("redirect_uri", OTHER_CALLBACK)).granted();
}

#[test]
fn client_must_authenticate_to_redeem() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let form = redemption(&code).with("client_id", SERVER);
    let call = crate::support::issuer::Call::post("/oidc/token", &form);
    issuer.answer(&call).refused(401, "invalid_client", "authentication_missing");
    let form = form.with("client_secret", "wrong-wrong-wrong-wrong-wrong-wrong-wrong");
    let call = crate::support::issuer::Call::post("/oidc/token", &form);
    issuer.answer(&call).refused(401, "invalid_client", "authentication_failed");
    issuer.token(SERVER, &redemption(&code)).granted();
}

#[test]
fn client_without_the_grant_is_refused() {
    let mut issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    issuer.republish(|document| {
        *crate::support::shop::member(document, SERVER, "grants") = json!(["client_credentials"]);
    });
    issuer.token(SERVER, &redemption(&code)).refused(400, "unauthorized_client", "grant_type_not_allowed");
}

#[test]
fn e8_lost_reply_of_a_redemption_never_becomes_a_second_grant() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    // The calls: inspect, redeem, grant.
    issuer.fail_call(1, CallFault::LostReply);
    issuer.token(SERVER, &redemption(&code)).refused(503, "temporarily_unavailable", "host_unavailable");
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_replayed");
}

#[test]
fn object_that_does_not_answer_is_503_and_a_retry_succeeds() {
    for number in [0, 1] {
        let issuer = Issuer::new();
        let code = code_of(&issuer, SERVER);
        issuer.fail_call(number, CallFault::Unavailable);
        let reply = issuer.token(SERVER, &redemption(&code));
        reply.refused(503, "temporarily_unavailable", "host_unavailable");
        assert_eq!(reply.header("retry-after"), Some("1"));
        issuer.token(SERVER, &redemption(&code)).granted();
    }
}

#[test]
fn token_endpoint_is_limited() {
    let mut issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    issuer.host.limit_reached = true;
    let reply = issuer.token(SERVER, &redemption(&code));
    reply.refused(429, "temporarily_unavailable", "too_many_requests");
    assert_eq!(reply.header("retry-after"), Some("60"));
    issuer.host.limit_reached = false;
    issuer.token(SERVER, &redemption(&code)).granted();
}

#[test]
fn code_of_a_client_that_was_removed_is_worth_nothing() {
    let mut issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    issuer.republish(|document| {
        document["clients"].as_array_mut().unwrap().retain(|client| client["client_id"] != SERVER);
    });
    issuer.token(SERVER, &redemption(&code)).refused(401, "invalid_client", "authentication_failed");
    let form = Parameters::of(&[("grant_type", "authorization_code"), ("code_verifier", VERIFIER)]);
    issuer.token(SISTER, &form.with("code", &code).with("redirect_uri", CALLBACK)).refused(
        400,
        "invalid_grant",
        "code_of_another_client",
    );
}
