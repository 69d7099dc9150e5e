//! Who may: every path and method, for everybody who could ask.

use audgate::directory::{Actor, ManagementRefusal, ManagementReply};
use audgate::vocabulary::{ApplicationId, ClientId};
use serde_json::json;

use super::{ADMIN, asked, by_management, delete, put};
use crate::support::issuer::{Call, Issuer, Reply, entity};
use crate::support::login::{Browser, authorization_request, redemption, text};
use crate::support::shop::{PARTNER, SERVER};
use crate::support::tenant::ISSUER;
use crate::support::test;
use crate::support::token::Token;

/// Every cell of the table.
fn calls() -> Vec<Call> {
    let mut calls = Vec::new();
    for list in ["resources", "applications", "clients", "roles", "users"] {
        calls.push(Call::get(&format!("/v1/{list}")));
        calls.push(Call::json(&format!("/v1/{list}"), &json!({})));
    }
    for one in ["resources/orders", "applications/shop", "clients/shop-server", "roles/viewer", "users/ada"] {
        let path = format!("/v1/{one}");
        calls.extend([Call::get(&path), put(&path, &json!({})), delete(&path)]);
    }
    calls.extend([
        Call::get("/v1/resources/uri?resourceUri=https%3A%2F%2Fapi.example%2Forders"),
        Call::get("/v1/applications/shop/users"),
        put("/v1/applications/shop/users/ada", &json!({})),
        delete("/v1/applications/shop/users/ada"),
        Call::get("/v1/management/applications"),
        put("/v1/clients/shop-server/resources", &json!({ "resource_ids": ["orders"] })),
        Call::get("/v1/clients/shop-server/secrets").method("POST"),
        delete("/v1/clients/shop-server/secrets/abc"),
        Call::get("/v1/sessions/ada"),
        delete("/v1/sessions/ada"),
        delete("/v1/sessions/ada/s1"),
        Call::get("/v1/keys"),
        Call::json("/v1/keys", &json!({ "algorithm": "ES256" })),
        put("/v1/keys/k1", &json!({ "state": "current" })),
        Call::get("/v1/audit"),
        Call::get("/v1/tenant"),
        put("/v1/tenant", &json!({})),
        Call::get("/v1/tenant/refresh-tokens/revocation").method("POST"),
        Call::get("/v1/publication"),
        Call::get("/v1/explain?client_id=shop-server"),
    ]);
    calls
}

fn cell(call: &Call) -> String {
    format!("{} {}", call.method, call.path)
}

/// The cells that let this token in.
fn open_to(issuer: &Issuer, token: &str) -> Vec<String> {
    let lets_in = |call: &Call| {
        let reply = issuer.answer(&call.clone().bearer(token));
        assert_eq!(reply.reason == Some("wrong_subject"), reply.status == 403, "{} {reply:?}", cell(call));
        assert_ne!(reply.status, 401, "{} {reply:?}", cell(call));
        reply.status != 403
    };
    calls().iter().filter(|call| lets_in(call)).map(cell).collect()
}

#[test]
fn r18_management_reaches_every_cell() {
    let issuer = Issuer::new();
    let all: Vec<String> = calls().iter().map(cell).collect();
    assert_eq!(open_to(&issuer, &issuer.client_token(ADMIN)), all);
}

#[test]
fn r17_client_reads_its_own_application_and_nothing_else() {
    let issuer = Issuer::new();
    let open = open_to(&issuer, &issuer.client_token(SERVER));
    assert_eq!(
        open,
        [
            "GET /v1/applications",
            "GET /v1/users",
            "GET /v1/applications/shop",
            "GET /v1/users/ada",
            "GET /v1/applications/shop/users",
            "GET /v1/sessions/ada",
        ]
    );
}

#[test]
fn r17_client_of_another_application_reads_only_what_the_directory_confines_to_its_own() {
    let issuer = Issuer::new();
    let open = open_to(&issuer, &issuer.client_token(PARTNER));
    assert_eq!(open, ["GET /v1/applications", "GET /v1/users", "GET /v1/users/ada"]);
    let own = ApplicationId::parse("partners").unwrap();
    assert!(asked(&issuer).iter().all(|request| request.reach.as_ref() == Some(&own)));
}

#[test]
fn r21_users_token_opens_nothing() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).without("resource").with("scope", "openid");
    let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    let token = text(&issuer.token(SERVER, &redemption(&code)).granted(), "access_token");
    assert!(open_to(&issuer, &token).is_empty());
    assert!(asked(&issuer).is_empty());
}

#[track_caller]
fn refuses_all(issuer: &Issuer, authorization: Option<&str>, status: u16) {
    for call in calls() {
        let reply = issuer.answer(&Call { authorization: authorization.map(str::to_owned), ..call.clone() });
        assert_eq!(reply.status, status, "{} {reply:?}", cell(&call));
    }
    assert!(asked(issuer).is_empty());
    assert!(issuer.objects().is_empty());
}

