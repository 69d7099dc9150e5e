//! What becomes of each refusal of the directory.

use audgate::directory::{EntityKind, ManagementRefusal, ManagementReply, Mention};
use serde_json::json;

use super::{by_management, managed, put};
use crate::support::host::CallFault;
use crate::support::issuer::{Call, Issuer, Reply};
use crate::support::test;

fn refused_with(refusal: ManagementRefusal) -> Reply {
    let reply = ManagementReply::Refused { refusal };
    managed(&Issuer::new(), put("/v1/resources/orders", &json!({})), reply)
}

#[test]
fn every_refusal_has_its_status_and_code() {
    for (refusal, status, code, reason) in [
        (ManagementRefusal::NotFound {}, 404, "not_found", "not_found"),
        (ManagementRefusal::NotAssigned {}, 404, "not_found", "not_found"),
        (ManagementRefusal::Duplicate { name: "orders".into() }, 409, "duplicate", "duplicate"),
        (ManagementRefusal::InUse { used_by: Vec::new() }, 409, "in_use", "in_use"),
        (ManagementRefusal::Fixed { reason: "`uri` cannot change".into() }, 409, "fixed", "fixed"),
        (ManagementRefusal::Empty {}, 409, "directory_empty", "directory_empty"),
        (ManagementRefusal::Stale { revision: 3 }, 412, "precondition_failed", "precondition_failed"),
        (ManagementRefusal::IdempotencyKeyReused {}, 422, "idempotency_key_reused", "idempotency_key_reused"),
        (ManagementRefusal::WrongTenant {}, 503, "temporarily_unavailable", "stored_record_unreadable"),
        (ManagementRefusal::RecordUnreadable {}, 503, "temporarily_unavailable", "stored_record_unreadable"),
        (ManagementRefusal::RequestUnreadable {}, 503, "temporarily_unavailable", "stored_record_unreadable"),
    ] {
        refused_with(refusal).refused_by_management(status, code, reason);
    }
}

#[test]
fn faults_are_told_all_at_once() {
    let faults = vec!["$.uri: is missing (expected: a URI)".to_owned(), "$.name: is a number".to_owned()];
    let reply = refused_with(ManagementRefusal::Invalid { faults: faults.clone() });
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json(), json!({ "message": faults, "error_code": "invalid_request" }));
}

#[test]
fn what_is_in_use_says_by_what() {
    let used_by = vec![
        Mention { kind: EntityKind::Client, id: "shop-web".into() },
        Mention { kind: EntityKind::Role, id: "viewer".into() },
    ];
    let reply = refused_with(ManagementRefusal::InUse { used_by });
    assert_eq!(reply.status, 409);
    let expected = json!([{ "kind": "client", "id": "shop-web" }, { "kind": "role", "id": "viewer" }]);
    assert_eq!(reply.json()["used_by"], expected);
}

#[test]
fn what_is_taken_is_named() {
    let reply = refused_with(ManagementRefusal::Duplicate { name: "ada@shop.example".into() });
    assert_eq!(reply.json()["message"], json!(["`ada@shop.example` is taken"]));
}

#[test]
fn directory_that_does_not_answer_is_503() {
    for fault in [CallFault::Unavailable, CallFault::LostReply] {
        let issuer = Issuer::new();
        // The first call asks whether the caller's token is live.
        issuer.fail_call(1, fault);
        let reply = by_management(&issuer, Call::get("/v1/users"));
        reply.refused_by_management(503, "temporarily_unavailable", "host_unavailable");
    }
}

#[test]
fn caller_who_cannot_be_checked_now_is_503() {
    let issuer = Issuer::new();
    issuer.fail_call(0, CallFault::Unavailable);
    let reply = by_management(&issuer, Call::get("/v1/users"));
    reply.refused_by_management(503, "temporarily_unavailable", "host_unavailable");
}

#[test]
fn deployment_without_a_directory_names_what_is_missing() {
    let mut issuer = Issuer::new();
    issuer.host.directory_missing = true;
    let reply = by_management(&issuer, Call::get("/v1/users"));
    reply.refused_by_management(503, "temporarily_unavailable", "not_deployed");
    assert!(reply.body.contains("binding 'DIRECTORY'"), "{reply:?}");
}

#[test]
fn answer_that_belongs_to_nothing_asked_is_503() {
    for reply in [
        ManagementReply::Done {},
        ManagementReply::Due { entries: Vec::new() },
        ManagementReply::User { record: "{}".into() },
    ] {
        let reply = managed(&Issuer::new(), Call::get("/v1/users"), reply);
        reply.refused_by_management(503, "temporarily_unavailable", "stored_record_unreadable");
    }
}

#[test]
fn nothing_is_cached() {
    assert_eq!(refused_with(ManagementRefusal::NotFound {}).header("cache-control"), Some("no-store"));
}
