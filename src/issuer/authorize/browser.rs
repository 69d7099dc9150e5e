//! What a browser keeps for us: the secret of its session, and the secret that binds a login to it.

use crate::host::Host;
use crate::sealing::{RoutedToken, TokenKind};
use crate::session::SessionFacts;
use crate::vocabulary::{Lifetime, SecretHash, SessionId, UserId};

use super::super::cookie::{SameSite, cookie, set_cookie};
use super::super::refusal::Refusal;
use super::super::request::IssuerRequest;
use super::super::service::Service;

const SESSION: &str = "audgate-session";
const BROWSER: &str = "audgate-browser";
/// How long a browser that begins a login is recognised, in seconds.
const BROWSER_LIFETIME: u64 = 86_400;

/// The session that a browser presents: unproven until the account has seen its secret.
pub(super) struct BrowserSession {
    pub(super) user_id: UserId,
    pub(super) sid: SessionId,
    pub(super) token: RoutedToken,
}

impl BrowserSession {
    /// A fresh one for `user_id`.
    pub(super) fn begin<H: Host>(service: &Service<'_, H>, user_id: &UserId) -> Result<Self, Refusal> {
        let sid = SessionId::parse(&service.random_identifier()?).map_err(|_| Refusal::HostUnavailable)?;
        let token = service.issue(TokenKind::BrowserSession, &[user_id.as_str(), sid.as_str()])?;
        Ok(Self { user_id: user_id.clone(), sid, token })
    }

    /// The same session under a fresh secret.
    pub(super) fn renewed<H: Host>(&self, service: &Service<'_, H>) -> Result<Self, Refusal> {
        let token = service.issue(TokenKind::BrowserSession, &[self.user_id.as_str(), self.sid.as_str()])?;
        Ok(Self { user_id: self.user_id.clone(), sid: self.sid.clone(), token })
    }

    /// The one in the cookie of a request; `None` where there is none of ours.
    pub(super) fn of_request<H: Host>(
        service: &Service<'_, H>,
        request: &IssuerRequest<'_>,
    ) -> Result<Option<Self>, Refusal> {
        let Some(text) = cookie(service, request, SESSION) else { return Ok(None) };
        let Some(token) = service.open(TokenKind::BrowserSession, text)? else { return Ok(None) };
        let [user_id, sid] = token.routing() else { return Ok(None) };
        let (Ok(user_id), Ok(sid)) = (UserId::parse(user_id), SessionId::parse(sid)) else {
            return Ok(None);
        };
        Ok(Some(Self { user_id, sid, token }))
    }

    /// The cookie that keeps it as long as the session lives.
    pub(super) fn cookie<H: Host>(&self, service: &Service<'_, H>, facts: &SessionFacts) -> String {
        let seconds = facts.expires_at.since(service.now).min(Lifetime::SESSION.seconds());
        set_cookie(service, SESSION, self.token.text(), seconds, SameSite::Lax)
    }
}

/// The cookie that takes the session away.
pub(in super::super) fn without_session<H: Host>(service: &Service<'_, H>) -> String {
    set_cookie(service, SESSION, "", 0, SameSite::Lax)
}

/// The secret that binds a login to the browser in which it began, so that nobody can finish it in another's (login
/// CSRF). It opens nothing.
pub(super) struct Browser {
    secret: String,
}

impl Browser {
    pub(super) fn of_request<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Option<Self> {
        let secret = cookie(service, request, BROWSER)?;
        (secret.len() == 43).then(|| Self { secret: secret.to_owned() })
    }

    pub(super) fn of_request_or_new<H: Host>(
        service: &Service<'_, H>,
        request: &IssuerRequest<'_>,
    ) -> Result<Self, Refusal> {
        match Self::of_request(service, request) {
            Some(browser) => Ok(browser),
            None => Ok(Self { secret: service.random_secret()? }),
        }
    }

    pub(super) fn hash(&self) -> SecretHash {
        SecretHash::of(&self.secret)
    }

    pub(super) fn cookie<H: Host>(&self, service: &Service<'_, H>) -> String {
        set_cookie(service, BROWSER, &self.secret, BROWSER_LIFETIME, SameSite::Lax)
    }
}
