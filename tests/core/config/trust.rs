//! Resources that stand in code, and whom they trust.

use audgate::config::{Faults, Names, Tenant};
use serde_json::{Value, json};

use super::builder::{push, remove};
use crate::support::test;

fn trust() -> Value {
    json!({
        "issuer": "https://login.acme.example",
        "resources": [{
            "uri": "https://reports.other.example/reports",
            "rules": [{ "methods": ["GET"], "path": "/**", "scopes": ["reports:read"] }],
        }],
    })
}

fn read(edit: impl FnOnce(&mut Value)) -> Result<Tenant, Faults> {
    let mut trust = trust();
    edit(&mut trust);
    Tenant::trusting(&trust.to_string())
}

#[track_caller]
fn refused(edit: impl FnOnce(&mut Value), path: &str, problem: &str) {
    let faults = read(edit).expect_err("there is a fault");
    let found = faults.iter().any(|fault| fault.path() == path && fault.problem().contains(problem));
    assert!(found && faults.iter().count() == 1, "{faults}");
}

#[test]
fn an_issuers_url_and_rules_are_enough() {
    let tenant = read(|_| {}).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(!tenant.issues_tokens() && !tenant.manages_keys());
    let resource = &tenant.resources()[0];
    let trusted = &resource.trusted_issuers()[0];
    assert_eq!((trusted.issuer(), trusted.names()), ("https://login.acme.example", Names::Own));
    assert_eq!(resource.name(), "https://reports.other.example/reports");
}

#[test]
fn an_issuer_may_be_described_as_in_a_tenant_document() {
    let tenant = read(|trust| {
        trust["issuer"] =
            json!({ "issuer": "https://idp.example/", "algorithms": ["RS256"], "subjects": "foreign" });
    });
    assert_eq!(tenant.unwrap().resources()[0].trusted_issuers()[0].names(), Names::Foreign);
}

#[test]
fn a_resource_may_trust_others_than_the_rest() {
    let tenant = read(|trust| {
        let mut other = trust["resources"][0].clone();
        other["uri"] = json!("https://reports.other.example/drafts");
        other["trusted_issuers"] = json!([{ "issuer": "https://idp.example/", "algorithms": ["RS256"] }]);
        push(&mut trust["resources"], other);
    });
    let tenant = tenant.unwrap_or_else(|faults| panic!("{faults}"));
    let issuers = |index: usize| tenant.resources()[index].trusted_issuers()[0].issuer().to_owned();
    assert_eq!(
        (issuers(0).as_str(), issuers(1).as_str()),
        ("https://login.acme.example", "https://idp.example/")
    );
}

#[test]
fn a_resource_that_nobodys_tokens_open_is_a_fault() {
    refused(|trust| remove(trust, "issuer"), "$.resources[0].uri", "no issuer's tokens");
}

#[test]
fn faults_are_those_of_the_tenant_document() {
    refused(|trust| remove(trust, "resources"), "$.resources", "is missing");
    refused(|trust| trust["resources"] = json!([]), "$.resources", "is empty");
    refused(|trust| trust["issuer"] = json!("http://login.acme.example"), "$.issuer", "https");
    refused(|trust| trust["issuer"] = json!(7), "$.issuer", "is a number");
    refused(|trust| trust["isuer"] = json!(7), "$.isuer", "did you mean `issuer`?");
    refused(|trust| trust["clock_tolerance"] = json!(61), "$.clock_tolerance", "is 61");
    refused(
        |trust| trust["resources"][0]["uri"] = json!("https://x.example/?"),
        "$.resources[0].uri",
        "no query",
    );
    refused(
        |trust| trust["resources"][0]["access_token_ttl"] = json!(60),
        "$.resources[0].access_token_ttl",
        "unknown",
    );
    refused(
        |trust| trust["resources"][0]["rules"][0]["path"] = json!("x"),
        "$.resources[0].rules[0].path",
        "`x`",
    );
}

#[test]
fn scopes_that_are_listed_are_the_only_ones_of_the_rules() {
    let listed = |name: &'static str| {
        move |trust: &mut Value| trust["resources"][0]["scopes"] = json!([{ "name": name }])
    };
    assert!(read(listed("reports:read")).is_ok());
    refused(listed("reports:write"), "$.resources[0].rules[0].scopes[0]", "defines no scope");
}
