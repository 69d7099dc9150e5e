//! Silent authentication, `prompt`, `max_age`, and the cookies that carry a session (R23, R29).

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Parameters, claims};
use crate::support::login::{Browser, authorization_request, redemption, text};
use crate::support::shop::{PARTNER, SERVER, SISTER, member};
use crate::support::test;

fn silently(client: &str) -> Parameters {
    authorization_request(client).with("prompt", "none")
}

fn authentication_time(issuer: &Issuer, code: &str) -> u64 {
    let response = issuer.token(SERVER, &redemption(code)).granted();
    claims(&text(&response, "id_token"))["auth_time"].as_u64().unwrap()
}

#[test]
fn prompt_none_without_a_session_is_login_required_and_leaves_no_trace() {
    let issuer = Issuer::new();
    Browser::new().authorize(&issuer, &silently(SERVER)).sent_back_with("login_required");
    assert!(issuer.objects().is_empty());
}

#[test]
fn prompt_none_within_a_session_gives_a_code_to_every_client_of_the_users_applications() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "grace");
    for client in [SERVER, SISTER] {
        assert!(browser.authorize(&issuer, &silently(client)).sent("code").is_some());
    }
    let request =
        silently(PARTNER).with("resource", crate::support::tenant::PROFILE).with("scope", "profile:read");
    assert!(browser.authorize(&issuer, &request).sent("code").is_some());
}

#[test]
fn r15_session_does_not_open_an_application_that_the_user_is_not_assigned_to() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    browser.authorize(&issuer, &silently(PARTNER)).sent_back_with("access_denied");
}

#[test]
fn r29_session_slides_on_silent_authentication_and_ends_14_days_after_the_last() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    for _ in 0..5 {
        issuer.later(1_209_599);
        assert!(browser.authorize(&issuer, &silently(SERVER)).sent("code").is_some());
    }
    issuer.later(1_209_600);
    browser.authorize(&issuer, &silently(SERVER)).sent_back_with("login_required");
}

#[test]
fn silent_authentication_does_not_change_when_the_user_authenticated() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let first = authentication_time(&issuer, &browser.log_in(&issuer, SERVER, "ada"));
    issuer.later(5_000);
    let code = browser.authorize(&issuer, &silently(SERVER)).sent("code").unwrap();
    assert_eq!(authentication_time(&issuer, &code), first);
}

#[test]
fn max_age_asks_for_a_login_that_is_recent_enough() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    issuer.later(100);
    let request = |age: &str| silently(SERVER).with("max_age", age);
    assert!(browser.authorize(&issuer, &request("100")).sent("code").is_some());
    browser.authorize(&issuer, &request("99")).sent_back_with("login_required");
    browser.authorize(&issuer, &request("0")).sent_back_with("login_required");
    let page = browser.authorize(&issuer, &authorization_request(SERVER).with("max_age", "99"));
    assert_eq!(page.location().path(), "/oidc/login");
}

#[test]
fn login_that_max_age_asked_for_counts_from_now_within_the_same_session() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    let session = browser.session();
    issuer.later(100);
    let request = authorization_request(SERVER).with("max_age", "10");
    let code = browser.log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    assert_eq!(authentication_time(&issuer, &code), issuer.now());
    // A copy of the cookie from before must not profit from the user's authenticating again.
    assert_ne!(browser.session(), session);
}

#[test]
fn prompt_login_asks_also_within_a_session() {
    for prompt in ["login", "select_account", "login consent"] {
        let (issuer, browser) = (Issuer::new(), Browser::new());
        browser.log_in(&issuer, SERVER, "ada");
        let reply = browser.authorize(&issuer, &authorization_request(SERVER).with("prompt", prompt));
        assert_eq!(reply.location().path(), "/oidc/login");
    }
}

#[test]
fn another_user_who_logs_in_gets_a_session_of_their_own() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    let session = browser.session();
    let request = authorization_request(SERVER).with("prompt", "login");
    let code = browser.log_in_for(&issuer, &request, "grace").sent("code").unwrap();
    assert_ne!(browser.session(), session);
    let response = issuer.token(SERVER, &redemption(&code)).granted();
    assert_eq!(claims(&text(&response, "access_token"))["sub"], "grace");
}

