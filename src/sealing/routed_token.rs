//! Opaque tokens that lead to their object.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use super::master_keys::{MasterKeys, Purpose};
use crate::vocabulary::{Entropy, EntropyUnavailable, SecretHash, TenantId};

const RANDOM_LENGTH: usize = 32;
/// Longer texts are refused before anything is decoded.
const MAX_LENGTH: usize = 1_024;
const SEPARATOR: char = '\n';

/// What an opaque token of ours is; a token of one kind never opens as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A refresh token.
    RefreshToken,
    /// An authorization code.
    AuthorizationCode,
    /// The code in a magic link.
    MagicLink,
    /// `session_id` of the backend style.
    BackendSession,
    /// The session cookie of the browser style.
    BrowserSession,
    /// A login in progress.
    Login,
    /// A question for approval.
    Consent,
    /// A `request_uri` of RFC 9126.
    PushedRequest,
    /// A login to the console in progress.
    ConsoleLogin,
    /// The cookie of the console.
    Console,
}

impl TokenKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::RefreshToken,
        Self::AuthorizationCode,
        Self::MagicLink,
        Self::BackendSession,
        Self::BrowserSession,
        Self::Login,
        Self::Consent,
        Self::PushedRequest,
        Self::ConsoleLogin,
        Self::Console,
    ];

    /// The kind's name, to which its tokens are bound.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RefreshToken => "refresh_token",
            Self::AuthorizationCode => "authorization_code",
            Self::MagicLink => "magic_link",
            Self::BackendSession => "backend_session",
            Self::BrowserSession => "browser_session",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::PushedRequest => "pushed_request",
            Self::ConsoleLogin => "console_login",
            Self::Console => "console",
        }
    }
}

/// base64url of `sealed routing | 32 random octets`.
///
/// The routing tells which object to ask, and is opened before any object is addressed; a text with any octet changed
/// does not open, because the random part is bound in. The random part is what makes a token hard to guess for
/// whoever holds the master key but not the token; storage has the hash of the whole text only.
#[derive(Clone, PartialEq, Eq)]
pub struct RoutedToken {
    text: Zeroizing<String>,
    routing: Vec<String>,
}

impl RoutedToken {
    /// A fresh token of `kind` that leads to `routing`, whose parts are identifiers.
    ///
    /// # Errors
    /// [`EntropyUnavailable`]; nothing may be issued then.
    pub fn issue(
        keys: &MasterKeys,
        kind: TokenKind,
        tenant: &TenantId,
        routing: &[&str],
        entropy: &mut dyn Entropy,
    ) -> Result<Self, EntropyUnavailable> {
        let mut random = Zeroizing::new([0_u8; RANDOM_LENGTH]);
        entropy.fill(random.as_mut_slice())?;
        let joined = routing.join("\n");
        let sealed = keys.seal_with(
            Purpose::Routing,
            tenant,
            kind.as_str(),
            random.as_slice(),
            joined.as_bytes(),
            entropy,
        )?;
        let octets = Zeroizing::new([sealed.as_slice(), random.as_slice()].concat());
        Ok(Self { text: Zeroizing::new(Base64UrlUnpadded::encode_string(&octets)), routing: split(&joined) })
    }

    /// Reads a token of `kind` that was issued for `tenant`: at most 1,024 characters of canonical base64url.
    ///
    /// Anything else is nothing, and why is told to nobody. That it opens says where to ask, not that it is good.
    #[must_use]
    pub fn open(keys: &MasterKeys, kind: TokenKind, tenant: &TenantId, text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let octets = Zeroizing::new(Base64UrlUnpadded::decode_vec(text).ok()?);
        let sealed_length = octets.len().checked_sub(RANDOM_LENGTH)?;
        if sealed_length < MasterKeys::OVERHEAD {
            return None;
        }
        let (sealed, random) = octets.split_at_checked(sealed_length)?;
        let opened = keys.open_with(Purpose::Routing, tenant, kind.as_str(), random, sealed)?;
        let joined = std::str::from_utf8(&opened).ok()?;
        Some(Self { text: Zeroizing::new(text.to_owned()), routing: split(joined) })
    }

    /// The parts that lead to the object.
    #[must_use]
    pub fn routing(&self) -> &[String] {
        &self.routing
    }

    /// The token itself, for its holder.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the text: all of it that is stored.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.text)
    }
}

impl fmt::Debug for RoutedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RoutedToken(..)")
    }
}

fn split(joined: &str) -> Vec<String> {
    joined.split(SEPARATOR).map(str::to_owned).collect()
}
