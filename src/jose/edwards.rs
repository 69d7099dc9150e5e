//! Edwards25519 (RFC 8032 section 5.1): which encoded points and scalars there are.
//!
//! Verifiers disagree about points that are not encoded canonically or are of small order (RFC 8032 leaves room,
//! and some hosts accept them), so none of those comes as far as a verifier.

use crypto_bigint::modular::constant_mod::{Residue, ResidueParams};
use crypto_bigint::{Encoding, U256, impl_modulus};

use super::{JwkError, JwsError};

impl_modulus!(Field, U256, "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");

const D: U256 = U256::from_be_hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
const ORDER: U256 = U256::from_be_hex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");

/// The y of the eight points whose order divides 8: 1, -1, 0 and two more, each with both signs of x.
const SMALL_ORDER: [U256; 5] = [
    U256::ONE,
    U256::from_be_hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
    U256::ZERO,
    U256::from_le_hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    U256::from_le_hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
];

/// Whether the octets are a public key: canonical, on the curve, not of small order.
pub(super) fn check_public_key(encoded: [u8; 32]) -> Result<(), JwkError> {
    let y = canonical_y(encoded).ok_or(JwkError::PointNotCanonical)?;
    if SMALL_ORDER.contains(&y) {
        return Err(JwkError::PointOfSmallOrder);
    }
    if is_on_curve(&y) { Ok(()) } else { Err(JwkError::PointNotOnCurve) }
}

/// Whether the octets are a signature: a canonical point not of small order, and a scalar below the group order.
pub(super) fn check_signature(signature: &[u8]) -> Result<(), JwsError> {
    let (point, scalar) = signature.split_first_chunk::<32>().ok_or(JwsError::SignatureLength)?;
    let scalar: [u8; 32] = scalar.try_into().map_err(|_| JwsError::SignatureLength)?;
    if U256::from_le_bytes(scalar) >= ORDER {
        return Err(JwsError::SignatureOutOfRange);
    }
    match canonical_y(*point) {
        Some(y) if !SMALL_ORDER.contains(&y) => Ok(()),
        _ => Err(JwsError::SignaturePoint),
    }
}

/// The y coordinate, if it is below the prime. The topmost bit is the sign of x.
fn canonical_y(mut encoded: [u8; 32]) -> Option<U256> {
    if let Some(last) = encoded.last_mut() {
        *last &= 0x7f;
    }
    let y = U256::from_le_bytes(encoded);
    (y < Field::MODULUS).then_some(y)
}

/// Whether x^2 = (y^2 - 1) / (d y^2 + 1) has a root, by Euler's criterion for the product of both, which is
/// a square exactly when their quotient is.
fn is_on_curve(y: &U256) -> bool {
    let square = Residue::<Field, { U256::LIMBS }>::new(y).square();
    let product = (square - Residue::ONE) * (Residue::new(&D) * square + Residue::ONE);
    product.pow(&Field::MODULUS.shr_vartime(1)) == Residue::ONE
}
