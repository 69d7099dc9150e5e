//! Tokens that fit into no cookie are kept by their user's account (THREATS E15).

use std::collections::BTreeMap;

use audgate::pages::{PageRequest, Visit};
use serde_json::{Value, json};

use crate::support::pages::{
    Accounts, LOGOUT, PAGE, Visitor, fetching, header, location, navigation, refused_on_page, tokens,
};
use crate::support::tenant::{ARCHIVE, LEDGER, NOW, PROFILE};
use crate::support::test;
use crate::support::token::Token;

const ACCOUNT: &str = "demo/user/ada";
const ALL: [&str; 4] = [PAGE, ARCHIVE, PROFILE, LEDGER];
const LEDGER_COOKIE: &str = "__Host-audgate-page.token.ledger";
const PROFILE_COOKIE: &str = "__Host-audgate-page.token.profile";

/// A browser of Ada, whose session `s1` is alive.
fn ada() -> Visitor {
    let visitor = Visitor::new();
    *visitor.platform.accounts.borrow_mut() = Accounts::Stored(BTreeMap::new());
    tell(
        &visitor,
        json!({
            "type": "begin",
            "session": {
                "sid": "s1", "secret": audgate::vocabulary::SecretHash::of("secret of s1"), "style": "browser",
                "client_id": "shop-pages", "application": "shop", "amr": ["email"],
            },
        }),
    );
    visitor
}

/// One turn of Ada's account that no gate asks for.
fn tell(visitor: &Visitor, command: Value) {
    let request = json!({ "subject": "ada", "command": command }).to_string();
    let now = visitor.platform.now.get();
    let reply = visitor.platform.accounts.borrow_mut().turn(ACCOUNT, &request, now).unwrap();
    assert!(!reply.contains("refused"), "{reply}");
}

/// What Ada's account keeps: `kept/...` rows.
fn kept(visitor: &Visitor) -> Vec<Value> {
    let accounts = visitor.platform.accounts.borrow();
    let Accounts::Stored(all) = &*accounts else { return Vec::new() };
    let rows = all.get(ACCOUNT).into_iter().flatten();
    rows.filter(|(key, _)| key.starts_with("kept/"))
        .map(|(_, value)| serde_json::from_str(value).unwrap())
        .collect()
}

/// A token of Ada for the resource of `url`, so long that two of them fit into the cookies.
fn long_token(url: &str) -> Token {
    let token = Token::of_user().with("roles", json!(["r".repeat(1_500)])).with("exp", json!(NOW + 200));
    match url {
        ARCHIVE => token.with("aud", json!(ARCHIVE)).with("scope", json!("archive:read")),
        PROFILE => token.with("aud", json!(PROFILE)).with("scope", json!("profile:read")),
        LEDGER => token.with("aud", json!(LEDGER)).signed_with(crate::support::tenant::HS256),
        _ => token,
    }
}

/// Logs in at every resource, a second after the other, and lets a minute pass.
fn log_in_everywhere(visitor: &mut Visitor) {
    for (second, url) in (0..).zip(ALL) {
        visitor.platform.now.set(NOW + second);
        location(&visitor.logs_in(url, &tokens(&long_token(url).compact())));
        let cookie = visitor.cookie().unwrap();
        assert!(cookie.len() <= 8_192, "{} octets", cookie.len());
    }
    visitor.platform.now.set(NOW + 60);
    visitor.platform.asked.borrow_mut().clear();
}

fn logged_in() -> Visitor {
    let mut visitor = ada();
    log_in_everywhere(&mut visitor);
    visitor
}

fn is_reference(value: &str) -> bool {
    value.split('.').nth(1) == Some("kept")
}

fn asked(visitor: &Visitor) -> usize {
    visitor.platform.asked.borrow().len()
}

#[track_caller]
fn admitted(visit: &Visit) {
    assert!(visit.answer.is_none() && visit.by_cookie, "{visit:?}");
}

/// Asserts that a page of the ledger is refused to a program and leads a navigation to a login, with this value of its cookie.
#[track_caller]
fn counts_for_nothing(visitor: &Visitor, value: &str) {
    let cookie = || Some(format!("{LEDGER_COOKIE}={value}"));
    let fetched = visitor.sends_as_it_is(PageRequest { cookie: cookie(), ..fetching("GET", LEDGER) });
    assert!(fetched.answer.is_none() && !fetched.by_cookie, "{value}: {fetched:?}");
    let visit = visitor.sends_as_it_is(PageRequest { cookie: cookie(), ..navigation(LEDGER) });
    assert!(location(&visit).as_str().starts_with("https://issuer.example/oidc/auth?"), "{value}");
    assert!(
        visit.set_cookies.iter().any(|field| field.starts_with(&format!("{LEDGER_COOKIE}=; "))),
        "{value}"
    );
}

