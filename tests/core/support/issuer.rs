//! The authorization server of the shop, with everything that it needs in memory.

use std::cell::Cell;
use std::rc::Rc;

use audgate::config::{Tenant, TenantDocument};
use audgate::directory::publication::publish;
use audgate::issuer::{IssuerRequest, answer};
use audgate::sealing::MasterKeys;
use audgate::vocabulary::{TenantId, UnixTime};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use url::Url;

use super::host::{CallFault, MemoryHost, Objects, run};
use super::shop::{APP, INSIGHTS, SERVICE, WEB, shop};
use super::tenant::{HS256, ISSUER, SECRET};
use super::token::Token;

const MASTER_KEY: &str = "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

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
    pub(crate) cookie: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) sec_fetch_site: Option<&'static str>,
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

/// An authorization server and its platform.
pub(crate) struct Issuer {
    pub(crate) host: MemoryHost,
    pub(crate) tenant: Rc<Tenant>,
    pub(crate) master_keys: Option<MasterKeys>,
    document: Value,
    assertions: Cell<u32>,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        Self::of(|_| ())
    }

    /// Of a document that differs from the usual one.
    pub(crate) fn of(change: impl FnOnce(&mut Value)) -> Self {
        let mut document = shop();
        change(&mut document);
        let (tenant, records) = published(&document, super::tenant::NOW - 60);
        Self {
            host: MemoryHost::of(records),
            tenant,
            master_keys: Some(MasterKeys::parse(MASTER_KEY).unwrap()),
            document,
            assertions: Cell::new(0),
        }
    }

    /// Changes the document and publishes it as a newer version, for everybody to see at once.
    pub(crate) fn republish(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.document);
        (self.tenant, self.host.records) = published(&self.document, self.tenant.version() + 1);
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.host.now.set(self.host.now.get() + seconds);
    }

    pub(crate) fn now(&self) -> u64 {
        self.host.now.get()
    }

    /// Lets one of the next calls to objects fail: the first is number 0.
    pub(crate) fn fail_call(&self, number: usize, fault: CallFault) {
        let mut faults = self.host.call_faults.borrow_mut();
        faults.clear();
        faults.extend((0..number).map(|_| None));
        faults.push_back(Some(fault));
    }

    /// Everything that is stored in objects.
    pub(crate) fn objects(&self) -> Objects {
        self.host.objects.borrow().clone()
    }

    pub(crate) fn answer(&self, call: &Call) -> Reply {
        self.answer_if_ours(call).expect("an endpoint")
    }

    pub(crate) fn answer_if_ours(&self, call: &Call) -> Option<Reply> {
        let request = IssuerRequest {
            method: call.method,
            path: &call.path,
            query: &call.query,
            content_type: call.content_type,
            authorization: call.authorization.as_deref(),
            cookie: call.cookie.as_deref(),
            origin: call.origin.as_deref(),
            sec_fetch_site: call.sec_fetch_site,
            address: "192.0.2.1",
            body: call.body.as_bytes(),
        };
        let now = UnixTime::from_seconds(self.now());
        let answer = run(answer(&self.host, &self.tenant, self.master_keys.as_ref(), &request, now))?;
        let response = answer.response;
        let (status, headers, body) = (response.status, response.headers, response.body);
        Some(Reply { status, headers, body, reason: answer.reason })
    }

    /// POST of a form by a client, authenticated in its own way.
    pub(crate) fn ask(&self, client: &str, path: &str, form: &Parameters) -> Reply {
        self.answer(&self.authenticated(client, path, form))
    }

    pub(crate) fn authenticated(&self, client: &str, path: &str, form: &Parameters) -> Call {
        let form = match client {
            WEB | APP => form.clone().with("client_id", client),
            INSIGHTS => form.clone().with("client_id", client).with("client_secret", SECRET),
            SERVICE => {
                let assertion = self.assertion().compact();
                form.clone()
                    .with("client_assertion_type", ASSERTION_TYPE)
                    .with("client_assertion", &assertion)
            }
            _ => return Call { authorization: Some(basic(client)), ..Call::post(path, form) },
        };
        Call::post(path, &form)
    }

    /// A fresh assertion of the client that authenticates by its key.
    pub(crate) fn assertion(&self) -> Token {
        self.assertions.set(self.assertions.get() + 1);
        let claims = json!({
            "iss": SERVICE, "sub": SERVICE, "aud": ISSUER, "iat": self.now(), "exp": self.now() + 60,
            "jti": format!("assertion-{}", self.assertions.get()),
        });
        Token { header: json!({ "alg": "ES256", "kid": "es256" }), claims, ..Token::of_client() }
    }

    pub(crate) fn token(&self, client: &str, form: &Parameters) -> Reply {
        self.ask(client, "/oidc/token", form)
    }

    /// A client's own token for the paths of this server.
    pub(crate) fn client_token(&self, client: &str) -> String {
        self.token(client, &Parameters::of(&[("grant_type", "client_credentials")])).text("access_token")
    }

    /// POST of JSON to the backend API by a client of its own.
    pub(crate) fn call(&self, client: &str, path: &str, body: &Value) -> Reply {
        self.answer(&Call::json(path, body).bearer(&self.client_token(client)))
    }

    pub(crate) fn refresh(&self, client: &str, refresh_token: &str) -> Reply {
        self.refresh_with(client, refresh_token, &[])
    }

    pub(crate) fn refresh_with(&self, client: &str, refresh_token: &str, more: &[(&str, &str)]) -> Reply {
        let form = Parameters::of(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]);
        self.token(client, &more.iter().fold(form, |form, (name, value)| form.and(name, value)))
    }
}

pub(crate) fn basic(client: &str) -> String {
    format!("Basic {}", Base64::encode_string(format!("{client}:{SECRET}").as_bytes()))
}

/// The claims of a compact JWS, unverified.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

fn published(document: &Value, at: u64) -> (Rc<Tenant>, std::collections::BTreeMap<String, String>) {
    let document = TenantDocument::parse(&document.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let publication = publish(&document, UnixTime::from_seconds(at), None);
    let records: std::collections::BTreeMap<_, _> =
        publication.entries.into_iter().map(|entry| (entry.key, entry.value)).collect();
    let id = TenantId::parse("demo").unwrap();
    let mut tenant = Tenant::parse(&records["tenant/demo"], &id).unwrap_or_else(|faults| panic!("{faults}"));
    tenant.supply_secret_keys(&format!(r#"{{"keys":[{HS256}]}}"#)).unwrap();
    (Rc::new(tenant), records)
}
