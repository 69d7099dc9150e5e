//! What a rule asks of how and when the user authenticated.

use audgate::config::{AuthenticationContext, SubjectKind};
use serde_json::{Value, json};

use super::builder::{accepted, refused, refused_at};
use crate::support::test;

const RULE: &str = "$.resources[0].rules[0]";

fn rule_with(members: Value) -> impl FnOnce(&mut Value) {
    move |document| {
        let mut rule = json!({ "methods": ["GET"], "path": "/" });
        rule.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        document["resources"][0]["rules"] = json!([rule]);
    }
}

#[test]
fn a_rule_says_how_and_how_recently_the_user_has_authenticated() {
    let document = accepted(rule_with(json!({ "acr_values": ["gold", "silver"], "max_age": 300 })));
    let wanted = document.tenant().resources()[0].rules()[0].user_authentication().unwrap();
    let values: Vec<&str> = wanted.acr_values().iter().map(AuthenticationContext::as_str).collect();
    assert_eq!((values, wanted.max_age().unwrap().seconds()), (vec!["gold", "silver"], 300));
}

#[test]
fn either_of_the_two_is_enough_and_a_rule_without_both_asks_for_nothing() {
    for members in [json!({ "acr_values": ["1"] }), json!({ "max_age": 1 })] {
        let document = accepted(rule_with(members));
        assert!(document.tenant().resources()[0].rules()[0].user_authentication().is_some());
    }
    let document = accepted(rule_with(json!({})));
    assert!(document.tenant().resources()[0].rules()[0].user_authentication().is_none());
}

#[test]
fn such_a_rule_is_for_users_whether_it_says_so_or_not() {
    for members in [json!({ "max_age": 300 }), json!({ "max_age": 300, "subjects": ["user"] })] {
        let document = accepted(rule_with(members));
        let subjects = document.tenant().resources()[0].rules()[0].subjects();
        assert!(subjects.admits(SubjectKind::User));
        assert!(!subjects.admits(SubjectKind::Client) && !subjects.admits(SubjectKind::Management));
    }
}

#[test]
fn such_a_rule_for_a_client_is_a_fault_because_no_user_authenticates_there() {
    for subjects in
        [json!(["client"]), json!(["management"]), json!(["user", "client"]), json!(["user", "management"])]
    {
        for member in [json!({ "max_age": 300 }), json!({ "acr_values": ["1"] })] {
            let mut members = member;
            members["subjects"] = subjects.clone();
            refused(rule_with(members), &format!("{RULE}.subjects"), "no user authenticates");
        }
    }
}

#[test]
fn a_public_rule_asks_for_no_authentication() {
    refused_at(
        rule_with(json!({ "public": true, "acr_values": ["1"], "max_age": 300 })),
        &[&format!("{RULE}.acr_values"), &format!("{RULE}.max_age")],
    );
}

#[test]
fn an_age_is_a_span_of_whole_seconds() {
    for (age, problem) in [
        (json!(0), "at least 1 second"),
        (json!(315_360_001), "ten years"),
        (json!(-1), "no whole number"),
        (json!(1.5), "no whole number"),
        (json!("300"), "is a string"),
        (json!(null), "is null"),
    ] {
        refused(rule_with(json!({ "max_age": age })), &format!("{RULE}.max_age"), problem);
    }
}

#[test]
fn values_are_words_that_a_challenge_can_carry() {
    for value in ["", "a b", "a\"b", "a\\b", "é", "a\tb", &"x".repeat(129)] {
        refused(rule_with(json!({ "acr_values": [value] })), &format!("{RULE}.acr_values[0]"), "a value has");
    }
    refused(rule_with(json!({ "acr_values": [] })), &format!("{RULE}.acr_values"), "is empty");
    refused(rule_with(json!({ "acr_values": ["1", "1"] })), &format!("{RULE}.acr_values[1]"), "stands twice");
    refused(rule_with(json!({ "acr_values": "1" })), &format!("{RULE}.acr_values"), "is a string");
    refused(rule_with(json!({ "acr_values": [1] })), &format!("{RULE}.acr_values[0]"), "is a number");
    let many: Vec<String> = (0..17).map(|value| value.to_string()).collect();
    refused(rule_with(json!({ "acr_values": many })), &format!("{RULE}.acr_values"), "has 17 elements");
}
