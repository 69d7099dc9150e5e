//! The published list: what is read of it, what is not taken, and how old it is.

use audgate::revocation::{
    CACHE_TTL, HEARTBEAT, Head, Knowledge, LIST_REFRESH_AFTER, ListError, MAX_ENTRIES, OUTBOX_DELAY,
    Revocation, RevocationKind, Revocations, SHARDS, Shard, TokenNames, head_key, list_max_age,
    revocation_bound, shard_key,
};
use serde_json::{Value, json};

use crate::support::revocation::{at, publish, revocation, tenant_id};
use crate::support::tenant::NOW;
use crate::support::test;

const NAMES: TokenNames<'static> = TokenNames {
    token: "j1",
    grant: Some("g1"),
    session: Some("s1"),
    subject: "ada",
    client: "orders-backend",
};

fn fresh() -> Revocations {
    Revocations::new(tenant_id())
}

fn head(published_at: u64, versions: [u64; SHARDS]) -> String {
    Head { published_at: at(published_at), versions }.text(&tenant_id())
}

fn shard(index: usize, version: u64, entries: Vec<Revocation>) -> String {
    Shard { version, full: false, entries }.text(&tenant_id(), index)
}

/// The versions of a list of which only the shard `index` was ever written.
fn only(index: usize, version: u64) -> [u64; SHARDS] {
    let mut versions = [0; SHARDS];
    versions[index] = version;
    versions
}

#[test]
fn records_are_read_as_they_were_written() {
    let head = Head { published_at: at(NOW), versions: [1, 2, 3, 4, 5, 6, 7, 8] };
    assert_eq!(Head::parse(&head.text(&tenant_id()), &tenant_id(), at(NOW)), Ok(head));
    for kind in RevocationKind::ALL {
        let entry = revocation(kind, "x-1");
        let index = entry.shard();
        let shard = Shard { version: 7, full: false, entries: vec![entry] };
        assert_eq!(Shard::parse(&shard.text(&tenant_id(), index), &tenant_id(), index), Ok(shard));
    }
}

