//! `private_key_jwt` (RFC 7523, OpenID Connect Core 1.0 section 9): one assertion, one client, once.

use serde_json::{Value, json};

use crate::support::issuer::{Call, Issuer, Parameters, Reply, basic};
use crate::support::shop::{SERVER, SERVICE, member};
use crate::support::tenant::{EDDSA, ES256, HS256, ISSUER, NOW, ORDERS, SECRET, published};
use crate::support::test;
use crate::support::token::Token;

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn form(assertion: &str) -> Parameters {
    Parameters::of(&[
        ("grant_type", "client_credentials"),
        ("client_assertion_type", KIND),
        ("client_assertion", assertion),
    ])
}

fn present(issuer: &Issuer, assertion: &str) -> Reply {
    issuer.answer(&Call::post("/oidc/token", &form(assertion)))
}

/// Refuses an assertion that is good but for one change, in the one way, and then takes the good one.
#[track_caller]
fn refuses(change: impl FnOnce(Token) -> Token) {
    let issuer = Issuer::new();
    let good = issuer.assertion();
    present(&issuer, &change(good.clone()).compact()).refused(401, "invalid_client", "authentication_failed");
    assert!(issuer.objects().is_empty(), "a refusal has left a trace");
    present(&issuer, &good.compact()).granted();
}

#[test]
fn assertion_authenticates_at_every_endpoint_of_the_back_channel() {
    for (path, form) in [
        ("/oidc/token", Parameters::of(&[("grant_type", "client_credentials")])),
        ("/oidc/token/revocation", Parameters::of(&[("token", "x")])),
        ("/oidc/introspect", Parameters::of(&[("token", "x")])),
    ] {
        assert_eq!(Issuer::new().ask(SERVICE, path, &form).status, 200, "{path}");
    }
}

#[test]
fn audience_is_this_server_and_nobody_beside_it() {
    for audience in [
        json!("https://other.example"),
        json!(format!("{ISSUER}.evil.example")),
        json!(format!("{ISSUER}//")),
        json!(format!("{ISSUER}/oidc/userinfo")),
        json!("issuer.example"),
        json!(SERVICE),
        json!(""),
        json!([]),
        json!([ISSUER, "https://other.example"]),
        json!([ISSUER, ISSUER]),
        json!([[ISSUER]]),
        json!({ "iss": ISSUER }),
        json!(7),
        Value::Null,
    ] {
        refuses(|token| token.with("aud", audience));
    }
    refuses(|token| token.without("aud"));
}

#[test]
fn audience_may_be_the_issuer_or_the_endpoint_also_in_a_list_of_one() {
    for audience in [json!(ISSUER), json!([ISSUER]), json!(format!("{ISSUER}/oidc/token"))] {
        let issuer = Issuer::new();
        present(&issuer, &issuer.assertion().with("aud", audience).compact()).granted();
    }
}

#[test]
fn issuer_and_subject_are_the_client() {
    for name in ["iss", "sub"] {
        refuses(|token| token.with(name, json!(SERVER)));
        refuses(|token| token.with(name, json!("../x")));
        refuses(|token| token.with(name, json!([SERVICE])));
        refuses(|token| token.with(name, json!("")));
        refuses(|token| token.without(name));
    }
    refuses(|token| token.with("iss", json!("nobody")).with("sub", json!("nobody")));
}

#[test]
fn clients_without_keys_do_not_authenticate_by_assertions() {
    for client in [SERVER, "shop-web", "insights", "orders-backend", "tenant-admin"] {
        refuses(|token| token.with("iss", json!(client)).with("sub", json!(client)));
    }
}

#[test]
fn expiry_is_required_ahead_and_near() {
    for expiry in [json!(NOW - 10), json!(NOW - 1_000), json!(0), json!(NOW + 71), json!(NOW + 3_600)] {
        refuses(|token| token.with("exp", expiry));
    }
    for expiry in
        [json!("1800000030"), json!(-1), json!(1_800_000_030.5), json!(1e20), Value::Null, json!([NOW + 30])]
    {
        refuses(|token| token.with("exp", expiry));
    }
    refuses(|token| token.without("exp"));
}

#[test]
fn assertion_from_the_future_is_refused() {
    for name in ["iat", "nbf"] {
        refuses(|token| token.with(name, json!(NOW + 11)));
        refuses(|token| token.with(name, json!("now")));
        refuses(|token| token.with(name, Value::Null));
    }
}

