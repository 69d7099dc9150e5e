//! The refresh token grant: RFC 6749 section 6, rotated on every use.

use crate::config::{Client, Grant};
use crate::host::Host;
use crate::sealing::{RoutedToken, TokenKind};
use crate::session::{AccountCommand, AccountReply, Rotation};
use crate::vocabulary::{ClientId, GrantId, ResourceId, Scope, UserId};

use super::binding::Binding;
use super::client_authentication::AuthenticatedClient;
use super::effective_scope::{OFFLINE_ACCESS, ScopeRefusal, grantable_scope};
use super::refusal::Refusal;
use super::request::Answer;
use super::service::Service;
use super::target::ResolvedResource;
use super::tokens::{ReadyKeys, TokenResponse, UserGrant};
use super::user_grant::{EnteringUser, refusal};

/// What a refresh token says of itself, once opened. Only this server can have written it.
pub(super) struct RefreshToken {
    pub(super) user_id: UserId,
    pub(super) grant_id: GrantId,
    pub(super) client_id: ClientId,
    pub(super) resource_id: ResourceId,
    pub(super) token: RoutedToken,
}

impl RefreshToken {
    /// Opens a presented token; `None` for what is no refresh token of this tenant.
    pub(super) fn open<H: Host>(service: &Service<'_, H>, text: &str) -> Result<Option<Self>, Refusal> {
        let Some(token) = service.open(TokenKind::RefreshToken, text)? else { return Ok(None) };
        let [user_id, grant_id, client_id, resource_id] = token.routing() else { return Ok(None) };
        let parts = (
            UserId::parse(user_id),
            GrantId::parse(grant_id),
            ClientId::parse(client_id),
            ResourceId::parse(resource_id),
        );
        let (Ok(user_id), Ok(grant_id), Ok(client_id), Ok(resource_id)) = parts else { return Ok(None) };
        Ok(Some(Self { user_id, grant_id, client_id, resource_id, token }))
    }
}

/// The parameters of a refresh, wherever they stood.
pub(super) struct RefreshRequest<'a> {
    pub(super) refresh_token: &'a str,
    pub(super) resources: Vec<&'a str>,
    pub(super) scope: Option<&'a str>,
}

/// Exchanges a refresh token for its successor and an access token. Everything is checked before it is used up: what
/// stands in the token and in records here, what only the account knows in the one turn that rotates.
pub(super) async fn redeem<H: Host>(
    service: &Service<'_, H>,
    client: &AuthenticatedClient,
    request: &RefreshRequest<'_>,
    binding: &Binding,
) -> Result<Answer, Refusal> {
    let client = client.client();
    let presented =
        RefreshToken::open(service, request.refresh_token)?.ok_or(Refusal::RefreshTokenUnknown)?;
    if presented.client_id != *client.id() {
        return Err(Refusal::RefreshTokenOfAnotherClient);
    }
    let resource = resolved(service, client, &presented, &request.resources)?;
    binding.check(resource.resource())?;
    let requested = request.scope.map(Scope::parse).transpose().map_err(|_| ScopeRefusal::Malformed)?;
    let user = EnteringUser::find(service, &presented.user_id, client).await?;
    let settings = resource.resource();
    let successor = service.issue(
        TokenKind::RefreshToken,
        &[
            presented.user_id.as_str(),
            presented.grant_id.as_str(),
            client.id().as_str(),
            settings.id().as_str(),
        ],
    )?;
    let grantable = grantable_scope(service.tenant, client, user.user(), resource);
    // R24: offline access is the client's to have on every refresh, not only when it was granted.
    if !client.permits_grant(Grant::RefreshToken) || !grantable.contains(OFFLINE_ACCESS) {
        return Err(Refusal::GrantTypeNotAllowed);
    }
    let keys = ReadyKeys::prepare(service, resource, &grantable).await?;
    let command = AccountCommand::Rotate(Rotation {
        gid: presented.grant_id.clone(),
        client_id: client.id().clone(),
        resource: settings.id().clone(),
        presented: presented.token.text().into(),
        successor: successor.text().into(),
        requested,
        grantable,
        refresh_token_lifetime: settings.refresh_token_lifetime().seconds(),
        maximum_rotation: settings.maximum_rotation().seconds(),
        grace: service.tenant.refresh_token_grace(),
        not_before: client.created_at(),
        key_thumbprint: binding.thumbprint().map(str::to_owned),
    });
    let reply = service.user_account(user.user(), command).await?;
    let AccountReply::Rotated { token, expires_at, scope, session, .. } = reply else {
        return Err(refusal(&reply));
    };
    let grant = UserGrant {
        client,
        user: user.user(),
        resource,
        scope: &scope,
        grant_id: &presented.grant_id,
        session: &session,
        present: false,
        nonce: None,
        binding,
        keys: &keys,
    };
    let response = TokenResponse::for_user(service, &grant).await?;
    Ok(response.with_refresh_token(token.as_str(), expires_at, service.now).answer())
}

/// The family's one resource, which `resource` can only repeat (RFC 8707 section 2.2), and which must still be the
/// client's.
fn resolved<'a, H: Host>(
    service: &Service<'a, H>,
    client: &Client,
    presented: &RefreshToken,
    requested: &[&str],
) -> Result<ResolvedResource<'a>, Refusal> {
    if !requested.is_empty() {
        let named = ResolvedResource::resolve(requested.iter().copied(), service.tenant, client)?;
        if named.resource().id() != &presented.resource_id {
            return Err(Refusal::ResourceNotGranted);
        }
    }
    ResolvedResource::granted(&presented.resource_id, service.tenant, client)
}
