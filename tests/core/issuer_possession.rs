//! Tokens that are bound to a key of their sender: RFC 9449 sections 5, 7 and 10 at the authorization server.

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Parameters, Reply, claims};
use crate::support::login::{Browser, authorization_request, backend_link, redemption, text};
use crate::support::proof::{Proof, thumbprint};
use crate::support::shop::{SERVER, WEB};
use crate::support::tenant::{EDDSA, ES256, ORDERS};
use crate::support::test;

/// A proof for the token endpoint.
fn proof_by(issuer: &Issuer, key: &'static str) -> Proof {
    Proof::by(key)
        .without_hash()
        .with("htm", json!("POST"))
        .with("htu", json!("https://issuer.example/oidc/token"))
        .with("iat", json!(issuer.now()))
}

fn proof(issuer: &Issuer) -> Proof {
    proof_by(issuer, ES256)
}

/// What the token endpoint answers to `form` with this proof.
fn ask(issuer: &Issuer, client: &str, form: &Parameters, proof: &Proof) -> Reply {
    ask_with_field(issuer, client, form, &proof.compact(""))
}

fn ask_with_field(issuer: &Issuer, client: &str, form: &Parameters, field: &str) -> Reply {
    let call = issuer.authenticated(client, "/oidc/token", form);
    issuer.answer(&Call { dpop: Some(field.to_owned()), ..call })
}

fn for_the_client() -> Parameters {
    Parameters::of(&[("grant_type", "client_credentials"), ("resource", ORDERS)])
}

fn refreshing(token: &str) -> Parameters {
    Parameters::of(&[("grant_type", "refresh_token"), ("refresh_token", token)])
}

/// An issuer whose orders take bound tokens only.
fn strict() -> Issuer {
    Issuer::of(|document| document["resources"][0]["sender_constrained"] = json!(true))
}

fn code(issuer: &Issuer, client: &str) -> String {
    Browser::new().log_in(issuer, client, "ada")
}

#[test]
fn proof_at_the_token_endpoint_binds_the_token_to_its_key() {
    let issuer = Issuer::new();
    for key in [ES256, EDDSA] {
        let response = ask(&issuer, "orders-backend", &for_the_client(), &proof_by(&issuer, key)).granted();
        assert_eq!(response["token_type"], "DPoP");
        let claims = claims(&text(&response, "access_token"));
        assert_eq!(claims["cnf"], json!({ "jkt": thumbprint(key) }));
    }
}

#[test]
fn token_without_proof_is_a_bearers() {
    let issuer = Issuer::new();
    let response = issuer.token("orders-backend", &for_the_client()).granted();
    assert_eq!(response["token_type"], "Bearer");
    assert_eq!(claims(&text(&response, "access_token")).get("cnf"), None);
}

#[test]
fn proof_that_is_not_right_gets_no_token_rather_than_a_bearers() {
    let issuer = Issuer::new();
    let good = proof(&issuer);
    let now = issuer.now();
    for (proof, reason) in [
        (good.clone().with("htm", json!("GET")), "proof_method_mismatch"),
        (good.clone().with("htu", json!("https://issuer.example/oidc/auth")), "proof_url_mismatch"),
        (good.clone().with("htu", json!("https://api.example/oidc/token")), "proof_url_mismatch"),
        (good.clone().with("iat", json!(now - 70)), "proof_too_old"),
        (good.clone().with("iat", json!(now + 11)), "proof_not_yet_valid"),
        (good.clone().without("jti"), "proof_claim_malformed"),
        (good.clone().header("typ", json!("JWT")), "not_a_proof"),
        (good.clone().header("alg", json!("HS256")), "proof_symmetric"),
        (good.clone().without_header("jwk"), "proof_key_missing"),
        (good.clone().with_broken_signature(), "proof_signature_mismatch"),
    ] {
        let reply = ask(&issuer, "orders-backend", &for_the_client(), &proof);
        reply.refused(400, "invalid_dpop_proof", reason);
    }
    let twice = format!("{0}, {0}", good.compact(""));
    for (field, reason) in
        [(twice.as_str(), "several_proofs"), ("x", "proof_malformed"), ("", "proof_missing")]
    {
        ask_with_field(&issuer, "orders-backend", &for_the_client(), field).refused(
            400,
            "invalid_dpop_proof",
            reason,
        );
    }
}

