//! What the authorization server looks at in a request, and what it answers.

use std::fmt;

use crate::vocabulary::HttpResponse;

/// Bodies of forms and of calls between backends, in octets. A client assertion is the longest legitimate part.
pub const MAX_BODY_LENGTH: usize = 16 * 1_024;
/// Bodies of the management API, in octets: a resource with all of its rules fits.
const MAX_MANAGEMENT_BODY: usize = 256 * 1_024;
/// A tenant document, in octets: as much as its reader takes.
const MAX_DOCUMENT_BODY: usize = 4 * 1_024 * 1_024;

/// How long a body may be that is sent to `path`, in octets.
#[must_use]
pub fn max_body_length(path: &str) -> usize {
    match path.strip_prefix("/console/api").unwrap_or(path).strip_prefix("/v1/") {
        Some("tenant") => MAX_DOCUMENT_BODY,
        Some(rest) if !rest.starts_with("auth/") => MAX_MANAGEMENT_BODY,
        _ => MAX_BODY_LENGTH,
    }
}

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
    /// The `DPoP` field.
    pub dpop: Option<&'a str>,
    /// The `Cookie` field.
    pub cookie: Option<&'a str>,
    /// The `Origin` field.
    pub origin: Option<&'a str>,
    /// The `Sec-Fetch-Site` field.
    pub sec_fetch_site: Option<&'a str>,
    /// The address of the caller, as the platform saw it; empty where it does not tell.
    pub address: &'a str,
    /// The `If-Match` field.
    pub if_match: Option<&'a str>,
    /// The `Idempotency-Key` field.
    pub idempotency_key: Option<&'a str>,
    /// What tells this request from others, for the audit log.
    pub request_id: &'a str,
    /// The body, or its first [`max_body_length`] octets and at least one more.
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
