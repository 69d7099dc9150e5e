//! Why gated pages refuse, and what the visitor reads.

use crate::host::HostUnavailable;
use crate::vocabulary::EntropyUnavailable;

macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $reason:literal, $status:literal, $title:literal, $text:literal;)*) => {
        /// The reason of a refusal that is not the gate's own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum PageRefusal {
            $($(#[$doc])* $variant,)*
        }

        impl PageRefusal {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The reason code for the log.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $reason,)* }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The heading and the text of its page.
            #[must_use]
            pub fn words(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($title, $text),)* }
            }
        }
    };
}

refusals! {
    /// A request that changes something, with our cookie, and no proof that it comes from a page of this host.
    CrossSiteRequest = "cross_site_request", 403, "This did not work", "The form was not sent from a page of this site.";
    /// The method is not one of this page.
    MethodNotAllowed = "method_not_allowed", 405, "This did not work", "This address does not take such requests.";
    /// The answer of the issuer has no `state`, or a parameter twice.
    CallbackMalformed = "callback_malformed", 400, "Not logged in", "This is no answer to a login.";
    /// No login of this browser waits for the answer: begun elsewhere, too long ago, or answered already.
    LoginUnknown = "login_unknown", 400, "Not logged in",
        "This browser has not begun this login, it took too long, or it was finished already.";
    /// `iss` is not the issuer that was asked (RFC 9207).
    IssuerMismatch = "issuer_mismatch", 400, "Not logged in", "The answer to the login came from somewhere else.";
    /// The issuer did not let the user in.
    LoginRefused = "login_refused", 403, "Not logged in", "You were not let in.";
    /// The issuer does not take the gate's request: a wrong client, redirect URI, scope or resource.
    LoginMisconfigured = "login_misconfigured", 500, "Not logged in", "This site cannot log anybody in as it is set up.";
    /// The issuer did not take the code: replayed, expired, another client's.
    CodeRefused = "code_refused", 400, "Not logged in", "The login could not be completed.";
    /// What the token endpoint answered are no tokens.
    TokenResponseMalformed = "token_response_malformed", 502, "Not logged in", "The login could not be completed.";
    /// The ID token is for another client, or for another login.
    IdTokenMismatch = "id_token_mismatch", 400, "Not logged in", "The login could not be completed.";
    /// The tokens do not fit into a cookie.
    TokensTooLong = "tokens_too_long", 500, "Not logged in", "What this login gave is too long for your browser to keep.";
    /// Something did not answer. Nothing is known against the request.
    Unavailable = "cannot_decide_now", 503, "Not available now", "This is not possible for the moment. Please try again.";
}

impl From<HostUnavailable> for PageRefusal {
    fn from(_: HostUnavailable) -> Self {
        Self::Unavailable
    }
}

impl From<EntropyUnavailable> for PageRefusal {
    fn from(_: EntropyUnavailable) -> Self {
        Self::Unavailable
    }
}
