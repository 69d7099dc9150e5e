//! The object of a tenant: what it accepts as revoked, and how that gets into the key-value store.

use std::collections::BTreeMap;

use audgate::directory::{DirectoryCommand, DirectoryRefusal, DirectoryReply, DirectoryRequest, directory};
use audgate::revocation::{
    HEARTBEAT, Head, MAX_ENTRIES, Revocation, RevocationKind, SHARDS, Shard, head_key, shard_key,
};
use audgate::session::{Outcome, Row};
use audgate::vocabulary::TenantId;

use crate::support::revocation::{at, revocation, tenant_id};
use crate::support::tenant::NOW;
use crate::support::test;

/// Natively only: random events.
#[cfg(not(target_arch = "wasm32"))]
mod faults;

/// An object: its rows, and the store into which it publishes.
#[derive(Default)]
pub(super) struct Object {
    rows: BTreeMap<String, String>,
    store: BTreeMap<String, String>,
    alarm: Option<u64>,
}

impl Object {
    fn rows(&self) -> Vec<Row> {
        self.rows.iter().map(|(key, value)| Row { key: key.clone(), value: value.clone() }).collect()
    }

    /// One turn, stored as the platform stores it. What is to be published is left to the caller.
    fn turn(&mut self, command: &DirectoryCommand, now: u64) -> Outcome {
        let outcome = directory(&self.rows(), &request(command), at(now));
        for row in &outcome.put {
            assert_ne!(self.rows.get(&row.key), Some(&row.value), "an unchanged row is written");
            self.rows.insert(row.key.clone(), row.value.clone());
        }
        outcome.delete.iter().for_each(|key| drop(self.rows.remove(key)));
        if !outcome.keep_alarm {
            self.alarm = outcome.alarm;
        }
        outcome
    }

    /// One turn, and everything published that it wants published.
    fn run(&mut self, command: &DirectoryCommand, now: u64) -> DirectoryReply {
        let outcome = self.turn(command, now);
        self.publish(&outcome, now);
        reply(&outcome)
    }

    fn publish(&mut self, outcome: &Outcome, now: u64) {
        if outcome.publish.is_empty() {
            return;
        }
        for row in &outcome.publish {
            self.store.insert(row.key.clone(), row.value.clone());
        }
        let next = self.turn(&published(outcome), now);
        self.publish(&next, now);
    }

    fn revoke(&mut self, entries: &[Revocation], now: u64) {
        assert_eq!(self.run(&revoke(entries), now), DirectoryReply::Done {});
    }

    /// Runs alarms up to `until`.
    fn alarms(&mut self, until: u64) {
        while let Some(due) = self.alarm.filter(|due| *due <= until) {
            self.run(&DirectoryCommand::Alarm {}, due);
        }
    }

    fn head(&self) -> Head {
        Head::parse(&self.store[&head_key(&tenant_id())], &tenant_id(), at(u64::MAX)).unwrap()
    }

    fn shard(&self, index: usize) -> Shard {
        Shard::parse(&self.store[&shard_key(&tenant_id(), index)], &tenant_id(), index).unwrap()
    }

    fn listed(&self) -> Vec<Revocation> {
        let indices = (0..SHARDS).filter(|index| self.store.contains_key(&shard_key(&tenant_id(), *index)));
        indices.flat_map(|index| self.shard(index).entries).collect()
    }
}

fn request(command: &DirectoryCommand) -> String {
    serde_json::to_string(&DirectoryRequest { command: command.clone() }).unwrap()
}

fn revoke(entries: &[Revocation]) -> DirectoryCommand {
    DirectoryCommand::Revoke { tenant_id: tenant_id(), entries: entries.to_vec() }
}

fn ensure() -> DirectoryCommand {
    DirectoryCommand::Ensure { tenant_id: tenant_id() }
}

fn published(outcome: &Outcome) -> DirectoryCommand {
    DirectoryCommand::Published { keys: keys(outcome) }
}

fn keys(outcome: &Outcome) -> Vec<String> {
    outcome.publish.iter().map(|row| row.key.clone()).collect()
}

fn refused(reason: DirectoryRefusal) -> DirectoryReply {
    DirectoryReply::Refused { reason }
}

fn reply(outcome: &Outcome) -> DirectoryReply {
    serde_json::from_str(&outcome.reply).unwrap()
}

/// `count` sessions whose revocations fall into one shard.
fn of_one_shard(count: usize, until: u64) -> Vec<Revocation> {
    let sessions = (0..).map(|number| revocation(RevocationKind::Session, &format!("s{number}")));
    sessions
        .filter(|entry| entry.shard() == 3)
        .map(|entry| Revocation { until, ..entry })
        .take(count)
        .collect()
}

fn session(id: &str) -> Revocation {
    revocation(RevocationKind::Session, id)
}

