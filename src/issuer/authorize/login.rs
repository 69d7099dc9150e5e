//! The hosted login: an address, a link by mail, and back in the same browser.

use serde::{Deserialize, Serialize};

use crate::host::{Host, Limiter};
use crate::sealing::TokenKind;
use crate::session::{AccountCommand, AccountReply, NewSession, Style};
use crate::vocabulary::{SecretHash, escaped, with_parameters};

use super::super::cookie::is_from_our_page;
use super::super::form::Form;
use super::super::login_link::{BY_MAIL, LINK_MINUTES, LinkFacts, Recipient};
use super::super::mail;
use super::super::one_time::{self, OneTime};
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::user_grant::RecordedGrant;
use super::browser::{Browser, BrowserSession};
use super::endpoint::{Login, authenticated, named_client};
use super::page::{Page, form};
use super::request::AuthorizationRequest;
use super::response::to_page;

/// How long a login that was begun may take, in seconds.
const LOGIN_LIFETIME: u64 = 3_600;
const MAX_EMAIL: usize = 254;

/// A login that was begun and waits for an address.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginFacts {
    request: AuthorizationRequest,
    browser: SecretHash,
}

/// What a link of the hosted login is about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct HostedLink {
    request: AuthorizationRequest,
    browser: SecretHash,
    /// Without a user nothing was sent, and the link exists so that nobody can tell.
    recipient: Option<Recipient>,
}

/// Remembers the request and sends the browser to the login page.
pub(super) async fn begin<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    asked: AuthorizationRequest,
) -> Result<Answer, Refusal> {
    // Nobody has shown anything yet, and what is remembered costs storage.
    if !request.address.is_empty() {
        service.within_limit(Limiter::Token, &format!("from/{}", request.address)).await?;
    }
    let browser = Browser::of_request_or_new(service, request)?;
    let facts = LoginFacts { request: asked, browser: browser.hash() };
    let login = one_time::open(service, TokenKind::Login, &facts, LOGIN_LIFETIME).await?;
    let location = with_parameters("/oidc/login", &[("login", login.text())]);
    Ok(to_page(&location, vec![browser.cookie(service)]))
}

/// `GET /oidc/login`: the form for an address.
pub(super) async fn show<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    let query = Form::of_query(request.query)?;
    let login = query.value("login").unwrap_or_default();
    match begun(service, request, login).await? {
        Ok(begun) => {
            let hint = begun.facts.request.login_hint.clone().unwrap_or_default();
            let application = application(service, &begun.facts.request).await?;
            Ok(address_page(&application, login, &hint, None, 200))
        }
        Err(page) => Ok(page),
    }
}

/// `POST /oidc/login`: sends the link. The page is the same whether there is such a user or not.
pub(super) async fn send<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    if !is_from_our_page(service, request) {
        return Ok(foreign_page());
    }
    let posted = Form::of(request)?;
    let login = posted.value("login").unwrap_or_default();
    let begun = match begun(service, request, login).await? {
        Ok(begun) => begun,
        Err(page) => return Ok(page),
    };
    let asked = &begun.facts.request;
    let application = application(service, asked).await?;
    let email = posted.value("email").unwrap_or_default().trim();
    if email.len() > MAX_EMAIL || !looks_like_an_address(email) {
        let problem = "Please enter an email address, such as ada@example.com.";
        return Ok(address_page(&application, login, email, Some(problem), 400));
    }
    let address = crate::config::User::email_key(email);
    if !request.address.is_empty() {
        service.within_limit(Limiter::Login, &format!("from/{}", request.address)).await?;
    }
    service.within_limit(Limiter::Login, &address).await?;

    let client = named_client(service, Some(asked.client_id.as_str())).await?;
    let user = service.user_by_email(email).await?;
    // Whoever may not enter this application learns so once they have shown that the address is theirs.
    let user = user.filter(|user| client.is_some() && user.status() == crate::config::UserStatus::Active);
    let facts = LinkFacts::Hosted(Box::new(HostedLink {
        request: asked.clone(),
        browser: begun.facts.browser.clone(),
        recipient: user.as_ref().map(Recipient::of),
    }));
    let code = one_time::open(service, TokenKind::MagicLink, &facts, LINK_MINUTES * 60).await?;
    if let Some(user) = user {
        let page = format!("{}/oidc/login/link", service.tenant.issuer());
        let link = with_parameters(&page, &[("code", code.text())]);
        service.host.send(mail::login_link(user.email(), &application, &link, LINK_MINUTES)).await;
    }
    let again = form(
        "/oidc/login",
        &[("login", login), ("email", email)],
        "<button class=\"quiet\" type=\"submit\">Send it again</button>",
    );
    Ok(Page::new(200, "Check your mailbox")
        .html(&format!(
            "<p>If there is an account for <strong>{}</strong>, a link is on its way.</p>",
            escaped(email)
        ))
        .paragraph(&format!("Open it in this browser. It works once and for {LINK_MINUTES} minutes."))
        .html(&again)
        .answer())
}

