//! The client credentials grant: RFC 6749 section 4.4.

use serde_json::json;

use crate::access_token::{ClientTokenRequest, UnsignedAccessToken};
use crate::config::Tenant;
use crate::host::Host;
use crate::vocabulary::{Entropy, EntropyUnavailable, HttpResponse, UnixTime};

use super::client_authentication::AuthenticatedClient;
use super::effective_scope::effective_scope;
use super::form::Form;
use super::refusal::TokenRefusal;
use super::request::Answer;
use super::target::ResolvedResource;

/// Issues a token to the client itself. A refresh token never comes with it (RFC 6749 section 4.4.3).
pub(super) async fn redeem(
    host: &impl Host,
    tenant: &Tenant,
    client: &AuthenticatedClient,
    form: &Form,
    now: UnixTime,
) -> Result<Answer, TokenRefusal> {
    let client = client.client();
    let target = ResolvedResource::resolve(form.values("resource"), tenant, client)?;
    let scope = effective_scope(form.value("scope"), tenant, client, target)?;
    let resource = target.resource();
    let algorithm = tenant.signing_algorithm_for(resource);
    let key = tenant.current_signing_key(algorithm).ok_or(TokenRefusal::NoSigningKey)?;

    let request = ClientTokenRequest { tenant, client, resource, scope: &scope, now };
    let unsigned = UnsignedAccessToken::for_client(&request, key, &mut HostEntropy(host))
        .map_err(|_| TokenRefusal::HostUnavailable)?;
    let signature = host
        .sign(key.kid(), algorithm, unsigned.signing_input())
        .await
        .map_err(|_| TokenRefusal::HostUnavailable)?;

    let mut body = json!({
        "access_token": unsigned.with_signature(&signature),
        "token_type": "Bearer",
        "expires_in": resource.access_token_lifetime().seconds(),
    });
    if let (Some(members), false) = (body.as_object_mut(), scope.is_empty()) {
        members.insert("scope".to_owned(), json!(scope.to_string()));
    }
    Ok(Answer::plain(HttpResponse::json(200, &body).not_stored()))
}

struct HostEntropy<'a, H>(&'a H);

impl<H: Host> Entropy for HostEntropy<'_, H> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        self.0.random(bytes)
    }
}
