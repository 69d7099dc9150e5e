//! From a document to the entries of the key-value store, and back.

use audgate::config::{Client, LAST_KNOWN_GOOD_BOUND, Tenant, TenantDocument, User};
use audgate::directory::publication::{Publication, publish};
use audgate::vocabulary::{TenantId, UnixTime};
use serde_json::{Value, json};

use super::builder::{accepted, push, remove};
use crate::support::test;

const NOW: u64 = 1_800_000_000;
/// How long a version may still be used after the next: what an isolate keeps, and five minutes.
const STALE: u64 = LAST_KNOWN_GOOD_BOUND + 300;

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

fn tenant(publication: &Publication) -> Tenant {
    Tenant::parse(&publication.entries[0].value, &TenantId::parse("acme").unwrap()).unwrap()
}

fn with_lifetime(seconds: u64) -> TenantDocument {
    accepted(|document| {
        document["resources"][0]["access_token_ttl"] = json!(seconds);
        document["default_resource"]["access_token_ttl"] = json!(seconds);
    })
}

fn longest(publication: &Publication) -> (u64, Option<u64>) {
    let tenant = tenant(publication);
    let of = |resource: &audgate::config::ProtectedResource| {
        let until = resource.longest_until().map(UnixTime::seconds);
        (resource.longest_access_token_lifetime().seconds(), until)
    };
    let orders = of(&tenant.resources()[0]);
    assert_eq!(orders, of(tenant.default_resource()));
    orders
}

#[test]
fn the_tenant_comes_first_then_its_clients_and_users_then_its_hosts() {
    let publication = publish(&accepted(|_| {}), at(NOW), None);
    let keys: Vec<&str> = publication.entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "tenant/acme",
            "tenant/acme/client/shop-backend",
            "tenant/acme/client/console",
            "tenant/acme/user/u1",
            &format!("tenant/acme/email/{}", User::email_key("ADA@acme.example")),
            "host/login.acme.example"
        ]
    );
    assert_eq!(publication.entries[4].value, "u1");
    assert_eq!(publication.entries[5].value, "acme");
}

#[test]
fn the_record_of_a_tenant_has_no_clients_and_no_users() {
    let document = accepted(|document| document["$schema"] = json!("https://audgate.example/schema.json"));
    let publication = publish(&document, at(NOW), None);
    let record: Value = serde_json::from_str(&publication.entries[0].value).unwrap();
    for member in ["$schema", "applications", "clients", "users"] {
        assert!(record.get(member).is_none(), "{member}");
    }
    assert!(!publication.entries[0].value.contains("sha256:"));
    assert!(!publication.entries[0].value.contains("ada@acme.example"));
}

#[test]
fn what_is_published_can_be_read_again() {
    let document = accepted(|document| {
        remove(document, "default_resource");
        push(&mut document["hosts"], json!("id.acme.example"));
    });
    let publication = publish(&document, at(NOW), None);
    let tenant = tenant(&publication);
    assert_eq!(tenant.version(), NOW);
    assert_eq!(tenant.published_at(), at(NOW));
    assert_eq!(tenant.issuer(), document.tenant().issuer());
    assert_eq!(tenant.resources().len(), document.tenant().resources().len());
    for (entry, original) in publication.entries[1..3].iter().zip(document.clients()) {
        let client = Client::parse(&entry.value, tenant.id()).unwrap();
        assert_eq!(client.id(), original.id());
        assert_eq!(client.version(), NOW);
        assert_eq!(client.is_management(), original.is_management());
        assert_eq!(client.assignments(), original.assignments());
    }
}

#[test]
fn the_version_is_the_time_and_never_goes_back() {
    let document = accepted(|_| {});
    let first = publish(&document, at(NOW), None);
    assert_eq!(first.version, NOW);
    let second = publish(&document, at(NOW), Some(&tenant(&first)));
    assert_eq!(second.version, NOW + 1);
    // The clock was set back.
    let third = publish(&document, at(NOW - 1_000), Some(&tenant(&second)));
    assert_eq!(third.version, NOW + 2);
    let fourth = publish(&document, at(NOW + 60), Some(&tenant(&third)));
    assert_eq!(fourth.version, NOW + 60);
}

#[test]
fn a_lengthened_lifetime_is_the_longest_at_once() {
    let first = publish(&with_lifetime(300), at(NOW), None);
    let second = publish(&with_lifetime(3_600), at(NOW + 10), Some(&tenant(&first)));
    assert_eq!(longest(&second), (3_600, None));
}

#[test]
fn a_shortened_lifetime_leaves_room_for_tokens_that_are_still_alive() {
    let first = publish(&with_lifetime(3_600), at(NOW), None);
    assert_eq!(longest(&first), (3_600, None));
    let shortened = NOW + 100;
    let second = publish(&with_lifetime(60), at(shortened), Some(&tenant(&first)));
    let until = shortened + 3_600 + STALE;
    assert_eq!(longest(&second), (3_600, Some(until)));
    // Another publication neither prolongs nor shortens it.
    let third = publish(&with_lifetime(60), at(shortened + 50), Some(&tenant(&second)));
    assert_eq!(longest(&third), (3_600, Some(until)));
    let last = publish(&with_lifetime(60), at(until - 1), Some(&tenant(&third)));
    assert_eq!(longest(&last), (3_600, Some(until)));
    let over = publish(&with_lifetime(60), at(until), Some(&tenant(&last)));
    assert_eq!(longest(&over), (60, None));
}

#[test]
fn a_lifetime_shortened_twice_keeps_the_longest_for_as_long_as_any() {
    let first = publish(&with_lifetime(3_600), at(NOW), None);
    let second = publish(&with_lifetime(600), at(NOW + 10), Some(&tenant(&first)));
    let third = publish(&with_lifetime(60), at(NOW + 20), Some(&tenant(&second)));
    assert_eq!(longest(&third), (3_600, Some(NOW + 10 + 3_600 + STALE)));
    let late = NOW + 10 + 3_600 + STALE - 1;
    let fourth = publish(&with_lifetime(30), at(late), Some(&tenant(&second)));
    assert_eq!(longest(&fourth), (3_600, Some(late + 600 + STALE)));
}

#[test]
fn a_new_resource_has_no_past() {
    let first = publish(&with_lifetime(3_600), at(NOW), None);
    let renamed = accepted(|document| {
        let text = document.to_string().replace("\"orders\"", "\"purchases\"");
        *document = serde_json::from_str(&text).unwrap();
        document["resources"][0]["access_token_ttl"] = json!(60);
    });
    let second = publish(&renamed, at(NOW + 10), Some(&tenant(&first)));
    assert_eq!(tenant(&second).resources()[0].longest_access_token_lifetime().seconds(), 60);
}

#[test]
fn another_tenants_publication_is_not_the_one_before() {
    let other = accepted(|document| document["tenant_id"] = json!("other"));
    let first = publish(&other, at(NOW + 1_000), None);
    let other = Tenant::parse(&first.entries[0].value, &TenantId::parse("other").unwrap()).unwrap();
    assert_eq!(publish(&accepted(|_| {}), at(NOW), Some(&other)).version, NOW);
}
