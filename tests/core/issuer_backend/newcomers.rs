//! `create_new_user`: a link to an address that has no user makes one, when it comes back.

use audgate::directory::{
    EntityKind, ManagementCommand, ManagementRefusal, ManagementReply, ManagementRequest,
};
use serde_json::{Value, json};

use super::{AUTHENTICATE, SEND};
use crate::support::host::CallFault;
use crate::support::issuer::{Issuer, Reply, claims, entity};
use crate::support::login::{backend_login, last_link, text};
use crate::support::shop::{CALLBACK, SERVER, SISTER};
use crate::support::tenant::ORDERS;
use crate::support::test;

const ADDRESS: &str = "New.One@shop.example";

fn send_to(issuer: &Issuer, email: &str) -> Reply {
    let body = json!({ "email": email, "redirect_uri": CALLBACK, "create_new_user": true });
    issuer.directory_answers(ManagementReply::Found { entity: entity(&json!({ "app_id": "shop" })) });
    issuer.call(SERVER, SEND, &body)
}

/// The code of a link to an address that nobody has.
fn link(issuer: &Issuer) -> String {
    assert_eq!(send_to(issuer, ADDRESS).granted(), json!({ "status": "sent" }));
    issuer.host.directory_asked.borrow_mut().clear();
    last_link(issuer)
}

fn refusal(refusal: ManagementRefusal) -> ManagementReply {
    ManagementReply::Refused { refusal }
}

/// The record of the user whom the directory has made.
fn made(issuer: &Issuer, change: impl FnOnce(&mut Value)) -> ManagementReply {
    let mut record = json!({
        "user_id": "made-1", "email": ADDRESS, "status": "active", "applications": ["shop"],
        "tenant_id": "demo", "version": issuer.tenant.version() + 1,
    });
    change(&mut record);
    ManagementReply::User { record: record.to_string() }
}

fn redeem(issuer: &Issuer, code: &str, more: &[(&str, &str)]) -> Reply {
    let mut body = json!({ "code": code, "resource": ORDERS });
    more.iter().for_each(|(name, value)| body[*name] = json!(value));
    issuer.call(SERVER, AUTHENTICATE, &body)
}

fn asked(issuer: &Issuer) -> Vec<ManagementRequest> {
    std::mem::take(&mut *issuer.host.directory_asked.borrow_mut())
}

#[test]
fn link_is_sent_to_the_address_that_was_typed() {
    let issuer = Issuer::new();
    link(&issuer);
    assert_eq!(issuer.host.mails.borrow()[0].to, ADDRESS);
}

#[test]
fn user_is_made_when_the_link_comes_back_and_not_before() {
    let issuer = Issuer::new();
    let code = link(&issuer);
    issuer.directory_answers(made(&issuer, |_| ()));
    let tokens = redeem(&issuer, &code, &[]).granted();
    assert_eq!(claims(&text(&tokens, "access_token"))["sub"], "made-1");
    let mut asked = asked(&issuer);
    assert_eq!(asked.len(), 1);
    let request = asked.remove(0);
    assert_eq!(request.actor.unwrap().client_id.as_str(), SERVER);
    let ManagementCommand::EnsureUser { email, app_id, fresh_id } = request.command else {
        panic!("{:?}", request.command)
    };
    assert_eq!((email.as_str(), app_id.as_str(), fresh_id.len()), (ADDRESS, "shop", 22));
}

#[test]
fn newcomer_without_roles_has_no_scopes() {
    let issuer = Issuer::new();
    let code = link(&issuer);
    issuer.directory_answers(made(&issuer, |_| ()));
    issuer.directory_answers(made(&issuer, |_| ()));
    let refused = redeem(&issuer, &code, &[("scope", "orders:read")]);
    refused.refused(400, "invalid_scope", "no_scope_granted");
    // Which does not use the link up.
    let tokens = redeem(&issuer, &code, &[]).granted();
    assert_eq!(claims(&text(&tokens, "access_token")).get("scope"), None);
}

#[test]
fn roles_that_the_directory_gave_count() {
    let issuer = Issuer::new();
    let code = link(&issuer);
    issuer.directory_answers(made(&issuer, |record| record["role_ids"] = json!(["viewer"])));
    let tokens = redeem(&issuer, &code, &[("scope", "orders:read offline_access")]).granted();
    assert_eq!(tokens["scope"], "orders:read offline_access");
    // The store does not know them yet, and the directory does.
    issuer.directory_answers(made(&issuer, |record| record["role_ids"] = json!(["viewer"])));
    issuer.refresh(SERVER, &text(&tokens, "refresh_token")).granted();
}

#[test]
fn link_works_once() {
    let issuer = Issuer::new();
    let code = link(&issuer);
    issuer.directory_answers(made(&issuer, |_| ()));
    redeem(&issuer, &code, &[]).granted();
    asked(&issuer);
    redeem(&issuer, &code, &[]).refused(400, "invalid_grant", "code_replayed");
    assert!(asked(&issuer).is_empty());
}

