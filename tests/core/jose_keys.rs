//! THREATS A3, A4, B3, B4 and B5 as far as they concern keys: what is refused when a key is loaded.

#[path = "vectors/jose/mod.rs"]
pub(crate) mod vectors;

use audgate::jose::{Algorithm, JwkError, KeySet, UntrustedJws, VerificationKey};
use audgate::vocabulary::json::Json;

use crate::support::test;
use vectors::{
    EDDSA_KEY, EDDSA_PRIVATE_KEY, ES256_KEY, ES256_PRIVATE_KEY, HS256_KEY, RS256_KEY, decode, encode,
    es384_key, generated, headed, items, json, key, string, text, with, without,
};

fn refusal(jwk: &Json) -> JwkError {
    VerificationKey::from_jwk(jwk).expect_err("the key is refused")
}

/// The refusal of `jwk` with `member` set to a string.
fn of(jwk: &str, member: &str, value: &str) -> JwkError {
    refusal(&with(&json(jwk), member, string(value)))
}

/// The octets of a member after `change`, as base64url.
fn changed(jwk: &Json, member: &str, change: impl FnOnce(&mut Vec<u8>)) -> Json {
    let mut octets = decode(text(jwk, member));
    change(&mut octets);
    with(jwk, member, string(encode(octets)))
}

fn all_keys() -> [Json; 5] {
    [json(HS256_KEY), json(ES256_KEY), es384_key(), json(EDDSA_KEY), json(RS256_KEY)]
}

mod reading {
    use super::*;
    use crate::support::test;

    #[test]
    fn every_kind_of_key_is_read() {
        for jwk in all_keys() {
            assert!(VerificationKey::from_jwk(&jwk).is_ok(), "{jwk:?}");
        }
    }

    #[test]
    fn only_an_hs256_key_is_symmetric() {
        let symmetric = all_keys().map(|jwk| VerificationKey::from_jwk(&jwk).unwrap().is_symmetric());
        assert_eq!(symmetric, [true, false, false, false, false]);
    }

