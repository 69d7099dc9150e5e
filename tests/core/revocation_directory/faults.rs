//! Revocation end to end, in any order of events and with a store that fails, lags and goes back: no gate admits what
//! was revoked longer ago than the bound.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use audgate::directory::DirectoryCommand;
use audgate::revocation::{
    Knowledge, LIST_REFRESH_AFTER, Revocation, RevocationKind, Revocations, TokenNames, list_max_age,
    revocation_bound,
};
use audgate::session::{Outcome, Row};
use proptest::prelude::*;

use super::{Object, published, revoke};
use crate::support::revocation::{at, tenant_id};
use crate::support::tenant::NOW;

/// What happens in one second.
#[derive(Debug, Clone)]
enum Event {
    /// A session is revoked; the directory hears of it within the outbox's delay.
    Revoke(u8),
    /// The store takes nothing for the next publication, or loses it after so many entries.
    StoreFails(usize),
    /// The store takes its time with the next publication.
    Slow,
    /// The object is killed with its publication half written.
    Killed(usize),
    /// A reader meets places of the store that are so many writes behind: with the head, and with the shards.
    Behind(usize, usize),
    /// From now on a reader meets the shards as they are now, or no longer.
    Frozen(bool),
    /// The store cannot be read.
    Unreadable,
    /// Nothing special.
    Quiet,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => (0..40_u8).prop_map(Event::Revoke),
        1 => (0..9_usize).prop_map(Event::StoreFails),
        1 => (0..9_usize).prop_map(Event::Killed),
        2 => (0..6_usize, 0..6_usize).prop_map(|(head, shards)| Event::Behind(head, shards)),
        1 => Just(Event::Slow),
        1 => any::<bool>().prop_map(Event::Frozen),
        1 => Just(Event::Unreadable),
        6 => Just(Event::Quiet),
    ]
}

/// A directory, the states through which its store went, and one isolate that reads them.
struct World {
    object: Object,
    states: Vec<BTreeMap<String, String>>,
    isolate: Rc<RefCell<Revocations>>,
    read_at: u64,
    frozen: Option<BTreeMap<String, String>>,
    /// A publication that is still being written.
    slow: Option<Outcome>,
    /// Sessions and when they were revoked.
    revoked: BTreeMap<u8, u64>,
}

impl World {
    fn new() -> Self {
        Self {
            object: Object::default(),
            states: vec![BTreeMap::new()],
            isolate: Rc::new(RefCell::new(Revocations::new(tenant_id()))),
            read_at: 0,
            frozen: None,
            slow: None,
            revoked: BTreeMap::new(),
        }
    }

    /// Writes what a turn wants written, but for a fault after `sound` entries.
    fn write(&mut self, publish: &[Row], sound: usize) -> bool {
        for row in publish.iter().take(sound) {
            self.object.store.insert(row.key.clone(), row.value.clone());
            self.states.push(self.object.store.clone());
        }
        sound >= publish.len()
    }

    /// Publishes as the object does, but for a store that fails after `sound` entries.
    fn publish(&mut self, mut outcome: Outcome, sound: usize, now: u64) {
        while !outcome.publish.is_empty() {
            let word = if self.write(&outcome.publish, sound) {
                published(&outcome)
            } else {
                DirectoryCommand::PublishFailed {}
            };
            outcome = self.object.turn(&word, now);
        }
    }

