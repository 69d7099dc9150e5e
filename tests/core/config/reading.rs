//! Faults of the text and its members, whatever they mean.

use audgate::config::TenantDocument;
use serde_json::json;

use super::builder::{accepted, document, parsed, refused, refused_at, remove};
use crate::support::test;

#[test]
fn a_document_without_faults_is_accepted() {
    let document = accepted(|_| {});
    assert_eq!(document.tenant().id().as_str(), "acme");
    assert_eq!(document.tenant().version(), 0);
    assert_eq!(document.clients().len(), 2);
    assert_eq!(document.applications().len(), 2);
    assert_eq!(document.users().len(), 1);
}

#[test]
fn text_that_is_not_json_is_one_fault_with_its_line() {
    let faults = TenantDocument::parse("{\n  \"tenant_id\": }").unwrap_err();
    let shown = faults.to_string();
    assert_eq!(shown, "$: not JSON (line 2, column 16) (expected: one JSON object)");
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let text = document().to_string().replacen("{", "{\"issuer\":\"https://evil.example\",", 1);
    let faults = TenantDocument::parse(&text).unwrap_err();
    assert!(faults.to_string().contains("a name stands twice"), "{faults}");
}

#[test]
fn a_document_that_is_no_object_is_refused() {
    for (text, kind) in [("[]", "an array"), ("null", "null"), ("\"x\"", "a string"), ("1", "a number")] {
        let faults = TenantDocument::parse(text).unwrap_err();
        assert_eq!(faults.to_string(), format!("$: is {kind} (expected: an object)"));
    }
}

#[test]
fn nesting_deeper_than_the_format_is_refused() {
    let text = format!("{}1{}", "[".repeat(9), "]".repeat(9));
    let faults = TenantDocument::parse(&text).unwrap_err();
    assert!(faults.to_string().contains("nested too deeply"), "{faults}");
}

#[test]
fn an_unknown_member_is_refused_with_the_name_that_was_meant() {
    refused(
        |document| document["resources"][0]["acess_token_ttl"] = json!(60),
        "$.resources[0].acess_token_ttl",
        "unknown member `acess_token_ttl`, did you mean `access_token_ttl`?",
    );
    refused(|document| document["setings"] = json!({}), "$.setings", "did you mean `settings`?");
}

#[test]
fn an_unknown_member_that_resembles_nothing_is_refused_without_a_guess() {
    let found = super::builder::faults(|document| document["clients"][0]["colour"] = json!("red"));
    assert_eq!(found, [("$.clients[0].colour".to_owned(), "unknown member `colour`".to_owned())]);
}

#[test]
fn unknown_members_are_refused_in_every_kind_of_object() {
    refused_at(
        |document| {
            document["applications"][0]["x"] = json!(1);
            document["clients"][0]["resources"][0]["x"] = json!(1);
            document["default_resource"]["x"] = json!(1);
            document["resources"][0]["cors"]["x"] = json!(1);
            document["resources"][0]["rules"][0]["x"] = json!(1);
            document["resources"][0]["scopes"][0]["x"] = json!(1);
            document["roles"][0]["x"] = json!(1);
            document["settings"]["x"] = json!(1);
            document["signing_keys"][0]["x"] = json!(1);
            document["users"][0]["x"] = json!(1);
            document["x"] = json!(1);
        },
        &[
            "$.applications[0].x",
            "$.clients[0].resources[0].x",
            "$.default_resource.x",
            "$.resources[0].cors.x",
            "$.resources[0].rules[0].x",
            "$.resources[0].scopes[0].x",
            "$.roles[0].x",
            "$.settings.x",
            "$.signing_keys[0].x",
            "$.users[0].x",
            "$.x",
        ],
    );
}

#[test]
fn a_name_outside_the_shorthand_stands_in_brackets_in_the_path() {
    refused(|document| document["it's"] = json!(1), "$['it\\'s']", "unknown member");
    refused(|document| document["a.b"] = json!(1), "$['a.b']", "unknown member");
}

#[test]
fn the_session_length_cannot_be_configured_anywhere() {
    let expected = "a session is fixed at 1,209,600 s";
    for name in ["session_ttl", "max_session", "sessionExpiration"] {
        let faults = parsed(|document| {
            document["settings"][name] = json!(60);
            document["resources"][0][name] = json!(60);
        })
        .unwrap_err();
        let shown: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 2);
        assert!(shown.iter().all(|fault| fault.contains(expected)), "{shown:?}");
    }
}

#[test]
fn every_missing_member_is_named_where_it_should_stand() {
    let faults = TenantDocument::parse("{}").unwrap_err();
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path()).collect();
    assert_eq!(paths, ["$.tenant_id", "$.issuer", "$.hosts"]);
    assert!(faults.iter().all(|fault| fault.problem() == "is missing"));
}

#[test]
fn several_faults_are_reported_at_once_in_the_order_of_the_document() {
    let text = r#"{
        "users": [{ "user_id": "u 1", "email": "nobody", "status": "gone" }],
        "tenant_id": "acme",
        "resources": [
            { "uri": "http://api.example", "resource_id": "a", "access_token_ttl": 0, "nam": "A",
              "refresh_token_ttl": 1.5, "max_refresh_rotate": "60" }
        ],
        "hosts": "login.acme.example",
        "issuer": "https://login.acme.example/"
    }"#;
    let faults = TenantDocument::parse(text).unwrap_err();
    let shown: Vec<String> =
        faults.iter().map(|fault| format!("{}: {}", fault.path(), fault.problem())).collect();
    assert_eq!(
        shown,
        [
            "$.users[0].user_id: is `u 1`: an identifier has only letters, digits, `-`, `.`, `_` and `~`",
            "$.users[0].email: is `nobody`: it has no `@`",
            "$.users[0].status: is `gone`",
            "$.resources[0].name: is missing",
            "$.resources[0].uri: is `http://api.example`: a resource URI is https, or http on localhost",
            "$.resources[0].access_token_ttl: is 0: a lifetime is at least 1 second",
            "$.resources[0].nam: unknown member `nam`, did you mean `name`?",
            "$.resources[0].refresh_token_ttl: is 1.5, which is no whole number",
            "$.resources[0].max_refresh_rotate: is a string",
            "$.hosts: is a string",
            "$.issuer: is `https://login.acme.example/`: it is spelled `https://login.acme.example`",
        ]
    );
}

#[test]
fn faults_serialize_as_a_list_of_objects() {
    let faults = parsed(|document| remove(document, "issuer")).unwrap_err();
    assert_eq!(
        serde_json::to_value(&faults).unwrap(),
        json!([{
            "path": "$.issuer",
            "problem": "is missing",
            "expected": "the issuer's URL, such as `https://login.acme.example`, without path and trailing slash",
        }])
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_named_by_its_kind() {
    refused(|document| document["resources"] = json!({}), "$.resources", "is an object");
}

#[test]
fn numbers_must_be_whole() {
    for number in [json!(10.0), json!(1e1), json!(-1), json!(0.5)] {
        refused(
            |document| document["settings"]["clock_tolerance"] = number,
            "$.settings.clock_tolerance",
            "no whole number",
        );
    }
}

#[test]
fn long_input_is_clipped_in_messages() {
    let found = super::builder::faults(|document| document["users"][0]["status"] = json!("s".repeat(10_000)));
    assert!(found[0].1.len() < 200, "{found:?}");
}
