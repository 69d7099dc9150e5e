//! `application/x-www-form-urlencoded` in the strict sense: nothing is decoded with loss.

use percent_encoding::percent_decode_str;

use super::refusal::Refusal;
use super::request::{IssuerRequest, MAX_BODY_LENGTH};

const MAX_PARAMETERS: usize = 64;

/// Why a body is not a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Not `application/x-www-form-urlencoded`.
    #[error("the content type is not `application/x-www-form-urlencoded`")]
    ContentType,
    /// Malformed percent-encoding, or not UTF-8.
    #[error("the body is not a well-formed form")]
    Encoding,
    /// More than 64 parameters.
    #[error("the form has too many parameters")]
    TooMany,
    /// A parameter stands twice (RFC 6749 section 3.2).
    #[error("the parameter `{0}` stands more than once")]
    Repeated(&'static str),
    /// A parameter stands twice whose name is none of the protocol's.
    #[error("a parameter stands more than once")]
    RepeatedOther,
}

/// The parameters of a form, in order. Those without a value count as absent (RFC 6749 section 3.2).
#[derive(Debug)]
pub(super) struct Form {
    parameters: Vec<(String, String)>,
}

impl Form {
    /// The form in the body of a request.
    pub(super) fn of(request: &IssuerRequest<'_>) -> Result<Self, Refusal> {
        if request.body.len() > MAX_BODY_LENGTH {
            return Err(Refusal::BodyTooLong);
        }
        Ok(Self::parse(request.content_type, request.body)?)
    }

    /// The parameters of a query.
    pub(super) fn of_query(query: &str) -> Result<Self, FormError> {
        Self::of_pairs(query)
    }

    pub(super) fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, FormError> {
        check_content_type(content_type.unwrap_or_default())?;
        Self::of_pairs(std::str::from_utf8(body).map_err(|_| FormError::Encoding)?)
    }

    fn of_pairs(text: &str) -> Result<Self, FormError> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            if parameters.len() >= MAX_PARAMETERS {
                return Err(FormError::TooMany);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            parameters.push((decoded(name)?, decoded(value)?));
        }
        let form = Self { parameters };
        form.check_repetitions()?;
        Ok(form)
    }

    /// RFC 8707 section 2 lets `resource` stand more than once; nothing else may.
    fn check_repetitions(&self) -> Result<(), FormError> {
        for (index, (name, _)) in self.parameters.iter().enumerate() {
            if name != "resource" && self.parameters.iter().skip(index + 1).any(|(other, _)| other == name) {
                let known = KNOWN.iter().find(|known| *known == name);
                return Err(known.map_or(FormError::RepeatedOther, |known| FormError::Repeated(known)));
            }
        }
        Ok(())
    }

    /// The names of all parameters, those without a value too.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|(name, _)| name.as_str())
    }

    /// The parameter's value, if it has one.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// All values of a parameter that may stand more than once.
    pub(super) fn values<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.parameters
            .iter()
            .filter(move |(own, value)| own == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }
}

/// Only these names are echoed in a message; a caller's own text never is.
const KNOWN: [&str; 21] = [
    "grant_type",
    "scope",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code",
    "refresh_token",
    "code_verifier",
    "code_challenge",
    "code_challenge_method",
    "redirect_uri",
    "response_type",
    "state",
    "nonce",
    "prompt",
    "max_age",
    "acr_values",
    "dpop_jkt",
    "token",
    "request_uri",
];

fn check_content_type(content_type: &str) -> Result<(), FormError> {
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    let charset = |part: &str| {
        part.split_once('=').is_some_and(|(name, value)| {
            name.trim().eq_ignore_ascii_case("charset")
                && value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    };
    // RFC 9110 section 5.6.6 lets a list of parameters have empty places.
    if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && parts.all(|part| part.is_empty() || charset(part))
    {
        return Ok(());
    }
    Err(FormError::ContentType)
}

/// One name or value in `application/x-www-form-urlencoded`, decoded without loss.
pub(super) fn decoded(text: &str) -> Result<String, FormError> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let hexadecimal = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
        if byte == b'%' && !(hexadecimal(bytes.next()) && hexadecimal(bytes.next())) {
            return Err(FormError::Encoding);
        }
    }
    let spaced = text.replace('+', " ");
    let octets: Vec<u8> = percent_decode_str(&spaced).collect();
    String::from_utf8(octets).map_err(|_| FormError::Encoding)
}
