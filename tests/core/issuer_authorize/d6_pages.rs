//! D6: every page comes under a policy that allows nothing, and shows nobody's HTML but ours.

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Reply};
use crate::support::login::{Browser, authorization_request};
use crate::support::shop::{APP, INSIGHTS, SERVER, WEB, member};
use crate::support::test;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>@x.example";

fn policy(reply: &Reply) -> &str {
    reply.header("content-security-policy").unwrap_or_else(|| panic!("no policy in {reply:?}"))
}

/// Every page that there is.
fn pages() -> Vec<Reply> {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let request = authorization_request(INSIGHTS).with("login_hint", HOSTILE);
    let login = browser.login_page(&issuer, &request);
    let token = login.hidden("login");
    let wrong = browser.post(&issuer, "/oidc/login", &[("login", &token), ("email", HOSTILE)]);
    let sent = browser.post(&issuer, "/oidc/login", &[("login", &token), ("email", "ada@shop.example")]);
    let code = crate::support::login::last_link(&issuer);
    let other = Browser::new().get(&issuer, &format!("/oidc/login/link?code={code}"));
    let link = browser.get(&issuer, &format!("/oidc/login/link?code={code}"));
    let to_consent = browser.post(&issuer, "/oidc/login/link", &[("code", &code)]);
    let consent = browser.follow(&issuer, &to_consent);
    let used = browser.get(&issuer, &format!("/oidc/login/link?code={code}"));
    let logout = browser.get(&issuer, "/oidc/session/end");
    let ended = browser.post(&issuer, "/oidc/session/end/confirm", &[]);
    let unknown = browser.get(&issuer, "/oidc/auth?client_id=x");
    let foreign = browser.perform(
        &issuer,
        &Call { origin: Some("https://evil.example".to_owned()), ..Call::get("/oidc/login").method("POST") },
    );
    vec![login, wrong, sent, other, link, consent, used, logout, ended, unknown, foreign]
}

#[test]
fn every_page_has_the_headers() {
    for page in pages() {
        let policy = policy(&page);
        for directive in
            ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(policy.contains(directive), "{policy}");
        }
        assert!(
            !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("script-src"),
            "{policy}"
        );
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("content-type", "text/html; charset=utf-8"),
            ("referrer-policy", "same-origin"),
        ] {
            assert_eq!(page.header(name), Some(value));
        }
    }
}

#[test]
fn no_page_has_scripts_styles_or_anything_of_others() {
    for page in pages() {
        for forbidden in ["<script", "<img", "<iframe", "<svg", " style=", "<style", "src=\"", "http-equiv"] {
            assert!(!page.body.contains(forbidden), "`{forbidden}` in {}", page.body);
        }
    }
}

#[test]
fn hostile_names_and_addresses_are_shown_as_text() {
    let pages = pages();
    assert!(pages[0].body.contains("Insights &lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    assert!(pages[0].body.contains("value=\"&quot;&gt;&lt;script&gt;"));
    assert!(pages[1].status == 400 && pages[1].body.contains("&quot;&gt;&lt;script&gt;"));
}

#[test]
fn hostile_address_that_looks_like_one_is_shown_as_text() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let page = browser.login_page(&issuer, &authorization_request(SERVER));
    let email = "\"><svg/onload=alert(1)>@x.example";
    let sent = browser.post(&issuer, "/oidc/login", &[("login", &page.hidden("login")), ("email", email)]);
    assert_eq!(sent.status, 200);
    assert!(!sent.body.contains("<svg") && sent.body.contains("&lt;svg/onload=alert(1)&gt;@x.example"));
}

#[test]
fn hostile_client_name_in_a_mail_is_text() {
    let issuer = Issuer::of(|document| {
        *member(document, SERVER, "name") = json!("<a href=\"https://evil.example\">click</a>");
    });
    Browser::new().link(&issuer, &authorization_request(SERVER), "ada@shop.example");
    assert!(!issuer.host.mails.borrow()[0].html.contains("<a href=\"https://evil.example"));
}

#[test]
fn hostile_parameters_of_a_logout_are_text() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    let parameters = crate::support::issuer::Parameters::of(&[("client_id", SERVER), ("state", HOSTILE)]);
    let page = browser.get(&issuer, &format!("/oidc/session/end?{}", parameters.encoded()));
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script") && page.body.contains("&lt;script&gt;"));
}

#[test]
fn form_may_lead_to_the_clients_own_origin_and_no_other() {
    for (client, uri, target) in [
        (SERVER, "https://shop.example/callback", "form-action 'self' https://shop.example;"),
        (APP, "http://127.0.0.1:4000/callback", "form-action 'self' http://127.0.0.1:4000;"),
        (APP, "com.example.shop:/callback", "form-action 'self' com.example.shop:;"),
    ] {
        let (issuer, browser) = (Issuer::new(), Browser::new());
        let request = authorization_request(client).with("redirect_uri", uri);
        let code = browser.link(&issuer, &request, "ada@shop.example");
        let page = browser.get(&issuer, &format!("/oidc/login/link?code={code}"));
        assert!(policy(&page).contains(target), "{}", policy(&page));
    }
}

#[test]
fn style_is_the_one_thing_that_is_cached() {
    let reply = Issuer::new().answer(&Call::get("/oidc/style.css"));
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert!(!reply.body.contains("url(") && !reply.body.contains("@import"));
}

#[test]
fn other_methods_are_405() {
    let issuer = Issuer::new();
    for (path, allowed) in [
        ("/oidc/auth", "GET, POST"),
        ("/oidc/login", "GET, HEAD, POST"),
        ("/oidc/login/link", "GET, HEAD, POST"),
        ("/oidc/consent", "GET, HEAD, POST"),
        ("/oidc/session/end", "GET, POST"),
        ("/oidc/session/end/confirm", "POST"),
        ("/oidc/request", "POST"),
        ("/oidc/token", "POST"),
        ("/oidc/introspect", "POST"),
        ("/oidc/token/revocation", "POST"),
        ("/oidc/userinfo", "GET, POST"),
    ] {
        for method in ["PUT", "DELETE", "PATCH"] {
            let reply = issuer.answer(&Call::get(path).method(method));
            assert_eq!((reply.status, reply.header("allow")), (405, Some(allowed)), "{method} {path}");
        }
    }
}

#[test]
fn pages_of_other_origins_call_only_what_looks_at_no_cookie() {
    let issuer = Issuer::new();
    for path in ["/oidc/token", "/oidc/token/revocation", "/oidc/userinfo", "/oidc/request"] {
        let preflight = issuer.answer(&Call::get(path).method("OPTIONS"));
        assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, Some("*")));
        assert_eq!(preflight.header("access-control-allow-credentials"), None, "{path}");
    }
    for path in ["/oidc/auth", "/oidc/login", "/oidc/consent", "/oidc/session/end", "/oidc/introspect"] {
        let preflight = issuer.answer(&Call::get(path).method("OPTIONS"));
        assert_eq!(
            (preflight.status, preflight.header("access-control-allow-origin")),
            (405, None),
            "{path}"
        );
    }
}

#[test]
fn public_client_sees_the_same_pages() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    assert_eq!(browser.login_page(&issuer, &authorization_request(WEB)).status, 200);
}