#[test]
fn an_object_that_nobody_told_anything_writes_nothing() {
    for command in [
        DirectoryCommand::Alarm {},
        DirectoryCommand::List {},
        DirectoryCommand::Published { keys: vec!["x".to_owned()] },
        DirectoryCommand::PublishFailed {},
    ] {
        let outcome = directory(&[], &request(&command), at(NOW));
        assert_eq!((outcome.put.len(), outcome.publish.len(), outcome.alarm), (0, 0, None), "{command:?}");
    }
}

#[test]
fn a_list_is_published_from_the_first_ensure_on() {
    let mut object = Object::default();
    let outcome = object.turn(&ensure(), NOW);
    assert_eq!(keys(&outcome), ["tenant/demo/revoked"]);
    object.publish(&outcome, NOW);
    assert_eq!(object.head(), Head { published_at: at(NOW), versions: [0; SHARDS] });
}

#[test]
fn ensuring_twice_changes_nothing() {
    let mut object = Object::default();
    object.run(&ensure(), NOW);
    let rows = object.rows();
    let outcome = object.turn(&ensure(), NOW + 1);
    assert_eq!((outcome.publish.len(), object.rows()), (0, rows));
}

#[test]
fn a_revocation_is_published_at_once_the_shard_before_the_head() {
    let entry = session("s1");
    let mut object = Object::default();
    let outcome = object.turn(&revoke(std::slice::from_ref(&entry)), NOW);
    assert_eq!(keys(&outcome), [shard_key(&tenant_id(), entry.shard()), head_key(&tenant_id())]);
    object.publish(&outcome, NOW);
    assert_eq!(object.listed(), std::slice::from_ref(&entry));
    assert_eq!(object.head().versions[entry.shard()], object.shard(entry.shard()).version);
}

#[test]
fn the_head_beats_every_ten_seconds() {
    let mut object = Object::default();
    object.run(&ensure(), NOW);
    for beat in 1..=6 {
        object.alarms(NOW + beat * HEARTBEAT);
        assert_eq!(object.head().published_at, at(NOW + beat * HEARTBEAT));
    }
}

#[test]
fn a_heartbeat_writes_the_head_alone() {
    let mut object = Object::default();
    object.revoke(&[session("s1")], NOW);
    let outcome = object.turn(&DirectoryCommand::Alarm {}, NOW + HEARTBEAT);
    assert_eq!(keys(&outcome), ["tenant/demo/revoked"]);
}

#[test]
fn an_alarm_that_comes_twice_publishes_once() {
    let mut object = Object::default();
    object.run(&ensure(), NOW);
    object.run(&DirectoryCommand::Alarm {}, NOW + HEARTBEAT);
    let outcome = object.turn(&DirectoryCommand::Alarm {}, NOW + HEARTBEAT);
    assert_eq!(keys(&outcome), [""; 0]);
}

#[test]
fn an_alarm_that_comes_late_publishes() {
    let mut object = Object::default();
    object.run(&ensure(), NOW);
    object.run(&DirectoryCommand::Alarm {}, NOW + 86_400);
    assert_eq!(object.head().published_at, at(NOW + 86_400));
    assert_eq!(object.alarm, Some(NOW + 86_400 + HEARTBEAT));
}

#[test]
fn a_key_is_written_at_most_once_a_second() {
    let mut object = Object::default();
    object.revoke(&[session("s1")], NOW);
    object.revoke(&[session("s2")], NOW + 1);
    assert_eq!(object.listed(), [session("s1")], "too early for the head");
    assert_eq!(object.alarm, Some(NOW + 2));
    object.alarms(NOW + 2);
    assert_eq!(object.listed().len(), 2);
    assert_eq!(object.head().published_at, at(NOW + 2));
}

#[test]
fn one_publication_is_under_way_at_a_time() {
    let mut object = Object::default();
    let first = object.turn(&revoke(&[session("s1")]), NOW);
    for second in [1, 2, 30, 59] {
        let outcome = object.turn(&revoke(&[session(&format!("t{second}"))]), NOW + second);
        assert_eq!(keys(&outcome), [""; 0], "{second}");
    }
    object.publish(&first, NOW + 59);
    assert_eq!(object.listed().len(), 5);
}

#[test]
fn a_publication_of_which_nothing_is_heard_is_repeated() {
    let mut object = Object::default();
    let lost = object.turn(&revoke(&[session("s1")]), NOW);
    assert_eq!(object.alarm, Some(NOW + 60));
    let again = object.turn(&DirectoryCommand::Alarm {}, NOW + 60);
    assert_eq!(keys(&again), keys(&lost));
    object.publish(&again, NOW + 60);
    assert_eq!(object.listed(), [session("s1")]);
}

