//! Resource indicators by RFC 8707: the URI that names a protected resource.

use std::fmt;

use url::{Host, Url};

use super::path::{PathError, RequestTarget, Segments, canonical_segment, check_registered};

const MAX_LENGTH: usize = 1_024;

/// Why a string is not a resource indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResourceIndicatorError {
    /// Over 1,024 characters.
    #[error("a resource URI has at most {MAX_LENGTH} characters")]
    TooLong,
    /// A space, tab, newline, other control character or backslash anywhere.
    #[error("a resource URI has no space, control character or backslash")]
    Character,
    /// Not an absolute URI that WHATWG URL parses.
    #[error("a resource URI is absolute, such as `https://api.example/orders`")]
    NotAbsolute,
    /// Neither `https` nor `http` on a loopback host. RFC 6750 section 5.3 demands TLS for bearer tokens.
    #[error("a resource URI is https, or http on localhost")]
    Scheme,
    /// `user:password@`.
    #[error("a resource URI has no user information")]
    UserInformation,
    /// `?...`; RFC 8707 section 2 says it should have none.
    #[error("a resource URI has no query")]
    Query,
    /// `#...`; RFC 8707 section 2 forbids it.
    #[error("a resource URI has no fragment")]
    Fragment,
    /// A host that has a plainer spelling: numbers as IPv4, long IPv6 forms, a trailing dot, percent-encoding. Names
    /// outside ASCII are written in their `xn--` form.
    #[error("the host of a resource URI is written in its plain form")]
    Host,
    /// A path with more than one reading.
    #[error("{0}")]
    Path(#[from] PathError),
}

/// The URI of a protected resource: its spelling as registered, and one canonical form for comparison.
///
/// Two indicators are equal when their canonical forms are: case and default port of the authority, one trailing
/// slash and the case of percent-encoding do not count. A token's `aud` is the spelling as registered.
///
/// ```
/// use audgate::vocabulary::{RequestTarget, ResourceIndicator};
///
/// let orders = ResourceIndicator::parse("https://api.example/orders/")?;
/// assert_eq!(orders, ResourceIndicator::parse("https://API.example:443/orders")?);
/// assert!(orders.covers(&RequestTarget::parse("https://api.example/orders/42?x=1")?));
/// assert!(!orders.covers(&RequestTarget::parse("https://api.example/orders-archive")?));
/// assert!(ResourceIndicator::parse("https://api.example/orders/../admin").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ResourceIndicator {
    registered: String,
    origin: String,
    segments: Vec<String>,
}

impl ResourceIndicator {
    /// In octets.
    pub const MAX_LENGTH: usize = MAX_LENGTH;

    /// Reads a resource URI.
    ///
    /// # Errors
    /// [`ResourceIndicatorError`] names the part that is not allowed. Nothing is repaired silently.
    pub fn parse(text: &str) -> Result<Self, ResourceIndicatorError> {
        if text.len() > MAX_LENGTH {
            return Err(ResourceIndicatorError::TooLong);
        }
        // WHATWG parsing strips or converts these, so they must not reach it.
        if text
            .chars()
            .any(|character| character.is_control() || character.is_whitespace() || character == '\\')
        {
            return Err(ResourceIndicatorError::Character);
        }
        let url = Url::parse(text).map_err(|_| ResourceIndicatorError::NotAbsolute)?;
        let (scheme, rest) = text.split_once("://").ok_or(ResourceIndicatorError::NotAbsolute)?;
        let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) =
            rest.split_at_checked(authority_end).ok_or(ResourceIndicatorError::NotAbsolute)?;

        if path.contains('#') {
            return Err(ResourceIndicatorError::Fragment);
        }
        if path.contains('?') {
            return Err(ResourceIndicatorError::Query);
        }
        if authority.contains('@') {
            return Err(ResourceIndicatorError::UserInformation);
        }
        check_host(&url, authority)?;
        check_scheme(&url, scheme)?;
        // The path as written, before WHATWG parsing resolves dot segments.
        check_path(path)?;

        let segments: Vec<String> = Segments::parse(url.path())?
            .iter()
            .map(|segment| canonical_segment(segment).into_owned())
            .collect();
        segments.iter().try_for_each(|segment| check_registered(segment))?;
        Ok(Self { registered: text.to_owned(), origin: url.origin().ascii_serialization(), segments })
    }

    /// The URI as registered: the `aud` of its tokens.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.registered
    }

    /// Scheme, host and port in canonical form, such as `https://api.example`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The segments of the path in canonical form; none for the root.
    #[must_use]
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The canonical form: no trailing slash, not even at the root.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut canonical = self.origin.clone();
        for segment in &self.segments {
            canonical.push('/');
            canonical.push_str(segment);
        }
        canonical
    }

    /// The path in canonical form, empty for the root.
    #[must_use]
    pub fn canonical_path(&self) -> String {
        self.canonical().split_off(self.origin.len())
    }

    /// Whether a request for `target` is a request at or below this resource, at segment boundaries.
    #[must_use]
    pub fn covers(&self, target: &RequestTarget<'_>) -> bool {
        if self.origin != target.origin() {
            return false;
        }
        let mut requested = target.segments().iter();
        self.segments
            .iter()
            .all(|own| requested.next().is_some_and(|segment| *own == canonical_segment(segment)))
    }
}

impl PartialEq for ResourceIndicator {
    fn eq(&self, other: &Self) -> bool {
        self.origin == other.origin && self.segments == other.segments
    }
}

impl Eq for ResourceIndicator {}

impl fmt::Display for ResourceIndicator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.registered)
    }
}

fn check_host(url: &Url, authority: &str) -> Result<(), ResourceIndicatorError> {
    let host = url.host().ok_or(ResourceIndicatorError::NotAbsolute)?;
    let spelled = spelled_host(authority);
    let plain = match host {
        // Case has one canonical form; percent-encoding, a trailing dot and Unicode spellings have not.
        Host::Domain(domain) => spelled.eq_ignore_ascii_case(domain) && !domain.ends_with('.'),
        Host::Ipv4(_) | Host::Ipv6(_) => spelled == host.to_string(),
    };
    if plain { Ok(()) } else { Err(ResourceIndicatorError::Host) }
}

fn spelled_host(authority: &str) -> &str {
    if authority.starts_with('[') {
        return authority.split_inclusive(']').next().unwrap_or_default();
    }
    authority.split(':').next().unwrap_or_default()
}

fn check_scheme(url: &Url, scheme: &str) -> Result<(), ResourceIndicatorError> {
    let loopback = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        _ => Err(ResourceIndicatorError::Scheme),
    }
}

fn check_path(path: &str) -> Result<(), ResourceIndicatorError> {
    if path.is_ascii() {
        Segments::parse(path)?;
        return Ok(());
    }
    // Characters outside ASCII get their one encoding from WHATWG parsing; the rest is checked as it stands.
    let ascii: String =
        path.chars().map(|character| if character.is_ascii() { character } else { 'x' }).collect();
    Segments::parse(&ascii)?;
    Ok(())
}
