//! `private_key_jwt`: a client shows that it holds a key (RFC 7523 section 3, OpenID Connect Core 1.0 section 9).

use crate::config::{AuthenticationMethod, Client};
use crate::host::Host;
use crate::jose::UntrustedJws;
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::json::Json;
use crate::vocabulary::{ClientId, UnixTime};

use super::refusal::Refusal;
use super::service::{Service, Subject};

/// The one value of `client_assertion_type` here.
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How far ahead `exp` may be, in seconds: as long as its `jti` has to be remembered.
const MAX_LIFETIME: u64 = 60;
const MAX_DEPTH: usize = 4;
const MAX_TOKEN_ID_LENGTH: usize = 128;

struct Claims {
    client_id: ClientId,
    token_id: String,
    expires_at: UnixTime,
}

/// Verifies an assertion and uses it up. Every fault is one refusal, so that nobody learns which clients exist.
pub(super) async fn authenticate<H: Host>(
    service: &Service<'_, H>,
    assertion: &str,
) -> Result<Client, Refusal> {
    let failed = Refusal::AuthenticationFailed;
    let jws = UntrustedJws::parse(assertion).map_err(|_| failed)?;
    let typ = jws.typ().unwrap_or("JWT").to_ascii_lowercase();
    if !["jwt", "client-authentication+jwt"].contains(&typ.as_str()) || jws.cty().is_some() {
        return Err(failed);
    }
    let claims = claims(service, jws.payload()).ok_or(failed)?;
    let client = service.client(&claims.client_id).await?.ok_or(failed)?;
    if client.authentication_method() != AuthenticationMethod::PrivateKeyJwt
        || !verifies(service, &client, &jws).await?
    {
        return Err(failed);
    }
    let command = AccountCommand::UseAssertion {
        jti: claims.token_id,
        expires_at: claims.expires_at.plus(service.tenant.clock_tolerance()),
    };
    match service.account(Subject::Client(client.id()), None, command).await? {
        AccountReply::Done {} => Ok(client),
        other => Err(super::user_grant::refusal(&other)),
    }
}

async fn verifies<H: Host>(
    service: &Service<'_, H>,
    client: &Client,
    jws: &UntrustedJws<'_>,
) -> Result<bool, Refusal> {
    for key in client.keys().candidates(jws) {
        if key.check_signature_form(jws.algorithm(), jws.signature()).is_err() {
            continue;
        }
        let verified = service.host.verify(key, jws.algorithm(), jws.signing_input(), jws.signature()).await;
        if verified.map_err(|_| Refusal::HostUnavailable)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The claims, as far as they are acceptable whoever signed them.
fn claims<H: Host>(service: &Service<'_, H>, payload: &[u8]) -> Option<Claims> {
    let payload = Json::parse(payload, MAX_DEPTH).ok()?;
    let text = |name| payload.member(name).and_then(Json::as_str);
    let issuer = text("iss")?;
    if text("sub")? != issuer || !is_for_us(service, payload.member("aud")?) {
        return None;
    }
    let (now, tolerance) = (service.now, service.tenant.clock_tolerance());
    let expires_at = time(&payload, "exp").ok()??;
    let (issued_at, not_before) = (time(&payload, "iat").ok()?, time(&payload, "nbf").ok()?);
    let latest_start = now.plus(tolerance);
    if now >= expires_at.plus(tolerance)
        || expires_at > now.plus(MAX_LIFETIME).plus(tolerance)
        || [issued_at, not_before].into_iter().flatten().any(|start| start > latest_start)
    {
        return None;
    }
    let token_id = text("jti").filter(|id| (1..=MAX_TOKEN_ID_LENGTH).contains(&id.len()))?;
    let client_id = ClientId::parse(issuer).ok()?;
    Some(Claims { client_id, token_id: token_id.to_owned(), expires_at })
}

/// The issuer, or the token endpoint as RFC 7523 section 3 suggests; nobody else beside it.
fn is_for_us<H: Host>(service: &Service<'_, H>, audience: &Json) -> bool {
    let issuer = service.tenant.issuer();
    let ours = |audience: &Json| {
        audience.as_str().is_some_and(|audience| {
            audience == issuer
                || audience.strip_prefix(issuer).is_some_and(|path| {
                    ["/", "/oidc/token", "/oidc/request", "/oidc/token/revocation", "/oidc/introspect"]
                        .contains(&path)
                })
        })
    };
    match audience {
        Json::Array(audiences) => matches!(audiences.as_slice(), [only] if ours(only)),
        other => ours(other),
    }
}

/// Present but unparseable is never read as absent.
fn time(payload: &Json, name: &str) -> Result<Option<UnixTime>, ()> {
    match payload.member(name) {
        None => Ok(None),
        Some(Json::Whole(seconds)) if *seconds <= UnixTime::MAX.seconds() => {
            Ok(Some(UnixTime::from_seconds(*seconds)))
        }
        Some(_) => Err(()),
    }
}
