//! D11: no secret in a refusal, a log or a debug print. Every artifact is presented wherever it is wrong.

use audgate::issuer::{IssuerRequest, answer};
use audgate::vocabulary::UnixTime;
use serde_json::json;

use crate::support::host::run;
use crate::support::issuer::{Call, Issuer, Parameters, basic};
use crate::support::login::{
    Browser, VERIFIER, authorization_request, backend_link, backend_login, redemption, text,
};
use crate::support::shop::{INSIGHTS, SERVER};
use crate::support::tenant::SECRET;
use crate::support::test;

/// Everything that nobody but its holder may see.
fn secrets(issuer: &Issuer, browser: &Browser) -> Vec<String> {
    let code = browser.log_in(issuer, SERVER, "ada");
    let tokens = issuer.token(SERVER, &redemption(&code)).granted();
    let session = backend_login(issuer, SERVER, "ada");
    let request = authorization_request(SERVER);
    let login = browser.authorize(issuer, &request.clone().with("prompt", "login")).sent("login").unwrap();
    let pushed = issuer.ask(SERVER, "/oidc/request", &request).text("request_uri");
    vec![
        code,
        browser.authorize(issuer, &request).sent("code").unwrap(),
        text(&tokens, "access_token"),
        text(&tokens, "id_token"),
        text(&tokens, "refresh_token"),
        text(&session, "session_id"),
        text(&session, "refresh_token"),
        backend_link(issuer, SERVER, "ada"),
        browser.session(),
        browser.cookies.borrow()["__Host-audgate-browser"].clone(),
        login,
        pushed,
        issuer.client_token(SERVER),
        issuer.assertion().compact(),
    ]
}

/// The calls in which `secret` stands where something else belongs.
fn misplaced(issuer: &Issuer, secret: &str) -> Vec<Call> {
    let form = |pairs: &[(&str, &str)]| Parameters::of(pairs);
    let bearer = issuer.client_token(SERVER);
    let api = |path: &str, name: &str| Call::json(path, &json!({ name: secret })).bearer(&bearer);
    vec![
        issuer.authenticated(SERVER, "/oidc/token", &redemption(secret).with("code_verifier", secret)),
        issuer.authenticated(SERVER, "/oidc/token", &redemption("x").with("redirect_uri", secret)),
        issuer.authenticated(SERVER, "/oidc/token", &form(&[("grant_type", secret)])),
        issuer.authenticated(
            SERVER,
            "/oidc/token",
            &form(&[("grant_type", "refresh_token"), ("scope", secret)]),
        ),
        issuer.authenticated(
            INSIGHTS,
            "/oidc/token",
            &form(&[("grant_type", "refresh_token"), ("refresh_token", secret)]),
        ),
        issuer.authenticated(
            SERVER,
            "/oidc/token",
            &form(&[("grant_type", "client_credentials"), ("resource", secret)]),
        ),
        Call::post("/oidc/token", &form(&[("client_id", secret), ("client_secret", secret)])),
        Call::post("/oidc/token", &form(&[("client_assertion", secret), ("client_assertion_type", secret)])),
        Call { authorization: Some(format!("Basic {secret}")), ..Call::post("/oidc/token", &form(&[])) },
        Call { authorization: Some(basic(secret)), ..Call::post("/oidc/token", &form(&[])) },
        issuer.authenticated(SERVER, "/oidc/introspect", &form(&[(secret, "x"), (secret, "y")])),
        Call::get("/oidc/userinfo").bearer(secret),
        Call::json("/v1/auth/link/email/send", &json!({})).bearer(secret),
        api("/v1/auth/link/email/authenticate", secret),
        api("/v1/auth/link/email/authenticate", "session_id"),
        api("/v1/auth/session/authenticate", "resource"),
        api("/v1/auth/token/refresh", "scope"),
        Call::get(&format!("/oidc/auth?client_id={secret}")),
        Call::get(&format!(
            "/oidc/auth?{}",
            authorization_request(SERVER).with("redirect_uri", secret).encoded()
        )),
        Call::get(&format!(
            "/oidc/auth?{}",
            authorization_request(SERVER).with("scope", &format!("\"{secret}")).encoded()
        )),
        Call::get(&format!("/oidc/auth?client_id={SERVER}&request_uri={secret}")),
        Call::get(&format!("/oidc/login?login={secret}")),
        Call::get(&format!("/oidc/login/link?code={secret}")),
        Call::get(&format!("/oidc/consent?consent={secret}")),
        Call::posted_from_our_page("/oidc/login/link", &form(&[("code", secret)])),
        Call::posted_from_our_page("/oidc/consent", &form(&[("consent", secret), ("decision", "approve")])),
        Call::get(&format!("/oidc/session/end?id_token_hint={secret}x")),
        Call::get(&format!("/oidc/session/end?post_logout_redirect_uri={secret}")),
    ]
}

