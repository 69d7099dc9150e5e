//! Cross-origin requests, by the Fetch standard: answered before authentication where the configuration says so.

use crate::config::Cors;
use crate::vocabulary::HttpResponse;

/// The answer to a preflight, `None` where origin or method are not allowed.
pub(super) fn preflight(
    cors: &Cors,
    origin: &str,
    method: &str,
    methods: &[&str],
    needs_proof: bool,
) -> Option<HttpResponse> {
    if !cors.admits_origin(origin) || !methods.contains(&method) {
        return None;
    }
    let mut response = HttpResponse::empty(204);
    response.headers = headers(cors, Some(origin));
    let response = response
        .with("access-control-allow-methods", methods.join(", "))
        .with("access-control-max-age", cors.max_age().to_string());
    let mut allowed: Vec<&str> = cors.headers().iter().map(String::as_str).collect();
    // Without it no page could ever be let in.
    if needs_proof && !allowed.contains(&"dpop") {
        allowed.push("dpop");
    }
    if allowed.is_empty() {
        return Some(response);
    }
    Some(response.with("access-control-allow-headers", allowed.join(", ")))
}

/// The fields that let a page of `origin` read a response, a refusal included. Whatever the origin, caches learn that
/// it counts.
pub(super) fn headers(cors: &Cors, origin: Option<&str>) -> Vec<(&'static str, String)> {
    let mut headers = vec![("vary", "Origin".to_owned())];
    if let Some(origin) = origin.filter(|origin| cors.admits_origin(origin)) {
        headers.push(("access-control-allow-origin", origin.to_owned()));
        headers.push(("access-control-expose-headers", "www-authenticate, dpop-nonce".to_owned()));
    }
    headers
}
