//! Client authentication by RFC 6749 section 2.3: `client_secret_basic`, `client_secret_post`, `private_key_jwt`, and
//! `none` for public clients.

use base64ct::{Base64, Encoding};

use crate::config::{AuthenticationMethod, Client};
use crate::host::Host;
use crate::vocabulary::{ClientId, MAX_SECRET_LENGTH, Secret};

use super::client_assertion::{self, ASSERTION_TYPE};
use super::form::{Form, decoded};
use super::refusal::Refusal;
use super::service::Service;

/// A client that proved who it is, as far as its kind can: a public client only says so. There is no other way to one.
#[derive(Debug)]
pub struct AuthenticatedClient(Client);

impl AuthenticatedClient {
    /// The client's record.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0
    }

    /// The client of a token of ours whose signature was verified, which is proof as good as its secret.
    pub(super) fn of_verified_token(client: Client) -> Self {
        Self(client)
    }
}

struct PresentedSecret {
    client_id: String,
    secret: Secret,
}

enum Presented<'a> {
    Secret(PresentedSecret),
    Assertion(&'a str),
    Nothing,
}

/// Authenticates the client of a request to an endpoint of the back channel.
pub(super) async fn authenticate<H: Host>(
    service: &Service<'_, H>,
    authorization: Option<&str>,
    form: &Form,
) -> Result<AuthenticatedClient, Refusal> {
    match presented(authorization, form)? {
        Presented::Secret(presented) => by_secret(service, &presented).await,
        Presented::Assertion(assertion) => {
            let client = client_assertion::authenticate(service, assertion).await?;
            // RFC 7521 section 4.2: `client_id` is unnecessary, and has to be the assertion's subject.
            if form.value("client_id").is_some_and(|other| other != client.id().as_str()) {
                return Err(Refusal::AuthenticationFailed);
            }
            Ok(AuthenticatedClient(client))
        }
        Presented::Nothing => public(service, form).await,
    }
}

async fn by_secret<H: Host>(
    service: &Service<'_, H>,
    presented: &PresentedSecret,
) -> Result<AuthenticatedClient, Refusal> {
    // An identifier outside the alphabet names no client, and must not become part of a storage key.
    let client = match ClientId::parse(&presented.client_id) {
        Ok(client_id) => service.client(&client_id).await?,
        Err(_) => None,
    };
    let matches = secret_matches(client.as_ref(), &presented.secret);
    match client {
        Some(client) if matches => Ok(AuthenticatedClient(client)),
        _ => Err(Refusal::AuthenticationFailed),
    }
}

/// A client that presents nothing but its identifier is public, or is not authenticated.
async fn public<H: Host>(service: &Service<'_, H>, form: &Form) -> Result<AuthenticatedClient, Refusal> {
    let client_id = form.value("client_id").ok_or(Refusal::AuthenticationMissing)?;
    let client_id = ClientId::parse(client_id).map_err(|_| Refusal::AuthenticationMissing)?;
    let client = service.client(&client_id).await?;
    let public = |client: &Client| client.authentication_method() == AuthenticationMethod::None;
    client.filter(public).map(AuthenticatedClient).ok_or(Refusal::AuthenticationMissing)
}

/// Hashes and compares also where there is no client, so that time does not tell which clients exist.
fn secret_matches(client: Option<&Client>, secret: &Secret) -> bool {
    let nobody = [Secret::new(Vec::new()).hash()];
    let by_secret = client.is_some_and(|client| match client.authentication_method() {
        AuthenticationMethod::SecretBasic | AuthenticationMethod::SecretPost => true,
        AuthenticationMethod::PrivateKeyJwt | AuthenticationMethod::None => false,
    });
    let hashes = client.map_or(nobody.as_slice(), Client::secret_hashes);
    // Every hash is compared, so that time does not tell which of two secrets was right either.
    let matching = hashes.iter().filter(|hash| hash.matches(secret)).count();
    by_secret && matching > 0
}

fn presented<'a>(authorization: Option<&str>, form: &'a Form) -> Result<Presented<'a>, Refusal> {
    let posted = form.value("client_secret");
    let asserted = form.value("client_assertion").or_else(|| form.value("client_assertion_type"));
    let ways = [authorization.is_some(), posted.is_some(), asserted.is_some()];
    match ways.iter().filter(|way| **way).count() {
        0 => return Ok(Presented::Nothing),
        1 => {}
        _ => return Err(Refusal::SeveralAuthentications),
    }
    if asserted.is_some() {
        let known = form.value("client_assertion_type") == Some(ASSERTION_TYPE);
        let assertion = form.value("client_assertion").filter(|_| known);
        return assertion.map(Presented::Assertion).ok_or(Refusal::AuthenticationFailed);
    }
    let presented = match (authorization, posted) {
        (Some(field), _) => {
            let presented = basic(field)?;
            // A client identifier in the form beside Basic credentials may only repeat them.
            if form.value("client_id").is_some_and(|other| other != presented.client_id) {
                return Err(Refusal::SeveralAuthentications);
            }
            presented
        }
        (None, Some(secret)) => PresentedSecret {
            client_id: form.value("client_id").ok_or(Refusal::AuthenticationMissing)?.to_owned(),
            secret: Secret::new(secret.as_bytes().to_vec()),
        },
        (None, None) => return Ok(Presented::Nothing),
    };
    let length = presented.secret.expose().len();
    if length > MAX_SECRET_LENGTH {
        return Err(Refusal::AuthenticationFailed);
    }
    Ok(Presented::Secret(presented))
}

/// RFC 6749 section 2.3.1: identifier and secret are form-encoded before they are joined and put in Base64.
fn basic(field: &str) -> Result<PresentedSecret, Refusal> {
    let malformed = Refusal::AuthenticationMalformed;
    let (scheme, encoded) = field.split_once(' ').ok_or(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed);
    }
    let octets = Base64::decode_vec(encoded.trim()).map_err(|_| malformed)?;
    let text = String::from_utf8(octets).map_err(|_| malformed)?;
    let (client_id, secret) = text.split_once(':').ok_or(malformed)?;
    let client_id = decoded(client_id).map_err(|_| malformed)?;
    let secret = decoded(secret).map_err(|_| malformed)?;
    if secret.is_empty() {
        return Err(malformed);
    }
    Ok(PresentedSecret { client_id, secret: Secret::new(secret.into_bytes()) })
}
