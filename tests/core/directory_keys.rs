//! Signing keys that a directory makes and moves on: created once, never moved too early, never told in clear.

use std::collections::BTreeMap;

use audgate::directory::{
    DirectoryCommand, DirectoryRefusal, DirectoryReply, DirectoryRequest, KeyState, KeyTiming, NewKey,
    directory, keys_key,
};
use audgate::session::Row;
use audgate::vocabulary::{KeyId, TenantId, UnixTime};

use crate::support::test;

const START: u64 = 1_800_000_000;
const TIMING: KeyTiming = KeyTiming { staleness: 4_000, longest_token: 3_610 };

/// A directory whose publications succeed unless a test says otherwise.
#[derive(Default)]
struct Object {
    rows: BTreeMap<String, String>,
    /// What the key-value store holds.
    store: BTreeMap<String, String>,
    store_is_down: bool,
}

impl Object {
    fn ask(&mut self, command: DirectoryCommand, now: u64) -> DirectoryReply {
        let request = serde_json::to_string(&DirectoryRequest { command }).unwrap();
        let rows: Vec<Row> =
            self.rows.iter().map(|(key, value)| Row { key: key.clone(), value: value.clone() }).collect();
        let outcome = directory(&rows, &request, UnixTime::from_seconds(now));
        outcome.delete.iter().for_each(|key| drop(self.rows.remove(key)));
        self.rows.extend(outcome.put.into_iter().map(|row| (row.key, row.value)));
        if !outcome.publish.is_empty() {
            let keys = outcome.publish.iter().map(|row| row.key.clone()).collect();
            if self.store_is_down {
                self.ask(DirectoryCommand::PublishFailed {}, now);
            } else {
                self.store.extend(outcome.publish.into_iter().map(|row| (row.key, row.value)));
                self.ask(DirectoryCommand::Published { keys }, now);
            }
        }
        serde_json::from_str(&outcome.reply).unwrap()
    }

    fn create(&mut self, kids: &[(&str, &str)], now: u64) -> DirectoryReply {
        let keys = kids.iter().map(|(kid, algorithm)| new_key(kid, algorithm)).collect();
        self.ask(DirectoryCommand::CreateKeys { tenant_id: tenant(), keys }, now)
    }

    fn announce(&mut self, kid: &str, now: u64) -> DirectoryReply {
        self.ask(DirectoryCommand::AnnounceKey { tenant_id: tenant(), key: new_key(kid, "ES256") }, now)
    }

    fn advance(&mut self, kid: &str, to: KeyState, now: u64) -> DirectoryReply {
        let kid = KeyId::parse(kid).unwrap();
        self.ask(DirectoryCommand::AdvanceKey { kid, to, timing: TIMING }, now)
    }

    /// `kid state` of every published key, in order.
    fn published(&self) -> Vec<String> {
        let record: serde_json::Value = serde_json::from_str(&self.store[&keys_key(&tenant())]).unwrap();
        let keys = record["signing_keys"].as_array().unwrap();
        let name = |key: &serde_json::Value| {
            format!("{} {}", key["jwk"]["kid"].as_str().unwrap(), key["state"].as_str().unwrap())
        };
        keys.iter().map(name).collect()
    }
}

fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

