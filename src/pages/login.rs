//! A login: to the issuer with that page's resource, and back with a code.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use crate::config::ProtectedResource;
use crate::vocabulary::{HttpResponse, RequestTarget, ResourceId, with_parameters};

use super::cookie::{self, Jar};
use super::host::{AuthenticationDemand, PagesHost, Verdict};
use super::page;
use super::refusal::PageRefusal;
use super::token_endpoint::{self, Tokens};
use super::visit::{Halt, Site};

/// Longer targets are not gone back to in full, so that logins of several tabs fit into the cookies.
const MAX_RETURN_TO: usize = 512;

/// A login under way: what the browser keeps sealed until the issuer answers.
struct Attempt {
    resource: ResourceId,
    state: String,
    verifier: String,
    nonce: String,
    /// Path and query of the page, on this host.
    return_to: String,
}

impl Attempt {
    /// No part can hold a line feed.
    fn text(&self) -> String {
        [self.resource.as_str(), &self.state, &self.verifier, &self.nonce, &self.return_to].join("\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '\n');
        let mut part = || parts.next().map(str::to_owned);
        let resource = ResourceId::parse(&part()?).ok()?;
        let (state, verifier, nonce, return_to) = (part()?, part()?, part()?, part()?);
        Some(Self { resource, state, verifier, nonce, return_to })
    }
}

/// Sends the browser to the issuer, with the demand of the refusal where there is one.
pub(super) async fn begin<H: PagesHost>(
    site: &Site,
    host: &H,
    jar: &mut Jar,
    target: &RequestTarget<'_>,
    url: &str,
    resource: &ProtectedResource,
    demand: Option<&AuthenticationDemand>,
) -> Result<HttpResponse, PageRefusal> {
    let attempt = Attempt {
        resource: resource.id().clone(),
        state: random(host)?,
        verifier: random(host)?,
        nonce: random(host)?,
        return_to: return_to(target, url, resource),
    };
    let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(&attempt.verifier));
    let redirect_uri = redirect_uri(site, target);
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", site.settings.client_id().as_str()),
        ("redirect_uri", &redirect_uri),
        ("resource", resource.indicator().as_str()),
        ("state", &attempt.state),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let scope = scope(site, resource);
    if let Some(scope) = &scope {
        parameters.extend([("scope", scope.as_str()), ("nonce", &attempt.nonce)]);
    }
    let max_age = demand.and_then(|demand| demand.max_age).map(|seconds| seconds.to_string());
    parameters.extend(max_age.as_deref().map(|seconds| ("max_age", seconds)));
    let acr_values = demand.and_then(|demand| demand.acr_values.as_deref());
    parameters.extend(acr_values.map(|values| ("acr_values", values)));

    let name = cookie::of_login(site, &attempt.state);
    if !jar.keep(site, host, &name, attempt.text(), cookie::LOGIN_LIFETIME).await? {
        return Err(PageRefusal::TokensTooLong);
    }
    Ok(see_other(&with_parameters(&format!("{}/oidc/auth", site.tenant.issuer()), &parameters)))
}

/// Takes the issuer's answer, and sends the browser on to where it was.
pub(super) async fn finish<H: PagesHost>(
    site: &Site,
    host: &H,
    jar: &mut Jar,
    target: &RequestTarget<'_>,
    query: &str,
) -> Result<HttpResponse, Halt> {
    let answer = Answer::of(query).ok_or(PageRefusal::CallbackMalformed)?;
    let name = cookie::of_login(site, &answer.state);
    let opened = jar.open(site, host, &name).await.map_err(PageRefusal::from)?;
    let fresh = opened.filter(|opened| site.now.since(opened.at) <= cookie::LOGIN_LIFETIME);
    let attempt = fresh.and_then(|opened| Attempt::parse(&opened.text));
    let attempt = attempt
        .filter(|attempt| bool::from(attempt.state.as_bytes().ct_eq(answer.state.as_bytes())))
        .ok_or(PageRefusal::LoginUnknown)?;
    // From here on the login is over, whatever comes of it: an answer is taken once.
    jar.end(site, &name);
    let page = format!("{}{}", target.origin(), attempt.return_to);
    let halt = |refusal| Halt::Refused { refusal, again: Some(page.clone()) };
    if answer.iss.as_deref() != Some(site.tenant.issuer()) {
        return Err(halt(PageRefusal::IssuerMismatch));
    }
    let code = match (answer.code, answer.error) {
        (Some(code), None) => code,
        (_, Some(error)) => return Err(halt(refusal_of(&error))),
        (None, None) => return Err(halt(PageRefusal::CallbackMalformed)),
    };
    let redirect_uri = redirect_uri(site, target);
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", &attempt.verifier),
    ];
    let tokens =
        token_endpoint::ask(site, host, &parameters, PageRefusal::CodeRefused).await.map_err(halt)?;
    let of_this_login = |token: &String| token_endpoint::is_of_this_login(site, token, &attempt.nonce);
    if !tokens.id_token.as_ref().is_none_or(of_this_login) {
        return Err(halt(PageRefusal::IdTokenMismatch));
    }
    // What the gate itself does not take is not kept: the browser would be sent round and round.
    let verdict =
        host.judge(Some(tokens.access_token.clone()), Some(page.clone())).await.map_err(PageRefusal::from)?;
    if let Verdict::Deny(denial) = &verdict
        && denial.status != 403
    {
        return Err(Halt::Response(page::denied(site, denial, &page, true)));
    }
    let resource = site.tenant.resource(&attempt.resource).ok_or_else(|| halt(PageRefusal::LoginUnknown))?;
    keep(site, host, jar, resource, tokens).await.map_err(halt)?;
    Ok(see_other(&page))
}

