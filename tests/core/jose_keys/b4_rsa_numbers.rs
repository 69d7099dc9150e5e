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
    for octets in [&[1][..], &[2], &[4], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 0, 0, 0, 3], &huge] {
        assert_eq!(exponent(octets).unwrap_err(), JwkError::Exponent, "{octets:?}");
    }
}
