//! Redirect URIs: compared exactly later, so what is registered here has to be safe as it stands.

use url::{Host, Url};

use super::client::ClientType;

pub(super) const MAX_LENGTH: usize = 1_024;

/// Why a string is not a redirect URI of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum RedirectUriError {
    #[error("a redirect URI has at most {MAX_LENGTH} characters, all ASCII, no space, no backslash")]
    Character,
    #[error("a redirect URI is absolute")]
    NotAbsolute,
    #[error("a redirect URI has no fragment")]
    Fragment,
    #[error("a redirect URI has no user information")]
    UserInformation,
    #[error("http is for loopback hosts only")]
    NotLoopback,
    #[error("a private-use scheme is for native clients, and has a dot: `com.example.app:/callback`")]
    Scheme,
}

/// RFC 6749 section 3.1.2 and RFC 8252 section 7.
pub(super) fn checked(text: &str, client_type: Option<ClientType>) -> Result<String, RedirectUriError> {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    if text.len() > MAX_LENGTH || !text.bytes().all(plain) {
        return Err(RedirectUriError::Character);
    }
    let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
    if text.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RedirectUriError::UserInformation);
    }
    match url.scheme() {
        "https" | "http" if !text.contains("://") => Err(RedirectUriError::NotAbsolute),
        "https" => Ok(text.to_owned()),
        "http" if is_loopback(url.host()) => Ok(text.to_owned()),
        "http" => Err(RedirectUriError::NotLoopback),
        // Without a dot it would be a scheme that anybody may use, such as `javascript` or `data`.
        scheme if scheme.contains('.') && client_type.is_none_or(|kind| kind == ClientType::Native) => {
            Ok(text.to_owned())
        }
        _ => Err(RedirectUriError::Scheme),
    }
}

/// Whether `given` is `registered`, where the port of a loopback host is the device's to choose (RFC 8252 section 7.3).
pub(super) fn matches_on_any_loopback_port(registered: &str, given: &str) -> bool {
    let parts = |text: &str| {
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "http" && is_loopback(url.host()))?;
        let authority_and_rest = text.strip_prefix("http://")?;
        let (authority, rest) = match authority_and_rest.find('/') {
            Some(at) => authority_and_rest.split_at_checked(at)?,
            None => (authority_and_rest, ""),
        };
        let host = match url.port() {
            Some(port) => authority.strip_suffix(&format!(":{port}"))?,
            None => authority,
        };
        Some((host.to_owned(), rest.to_owned()))
    };
    parts(registered).is_some_and(|registered| parts(given) == Some(registered))
}

fn is_loopback(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
