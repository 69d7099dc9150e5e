//! An authorization request: RFC 6749 section 4.1.1, RFC 7636, RFC 8707, OpenID Connect Core 1.0 section 3.1.2.1.

use serde::{Deserialize, Serialize};

use crate::access_token::AUTHENTICATION_CONTEXT;
use crate::config::{Client, Grant, Tenant};
use crate::vocabulary::{ClientId, ErrorCode, ResourceId, ResourceIndicator, Scope};

use super::super::form::Form;

const MAX_STATE: usize = 2_048;
const MAX_NONCE: usize = 512;
const MAX_RESOURCES: usize = 16;

/// A request that is right in itself, and whose client and redirect URI belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuthorizationRequest {
    pub(super) client_id: ClientId,
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) scope: Option<Scope>,
    /// Those named, or the default resource.
    pub(super) resources: Vec<ResourceId>,
    /// The S256 challenge.
    pub(super) code_challenge: String,
    pub(super) prompt: Prompt,
    pub(super) max_age: Option<u64>,
    pub(super) login_hint: Option<String>,
    /// The thumbprint of the key that the code is to be bound to (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dpop_jkt: Option<String>,
}

/// What the user is to be shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prompt {
    /// Nothing: silent authentication.
    pub(super) none: bool,
    /// The login, even within a session.
    pub(super) login: bool,
    /// The question for approval, even if it was given.
    pub(super) consent: bool,
}

/// What the client is told is wrong with its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RequestFault {
    pub(super) error: ErrorCode,
    pub(super) description: &'static str,
}

/// Where the answer to a request goes, once that is known to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReturnAddress {
    pub(super) redirect_uri: String,
    pub(super) state: Option<String>,
}

/// The redirect URI of a request, if it is one of the client's (RFC 6749 section 3.1.2.3: compared exactly).
pub(super) fn return_address(form: &Form, client: &Client) -> Option<ReturnAddress> {
    let redirect_uri = form.value("redirect_uri")?;
    let state = form.value("state").filter(|state| state.len() <= MAX_STATE);
    client
        .permits_redirect_uri(redirect_uri)
        .then(|| ReturnAddress { redirect_uri: redirect_uri.to_owned(), state: state.map(ToOwned::to_owned) })
}

