//! D4, D5, D6: nothing is sent to an address that is not the client's, everything that is sent names the issuer.

use crate::support::issuer::{Call, Issuer, Parameters};
use crate::support::login::{Browser, authorization_request};
use crate::support::shop::{APP, CALLBACK, OTHER_CALLBACK, SERVER, WEB};
use crate::support::tenant::ISSUER;
use crate::support::test;

fn shown(request: &Parameters, reason: &str) {
    let issuer = Issuer::new();
    let browser = Browser::new();
    browser.authorize(&issuer, request).refused_on_page(400, reason);
    let posted = browser.perform(&issuer, &Call::post("/oidc/auth", request));
    posted.refused_on_page(400, reason);
    assert!(issuer.objects().is_empty());
}

fn is_client_of(client: &str, redirect_uri: &str) -> bool {
    let request = authorization_request(client).with("redirect_uri", redirect_uri);
    Browser::new().authorize(&Issuer::new(), &request).status == 303
}

#[test]
fn d4_unknown_client_is_shown_and_sent_nowhere() {
    for client in ["nobody", "", "../shop-web", "SHOP-WEB", "shop-web ", "a\nb"] {
        shown(&authorization_request(SERVER).with("client_id", client), "client_unknown");
    }
    shown(&authorization_request(SERVER).without("client_id"), "client_unknown");
}

#[test]
fn d4_redirect_uri_that_is_not_registered_is_shown_and_sent_nowhere() {
    for uri in [
        "https://evil.example/callback",
        "https://shop.example/callback/",
        "https://shop.example/callback?x=1",
        "https://shop.example/callback#x",
        "https://shop.example/callback/../callback",
        "https://shop.example//callback",
        "https://SHOP.example/callback",
        "https://shop.example:443/callback",
        "https://shop.example%2Fcallback",
        "https://shop.example@evil.example/callback",
        "https://shop.example.evil.example/callback",
        "https://shop.example/callback%00",
        "http://shop.example/callback",
        "https://shop.example/other",
        "https://shop.example/other?tenant=2",
        "//shop.example/callback",
        "/callback",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        shown(&authorization_request(SERVER).with("redirect_uri", uri), "redirect_uri_unknown");
    }
    shown(&authorization_request(SERVER).without("redirect_uri"), "redirect_uri_unknown");
}

#[test]
fn d4_redirect_uri_of_another_client_is_not_registered() {
    shown(
        &authorization_request(SERVER).with("redirect_uri", "com.example.shop:/callback"),
        "redirect_uri_unknown",
    );
}

#[test]
fn d4_repeated_parameter_is_shown_and_sent_nowhere() {
    for name in ["redirect_uri", "client_id", "state", "scope", "code_challenge", "x"] {
        shown(&authorization_request(SERVER).and(name, "y").and(name, CALLBACK), "repeated_parameter");
    }
}

#[test]
fn d4_redirect_uri_with_a_query_keeps_it() {
    let request = authorization_request(SERVER).with("redirect_uri", OTHER_CALLBACK);
    let reply = Browser::new().log_in_for(&Issuer::new(), &request, "ada");
    assert!(
        reply.header("location").unwrap().starts_with("https://shop.example/other?tenant=1&code="),
        "{reply:?}"
    );
}

#[test]
fn loopback_port_of_a_native_client_is_its_own_to_choose() {
    for uri in ["http://127.0.0.1/callback", "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback"]
    {
        assert!(is_client_of(APP, uri), "{uri}");
    }
    assert!(is_client_of(APP, "com.example.shop:/callback"));
}

#[test]
fn loopback_host_and_path_of_a_native_client_are_exact() {
    for uri in [
        "http://127.0.0.1:5000/callback/",
        "http://127.0.0.1:5000/",
        "http://127.0.0.1:5000/callback?x=1",
        "http://127.0.0.1:5000/callback#x",
        "http://127.0.0.1:5000/%63allback",
        "http://localhost:5000/callback",
        "http://[::1]:5000/callback",
        "http://127.0.0.2:5000/callback",
        "https://127.0.0.1:5000/callback",
        "http://127.0.0.1:5000@evil.example/callback",
        "http://user@127.0.0.1:5000/callback",
        "http://127.0.0.1.evil.example:5000/callback",
        "http://127.0.0.1:05000/callback",
        "http://127.1:5000/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:/callback",
        "com.example.shop:/other",
        "com.example.shop://callback",
    ] {
        assert!(!is_client_of(APP, uri), "{uri}");
    }
}

#[test]
fn port_of_a_web_clients_address_is_exact_on_loopback_too() {
    assert!(is_client_of(WEB, "http://127.0.0.1/callback"));
    for uri in ["http://127.0.0.1:5000/callback", "http://127.0.0.1:80/callback"] {
        assert!(!is_client_of(WEB, uri), "{uri}");
    }
}

#[test]
fn d5_code_comes_with_state_and_issuer() {
    let reply = Browser::new().log_in_for(&Issuer::new(), &authorization_request(SERVER), "ada");
    let location = reply.location();
    let names: Vec<String> = location.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!((reply.sent("state").as_deref(), reply.sent("iss").as_deref()), (Some("st&te"), Some(ISSUER)));
}

#[test]
fn d5_error_comes_with_state_and_issuer() {
    let request = authorization_request(SERVER).with("prompt", "none").with("state", "\"><&=#%20é");
    let reply = Browser::new().authorize(&Issuer::new(), &request);
    reply.sent_back_with("login_required");
    assert_eq!(reply.sent("state").as_deref(), Some("\"><&=#%20é"));
    assert_eq!(reply.location().fragment(), None);
}

#[test]
fn request_without_state_gets_none() {
    let request = authorization_request(SERVER).without("state");
    let reply = Browser::new().log_in_for(&Issuer::new(), &request, "ada");
    assert_eq!(reply.sent("state"), None);
}

#[test]
fn d6_every_redirect_is_a_303_that_leaks_no_referrer_and_is_not_stored() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let request = authorization_request(SERVER);
    let to_login = browser.authorize(&issuer, &request);
    let to_client = browser.log_in_for(&issuer, &request, "ada");
    let refused = browser.authorize(&issuer, &request.clone().with("scope", "unknown"));
    for reply in [to_login, to_client, refused] {
        assert_eq!((reply.status, reply.body.as_str()), (303, ""));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn issuer_is_the_configurations_whatever_the_request_says() {
    let issuer = Issuer::new();
    let call = Call {
        origin: Some("https://evil.example".to_owned()),
        ..Call::get(&format!("/oidc/auth?{}", authorization_request(SERVER).with("prompt", "none").encoded()))
    };
    issuer.answer(&call).sent_back_with("login_required");
}
