//! What becomes of each answer of the directory.

use audgate::directory::{AuditEntry, Change, EntityKind, ManagementCommand, ManagementReply};
use audgate::vocabulary::SecretHash;
use audgate::vocabulary::json::Json;
use serde_json::{Value, json};

use super::{asked, by_management, delete, managed, orders, put};
use crate::support::issuer::{Call, Issuer, Reply, changed, entity};
use crate::support::tenant::NOW;
use crate::support::test;

/// The tenant says nothing of propagation, so 60 s; caches of 30 s, isolates of 10 s, 2 s until it is written.
const STALENESS: u64 = 112;
const RELIABLE_WITHIN: u64 = 114;

fn answered(call: Call, reply: ManagementReply) -> Reply {
    let reply = managed(&Issuer::new(), call, reply);
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
    reply
}

fn page(ids: &[&str], next: Option<&str>) -> ManagementReply {
    let items = ids.iter().map(|id| entity(&json!({ "user_id": id }))).collect();
    ManagementReply::Page { items, next: next.map(str::to_owned) }
}

#[test]
fn page_is_a_list_with_a_cursor_where_there_is_more() {
    let reply = answered(Call::get("/v1/users"), page(&["ada", "grace"], Some("grace")));
    let expected =
        json!({ "result": [{ "user_id": "ada" }, { "user_id": "grace" }], "next_cursor": "Z3JhY2U" });
    assert_eq!((reply.status, reply.json()), (200, expected));
    let reply = answered(Call::get("/v1/users"), page(&[], None));
    assert_eq!((reply.status, reply.json()), (200, json!({ "result": [] })));
}

#[test]
fn cursor_of_a_page_is_taken_for_the_next_one() {
    let issuer = Issuer::new();
    let first = managed(&issuer, Call::get("/v1/users"), page(&["a.b-c_d~e"], Some("a.b-c_d~e")));
    asked(&issuer);
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    by_management(&issuer, Call::get(&format!("/v1/users?cursor={cursor}")));
    let ManagementCommand::List { after, .. } = asked(&issuer).remove(0).command else { panic!("no list") };
    assert_eq!(after.as_deref(), Some("a.b-c_d~e"));
}

#[test]
fn one_is_shown_with_its_revision() {
    let found = ManagementReply::Found { entity: entity(&json!({ "resource_id": "orders" })) };
    for target in ["/v1/resources/orders", "/v1/resources/uri?resourceUri=https%3A%2F%2Fapi.example"] {
        let reply = answered(Call::get(target), found.clone());
        assert_eq!((reply.status, reply.header("etag")), (200, Some("\"7\"")));
        assert_eq!(reply.json(), json!({ "result": { "resource_id": "orders" } }));
    }
}

