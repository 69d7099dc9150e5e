//! What the redirect flow answers: back to the client by 303 with `iss` (RFC 9207), or a page.

use crate::host::Host;
use crate::vocabulary::{ErrorCode, HttpResponse, with_parameters};

use super::super::refusal::Refusal;
use super::super::request::Answer;
use super::super::service::Service;
use super::page::Page;
use super::request::{RequestFault, ReturnAddress};

/// Sends the browser to `path` of ours.
pub(super) fn to_page(location: &str, cookies: Vec<String>) -> Answer {
    Answer::plain(see_other(location, cookies))
}

/// Sends the browser back with a code.
pub(super) fn with_code<H: Host>(
    service: &Service<'_, H>,
    address: &ReturnAddress,
    code: &str,
    cookies: Vec<String>,
) -> Answer {
    let location = back(service, address, &[("code", code)]);
    Answer::plain(see_other(&location, cookies))
}

/// Sends the browser back with an error.
pub(super) fn with_error<H: Host>(
    service: &Service<'_, H>,
    address: &ReturnAddress,
    fault: RequestFault,
    cookies: Vec<String>,
) -> Answer {
    let RequestFault { error, description } = fault;
    let location = back(service, address, &[("error", error.as_str()), ("error_description", description)]);
    Answer { response: see_other(&location, cookies), reason: Some(error.as_str()) }
}

/// The page for what cannot be done now; a retry is safe.
pub(in super::super) fn unavailable(refusal: Refusal) -> Answer {
    if refusal == Refusal::TooManyRequests {
        let text = "There were too many attempts. Please try again in a minute.";
        let mut answer = Page::refusal(429, "Too many attempts", text, refusal.code()).answer();
        answer.response = answer.response.with("retry-after", "60");
        return answer;
    }
    if refusal.error_code() != ErrorCode::TemporarilyUnavailable {
        let text = "This request cannot be answered. Please go back to the application and start again.";
        return Page::refusal(400, "This did not work", text, refusal.code()).answer();
    }
    let text = "Logging in is not possible for the moment. Please try again.";
    let page = Page::refusal(503, "Not available now", text, refusal.code());
    // What is missing concerns whoever runs this, and is no secret.
    let page = match refusal {
        Refusal::NotDeployed(_) => page.paragraph(&refusal.description()),
        _ => page,
    };
    let mut answer = page.answer();
    answer.response = answer.response.with("retry-after", "1");
    answer
}

/// 303, so that a form that was posted is not posted on (RFC 9700 section 4.12).
fn see_other(location: &str, cookies: Vec<String>) -> HttpResponse {
    let response = HttpResponse::empty(303)
        .with("location", location)
        .with("referrer-policy", "no-referrer")
        .not_stored();
    cookies.into_iter().fold(response, |response, cookie| response.with("set-cookie", cookie))
}

fn back<H: Host>(service: &Service<'_, H>, address: &ReturnAddress, answer: &[(&str, &str)]) -> String {
    let mut parameters = answer.to_vec();
    parameters.extend(address.state.as_deref().map(|state| ("state", state)));
    parameters.push(("iss", service.tenant.issuer()));
    with_parameters(&address.redirect_uri, &parameters)
}
