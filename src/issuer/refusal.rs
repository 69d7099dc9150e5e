//! Why the token endpoint refuses, and what the caller sees of it.

use serde_json::json;

use crate::vocabulary::{ErrorCode, HttpResponse};

use super::effective_scope::ScopeRefusal;
use super::form::FormError;
use super::request::Answer;

/// The reason of a refusal at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// The body is longer than any legitimate request.
    #[error("the request body is too long")]
    BodyTooLong,
    /// The body is not a form.
    #[error("{0}")]
    Form(#[from] FormError),
    /// There is no `grant_type`.
    #[error("the parameter `grant_type` is missing")]
    GrantTypeMissing,
    /// There is no such grant type here.
    #[error("this grant type is not supported")]
    GrantTypeUnknown,
    /// The client is not registered for this grant type.
    #[error("the client may not use this grant type")]
    GrantTypeNotAllowed,
    /// The client authenticated in two ways at once (RFC 6749 section 2.3).
    #[error("the client authenticates in more than one way")]
    SeveralAuthentications,
    /// The client did not authenticate.
    #[error("client authentication is missing")]
    AuthenticationMissing,
    /// The `Authorization` field is no well-formed Basic credentials.
    #[error("client authentication is malformed")]
    AuthenticationMalformed,
    /// Unknown client, wrong secret, or another method than the registered one: the caller cannot tell which.
    #[error("client authentication failed")]
    AuthenticationFailed,
    /// `resource` stands more than once, where one token can only serve one.
    #[error("a token is for exactly one resource")]
    SeveralResources,
    /// `resource` is no resource indicator.
    #[error("the parameter `resource` is not an absolute URI without query and fragment")]
    ResourceMalformed,
    /// The resource is unknown, or not on the client's list: the caller cannot tell which.
    #[error("the resource is not one that this client may ask for")]
    ResourceNotAssigned,
    /// No requested scope can be granted, or the parameter is malformed.
    #[error("{0}")]
    Scope(#[from] ScopeRefusal),
    /// The tenant has no current key for the algorithm of the resource's tokens.
    #[error("no signing key is available")]
    NoSigningKey,
    /// The stored record of the client cannot be read.
    #[error("the client's record is unreadable")]
    ClientRecordBroken,
    /// The host did not answer.
    #[error("the service is unavailable for the moment")]
    HostUnavailable,
}

impl TokenRefusal {
    /// The reason code for the log.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::BodyTooLong => "body_too_long",
            Self::Form(FormError::ContentType) => "wrong_content_type",
            Self::Form(FormError::Encoding) => "malformed_form",
            Self::Form(FormError::TooMany) => "too_many_parameters",
            Self::Form(FormError::Repeated(_) | FormError::RepeatedOther) => "repeated_parameter",
            Self::GrantTypeMissing => "grant_type_missing",
            Self::GrantTypeUnknown => "grant_type_unknown",
            Self::GrantTypeNotAllowed => "grant_type_not_allowed",
            Self::SeveralAuthentications => "several_authentications",
            Self::AuthenticationMissing => "authentication_missing",
            Self::AuthenticationMalformed => "authentication_malformed",
            Self::AuthenticationFailed => "authentication_failed",
            Self::SeveralResources => "several_resources",
            Self::ResourceMalformed => "resource_malformed",
            Self::ResourceNotAssigned => "resource_not_assigned",
            Self::Scope(ScopeRefusal::Malformed) => "scope_malformed",
            Self::Scope(ScopeRefusal::NoneGranted) => "no_scope_granted",
            Self::NoSigningKey => "no_signing_key",
            Self::ClientRecordBroken => "client_record_broken",
            Self::HostUnavailable => "host_unavailable",
        }
    }

    /// The OAuth error that the caller sees.
    #[must_use]
    pub fn error_code(self) -> ErrorCode {
        match self {
            Self::BodyTooLong | Self::Form(_) | Self::GrantTypeMissing | Self::SeveralAuthentications => {
                ErrorCode::InvalidRequest
            }
            Self::GrantTypeUnknown => ErrorCode::UnsupportedGrantType,
            Self::GrantTypeNotAllowed => ErrorCode::UnauthorizedClient,
            Self::AuthenticationMissing | Self::AuthenticationMalformed | Self::AuthenticationFailed => {
                ErrorCode::InvalidClient
            }
            Self::SeveralResources | Self::ResourceMalformed | Self::ResourceNotAssigned => {
                ErrorCode::InvalidTarget
            }
            Self::Scope(_) => ErrorCode::InvalidScope,
            Self::NoSigningKey | Self::ClientRecordBroken | Self::HostUnavailable => {
                ErrorCode::TemporarilyUnavailable
            }
        }
    }

    /// The HTTP status: that of the error, but for a body too long to read.
    #[must_use]
    pub fn status(self) -> u16 {
        if self == Self::BodyTooLong { 413 } else { self.error_code().status() }
    }

    /// The response of RFC 6749 section 5.2, with the reason for the log.
    pub(super) fn answer(self, issuer: &str) -> Answer {
        let body = json!({ "error": self.error_code().as_str(), "error_description": self.description() });
        let mut response = HttpResponse::json(self.status(), &body).not_stored();
        if self.error_code() == ErrorCode::InvalidClient {
            response = response.with("www-authenticate", format!("Basic realm=\"{issuer}\""));
        }
        if self.status() == 503 {
            response = response.with("retry-after", "1");
        }
        Answer { response, reason: Some(self.code()) }
    }

    /// RFC 6749 section 5.2 allows no quote and no backslash in a description.
    fn description(self) -> String {
        self.to_string().replace('`', "'")
    }
}