#[test]
fn records_have_the_documented_form() {
    assert_eq!(
        head(NOW, only(2, 9)),
        format!(r#"{{"v":1,"tenant_id":"demo","published_at":{NOW},"shards":[0,0,9,0,0,0,0,0]}}"#)
    );
    let entry = revocation(RevocationKind::Session, "s1");
    let index = entry.shard();
    assert_eq!(
        shard(index, 9, vec![entry]),
        format!(
            r#"{{"v":1,"tenant_id":"demo","shard":{index},"version":9,"full":false,"entries":[["sid","s1",{NOW},{}]]}}"#,
            NOW + 3_600
        )
    );
    assert_eq!(head_key(&tenant_id()), "tenant/demo/revoked");
    assert_eq!(shard_key(&tenant_id(), 3), "tenant/demo/revoked/3");
}

#[test]
fn a_shard_is_the_first_three_bits_of_the_hash_of_kind_and_name() {
    // By `printf sid:s1 | sha256sum` and so on.
    for (kind, id, expected) in SHARD_VECTORS {
        assert_eq!(revocation(kind, id).shard(), expected, "{kind:?} {id}");
    }
}

const SHARD_VECTORS: [(RevocationKind, &str, usize); 5] = [
    (RevocationKind::Token, "j1", 4),
    (RevocationKind::Grant, "g1", 7),
    (RevocationKind::Session, "s1", 5),
    (RevocationKind::Subject, "ada", 5),
    (RevocationKind::Client, "orders-backend", 5),
];

#[test]
fn heads_that_are_none_are_not_taken() {
    let good: Value = serde_json::from_str(&head(NOW, [1; SHARDS])).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut head = good.clone();
        change(&mut head);
        head.to_string()
    };
    for (text, expected) in [
        (String::new(), ListError::Broken),
        ("{}".to_owned(), ListError::Broken),
        ("null".to_owned(), ListError::Broken),
        (good.to_string().replace('}', ""), ListError::Broken),
        (good.to_string().replace(r#""v":1"#, r#""v":1,"v":1"#), ListError::Broken),
        (changed(&|head| head["v"] = json!(0)), ListError::Broken),
        (changed(&|head| head["v"] = json!("1")), ListError::Broken),
        (changed(&|head| head["v"] = json!(2)), ListError::LaterForm),
        (changed(&|head| head["more"] = json!(1)), ListError::Broken),
        (changed(&|head| head["tenant_id"] = json!("other")), ListError::Foreign),
        (changed(&|head| head["tenant_id"] = json!(1)), ListError::Broken),
        (changed(&|head| head["published_at"] = json!(-1)), ListError::Broken),
        (changed(&|head| head["published_at"] = json!(1.5)), ListError::Broken),
        (changed(&|head| head["published_at"] = json!(NOW + 61)), ListError::Future),
        (changed(&|head| head["published_at"] = json!(u64::MAX)), ListError::Broken),
        (changed(&|head| head["shards"] = json!([1, 1, 1, 1, 1, 1, 1])), ListError::Broken),
        (changed(&|head| head["shards"] = json!([1, 1, 1, 1, 1, 1, 1, 1, 1])), ListError::Broken),
        (changed(&|head| head["shards"] = json!([1, 1, 1, 1, 1, 1, 1, "1"])), ListError::Broken),
    ] {
        let mut list = fresh();
        assert_eq!(list.take_head(Some(&text), at(NOW)), Err(expected), "{text}");
        assert_eq!(list.knowledge(), Knowledge::Unread, "{text}");
    }
}

#[test]
fn shards_that_are_none_are_not_taken() {
    let entry = revocation(RevocationKind::Session, "s1");
    let index = entry.shard();
    let good: Value = serde_json::from_str(&shard(index, 5, vec![entry])).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut shard = good.clone();
        change(&mut shard);
        shard.to_string()
    };
    for (text, expected) in [
        (changed(&|shard| shard["v"] = json!(2)), ListError::LaterForm),
        (changed(&|shard| shard["tenant_id"] = json!("other")), ListError::Foreign),
        (changed(&|shard| shard["shard"] = json!((index + 1) % SHARDS)), ListError::Foreign),
        (changed(&|shard| shard["version"] = json!("5")), ListError::Broken),
        (changed(&|shard| shard["full"] = json!(0)), ListError::Broken),
        (changed(&|shard| shard["full"] = json!(null)), ListError::Broken),
        (changed(&|shard| shard["more"] = json!(null)), ListError::Broken),
        (changed(&|shard| shard["entries"] = json!({})), ListError::Broken),
        (changed(&|shard| shard["entries"][0][0] = json!("email")), ListError::Broken),
        (changed(&|shard| shard["entries"][0][1] = json!("")), ListError::Broken),
        (changed(&|shard| shard["entries"][0][1] = json!("x".repeat(129))), ListError::Broken),
        (changed(&|shard| shard["entries"][0][1] = json!(1)), ListError::Broken),
        (changed(&|shard| shard["entries"][0][2] = json!("now")), ListError::Broken),
        (changed(&|shard| shard["entries"][0] = json!(["sid", "s1", NOW])), ListError::Broken),
        (changed(&|shard| shard["entries"][0] = json!(["sid", "s1", NOW, NOW, NOW])), ListError::Broken),
        (
            changed(&|shard| shard["entries"][0] = json!(["sid", elsewhere(index), NOW, NOW])),
            ListError::Foreign,
        ),
        (
            changed(&|shard| shard["entries"] = json!(vec![shard["entries"][0].clone(); MAX_ENTRIES + 1])),
            ListError::Broken,
        ),
    ] {
        let mut list = fresh();
        list.take_head(Some(&head(NOW, only(index, 5))), at(NOW)).unwrap();
        assert_eq!(list.take_shard(index, Some(&text)), Err(expected), "{text:.200}");
        assert_eq!(list.knowledge(), Knowledge::Unread, "{text:.200}");
        assert_eq!(list.missing_shards(), [index]);
    }
}

/// The name of a session that falls into another shard than `index`.
fn elsewhere(index: usize) -> String {
    let names = (0..).map(|number| format!("s{number}"));
    names.into_iter().find(|name| revocation(RevocationKind::Session, name).shard() != index).unwrap()
}

#[test]
fn a_shard_that_there_is_none_of_is_foreign() {
    let text = shard(SHARDS, 5, Vec::new());
    assert_eq!(fresh().take_shard(SHARDS, Some(&text)), Err(ListError::Foreign));
}

#[test]
fn without_a_head_there_is_no_list() {
    let mut list = fresh();
    assert_eq!(list.knowledge(), Knowledge::Unread);
    list.take_head(None, at(NOW)).unwrap();
    assert_eq!(list.knowledge(), Knowledge::Unpublished(at(NOW)));
    list.take_head(None, at(NOW + 10)).unwrap();
    assert_eq!(list.knowledge(), Knowledge::Unpublished(at(NOW + 10)));
}

#[test]
fn a_list_that_begins_later_is_taken() {
    let mut list = fresh();
    list.take_head(None, at(NOW)).unwrap();
    publish(&mut list, &[], &[], NOW + 20);
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW + 20)));
}

