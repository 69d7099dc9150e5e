//! Why the authorization server refuses, and what the caller sees of it.

use serde_json::json;

use crate::vocabulary::{ErrorCode, HttpResponse};

use super::effective_scope::ScopeRefusal;
use super::form::FormError;
use super::request::Answer;

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $reason:literal, $error:ident, $message:literal;)*) => {
        /// The reason of a refusal at an endpoint that clients call directly.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum Refusal {
            /// The body is not a form.
            #[error("{0}")]
            Form(#[from] FormError),
            /// No requested scope can be granted, or the parameter is malformed.
            #[error("{0}")]
            Scope(#[from] ScopeRefusal),
            /// A parameter that this request needs is not there.
            #[error("the parameter `{0}` is missing")]
            Missing(&'static str),
            /// A parameter is there and does not have the form that it needs.
            #[error("the parameter `{0}` is malformed")]
            Malformed(&'static str),
            /// The proof of possession is missing or not accepted (RFC 9449 section 5); with the reason code of that.
            #[error("the proof of possession is missing or not accepted")]
            Proof(&'static str),
            /// The deployment lacks what this call needs.
            #[error("this deployment lacks the {0}")]
            NotDeployed(&'static str),
            $($(#[$doc])* #[error($message)] $variant,)*
        }

        impl Refusal {
            /// The reason code for the log.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    Self::Form(FormError::ContentType) => "wrong_content_type",
                    Self::Form(FormError::Encoding) => "malformed_form",
                    Self::Form(FormError::TooMany) => "too_many_parameters",
                    Self::Form(FormError::Repeated(_) | FormError::RepeatedOther) => "repeated_parameter",
                    Self::Scope(ScopeRefusal::Malformed) => "scope_malformed",
                    Self::Scope(ScopeRefusal::NoneGranted) => "no_scope_granted",
                    Self::Missing(_) => "parameter_missing",
                    Self::Malformed(_) => "parameter_malformed",
                    Self::Proof(reason) => reason,
                    Self::NotDeployed(_) => "not_deployed",
                    $(Self::$variant => $reason,)*
                }
            }

            /// The OAuth error that the caller sees.
            #[must_use]
            pub fn error_code(self) -> ErrorCode {
                match self {
                    Self::Form(_) | Self::Missing(_) | Self::Malformed(_) => ErrorCode::InvalidRequest,
                    Self::Scope(_) => ErrorCode::InvalidScope,
                    Self::Proof(_) => ErrorCode::InvalidDpopProof,
                    Self::NotDeployed(_) => ErrorCode::TemporarilyUnavailable,
                    $(Self::$variant => ErrorCode::$error,)*
                }
            }
        }
    };
}

refusals! {
    /// The body is longer than any legitimate request.
    BodyTooLong = "body_too_long", InvalidRequest, "the request body is too long";
    /// The body is not one JSON object with the members of this call.
    JsonMalformed = "malformed_json", InvalidRequest, "the body is not the JSON object that this call takes";
    /// The body is not `application/json`.
    JsonContentType = "wrong_content_type", InvalidRequest, "the content type is not `application/json`";
    /// There is no `grant_type`.
    GrantTypeMissing = "grant_type_missing", InvalidRequest, "the parameter `grant_type` is missing";
    /// There is no such grant type here.
    GrantTypeUnknown = "grant_type_unknown", UnsupportedGrantType, "this grant type is not supported";
    /// The client is not registered for this grant type.
    GrantTypeNotAllowed = "grant_type_not_allowed", UnauthorizedClient, "the client may not use this grant type";
    /// The client authenticated in two ways at once (RFC 6749 section 2.3).
    SeveralAuthentications = "several_authentications", InvalidRequest,
        "the client authenticates in more than one way";
    /// The client did not authenticate.
    AuthenticationMissing = "authentication_missing", InvalidClient, "client authentication is missing";
    /// The `Authorization` field is no well-formed Basic credentials.
    AuthenticationMalformed = "authentication_malformed", InvalidClient, "client authentication is malformed";
    /// Unknown client, wrong secret, or another method than the registered one: the caller cannot tell which.
    AuthenticationFailed = "authentication_failed", InvalidClient, "client authentication failed";
    /// The client assertion was presented before (RFC 7523 section 3).
    AssertionReused = "assertion_reused", InvalidClient, "client authentication failed";
    /// `resource` stands more than once, where one token can only serve one.
    SeveralResources = "several_resources", InvalidTarget, "a token is for exactly one resource";
    /// `resource` is no resource indicator.
    ResourceMalformed = "resource_malformed", InvalidTarget,
        "the parameter `resource` is not an absolute URI without query and fragment";
    /// The resource is unknown, or not on the client's list: the caller cannot tell which.
    ResourceNotAssigned = "resource_not_assigned", InvalidTarget,
        "the resource is not one that this client may ask for";
    /// The resource is not one that the grant is for.
    ResourceNotGranted = "resource_not_granted", InvalidTarget, "the resource is not one that was granted";
    /// More is asked for than the grant has (RFC 6749 section 6).
    ScopeWidened = "scope_widened", InvalidScope, "the requested scope exceeds the scope granted";
    /// No code, or none of ours, or none any more.
    CodeUnknown = "code_unknown", InvalidGrant, "the code is invalid";
    /// The code or link was issued too long ago.
    CodeExpired = "code_expired", InvalidGrant, "the code is invalid";
    /// The code or link was redeemed before.
    CodeReplayed = "code_replayed", InvalidGrant, "the code is invalid";
    /// Too many failed attempts.
    CodeExhausted = "code_exhausted", InvalidGrant, "the code is invalid";
    /// The code was issued to another client.
    CodeOfAnotherClient = "code_of_another_client", InvalidGrant, "the code is invalid";
    /// `redirect_uri` is not that of the authorization request.
    RedirectUriMismatch = "redirect_uri_mismatch", InvalidGrant,
        "the parameter `redirect_uri` differs from the authorization request's";
    /// `code_verifier` does not belong to the challenge (RFC 7636 section 4.6).
    VerifierMismatch = "verifier_mismatch", InvalidGrant, "the code verifier does not match";
    /// `redirect_uri` is none that is registered for the client.
    RedirectUriUnknown = "redirect_uri_unknown", InvalidRequest,
        "the parameter `redirect_uri` is not registered for this client";
    /// No refresh token of ours, or none any more.
    RefreshTokenUnknown = "refresh_token_unknown", InvalidGrant, "the refresh token is invalid";
    /// The refresh token lived its time.
    RefreshTokenExpired = "refresh_token_expired", InvalidGrant, "the refresh token is invalid";
    /// The refresh token was revoked, with its family.
    RefreshTokenRevoked = "refresh_token_revoked", InvalidGrant, "the refresh token is invalid";
    /// A refresh token that had been replaced came back: the family is revoked (RFC 9700 section 4.14).
    RefreshTokenReused = "refresh_token_reused", InvalidGrant, "the refresh token is invalid";
    /// The refresh token was issued to another client.
    RefreshTokenOfAnotherClient = "refresh_token_of_another_client", InvalidGrant, "the refresh token is invalid";
    /// The refresh token is bound to another key (RFC 9449 section 5).
    RefreshTokenOfAnotherKey = "refresh_token_of_another_key", InvalidGrant, "the refresh token is invalid";
    /// The code is bound to another key (RFC 9449 section 10).
    CodeOfAnotherKey = "code_of_another_key", InvalidGrant, "the code is invalid";
    /// There is no such user.
    UserUnknown = "user_unknown", InvalidGrant, "the grant is invalid";
    /// The user gets nothing anywhere.
    UserSuspended = "user_suspended", InvalidGrant, "the grant is invalid";
    /// Nobody has given the tenant's directory the tenant yet, so it makes no users.
    DirectoryEmpty = "directory_empty", InvalidRequest, "the tenant is not managed by its directory yet";
    /// The user is not assigned to the application of the client.
    UserNotAssigned = "user_not_assigned", InvalidGrant, "the grant is invalid";
    /// No session of ours, or none any more.
    SessionUnknown = "session_unknown", InvalidGrant, "the session is invalid";
    /// The session lived its time without an authentication.
    SessionExpired = "session_expired", InvalidGrant, "the session is invalid";
    /// The grant was revoked before its tokens were issued.
    GrantRevoked = "grant_revoked", InvalidGrant, "the grant is invalid";
    /// Too many requests of one kind.
    TooManyRequests = "too_many_requests", TemporarilyUnavailable, "too many requests";
    /// The tenant has no current key for the algorithm of the resource's tokens.
    NoSigningKey = "no_signing_key", TemporarilyUnavailable, "no signing key is available";
    /// The stored record of the client cannot be read.
    ClientRecordBroken = "client_record_broken", TemporarilyUnavailable, "the client's record is unreadable";
    /// The stored record of the user cannot be read.
    UserRecordBroken = "user_record_broken", TemporarilyUnavailable, "the user's record is unreadable";
    /// What an object has stored cannot be read by this version.
    StoredRecordUnreadable = "stored_record_unreadable", TemporarilyUnavailable, "a stored record is unreadable";
    /// The host did not answer.
    HostUnavailable = "host_unavailable", TemporarilyUnavailable, "the service is unavailable for the moment";
}

impl Refusal {
    /// The HTTP status: that of the error, but for a body too long to read, for too many requests, and for a directory
    /// that is not ready for what the request asks.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::BodyTooLong => 413,
            Self::DirectoryEmpty => 409,
            Self::TooManyRequests => 429,
            other => other.error_code().status(),
        }
    }

    /// The response of RFC 6749 section 5.2, with the reason for the log.
    pub(super) fn answer(self, issuer: &str) -> Answer {
        let body = json!({ "error": self.error_code().as_str(), "error_description": self.description() });
        let mut response = HttpResponse::json(self.status(), &body).not_stored();
        if self.error_code() == ErrorCode::InvalidClient {
            response = response.with("www-authenticate", format!("Basic realm=\"{issuer}\""));
        }
        match self.status() {
            503 => response = response.with("retry-after", "1"),
            429 => response = response.with("retry-after", "60"),
            _ => {}
        }
        Answer { response, reason: Some(self.code()) }
    }

    /// RFC 6749 section 5.2 allows no quote and no backslash in a description.
    pub(super) fn description(self) -> String {
        self.to_string().replace('`', "'")
    }
}
