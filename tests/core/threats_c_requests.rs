//! THREATS C at the gate: a path with more than one reading opens nothing.

use serde_json::json;

use crate::support::request::{decide, decide_at, outcome};
use crate::support::tenant::{NOW, document, tenant_of};
use crate::support::test;
use crate::support::token::Token;

fn at(url: &str) -> &'static str {
    outcome(&decide("GET", url, &Token::of_client().compact()))
}

#[test]
fn c1_resource_ends_at_a_segment_boundary() {
    for path in ["/orders-other", "/ordersx", "/orders;x", "/orders%20", "/order", "/Orders", "/orders:x"] {
        assert_eq!(at(&format!("https://api.example{path}")), "no_resource", "{path}");
    }
}

#[test]
fn c1_path_that_a_router_could_read_otherwise_is_refused() {
    for path in [
        "/orders%2F42",
        "/orders%2f42",
        "/orders%5C42",
        "/orders\\42",
        "/orders//42",
        "//orders/42",
        "/orders/42//",
        "/orders/%00",
        "/orders/%",
        "/orders/%4",
        "/orders/%zz",
        "/orders/\u{e9}",
        "/orders/a b",
        "/orders/\t",
    ] {
        assert_eq!(at(&format!("https://api.example{path}")), "ambiguous_path", "{path}");
    }
}

#[test]
fn c1_encoded_letters_do_not_hide_a_nested_resource() {
    // A router that decodes would see the archive, whose audience is another.
    for path in ["/orders/%61rchive/1", "/orders/archiv%65", "/%6frders/archive", "/orders/arch%69ve"] {
        assert_eq!(at(&format!("https://api.example{path}")), "ambiguous_path", "{path}");
    }
}

#[test]
fn c2_dot_segments_are_refused_in_every_spelling() {
    for path in [
        "/orders/.",
        "/orders/..",
        "/orders/../profile",
        "/orders/./42",
        "/orders/%2e",
        "/orders/%2e%2e/profile",
        "/orders/.%2e/profile",
        "/orders/%252e%252e/profile",
        "/orders/%2E%2E",
    ] {
        assert_eq!(at(&format!("https://api.example{path}")), "ambiguous_path", "{path}");
    }
}

#[test]
fn c2_names_with_dots_are_no_dot_segments() {
    for path in ["/orders/...", "/orders/.well-known", "/orders/a..b", "/orders/v1.2"] {
        assert_eq!(at(&format!("https://api.example{path}")), "allow", "{path}");
    }
}

#[test]
fn c3_case_and_default_port_of_the_host_do_not_count() {
    for url in
        ["https://API.example/orders", "https://api.example:443/orders", "https://Api.Example:443/orders"]
    {
        assert_eq!(at(url), "allow", "{url}");
    }
}

#[test]
fn c3_host_in_another_spelling_is_another_host() {
    for url in [
        "https://api.example:80/orders",
        "https://api.example./orders",
        "https://user@api.example/orders",
        "http://api.example/orders",
        "https://api.example:8443/orders",
        "https://api.example.evil.example/orders",
        "https://evil.example/https:/api.example/orders",
    ] {
        assert_eq!(at(url), "no_resource", "{url}");
    }
}

#[test]
fn c4_query_and_fragment_take_no_part() {
    for url in [
        "https://api.example/orders?x=/../profile",
        "https://api.example/orders/42?a=%2e%2e",
        "https://api.example/orders#x",
    ] {
        assert_eq!(at(url), "allow", "{url}");
    }
    assert_eq!(at("https://api.example?/orders"), "no_resource");
}

#[test]
fn c5_both_spellings_of_a_trailing_slash_are_one_resource() {
    for url in ["https://api.example/orders", "https://api.example/orders/", "https://api.example/orders/42/"]
    {
        assert_eq!(at(url), "allow", "{url}");
    }
}

#[test]
fn c5_audience_is_as_registered() {
    let mut document = document();
    document["resources"][0]["uri"] = json!("https://api.example/orders/");
    let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(tenant_of(&document)));
    for (audience, expected) in
        [("https://api.example/orders/", "allow"), ("https://api.example/orders", "audience_mismatch")]
    {
        let authorization = format!("Bearer {}", Token::of_client().with("aud", json!(audience)).compact());
        let request = audgate::gate::GateRequest {
            method: "GET",
            url: "https://api.example/orders/42",
            authorization: Some(&authorization),
            ..Default::default()
        };
        assert_eq!(outcome(&decide_at(&mut gate, &request, NOW)), expected);
    }
}

