//! Who a foreign token speaks for, and whom it never means here.

use serde_json::{Value, json};

use super::plain_outcome;
use crate::support::foreign::{Issuers, PARTNER, PARTNER_KEY, partner, partner_token, trusting};
use crate::support::request::outcome;
use crate::support::tenant::{NOW, PROFILE, document, tenant_of};
use crate::support::test;
use crate::support::token::Token;

/// What becomes of `token` at a path of the profiles, which trust the partner.
fn at_profile(path: &str, token: &Token, edit: impl FnOnce(&mut Value)) -> &'static str {
    let mut trusted = partner();
    edit(&mut trusted);
    let mut document = document();
    document["resources"][2]["trusted_issuers"] = json!([trusted]);
    let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(tenant_of(&document)));
    let token = token.clone().with("aud", json!(PROFILE)).with("scope", json!("profile:read"));
    let url = format!("{PROFILE}{path}");
    outcome(&Issuers::with(&[PARTNER_KEY]).decide_at(&mut gate, "GET", &url, &token.compact(), NOW))
}

fn own(trusted: &mut Value) {
    trusted["subjects"] = json!("own");
}

fn ada() -> Token {
    partner_token().with("sub", json!("ada")).with("client_id", json!("shop-viewer"))
}

#[test]
fn a_foreign_subject_of_the_same_name_is_somebody_else() {
    let token = ada().with("sid", json!("s1")).with("app_id", json!("shop"));
    for path in ["/users/ada/orders", "/sessions/s1", "/clients/shop-viewer"] {
        assert_eq!(at_profile(path, &token, |_| {}), "wrong_subject", "{path}");
    }
    let client = partner_token().with("sub", json!("shop")).with("client_id", json!("shop"));
    assert_eq!(at_profile("/apps/shop/x", &client.with("app_id", json!("shop")), |_| {}), "wrong_subject");
    assert_eq!(at_profile("/", &token, |_| {}), "allow");
}

/// Identifiers are the administrator's to choose, so somebody here could be called what a foreign subject is called here.
#[test]
fn a_foreign_subject_is_nobody_in_a_path_by_its_name_here_either() {
    let decision = Issuers::with(&[PARTNER_KEY]).decide(&mut trusting(&[partner()]), &ada().compact(), NOW);
    let claims = decision.access().unwrap().claims.unwrap();
    let (subject, client) = (claims.subject().as_str(), claims.client_id().as_str());
    for path in [format!("/users/{subject}/orders"), format!("/clients/{client}")] {
        assert_eq!(at_profile(&path, &ada(), |_| {}), "wrong_subject", "{path}");
    }
}

#[test]
fn an_issuer_that_uses_this_tenants_names_means_its_users() {
    let token = ada().with("sid", json!("s1"));
    for path in ["/users/ada/orders", "/sessions/s1", "/clients/shop-viewer"] {
        assert_eq!(at_profile(path, &token, own), "allow", "{path}");
    }
    for path in ["/users/eve/orders", "/sessions/s2", "/clients/other"] {
        assert_eq!(at_profile(path, &token, own), "wrong_subject", "{path}");
    }
    assert_eq!(
        at_profile("/", &partner_token(), own),
        "malformed_claim",
        "`auth0|ada` is no name of this tenant"
    );
}

#[test]
fn a_foreign_token_is_never_one_of_management() {
    let token = partner_token().with("management", json!(true));
    let mut gate = trusting(&[partner()]);
    let url = "https://api.example/orders/import";
    let decision = Issuers::with(&[PARTNER_KEY]).decide_at(&mut gate, "POST", url, &token.compact(), NOW);
    assert_eq!(outcome(&decision), "wrong_subject_kind");
}

