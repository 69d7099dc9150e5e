//! The authorization code grant: RFC 6749 section 4.1.3 with PKCE (RFC 7636), S256 always.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::{AuthenticationMethod, Client};
use crate::host::Host;
use crate::sealing::TokenKind;
use crate::session::{AccountCommand, AccountReply, Style};
use crate::vocabulary::{ClientId, GrantId, ResourceId, Scope, SessionId, UserId};

use super::binding::Binding;
use super::client_authentication::AuthenticatedClient;
use super::form::Form;
use super::one_time::{CodeRefusal, OneTime};
use super::refusal::Refusal;
use super::request::Answer;
use super::service::{Service, Subject};
use super::target::ResolvedResource;
use super::user_grant::{EnteringUser, PreparedGrant, RecordedGrant, refusal as refused};

/// How long an authorization code is good, in seconds.
pub(super) const CODE_LIFETIME: u64 = 60;

/// What an authorization code is about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeFacts {
    pub(super) client_id: ClientId,
    pub(super) redirect_uri: String,
    /// The S256 challenge.
    pub(super) code_challenge: String,
    pub(super) user_id: UserId,
    pub(super) sid: SessionId,
    /// The resources that the authorization request named, the default resource where it named none.
    pub(super) resources: Vec<ResourceId>,
    /// What the request named; `None` where it had no `scope`.
    pub(super) scope: Option<Scope>,
    /// What was granted at all of the resources: no role that comes later adds to it.
    pub(super) granted: Scope,
    pub(super) nonce: Option<String>,
    /// The thumbprint of the key that the code is bound to (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dpop_jkt: Option<String>,
}

/// What a redeemed code gave, to be taken back upon a replay.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    gid: GrantId,
}

/// Redeems a code. Whatever could speak against it is checked before it is used up.
pub(super) async fn redeem<H: Host>(
    service: &Service<'_, H>,
    client: &AuthenticatedClient,
    form: &Form,
    binding: Binding,
) -> Result<Answer, Refusal> {
    let code = form.value("code").ok_or(Refusal::Missing("code"))?;
    let verifier = form.value("code_verifier").ok_or(Refusal::Missing("code_verifier"))?;
    let redirect_uri = form.value("redirect_uri").ok_or(Refusal::Missing("redirect_uri"))?;
    let client = client.client();

    let inspected = OneTime::<CodeFacts>::inspect(service, TokenKind::AuthorizationCode, code).await;
    let code = match inspected {
        Ok(code) => code,
        Err(refusal) => return Err(taken_back(service, client, verifier, refusal).await?),
    };
    let facts = &code.facts;
    let fault = if facts.client_id != *client.id() {
        Some(Refusal::CodeOfAnotherClient)
    } else if facts.redirect_uri != redirect_uri {
        Some(Refusal::RedirectUriMismatch)
    } else if !matches_challenge(verifier, &facts.code_challenge) {
        Some(Refusal::VerifierMismatch)
    } else if facts.dpop_jkt.is_some() && facts.dpop_jkt.as_deref() != binding.thumbprint() {
        Some(Refusal::CodeOfAnotherKey)
    } else {
        None
    };
    if let Some(fault) = fault {
        return Err(code.fail(service, fault).await);
    }
    let resource = picked(service, client, facts, form)?;
    let user = EnteringUser::find(service, &facts.user_id, client).await?;
    if user.is_suspended() {
        return Err(Refusal::UserSuspended);
    }
    let requested = facts.scope.as_ref().map(ToString::to_string);
    let grant = PreparedGrant::new(service, client, &user, resource, requested.as_deref(), binding).await?;
    let grant = grant.within(&facts.granted);

    let given = serde_json::to_string(&Given { gid: grant.grant_id().clone() })
        .map_err(|_| Refusal::HostUnavailable)?;
    let facts = match code.redeem(service, given).await {
        Ok(facts) => facts,
        Err(refusal) => return Err(taken_back(service, client, verifier, refusal).await?),
    };
    let command =
        AccountCommand::Grant { sid: facts.sid.clone(), style: Style::Browser, grant: grant.record() };
    let recorded = RecordedGrant::of(service.user_account(user.user(), command).await?)?;
    grant.tokens(service, &recorded, facts.nonce.as_deref(), None).await
}

/// RFC 6749 section 4.1.2: a code that its own client presents again takes back what it gave.
async fn taken_back<H: Host>(
    service: &Service<'_, H>,
    client: &Client,
    verifier: &str,
    refusal: CodeRefusal<CodeFacts>,
) -> Result<Refusal, Refusal> {
    if let CodeRefusal::Replayed { facts, given } = &refusal
        && facts.client_id == *client.id()
        // Anybody can call themselves a public client; who began the login has the verifier.
        && (client.authentication_method() != AuthenticationMethod::None
            || matches_challenge(verifier, &facts.code_challenge))
    {
        let given: Given = serde_json::from_str(given).map_err(|_| Refusal::StoredRecordUnreadable)?;
        let command = AccountCommand::RevokeGrant { gid: given.gid };
        let reply = service.account(Subject::User(&facts.user_id), None, command).await?;
        if reply != (AccountReply::Done {}) {
            return Err(refused(&reply));
        }
    }
    Ok(refusal.refusal())
}

/// RFC 7636 section 4.6, and the length of section 4.1.
fn matches_challenge(verifier: &str, challenge: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
        return false;
    }
    let computed = Base64UrlUnpadded::encode_string(&Sha256::digest(verifier));
    computed.as_bytes().ct_eq(challenge.as_bytes()).into()
}

/// The one resource of the tokens: that of the request where it names one of those authorized (RFC 8707 section 2.2).
fn picked<'a, H: Host>(
    service: &Service<'a, H>,
    client: &Client,
    facts: &CodeFacts,
    form: &Form,
) -> Result<ResolvedResource<'a>, Refusal> {
    let mut named = form.values("resource").peekable();
    if named.peek().is_some() {
        let resource = ResolvedResource::resolve(named, service.tenant, client)?;
        if !facts.resources.contains(resource.resource().id()) {
            return Err(Refusal::ResourceNotGranted);
        }
        return Ok(resource);
    }
    match facts.resources.as_slice() {
        [only] => ResolvedResource::granted(only, service.tenant, client),
        _ => Err(Refusal::SeveralResources),
    }
}
