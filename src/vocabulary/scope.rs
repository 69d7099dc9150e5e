//! Scopes by RFC 6749 section 3.3.

use std::fmt;

use super::text::serialized_as_text;

/// Scopes of the protocol itself, which no protected resource defines and no gate rule needs.
pub const PROTOCOL_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

const MAX_TOKENS: usize = 256;
const MAX_TOKEN_LENGTH: usize = 128;

/// Why a string is not a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// Two spaces in a row, one at an end, or no scope at all.
    #[error("scopes are separated by single spaces and none is empty")]
    Empty,
    /// Outside the printable ASCII that RFC 6749 section 3.3 allows (no space, `\"`, `\\`).
    #[error("a scope has only printable ASCII characters, no space, no quote and no backslash")]
    Alphabet,
    /// Over 128 characters in a token, or over 256 tokens.
    #[error("a scope has at most {MAX_TOKEN_LENGTH} characters, and a list at most {MAX_TOKENS} scopes")]
    TooLong,
}

/// One scope, such as `orders:read`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeToken(String);

impl ScopeToken {
    /// In characters, all of which are ASCII.
    pub const MAX_LENGTH: usize = MAX_TOKEN_LENGTH;

    /// One `scope-token` of RFC 6749 section 3.3, at most 128 characters.
    ///
    /// # Errors
    /// [`ScopeError`] names what is wrong with the string.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        if text.is_empty() {
            return Err(ScopeError::Empty);
        }
        if text.len() > MAX_TOKEN_LENGTH {
            return Err(ScopeError::TooLong);
        }
        let alphabet = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if !text.bytes().all(alphabet) {
            return Err(ScopeError::Alphabet);
        }
        Ok(Self(text.to_owned()))
    }

    /// The scope as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScopeToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A set of scopes that remembers the order in which they were named.
///
/// ```
/// use audgate::vocabulary::Scope;
///
/// let held = Scope::parse("orders:cancel orders:read")?;
/// assert!(held.covers(&Scope::parse("orders:read")?));
/// assert_eq!(held.narrowed(|scope| scope.as_str() != "orders:cancel").to_string(), "orders:read");
/// # Ok::<(), audgate::vocabulary::ScopeError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope(Vec<ScopeToken>);

impl Scope {
    /// The value of a `scope` parameter or claim: tokens separated by single spaces, repetitions dropped.
    ///
    /// # Errors
    /// [`ScopeError`] names what is wrong with the string. The empty string is an error, because an absent
    /// scope and an empty one are different requests.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut scope = Self::default();
        for (index, token) in text.split(' ').enumerate() {
            if index >= MAX_TOKENS {
                return Err(ScopeError::TooLong);
            }
            scope.insert(ScopeToken::parse(token)?);
        }
        Ok(scope)
    }

    /// Adds a token unless it is there.
    pub fn insert(&mut self, token: ScopeToken) {
        if !self.0.contains(&token) {
            self.0.push(token);
        }
    }

    /// Whether `token` is one of these.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.iter().any(|held| held.as_str() == token)
    }

    /// Whether every scope of `wanted` is one of these.
    #[must_use]
    pub fn covers(&self, wanted: &Self) -> bool {
        wanted.iter().all(|token| self.contains(token.as_str()))
    }

    /// The scopes that `keep` approves, in their order.
    #[must_use]
    pub fn narrowed(&self, keep: impl Fn(&ScopeToken) -> bool) -> Self {
        Self(self.0.iter().filter(|token| keep(token)).cloned().collect())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, in the order in which they were named.
    pub fn iter(&self) -> impl Iterator<Item = &ScopeToken> {
        self.0.iter()
    }
}

impl FromIterator<ScopeToken> for Scope {
    fn from_iter<I: IntoIterator<Item = ScopeToken>>(tokens: I) -> Self {
        let mut scope = Self::default();
        for token in tokens {
            scope.insert(token);
        }
        scope
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, token) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(token.as_str())?;
        }
        Ok(())
    }
}

// Between our own parts an empty scope is a value like any other; only a request must not state one.
serialized_as_text!(Scope, |text: &str| if text.is_empty() {
    Ok(Scope::default())
} else {
    Scope::parse(text)
});
