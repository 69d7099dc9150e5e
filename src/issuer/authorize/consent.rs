//! The question whether an application of somebody else may have what it asks for.

use serde::{Deserialize, Serialize};

use crate::config::{Client, ScopeDefinition};
use crate::host::Host;
use crate::sealing::TokenKind;
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::{
    ErrorCode, PROTOCOL_SCOPES, ResourceId, Scope, ScopeToken, SecretHash, SessionId, escaped,
    with_parameters,
};

use super::super::cookie::is_from_our_page;
use super::super::form::Form;
use super::super::one_time::{self, OneTime};
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::user_grant::{EnteringUser, refusal};
use super::browser::{Browser, BrowserSession};
use super::endpoint::{Granted, Login, entering, granted, issue, named_client, resumed};
use super::page::{Page, form};
use super::request::{AuthorizationRequest, RequestFault};
use super::response::{to_page, with_error};

/// How long the question may stay open, in seconds.
const CONSENT_LIFETIME: u64 = 3_600;
/// The protocol's scopes in words, besides `openid`, which everybody gets.
const ABOUT_THE_USER: [(&str, &str); 3] = [
    ("email", "See your email address"),
    ("profile", "See your profile"),
    ("offline_access", "Keep access while you are away"),
];

/// A question that was asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentFacts {
    asked: AuthorizationRequest,
    browser: SecretHash,
    /// The session of the user who was asked.
    sid: SessionId,
    /// What the question is about.
    scopes: Vec<(ResourceId, Scope)>,
}

/// Whether the user has to be asked: for clients of others, unless they approved all of it before.
pub(super) async fn is_needed<H: Host>(
    service: &Service<'_, H>,
    client: &Client,
    user: &EnteringUser,
    asked: &AuthorizationRequest,
    granted: &[Granted<'_>],
) -> Result<bool, Refusal> {
    if asked.prompt.consent {
        return Ok(true);
    }
    if !client.is_third_party() {
        return Ok(false);
    }
    let command = AccountCommand::Approvals { client_id: client.id().clone() };
    match service.user_account(user.user(), command).await? {
        AccountReply::Approvals { scopes } => {
            Ok(!granted.iter().all(|granted| is_approved(&scopes, granted)))
        }
        other => Err(refusal(&other)),
    }
}

fn is_approved(approved: &[(ResourceId, Scope)], granted: &Granted<'_>) -> bool {
    let id = granted.resource.resource().id();
    approved.iter().any(|(resource, scope)| resource == id && scope.covers(&granted.scope))
}

/// Sends the browser to the question.
pub(super) async fn begin<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    asked: AuthorizationRequest,
    login: &Login,
    granted: &[Granted<'_>],
    mut cookies: Vec<String>,
) -> Result<Answer, Refusal> {
    let browser = Browser::of_request_or_new(service, request)?;
    let scopes = scopes(granted);
    let facts = ConsentFacts { asked, browser: browser.hash(), sid: login.session.sid.clone(), scopes };
    let consent = one_time::open(service, TokenKind::Consent, &facts, CONSENT_LIFETIME).await?;
    cookies.push(browser.cookie(service));
    Ok(to_page(&with_parameters("/oidc/consent", &[("consent", consent.text())]), cookies))
}

/// `GET /oidc/consent`: what is asked, in words.
pub(super) async fn show<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    let query = Form::of_query(request.query)?;
    let consent = query.value("consent").unwrap_or_default();
    let question = match question(service, request, consent).await? {
        Ok(question) => question,
        Err(page) => return Ok(page),
    };
    let Question { client, user, login, open } = &question;
    let granted = match still_granted(service, client, user, &open.facts) {
        Ok(granted) => granted,
        Err(fault) => {
            let address = open.facts.asked.return_address();
            return Ok(with_error(service, &address, fault, Vec::new()));
        }
    };
    let mut list = about_the_user(&granted);
    for granted in &granted {
        list.push_str(&described(granted));
    }
    let buttons = "<div class=\"row\"><button type=\"submit\" name=\"decision\" value=\"approve\">Allow</button>\
                   <button class=\"quiet\" type=\"submit\" name=\"decision\" value=\"deny\">Do not allow</button></div>";
    Ok(Page::new(200, &format!("{} asks for access", client.name()))
        .html(&format!("<p>You are logged in as <strong>{}</strong>.</p>", escaped(login.user.email())))
        .paragraph("If you allow it, it may:")
        .html(&format!("<ul class=\"scopes\">{list}</ul>"))
        .html(&form("/oidc/consent", &[("consent", consent)], buttons))
        .leading_to(&open.facts.asked.redirect_uri)
        .answer())
}