#[test]
fn members_stay_in_their_order() {
    let text = r#"{"result":{"user_id":"ada","email":"a@b.example","applications":[]}}"#;
    let value = Json::parse(br#"{"user_id":"ada","email":"a@b.example","applications":[]}"#, 4).unwrap();
    let found = ManagementReply::Found { entity: audgate::directory::Entity { value, revision: 1 } };
    assert_eq!(answered(Call::get("/v1/users/ada"), found).body, text);
}

#[test]
fn creation_is_201_with_its_place_and_when_it_is_reliable() {
    let reply = answered(Call::json("/v1/resources", &json!({})), orders());
    assert_eq!((reply.status, reply.header("etag")), (201, Some("\"7\"")));
    assert_eq!(reply.header("location"), Some("/v1/resources/orders"));
    let expected = json!({
        "result": { "resource_id": "orders", "name": "Orders" },
        "publication": { "version": 12, "reliable_within": RELIABLE_WITHIN },
    });
    assert_eq!(reply.json(), expected);
}

#[test]
fn place_of_what_was_created_is_told_by_its_own_identifier() {
    for (list, member) in
        [("applications", "app_id"), ("clients", "client_id"), ("roles", "role_id"), ("users", "user_id")]
    {
        let reply =
            answered(Call::json(&format!("/v1/{list}"), &json!({})), changed(&json!({ member: "x" }), 1));
        assert_eq!(reply.header("location"), Some(&*format!("/v1/{list}/x")));
    }
}

#[test]
fn change_is_200_with_what_it_came_to() {
    let assigned = put("/v1/clients/shop-server/resources", &json!({ "resource_ids": [] }));
    for call in [
        put("/v1/resources/orders", &json!({})),
        assigned,
        put("/v1/applications/shop/users/ada", &json!({})),
    ] {
        let reply = answered(call, orders());
        assert_eq!(
            (reply.status, reply.header("etag"), reply.header("location")),
            (200, Some("\"7\""), None)
        );
        assert_eq!(reply.json()["publication"], json!({ "version": 12, "reliable_within": RELIABLE_WITHIN }));
    }
}

#[test]
fn what_goes_is_204_without_a_body() {
    let deleted = || ManagementReply::Deleted { version: 12 };
    for (call, reply) in [
        (delete("/v1/resources/orders"), deleted()),
        (delete("/v1/roles/viewer"), deleted()),
        (delete("/v1/applications/shop/users/ada"), orders()),
        (delete("/v1/clients/shop-server/secrets/abc"), orders()),
    ] {
        let reply = answered(call, reply);
        assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    }
}

/// Has the directory answer a request for a client's secret as it would, and shows the answer and the secret's hash.
fn with_secret(call: &Call, kept: bool) -> (Reply, String) {
    let draw = || {
        let issuer = Issuer::new();
        let token = issuer.client_token(super::ADMIN);
        (issuer, token)
    };
    // The randomness of the tests is the same in every run, so a first run tells the hash.
    let (issuer, token) = draw();
    issuer.answer(&call.clone().bearer(&token));
    let hash = match asked(&issuer).remove(0).command {
        ManagementCommand::AddSecret { secret_hash, .. } => secret_hash,
        ManagementCommand::Create { secret_hash, .. } => secret_hash.unwrap(),
        other => panic!("{other:?}"),
    };
    let id: String = hash.trim_start_matches("sha256:").chars().take(10).collect();
    let own = if kept { id } else { "another---".to_owned() };
    let secrets = json!([{ "secret_id": "older-----" }, { "secret_id": own }]);
    let (issuer, token) = draw();
    issuer.directory_answers(changed(&json!({ "client_id": "shop-server", "secrets": secrets }), 12));
    (issuer.answer(&call.clone().bearer(&token)), hash)
}

#[test]
fn secret_is_shown_once_to_whoever_made_it() {
    let rotation = Call::get("/v1/clients/shop-server/secrets").method("POST");
    for call in [Call::json("/v1/clients", &json!({})), rotation] {
        let (reply, hash) = with_secret(&call, true);
        assert_eq!(reply.status, 201, "{reply:?}");
        let secret = reply.json()["result"]["client_secret"].as_str().unwrap().to_owned();
        assert_eq!(secret.len(), 43);
        assert_eq!(SecretHash::of(&secret).to_string(), hash);
        assert!(!reply.body.contains(&hash));
    }
}

#[test]
fn rotation_tells_the_secret_and_its_name() {
    let (reply, hash) = with_secret(&Call::get("/v1/clients/shop-server/secrets").method("POST"), true);
    let result = &reply.json()["result"];
    assert_eq!(result["secret_id"].as_str().unwrap(), &hash["sha256:".len()..][..10]);
    assert_eq!(result.as_object().unwrap().len(), 2);
}

#[test]
fn client_that_has_not_got_the_secret_is_shown_without() {
    for call in [
        Call::json("/v1/clients", &json!({})),
        Call { idempotency_key: Some("once"), ..Call::json("/v1/clients", &json!({})) },
        Call::get("/v1/clients/shop-server/secrets").method("POST"),
    ] {
        let (reply, _) = with_secret(&call, false);
        assert_eq!(reply.status, 201);
        assert!(!reply.body.contains("client_secret"), "{reply:?}");
    }
}

#[test]
fn reading_or_changing_a_client_shows_no_secret() {
    for call in [put("/v1/clients/shop-server", &json!({})), Call::get("/v1/clients/shop-server")] {
        let value = json!({ "client_id": "shop-server", "secrets": [{ "secret_id": "abc" }] });
        assert!(!answered(call, changed(&value, 1)).body.contains("client_secret"));
    }
}

#[test]
fn exported_document_is_the_body_itself() {
    let document = Json::parse(br#"{"tenant_id":"demo","issuer":"https://issuer.example"}"#, 8).unwrap();
    let reply = answered(Call::get("/v1/tenant"), ManagementReply::Document { document, revision: 41 });
    assert_eq!((reply.status, reply.header("etag")), (200, Some("\"41\"")));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.body, r#"{"tenant_id":"demo","issuer":"https://issuer.example"}"#);
}

fn imported() -> ManagementReply {
    let change = Change {
        action: "create".into(),
        kind: EntityKind::Role,
        id: "auditor".into(),
        before: None,
        after: Some(Json::Object(Vec::new())),
    };
    ManagementReply::Imported { changes: vec![change], version: 12 }
}

#[test]
fn import_tells_its_changes_and_a_plan_promises_no_publication() {
    let changes: Value = json!({ "changes": [
        { "action": "create", "kind": "role", "id": "auditor", "before": null, "after": {} },
    ] });
    let reply = answered(put("/v1/tenant", &json!({})), imported());
    let publication = json!({ "version": 12, "reliable_within": RELIABLE_WITHIN });
    assert_eq!(reply.json(), json!({ "result": changes, "publication": publication }));
    let planned = Call { query: "dry_run=true".into(), ..put("/v1/tenant", &json!({})) };
    assert_eq!(answered(planned, imported()).json(), json!({ "result": changes }));
}

#[test]
fn publication_says_when_it_can_be_relied_on() {
    for (pending, published_at, reliable_at) in
        [(0, NOW, json!(NOW + STALENESS)), (3, NOW, json!(null)), (0, 0, json!(null))]
    {
        let reply = ManagementReply::Publication { version: 12, pending, published_at, failures: 1 };
        let expected = json!({ "result": {
            "version": 12, "pending": pending, "published_at": published_at, "failures": 1, "reliable_at": reliable_at,
        } });
        assert_eq!(answered(Call::get("/v1/publication"), reply).json(), expected);
    }
}

#[test]
fn audit_log_is_a_list_whose_cursor_is_taken_again() {
    let entry = AuditEntry {
        audit_id: 41,
        at: NOW,
        client_id: Some("tenant-admin".into()),
        act: Some("grace".into()),
        action: "update".into(),
        kind: EntityKind::User,
        id: "ada".into(),
        before: None,
        after: Some(Json::Object(Vec::new())),
        request_id: "r".into(),
    };
    let issuer = Issuer::new();
    let reply = ManagementReply::Audit { entries: vec![entry], next: Some(41) };
    let reply = managed(&issuer, Call::get("/v1/audit"), reply);
    let expected = json!({
        "audit_id": 41, "at": NOW, "client_id": "tenant-admin", "act": "grace", "action": "update", "kind": "user",
        "id": "ada", "before": null, "after": {}, "request_id": "r",
    });
    assert_eq!((reply.status, &reply.json()["result"]), (200, &json!([expected])));
    asked(&issuer);
    let cursor = reply.json()["next_cursor"].as_str().unwrap().to_owned();
    by_management(&issuer, Call::get(&format!("/v1/audit?cursor={cursor}")));
    let ManagementCommand::Audit { before, .. } = asked(&issuer).remove(0).command else {
        panic!("no audit")
    };
    assert_eq!(before, Some(41));
}
