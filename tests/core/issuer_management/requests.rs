//! What the directory is asked for each request, and what is refused before that.

use audgate::directory::{EntityKind, ManagementCommand};
use audgate::vocabulary::json::Json;
use audgate::vocabulary::{ApplicationId, Secret, UserId};
use serde_json::{Value, json};

use super::{asked, by_management, commanded, delete, orders, put};
use crate::support::issuer::{Call, Issuer, Reply};
use crate::support::test;

fn value(json: &Value) -> Json {
    Json::parse(json.to_string().as_bytes(), 16).unwrap()
}

/// What the directory is asked for `call`.
#[track_caller]
fn command_of(call: Call) -> ManagementCommand {
    let issuer = Issuer::new();
    by_management(&issuer, call);
    commanded(&issuer)
}

/// Refuses `call`, whose caller is in order, without asking the directory.
#[track_caller]
fn refuses(call: Call, status: u16, code: &str, reason: &str) -> Reply {
    let issuer = Issuer::new();
    let reply = by_management(&issuer, call);
    reply.refused_by_management(status, code, reason);
    assert!(asked(&issuer).is_empty());
    reply
}

fn list(kind: EntityKind) -> ManagementCommand {
    ManagementCommand::List {
        kind,
        app_id: None,
        application_kind: None,
        search: None,
        after: None,
        limit: 50,
    }
}

#[test]
fn lists_are_asked_for_by_kind() {
    for (path, kind) in [
        ("/v1/resources", EntityKind::Resource),
        ("/v1/applications", EntityKind::Application),
        ("/v1/clients", EntityKind::Client),
        ("/v1/roles", EntityKind::Role),
        ("/v1/users", EntityKind::User),
    ] {
        assert_eq!(command_of(Call::get(path)), list(kind), "{path}");
    }
}

#[test]
fn list_goes_on_where_the_last_page_ended() {
    let command = command_of(Call::get("/v1/clients?limit=100&cursor=c2hvcC13ZWI&search=a%20b&app_id=shop"));
    let shop = ApplicationId::parse("shop").unwrap();
    let expected = ManagementCommand::List {
        kind: EntityKind::Client,
        app_id: Some(shop),
        application_kind: None,
        search: Some("a b".to_owned()),
        after: Some("shop-web".to_owned()),
        limit: 100,
    };
    assert_eq!(command, expected);
}

#[test]
fn users_of_an_application_and_management_applications_are_lists() {
    let shop = ApplicationId::parse("shop").unwrap();
    let ManagementCommand::List { kind, app_id, .. } = command_of(Call::get("/v1/applications/shop/users"))
    else {
        panic!("no list");
    };
    assert_eq!((kind, app_id), (EntityKind::User, Some(shop)));
    let ManagementCommand::List { kind, application_kind, .. } =
        command_of(Call::get("/v1/management/applications"))
    else {
        panic!("no list");
    };
    assert_eq!((kind, application_kind.as_deref()), (EntityKind::Application, Some("management")));
}

#[test]
fn queries_are_read_strictly() {
    for target in [
        "/v1/users?limit=0",
        "/v1/users?limit=101",
        "/v1/users?limit=-1",
        "/v1/users?limit=%2B5",
        "/v1/users?limit=05",
        "/v1/users?limit=5.0",
        "/v1/users?limit=1&limit=2",
        "/v1/users?colour=red",
        "/v1/users?colour",
        "/v1/users?%zz",
        "/v1/users?search=%ff",
        "/v1/users?app_id=a%20b",
        "/v1/roles?app_id=shop",
        "/v1/applications/shop/users?app_id=shop",
        "/v1/users/ada?limit=1",
        "/v1/sessions/ada?limit=1",
        "/v1/keys?limit=1",
        "/v1/publication?limit=1",
        "/v1/tenant?dry_run=true",
        "/v1/resources/uri",
        "/v1/resources/uri?resourceUri=",
        "/v1/resources/uri?resourceuri=x",
        "/v1/audit?kind=session",
        "/v1/audit?id=%2F",
        "/v1/explain",
        "/v1/explain?client_id=shop-server&user_id=%2F",
        "/v1/explain?client_id=shop-server&scope=%20",
        "/v1/explain?client_id=shop-server&limit=1",
    ] {
        refuses(Call::get(target), 400, "invalid_request", "invalid_request");
    }
    refuses(
        Call { query: "limit=1".into(), ..Call::json("/v1/users", &json!({})) },
        400,
        "invalid_request",
        "invalid_request",
    );
    refuses(
        Call { query: "dry_run=1".into(), ..put("/v1/tenant", &json!({})) },
        400,
        "invalid_request",
        "invalid_request",
    );
    refuses(
        Call { query: "x=1".into(), ..delete("/v1/users/ada") },
        400,
        "invalid_request",
        "invalid_request",
    );
}

