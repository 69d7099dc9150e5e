//! RP-initiated and back-channel logout: who may end a session, where the browser goes, who is told.

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Parameters, Reply, claims};
use crate::support::login::{Browser, authorization_request, redemption, text};
use crate::support::shop::{AFTER_LOGOUT, LOGOUT_LISTENER, SERVER, SISTER, WEB};
use crate::support::tenant::{EDDSA, ISSUER, NOW};
use crate::support::test;
use crate::support::token::Token;

struct LoggedIn {
    issuer: Issuer,
    browser: Browser,
    id_token: String,
}

fn logged_in() -> LoggedIn {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let code = browser.log_in(&issuer, SERVER, "ada");
    let id_token = text(&issuer.token(SERVER, &redemption(&code)).granted(), "id_token");
    LoggedIn { issuer, browser, id_token }
}

impl LoggedIn {
    fn end(&self, parameters: &[(&str, &str)]) -> Reply {
        let query = Parameters::of(parameters).encoded();
        self.browser.get(&self.issuer, &format!("/oidc/session/end?{query}"))
    }

    fn has_session(&self) -> bool {
        let request = authorization_request(SERVER).with("prompt", "none");
        self.browser.authorize(&self.issuer, &request).sent("code").is_some()
    }
}

#[test]
fn id_token_of_this_session_ends_it_at_once() {
    let it = logged_in();
    let reply = it.end(&[
        ("id_token_hint", &it.id_token),
        ("post_logout_redirect_uri", AFTER_LOGOUT),
        ("state", "a&b"),
    ]);
    assert!(reply.header("location").unwrap().starts_with(AFTER_LOGOUT));
    assert_eq!(reply.sent("state").as_deref(), Some("a&b"));
    assert!(reply.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert!(!it.has_session());
}

#[test]
fn expired_id_token_does_as_well() {
    let it = logged_in();
    it.issuer.later(100_000);
    it.end(&[("id_token_hint", &it.id_token)]);
    assert!(!it.has_session());
}

#[test]
fn without_an_id_token_the_user_is_asked_first() {
    let it = logged_in();
    for parameters in [
        &[][..],
        &[("client_id", SERVER)][..],
        &[("client_id", SERVER), ("post_logout_redirect_uri", AFTER_LOGOUT)][..],
    ] {
        let reply = it.end(parameters);
        assert_eq!((reply.status, reply.header("set-cookie")), (200, None));
        assert!(it.has_session());
    }
    assert_eq!(it.browser.post(&it.issuer, "/oidc/session/end/confirm", &[]).status, 200);
    assert!(!it.has_session());
}

#[test]
fn id_token_of_another_session_asks_first() {
    let it = logged_in();
    let other = Browser::new();
    let code = other.log_in(&it.issuer, SERVER, "grace");
    let id_token = text(&it.issuer.token(SERVER, &redemption(&code)).granted(), "id_token");
    assert_eq!(it.end(&[("id_token_hint", &id_token)]).status, 200);
    assert!(it.has_session());
}

#[test]
fn address_afterwards_is_one_that_the_client_registered() {
    let it = logged_in();
    for uri in [
        "https://evil.example/",
        "https://shop.example/bye/",
        "https://shop.example/callback",
        "javascript:alert(1)",
    ] {
        let reply = it.end(&[("id_token_hint", &it.id_token), ("post_logout_redirect_uri", uri)]);
        reply.refused_on_page(400, "post_logout_redirect_uri_unknown");
        assert!(it.has_session());
    }
    let nobodys = it.end(&[("post_logout_redirect_uri", AFTER_LOGOUT)]);
    nobodys.refused_on_page(400, "post_logout_redirect_uri_unknown");
}

#[test]
fn hint_that_is_no_id_token_of_ours_is_refused() {
    let it = logged_in();
    let claims = claims(&it.id_token);
    let forged = |change: fn(Token) -> Token| {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": "es256" });
        change(Token { header, claims: claims.clone(), ..Token::of_client() }).compact()
    };
    for token in [
        "x".to_owned(),
        Token::of_user().compact(),
        format!("{}x", it.id_token),
        forged(|token| token.with("iss", json!("https://evil.example"))),
        forged(|token| token.with("tid", json!("other"))),
        forged(|token| token.header("typ", json!("at+jwt"))),
        forged(|token| token.signed_with(EDDSA).header("kid", json!("es256"))),
    ] {
        it.end(&[("id_token_hint", &token)]).refused_on_page(400, "id_token_hint_malformed");
    }
    assert!(it.has_session());
}

#[test]
fn hint_and_client_id_belong_together() {
    let it = logged_in();
    let reply = it.end(&[("id_token_hint", &it.id_token), ("client_id", SISTER)]);
    reply.refused_on_page(400, "id_token_hint_of_another_client");
    assert!(it.has_session());
}

#[test]
fn no_page_of_others_logs_a_user_out() {
    let it = logged_in();
    let form = Parameters::of(&[]);
    for path in ["/oidc/session/end", "/oidc/session/end/confirm"] {
        let own = Call::post(path, &form);
        let foreign = Call {
            origin: Some("https://evil.example".to_owned()),
            sec_fetch_site: Some("cross-site"),
            ..own
        };
        it.browser.perform(&it.issuer, &foreign);
        assert!(it.has_session());
    }
}

#[test]
fn logout_without_a_session_is_no_fault() {
    let issuer = Issuer::new();
    let reply = Browser::new().get(&issuer, "/oidc/session/end");
    assert_eq!(reply.status, 200);
    assert!(issuer.objects().is_empty());
}

#[test]
fn every_client_of_the_session_is_told_with_a_token_of_its_own() {
    let it = logged_in();
    let request = authorization_request(WEB);
    let code = it.browser.authorize(&it.issuer, &request).sent("code").unwrap();
    it.issuer.token(WEB, &redemption(&code)).granted();
    it.end(&[("id_token_hint", &it.id_token)]);
    let deliveries = it.issuer.host.deliveries.borrow();
    let mut audiences: Vec<String> = Vec::new();
    for (url, body) in deliveries.iter() {
        assert_eq!(url, LOGOUT_LISTENER);
        let token = body.strip_prefix("logout_token=").unwrap();
        let claims = claims(token);
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!(ISSUER), &json!("ada")));
        assert_eq!(claims["events"], json!({ "http://schemas.openid.net/event/backchannel-logout": {} }));
        assert_eq!(
            (claims["sid"].clone(), claims.get("nonce")),
            (crate::support::issuer::claims(&it.id_token)["sid"].clone(), None)
        );
        assert_eq!(claims["exp"], NOW + 120);
        audiences.push(claims["aud"].as_str().unwrap().to_owned());
    }
    audiences.sort_unstable();
    assert_eq!(audiences, [SERVER, WEB]);
}

#[test]
fn client_that_got_nothing_in_the_session_is_not_told() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    browser.post(&issuer, "/oidc/session/end/confirm", &[]);
    assert!(issuer.host.deliveries.borrow().is_empty());
}

#[test]
fn session_ends_also_where_nobody_can_be_told() {
    let mut it = logged_in();
    it.issuer.host.signing_fails = true;
    it.end(&[("id_token_hint", &it.id_token)]);
    it.issuer.host.signing_fails = false;
    assert!(!it.has_session() && it.issuer.host.deliveries.borrow().is_empty());
}

#[test]
fn logout_that_could_not_be_done_is_503_and_keeps_the_cookie() {
    let it = logged_in();
    it.issuer.fail_call(0, crate::support::host::CallFault::Unavailable);
    let reply = it.end(&[("id_token_hint", &it.id_token)]);
    reply.refused_on_page(503, "host_unavailable");
    assert_eq!(reply.header("set-cookie"), None);
    assert!(it.has_session());
}
