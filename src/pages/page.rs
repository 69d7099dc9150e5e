//! The few pages of the gate itself: plain HTML without scripts, under a policy that allows nothing else.

use crate::vocabulary::{HttpResponse, escaped};

use super::host::Denial;
use super::refusal::PageRefusal;
use super::visit::Site;

const STYLE: &str = include_str!("style.css");
pub(super) const STYLE_NAME: &str = "/style.css";

/// A page of ours with that heading; `main` is HTML whose parts were escaped. Its form may lead on to `form_target`.
pub(super) fn page(
    site: &Site,
    status: u16,
    title: &str,
    main: &str,
    form_target: Option<&str>,
) -> HttpResponse {
    let style = format!("{}{STYLE_NAME}", site.settings.path());
    let body = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"{style}\">\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{main}\n</main>\n</body>\n</html>\n",
        title = escaped(title),
    );
    let target = form_target.map(|target| format!(" {target}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self'{target}; frame-ancestors 'none'; base-uri 'none'"
    );
    let headers = vec![("content-type", "text/html; charset=utf-8".to_owned())];
    HttpResponse { status, headers, body }
        .not_stored()
        .with("content-security-policy", policy)
        .with("x-frame-options", "DENY")
        .with("x-content-type-options", "nosniff")
        // `no-referrer` would also take the `Origin` away by which a form proves where it was.
        .with("referrer-policy", "same-origin")
}

/// The page for a refusal, from which `again` leads on: a URL of this host.
pub(super) fn refused(site: &Site, refusal: PageRefusal, again: Option<&str>) -> HttpResponse {
    let (title, text) = refusal.words();
    let again =
        again.map(|url| format!("<p><a href=\"{}\">Try again</a></p>", escaped(url))).unwrap_or_default();
    let response = page(site, refusal.status(), title, &format!("<p>{text}</p>\n{again}"), None);
    match refusal.status() {
        503 => response.with("retry-after", "1"),
        405 => response.with("allow", "GET, POST"),
        _ => response,
    }
}

/// The page for a refusal of the gate, for somebody who navigated to `url`.
pub(super) fn denied(site: &Site, denial: &Denial, url: &str, logged_in: bool) -> HttpResponse {
    let (title, text, may_pass) = match (denial.status, denial.reason.as_str()) {
        (503, _) => ("Not available now", "This is not possible for the moment. Please try again.", true),
        (401, _) => ("Not logged in", "Your login was not accepted here.", true),
        (_, "no_resource" | "no_rule") => {
            ("Nothing here", "There is nothing for you at this address.", false)
        }
        (_, "ambiguous_path") => ("Nothing here", "This address can be read in more than one way.", false),
        _ => ("Not for you", "You are logged in, and this page is not open to you.", false),
    };
    let mut main = format!("<p>{text}</p>\n<p>Reason: {}</p>", escaped(&denial.reason));
    if may_pass {
        main.push_str(&format!("\n<p><a href=\"{}\">Try again</a></p>", escaped(url)));
    } else if logged_in {
        main.push_str(&format!("\n<p><a href=\"{}/logout\">Log out</a></p>", site.settings.path()));
    }
    let response = page(site, denial.status, title, &main, None);
    match &denial.challenge {
        Some(challenge) => response.with("www-authenticate", challenge),
        None => response,
    }
}

/// The style sheet of all of them.
pub(super) fn style() -> HttpResponse {
    let headers = vec![("content-type", "text/css; charset=utf-8".to_owned())];
    HttpResponse { status: 200, headers, body: STYLE.to_owned() }
        .with("cache-control", "public, max-age=3600")
        .with("x-content-type-options", "nosniff")
}
