//! Single rules: methods, paths, scopes, subjects, public ones.

use audgate::config::SubjectKind;
use serde_json::{Value, json};

use super::builder::{accepted, refused, refused_at};
use crate::support::test;

const PATH: &str = "$.resources[0].rules[0]";

fn only_rule(rule: Value) -> impl FnOnce(&mut Value) {
    move |document| document["resources"][0]["rules"] = json!([rule])
}

#[test]
fn a_rule_says_what_the_document_says() {
    let document = accepted(|_| {});
    let rule = &document.tenant().resources()[0].rules()[0];
    assert_eq!(rule.methods(), ["GET", "HEAD"]);
    assert_eq!(rule.template().as_str(), "/**");
    assert_eq!(rule.scopes().to_string(), "orders:read");
    assert!(!rule.is_public());
    assert!(rule.subjects().admits(SubjectKind::User));
    assert!(rule.subjects().admits(SubjectKind::Client));
    assert!(!rule.subjects().admits(SubjectKind::Management));
}

#[test]
fn methods_are_compared_in_their_case() {
    let document = accepted(|_| {});
    let rule = &document.tenant().resources()[0].rules()[0];
    assert!(rule.admits_method("GET"));
    for method in ["get", "POST", "DELETE", "", "*"] {
        assert!(!rule.admits_method(method), "{method}");
    }
}

#[test]
fn a_star_alone_is_every_method() {
    let document = accepted(only_rule(json!({ "methods": ["*"], "path": "/" })));
    let rule = &document.tenant().resources()[0].rules()[0];
    assert!(rule.admits_method("GET"));
    assert!(rule.admits_method("PURGE"));
}

#[test]
fn a_rule_without_subjects_admits_every_kind_and_without_scopes_needs_none() {
    let document = accepted(only_rule(json!({ "methods": ["GET"], "path": "/" })));
    let rule = &document.tenant().resources()[0].rules()[0];
    assert!(SubjectKind::ALL.into_iter().all(|kind| rule.subjects().admits(kind)));
    assert!(rule.scopes().is_empty());
    assert!(!rule.is_public());
}

#[test]
fn a_public_rule_admits_nobody_by_token() {
    let document = accepted(only_rule(json!({ "methods": ["GET"], "path": "/status", "public": true })));
    let rule = &document.tenant().resources()[0].rules()[0];
    assert!(rule.is_public());
    assert!(SubjectKind::ALL.into_iter().all(|kind| !rule.subjects().admits(kind)));
}

#[test]
fn methods_are_upper_case_tokens() {
    for method in ["get", "Get", "GET ", "GE/T", "", "**", "G3T"] {
        refused(
            only_rule(json!({ "methods": [method], "path": "/" })),
            "$.resources[0].rules[0].methods[0]",
            "not a method in upper case",
        );
    }
    refused(only_rule(json!({ "path": "/" })), "$.resources[0].rules[0].methods", "is missing");
    refused(only_rule(json!({ "methods": [], "path": "/" })), "$.resources[0].rules[0].methods", "is empty");
    refused(
        only_rule(json!({ "methods": ["GET", "*"], "path": "/" })),
        "$.resources[0].rules[0].methods[1]",
        "`*` stands beside other methods",
    );
    refused(
        only_rule(json!({ "methods": ["GET", "GET"], "path": "/" })),
        "$.resources[0].rules[0].methods[1]",
        "stands twice",
    );
}

#[test]
fn a_misspelt_claim_in_a_path_is_refused() {
    refused(
        only_rule(json!({ "methods": ["GET"], "path": "/users/{user}" })),
        "$.resources[0].rules[0].path",
        "is `/users/{user}`: braces hold one of `sub`, `client_id`, `app_id`, `tid` and `sid`",
    );
}

#[test]
fn a_rule_demands_only_scopes_that_its_resource_defines() {
    for scope in ["payments:make", "orders:Read", "openid"] {
        refused(
            only_rule(json!({ "methods": ["GET"], "path": "/", "scopes": ["orders:read", scope] })),
            "$.resources[0].rules[0].scopes[1]",
            &format!("the resource defines no scope `{scope}`"),
        );
    }
}

#[test]
fn a_scope_of_a_rule_is_a_scope() {
    refused(
        only_rule(json!({ "methods": ["GET"], "path": "/", "scopes": ["orders:read orders:cancel"] })),
        "$.resources[0].rules[0].scopes[0]",
        "printable ASCII",
    );
}

#[test]
fn a_rule_admits_somebody() {
    refused(
        only_rule(json!({ "methods": ["GET"], "path": "/", "subjects": [] })),
        "$.resources[0].rules[0].subjects",
        "is empty",
    );
    refused(
        only_rule(json!({ "methods": ["GET"], "path": "/", "subjects": ["users"] })),
        "$.resources[0].rules[0].subjects[0]",
        "no such kind",
    );
}

#[test]
fn a_public_rule_has_no_scopes_no_subjects_and_binds_no_claim() {
    refused_at(
        only_rule(
            json!({ "methods": ["GET"], "path": "/users/{sub}", "public": true, "scopes": [], "subjects": ["user"] }),
        ),
        &[&format!("{PATH}.path"), &format!("{PATH}.scopes"), &format!("{PATH}.subjects")],
    );
}

#[test]
fn public_is_true_or_false() {
    refused(
        only_rule(json!({ "methods": ["GET"], "path": "/", "public": "true" })),
        "$.resources[0].rules[0].public",
        "is a string",
    );
    let document = accepted(only_rule(json!({ "methods": ["GET"], "path": "/", "public": false })));
    assert!(!document.tenant().resources()[0].rules()[0].is_public());
}
