//! What the authorization server looks at in a request, and what it answers.

use std::fmt;

use crate::vocabulary::HttpResponse;

/// Bodies of requests to the authorization server, in octets. A client assertion is the longest legitimate part.
pub const MAX_BODY_LENGTH: usize = 16 * 1_024;

/// The parts of a request that decide. Its debug print leaves out where credentials may stand.
#[derive(Clone, Copy, Default)]
pub struct IssuerRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The path of the URL.
    pub path: &'a str,
    /// The query of the URL without its question mark; empty for none.
    pub query: &'a str,
    /// The `Content-Type` field.
    pub content_type: Option<&'a str>,
    /// The `Authorization` field.
    pub authorization: Option<&'a str>,
    /// The `Cookie` field.
    pub cookie: Option<&'a str>,
    /// The `Origin` field.
    pub origin: Option<&'a str>,
    /// The `Sec-Fetch-Site` field.
    pub sec_fetch_site: Option<&'a str>,
    /// The address of the caller, as the platform saw it; empty where it does not tell.
    pub address: &'a str,
    /// The body, or its first [`MAX_BODY_LENGTH`] octets and at least one more.
    pub body: &'a [u8],
}

impl fmt::Debug for IssuerRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("IssuerRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// A response, and what the log should say of a refusal.
#[derive(Debug)]
pub struct Answer {
    /// What the caller gets.
    pub response: HttpResponse,
    /// The reason code of a refusal, for the log.
    pub reason: Option<&'static str>,
}

impl Answer {
    pub(super) fn plain(response: HttpResponse) -> Self {
        Self { response, reason: None }
    }
}
