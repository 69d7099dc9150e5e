use super::*;
use crate::support::test;

fn standing(version: u64, suspended: bool) -> Option<Standing> {
    Some(Standing { version, suspended })
}

fn suspended() -> Object {
    let mut object = Object::with_family();
    object.ask(AccountCommand::Suspend {});
    object
}

fn everything_that_gives() -> [AccountCommand; 6] {
    [
        begin("new", None),
        resume("sid", None),
        AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant: grant("other", None) },
        rotate("first", "second"),
        AccountCommand::Approve { client_id: client("shop"), scopes: Vec::new() },
        AccountCommand::UseAssertion { jti: "a".to_owned(), expires_at: UnixTime::from_seconds(START + 60) },
    ]
}

#[test]
fn a_suspended_subject_gets_nothing() {
    let mut object = suspended();
    for command in everything_that_gives() {
        object.refuses(command, AccountRefusal::Suspended);
    }
    assert_eq!(object.session_count(), 0);
    assert!(!object.is_active("gid", "first"));
    assert!(!object.is_live("jti", START));
    assert!(!object.is_live("jti", START + 100));
}

#[test]
fn suspension_is_published_under_the_subject_alone() {
    assert_eq!(suspended().outbox(), ["sub user"]);
}

#[test]
fn suspension_names_the_sessions_that_it_ended() {
    let mut object = Object::with_family();
    match object.ask(AccountCommand::Suspend {}) {
        AccountReply::Ended { sessions } => {
            assert_eq!(sessions.len(), 1);
            assert_eq!(sessions[0].client_ids, [client("shop")]);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(object.ask(AccountCommand::Suspend {}), AccountReply::Ended { sessions: Vec::new() });
}

#[test]
fn a_suspended_standing_ends_everything_before_the_command_is_looked_at() {
    for command in everything_that_gives() {
        let mut object = Object::with_family();
        object.standing = standing(2, true);
        assert_eq!(object.refusal(command), AccountRefusal::Suspended);
        object.standing = None;
        assert_eq!(object.session_count(), 0);
        assert!(!object.is_active("gid", "first"));
        assert_eq!(object.outbox(), ["sub user"]);
    }
}

#[test]
fn what_management_suspends_with_its_standing_names_the_sessions_too() {
    let mut object = Object::with_family();
    object.standing = standing(2, true);
    match object.ask(AccountCommand::Suspend {}) {
        AccountReply::Ended { sessions } => assert_eq!(sessions.len(), 1),
        other => panic!("{other:?}"),
    }
}

#[test]
fn reinstatement_does_not_bring_sessions_back() {
    let mut object = suspended();
    object.later(1).ask(AccountCommand::Reinstate {});
    object.refuses(resume("sid", None), AccountRefusal::SessionUnknown);
    object.refuses(rotate("first", "second"), AccountRefusal::FamilyEnded);
    object.ask(begin("new", None));
    assert_eq!(object.session_count(), 1);
    assert!(!object.is_live("jti", START));
}

#[test]
fn a_newer_active_standing_lifts_and_an_older_or_equal_one_does_not() {
    let mut object = Object::with_family();
    object.standing = standing(5, true);
    object.ask(AccountCommand::Sessions {});
    for version in [4, 5] {
        object.standing = standing(version, false);
        object.refuses(begin("new", None), AccountRefusal::Suspended);
    }
    object.standing = standing(6, false);
    object.ask(begin("new", None));
    assert_eq!(object.session_count(), 1);
}

#[test]
fn what_management_suspended_no_record_reinstates() {
    let mut object = Object::with_family();
    object.standing = standing(5, false);
    object.ask(AccountCommand::Suspend {});
    for version in [5, 6, 100] {
        object.standing = standing(version, false);
        assert_eq!(object.refusal(begin("new", None)), AccountRefusal::Suspended);
    }
    object.ask(AccountCommand::Reinstate {});
    object.ask(begin("new", None));
}

#[test]
fn what_a_record_suspended_management_does_not_reinstate() {
    let mut object = Object::with_family();
    object.standing = standing(5, true);
    object.ask(AccountCommand::Sessions {});
    object.refuses(AccountCommand::Reinstate {}, AccountRefusal::Suspended);
}

#[test]
fn a_stale_suspension_is_ignored() {
    let mut object = Object::with_family();
    object.standing = standing(6, false);
    object.ask(resume("sid", None));
    object.standing = standing(5, true);
    object.rotated(rotate("first", "second"));
    object.standing = standing(6, true);
    object.refusal(rotate("second", "third"));
    assert_eq!(object.outbox(), ["sub user"]);
}

/// Whether a token that names neither session nor grant is good.
fn is_live(object: &mut Object, issued_at: u64) -> bool {
    let issued_at = UnixTime::from_seconds(issued_at);
    let command = AccountCommand::Check { sid: None, gid: None, jti: "jti".to_owned(), issued_at };
    object.ask(command) == AccountReply::Live { live: true }
}

#[test]
fn a_second_suspension_kills_what_was_issued_in_between() {
    let mut object = suspended();
    object.later(10).ask(AccountCommand::Reinstate {});
    object.ask(begin("new", None));
    assert!(is_live(&mut object, START + 10));
    object.later(10).ask(AccountCommand::Suspend {});
    object.ask(AccountCommand::Reinstate {});
    assert!(!is_live(&mut object, START + 20));
    assert!(is_live(&mut object, START + 21));
}

#[test]
fn an_unknown_subject_that_is_suspended_leaves_no_trace() {
    let mut object = Object::new();
    object.standing = standing(3, true);
    for command in everything_that_gives() {
        object.refuses(command, AccountRefusal::Suspended);
    }
    assert!(!object.is_live("jti", START));
    assert!(object.rows.is_empty());
}

#[test]
fn suspending_an_unknown_subject_is_remembered() {
    let mut object = Object::new();
    object.ask(AccountCommand::Suspend {});
    object.later(YEAR).run_alarm();
    object.refuses(begin("sid", None), AccountRefusal::Suspended);
}
