//! What comes back from the issuer, or pretends to.

use audgate::pages::PageRequest;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::support::pages::{
    CALLBACK, CLIENT, PAGE, Visitor, header, location, navigation, refused_on_page, tokens,
};
use crate::support::tenant::{ISSUER, NOW, PAYMENTS};
use crate::support::test;
use crate::support::token::Token;

fn good() -> Value {
    tokens(&Token::of_user().compact())
}

#[test]
fn login_leads_back_to_where_it_began_and_opens_the_page() {
    let mut visitor = Visitor::new();
    let visit = visitor.logs_in("https://api.example/orders/42?view=all&x=%2F", &good());
    assert_eq!(location(&visit).as_str(), "https://api.example/orders/42?view=all&x=%2F");
    let visit = visitor.sends(navigation(PAGE));
    assert!(visit.answer.is_none() && visit.by_cookie, "{visit:?}");
}

#[test]
fn code_is_exchanged_by_the_client_that_asked() {
    let mut visitor = Visitor::new();
    visitor.logs_in(PAGE, &good());
    let posted = visitor.posted();
    let expected = [
        ("grant_type", "authorization_code"),
        ("code", "the-code"),
        ("redirect_uri", CALLBACK),
        ("client_id", CLIENT),
    ];
    for (name, value) in expected {
        assert_eq!(posted[name], value);
    }
    let posts = visitor.platform.posts.borrow();
    assert_eq!(
        (posts[0].url.as_str(), &posts[0].authorization),
        ("https://issuer.example/oidc/token", &None)
    );
}

#[test]
fn client_with_a_secret_authenticates_by_it() {
    let mut visitor = Visitor::new();
    visitor.settings.client_secret = Some("a secret: with signs".to_owned());
    visitor.logs_in(PAGE, &good());
    let posts = visitor.platform.posts.borrow();
    let basic = posts[0].authorization.clone().unwrap();
    let pair = base64ct::Base64::decode_vec(basic.strip_prefix("Basic ").unwrap()).unwrap();
    assert_eq!(String::from_utf8(pair).unwrap(), "shop-pages:a%20secret%3A%20with%20signs");
    assert!(!posts[0].body.contains("client_id"));
}

#[test]
fn answer_to_another_login_is_refused() {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    let other = Visitor::new().begins(PAGE)["state"].replace('A', "B");
    // The same cookie is found by a part of the state, and the whole of it has to fit.
    let similar = format!("{}x", &asked["state"][..42]);
    for state in [other.as_str(), &similar, "x", &format!("{}\n", asked["state"])] {
        let visit = visitor.comes_back(&[("state", state), ("iss", ISSUER), ("code", "the-code")]);
        refused_on_page(&visit, 400, "login_unknown");
    }
    assert!(visitor.platform.posts.borrow().is_empty());
    // None of that has used the login up.
    visitor.issuer_answers(200, &good());
    location(&visitor.comes_back(&[("state", &asked["state"]), ("iss", ISSUER), ("code", "the-code")]));
}

#[test]
fn answer_of_another_issuer_is_refused_before_the_code_goes_anywhere() {
    for iss in [
        None,
        Some(""),
        Some("https://evil.example"),
        Some("https://issuer.example/"),
        Some("HTTPS://issuer.example"),
    ] {
        let mut visitor = Visitor::new();
        let asked = visitor.begins(PAGE);
        let mut answer = vec![("state", asked["state"].as_str()), ("code", "the-code")];
        answer.extend(iss.map(|iss| ("iss", iss)));
        refused_on_page(&visitor.comes_back(&answer), 400, "issuer_mismatch");
        assert!(visitor.platform.posts.borrow().is_empty());
    }
}

#[test]
fn answer_is_taken_once() {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    let answer = [("state", asked["state"].as_str()), ("iss", ISSUER), ("code", "the-code")];
    visitor.issuer_answers(200, &good());
    location(&visitor.comes_back(&answer));
    refused_on_page(&visitor.comes_back(&answer), 400, "login_unknown");
    assert_eq!(visitor.platform.posts.borrow().len(), 1);
}

#[test]
fn answer_in_another_browser_is_refused() {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    visitor.cookies.clear();
    let visit = visitor.comes_back(&[("state", &asked["state"]), ("iss", ISSUER), ("code", "the-code")]);
    refused_on_page(&visit, 400, "login_unknown");
}