impl AuthorizationRequest {
    /// Reads everything else of a request whose client and return address are known.
    pub(super) fn read(
        form: &Form,
        tenant: &Tenant,
        client: &Client,
        address: ReturnAddress,
    ) -> Result<Self, RequestFault> {
        let fault = |error, description| Err(RequestFault { error, description });
        if form.value("request").is_some() {
            return fault(ErrorCode::RequestNotSupported, "requests as objects are not supported");
        }
        match form.value("response_type") {
            Some("code") => {}
            None => return fault(ErrorCode::InvalidRequest, "the parameter 'response_type' is missing"),
            Some(_) => return fault(ErrorCode::UnsupportedResponseType, "the response type is 'code'"),
        }
        if form.value("response_mode").is_some_and(|mode| mode != "query") {
            return fault(ErrorCode::InvalidRequest, "the response mode is 'query'");
        }
        if !client.permits_grant(Grant::AuthorizationCode) {
            return fault(ErrorCode::UnauthorizedClient, "the client may not use authorization codes");
        }
        let too_long = |name: &str, most: usize| form.value(name).is_some_and(|value| value.len() > most);
        if too_long("state", MAX_STATE) || too_long("nonce", MAX_NONCE) || too_long("login_hint", 254) {
            return fault(ErrorCode::InvalidRequest, "a parameter is too long");
        }
        // RFC 9700 section 2.1.1: the challenge is not optional, and `plain` is none.
        if form.value("code_challenge_method") != Some("S256") {
            return fault(
                ErrorCode::InvalidRequest,
                "the parameter 'code_challenge_method' has to be 'S256'",
            );
        }
        let code_challenge = form.value("code_challenge").filter(|challenge| is_s256(challenge));
        let Some(code_challenge) = code_challenge else {
            return fault(
                ErrorCode::InvalidRequest,
                "the parameter 'code_challenge' is missing or malformed",
            );
        };
        let Some(prompt) = Prompt::read(form.value("prompt").unwrap_or_default()) else {
            return fault(ErrorCode::InvalidRequest, "the parameter 'prompt' is malformed");
        };
        let max_age = match form.value("max_age").map(str::parse::<u32>) {
            None => None,
            Some(Ok(seconds)) => Some(u64::from(seconds)),
            Some(Err(_)) => return fault(ErrorCode::InvalidRequest, "the parameter 'max_age' is malformed"),
        };
        // OpenID Connect lets a server go on with what it has; who was sent here for another authentication (RFC 9470)
        // would then come back with the same one, again and again.
        if let Some(values) = form.value("acr_values")
            && !values.split(' ').any(|value| value == AUTHENTICATION_CONTEXT)
        {
            let description = "users cannot authenticate here in any of the ways of 'acr_values'";
            return fault(ErrorCode::UnmetAuthenticationRequirements, description);
        }
        // A thumbprint is as long as the challenge: both are a SHA-256.
        if form.value("dpop_jkt").is_some_and(|thumbprint| !is_s256(thumbprint)) {
            return fault(ErrorCode::InvalidRequest, "the parameter 'dpop_jkt' is malformed");
        }
        let scope = match form.value("scope").map(Scope::parse) {
            None => None,
            Some(Ok(scope)) => Some(scope),
            Some(Err(_)) => return fault(ErrorCode::InvalidScope, "the parameter 'scope' is malformed"),
        };
        Ok(Self {
            client_id: client.id().clone(),
            redirect_uri: address.redirect_uri,
            state: address.state,
            nonce: form.value("nonce").map(ToOwned::to_owned),
            scope,
            resources: resources(form, tenant, client)?,
            code_challenge: code_challenge.to_owned(),
            prompt,
            max_age,
            login_hint: form.value("login_hint").map(ToOwned::to_owned),
            dpop_jkt: form.value("dpop_jkt").map(ToOwned::to_owned),
        })
    }

    pub(super) fn return_address(&self) -> ReturnAddress {
        ReturnAddress { redirect_uri: self.redirect_uri.clone(), state: self.state.clone() }
    }
}

impl Prompt {
    fn read(text: &str) -> Option<Self> {
        let mut prompt = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                // The user picks the account by typing its address.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => return None,
            }
        }
        // OpenID Connect Core 1.0 section 3.1.2.1: `none` stands alone.
        if prompt.none && (prompt.login || prompt.consent) { None } else { Some(prompt) }
    }
}

fn resources(form: &Form, tenant: &Tenant, client: &Client) -> Result<Vec<ResourceId>, RequestFault> {
    let fault = |description| RequestFault { error: ErrorCode::InvalidTarget, description };
    let mut resources: Vec<ResourceId> = Vec::new();
    for named in form.values("resource") {
        let unknown = fault("a resource is not one that this client may ask for");
        let indicator = ResourceIndicator::parse(named).map_err(|_| {
            fault("the parameter 'resource' is not an absolute URI without query and fragment")
        })?;
        let resource = tenant.resource_by_indicator(&indicator).ok_or(unknown)?;
        if !resource.is_default() && client.assignment(resource.id()).is_none() {
            return Err(unknown);
        }
        if !resources.contains(resource.id()) {
            resources.push(resource.id().clone());
        }
        if resources.len() > MAX_RESOURCES {
            return Err(fault("too many resources"));
        }
    }
    if resources.is_empty() {
        resources.push(tenant.default_resource().id().clone());
    }
    Ok(resources)
}

/// The SHA-256 of something, in base64url without padding.
fn is_s256(challenge: &str) -> bool {
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    challenge.len() == 43 && challenge.bytes().all(alphabet)
}
