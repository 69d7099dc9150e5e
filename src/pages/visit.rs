//! One request at a gate with pages, from the cookies to what the visitor sees.

use std::rc::Rc;

use serde_json::json;

use crate::config::{ProtectedResource, Tenant};
use crate::vocabulary::{HttpResponse, RequestTarget, ResourceId, UnixTime};

use super::cookie::{self, Jar, Opened};
use super::host::{Denial, PagesHost, Verdict};
use super::refusal::PageRefusal;
use super::request::PageRequest;
use super::settings::PagesSettings;
use super::{login, logout, page, token_endpoint};

/// A token that was obtained so many seconds ago and is refused will not be admitted after another login.
const JUST_OBTAINED: u64 = 10;

/// A gate with pages at one moment.
#[derive(Debug, Clone)]
pub struct Site {
    /// The configuration.
    pub tenant: Rc<Tenant>,
    /// Of the deployment.
    pub settings: PagesSettings,
    /// When the request is answered.
    pub now: UnixTime,
}

impl Site {
    /// Whether cookies can be kept to TLS. Only in development, on loopback, an issuer is http.
    pub(super) fn is_secure(&self) -> bool {
        self.tenant.issuer().starts_with("https:")
    }
}

/// What covers the URL of a request.
#[derive(Debug, Clone, Copy)]
pub struct Covered<'a> {
    /// The resource.
    pub resource: &'a ResourceId,
    /// Whether its rule is open to everybody, so that no token is looked at.
    pub is_public: bool,
}

/// What becomes of a request.
#[derive(Debug)]
pub struct Visit {
    /// The answer; without one, what the gate decided last about this request stands.
    pub answer: Option<HttpResponse>,
    /// The reason code of a refusal that is not the gate's own, for the log.
    pub reason: Option<&'static str>,
    /// Fields `Set-Cookie` of whatever response the visitor gets.
    pub set_cookies: Vec<String>,
    /// The `Cookie` field as the handler gets it, empty for none, where it is another one than came.
    pub handler_cookie: Option<String>,
    /// Whether the gate decided by a token from a cookie.
    pub by_cookie: bool,
}

/// Why a login or logout goes no further.
pub(super) enum Halt {
    /// With a page, from which `again` leads on.
    Refused { refusal: PageRefusal, again: Option<String> },
    /// With this one.
    Response(HttpResponse),
}

impl From<PageRefusal> for Halt {
    fn from(refusal: PageRefusal) -> Self {
        Self::Refused { refusal, again: None }
    }
}

/// The tokens of a resource, from their cookie.
pub(super) struct Held {
    pub(super) access_token: String,
    pub(super) refresh_token: Option<String>,
    pub(super) at: UnixTime,
}

impl Held {
    pub(super) fn parse(opened: &Opened) -> Option<Self> {
        let (access_token, refresh_token) = opened.text.split_once('\n')?;
        let refresh_token = Some(refresh_token.to_owned()).filter(|token| !token.is_empty());
        Some(Self { access_token: access_token.to_owned(), refresh_token, at: opened.at })
    }
}

/// Answers one of the gate's own pages, or has the gate decide about the request, by a token from a cookie where the
/// request has no `Authorization`.
pub async fn visit<H: PagesHost>(
    site: &Site,
    request: &PageRequest,
    covered: Option<Covered<'_>>,
    host: &H,
) -> Visit {
    let mut jar = Jar::of(site, request.cookie.as_deref());
    let mut by_cookie = false;
    let outcome = match own_page(site, request) {
        Some((target, name)) => own(site, host, &mut jar, request, &target, name).await,
        None => gated(site, host, &mut jar, request, covered, &mut by_cookie).await,
    };
    let (answer, reason) = match outcome {
        Ok(answer) => (answer, None),
        Err(Halt::Response(response)) => (Some(response), None),
        Err(Halt::Refused { refusal, again }) => {
            let for_people = request.navigates() || own_page(site, request).is_some();
            let response = match for_people {
                true => page::refused(site, refusal, again.as_deref()),
                false => refused_to_a_program(refusal),
            };
            (Some(response), Some(refusal.code()))
        }
    };
    let handler_cookie = request.cookie.as_deref().and_then(cookie::handler_cookie);
    Visit { answer, reason, set_cookies: jar.into_fields(), handler_cookie, by_cookie }
}

/// The name of the page of the gate's own that the request is for.
fn own_page<'r>(site: &Site, request: &'r PageRequest) -> Option<(RequestTarget<'r>, &'r str)> {
    let target = RequestTarget::parse(&request.url).ok()?;
    let name = target.path().strip_prefix(site.settings.path())?;
    matches!(name, "/callback" | "/logout" | page::STYLE_NAME).then_some((target, name))
}

