//! Logging in to the console: an authorization request to this very server, with `state` and PKCE in a sealed cookie.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::host::Host;
use crate::sealing::TokenKind;
use crate::vocabulary::{ClientId, HttpResponse, UserId, with_parameters};

use super::super::authorize::page::Page;
use super::super::bearer::{BearerRefusal, verified};
use super::super::cookie::{SameSite, cookie, set_cookie};
use super::super::form::Form;
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::token_endpoint;
use super::administrator::{fresh_cookie, may_administer};
use super::client;

const COOKIE: &str = "audgate-console-login";
/// How long a login may take, in seconds: the link by mail is good for ten minutes.
const LIFETIME: u64 = 900;
const MAX_RETURN_TO: usize = 300;
const HOME: &str = "/console/";

/// `GET /console/login?return_to=/console/…`; with `prompt=login` whoever is logged in is asked again who they are.
pub(super) fn begin<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    client_id: &ClientId,
) -> Result<Answer, Refusal> {
    let form = Form::of_query(request.query)?;
    let return_to = form.value("return_to").filter(|path| is_page_of_the_console(path)).unwrap_or(HOME);
    let (state, verifier) = (service.random_secret()?, service.random_secret()?);
    let kept = service.issue(TokenKind::ConsoleLogin, &[&state, &verifier, return_to])?;
    let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(&verifier));
    let redirect_uri = redirect_uri(service);
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", client_id.as_str()),
        ("redirect_uri", &redirect_uri),
        ("state", &state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    if form.value("prompt") == Some("login") {
        parameters.push(("prompt", "login"));
    }
    let location = with_parameters(&format!("{}/oidc/auth", service.tenant.issuer()), &parameters);
    Ok(sent_to(&location, set_cookie(service, COOKIE, kept.text(), LIFETIME, SameSite::Lax)))
}

/// `GET /console/callback`: the code for a token, the token for a cookie. The token goes no further.
pub(super) async fn finish<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    client_id: &ClientId,
) -> Result<Answer, Refusal> {
    let form = Form::of_query(request.query)?;
    let kept = cookie(service, request, COOKIE);
    let kept = kept.map(|text| service.open(TokenKind::ConsoleLogin, text)).transpose()?.flatten();
    let Some([state, verifier, return_to]) = kept.as_ref().map(|token| token.routing()) else {
        return Ok(again(
            "This browser has not begun to log in, or it took too long.",
            "console_login_unknown",
        ));
    };
    // RFC 9700 section 4.7.1: the answer belongs to what this browser asked; RFC 9207: and comes from here.
    if form.value("state") != Some(state) || form.value("iss") != Some(service.tenant.issuer()) {
        return Ok(again("This is the answer to another login.", "console_state_mismatch"));
    }
    let Some(code) = form.value("code") else {
        return Ok(again("You were not let in.", "console_login_refused"));
    };
    let body = with_parameters(
        "",
        &[
            ("grant_type", "authorization_code"),
            ("client_id", client_id.as_str()),
            ("redirect_uri", &redirect_uri(service)),
            ("code", code),
            ("code_verifier", verifier),
        ],
    );
    let exchange = IssuerRequest {
        method: "POST",
        path: "/oidc/token",
        content_type: Some("application/x-www-form-urlencoded"),
        address: request.address,
        body: body.trim_start_matches('?').as_bytes(),
        ..IssuerRequest::default()
    };
    let answer = token_endpoint::answer(service, &exchange).await;
    let tokens: serde_json::Value = serde_json::from_str(&answer.response.body).unwrap_or_default();
    let (200, Some(token)) =
        (answer.response.status, tokens.get("access_token").and_then(serde_json::Value::as_str))
    else {
        return Ok(again(
            "The login could not be completed.",
            answer.reason.unwrap_or("console_code_refused"),
        ));
    };
    let authorization = format!("Bearer {token}");
    let presented = IssuerRequest { authorization: Some(&authorization), ..IssuerRequest::default() };
    let token = match verified(service, &presented).await {
        Ok(token) => token,
        Err(BearerRefusal::Unavailable(refusal)) => return Err(refusal),
        Err(_) => return Ok(again("The login could not be completed.", "console_token_refused")),
    };
    let claims = token.claims();
    let (Ok(user_id), Some(sid)) = (UserId::parse(claims.subject().as_str()), claims.session_id()) else {
        return Ok(again("The login could not be completed.", "console_token_refused"));
    };
    let (user, client) = (service.user(&user_id).await?, client(service).await?);
    if !user.zip(client).is_some_and(|(user, client)| may_administer(&user, &client)) {
        let text = "Your account may not administer this tenant. Somebody who may can give it the role \
                    tenant-administrator.";
        return Ok(Page::refusal(403, "Not for you", text, "no_administrator")
            .html("<p><a href=\"/console/login?prompt=login\">Log in as somebody else</a></p>")
            .answer());
    }
    let mut answer = sent_to(return_to, fresh_cookie(service, &user_id, sid)?);
    let gone = set_cookie(service, COOKIE, "", 0, SameSite::Lax);
    answer.response = answer.response.with("set-cookie", gone);
    Ok(answer)
}

fn redirect_uri<H: Host>(service: &Service<'_, H>) -> String {
    format!("{}/console/callback", service.tenant.issuer())
}

/// A path of this host, so that a link to the login leads nowhere else.
fn is_page_of_the_console(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~?=&%".contains(&byte);
    // Encoded dots are dot segments to browsers.
    let encoded = path.split('?').next().is_some_and(|path| path.contains('%'));
    path.starts_with(HOME)
        && !encoded
        && path.len() <= MAX_RETURN_TO
        && path.bytes().all(plain)
        && !path.contains("//")
        && !path.contains("..")
}

fn sent_to(location: &str, cookie: String) -> Answer {
    let response = HttpResponse::empty(303).with("location", location).not_stored();
    Answer::plain(response.with("set-cookie", cookie).with("referrer-policy", "no-referrer"))
}

fn again(text: &str, reason: &'static str) -> Answer {
    Page::refusal(400, "Not logged in", text, reason)
        .html("<p><a href=\"/console/login\">Log in to the console</a></p>")
        .answer()
}