#[test]
fn resource_that_takes_bound_tokens_only_has_no_others_issued() {
    let issuer = strict();
    let refused = |reply: Reply| reply.refused(400, "invalid_dpop_proof", "proof_missing");
    refused(issuer.token("orders-backend", &for_the_client()));
    ask(&issuer, "orders-backend", &for_the_client(), &proof(&issuer)).granted();
}

#[test]
fn code_is_not_used_up_where_the_proof_is_missing() {
    let issuer = strict();
    let code = code(&issuer, SERVER);
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_dpop_proof", "proof_missing");
    let response = ask(&issuer, SERVER, &redemption(&code), &proof(&issuer)).granted();
    let token = text(&response, "refresh_token");
    issuer.refresh(SERVER, &token).refused(400, "invalid_dpop_proof", "proof_missing");
    ask(&issuer, SERVER, &refreshing(&token), &proof(&issuer)).granted();
}

#[test]
fn backend_api_gives_no_bearers_token_for_such_a_resource() {
    let issuer = strict();
    let link = backend_link(&issuer, SERVER, "ada");
    let body = json!({ "code": link, "resource": ORDERS });
    let reply = issuer.call(SERVER, "/v1/auth/link/email/authenticate", &body);
    assert_eq!((reply.status, reply.reason), (400, Some("proof_missing")));
}

#[test]
fn refresh_tokens_of_a_public_client_are_bound_to_the_key_of_the_code() {
    let issuer = Issuer::new();
    let response = ask(&issuer, WEB, &redemption(&code(&issuer, WEB)), &proof(&issuer)).granted();
    let token = text(&response, "refresh_token");
    let other = ask(&issuer, WEB, &refreshing(&token), &proof_by(&issuer, EDDSA));
    other.refused(400, "invalid_grant", "refresh_token_of_another_key");
    issuer.refresh(WEB, &token).refused(400, "invalid_grant", "refresh_token_of_another_key");
    // A stranger's attempt is no theft: the family goes on, and so does its binding.
    let next = ask(&issuer, WEB, &refreshing(&token), &proof(&issuer)).granted();
    assert_eq!(next["token_type"], "DPoP");
    let successor = text(&next, "refresh_token");
    issuer.refresh(WEB, &successor).refused(400, "invalid_grant", "refresh_token_of_another_key");
    ask(&issuer, WEB, &refreshing(&successor), &proof(&issuer)).granted();
}

#[test]
fn refresh_tokens_of_a_client_that_authenticates_are_bound_to_the_client() {
    let issuer = Issuer::new();
    let response = ask(&issuer, SERVER, &redemption(&code(&issuer, SERVER)), &proof(&issuer)).granted();
    let form = refreshing(&text(&response, "refresh_token"));
    let next = ask(&issuer, SERVER, &form, &proof_by(&issuer, EDDSA)).granted();
    let claims = claims(&text(&next, "access_token"));
    assert_eq!(claims["cnf"], json!({ "jkt": thumbprint(EDDSA) }));
}

#[test]
fn code_is_bound_to_the_key_that_its_request_names() {
    let issuer = Issuer::new();
    let request = authorization_request(SERVER).with("dpop_jkt", &thumbprint(ES256));
    let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_of_another_key");
    let other = ask(&issuer, SERVER, &redemption(&code), &proof_by(&issuer, EDDSA));
    other.refused(400, "invalid_grant", "code_of_another_key");
    ask(&issuer, SERVER, &redemption(&code), &proof(&issuer)).granted();
}

#[test]
fn code_of_a_pushed_request_is_bound_to_the_key_of_its_proof() {
    let issuer = Issuer::new();
    let push = |form: &Parameters, proof: &Proof| {
        let call = issuer.authenticated(SERVER, "/oidc/request", form);
        issuer.answer(&Call { dpop: Some(proof.compact("")), ..call })
    };
    let here = |key| proof_by(&issuer, key).with("htu", json!("https://issuer.example/oidc/request"));
    let request = authorization_request(SERVER);
    push(&request, &proof(&issuer)).refused(400, "invalid_dpop_proof", "proof_url_mismatch");
    let other = request.clone().with("dpop_jkt", &thumbprint(EDDSA));
    assert_eq!(push(&other, &here(ES256)).status, 400);
    let reply = push(&request, &here(ES256));
    let request = Parameters::of(&[("client_id", SERVER), ("request_uri", &reply.text("request_uri"))]);
    let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_of_another_key");
    ask(&issuer, SERVER, &redemption(&code), &proof(&issuer)).granted();
}