#[test]
fn a_publication_that_failed_is_repeated_later_and_later() {
    let mut object = Object::default();
    object.turn(&revoke(&[session("s1")]), NOW);
    let mut now = NOW;
    for wait in [2, 4, 8, 16, 30, 30] {
        let outcome = object.turn(&DirectoryCommand::PublishFailed {}, now);
        assert_eq!((outcome.publish.len(), object.alarm), (0, Some(now + wait)));
        now += wait;
        let outcome = object.turn(&DirectoryCommand::Alarm {}, now);
        assert_eq!(outcome.publish.len(), 2, "shard and head");
    }
}

#[test]
fn after_a_success_the_heart_beats_as_before() {
    let mut object = Object::default();
    object.turn(&revoke(&[session("s1")]), NOW);
    object.turn(&DirectoryCommand::PublishFailed {}, NOW);
    object.alarms(NOW + 2);
    assert_eq!(object.alarm, Some(NOW + 2 + HEARTBEAT));
}

#[test]
fn word_of_what_was_not_begun_changes_nothing() {
    let mut object = Object::default();
    object.revoke(&[session("s1")], NOW);
    let rows = object.rows();
    object.turn(&DirectoryCommand::PublishFailed {}, NOW + 1);
    object.turn(&DirectoryCommand::Published { keys: vec![head_key(&tenant_id())] }, NOW + 1);
    assert_eq!(object.rows(), rows);
}

#[test]
fn what_was_revoked_while_a_publication_was_under_way_is_published_next() {
    let mut object = Object::default();
    let first = object.turn(&revoke(&[session("s1")]), NOW);
    let other = of_same_shard("s1");
    object.turn(&revoke(std::slice::from_ref(&other)), NOW + 1);
    object.publish(&first, NOW + 1);
    assert_eq!(object.listed(), [session("s1")]);
    object.alarms(NOW + 2);
    assert_eq!(object.listed(), [session("s1"), other]);
}

fn of_same_shard(id: &str) -> Revocation {
    let sessions = (0..).map(|number| session(&format!("x{number}")));
    sessions.into_iter().find(|entry| entry.shard() == session(id).shard()).unwrap()
}

#[test]
fn what_is_known_already_changes_nothing() {
    let mut object = Object::default();
    object.revoke(&[session("s1")], NOW);
    let rows = object.rows();
    let earlier = Revocation { not_before: NOW - 1, ..session("s1") };
    let outcome = object.turn(&revoke(&[session("s1"), earlier]), NOW + 5);
    assert_eq!((outcome.publish.len(), object.rows()), (0, rows));
}

#[test]
fn a_later_revocation_of_the_same_name_moves_it_on() {
    let mut object = Object::default();
    object.revoke(&[session("s1")], NOW);
    let later = Revocation { not_before: NOW + 5, until: NOW + 9_000, ..session("s1") };
    object.revoke(std::slice::from_ref(&later), NOW + 5);
    assert_eq!(object.listed(), [later]);
}

#[test]
fn what_concerns_no_living_token_is_not_remembered() {
    let mut object = Object::default();
    object.revoke(&[Revocation { until: NOW, ..session("s1") }], NOW);
    assert_eq!(object.listed(), []);
}

#[test]
fn entries_leave_when_no_token_of_theirs_is_alive() {
    let mut object = Object::default();
    object.revoke(&[session("s1")], NOW);
    object.alarms(NOW + 3_600 + 610);
    assert_eq!(object.listed(), []);
    let DirectoryReply::Revocations { entries, .. } = object.run(&DirectoryCommand::List {}, NOW + 3_600)
    else {
        panic!("another answer")
    };
    assert_eq!(entries, []);
}

#[test]
fn a_shard_holds_its_number_and_with_one_more_it_is_full() {
    let entries = of_one_shard(MAX_ENTRIES + 1, NOW + 3_600);
    let mut object = Object::default();
    object.revoke(&entries[..MAX_ENTRIES], NOW);
    assert_eq!((object.shard(3).full, object.shard(3).entries.len()), (false, MAX_ENTRIES));
    object.revoke(&entries[MAX_ENTRIES..], NOW + 10);
    assert_eq!((object.shard(3).full, object.shard(3).entries.len()), (true, 0));
    let DirectoryReply::Revocations { full, .. } = object.run(&DirectoryCommand::List {}, NOW + 10) else {
        panic!("another answer")
    };
    assert_eq!(full, [3]);
}

#[test]
fn a_full_shard_stays_full_until_what_it_hides_has_expired() {
    let mut object = Object::default();
    object.revoke(&of_one_shard(MAX_ENTRIES + 1, NOW + 1_000), NOW);
    let late = Revocation { until: NOW + 5_000, ..of_one_shard(1, 0).remove(0) };
    object.revoke(&[late], NOW + 10);
    object.alarms(NOW + 990);
    assert!(object.shard(3).full);
    // What came while it was full is listed, so it need not stay full for that.
    object.alarms(NOW + 1_610);
    assert_eq!((object.shard(3).full, object.shard(3).entries.len()), (false, 1));
}