fn new_key(kid: &str, algorithm: &str) -> NewKey {
    NewKey {
        kid: KeyId::parse(kid).unwrap(),
        algorithm: algorithm.to_owned(),
        jwk: format!(r#"{{"kty":"EC","kid":"{kid}"}}"#),
        sealed: format!("sealed-{kid}"),
    }
}

fn sealed_kids(reply: &DirectoryReply) -> Vec<String> {
    match reply {
        DirectoryReply::Keys { sealed, .. } => sealed.iter().map(|key| key.kid.to_string()).collect(),
        other => panic!("{other:?}"),
    }
}

fn too_early(reply: &DirectoryReply) -> u64 {
    match reply {
        DirectoryReply::TooEarly { allowed_at } => allowed_at.seconds(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn first_keys_sign_at_once_and_are_published() {
    let mut object = Object::default();
    object.create(&[("a", "ES256"), ("b", "EdDSA")], START);
    assert_eq!(object.published(), ["a current", "b current"]);
}

#[test]
fn of_several_offers_the_first_is_taken_and_all_hear_of_it() {
    let mut object = Object::default();
    assert_eq!(sealed_kids(&object.create(&[("a", "ES256")], START)), ["a"]);
    assert_eq!(sealed_kids(&object.create(&[("late", "ES256")], START)), ["a"]);
    assert_eq!(sealed_kids(&object.create(&[("late", "ES256"), ("b", "EdDSA")], START)), ["a", "b"]);
}

#[test]
fn directory_without_keys_tells_none_and_writes_nothing() {
    let mut object = Object::default();
    assert!(sealed_kids(&object.ask(DirectoryCommand::Keys {}, START)).is_empty());
    assert!(object.rows.is_empty());
}

#[test]
fn what_is_published_holds_no_sealed_half() {
    let mut object = Object::default();
    object.create(&[("a", "ES256")], START);
    assert!(object.store.values().all(|value| !value.contains("sealed")));
}

#[test]
fn announced_key_is_published_and_does_not_sign() {
    let mut object = Object::default();
    object.create(&[("a", "ES256")], START);
    assert_eq!(object.announce("n", START + 10), DirectoryReply::Done {});
    assert_eq!(object.published(), ["a current", "n next"]);
}

#[test]
fn second_key_that_comes_next_is_refused() {
    let mut object = Object::default();
    object.create(&[("a", "ES256")], START);
    object.announce("n", START + 10);
    let exists = DirectoryReply::Refused { reason: DirectoryRefusal::KeyExists };
    assert_eq!(object.announce("m", START + 20), exists);
    assert_eq!(object.announce("a", START + 20), exists);
}

#[test]
fn next_key_signs_no_sooner_than_everybody_can_know_it() {
    let mut object = Object::default();
    object.create(&[("a", "ES256")], START);
    object.announce("n", START + 10);
    let allowed_at = START + 10 + TIMING.staleness;
    assert_eq!(too_early(&object.advance("n", KeyState::Current, START + 11)), allowed_at);
    assert_eq!(too_early(&object.advance("n", KeyState::Current, allowed_at - 1)), allowed_at);
    assert_eq!(object.published(), ["a current", "n next"]);
    assert_eq!(object.advance("n", KeyState::Current, allowed_at), DirectoryReply::Done {});
    object.ask(DirectoryCommand::Alarm {}, allowed_at + 2);
    assert_eq!(object.published(), ["a retiring", "n current"]);
}

#[test]
fn key_that_is_not_published_yet_is_known_to_nobody() {
    let mut object = Object::default();
    object.create(&[("a", "ES256")], START);
    object.store_is_down = true;
    object.announce("n", START + 10);
    let later = START + 100_000;
    assert_eq!(too_early(&object.advance("n", KeyState::Current, later)), later + TIMING.staleness);
    object.store_is_down = false;
    object.ask(DirectoryCommand::Alarm {}, later + 100);
    assert_eq!(object.published(), ["a current", "n next"]);
    let allowed_at = later + 100 + TIMING.staleness;
    assert_eq!(too_early(&object.advance("n", KeyState::Current, allowed_at - 1)), allowed_at);
}

#[test]
fn retiring_key_is_accepted_until_everything_it_can_have_signed_is_dead() {
    let mut object = Object::default();
    object.create(&[("a", "ES256")], START);
    object.announce("n", START + 10);
    let moved = START + 10 + TIMING.staleness;
    object.advance("n", KeyState::Current, moved);
    let allowed_at = moved + TIMING.staleness + TIMING.longest_token;
    assert_eq!(too_early(&object.advance("a", KeyState::Disabled, allowed_at - 1)), allowed_at);
    assert_eq!(object.advance("a", KeyState::Disabled, allowed_at), DirectoryReply::Done {});
    object.ask(DirectoryCommand::Alarm {}, allowed_at + 2);
    assert_eq!(object.published(), ["n current"]);
    assert_eq!(sealed_kids(&object.ask(DirectoryCommand::Keys {}, allowed_at)), ["n"]);
}

#[test]
fn steps_that_leave_a_tenant_without_a_key_or_bring_one_back_are_refused() {
    let mut object = Object::default();
    object.create(&[("a", "ES256")], START);
    object.announce("n", START + 10);
    let later = START + 1_000_000;
    let refused = DirectoryReply::Refused { reason: DirectoryRefusal::KeyStep };
    for (kid, to) in [
        ("a", KeyState::Disabled),
        ("a", KeyState::Retiring),
        ("a", KeyState::Next),
        ("a", KeyState::Current),
        ("n", KeyState::Disabled),
        ("n", KeyState::Retiring),
    ] {
        assert_eq!(object.advance(kid, to, later), refused, "{kid} {to:?}");
    }
    let unknown = DirectoryReply::Refused { reason: DirectoryRefusal::KeyUnknown };
    assert_eq!(object.advance("x", KeyState::Current, later), unknown);
}

#[test]
fn another_algorithm_keeps_its_current_key() {
    let mut object = Object::default();
    object.create(&[("a", "ES256"), ("e", "EdDSA")], START);
    object.announce("n", START + 10);
    object.advance("n", KeyState::Current, START + 10 + TIMING.staleness);
    assert_eq!(object.published(), ["a retiring", "e current", "n current"]);
}

#[test]
fn versions_of_the_list_only_grow() {
    let mut object = Object::default();
    let version = |object: &Object| {
        let record: serde_json::Value = serde_json::from_str(&object.store[&keys_key(&tenant())]).unwrap();
        record["version"].as_u64().unwrap()
    };
    object.create(&[("a", "ES256")], START);
    let first = version(&object);
    object.announce("n", START + 10);
    let second = version(&object);
    // The clock went back.
    object.ask(
        DirectoryCommand::CreateKeys { tenant_id: tenant(), keys: vec![new_key("e", "EdDSA")] },
        START - 500,
    );
    object.ask(DirectoryCommand::Alarm {}, START + 1_000);
    assert!(first < second && second < version(&object));
}

#[test]
fn rows_of_a_later_version_are_refused_and_left_alone() {
    let mut object = Object::default();
    object.create(&[("a", "ES256")], START);
    let row = object.rows.get_mut("key/a").unwrap();
    *row = row.replace(r#""v":1"#, r#""v":2"#);
    let before = object.rows.clone();
    let reply = object.create(&[("b", "EdDSA")], START + 10);
    assert_eq!(reply, DirectoryReply::Refused { reason: DirectoryRefusal::RecordUnreadable });
    assert_eq!(object.rows, before);
}
