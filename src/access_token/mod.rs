//! Access tokens by RFC 9068: their claims, how they are made, and the only way to trust one.

mod claims;
#[cfg(feature = "issuer")]
mod issue;
mod verify;

pub use claims::{AccessTokenClaims, ClaimsError, Confirmation};
#[cfg(feature = "issuer")]
pub use issue::{AUTHENTICATION_CONTEXT, IssueError, TokenRequest, UnsignedAccessToken, UserOfToken};
pub use verify::{
    Presentation, RefusedToken, SignatureCheck, TokenRefusal, UnverifiedAccessToken, VerifiedAccessToken,
};
