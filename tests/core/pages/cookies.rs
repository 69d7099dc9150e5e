//! What the cookies are worth, where they go, and how much room they take (THREATS E15).

use audgate::pages::PageRequest;
use serde_json::json;

use crate::support::pages::{PAGE, Visitor, location, navigation, tokens};
use crate::support::tenant::{ARCHIVE, LEDGER, NOW, PAYMENTS, PROFILE};
use crate::support::test;
use crate::support::token::Token;

const TOKEN: &str = "__Host-audgate-page.token.orders";

fn logged_in() -> Visitor {
    Visitor::with_token(&Token::of_user())
}

/// A navigation to the page with this `Cookie` field: whether it is sent to log in, as without a token.
#[track_caller]
fn counts_for_nothing(visitor: &Visitor, cookie: &str) {
    let visit = visitor.sends_as_it_is(PageRequest { cookie: Some(cookie.to_owned()), ..navigation(PAGE) });
    assert!(location(&visit).as_str().starts_with("https://issuer.example/oidc/auth?"), "{cookie}");
    assert!(!visit.by_cookie, "{cookie}");
}

#[test]
fn cookies_are_for_this_host_alone_and_for_no_script() {
    let mut visitor = Visitor::new();
    let begun = visitor.sends(navigation(PAGE));
    let state = location(&begun).query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    visitor.issuer_answers(200, &tokens(&Token::of_user().compact()));
    let done = visitor.comes_back(&[("state", &state), ("iss", "https://issuer.example"), ("code", "c")]);
    for field in begun.set_cookies.iter().chain(&done.set_cookies) {
        assert!(field.starts_with("__Host-audgate-page."), "{field}");
        assert!(field.contains("; Path=/; ") && !field.contains("Domain"), "{field}");
        assert!(field.ends_with("; HttpOnly; SameSite=Lax; Secure"), "{field}");
    }
    assert!(done.set_cookies.iter().any(|field| field.contains("Max-Age=600;")), "{:?}", done.set_cookies);
}

/// Browsers keep `__Host-` from sibling hosts at the very beginning of a name only.
#[test]
fn name_behind_white_space_of_unicode_is_another_name() {
    let visitor = logged_in();
    let ours = visitor.cookie().unwrap();
    for space in ["\u{85}", "\u{a0}", "\u{2000}", "\u{3000}", "\u{b}", "\u{c}"] {
        let planted = format!("{space}{ours}");
        counts_for_nothing(&visitor, &planted);
        let both = PageRequest { cookie: Some(format!("{ours}; {planted}")), ..navigation(PAGE) };
        let visit = visitor.sends_as_it_is(both);
        assert!(visit.by_cookie && visit.answer.is_none(), "{space:?}");
        assert_eq!(visit.handler_cookie.as_deref(), Some(""), "{space:?}");
        let others = format!("{ours}; {space}__Host-session=x; b=2");
        let visit = visitor.sends_as_it_is(PageRequest { cookie: Some(others), ..navigation(PAGE) });
        assert_eq!(visit.handler_cookie, Some(format!("{space}__Host-session=x; b=2")), "{space:?}");
    }
}

#[test]
fn more_cookies_than_any_browser_keeps_cost_no_more() {
    let visitor = logged_in();
    let many: Vec<String> =
        (0..4_000).map(|index| format!("__Host-audgate-page.token.r{index}=1.AAAA")).collect();
    let visit = visitor.sends_as_it_is(PageRequest { cookie: Some(many.join("; ")), ..navigation(PAGE) });
    assert!(visit.set_cookies.len() <= 513, "{}", visit.set_cookies.len());
}

