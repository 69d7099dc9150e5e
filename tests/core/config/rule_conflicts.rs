//! Rules against each other: ambiguous ones, and those that decide nothing.

use serde_json::{Value, json};

use super::builder::{accepted, push, refused, refused_at};
use crate::support::test;

fn rules(rules: &[(&str, &str)]) -> impl FnOnce(&mut Value) {
    let rules: Vec<Value> = rules
        .iter()
        .map(|(methods, path)| json!({ "methods": methods.split(' ').collect::<Vec<_>>(), "path": path }))
        .collect();
    move |document| document["resources"][0]["rules"] = json!(rules)
}

fn ambiguous(pairs: &[(&str, &str)], at: usize, problem: &str) {
    refused(rules(pairs), &format!("$.resources[0].rules[{at}]"), problem);
}

#[test]
fn the_same_path_and_method_twice_is_ambiguous() {
    ambiguous(&[("GET", "/a"), ("GET", "/a")], 1, "is ambiguous: `/a` is the same paths as rule 0 for GET");
    ambiguous(&[("GET", "/a"), ("GET", "/a/")], 1, "is ambiguous");
    ambiguous(&[("GET", "/a%c3%a9"), ("GET", "/a%C3%A9")], 1, "is ambiguous");
}

#[test]
fn variables_of_different_kinds_are_the_same_path() {
    ambiguous(&[("GET", "/users/{sub}"), ("GET", "/users/*")], 1, "is ambiguous");
    ambiguous(&[("GET", "/{sub}/**"), ("GET", "/{client_id}/**")], 1, "is ambiguous");
}

#[test]
fn the_methods_in_common_are_named() {
    ambiguous(&[("GET PUT POST", "/a"), ("POST PUT", "/a")], 1, "for POST, PUT");
    ambiguous(&[("*", "/a"), ("DELETE", "/a")], 1, "for DELETE");
    ambiguous(&[("*", "/a"), ("*", "/a")], 1, "for every method");
}

#[test]
fn the_same_path_for_other_methods_is_clear() {
    accepted(rules(&[("GET HEAD", "/a"), ("PUT", "/a"), ("DELETE", "/*"), ("GET", "/*")]));
}

#[test]
fn a_more_specific_rule_is_clear() {
    accepted(rules(&[
        ("GET", "/**"),
        ("GET", "/a/**"),
        ("GET", "/a/*"),
        ("GET", "/a/b"),
        ("GET", "/a/{sub}/c/**"),
        ("GET", "/"),
        ("*", "/a/*/c/d"),
    ]));
}

#[test]
fn templates_that_cross_are_ambiguous() {
    ambiguous(
        &[("GET", "/a/*"), ("GET", "/*/b")],
        1,
        "is ambiguous: `/*/b` and rule 0, `/a/*`, both match `/a/b` for GET",
    );
    ambiguous(&[("GET", "/a/**"), ("GET", "/*/b")], 1, "both match `/a/b`");
    ambiguous(&[("GET", "/a/**"), ("GET", "/*/b/**")], 1, "both match `/a/b/**`");
    ambiguous(&[("*", "/a/{sub}/c"), ("GET PUT", "/*/b/*")], 1, "both match `/a/b/c` for GET, PUT");
}

#[test]
fn templates_that_cross_for_other_methods_are_clear() {
    accepted(rules(&[("GET", "/a/*"), ("PUT", "/*/b")]));
}

#[test]
fn a_rule_for_exactly_the_intersection_settles_it() {
    accepted(rules(&[("GET", "/a/*"), ("GET", "/*/b"), ("GET", "/a/b")]));
    accepted(rules(&[("GET", "/a/b/**"), ("GET", "/a/**"), ("GET", "/*/b/**")]));
    accepted(rules(&[("GET PUT", "/a/*"), ("GET PUT", "/*/b"), ("GET", "/a/b"), ("PUT", "/a/b")]));
}

#[test]
fn the_intersection_is_settled_for_every_method_or_not_at_all() {
    ambiguous(&[("GET PUT", "/a/*"), ("GET PUT", "/*/b"), ("GET", "/a/b")], 1, "both match `/a/b`");
    ambiguous(&[("*", "/a/*"), ("*", "/*/b"), ("GET", "/a/b")], 1, "for every method");
    refused_at(
        rules(&[("GET", "/a/*"), ("GET", "/*/b"), ("GET", "/a/b/**")]),
        &["$.resources[0].rules[1]", "$.resources[0].rules[2]", "$.resources[0].rules[2]"],
    );
}

#[test]
fn a_rule_whose_paths_other_rules_decide_is_unreachable() {
    ambiguous(
        &[("GET", "/a/**"), ("*", "/a"), ("GET", "/a/*/**")],
        0,
        "is unreachable: `/a` and `/a/*/**` decide everything",
    );
    ambiguous(&[("GET", "/**"), ("GET", "/"), ("GET", "/*/**")], 0, "`/` and `/*/**` decide everything");
    accepted(rules(&[("GET PUT", "/a/**"), ("GET PUT", "/a"), ("GET", "/a/*/**")]));
}

#[test]
fn a_rule_in_the_realm_of_a_nested_resource_is_unreachable() {
    for path in ["/returns", "/returns/**", "/returns/*", "/returns/a/b"] {
        refused(
            |document| {
                document["resources"][1]["uri"] = json!("https://api.acme.example/orders/returns/");
                push(&mut document["resources"][0]["rules"], json!({ "methods": ["POST"], "path": path }));
            },
            "$.resources[0].rules[2]",
            "is unreachable: `https://api.acme.example/orders/returns` and what is below is the resource `payments`",
        );
    }
}

#[test]
fn a_rule_that_reaches_beyond_the_nested_resource_is_clear() {
    for path in ["/*", "/**", "/other", "/returns-x", "/*/a"] {
        accepted(|document| {
            document["resources"][1]["uri"] = json!("https://api.acme.example/orders/returns");
            push(&mut document["resources"][0]["rules"], json!({ "methods": ["POST"], "path": path }));
        });
    }
}
