use super::*;
use crate::support::test;

fn points(kind: &str) -> Vec<String> {
    let generated = generated();
    let points = items(generated.member("ed25519_points").unwrap().member(kind).unwrap());
    points.iter().map(|point| point.as_str().unwrap().to_owned()).collect()
}

#[test]
fn sound_points_are_keys() {
    for x in points("sound") {
        assert!(VerificationKey::from_jwk(&with(&json(EDDSA_KEY), "x", string(x))).is_ok());
    }
}

#[test]
fn points_of_small_order_are_refused() {
    let points = points("small_order");
    assert_eq!(points.len(), 10);
    for x in points {
        assert_eq!(of(EDDSA_KEY, "x", &x), JwkError::PointOfSmallOrder, "{x}");
    }
}

#[test]
fn every_encoding_at_or_above_the_prime_is_refused() {
    let points = points("not_canonical");
    assert_eq!(points.len(), 38);
    for x in points {
        assert_eq!(of(EDDSA_KEY, "x", &x), JwkError::PointNotCanonical, "{x}");
    }
}

#[test]
fn points_off_the_curve_are_refused() {
    for x in points("not_on_curve") {
        assert_eq!(of(EDDSA_KEY, "x", &x), JwkError::PointNotOnCurve, "{x}");
    }
}

#[test]
fn other_lengths_are_refused() {
    for length in [0, 1, 31, 33, 57, 64] {
        let error = of(EDDSA_KEY, "x", &encode(vec![9; length]));
        assert_eq!(error, JwkError::Length { member: "x", octets: 32 }, "{length}");
    }
}
