//! Client authentication by RFC 6749 section 2.3: `client_secret_basic` and `client_secret_post`.

use base64ct::{Base64, Encoding};

use crate::config::{AuthenticationMethod, Client, Tenant};
use crate::host::Host;
use crate::vocabulary::{ClientId, MAX_SECRET_LENGTH, Secret};

use super::form::{Form, decoded};
use super::refusal::TokenRefusal;

/// A client that proved who it is. There is no other way to one.
#[derive(Debug)]
pub struct AuthenticatedClient(Client);

impl AuthenticatedClient {
    /// The client's record.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.0
    }
}

struct PresentedSecret {
    client_id: String,
    secret: Secret,
}

/// Authenticates the client of a request to the token endpoint.
pub(super) async fn authenticate(
    host: &impl Host,
    tenant: &Tenant,
    authorization: Option<&str>,
    form: &Form,
) -> Result<AuthenticatedClient, TokenRefusal> {
    let presented = presented_secret(authorization, form)?;
    // An identifier outside the alphabet names no client, and must not become part of a storage key.
    let client = match ClientId::parse(&presented.client_id) {
        Ok(client_id) => read(host, tenant, &client_id).await?,
        Err(_) => None,
    };
    let matches = secret_matches(client.as_ref(), &presented.secret);
    match client {
        Some(client) if matches => Ok(AuthenticatedClient(client)),
        _ => Err(TokenRefusal::AuthenticationFailed),
    }
}

async fn read(
    host: &impl Host,
    tenant: &Tenant,
    client_id: &ClientId,
) -> Result<Option<Client>, TokenRefusal> {
    let key = format!("tenant/{}/client/{client_id}", tenant.id());
    let record = host.read(key).await.map_err(|_| TokenRefusal::HostUnavailable)?;
    let Some(record) = record else { return Ok(None) };
    let client = Client::parse(&record, tenant.id()).map_err(|_| TokenRefusal::ClientRecordBroken)?;
    if client.id() == client_id { Ok(Some(client)) } else { Err(TokenRefusal::ClientRecordBroken) }
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

fn presented_secret(authorization: Option<&str>, form: &Form) -> Result<PresentedSecret, TokenRefusal> {
    let posted = form.value("client_secret");
    let asserted = form.value("client_assertion").or_else(|| form.value("client_assertion_type"));
    let ways = [authorization.is_some(), posted.is_some(), asserted.is_some()];
    match ways.iter().filter(|way| **way).count() {
        0 => return Err(TokenRefusal::AuthenticationMissing),
        1 => {}
        _ => return Err(TokenRefusal::SeveralAuthentications),
    }
    let presented = match (authorization, posted) {
        (Some(field), _) => {
            let presented = basic(field)?;
            // A client identifier in the form beside Basic credentials may only repeat them.
            if form.value("client_id").is_some_and(|other| other != presented.client_id) {
                return Err(TokenRefusal::SeveralAuthentications);
            }
            presented
        }
        (None, Some(secret)) => PresentedSecret {
            client_id: form.value("client_id").ok_or(TokenRefusal::AuthenticationMissing)?.to_owned(),
            secret: Secret::new(secret.as_bytes().to_vec()),
        },
        (None, None) => return Err(TokenRefusal::AuthenticationFailed),
    };
    let length = presented.secret.expose().len();
    if length > MAX_SECRET_LENGTH { Err(TokenRefusal::AuthenticationFailed) } else { Ok(presented) }
}

/// RFC 6749 section 2.3.1: identifier and secret are form-encoded before they are joined and put in Base64.
fn basic(field: &str) -> Result<PresentedSecret, TokenRefusal> {
    let malformed = TokenRefusal::AuthenticationMalformed;
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
