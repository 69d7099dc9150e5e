//! A user's grant in the making: who, for which resource and scopes, checked in full before anything is consumed.

use crate::config::{AuthenticationMethod, Client, User, UserStatus};
use crate::host::Host;
use crate::sealing::{RoutedToken, TokenKind};
use crate::session::{AccountRefusal, AccountReply, GrantFacts, NewFamily, NewGrant, SessionFacts};
use crate::vocabulary::{GrantId, Scope, UserId};

use super::binding::Binding;
use super::effective_scope::{OFFLINE_ACCESS, ScopeHolder, effective_scope};
use super::refusal::Refusal;
use super::request::Answer;
use super::service::Service;
use super::target::ResolvedResource;
use super::tokens::{ReadyKeys, TokenResponse, UserGrant};

/// A user who may enter the client's application. There is no other way to one.
#[derive(Debug)]
pub(super) struct EnteringUser(User);

impl EnteringUser {
    /// Reads the user's record and checks that they are active and assigned to the application of `client`.
    pub(super) async fn find<H: Host>(
        service: &Service<'_, H>,
        user_id: &UserId,
        client: &Client,
    ) -> Result<Self, Refusal> {
        let user = service.user(user_id).await?.ok_or(Refusal::UserUnknown)?;
        Self::check(user, client)
    }

    pub(super) fn check(user: User, client: &Client) -> Result<Self, Refusal> {
        if !user.applications().contains(client.application()) || client.is_management() {
            return Err(Refusal::UserNotAssigned);
        }
        Ok(Self(user))
    }

    /// The user's record. Whether they are suspended, their account decides.
    pub(super) fn user(&self) -> &User {
        &self.0
    }

    /// Whether the published record suspends them.
    pub(super) fn is_suspended(&self) -> bool {
        self.0.status() == UserStatus::Suspended
    }
}

/// A grant that nothing speaks against, still unknown to the user's account.
pub(super) struct PreparedGrant<'a> {
    pub(super) client: &'a Client,
    pub(super) user: &'a EnteringUser,
    resource: ResolvedResource<'a>,
    scope: Scope,
    grant_id: GrantId,
    refresh_token: Option<RoutedToken>,
    binding: Binding,
    keys: ReadyKeys,
}

impl<'a> PreparedGrant<'a> {
    /// Prepares what `client` gets for `user` at `resource`.
    ///
    /// # Errors
    /// `invalid_scope` where scopes are requested and none is effective.
    pub(super) async fn new<H: Host>(
        service: &Service<'a, H>,
        client: &'a Client,
        user: &'a EnteringUser,
        resource: ResolvedResource<'a>,
        requested: Option<&str>,
        binding: Binding,
    ) -> Result<Self, Refusal> {
        binding.check(resource.resource())?;
        let holder = ScopeHolder::User(user.user());
        let scope = effective_scope(requested, service.tenant, client, holder, resource)?;
        let grant_id = GrantId::parse(&service.random_identifier()?).map_err(|_| Refusal::HostUnavailable)?;
        let routing = [
            user.user().id().as_str(),
            grant_id.as_str(),
            client.id().as_str(),
            resource.resource().id().as_str(),
        ];
        let refresh_token = if scope.contains(OFFLINE_ACCESS) {
            Some(service.issue(TokenKind::RefreshToken, &routing)?)
        } else {
            None
        };
        let keys = ReadyKeys::prepare(service, resource, &scope).await?;
        Ok(Self { client, user, resource, scope, grant_id, refresh_token, binding, keys })
    }

    /// The same grant with no scope outside `bound`.
    pub(super) fn within(mut self, bound: &Scope) -> Self {
        self.scope = self.scope.narrowed(|token| bound.contains(token.as_str()));
        self
    }

    pub(super) fn grant_id(&self) -> &GrantId {
        &self.grant_id
    }

