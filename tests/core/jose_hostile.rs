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

mod reading {
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
        assert_eq!(token.header(), &json(header));
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
            UntrustedJws::parse(&headed(r#"{"alg":"EdDSA","x5t":"e","https://e.example/":[1,null]}"#))
                .is_ok()
        );
    }

    #[test]
    fn a_debug_print_shows_no_part_of_the_token() {
        let text = token(r#"{"alg":"EdDSA","kid":"canary"}"#, b"canary", b"canary");
        let shown = format!("{:?}", UntrustedJws::parse(&text).unwrap());
        assert!(!shown.contains("canary") && !shown.contains(&encode("canary")), "{shown}");
        assert!(!shown.contains("99, 97, 110"), "{shown}");
    }
}

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

mod a3_key_id {
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
        assert_eq!(
            of_header(format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "k".repeat(10_000))),
            JwsError::TooLong
        );
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
}

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
        let thumbprints: Vec<_> = keys.candidates(&token).map(VerificationKey::thumbprint).collect();
        assert_eq!(thumbprints, [key(EDDSA_KEY).thumbprint()]);
    }
}

mod a5_extensions_and_other_serializations {
    use super::*;
    use crate::support::test;

    #[test]
    fn critical_members_are_refused_in_any_form() {
        for value in
            [r#"["exp"]"#, r#"["b64"]"#, "[]", r#""exp""#, "null", "true", "{}", "0", r#"["alg","alg"]"#]
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
            assert_eq!(
                of_header(format!(r#"{{"alg":"HS256","zip":{value}}}"#)),
                JwsError::Compressed,
                "{value}"
            );
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
        let (header, payload, signature) =
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let flattened =
            format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
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
}

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

mod a7_text {
    use super::*;
    use crate::support::test;

    #[test]
    fn lone_surrogates_are_refused() {
        for kid in [r"\ud800", r"\udc00", r"\ud800x", r"\udc00\ud800", r"\ud83d"] {
            let error = of_header(format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#));
            assert_eq!(error.code(), "header_not_json", "{kid}");
        }
    }

    #[test]
    fn a_surrogate_pair_is_one_character() {
        let text = headed(r#"{"alg":"HS256","kid":"\ud83d\udd11"}"#);
        assert_eq!(UntrustedJws::parse(&text).unwrap().kid(), Some("\u{1f511}"));
    }

    #[test]
    fn a_byte_order_mark_is_refused() {
        for mark in [&b"\xef\xbb\xbf"[..], b"\xfe\xff", b"\xff\xfe"] {
            let header = [mark, br#"{"alg":"HS256"}"#].concat();
            assert_eq!(of_header(header).code(), "header_not_json");
        }
    }

    #[test]
    fn a_raw_control_character_is_refused() {
        for octet in [0x00, 0x01, b'\n', 0x1f] {
            let header = [br#"{"alg":"HS256","kid":"a"#, &[octet][..], br#""}"#].concat();
            assert_eq!(of_header(header).code(), "header_not_json", "{octet}");
        }
        assert_eq!(of_header(b"{\"alg\":\"HS256\"}\x00").code(), "header_not_json");
    }

    #[test]
    fn what_is_not_utf_8_is_refused() {
        // Overlong forms of `/` and of NUL, an encoded surrogate, one beyond U+10FFFF, a stray continuation octet.
        for octets in
            [&b"\xc0\xaf"[..], b"\xe0\x80\xaf", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"]
        {
            let header = [br#"{"alg":"HS256","kid":""#, octets, br#""}"#].concat();
            assert_eq!(of_header(header).code(), "header_not_json", "{octets:x?}");
        }
    }

    #[test]
    fn homoglyphs_name_no_algorithm() {
        for name in ["\u{415}S256", "HS\u{ff12}56", "HS256\u{200b}", "Ed\u{2082}5519"] {
            assert_eq!(of_header(format!(r#"{{"alg":"{name}"}}"#)), JwsError::AlgorithmUnknown, "{name}");
        }
    }

    #[test]
    fn a_header_that_is_no_object_is_refused() {
        for header in ["[]", r#"["alg","HS256"]"#, r#""alg""#, "null", "1", "true"] {
            assert_eq!(of_header(header), JwsError::HeaderNotObject, "{header}");
        }
    }

    #[test]
    fn a_header_that_is_no_json_is_refused() {
        for header in
            ["", " ", "{", r#"{"alg":"HS256""#, r#"{"alg":"HS256"} {}"#, r#"{alg:"HS256"}"#, "{'alg':1}"]
        {
            assert_eq!(of_header(header).code(), "header_not_json", "{header}");
        }
        assert_eq!(of_header(r#"{"alg":"HS256",}"#).code(), "header_not_json");
        assert_eq!(of_header(r#"{"alg":"HS256"/**/}"#).code(), "header_not_json");
    }
}

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

mod a9_base64url {
    use super::*;
    use crate::support::test;

    const HEADER: &str = "eyJhbGciOiJIUzI1NiJ9";

    /// The refusals of `part` as header, as payload and as signature.
    fn refusals(part: &str) -> [JwsError; 3] {
        [format!("{part}.e30.AA"), format!("{HEADER}.{part}.AA"), format!("{HEADER}.e30.{part}")]
            .map(|token| refusal(&token))
    }

    #[test]
    fn what_is_not_canonical_is_refused_in_every_part() {
        let parts = [
            ("padding", "e30="),
            ("more padding", "e3=="),
            ("padding alone", "===="),
            ("a space before", " e30"),
            ("a space after", "e30 "),
            ("a line break", "e3\n0"),
            ("a tab", "e3\t0"),
            ("the other alphabet", "-+_a"),
            ("the other alphabet", "ab/_"),
            ("unused bits in two characters", "AB"),
            ("unused bits in three characters", "AAB"),
            ("unused bits at the end", "e31"),
            ("a single character", "A"),
            ("a single character at the end", "AAAAA"),
            ("a NUL", "e3\0"),
            ("outside ASCII", "e3\u{b2}"),
            ("a fullwidth digit", "e3\u{ff10}"),
            ("a percent escape", "e3%30"),
        ];
        let expected = [JwsError::HeaderEncoding, JwsError::PayloadEncoding, JwsError::SignatureEncoding];
        for (fault, part) in parts {
            assert_eq!(refusals(part), expected, "{fault}");
        }
    }

    #[test]
    fn a_signature_has_one_spelling() {
        let (signed, signature) = EDDSA_TOKEN.rsplit_once('.').unwrap();
        assert!(verifies(EDDSA_TOKEN, &key(EDDSA_KEY)) || cfg!(not(feature = "portable")));
        // 64 octets leave four unused bits in the last character: fifteen other spellings.
        let (start, last) = signature.split_at(signature.len() - 1);
        assert_eq!(last, "g");
        for other in "hijklmnopqrstuv".chars() {
            assert_eq!(refusal(&format!("{signed}.{start}{other}")), JwsError::SignatureEncoding, "{other}");
        }
    }
}

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
            prop_assert_eq!(token(serde_json::to_vec(read.header()).unwrap(), read.payload(), read.signature()), text);
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
