//! Users whom the published records do not know yet: the directory is asked, and nobody else's addresses reach it.

use audgate::directory::{ManagementCommand, ManagementRefusal, ManagementReply};
use audgate::vocabulary::UserId;
use serde_json::{Value, json};

use super::{asked, by_management};
use crate::support::host::CallFault;
use crate::support::issuer::{Call, Issuer};
use crate::support::login::{backend_login, text};
use crate::support::shop::{CALLBACK, SERVER};
use crate::support::test;

/// A server whose store has not heard of ada yet, a refresh token of hers, and her record.
fn unpublished() -> (Issuer, String, ManagementReply) {
    let mut issuer = Issuer::new();
    let token = text(&backend_login(&issuer, SERVER, "ada"), "refresh_token");
    let record = issuer.host.records.remove("tenant/demo/user/ada").unwrap();
    (issuer, token, ManagementReply::User { record })
}

#[test]
fn directory_answers_for_the_store() {
    let (issuer, token, record) = unpublished();
    issuer.directory_answers(record);
    issuer.refresh(SERVER, &token).granted();
    let request = asked(&issuer).remove(0);
    let user_id = UserId::parse("ada").unwrap();
    assert_eq!(request.command, ManagementCommand::UserRecord { user_id });
    assert_eq!(request.actor, None);
}

#[test]
fn whom_the_directory_does_not_know_either_is_unknown() {
    for refusal in [ManagementRefusal::NotFound {}, ManagementRefusal::Empty {}] {
        let (issuer, token, _) = unpublished();
        issuer.directory_answers(ManagementReply::Refused { refusal });
        issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "user_unknown");
    }
}

#[test]
fn without_a_directory_the_store_alone_counts() {
    let (mut issuer, token, _) = unpublished();
    issuer.host.directory_missing = true;
    issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "user_unknown");
}

#[test]
fn directory_that_cannot_tell_is_503() {
    let (issuer, token, _) = unpublished();
    issuer.fail_call(0, CallFault::Unavailable);
    issuer.refresh(SERVER, &token).refused(503, "temporarily_unavailable", "host_unavailable");
    for refusal in [ManagementRefusal::RecordUnreadable {}, ManagementRefusal::RequestUnreadable {}] {
        issuer.directory_answers(ManagementReply::Refused { refusal });
        let reply = issuer.refresh(SERVER, &token);
        reply.refused(503, "temporarily_unavailable", "stored_record_unreadable");
    }
    issuer.directory_answers(ManagementReply::Done {});
    issuer.refresh(SERVER, &token).refused(503, "temporarily_unavailable", "stored_record_unreadable");
}

#[test]
fn record_of_somebody_else_is_not_taken() {
    let (issuer, token, record) = unpublished();
    let ManagementReply::User { record } = record else { panic!("no record") };
    for (name, value) in [("user_id", "grace"), ("tenant_id", "other"), ("status", "gone")] {
        let mut record: Value = serde_json::from_str(&record).unwrap();
        record[name] = json!(value);
        issuer.directory_answers(ManagementReply::User { record: record.to_string() });
        issuer.refresh(SERVER, &token).refused(503, "temporarily_unavailable", "user_record_broken");
    }
}

#[test]
fn known_user_costs_no_question() {
    let issuer = Issuer::new();
    let token = text(&backend_login(&issuer, SERVER, "ada"), "refresh_token");
    issuer.refresh(SERVER, &token).granted();
    assert!(asked(&issuer).is_empty());
}

#[test]
fn addresses_of_strangers_do_not_reach_the_directory() {
    let (issuer, ..) = unpublished();
    for email in ["nobody@shop.example", "ada@shop.example"] {
        let body = json!({ "email": email, "redirect_uri": CALLBACK });
        issuer.call(SERVER, "/v1/auth/link/email/send", &body).granted();
    }
    assert!(asked(&issuer).is_empty());
}

#[test]
fn management_reaches_their_sessions() {
    let (issuer, _, record) = unpublished();
    issuer.directory_answers(record);
    let sessions = by_management(&issuer, Call::get("/v1/sessions/ada")).granted();
    assert_eq!(sessions["result"].as_array().unwrap().len(), 1);
}
