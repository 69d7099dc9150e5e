//! THREATS A as far as it is the reader's: what is refused before any key is looked at.

use audgate::jose::{JwsError, KeySet, MAX_TOKEN_LENGTH, UntrustedJws, VerificationKey, portable};
use audgate::vocabulary::json::JsonError;

use crate::jose_keys::vectors::{
    EDDSA_KEY, EDDSA_TOKEN, ES256_KEY, HS256_KEY, HS256_TOKEN, encode, headed, json, key, string, token, with,
};
use crate::support::test;

fn refusal(token: &str) -> JwsError {
    UntrustedJws::parse(token).expect_err("the token is refused")
}

/// The refusal of a token with that header.
fn of_header(header: impl AsRef<[u8]>) -> JwsError {
    refusal(&headed(header))
}

fn verifies(token: &str, key: &VerificationKey) -> bool {
    let Ok(token) = UntrustedJws::parse(token) else { return false };
    portable::verify(key, token.algorithm(), token.signing_input(), token.signature()) == Some(true)
}

mod reading;

mod a1_alg_none {
    use super::*;
    use crate::support::test;

    #[test]
    fn none_is_refused_in_any_case() {
        for name in ["none", "None", "NONE", "nOnE", "nonE"] {
            assert_eq!(of_header(format!(r#"{{"alg":"{name}"}}"#)), JwsError::AlgorithmNone, "{name}");
        }
    }

    #[test]
    fn none_is_refused_when_it_is_spelled_with_escapes() {
        assert_eq!(of_header(r#"{"\u0061lg":"\u006eone"}"#), JwsError::AlgorithmNone);
    }

    #[test]
    fn names_around_none_are_unknown() {
        for name in ["", " none", "none ", "none\\u0000", "n\u{3bf}ne", "null"] {
            assert_eq!(of_header(format!(r#"{{"alg":"{name}"}}"#)), JwsError::AlgorithmUnknown, "{name}");
        }
    }

    #[test]
    fn an_empty_signature_is_refused_under_every_algorithm() {
        for name in ["none", "HS256", "ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519"] {
            let unsigned = token(format!(r#"{{"alg":"{name}"}}"#), b"{}", b"");
            assert_eq!(refusal(&unsigned), JwsError::SignatureMissing, "{name}");
        }
    }

    #[test]
    fn an_absent_algorithm_is_refused() {
        assert_eq!(of_header("{}"), JwsError::AlgorithmMissing);
        assert_eq!(of_header(r#"{"typ":"JWT"}"#), JwsError::AlgorithmMissing);
        assert_eq!(of_header(r#"{"ALG":"HS256"}"#), JwsError::AlgorithmMissing);
    }

    #[test]
    fn an_algorithm_that_is_no_string_is_refused() {
        for value in ["null", "true", "256", r#"["HS256"]"#, r#"{"name":"HS256"}"#] {
            assert_eq!(of_header(format!(r#"{{"alg":{value}}}"#)), JwsError::AlgorithmNotString, "{value}");
        }
    }
}

/// The part of A2 that concerns names; the matrix with keys is in `jose_signatures`.
mod a2_algorithm_names {
    use super::*;
    use crate::support::test;

    #[test]
    fn names_in_another_case_are_unknown() {
        for name in ["hs256", "Hs256", "es256", "rs256", "eddsa", "EDDSA", "ed25519", "ED25519"] {
            assert_eq!(of_header(format!(r#"{{"alg":"{name}"}}"#)), JwsError::AlgorithmUnknown, "{name}");
        }
    }

    #[test]
    fn registered_algorithms_that_are_not_used_here_are_unknown() {
        for name in
            ["HS384", "HS512", "RS384", "RS512", "PS384", "PS512", "ES512", "ES256K", "Ed448", "ML-DSA-44"]
        {
            assert_eq!(of_header(format!(r#"{{"alg":"{name}"}}"#)), JwsError::AlgorithmUnknown, "{name}");
        }
    }

    #[test]
    fn both_names_of_ed25519_are_one_algorithm() {
        let names = ["EdDSA", "Ed25519"].map(|name| headed(format!(r#"{{"alg":"{name}"}}"#)));
        let read = names.each_ref().map(|token| UntrustedJws::parse(token).unwrap().algorithm());
        assert_eq!(read[0], read[1]);
    }
}

mod a3_key_id;

mod a4_keys_inside_the_token {
    use super::*;
    use crate::support::test;

    /// RFC 7515 appendix A.1's key signs, and the header brings it along.
    #[test]
    fn an_embedded_key_is_not_a_candidate() {
        let keys = KeySet::new(vec![key(ES256_KEY), key(EDDSA_KEY)]);
        for member in ["jwk", "jku", "x5u", "x5c"] {
            let brought = if member == "jwk" { json(HS256_KEY) } else { string("https://attacker.example/") };
            let header = with(&json(r#"{"alg":"HS256"}"#), member, brought);
            let text = headed(serde_json::to_vec(&header).unwrap());
            assert_eq!(keys.candidates(&UntrustedJws::parse(&text).unwrap()).count(), 0, "{member}");
        }
    }

    #[test]
    fn a_reference_to_keys_changes_nothing_about_the_candidates() {
        let keys = KeySet::new(vec![key(EDDSA_KEY)]);
        let text = headed(r#"{"alg":"EdDSA","jku":"https://attacker.example/jwks.json","x5c":["MII"]}"#);
        let token = UntrustedJws::parse(&text).unwrap();
        let thumbprints: Vec<_> = keys.candidates(&token).map(|key| key.thumbprint()).collect();
        assert_eq!(thumbprints, [key(EDDSA_KEY).thumbprint()]);
    }
}

mod a5_extensions_and_other_serializations;

mod a6_duplicate_names {
    use super::*;
    use crate::support::test;

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        for header in [
            r#"{"alg":"HS256","alg":"HS256"}"#,
            r#"{"alg":"HS256","alg":"none"}"#,
            r#"{"alg":"HS256","typ":"JWT","typ":"at+jwt"}"#,
        ] {
            assert_eq!(of_header(header).code(), "header_duplicate_name", "{header}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_under_escapes_is_refused() {
        for header in [
            r#"{"alg":"HS256","\u0061lg":"none"}"#,
            r#"{"\u0061\u006c\u0067":"HS256","alg":"HS256"}"#,
            r#"{"alg":"HS256","a\/b":1,"a/b":2}"#,
        ] {
            assert_eq!(of_header(header).code(), "header_duplicate_name", "{header}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_deep_inside_is_refused() {
        let error = of_header(r#"{"alg":"HS256","ext":[{"a":{"b":1,"\u0062":2}}]}"#);
        assert_eq!(error.code(), "header_duplicate_name");
    }
}

mod a7_text;

mod a8_size {
    use super::*;
    use crate::support::test;

    fn of_length(length: usize) -> String {
        let signed = token(r#"{"alg":"HS256"}"#, b"{}", b"");
        let fill = "A".repeat(length - signed.len());
        signed + &fill
    }

    fn of_depth(depth: usize) -> String {
        let inner = depth - 1;
        format!(r#"{{"alg":"HS256","deep":{}{}}}"#, "[".repeat(inner), "]".repeat(inner))
    }

    #[test]
    fn a_token_of_8192_octets_is_read() {
        assert_eq!(MAX_TOKEN_LENGTH, 8_192);
        assert!(UntrustedJws::parse(&of_length(8_192)).is_ok());
    }

    #[test]
    fn a_longer_token_is_refused() {
        assert_eq!(refusal(&of_length(8_193)), JwsError::TooLong);
        assert_eq!(refusal(&of_length(1_000_000)), JwsError::TooLong);
    }

    #[test]
    fn a_million_dots_are_too_long_before_they_are_too_many() {
        assert_eq!(refusal(&".".repeat(1_000_000)), JwsError::TooLong);
        assert_eq!(refusal(&".".repeat(8_192)), JwsError::NotThreeParts);
    }

    #[test]
    fn a_header_eight_deep_is_read() {
        assert!(UntrustedJws::parse(&headed(of_depth(8))).is_ok());
    }

    #[test]
    fn a_deeper_header_is_refused() {
        assert_eq!(of_header(of_depth(9)), JwsError::HeaderJson(JsonError::TooDeep));
        assert_eq!(of_header(of_depth(2_000)), JwsError::HeaderJson(JsonError::TooDeep));
        let objects = r#"{"a":"#.repeat(1_000);
        assert_eq!(of_header(objects), JwsError::HeaderJson(JsonError::TooDeep));
    }
}

mod a9_base64url;

/// The number of reasons that [`UntrustedJws::parse`] and `check_signature_form` know.
const REASONS: usize = 22;

/// Fails to compile when a reason is added: it needs a vector then.
fn reason(error: &JwsError) -> usize {
    match error {
        JwsError::TooLong => 0,
        JwsError::NotThreeParts => 1,
        JwsError::SignatureMissing => 2,
        JwsError::HeaderEncoding => 3,
        JwsError::PayloadEncoding => 4,
        JwsError::SignatureEncoding => 5,
        JwsError::HeaderJson(_) => 6,
        JwsError::HeaderNotObject => 7,
        JwsError::AlgorithmMissing => 8,
        JwsError::AlgorithmNotString => 9,
        JwsError::AlgorithmNone => 10,
        JwsError::AlgorithmUnknown => 11,
        JwsError::CriticalHeader => 12,
        JwsError::UnencodedPayload => 13,
        JwsError::Compressed => 14,
        JwsError::Encrypted => 15,
        JwsError::MemberNotString { .. } => 16,
        JwsError::KeyIdTooLong => 17,
        JwsError::AlgorithmNotPermitted => 18,
        JwsError::SignatureLength => 19,
        JwsError::SignatureOutOfRange => 20,
        JwsError::SignaturePoint => 21,
    }
}

#[test]
fn every_reason_has_a_vector_and_a_code_of_its_own() {
    let form = |algorithm: &str, length: usize, octet: u8| {
        let algorithm = audgate::jose::Algorithm::from_header(algorithm).unwrap();
        key(EDDSA_KEY).check_signature_form(algorithm, &vec![octet; length]).unwrap_err()
    };
    let vectors = [
        ("token_too_long", refusal(&"a".repeat(8_193))),
        ("not_three_parts", refusal("a.b")),
        ("signature_missing", refusal("e30.e30.")),
        ("header_encoding", refusal("e30=.e30.AA")),
        ("payload_encoding", refusal("eyJhbGciOiJIUzI1NiJ9.e30=.AA")),
        ("signature_encoding", refusal("eyJhbGciOiJIUzI1NiJ9.e30.AA==")),
        ("header_not_json", of_header("{")),
        ("header_duplicate_name", of_header(r#"{"a":1,"a":1}"#)),
        ("header_too_deep", of_header(r#"{"a":[[[[[[[[]]]]]]]]}"#)),
        ("header_not_object", of_header("[]")),
        ("algorithm_missing", of_header("{}")),
        ("algorithm_not_string", of_header(r#"{"alg":1}"#)),
        ("algorithm_none", of_header(r#"{"alg":"none"}"#)),
        ("algorithm_unknown", of_header(r#"{"alg":"RS512"}"#)),
        ("critical_header", of_header(r#"{"alg":"HS256","crit":["exp"]}"#)),
        ("unencoded_payload", of_header(r#"{"alg":"HS256","b64":false}"#)),
        ("compressed", of_header(r#"{"alg":"HS256","zip":"DEF"}"#)),
        ("encrypted", of_header(r#"{"alg":"HS256","enc":"A128GCM"}"#)),
        ("header_member_not_string", of_header(r#"{"alg":"HS256","typ":1}"#)),
        ("key_id_too_long", of_header(format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(257)))),
        ("algorithm_not_permitted", form("ES256", 64, 1)),
        ("signature_length", form("EdDSA", 63, 1)),
        ("signature_out_of_range", form("EdDSA", 64, 0xff)),
        ("signature_point", form("EdDSA", 64, 0)),
    ];
    for (code, error) in &vectors {
        assert_eq!(error.code(), *code);
    }
    let mut seen: Vec<_> = vectors.iter().map(|(_, error)| reason(error)).collect();
    seen.dedup();
    assert_eq!(seen, (0..REASONS).collect::<Vec<_>>());
}

#[test]
fn no_message_echoes_the_token() {
    for header in [
        r#"{"alg":"canary"}"#,
        r#"{"alg":"HS256","canary":1,"canary":2}"#,
        r#"{"alg":"HS256","crit":["canary"]}"#,
        r#"{"alg":"HS256" canary}"#,
    ] {
        let error = of_header(header);
        assert!(
            !error.to_string().contains("canary") && !format!("{error:?}").contains("canary"),
            "{error:?}"
        );
    }
}

/// Natively only: random input, and a flood of it.
#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn reading_never_panics(text in ".{0,200}") {
            let _ = UntrustedJws::parse(&text);
        }

        #[test]
        fn reading_three_parts_never_panics(text in "[A-Za-z0-9_=.-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,90}") {
            let _ = UntrustedJws::parse(&text);
        }

        #[test]
        fn reading_any_header_never_panics(header in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = UntrustedJws::parse(&headed(header));
        }

        #[test]
        fn what_was_read_writes_the_same_token(
            kid in ".{0,40}",
            payload in proptest::collection::vec(any::<u8>(), 0..200),
            signature in proptest::collection::vec(any::<u8>(), 1..100),
        ) {
            let header = with(&json(r#"{"alg":"ES256"}"#), "kid", string(kid));
            let text = token(serde_json::to_vec(&header).unwrap(), &payload, &signature);
            let read = UntrustedJws::parse(&text).unwrap();
            prop_assert_eq!(token(serde_json::to_vec(&read.header().unwrap()).unwrap(), read.payload(), read.signature()), text);
        }

        #[test]
        fn a_token_with_one_character_changed_does_not_verify(
            position in 0..HS256_TOKEN.len(),
            other in "[A-Za-z0-9_.=-]",
        ) {
            let mut changed = HS256_TOKEN.to_owned();
            changed.replace_range(position..=position, &other);
            prop_assume!(changed != HS256_TOKEN);
            prop_assert!(!verifies(&changed, &key(HS256_KEY)));
        }
    }
}
