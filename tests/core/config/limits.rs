//! Sizes: what is too much, and that much is not slow.

use std::fmt::Write as _;

use audgate::config::TenantDocument;
use serde_json::{Value, json};

use super::builder::{accepted, parsed, push, refused};
use crate::support::test;

fn many_resources(document: &mut Value, count: usize) {
    for index in 0..count {
        push(
            &mut document["resources"],
            json!({
                "resource_id": format!("r{index}"), "name": "R", "uri": format!("https://r.acme.example/{index}"),
                "access_token_ttl": 60, "refresh_token_ttl": 60, "max_refresh_rotate": 60,
                "scopes": [{ "name": "r:read" }],
                "rules": [{ "methods": ["GET"], "path": "/**", "scopes": ["r:read"] }]
            }),
        );
        push(
            &mut document["clients"][0]["resources"],
            json!({ "resource_id": format!("r{index}"), "scopes": ["r:read"] }),
        );
    }
}

#[test]
fn ten_thousand_resources_are_read() {
    let document = accepted(|document| many_resources(document, 9_998));
    assert_eq!(document.tenant().resources().len(), 10_000);
}

#[test]
fn more_than_ten_thousand_resources_are_refused() {
    refused(
        |document| document["resources"] = json!(vec![json!({}); 10_001]),
        "$.resources",
        "has 10001 elements",
    );
}

#[test]
fn a_resource_has_at_most_a_thousand_scopes_and_rules() {
    let scopes = |count: usize| {
        move |document: &mut Value| {
            let names: Vec<String> = (0..count).map(|index| format!("s{index}")).collect();
            document["resources"][1]["scopes"] = names.iter().map(|name| json!({ "name": name })).collect();
            document["resources"][1]["rules"] = json!([]);
            for client in 0..2 {
                document["clients"][client]["resources"] = json!([
                    { "resource_id": "orders", "scopes": ["orders:cancel"] },
                    { "resource_id": "payments", "scopes": if count > 1_000 { &[][..] } else { &names[..] } }
                ]);
            }
        }
    };
    accepted(scopes(1_000));
    refused(scopes(1_001), "$.resources[1].scopes", "has 1001 elements");
    let rules = |count: usize| {
        move |document: &mut Value| {
            document["resources"][1]["rules"] = (0..count)
                .map(|index| json!({ "methods": ["GET"], "path": format!("/{index}/*") }))
                .collect();
        }
    };
    accepted(rules(1_000));
    refused(rules(1_001), "$.resources[1].rules", "has 1001 elements");
}

#[test]
fn a_text_over_four_mebibytes_is_refused_before_it_is_read() {
    let text = " ".repeat(4 * 1_024 * 1_024 + 1);
    let faults = TenantDocument::parse(&text).unwrap_err();
    assert_eq!(faults.to_string(), "$: has 4194305 octets (expected: at most 4 MiB (4194304 octets))");
}

#[test]
fn a_thousand_crossing_rules_are_reported_and_the_rest_is_counted() {
    let faults = parsed(|document| {
        let rules = (0..500).flat_map(|index| {
            [format!("/a{index}/*"), format!("/*/b{index}")]
                .map(|path| json!({ "methods": ["GET"], "path": path }))
        });
        document["resources"][1]["rules"] = rules.collect();
    })
    .unwrap_err();
    assert_eq!(faults.iter().count(), 1_001);
    let last = faults.iter().last().unwrap();
    assert_eq!(last.problem(), "249000 more faults are not listed");
}

#[test]
fn a_document_full_of_rubbish_is_refused_in_bounded_space() {
    let mut text = String::from("{\"resources\":[");
    for index in 0..9_999 {
        let _ = write!(text, "{{\"x{index}\":0}},");
    }
    text.push_str("{}]}");
    let faults = TenantDocument::parse(&text).unwrap_err();
    assert_eq!(faults.iter().count(), 1_001);
}
