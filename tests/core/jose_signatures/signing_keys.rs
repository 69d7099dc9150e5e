use super::*;
use crate::support::test;

fn refusal(jwk: &Json) -> JwkError {
    SigningKey::from_jwk(jwk).expect_err("the key is refused")
}

#[test]
fn what_a_key_signs_verifies_with_its_public_key() {
    for (private, public, algorithm) in [
        (HS256_KEY, HS256_KEY, Algorithm::Hs256),
        (ES256_PRIVATE_KEY, ES256_KEY, Algorithm::Es256),
        (EDDSA_PRIVATE_KEY, EDDSA_KEY, Algorithm::EdDsa),
    ] {
        let signer = SigningKey::from_jwk(&with(&json(private), "kid", string("name"))).unwrap();
        assert_eq!((signer.kid(), signer.algorithm()), (Some("name"), algorithm));
        let header = format!(r#"{{"alg":"{algorithm}","kid":"name","typ":"at+jwt"}}"#);
        let input = signing_input(&json(&header), &json(r#"{"sub":"u1"}"#)).unwrap();
        let signature = signer.sign(input.as_bytes());
        let token = compact(input, &signature);
        assert_eq!(outcome(&token, &key(public)), Some(true), "{algorithm}");
        let read = UntrustedJws::parse(&token).unwrap();
        assert_eq!(read.header(), Ok(json(&header)));
        assert_eq!(read.payload(), br#"{"sub":"u1"}"#);
    }
}

#[test]
fn ecdsa_signatures_are_deterministic() {
    let signer = signing_key(ES256_PRIVATE_KEY);
    assert_eq!(signer.sign(b"message"), signer.sign(b"message"));
    assert_ne!(signer.sign(b"message"), signer.sign(b"messages"));
}

/// RUSTSEC-2023-0071.
#[test]
fn b4_an_rsa_key_does_not_sign_here() {
    assert_eq!(refusal(&json(RS256_KEY)), JwkError::SignsOnHostOnly);
    assert_eq!(refusal(&with(&json(RS256_KEY), "d", string("AQ"))), JwkError::SignsOnHostOnly);
}

#[test]
fn a_p384_key_does_not_sign_here() {
    assert_eq!(refusal(&with(&es384_key(), "d", string(encode([1; 48])))), JwkError::SignsOnHostOnly);
}

#[test]
fn a_public_key_does_not_sign() {
    for jwk in [ES256_KEY, EDDSA_KEY] {
        assert_eq!(refusal(&json(jwk)), JwkError::MemberMissing { member: "d" });
    }
}

#[test]
fn a_private_value_that_does_not_belong_to_the_public_key_is_refused() {
    for jwk in [ES256_PRIVATE_KEY, EDDSA_PRIVATE_KEY] {
        let other = with(&json(jwk), "d", string(encode([7; 32])));
        assert_eq!(refusal(&other), JwkError::PrivateKeyMismatch);
    }
}

#[test]
fn a_private_value_out_of_range_is_refused() {
    for octets in [[0; 32], [0xff; 32]] {
        let jwk = with(&json(ES256_PRIVATE_KEY), "d", string(encode(octets)));
        assert_eq!(refusal(&jwk), JwkError::PrivateKeyMismatch);
    }
}

#[test]
fn a_private_value_of_another_length_is_refused() {
    for jwk in [ES256_PRIVATE_KEY, EDDSA_PRIVATE_KEY] {
        for length in [0, 31, 33, 64] {
            let other = with(&json(jwk), "d", string(encode(vec![7; length])));
            assert_eq!(refusal(&other), JwkError::Length { member: "d", octets: 32 });
        }
        assert_eq!(
            refusal(&with(&json(jwk), "d", string("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2B"))),
            JwkError::Encoding { member: "d" }
        );
    }
}

#[test]
fn b5_operations_without_sign_are_refused() {
    let jwk = |operations: &str| with(&json(ES256_PRIVATE_KEY), "key_ops", json(operations));
    assert!(SigningKey::from_jwk(&jwk(r#"["sign"]"#)).is_ok());
    assert!(SigningKey::from_jwk(&jwk(r#"["sign","verify"]"#)).is_ok());
    assert_eq!(refusal(&jwk(r#"["verify"]"#)), JwkError::OperationMissing { operation: "sign" });
    assert_eq!(refusal(&jwk("[]")), JwkError::OperationMissing { operation: "sign" });
}

#[test]
fn b5_the_public_members_are_checked_as_well() {
    let private = json(ES256_PRIVATE_KEY);
    assert_eq!(refusal(&with(&private, "use", string("enc"))), JwkError::UseNotSignature);
    assert_eq!(refusal(&with(&private, "alg", string("ES384"))), JwkError::AlgorithmMismatch);
    assert_eq!(refusal(&with(&private, "y", string(encode([1; 32])))), JwkError::PointNotOnCurve);
    assert_eq!(refusal(&without(&private, "y")), JwkError::MemberMissing { member: "y" });
    assert_eq!(refusal(&with(&json(HS256_KEY), "k", string(encode([1; 31])))), JwkError::HmacKeyShort);
}
