//! Cookies, and whether a request comes from one of our own pages.

use crate::host::Host;
use crate::vocabulary::cookie_pairs;

use super::request::IssuerRequest;
use super::service::Service;

/// With which requests of other sites a cookie goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SameSite {
    /// With links that lead here.
    Lax,
    /// With none.
    Strict,
}

/// Whether a request that changes something comes from one of our own pages (Fetch Metadata, `Origin`). Older browsers
/// send neither; for them the cookie's `SameSite` stands.
pub(super) fn is_from_our_page<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> bool {
    let site = request.sec_fetch_site.is_none_or(|site| site == "same-origin" || site == "none");
    site && request.origin.is_none_or(|origin| origin == service.tenant.issuer())
}

fn is_secure<H: Host>(service: &Service<'_, H>) -> bool {
    service.tenant.issuer().starts_with("https:")
}

/// `__Host-` keeps other hosts of the same site from setting it. Without TLS, in development, browsers refuse it.
fn full_name<H: Host>(service: &Service<'_, H>, name: &str) -> String {
    if is_secure(service) { format!("__Host-{name}") } else { name.to_owned() }
}

/// A `Set-Cookie` field; no script can read the cookie.
pub(super) fn set_cookie<H: Host>(
    service: &Service<'_, H>,
    name: &str,
    value: &str,
    seconds: u64,
    same_site: SameSite,
) -> String {
    let secure = if is_secure(service) { "; Secure" } else { "" };
    let name = full_name(service, name);
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite={same_site:?}{secure}")
}

/// The value of a cookie; none where it stands twice, because then one of both is somebody else's.
pub(super) fn cookie<'r, H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'r>,
    name: &str,
) -> Option<&'r str> {
    let name = full_name(service, name);
    let pairs = cookie_pairs(request.cookie?).filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(own, _)| *own == name).map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then_some(value)
}