    #[test]
    fn private_members_are_noted_and_never_published() {
        for jwk in [ES256_PRIVATE_KEY, EDDSA_PRIVATE_KEY] {
            let key = key(jwk);
            assert!(key.has_private_members());
            assert_eq!(key.public_jwk().unwrap().member("d"), None);
        }
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            let key = VerificationKey::from_jwk(&with(&json(RS256_KEY), member, string("AQ"))).unwrap();
            assert!(key.has_private_members(), "{member}");
            assert_eq!(key.public_jwk().unwrap().member(member), None, "{member}");
        }
    }

    #[test]
    fn public_keys_and_secrets_have_no_private_members_beside() {
        for jwk in all_keys() {
            assert!(!VerificationKey::from_jwk(&jwk).unwrap().has_private_members(), "{jwk:?}");
        }
    }

    #[test]
    fn a_published_key_has_its_public_members_name_algorithm_and_use() {
        let jwk = with(&with(&json(ES256_PRIVATE_KEY), "kid", string("2024-01")), "alg", string("ES256"));
        let jwk = with(&with(&jwk, "ext", Json::Bool(true)), "x5u", string("https://e.example/"));
        let published = VerificationKey::from_jwk(&jwk).unwrap().public_jwk().unwrap();
        assert_eq!(
            serde_json::to_string(&published).unwrap(),
            r#"{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"2024-01","alg":"ES256","use":"sig"}"#
        );
    }

    #[test]
    fn a_published_key_is_the_same_key() {
        for jwk in all_keys().iter().skip(1) {
            let key = VerificationKey::from_jwk(jwk).unwrap();
            let again = VerificationKey::from_jwk(&key.public_jwk().unwrap()).unwrap();
            assert_eq!(again.thumbprint(), key.thumbprint());
        }
    }

    #[test]
    fn a_secret_is_never_published() {
        assert_eq!(key(HS256_KEY).public_jwk(), None);
    }

    #[test]
    fn a_debug_print_shows_no_secret() {
        let secret = b"canary-canary-canary-canary-canary";
        let jwk = format!(r#"{{"kty":"oct","k":"{}"}}"#, encode(secret));
        let shown = format!("{:?}", key(&jwk));
        assert!(!shown.contains("canary") && !shown.contains(&encode(secret)), "{shown}");
        assert!(!shown.contains("99, 97, 110"), "{shown}");
        assert!(!format!("{:?}", key(ES256_PRIVATE_KEY)).contains("jpsQnnGQmL"));
    }

    #[test]
    fn thumbprints_are_those_of_the_rfcs() {
        // RFC 7638 section 3.1, its members beyond the required ones included.
        let rsa = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        assert_eq!(key(rsa).thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        // RFC 8037 appendix A.3, with and without the private member.
        assert_eq!(key(EDDSA_KEY).thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(key(EDDSA_PRIVATE_KEY).thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn thumbprints_of_other_kinds_are_the_hash_of_the_required_members() {
        use sha2::{Digest, Sha256};
        let of = |text: &str| encode(Sha256::digest(text.as_bytes()));
        let (x, y) =
            ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        assert_eq!(key(ES256_KEY).thumbprint(), of(&canonical));
        let canonical = format!(r#"{{"k":"{}","kty":"oct"}}"#, text(&json(HS256_KEY), "k"));
        assert_eq!(key(HS256_KEY).thumbprint(), of(&canonical));
    }
}

mod a4_certificates_and_urls_in_keys {
    use super::*;
    use crate::support::test;

    #[test]
    fn certificates_and_urls_in_a_key_are_ignored() {
        let plain = key(EDDSA_KEY);
        for (member, value) in [
            ("x5c", Json::Array(vec![string("MIIattacker")])),
            ("x5u", string("https://attacker.example/chain.pem")),
            ("jku", string("https://attacker.example/jwks.json")),
            ("x5t#S256", string("attacker")),
            ("x5c", Json::Null),
        ] {
            let key = VerificationKey::from_jwk(&with(&json(EDDSA_KEY), member, value)).unwrap();
            assert_eq!(key.thumbprint(), plain.thumbprint());
            assert_eq!(key.public_jwk(), plain.public_jwk());
        }
    }
}

mod b3_edwards_points {
    use super::*;
    use crate::support::test;

    fn points(kind: &str) -> Vec<String> {
        let generated = generated();
        let points = items(generated.member("ed25519_points").unwrap().member(kind).unwrap());
        points.iter().map(|point| point.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn sound_points_are_keys() {
        for x in points("sound") {
            assert!(VerificationKey::from_jwk(&with(&json(EDDSA_KEY), "x", string(x))).is_ok());
        }
    }

    #[test]
    fn points_of_small_order_are_refused() {
        let points = points("small_order");
        assert_eq!(points.len(), 10);
        for x in points {
            assert_eq!(of(EDDSA_KEY, "x", &x), JwkError::PointOfSmallOrder, "{x}");
        }
    }

    #[test]
    fn every_encoding_at_or_above_the_prime_is_refused() {
        let points = points("not_canonical");
        assert_eq!(points.len(), 38);
        for x in points {
            assert_eq!(of(EDDSA_KEY, "x", &x), JwkError::PointNotCanonical, "{x}");
        }
    }

    #[test]
    fn points_off_the_curve_are_refused() {
        for x in points("not_on_curve") {
            assert_eq!(of(EDDSA_KEY, "x", &x), JwkError::PointNotOnCurve, "{x}");
        }
    }

    #[test]
    fn other_lengths_are_refused() {
        for length in [0, 1, 31, 33, 57, 64] {
            let error = of(EDDSA_KEY, "x", &encode(vec![9; length]));
            assert_eq!(error, JwkError::Length { member: "x", octets: 32 }, "{length}");
        }
    }
}

mod b4_rsa_numbers {
    use super::*;
    use crate::support::test;

    fn modulus(octets: &[u8]) -> Result<VerificationKey, JwkError> {
        VerificationKey::from_jwk(&with(&json(RS256_KEY), "n", string(encode(octets))))
    }

    /// An odd number of exactly that many bits.
    fn of_bits(bits: usize) -> Vec<u8> {
        let mut octets = vec![0xa5; bits.div_ceil(8)];
        let used = (bits - 1) % 8;
        octets[0] = 1 << used;
        octets
    }

    fn exponent(octets: &[u8]) -> Result<VerificationKey, JwkError> {
        VerificationKey::from_jwk(&with(&json(RS256_KEY), "e", string(encode(octets))))
    }

    #[test]
    fn a_modulus_of_2048_to_8192_bits_is_read() {
        for bits in [2_048, 2_049, 2_056, 3_072, 4_096, 8_192] {
            assert!(modulus(&of_bits(bits)).is_ok(), "{bits}");
        }
    }

    #[test]
    fn a_shorter_or_longer_modulus_is_refused() {
        for bits in [8, 512, 1_024, 2_040, 2_047, 8_193, 8_200, 16_384] {
            assert_eq!(modulus(&of_bits(bits)).unwrap_err(), JwkError::ModulusSize, "{bits}");
        }
    }

    #[test]
    fn an_even_modulus_is_refused() {
        let even = changed(&json(RS256_KEY), "n", |n| *n.last_mut().unwrap() &= 0xfe);
        assert_eq!(refusal(&even), JwkError::ModulusEven);
    }

    #[test]
    fn leading_zeros_are_refused() {
        for member in ["n", "e"] {
            let padded = changed(&json(RS256_KEY), member, |octets| octets.insert(0, 0));
            assert_eq!(refusal(&padded), JwkError::LeadingZero { member });
            assert_eq!(of(RS256_KEY, member, ""), JwkError::LeadingZero { member });
        }
    }

    #[test]
    fn usual_exponents_are_read() {
        for octets in [&[3][..], &[17], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
            assert!(exponent(octets).is_ok(), "{octets:?}");
        }
    }

    #[test]
    fn exponents_that_are_1_or_even_or_huge_are_refused() {
        let huge = [0xff; 256];
        for octets in
            [&[1][..], &[2], &[4], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 0, 0, 0, 3], &huge]
        {
            assert_eq!(exponent(octets).unwrap_err(), JwkError::Exponent, "{octets:?}");
        }
    }
}

mod b5_points_of_the_nist_curves {
    use super::*;
    use crate::support::test;

    const P256_PRIME: [u8; 32] = {
        let mut prime = [0xff; 32];
        let mut index = 4;
        while index < 20 {
            prime[index] = 0;
            index += 1;
        }
        prime[7] = 1;
        prime
    };

    #[test]
    fn one_changed_bit_leaves_the_curve() {
        for jwk in [json(ES256_KEY), es384_key()] {
            for member in ["x", "y"] {
                let off = changed(&jwk, member, |octets| octets[5] ^= 1);
                assert_eq!(refusal(&off), JwkError::PointNotOnCurve, "{member}");
            }
        }
    }

    #[test]
    fn swapped_coordinates_leave_the_curve() {
        for jwk in [json(ES256_KEY), es384_key()] {
            let swapped = with(&with(&jwk, "x", string(text(&jwk, "y"))), "y", string(text(&jwk, "x")));
            assert_eq!(refusal(&swapped), JwkError::PointNotOnCurve);
        }
    }

    /// (0, 0) stands for infinity in some libraries; zeros elsewhere are points of other curves.
    #[test]
    fn zeros_are_not_on_the_curve() {
        for (jwk, length) in [(json(ES256_KEY), 32), (es384_key(), 48)] {
            let zero = string(encode(vec![0; length]));
            let origin = with(&with(&jwk, "x", zero.clone()), "y", zero.clone());
            for jwk in [origin, with(&jwk, "x", zero.clone()), with(&jwk, "y", zero)] {
                assert_eq!(refusal(&jwk), JwkError::PointNotOnCurve);
            }
        }
    }

    #[test]
    fn a_point_of_secp256k1_is_refused() {
        let (x, y) = (
            "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g", // its base point, from SEC 2
            "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg",
        );
        let jwk = with(&with(&json(ES256_KEY), "x", string(x)), "y", string(y));
        assert_eq!(refusal(&jwk), JwkError::PointNotOnCurve);
    }

    #[test]
    fn coordinates_at_or_above_the_prime_are_refused() {
        for (jwk, length) in [(json(ES256_KEY), 32), (es384_key(), 48)] {
            for member in ["x", "y"] {
                let largest = with(&jwk, member, string(encode(vec![0xff; length])));
                assert_eq!(refusal(&largest), JwkError::PointNotCanonical, "{member}");
            }
        }
        for member in ["x", "y"] {
            assert_eq!(of(ES256_KEY, member, &encode(P256_PRIME)), JwkError::PointNotCanonical, "{member}");
        }
    }

    /// x = 5 has a point on P-256, and x + p fits into 32 octets: the same point again, were it not for the check.
    #[test]
    fn a_point_has_one_spelling() {
        let jwk = with(&json(ES256_KEY), "y", string("RZJDuapYGAb-kTvOmYF63hHKUDxk2aPFM0FcCDJI-8w"));
        let small = with(&jwk, "x", string("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAU"));
        assert!(VerificationKey::from_jwk(&small).is_ok());
        let above = with(&jwk, "x", string("_____wAAAAEAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAQ"));
        assert_eq!(refusal(&above), JwkError::PointNotCanonical);
    }

    #[test]
    fn coordinates_of_another_length_are_refused() {
        for (jwk, octets) in [(json(ES256_KEY), 32), (es384_key(), 48)] {
            for member in ["x", "y"] {
                for other in [
                    changed(&jwk, member, |octets| octets.insert(0, 0)),
                    changed(&jwk, member, |octets| octets.truncate(octets.len() - 1)),
                    changed(&jwk, member, Vec::clear),
                ] {
                    assert_eq!(refusal(&other), JwkError::Length { member, octets });
                }
            }
        }
    }

    #[test]
    fn a_curve_under_another_name_is_refused() {
        assert_eq!(of(ES256_KEY, "crv", "P-384"), JwkError::Length { member: "x", octets: 48 });
        for name in ["P-521", "secp256k1", "p-256", "Ed25519", "X25519", ""] {
            assert_eq!(of(ES256_KEY, "crv", name), JwkError::UnknownCurve, "{name}");
        }
        for name in ["Ed448", "X25519", "ed25519", "P-256"] {
            assert_eq!(of(EDDSA_KEY, "crv", name), JwkError::UnknownCurve, "{name}");
        }
    }
}

mod b5_members_of_keys {
    use super::*;
    use crate::support::test;

    #[test]
    fn what_is_no_object_is_no_key() {
        for value in ["null", "[]", "1", r#""key""#, "true"] {
            assert_eq!(refusal(&json(value)), JwkError::NotObject, "{value}");
        }
    }

    #[test]
    fn a_missing_member_is_named() {
        for (jwk, members) in [
            (HS256_KEY, &["kty", "k"][..]),
            (ES256_KEY, &["kty", "crv", "x", "y"]),
            (EDDSA_KEY, &["kty", "crv", "x"]),
            (RS256_KEY, &["kty", "n", "e"]),
        ] {
            for member in members {
                assert_eq!(refusal(&without(&json(jwk), member)), JwkError::MemberMissing { member });
            }
        }
    }

    #[test]
    fn a_member_that_is_no_string_is_named() {
        for (jwk, members) in [
            (HS256_KEY, &["kty", "k", "alg", "use", "kid"][..]),
            (ES256_KEY, &["crv", "x", "y"]),
            (EDDSA_KEY, &["crv", "x"]),
            (RS256_KEY, &["n", "e"]),
        ] {
            for member in members {
                for value in [Json::Null, Json::Whole(1), Json::Array(vec![]), Json::Bool(true)] {
                    let error = refusal(&with(&json(jwk), member, value));
                    assert_eq!(error, JwkError::MemberNotString { member });
                }
            }
        }
    }

    #[test]
    fn encodings_that_are_not_canonical_are_refused() {
        for (jwk, members) in
            [(HS256_KEY, &["k"][..]), (ES256_KEY, &["x", "y"]), (EDDSA_KEY, &["x"]), (RS256_KEY, &["n", "e"])]
        {
            for member in members {
                let sound = text(&json(jwk), member).to_owned();
                for value in [
                    format!("{sound}="),
                    format!(" {sound}"),
                    format!("{sound}\n"),
                    "A".into(),
                    "+/+/".into(),
                ] {
                    assert_eq!(of(jwk, member, &value), JwkError::Encoding { member }, "{value}");
                }
            }
        }
        // The last character of 32 octets has two unused bits.
        assert_eq!(
            of(ES256_KEY, "x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEV"),
            JwkError::Encoding { member: "x" }
        );
    }

    #[test]
    fn unknown_kinds_are_refused() {
        for kind in ["OCT", "ec", "rsa", "okp", "AKP", "", "none"] {
            assert_eq!(of(HS256_KEY, "kty", kind), JwkError::UnknownKeyType, "{kind}");
        }
    }

    #[test]
    fn a_kind_with_the_members_of_another_is_refused() {
        assert_eq!(of(RS256_KEY, "kty", "oct"), JwkError::MemberMissing { member: "k" });
        assert_eq!(of(ES256_KEY, "kty", "RSA"), JwkError::MemberMissing { member: "n" });
        assert_eq!(of(ES256_KEY, "kty", "OKP"), JwkError::UnknownCurve);
        assert_eq!(of(EDDSA_KEY, "kty", "EC"), JwkError::UnknownCurve);
    }

    #[test]
    fn a_short_secret_is_refused() {
        for length in [0, 1, 16, 31] {
            assert_eq!(of(HS256_KEY, "k", &encode(vec![7; length])), JwkError::HmacKeyShort, "{length}");
        }
        assert!(VerificationKey::from_jwk(&with(&json(HS256_KEY), "k", string(encode([7; 32])))).is_ok());
    }

    #[test]
    fn another_use_is_refused() {
        assert!(VerificationKey::from_jwk(&with(&json(ES256_KEY), "use", string("sig"))).is_ok());
        for purpose in ["enc", "SIG", "", "sig "] {
            assert_eq!(of(ES256_KEY, "use", purpose), JwkError::UseNotSignature, "{purpose}");
        }
    }

    fn with_operations(operations: &str) -> Result<VerificationKey, JwkError> {
        VerificationKey::from_jwk(&with(&json(ES256_KEY), "key_ops", json(operations)))
    }

    #[test]
    fn operations_with_verify_are_read() {
        for operations in [r#"["verify"]"#, r#"["sign","verify"]"#, r#"["verify","sign"]"#] {
            assert!(with_operations(operations).is_ok(), "{operations}");
        }
    }

    #[test]
    fn other_operations_are_refused() {
        for (operations, reason) in [
            (r#""verify""#, JwkError::OperationsMalformed),
            ("null", JwkError::OperationsMalformed),
            ("{}", JwkError::OperationsMalformed),
            ("[1]", JwkError::OperationsMalformed),
            (r#"["verify",["verify"]]"#, JwkError::OperationsMalformed),
            (r#"["verify","verify"]"#, JwkError::OperationTwice),
            (r#"["encrypt"]"#, JwkError::OperationsMixed),
            (r#"["verify","deriveKey"]"#, JwkError::OperationsMixed),
            (r#"["Verify"]"#, JwkError::OperationsMixed),
            ("[]", JwkError::OperationMissing { operation: "verify" }),
            (r#"["sign"]"#, JwkError::OperationMissing { operation: "verify" }),
        ] {
            assert_eq!(with_operations(operations).unwrap_err(), reason, "{operations}");
        }
    }

    #[test]
    fn an_algorithm_that_is_not_used_here_is_refused() {
        for name in ["none", "RS512", "ES512", "RSA-OAEP", "ECDH-ES", "A256GCM", "es256", ""] {
            assert_eq!(of(ES256_KEY, "alg", name), JwkError::UnknownAlgorithm, "{name}");
        }
    }

    #[test]
    fn a_long_name_is_refused() {
        assert!(VerificationKey::from_jwk(&with(&json(ES256_KEY), "kid", string("k".repeat(256)))).is_ok());
        assert_eq!(of(ES256_KEY, "kid", &"k".repeat(257)), JwkError::KeyIdTooLong);
    }

    #[test]
    fn no_message_echoes_the_key() {
        for (member, value) in [("k", "canary"), ("alg", "canary"), ("use", "canary"), ("kty", "canary")] {
            let error = of(HS256_KEY, member, value);
            assert!(
                !error.to_string().contains("canary") && !format!("{error:?}").contains("canary"),
                "{error:?}"
            );
        }
    }
}

/// The whole table of `alg` against `kty` and `crv`.
mod a2_b5_algorithm_of_a_key {
    use super::*;
    use crate::support::test;

    const PERMITTED: [&[Algorithm]; 5] = [
        &[Algorithm::Hs256],
        &[Algorithm::Es256],
        &[Algorithm::Es384],
        &[Algorithm::EdDsa],
        &[Algorithm::Rs256, Algorithm::Ps256],
    ];

    #[test]
    fn a_key_without_algorithm_permits_those_of_its_kind() {
        for (jwk, permitted) in all_keys().iter().zip(PERMITTED) {
            let key = VerificationKey::from_jwk(jwk).unwrap();
            for algorithm in Algorithm::ALL {
                assert_eq!(key.permits(*algorithm), permitted.contains(algorithm), "{algorithm} {jwk:?}");
            }
        }
    }

    #[test]
    fn a_key_with_an_algorithm_permits_it_alone() {
        for (jwk, permitted) in all_keys().iter().zip(PERMITTED) {
            for named in permitted {
                let key = VerificationKey::from_jwk(&with(jwk, "alg", string(named.as_str()))).unwrap();
                for algorithm in Algorithm::ALL {
                    assert_eq!(key.permits(*algorithm), algorithm == named, "{algorithm} {jwk:?}");
                }
            }
        }
    }

    #[test]
    fn a_key_with_the_algorithm_of_another_kind_is_refused() {
        for (jwk, permitted) in all_keys().iter().zip(PERMITTED) {
            for algorithm in Algorithm::ALL.iter().filter(|algorithm| !permitted.contains(algorithm)) {
                let mixed = with(jwk, "alg", string(algorithm.as_str()));
                assert_eq!(refusal(&mixed), JwkError::AlgorithmMismatch, "{algorithm} {jwk:?}");
            }
        }
    }

    #[test]
    fn both_names_of_ed25519_go_with_its_keys() {
        for name in ["EdDSA", "Ed25519"] {
            let key = VerificationKey::from_jwk(&with(&json(EDDSA_KEY), "alg", string(name))).unwrap();
            assert!(key.permits(Algorithm::EdDsa), "{name}");
        }
    }
}

mod key_sets {
    use super::*;
    use crate::support::test;

    fn set(keys: impl IntoIterator<Item = Json>) -> Json {
        Json::Object(vec![("keys".into(), Json::Array(keys.into_iter().collect()))])
    }

    fn named(jwk: &str, kid: &str) -> VerificationKey {
        VerificationKey::from_jwk(&with(&json(jwk), "kid", string(kid))).unwrap()
    }

    fn candidates(keys: &KeySet, header: &str) -> Vec<String> {
        let text = headed(header);
        let token = UntrustedJws::parse(&text).unwrap();
        keys.candidates(&token)
            .map(|key| format!("{} {}", key.kid().unwrap_or("-"), key.thumbprint()))
            .collect()
    }

    fn shown(kid: &str, jwk: &str) -> String {
        format!("{kid} {}", key(jwk).thumbprint())
    }

    /// RFC 7517 section 5: "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" values that are not
    /// understood, that are missing required members, or for which values are out of the supported ranges".
    #[test]
    fn unusable_keys_are_left_out_with_their_reasons() {
        let jwks = set([
            with(&json(HS256_KEY), "kty", string("future")),
            json(ES256_KEY),
            with(&json(ES256_KEY), "use", string("enc")),
            json(EDDSA_KEY),
            Json::Null,
        ]);
        let (keys, reasons) = KeySet::usable(&jwks).unwrap();
        let kept: Vec<_> = keys.iter().map(VerificationKey::thumbprint).collect();
        assert_eq!(kept, [key(ES256_KEY).thumbprint(), key(EDDSA_KEY).thumbprint()]);
        assert_eq!(reasons, [JwkError::UnknownKeyType, JwkError::UseNotSignature, JwkError::NotObject]);
    }

    #[test]
    fn what_is_no_set_is_refused() {
        for value in ["null", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"Keys":[]}"#, HS256_KEY] {
            assert_eq!(KeySet::usable(&json(value)).unwrap_err(), JwkError::NotKeySet, "{value}");
        }
    }

    #[test]
    fn a_set_has_at_most_100_keys() {
        let (keys, _) = KeySet::usable(&set(vec![json(EDDSA_KEY); 100])).unwrap();
        assert_eq!(keys.iter().count(), 100);
        assert_eq!(KeySet::usable(&set(vec![Json::Null; 101])).unwrap_err(), JwkError::TooManyKeys);
    }

    #[test]
    fn an_empty_set_opens_nothing() {
        let (keys, _) = KeySet::usable(&set([])).unwrap();
        assert!(candidates(&keys, r#"{"alg":"ES256"}"#).is_empty());
        assert!(candidates(&keys, r#"{"alg":"ES256","kid":"a"}"#).is_empty());
    }

    #[test]
    fn a_named_token_goes_to_the_keys_of_that_name() {
        let keys = KeySet::new(vec![named(ES256_KEY, "a"), named(EDDSA_KEY, "b"), key(ES256_KEY)]);
        assert_eq!(candidates(&keys, r#"{"alg":"ES256","kid":"a"}"#), [shown("a", ES256_KEY)]);
    }

    #[test]
    fn a_named_token_may_meet_a_key_that_does_not_permit_its_algorithm() {
        let keys = KeySet::new(vec![named(EDDSA_KEY, "a"), key(ES256_KEY)]);
        assert_eq!(candidates(&keys, r#"{"alg":"ES256","kid":"a"}"#), [shown("a", EDDSA_KEY)]);
        assert!(!keys.iter().next().unwrap().permits(Algorithm::Es256));
    }

    #[test]
    fn a_token_with_an_unknown_name_goes_to_the_keys_without_one() {
        let keys = KeySet::new(vec![named(ES256_KEY, "a"), key(ES256_KEY), key(EDDSA_KEY)]);
        assert_eq!(candidates(&keys, r#"{"alg":"ES256","kid":"c"}"#), [shown("-", ES256_KEY)]);
    }

    #[test]
    fn a_token_with_an_unknown_name_meets_no_named_key() {
        let keys = KeySet::new(vec![named(ES256_KEY, "a"), named(EDDSA_KEY, "b")]);
        assert!(candidates(&keys, r#"{"alg":"ES256","kid":"c"}"#).is_empty());
    }

    #[test]
    fn a_token_without_a_name_goes_to_every_key_that_permits_its_algorithm() {
        let keys =
            KeySet::new(vec![named(ES256_KEY, "a"), named(EDDSA_KEY, "b"), key(ES256_KEY), key(HS256_KEY)]);
        assert_eq!(candidates(&keys, r#"{"alg":"ES256"}"#), [shown("a", ES256_KEY), shown("-", ES256_KEY)]);
        assert!(candidates(&keys, r#"{"alg":"RS256"}"#).is_empty());
    }

    #[test]
    fn no_more_than_eight_keys_are_tried() {
        let keys = KeySet::new(vec![key(ES256_KEY); 20]);
        assert_eq!(candidates(&keys, r#"{"alg":"ES256"}"#).len(), 8);
        let keys = KeySet::new(vec![named(ES256_KEY, "a"); 20]);
        assert_eq!(candidates(&keys, r#"{"alg":"ES256","kid":"a"}"#).len(), 8);
    }
}

/// Fails to compile when a reason is added: it needs a vector then.
#[cfg(feature = "portable")]
fn reason(error: &JwkError) -> usize {
    match error {
        JwkError::NotObject => 0,
        JwkError::MemberMissing { .. } => 1,
        JwkError::MemberNotString { .. } => 2,
        JwkError::UnknownKeyType => 3,
        JwkError::UnknownCurve => 4,
        JwkError::Encoding { .. } => 5,
        JwkError::Length { .. } => 6,
        JwkError::LeadingZero { .. } => 7,
        JwkError::PointNotCanonical => 8,
        JwkError::PointNotOnCurve => 9,
        JwkError::PointOfSmallOrder => 10,
        JwkError::ModulusSize => 11,
        JwkError::ModulusEven => 12,
        JwkError::Exponent => 13,
        JwkError::HmacKeyShort => 14,
        JwkError::UseNotSignature => 15,
        JwkError::OperationsMalformed => 16,
        JwkError::OperationTwice => 17,
        JwkError::OperationsMixed => 18,
        JwkError::OperationMissing { .. } => 19,
        JwkError::UnknownAlgorithm => 20,
        JwkError::AlgorithmMismatch => 21,
        JwkError::KeyIdTooLong => 22,
        JwkError::NotKeySet => 23,
        JwkError::TooManyKeys => 24,
        JwkError::PrivateKeyMismatch => 25,
        JwkError::SignsOnHostOnly => 26,
    }
}

#[cfg(feature = "portable")]
#[test]
fn every_reason_has_a_vector_and_a_code_of_its_own() {
    use audgate::jose::portable::SigningKey;

    let operations = |value: &str| refusal(&with(&json(ES256_KEY), "key_ops", json(value)));
    let set = |value: &str| KeySet::usable(&json(value)).unwrap_err();
    let private = |jwk: &str, d: &str| SigningKey::from_jwk(&with(&json(jwk), "d", string(d))).unwrap_err();
    let vectors = [
        ("key_not_object", refusal(&json("[]"))),
        ("key_member_missing", refusal(&json("{}"))),
        ("key_member_not_string", refusal(&json(r#"{"kty":1}"#))),
        ("key_type_unknown", of(HS256_KEY, "kty", "OCT")),
        ("key_curve_unknown", of(ES256_KEY, "crv", "P-521")),
        ("key_encoding", of(ES256_KEY, "x", "=")),
        ("key_length", of(ES256_KEY, "x", "AA")),
        ("key_leading_zero", of(RS256_KEY, "e", "AAED")),
        ("key_point_not_canonical", of(ES256_KEY, "x", &encode([0xff; 32]))),
        ("key_point_not_on_curve", of(ES256_KEY, "x", &encode([1; 32]))),
        ("key_point_of_small_order", of(EDDSA_KEY, "x", &encode([0; 32]))),
        ("key_modulus_size", of(RS256_KEY, "n", &encode([0xff; 128]))),
        ("key_modulus_even", of(RS256_KEY, "n", &encode([0xfe; 256]))),
        ("key_exponent", of(RS256_KEY, "e", "AQ")),
        ("key_too_short", of(HS256_KEY, "k", &encode([1; 31]))),
        ("key_use_not_signature", of(ES256_KEY, "use", "enc")),
        ("key_operations_malformed", operations(r#""verify""#)),
        ("key_operation_twice", operations(r#"["verify","verify"]"#)),
        ("key_operations_mixed", operations(r#"["verify","encrypt"]"#)),
        ("key_operation_missing", operations(r#"["sign"]"#)),
        ("key_algorithm_unknown", of(ES256_KEY, "alg", "none")),
        ("key_algorithm_mismatch", of(ES256_KEY, "alg", "HS256")),
        ("key_id_too_long", of(ES256_KEY, "kid", &"k".repeat(257))),
        ("not_a_key_set", set("{}")),
        ("too_many_keys", set(&format!(r#"{{"keys":[{}1]}}"#, "1,".repeat(100)))),
        ("private_key_mismatch", private(ES256_KEY, &encode([1; 32]))),
        ("signs_on_host_only", private(RS256_KEY, "AQ")),
    ];
    for (index, (code, error)) in vectors.iter().enumerate() {
        assert_eq!((error.code(), reason(error)), (*code, index));
    }
    assert_eq!(vectors.len(), 27);
}

/// Natively only: keys that another library makes.
#[cfg(not(target_arch = "wasm32"))]
mod keys_of_ring {
    use ring::rand::SystemRandom;
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
        KeyPair as _,
    };

    use super::*;

    #[test]
    fn points_that_ring_makes_are_on_their_curves() {
        let random = SystemRandom::new();
        for _ in 0..16 {
            for (algorithm, curve, size) in [
                (&ECDSA_P256_SHA256_FIXED_SIGNING, "P-256", 32),
                (&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384", 48),
            ] {
                let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
                let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
                let (x, y) = pair.public_key().as_ref()[1..].split_at(size);
                let jwk =
                    format!(r#"{{"kty":"EC","crv":"{curve}","x":"{}","y":"{}"}}"#, encode(x), encode(y));
                assert!(VerificationKey::from_jwk(&json(&jwk)).is_ok(), "{jwk}");
            }
            let document = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
            let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
            let jwk = with(&json(EDDSA_KEY), "x", string(encode(pair.public_key())));
            assert!(VerificationKey::from_jwk(&jwk).is_ok(), "{jwk:?}");
        }
    }
}
