use super::*;
use crate::support::test;

#[test]
fn a_well_formed_token_is_read_as_it_was_written() {
    let header = r#"{"typ":"at+jwt","alg":"ES256","kid":"2024-01","cty":"example"}"#;
    let text = token(header, b"\x00any octets\xff", b"signature");
    let token = UntrustedJws::parse(&text).unwrap();
    assert_eq!(token.algorithm().as_str(), "ES256");
    assert_eq!(token.kid(), Some("2024-01"));
    assert_eq!(token.typ(), Some("at+jwt"));
    assert_eq!(token.cty(), Some("example"));
    assert_eq!(token.header(), Ok(json(header)));
    assert_eq!(token.payload(), b"\x00any octets\xff");
    assert_eq!(token.signature(), b"signature");
    assert_eq!(token.signing_input(), text.rsplit_once('.').unwrap().0.as_bytes());
}

#[test]
fn optional_members_may_be_absent() {
    let text = headed(r#"{"alg":"EdDSA"}"#);
    let token = UntrustedJws::parse(&text).unwrap();
    assert_eq!((token.kid(), token.typ(), token.cty()), (None, None, None));
}

#[test]
fn an_empty_payload_is_a_payload() {
    let text = token(r#"{"alg":"EdDSA"}"#, b"", b"signature");
    assert_eq!(UntrustedJws::parse(&text).unwrap().payload(), b"");
}

#[test]
fn members_that_nobody_knows_are_left_alone() {
    assert!(
        UntrustedJws::parse(&headed(r#"{"alg":"EdDSA","x5t":"e","https://e.example/":[1,null]}"#)).is_ok()
    );
}

#[test]
fn a_debug_print_shows_no_part_of_the_token() {
    let text = token(r#"{"alg":"EdDSA","kid":"canary"}"#, b"canary", b"canary");
    let shown = format!("{:?}", UntrustedJws::parse(&text).unwrap());
    assert!(!shown.contains("canary") && !shown.contains(&encode("canary")), "{shown}");
    assert!(!shown.contains("99, 97, 110"), "{shown}");
}
