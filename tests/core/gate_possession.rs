//! Proof of possession at the gate: RFC 9449 sections 4.3, 7 and 9.

use std::rc::Rc;

use audgate::dpop::NonceKey;
use audgate::gate::{Decision, Gate, GateRequest, Step};
use audgate::vocabulary::{Secret, UnixTime};
use serde_json::{Value, json};

use crate::support::proof::{Proof, thumbprint};
use crate::support::request::{decide, header, outcome};
use crate::support::tenant::{EDDSA, ES256, NOW, document, tenant_of};
use crate::support::test;
use crate::support::token::Token;

const URL: &str = "https://api.example/orders/42";
const NONCE_SECRET: &str = "a-secret-for-nonces-of-32-octets";

fn gate_of(change: impl FnOnce(&mut Value)) -> Gate {
    let mut document = document();
    change(&mut document["resources"][0]);
    Gate::new(Rc::new(tenant_of(&document)))
}

fn gate() -> Gate {
    gate_of(|_| {})
}

/// A gate whose orders take bound tokens only.
fn strict_gate() -> Gate {
    gate_of(|orders| orders["sender_constrained"] = json!(true))
}

/// A client's token for the orders, bound to the key of [`Proof::new`].
fn bound() -> Token {
    Token::of_client().with("cnf", json!({ "jkt": thumbprint(ES256) }))
}

fn nonce_key() -> NonceKey {
    NonceKey::new(&Secret::new(NONCE_SECRET.into())).unwrap()
}

/// A request with the token under the scheme `DPoP`, and what came with it as proof.
struct Proved<'a> {
    token: String,
    field: Option<String>,
    nonces: Option<&'a NonceKey>,
    /// What the object of a proof answers.
    reply: Option<&'a str>,
    now: u64,
}

impl Proved<'_> {
    fn new(token: &Token, proof: &Proof) -> Self {
        let token = token.compact();
        Self { field: Some(proof.compact(&token)), token, nonces: None, reply: None, now: NOW }
    }

    fn decided_by(&self, gate: &mut Gate) -> Decision {
        let authorization = format!("DPoP {}", self.token);
        let request = GateRequest {
            method: "GET",
            url: URL,
            authorization: Some(&authorization),
            ..GateRequest::default()
        };
        let mut step = gate.decide(&request, UnixTime::from_seconds(self.now));
        loop {
            step = match step {
                Step::Decided(decision) => return *decision,
                Step::Signature(pending) => gate.conclude_here(*pending),
                Step::Proof(pending) => gate.conclude_proof(*pending, self.field.as_deref(), Ok(self.nonces)),
                Step::ProofSignature(pending) => gate.conclude_proof_signature_here(*pending),
                Step::ProofUse(pending) => return gate.conclude_proof_use(*pending, self.reply),
                Step::Reading(pending) => gate.conclude_reading(*pending),
                Step::Keys(_) => panic!("the tenant has its own keys"),
                Step::Forgotten => panic!("no token was named by a number"),
                Step::Inquiries(pending) => gate.conclude_inquiries(*pending, &[]).into(),
            }
        }
    }
}

fn proved(token: &Token, proof: &Proof) -> Decision {
    Proved::new(token, proof).decided_by(&mut gate())
}

fn with_proof(proof: &Proof) -> &'static str {
    outcome(&proved(&bound(), proof))
}

/// With the `DPoP` field as it stands.
fn with_field(field: Option<&str>) -> &'static str {
    let request = Proved { field: field.map(str::to_owned), ..Proved::new(&bound(), &Proof::new()) };
    outcome(&request.decided_by(&mut gate()))
}

#[test]
fn token_opens_with_a_proof_by_the_key_that_it_is_bound_to() {
    assert_eq!(with_proof(&Proof::new()), "allow");
    let by_eddsa = Token::of_client().with("cnf", json!({ "jkt": thumbprint(EDDSA) }));
    assert_eq!(outcome(&proved(&by_eddsa, &Proof::by(EDDSA))), "allow");
}