/// `GET /oidc/login/link`: a button. Nothing is consumed, because scanners of mail follow links too.
pub(super) async fn show_link<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    let query = Form::of_query(request.query)?;
    let code = query.value("code").unwrap_or_default();
    let link = match opened(service, code).await? {
        Ok(link) => link,
        Err(page) => return Ok(page),
    };
    if !is_same_browser(service, request, &link.hosted) {
        return Ok(other_browser_page());
    }
    let application = application(service, &link.hosted.request).await?;
    let button = "<button type=\"submit\" autofocus>Log in</button>";
    Ok(Page::new(200, &format!("Log in to {application}"))
        .paragraph("One more click, and you are in.")
        .html(&form("/oidc/login/link", &[("code", code)], button))
        .leading_to(&link.hosted.request.redirect_uri)
        .answer())
}

/// `POST /oidc/login/link`: uses the link up, begins the session and goes on where the user came from.
pub(super) async fn follow<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    if !is_from_our_page(service, request) {
        return Ok(foreign_page());
    }
    let posted = Form::of(request)?;
    let link = match opened(service, posted.value("code").unwrap_or_default()).await? {
        Ok(link) => link,
        Err(page) => return Ok(page),
    };
    if !is_same_browser(service, request, &link.hosted) {
        link.code.fail(service, Refusal::CodeUnknown).await;
        return Ok(other_browser_page());
    }
    let HostedLink { request: asked, recipient, .. } = *link.hosted;
    let Some(recipient) = recipient else { return Ok(dead_link_page("link_unknown")) };
    let user_id = recipient.user_id.clone();
    let Some(user) = service.user(&user_id).await? else { return Ok(dead_link_page("user_unknown")) };
    let Some(client) = named_client(service, Some(asked.client_id.as_str())).await? else {
        return Ok(dead_link_page("client_unknown"));
    };
    if user.status() == crate::config::UserStatus::Suspended {
        return Ok(dead_link_page("user_suspended"));
    }
    if !recipient.is_still(&user) {
        return Ok(dead_link_page("address_changed"));
    }
    let fresh = BrowserSession::begin(service, &user_id)?;
    let held = BrowserSession::of_request(service, request)?.filter(|held| held.user_id == user_id);

    if let Err(refusal) = link.code.redeem(service, String::new()).await {
        return match refusal.refusal() {
            refusal if refusal.status() == 400 => Ok(dead_link_page(refusal.code())),
            unavailable => Err(unavailable),
        };
    }

    if let Some(held) = held {
        let renewed = held.renewed(service)?;
        let command = AccountCommand::Resume {
            sid: held.sid.clone(),
            secret: held.token.hash(),
            style: Style::Browser,
            max_age: None,
            reauthenticated: Some(vec![BY_MAIL.to_owned()]),
            replacement: Some(renewed.token.hash()),
            grant: None,
        };
        if let AccountReply::Session { session: facts, .. } = service.user_account(&user, command).await? {
            let login = Login { session: renewed, user, facts };
            return authenticated(service, request, &client, asked, &login).await;
        }
    }
    let session = NewSession {
        sid: fresh.sid.clone(),
        secret: fresh.token.hash(),
        style: Style::Browser,
        client_id: client.id().clone(),
        application: client.application().clone(),
        amr: vec![BY_MAIL.to_owned()],
    };
    let command = AccountCommand::Begin { session, grant: None };
    let facts = match RecordedGrant::of(service.user_account(&user, command).await?) {
        Ok(recorded) => recorded.session,
        Err(Refusal::UserSuspended) => return Ok(dead_link_page("user_suspended")),
        Err(refusal) => return Err(refusal),
    };
    let login = Login { session: fresh, user, facts };
    authenticated(service, request, &client, asked, &login).await
}

