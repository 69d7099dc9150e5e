//! The response that carries tokens (RFC 6749 section 5.1), for whoever the grant is.

use serde_json::{Map, Value, json};

use crate::access_token::{TokenRequest, UnsignedAccessToken, UserOfToken};
use crate::config::{Client, User};
use crate::host::Host;
use crate::session::SessionFacts;
use crate::vocabulary::{GrantId, HttpResponse, Scope, UnixTime};

use super::binding::Binding;
use super::id_token::{self, IdTokenRequest};
use super::refusal::Refusal;
use super::request::Answer;
use super::service::Service;
use super::signing::ReadyKey;
use super::target::ResolvedResource;

/// The members of a token response, in the making.
pub(super) struct TokenResponse(Map<String, Value>);

/// What a user's client gets tokens for.
pub(super) struct UserGrant<'a> {
    pub(super) client: &'a Client,
    pub(super) user: &'a User,
    pub(super) resource: ResolvedResource<'a>,
    pub(super) scope: &'a Scope,
    pub(super) grant_id: &'a GrantId,
    pub(super) session: &'a SessionFacts,
    /// The user is present: the token does not outlive the session (R23). Offline it may (R24).
    pub(super) present: bool,
    pub(super) nonce: Option<&'a str>,
    pub(super) binding: &'a Binding,
    pub(super) keys: &'a ReadyKeys,
}

/// The keys of a user's tokens, ready before anything is used up for them.
pub(super) struct ReadyKeys {
    access_token: ReadyKey,
    id_token: Option<ReadyKey>,
}

impl ReadyKeys {
    /// The keys for tokens at `resource`, with one for an ID token where `scope` has `openid`.
    pub(super) async fn prepare<H: Host>(
        service: &Service<'_, H>,
        resource: ResolvedResource<'_>,
        scope: &Scope,
    ) -> Result<Self, Refusal> {
        let algorithm = service.tenant.signing_algorithm_for(resource.resource());
        let access_token = ReadyKey::for_algorithm(service, algorithm).await?;
        let id_token = if scope.contains("openid") { Some(id_token::key(service).await?) } else { None };
        Ok(Self { access_token, id_token })
    }
}

impl TokenResponse {
    /// A token for the client itself.
    pub(super) async fn for_client<H: Host>(
        service: &Service<'_, H>,
        client: &Client,
        resource: ResolvedResource<'_>,
        scope: &Scope,
        binding: &Binding,
    ) -> Result<Self, Refusal> {
        let request = token_request(service, client, resource, scope, binding);
        let make = |key: &_| UnsignedAccessToken::for_client(&request, key, &mut service.entropy());
        let algorithm = service.tenant.signing_algorithm_for(resource.resource());
        let key = ReadyKey::for_algorithm(service, algorithm).await?;
        Self::signed(service, &key, scope, binding, make).await
    }

    /// Tokens for a user: the access token, and an ID token where `openid` was granted.
    pub(super) async fn for_user<H: Host>(
        service: &Service<'_, H>,
        grant: &UserGrant<'_>,
    ) -> Result<Self, Refusal> {
        let UserGrant { client, user, resource, scope, grant_id, session, present, nonce, binding, keys } =
            grant;
        let request = token_request(service, client, *resource, scope, binding);
        let of_user = UserOfToken {
            user,
            session_id: &session.sid,
            grant_id,
            authenticated_at: session.authenticated_at,
            methods: &session.amr,
            not_after: present.then_some(session.expires_at),
        };
        let make = |key: &_| UnsignedAccessToken::for_user(&request, &of_user, key, &mut service.entropy());
        let mut response = Self::signed(service, &keys.access_token, scope, binding, make).await?;
        if let (true, Some(key)) = (scope.contains("openid"), &keys.id_token) {
            let request = IdTokenRequest { client: client.id(), user, session, nonce: *nonce };
            response.insert("id_token", json!(id_token::issue(service, key, &request).await?));
        }
        Ok(response)
    }

    async fn signed<H: Host>(
        service: &Service<'_, H>,
        key: &ReadyKey,
        scope: &Scope,
        binding: &Binding,
        make: impl FnOnce(
            &crate::config::SigningKey,
        ) -> Result<UnsignedAccessToken, crate::access_token::IssueError>,
    ) -> Result<Self, Refusal> {
        let unsigned = make(key.key()).map_err(|_| Refusal::HostUnavailable)?;
        let signature = key.sign(service, unsigned.signing_input()).await?;
        let mut response = Self(Map::new());
        let expires_in = unsigned.expires_in();
        response.insert("access_token", json!(unsigned.with_signature(&signature)));
        response.insert("token_type", json!(if binding.thumbprint().is_some() { "DPoP" } else { "Bearer" }));
        response.insert("expires_in", json!(expires_in));
        if !scope.is_empty() {
            response.insert("scope", json!(scope.to_string()));
        }
        Ok(response)
    }

    /// Adds a refresh token and when it ends: seconds from now, as `expires_in` is.
    pub(super) fn with_refresh_token(mut self, token: &str, expires_at: UnixTime, now: UnixTime) -> Self {
        self.insert("refresh_token", json!(token));
        self.insert("refresh_token_expires_in", json!(expires_at.since(now)));
        self
    }

    /// Adds the secret of the session that tokens can be had with.
    pub(super) fn with_session(mut self, session_id: &str) -> Self {
        self.insert("session_id", json!(session_id));
        self
    }

    pub(super) fn answer(self) -> Answer {
        Answer::plain(HttpResponse::json(200, &Value::Object(self.0)).not_stored())
    }

    fn insert(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

fn token_request<'a, H>(
    service: &Service<'a, H>,
    client: &'a Client,
    resource: ResolvedResource<'a>,
    scope: &'a Scope,
    binding: &'a Binding,
) -> TokenRequest<'a> {
    TokenRequest {
        tenant: service.tenant,
        client,
        resource: resource.resource(),
        scope,
        key_thumbprint: binding.thumbprint(),
        now: service.now,
    }
}