#[test]
fn login_that_took_too_long_is_over() {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    visitor.platform.now.set(NOW + 901);
    let visit = visitor.comes_back(&[("state", &asked["state"]), ("iss", ISSUER), ("code", "the-code")]);
    refused_on_page(&visit, 400, "login_unknown");
}

#[test]
fn malformed_answer_is_refused() {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    let state = asked["state"].as_str();
    let answers: [&[(&str, &str)]; 4] = [
        &[],
        &[("iss", ISSUER), ("code", "the-code")],
        &[("state", state), ("state", state), ("iss", ISSUER), ("code", "the-code")],
        &[("state", state), ("iss", ISSUER), ("code", "one"), ("code", "two")],
    ];
    for answer in answers {
        refused_on_page(&visitor.comes_back(answer), 400, "callback_malformed");
    }
    refused_on_page(&visitor.comes_back(&[("state", state), ("iss", ISSUER)]), 400, "callback_malformed");
}

#[test]
fn callback_is_no_form() {
    let visit = Visitor::new().sends(PageRequest { method: "POST".to_owned(), ..navigation(CALLBACK) });
    refused_on_page(&visit, 400, "callback_malformed");
}

#[test]
fn refusal_of_the_issuer_is_shown_and_its_words_are_not() {
    let cases = [
        ("access_denied", 403, "login_refused"),
        ("login_required", 403, "login_refused"),
        ("<script>", 403, "login_refused"),
        ("invalid_target", 500, "login_misconfigured"),
        ("invalid_scope", 500, "login_misconfigured"),
        ("server_error", 503, "cannot_decide_now"),
        ("temporarily_unavailable", 503, "cannot_decide_now"),
    ];
    for (error, status, reason) in cases {
        let mut visitor = Visitor::new();
        let asked = visitor.begins(PAGE);
        let answer = [
            ("state", asked["state"].as_str()),
            ("iss", ISSUER),
            ("error", error),
            ("error_description", "<b>"),
        ];
        let visit = visitor.comes_back(&answer);
        refused_on_page(&visit, status, reason);
        let body = &visit.answer.as_ref().unwrap().body;
        assert!(!body.contains("<script>") && !body.contains("<b>") && body.contains(PAGE), "{body}");
        assert!(visitor.cookies.is_empty());
    }
}

#[test]
fn code_and_error_at_once_are_an_error() {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    let answer = [
        ("state", asked["state"].as_str()),
        ("iss", ISSUER),
        ("error", "access_denied"),
        ("code", "the-code"),
    ];
    refused_on_page(&visitor.comes_back(&answer), 403, "login_refused");
    assert!(visitor.platform.posts.borrow().is_empty());
}

/// What the visitor sees when the token endpoint answers so.
#[track_caller]
fn refused_by_token_endpoint(answered: u16, body: &Value, status: u16, reason: &str) {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    visitor.issuer_answers(answered, body);
    let visit = visitor.comes_back(&[("state", &asked["state"]), ("iss", ISSUER), ("code", "the-code")]);
    refused_on_page(&visit, status, reason);
    assert!(visitor.cookies.is_empty(), "{:?}", visitor.cookies);
}

#[test]
fn code_that_the_issuer_does_not_take_gives_nothing() {
    let refused = |error: &str| json!({ "error": error });
    refused_by_token_endpoint(400, &refused("invalid_grant"), 400, "code_refused");
    refused_by_token_endpoint(400, &refused("invalid_target"), 500, "login_misconfigured");
    refused_by_token_endpoint(401, &refused("invalid_client"), 500, "login_misconfigured");
    refused_by_token_endpoint(400, &json!("invalid_grant"), 502, "token_response_malformed");
    for status in [302, 404, 429, 500, 503] {
        refused_by_token_endpoint(status, &good(), 503, "cannot_decide_now");
    }
}

#[test]
fn answer_without_tokens_gives_nothing() {
    let with = |name: &str, value: Value| {
        let mut body = good();
        body[name] = value;
        body
    };
    let bodies = [
        json!({}),
        json!([]),
        with("access_token", json!("")),
        with("access_token", json!("a\nb")),
        with("access_token", json!(1)),
        with("access_token", json!("x".repeat(9_000))),
        with("token_type", json!("DPoP")),
        with("token_type", json!(null)),
        with("refresh_token", json!(["x"])),
        with("refresh_token", json!("a b")),
        with("id_token", json!(null)),
        with("expires_in", json!("600")),
        with("expires_in", json!(-1)),
    ];
    for body in bodies {
        refused_by_token_endpoint(200, &body, 502, "token_response_malformed");
    }
}