#[test]
fn bound_token_from_a_bearer_is_refused_and_told_the_scheme() {
    let decision = decide("GET", URL, &bound().compact());
    assert_eq!((outcome(&decision), decision.response().unwrap().status), ("possession_not_proved", 401));
    let challenge = header(&decision, "www-authenticate").unwrap();
    assert!(challenge.starts_with("DPoP ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
    assert!(challenge.contains("algs=\"ES256 ES384 EdDSA Ed25519 PS256 RS256\""), "{challenge}");
}

#[test]
fn bound_token_that_was_let_in_before_is_refused_from_a_bearer_all_the_same() {
    let mut gate = gate();
    let token = bound();
    assert_eq!(outcome(&Proved::new(&token, &Proof::new()).decided_by(&mut gate)), "allow");
    let authorization = format!("Bearer {}", token.compact());
    let request = GateRequest {
        method: "GET",
        url: URL,
        authorization: Some(&authorization),
        ..GateRequest::default()
    };
    let decision = crate::support::request::decide_at(&mut gate, &request, NOW);
    assert_eq!(outcome(&decision), "possession_not_proved");
    // And each request needs a proof of its own.
    let without = Proved { field: None, ..Proved::new(&token, &Proof::new()) };
    assert_eq!(outcome(&without.decided_by(&mut gate)), "proof_missing");
}

#[test]
fn proof_is_worth_nothing_for_a_token_that_is_bound_to_no_key() {
    let decision = proved(&Token::of_client(), &Proof::new());
    assert_eq!(outcome(&decision), "token_not_bound");
    assert!(header(&decision, "www-authenticate").unwrap().starts_with("Bearer "));
}

#[test]
fn confirmation_by_anything_else_than_one_thumbprint_cannot_be_checked() {
    let good = thumbprint(ES256);
    for cnf in [
        json!({}),
        json!(null),
        json!([good]),
        json!({ "jkt": "abc" }),
        json!({ "jkt": 1 }),
        json!({ "x5t#S256": good }),
        json!({ "jkt": good, "x5t#S256": good }),
    ] {
        let token = bound().with("cnf", cnf.clone());
        assert_eq!(outcome(&proved(&token, &Proof::new())), "possession_not_proved", "{cnf}");
    }
}

#[test]
fn request_has_exactly_one_proof() {
    let token = bound().compact();
    let proof = Proof::new().compact(&token);
    assert_eq!(with_field(None), "proof_missing");
    assert_eq!(with_field(Some("")), "proof_missing");
    assert_eq!(with_field(Some(&format!("{proof}, {proof}"))), "several_proofs");
    assert_eq!(with_field(Some("x")), "proof_malformed");
    assert_eq!(with_field(Some(&format!("{proof}x"))), "proof_malformed");
}

#[test]
fn header_is_that_of_a_proof_by_a_public_key() {
    let private: Value = serde_json::from_str(ES256).unwrap();
    let secret = json!({ "kty": "oct", "k": "c2l4dHktZm91ci1vY3RldHMtb2YtYS1rZXktdGhhdC1wcm90ZWN0cw" });
    for (name, value, reason) in [
        ("typ", json!("at+jwt"), "not_a_proof"),
        ("typ", json!("JWT"), "not_a_proof"),
        ("alg", json!("HS256"), "proof_symmetric"),
        ("alg", json!("none"), "proof_malformed"),
        ("alg", json!("RS256"), "proof_malformed"),
        ("crit", json!(["x"]), "proof_malformed"),
        ("jwk", private, "proof_key_private"),
        ("jwk", secret, "proof_key_private"),
        ("jwk", json!("x"), "proof_key_refused"),
        ("jwk", json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }), "proof_key_refused"),
    ] {
        assert_eq!(with_proof(&Proof::new().header(name, value.clone())), reason, "{name} {value}");
    }
    assert_eq!(with_proof(&Proof::new().without_header("jwk")), "proof_key_missing");
    assert_eq!(with_proof(&Proof::new().without_header("typ")), "not_a_proof");
}

#[test]
fn proof_by_another_key_is_refused() {
    assert_eq!(with_proof(&Proof::by(EDDSA)), "proof_key_mismatch");
}

#[test]
fn proof_that_shows_a_key_without_having_it_is_refused() {
    assert_eq!(with_proof(&Proof::new().with_broken_signature()), "proof_signature_mismatch");
}

#[test]
fn proof_is_for_this_method_and_url() {
    for method in ["POST", "get", "", "GET "] {
        assert_eq!(with_proof(&Proof::new().with("htm", json!(method))), "proof_method_mismatch", "{method}");
    }
    for url in [
        "https://api.example/orders/43",
        "https://api.example/orders",
        "https://api.example/orders/42/",
        "https://api.example/orders/42/..",
        "https://other.example/orders/42",
        "https://api.example.evil/orders/42",
        "https://api.example@evil/orders/42",
        "http://api.example/orders/42",
        "https://api.example:8443/orders/42",
        "//api.example/orders/42",
        "/orders/42",
        "",
    ] {
        assert_eq!(with_proof(&Proof::new().with("htu", json!(url))), "proof_url_mismatch", "{url}");
    }
}

