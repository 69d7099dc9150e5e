//! The server side of the console. The console is an application like others: people log in to it by the redirect flow.
//! What it holds for them is a cookie that no script can read; it then does what they ask as management, and the audit
//! log says for whom. No token reaches the browser.

mod administrator;
mod login;

use serde_json::json;

use crate::config::Client;
use crate::host::Host;
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::HttpResponse;

use super::authorize::browser::without_session;
use super::authorize::response::unavailable;
use super::cookie::is_from_our_page;
use super::logout;
use super::management::{self, Caller};
use super::refusal::Refusal;
use super::request::{Answer, IssuerRequest};
use super::service::Service;
use administrator::{Administrator, NotLetIn};

const API: &str = "/console/api";

/// Answers a request to the console's server side; `None` where the path is none of it, or the tenant has no console.
pub(super) async fn answer<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Option<Answer> {
    let client_id = service.tenant.console_client()?;
    let done = match (request.path, request.method) {
        ("/console/login", "GET") => login::begin(service, request, client_id),
        ("/console/callback", "GET") => login::finish(service, request, client_id).await,
        ("/console/session", "GET") => session(service, request).await,
        ("/console/logout", "POST") => log_out(service, request).await,
        ("/console/login" | "/console/callback" | "/console/session", _) => {
            return Some(super::not_allowed("GET"));
        }
        ("/console/logout", _) => return Some(super::not_allowed("POST")),
        (path, _) if path.starts_with("/console/api/v1/") => called(service, request).await,
        _ => return None,
    };
    let is_page = ["/console/login", "/console/callback"].contains(&request.path);
    let refuse = |refusal: Refusal| match is_page {
        true => unavailable(refusal),
        false => refusal.answer(service.tenant.issuer()),
    };
    Some(done.unwrap_or_else(refuse))
}

/// Does what management may do, for the user whom the cookie names.
async fn called<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Result<Answer, Refusal> {
    // Every page that changes something says where it comes from; `SameSite` would hold back the cookie of others.
    let tells = request.origin.is_some() || request.sec_fetch_site.is_some();
    if request.method != "GET" && !(tells && is_from_our_page(service, request)) {
        return Ok(refused(403, "cross_site_request"));
    }
    let administrator = match Administrator::of_request(service, request).await? {
        Ok(administrator) => administrator,
        Err(not_let_in) => return Ok(not_let_in.answer()),
    };
    let caller = Caller::acting(administrator.client.id().clone(), administrator.user.id().clone());
    let path = request.path.strip_prefix(API).unwrap_or_default();
    let request = IssuerRequest { path, authorization: None, cookie: None, ..*request };
    Ok(management::perform(service, &caller, &request).await)
}

/// `GET /console/session`: who is logged in.
async fn session<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Result<Answer, Refusal> {
    let Administrator { user, expires_at, .. } = match Administrator::of_request(service, request).await? {
        Ok(administrator) => administrator,
        Err(not_let_in) => return Ok(not_let_in.answer()),
    };
    let body = json!({
        "user_id": user.id().as_str(), "email": user.email(), "tenant_id": service.tenant.id().as_str(),
        "tenant": service.tenant.issuer(), "hosts": service.tenant.hosts(), "expires_at": expires_at.seconds(),
    });
    Ok(Answer::plain(HttpResponse::json(200, &body).not_stored()))
}

/// `POST /console/logout`: ends the session, which every application of this browser shares.
async fn log_out<H: Host>(service: &Service<'_, H>, request: &IssuerRequest<'_>) -> Result<Answer, Refusal> {
    if !is_from_our_page(service, request) {
        return Ok(refused(403, "cross_site_request"));
    }
    // Whoever lost the role logs out like others: the cookie is ours, and names their session.
    let named = administrator::named(service, request)?;
    let user = match &named {
        Some((user_id, ..)) => service.user(user_id).await?,
        None => None,
    };
    if let (Some(user), Some((_, sid, _))) = (user, named) {
        match service.user_account(&user, AccountCommand::EndSession { sid }).await? {
            AccountReply::Ended { sessions } => logout::notify(service, user.id(), &sessions).await,
            AccountReply::Done {} => {}
            other => return Err(super::user_grant::refusal(&other)),
        }
    }
    let body = json!({ "redirect": "/console/" });
    let response = HttpResponse::json(200, &body).not_stored();
    let response = response.with("set-cookie", administrator::without_cookie(service));
    Ok(Answer::plain(response.with("set-cookie", without_session(service))))
}

/// The console's client. A tenant that names one that is gone has no console.
async fn client<H: Host>(service: &Service<'_, H>) -> Result<Option<Client>, Refusal> {
    match service.tenant.console_client() {
        Some(client_id) => service.client(client_id).await,
        None => Ok(None),
    }
}

impl NotLetIn {
    fn answer(self) -> Answer {
        match self {
            Self::NotLoggedIn => refused(401, "login_required"),
            Self::NoAdministrator => refused(403, "no_administrator"),
        }
    }
}

fn refused(status: u16, reason: &'static str) -> Answer {
    let message = match reason {
        "login_required" => "log in again",
        "no_administrator" => "only users with the role `tenant-administrator` may administer the tenant",
        _ => "this request does not come from a page of the console",
    };
    let mut body = json!({ "message": [message], "error_code": reason });
    if let (401, Some(body)) = (status, body.as_object_mut()) {
        body.insert("login".to_owned(), json!("/console/login"));
    }
    Answer { response: HttpResponse::json(status, &body).not_stored(), reason: Some(reason) }
}
