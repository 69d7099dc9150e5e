//! Logging out: asked for on a page, done by a form of this host, and finished by the issuer.

use audgate::pages::PageRequest;
use serde_json::json;

use crate::support::pages::{
    LOGOUT, PAGE, Visitor, fetching, header, location, navigation, refused_on_page, tokens,
};
use crate::support::tenant::PAYMENTS;
use crate::support::test;
use crate::support::token::Token;

/// The form of the page.
fn form() -> PageRequest {
    PageRequest {
        method: "POST".to_owned(),
        sec_fetch_site: Some("same-origin".to_owned()),
        origin: Some("https://api.example".to_owned()),
        ..navigation(LOGOUT)
    }
}

/// Who has logged in at two resources, at one of them with a refresh token.
fn logged_in() -> Visitor {
    let mut visitor = Visitor::new();
    let mut body = tokens(&Token::of_user().compact());
    body["refresh_token"] = json!("a-refresh-token");
    location(&visitor.logs_in(PAGE, &body));
    location(&visitor.logs_in(PAYMENTS, &tokens(&Token::for_payments().compact())));
    visitor
}

#[test]
fn link_to_the_logout_asks_and_does_nothing() {
    let mut visitor = logged_in();
    let kept = visitor.cookies.clone();
    let visit = visitor.sends(navigation(LOGOUT));
    let answer = visit.answer.as_ref().unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<form method=\"post\" action=\"/.audgate/logout\">"));
    let policy = header(&visit, "content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' https://issuer.example;")
            && policy.contains("frame-ancestors 'none'")
    );
    assert_eq!(visitor.cookies, kept);
}

#[test]
fn form_ends_all_cookies_revokes_the_tokens_and_leads_to_the_issuer() {
    let mut visitor = logged_in();
    for _ in 0..2 {
        visitor.issuer_answers(200, &json!(null));
    }
    let visit = visitor.sends(form());
    assert_eq!(location(&visit).as_str(), "https://issuer.example/oidc/session/end?client_id=shop-pages");
    assert!(visitor.cookies.is_empty());
    let posts = visitor.platform.posts.borrow();
    let revocations: Vec<&str> = posts
        .iter()
        .filter(|post| post.url == "https://issuer.example/oidc/token/revocation")
        .map(|post| post.body.as_str())
        .collect();
    assert_eq!(revocations.len(), 2);
    assert_eq!(revocations[0], "token=a-refresh-token&client_id=shop-pages");
    assert!(revocations[1].starts_with("token=ey"));
}

#[test]
fn issuer_that_does_not_answer_holds_no_logout_back() {
    let mut visitor = logged_in();
    location(&visitor.sends(form()));
    assert!(visitor.cookies.is_empty());
}

#[test]
fn logout_leads_back_where_the_deployment_says_so() {
    let mut visitor = logged_in();
    visitor.settings.after_logout = Some("/goodbye".to_owned());
    let location = location(&visitor.sends(form()));
    let parameters: Vec<_> = location.query_pairs().collect();
    assert_eq!(parameters[1], ("post_logout_redirect_uri".into(), "https://api.example/goodbye".into()));
}

#[test]
fn nobody_logs_others_out() {
    let cases = [
        (Some("cross-site"), Some("https://evil.example")),
        (Some("same-site"), Some("https://sibling.example")),
        (None, Some("https://evil.example")),
        (None, None),
        (Some("none"), None),
    ];
    for (site, origin) in cases {
        let mut visitor = logged_in();
        let kept = visitor.cookies.clone();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let request = PageRequest { sec_fetch_site: owned(site), origin: owned(origin), ..form() };
        refused_on_page(&visitor.sends(request), 403, "cross_site_request");
        assert_eq!(visitor.cookies, kept, "{site:?} {origin:?}");
    }
}

#[test]
fn other_methods_are_refused() {
    let visit = logged_in().sends(fetching("DELETE", LOGOUT));
    refused_on_page(&visit, 405, "method_not_allowed");
}

#[test]
fn who_is_not_logged_in_is_led_to_the_issuer_all_the_same() {
    let visit = Visitor::new().sends(form());
    assert_eq!(location(&visit).path(), "/oidc/session/end");
}
