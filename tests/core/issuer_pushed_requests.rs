//! Pushed authorization requests: RFC 9126. The client's own, checked at once, used once.

use crate::support::issuer::{Call, Issuer, Parameters};
use crate::support::login::{Browser, authorization_request, redemption};
use crate::support::shop::{INSIGHTS, SERVER, SERVICE, SISTER, WEB};
use crate::support::tenant::PAYMENTS;
use crate::support::test;

const PATH: &str = "/oidc/request";

fn pushed(issuer: &Issuer, client: &str) -> Parameters {
    let reply = issuer.ask(client, PATH, &authorization_request(client));
    assert_eq!((reply.status, reply.json()["expires_in"].as_u64()), (201, Some(60)), "{reply:?}");
    Parameters::of(&[("client_id", client), ("request_uri", &reply.text("request_uri"))])
}

/// The code that a browser gets for a request, logging in on the way.
fn code_for(issuer: &Issuer, request: &Parameters) -> Option<String> {
    Browser::new().log_in_for(issuer, request, "ada").sent("code")
}

#[test]
fn every_kind_of_client_pushes_in_its_own_way() {
    for client in [SERVER, WEB, SERVICE] {
        let issuer = Issuer::new();
        let request = pushed(&issuer, client);
        let code = code_for(&issuer, &request).unwrap();
        issuer.token(client, &redemption(&code)).granted();
    }
}

#[test]
fn request_uri_is_used_once() {
    let issuer = Issuer::new();
    let request = pushed(&issuer, SERVER);
    Browser::new().authorize(&issuer, &request);
    Browser::new().authorize(&issuer, &request).refused_on_page(400, "request_uri_unknown");
}

#[test]
fn request_uri_lives_60_seconds() {
    for (seconds, lives) in [(59, true), (60, false)] {
        let issuer = Issuer::new();
        let request = pushed(&issuer, SERVER);
        issuer.later(seconds);
        assert_eq!(Browser::new().authorize(&issuer, &request).status == 303, lives);
    }
}

#[test]
fn another_clients_request_uri_is_unknown_and_stays_good() {
    let issuer = Issuer::new();
    let request = pushed(&issuer, SERVER);
    let stolen = request.clone().with("client_id", SISTER);
    Browser::new().authorize(&issuer, &stolen).refused_on_page(400, "request_uri_unknown");
    assert_eq!(Browser::new().authorize(&issuer, &request).status, 303);
}

#[test]
fn parameters_beside_a_request_uri_change_nothing() {
    let issuer = Issuer::new();
    let request = pushed(&issuer, SERVER)
        .with("redirect_uri", "https://evil.example/")
        .with("scope", "openid orders:cancel")
        .with("code_challenge", &"A".repeat(43))
        .with("state", "evil");
    let reply = Browser::new().log_in_for(&issuer, &request, "ada");
    assert!(reply.header("location").unwrap().starts_with("https://shop.example/callback?"));
    assert_eq!(reply.sent("state").as_deref(), Some("st&te"));
    issuer.token(SERVER, &redemption(&reply.sent("code").unwrap())).granted();
}

#[test]
fn request_uri_of_somebody_else_is_unknown_and_never_fetched() {
    for uri in ["https://evil.example/request", "urn:ietf:params:oauth:request_uri:x", "urn:x", "x"] {
        let request = Parameters::of(&[("client_id", SERVER), ("request_uri", uri)]);
        let issuer = Issuer::new();
        Browser::new().authorize(&issuer, &request).refused_on_page(400, "request_uri_unknown");
        assert!(issuer.host.deliveries.borrow().is_empty());
    }
}

#[test]
fn client_must_authenticate() {
    let issuer = Issuer::new();
    for client in [SERVER, INSIGHTS, SERVICE] {
        let reply = issuer.answer(&Call::post(PATH, &authorization_request(client)));
        reply.refused(401, "invalid_client", "authentication_missing");
    }
    assert!(issuer.objects().is_empty());
}

#[test]
fn request_of_another_client_is_refused() {
    let issuer = Issuer::new();
    let call = Call {
        authorization: Some(crate::support::issuer::basic(SERVER)),
        ..Call::post(PATH, &authorization_request(SISTER))
    };
    issuer.answer(&call).refused(400, "invalid_request", "several_authentications");
}

#[test]
fn every_fault_is_told_at_once_and_stores_nothing() {
    let issuer = Issuer::new();
    let with = |name: &str, value: &str| authorization_request(SERVER).with(name, value);
    for (form, error) in [
        (with("redirect_uri", "https://evil.example/"), "invalid_request"),
        (authorization_request(SERVER).without("redirect_uri"), "invalid_request"),
        (with("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
        (with("response_type", "token"), "unsupported_response_type"),
        (with("code_challenge_method", "plain"), "invalid_request"),
        (authorization_request(SERVER).without("code_challenge"), "invalid_request"),
        (with("resource", PAYMENTS), "invalid_target"),
        (with("scope", "\""), "invalid_scope"),
        (with("prompt", "none login"), "invalid_request"),
        (with("request", "e30.e30."), "request_not_supported"),
    ] {
        let reply = issuer.ask(SERVER, PATH, &form);
        assert_eq!((reply.status, reply.json()["error"].as_str()), (400, Some(error)), "{reply:?}");
    }
    assert!(issuer.objects().is_empty());
}

#[test]
fn object_that_does_not_answer_is_503() {
    let issuer = Issuer::new();
    issuer.fail_call(0, crate::support::host::CallFault::Unavailable);
    let reply = issuer.ask(SERVER, PATH, &authorization_request(SERVER));
    reply.refused(503, "temporarily_unavailable", "host_unavailable");
}
