//! Every token against every kind of key.

use super::*;
use crate::support::test;

fn keys() -> Vec<(&'static str, VerificationKey)> {
    vec![
        ("HS256", key(HS256_KEY)),
        ("ES256", key(ES256_KEY)),
        ("ES384", VerificationKey::from_jwk(&es384_key()).unwrap()),
        ("RS256", key(RS256_KEY)),
        ("PS256", key(RS256_KEY)),
        ("EdDSA", key(EDDSA_KEY)),
    ]
}

/// A well-formed signature of the size that goes with the name.
fn signature(name: &str) -> Vec<u8> {
    match name {
        "HS256" => vec![1; 32],
        "ES384" => vec![1; 96],
        "RS256" | "PS256" => vec![1; 256],
        _ => vec![1; 64],
    }
}

#[test]
fn a_valid_token_verifies_with_no_key_of_another_kind() {
    for (own, token) in
        [("HS256", HS256_TOKEN), ("RS256", RS256_TOKEN), ("ES256", ES256_TOKEN), ("EdDSA", EDDSA_TOKEN)]
    {
        for (name, key) in keys() {
            let expected = name == own || (own == "RS256" && name == "PS256");
            assert_eq!(outcome(token, &key), Some(expected), "{own} token, {name} key");
        }
    }
}

#[test]
fn every_algorithm_is_refused_with_every_key_of_another_kind() {
    for (name, key) in keys() {
        for algorithm in ["HS256", "ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519"] {
            let parsed = Algorithm::from_header(algorithm).unwrap();
            if key.permits(parsed) {
                continue;
            }
            for size in [algorithm, name] {
                let signature = signature(size);
                let reason = key.check_signature_form(parsed, &signature).unwrap_err();
                assert_eq!(reason.code(), "algorithm_not_permitted", "{algorithm} with {name}");
                assert_eq!(portable::verify(&key, parsed, b"message", &signature), Some(false));
            }
        }
    }
}

#[test]
fn the_same_signature_under_another_algorithm_name_is_refused() {
    for (token, own) in [
        (HS256_TOKEN, HS256_KEY),
        (RS256_TOKEN, RS256_KEY),
        (ES256_TOKEN, ES256_KEY),
        (EDDSA_TOKEN, EDDSA_KEY),
    ] {
        let (_, rest) = token.split_once('.').unwrap();
        for algorithm in Algorithm::ALL {
            let renamed = format!("{}.{rest}", encode(format!(r#"{{"alg":"{algorithm}"}}"#)));
            if renamed != token {
                assert_eq!(outcome(&renamed, &key(own)), Some(false), "{algorithm} {own}");
            }
        }
    }
}

/// The attack that the matrix is about: HS256 keyed with what everybody knows of an asymmetric key.
#[test]
fn a_public_key_is_never_an_hmac_secret() {
    for (jwk, members) in [(RS256_KEY, &["n"][..]), (ES256_KEY, &["x", "y"]), (EDDSA_KEY, &["x"])] {
        let published = json(jwk);
        let mut secrets: Vec<Vec<u8>> =
            members.iter().map(|member| decode(text(&published, member))).collect();
        secrets.extend(members.iter().map(|member| text(&published, member).as_bytes().to_vec()));
        secrets.push(jwk.as_bytes().to_vec());
        secrets.push(serde_json::to_vec(&published).unwrap());
        for secret in secrets {
            let secret = format!(r#"{{"kty":"oct","k":"{}"}}"#, encode(secret));
            let input = signing_input(&json(r#"{"alg":"HS256"}"#), &json("{}")).unwrap();
            let signature = signing_key(&secret).sign(input.as_bytes());
            let forged = compact(input, &signature);
            assert_eq!(outcome(&forged, &key(&secret)), Some(true));
            assert_eq!(outcome(&forged, &key(jwk)), Some(false));
        }
    }
}

#[test]
fn a_key_bound_to_one_rsa_algorithm_refuses_the_other() {
    let bound = with(&json(RS256_KEY), "alg", string("PS256"));
    assert_eq!(outcome(RS256_TOKEN, &VerificationKey::from_jwk(&bound).unwrap()), Some(false));
    let bound = with(&json(RS256_KEY), "alg", string("RS256"));
    assert_eq!(outcome(RS256_TOKEN, &VerificationKey::from_jwk(&bound).unwrap()), Some(true));
}
