//! The hosted pages: plain HTML that works without scripts, under a policy that allows nothing else.

use crate::vocabulary::{HttpResponse, escaped};

use super::super::request::Answer;

/// Where the one style sheet is.
pub(in super::super) const STYLE_PATH: &str = "/oidc/style.css";
const STYLE: &str = include_str!("style.css");

/// A page in the making. Whatever is not ours in it has been escaped.
pub(in super::super) struct Page {
    status: u16,
    title: String,
    main: String,
    form_target: Option<String>,
    reason: Option<&'static str>,
}

impl Page {
    /// A page with a heading.
    pub(in super::super) fn new(status: u16, title: &str) -> Self {
        let main = format!("<h1>{}</h1>", escaped(title));
        Self { status, title: escaped(title), main, form_target: None, reason: None }
    }

    /// A page that says why it goes no further, with the reason for the log.
    pub(in super::super) fn refusal(status: u16, title: &str, text: &str, reason: &'static str) -> Self {
        Self { reason: Some(reason), ..Self::new(status, title).paragraph(text) }
    }

    pub(in super::super) fn paragraph(mut self, text: &str) -> Self {
        self.main.push_str(&format!("<p>{}</p>", escaped(text)));
        self
    }

    /// HTML whose parts the caller has escaped.
    pub(in super::super) fn html(mut self, html: &str) -> Self {
        self.main.push_str(html);
        self
    }

    /// The URI to which the page's form leads in the end: browsers apply the policy to redirects too.
    pub(super) fn leading_to(mut self, uri: &str) -> Self {
        self.form_target = source_expression(uri);
        self
    }

    pub(in super::super) fn answer(self) -> Answer {
        let Self { status, title, main, form_target, reason } = self;
        let body = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n\
             <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n</head>\n<body>\n<main>\n{main}\n</main>\n</body>\n</html>\n",
        );
        let form_action = form_target.map_or("'self'".to_owned(), |target| format!("'self' {target}"));
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action {form_action}; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        let response = HttpResponse {
            status,
            headers: vec![("content-type", "text/html; charset=utf-8".to_owned())],
            body,
        };
        let response = response
            .not_stored()
            .with("content-security-policy", policy)
            .with("x-frame-options", "DENY")
            .with("x-content-type-options", "nosniff")
            // `no-referrer` would also take the `Origin` away by which a form proves where it was.
            .with("referrer-policy", "same-origin");
        Answer { response, reason }
    }
}

/// The style sheet.
pub(in super::super) fn style() -> Answer {
    let response = HttpResponse {
        status: 200,
        headers: vec![("content-type", "text/css; charset=utf-8".to_owned())],
        body: STYLE.to_owned(),
    };
    Answer::plain(
        response.with("cache-control", "public, max-age=3600").with("x-content-type-options", "nosniff"),
    )
}

/// A form that posts `hidden` fields to `action`, with what `inner` shows.
pub(super) fn form(action: &str, hidden: &[(&str, &str)], inner: &str) -> String {
    let mut html = format!("<form method=\"post\" action=\"{action}\">");
    for (name, value) in hidden {
        html.push_str(&format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escaped(value)));
    }
    html.push_str(inner);
    html.push_str("</form>");
    html
}

/// The origin of an http URI, the scheme of any other.
fn source_expression(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok()?;
    if matches!(url.scheme(), "http" | "https") {
        Some(url.origin().ascii_serialization())
    } else {
        Some(format!("{}:", url.scheme()))
    }
}