/// Has the browser keep the tokens of a resource.
pub(super) async fn keep<H: PagesHost>(
    site: &Site,
    host: &H,
    jar: &mut Jar,
    resource: &ProtectedResource,
    tokens: Tokens,
) -> Result<(), PageRefusal> {
    let seconds = match &tokens.refresh_token {
        Some(_) => resource.refresh_token_lifetime().seconds(),
        None => tokens.expires_in.unwrap_or_else(|| resource.access_token_lifetime().seconds()),
    };
    let refresh_token = tokens.refresh_token.unwrap_or_default();
    let text = format!("{}\n{refresh_token}", tokens.access_token);
    let name = cookie::of_resource(site, resource.id());
    if !jar.keep(site, host, &name, text, seconds).await? {
        return Err(PageRefusal::TokensTooLong);
    }
    if let Some(id_token) = tokens.id_token {
        // Without it a logout asks once more; that is all.
        jar.keep(site, host, &cookie::of_hint(site), id_token, resource.refresh_token_lifetime().seconds())
            .await?;
    }
    Ok(())
}

/// Sends the browser on by GET, and tells nobody where it was.
pub(super) fn see_other(location: &str) -> HttpResponse {
    HttpResponse::empty(303).with("location", location).with("referrer-policy", "no-referrer").not_stored()
}

/// The scopes to ask for: everything of the resource, named only where scopes of the protocol are asked for too. Without
/// any the issuer grants what there is.
fn scope(site: &Site, resource: &ProtectedResource) -> Option<String> {
    let mut scope = site.settings.scope()?.clone();
    for defined in resource.scopes() {
        scope.insert(defined.name().clone());
    }
    Some(scope.to_string())
}

fn redirect_uri(site: &Site, target: &RequestTarget<'_>) -> String {
    format!("{}{}/callback", target.origin(), site.settings.path())
}

/// Path and query of the page that was asked for; shorter where they are too long to keep.
fn return_to(target: &RequestTarget<'_>, url: &str, resource: &ProtectedResource) -> String {
    let path = if target.path().is_empty() { "/" } else { target.path() };
    let query = url.split('#').next().and_then(|url| url.split_once('?')).map(|(_, query)| query);
    let whole = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    if whole.len() <= MAX_RETURN_TO && whole.bytes().all(|byte| byte.is_ascii_graphic()) {
        return whole;
    }
    if path.len() <= MAX_RETURN_TO {
        return path.to_owned();
    }
    format!("{}/", resource.indicator().canonical_path())
}

/// 256 random bits.
pub(super) fn random<H: PagesHost>(host: &H) -> Result<String, PageRefusal> {
    let mut bytes = [0_u8; 32];
    host.random(&mut bytes)?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

/// What the issuer answers (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Default)]
struct Answer {
    state: String,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

impl Answer {
    /// `None` without a `state`, and where one of them stands twice.
    fn of(query: &str) -> Option<Self> {
        let mut answer = Self::default();
        let mut state = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "state" => &mut state,
                "iss" => &mut answer.iss,
                "code" => &mut answer.code,
                "error" => &mut answer.error,
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return None;
            }
        }
        answer.state = state?;
        Some(answer)
    }
}

fn refusal_of(error: &str) -> PageRefusal {
    match error {
        "temporarily_unavailable" | "server_error" => PageRefusal::Unavailable,
        "invalid_request"
        | "unauthorized_client"
        | "invalid_scope"
        | "invalid_target"
        | "unsupported_response_type" => PageRefusal::LoginMisconfigured,
        _ => PageRefusal::LoginRefused,
    }
}