#[test]
fn everything_wrong_is_refused_before_the_link_is_used_up() {
    let issuer = Issuer::new();
    let code = link(&issuer);
    let before = issuer.objects();
    for (reply, reason) in [
        (refusal(ManagementRefusal::NotAssigned {}), "user_not_assigned"),
        (made(&issuer, |record| record["applications"] = json!(["partners"])), "user_not_assigned"),
        (made(&issuer, |record| record["status"] = json!("suspended")), "user_suspended"),
    ] {
        issuer.directory_answers(reply);
        redeem(&issuer, &code, &[]).refused(400, "invalid_grant", reason);
    }
    for (reply, reason) in [
        (refusal(ManagementRefusal::RecordUnreadable {}), "stored_record_unreadable"),
        (made(&issuer, |record| record["email"] = json!("else@shop.example")), "user_record_broken"),
        (ManagementReply::Done {}, "stored_record_unreadable"),
    ] {
        issuer.directory_answers(reply);
        redeem(&issuer, &code, &[]).refused(503, "temporarily_unavailable", reason);
    }
    // The calls: is the caller's token live, inspect, the directory.
    issuer.fail_call(2, CallFault::LostReply);
    redeem(&issuer, &code, &[]).refused(503, "temporarily_unavailable", "host_unavailable");
    assert!(issuer.objects() == before);
    issuer.directory_answers(made(&issuer, |_| ()));
    redeem(&issuer, &code, &[]).granted();
}

#[test]
fn refused_requests_make_nobody() {
    let issuer = Issuer::new();
    let code = link(&issuer);
    for (name, value) in [("resource", "https://nowhere.example"), ("session_id", "x")] {
        assert_eq!(redeem(&issuer, &code, &[(name, value)]).status, 400);
    }
    let stranger = issuer.call(SISTER, AUTHENTICATE, &json!({ "code": code }));
    stranger.refused(400, "invalid_grant", "code_of_another_client");
    issuer.later(600);
    redeem(&issuer, &code, &[]).refused(400, "invalid_grant", "code_expired");
    assert!(asked(&issuer).is_empty());
}

#[test]
fn session_of_another_user_is_refused() {
    let issuer = Issuer::new();
    let session = text(&backend_login(&issuer, SERVER, "ada"), "session_id");
    let code = link(&issuer);
    issuer.directory_answers(made(&issuer, |_| ()));
    let reply = redeem(&issuer, &code, &[("session_id", &session)]);
    reply.refused(400, "invalid_grant", "session_unknown");
}

#[test]
fn known_user_logs_in_as_ever() {
    let issuer = Issuer::new();
    send_to(&issuer, "ADA@shop.example").granted();
    assert_eq!(issuer.host.mails.borrow()[0].to, "ada@shop.example");
    asked(&issuer);
    let tokens = redeem(&issuer, &last_link(&issuer), &[]).granted();
    assert_eq!(claims(&text(&tokens, "access_token"))["sub"], "ada");
    assert!(asked(&issuer).is_empty());
}

#[test]
fn d10_suspended_or_unassigned_user_gets_nothing_and_the_answer_is_the_same() {
    for email in ["sue@shop.example", "paul@shop.example"] {
        let issuer = Issuer::new();
        let reply = send_to(&issuer, email);
        assert!(issuer.host.mails.borrow().is_empty());
        assert_eq!(reply, send_to(&Issuer::new(), ADDRESS));
    }
}

#[test]
fn address_is_checked_as_in_a_document() {
    for email in
        ["a b@shop.example", "a@b@shop.example", "a@shop..example", "a,b@shop.example", "<a@shop.example>"]
    {
        let issuer = Issuer::new();
        send_to(&issuer, email).refused(400, "invalid_request", "parameter_malformed");
        assert!(asked(&issuer).is_empty() && issuer.host.mails.borrow().is_empty());
    }
}

#[test]
fn without_a_directory_sending_names_what_is_missing() {
    for email in [ADDRESS, "ada@shop.example"] {
        let mut issuer = Issuer::new();
        issuer.host.directory_missing = true;
        let reply = send_to(&issuer, email);
        reply.refused(503, "temporarily_unavailable", "not_deployed");
        assert!(reply.body.contains("binding 'DIRECTORY'"));
        assert!(issuer.host.mails.borrow().is_empty() && issuer.objects().is_empty());
    }
}

#[test]
fn directory_without_a_tenant_is_409_at_sending_and_at_redeeming() {
    let issuer = Issuer::new();
    let body = json!({ "email": ADDRESS, "redirect_uri": CALLBACK, "create_new_user": true });
    issuer.call(SERVER, SEND, &body).refused(409, "invalid_request", "directory_empty");
    assert!(issuer.host.mails.borrow().is_empty());
    let code = link(&issuer);
    redeem(&issuer, &code, &[]).refused(409, "invalid_request", "directory_empty");
}

#[test]
fn directory_is_asked_about_the_application_and_never_about_the_address() {
    let issuer = Issuer::new();
    send_to(&issuer, ADDRESS);
    let request = asked(&issuer).remove(0);
    let expected = ManagementCommand::Read { kind: EntityKind::Application, id: "shop".to_owned() };
    assert_eq!((request.command, request.reach.unwrap().as_str()), (expected, "shop"));
}

#[test]
fn without_the_member_nobody_is_made() {
    for create in [json!(false), Value::Null] {
        let issuer = Issuer::new();
        let body = json!({ "email": ADDRESS, "redirect_uri": CALLBACK, "create_new_user": create });
        issuer.call(SERVER, SEND, &body).granted();
        assert!(issuer.host.mails.borrow().is_empty() && asked(&issuer).is_empty());
    }
}
