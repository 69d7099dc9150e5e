use super::*;
use crate::support::test;

fn approve(client_id: &str, of: &str, granted: &str) -> AccountCommand {
    AccountCommand::Approve { client_id: client(client_id), scopes: vec![(resource(of), scope(granted))] }
}

fn approvals(object: &mut Object, client_id: &str) -> Vec<String> {
    match object.ask(AccountCommand::Approvals { client_id: client(client_id) }) {
        AccountReply::Approvals { scopes } => {
            scopes.iter().map(|(resource, scope)| format!("{resource}: {scope}")).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn assertion(jti: &str, expires_at: u64) -> AccountCommand {
    AccountCommand::UseAssertion { jti: jti.to_owned(), expires_at: UnixTime::from_seconds(expires_at) }
}

#[test]
fn nothing_is_approved_at_first() {
    let mut object = Object::new();
    assert!(approvals(&mut object, "shop").is_empty());
    assert!(object.rows.is_empty());
}

#[test]
fn approvals_accumulate_by_resource() {
    let mut object = Object::new();
    object.ask(approve("shop", "orders", "orders:read"));
    object.ask(approve("shop", "orders", "orders:write orders:read"));
    object.ask(approve("shop", "bills", "bills:read"));
    assert_eq!(approvals(&mut object, "shop"), ["orders: orders:read orders:write", "bills: bills:read"]);
}

#[test]
fn approval_for_one_client_is_none_for_another() {
    let mut object = Object::new();
    object.ask(approve("shop", "orders", "orders:read"));
    assert!(approvals(&mut object, "other").is_empty());
}

#[test]
fn an_assertion_is_used_once() {
    let mut object = Object::new();
    assert_eq!(object.ask(assertion("a", START + 60)), AccountReply::Done {});
    object.refuses(assertion("a", START + 60), AccountRefusal::AssertionReused);
    object.refuses(assertion("a", START + 600), AccountRefusal::AssertionReused);
    object.later(59).refuses(assertion("a", START + 60), AccountRefusal::AssertionReused);
    assert_eq!(object.ask(assertion("b", START + 100)), AccountReply::Done {});
}

#[test]
fn an_assertion_that_is_over_is_refused_although_it_is_not_remembered() {
    let mut object = Object::new();
    object.ask(assertion("a", START + 60));
    object.later(60).run_alarm();
    object.refuses(assertion("a", START + 60), AccountRefusal::AssertionReused);
}

#[test]
fn an_assertions_name_may_be_of_any_length_and_alphabet() {
    let mut object = Object::new();
    let jti = "/\u{0}\u{1F511}".repeat(1_000);
    object.ask(assertion(&jti, START + 60));
    assert!(object.rows.keys().all(|key| key.len() < 100));
    object.refuses(assertion(&jti, START + 60), AccountRefusal::AssertionReused);
}
