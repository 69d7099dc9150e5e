//! The NIST curves y^2 = x^3 - 3x + b (FIPS 186-4 appendix D): which points and signatures there are.
//!
//! Hosts differ in what they check when they import a key, so everything is checked here, in every build.

use crypto_bigint::modular::constant_mod::{Residue, ResidueParams};
use crypto_bigint::{Encoding, U256, U384, Uint, impl_modulus};

use super::{JwkError, JwsError};

impl_modulus!(P256Field, U256, "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
impl_modulus!(
    P384Field,
    U384,
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"
);

const P256_B: U256 = U256::from_be_hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
const P384_B: U384 = U384::from_be_hex(
    "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
);

const P256_ORDER: U256 =
    U256::from_be_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const P384_ORDER: U384 = U384::from_be_hex(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
);

/// Whether the coordinates are those of a point on P-256.
pub(super) fn check_p256_point(x: [u8; 32], y: [u8; 32]) -> Result<(), JwkError> {
    check_point::<P256Field, _>(&U256::from_be_bytes(x), &U256::from_be_bytes(y), &P256_B)
}

/// Whether the coordinates are those of a point on P-384.
pub(super) fn check_p384_point(x: [u8; 48], y: [u8; 48]) -> Result<(), JwkError> {
    check_point::<P384Field, _>(&U384::from_be_bytes(x), &U384::from_be_bytes(y), &P384_B)
}

/// Whether the octets are `r` and `s` of an ES256 signature, each from 1 to n - 1.
pub(super) fn check_es256_signature(signature: &[u8]) -> Result<(), JwsError> {
    let (r, s) = halves(signature)?;
    check_scalars(&U256::from_be_bytes(r), &U256::from_be_bytes(s), &P256_ORDER)
}

/// Whether the octets are `r` and `s` of an ES384 signature, each from 1 to n - 1.
pub(super) fn check_es384_signature(signature: &[u8]) -> Result<(), JwsError> {
    let (r, s) = halves(signature)?;
    check_scalars(&U384::from_be_bytes(r), &U384::from_be_bytes(s), &P384_ORDER)
}

fn halves<const N: usize>(signature: &[u8]) -> Result<([u8; N], [u8; N]), JwsError> {
    let (r, s) = signature.split_first_chunk::<N>().ok_or(JwsError::SignatureLength)?;
    Ok((*r, s.try_into().map_err(|_| JwsError::SignatureLength)?))
}

fn check_scalars<const LIMBS: usize>(
    r: &Uint<LIMBS>,
    s: &Uint<LIMBS>,
    order: &Uint<LIMBS>,
) -> Result<(), JwsError> {
    let valid = |scalar: &Uint<LIMBS>| *scalar != Uint::ZERO && scalar < order;
    if valid(r) && valid(s) { Ok(()) } else { Err(JwsError::SignatureOutOfRange) }
}

fn check_point<Field: ResidueParams<LIMBS>, const LIMBS: usize>(
    x: &Uint<LIMBS>,
    y: &Uint<LIMBS>,
    b: &Uint<LIMBS>,
) -> Result<(), JwkError> {
    if *x >= Field::MODULUS || *y >= Field::MODULUS {
        return Err(JwkError::PointNotCanonical);
    }
    let (x, y, b) = (Residue::<Field, LIMBS>::new(x), Residue::new(y), Residue::new(b));
    let three = Residue::ONE + Residue::ONE + Residue::ONE;
    if y.square() == (x.square() - three) * x + b { Ok(()) } else { Err(JwkError::PointNotOnCurve) }
}