#[test]
fn resources_beyond_the_cookies_go_on_side_by_side() {
    let mut visitor = logged_in();
    for url in ALL {
        admitted(&visitor.sends(navigation(url)));
        admitted(&visitor.sends(fetching("GET", url)));
    }
    let references: Vec<bool> = visitor.cookies.values().map(|value| is_reference(value)).collect();
    assert_eq!(references.iter().filter(|reference| **reference).count(), 2, "{references:?}");
}

#[test]
fn account_keeps_what_the_cookie_would_have_held_and_learns_no_token_and_no_name() {
    let visitor = logged_in();
    let rows = kept(&visitor);
    assert_eq!(rows.len(), 2);
    for row in &rows {
        let record = &row["record"];
        assert!(record["name"].as_str().unwrap().starts_with("sha256:"));
        assert_eq!((record["sid"].as_str(), record["expires_at"].as_u64()), (Some("s1"), Some(NOW + 200)));
        // What the platform of the tests seals is digits.
        assert!(record["sealed"].as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit()));
    }
}

#[test]
fn reference_lives_as_long_as_what_it_refers_to() {
    let mut visitor = ada();
    for url in [PAGE, ARCHIVE] {
        visitor.logs_in(url, &tokens(&long_token(url).compact()));
    }
    let done = visitor.logs_in(LEDGER, &tokens(&long_token(LEDGER).compact()));
    let field = done.set_cookies.iter().find(|field| field.starts_with(LEDGER_COOKIE)).unwrap();
    assert!(field.ends_with("; Path=/; Max-Age=200; HttpOnly; SameSite=Lax; Secure"), "{field}");
}

#[test]
fn request_by_a_reference_costs_one_call_and_any_other_none() {
    let mut visitor = logged_in();
    visitor.sends(navigation(PAGE));
    assert_eq!(asked(&visitor), 0);
    visitor.sends(navigation(LEDGER));
    assert_eq!(asked(&visitor), 1);
    assert_eq!(visitor.platform.asked.borrow()[0].0, ACCOUNT);
    visitor.sends(PageRequest { has_authorization: true, ..navigation(LEDGER) });
    assert_eq!(asked(&visitor), 1);
}

#[test]
fn public_page_asks_no_account_and_misses_none() {
    let mut visitor = ada();
    for url in [ARCHIVE, PROFILE, PAGE] {
        visitor.logs_in(url, &tokens(&long_token(url).compact()));
    }
    assert!(is_reference(&visitor.cookies["__Host-audgate-page.token.orders"]));
    *visitor.platform.accounts.borrow_mut() = Accounts::Down;
    let visit = visitor.sends(navigation("https://api.example/orders/status"));
    assert!(visit.answer.is_none() && !visit.by_cookie, "{visit:?}");
    assert_eq!(visit.handler_cookie.as_deref(), Some(""));
}

#[test]
fn account_that_does_not_answer_is_503_and_no_login() {
    let mut visitor = logged_in();
    let before = visitor.cookies.clone();
    *visitor.platform.accounts.borrow_mut() = Accounts::Down;
    refused_on_page(&visitor.sends(navigation(LEDGER)), 503, "cannot_decide_now");
    let fetched = visitor.sends(fetching("GET", LEDGER));
    assert_eq!(fetched.answer.as_ref().map(|answer| answer.status), Some(503));
    assert_eq!(header(&fetched, "location"), None);
    assert_eq!(visitor.cookies, before);
    admitted(&visitor.sends(navigation(PAGE)));
}

#[test]
fn account_of_another_version_is_503_and_no_login() {
    let mut visitor = logged_in();
    let before = visitor.cookies.clone();
    if let Accounts::Stored(all) = &mut *visitor.platform.accounts.borrow_mut() {
        let row = r#"{"v":2,"record":{}}"#.to_owned();
        all.get_mut(ACCOUNT).unwrap().insert("kept/of-tomorrow".to_owned(), row);
    }
    refused_on_page(&visitor.sends(navigation(LEDGER)), 503, "cannot_decide_now");
    assert_eq!(visitor.cookies, before);
}

#[test]
fn reference_with_anything_changed_counts_for_nothing() {
    let visitor = logged_in();
    let value = visitor.cookies[LEDGER_COOKIE].clone();
    let (at, rest) = value.split_once('.').unwrap();
    let sealed = rest.strip_prefix("kept.").unwrap();
    for changed in [
        format!("{at}.{sealed}"),
        format!("{at}.kept.kept.{sealed}"),
        format!("{at}.kept.{sealed}0"),
        format!("{at}.kept."),
        format!("{at}.kept"),
        format!("{}.kept.{sealed}", NOW - 1),
        format!("{at}.Kept.{sealed}"),
        visitor.cookies[PROFILE_COOKIE].clone(),
    ] {
        counts_for_nothing(&visitor, &changed);
    }
    assert_eq!(kept(&visitor).len(), 2);
}