#[test]
fn a_clients_token_names_the_client_as_its_subject() {
    let client = partner_token().with("sub", json!("their-app"));
    let kind = |token: &Token, edit: fn(&mut Value)| {
        let mut trusted = partner();
        edit(&mut trusted);
        let decision = Issuers::with(&[PARTNER_KEY]).decide(&mut trusting(&[trusted]), &token.compact(), NOW);
        decision.trace().subject_kind.unwrap_or(outcome(&decision))
    };
    let user = |trusted: &mut Value| trusted["subject_kind"] = json!("user");
    let all_clients = |trusted: &mut Value| trusted["subject_kind"] = json!("client");
    assert_eq!(kind(&client, |_| {}), "client");
    assert_eq!(kind(&partner_token(), |_| {}), "user");
    assert_eq!(kind(&client, user), "user");
    assert_eq!(kind(&partner_token(), all_clients), "client");
    let nameless = partner_token().without("client_id");
    assert_eq!(kind(&nameless, |_| {}), "subject_kind_unclear");
    assert_eq!(kind(&nameless, user), "user");
}

#[test]
fn the_client_stands_under_the_issuers_name_for_it() {
    let mut trusted = partner();
    trusted["claims"] = json!({ "client_id": "azp" });
    let token = partner_token().without("client_id").with("azp", json!("their-app"));
    let decision = Issuers::with(&[PARTNER_KEY]).decide(&mut trusting(&[trusted]), &token.compact(), NOW);
    let claims = decision.access().unwrap().claims.unwrap();
    assert_eq!(claims.client_id_as_issued(), Some("their-app"));
}

#[test]
fn how_the_user_authenticated_is_asked_of_foreign_tokens_too() {
    let mut document = document();
    document["resources"][0]["trusted_issuers"] = json!([partner()]);
    document["resources"][0]["rules"] = json!([{ "methods": ["GET"], "path": "/**", "scopes": ["orders:read"], "max_age": 300, "acr_values": ["1"] }]);
    document["resources"][0]["scopes"] = json!([{ "name": "orders:read" }]);
    let only_read = |grants: &mut Value| {
        for grant in grants.as_array_mut().unwrap() {
            if grant["resource_id"] == "orders" {
                grant["scopes"] = json!(["orders:read"]);
            }
        }
    };
    document["clients"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .for_each(|client| only_read(&mut client["resources"]));
    let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(tenant_of(&document)));
    let mut told =
        |token: Token| outcome(&Issuers::with(&[PARTNER_KEY]).decide(&mut gate, &token.compact(), NOW));
    let recent = || partner_token().with("auth_time", json!(NOW - 60)).with("acr", json!("1"));
    assert_eq!(told(recent()), "allow");
    assert_eq!(told(partner_token()), "insufficient_user_authentication");
    assert_eq!(told(recent().with("auth_time", json!(NOW - 400))), "insufficient_user_authentication");
    assert_eq!(told(recent().with("acr", json!("0"))), "insufficient_user_authentication");
    assert_eq!(told(recent().with("acr", json!(1))), "malformed_claim");
    assert_eq!(told(recent().with("auth_time", json!("now"))), "malformed_claim");
}

#[test]
fn names_are_text_of_bounded_length() {
    for (claim, value) in [
        ("sub", json!("")),
        ("sub", json!(null)),
        ("sub", json!(7)),
        ("sub", json!("x".repeat(257))),
        ("sub", json!("a\nb")),
        ("client_id", json!("")),
        ("client_id", json!([])),
        ("jti", json!("")),
        ("jti", json!(1)),
    ] {
        assert_eq!(plain_outcome(&partner_token().with(claim, value)), "malformed_claim", "{claim}");
    }
    assert_eq!(plain_outcome(&partner_token().without("sub")), "missing_claim");
}

#[test]
fn handler_and_trace_are_told_the_issuer_and_the_names_as_issued() {
    let decision =
        Issuers::with(&[PARTNER_KEY]).decide(&mut trusting(&[partner()]), &partner_token().compact(), NOW);
    let claims = decision.access().unwrap().claims.unwrap();
    assert_eq!(
        (claims.issuer(), claims.subject_as_issued(), claims.is_foreign()),
        (PARTNER, "auth0|ada", true)
    );
    assert!(claims.subject().as_str().starts_with("foreign~"));
    let trace = decision.trace();
    assert_eq!((trace.issuer.as_deref(), trace.subject.as_deref()), (Some(PARTNER), Some("auth0|ada")));
    assert_eq!(trace.revocation.unwrap().mode, "foreign");
}