    fn second(&mut self, event: &Event, now: u64) {
        let command = match event {
            Event::Revoke(number) => {
                self.revoked.insert(*number, now);
                let id = format!("s{number}");
                revoke(&[Revocation {
                    kind: RevocationKind::Session,
                    id,
                    not_before: now,
                    until: now + 3_600,
                }])
            }
            _ => DirectoryCommand::Alarm {},
        };
        if matches!(event, Event::Revoke(_)) || self.object.alarm.is_some_and(|due| due <= now) {
            let outcome = self.object.turn(&command, now);
            match event {
                Event::Slow if !outcome.publish.is_empty() => self.slow = Some(outcome),
                Event::StoreFails(sound) => self.publish(outcome, *sound, now),
                Event::Killed(sound) => drop(self.write(&outcome.publish, *sound)),
                _ => self.publish(outcome, usize::MAX, now),
            }
        }
        if let Some(outcome) = self.slow.take_if(|_| !matches!(event, Event::Slow)) {
            self.publish(outcome, usize::MAX, now);
        }
        if let Event::Frozen(frozen) = event {
            self.frozen = frozen.then(|| self.object.store.clone());
        }
        let readable = !matches!(event, Event::Unreadable);
        let behind = if let Event::Behind(head, shards) = event { (*head, *shards) } else { (0, 0) };
        if readable && now >= self.read_at + LIST_REFRESH_AFTER {
            self.read_at = now;
            self.read(behind, now);
        }
    }

    /// Reads the list: the head at one place of the store, the shards at another.
    fn read(&mut self, (head, shards): (usize, usize), now: u64) {
        let state = |behind: usize| self.states[self.states.len().saturating_sub(1 + behind)].clone();
        let (of_head, of_shards) = (state(head), self.frozen.clone().unwrap_or_else(|| state(shards)));
        let mut isolate = self.isolate.borrow_mut();
        let _ = isolate.take_head(of_head.get("tenant/demo/revoked").map(String::as_str), at(now));
        for index in isolate.missing_shards() {
            let text = of_shards.get(&format!("tenant/demo/revoked/{index}")).map(String::as_str);
            let _ = isolate.take_shard(index, text);
        }
    }

    /// Whether the gate would go by the list, and by it admit a token of that session issued before it was revoked.
    fn admits(&self, number: u8, issued_at: u64, now: u64) -> bool {
        let isolate = self.isolate.borrow();
        let session = format!("s{number}");
        let names =
            TokenNames { token: "j", grant: None, session: Some(&session), subject: "ada", client: "shop" };
        let Knowledge::Listed(published_at) = isolate.knowledge() else { return false };
        let counts = at(now).since(published_at) <= list_max_age(0);
        counts && isolate.revoked(&names, at(issued_at)).is_none() && !isolate.could_hide(&names)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_list_that_counts_misses_what_was_revoked_a_bound_ago(events in prop::collection::vec(event(), 1..300)) {
        let mut world = World::new();
        for (second, event) in events.iter().enumerate() {
            let now = NOW + second as u64;
            world.second(event, now);
            for (number, revoked_at) in &world.revoked {
                if now >= revoked_at + revocation_bound(0) {
                    prop_assert!(!world.admits(*number, *revoked_at, now), "{number} in second {second}");
                }
            }
        }
    }

    #[test]
    fn no_head_names_a_version_that_was_not_written_before(events in prop::collection::vec(event(), 1..300)) {
        let mut world = World::new();
        for (second, event) in events.iter().enumerate() {
            world.second(event, NOW + second as u64);
        }
        for state in world.states.iter().filter(|state| state.contains_key("tenant/demo/revoked")) {
            let object = Object { store: state.clone(), ..Object::default() };
            for (index, named) in object.head().versions.into_iter().enumerate().filter(|(_, named)| *named > 0) {
                prop_assert!(object.shard(index).version >= named, "shard {index}");
            }
        }
    }

    #[test]
    fn after_every_fault_the_list_recovers(events in prop::collection::vec(event(), 1..200)) {
        let mut world = World::new();
        world.second(&Event::Revoke(0), NOW);
        for (second, event) in events.iter().enumerate() {
            world.second(event, NOW + 1 + second as u64);
        }
        world.frozen = None;
        let quiet = NOW + 1 + events.len() as u64;
        for second in 0..120 {
            world.second(&Event::Quiet, quiet + second);
        }
        let now = quiet + 120;
        let issued_later = now;
        prop_assert!(world.admits(0, issued_later, now));
        for (number, revoked_at) in &world.revoked {
            prop_assert!(!world.admits(*number, *revoked_at, now));
        }
    }
}
