//! Why the gate refuses, and what the caller sees of it.

use crate::access_token::TokenRefusal;
use crate::dpop::ProofRefusal;
use crate::vocabulary::{ErrorCode, PathError};

/// The reason of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DenialReason {
    /// A router behind the gate could read the path in another way.
    #[error("{0}")]
    AmbiguousPath(PathError),
    /// The URL lies under no resource of the tenant.
    #[error("no resource of the tenant covers this URL")]
    NoResource,
    /// The resource has no rule for this method and path.
    #[error("no rule of the resource covers this method and path")]
    NoRule,
    /// A handler asks for a scope where the rule is public: whatever token comes, none is read.
    #[error("the rule is public, so no token is read and no scope is held")]
    PublicRule,
    /// A preflight from an origin, or for a method, that the resource does not allow.
    #[error("the resource does not allow this origin or method across origins")]
    CorsNotAllowed,
    /// No credentials at all.
    #[error("the request carries no access token")]
    NoToken,
    /// `Authorization: Bearer` without exactly one token.
    #[error("the authorization field does not carry exactly one bearer token")]
    MalformedCredentials,
    /// The token is not accepted.
    #[error("{0}")]
    Token(#[from] TokenRefusal),
    /// The token was revoked before it expired: it, its grant, session, user or client.
    #[error("the token was revoked")]
    TokenRevoked,
    /// Whether the token was revoked cannot be found out now; nothing is known against it.
    #[error("whether the token was revoked cannot be found out now")]
    RevocationUnknown,
    /// The rule is for another kind of subject.
    #[error("the rule is not for this kind of subject")]
    WrongSubjectKind,
    /// The path names another subject, client, application, session or tenant than the token.
    #[error("the path belongs to another subject")]
    WrongSubject,
    /// The user did not authenticate in the way, or as recently, as the rule asks.
    #[error("the operation needs another or a more recent authentication of the user")]
    InsufficientUserAuthentication,
    /// The token lacks scopes that the rule demands.
    #[error("the token lacks a scope that this operation needs")]
    InsufficientScope,
    /// The proof of possession is not accepted.
    #[error("{0}")]
    Proof(#[from] ProofRefusal),
    /// Whether the proof was used before cannot be found out now; nothing is known against it.
    #[error("whether the proof was used before cannot be found out now")]
    ProofUseUnknown,
    /// The signature could not be checked now; nothing is known against the token.
    #[error("the signature cannot be checked now")]
    CannotVerifyNow,
    /// The keys of the token's issuer, which is trusted, cannot be had now; nothing is known against the token.
    #[error("the keys of the token's issuer cannot be had now")]
    IssuerKeysUnavailable,
}

impl DenialReason {
    /// The reason code for logs, traces and response bodies.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AmbiguousPath(_) => "ambiguous_path",
            Self::NoResource => "no_resource",
            Self::NoRule => "no_rule",
            Self::PublicRule => "public_rule",
            Self::CorsNotAllowed => "cors_not_allowed",
            Self::NoToken => "no_token",
            Self::MalformedCredentials => "malformed_credentials",
            Self::Token(refusal) => refusal.code(),
            Self::TokenRevoked => "token_revoked",
            Self::RevocationUnknown => "revocation_unknown",
            Self::WrongSubjectKind => "wrong_subject_kind",
            Self::WrongSubject => "wrong_subject",
            Self::InsufficientUserAuthentication => "insufficient_user_authentication",
            Self::InsufficientScope => "insufficient_scope",
            Self::Proof(refusal) => refusal.code(),
            Self::ProofUseUnknown => "proof_use_unknown",
            Self::CannotVerifyNow => "cannot_verify_now",
            Self::IssuerKeysUnavailable => "issuer_keys_unavailable",
        }
    }

    /// The OAuth error, where one applies: a subject at the wrong place gets none, because no other token scope
    /// would help it, and a request without credentials gets none by RFC 6750 section 3.1.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Self::AmbiguousPath(_)
            | Self::NoResource
            | Self::NoRule
            | Self::PublicRule
            | Self::CorsNotAllowed
            | Self::NoToken
            | Self::WrongSubjectKind
            | Self::WrongSubject => None,
            Self::MalformedCredentials => Some(ErrorCode::InvalidRequest),
            Self::Token(refusal) => Some(refusal.error_code()),
            Self::TokenRevoked => Some(ErrorCode::InvalidToken),
            Self::InsufficientUserAuthentication => Some(ErrorCode::InsufficientUserAuthentication),
            Self::InsufficientScope => Some(ErrorCode::InsufficientScope),
            Self::Proof(refusal) => Some(refusal.error_code()),
            Self::CannotVerifyNow
            | Self::IssuerKeysUnavailable
            | Self::RevocationUnknown
            | Self::ProofUseUnknown => Some(ErrorCode::TemporarilyUnavailable),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            // RFC 9449 section 7.1; the same errors are 400 at the token endpoint.
            Self::NoToken | Self::Proof(_) => 401,
            Self::AmbiguousPath(_) => 400,
            Self::NoResource
            | Self::NoRule
            | Self::PublicRule
            | Self::CorsNotAllowed
            | Self::WrongSubjectKind
            | Self::WrongSubject => 403,
            Self::MalformedCredentials
            | Self::Token(_)
            | Self::TokenRevoked
            | Self::RevocationUnknown
            | Self::InsufficientUserAuthentication
            | Self::InsufficientScope
            | Self::ProofUseUnknown
            | Self::CannotVerifyNow
            | Self::IssuerKeysUnavailable => self.error_code().map_or(403, ErrorCode::status),
        }
    }

    /// Whether newer configuration could turn this refusal: a key that is not known yet.
    #[must_use]
    pub fn newer_configuration_could_help(&self) -> bool {
        matches!(self, Self::Token(TokenRefusal::UnknownKey))
    }
}