#[test]
fn what_expired_makes_room_in_a_shard() {
    let mut object = Object::default();
    object.revoke(&of_one_shard(MAX_ENTRIES, NOW + 10), NOW);
    let next = of_one_shard(MAX_ENTRIES + 1, NOW + 3_600).pop().unwrap();
    object.revoke(std::slice::from_ref(&next), NOW + 20);
    assert_eq!((object.shard(3).full, object.shard(3).entries), (false, vec![next]));
}

#[test]
fn a_directory_that_lost_its_storage_goes_on_with_later_versions() {
    let mut object = Object::default();
    for second in 0..20 {
        object.revoke(&[session(&format!("s{second}"))], NOW + 2 * second);
    }
    let before = object.head();
    let mut anew = Object { store: object.store, ..Object::default() };
    anew.revoke(&[session("s1")], NOW + 100);
    assert!(anew.head().published_at > before.published_at);
    assert!(anew.head().versions[session("s1").shard()] > before.versions[session("s1").shard()]);
}

#[test]
fn a_clock_that_went_back_does_not_stop_the_heart() {
    let mut object = Object::default();
    object.run(&ensure(), NOW);
    object.run(&DirectoryCommand::Alarm {}, NOW - 1_000);
    assert_eq!(object.alarm, Some(NOW - 1_000 + HEARTBEAT));
}

#[test]
fn a_shard_is_written_again_after_a_while() {
    let mut object = Object::default();
    object.revoke(&[session("s1")], NOW);
    let good = object.store.clone();
    object.store.insert(shard_key(&tenant_id(), session("s1").shard()), "overtaken".to_owned());
    object.alarms(NOW + 610);
    let key = shard_key(&tenant_id(), session("s1").shard());
    assert_eq!(object.store[&key], good[&key]);
}

#[test]
fn another_tenants_directory_is_not_told() {
    let mut object = Object::default();
    object.run(&ensure(), NOW);
    let rows = object.rows();
    let other = TenantId::parse("other").unwrap();
    for command in [
        DirectoryCommand::Ensure { tenant_id: other.clone() },
        DirectoryCommand::Revoke { tenant_id: other, entries: vec![session("s1")] },
    ] {
        let outcome = object.turn(&command, NOW + 20);
        assert_eq!(reply(&outcome), refused(DirectoryRefusal::WrongTenant));
        assert_eq!((outcome.publish.len(), object.rows()), (0, rows.clone()));
    }
}

#[test]
fn requests_that_cannot_be_read_change_nothing() {
    let mut object = Object::default();
    object.run(&ensure(), NOW);
    let good = request(&revoke(&[session("s1")]));
    let requests = [
        String::new(),
        "{}".to_owned(),
        r#"{"command":{}}"#.to_owned(),
        good.replace("revoke", "forget"),
        good.replace(r#""tenant_id":"demo","#, ""),
        good.replace("demo", "a b"),
        good.replace("sid", "email"),
        good.replace(r#""tenant_id""#, r#""more":1,"tenant_id""#),
        good.replace(r#""id""#, r#""more":1,"id""#),
        good.replace(r#"{"command""#, r#"{"more":1,"command""#),
    ];
    for text in requests {
        let outcome = directory(&object.rows(), &text, at(NOW + 20));
        assert_eq!(reply(&outcome), refused(DirectoryRefusal::RequestUnreadable), "{text}");
        assert_eq!(
            (outcome.put, outcome.publish, outcome.keep_alarm),
            (Vec::new(), Vec::new(), true),
            "{text}"
        );
    }
}

#[test]
fn rows_that_cannot_be_read_stay_and_are_tried_again_later() {
    let mut object = Object::default();
    object.revoke(&[session("s1")], NOW);
    let later = |value: &str| value.replace(r#""v":1"#, r#""v":2"#);
    for key in object.rows.keys().cloned().collect::<Vec<_>>() {
        for damage in [later(&object.rows[&key]), "{}".to_owned(), String::new()] {
            let mut damaged = Object { rows: object.rows.clone(), ..Object::default() };
            damaged.rows.insert(key.clone(), damage);
            let rows = damaged.rows();
            for command in [DirectoryCommand::Alarm {}, revoke(&[session("s2")]), ensure()] {
                let outcome = damaged.turn(&command, NOW + 20);
                assert_eq!(reply(&outcome), refused(DirectoryRefusal::RecordUnreadable), "{key}");
                assert_eq!((damaged.rows(), outcome.publish.len()), (rows.clone(), 0));
                assert_eq!(damaged.alarm, Some(NOW + 50));
            }
        }
    }
}
