//! Access tokens by RFC 9068: their claims, how they are made, and the only way to trust one. And those of other issuers,
//! where a resource trusts them.

mod claims;
mod foreign;
#[cfg(feature = "issuer")]
mod issue;
mod issuer_keys;
mod verify;

pub use claims::{AccessTokenClaims, ClaimsError, Confirmation};
pub use foreign::{Asked, Examination};
#[cfg(feature = "issuer")]
pub use issue::{AUTHENTICATION_CONTEXT, IssueError, TokenRequest, UnsignedAccessToken, UserOfToken};
pub use issuer_keys::{
    IssuerKeys, KeyDocument, KeyDocumentError, KeysNeed, MAX_DOCUMENT_LENGTH, STALE_KEYS_BOUND,
    read_issuer_keys, read_issuer_metadata,
};
pub use verify::{
    Occasion, Presentation, RefusedToken, SignatureCheck, TokenRefusal, UnverifiedAccessToken,
    VerifiedAccessToken,
};
