//! B1 to B4: the signatures that `generate.py` makes, each with its outcome.

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
