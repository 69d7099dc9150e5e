//! Each parameter of an authorization request, once client and address are known.

use serde_json::json;

use crate::support::issuer::{Issuer, Parameters};
use crate::support::login::{Browser, authorization_request};
use crate::support::shop::{SERVER, member};
use crate::support::tenant::{ORDERS, PAYMENTS};
use crate::support::test;

/// Refuses the request by a redirect to the client, and stores nothing.
#[track_caller]
fn refuses(request: &Parameters, error: &str) {
    let issuer = Issuer::new();
    let reply = Browser::new().authorize(&issuer, request);
    reply.sent_back_with(error);
    assert!(reply.header("location").unwrap().starts_with("https://shop.example/callback?"));
    assert!(issuer.objects().is_empty());
}

fn with(name: &str, value: &str) -> Parameters {
    authorization_request(SERVER).with(name, value)
}

#[test]
fn response_type_is_code() {
    refuses(&authorization_request(SERVER).without("response_type"), "invalid_request");
    for value in ["token", "id_token", "code id_token", "code token", "CODE", "none"] {
        refuses(&with("response_type", value), "unsupported_response_type");
    }
}

#[test]
fn response_mode_is_query() {
    for value in ["fragment", "form_post", "web_message", "jwt"] {
        refuses(&with("response_mode", value), "invalid_request");
    }
}

#[test]
fn d3_challenge_is_required_and_s256() {
    refuses(&authorization_request(SERVER).without("code_challenge"), "invalid_request");
    refuses(&authorization_request(SERVER).without("code_challenge_method"), "invalid_request");
    for method in ["plain", "s256", "S512", "none"] {
        refuses(&with("code_challenge_method", method), "invalid_request");
    }
    let none = authorization_request(SERVER).without("code_challenge").without("code_challenge_method");
    refuses(&none, "invalid_request");
}

#[test]
fn d3_challenge_has_the_form_of_a_sha256() {
    let long = "a".repeat(44);
    let padded = format!("{}=", "a".repeat(42));
    let other = format!("{}+", "a".repeat(42));
    for challenge in ["", "a", &"a".repeat(42), &long, &padded, &other, &"é".repeat(21)] {
        refuses(&with("code_challenge", challenge), "invalid_request");
    }
}

#[test]
fn request_objects_are_not_supported() {
    refuses(&with("request", "e30.e30."), "request_not_supported");
}

#[test]
fn prompt_has_known_words_and_none_stands_alone() {
    for prompt in ["create", "none login", "none consent", "login none", "NONE", "login,consent"] {
        refuses(&with("prompt", prompt), "invalid_request");
    }
}

#[test]
fn max_age_is_a_whole_number_of_seconds() {
    for age in ["-1", "1.5", "x", "1e3", "99999999999", " 1"] {
        refuses(&with("max_age", age), "invalid_request");
    }
}

#[test]
fn authentication_that_nobody_can_give_here_is_said_to_be_unmet_before_anybody_logs_in() {
    for values in ["2", "urn:mace:incommon:iap:silver", "11", "0 2", " ", "1,2"] {
        refuses(&with("acr_values", values), "unmet_authentication_requirements");
    }
}

#[test]
fn authentication_that_can_be_given_here_is_one_of_those_asked_for() {
    for values in ["1", "2 1", "1 2"] {
        let reply = Browser::new().authorize(&Issuer::new(), &with("acr_values", values));
        assert_eq!(reply.location().path(), "/oidc/login", "{values}");
    }
}

#[test]
fn scope_is_well_formed() {
    for scope in [" openid", "openid  email", "\"", "a\\b", "é", "a\nb"] {
        refuses(&with("scope", scope), "invalid_scope");
    }
}

#[test]
fn resource_is_one_of_the_clients() {
    for resource in [PAYMENTS, "https://nowhere.example/", "orders", "https://api.example/orders#x", " "] {
        refuses(&with("resource", resource), "invalid_target");
        refuses(&authorization_request(SERVER).and("resource", resource), "invalid_target");
    }
}

#[test]
fn long_parameters_are_refused() {
    for (name, length) in [("nonce", 513), ("login_hint", 255)] {
        refuses(&with(name, &"x".repeat(length)), "invalid_request");
    }
    let reply = Browser::new().authorize(&Issuer::new(), &with("state", &"x".repeat(2_049)));
    reply.sent_back_with("invalid_request");
    assert_eq!(reply.sent("state"), None);
}

#[test]
fn client_without_the_grant_is_refused() {
    let issuer = Issuer::of(|document| *member(document, SERVER, "grants") = json!(["client_credentials"]));
    Browser::new().authorize(&issuer, &authorization_request(SERVER)).sent_back_with("unauthorized_client");
}

#[test]
fn scope_of_which_the_user_has_nothing_is_refused_after_the_login() {
    let request = with("scope", "orders:cancel");
    Browser::new().log_in_for(&Issuer::new(), &request, "ada").sent_back_with("invalid_scope");
}

#[test]
fn r15_user_of_another_application_is_refused_after_the_login() {
    let reply = Browser::new().log_in_for(&Issuer::new(), &authorization_request(SERVER), "paul");
    reply.sent_back_with("access_denied");
}

#[test]
fn parameters_that_nobody_knows_are_ignored() {
    let reply = Browser::new().authorize(&Issuer::new(), &with("utm_source", "x").with("ui_locales", "de"));
    assert_eq!(reply.location().path(), "/oidc/login");
}

#[test]
fn same_resource_twice_is_one() {
    let request =
        authorization_request(SERVER).and("resource", ORDERS).and("resource", &format!("{ORDERS}/"));
    let issuer = Issuer::new();
    let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    issuer.token(SERVER, &crate::support::login::redemption(&code)).granted();
}