/// The login that was begun in this browser, or the page that says why there is none.
async fn begun<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    login: &str,
) -> Result<Result<OneTime<LoginFacts>, Answer>, Refusal> {
    let begun = match OneTime::<LoginFacts>::inspect(service, TokenKind::Login, login).await {
        Ok(begun) => begun,
        Err(refusal) => {
            let refusal = refusal.refusal();
            return if refusal.status() == 400 {
                Ok(Err(dead_login_page(refusal.code())))
            } else {
                Err(refusal)
            };
        }
    };
    let browser = Browser::of_request(service, request);
    if browser.is_some_and(|browser| browser.hash() == begun.facts.browser) {
        Ok(Ok(begun))
    } else {
        Ok(Err(dead_login_page("other_browser")))
    }
}

struct OpenedLink {
    code: OneTime<()>,
    hosted: Box<HostedLink>,
}

/// A link of the hosted login that was not used yet, or the page that says why there is none.
async fn opened<H: Host>(
    service: &Service<'_, H>,
    code: &str,
) -> Result<Result<OpenedLink, Answer>, Refusal> {
    let (facts, code) = match OneTime::<LinkFacts>::inspect(service, TokenKind::MagicLink, code).await {
        Ok(code) => code.into_parts(),
        Err(refusal) => {
            let refusal = refusal.refusal();
            return if refusal.status() == 400 {
                Ok(Err(dead_link_page(refusal.code())))
            } else {
                Err(refusal)
            };
        }
    };
    match facts {
        LinkFacts::Hosted(hosted) => Ok(Ok(OpenedLink { code, hosted })),
        // A link of a backend is that backend's to redeem.
        LinkFacts::Backend { .. } => Ok(Err(dead_link_page("link_of_a_backend"))),
    }
}

fn is_same_browser<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    link: &HostedLink,
) -> bool {
    Browser::of_request(service, request).is_some_and(|browser| browser.hash() == link.browser)
}

async fn application<H: Host>(
    service: &Service<'_, H>,
    asked: &AuthorizationRequest,
) -> Result<String, Refusal> {
    let client = service.client(&asked.client_id).await?;
    Ok(client.map_or_else(String::new, |client| client.name().to_owned()))
}

fn looks_like_an_address(email: &str) -> bool {
    let plain = !email.chars().any(|next| next.is_whitespace() || next.is_control());
    plain && email.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
}

fn address_page(application: &str, login: &str, email: &str, problem: Option<&str>, status: u16) -> Answer {
    let invalid = if problem.is_some() { " aria-invalid=\"true\" aria-describedby=\"problem\"" } else { "" };
    let inner = format!(
        "<label for=\"email\">Email address</label>\
         <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"email\" inputmode=\"email\" \
         autocapitalize=\"none\" spellcheck=\"false\" required autofocus maxlength=\"254\" value=\"{}\"{invalid}>\
         <button type=\"submit\">Send me a link</button>",
        escaped(email),
    );
    let page = Page::new(status, &format!("Log in to {application}"));
    let page = match problem {
        Some(problem) => {
            page.html(&format!("<p id=\"problem\" class=\"alert\" role=\"alert\">{problem}</p>"))
        }
        None => page.paragraph("You get a link by email. There is no password."),
    };
    page.html(&form("/oidc/login", &[("login", login)], &inner)).answer()
}

fn dead_login_page(reason: &'static str) -> Answer {
    let text = "This login has expired, or it began in another browser.";
    Page::refusal(400, "Please start again", text, reason)
        .paragraph("Go back to the application and log in from there.")
        .answer()
}

fn dead_link_page(reason: &'static str) -> Answer {
    let text = "It was used before, has expired, or is not complete.";
    Page::refusal(400, "This link does not work", text, reason)
        .paragraph("Go back to the application and log in from there to get a new one.")
        .answer()
}

fn other_browser_page() -> Answer {
    let text = "For your protection a link works only in the browser in which the login began.";
    Page::refusal(403, "Open this link in the other browser", text, "other_browser")
        .paragraph(
            "Copy the link into that browser. If you began nowhere, ignore the message: somebody typed your address.",
        )
        .answer()
}

fn foreign_page() -> Answer {
    let text = "The form was not sent from a page of this site.";
    Page::refusal(403, "This did not work", text, "cross_site_request").answer()
}
