//! Who is sent to the issuer, with what, and who is not.

use audgate::pages::PageRequest;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::pages::{
    CALLBACK, CLIENT, PAGE, Visitor, fetching, header, location, navigation, refused_on_page, tokens,
};
use crate::support::tenant::{ISSUER, NOW, ORDERS, document};
use crate::support::test;
use crate::support::token::Token;

#[test]
fn navigation_without_a_token_is_sent_to_the_issuer_with_the_resource_of_the_page() {
    let asked = Visitor::new().begins(PAGE);
    let expected = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("resource", ORDERS),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in expected {
        assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!((asked["state"].len(), asked["code_challenge"].len()), (43, 43));
    // Without scopes of the protocol nothing is named, and the issuer grants what there is.
    assert!(!asked.contains_key("scope") && !asked.contains_key("max_age"));
}

#[test]
fn scopes_of_the_protocol_are_asked_for_beside_all_of_the_resource() {
    let mut visitor = Visitor::new();
    visitor.settings.scope = Some("openid offline_access".to_owned());
    let asked = visitor.begins(PAGE);
    assert_eq!(asked["scope"], "openid offline_access orders:read orders:cancel");
    assert_eq!(asked["nonce"].len(), 43);
}

#[test]
fn what_the_rule_asks_of_the_login_goes_along() {
    let mut visitor = Visitor::new();
    let mut document = document();
    let rule = &mut document["resources"][0]["rules"][0];
    rule["max_age"] = json!(60);
    rule["acr_values"] = json!(["urn:example:gold", "urn:example:silver"]);
    visitor.deploys(&document);
    let asked = visitor.begins(PAGE);
    assert_eq!(
        (asked["acr_values"].as_str(), asked["max_age"].as_str()),
        ("urn:example:gold urn:example:silver", "60")
    );
}

#[test]
fn redirect_tells_nobody_where_it_came_from_and_is_not_stored() {
    let visit = Visitor::new().sends(navigation(PAGE));
    assert_eq!(header(&visit, "referrer-policy"), Some("no-referrer"));
    assert_eq!(header(&visit, "cache-control"), Some("no-store"));
}

#[test]
fn verifier_is_the_one_of_the_challenge_and_leaves_only_to_the_token_endpoint() {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    visitor.issuer_answers(200, &tokens(&Token::of_user().compact()));
    visitor.comes_back(&[("state", &asked["state"]), ("iss", ISSUER), ("code", "the-code")]);
    let posted = visitor.posted();
    let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(&posted["code_verifier"]));
    assert_eq!(challenge, asked["code_challenge"]);
    assert!(!asked.values().any(|value| *value == posted["code_verifier"]));
}

#[test]
fn each_login_has_secrets_of_its_own() {
    let mut visitor = Visitor::new();
    let (first, second) = (visitor.begins(PAGE), visitor.begins(PAGE));
    assert_ne!(first["state"], second["state"]);
    assert_ne!(first["code_challenge"], second["code_challenge"]);
}

#[test]
fn program_gets_what_the_gate_decided_never_a_redirect() {
    let embedded = |mode: &str, dest: &str| PageRequest {
        sec_fetch_mode: Some(mode.to_owned()),
        sec_fetch_dest: Some(dest.to_owned()),
        ..navigation(PAGE)
    };
    let requests = [
        fetching("GET", PAGE),
        fetching("POST", PAGE),
        embedded("no-cors", "image"),
        embedded("navigate", "iframe"),
        embedded("cors", "document"),
        PageRequest { method: "GET".to_owned(), url: PAGE.to_owned(), ..PageRequest::default() },
    ];
    for request in requests {
        let visit = Visitor::new().sends(request.clone());
        assert!(visit.answer.is_none() && visit.set_cookies.is_empty(), "{request:?} {visit:?}");
    }
}

#[test]
fn without_fetch_metadata_whoever_prefers_html_navigates() {
    let asking = |accept: &str| PageRequest {
        accept: Some(accept.to_owned()),
        ..PageRequest { method: "GET".to_owned(), url: PAGE.to_owned(), ..PageRequest::default() }
    };
    for accept in
        ["text/html", "text/html,application/json;q=0.9", "application/xml;q=0.9, Text/HTML ;q=0.95, */*"]
    {
        location(&Visitor::new().sends(asking(accept)));
    }
    for accept in [
        "*/*",
        "application/json",
        "application/json, text/html;q=0.5",
        "text/html;q=0",
        "text/*",
        "text/html;q=x",
        "",
    ] {
        assert!(Visitor::new().sends(asking(accept)).answer.is_none(), "{accept}");
    }
}

