//! The compact serialization of a JWS (RFC 7515 section 7.1): read strictly, written plainly.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::Algorithm;
use crate::vocabulary::json::{Json, JsonError, JsonMember, JsonObject};

/// Octets that a token may have, at most. Longer ones are refused before anything is read.
pub const MAX_TOKEN_LENGTH: usize = 8 * 1024;

const MAX_HEADER_DEPTH: usize = 8;
pub(super) const MAX_KEY_ID_LENGTH: usize = 256;

/// Why a token, or its signature before it is computed, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// More than [`MAX_TOKEN_LENGTH`] octets.
    #[error("a token has at most {MAX_TOKEN_LENGTH} octets")]
    TooLong,
    /// Not `header.payload.signature`: the JSON serialization, a JWE, or no token at all.
    #[error("a token has exactly three parts, separated by two dots")]
    NotThreeParts,
    /// Nothing after the last dot.
    #[error("the token has no signature")]
    SignatureMissing,
    /// The header is not canonical base64url without padding.
    #[error("the header is not canonical base64url without padding")]
    HeaderEncoding,
    /// The payload is not canonical base64url without padding.
    #[error("the payload is not canonical base64url without padding")]
    PayloadEncoding,
    /// The signature is not canonical base64url without padding.
    #[error("the signature is not canonical base64url without padding")]
    SignatureEncoding,
    /// The header is not JSON, says something twice, or nests too deeply.
    #[error("the header is refused: {0}")]
    HeaderJson(JsonError),
    /// The header is JSON, and not an object.
    #[error("the header is not an object")]
    HeaderNotObject,
    /// No `alg`.
    #[error("the header has no `alg`")]
    AlgorithmMissing,
    /// `alg` is not a string.
    #[error("`alg` is not a string")]
    AlgorithmNotString,
    /// `alg` is `none`, in whatever case (RFC 8725 section 3.2).
    #[error("`alg` is `none`")]
    AlgorithmNone,
    /// `alg` is none of [`Algorithm::ALL`].
    #[error("`alg` is not an algorithm that is used here")]
    AlgorithmUnknown,
    /// A `crit`, in whatever form: no extension is understood here (RFC 7515 section 4.1.11).
    #[error("the header has `crit`, and no extension is understood")]
    CriticalHeader,
    /// A `b64`, in whatever form (RFC 7797).
    #[error("the header has `b64`, and the payload is always encoded here")]
    UnencodedPayload,
    /// A `zip`: only a JWE is compressed (RFC 7516 section 4.1.3).
    #[error("the header has `zip`")]
    Compressed,
    /// An `enc`: this is the header of a JWE (RFC 7516 section 9).
    #[error("the header has `enc`, which makes it an encrypted token")]
    Encrypted,
    /// `kid`, `typ` or `cty` is not a string.
    #[error("`{member}` is not a string")]
    MemberNotString {
        /// Which of them.
        member: &'static str,
    },
    /// A `kid` of more than 256 characters.
    #[error("`kid` has more than {MAX_KEY_ID_LENGTH} characters")]
    KeyIdTooLong,
    /// The key is not for this algorithm (RFC 8725 section 3.1).
    #[error("the key is not for the token's algorithm")]
    AlgorithmNotPermitted,
    /// The signature's length is not that of the algorithm and key, DER among others.
    #[error("the signature has a length that the algorithm and key do not produce")]
    SignatureLength,
    /// `r` or `s` is 0 or not below the group order, or an RSA signature is not below the modulus.
    #[error("a number in the signature is out of range")]
    SignatureOutOfRange,
    /// The point in an Ed25519 signature is not encoded canonically, or of small order.
    #[error("the point in the signature is not canonical, or of small order")]
    SignaturePoint,
}

impl JwsError {
    /// The reason as one word for logs and traces.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "token_too_long",
            Self::NotThreeParts => "not_three_parts",
            Self::SignatureMissing => "signature_missing",
            Self::HeaderEncoding => "header_encoding",
            Self::PayloadEncoding => "payload_encoding",
            Self::SignatureEncoding => "signature_encoding",
            Self::HeaderJson(JsonError::Syntax { .. }) => "header_not_json",
            Self::HeaderJson(JsonError::DuplicateName { .. }) => "header_duplicate_name",
            Self::HeaderJson(JsonError::TooDeep) => "header_too_deep",
            Self::HeaderJson(JsonError::TooManyMembers) => "header_too_many_members",
            Self::HeaderNotObject => "header_not_object",
            Self::AlgorithmMissing => "algorithm_missing",
            Self::AlgorithmNotString => "algorithm_not_string",
            Self::AlgorithmNone => "algorithm_none",
            Self::AlgorithmUnknown => "algorithm_unknown",
            Self::CriticalHeader => "critical_header",
            Self::UnencodedPayload => "unencoded_payload",
            Self::Compressed => "compressed",
            Self::Encrypted => "encrypted",
            Self::MemberNotString { .. } => "header_member_not_string",
            Self::KeyIdTooLong => "key_id_too_long",
            Self::AlgorithmNotPermitted => "algorithm_not_permitted",
            Self::SignatureLength => "signature_length",
            Self::SignatureOutOfRange => "signature_out_of_range",
            Self::SignaturePoint => "signature_point",
        }
    }
}

