//! Whoever administers the tenant in the browser that sent a request.

use crate::config::{ADMINISTRATOR, Client, User, UserStatus};
use crate::host::Host;
use crate::sealing::TokenKind;
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::{SessionId, UnixTime, UserId};

use super::super::cookie::{SameSite, cookie, set_cookie};
use super::super::refusal::Refusal;
use super::super::request::IssuerRequest;
use super::super::service::Service;
use super::super::user_grant::EnteringUser;
use super::client;

const COOKIE: &str = "audgate-console";
/// A working day, in seconds. Within the session of the browser, logging in again asks nobody anything.
const LIFETIME: u64 = 12 * 3_600;

/// A user who is logged in to the console, may administer the tenant, and whose session lives. There is no other way to
/// one than [`Administrator::of_request`].
pub(super) struct Administrator {
    pub(super) client: Client,
    pub(super) user: User,
    pub(super) expires_at: UnixTime,
}

/// Why a request is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotLetIn {
    /// No cookie, or its session is over.
    NotLoggedIn,
    /// The user may not administer the tenant.
    NoAdministrator,
}

impl Administrator {
    /// All of it is looked up on every request: a session that was ended and a user who was suspended count at once. A
    /// role that was taken away counts at once for whatever the directory does, which looks again, and for what is read
    /// here once it is published.
    pub(super) async fn of_request<H: Host>(
        service: &Service<'_, H>,
        request: &IssuerRequest<'_>,
    ) -> Result<Result<Self, NotLetIn>, Refusal> {
        let Some((user_id, sid, begun_at)) = named(service, request)? else {
            return Ok(Err(NotLetIn::NotLoggedIn));
        };
        let expires_at = begun_at.plus(LIFETIME);
        if service.now >= expires_at {
            return Ok(Err(NotLetIn::NotLoggedIn));
        }
        let Some(client) = client(service).await? else { return Ok(Err(NotLetIn::NoAdministrator)) };
        let Some(user) = service.user(&user_id).await? else { return Ok(Err(NotLetIn::NotLoggedIn)) };
        match service.user_account(&user, AccountCommand::Sessions {}).await? {
            AccountReply::Sessions { sessions } if sessions.iter().any(|session| session.sid == sid) => {}
            _ => return Ok(Err(NotLetIn::NotLoggedIn)),
        }
        if !may_administer(&user, &client) {
            return Ok(Err(NotLetIn::NoAdministrator));
        }
        Ok(Ok(Self { client, user, expires_at }))
    }
}

/// Whom the cookie of a request names, in which session, and since when; whether that still holds is not looked at.
pub(super) fn named<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Option<(UserId, SessionId, UnixTime)>, Refusal> {
    let Some(text) = cookie(service, request, COOKIE) else { return Ok(None) };
    let Some(token) = service.open(TokenKind::Console, text)? else { return Ok(None) };
    let [user_id, sid, begun_at] = token.routing() else { return Ok(None) };
    let (Ok(user_id), Ok(sid), Ok(begun_at)) =
        (UserId::parse(user_id), SessionId::parse(sid), begun_at.parse::<u64>())
    else {
        return Ok(None);
    };
    Ok(Some((user_id, sid, UnixTime::from_seconds(begun_at))))
}

/// Active, assigned to the console's application, and with the role.
pub(super) fn may_administer(user: &User, client: &Client) -> bool {
    let has_role = user.role_ids().iter().any(|role| role.as_str() == ADMINISTRATOR);
    has_role && user.status() == UserStatus::Active && EnteringUser::check(user.clone(), client).is_ok()
}

/// The cookie of a login that just happened.
pub(super) fn fresh_cookie<H: Host>(
    service: &Service<'_, H>,
    user_id: &UserId,
    sid: &SessionId,
) -> Result<String, Refusal> {
    let begun_at = service.now.seconds().to_string();
    let token = service.issue(TokenKind::Console, &[user_id.as_str(), sid.as_str(), &begun_at])?;
    Ok(set_cookie(service, COOKIE, token.text(), LIFETIME, SameSite::Strict))
}

/// The cookie that takes it away.
pub(super) fn without_cookie<H: Host>(service: &Service<'_, H>) -> String {
    set_cookie(service, COOKIE, "", 0, SameSite::Strict)
}