#[test]
fn what_cannot_be_repeated_gets_a_page_and_no_redirect() {
    let posted = PageRequest {
        sec_fetch_site: Some("same-origin".to_owned()),
        ..navigation("https://api.example/payments")
    };
    let visit = Visitor::new().sends(PageRequest { method: "POST".to_owned(), ..posted });
    let answer = visit.answer.as_ref().unwrap();
    assert_eq!((answer.status, header(&visit, "location")), (401, None));
    assert!(header(&visit, "www-authenticate").unwrap().starts_with("Bearer "));
}

#[test]
fn public_page_is_open_without_a_login() {
    assert!(Visitor::new().sends(navigation("https://api.example/orders/status")).answer.is_none());
}

#[test]
fn address_under_no_resource_is_refused_on_a_page_and_nobody_is_sent_away() {
    for url in ["https://api.example/", "https://api.example//orders", "https://api.example/ledger-old"] {
        let visit = Visitor::new().sends(navigation(url));
        let answer = visit.answer.as_ref().unwrap();
        assert!(matches!(answer.status, 400 | 403) && header(&visit, "location").is_none(), "{url}");
    }
}

#[test]
fn request_with_authorization_is_decided_by_it_alone() {
    let mut visitor = Visitor::with_token(&Token::of_user());
    let request = PageRequest { has_authorization: true, ..navigation(PAGE) };
    let visit = visitor.sends(request);
    assert!(visit.answer.is_none() && !visit.by_cookie);
    assert_eq!(visit.handler_cookie.as_deref(), Some(""));
}

#[test]
fn token_that_was_just_obtained_and_is_refused_shows_the_refusal() {
    let mut visitor = Visitor::new();
    // Good within the clock tolerance of ten seconds, and then no more.
    location(&visitor.logs_in(PAGE, &tokens(&Token::of_user().with("exp", json!(NOW - 5)).compact())));
    visitor.platform.now.set(NOW + 6);
    let visit = visitor.sends(navigation(PAGE));
    let answer = visit.answer.as_ref().unwrap();
    assert_eq!((answer.status, header(&visit, "location")), (401, None));
    assert!(answer.body.contains("expired") && answer.body.contains(PAGE), "{}", answer.body);
    visitor.platform.now.set(NOW + 10);
    visitor.begins(PAGE);
}

#[test]
fn page_that_asks_for_a_recent_login_leads_to_one_right_after_another() {
    let mut visitor = Visitor::new();
    let mut document = document();
    let rule = json!({ "methods": ["GET"], "path": "/confirm", "scopes": ["orders:read"], "max_age": 60 });
    document["resources"][0]["rules"].as_array_mut().unwrap().push(rule);
    visitor.deploys(&document);
    let long_ago = Token::of_user().with("auth_time", json!(NOW - 3_600));
    location(&visitor.logs_in(PAGE, &tokens(&long_ago.compact())));
    let confirm = "https://api.example/orders/confirm";
    assert_eq!(visitor.begins(confirm)["max_age"], "60");
    // A login that does not give it is shown, and not repeated.
    let visit = visitor.logs_in(confirm, &tokens(&long_ago.compact()));
    let answer = visit.answer.as_ref().unwrap();
    assert_eq!((answer.status, header(&visit, "location")), (401, None));
    assert!(answer.body.contains("insufficient_user_authentication"), "{}", answer.body);
    let recent = Token::of_user().with("auth_time", json!(NOW)).with("jti", json!("j2"));
    location(&visitor.logs_in(confirm, &tokens(&recent.compact())));
    assert!(visitor.sends(navigation(confirm)).answer.is_none());
}

#[test]
fn expired_token_without_a_refresh_token_leads_to_the_issuer_again() {
    let mut visitor = Visitor::with_token(&Token::of_user());
    visitor.platform.now.set(NOW + 4_000);
    let asked = visitor.begins(PAGE);
    assert_eq!(asked["resource"], ORDERS);
}

#[test]
fn subject_that_may_not_is_told_and_not_sent_round() {
    let mut visitor = Visitor::with_token(&Token::of_user().with("scope", json!("orders:cancel")));
    let visit = visitor.sends(navigation(PAGE));
    let answer = visit.answer.as_ref().unwrap();
    assert_eq!((answer.status, header(&visit, "location")), (403, None));
    assert!(answer.body.contains("insufficient_scope") && answer.body.contains("/.audgate/logout"));
}

#[test]
fn nothing_begins_without_randomness() {
    let mut visitor = Visitor::new();
    visitor.platform.without_randomness.set(true);
    let visit = visitor.sends(navigation(PAGE));
    refused_on_page(&visit, 503, "cannot_decide_now");
    assert!(visit.set_cookies.is_empty());
}
