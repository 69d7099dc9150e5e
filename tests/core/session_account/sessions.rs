use super::*;
use crate::support::test;

fn facts(reply: AccountReply) -> audgate::session::SessionFacts {
    match reply {
        AccountReply::Session { session, .. } => session,
        other => panic!("no session: {other:?}"),
    }
}

#[test]
fn session_lives_fourteen_days_from_its_beginning() {
    let session = facts(Object::new().ask(begin("sid", None)));
    assert_eq!(session.started_at.seconds(), START);
    assert_eq!(session.authenticated_at.seconds(), START);
    assert_eq!(session.expires_at.seconds(), START + 1_209_600);
}

#[test]
fn silent_authentication_slides_the_session_and_keeps_the_time_of_the_login() {
    let mut object = Object::with_family();
    let session = facts(object.later(13 * DAY).ask(resume("sid", None)));
    assert_eq!(session.expires_at.seconds(), START + 13 * DAY + SESSION);
    assert_eq!(session.authenticated_at.seconds(), START);
    assert_eq!(session.started_at.seconds(), START);
}

#[test]
fn refreshing_does_not_slide_the_session() {
    let mut object = Object::with_family();
    object.later(13 * DAY).rotated(rotate("first", "second"));
    object.later(DAY - 1).ask(AccountCommand::Sessions {});
    object.later(1).refuses(resume("sid", None), AccountRefusal::SessionExpired);
}

#[test]
fn a_grant_does_not_slide_the_session() {
    let mut object = Object::with_family();
    let command =
        AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant: grant("other", None) };
    let session = facts(object.later(DAY).ask(command));
    assert_eq!(session.expires_at.seconds(), START + SESSION);
}

#[test]
fn authenticating_again_renews_the_time_of_the_login() {
    let mut object = Object::with_family();
    let command = AccountCommand::Resume {
        sid: sid("sid"),
        secret: secret("sid"),
        style: Style::Browser,
        max_age: Some(0),
        reauthenticated: Some(vec!["otp".to_owned()]),
        replacement: None,
        grant: None,
    };
    let session = facts(object.later(DAY).ask(command));
    assert_eq!(session.authenticated_at.seconds(), START + DAY);
    assert_eq!(session.amr, ["otp"]);
    assert_eq!(session.started_at.seconds(), START);
    assert_eq!(session.expires_at.seconds(), START + DAY + SESSION);
}

