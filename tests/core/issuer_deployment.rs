//! A deployment without the master key or without objects: clients get their own tokens, the rest names what is missing.

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Parameters, Reply};
use crate::support::login::{Browser, authorization_request, redemption};
use crate::support::shop::{CALLBACK, SERVER};
use crate::support::test;

/// A call to every endpoint that needs more than records and keys, with what was issued while nothing was missing.
fn answers(take_away: impl FnOnce(&mut Issuer)) -> Vec<(String, Reply)> {
    let mut issuer = Issuer::new();
    let bearer = issuer.client_token(SERVER);
    let tokens = crate::support::login::tokens(&issuer, SERVER, "ada");
    let token = Parameters::of(&[("token", tokens["refresh_token"].as_str().unwrap())]);
    let refresh =
        [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    let browser = Browser::new();
    let request = authorization_request(SERVER);
    let code = browser.log_in(&issuer, SERVER, "ada");
    let login = browser.authorize(&issuer, &request.clone().with("prompt", "login")).sent("login").unwrap();
    take_away(&mut issuer);
    let send = json!({ "email": "ada@shop.example", "redirect_uri": CALLBACK });
    let calls = [
        issuer.authenticated(SERVER, "/oidc/token", &redemption(&code)),
        issuer.authenticated(SERVER, "/oidc/token", &Parameters::of(&refresh)),
        issuer.authenticated(SERVER, "/oidc/token/revocation", &token),
        issuer.authenticated(SERVER, "/oidc/introspect", &token),
        issuer.authenticated(SERVER, "/oidc/request", &request),
        Call::get(&format!("/oidc/auth?{}", request.encoded())),
        Call::get(&format!("/oidc/login?login={login}")),
        Call::json("/v1/auth/link/email/send", &send).bearer(&bearer),
    ];
    calls.iter().map(|call| (call.path.clone(), browser.perform(&issuer, call))).collect()
}

#[track_caller]
fn names(answers: &[(String, Reply)], missing: &[&str]) {
    for (path, reply) in answers {
        assert_eq!((reply.status, reply.reason), (503, Some("not_deployed")), "{path}: {reply:?}");
        assert_eq!(reply.header("retry-after"), Some("1"), "{path}");
        let body = reply.body.replace("&#39;", "'");
        assert!(missing.iter().any(|missing| body.contains(missing)), "{path}: {body}");
    }
}

#[test]
fn without_objects_the_binding_is_named() {
    let answers = answers(|issuer| issuer.host.bindings_missing = true);
    names(&answers, &["binding 'ACCOUNT'", "binding 'CHALLENGE'"]);
}

#[test]
fn without_the_master_key_the_secret_is_named() {
    let answers = answers(|issuer| issuer.master_keys = None);
    names(&answers, &["secret 'MASTER_KEY'"]);
}

#[test]
fn clients_get_their_own_tokens_all_the_same() {
    let mut issuer = Issuer::new();
    issuer.master_keys = None;
    issuer.host.bindings_missing = true;
    issuer.token(SERVER, &Parameters::of(&[("grant_type", "client_credentials")])).granted();
}

#[test]
fn discovery_and_keys_are_served_all_the_same() {
    let mut issuer = Issuer::new();
    issuer.master_keys = None;
    issuer.host.bindings_missing = true;
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oidc/jwks"]
    {
        assert_eq!(issuer.answer(&Call::get(path)).status, 200, "{path}");
    }
}

#[test]
fn what_is_missing_is_told_to_nobody_who_did_not_authenticate() {
    let mut issuer = Issuer::new();
    issuer.master_keys = None;
    let form =
        Parameters::of(&[("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_id", SERVER)]);
    let reply = issuer.answer(&Call::post("/oidc/token", &form));
    reply.refused(401, "invalid_client", "authentication_missing");
}
