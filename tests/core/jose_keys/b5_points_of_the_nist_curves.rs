use super::*;
use crate::support::test;

const P256_PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    let mut index = 4;
    while index < 20 {
        prime[index] = 0;
        index += 1;
    }
    prime[7] = 1;
    prime
};

#[test]
fn one_changed_bit_leaves_the_curve() {
    for jwk in [json(ES256_KEY), es384_key()] {
        for member in ["x", "y"] {
            let off = changed(&jwk, member, |octets| octets[5] ^= 1);
            assert_eq!(refusal(&off), JwkError::PointNotOnCurve, "{member}");
        }
    }
}

#[test]
fn swapped_coordinates_leave_the_curve() {
    for jwk in [json(ES256_KEY), es384_key()] {
        let swapped = with(&with(&jwk, "x", string(text(&jwk, "y"))), "y", string(text(&jwk, "x")));
        assert_eq!(refusal(&swapped), JwkError::PointNotOnCurve);
    }
}

/// (0, 0) stands for infinity in some libraries; zeros elsewhere are points of other curves.
#[test]
fn zeros_are_not_on_the_curve() {
    for (jwk, length) in [(json(ES256_KEY), 32), (es384_key(), 48)] {
        let zero = string(encode(vec![0; length]));
        let origin = with(&with(&jwk, "x", zero.clone()), "y", zero.clone());
        for jwk in [origin, with(&jwk, "x", zero.clone()), with(&jwk, "y", zero)] {
            assert_eq!(refusal(&jwk), JwkError::PointNotOnCurve);
        }
    }
}

#[test]
fn a_point_of_secp256k1_is_refused() {
    let (x, y) = (
        "eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g", // its base point, from SEC 2
        "SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg",
    );
    let jwk = with(&with(&json(ES256_KEY), "x", string(x)), "y", string(y));
    assert_eq!(refusal(&jwk), JwkError::PointNotOnCurve);
}

#[test]
fn coordinates_at_or_above_the_prime_are_refused() {
    for (jwk, length) in [(json(ES256_KEY), 32), (es384_key(), 48)] {
        for member in ["x", "y"] {
            let largest = with(&jwk, member, string(encode(vec![0xff; length])));
            assert_eq!(refusal(&largest), JwkError::PointNotCanonical, "{member}");
        }
    }
    for member in ["x", "y"] {
        assert_eq!(of(ES256_KEY, member, &encode(P256_PRIME)), JwkError::PointNotCanonical, "{member}");
    }
}

/// x = 5 has a point on P-256, and x + p fits into 32 octets: the same point again, were it not for the check.
#[test]
fn a_point_has_one_spelling() {
    let jwk = with(&json(ES256_KEY), "y", string("RZJDuapYGAb-kTvOmYF63hHKUDxk2aPFM0FcCDJI-8w"));
    let small = with(&jwk, "x", string("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAU"));
    assert!(VerificationKey::from_jwk(&small).is_ok());
    let above = with(&jwk, "x", string("_____wAAAAEAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAQ"));
    assert_eq!(refusal(&above), JwkError::PointNotCanonical);
}

#[test]
fn coordinates_of_another_length_are_refused() {
    for (jwk, octets) in [(json(ES256_KEY), 32), (es384_key(), 48)] {
        for member in ["x", "y"] {
            for other in [
                changed(&jwk, member, |octets| octets.insert(0, 0)),
                changed(&jwk, member, |octets| octets.truncate(octets.len() - 1)),
                changed(&jwk, member, Vec::clear),
            ] {
                assert_eq!(refusal(&other), JwkError::Length { member, octets });
            }
        }
    }
}

#[test]
fn a_curve_under_another_name_is_refused() {
    assert_eq!(of(ES256_KEY, "crv", "P-384"), JwkError::Length { member: "x", octets: 48 });
    for name in ["P-521", "secp256k1", "p-256", "Ed25519", "X25519", ""] {
        assert_eq!(of(ES256_KEY, "crv", name), JwkError::UnknownCurve, "{name}");
    }
    for name in ["Ed448", "X25519", "ed25519", "P-256"] {
        assert_eq!(of(EDDSA_KEY, "crv", name), JwkError::UnknownCurve, "{name}");
    }
}
