use super::*;
use crate::support::test;
use base64ct::{Base64UrlUnpadded, Encoding};

fn every_command() -> Vec<AccountCommand> {
    vec![
        resume("sid", None),
        AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant: grant("gid", None) },
        rotate("first", "second"),
        AccountCommand::Sessions {},
        logout("sid"),
        AccountCommand::EndSession { sid: sid("sid") },
        AccountCommand::EndAllSessions {},
        AccountCommand::RevokeRefreshToken {
            gid: gid("gid"),
            client_id: client("shop"),
            token: SecretHash::of("first"),
        },
        describe("gid", "first"),
        AccountCommand::Check { sid: None, gid: None, jti: "jti".to_owned(), issued_at: UnixTime::MAX },
        AccountCommand::Reinstate {},
        AccountCommand::Approvals { client_id: client("shop") },
        AccountCommand::Delivered { keys: vec!["outbox/sub/user/1/2".to_owned()] },
        AccountCommand::Alarm {},
    ]
}

#[test]
fn an_account_without_record_writes_nothing_and_sets_no_alarm() {
    for standing in [
        None,
        Some(Standing { version: 7, suspended: false }),
        Some(Standing { version: 7, suspended: true }),
    ] {
        for command in every_command() {
            let mut object = Object::new();
            object.standing = standing;
            object.ask(command);
            assert!(object.rows.is_empty());
            assert_eq!(object.alarm, None);
            assert!(object.last.outbox.is_empty());
        }
    }
}

