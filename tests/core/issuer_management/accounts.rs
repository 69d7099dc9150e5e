//! What accounts do once the directory has decided: suspension, reinstatement, and the end of users and clients.

use audgate::directory::{ManagementCommand, ManagementRefusal, ManagementReply};
use serde_json::{Value, json};

use super::{ADMIN, asked, by_management, delete, managed, put};
use crate::support::host::CallFault;
use crate::support::issuer::{Call, Issuer, Parameters, Reply, changed};
use crate::support::login::{backend_login, text, tokens};
use crate::support::shop::{SERVER, member};
use crate::support::test;

fn refusal(refusal: ManagementRefusal) -> ManagementReply {
    ManagementReply::Refused { refusal }
}

fn is_active(issuer: &Issuer, token: &str) -> bool {
    let reply = issuer.ask(SERVER, "/oidc/introspect", &Parameters::of(&[("token", token)]));
    reply.granted()["active"] == json!(true)
}

/// An account that another login would begin.
fn lets_in(issuer: &Issuer) -> bool {
    let body = json!({ "email": "ada@shop.example", "redirect_uri": crate::support::shop::CALLBACK });
    let before = issuer.host.mails.borrow().len();
    issuer.call(SERVER, "/v1/auth/link/email/send", &body);
    if issuer.host.mails.borrow().len() == before {
        return false;
    }
    let body = json!({ "code": crate::support::login::last_link(issuer) });
    issuer.call(SERVER, "/v1/auth/link/email/authenticate", &body).status == 200
}

#[test]
fn suspension_ends_sessions_tokens_and_logins_at_once() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    let session = backend_login(&issuer, SERVER, "ada");
    assert_eq!(issuer.change_status("ada", "suspended").status, 200);
    assert!(!is_active(&issuer, &token));
    let refreshed = issuer.refresh(SERVER, &text(&session, "refresh_token"));
    refreshed.refused(400, "invalid_grant", "user_suspended");
    // The published record knows nothing of it yet.
    assert!(!lets_in(&issuer));
}

#[test]
fn suspension_of_a_user_whom_nobody_has_seen_yet_holds() {
    let issuer = Issuer::new();
    assert_eq!(issuer.change_status("ada", "suspended").status, 200);
    assert!(!lets_in(&issuer));
    assert_eq!(issuer.change_status("ada", "active").status, 200);
    issuer.later(1);
    assert!(lets_in(&issuer));
}

#[test]
fn reinstatement_works_though_the_published_record_still_suspends() {
    let mut issuer = Issuer::new();
    backend_login(&issuer, SERVER, "ada");
    issuer.change_status("ada", "suspended");
    issuer.republish(|document| *member(document, "ada", "status") = json!("suspended"));
    issuer.later(5);
    assert_eq!(issuer.change_status("ada", "active").status, 200);
    let rows = issuer.objects()["account demo/user/ada"]["account"].clone();
    assert!(rows.contains("\"suspended_by_record\":false"), "{rows}");
    assert!(rows.contains("\"suspended_by_management\":false"), "{rows}");
}

#[test]
fn clients_of_the_user_are_told() {
    let issuer = Issuer::new();
    tokens(&issuer, SERVER, "ada");
    issuer.change_status("ada", "suspended");
    assert_eq!(issuer.host.deliveries.borrow().len(), 1);
}

#[test]
fn status_among_other_members_counts_too() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    let call = put("/v1/users/ada", &json!({ "role_ids": [], "status": "suspended" }));
    managed(&issuer, call, changed(&json!({ "user_id": "ada", "status": "suspended" }), u64::MAX)).granted();
    assert!(!is_active(&issuer, &token));
}

#[test]
fn what_the_directory_has_now_counts_and_not_what_was_sent() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    let call = put("/v1/users/ada", &json!({ "status": "suspended" }));
    managed(&issuer, call, changed(&json!({ "user_id": "ada", "status": "active" }), u64::MAX)).granted();
    assert!(is_active(&issuer, &token));
}

