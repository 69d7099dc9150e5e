//! Cross-origin requests, by the Fetch standard: answered before authentication where the configuration says so.

use crate::config::Cors;
use crate::vocabulary::HttpResponse;

/// The answer to a preflight, `None` where origin or method are not allowed.
pub(super) fn preflight(cors: &Cors, origin: &str, method: &str, methods: &[&str]) -> Option<HttpResponse> {
    if !cors.admits_origin(origin) || !methods.contains(&method) {
        return None;
    }
    let mut response = HttpResponse::empty(204);
    response.headers = headers(cors, origin);
    let response = response
        .with("access-control-allow-methods", methods.join(", "))
        .with("access-control-max-age", cors.max_age().to_string());
    if cors.headers().is_empty() {
        return Some(response);
    }
    Some(response.with("access-control-allow-headers", cors.headers().join(", ")))
}

/// The fields that let a page of `origin` read a response, a refusal included; none for another origin.
pub(super) fn headers(cors: &Cors, origin: &str) -> Vec<(&'static str, String)> {
    if !cors.admits_origin(origin) {
        return Vec::new();
    }
    vec![
        ("access-control-allow-origin", origin.to_owned()),
        ("access-control-expose-headers", "www-authenticate".to_owned()),
        ("vary", "Origin".to_owned()),
    ]
}
