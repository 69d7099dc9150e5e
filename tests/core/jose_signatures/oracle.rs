use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED, ED25519, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_SHA256, RsaEncoding, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
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
    let pem = include_str!("../vectors/jose/rsa_test_key.pem");
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