#[test]
fn issuer_that_does_not_answer_is_503() {
    let mut visitor = Visitor::new();
    let asked = visitor.begins(PAGE);
    let visit = visitor.comes_back(&[("state", &asked["state"]), ("iss", ISSUER), ("code", "the-code")]);
    refused_on_page(&visit, 503, "cannot_decide_now");
    assert_eq!(header(&visit, "retry-after"), Some("1"));
}

#[test]
fn token_that_the_gate_itself_does_not_take_is_not_kept() {
    let refused = [
        Token::of_user().with("aud", json!(PAYMENTS)),
        Token::of_user().with("iss", json!("https://evil.example")),
        Token::of_user().with("tid", json!("other")),
        Token::of_user().with("exp", json!(NOW - 60)),
        Token::of_user().header("alg", json!("none")),
    ];
    for token in refused {
        let mut visitor = Visitor::new();
        let visit = visitor.logs_in(PAGE, &tokens(&token.compact()));
        let answer = visit.answer.as_ref().unwrap();
        assert_eq!((answer.status, header(&visit, "location")), (401, None), "{}", answer.body);
        assert!(visitor.cookies.is_empty(), "{:?}", visitor.cookies);
    }
}

#[test]
fn tokens_that_no_cookie_can_hold_are_refused() {
    let mut visitor = Visitor::new();
    let token = Token::of_user().with("roles", json!(["r".repeat(2_900)]));
    refused_on_page(&visitor.logs_in(PAGE, &tokens(&token.compact())), 500, "tokens_too_long");
    assert!(visitor.cookies.is_empty());
}

/// An ID token of whatever signature, for the login that `nonce` belongs to.
fn id_token(changes: &Value, nonce: &str) -> String {
    let mut claims = json!({ "iss": ISSUER, "aud": CLIENT, "sub": "ada", "nonce": nonce });
    claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let encoded = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    format!("{}.{}.{}", encoded(&json!({ "alg": "ES256", "kid": "es256" })), encoded(&claims), "c2ln")
}

/// Logs in where the ID token has these claims besides its own.
fn with_id_token(changes: &Value) -> (Visitor, audgate::pages::Visit) {
    let mut visitor = Visitor::new();
    visitor.settings.scope = Some("openid".to_owned());
    let asked = visitor.begins(PAGE);
    let mut body = good();
    body["id_token"] = json!(id_token(changes, &asked["nonce"]));
    visitor.issuer_answers(200, &body);
    let visit = visitor.comes_back(&[("state", &asked["state"]), ("iss", ISSUER), ("code", "the-code")]);
    (visitor, visit)
}

#[test]
fn id_token_of_this_login_is_kept_for_the_logout() {
    let (visitor, visit) = with_id_token(&json!({}));
    location(&visit);
    assert!(visitor.cookies.contains_key("__Host-audgate-page.hint"));
}

#[test]
fn id_token_of_another_login_client_or_issuer_is_refused() {
    for changes in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "shop-web" }),
        json!({ "aud": [CLIENT, "shop-web"] }),
        json!({ "iss": "https://evil.example" }),
    ] {
        let (visitor, visit) = with_id_token(&changes);
        refused_on_page(&visit, 400, "id_token_mismatch");
        assert!(visitor.cookies.is_empty());
    }
}

#[test]
fn nobody_is_sent_to_another_host() {
    for url in [
        "https://api.example/orders/42?next=https://evil.example/",
        "https://api.example/orders/42?//evil.example/\\evil.example",
        "https://api.example/orders/42?return_to=//evil.example",
        &format!("https://api.example/orders/42?{}", "x".repeat(600)),
        &format!("https://api.example/orders/{}", "x".repeat(600)),
    ] {
        let visit = Visitor::new().logs_in(url, &good());
        let location = header(&visit, "location").unwrap();
        assert!(location.starts_with("https://api.example/orders/"), "{location}");
        assert!(location.len() < 600);
    }
}
