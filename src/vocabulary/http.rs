//! A response as plain data, for whoever carries it to the platform.

use std::fmt;

use serde::Serialize;

/// An HTTP response. Its debug print leaves out the body and the values of header fields: tokens and cookies stand there.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Header fields in order; names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: String,
}

impl HttpResponse {
    /// A response without body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// A response whose body is `value` as JSON.
    #[must_use]
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: value.to_string(),
        }
    }

    /// The same response with one more header field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same response, which no cache may keep.
    #[must_use]
    pub fn not_stored(self) -> Self {
        self.with("cache-control", "no-store")
    }
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        formatter
            .debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// The pairs of a `Cookie` field (RFC 6265 section 5.4), without the white space of HTTP around them. What Unicode calls
/// white space besides is part of a name: browsers let sibling hosts set `__Host-` behind it.
pub(crate) fn cookie_pairs(field: &str) -> impl Iterator<Item = &str> {
    field.split(';').map(|pair| pair.trim_matches([' ', '\t']))
}