#[test]
fn jti_is_required() {
    for id in [json!(""), json!(7), Value::Null, json!(["a"]), json!("j".repeat(129))] {
        refuses(|token| token.with("jti", id));
    }
    refuses(|token| token.without("jti"));
}

#[test]
fn jti_is_used_once_whatever_surrounds_it() {
    let issuer = Issuer::new();
    let assertion = issuer.assertion();
    present(&issuer, &assertion.compact()).granted();
    present(&issuer, &assertion.compact()).refused(401, "invalid_client", "assertion_reused");
    let later = assertion.clone().with("iat", json!(NOW - 5)).compact();
    present(&issuer, &later).refused(401, "invalid_client", "assertion_reused");
    issuer.later(69);
    let token = Parameters::of(&[("token", "x")]);
    let again = token.with("client_assertion_type", KIND).with("client_assertion", &assertion.compact());
    issuer.answer(&Call::post("/oidc/introspect", &again)).refused(401, "invalid_client", "assertion_reused");
    issuer.later(1);
    present(&issuer, &assertion.compact()).refused(401, "invalid_client", "authentication_failed");
}

#[test]
fn used_assertion_looks_like_a_wrong_one() {
    let issuer = Issuer::new();
    let assertion = issuer.assertion().compact();
    present(&issuer, &assertion).granted();
    let (used, wrong) = (present(&issuer, &assertion), present(&issuer, "x"));
    assert_eq!((used.status, used.headers, used.body), (wrong.status, wrong.headers, wrong.body));
}

#[test]
fn a1_alg_none_is_refused() {
    for alg in ["none", "None", "NONE", ""] {
        let issuer = Issuer::new();
        let signed = issuer.assertion().header("alg", json!(alg)).compact();
        let unsigned = format!("{}.", signed.rsplit_once('.').unwrap().0);
        present(&issuer, &signed).refused(401, "invalid_client", "authentication_failed");
        present(&issuer, &unsigned).refused(401, "invalid_client", "authentication_failed");
    }
}

#[test]
fn a2_hs256_with_the_public_key_as_its_secret_is_refused() {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let public = published(ES256);
    let secrets = [public.to_string(), public["x"].as_str().unwrap().repeat(2), SECRET.to_owned()];
    for secret in secrets {
        let secret = Base64UrlUnpadded::encode_string(secret.as_bytes());
        let key = json!({ "kty": "oct", "k": secret, "kid": "es256", "alg": "HS256" }).to_string();
        let key: &'static str = Box::leak(key.into_boxed_str());
        refuses(|token| token.signed_with(key));
    }
    refuses(|token| token.signed_with(HS256));
}

#[test]
fn key_of_somebody_else_is_refused_also_under_the_right_name() {
    refuses(|token| token.signed_with(EDDSA));
    refuses(|token| token.signed_with(EDDSA).header("kid", json!("es256")));
    refuses(|token| token.signed_with(EDDSA).header("kid", json!("es256")).header("alg", json!("ES256")));
}

#[test]
fn key_that_was_taken_from_the_client_is_refused() {
    let issuer =
        Issuer::of(|document| *member(document, SERVICE, "jwks") = json!({ "keys": [published(EDDSA)] }));
    present(&issuer, &issuer.assertion().compact()).refused(401, "invalid_client", "authentication_failed");
    present(&issuer, &issuer.assertion().signed_with(EDDSA).compact()).granted();
}

#[test]
fn token_of_another_type_is_refused() {
    for typ in ["at+jwt", "application/at+jwt", "logout+jwt", "dpop+jwt", "secevent+jwt", ""] {
        refuses(|token| token.header("typ", json!(typ)));
    }
    refuses(|token| token.header("cty", json!("JWT")));
    refuses(|token| token.header("crit", json!(["exp"])));
    refuses(|token| token.header("b64", json!(false)).header("crit", json!(["b64"])));
}

#[test]
fn header_that_brings_its_own_key_is_refused_or_ignored() {
    let issuer = Issuer::new();
    for (name, value) in [("jwk", published(EDDSA)), ("jku", json!("https://evil.example/keys"))] {
        let forged = issuer.assertion().signed_with(EDDSA).header("kid", json!("es256")).header(name, value);
        present(&issuer, &forged.compact()).refused(401, "invalid_client", "authentication_failed");
    }
}

