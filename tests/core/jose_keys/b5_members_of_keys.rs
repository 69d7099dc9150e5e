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
            for value in
                [format!("{sound}="), format!(" {sound}"), format!("{sound}\n"), "A".into(), "+/+/".into()]
            {
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