/// A compact JWS that is well-formed, and nothing more: whoever wrote it could write anything.
pub struct UntrustedJws<'a> {
    header: String,
    algorithm: Algorithm,
    kid: Option<String>,
    typ: Option<String>,
    cty: Option<String>,
    payload: Vec<u8>,
    signature: Vec<u8>,
    signing_input: &'a str,
}

impl<'a> UntrustedJws<'a> {
    /// Reads `token`. The payload may be any octets, none included.
    ///
    /// # Errors
    /// [`JwsError`] names the first rule that the token breaks.
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(JwsError::TooLong);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(JwsError::NotThreeParts)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwsError::NotThreeParts)?;
        if payload.contains('.') {
            return Err(JwsError::NotThreeParts);
        }
        if signature.is_empty() {
            return Err(JwsError::SignatureMissing);
        }
        let header = header_text(decoded(header, JwsError::HeaderEncoding)?)?;
        let members = JsonObject::parse(&header, MAX_HEADER_DEPTH).map_err(JwsError::HeaderJson)?;
        let members = members.ok_or(JwsError::HeaderNotObject)?;
        let algorithm = checked_header(&members)?;
        let text = |name| members.text_of(name).map(str::to_owned);
        let (kid, typ, cty) = (text("kid"), text("typ"), text("cty"));
        Ok(Self {
            header,
            algorithm,
            kid,
            typ,
            cty,
            payload: decoded(payload, JwsError::PayloadEncoding)?,
            signature: decoded(signature, JwsError::SignatureEncoding)?,
            signing_input,
        })
    }

    /// The algorithm that the token claims. The key decides whether it may be used.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The `kid`, for looking among keys that are already loaded and for nothing else.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The `typ`, as written.
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The `cty`, as written. A nested JWT says `JWT` here, and is not opened.
    #[must_use]
    pub fn cty(&self) -> Option<&str> {
        self.cty.as_deref()
    }

    /// The whole header, an object.
    ///
    /// # Errors
    /// None: what was read once can be read again.
    pub fn header(&self) -> Result<Json, JwsError> {
        Json::parse(self.header.as_bytes(), MAX_HEADER_DEPTH).map_err(JwsError::HeaderJson)
    }

    /// The payload's octets.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The octets that are signed: header and payload as they stand in the token.
    #[must_use]
    pub fn signing_input(&self) -> &'a [u8] {
        self.signing_input.as_bytes()
    }

    /// The payload's octets, which leave none behind.
    #[must_use]
    pub fn take_payload(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.payload)
    }

    /// The signature's octets, of a token that is not needed any more.
    #[must_use]
    pub fn into_signature(self) -> Vec<u8> {
        self.signature
    }

    /// The signature's octets.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl fmt::Debug for UntrustedJws<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("UntrustedJws").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// Base64url of `header`, a dot, base64url of `payload`: what [`compact`] wants signed.
///
/// # Errors
/// Whatever `serde_json` says of a value that is not JSON.
pub fn signing_input(header: &impl Serialize, payload: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut text = URL_SAFE_NO_PAD.encode(&serde_json::to_vec(header)?);
    text.push('.');
    text.push_str(&URL_SAFE_NO_PAD.encode(&serde_json::to_vec(payload)?));
    Ok(text)
}

/// The token of a signing input and its signature.
#[must_use]
pub fn compact(signing_input: String, signature: &[u8]) -> String {
    let mut token = signing_input;
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(signature));
    token
}

fn decoded(part: &str, fault: JwsError) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| fault)
}

/// Octets that are no UTF-8 are no JSON either (RFC 8259 section 8.1).
fn header_text(octets: Vec<u8>) -> Result<String, JwsError> {
    String::from_utf8(octets).map_err(|error| {
        let column = error.utf8_error().valid_up_to() + 1;
        JwsError::HeaderJson(JsonError::Syntax { line: 1, column })
    })
}

fn checked_header(header: &JsonObject<'_>) -> Result<Algorithm, JwsError> {
    let mut algorithm = None;
    for (name, value) in header.members() {
        match name {
            "alg" => algorithm = Some(checked_algorithm(value)?),
            "crit" => return Err(JwsError::CriticalHeader),
            "b64" => return Err(JwsError::UnencodedPayload),
            "zip" => return Err(JwsError::Compressed),
            "enc" => return Err(JwsError::Encrypted),
            "kid" => {
                let kid = value.as_str().ok_or(JwsError::MemberNotString { member: "kid" })?;
                if kid.chars().count() > MAX_KEY_ID_LENGTH {
                    return Err(JwsError::KeyIdTooLong);
                }
            }
            "typ" if value.as_str().is_none() => return Err(JwsError::MemberNotString { member: "typ" }),
            "cty" if value.as_str().is_none() => return Err(JwsError::MemberNotString { member: "cty" }),
            _ => {}
        }
    }
    algorithm.ok_or(JwsError::AlgorithmMissing)
}

fn checked_algorithm(value: &JsonMember<'_>) -> Result<Algorithm, JwsError> {
    let name = value.as_str().ok_or(JwsError::AlgorithmNotString)?;
    if name.eq_ignore_ascii_case("none") {
        return Err(JwsError::AlgorithmNone);
    }
    Algorithm::from_header(name).ok_or(JwsError::AlgorithmUnknown)
}