#[test]
fn change_without_a_status_asks_no_account() {
    let issuer = Issuer::new();
    let before = issuer.objects();
    let call = put("/v1/users/ada", &json!({ "role_ids": [] }));
    managed(&issuer, call, changed(&json!({ "user_id": "ada", "status": "suspended" }), u64::MAX)).granted();
    assert!(issuer.objects() == before);
}

#[test]
fn refused_change_does_nothing_to_anybody() {
    for refused in [
        ManagementRefusal::Invalid { faults: vec!["$.status: is `deleted`".into()] },
        ManagementRefusal::NotFound {},
        ManagementRefusal::Empty {},
        ManagementRefusal::RecordUnreadable {},
    ] {
        let issuer = Issuer::new();
        backend_login(&issuer, SERVER, "ada");
        let before = issuer.objects();
        let call = put("/v1/users/ada", &json!({ "status": "suspended" }));
        assert!(managed(&issuer, call, refusal(refused)).status >= 400);
        assert!(issuer.objects() == before);
    }
}

/// The record that the directory would publish of ada.
fn record(issuer: &Issuer, change: impl FnOnce(&mut Value)) -> ManagementReply {
    let mut record: Value = serde_json::from_str(&issuer.host.records["tenant/demo/user/ada"]).unwrap();
    change(&mut record);
    ManagementReply::User { record: record.to_string() }
}

#[test]
fn account_that_does_not_answer_is_made_up_for_by_repeating_the_request() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    // The calls: is the caller's token live, the directory, the account.
    issuer.fail_call(2, CallFault::Unavailable);
    let reply = issuer.change_status("ada", "suspended");
    reply.refused_by_management(503, "temporarily_unavailable", "host_unavailable");
    assert!(is_active(&issuer, &token));
    issuer.change_status("ada", "suspended").granted();
    assert!(!is_active(&issuer, &token));
}

#[test]
fn repetition_with_the_revision_from_before_is_412_and_the_account_follows() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    issuer.directory_answers(refusal(ManagementRefusal::Stale { revision: 9 }));
    let version = issuer.tenant.version() + 1;
    issuer.directory_answers(record(&issuer, |record| {
        record["status"] = json!("suspended");
        record["version"] = json!(version);
    }));
    let call = put("/v1/users/ada", &json!({ "status": "suspended" }));
    let reply = by_management(&issuer, Call { if_match: Some("\"8\""), ..call });
    assert_eq!(reply.status, 412);
    assert!(!is_active(&issuer, &token));
}

fn delete_ada(issuer: &Issuer, reply: ManagementReply) -> Reply {
    managed(issuer, delete("/v1/users/ada"), reply)
}

#[test]
fn user_who_is_deleted_loses_everything_and_their_clients_are_told() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    let session = backend_login(&issuer, SERVER, "ada");
    let version = issuer.tenant.version() + 1;
    assert_eq!(delete_ada(&issuer, ManagementReply::Deleted { version }).status, 204);
    assert!(!is_active(&issuer, &token));
    assert_eq!(issuer.refresh(SERVER, &text(&session, "refresh_token")).status, 400);
    assert!(issuer.objects()["account demo/user/ada"].contains_key("revoked/sub/ada"));
    assert_eq!(issuer.host.deliveries.borrow().len(), 2);
    // The published record is still there, and lets nobody in.
    assert!(!lets_in(&issuer));
}

#[test]
fn user_who_is_created_again_under_that_name_gets_in() {
    let mut issuer = Issuer::new();
    backend_login(&issuer, SERVER, "ada");
    issuer.change_status("ada", "suspended");
    delete_ada(&issuer, ManagementReply::Deleted { version: issuer.tenant.version() + 3 });
    issuer.later(1);
    let version = issuer.tenant.version() + 10;
    let body = json!({ "user_id": "ada", "email": "ada@shop.example" });
    let created = changed(&json!({ "user_id": "ada", "status": "active" }), version);
    assert_eq!(managed(&issuer, Call::json("/v1/users", &body), created).status, 201);
    for _ in 0..10 {
        issuer.republish(|_| ());
    }
    assert!(lets_in(&issuer));
}