#[test]
fn tokens_pass_for_no_reference_and_a_reference_for_no_tokens() {
    let mut visitor = ada();
    visitor.logs_in(LEDGER, &tokens(&long_token(LEDGER).compact()));
    visitor.platform.now.set(NOW + 60);
    let (at, sealed) = visitor.cookies[LEDGER_COOKIE].split_once('.').unwrap();
    counts_for_nothing(&visitor, &format!("{at}.kept.{sealed}"));
    assert_eq!(asked(&visitor), 0);
}

#[test]
fn reference_of_another_user_s_browser_reads_that_user_s_own_and_nothing_else() {
    // Sealed as the gate would, by whoever has its secret: the right account, and a name that was never given.
    let visitor = logged_in();
    let at = NOW + 2;
    for text in ["ada\nnever-given", "grace\nnever-given", "ada", "ada\n", "\n", "demo/user/ada\nx"] {
        let context = format!("demo\nshop-pages\n{LEDGER_COOKIE}\n{at}\nreference");
        let sealed = visitor.platform.seals(&context, text);
        counts_for_nothing(&visitor, &format!("{at}.kept.{sealed}"));
    }
}

#[test]
fn expired_one_is_as_good_as_none() {
    let visitor = logged_in();
    visitor.platform.now.set(NOW + 200);
    counts_for_nothing(&visitor, &visitor.cookies[LEDGER_COOKIE]);
}

#[test]
fn stolen_cookie_counts_for_nothing_after_the_logout() {
    let mut visitor = logged_in();
    let stolen = visitor.cookies.clone();
    for _ in 0..4 {
        visitor.issuer_answers(200, &json!(null));
    }
    let form = PageRequest {
        method: "POST".to_owned(),
        sec_fetch_site: Some("same-origin".to_owned()),
        origin: Some("https://api.example".to_owned()),
        ..navigation(LOGOUT)
    };
    location(&visitor.sends(form));
    assert!(visitor.cookies.is_empty() && kept(&visitor).is_empty());
    // Every token was revoked, those too that lay elsewhere.
    assert_eq!(
        visitor.platform.posts.borrow().iter().filter(|post| post.url.ends_with("/revocation")).count(),
        4
    );
    counts_for_nothing(&visitor, &stolen[LEDGER_COOKIE]);
}

#[test]
fn account_that_does_not_answer_holds_no_logout_back() {
    let mut visitor = logged_in();
    *visitor.platform.accounts.borrow_mut() = Accounts::Down;
    let form = PageRequest {
        method: "POST".to_owned(),
        sec_fetch_site: Some("same-origin".to_owned()),
        origin: Some("https://api.example".to_owned()),
        ..navigation(LOGOUT)
    };
    assert_eq!(location(&visitor.sends(form)).path(), "/oidc/session/end");
    assert!(visitor.cookies.is_empty());
}

#[test]
fn session_that_ends_anywhere_takes_along_what_is_kept() {
    for command in [
        json!({ "type": "end_session", "sid": "s1" }),
        json!({ "type": "end_all_sessions" }),
        json!({ "type": "suspend" }),
    ] {
        let visitor = logged_in();
        tell(&visitor, command);
        assert!(kept(&visitor).is_empty());
        counts_for_nothing(&visitor, &visitor.cookies[LEDGER_COOKIE]);
    }
}

#[test]
fn what_was_kept_a_moment_ago_and_is_gone_leads_to_no_login() {
    let mut visitor = logged_in();
    visitor.platform.now.set(NOW + 12);
    tell(&visitor, json!({ "type": "end_session", "sid": "s1" }));
    visitor.platform.now.set(NOW + 3 + 9);
    let visit = visitor.sends(navigation(LEDGER));
    let answer = visit.answer.as_ref().unwrap();
    assert_eq!((answer.status, header(&visit, "location")), (401, None));
    // The cookie is gone, so that the next one may.
    location(&visitor.sends(navigation(LEDGER)));
}

#[test]
fn without_anybody_to_keep_them_the_oldest_go() {
    for accounts in [Accounts::Missing, Accounts::Down, Accounts::Stored(BTreeMap::new())] {
        let mut visitor = Visitor::new();
        *visitor.platform.accounts.borrow_mut() = accounts;
        log_in_everywhere(&mut visitor);
        let mut names: Vec<&str> =
            visitor.cookies.keys().map(|name| name.rsplit('.').next().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["ledger", "profile"]);
        assert!(!visitor.cookies.values().any(|value| is_reference(value)));
    }
}