#[test]
fn no_cookie_of_ours_reaches_the_handler() {
    let visitor = logged_in();
    let ours = visitor.cookie().unwrap();
    let cases = [
        (format!("theme=dark; {ours}; lang=de"), "theme=dark; lang=de"),
        (ours.clone(), ""),
        (format!("{ours}; {ours}"), ""),
        ("a=1; __Host-audgate-session=x; __Host-audgate-page.hint=y".to_owned(), "a=1"),
        // Two fields, joined by a comma.
        (format!("a=1, {ours}; b=2"), "b=2"),
        ("audgate-page.token.orders=x; audgate-session=y; b=2".to_owned(), "b=2"),
    ];
    for (cookie, left) in cases {
        for has_authorization in [false, true] {
            for url in [PAGE, "https://api.example/orders/status"] {
                let request =
                    PageRequest { cookie: Some(cookie.clone()), has_authorization, ..navigation(url) };
                assert_eq!(visitor.sends_as_it_is(request).handler_cookie.as_deref(), Some(left), "{cookie}");
            }
        }
    }
}

#[test]
fn cookies_of_others_are_left_as_they_are() {
    let request = PageRequest { cookie: Some("theme=dark;lang=de".to_owned()), ..navigation(PAGE) };
    assert_eq!(logged_in().sends_as_it_is(request).handler_cookie, None);
}

#[test]
fn cookie_with_anything_changed_counts_for_nothing() {
    let visitor = logged_in();
    let value = visitor.cookies[TOKEN].clone();
    let (at, sealed) = value.split_once('.').unwrap();
    for changed in [
        String::new(),
        at.to_owned(),
        sealed.to_owned(),
        value[..value.len() - 1].to_owned(),
        format!("{value}0"),
        format!("{}.{sealed}", NOW + 1),
        format!("x{value}"),
        format!(".{sealed}"),
        format!("{at}."),
        value.to_uppercase().replace('0', "1"),
    ] {
        counts_for_nothing(&visitor, &format!("{TOKEN}={changed}"));
    }
}

#[test]
fn cookie_that_does_not_open_is_ended() {
    let request = PageRequest { cookie: Some(format!("{TOKEN}=1.x")), ..navigation(PAGE) };
    let visit = logged_in().sends_as_it_is(request);
    assert!(visit.set_cookies.iter().any(|field| field.starts_with(&format!("{TOKEN}=; Path=/; Max-Age=0"))));
}

#[test]
fn cookie_of_another_resource_under_this_one_s_name_counts_for_nothing() {
    let mut visitor = Visitor::new();
    visitor.logs_in(PAYMENTS, &tokens(&Token::for_payments().compact()));
    let value = visitor.cookies["__Host-audgate-page.token.payments"].clone();
    counts_for_nothing(&visitor, &format!("{TOKEN}={value}"));
}

#[test]
fn login_under_way_passes_for_no_token() {
    let mut visitor = Visitor::new();
    visitor.begins(PAGE);
    let value = visitor.cookies.values().next().unwrap().clone();
    counts_for_nothing(&visitor, &format!("{TOKEN}={value}"));
}

#[test]
fn cookie_of_another_client_counts_for_nothing() {
    let mut visitor = logged_in();
    visitor.settings.client_id = "another-gate".to_owned();
    counts_for_nothing(&visitor, &visitor.cookie().unwrap());
}

#[test]
fn cookie_of_another_tenant_counts_for_nothing() {
    let mut visitor = logged_in();
    let mut document = crate::support::tenant::document();
    document["tenant_id"] = json!("other");
    let records = crate::support::tenant::records(&document);
    let id = audgate::vocabulary::TenantId::parse("other").unwrap();
    visitor.tenant = std::rc::Rc::new(audgate::config::Tenant::parse(&records["tenant/other"], &id).unwrap());
    counts_for_nothing(&visitor, &visitor.cookie().unwrap());
}

#[test]
fn cookie_that_stands_twice_counts_for_nothing() {
    let visitor = logged_in();
    let cookie = visitor.cookie().unwrap();
    counts_for_nothing(&visitor, &format!("{cookie}; {cookie}"));
    counts_for_nothing(&visitor, &format!("{cookie}; {TOKEN}=1.planted"));
}

#[test]
fn name_without_the_prefix_of_hosts_counts_for_nothing() {
    let visitor = logged_in();
    let value = &visitor.cookies[TOKEN];
    counts_for_nothing(&visitor, &format!("audgate-page.token.orders={value}"));
    counts_for_nothing(&visitor, &format!("__host-audgate-page.token.orders={value}"));
}

