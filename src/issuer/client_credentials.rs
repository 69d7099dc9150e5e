//! The client credentials grant: RFC 6749 section 4.4.

use crate::host::Host;

use super::binding::Binding;
use super::client_authentication::AuthenticatedClient;
use super::effective_scope::{ScopeHolder, effective_scope};
use super::form::Form;
use super::refusal::Refusal;
use super::request::Answer;
use super::service::Service;
use super::target::ResolvedResource;
use super::tokens::TokenResponse;

/// Issues a token to the client itself. A refresh token never comes with it (RFC 6749 section 4.4.3).
pub(super) async fn redeem<H: Host>(
    service: &Service<'_, H>,
    client: &AuthenticatedClient,
    form: &Form,
    binding: &Binding,
) -> Result<Answer, Refusal> {
    let client = client.client();
    let target = ResolvedResource::resolve(form.values("resource"), service.tenant, client)?;
    binding.check(target.resource())?;
    let scope = effective_scope(form.value("scope"), service.tenant, client, ScopeHolder::Client, target)?;
    Ok(TokenResponse::for_client(service, client, target, &scope, binding).await?.answer())
}