#[test]
fn a_family_keeps_the_time_of_the_login_that_gave_it() {
    let mut object = Object::with_family();
    let command = AccountCommand::Resume {
        sid: sid("sid"),
        secret: secret("sid"),
        style: Style::Browser,
        max_age: None,
        reauthenticated: Some(vec!["otp".to_owned()]),
        replacement: None,
        grant: None,
    };
    object.later(DAY).ask(command);
    match object.ask(rotate("first", "second")) {
        AccountReply::Rotated { session, .. } => {
            assert_eq!(session.authenticated_at.seconds(), START);
            assert_eq!(session.amr, ["email"]);
            assert_eq!(session.expires_at.seconds(), START + DAY + SESSION);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn session_ends_at_the_very_second() {
    let mut object = Object::with_family();
    assert_eq!(object.later(SESSION - 1).session_count(), 1);
    assert_eq!(object.later(1).session_count(), 0);
    object.refuses(resume("sid", None), AccountRefusal::SessionExpired);
    let command =
        AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant: grant("other", None) };
    object.refuses(command, AccountRefusal::SessionExpired);
}

#[test]
fn unknown_session_wrong_secret_and_wrong_style_are_one_answer() {
    let mut object = Object::with_family();
    object.refuses(resume("other", None), AccountRefusal::SessionUnknown);
    for (given, style) in [("other", Style::Browser), ("sid", Style::Backend)] {
        let command = AccountCommand::Resume {
            sid: sid("sid"),
            secret: secret(given),
            style,
            max_age: None,
            reauthenticated: None,
            replacement: None,
            grant: None,
        };
        object.refuses(command, AccountRefusal::SessionUnknown);
        let command = AccountCommand::Logout { sid: sid("sid"), secret: secret(given), style };
        object.refuses(command, AccountRefusal::SessionUnknown);
    }
}

#[test]
fn wrong_secret_of_an_expired_session_does_not_learn_that_it_expired() {
    let mut object = Object::with_family();
    let command = AccountCommand::Resume {
        sid: sid("sid"),
        secret: secret("other"),
        style: Style::Browser,
        max_age: None,
        reauthenticated: None,
        replacement: None,
        grant: None,
    };
    object.later(SESSION).refuses(command, AccountRefusal::SessionUnknown);
}

#[test]
fn a_code_of_one_style_grants_nothing_in_a_session_of_the_other() {
    let command =
        AccountCommand::Grant { sid: sid("sid"), style: Style::Backend, grant: grant("other", None) };
    Object::with_family().refuses(command, AccountRefusal::SessionUnknown);
}

#[test]
fn login_older_than_max_age_is_refused_and_slides_nothing() {
    let mut object = Object::with_family();
    object.later(61).refuses(resume("sid", Some(60)), AccountRefusal::ReauthenticationNeeded);
    facts(object.ask(resume("sid", Some(61))));
    object.later(1).refuses(resume("sid", Some(61)), AccountRefusal::ReauthenticationNeeded);
}

#[test]
fn a_refused_grant_neither_begins_nor_slides_a_session() {
    let mut object = Object::with_family();
    let known = grant("gid", None);
    object.later(5).refuses(begin("new", Some(known.clone())), AccountRefusal::GrantRevoked);
    let command = AccountCommand::Resume {
        sid: sid("sid"),
        secret: secret("sid"),
        style: Style::Browser,
        max_age: None,
        reauthenticated: None,
        replacement: None,
        grant: Some(known.clone()),
    };
    object.refuses(command, AccountRefusal::GrantRevoked);
    let command = AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant: known };
    object.refuses(command, AccountRefusal::GrantRevoked);
}

#[test]
fn a_session_begins_once() {
    let mut object = Object::with_family();
    object.refuses(begin("sid", None), AccountRefusal::SessionUnknown);
    object.ask(logout("sid"));
    object.refuses(begin("sid", None), AccountRefusal::SessionUnknown);
}

#[test]
fn listing_is_oldest_first_and_without_the_expired() {
    let mut object = Object::new();
    for (id, wait) in [("b", 1), ("a", 1), ("c", SESSION - 1)] {
        object.ask(begin(id, None));
        object.later(wait);
    }
    match object.ask(AccountCommand::Sessions {}) {
        AccountReply::Sessions { sessions } => {
            let sids: Vec<&str> = sessions.iter().map(|session| session.sid.as_str()).collect();
            assert_eq!(sids, ["c"]);
        }
        other => panic!("{other:?}"),
    }
    object.now = START + 3;
    match object.ask(AccountCommand::Sessions {}) {
        AccountReply::Sessions { sessions } => {
            let sids: Vec<&str> = sessions.iter().map(|session| session.sid.as_str()).collect();
            assert_eq!(sids, ["b", "a", "c"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_hundred_and_first_session_ends_the_one_that_expires_first() {
    let mut object = Object::new();
    for index in 0..100 {
        object.ask(begin(&format!("s{index}"), None));
        object.later(1);
    }
    object.ask(resume("s0", None));
    object.ask(begin("one-more", None));
    assert_eq!(object.outbox(), ["sid s1"]);
    assert_eq!(object.session_count(), 100);
    object.refuses(resume("s1", None), AccountRefusal::SessionUnknown);
    facts(object.ask(resume("s0", None)));
}

#[test]
fn logout_tells_which_clients_hold_grants_of_the_session() {
    let mut object = Object::with_family();
    let mut other = grant("other", None);
    other.client_id = client("billing");
    object.ask(AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant: other });
    match object.ask(logout("sid")) {
        AccountReply::Ended { sessions } => {
            assert_eq!(sessions.len(), 1);
            assert_eq!(sessions[0].sid.as_str(), "sid");
            assert_eq!(sessions[0].client_ids, [client("shop"), client("billing")]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn logout_revokes_the_session_and_its_families() {
    let mut object = Object::with_family();
    object.ask(logout("sid"));
    assert_eq!(object.outbox(), ["sid sid"]);
    object.refuses(rotate("first", "second"), AccountRefusal::FamilyEnded);
    object.refuses(resume("sid", None), AccountRefusal::SessionUnknown);
    object.refuses(logout("sid"), AccountRefusal::SessionUnknown);
    assert!(!object.is_live("jti", START));
}

#[test]
fn logout_leaves_other_sessions_alone() {
    let mut object = Object::with_family();
    object.ask(begin("other", Some(grant("other", Some(("x", SESSION, SESSION))))));
    object.ask(logout("other"));
    assert_eq!(object.session_count(), 1);
    object.rotated(rotate("first", "second"));
}

#[test]
fn ending_a_session_twice_is_done() {
    let mut object = Object::with_family();
    let command = AccountCommand::EndSession { sid: sid("sid") };
    assert!(matches!(object.ask(command.clone()), AccountReply::Ended { sessions } if sessions.len() == 1));
    assert_eq!(object.ask(command), AccountReply::Done {});
}

#[test]
fn ending_all_sessions_ends_families_that_outlived_theirs() {
    let mut object = Object::new();
    object.ask(begin("sid", Some(grant("gid", Some(("first", YEAR, YEAR))))));
    object.later(SESSION).run_alarm();
    object.ask(begin("new", None));
    match object.ask(AccountCommand::EndAllSessions {}) {
        AccountReply::Ended { sessions } => assert_eq!(sessions.len(), 2),
        other => panic!("{other:?}"),
    }
    object.refuses(rotate("first", "second"), AccountRefusal::FamilyEnded);
    assert_eq!(object.outbox(), ["sid new", "sid sid"]);
}

#[test]
fn a_legacy_family_outlives_its_session_and_ends_with_the_sessions_end() {
    let mut object = Object::new();
    object.ask(begin("sid", Some(grant("gid", Some(("first", YEAR, YEAR))))));
    object.later(100 * DAY).run_alarm();
    let year = Rotate { lifetime: YEAR, rotation: YEAR, ..Rotate::default() };
    match object.ask(year.command("first", "second")) {
        AccountReply::Rotated { session, expires_at, .. } => {
            assert_eq!(session.sid, sid("sid"));
            assert_eq!(session.authenticated_at.seconds(), START);
            assert_eq!(expires_at.seconds(), START + YEAR);
        }
        other => panic!("{other:?}"),
    }
    object.ask(AccountCommand::EndSession { sid: sid("sid") });
    object.refuses(year.command("second", "third"), AccountRefusal::FamilyEnded);
}

#[test]
fn what_began_before_the_tenant_was_restored_is_over() {
    let mut object = Object::with_family();
    object.not_before = object.now + 1;
    assert_eq!(object.ask(AccountCommand::Sessions {}), AccountReply::Sessions { sessions: Vec::new() });
    assert_eq!(object.refusal(rotate("first", "second")), AccountRefusal::FamilyUnknown);
}