#[test]
fn nobody_reaches_the_directory_before_it_is_known_who_asks() {
    let issuer = Issuer::new();
    refuses_all(&issuer, None, 401);
    refuses_all(&issuer, Some("Bearer"), 401);
    refuses_all(&issuer, Some("Bearer x.y.z"), 401);
    refuses_all(&issuer, Some("Basic dGVuYW50LWFkbWluOng"), 401);
    let expired = Token::of_management().with("aud", json!(ISSUER)).with("exp", json!(1));
    refuses_all(&issuer, Some(&format!("Bearer {}", expired.compact())), 401);
    let elsewhere = Token::of_management();
    refuses_all(&issuer, Some(&format!("Bearer {}", elsewhere.compact())), 401);
    let other_tenant = Token::of_management().with("aud", json!(ISSUER)).with("tid", json!("other"));
    refuses_all(&issuer, Some(&format!("Bearer {}", other_tenant.compact())), 401);
}

#[test]
fn token_of_management_whose_application_is_none_any_more_opens_nothing() {
    let mut issuer = Issuer::new();
    let token = issuer.client_token(ADMIN);
    issuer.republish(|document| document["applications"][2]["kind"] = json!("application"));
    assert!(open_to(&issuer, &token).is_empty());
}

#[test]
fn token_of_a_client_that_became_managements_opens_nothing() {
    let issuer = Issuer::new();
    let token = Token::of_client()
        .with("sub", json!(ADMIN))
        .with("client_id", json!(ADMIN))
        .with("app_id", json!("admin"))
        .with("aud", json!(ISSUER))
        .without("scope");
    assert!(open_to(&issuer, &token.compact()).is_empty());
}

#[test]
fn token_of_a_client_that_is_gone_is_refused() {
    let mut issuer = Issuer::new();
    let token = issuer.client_token(ADMIN);
    issuer.host.records.remove("tenant/demo/client/tenant-admin");
    refuses_all(&issuer, Some(&format!("Bearer {token}")), 401);
}

#[test]
fn somebody_elses_software_reads_nothing() {
    let issuer = Issuer::new();
    let token = Token::of_client()
        .with("sub", json!("insights"))
        .with("client_id", json!("insights"))
        .with("aud", json!(ISSUER))
        .without("scope");
    assert!(open_to(&issuer, &token.compact()).is_empty());
}

#[test]
fn revoked_token_of_management_opens_nothing() {
    let issuer = Issuer::new();
    let token = issuer.client_token(ADMIN);
    let form = crate::support::issuer::Parameters::of(&[("token", &token)]);
    assert_eq!(issuer.ask(ADMIN, "/oidc/token/revocation", &form).status, 200);
    let reply = issuer.answer(&Call::get("/v1/users").bearer(&token));
    assert_eq!((reply.status, reply.reason), (401, Some("token_revoked")));
    assert!(asked(&issuer).is_empty());
}

fn read_by(issuer: &Issuer, client: &str, path: &str, reply: ManagementReply) -> Reply {
    issuer.directory_answers(reply);
    issuer.answer(&Call::get(path).bearer(&issuer.client_token(client)))
}

#[test]
fn r17_client_cannot_tell_other_applications_users_from_unknown_ones() {
    let issuer = Issuer::new();
    let missing = ManagementReply::Refused { refusal: ManagementRefusal::NotFound {} };
    let reply = read_by(&issuer, PARTNER, "/v1/users/ada", missing.clone());
    assert_eq!((reply.status, reply.reason), (403, Some("wrong_subject")));
    assert_eq!(reply.json(), json!({ "reason": "wrong_subject" }));
    assert_eq!(read_by(&issuer, ADMIN, "/v1/users/nobody", missing).status, 404);
}

#[test]
fn r17_client_filters_by_its_own_application_only() {
    let issuer = Issuer::new();
    let page = || ManagementReply::Page { items: vec![entity(&json!({ "user_id": "ada" }))], next: None };
    assert_eq!(read_by(&issuer, SERVER, "/v1/users?app_id=shop", page()).status, 200);
    asked(&issuer);
    let reply = issuer.answer(&Call::get("/v1/users?app_id=partners").bearer(&issuer.client_token(SERVER)));
    assert_eq!((reply.status, reply.reason), (403, Some("wrong_subject")));
    assert!(asked(&issuer).is_empty());
}

#[test]
fn directory_is_told_who_asks_and_for_whom() {
    let issuer = Issuer::new();
    by_management(&issuer, Call::get("/v1/users"));
    let request = asked(&issuer).remove(0);
    let actor = Actor { client_id: ClientId::parse(ADMIN).unwrap(), user_id: None };
    assert_eq!((request.actor, request.reach), (Some(actor), None));
    assert_eq!((request.request_id.as_str(), request.tenant_id.as_str()), ("request-1", "demo"));
    assert_eq!(request.published_version, issuer.tenant.version());
}
