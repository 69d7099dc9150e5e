//! The port of gated pages: what only the platform around the gate can do.

use std::fmt;
use std::future::Future;

use crate::host::{CallError, HostUnavailable};
use crate::vocabulary::EntropyUnavailable;

/// A form for an endpoint of the issuer. Its debug print shows neither credentials nor the form.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// The endpoint.
    pub url: String,
    /// The `Authorization` field, of a client that has a secret.
    pub authorization: Option<String>,
    /// `application/x-www-form-urlencoded`.
    pub body: String,
}

impl fmt::Debug for Post {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Post").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What the endpoint answered. Its debug print leaves out the body: tokens stand there.
#[derive(Clone, PartialEq, Eq)]
pub struct PostReply {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl fmt::Debug for PostReply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PostReply").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What the gate decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The request goes on to the handler.
    Allow,
    /// The gate answers by itself: metadata, a preflight.
    Respond,
    /// The request is refused.
    Deny(Denial),
}

/// A refusal of the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The HTTP status.
    pub status: u16,
    /// The reason code.
    pub reason: String,
    /// The field `WWW-Authenticate` of the refusal.
    pub challenge: Option<String>,
    /// What another login has to be like, where that would help (RFC 9470).
    pub demand: Option<AuthenticationDemand>,
}

/// How and when the user has to have authenticated (RFC 9470 section 3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthenticationDemand {
    /// `acr_values`, separated by spaces.
    pub acr_values: Option<String>,
    /// `max_age`, in seconds.
    pub max_age: Option<u64>,
}

/// Everything that gated pages ask of the platform, each call an effect of one request.
pub trait PagesHost {
    /// `text`, sealed so that only this deployment opens it, and only with the same `context`. The sealed text consists of
    /// letters, digits, `-`, `_` and dots.
    ///
    /// Sealing without binding the context would let one cookie stand for another.
    fn seal(&self, context: String, text: String) -> impl Future<Output = Result<String, HostUnavailable>>;

    /// What was sealed with that context; `None` for anything else.
    fn open(
        &self,
        context: String,
        sealed: String,
    ) -> impl Future<Output = Result<Option<String>, HostUnavailable>>;

    /// The reply of the `Account` object of that name to `request`, both JSON text.
    fn ask_account(&self, object: String, request: String)
    -> impl Future<Output = Result<String, CallError>>;

    /// Posts a form to the issuer. A redirect is not followed, and a body of unreasonable length counts as no answer.
    fn post(&self, post: Post) -> impl Future<Output = Result<PostReply, HostUnavailable>>;

    /// The gate's decision: about this request, or about a GET of `url`; with `token` as its bearer token, or as it stands.
    ///
    /// The decision about this request that was asked for last is the one in force.
    fn judge(
        &self,
        token: Option<String>,
        url: Option<String>,
    ) -> impl Future<Output = Result<Verdict, HostUnavailable>>;

    /// Fills `bytes` with secure randomness.
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when the platform refuses.
    fn random(&self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable>;
}
