//! Logout that a client begins: OpenID Connect RP-Initiated Logout 1.0.

use crate::config::Client;
use crate::host::Host;
use crate::jose::UntrustedJws;
use crate::session::{AccountCommand, AccountReply, Style};
use crate::vocabulary::json::Json;
use crate::vocabulary::with_parameters;

use super::super::cookie::is_from_our_page;
use super::super::form::Form;
use super::super::logout::notify;
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::{Service, Subject};
use super::super::user_grant::refusal;
use super::browser::{BrowserSession, without_session};
use super::endpoint::named_client;
use super::page::{Page, form};
use super::response::to_page;

const MAX_DEPTH: usize = 4;
const MAX_STATE: usize = 2_048;

/// What a request for logout says, as far as it proved true.
struct LogoutRequest {
    /// The session that a client's ID token names.
    sid: Option<String>,
    /// Where the browser goes afterwards: registered by that client, `state` included.
    location: Option<String>,
}

/// `GET` and `POST /oidc/session/end`: at once for a client that shows an ID token of this very session, else after
/// the user has confirmed, so that no page can log them out.
pub(super) async fn end<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    let parameters =
        if request.method == "POST" { Form::of(request)? } else { Form::of_query(request.query)? };
    let asked = match read(service, &parameters).await? {
        Ok(asked) => asked,
        Err(page) => return Ok(page),
    };
    let carried: Vec<(&str, &str)> = ["client_id", "id_token_hint", "post_logout_redirect_uri", "state"]
        .into_iter()
        .filter_map(|name| Some((name, parameters.value(name)?)))
        .collect();
    let Some(session) = BrowserSession::of_request(service, request)? else {
        // `SameSite=Lax` holds the cookie back from a form that a client's page posts, and not from the GET after it.
        if request.method == "POST" {
            return Ok(to_page(&with_parameters("/oidc/session/end", &carried), Vec::new()));
        }
        return Ok(ended(service, asked.location.as_deref()));
    };
    if asked.sid.as_deref() == Some(session.sid.as_str()) {
        return log_out(service, &session, asked.location.as_deref()).await;
    }
    let page = Page::new(200, "Log out?")
        .paragraph("This ends your session in every application here.")
        .html(&form(
            "/oidc/session/end/confirm",
            &carried,
            "<button type=\"submit\" autofocus>Log out</button>",
        ));
    let page = match &asked.location {
        Some(location) => page.leading_to(location),
        None => page,
    };
    Ok(page.answer())
}

/// `POST /oidc/session/end/confirm`.
pub(super) async fn confirm<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Refusal> {
    if !is_from_our_page(service, request) {
        let text = "The form was not sent from a page of this site.";
        return Ok(Page::refusal(403, "This did not work", text, "cross_site_request").answer());
    }
    let asked = match read(service, &Form::of(request)?).await? {
        Ok(asked) => asked,
        Err(page) => return Ok(page),
    };
    match BrowserSession::of_request(service, request)? {
        Some(session) => log_out(service, &session, asked.location.as_deref()).await,
        None => Ok(ended(service, asked.location.as_deref())),
    }
}

async fn log_out<H: Host>(
    service: &Service<'_, H>,
    session: &BrowserSession,
    location: Option<&str>,
) -> Result<Answer, Refusal> {
    let command = AccountCommand::Logout {
        sid: session.sid.clone(),
        secret: session.token.hash(),
        style: Style::Browser,
    };
    match service.account(Subject::User(&session.user_id), None, command).await? {
        AccountReply::Ended { sessions } => notify(service, &session.user_id, &sessions).await,
        other => match refusal(&other) {
            Refusal::SessionUnknown | Refusal::SessionExpired | Refusal::UserSuspended => {}
            unavailable => return Err(unavailable),
        },
    }
    Ok(ended(service, location))
}

fn ended<H: Host>(service: &Service<'_, H>, location: Option<&str>) -> Answer {
    let cookie = without_session(service);
    match location {
        Some(location) => to_page(location, vec![cookie]),
        None => {
            let mut answer =
                Page::new(200, "You are logged out").paragraph("You can close this window.").answer();
            answer.response = answer.response.with("set-cookie", cookie);
            answer
        }
    }
}

async fn read<H: Host>(
    service: &Service<'_, H>,
    parameters: &Form,
) -> Result<Result<LogoutRequest, Answer>, Refusal> {
    let refused = |text: &str, reason| {
        Ok(Err(Page::refusal(400, "This logout link does not work", text, reason).answer()))
    };
    let hint = match parameters.value("id_token_hint") {
        None => None,
        Some(token) => match verified_hint(service, token).await? {
            Some(hint) => Some(hint),
            None => return refused("The ID token is not one of ours.", "id_token_hint_malformed"),
        },
    };
    let named = parameters.value("client_id");
    if let (Some(hint), Some(named)) = (&hint, named)
        && hint.client_id != named
    {
        return refused("The ID token is another application's.", "id_token_hint_of_another_client");
    }
    let client_id = hint.as_ref().map(|hint| hint.client_id.as_str()).or(named);
    let client = named_client(service, client_id).await?;
    let location = match parameters.value("post_logout_redirect_uri") {
        None => None,
        Some(uri) => match client.as_ref().filter(|client| permits(client, uri)) {
            Some(_) => {
                let state = parameters.value("state").filter(|state| state.len() <= MAX_STATE);
                let state: Vec<_> = state.into_iter().map(|state| ("state", state)).collect();
                Some(with_parameters(uri, &state))
            }
            None => {
                let text = "The address to go to afterwards is not registered for the application.";
                return refused(text, "post_logout_redirect_uri_unknown");
            }
        },
    };
    Ok(Ok(LogoutRequest { sid: hint.and_then(|hint| hint.sid), location }))
}

fn permits(client: &Client, uri: &str) -> bool {
    client.post_logout_redirect_uris().iter().any(|registered| registered == uri)
}

struct Hint {
    client_id: String,
    sid: Option<String>,
}

/// An ID token of ours, expired or not (section 2); `None` for anything else.
async fn verified_hint<H: Host>(service: &Service<'_, H>, token: &str) -> Result<Option<Hint>, Refusal> {
    let Ok(jws) = UntrustedJws::parse(token) else { return Ok(None) };
    if jws.typ() != Some("JWT") {
        return Ok(None);
    }
    let Some(key) = service.tenant.verification_keys().candidates(&jws).next() else { return Ok(None) };
    if key.check_signature_form(jws.algorithm(), jws.signature()).is_err() {
        return Ok(None);
    }
    let verified = service.host.verify(key, jws.algorithm(), jws.signing_input(), jws.signature()).await;
    if !verified.map_err(|_| Refusal::HostUnavailable)? {
        return Ok(None);
    }
    let Ok(payload) = Json::parse(jws.payload(), MAX_DEPTH) else { return Ok(None) };
    let text = |name| payload.member(name).and_then(Json::as_str);
    if text("iss") != Some(service.tenant.issuer()) || text("tid") != Some(service.tenant.id().as_str()) {
        return Ok(None);
    }
    Ok(text("aud")
        .map(|client_id| Hint { client_id: client_id.to_owned(), sid: text("sid").map(ToOwned::to_owned) }))
}