#[test]
fn account_that_was_lost_once_is_asked_no_more_for_the_same_response() {
    let mut visitor = ada();
    for url in [PAGE, ARCHIVE] {
        visitor.logs_in(url, &tokens(&long_token(url).compact()));
    }
    *visitor.platform.accounts.borrow_mut() = Accounts::Down;
    visitor.platform.asked.borrow_mut().clear();
    location(&visitor.logs_in(LEDGER, &tokens(&long_token(LEDGER).compact())));
    assert_eq!(asked(&visitor), 1);
}

#[test]
fn gate_that_has_lost_its_binding_gets_the_tokens_again() {
    let visitor = logged_in();
    *visitor.platform.accounts.borrow_mut() = Accounts::Missing;
    counts_for_nothing(&visitor, &visitor.cookies[LEDGER_COOKIE]);
}

#[test]
fn token_that_is_too_long_for_any_cookie_is_kept() {
    let long = tokens(&long_token(LEDGER).with("roles", json!(["r".repeat(4_000)])).compact());
    let mut visitor = ada();
    location(&visitor.logs_in(LEDGER, &long));
    visitor.platform.now.set(NOW + 60);
    admitted(&visitor.sends(navigation(LEDGER)));

    let mut visitor = ada();
    *visitor.platform.accounts.borrow_mut() = Accounts::Down;
    refused_on_page(&visitor.logs_in(LEDGER, &long), 503, "cannot_decide_now");
    *visitor.platform.accounts.borrow_mut() = Accounts::Missing;
    refused_on_page(&visitor.logs_in(LEDGER, &long), 500, "tokens_too_long");
    assert!(visitor.cookies.is_empty());
}

#[test]
fn login_under_way_finds_room_without_a_resource_losing_its_tokens() {
    let mut visitor = ada();
    for url in [PAGE, ARCHIVE] {
        visitor.logs_in(url, &tokens(&long_token(url).compact()));
    }
    for second in 0..3 {
        visitor.platform.now.set(NOW + 1 + second);
        visitor.begins(&format!("{LEDGER}?{}", "q".repeat(450)));
    }
    assert!(visitor.cookie().unwrap().len() <= 8_192);
    assert_eq!(visitor.cookies.values().filter(|value| is_reference(value)).count(), 1);
    for url in [PAGE, ARCHIVE] {
        admitted(&visitor.sends(navigation(url)));
    }
}

#[test]
fn refresh_of_what_is_kept_leaves_the_old_one_to_requests_on_their_way() {
    let mut visitor = ada();
    for url in [PAGE, ARCHIVE] {
        let token = long_token(url).with("exp", json!(NOW + 590));
        visitor.logs_in(url, &tokens(&token.compact()));
    }
    let mut body = tokens(&long_token(LEDGER).compact());
    body["refresh_token"] = json!("first");
    location(&visitor.logs_in(LEDGER, &body));
    let before = visitor.cookies[LEDGER_COOKIE].clone();
    assert!(is_reference(&before));

    let later = NOW + 300;
    visitor.platform.now.set(later);
    let fresh = long_token(LEDGER).with("iat", json!(later)).with("exp", json!(later + 200)).compact();
    body["access_token"] = json!(fresh);
    body["refresh_token"] = json!("second");
    visitor.issuer_answers(200, &body);
    admitted(&visitor.sends(fetching("GET", LEDGER)));
    assert_eq!(visitor.posted()["refresh_token"], "first");
    assert!(is_reference(&visitor.cookies[LEDGER_COOKIE]) && visitor.cookies[LEDGER_COOKIE] != before);

    // Another tab, which has not heard of it: the issuer gives it the same successor.
    let on_its_way =
        PageRequest { cookie: Some(format!("{LEDGER_COOKIE}={before}")), ..fetching("GET", LEDGER) };
    visitor.issuer_answers(200, &body);
    admitted(&visitor.sends_as_it_is(on_its_way.clone()));
    assert_eq!(visitor.posted()["refresh_token"], "first");
    visitor.platform.now.set(later + 60);
    assert!(!visitor.sends_as_it_is(on_its_way).by_cookie);
    admitted(&visitor.sends(fetching("GET", LEDGER)));
}

#[test]
fn refresh_token_that_the_issuer_no_longer_takes_is_kept_no_longer() {
    let mut visitor = ada();
    for url in [PAGE, ARCHIVE] {
        visitor.logs_in(url, &tokens(&long_token(url).compact()));
    }
    let mut body = tokens(&long_token(LEDGER).compact());
    body["refresh_token"] = json!("first");
    location(&visitor.logs_in(LEDGER, &body));
    assert_eq!(kept(&visitor).len(), 1);
    visitor.platform.now.set(NOW + 300);
    visitor.issuer_answers(400, &json!({ "error": "invalid_grant" }));
    assert!(visitor.sends(fetching("GET", LEDGER)).answer.is_none());
    assert!(kept(&visitor).is_empty() && !visitor.cookies.contains_key(LEDGER_COOKIE));
}