#[test]
fn cookie_longer_than_any_of_ours_is_not_even_opened() {
    let visitor = logged_in();
    let long = format!("{TOKEN}={NOW}.{}", "a".repeat(4_096));
    let visit = visitor.sends_as_it_is(PageRequest { cookie: Some(long), ..navigation(PAGE) });
    location(&visit);
    assert!(!visit.set_cookies.iter().any(|field| field.starts_with(TOKEN)));
}

#[test]
fn hundreds_of_cookies_are_read_without_complaint() {
    let visitor = logged_in();
    let many: Vec<String> = (0..500).map(|index| format!("__Host-audgate-page.token.r{index}=1.x")).collect();
    let cookie = format!("{}; {}", many.join("; "), visitor.cookie().unwrap());
    let visit = visitor.sends_as_it_is(PageRequest { cookie: Some(cookie), ..navigation(PAGE) });
    assert!(visit.answer.is_none() && visit.by_cookie);
}

#[test]
fn resources_stand_side_by_side_with_their_own_expirations() {
    let mut visitor = logged_in();
    visitor.platform.now.set(NOW);
    location(&visitor.logs_in(PAYMENTS, &tokens(&Token::for_payments().compact())));
    for url in [PAGE, PAYMENTS] {
        assert!(visitor.sends(navigation(url)).answer.is_none(), "{url}");
    }
    visitor.platform.now.set(NOW + 311);
    assert!(visitor.sends(navigation(PAGE)).answer.is_none());
    assert_eq!(visitor.begins(PAYMENTS)["resource"], PAYMENTS);
}

#[test]
fn several_tabs_log_in_at_once() {
    let mut visitor = Visitor::new();
    let states: Vec<String> = (0..4).map(|_| visitor.begins(PAGE)["state"].clone()).collect();
    for state in states {
        visitor.issuer_answers(200, &tokens(&Token::of_user().compact()));
        location(&visitor.comes_back(&[("state", &state), ("iss", "https://issuer.example"), ("code", "c")]));
    }
}

#[test]
fn fifth_login_takes_the_place_of_the_oldest() {
    let mut visitor = Visitor::new();
    let mut states = Vec::new();
    for second in 0..5 {
        visitor.platform.now.set(NOW + second);
        states.push(visitor.begins(PAGE)["state"].clone());
    }
    assert_eq!(visitor.cookies.len(), 4);
    let oldest =
        visitor.comes_back(&[("state", &states[0]), ("iss", "https://issuer.example"), ("code", "c")]);
    assert_eq!(oldest.reason, Some("login_unknown"));
}

#[test]
fn login_that_nobody_finished_goes_with_the_next_one() {
    let mut visitor = Visitor::new();
    visitor.begins(PAGE);
    visitor.platform.now.set(NOW + 901);
    visitor.begins(PAGE);
    assert_eq!(visitor.cookies.len(), 1);
}

#[test]
fn tokens_obtained_longest_ago_make_room_for_new_ones() {
    let mut visitor = Visitor::new();
    let long = |token: Token| token.with("roles", json!(["r".repeat(1_500)]));
    let targets = [
        (PAGE, long(Token::of_user())),
        (ARCHIVE, long(Token::of_user()).with("aud", json!(ARCHIVE)).with("scope", json!("archive:read"))),
        (PROFILE, long(Token::of_user()).with("aud", json!(PROFILE)).with("scope", json!("profile:read"))),
        (
            LEDGER,
            long(Token::of_user()).with("aud", json!(LEDGER)).signed_with(crate::support::tenant::HS256),
        ),
    ];
    for (second, (url, token)) in (0..).zip(targets) {
        visitor.platform.now.set(NOW + second);
        let token = token.with("exp", json!(NOW + 200));
        location(&visitor.logs_in(url, &tokens(&token.compact())));
        assert!(visitor.cookie().unwrap().len() <= 8_192, "{}", visitor.cookie().unwrap().len());
    }
    let kept: Vec<&str> = visitor.cookies.keys().map(|name| name.rsplit('.').next().unwrap()).collect();
    assert!(!kept.contains(&"orders") && kept.contains(&"ledger") && kept.contains(&"profile"), "{kept:?}");
}
