use super::*;
use crate::support::test;
use audgate::session::OutboxItem;

fn revoke_grant(id: &str) -> AccountCommand {
    AccountCommand::RevokeGrant { gid: gid(id) }
}

fn revoke_token(client_id: &str, token: &str) -> AccountCommand {
    AccountCommand::RevokeRefreshToken {
        gid: gid("gid"),
        client_id: client(client_id),
        token: SecretHash::of(token),
    }
}

#[test]
fn nothing_is_revoked_at_first() {
    let mut object = Object::new();
    assert!(object.is_live("jti", START));
    assert!(object.rows.is_empty());
    assert!(Object::with_family().is_live("jti", START));
}

#[test]
fn a_grant_that_is_revoked_before_it_arrives_is_refused() {
    let mut object = Object::new();
    object.ask(begin("sid", None));
    object.ask(revoke_grant("gid"));
    let grant = grant("gid", Some(("first", SESSION, SESSION)));
    let command = AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant };
    object.refuses(command, AccountRefusal::GrantRevoked);
    assert_eq!(object.outbox(), ["gid gid"]);
}

#[test]
fn a_revoked_grant_is_remembered_long_enough_for_a_grant_on_its_way() {
    let mut object = Object::new();
    object.ask(begin("sid", None));
    let request =
        r#"{"subject":"user","longest_access_token":1,"command":{"type":"revoke_grant","gid":"gid"}}"#;
    object.ask_text(request);
    let command = AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant: grant("gid", None) };
    object.later(599).refuses(command, AccountRefusal::GrantRevoked);
}

#[test]
fn revoking_a_grant_again_changes_nothing() {
    let mut object = Object::with_family();
    object.ask(revoke_grant("gid"));
    let rows = object.rows.clone();
    object.later(5).ask(revoke_grant("gid"));
    assert!(object.rows == rows);
}

#[test]
fn any_token_of_a_family_revokes_it() {
    for token in ["first", "second", "third"] {
        let mut object = Object::with_family();
        object.rotated(rotate("first", "second"));
        object.rotated(rotate("second", "third"));
        assert_eq!(object.ask(revoke_token("shop", token)), AccountReply::Done {});
        object.refuses(rotate("third", "x"), AccountRefusal::FamilyEnded);
        assert_eq!(object.outbox(), ["gid gid"]);
    }
}

#[test]
fn another_clients_revocation_is_done_and_does_nothing() {
    let mut object = Object::with_family();
    let rows = object.rows.clone();
    assert_eq!(object.ask(revoke_token("other", "first")), AccountReply::Done {});
    assert!(object.rows == rows);
    object.rotated(rotate("first", "second"));
}

#[test]
fn a_revoked_access_token_is_dead_and_others_live() {
    let mut object = Object::with_family();
    let until = UnixTime::from_seconds(START + 100);
    object.ask(AccountCommand::RevokeAccessToken { jti: "jti".to_owned(), until });
    assert_eq!(object.outbox(), ["jti jti"]);
    assert!(!object.is_live("jti", START));
    assert!(!object.is_live("jti", START + 5), "its issuer's clock runs ahead");
    assert!(object.is_live("other", START));
}

#[test]
fn an_expired_access_token_need_not_be_revoked() {
    let mut object = Object::with_family();
    let rows = object.rows.clone();
    let until = UnixTime::from_seconds(START);
    object.ask(AccountCommand::RevokeAccessToken { jti: "jti".to_owned(), until });
    assert!(object.rows == rows);
}

#[test]
fn revoking_a_client_takes_back_what_was_issued_until_now() {
    let mut object = Object::new();
    object.ask(AccountCommand::RevokeClient {});
    assert_eq!(object.outbox(), ["client_id user"]);
    assert!(!object.is_live("jti", START));
    assert!(object.is_live("jti", START + 1));
}

#[test]
fn revoking_a_client_again_moves_the_moment() {
    let mut object = Object::new();
    object.ask(AccountCommand::RevokeClient {});
    object.later(10).ask(AccountCommand::RevokeClient {});
    assert!(!object.is_live("jti", START + 10));
    assert!(object.is_live("jti", START + 11));
}

fn delivered(items: &[OutboxItem]) -> AccountCommand {
    AccountCommand::Delivered { keys: items.iter().map(|item| item.key.clone()).collect() }
}

#[test]
fn a_revocation_waits_for_the_directory_and_stays_remembered_afterwards() {
    let mut object = Object::with_family();
    object.ask(revoke_grant("gid"));
    let pending = object.last.outbox.clone();
    object.ask(AccountCommand::Sessions {});
    assert_eq!(object.last.outbox, pending);
    assert_eq!(object.ask(delivered(&pending)), AccountReply::Done {});
    assert!(object.last.outbox.is_empty());
    assert!(!object.is_live("jti", START));
    object.ask(delivered(&pending));
    assert!(object.last.put.is_empty() && object.last.delete.is_empty());
}

#[test]
fn a_late_confirmation_does_not_take_a_newer_revocation_along() {
    let mut object = Object::new();
    object.ask(AccountCommand::RevokeClient {});
    let first = object.last.outbox.clone();
    object.later(1).ask(AccountCommand::RevokeClient {});
    object.ask(delivered(&first));
    assert_eq!(object.last.outbox.len(), 1);
    assert_eq!(object.last.outbox[0].revocation.not_before, START + 1);
}

#[test]
fn a_revocation_is_forgotten_when_no_token_can_be_alive() {
    let mut object = Object::new();
    object.ask(AccountCommand::RevokeClient {});
    assert_eq!(object.alarm, Some(START + LONGEST_ACCESS_TOKEN));
    object.later(LONGEST_ACCESS_TOKEN - 1).run_alarm();
    assert!(!object.rows.is_empty());
    object.later(1).run_alarm();
    assert!(object.rows.is_empty());
    assert_eq!(object.alarm, None);
}
