use super::*;
use crate::support::test;

/// `first` was rotated to `second`, one second after the start.
fn rotated() -> Object {
    let mut object = Object::with_family();
    object.later(1).rotated(rotate("first", "second"));
    object
}

fn assert_family_is_dead(object: &mut Object) {
    assert_eq!(object.outbox(), ["gid gid"]);
    for token in ["first", "second", "third"] {
        object.refuses(rotate(token, "x"), AccountRefusal::FamilyEnded);
    }
    assert!(!object.is_live("jti", START));
}

#[test]
fn the_predecessor_after_the_window_is_theft() {
    let mut object = rotated();
    assert_eq!(object.later(11).refusal(rotate("first", "x")), AccountRefusal::RefreshTokenReused);
    assert_family_is_dead(&mut object);
}

#[test]
fn the_predecessor_of_a_used_leaf_is_theft_inside_the_window() {
    let mut object = rotated();
    object.rotated(rotate("second", "third"));
    assert_eq!(object.refusal(rotate("first", "x")), AccountRefusal::RefreshTokenReused);
    assert_family_is_dead(&mut object);
}

#[test]
fn a_token_that_was_never_given_out_is_theft() {
    let mut object = rotated();
    assert_eq!(object.refusal(rotate("never", "x")), AccountRefusal::RefreshTokenReused);
    assert_family_is_dead(&mut object);
}

#[test]
fn theft_is_theft_whatever_scope_is_asked_for() {
    let mut object = rotated();
    let wider = Rotate { requested: Some("orders:cancel"), ..Rotate::default() };
    assert_eq!(object.later(11).refusal(wider.command("first", "x")), AccountRefusal::RefreshTokenReused);
    assert_family_is_dead(&mut object);
}

#[test]
fn a_family_of_a_client_that_had_the_name_before_is_over() {
    let mut object = rotated();
    let made_later = Rotate { not_before: object.now + 1, ..Rotate::default() };
    assert_eq!(object.refusal(made_later.command("second", "third")), AccountRefusal::FamilyEnded);
    assert_family_is_dead(&mut object);
}

#[test]
fn a_family_of_the_client_itself_goes_on() {
    let mut object = rotated();
    let made_later = Rotate { not_before: 1, ..Rotate::default() };
    object.rotated(made_later.command("second", "third"));
}

#[test]
fn a_stranger_cannot_end_a_family_with_an_old_token() {
    let mut object = rotated();
    object.later(11).run_alarm();
    let client = Rotate { client: "other", ..Rotate::default() };
    object.refuses(client.command("first", "x"), AccountRefusal::WrongClient);
    let resource = Rotate { resource: "other", ..Rotate::default() };
    object.refuses(resource.command("first", "x"), AccountRefusal::WrongResource);
    object.rotated(rotate("second", "third"));
}

#[test]
fn a_window_of_nothing_allows_a_retry_in_the_same_second_only() {
    let mut object = Object::with_family();
    let none = Rotate { grace: 0, ..Rotate::default() };
    object.rotated(none.command("first", "second"));
    assert_eq!(object.rotated(none.command("first", "x")).0, "second");
    assert_eq!(object.later(1).refusal(none.command("first", "x")), AccountRefusal::RefreshTokenReused);
}

#[test]
fn the_window_is_the_one_of_the_rotation_and_not_of_the_retry() {
    let mut object = rotated();
    let longer = Rotate { grace: 1_000, ..Rotate::default() };
    assert_eq!(object.later(11).refusal(longer.command("first", "x")), AccountRefusal::RefreshTokenReused);
}

#[test]
fn theft_is_remembered_until_the_last_access_token_has_expired() {
    let mut object = rotated();
    object.later(11).refusal(rotate("first", "x"));
    assert!(!object.later(LONGEST_ACCESS_TOKEN - 1).is_live("jti", START));
    object.later(1).run_alarm();
    object.refuses(rotate("second", "x"), AccountRefusal::FamilyUnknown);
}
