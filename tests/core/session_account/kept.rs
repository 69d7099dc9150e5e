//! What a gate leaves with an account: sealed, bounded, and gone with its session.

use super::*;
use crate::support::test;

fn keep_until(name: &str, of: &str, sealed: &str, expires_at: u64) -> AccountCommand {
    AccountCommand::Keep {
        name: SecretHash::of(name),
        sid: sid(of),
        sealed: sealed.to_owned(),
        expires_at: UnixTime::from_seconds(expires_at),
    }
}

fn keep(name: &str, of: &str) -> AccountCommand {
    keep_until(name, of, "sealed", START + DAY)
}

fn recall(name: &str) -> AccountCommand {
    AccountCommand::Recall { name: SecretHash::of(name), release_after: None }
}

fn release(name: &str, after: u64) -> AccountCommand {
    AccountCommand::Recall { name: SecretHash::of(name), release_after: Some(after) }
}

fn is_kept(object: &mut Object, name: &str) -> bool {
    object.ask(recall(name)) == AccountReply::Kept { sealed: "sealed".to_owned() }
}

fn rows(object: &Object) -> usize {
    object.rows.keys().filter(|key| key.starts_with("kept/")).count()
}

/// With one session `sid` in which `a` was kept.
fn keeping() -> Object {
    let mut object = Object::new();
    object.ask(begin("sid", None));
    assert_eq!(object.ask(keep("a", "sid")), AccountReply::Done {});
    object
}

#[test]
fn what_was_kept_is_told_to_whoever_has_its_name() {
    let mut object = keeping();
    assert!(is_kept(&mut object, "a"));
    object.refuses(recall("b"), AccountRefusal::KeptUnknown);
    let name = SecretHash::of("a").to_string();
    object.refuses(recall(&name), AccountRefusal::KeptUnknown);
    assert!(!object.rows.values().any(|value| value.contains("\"a\"")));
}

#[test]
fn account_without_the_session_keeps_nothing_and_writes_nothing() {
    let mut nobody = Object::new();
    nobody.refuses(keep("a", "sid"), AccountRefusal::SessionUnknown);
    nobody.refuses(recall("a"), AccountRefusal::KeptUnknown);
    nobody.refuses(release("a", 0), AccountRefusal::KeptUnknown);
    assert!(nobody.rows.is_empty() && nobody.last.alarm.is_none());
    keeping().refuses(keep("b", "other"), AccountRefusal::SessionUnknown);
}

#[test]
fn refresh_token_family_that_has_outlived_its_session_is_enough() {
    let mut object = Object::new();
    object.ask(begin("sid", Some(grant("gid", Some(("first", 30 * DAY, 30 * DAY))))));
    object.later(SESSION).run_alarm();
    let until = object.now + DAY;
    assert_eq!(object.ask(keep_until("a", "sid", "sealed", until)), AccountReply::Done {});
}

#[test]
fn it_is_gone_once_it_has_expired_before_any_alarm_and_after() {
    let mut object = keeping();
    assert_eq!(object.alarm, Some(START + DAY));
    object.later(DAY - 1);
    assert!(is_kept(&mut object, "a"));
    object.later(1).refuses(recall("a"), AccountRefusal::KeptUnknown);
    object.run_alarm();
    assert_eq!(rows(&object), 0);
}

#[test]
fn what_has_expired_already_is_not_kept() {
    let mut object = keeping();
    object.refuses(keep_until("b", "sid", "sealed", START), AccountRefusal::KeptUnknown);
}

#[test]
fn it_ends_with_its_session_and_with_no_other() {
    let ends: [AccountCommand; 4] = [
        logout("sid"),
        AccountCommand::EndSession { sid: sid("sid") },
        AccountCommand::EndAllSessions {},
        AccountCommand::Suspend {},
    ];
    for end in ends {
        let mut object = keeping();
        object.ask(end);
        assert_eq!(rows(&object), 0);
        assert!(matches!(
            object.refusal(keep("b", "sid")),
            AccountRefusal::SessionUnknown | AccountRefusal::Suspended
        ));
    }
    let mut object = keeping();
    object.ask(begin("other", None));
    object.ask(logout("other"));
    assert!(is_kept(&mut object, "a"));
}

#[test]
fn all_sessions_that_end_take_along_what_is_of_one_long_forgotten() {
    let mut object = Object::new();
    object.ask(begin("sid", None));
    object.ask(keep_until("a", "sid", "sealed", START + 30 * DAY));
    object.later(SESSION).run_alarm();
    assert_eq!(rows(&object), 1);
    object.ask(AccountCommand::EndAllSessions {});
    assert_eq!(rows(&object), 0);
}

#[test]
fn suspended_subject_is_told_nothing() {
    let mut object = keeping();
    object.standing = Some(Standing { version: 1, suspended: true });
    assert_eq!(object.refusal(recall("a")), AccountRefusal::Suspended);
}

#[test]
fn restored_tenant_has_nothing_of_before() {
    let mut object = keeping();
    object.not_before = START + 1;
    assert_eq!(object.refusal(recall("a")), AccountRefusal::KeptUnknown);
}

#[test]
fn release_forgets_at_once_or_in_a_while() {
    let mut object = keeping();
    object.ask(keep("b", "sid"));
    assert_eq!(object.ask(release("a", 0)), AccountReply::Kept { sealed: "sealed".to_owned() });
    object.refuses(recall("a"), AccountRefusal::KeptUnknown);
    object.refuses(release("a", 60), AccountRefusal::KeptUnknown);
    object.ask(release("b", 60));
    object.later(59);
    assert!(is_kept(&mut object, "b"));
    // What is about to go does not live longer for being released again.
    object.ask(release("b", 60));
    object.later(1).refuses(recall("b"), AccountRefusal::KeptUnknown);
}

#[test]
fn oldest_of_too_many_makes_room() {
    let mut object = Object::new();
    object.ask(begin("sid", None));
    for number in 0..40 {
        object.later(1).ask(keep_until(&number.to_string(), "sid", "sealed", START + DAY - number));
        assert!(rows(&object) <= 32);
    }
    assert!(!is_kept(&mut object, "7") && is_kept(&mut object, "8") && is_kept(&mut object, "39"));
}

#[test]
fn expired_ones_make_room_first() {
    let mut object = keeping();
    for number in 0..31 {
        object.ask(keep_until(&number.to_string(), "sid", "sealed", START + 10));
    }
    object.later(10).ask(keep("b", "sid"));
    assert_eq!(rows(&object), 2);
    assert!(is_kept(&mut object, "a"));
}

#[test]
fn what_is_longer_than_any_tokens_is_not_kept() {
    let mut object = keeping();
    let longest = "x".repeat(16 * 1_024);
    assert_eq!(object.ask(keep_until("b", "sid", &longest, START + DAY)), AccountReply::Done {});
    object.refuses(keep_until("c", "sid", &format!("{longest}x"), START + DAY), AccountRefusal::KeptTooLong);
}
