use super::*;
use crate::support::test;

const HOSTILE: [&str; 10] = [
    "../../../../etc/passwd",
    "/dev/null",
    "' OR '1'='1",
    "x'; DROP TABLE keys; --",
    "__proto__",
    "constructor",
    "https://attacker.example/jwks.json",
    "tenant/other",
    "*",
    "a\u{0}",
];

fn keys() -> KeySet {
    let named = with(&json(ES256_KEY), "kid", string("a"));
    KeySet::new(vec![VerificationKey::from_jwk(&named).unwrap()])
}

fn candidates(keys: &KeySet, kid: &str) -> usize {
    let header = with(&json(r#"{"alg":"ES256"}"#), "kid", string(kid));
    let text = headed(serde_json::to_vec(&header).unwrap());
    keys.candidates(&UntrustedJws::parse(&text).unwrap()).count()
}

#[test]
fn a_hostile_key_id_is_a_name_that_no_key_has() {
    assert_eq!(candidates(&keys(), "a"), 1);
    for kid in HOSTILE {
        assert_eq!(candidates(&keys(), kid), 0, "{kid}");
    }
}

#[test]
fn key_ids_are_compared_octet_by_octet() {
    for kid in ["A", "a ", " a", "a\u{200b}", "\u{430}", "\u{ff41}", "a\u{301}", ""] {
        assert_eq!(candidates(&keys(), kid), 0, "{kid:?}");
    }
}

#[test]
fn a_key_id_of_256_characters_is_read() {
    for kid in ["k".repeat(256), "\u{1f511}".repeat(256)] {
        let text = headed(format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#));
        assert_eq!(UntrustedJws::parse(&text).unwrap().kid(), Some(kid.as_str()));
    }
}

#[test]
fn a_longer_key_id_is_refused() {
    for kid in ["k".repeat(257), "\u{1f511}".repeat(257), "k".repeat(5_000)] {
        assert_eq!(of_header(format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#)), JwsError::KeyIdTooLong);
    }
}

#[test]
fn a_key_id_of_ten_thousand_octets_makes_the_token_too_long() {
    assert_eq!(of_header(format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(10_000))), JwsError::TooLong);
}

#[test]
fn a_second_key_id_is_refused() {
    let error = of_header(r#"{"kid":"a","alg":"ES256","kid":"b"}"#);
    assert_eq!(error.code(), "header_duplicate_name");
}

#[test]
fn a_key_id_that_is_no_string_is_refused() {
    for value in ["null", "1", r#"["a"]"#, r#"{"__proto__":"a"}"#, "false"] {
        let error = of_header(format!(r#"{{"alg":"ES256","kid":{value}}}"#));
        assert_eq!(error, JwsError::MemberNotString { member: "kid" }, "{value}");
    }
}
