use super::*;
use crate::support::test;

fn carried(object: &mut Object, rotate: &Rotate, presented: &str, successor: &str) -> String {
    match object.ask(rotate.command(presented, successor)) {
        AccountReply::Rotated { scope, .. } => scope.to_string(),
        other => panic!("not rotated: {other:?}"),
    }
}

#[test]
fn the_leaf_is_replaced_by_the_successor() {
    let mut object = Object::with_family();
    let (token, expires_at, retried) = object.later(60).rotated(rotate("first", "second"));
    assert_eq!((token.as_str(), expires_at, retried), ("second", START + SESSION, false));
    assert!(object.is_active("gid", "second"));
    assert!(!object.is_active("gid", "first"));
}

#[test]
fn no_leaf_outlives_its_lifetime_or_the_familys_bound() {
    let mut object = Object::with_family();
    let hourly = Rotate { lifetime: 3_600, ..Rotate::default() };
    assert_eq!(object.rotated(hourly.command("first", "a")).1, START + 3_600);
    object.later(3_599);
    let daily = Rotate { lifetime: 20 * DAY, ..Rotate::default() };
    assert_eq!(object.rotated(daily.command("a", "b")).1, START + SESSION);
    object.later(SESSION - 3_600);
    assert_eq!(object.rotated(daily.command("b", "c")).1, START + SESSION);
    object.later(1).refuses(daily.command("c", "d"), AccountRefusal::RefreshTokenExpired);
}

#[test]
fn the_first_token_obeys_the_familys_bound_too() {
    let mut object = Object::new();
    match object.ask(begin("sid", Some(grant("gid", Some(("first", YEAR, 60)))))) {
        AccountReply::Session { grant: Some(facts), .. } => {
            assert_eq!(facts.refresh_token_expires_at.map(UnixTime::seconds), Some(START + 60));
        }
        other => panic!("{other:?}"),
    }
    object.later(60).refuses(rotate("first", "second"), AccountRefusal::RefreshTokenExpired);
}

#[test]
fn a_longer_maximum_rotation_does_not_prolong_a_family() {
    let mut object = Object::with_family();
    let year = Rotate { lifetime: YEAR, rotation: YEAR, ..Rotate::default() };
    assert_eq!(object.rotated(year.command("first", "second")).1, START + SESSION);
}

#[test]
fn a_shorter_maximum_rotation_shortens_a_family_for_good() {
    let mut object = Object::with_family();
    let shorter = Rotate { rotation: DAY, ..Rotate::default() };
    assert_eq!(object.rotated(shorter.command("first", "second")).1, START + DAY);
    assert_eq!(object.later(1).rotated(rotate("second", "third")).1, START + DAY);
}

#[test]
fn a_maximum_rotation_that_is_over_refuses_leaf_and_retry() {
    let mut object = Object::with_family();
    object.later(100).rotated(rotate("first", "second"));
    let over = Rotate { rotation: 100, ..Rotate::default() };
    object.refuses(over.command("second", "third"), AccountRefusal::RefreshTokenExpired);
    object.refuses(over.command("first", "third"), AccountRefusal::RefreshTokenExpired);
}

#[test]
fn a_lifetime_of_nothing_is_refused_before_anything_is_stored() {
    let mut object = Object::with_family();
    let never = Rotate { lifetime: 0, ..Rotate::default() };
    object.refuses(never.command("first", "second"), AccountRefusal::RefreshTokenExpired);
    let dead = grant("other", Some(("x", SESSION, 0)));
    object.refuses(begin("new", Some(dead)), AccountRefusal::RefreshTokenExpired);
}

#[test]
fn an_unknown_grant_is_refused() {
    let unknown = Rotate { gid: "other", ..Rotate::default() };
    Object::with_family().refuses(unknown.command("first", "second"), AccountRefusal::FamilyUnknown);
}

#[test]
fn a_grant_without_refresh_token_cannot_be_rotated() {
    let mut object = Object::new();
    object.ask(begin("sid", Some(grant("gid", None))));
    object.refuses(rotate("first", "second"), AccountRefusal::FamilyUnknown);
}

#[test]
fn family_that_is_bound_to_a_key_is_rotated_by_that_key_alone() {
    let mut object = Object::new();
    let mut bound = grant("gid", Some(("first", SESSION, SESSION)));
    bound.refresh.as_mut().unwrap().key_thumbprint = Some("own".to_owned());
    object.ask(begin("sid", Some(bound)));
    for key in [None, Some("other")] {
        let stranger = Rotate { key, ..Rotate::default() };
        object.refuses(stranger.command("first", "second"), AccountRefusal::WrongKey);
        // Nor is it a thief's: whoever has the token without the key ends nobody's family.
        object.refuses(stranger.command("never", "second"), AccountRefusal::WrongKey);
    }
    let own = || Rotate { key: Some("own"), ..Rotate::default() };
    object.rotated(own().command("first", "second"));
    object.refuses(rotate("second", "third"), AccountRefusal::WrongKey);
    object.rotated(own().command("second", "third"));
}

#[test]
fn another_client_and_another_resource_are_refused() {
    let mut object = Object::with_family();
    let client = Rotate { client: "other", ..Rotate::default() };
    object.refuses(client.command("first", "second"), AccountRefusal::WrongClient);
    let resource = Rotate { resource: "other", ..Rotate::default() };
    object.refuses(resource.command("first", "second"), AccountRefusal::WrongResource);
    object.rotated(rotate("first", "second"));
}