#[test]
fn search_is_bounded() {
    let target = |length: usize| format!("/v1/users?search={}", "a".repeat(length));
    refuses(Call::get(&target(255)), 400, "invalid_request", "invalid_request");
    command_of(Call::get(&target(254)));
}

#[test]
fn broken_cursors_are_400() {
    for cursor in ["x", "c2hvcC13ZWI=", "c2hvcC13ZWJ", "_w", "YS9i", "Lg", "%20", "null"] {
        refuses(Call::get(&format!("/v1/users?cursor={cursor}")), 400, "invalid_request", "invalid_request");
    }
    // Of the audit log a cursor stands for a number.
    for cursor in ["YWRh", "MDc", "KzE"] {
        refuses(Call::get(&format!("/v1/audit?cursor={cursor}")), 400, "invalid_request", "invalid_request");
    }
}

#[test]
fn resource_is_found_by_its_uri_as_it_was_spelt() {
    let command =
        command_of(Call::get("/v1/resources/uri?resourceUri=https%3A%2F%2FAPI.example%2Forders%2F"));
    assert_eq!(command, ManagementCommand::ReadByUri { uri: "https://API.example/orders/".to_owned() });
}

#[test]
fn creation_has_a_fresh_identifier_each_time() {
    let issuer = Issuer::new();
    let body = json!({ "name": "Orders" });
    for _ in 0..2 {
        by_management(&issuer, Call::json("/v1/resources", &body));
    }
    let ids: Vec<String> = asked(&issuer)
        .into_iter()
        .map(|request| match request.command {
            ManagementCommand::Create { kind: EntityKind::Resource, value: sent, fresh_id, secret_hash } => {
                assert_eq!((sent, secret_hash), (value(&body), None));
                fresh_id
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(ids[0].len() == 22 && ids[0] != ids[1], "{ids:?}");
}

#[test]
fn client_is_offered_a_secret_of_256_bits_of_which_the_directory_sees_the_hash() {
    let ManagementCommand::Create { secret_hash, .. } = command_of(Call::json("/v1/clients", &json!({})))
    else {
        panic!("no creation");
    };
    assert!(secret_hash.unwrap().starts_with("sha256:"));
    let path = "/v1/clients/shop-server/secrets";
    let issuer = Issuer::new();
    issuer.directory_answers(orders());
    let reply = by_management(&issuer, Call::get(path).method("POST"));
    let ManagementCommand::AddSecret { client_id, secret_hash } = commanded(&issuer) else {
        panic!("no secret");
    };
    assert_eq!(client_id, "shop-server");
    assert!(!reply.body.contains(&secret_hash), "{reply:?}");
    assert_eq!(Secret::new(Vec::new()).hash().to_string().len(), secret_hash.len());
}

#[test]
fn changes_are_passed_on_as_they_were_sent() {
    let body =
        json!({ "name": "Orders", "description": null, "rules": [{ "methods": ["GET"], "path": "/**" }] });
    let expected = ManagementCommand::Update {
        kind: EntityKind::Resource,
        id: "orders".to_owned(),
        value: value(&body),
    };
    assert_eq!(command_of(put("/v1/resources/orders", &body)), expected);
    let expected = ManagementCommand::Delete { kind: EntityKind::Role, id: "viewer".to_owned() };
    assert_eq!(command_of(delete("/v1/roles/viewer")), expected);
    let expected = ManagementCommand::RemoveSecret {
        client_id: "shop-server".to_owned(),
        secret_id: "AbC-_0".to_owned(),
    };
    assert_eq!(command_of(delete("/v1/clients/shop-server/secrets/AbC-_0")), expected);
}

#[test]
fn users_are_assigned_and_taken_out_of_applications() {
    let path = "/v1/applications/shop/users/paul";
    for (call, assigned) in
        [(put(path, &json!({})), true), (Call::get(path).method("PUT"), true), (delete(path), false)]
    {
        let app_id = ApplicationId::parse("shop").unwrap();
        let user_id = UserId::parse("paul").unwrap().to_string();
        assert_eq!(command_of(call), ManagementCommand::AssignUser { app_id, user_id, assigned });
    }
    refuses(put(path, &json!({ "role_ids": [] })), 400, "invalid_request", "invalid_request");
}

#[test]
fn assigning_resources_takes_their_identifiers_only() {
    let path = "/v1/clients/shop-server/resources";
    let resource_ids = vec!["orders".to_owned(), "profile".to_owned()];
    let expected = ManagementCommand::AssignResources { client_id: "shop-server".to_owned(), resource_ids };
    assert_eq!(command_of(put(path, &json!({ "resource_ids": ["orders", "profile"] }))), expected);
    for body in [
        json!({}),
        json!({ "resource_ids": null }),
        json!({ "resource_ids": "orders" }),
        json!({ "resource_ids": [1] }),
        json!({ "resource_ids": [["orders"]] }),
        json!({ "resource_ids": [], "scopes": [] }),
        json!([]),
    ] {
        refuses(put(path, &body), 400, "invalid_request", "invalid_request");
    }
}

#[test]
fn document_is_passed_on_as_text() {
    let document = "{ \"tenant_id\": \"demo\", \"tenant_id\": 1 }";
    for (query, dry_run) in [("", false), ("dry_run=false", false), ("dry_run=true", true)] {
        let call =
            Call { query: query.to_owned(), body: document.to_owned(), ..put("/v1/tenant", &json!({})) };
        assert_eq!(command_of(call), ManagementCommand::Import { document: document.to_owned(), dry_run });
    }
    assert_eq!(command_of(Call::get("/v1/tenant")), ManagementCommand::Export {});
    assert_eq!(command_of(Call::get("/v1/publication")), ManagementCommand::Publication {});
}

#[test]
fn directory_is_told_what_the_deployment_has_published() {
    let issuer = Issuer::new();
    issuer.host.directory_answers.borrow_mut().push_back(orders());
    by_management(&issuer, Call::get("/v1/tenant"));
    let [asked] = &asked(&issuer)[..] else { panic!("one request") };
    let deployment = asked.deployment.as_ref().unwrap();
    assert_eq!((deployment.issuer.as_str(), deployment.hosts.len()), ("https://issuer.example", 1));
    assert_eq!(asked.published_version, issuer.tenant.version());
}

#[test]
fn refresh_tokens_are_revoked_by_a_request_without_a_body() {
    let call = Call::get("/v1/tenant/refresh-tokens/revocation").method("POST");
    assert_eq!(command_of(call.clone()), ManagementCommand::RevokeRefreshTokens {});
    refuses(Call { body: "{\"x\":1}".to_owned(), ..call }, 400, "invalid_request", "invalid_request");
}

#[test]
fn audit_log_is_asked_for_what_one_looks_for() {
    let expected = ManagementCommand::Audit {
        kind: Some(EntityKind::User),
        id: Some("ada".to_owned()),
        before: Some(41),
        limit: 10,
    };
    let command = command_of(Call::get("/v1/audit?kind=user&id=ada&cursor=NDE&limit=10"));
    assert_eq!(command, expected);
}

#[test]
fn bodies_are_strict_json_objects() {
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{}x",
        "{\"name\":1,\"name\":2}",
        "{\"name\":\"\\ud800\"}",
        "\u{feff}{}",
        "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{}}}}}}}}}",
    ] {
        for call in [Call::json("/v1/roles", &json!({})), put("/v1/roles/viewer", &json!({}))] {
            let call = Call { body: body.to_owned(), ..call };
            refuses(call, 400, "invalid_request", "invalid_request");
        }
    }
}

#[test]
fn content_type_is_json() {
    for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
        for call in [Call::json("/v1/roles", &json!({})), put("/v1/tenant", &json!({}))] {
            let call = Call { content_type, ..call };
            refuses(call, 415, "unsupported_media_type", "wrong_content_type");
        }
    }
    let call =
        Call { content_type: Some("Application/JSON; charset=utf-8"), ..Call::json("/v1/roles", &json!({})) };
    command_of(call);
}

#[test]
fn bodies_have_their_lengths() {
    let body = |length: usize| json!({ "name": "x".repeat(length - 11) });
    assert_eq!(body(100).to_string().len(), 100);
    command_of(Call::json("/v1/roles", &body(256 * 1_024)));
    refuses(Call::json("/v1/roles", &body(256 * 1_024 + 1)), 413, "body_too_long", "body_too_long");
    command_of(put("/v1/tenant", &body(4 * 1_024 * 1_024)));
    refuses(put("/v1/tenant", &body(4 * 1_024 * 1_024 + 1)), 413, "body_too_long", "body_too_long");
}

#[test]
fn other_methods_are_405_without_a_token() {
    let issuer = Issuer::new();
    for (path, allowed) in [
        ("/v1/resources", "GET, POST"),
        ("/v1/resources/uri", "GET"),
        ("/v1/resources/orders", "GET, PUT, DELETE"),
        ("/v1/applications/shop/users", "GET"),
        ("/v1/applications/shop/users/ada", "PUT, DELETE"),
        ("/v1/management/applications", "GET"),
        ("/v1/clients/shop-server/resources", "PUT"),
        ("/v1/clients/shop-server/secrets", "POST"),
        ("/v1/clients/shop-server/secrets/x", "DELETE"),
        ("/v1/users/ada", "GET, PUT, DELETE"),
        ("/v1/sessions/ada", "GET, DELETE"),
        ("/v1/sessions/ada/s1", "DELETE"),
        ("/v1/keys", "GET, POST"),
        ("/v1/keys/k1", "PUT"),
        ("/v1/audit", "GET"),
        ("/v1/tenant", "GET, PUT"),
        ("/v1/tenant/refresh-tokens/revocation", "POST"),
        ("/v1/publication", "GET"),
        ("/v1/explain", "GET"),
    ] {
        for method in ["PATCH", "HEAD", "OPTIONS"] {
            let reply = issuer.answer(&Call::get(path).method(method));
            assert_eq!((reply.status, reply.header("allow")), (405, Some(allowed)), "{method} {path}");
        }
    }
}

#[test]
fn paths_that_are_none_are_nobodys() {
    let issuer = Issuer::new();
    for path in [
        "/v1/",
        "/v1/resources/",
        "/v1/users/a%2Fb",
        "/v1/users/..",
        "/v1/users/ada/",
        "/v1/users/ada/roles",
        "/v1/sessions",
        "/v1/sessions/ada/s1/x",
        "/v1/management",
        "/v1/tenants",
        "/v1/Users",
        "/v1/openapi.json",
    ] {
        assert!(issuer.answer_if_ours(&Call::get(path)).is_none(), "{path}");
    }
}

#[test]
fn no_refusal_repeats_what_was_sent() {
    let secret = "Canary-0123456789";
    for call in [
        Call::get(&format!("/v1/users?limit={secret}")),
        Call::get(&format!("/v1/users?{secret}=1")),
        Call::get(&format!("/v1/users?cursor={secret}")),
        Call::get(&format!("/v1/audit?kind={secret}")),
        Call::get(&format!("/v1/explain?client_id={secret}")),
        Call { body: format!("{{\"{secret}\""), ..Call::json("/v1/clients", &json!({})) },
        put("/v1/clients/shop-server/resources", &json!({ secret: 1 })),
        put("/v1/clients/shop-server/resources", &json!({ "resource_ids": [{ secret: 1 }] })),
        Call { body: secret.to_owned(), ..Call::get("/v1/clients/shop-server/secrets").method("POST") },
    ] {
        let issuer = Issuer::new();
        let reply = by_management(&issuer, call);
        assert!(reply.status >= 400 && !format!("{reply:?}").contains(secret), "{reply:?}");
    }
}
