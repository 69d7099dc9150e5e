//! Identifiers: opaque names with one alphabet, one type for each kind of thing.

use std::fmt;

use super::text::serialized_as_text;

const MAX_LENGTH: usize = 128;

/// Why a string is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Nothing there.
    #[error("an identifier must not be empty")]
    Empty,
    /// More than 128 characters.
    #[error("an identifier has at most {MAX_LENGTH} characters")]
    TooLong,
    /// Outside `A-Z a-z 0-9 - . _ ~`, which is what a path segment, a storage key and a form field all carry unescaped.
    #[error("an identifier has only letters, digits, `-`, `.`, `_` and `~`")]
    Alphabet,
}

fn checked(text: &str) -> Result<&str, IdentifierError> {
    if text.is_empty() {
        return Err(IdentifierError::Empty);
    }
    if text.len() > MAX_LENGTH {
        return Err(IdentifierError::TooLong);
    }
    // Dots alone would be dot segments where an identifier stands in a path.
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !text.bytes().all(alphabet) || text == "." || text == ".." {
        return Err(IdentifierError::Alphabet);
    }
    Ok(text)
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// In characters, all of which are ASCII.
            pub const MAX_LENGTH: usize = MAX_LENGTH;

            /// 1 to 128 characters of `A-Z a-z 0-9 - . _ ~`.
            ///
            /// # Errors
            /// [`IdentifierError`] names what is wrong with the string.
            pub fn parse(text: &str) -> Result<Self, IdentifierError> {
                checked(text).map(|text| Self(text.to_owned()))
            }

            /// The identifier as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        serialized_as_text!($name, $name::parse);
    )*};
}

identifiers! {
    /// Names a tenant: the boundary that nothing crosses.
    TenantId;
    /// Names an application of a tenant.
    ApplicationId;
    /// Names an OAuth client of an application.
    ClientId;
    /// Names a user of a tenant.
    UserId;
    /// Names a protected resource of a tenant.
    ResourceId;
    /// Names a role of a tenant.
    RoleId;
    /// The `kid` of a signing key.
    KeyId;
    /// Names what one code, link or silent authentication gave to one client (`gid`).
    GrantId;
    /// The public identifier of a session (`sid`), which opens nothing.
    SessionId;
    /// The `sub` of a token: a user or a client.
    SubjectId;
}