#[test]
fn url_is_compared_after_normalisation_and_without_query_and_fragment() {
    for url in [
        "HTTPS://API.example/orders/42",
        "https://api.example:443/orders/42",
        "https://api.example/orders/42?a=1",
        "https://api.example/orders/42#top",
    ] {
        assert_eq!(with_proof(&Proof::new().with("htu", json!(url))), "allow", "{url}");
    }
}

#[test]
fn proof_is_a_minute_old_at_most_and_not_of_the_future() {
    assert_eq!(with_proof(&Proof::new().with("iat", json!(NOW - 69))), "allow");
    assert_eq!(with_proof(&Proof::new().with("iat", json!(NOW - 70))), "proof_too_old");
    assert_eq!(with_proof(&Proof::new().with("iat", json!(NOW + 10))), "allow");
    assert_eq!(with_proof(&Proof::new().with("iat", json!(NOW + 11))), "proof_not_yet_valid");
}

#[test]
fn proof_is_for_this_access_token() {
    let other = Proof::new().compact(&bound().with("jti", json!("j2")).compact());
    assert_eq!(with_field(Some(&other)), "proof_token_mismatch");
    assert_eq!(with_proof(&Proof::new().without_hash()), "proof_token_mismatch");
}

#[test]
fn claims_of_a_proof_are_there_and_of_their_type() {
    for claim in ["jti", "htm", "htu", "iat"] {
        assert_eq!(with_proof(&Proof::new().without(claim)), "proof_claim_malformed", "{claim}");
    }
    for (claim, value) in [
        ("jti", json!("")),
        ("jti", json!("x".repeat(257))),
        ("jti", json!(1)),
        ("htm", json!(null)),
        ("htu", json!(["https://api.example/orders/42"])),
        ("iat", json!("1800000000")),
        ("iat", json!(1.5)),
        ("iat", json!(-1)),
        ("nonce", json!(1)),
    ] {
        assert_eq!(
            with_proof(&Proof::new().with(claim, value.clone())),
            "proof_claim_malformed",
            "{claim} {value}"
        );
    }
    for payload in ["[]", "x", "", r#"{"jti":"a","jti":"b"}"#] {
        let field = Proof::new().with_payload(payload);
        assert_eq!(with_field(Some(&field)), "proof_payload_malformed", "{payload}");
    }
}

#[test]
fn refused_proof_is_challenged_by_its_own_scheme() {
    let decision = proved(&bound(), &Proof::by(EDDSA));
    assert_eq!(decision.response().unwrap().status, 401);
    let challenge = header(&decision, "www-authenticate").unwrap();
    assert!(
        challenge.starts_with("DPoP ") && challenge.contains("error=\"invalid_dpop_proof\""),
        "{challenge}"
    );
}

#[test]
fn lacking_scope_is_challenged_by_the_scheme_of_the_request() {
    let decision = proved(&bound().without("scope"), &Proof::new());
    assert_eq!(outcome(&decision), "insufficient_scope");
    assert!(header(&decision, "www-authenticate").unwrap().starts_with("DPoP "));
}

#[test]
fn resource_that_wants_bound_tokens_takes_no_others() {
    let bearer = format!("Bearer {}", Token::of_client().compact());
    for (authorization, reason) in [(None, "no_token"), (Some(bearer.as_str()), "token_not_bound")] {
        let request = GateRequest { method: "GET", url: URL, authorization, ..GateRequest::default() };
        let decision = crate::support::request::decide_at(&mut strict_gate(), &request, NOW);
        assert_eq!(outcome(&decision), reason);
        assert!(header(&decision, "www-authenticate").unwrap().starts_with("DPoP "));
    }
    let request = Proved::new(&bound(), &Proof::new());
    assert_eq!(outcome(&request.decided_by(&mut strict_gate())), "allow");
}

#[test]
fn proof_needs_a_nonce_where_there_is_a_secret_for_them() {
    let key = nonce_key();
    let mut gate = gate();
    let asked = Proved { nonces: Some(&key), ..Proved::new(&bound(), &Proof::new()) }.decided_by(&mut gate);
    assert_eq!((outcome(&asked), asked.response().unwrap().status), ("proof_nonce_missing", 401));
    assert!(header(&asked, "www-authenticate").unwrap().contains("error=\"use_dpop_nonce\""));
    let nonce = header(&asked, "dpop-nonce").unwrap();
    let proof = Proof::new().with("nonce", json!(nonce));
    let answered = Proved { nonces: Some(&key), ..Proved::new(&bound(), &proof) }.decided_by(&mut gate);
    assert_eq!(outcome(&answered), "allow");
    assert!(answered.handler_headers().iter().all(|(name, _)| *name != "dpop-nonce"));
}