#[test]
fn a_newer_record_is_refused_and_nothing_is_written() {
    let stored = Object::with_family();
    for key in stored.rows.keys() {
        for value in [
            stored.rows[key].replace(r#""v":1"#, r#""v":2"#),
            stored.rows[key].replace(r#""record":{"#, r#""record":{"later":1,"#),
            "{".to_owned(),
            String::new(),
        ] {
            let mut object = Object::with_family();
            object.rows.insert(key.clone(), value);
            for command in every_command() {
                object.refuses(command, AccountRefusal::RecordUnreadable);
                assert!(object.last.keep_alarm);
                assert!(object.alarm.is_some());
            }
        }
    }
}

#[test]
fn a_row_of_a_kind_that_is_not_known_is_refused() {
    let mut object = Object::with_family();
    object.rows.insert("device/1".to_owned(), r#"{"v":1,"record":{}}"#.to_owned());
    object.refuses(rotate("first", "second"), AccountRefusal::RecordUnreadable);
}

#[test]
fn a_request_that_is_not_known_is_refused_and_nothing_is_written() {
    for request in [
        "",
        "{}",
        r#"{"command":{"type":"explode"}}"#,
        r#"{"subject":"user","command":{"type":"sessions"},"more":1}"#,
        r#"{"subject":"user","command":{"type":"sessions","more":1}}"#,
        r#"{"subject":"user","command":{"type":"end_session","sid":"a/b"}}"#,
        r#"{"subject":"","command":{"type":"sessions"}}"#,
        r#"{"command":{"type":"suspend"}}"#,
    ] {
        let mut object = Object::with_family();
        let rows = object.rows.clone();
        let reply = object.ask_text(request);
        assert_eq!(reply, AccountReply::Refused { reason: AccountRefusal::RequestUnreadable }, "{request}");
        assert!(object.rows == rows && object.last.keep_alarm);
    }
}

#[test]
fn every_row_carries_its_schema_version() {
    let object = Object::with_family();
    assert!(object.rows.values().all(|value| value.starts_with(r#"{"v":1,"#)));
}

#[test]
fn the_store_alone_never_yields_a_token() {
    let tokens: Vec<String> =
        (0..4).map(|index| Base64UrlUnpadded::encode_string(&[0xA0 + index; 64])).collect();
    let mut object = Object::new();
    object.ask(begin("sid", Some(grant("gid", Some((&tokens[0], SESSION, SESSION))))));
    for pair in tokens.windows(2) {
        object.rotated(rotate(&pair[0], &pair[1]));
        for value in object.rows.values() {
            let strings = value.split('"').filter_map(|text| Base64UrlUnpadded::decode_vec(text).ok());
            let readings: Vec<Vec<u8>> = strings.chain([value.clone().into_bytes()]).collect();
            for token in &tokens {
                let octets = Base64UrlUnpadded::decode_vec(token).unwrap();
                for reading in &readings {
                    assert!(!reading.windows(16).any(|part| part == &token.as_bytes()[..16]));
                    assert!(!reading.windows(16).any(|part| part == &octets[..16]));
                }
            }
        }
    }
}

#[test]
fn the_sealed_copy_is_erased_when_the_leaf_is_used() {
    let mut object = Object::with_family();
    object.rotated(rotate("first", "second"));
    let copy = object.rows["grant/gid"].split("sealed_leaf\":\"").nth(1).unwrap()[..20].to_owned();
    object.rotated(rotate("second", "third"));
    assert!(!object.rows["grant/gid"].contains(&copy));
}

#[test]
fn the_sealed_copy_is_erased_when_the_window_closes() {
    let mut object = Object::with_family();
    object.rotated(rotate("first", "second"));
    assert_eq!(object.alarm, Some(START + 11));
    object.later(10).run_alarm();
    assert!(object.rows["grant/gid"].contains("sealed_leaf"));
    object.later(1).run_alarm();
    assert!(!object.rows["grant/gid"].contains("sealed_leaf"));
    object.rotated(rotate("second", "third"));
}

#[test]
fn the_sealed_copy_is_erased_by_any_command_if_the_alarm_is_late() {
    let mut object = Object::with_family();
    object.rotated(rotate("first", "second"));
    object.later(11).ask(AccountCommand::Sessions {});
    assert!(!object.rows["grant/gid"].contains("sealed_leaf"));
}

/// The stored copy of the leaf that `presented` was rotated to.
fn sealed_copy(presented: &str, leaf: &str) -> String {
    let mut object = Object::new();
    object.ask(begin("sid", Some(grant("gid", Some((presented, SESSION, SESSION))))));
    object.rotated(rotate(presented, leaf));
    let copy = object.rows["grant/gid"].split("sealed_leaf\":\"").nth(1).unwrap();
    copy.split('"').next().unwrap().to_owned()
}

#[test]
fn a_copy_that_is_not_the_leafs_is_neither_given_out_nor_theft() {
    for copy in [sealed_copy("other", "second"), sealed_copy("first", "other"), "!".to_owned()] {
        let mut object = Object::with_family();
        object.rotated(rotate("first", "second"));
        let broken = object.rows["grant/gid"].replace(&sealed_copy("first", "second"), &copy);
        object.rows.insert("grant/gid".to_owned(), broken);
        object.refuses(rotate("first", "x"), AccountRefusal::RecordUnreadable);
        object.rotated(rotate("second", "third"));
    }
}

#[test]
fn the_alarm_is_the_earliest_expiry() {
    let mut object = Object::new();
    object.ask(begin("sid", Some(grant("gid", Some(("first", 100, SESSION))))));
    assert_eq!(object.alarm, Some(START + 100));
    let expires_at = UnixTime::from_seconds(START + 50);
    object.ask(AccountCommand::UseAssertion { jti: "a".to_owned(), expires_at });
    assert_eq!(object.alarm, Some(START + 50));
    object.later(50).run_alarm();
    assert_eq!(object.alarm, Some(START + 100));
    object.later(50).run_alarm();
    assert_eq!(object.alarm, Some(START + SESSION));
    object.later(SESSION).run_alarm();
    assert_eq!(object.alarm, None);
    assert!(object.rows.is_empty());
}

#[test]
fn an_alarm_early_late_or_twice_is_harmless() {
    let mut object = Object::with_family();
    let rows = object.rows.clone();
    object.run_alarm();
    object.run_alarm();
    assert!(object.rows == rows);
    object.later(2 * YEAR).run_alarm();
    assert!(object.rows.is_empty());
    object.run_alarm();
    assert!(object.rows.is_empty());
}

#[test]
fn no_debug_print_shows_a_token_or_a_hash() {
    let mut object = Object::with_family();
    let reply = object.ask(rotate("first", "canary-second"));
    let hash = SecretHash::of("canary-second").to_string();
    let request = AccountRequest {
        subject: "user".to_owned(),
        standing: None,
        longest_access_token: 0,
        not_before: UnixTime::from_seconds(0),
        command: rotate("canary-first", "canary-second"),
    };
    for print in
        [format!("{reply:?}"), format!("{request:?}"), format!("{:?} {:?}", object.last, object.stored())]
    {
        assert!(!print.contains("canary") && !print.contains(&hash), "{print}");
    }
}