#[test]
fn session_is_fresh_at_every_login_whatever_cookie_was_there_before() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let planted = Browser::new();
    planted.log_in(&issuer, SERVER, "grace");
    let fixed = planted.session();
    browser.cookies.borrow_mut().insert("__Host-audgate-session".to_owned(), fixed.clone());
    let request = authorization_request(SERVER).with("prompt", "login");
    browser.log_in_for(&issuer, &request, "ada");
    assert_ne!(browser.session(), fixed);
}

#[test]
fn suspended_user_has_no_session_any_more() {
    let (mut issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    browser.authorize(&issuer, &silently(SERVER)).sent_back_with("login_required");
    issuer.republish(|document| *member(document, "ada", "status") = json!("active"));
    browser.authorize(&issuer, &silently(SERVER)).sent_back_with("login_required");
}

#[test]
fn session_whose_user_was_deleted_is_none() {
    let (mut issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    issuer.republish(|document| {
        document["users"].as_array_mut().unwrap().retain(|user| user["user_id"] != "ada");
    });
    browser.authorize(&issuer, &silently(SERVER)).sent_back_with("login_required");
}

#[test]
fn cookie_that_stands_twice_or_is_changed_is_none() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    let session = browser.session();
    let name = "__Host-audgate-session";
    let changed = format!("{}A", &session[..session.len() - 1]);
    for cookie in [
        format!("{name}={session}; {name}={session}"),
        format!("{name}=x; {name}={session}"),
        format!("{name}={changed}"),
        format!("{name}="),
        format!("audgate-session={session}"),
        format!("__host-audgate-session={session}"),
        format!("x{name}={session}"),
        // Browsers let a sibling host set what only begins like this.
        format!("\u{85}{name}={session}"),
        format!("\u{a0}{name}={session}"),
        format!("a=b; \u{2000}{name}={session}"),
    ] {
        let target = format!("/oidc/auth?{}", silently(SERVER).encoded());
        let reply = issuer.answer(&Call { cookie: Some(cookie.clone()), ..Call::get(&target) });
        assert_eq!(reply.sent("error").as_deref(), Some("login_required"), "{cookie}");
    }
}

#[test]
fn cookies_are_for_this_host_alone_and_out_of_reach_of_scripts() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    let request = authorization_request(SERVER);
    let begun = browser.authorize(&issuer, &request);
    let finished = browser.log_in_for(&issuer, &request, "ada");
    for (reply, name, seconds) in [(begun, "browser", 86_400), (finished, "session", 1_209_600)] {
        let cookie = reply.header("set-cookie").unwrap();
        let attributes = format!("; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax; Secure");
        assert!(cookie.starts_with(&format!("__Host-audgate-{name}=")), "{cookie}");
        assert!(cookie.ends_with(&attributes), "{cookie}");
    }
}

#[test]
fn cookies_without_tls_have_no_prefix_that_browsers_would_refuse() {
    let issuer = Issuer::of(|document| {
        document["issuer"] = json!("http://localhost:8787");
        document["hosts"] = json!(["localhost"]);
    });
    let reply = issuer.answer(&Call::get(&format!("/oidc/auth?{}", authorization_request(SERVER).encoded())));
    let cookie = reply.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("audgate-browser=") && cookie.ends_with("; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
}

#[test]
fn object_that_does_not_answer_is_a_503_page_and_logs_nobody_out() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    issuer.fail_call(0, crate::support::host::CallFault::Unavailable);
    let reply = browser.authorize(&issuer, &silently(SERVER));
    reply.refused_on_page(503, "host_unavailable");
    assert_eq!((reply.header("retry-after"), reply.header("set-cookie")), (Some("1"), None));
    assert!(browser.authorize(&issuer, &silently(SERVER)).sent("code").is_some());
}