#[test]
fn no_refusal_shows_what_was_presented() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    for secret in secrets(&issuer, &browser) {
        for call in misplaced(&issuer, &secret) {
            let objects = issuer.objects();
            let cookie = Some(format!("__Host-audgate-session={secret}x; __Host-audgate-browser={secret}"));
            let reply = issuer.answer(&Call { cookie, ..call.clone() });
            assert!(reply.status >= 400 || reply.status == 303, "{} {reply:?}", call.path);
            assert!(!format!("{reply:?}").contains(&secret), "{} {reply:?}", call.path);
            issuer.host.objects.borrow_mut().clone_from(&objects);
        }
    }
}

#[test]
fn no_refusal_shows_the_secret_or_verifier_of_a_client() {
    let issuer = Issuer::new();
    for call in [
        issuer.authenticated(SERVER, "/oidc/token", &redemption("x")),
        issuer.authenticated(INSIGHTS, "/oidc/token", &redemption("x")),
        issuer.authenticated(SERVER, "/oidc/token", &redemption("x").with("client_secret", SECRET)),
        issuer.authenticated("nobody", "/oidc/token", &redemption("x")),
    ] {
        let shown = format!("{:?}", issuer.answer(&call));
        assert!(
            !shown.contains(SECRET) && !shown.contains(VERIFIER) && !shown.contains(&basic(SERVER)),
            "{shown}"
        );
    }
}

#[test]
fn no_location_but_the_clients_own_has_a_secret_in_it() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let reply = browser.log_in_for(&issuer, &authorization_request(SERVER), "ada");
    let location = reply.header("location").unwrap().to_owned();
    assert!(!location.contains(&browser.session()));
    let again = browser.authorize(&issuer, &authorization_request(SERVER).with("prompt", "login"));
    assert!(!again.header("location").unwrap().contains(&browser.cookies.borrow()["__Host-audgate-browser"]));
}

#[test]
fn objects_store_no_secret_in_clear() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let secrets = secrets(&issuer, &browser);
    let stored = format!("{:?}", issuer.objects());
    for secret in secrets {
        assert!(!stored.contains(&secret), "{secret}");
    }
}

#[test]
fn reasons_are_words_of_ours() {
    let issuer = Issuer::new();
    let word = |reason: &str| reason.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    for call in misplaced(&issuer, "Canary-0123456789") {
        let reply = issuer.answer(&call);
        assert!(reply.reason.is_none_or(word), "{reply:?}");
    }
}

#[test]
fn debug_print_of_an_answer_shows_no_tokens_and_no_cookies() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let code = browser.link(&issuer, &authorization_request(SERVER), "ada@shop.example");
    let form = Parameters::of(&[("code", &code)]).encoded();
    let cookie = format!("__Host-audgate-browser={}", browser.cookies.borrow()["__Host-audgate-browser"]);
    let login = IssuerRequest {
        method: "POST",
        path: "/oidc/login/link",
        content_type: Some("application/x-www-form-urlencoded"),
        cookie: Some(&cookie),
        body: form.as_bytes(),
        ..IssuerRequest::default()
    };
    let now = UnixTime::from_seconds(issuer.now());
    let answer = run(answer(&issuer.host, &issuer.tenant, issuer.master_keys.as_ref(), &login, now)).unwrap();
    assert_eq!(answer.response.status, 303);
    let shown = format!("{answer:?}");
    for (name, value) in
        answer.response.headers.iter().filter(|(name, _)| ["location", "set-cookie"].contains(name))
    {
        assert!(!shown.contains(value), "{name}: {shown}");
    }
}

#[test]
fn debug_prints_of_mails_and_keys_show_nothing() {
    let issuer = Issuer::new();
    let code = backend_link(&issuer, SERVER, "ada");
    let shown = format!("{:?}", issuer.host.mails.borrow());
    assert!(!shown.contains(&code) && !shown.contains("ada"), "{shown}");
    assert!(!format!("{:?}", issuer.master_keys).contains("AQEB"));
}

#[test]
fn debug_print_of_a_request_shows_no_credentials() {
    let request = IssuerRequest {
        authorization: Some("Basic canary-a"),
        cookie: Some("__Host-audgate-session=canary-b"),
        query: "code=canary-c",
        body: b"client_secret=canary-d",
        ..IssuerRequest::default()
    };
    let shown = format!("{request:?}");
    let octets = format!("{:?}", b"canary-d");
    assert!(!shown.contains("canary") && !shown.contains(octets.trim_matches(['[', ']'])), "{shown}");
}
