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

mod reading;

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

mod b3_edwards_points;

mod b4_rsa_numbers;

mod b5_points_of_the_nist_curves;

mod b5_members_of_keys;

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

mod key_sets;

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
