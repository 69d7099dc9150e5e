//! THREATS A2 and B1 to B6 as far as they concern signatures: what verifies, and what never does.
#![cfg(feature = "portable")]

use audgate::jose::portable::{self, SigningKey};
use audgate::jose::{Algorithm, JwkError, UntrustedJws, VerificationKey, compact, signing_input};
use audgate::vocabulary::json::Json;

use crate::jose_keys::vectors::{
    EDDSA_KEY, EDDSA_PRIVATE_KEY, EDDSA_TOKEN, ES256_KEY, ES256_PRIVATE_KEY, ES256_TOKEN, HS256_KEY,
    HS256_TOKEN, RS256_KEY, RS256_TOKEN, decode, encode, es384_key, generated, items, json, key, string,
    text, token, with, without,
};
use crate::support::test;

fn outcome(token: &str, key: &VerificationKey) -> Option<bool> {
    let token = UntrustedJws::parse(token).unwrap();
    portable::verify(key, token.algorithm(), token.signing_input(), token.signature())
}

fn signing_key(jwk: &str) -> SigningKey {
    SigningKey::from_jwk(&json(jwk)).unwrap()
}

mod tokens_of_the_rfcs {
    use super::*;
    use crate::support::test;

    #[test]
    fn the_examples_of_rfc_7515_and_rfc_8037_verify() {
        for (name, jwk, token) in [
            ("RFC 7515 A.1", HS256_KEY, HS256_TOKEN),
            ("RFC 7515 A.2", RS256_KEY, RS256_TOKEN),
            ("RFC 7515 A.3", ES256_KEY, ES256_TOKEN),
            ("RFC 8037 A.4", EDDSA_KEY, EDDSA_TOKEN),
        ] {
            assert_eq!(outcome(token, &key(jwk)), Some(true), "{name}");
        }
    }

    #[test]
    fn the_signatures_that_need_no_nonce_come_out_the_same() {
        for (name, jwk, token) in
            [("RFC 7515 A.1", HS256_KEY, HS256_TOKEN), ("RFC 8037 A.4", EDDSA_PRIVATE_KEY, EDDSA_TOKEN)]
        {
            let (signed, signature) = token.rsplit_once('.').unwrap();
            assert_eq!(encode(signing_key(jwk).sign(signed.as_bytes())), signature, "{name}");
        }
    }
}

mod a2_algorithm_confusion;

mod b1_b2_b3_b4_signatures_that_no_library_makes;

mod b6_secrets {
    use super::*;
    use crate::support::test;

    #[test]
    fn every_changed_bit_of_an_hmac_is_refused_alike() {
        let (signed, signature) = HS256_TOKEN.rsplit_once('.').unwrap();
        let signature = decode(signature);
        for bit in 0..256 {
            let mut changed = signature.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(outcome(&compact(signed.to_owned(), &changed), &key(HS256_KEY)), Some(false), "{bit}");
        }
    }

    #[test]
    fn a_debug_print_of_a_signing_key_shows_no_secret() {
        let secret = b"canary-canary-canary-canary-canary";
        let jwk = format!(r#"{{"kty":"oct","k":"{}","kid":"name"}}"#, encode(secret));
        let shown = format!("{:?}", signing_key(&jwk));
        assert!(shown.contains("name") && !shown.contains("canary") && !shown.contains("99, 97"), "{shown}");
        for jwk in [ES256_PRIVATE_KEY, EDDSA_PRIVATE_KEY] {
            let d = decode(text(&json(jwk), "d"));
            let shown = format!("{:?}", signing_key(jwk));
            assert!(
                !shown.contains(&format!("{}, {}", d[0], d[1])) && !shown.contains(text(&json(jwk), "d"))
            );
        }
    }
}

mod signing_keys;

#[test]
fn a_token_of_parts_is_written_without_padding() {
    let input = signing_input(&json(r#"{"alg":"EdDSA"}"#), &json("{}")).unwrap();
    assert_eq!(input, "eyJhbGciOiJFZERTQSJ9.e30");
    assert_eq!(compact(input, &[0xfb, 0xff]), "eyJhbGciOiJFZERTQSJ9.e30.-_8");
    assert_eq!(token(r#"{"alg":"EdDSA"}"#, "{}", [0xfb, 0xff]), "eyJhbGciOiJFZERTQSJ9.e30.-_8");
}

/// Natively only: `ring` on the other side.
#[cfg(not(target_arch = "wasm32"))]
mod oracle;