#[test]
fn c6_rule_sees_the_segments_that_the_audience_check_saw() {
    // `/orders/archive` belongs to the nested resource with and without slash; the outer rule `/**` never sees it.
    for path in ["/orders/archive", "/orders/archive/", "/orders/archive/x"] {
        assert_eq!(at(&format!("https://api.example{path}")), "audience_mismatch", "{path}");
    }
    assert_eq!(at("https://api.example/orders/archived"), "allow");
}

#[test]
fn encoded_path_variable_is_compared_decoded_once() {
    let profile = |path: &str, subject: &str| {
        let token = Token::of_user()
            .with("sub", json!(subject))
            .with("aud", json!("https://api.example/profile"))
            .with("scope", json!("profile:read"));
        outcome(&decide("GET", &format!("https://api.example/profile/users/{path}"), &token.compact()))
    };
    assert_eq!(profile("a~b", "a~b"), "allow");
    assert_eq!(profile("ada%20", "ada"), "wrong_subject");
    assert_eq!(profile("%C3%A9", "ada"), "wrong_subject");
    assert_eq!(profile("%FF", "ada"), "wrong_subject");
}

/// A tenant with a resource below the orders, and rules, whose names have characters that a request could encode.
fn reserved() -> audgate::gate::Gate {
    let mut document = document();
    document["resources"][0]["rules"] = json!([
        { "methods": ["GET"], "path": "/items:export", "scopes": ["orders:cancel"] },
        { "methods": ["*"], "path": "/**", "scopes": ["orders:read"] },
    ]);
    document["resources"][1]["uri"] = json!("https://api.example/orders/v1:archive");
    audgate::gate::Gate::new(std::rc::Rc::new(tenant_of(&document)))
}

fn at_reserved(method: &str, path: &str) -> &'static str {
    let (url, authorization) =
        (format!("https://api.example/orders{path}"), format!("Bearer {}", Token::of_client().compact()));
    let request = audgate::gate::GateRequest {
        method,
        url: &url,
        authorization: Some(&authorization),
        ..Default::default()
    };
    outcome(&decide_at(&mut reserved(), &request, NOW))
}

#[test]
fn c6_encoding_a_reserved_character_does_not_escape_a_stricter_rule() {
    assert_eq!(at_reserved("GET", "/items:export"), "insufficient_scope");
    for path in ["/items%3Aexport", "/items%3aexport", "/x/items%3Aexport"] {
        assert_eq!(at_reserved("GET", path), "ambiguous_path", "{path}");
    }
}

#[test]
fn c6_encoding_a_reserved_character_does_not_escape_a_nested_resource() {
    assert_eq!(at_reserved("GET", "/v1:archive/x"), "audience_mismatch");
    assert_eq!(at_reserved("GET", "/v1%3Aarchive/x"), "ambiguous_path");
}

#[test]
fn encoded_characters_in_variable_segments_are_admitted() {
    for path in ["/ada%40shop.example", "/a%3Ab", "/a%20b", "/%E2%82%AC", "/a%2Bb%3D"] {
        assert_eq!(at_reserved("GET", path), "allow", "{path}");
    }
}

#[test]
fn characters_that_runtimes_treat_differently_are_refused() {
    for path in ["/a\"b", "/a<b", "/a>b", "/a^b", "/a`b", "/{sub}", "/a{b"] {
        assert_eq!(at_reserved("GET", path), "ambiguous_path", "{path}");
    }
}

#[test]
fn lower_case_method_is_none_that_a_rule_for_every_method_means() {
    for method in ["patch", "Get", "", "GET ", "G\u{c9}T"] {
        assert_eq!(at_reserved(method, "/42"), "no_rule", "{method}");
    }
    assert_eq!(at_reserved("PROPFIND", "/42"), "allow");
}

#[test]
fn c2_dot_segments_with_parameters_are_refused() {
    for path in [
        "/orders/..;/profile",
        "/orders/.;x/42",
        "/orders/..%3B/x",
        "/orders/..%3bx",
        "/orders/;x",
        "/orders/%3B",
    ] {
        assert_eq!(at(&format!("https://api.example{path}")), "ambiguous_path", "{path}");
    }
    for path in ["/orders/...;x", "/orders/a..;x", "/orders/42;v=1"] {
        assert_eq!(at(&format!("https://api.example{path}")), "allow", "{path}");
    }
}