    /// What the account is to record.
    pub(super) fn record(&self) -> NewGrant {
        let resource = self.resource.resource();
        NewGrant {
            gid: self.grant_id.clone(),
            client_id: self.client.id().clone(),
            resource: resource.id().clone(),
            scope: self.scope.clone(),
            refresh: self.refresh_token.as_ref().map(|token| NewFamily {
                token: token.hash(),
                refresh_token_lifetime: resource.refresh_token_lifetime().seconds(),
                maximum_rotation: resource.maximum_rotation().seconds(),
                // RFC 9449 section 5: those of other clients are bound to the client, which authenticates.
                key_thumbprint: match self.client.authentication_method() {
                    AuthenticationMethod::None => self.binding.thumbprint().map(str::to_owned),
                    _ => None,
                },
            }),
        }
    }

    /// The tokens, once the account has recorded the grant; `session_id` where the client is to keep the session.
    pub(super) async fn tokens<H: Host>(
        &self,
        service: &Service<'_, H>,
        recorded: &RecordedGrant,
        nonce: Option<&str>,
        session_id: Option<&str>,
    ) -> Result<Answer, Refusal> {
        let grant = UserGrant {
            client: self.client,
            user: self.user.user(),
            resource: self.resource,
            scope: &self.scope,
            grant_id: &self.grant_id,
            session: &recorded.session,
            present: true,
            nonce,
            binding: &self.binding,
            keys: &self.keys,
        };
        let mut response = TokenResponse::for_user(service, &grant).await?;
        let expires_at = recorded.grant.as_ref().and_then(|grant| grant.refresh_token_expires_at);
        if let (Some(token), Some(expires_at)) = (&self.refresh_token, expires_at) {
            response = response.with_refresh_token(token.text(), expires_at, service.now);
        }
        if let Some(session_id) = session_id {
            response = response.with_session(session_id);
        }
        Ok(response.answer())
    }
}

/// What the user's account answered: the session, and the grant as it was recorded.
pub(super) struct RecordedGrant {
    pub(super) session: SessionFacts,
    pub(super) grant: Option<GrantFacts>,
}

impl RecordedGrant {
    pub(super) fn of(reply: AccountReply) -> Result<Self, Refusal> {
        match reply {
            AccountReply::Session { session, grant } => Ok(Self { session, grant }),
            other => Err(refusal(&other)),
        }
    }
}

/// The refusal that an account's answer amounts to.
pub(super) fn refusal(reply: &AccountReply) -> Refusal {
    let AccountReply::Refused { reason } = reply else { return Refusal::StoredRecordUnreadable };
    match reason {
        AccountRefusal::Suspended => Refusal::UserSuspended,
        AccountRefusal::SessionUnknown => Refusal::SessionUnknown,
        AccountRefusal::SessionExpired | AccountRefusal::ReauthenticationNeeded => Refusal::SessionExpired,
        AccountRefusal::GrantRevoked => Refusal::GrantRevoked,
        AccountRefusal::FamilyUnknown => Refusal::RefreshTokenUnknown,
        AccountRefusal::FamilyEnded => Refusal::RefreshTokenRevoked,
        AccountRefusal::RefreshTokenExpired => Refusal::RefreshTokenExpired,
        AccountRefusal::RefreshTokenReused => Refusal::RefreshTokenReused,
        AccountRefusal::WrongClient => Refusal::RefreshTokenOfAnotherClient,
        AccountRefusal::WrongKey => Refusal::RefreshTokenOfAnotherKey,
        AccountRefusal::WrongResource => Refusal::ResourceNotGranted,
        AccountRefusal::ScopeWidened => Refusal::ScopeWidened,
        AccountRefusal::NoScopeLeft => Refusal::Scope(super::effective_scope::ScopeRefusal::NoneGranted),
        AccountRefusal::AssertionReused => Refusal::AssertionReused,
        // Only a gate has an account keep anything.
        AccountRefusal::KeptUnknown
        | AccountRefusal::KeptTooLong
        | AccountRefusal::RecordUnreadable
        | AccountRefusal::RequestUnreadable => Refusal::StoredRecordUnreadable,
    }
}
