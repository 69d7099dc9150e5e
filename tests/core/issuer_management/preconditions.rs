//! `If-Match` and `Idempotency-Key`: two editors cannot overwrite each other, and a creation can be repeated.

use audgate::directory::{ManagementRefusal, ManagementReply};
use serde_json::json;

use super::{asked, by_management, delete, managed, orders, put};
use crate::support::issuer::{Call, Issuer};
use crate::support::test;

fn changes() -> [Call; 4] {
    [
        put("/v1/resources/orders", &json!({})),
        delete("/v1/resources/orders"),
        put("/v1/clients/shop-server/resources", &json!({ "resource_ids": [] })),
        put("/v1/tenant", &json!({})),
    ]
}

#[test]
fn revision_that_the_caller_has_seen_goes_to_the_directory() {
    for (field, expected) in [
        (Some("\"12\""), Some(12)),
        (Some("\"0\""), Some(0)),
        (Some(" \"12\" "), Some(12)),
        (Some("*"), None),
        (None, None),
    ] {
        for call in changes() {
            let issuer = Issuer::new();
            by_management(&issuer, Call { if_match: field, ..call });
            assert_eq!(asked(&issuer).remove(0).if_match, expected, "{field:?}");
        }
    }
}

#[test]
fn tag_that_is_never_given_matches_nothing() {
    for field in ["W/\"12\"", "\"abc\"", "\"012\"", "\"+12\"", "\"\"", "\"12a\"", "\"99999999999999999999\""]
    {
        for call in changes() {
            let issuer = Issuer::new();
            let reply = by_management(&issuer, Call { if_match: Some(field), ..call });
            reply.refused_by_management(412, "precondition_failed", "precondition_failed");
            assert!(asked(&issuer).is_empty(), "{field}");
        }
    }
}

#[test]
fn field_that_is_no_tag_is_400() {
    for field in ["12", "", "\"12", "12\"", "'12'", "w/\"12\"", "\"1\" \"2\"", "\"1\", \"2\"", "**", "W/*"] {
        let issuer = Issuer::new();
        let call = put("/v1/resources/orders", &json!({}));
        let reply = by_management(&issuer, Call { if_match: Some(field), ..call });
        reply.refused_by_management(400, "invalid_request", "invalid_request");
        assert!(asked(&issuer).is_empty(), "{field}");
    }
}

#[test]
fn reading_and_creating_heed_no_revision() {
    for call in [Call::get("/v1/resources/orders"), Call::json("/v1/resources", &json!({}))] {
        let issuer = Issuer::new();
        by_management(&issuer, Call { if_match: Some("garbage"), ..call });
        assert_eq!(asked(&issuer).remove(0).if_match, None);
    }
}

#[test]
fn stale_revision_is_412() {
    let stale = ManagementReply::Refused { refusal: ManagementRefusal::Stale { revision: 13 } };
    let call = Call { if_match: Some("\"12\""), ..put("/v1/resources/orders", &json!({})) };
    managed(&Issuer::new(), call, stale).refused_by_management(
        412,
        "precondition_failed",
        "precondition_failed",
    );
}

#[test]
fn idempotency_key_goes_with_creations_only() {
    for (call, expected) in [
        (Call::json("/v1/resources", &json!({})), Some("once 1".to_owned())),
        (put("/v1/resources/orders", &json!({})), None),
        (Call::get("/v1/resources/orders"), None),
    ] {
        let issuer = Issuer::new();
        managed(&issuer, Call { idempotency_key: Some("once 1"), ..call }, orders());
        assert_eq!(asked(&issuer).remove(0).idempotency_key, expected);
    }
}

#[test]
fn idempotency_key_is_printable_and_bounded() {
    let long = "x".repeat(256).leak();
    for key in ["", "a\tb", "sch\u{f6}n", long] {
        let issuer = Issuer::new();
        let call = Call { idempotency_key: Some(key), ..Call::json("/v1/resources", &json!({})) };
        by_management(&issuer, call).refused_by_management(400, "invalid_request", "invalid_request");
        assert!(asked(&issuer).is_empty());
    }
}
