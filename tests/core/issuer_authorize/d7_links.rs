//! D7, D1: a link is used once, by a click, in the browser in which the login began.

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Parameters};
use crate::support::login::{Browser, authorization_request, last_link};
use crate::support::shop::{SERVER, member};
use crate::support::tenant::ISSUER;
use crate::support::test;

fn begun() -> (Issuer, Browser, String) {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let code = browser.link(&issuer, &authorization_request(SERVER), "ada@shop.example");
    (issuer, browser, code)
}

fn click(issuer: &Issuer, browser: &Browser, code: &str) -> crate::support::issuer::Reply {
    browser.post(issuer, "/oidc/login/link", &[("code", code)])
}

#[test]
fn link_leads_to_the_issuer_of_the_configuration() {
    let (issuer, _, _) = begun();
    let mails = issuer.host.mails.borrow();
    assert!(mails[0].link.starts_with(&format!("{ISSUER}/oidc/login/link?code=")));
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ada@shop.example"));
    assert!(mails[0].text.contains(&mails[0].link) && mails[0].html.contains("href="));
}

#[test]
fn reading_a_link_consumes_nothing_however_often_and_by_whom() {
    let (issuer, browser, code) = begun();
    let before = issuer.objects();
    let target = format!("/oidc/login/link?code={code}");
    for method in ["GET", "HEAD"] {
        for _ in 0..10 {
            assert_eq!(browser.perform(&issuer, &Call::get(&target).method(method)).status, 200);
            let scanner = Browser::new().perform(&issuer, &Call::get(&target).method(method));
            scanner.refused_on_page(403, "other_browser");
        }
    }
    assert!(issuer.objects() == before);
    assert!(click(&issuer, &browser, &code).sent("code").is_some());
}

#[test]
fn reading_a_link_begins_no_session() {
    let (issuer, browser, code) = begun();
    let reply = browser.get(&issuer, &format!("/oidc/login/link?code={code}"));
    assert_eq!(reply.header("set-cookie"), None);
}

#[test]
fn d1_link_is_used_once() {
    let (issuer, browser, code) = begun();
    assert!(click(&issuer, &browser, &code).sent("code").is_some());
    click(&issuer, &browser, &code).refused_on_page(400, "code_replayed");
    let shown = browser.get(&issuer, &format!("/oidc/login/link?code={code}"));
    shown.refused_on_page(400, "code_replayed");
}

#[test]
fn d1_second_click_is_merely_refused() {
    let (issuer, browser, code) = begun();
    click(&issuer, &browser, &code);
    let before = issuer.objects();
    click(&issuer, &browser, &code).refused_on_page(400, "code_replayed");
    assert!(issuer.objects() == before);
    let silently = authorization_request(SERVER).with("prompt", "none");
    assert!(browser.authorize(&issuer, &silently).sent("code").is_some());
}

#[test]
fn link_lives_ten_minutes() {
    for (seconds, lives) in [(599, true), (600, false)] {
        let (issuer, browser, code) = begun();
        issuer.later(seconds);
        let reply = click(&issuer, &browser, &code);
        if lives {
            assert!(reply.sent("code").is_some());
        } else {
            reply.refused_on_page(400, "code_expired");
        }
    }
}

#[test]
fn link_in_another_browser_logs_nobody_in_and_says_what_to_do() {
    let (issuer, _, code) = begun();
    for other in [Browser::new(), {
        let other = Browser::new();
        other.log_in(&issuer, SERVER, "grace");
        other
    }] {
        let reply = click(&issuer, &other, &code);
        reply.refused_on_page(403, "other_browser");
        assert!(reply.body.contains("other browser") && reply.header("set-cookie").is_none());
    }
}

#[test]
fn link_in_another_browser_is_still_good_in_its_own() {
    let (issuer, browser, code) = begun();
    click(&issuer, &Browser::new(), &code).refused_on_page(403, "other_browser");
    assert!(click(&issuer, &browser, &code).sent("code").is_some());
}

#[test]
fn login_csrf_a_link_of_the_attackers_login_opens_nothing_at_the_victims() {
    let (issuer, attacker, victim) = (Issuer::new(), Browser::new(), Browser::new());
    let code = attacker.link(&issuer, &authorization_request(SERVER), "grace@shop.example");
    victim.login_page(&issuer, &authorization_request(SERVER));
    click(&issuer, &victim, &code).refused_on_page(403, "other_browser");
}

