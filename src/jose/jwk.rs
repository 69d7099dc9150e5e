//! The members of a JSON Web Key (RFC 7517 section 4), read strictly.

use base64ct::{Base64UrlUnpadded, Encoding};

use super::Algorithm;
use super::compact::MAX_KEY_ID_LENGTH;
use crate::vocabulary::json::Json;

/// Why a key, or a set of keys, is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// Not a JSON object.
    #[error("a key is a JSON object")]
    NotObject,
    /// A member that the kind of key needs is absent.
    #[error("`{member}` is missing")]
    MemberMissing {
        /// Its name.
        member: &'static str,
    },
    /// A member that must be a string is not.
    #[error("`{member}` is not a string")]
    MemberNotString {
        /// Its name.
        member: &'static str,
    },
    /// `kty` is not `oct`, `EC`, `OKP` or `RSA`.
    #[error("`kty` is not `oct`, `EC`, `OKP` or `RSA`")]
    UnknownKeyType,
    /// `crv` is not a curve that is used here, or not one of this `kty`.
    #[error("`crv` is not `P-256` or `P-384` for `EC`, `Ed25519` for `OKP`")]
    UnknownCurve,
    /// A member is not canonical base64url without padding.
    #[error("`{member}` is not canonical base64url without padding")]
    Encoding {
        /// Its name.
        member: &'static str,
    },
    /// A coordinate or private value does not have the octets of its curve, leading zeros included
    /// (RFC 7518 section 6.2.1.2).
    #[error("`{member}` must have exactly {octets} octets")]
    Length {
        /// Its name.
        member: &'static str,
        /// How many octets it must have.
        octets: usize,
    },
    /// A number has a leading zero octet (RFC 7518 section 6.3.1.1).
    #[error("`{member}` is empty or has a leading zero octet")]
    LeadingZero {
        /// Its name.
        member: &'static str,
    },
    /// A coordinate is not below the field's prime.
    #[error("a coordinate is not below the prime of the curve's field")]
    PointNotCanonical,
    /// The point is not on the curve.
    #[error("the point is not on the curve")]
    PointNotOnCurve,
    /// The point's order divides 8: signatures of such a key fit many messages.
    #[error("the point is of small order")]
    PointOfSmallOrder,
    /// An RSA modulus under 2,048 or over 8,192 bits.
    #[error("`n` must have 2048 to 8192 bits")]
    ModulusSize,
    /// An even RSA modulus.
    #[error("`n` must be odd")]
    ModulusEven,
    /// An RSA exponent that is even, 1, or not below 2^33.
    #[error("`e` must be odd, at least 3 and below 2^33")]
    Exponent,
    /// An HMAC key shorter than the hash (RFC 7518 section 3.2).
    #[error("`k` must have at least 32 octets")]
    HmacKeyShort,
    /// `use` is not `sig`.
    #[error("`use` is not `sig`")]
    UseNotSignature,
    /// `key_ops` is not an array of strings.
    #[error("`key_ops` is not an array of strings")]
    OperationsMalformed,
    /// An operation stands twice (RFC 7517 section 4.3).
    #[error("`key_ops` names an operation twice")]
    OperationTwice,
    /// `key_ops` mixes signatures with something else (RFC 7517 section 4.3).
    #[error("`key_ops` has more than `sign` and `verify`")]
    OperationsMixed,
    /// `key_ops` does not have the operation that the key is loaded for.
    #[error("`key_ops` does not have `{operation}`")]
    OperationMissing {
        /// `verify` or `sign`.
        operation: &'static str,
    },
    /// `alg` is not an algorithm that is used here.
    #[error("`alg` is not an algorithm that is used here")]
    UnknownAlgorithm,
    /// `alg` and `kty` or `crv` contradict each other.
    #[error("`alg` does not go with `kty` and `crv`")]
    AlgorithmMismatch,
    /// A `kid` of more than 256 characters.
    #[error("`kid` has more than {MAX_KEY_ID_LENGTH} characters")]
    KeyIdTooLong,
    /// Not an object with an array `keys`.
    #[error("a set of keys is an object with an array `keys`")]
    NotKeySet,
    /// More keys than a set may have.
    #[error("a set has at most 100 keys")]
    TooManyKeys,
    /// The private value is out of range or does not belong to the public one.
    #[error("`d` is out of range or does not belong to the public key")]
    PrivateKeyMismatch,
    /// This build does not sign with such a key: RSA and P-384 never, P-256 and Ed25519 without `portable`.
    #[error("keys of this kind sign on the host only")]
    SignsOnHostOnly,
}

