//! Requests that other sites make a browser send, with the cookie.

use audgate::pages::PageRequest;
use serde_json::json;

use crate::support::pages::{Visitor, fetching, navigation, tokens};
use crate::support::tenant::PAYMENTS;
use crate::support::test;
use crate::support::token::Token;

const OWN: &str = "https://api.example";

/// Who may read and make payments.
fn payer() -> Visitor {
    let mut visitor = Visitor::new();
    visitor.logs_in(PAYMENTS, &tokens(&Token::for_payments().compact()));
    visitor
}

fn sent(method: &str, site: Option<&str>, origin: Option<&str>) -> PageRequest {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    PageRequest { sec_fetch_site: owned(site), origin: owned(origin), ..fetching(method, PAYMENTS) }
}

#[test]
fn change_from_a_page_of_this_host_is_admitted() {
    for (site, origin) in [(Some("same-origin"), Some(OWN)), (Some("same-origin"), None), (None, Some(OWN))] {
        for method in ["POST", "DELETE", "PUT"] {
            let visit = payer().sends(sent(method, site, origin));
            assert!(visit.answer.is_none() && visit.by_cookie, "{method} {site:?} {origin:?}");
        }
    }
}

#[test]
fn change_from_anywhere_else_is_refused() {
    let cases = [
        (Some("cross-site"), Some("https://evil.example")),
        (Some("same-site"), Some("https://sibling.example")),
        (Some("none"), None),
        (Some("same-origin"), Some("https://evil.example")),
        (Some("same-origin"), Some("null")),
        (Some("cross-site"), Some(OWN)),
        (None, Some("https://evil.example")),
        (None, Some("https://api.example.evil.example")),
        (None, Some("http://api.example")),
        (None, Some("null")),
        (None, None),
    ];
    for (site, origin) in cases {
        for method in ["POST", "DELETE", "PATCH", "FROBNICATE"] {
            let visit = payer().sends(sent(method, site, origin));
            let answer = visit.answer.as_ref().unwrap_or_else(|| panic!("{method} {site:?} {origin:?}"));
            assert_eq!((answer.status, visit.reason), (403, Some("cross_site_request")));
            assert_eq!(answer.body, json!({ "reason": "cross_site_request" }).to_string());
        }
    }
}

#[test]
fn form_that_another_site_posts_in_a_window_is_refused_on_a_page() {
    let form = PageRequest {
        method: "POST".to_owned(),
        sec_fetch_site: Some("cross-site".to_owned()),
        origin: Some("https://evil.example".to_owned()),
        ..navigation(PAYMENTS)
    };
    crate::support::pages::refused_on_page(&payer().sends(form), 403, "cross_site_request");
}

#[test]
fn what_another_site_embeds_is_sent_as_nobody() {
    for site in ["cross-site", "same-site"] {
        for (mode, dest) in [
            ("no-cors", "image"),
            ("no-cors", "script"),
            ("cors", "empty"),
            ("navigate", "iframe"),
            ("websocket", "websocket"),
        ] {
            let request = PageRequest {
                sec_fetch_mode: Some(mode.to_owned()),
                sec_fetch_dest: Some(dest.to_owned()),
                ..sent("GET", Some(site), None)
            };
            let visit = payer().sends(request);
            assert!(visit.answer.is_none() && !visit.by_cookie, "{site} {mode} {dest}");
        }
    }
}

#[test]
fn request_with_a_foreign_origin_is_sent_as_nobody_even_where_it_only_reads() {
    for site in [None, Some("same-origin"), Some("none"), Some("cross-site")] {
        assert!(!payer().sends(sent("GET", site, Some("https://evil.example"))).by_cookie, "{site:?}");
    }
}

#[test]
fn link_on_another_site_leads_to_the_page() {
    let link = PageRequest { sec_fetch_site: Some("cross-site".to_owned()), ..navigation(PAYMENTS) };
    let visit = payer().sends(link);
    assert!(visit.answer.is_none() && visit.by_cookie);
}

#[test]
fn change_without_a_cookie_is_the_gate_s_to_refuse() {
    let visit = Visitor::new().sends(sent("POST", Some("cross-site"), Some("https://evil.example")));
    assert!(visit.answer.is_none() && visit.reason.is_none());
}