#[test]
fn user_with_a_fresh_identifier_needs_no_account() {
    let issuer = Issuer::new();
    let before = issuer.host.effects.borrow().iter().filter(|effect| *effect == "account").count();
    let created = changed(&json!({ "user_id": "x", "status": "active" }), 1);
    managed(&issuer, Call::json("/v1/users", &json!({ "email": "x@shop.example" })), created);
    // That of the caller.
    assert_eq!(issuer.host.effects.borrow().iter().filter(|effect| *effect == "account").count(), before + 1);
}

#[test]
fn deletion_whose_account_did_not_answer_is_finished_by_repeating_it() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "access_token");
    let version = issuer.tenant.version() + 1;
    issuer.fail_call(2, CallFault::Unavailable);
    let reply = delete_ada(&issuer, ManagementReply::Deleted { version });
    reply.refused_by_management(503, "temporarily_unavailable", "host_unavailable");
    asked(&issuer);
    issuer.directory_answers(refusal(ManagementRefusal::NotFound {}));
    issuer.directory_answers(ManagementReply::Publication {
        version,
        pending: 0,
        published_at: 1,
        failures: 0,
    });
    assert_eq!(by_management(&issuer, delete("/v1/users/ada")).status, 404);
    assert_eq!(asked(&issuer)[1].command, ManagementCommand::Publication {});
    assert!(!is_active(&issuer, &token));
    assert!(!lets_in(&issuer));
}

#[test]
fn user_who_never_was_leaves_no_trace() {
    let issuer = Issuer::new();
    issuer.directory_answers(refusal(ManagementRefusal::NotFound {}));
    issuer.directory_answers(ManagementReply::Publication {
        version: 1,
        pending: 0,
        published_at: 1,
        failures: 0,
    });
    assert_eq!(by_management(&issuer, delete("/v1/users/nobody")).status, 404);
    assert!(issuer.objects().is_empty());
}

#[test]
fn refused_deletion_ends_nothing() {
    for refused in [ManagementRefusal::Stale { revision: 9 }, ManagementRefusal::Empty {}] {
        let issuer = Issuer::new();
        backend_login(&issuer, SERVER, "ada");
        let before = issuer.objects();
        assert!(delete_ada(&issuer, refusal(refused)).status >= 400);
        assert!(issuer.objects() == before);
    }
}

fn delete_server(issuer: &Issuer, reply: ManagementReply) -> Reply {
    managed(issuer, delete(&format!("/v1/clients/{SERVER}")), reply)
}

fn answers_to(issuer: &Issuer, token: &str) -> u16 {
    issuer.answer(&Call::get("/v1/sessions/ada").bearer(token)).status
}

#[test]
fn tokens_of_a_client_that_is_deleted_are_revoked() {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    assert_eq!(answers_to(&issuer, &token), 200);
    assert_eq!(delete_server(&issuer, ManagementReply::Deleted { version: 2 }).status, 204);
    assert_eq!(answers_to(&issuer, &token), 401);
}

#[test]
fn client_that_is_gone_already_is_revoked_again() {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    issuer.fail_call(2, CallFault::Unavailable);
    assert_eq!(delete_server(&issuer, ManagementReply::Deleted { version: 2 }).status, 503);
    assert_eq!(answers_to(&issuer, &token), 200);
    assert_eq!(delete_server(&issuer, refusal(ManagementRefusal::NotFound {})).status, 404);
    assert_eq!(answers_to(&issuer, &token), 401);
}

#[test]
fn client_that_cannot_go_keeps_its_tokens() {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    let in_use = ManagementRefusal::InUse { used_by: Vec::new() };
    assert_eq!(delete_server(&issuer, refusal(in_use)).status, 409);
    assert_eq!(answers_to(&issuer, &token), 200);
}

#[test]
fn deleting_anything_else_asks_no_account() {
    for path in ["/v1/roles/viewer", "/v1/resources/orders", "/v1/applications/shop"] {
        let issuer = Issuer::new();
        let token = issuer.client_token(ADMIN);
        issuer.directory_answers(ManagementReply::Deleted { version: 2 });
        assert_eq!(issuer.answer(&delete(path).bearer(&token)).status, 204);
        assert!(issuer.objects().is_empty());
    }
}
