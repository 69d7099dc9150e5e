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