#[test]
fn a_head_that_was_seen_and_is_missing_is_no_end_of_the_list() {
    let mut list = fresh();
    publish(&mut list, &[revocation(RevocationKind::Session, "s1")], &[], NOW);
    assert_eq!(list.take_head(None, at(NOW + 20)), Err(ListError::Missing));
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW)));
    assert_eq!(list.revoked(&NAMES, at(NOW)), Some(RevocationKind::Session));
}

#[test]
fn a_head_that_was_seen_before_its_shards_and_is_missing_is_no_missing_list() {
    let mut list = fresh();
    list.take_head(Some(&head(NOW, [1; SHARDS])), at(NOW)).unwrap();
    assert_eq!(list.take_head(None, at(NOW)), Err(ListError::Missing));
    assert_eq!(list.knowledge(), Knowledge::Unread);
}

#[test]
fn a_head_alone_is_a_list_where_no_shard_was_ever_written() {
    let mut list = fresh();
    list.take_head(Some(&head(NOW, [0; SHARDS])), at(NOW)).unwrap();
    assert_eq!(list.missing_shards(), [0; 0]);
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW)));
}

#[test]
fn a_list_counts_once_every_shard_that_its_head_names_is_there() {
    let mut list = fresh();
    list.take_head(Some(&head(NOW, [5; SHARDS])), at(NOW)).unwrap();
    for index in 0..SHARDS {
        assert_eq!(list.knowledge(), Knowledge::Unread);
        assert_eq!(list.missing_shards().len(), SHARDS - index);
        list.take_shard(index, Some(&shard(index, 5, Vec::new()))).unwrap();
    }
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW)));
}

#[test]
fn a_head_whose_shards_are_not_there_yet_does_not_make_the_list_younger() {
    let mut list = fresh();
    publish(&mut list, &[], &[], NOW);
    list.take_head(Some(&head(NOW + 10, [NOW + 10; SHARDS])), at(NOW + 10)).unwrap();
    list.take_shard(0, Some(&shard(0, NOW + 10, Vec::new()))).unwrap();
    assert_eq!(list.take_shard(1, Some(&shard(1, NOW - 1, Vec::new()))), Err(ListError::Older));
    assert_eq!(list.take_shard(2, None), Err(ListError::Missing));
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW)));
    assert_eq!(list.missing_shards(), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_shard_counts_at_once_even_before_the_others() {
    let entry = revocation(RevocationKind::Session, "s1");
    let index = entry.shard();
    let mut list = fresh();
    publish(&mut list, &[], &[], NOW);
    list.take_head(Some(&head(NOW + 10, [NOW + 10; SHARDS])), at(NOW + 10)).unwrap();
    list.take_shard(index, Some(&shard(index, NOW + 10, vec![entry]))).unwrap();
    assert_eq!(list.revoked(&NAMES, at(NOW)), Some(RevocationKind::Session));
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW)));
}

#[test]
fn a_shard_newer_than_the_head_completes_it_too() {
    let mut list = fresh();
    list.take_head(Some(&head(NOW, only(3, 5))), at(NOW)).unwrap();
    list.take_shard(3, Some(&shard(3, 9, Vec::new()))).unwrap();
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW)));
}

#[test]
fn an_older_list_never_replaces_a_newer_one() {
    let entry = revocation(RevocationKind::Session, "s1");
    let index = entry.shard();
    let mut list = fresh();
    publish(&mut list, &[entry], &[], NOW + 10);
    for text in [
        head(NOW, [NOW + 10; SHARDS]),
        head(NOW, [NOW; SHARDS]),
        head(NOW + 20, [NOW; SHARDS]),
        head(NOW + 20, only(index, NOW + 10)),
    ] {
        assert_eq!(list.take_head(Some(&text), at(NOW + 20)), Err(ListError::Older), "{text}");
    }
    assert_eq!(list.take_shard(index, Some(&shard(index, NOW, Vec::new()))), Err(ListError::Older));
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW + 10)));
    assert_eq!(list.revoked(&NAMES, at(NOW)), Some(RevocationKind::Session));
}

