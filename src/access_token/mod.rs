//! Access tokens by RFC 9068: their claims, how they are made, and the only way to trust one.

mod claims;
#[cfg(feature = "issuer")]
mod issue;
mod verify;

pub use claims::{AccessTokenClaims, ClaimsError};
#[cfg(feature = "issuer")]
pub use issue::{AUTHENTICATION_CONTEXT, IssueError, TokenRequest, UnsignedAccessToken, UserOfToken};
pub use verify::{RefusedToken, SignatureCheck, TokenRefusal, UnverifiedAccessToken, VerifiedAccessToken};
