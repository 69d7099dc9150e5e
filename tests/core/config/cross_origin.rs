//! Cross-origin settings of resources.

use serde_json::{Value, json};

use super::builder::{accepted, faults, refused};
use crate::support::test;

#[test]
fn origins_are_compared_exactly() {
    let document = accepted(|_| {});
    let cors = document.tenant().resources()[0].cors().unwrap();
    assert!(cors.admits_origin("https://shop.example"));
    for origin in
        ["https://shop.example.evil.example", "https://shop.example:444", "http://shop.example", "null", "*"]
    {
        assert!(!cors.admits_origin(origin), "{origin}");
    }
    assert_eq!(cors.methods(), ["GET", "HEAD", "DELETE"]);
    assert_eq!(cors.headers(), ["authorization"]);
    assert_eq!(cors.max_age(), 600);
    assert!(document.tenant().resources()[1].cors().is_none());
}

#[test]
fn every_origin_can_be_admitted() {
    let document = accepted(|document| document["resources"][0]["cors"] = json!({ "origins": ["*"] }));
    let cors = document.tenant().resources()[0].cors().unwrap().clone();
    assert!(cors.admits_origin("https://anybody.example"));
    assert_eq!(cors.headers(), ["authorization"]);
}

#[test]
fn cross_origin_settings_that_would_admit_nobody_or_too_many_are_refused() {
    for origin in [
        "https://shop.example/",
        "https://SHOP.example",
        "http://shop.example",
        "shop.example",
        "null",
        "https://*.example/x",
    ] {
        let found = faults(|document| document["resources"][0]["cors"]["origins"] = json!([origin]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "$.resources[0].cors.origins[0]", "{origin}");
    }
    let cors = |cors: Value| move |document: &mut Value| document["resources"][0]["cors"] = cors;
    refused(cors(json!({ "origins": [] })), "$.resources[0].cors.origins", "is empty");
    refused(cors(json!({})), "$.resources[0].cors.origins", "is missing");
    refused(
        cors(json!({ "origins": ["https://a.example", "*"] })),
        "$.resources[0].cors.origins[1]",
        "stands beside other origins",
    );
    refused(
        cors(json!({ "origins": ["*"], "headers": ["Authorization"] })),
        "$.resources[0].cors.headers[0]",
        "not a field name in lower case",
    );
    refused(cors(json!({ "origins": ["*"], "max_age": 86_401 })), "$.resources[0].cors.max_age", "is 86401");
    refused(
        cors(json!({ "origins": ["*"], "methods": ["get"] })),
        "$.resources[0].cors.methods[0]",
        "not a method in upper case",
    );
}