#[test]
fn a_store_that_answers_old_and_new_by_turns_only_goes_forward() {
    let entry = revocation(RevocationKind::Session, "s1");
    let index = entry.shard();
    let mut list = fresh();
    let mut newest = 0;
    for published_at in [NOW, NOW + 10, NOW, NOW + 10, NOW + 20, NOW + 10, NOW, NOW + 20] {
        let entries = if published_at > NOW { vec![entry.clone()] } else { Vec::new() };
        let _ = list.take_head(Some(&head(published_at, only(index, published_at))), at(NOW + 20));
        let _ = list.take_shard(index, Some(&shard(index, published_at, entries)));
        newest = newest.max(published_at);
        assert_eq!(list.knowledge(), Knowledge::Listed(at(newest)));
        assert_eq!(list.revoked(&NAMES, at(NOW)).is_some(), newest > NOW);
    }
}

#[test]
fn a_heartbeat_makes_the_list_younger_without_a_shard_being_read() {
    let mut list = fresh();
    publish(&mut list, &[], &[], NOW);
    list.take_head(Some(&head(NOW + 10, [NOW; SHARDS])), at(NOW + 10)).unwrap();
    assert_eq!(list.missing_shards(), [0; 0]);
    assert_eq!(list.knowledge(), Knowledge::Listed(at(NOW + 10)));
}

#[test]
fn a_token_is_revoked_by_each_of_its_names() {
    let names = ["j1", "g1", "s1", "ada", "orders-backend"];
    for (kind, name) in RevocationKind::ALL.into_iter().zip(names) {
        let mut list = fresh();
        publish(&mut list, &[revocation(kind, name)], &[], NOW);
        assert_eq!(list.revoked(&NAMES, at(NOW)), Some(kind), "{kind:?}");
        assert_eq!(list.revoked(&NAMES, at(NOW + 1)), None, "{kind:?}, issued later");
    }
}

#[test]
fn a_name_of_one_kind_is_none_of_another() {
    for kind in RevocationKind::ALL {
        for name in ["j1", "g1", "s1", "ada", "orders-backend"] {
            let mut list = fresh();
            publish(&mut list, &[revocation(kind, name)], &[], NOW);
            let own = RevocationKind::ALL.into_iter().zip(["j1", "g1", "s1", "ada", "orders-backend"]);
            let expected = own.filter(|own| *own == (kind, name)).map(|(kind, _)| kind).next();
            assert_eq!(list.revoked(&NAMES, at(NOW)), expected, "{kind:?} {name}");
        }
    }
}

#[test]
fn the_later_of_two_moments_counts() {
    let earlier = revocation(RevocationKind::Subject, "ada");
    let later = Revocation { not_before: NOW + 50, ..earlier.clone() };
    for entries in [[earlier.clone(), later.clone()], [later, earlier]] {
        let mut list = fresh();
        publish(&mut list, &entries, &[], NOW + 60);
        assert_eq!(list.revoked(&NAMES, at(NOW + 50)), Some(RevocationKind::Subject));
        assert_eq!(list.revoked(&NAMES, at(NOW + 51)), None);
    }
}

#[test]
fn what_has_left_the_list_is_forgotten() {
    let mut list = fresh();
    publish(&mut list, &[revocation(RevocationKind::Session, "s1")], &[], NOW);
    publish(&mut list, &[], &[], NOW + 3_600);
    assert_eq!(list.revoked(&NAMES, at(NOW)), None);
}

#[test]
fn a_full_shard_could_hide_a_revocation_of_what_falls_into_it() {
    for index in 0..SHARDS {
        let mut list = fresh();
        publish(&mut list, &[], &[index], NOW);
        let own = RevocationKind::ALL.into_iter().zip(["j1", "g1", "s1", "ada", "orders-backend"]);
        let falls_into_it = own.map(|(kind, id)| revocation(kind, id).shard()).any(|shard| shard == index);
        assert_eq!(list.could_hide(&NAMES), falls_into_it, "{index}");
    }
}

#[test]
fn a_shard_that_is_no_longer_full_hides_nothing() {
    let mut list = fresh();
    publish(&mut list, &[], &[0, 1, 2, 3, 4, 5, 6, 7], NOW);
    assert!(list.could_hide(&NAMES));
    publish(&mut list, &[], &[], NOW + 10);
    assert!(!list.could_hide(&NAMES));
}

#[test]
fn the_bound_is_the_sum_of_what_delays_a_revocation() {
    for propagation in [0, 60, 600] {
        let sum = OUTBOX_DELAY + HEARTBEAT + propagation + CACHE_TTL + LIST_REFRESH_AFTER;
        assert_eq!(revocation_bound(propagation), sum);
        assert_eq!(list_max_age(propagation), sum - OUTBOX_DELAY);
    }
}

#[test]
fn where_the_store_is_quick_the_bound_is_below_a_minute() {
    assert_eq!(revocation_bound(0), 52);
}