impl JwkError {
    /// The reason as one word for logs and traces.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotObject => "key_not_object",
            Self::MemberMissing { .. } => "key_member_missing",
            Self::MemberNotString { .. } => "key_member_not_string",
            Self::UnknownKeyType => "key_type_unknown",
            Self::UnknownCurve => "key_curve_unknown",
            Self::Encoding { .. } => "key_encoding",
            Self::Length { .. } => "key_length",
            Self::LeadingZero { .. } => "key_leading_zero",
            Self::PointNotCanonical => "key_point_not_canonical",
            Self::PointNotOnCurve => "key_point_not_on_curve",
            Self::PointOfSmallOrder => "key_point_of_small_order",
            Self::ModulusSize => "key_modulus_size",
            Self::ModulusEven => "key_modulus_even",
            Self::Exponent => "key_exponent",
            Self::HmacKeyShort => "key_too_short",
            Self::UseNotSignature => "key_use_not_signature",
            Self::OperationsMalformed => "key_operations_malformed",
            Self::OperationTwice => "key_operation_twice",
            Self::OperationsMixed => "key_operations_mixed",
            Self::OperationMissing { .. } => "key_operation_missing",
            Self::UnknownAlgorithm => "key_algorithm_unknown",
            Self::AlgorithmMismatch => "key_algorithm_mismatch",
            Self::KeyIdTooLong => "key_id_too_long",
            Self::NotKeySet => "not_a_key_set",
            Self::TooManyKeys => "too_many_keys",
            Self::PrivateKeyMismatch => "private_key_mismatch",
            Self::SignsOnHostOnly => "signs_on_host_only",
        }
    }
}

/// A JWK whose members are read one by one.
#[derive(Clone, Copy)]
pub(super) struct Jwk<'a>(&'a Json);

impl<'a> Jwk<'a> {
    pub(super) fn new(value: &'a Json) -> Result<Self, JwkError> {
        if matches!(value, Json::Object(_)) { Ok(Self(value)) } else { Err(JwkError::NotObject) }
    }

    pub(super) fn has(self, member: &str) -> bool {
        self.0.member(member).is_some()
    }

    pub(super) fn optional_text(self, member: &'static str) -> Result<Option<&'a str>, JwkError> {
        match self.0.member(member) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or(JwkError::MemberNotString { member }),
        }
    }

    pub(super) fn text(self, member: &'static str) -> Result<&'a str, JwkError> {
        self.optional_text(member)?.ok_or(JwkError::MemberMissing { member })
    }

    pub(super) fn octets(self, member: &'static str) -> Result<Vec<u8>, JwkError> {
        Base64UrlUnpadded::decode_vec(self.text(member)?).map_err(|_| JwkError::Encoding { member })
    }

    pub(super) fn fixed<const N: usize>(self, member: &'static str) -> Result<[u8; N], JwkError> {
        self.octets(member)?.try_into().map_err(|_| JwkError::Length { member, octets: N })
    }

    /// A positive number in the fewest octets (RFC 7518 section 2, `Base64urlUInt`).
    pub(super) fn number(self, member: &'static str) -> Result<Vec<u8>, JwkError> {
        let octets = self.octets(member)?;
        match octets.first() {
            None | Some(0) => Err(JwkError::LeadingZero { member }),
            Some(_) => Ok(octets),
        }
    }

    pub(super) fn kid(self) -> Result<Option<String>, JwkError> {
        let kid = self.optional_text("kid")?;
        if kid.is_some_and(|kid| kid.chars().count() > MAX_KEY_ID_LENGTH) {
            return Err(JwkError::KeyIdTooLong);
        }
        Ok(kid.map(str::to_owned))
    }

    pub(super) fn algorithm(self) -> Result<Option<Algorithm>, JwkError> {
        self.optional_text("alg")?
            .map(|name| Algorithm::from_header(name).ok_or(JwkError::UnknownAlgorithm))
            .transpose()
    }

    /// Checks `use` and `key_ops` for a key that is to do `operation`.
    pub(super) fn check_purpose(self, operation: &'static str) -> Result<(), JwkError> {
        if self.optional_text("use")?.is_some_and(|purpose| purpose != "sig") {
            return Err(JwkError::UseNotSignature);
        }
        let Some(operations) = self.0.member("key_ops") else { return Ok(()) };
        let Json::Array(operations) = operations else { return Err(JwkError::OperationsMalformed) };
        let mut seen: Vec<&str> = Vec::with_capacity(2);
        for named in operations {
            let named = named.as_str().ok_or(JwkError::OperationsMalformed)?;
            if seen.contains(&named) {
                return Err(JwkError::OperationTwice);
            }
            if !matches!(named, "sign" | "verify") {
                return Err(JwkError::OperationsMixed);
            }
            seen.push(named);
        }
        if seen.contains(&operation) { Ok(()) } else { Err(JwkError::OperationMissing { operation }) }
    }
}