#[test]
fn nonce_of_a_minute_ago_is_taken_and_the_next_one_told() {
    let (key, now) = (nonce_key(), UnixTime::from_seconds(NOW));
    let old = key.nonce("https://api.example/orders", UnixTime::from_seconds(NOW - 60));
    let proof = Proof::new().with("nonce", json!(old));
    let decision = Proved { nonces: Some(&key), ..Proved::new(&bound(), &proof) }.decided_by(&mut gate());
    assert_eq!(outcome(&decision), "allow");
    let told = decision.handler_headers().into_iter().find(|(name, _)| *name == "dpop-nonce").unwrap().1;
    assert_eq!(told, key.nonce("https://api.example/orders", now));
}

#[test]
fn nonce_of_elsewhere_of_long_ago_or_of_nobody_is_refused() {
    let key = nonce_key();
    let other = NonceKey::new(&Secret::new("another-secret-for-nonces-32-oct".into())).unwrap();
    let at = UnixTime::from_seconds;
    let good = key.nonce("https://api.example/orders", at(NOW));
    for nonce in [
        other.nonce("https://api.example/orders", at(NOW)),
        key.nonce("https://api.example/payments", at(NOW)),
        key.nonce("https://api.example/orders", at(NOW - 120)),
        key.nonce("https://api.example/orders", at(NOW + 120)),
        format!("{good}A"),
        good[1..].to_owned(),
        String::new(),
        "x".to_owned(),
    ] {
        let proof = Proof::new().with("nonce", json!(nonce));
        let decision = Proved { nonces: Some(&key), ..Proved::new(&bound(), &proof) }.decided_by(&mut gate());
        assert_eq!(outcome(&decision), "proof_nonce_unknown", "{nonce}");
        assert_eq!(header(&decision, "dpop-nonce").unwrap(), good);
    }
}

#[test]
fn secret_for_nonces_has_32_octets() {
    assert!(NonceKey::new(&Secret::new(vec![7; 31])).is_err());
    assert!(NonceKey::new(&Secret::new(vec![7; 32])).is_ok());
}

#[test]
fn tracked_proof_is_let_in_once_and_never_unasked() {
    for (reply, reason) in [
        (Some(r#"{"type":"opened"}"#), "allow"),
        (Some(r#"{"type":"refused","reason":"already_open"}"#), "proof_replayed"),
        (Some(r#"{"type":"refused","reason":"record_unreadable"}"#), "proof_use_unknown"),
        (Some(r#"{"type":"done"}"#), "proof_use_unknown"),
        (Some("{}"), "proof_use_unknown"),
        (Some("opened"), "proof_use_unknown"),
        (None, "proof_use_unknown"),
    ] {
        let request = Proved { reply, ..Proved::new(&bound(), &Proof::new()) };
        let decision = request.decided_by(&mut gate_of(|orders| orders["dpop_proofs"] = json!("tracked")));
        assert_eq!(outcome(&decision), reason, "{reply:?}");
        let status = decision.response().map(|response| response.status);
        assert_eq!(
            status,
            [("allow", None), ("proof_replayed", Some(401))]
                .into_iter()
                .find(|(own, _)| *own == reason)
                .map_or(Some(503), |(_, status)| status)
        );
    }
}

#[test]
fn proof_is_not_used_up_for_a_request_that_is_refused_anyway() {
    let mut gate = gate_of(|orders| orders["dpop_proofs"] = json!("tracked"));
    let decision = Proved::new(&bound().without("scope"), &Proof::new()).decided_by(&mut gate);
    assert_eq!(outcome(&decision), "insufficient_scope");
}

#[test]
fn signature_that_cannot_be_checked_now_is_no_refusal_of_the_proof() {
    let mut gate = gate();
    let token = bound().compact();
    let authorization = format!("DPoP {token}");
    let request = GateRequest {
        method: "GET",
        url: URL,
        authorization: Some(&authorization),
        ..GateRequest::default()
    };
    let Step::Signature(pending) = gate.decide(&request, UnixTime::from_seconds(NOW)) else { panic!() };
    let Step::Proof(pending) = gate.conclude_here(*pending) else { panic!() };
    let Step::ProofSignature(pending) =
        gate.conclude_proof(*pending, Some(&Proof::new().compact(&token)), Ok(None))
    else {
        panic!()
    };
    let Step::Decided(decision) = gate.conclude_proof_signature(*pending, None) else { panic!() };
    assert_eq!((outcome(&decision), decision.response().unwrap().status), ("cannot_verify_now", 503));
}
