//! What a rule asks of how and when the user authenticated: RFC 9470.

use std::fmt;

use crate::vocabulary::Lifetime;

use super::fault_log::FaultLog;
use super::reader::{Node, Object};

pub(super) const MAX_CONTEXTS: usize = 16;

/// An authentication context class (OpenID Connect Core 1.0 section 2, `acr`), such as `urn:mace:incommon:iap:silver`.
/// What it stands for is between the issuer and who asks for it: values are compared and never ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationContext(String);

/// Why a string is no authentication context class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationContextError {
    /// Nothing, or more than fits into a challenge beside others.
    #[error("a value has 1 to {} characters", AuthenticationContext::MAX_LENGTH)]
    Length,
    /// `acr_values` separates values by spaces, and a challenge stands in quotes.
    #[error("a value has only printable ASCII characters, no space, no quote and no backslash")]
    Alphabet,
}

impl AuthenticationContext {
    /// In characters, all of which are ASCII.
    pub const MAX_LENGTH: usize = 128;

    /// One value of `acr_values`.
    ///
    /// # Errors
    /// [`AuthenticationContextError`] names what is wrong with the string.
    pub fn parse(text: &str) -> Result<Self, AuthenticationContextError> {
        if text.is_empty() || text.len() > Self::MAX_LENGTH {
            return Err(AuthenticationContextError::Length);
        }
        let alphabet = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if !text.bytes().all(alphabet) {
            return Err(AuthenticationContextError::Alphabet);
        }
        Ok(Self(text.to_owned()))
    }

    /// The value as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AuthenticationContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How and how recently a user must have authenticated; at least one of the two is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAuthentication {
    acr_values: Vec<AuthenticationContext>,
    max_age: Option<Lifetime>,
}

impl UserAuthentication {
    /// The `acr` of the token has to be one of these, in the order of preference; none where any will do.
    #[must_use]
    pub fn acr_values(&self) -> &[AuthenticationContext] {
        &self.acr_values
    }

    /// How long ago the user may have authenticated; `None` where any time will do.
    #[must_use]
    pub fn max_age(&self) -> Option<Lifetime> {
        self.max_age
    }
}

/// Reads `acr_values` and `max_age` of a rule; `Some(None)` where it has neither, `None` after reporting a fault.
pub(super) fn read_user_authentication(
    rule: &Object<'_>,
    log: &mut FaultLog<'_>,
) -> Option<Option<UserAuthentication>> {
    let values = rule.optional("acr_values");
    let age = rule.optional("max_age");
    if values.is_none() && age.is_none() {
        return Some(None);
    }
    let acr_values = values.map(|node| read_contexts(node, log)).unwrap_or_default();
    let max_age = match age {
        None => None,
        Some(node) => Some(node.lifetime(log)?),
    };
    Some(Some(UserAuthentication { acr_values, max_age }))
}

fn read_contexts(node: Node<'_>, log: &mut FaultLog<'_>) -> Vec<AuthenticationContext> {
    let expected = "an authentication context class such as `urn:mace:incommon:iap:silver`";
    let contexts = node.distinct(MAX_CONTEXTS, AuthenticationContext::parse, expected, log);
    super::rule::report_empty(node, "at least one value, or no `acr_values` where any will do", log);
    contexts.into_iter().map(|(_, context)| context).collect()
}
