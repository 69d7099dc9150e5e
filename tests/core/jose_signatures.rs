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

/// Every token against every kind of key.
mod a2_algorithm_confusion {
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
}

/// B1 to B4: the signatures that `generate.py` makes, each with its outcome.
mod b1_b2_b3_b4_signatures_that_no_library_makes {
    use super::*;
    use crate::support::test;

    /// Runs the vectors whose name starts so; returns how many there were.
    fn run(prefix: &str) -> usize {
        let document = generated();
        let cases = items(document.member("cases").unwrap());
        let cases = cases.iter().filter(|case| text(case, "name").starts_with(prefix));
        cases.map(check).count()
    }

    fn check(case: &Json) {
        let document = generated();
        let jwk = document.member("keys").unwrap().member(text(case, "key")).unwrap();
        let key = VerificationKey::from_jwk(jwk).unwrap();
        let algorithm = Algorithm::from_header(text(case, "alg")).unwrap();
        let (message, signature) = (text(case, "message").as_bytes(), decode(text(case, "signature")));
        let form = key.check_signature_form(algorithm, &signature).map_err(|reason| reason.code());
        let verified = portable::verify(&key, algorithm, message, &signature);
        let name = text(case, "name");
        match text(case, "outcome") {
            "valid" => assert_eq!((form, verified), (Ok(()), only(algorithm, true)), "{name}"),
            "invalid" => assert_eq!((form, verified), (Ok(()), only(algorithm, false)), "{name}"),
            code => assert_eq!((form, verified), (Err(code), Some(false)), "{name}"),
        }
    }

    /// ES384 is verified by the host alone.
    fn only(algorithm: Algorithm, verified: bool) -> Option<bool> {
        (algorithm != Algorithm::Es384).then_some(verified)
    }

    #[test]
    fn b1_b2_es256_numbers_out_of_range_and_der_are_refused_and_high_s_verifies() {
        assert_eq!(run("es256_"), 17);
    }

    #[test]
    fn b1_es384_numbers_out_of_range_and_der_are_refused() {
        assert_eq!(run("es384_"), 17);
    }

    #[test]
    fn b3_ed25519_scalars_at_or_above_the_order_and_points_of_small_order_are_refused() {
        assert_eq!(run("ed25519"), 24);
    }

    #[test]
    fn b4_forged_paddings_of_pkcs1_are_refused() {
        assert_eq!(run("pkcs1"), 21);
    }

    #[test]
    fn b4_pss_with_another_salt_mask_or_trailer_is_refused() {
        assert_eq!(run("pss"), 15);
    }

    #[test]
    fn every_vector_is_run() {
        assert_eq!(items(generated().member("cases").unwrap()).len(), 17 + 17 + 24 + 21 + 15);
    }

    #[test]
    fn an_hmac_of_another_length_is_refused() {
        let (signed, signature) = HS256_TOKEN.rsplit_once('.').unwrap();
        let signature = decode(signature);
        for length in [1, 16, 20, 31] {
            let short = compact(signed.to_owned(), &signature[..length]);
            assert_eq!(outcome(&short, &key(HS256_KEY)), Some(false), "{length}");
        }
        let long = compact(signed.to_owned(), &[&signature[..], &[0]].concat());
        assert_eq!(outcome(&long, &key(HS256_KEY)), Some(false));
    }

    /// `jwt-compact` takes RSA keys of up to 4,096 bits: a longer one is for the host, and is not called invalid.
    #[test]
    fn b4_an_rsa_key_beyond_this_build_is_no_verdict() {
        let modulus = [[0xa5; 512].as_slice(), &[0xa5]].concat();
        let jwk = with(&json(RS256_KEY), "n", string(encode(&modulus)));
        let key = VerificationKey::from_jwk(&jwk).unwrap();
        assert_eq!(portable::verify(&key, Algorithm::Rs256, b"message", &[1; 513]), None);
        assert_eq!(portable::verify(&key, Algorithm::Rs256, b"message", &[1; 512]), Some(false));
    }
}

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

mod signing_keys {
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
            assert_eq!(read.header(), &json(&header));
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
}

