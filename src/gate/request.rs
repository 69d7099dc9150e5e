//! What the gate looks at in a request.

use crate::access_token::Presentation;

/// The parts of a request that decide.
#[derive(Debug, Clone, Copy, Default)]
pub struct GateRequest<'a> {
    /// The method, as the handler will see it.
    pub method: &'a str,
    /// The absolute URL as the runtime serialised it.
    pub url: &'a str,
    /// The `Authorization` field, if there is one.
    pub authorization: Option<&'a str>,
    /// Instead of an `Authorization` field, the number of the token that a decision about the very same field gave
    /// ([`super::Decision::token_number`]).
    ///
    /// To give it for any other field opens the gate by somebody else's token.
    pub known: Option<u32>,
    /// The `Origin` field, if there is one.
    pub origin: Option<&'a str>,
    /// The `Access-Control-Request-Method` field of a preflight.
    pub preflight_method: Option<&'a str>,
}

/// How a request carries an access token: RFC 6750 section 2.1 and RFC 9449 section 7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Credentials<'a> {
    /// No `Authorization` field, or one of another scheme.
    None,
    /// The scheme is `Bearer` or `DPoP` and nothing follows.
    Malformed,
    /// What stands in the token's place, and by which of the schemes. Whether it [`is_b64token`] is asked of one that is
    /// not known.
    Token(Presentation, &'a str),
}

/// RFC 6750 section 2.1. Two fields reach us joined by a comma, which is outside this alphabet.
pub(super) fn is_b64token(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
}

impl<'a> GateRequest<'a> {
    pub(super) fn credentials(&self) -> Credentials<'a> {
        let Some(field) = self.authorization else { return Credentials::None };
        let (scheme, token) = field.split_once(' ').unwrap_or((field, ""));
        let presentation = if scheme.eq_ignore_ascii_case("bearer") {
            Presentation::Bearer
        } else if scheme.eq_ignore_ascii_case("dpop") {
            Presentation::Proved
        } else {
            return Credentials::None;
        };
        let token = token.trim_start_matches(' ');
        if token.is_empty() { Credentials::Malformed } else { Credentials::Token(presentation, token) }
    }

    /// Fetch standard: a preflight is `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
    pub(super) fn preflight(&self) -> Option<(&'a str, &'a str)> {
        match (self.method, self.origin, self.preflight_method) {
            ("OPTIONS", Some(origin), Some(method)) => Some((origin, method)),
            _ => None,
        }
    }
}
