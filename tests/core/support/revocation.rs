//! Revocations, and lists of them as they are published.

use std::cell::RefCell;
use std::rc::Rc;

use audgate::revocation::{Head, Revocation, RevocationKind, Revocations, SHARDS, Shard};
use audgate::vocabulary::{TenantId, UnixTime};

use super::tenant::NOW;

pub(crate) fn tenant_id() -> TenantId {
    TenantId::parse("demo").unwrap()
}

pub(crate) fn at(seconds: u64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

/// A revocation of what was issued up to now.
pub(crate) fn revocation(kind: RevocationKind, id: &str) -> Revocation {
    Revocation { kind, id: id.to_owned(), not_before: NOW, until: NOW + 3_600 }
}

/// A list as an isolate has read it that was published at `published_at`.
pub(crate) fn list(entries: &[Revocation], published_at: u64) -> Rc<RefCell<Revocations>> {
    let mut list = Revocations::new(tenant_id());
    publish(&mut list, entries, &[], published_at);
    Rc::new(RefCell::new(list))
}

/// Has `list` read what is published at `published_at`, with those shards full.
pub(crate) fn publish(list: &mut Revocations, entries: &[Revocation], full: &[usize], published_at: u64) {
    let head = Head { published_at: at(published_at), versions: [published_at; SHARDS] };
    list.take_head(Some(&head.text(&tenant_id())), at(published_at)).unwrap();
    for index in 0..SHARDS {
        let entries = entries.iter().filter(|entry| entry.shard() == index).cloned().collect();
        let shard = Shard { version: published_at, full: full.contains(&index), entries };
        list.take_shard(index, Some(&shard.text(&tenant_id(), index))).unwrap();
    }
}