#[test]
fn scope_is_what_was_granted_asked_for_and_can_be_granted_today() {
    let mut object = Object::with_family();
    let all = Rotate::default();
    assert_eq!(carried(&mut object, &all, "first", "a"), "openid offline_access orders:read orders:write");
    let asked = Rotate { requested: Some("orders:write"), ..Rotate::default() };
    assert_eq!(carried(&mut object, &asked, "a", "b"), "orders:write");
    let less = Rotate { grantable: "orders:read orders:cancel", ..Rotate::default() };
    assert_eq!(carried(&mut object, &less, "b", "c"), "orders:read");
    // Narrowing is for one token: the family keeps what was granted.
    assert_eq!(carried(&mut object, &all, "c", "d"), "openid offline_access orders:read orders:write");
}

#[test]
fn more_scope_than_was_granted_is_refused_even_if_it_could_be_granted() {
    let wider = Rotate { requested: Some("orders:read orders:cancel"), ..Rotate::default() };
    Object::with_family().refuses(wider.command("first", "second"), AccountRefusal::ScopeWidened);
}

#[test]
fn nothing_left_to_grant_is_refused() {
    let mut object = Object::with_family();
    let none = Rotate { grantable: "orders:cancel", ..Rotate::default() };
    object.refuses(none.command("first", "second"), AccountRefusal::NoScopeLeft);
    let disjoint = Rotate { requested: Some("orders:read"), grantable: "orders:write", ..Rotate::default() };
    object.refuses(disjoint.command("first", "second"), AccountRefusal::NoScopeLeft);
    object.rotated(rotate("first", "second"));
}

#[test]
fn a_family_without_scope_rotates_without_scope() {
    let mut object = Object::new();
    let mut bare = grant("gid", Some(("first", SESSION, SESSION)));
    bare.scope = scope("");
    object.ask(begin("sid", Some(bare)));
    assert_eq!(carried(&mut object, &Rotate::default(), "first", "second"), "");
}

#[test]
fn a_retry_gets_the_same_leaf_and_its_own_scope() {
    let mut object = Object::with_family();
    object.later(1).rotated(rotate("first", "second"));
    let rows = object.rows.clone();
    let (token, expires_at, retried) = object.later(10).rotated(rotate("first", "third"));
    assert_eq!((token.as_str(), expires_at, retried), ("second", START + SESSION, true));
    let narrow = Rotate { requested: Some("orders:read"), ..Rotate::default() };
    assert_eq!(carried(&mut object, &narrow, "first", "fourth"), "orders:read");
    assert!(object.rows == rows, "a retry has changed rows");
    assert!(!object.is_active("gid", "third"));
}

#[test]
fn a_retry_is_checked_like_any_rotation_and_consumes_nothing_when_refused() {
    let mut object = Object::with_family();
    object.rotated(rotate("first", "second"));
    let client = Rotate { client: "other", ..Rotate::default() };
    object.refuses(client.command("first", "x"), AccountRefusal::WrongClient);
    let resource = Rotate { resource: "other", ..Rotate::default() };
    object.refuses(resource.command("first", "x"), AccountRefusal::WrongResource);
    let wider = Rotate { requested: Some("orders:cancel"), ..Rotate::default() };
    object.refuses(wider.command("first", "x"), AccountRefusal::ScopeWidened);
    let none = Rotate { grantable: "", ..Rotate::default() };
    object.refuses(none.command("first", "x"), AccountRefusal::NoScopeLeft);
    assert_eq!(object.rotated(rotate("first", "x")).0, "second");
}

#[test]
fn a_retry_of_an_expired_leaf_is_refused() {
    let mut object = Object::with_family();
    let brief = Rotate { lifetime: 5, ..Rotate::default() };
    object.rotated(brief.command("first", "second"));
    object.later(5).refuses(brief.command("first", "x"), AccountRefusal::RefreshTokenExpired);
}

#[test]
fn the_fifty_first_family_of_a_client_takes_the_place_of_its_oldest() {
    let mut object = Object::with_family();
    for index in 1..50 {
        object.later(1);
        let id = format!("g{index}");
        let grant = grant(&id, Some((&id, SESSION, SESSION)));
        object.ask(AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant });
    }
    assert!(object.is_active("gid", "first"));
    let last = grant("last", Some(("last", SESSION, SESSION)));
    object.ask(AccountCommand::Grant { sid: sid("sid"), style: Style::Browser, grant: last });
    // Nobody took anything back, so no gate has to hear of it.
    assert!(object.outbox().is_empty());
    assert!(object.is_active("g1", "g1"));
    object.refuses(rotate("first", "second"), AccountRefusal::FamilyUnknown);
}

#[test]
fn only_the_live_leaf_is_described() {
    let mut object = Object::with_family();
    object.rotated(rotate("first", "second"));
    match object.ask(describe("gid", "second")) {
        AccountReply::RefreshToken {
            active,
            client_id,
            resource: of,
            expires_at,
            issued_at,
            sid: of_session,
            ..
        } => {
            assert!(active);
            assert_eq!(client_id, Some(client("shop")));
            assert_eq!(of, Some(resource("orders")));
            assert_eq!(expires_at.map(UnixTime::seconds), Some(START + SESSION));
            assert_eq!(issued_at.map(UnixTime::seconds), Some(START));
            assert_eq!(of_session, Some(sid("sid")));
        }
        other => panic!("{other:?}"),
    }
    for (id, token) in [("gid", "first"), ("gid", "other"), ("other", "second")] {
        object.ask(describe(id, token));
        assert_eq!(object.last.reply, r#"{"type":"refresh_token","active":false}"#);
    }
    assert!(!object.later(SESSION).is_active("gid", "second"));
}
