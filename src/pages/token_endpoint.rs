//! What the gate asks of the issuer as its client: a code for tokens, a refresh token for its successor, and to revoke.

use base64ct::{Base64, Encoding};

use crate::host::HostUnavailable;
use crate::jose::UntrustedJws;
use crate::vocabulary::json::Json;
use crate::vocabulary::with_parameters;

use super::host::{PagesHost, Post, PostReply};
use super::refusal::PageRefusal;
use super::visit::Site;

const MAX_DEPTH: usize = 8;
/// Longer ones fit into no cookie, in octets.
const MAX_TOKEN: usize = 8 * 1_024;

/// What a login or a refresh gave (RFC 6749 section 5.1). It has no debug print.
pub(super) struct Tokens {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) id_token: Option<String>,
    /// How long the access token is good, in seconds.
    pub(super) expires_in: Option<u64>,
}

/// Asks the token endpoint. `refused` is the reason where it answers with an OAuth error.
pub(super) async fn ask<H: PagesHost>(
    site: &Site,
    host: &H,
    parameters: &[(&str, &str)],
    refused: PageRefusal,
) -> Result<Tokens, PageRefusal> {
    let PostReply { status, body } = host.post(post(site, "/oidc/token", parameters)).await?;
    match status {
        200 => read(&body).ok_or(PageRefusal::TokenResponseMalformed),
        // A client that is not let in will not be let in by another login either.
        401 => Err(PageRefusal::LoginMisconfigured),
        400 => Err(
            match Json::parse(body.as_bytes(), MAX_DEPTH).ok().as_ref().and_then(|body| body.text_of("error"))
            {
                Some("invalid_grant") => refused,
                Some(_) => PageRefusal::LoginMisconfigured,
                None => PageRefusal::TokenResponseMalformed,
            },
        ),
        _ => Err(PageRefusal::Unavailable),
    }
}

/// Revokes a token (RFC 7009), as far as that is possible now.
pub(super) async fn revoke<H: PagesHost>(
    site: &Site,
    host: &H,
    token: &str,
) -> Result<PostReply, HostUnavailable> {
    host.post(post(site, "/oidc/token/revocation", &[("token", token)])).await
}

/// OpenID Connect Core 1.0 section 3.1.3.7, for an ID token that came from the token endpoint itself: issuer, audience and
/// nonce. Its signature may go unchecked there, and nothing rests on it here but whom a logout is for.
pub(super) fn is_of_this_login(site: &Site, id_token: &str, nonce: &str) -> bool {
    let Ok(jws) = UntrustedJws::parse(id_token) else { return false };
    let Ok(claims) = Json::parse(jws.payload(), MAX_DEPTH) else { return false };
    claims.text_of("iss") == Some(site.tenant.issuer())
        && claims.text_of("aud") == Some(site.settings.client_id().as_str())
        && claims.text_of("nonce") == Some(nonce)
}

fn post(site: &Site, path: &str, parameters: &[(&str, &str)]) -> Post {
    let client_id = site.settings.client_id().as_str();
    let mut parameters = parameters.to_vec();
    let authorization = site.settings.client_secret().map(|secret| basic(client_id, secret));
    if authorization.is_none() {
        parameters.push(("client_id", client_id));
    }
    let body = with_parameters("", &parameters).trim_start_matches('?').to_owned();
    Post { url: format!("{}{path}", site.tenant.issuer()), authorization, body }
}

/// RFC 6749 section 2.3.1: both are form-encoded first.
fn basic(client_id: &str, secret: &str) -> String {
    let encoded = |text: &str| with_parameters("", &[("", text)]).split_off(2);
    let pair = format!("{}:{}", encoded(client_id), encoded(secret));
    format!("Basic {}", Base64::encode_string(pair.as_bytes()))
}

fn read(body: &str) -> Option<Tokens> {
    let body = Json::parse(body.as_bytes(), MAX_DEPTH).ok()?;
    if !body.text_of("token_type")?.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let access_token = body.text_of("access_token").filter(|token| is_token(token))?.to_owned();
    // Absent is fine, and what is there has to be a token.
    let optional = |name: &str| match body.member(name) {
        None => Some(None),
        Some(Json::String(token)) if is_token(token) => Some(Some(token.clone())),
        Some(_) => None,
    };
    let expires_in = match body.member("expires_in") {
        None => None,
        Some(Json::Whole(seconds)) => Some(*seconds),
        Some(_) => return None,
    };
    let (refresh_token, id_token) = (optional("refresh_token")?, optional("id_token")?);
    Some(Tokens { access_token, refresh_token, id_token, expires_in })
}

/// `b64token` of RFC 6750 section 2.1, which refresh tokens and compact JWS of the issuer are too.
fn is_token(text: &str) -> bool {
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    !text.is_empty() && text.len() <= MAX_TOKEN && text.bytes().all(alphabet)
}
