use super::*;
use crate::support::test;

#[test]
fn critical_members_are_refused_in_any_form() {
    for value in [r#"["exp"]"#, r#"["b64"]"#, "[]", r#""exp""#, "null", "true", "{}", "0", r#"["alg","alg"]"#]
    {
        let error = of_header(format!(r#"{{"alg":"HS256","crit":{value}}}"#));
        assert_eq!(error, JwsError::CriticalHeader, "{value}");
    }
}

#[test]
fn critical_members_are_refused_when_spelled_with_escapes() {
    assert_eq!(of_header(r#"{"alg":"HS256","\u0063rit":["exp"],"exp":1}"#), JwsError::CriticalHeader);
}

#[test]
fn an_unencoded_payload_is_refused_whatever_the_value() {
    for value in ["false", "true", "null", r#""false""#] {
        let error = of_header(format!(r#"{{"alg":"HS256","b64":{value}}}"#));
        assert_eq!(error, JwsError::UnencodedPayload, "{value}");
    }
}

#[test]
fn a_compressed_payload_is_refused() {
    for value in [r#""DEF""#, "null", r#""""#] {
        assert_eq!(of_header(format!(r#"{{"alg":"HS256","zip":{value}}}"#)), JwsError::Compressed, "{value}");
    }
}

#[test]
fn a_detached_payload_does_not_verify() {
    let (header, rest) = HS256_TOKEN.split_once('.').unwrap();
    let (_, signature) = rest.split_once('.').unwrap();
    assert!(verifies(HS256_TOKEN, &key(HS256_KEY)));
    assert!(!verifies(&format!("{header}..{signature}"), &key(HS256_KEY)));
}

#[test]
fn the_json_serializations_are_no_tokens() {
    let mut parts = HS256_TOKEN.split('.');
    let (header, payload, signature) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let flattened = format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
    let general = format!(
        r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
    );
    assert_eq!(refusal(&flattened), JwsError::NotThreeParts);
    assert_eq!(refusal(&general), JwsError::NotThreeParts);
}

/// To a reader that tries both, this is JSON, and it has two dots as well.
#[test]
fn a_token_between_both_serializations_is_refused() {
    let polyglot = r#"{"payload":"e30","protected":"e30","header":{"a":".e30."},"signature":"AA"}"#;
    assert_eq!(refusal(polyglot), JwsError::HeaderEncoding);
}

#[test]
fn an_encrypted_token_is_refused() {
    let five = format!("{}.a.b.c.d", encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#));
    assert_eq!(refusal(&five), JwsError::NotThreeParts);
    assert_eq!(of_header(r#"{"alg":"HS256","enc":"A256GCM"}"#), JwsError::Encrypted);
    assert_eq!(of_header(r#"{"alg":"dir"}"#), JwsError::AlgorithmUnknown);
    assert_eq!(of_header(r#"{"alg":"PBES2-HS256+A128KW","p2c":2147483647}"#), JwsError::AlgorithmUnknown);
}

#[test]
fn a_nested_token_is_octets_that_nobody_opens() {
    let outer = token(r#"{"alg":"HS256","cty":"JWT"}"#, HS256_TOKEN, b"signature");
    let outer = UntrustedJws::parse(&outer).unwrap();
    assert_eq!((outer.cty(), outer.payload()), (Some("JWT"), HS256_TOKEN.as_bytes()));
    assert_eq!(outer.signature(), b"signature");
}

#[test]
fn other_numbers_of_parts_are_refused() {
    for text in ["", ".", "a", "a.b", "e30.e30", "e30.e30.e30.e30", "....", "..."] {
        assert_eq!(refusal(text), JwsError::NotThreeParts, "{text}");
    }
    assert_eq!(refusal(".."), JwsError::SignatureMissing);
}

#[test]
fn types_that_are_no_strings_are_refused() {
    for member in ["typ", "cty"] {
        for value in ["null", "1", r#"["JWT"]"#, "{}"] {
            let error = of_header(format!(r#"{{"alg":"HS256","{member}":{value}}}"#));
            assert_eq!(error, JwsError::MemberNotString { member }, "{value}");
        }
    }
}
