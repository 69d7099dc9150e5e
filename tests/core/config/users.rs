//! Users.

use audgate::config::UserStatus;
use serde_json::{Value, json};

use super::builder::{accepted, push, refused};
use crate::support::test;

fn push_user(document: &mut Value, id: &str, email: &str) {
    push(&mut document["users"], json!({ "user_id": id, "email": email, "status": "suspended" }));
}

#[test]
fn a_user_says_what_the_document_says() {
    let document = accepted(|document| push_user(document, "u2", "grace@acme.example"));
    let [ada, grace] = document.users() else { panic!("two users") };
    assert_eq!(ada.id().as_str(), "u1");
    assert_eq!(ada.email(), "ada@acme.example");
    assert_eq!(ada.status(), UserStatus::Active);
    assert_eq!(ada.applications()[0].as_str(), "shop");
    assert_eq!(ada.role_ids()[0].as_str(), "viewer");
    assert_eq!(grace.status(), UserStatus::Suspended);
    assert!(grace.applications().is_empty());
}

#[test]
fn users_are_told_apart_by_their_identifiers() {
    refused(
        |document| push_user(document, "u1", "other@acme.example"),
        "$.users[1].user_id",
        "another user has the identifier `u1`",
    );
}

#[test]
fn a_user_is_not_named_like_a_client() {
    refused(
        |document| push_user(document, "shop-backend", "other@acme.example"),
        "$.users[1].user_id",
        "a client has the identifier `shop-backend` too",
    );
}

#[test]
fn an_email_address_is_one_users_whatever_its_case() {
    refused(
        |document| push_user(document, "u2", "Ada@ACME.example"),
        "$.users[1].email",
        "another user has this email address",
    );
}

#[test]
fn what_cannot_be_an_email_address_is_refused() {
    for email in [
        "",
        "ada",
        "@acme.example",
        "ada@",
        "ada@acme..example",
        "ada@.example",
        "a b@acme.example",
        "ada@acme.example\n",
        "a@b@acme.example",
        "<ada@acme.example>",
        "ada@acme.example,x@y.example",
    ] {
        refused(|document| document["users"][0]["email"] = json!(email), "$.users[0].email", "is `");
    }
}

#[test]
fn applications_and_roles_of_a_user_exist() {
    refused(
        |document| document["users"][0]["applications"] = json!(["shop", "store"]),
        "$.users[0].applications[1]",
        "there is no application `store`",
    );
    refused(
        |document| document["users"][0]["role_ids"] = json!(["editor"]),
        "$.users[0].role_ids[0]",
        "there is no role `editor`",
    );
}

#[test]
fn users_do_not_enter_management_applications() {
    refused(
        |document| document["users"][0]["applications"] = json!(["admin"]),
        "$.users[0].applications[0]",
        "`admin` is a management application",
    );
}

#[test]
fn a_status_is_active_or_suspended() {
    refused(|document| document["users"][0]["status"] = json!("Active"), "$.users[0].status", "is `Active`");
}