#[test]
fn login_of_another_browser_cannot_be_continued() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let login = browser.login_page(&issuer, &authorization_request(SERVER)).hidden("login");
    let stranger = Browser::new();
    stranger.get(&issuer, &format!("/oidc/login?login={login}")).refused_on_page(400, "other_browser");
    let form = [("login", &*login), ("email", "ada@shop.example")];
    stranger.post(&issuer, "/oidc/login", &form).refused_on_page(400, "other_browser");
    assert!(issuer.host.mails.borrow().is_empty());
}

#[test]
fn forms_from_elsewhere_are_refused() {
    let (issuer, browser, code) = begun();
    let login = browser.login_page(&issuer, &authorization_request(SERVER)).hidden("login");
    let sent = issuer.host.mails.borrow().len();
    for (path, form, status) in [
        ("/oidc/login", Parameters::of(&[("login", &login), ("email", "ada@shop.example")]), 403),
        ("/oidc/login/link", Parameters::of(&[("code", &code)]), 403),
        ("/oidc/session/end/confirm", Parameters::of(&[]), 403),
        ("/oidc/consent", Parameters::of(&[("consent", "x"), ("decision", "approve")]), 400),
    ] {
        let own = Call::posted_from_our_page(path, &form);
        for origin in
            ["https://evil.example", "null", "http://issuer.example", "https://issuer.example:444", ""]
        {
            let call = Call { origin: Some(origin.to_owned()), ..own.clone() };
            browser.perform(&issuer, &call).refused_on_page(status, "cross_site_request");
        }
        for site in ["cross-site", "same-site", "x", ""] {
            let call = Call { sec_fetch_site: Some(site), ..own.clone() };
            browser.perform(&issuer, &call).refused_on_page(status, "cross_site_request");
        }
    }
    assert_eq!(issuer.host.mails.borrow().len(), sent);
    assert!(click(&issuer, &browser, &code).sent("code").is_some());
}

#[test]
fn browsers_that_send_no_origin_rely_on_their_cookie() {
    let (issuer, browser, code) = begun();
    let call = Call::post("/oidc/login/link", &Parameters::of(&[("code", &code)]));
    assert!(browser.perform(&issuer, &call).sent("code").is_some());
}

#[test]
fn guesses_in_another_browser_close_the_link() {
    let (issuer, browser, code) = begun();
    for _ in 0..5 {
        click(&issuer, &Browser::new(), &code).refused_on_page(403, "other_browser");
    }
    click(&issuer, &browser, &code).refused_on_page(400, "code_exhausted");
}

#[test]
fn link_of_a_user_who_was_suspended_meanwhile_is_refused_and_consumes_nothing() {
    let (mut issuer, browser, code) = begun();
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    let before = issuer.objects();
    click(&issuer, &browser, &code).refused_on_page(400, "user_suspended");
    assert!(issuer.objects() == before);
}

#[test]
fn link_that_is_none_is_refused() {
    let (issuer, browser, _) = begun();
    for code in ["", "x", &"A".repeat(1_500)] {
        click(&issuer, &browser, code).refused_on_page(400, "code_unknown");
    }
}

#[test]
fn link_that_was_sent_again_works_besides_the_first() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let page = browser.login_page(&issuer, &authorization_request(SERVER));
    let form = [("login", &*page.hidden("login")), ("email", "ada@shop.example")];
    browser.post(&issuer, "/oidc/login", &form);
    let first = last_link(&issuer);
    browser.post(&issuer, "/oidc/login", &form);
    assert_ne!(last_link(&issuer), first);
    assert!(click(&issuer, &browser, &last_link(&issuer)).sent("code").is_some());
}

#[test]
fn logins_are_limited() {
    let (mut issuer, browser) = (Issuer::new(), Browser::new());
    let page = browser.login_page(&issuer, &authorization_request(SERVER));
    issuer.host.limit_reached = true;
    let form = [("login", &*page.hidden("login")), ("email", "ada@shop.example")];
    let reply = browser.post(&issuer, "/oidc/login", &form);
    reply.refused_on_page(429, "too_many_requests");
    assert_eq!((reply.header("retry-after"), issuer.host.mails.borrow().len()), (Some("60"), 0));
}