#[test]
fn thumbprint_in_a_request_is_one() {
    for thumbprint in ["x", &"a".repeat(44), &format!("{}=", "a".repeat(42))] {
        let request = authorization_request(SERVER).with("dpop_jkt", thumbprint);
        Browser::new().authorize(&Issuer::new(), &request).sent_back_with("invalid_request");
    }
}

#[test]
fn introspection_tells_what_a_token_is_bound_to() {
    let issuer = Issuer::new();
    let response = ask(&issuer, "orders-backend", &for_the_client(), &proof(&issuer)).granted();
    let form = Parameters::of(&[("token", &text(&response, "access_token"))]);
    let described = issuer.ask("orders-backend", "/oidc/introspect", &form).granted();
    assert_eq!((&described["active"], &described["token_type"]), (&json!(true), &json!("DPoP")));
    assert_eq!(described["cnf"], json!({ "jkt": thumbprint(ES256) }));
}

#[test]
fn metadata_names_the_algorithms_of_proofs() {
    let metadata = Issuer::new().answer(&Call::get("/.well-known/oauth-authorization-server")).json();
    let algorithms = json!(["ES256", "ES384", "EdDSA", "Ed25519", "PS256", "RS256"]);
    assert_eq!(metadata["dpop_signing_alg_values_supported"], algorithms);
}

mod at_userinfo {
    use super::*;
    use crate::support::test;

    /// A bound token for the server's own paths.
    fn bound_token(issuer: &Issuer) -> String {
        let request = authorization_request(SERVER).without("resource").with("scope", "openid");
        let code = Browser::new().log_in_for(issuer, &request, "ada").sent("code").unwrap();
        text(&ask(issuer, SERVER, &redemption(&code), &proof(issuer)).granted(), "access_token")
    }

    fn proof_for(issuer: &Issuer) -> Proof {
        Proof::new()
            .with("htu", json!("https://issuer.example/oidc/userinfo"))
            .with("iat", json!(issuer.now()))
    }

    fn presented(issuer: &Issuer, token: &str, field: Option<String>) -> Reply {
        let authorization = Some(format!("DPoP {token}"));
        issuer.answer(&Call { authorization, dpop: field, ..Call::get("/oidc/userinfo") })
    }

    #[test]
    fn bound_token_opens_with_a_proof() {
        let issuer = Issuer::new();
        let token = bound_token(&issuer);
        let reply = presented(&issuer, &token, Some(proof_for(&issuer).compact(&token)));
        assert_eq!(reply.granted(), json!({ "sub": "ada" }));
    }

    #[test]
    fn bound_token_opens_nothing_without_the_right_one() {
        let issuer = Issuer::new();
        let token = bound_token(&issuer);
        let good = proof_for(&issuer);
        for (field, reason) in [
            (None, "proof_missing"),
            (Some(good.compact("another-token")), "proof_token_mismatch"),
            (Some(good.clone().with("htm", json!("POST")).compact(&token)), "proof_method_mismatch"),
            (Some(good.with_broken_signature().compact(&token)), "proof_signature_mismatch"),
        ] {
            let reply = presented(&issuer, &token, field);
            reply.refused(401, "invalid_dpop_proof", reason);
            assert!(reply.header("www-authenticate").unwrap().starts_with("DPoP "));
        }
        let by_bearer = issuer.answer(&Call::get("/oidc/userinfo").bearer(&token));
        by_bearer.refused(401, "invalid_token", "possession_not_proved");
    }

    #[test]
    fn proof_does_not_make_a_bearers_token_a_bound_one() {
        let issuer = Issuer::new();
        let request = authorization_request(SERVER).without("resource").with("scope", "openid");
        let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
        let token = text(&issuer.token(SERVER, &redemption(&code)).granted(), "access_token");
        let reply = presented(&issuer, &token, Some(proof_for(&issuer).compact(&token)));
        reply.refused(401, "invalid_token", "token_not_bound");
    }
}