async fn own<H: PagesHost>(
    site: &Site,
    host: &H,
    jar: &mut Jar,
    request: &PageRequest,
    target: &RequestTarget<'_>,
    name: &str,
) -> Result<Option<HttpResponse>, Halt> {
    let response = match (name, request.method.as_str()) {
        ("/logout", _) => logout::logout(site, host, jar, request, target).await?,
        ("/callback", "GET") => {
            let query = request.url.split_once('?').map_or("", |(_, query)| query);
            login::finish(site, host, jar, target, query).await?
        }
        ("/callback", _) => return Err(PageRefusal::CallbackMalformed.into()),
        _ => page::style(),
    };
    Ok(Some(response))
}

async fn gated<H: PagesHost>(
    site: &Site,
    host: &H,
    jar: &mut Jar,
    request: &PageRequest,
    covered: Option<Covered<'_>>,
    by_cookie: &mut bool,
) -> Result<Option<HttpResponse>, Halt> {
    let resource = covered.and_then(|covered| site.tenant.resource(covered.resource));
    let is_public = covered.is_some_and(|covered| covered.is_public);
    let target = RequestTarget::parse(&request.url).ok();
    let origin = target.as_ref().map(RequestTarget::origin).unwrap_or_default();
    // RFC 6750 section 2: a request carries a token in one way. Whoever sends the field means it.
    let resource = resource.filter(|_| !request.has_authorization);
    let name = resource.map(|resource| cookie::of_resource(site, resource.id()));
    // No account is asked, and missed, for what nobody looks at.
    let name = name.filter(|name| jar.has(name) && !(is_public && jar.refers(name)));
    let withheld = name.is_some() && !request.may_use_cookie(origin);
    let held = match name.filter(|_| !withheld) {
        Some(name) => {
            jar.open(site, host, &name).await.map_err(PageRefusal::from)?.as_ref().and_then(Held::parse)
        }
        None => None,
    };
    *by_cookie = held.is_some();
    let token = held.as_ref().map(|held| held.access_token.clone());
    let mut verdict = host.judge(token, None).await.map_err(PageRefusal::from)?;
    if let (Verdict::Deny(denial), Some(held), Some(resource)) = (&verdict, &held, resource)
        && denial.reason == "expired"
        && let Some(token) = refreshed(site, host, jar, resource, held).await?
    {
        verdict = host.judge(Some(token), None).await.map_err(PageRefusal::from)?;
    }
    let Verdict::Deny(denial) = verdict else { return Ok(None) };
    if withheld && !request.is_safe() && denial.status == 401 {
        return Err(PageRefusal::CrossSiteRequest.into());
    }
    if !request.navigates() || request.has_authorization {
        return Ok(None);
    }
    // A cookie that does not count now would not count after a login either.
    let obtained_at = held.as_ref().map(|held| held.at).or(jar.missed);
    if let (Some(resource), Some(target)) = (resource, &target)
        && !withheld
        && is_worth_a_login(site, request, &denial, obtained_at)
    {
        let demand = denial.demand.as_ref();
        return Ok(Some(login::begin(site, host, jar, target, &request.url, resource, demand).await?));
    }
    Ok(Some(page::denied(site, &denial, &request.url, held.is_some())))
}

/// The access token that the refresh token gives; `None` where there is none, or the issuer does not take it any more.
/// Whether it does may be unknown now, and nothing is known against the visitor then.
async fn refreshed<H: PagesHost>(
    site: &Site,
    host: &H,
    jar: &mut Jar,
    resource: &ProtectedResource,
    held: &Held,
) -> Result<Option<String>, PageRefusal> {
    let Some(refresh_token) = &held.refresh_token else { return Ok(None) };
    let parameters = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.as_str())];
    let mut tokens = match token_endpoint::ask(site, host, &parameters, PageRefusal::CodeRefused).await {
        Ok(tokens) => tokens,
        Err(PageRefusal::CodeRefused) => {
            jar.discard(site, host, &cookie::of_resource(site, resource.id())).await;
            return Ok(None);
        }
        Err(refusal) => return Err(refusal),
    };
    // It carries no nonce of a login of this browser, and the one at hand still says whose session it is.
    tokens.id_token = None;
    let token = tokens.access_token.clone();
    login::keep(site, host, jar, resource, tokens).await?;
    Ok(Some(token))
}

/// Whether another login can change the refusal. The one that is just over could not, unless another kind is wanted.
fn is_worth_a_login(
    site: &Site,
    request: &PageRequest,
    denial: &Denial,
    obtained_at: Option<UnixTime>,
) -> bool {
    let just_obtained = obtained_at.is_some_and(|at| site.now.since(at) < JUST_OBTAINED);
    let wants_another = denial.reason == "insufficient_user_authentication";
    denial.status == 401 && request.can_come_back() && (!just_obtained || wants_another)
}

fn refused_to_a_program(refusal: PageRefusal) -> HttpResponse {
    let status = refusal.status();
    let response = match status {
        503 => HttpResponse::json(
            status,
            &json!({ "error": "temporarily_unavailable", "reason": refusal.code() }),
        ),
        _ => HttpResponse::json(status, &json!({ "reason": refusal.code() })),
    };
    let response = response.not_stored();
    if status == 503 { response.with("retry-after", "1") } else { response }
}
