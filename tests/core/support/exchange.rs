//! Requests to an authorization server as a test writes them, and what comes back.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::Url;

use super::tenant::ISSUER;

/// Parameters of a form or a query, in order.
#[derive(Clone, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// With this value and no other of that name.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// With one value more.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(own, _)| own != name);
        self
    }

    pub(crate) fn encoded(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let pairs = self.0.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

/// A request, to be changed by a test as it needs.
#[derive(Clone, Default)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) authorization: Option<String>,
    pub(crate) dpop: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) sec_fetch_site: Option<&'static str>,
    pub(crate) if_match: Option<&'static str>,
    pub(crate) idempotency_key: Option<&'static str>,
    pub(crate) body: String,
}

impl Call {
    /// GET of a path with its query, as a browser navigates.
    pub(crate) fn get(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { method: "GET", path: path.to_owned(), query: query.to_owned(), ..Self::default() }
    }

    pub(crate) fn post(path: &str, form: &Parameters) -> Self {
        let content_type = Some("application/x-www-form-urlencoded");
        Self { method: "POST", path: path.to_owned(), content_type, body: form.encoded(), ..Self::default() }
    }

    pub(crate) fn json(path: &str, body: &Value) -> Self {
        let content_type = Some("application/json");
        Self {
            method: "POST",
            path: path.to_owned(),
            content_type,
            body: body.to_string(),
            ..Self::default()
        }
    }

    /// POST of a form as a browser sends it from one of the server's own pages.
    pub(crate) fn posted_from_our_page(path: &str, form: &Parameters) -> Self {
        let (origin, sec_fetch_site) = (Some(ISSUER.to_owned()), Some("same-origin"));
        Self { origin, sec_fetch_site, ..Self::post(path, form) }
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        Self { authorization: Some(format!("Bearer {token}")), ..self }
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }
}

/// What came back, and what the log says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) reason: Option<&'static str>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// A text in the JSON of a response that has to be a success.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> String {
        assert!(matches!(self.status, 200 | 201), "{self:?}");
        self.json()[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {self:?}")).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// Where a 303 leads.
    #[track_caller]
    pub(crate) fn location(&self) -> Url {
        assert_eq!(self.status, 303, "{self:?}");
        Url::parse(ISSUER).unwrap().join(self.header("location").unwrap()).unwrap()
    }

    /// A parameter of the place where a 303 leads.
    #[track_caller]
    pub(crate) fn sent(&self, name: &str) -> Option<String> {
        self.location().query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }

    /// The value of a hidden field of a page.
    #[track_caller]
    pub(crate) fn hidden(&self, name: &str) -> String {
        let before = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.body.split_once(&before).unwrap_or_else(|| panic!("no `{name}` in {self:?}"));
        rest.split('"').next().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn granted(self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// Asserts status, OAuth error and reason of a refusal.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, error: &str, reason: &str) {
        let found = (self.status, self.json()["error"].as_str().unwrap_or_default().to_owned(), self.reason);
        assert_eq!(found, (status, error.to_owned(), Some(reason)), "{self:?}");
    }

    /// Asserts status, `error_code` and reason of a refusal of the management API.
    #[track_caller]
    pub(crate) fn refused_by_management(&self, status: u16, code: &str, reason: &str) {
        let body = self.json();
        let found = (self.status, body["error_code"].as_str().unwrap_or_default().to_owned(), self.reason);
        assert_eq!(found, (status, code.to_owned(), Some(reason)), "{self:?}");
        let messages = body["message"].as_array().unwrap();
        assert!(!messages.is_empty() && messages.iter().all(Value::is_string), "{self:?}");
        assert_eq!(self.header("retry-after").is_some(), status == 503, "{self:?}");
    }

    /// Asserts a page that refuses, and sends nobody anywhere.
    #[track_caller]
    pub(crate) fn refused_on_page(&self, status: u16, reason: &str) {
        assert_eq!(
            (self.status, self.reason, self.header("location")),
            (status, Some(reason), None),
            "{self:?}"
        );
        assert_eq!(self.header("content-type"), Some("text/html; charset=utf-8"));
    }

    /// Asserts that the client's redirect URI gets an error.
    #[track_caller]
    pub(crate) fn sent_back_with(&self, error: &str) {
        assert_eq!((self.sent("error").as_deref(), self.sent("code")), (Some(error), None), "{self:?}");
        assert_eq!(self.sent("iss").as_deref(), Some(ISSUER));
    }
}