#[test]
fn changed_claims_break_the_signature() {
    let issuer = Issuer::new();
    let good = issuer.assertion().compact();
    let other = issuer.assertion().with("jti", json!("chosen")).compact();
    let (head, payload) = (good.split('.').next().unwrap(), other.split('.').nth(1).unwrap());
    let forged = format!("{head}.{payload}.{}", good.rsplit('.').next().unwrap());
    present(&issuer, &forged).refused(401, "invalid_client", "authentication_failed");
}

#[test]
fn duplicate_claims_are_refused() {
    let issuer = Issuer::new();
    let assertion = issuer.assertion();
    let payload = assertion.claims.to_string();
    let doubled = format!("{},\"sub\":\"{SERVICE}\"}}", payload.strip_suffix('}').unwrap());
    present(&issuer, &assertion.with_payload(&doubled)).refused(
        401,
        "invalid_client",
        "authentication_failed",
    );
}

#[test]
fn assertion_with_a_secret_besides_is_two_ways_at_once() {
    let issuer = Issuer::new();
    let assertion = issuer.assertion().compact();
    let with_secret = form(&assertion).with("client_secret", SECRET);
    let reply = issuer.answer(&Call::post("/oidc/token", &with_secret));
    reply.refused(400, "invalid_request", "several_authentications");
    let with_field =
        Call { authorization: Some(basic(SERVICE)), ..Call::post("/oidc/token", &form(&assertion)) };
    issuer.answer(&with_field).refused(400, "invalid_request", "several_authentications");
    present(&issuer, &assertion).granted();
}

#[test]
fn type_of_the_assertion_is_required() {
    let issuer = Issuer::new();
    let assertion = issuer.assertion().compact();
    for kind in ["", "jwt-bearer", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"] {
        let reply =
            issuer.answer(&Call::post("/oidc/token", &form(&assertion).with("client_assertion_type", kind)));
        reply.refused(401, "invalid_client", "authentication_failed");
    }
    let reply = issuer.answer(&Call::post("/oidc/token", &form(&assertion).without("client_assertion")));
    reply.refused(401, "invalid_client", "authentication_failed");
}

#[test]
fn client_id_beside_an_assertion_is_its_subject() {
    let issuer = Issuer::new();
    let other = form(&issuer.assertion().compact()).with("client_id", SERVER);
    let reply = issuer.answer(&Call::post("/oidc/token", &other));
    reply.refused(401, "invalid_client", "authentication_failed");
    let own = form(&issuer.assertion().compact()).with("client_id", SERVICE);
    issuer.answer(&Call::post("/oidc/token", &own)).granted();
}

#[test]
fn client_with_a_key_authenticates_in_no_other_way() {
    let issuer = Issuer::new();
    let form = Parameters::of(&[("grant_type", "client_credentials"), ("client_id", SERVICE)]);
    let nothing = issuer.answer(&Call::post("/oidc/token", &form));
    nothing.refused(401, "invalid_client", "authentication_missing");
    let secret = issuer.answer(&Call::post("/oidc/token", &form.with("client_secret", SECRET)));
    secret.refused(401, "invalid_client", "authentication_failed");
}

#[test]
fn assertion_that_cannot_be_used_up_is_503() {
    let mut issuer = Issuer::new();
    let assertion = issuer.assertion().compact();
    issuer.host.bindings_missing = true;
    present(&issuer, &assertion).refused(503, "temporarily_unavailable", "not_deployed");
    issuer.host.bindings_missing = false;
    issuer.fail_call(0, crate::support::host::CallFault::Unavailable);
    present(&issuer, &assertion).refused(503, "temporarily_unavailable", "host_unavailable");
    present(&issuer, &assertion).granted();
}

#[test]
fn what_is_no_assertion_is_refused() {
    let issuer = Issuer::new();
    for text in ["x", "a.b", "a.b.c", "..", "{}", &"a".repeat(9_000), &format!("{}.{}.", "e30", "e30")] {
        present(&issuer, text).refused(401, "invalid_client", "authentication_failed");
    }
    let good = issuer.assertion().with("aud", json!(ORDERS)).compact();
    present(&issuer, &good).refused(401, "invalid_client", "authentication_failed");
}
