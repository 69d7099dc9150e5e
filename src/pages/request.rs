//! What gated pages look at in a request: Fetch Metadata, and the older fields where there is none.

use std::fmt;

/// The parts of a request that decide. Its debug print leaves out the cookies.
#[derive(Clone, Default)]
pub struct PageRequest {
    /// The method.
    pub method: String,
    /// The absolute URL as the runtime serialised it.
    pub url: String,
    /// The `Cookie` field.
    pub cookie: Option<String>,
    /// Whether there is an `Authorization` field: then no cookie counts.
    pub has_authorization: bool,
    /// The `Origin` field.
    pub origin: Option<String>,
    /// The `Sec-Fetch-Site` field.
    pub sec_fetch_site: Option<String>,
    /// The `Sec-Fetch-Mode` field.
    pub sec_fetch_mode: Option<String>,
    /// The `Sec-Fetch-Dest` field.
    pub sec_fetch_dest: Option<String>,
    /// The `Accept` field.
    pub accept: Option<String>,
}

impl fmt::Debug for PageRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PageRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

impl PageRequest {
    /// Whether somebody navigates a window here, so that a page is the right answer. A `fetch` is never one: it gets
    /// what a program can read.
    pub(super) fn navigates(&self) -> bool {
        match self.sec_fetch_mode.as_deref() {
            Some(mode) => mode == "navigate" && self.sec_fetch_dest.as_deref() == Some("document"),
            None => self.accept.as_deref().is_some_and(prefers_html),
        }
    }

    /// Whether the method can be repeated after a login without anything being lost or done twice.
    pub(super) fn can_come_back(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// RFC 9110 section 9.2.1.
    pub(super) fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE")
    }

    /// Whether the cookie counts. `SameSite=Lax` holds it back from most of what other sites send; this holds it back from
    /// the rest, from sibling hosts, and in browsers without `SameSite`: what changes something has to prove that it comes
    /// from a page of `own_origin`, and what another site embeds is nobody's.
    pub(super) fn may_use_cookie(&self, own_origin: &str) -> bool {
        let fits = self.origin.as_deref().is_none_or(|origin| origin == own_origin);
        match (self.sec_fetch_site.as_deref(), self.is_safe()) {
            (Some("same-origin"), _) => fits,
            (Some("none"), true) => fits,
            (Some(_), true) => fits && self.sec_fetch_mode.is_some() && self.navigates(),
            (Some(_), false) => false,
            (None, true) => fits,
            (None, false) => self.origin.as_deref() == Some(own_origin),
        }
    }
}

/// Whether HTML is wanted at least as much as anything else that is named; `*/*` names nothing.
fn prefers_html(accept: &str) -> bool {
    let (mut html, mut best) = ("", "");
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or("1", plain_weight);
        if media_type.eq_ignore_ascii_case("text/html") {
            html = weight;
        } else if !media_type.contains('*') {
            best = best.max(weight);
        }
    }
    !html.is_empty() && html >= best
}

/// A weight of RFC 9110 section 12.4.2 in its shortest spelling, in which weights compare as texts do: `1` or `0.5`. What is
/// none, or weighs nothing, is empty.
fn plain_weight(weight: &str) -> &str {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match weight.split_once('.').unwrap_or((weight, "")) {
        ("1", _) => "1",
        ("0", fraction) if digits(fraction) => {
            Some(weight.trim_end_matches('0')).filter(|text| text.len() > 2).unwrap_or_default()
        }
        _ => "",
    }
}
