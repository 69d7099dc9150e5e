//! The one table of error codes that callers see.

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $section:literal;)*) => {
        /// An error code of the OAuth family, as it stands in a response.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The value of the `error` parameter.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status that goes with the code.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// Where the code is defined.
            #[must_use]
            pub fn section(self) -> &'static str {
                match self { $(Self::$variant => $section,)* }
            }
        }
    };
}

error_codes! {
    /// A parameter is missing, repeated or malformed.
    InvalidRequest = "invalid_request", 400, "RFC 6749 section 5.2";
    /// Client authentication failed, or there was none.
    InvalidClient = "invalid_client", 401, "RFC 6749 section 5.2";
    /// The code or refresh token is unknown, used, expired or somebody else's.
    InvalidGrant = "invalid_grant", 400, "RFC 6749 section 5.2";
    /// The client may not use this grant type.
    UnauthorizedClient = "unauthorized_client", 400, "RFC 6749 section 5.2";
    /// There is no such grant type here.
    UnsupportedGrantType = "unsupported_grant_type", 400, "RFC 6749 section 5.2";
    /// None of the requested scopes can be granted, or the parameter is malformed.
    InvalidScope = "invalid_scope", 400, "RFC 6749 section 5.2";
    /// The resource is unknown, malformed, or not on the client's list.
    InvalidTarget = "invalid_target", 400, "RFC 8707 section 2";
    /// The access token is missing parts, expired, revoked or meant for somebody else.
    InvalidToken = "invalid_token", 401, "RFC 6750 section 3.1";
    /// The access token is good, and more scope would open the resource.
    InsufficientScope = "insufficient_scope", 403, "RFC 6750 section 3.1";
    /// The access token is good, and the user did not authenticate in the way, or as recently, as the resource asks.
    InsufficientUserAuthentication = "insufficient_user_authentication", 401, "RFC 9470 section 3";
    /// The proof of possession is missing or not right.
    InvalidDpopProof = "invalid_dpop_proof", 400, "RFC 9449 sections 5 and 7.1";
    /// The proof of possession needs the nonce that comes with this answer.
    UseDpopNonce = "use_dpop_nonce", 400, "RFC 9449 sections 8 and 9";
    /// The user or this server denied the request.
    AccessDenied = "access_denied", 403, "RFC 6749 section 4.1.2.1";
    /// There is no such response type here.
    UnsupportedResponseType = "unsupported_response_type", 400, "RFC 6749 section 4.1.2.1";
    /// Nothing may be shown, and the user would have to log in.
    LoginRequired = "login_required", 400, "OpenID Connect Core 1.0 section 3.1.2.6";
    /// Users cannot authenticate here in the way that the request asks for.
    UnmetAuthenticationRequirements = "unmet_authentication_requirements", 400,
        "OpenID Connect Core Error Code unmet_authentication_requirements 1.0";
    /// Nothing may be shown, and the user would have to approve.
    ConsentRequired = "consent_required", 400, "OpenID Connect Core 1.0 section 3.1.2.6";
    /// The pushed request is unknown, used or expired.
    InvalidRequestUri = "invalid_request_uri", 400, "RFC 9126 section 2.2, OpenID Connect Core 1.0 section 3.1.2.6";
    /// Requests as objects are not taken.
    RequestNotSupported = "request_not_supported", 400, "OpenID Connect Core 1.0 section 3.1.2.6";
    /// Something this server depends on is out of reach; a retry is safe.
    TemporarilyUnavailable = "temporarily_unavailable", 503, "RFC 6749 section 4.1.2.1";
}
