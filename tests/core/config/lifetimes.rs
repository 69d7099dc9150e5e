//! Lifetimes of resources, and the presets of the default resource.

use serde_json::{Value, json};

use super::builder::{accepted, faults, refused, remove};
use crate::support::test;

#[test]
fn lifetimes_are_those_of_the_document() {
    let document = accepted(|_| {});
    let payments = &document.tenant().resources()[1];
    assert_eq!(payments.access_token_lifetime().seconds(), 300);
    assert_eq!(payments.refresh_token_lifetime().seconds(), 86_400);
    assert_eq!(payments.maximum_rotation().seconds(), 604_800);
    assert_eq!(payments.longest_access_token_lifetime().seconds(), 300);
    assert!(payments.longest_until().is_none());
}

#[test]
fn each_lifetime_is_required_and_between_a_second_and_ten_years() {
    let ten_years: u64 = 315_360_000;
    for member in ["access_token_ttl", "refresh_token_ttl", "max_refresh_rotate"] {
        let path = format!("$.resources[0].{member}");
        refused(|document| remove(&mut document["resources"][0], member), &path, "is missing");
        refused(|document| document["resources"][0][member] = json!(0), &path, "at least 1 second");
        let long = faults(|document| document["resources"][0][member] = json!(ten_years + 1));
        assert_eq!(long.len(), 1, "{long:?}");
        assert!(long[0].1.contains("ten years"), "{long:?}");
    }
    accepted(|document| {
        for member in ["access_token_ttl", "refresh_token_ttl", "max_refresh_rotate"] {
            document["resources"][0][member] = json!(ten_years);
        }
    });
}

#[test]
fn an_access_token_may_outlive_the_rotation() {
    accepted(|document| document["resources"][0]["access_token_ttl"] = json!(99_999_999));
}

#[test]
fn a_refresh_token_does_not_outlive_the_maximum_rotation() {
    refused(
        |document| document["resources"][0]["refresh_token_ttl"] = json!(1_209_601),
        "$.resources[0].refresh_token_ttl",
        "a refresh token of 1209601 s outlives the maximum rotation, `max_refresh_rotate`, of 1209600 s",
    );
}

#[test]
fn the_default_resource_lives_by_its_preset() {
    let lifetimes = |default: Value| {
        let document = accepted(|document| document["default_resource"] = default);
        let default = document.tenant().default_resource().clone();
        [default.access_token_lifetime(), default.refresh_token_lifetime(), default.maximum_rotation()]
            .map(|lifetime| lifetime.seconds())
    };
    assert_eq!(lifetimes(json!({})), [3_600, 1_209_600, 1_209_600]);
    assert_eq!(lifetimes(json!({ "preset": "standard" })), [3_600, 1_209_600, 1_209_600]);
    assert_eq!(lifetimes(json!({ "preset": "legacy" })), [3_600, 1_209_600, 31_536_000]);
    assert_eq!(lifetimes(json!({ "access_token_ttl": 60 })), [60, 1_209_600, 1_209_600]);
    assert_eq!(lifetimes(json!({ "preset": "legacy", "refresh_token_ttl": 60 })), [3_600, 60, 31_536_000]);
    assert_eq!(
        lifetimes(json!({ "preset": "legacy", "max_refresh_rotate": 1_209_600 })),
        [3_600, 1_209_600, 1_209_600]
    );
}

#[test]
fn a_document_without_default_resource_has_the_standard_one() {
    let document = accepted(|document| remove(document, "default_resource"));
    assert_eq!(document.tenant().default_resource().maximum_rotation().seconds(), 1_209_600);
}

#[test]
fn an_unknown_preset_is_refused() {
    refused(
        |document| document["default_resource"]["preset"] = json!("lenient"),
        "$.default_resource.preset",
        "is `lenient`",
    );
}

#[test]
fn a_rotation_below_the_presets_refresh_token_is_refused_where_it_stands() {
    refused(
        |document| document["default_resource"]["max_refresh_rotate"] = json!(3_600),
        "$.default_resource.max_refresh_rotate",
        "outlives the maximum rotation",
    );
}