/// `POST /oidc/consent`: the decision, taken once.
pub(super) async fn decide<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    if !is_from_our_page(service, request) {
        return Ok(dead_page("cross_site_request"));
    }
    let posted = Form::of(request)?;
    let approves = match posted.value("decision") {
        Some("approve") => true,
        Some("deny") => false,
        _ => return Err(Refusal::Malformed("decision")),
    };
    let question = match question(service, request, posted.value("consent").unwrap_or_default()).await? {
        Ok(question) => question,
        Err(page) => return Ok(page),
    };
    let Question { client, user, login, open } = question;
    let granted = still_granted(service, &client, &user, &open.facts);
    let asked = match open.redeem(service, String::new()).await {
        Ok(facts) => facts.asked,
        Err(refusal) => return dead(refusal.refusal()),
    };
    let cookies = vec![login.session.cookie(service, &login.facts)];
    let address = asked.return_address();
    let granted = match granted {
        Ok(granted) if approves => granted,
        Ok(_) => {
            let fault =
                RequestFault { error: ErrorCode::AccessDenied, description: "the user did not approve" };
            return Ok(with_error(service, &address, fault, cookies));
        }
        Err(fault) => return Ok(with_error(service, &address, fault, cookies)),
    };
    let command = AccountCommand::Approve { client_id: client.id().clone(), scopes: scopes(&granted) };
    match service.user_account(user.user(), command).await? {
        AccountReply::Done {} => issue(service, asked, &login, &granted, cookies).await,
        other => Err(refusal(&other)),
    }
}

fn scopes(granted: &[Granted<'_>]) -> Vec<(ResourceId, Scope)> {
    granted.iter().map(|granted| (granted.resource.resource().id().clone(), granted.scope.clone())).collect()
}

/// What can be granted now of what the question is about: a role that came meanwhile was not asked for.
fn still_granted<'a, H: Host>(
    service: &Service<'a, H>,
    client: &Client,
    user: &EnteringUser,
    facts: &ConsentFacts,
) -> Result<Vec<Granted<'a>>, RequestFault> {
    let mut granted = granted(service, client, user, &facts.asked)?;
    for granted in &mut granted {
        let id = granted.resource.resource().id();
        let asked = facts.scopes.iter().find(|(resource, _)| resource == id);
        let asked = |token: &ScopeToken| asked.is_some_and(|(_, scope)| scope.contains(token.as_str()));
        granted.scope = granted.scope.narrowed(asked);
    }
    Ok(granted)
}

struct Question {
    client: Client,
    user: EnteringUser,
    login: Login,
    open: OneTime<ConsentFacts>,
}

/// The question that was asked in this browser of the user whose session it still has.
async fn question<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    consent: &str,
) -> Result<Result<Question, Answer>, Refusal> {
    let open = match OneTime::<ConsentFacts>::inspect(service, TokenKind::Consent, consent).await {
        Ok(open) => open,
        Err(refusal) => return dead(refusal.refusal()).map(Err),
    };
    let browser = Browser::of_request(service, request);
    if browser.is_none_or(|browser| browser.hash() != open.facts.browser) {
        return Ok(Err(dead_page("other_browser")));
    }
    let session = BrowserSession::of_request(service, request)?;
    let Some(session) = session.filter(|session| session.sid == open.facts.sid) else {
        return Ok(Err(dead_page("session_unknown")));
    };
    let Some((user, facts)) = resumed(service, &session, None).await? else {
        return Ok(Err(dead_page("session_unknown")));
    };
    let asked = &open.facts.asked;
    let Some(client) = named_client(service, Some(asked.client_id.as_str())).await? else {
        return Ok(Err(dead_page("client_unknown")));
    };
    match entering(user.clone(), &client) {
        Ok(entering) => {
            Ok(Ok(Question { client, user: entering, login: Login { session, user, facts }, open }))
        }
        Err(fault) => Ok(Err(with_error(service, &asked.return_address(), fault, Vec::new()))),
    }
}

/// What the protocol's own scopes come to, for all resources together: they are about the user.
fn about_the_user(granted: &[Granted<'_>]) -> String {
    let mut items = vec!["Know who you are"];
    for (name, text) in ABOUT_THE_USER {
        if granted.iter().any(|granted| granted.scope.iter().any(|token| token.as_str() == name)) {
            items.push(text);
        }
    }
    group("You", items.into_iter())
}

/// What may be done at a resource; nothing where only the protocol's own scopes were granted.
fn described(granted: &Granted<'_>) -> String {
    let resource = granted.resource.resource();
    let items: Vec<&str> = granted
        .scope
        .iter()
        .map(ScopeToken::as_str)
        .filter(|name| !PROTOCOL_SCOPES.contains(name))
        .map(|name| {
            let defined = resource.scopes().iter().find(|scope| scope.name().as_str() == name);
            defined.map(ScopeDefinition::description).filter(|text| !text.is_empty()).unwrap_or(name)
        })
        .collect();
    // A rule may need no scope: being for this resource is enough, so it is named in any case.
    match items.is_empty() {
        true if resource.is_default() => String::new(),
        true => group(resource.name(), ["Use it in your name"].into_iter()),
        false => group(resource.name(), items.into_iter()),
    }
}

fn group<'a>(title: &str, items: impl Iterator<Item = &'a str>) -> String {
    let items: String = items.map(|item| format!("<li>{}</li>", escaped(item))).collect();
    format!("<li><strong>{}</strong><ul>{items}</ul></li>", escaped(title))
}

fn dead(refusal: Refusal) -> Result<Answer, Refusal> {
    if refusal.status() == 400 { Ok(dead_page(refusal.code())) } else { Err(refusal) }
}

fn dead_page(reason: &'static str) -> Answer {
    let text = "The question was answered before, has expired, or was asked in another browser.";
    Page::refusal(400, "Please start again", text, reason)
        .paragraph("Go back to the application and log in from there.")
        .answer()
}