#[test]
fn a_token_of_parts_is_written_without_padding() {
    let input = signing_input(&json(r#"{"alg":"EdDSA"}"#), &json("{}")).unwrap();
    assert_eq!(input, "eyJhbGciOiJFZERTQSJ9.e30");
    assert_eq!(compact(input, &[0xfb, 0xff]), "eyJhbGciOiJFZERTQSJ9.e30.-_8");
    assert_eq!(token(r#"{"alg":"EdDSA"}"#, "{}", [0xfb, 0xff]), "eyJhbGciOiJFZERTQSJ9.e30.-_8");
}

/// Natively only: `ring` on the other side.
#[cfg(not(target_arch = "wasm32"))]
mod oracle {
    use proptest::prelude::*;
    use ring::rand::SystemRandom;
    use ring::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ED25519,
        EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair, UnparsedPublicKey,
        VerificationAlgorithm,
    };

    use super::*;

    fn p256(public: &[u8]) -> VerificationKey {
        let (x, y) = public[1..].split_at(32);
        key(&format!(r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}"#, encode(x), encode(y)))
    }

    fn ed25519(public: &[u8]) -> VerificationKey {
        key(&format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, encode(public)))
    }

    fn rsa() -> (RsaKeyPair, VerificationKey) {
        use base64ct::{Base64, Encoding};
        let pem = include_str!("vectors/jose/rsa_test_key.pem");
        let (_, body) = pem.split_once("-----BEGIN PRIVATE KEY-----").unwrap();
        let (body, _) = body.split_once("-----END PRIVATE KEY-----").unwrap();
        let pkcs8 = Base64::decode_vec(&body.replace(char::is_whitespace, "")).unwrap();
        let document = generated();
        let jwk = document.member("keys").unwrap().member("rsa").unwrap();
        (RsaKeyPair::from_pkcs8(&pkcs8).unwrap(), VerificationKey::from_jwk(jwk).unwrap())
    }

    fn rsa_signature(pair: &RsaKeyPair, padding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(padding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }

    /// The public key of a vector as `ring` wants it.
    fn public_octets(jwk: &Json) -> Vec<u8> {
        match text(jwk, "kty") {
            "EC" => [vec![4], decode(text(jwk, "x")), decode(text(jwk, "y"))].concat(),
            "OKP" => decode(text(jwk, "x")),
            _ => {
                let integer = |octets: Vec<u8>| {
                    let octets = if octets[0] & 0x80 == 0 { octets } else { [vec![0], octets].concat() };
                    sequence(0x02, octets)
                };
                let numbers = [integer(decode(text(jwk, "n"))), integer(decode(text(jwk, "e")))];
                sequence(0x30, numbers.concat())
            }
        }
    }

    fn sequence(tag: u8, content: Vec<u8>) -> Vec<u8> {
        let length = content.len();
        let head = match length {
            0..=127 => vec![tag, u8::try_from(length).unwrap()],
            128..=255 => vec![tag, 0x81, u8::try_from(length).unwrap()],
            _ => [vec![tag, 0x82], u16::try_from(length).unwrap().to_be_bytes().to_vec()].concat(),
        };
        [head, content].concat()
    }

    fn of_ring(name: &str) -> &'static dyn VerificationAlgorithm {
        match name {
            "ES256" => &ECDSA_P256_SHA256_FIXED,
            "ES384" => &ECDSA_P384_SHA384_FIXED,
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            _ => &ED25519,
        }
    }

    /// The generator is checked by somebody else: `ring` takes all that is `valid`, and of the rest only what a
    /// more lenient verifier of Ed25519 may take, a commitment that is the identity.
    #[test]
    fn ring_agrees_with_the_outcomes_of_the_vectors() {
        let document = generated();
        for case in items(document.member("cases").unwrap()) {
            let jwk = document.member("keys").unwrap().member(text(case, "key")).unwrap();
            let ring_key = UnparsedPublicKey::new(of_ring(text(case, "alg")), public_octets(jwk));
            let verified =
                ring_key.verify(text(case, "message").as_bytes(), &decode(text(case, "signature"))).is_ok();
            let name = text(case, "name");
            let expected = text(case, "outcome") == "valid" || name == "ed25519_r_of_small_order_0";
            assert_eq!(verified, expected, "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_ring_signs_with_ecdsa_verifies_here(message in proptest::collection::vec(any::<u8>(), 0..300)) {
            let random = SystemRandom::new();
            let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            let pair =
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
            let signature = pair.sign(&random, &message).unwrap();
            let key = p256(pair.public_key().as_ref());
            prop_assert_eq!(portable::verify(&key, Algorithm::Es256, &message, signature.as_ref()), Some(true));
            let other = [&message[..], b"."].concat();
            prop_assert_eq!(portable::verify(&key, Algorithm::Es256, &other, signature.as_ref()), Some(false));
        }

        #[test]
        fn what_ring_signs_with_ed25519_verifies_here(
            seed in any::<[u8; 32]>(),
            message in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
            let signature = pair.sign(&message);
            let key = ed25519(pair.public_key().as_ref());
            prop_assert_eq!(portable::verify(&key, Algorithm::EdDsa, &message, signature.as_ref()), Some(true));
            let other = [&message[..], b"."].concat();
            prop_assert_eq!(portable::verify(&key, Algorithm::EdDsa, &other, signature.as_ref()), Some(false));
        }

        #[test]
        fn what_is_signed_here_verifies_in_ring(message in proptest::collection::vec(any::<u8>(), 0..300)) {
            for (private, name) in [(ES256_PRIVATE_KEY, "ES256"), (EDDSA_PRIVATE_KEY, "EdDSA")] {
                let signature = signing_key(private).sign(&message);
                let ring_key = UnparsedPublicKey::new(of_ring(name), public_octets(&json(private)));
                prop_assert!(ring_key.verify(&message, &signature).is_ok(), "{}", name);
            }
            let hmac = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &decode(text(&json(HS256_KEY), "k")));
            prop_assert!(ring::hmac::verify(&hmac, &message, &signing_key(HS256_KEY).sign(&message)).is_ok());
        }

        #[test]
        fn a_changed_bit_never_verifies(
            position in 0..64_usize,
            bit in 0..8_u32,
            message in proptest::collection::vec(any::<u8>(), 1..100),
        ) {
            for (private, public) in [(ES256_PRIVATE_KEY, ES256_KEY), (EDDSA_PRIVATE_KEY, EDDSA_KEY)] {
                let (signer, public) = (signing_key(private), key(public));
                let mut signature = signer.sign(&message);
                signature[position] ^= 1 << bit;
                prop_assert_eq!(portable::verify(&public, signer.algorithm(), &message, &signature), Some(false));
            }
        }
    }

    #[test]
    fn what_ring_signs_with_rsa_verifies_here() {
        let (pair, key) = rsa();
        let schemes: [(&'static dyn RsaEncoding, _, _); 2] = [
            (&RSA_PKCS1_SHA256, Algorithm::Rs256, Algorithm::Ps256),
            (&RSA_PSS_SHA256, Algorithm::Ps256, Algorithm::Rs256),
        ];
        for (padding, own, other) in schemes {
            for message in [&b""[..], b"message", &[0xff; 5_000]] {
                let signature = rsa_signature(&pair, padding, message);
                assert_eq!(portable::verify(&key, own, message, &signature), Some(true), "{own}");
                assert_eq!(portable::verify(&key, other, message, &signature), Some(false), "{own}");
                assert_eq!(portable::verify(&key, own, b"other", &signature), Some(false), "{own}");
            }
        }
    }

    /// A token that `ring` signed, from its text on.
    #[test]
    fn tokens_that_ring_signs_verify_here() {
        let (pair, rsa_key) = rsa();
        let ed25519_pair = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
        let ed25519_key = ed25519(ed25519_pair.public_key().as_ref());
        for algorithm in ["RS256", "PS256", "EdDSA", "Ed25519"] {
            let header = format!(r#"{{"alg":"{algorithm}"}}"#);
            let input = signing_input(&json(&header), &json(r#"{"sub":"c1"}"#)).unwrap();
            let (signature, key) = match algorithm {
                "RS256" => (rsa_signature(&pair, &RSA_PKCS1_SHA256, input.as_bytes()), &rsa_key),
                "PS256" => (rsa_signature(&pair, &RSA_PSS_SHA256, input.as_bytes()), &rsa_key),
                _ => (ed25519_pair.sign(input.as_bytes()).as_ref().to_vec(), &ed25519_key),
            };
            assert_eq!(outcome(&compact(input, &signature), key), Some(true), "{algorithm}");
        }
    }
}
