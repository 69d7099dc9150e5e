//! A gate with pages, and the browser of somebody who visits them.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use audgate::config::Tenant;
use audgate::gate::{Gate, GateRequest};
use audgate::host::{CallError, HostUnavailable};
use audgate::pages::{
    AuthenticationDemand, Covered, Denial, PageRequest, PagesHost, PagesSettings, PagesSettingsText, Post,
    PostReply, Site, Verdict, Visit, visit,
};
use audgate::session::{Row, account};
use audgate::vocabulary::{EntropyUnavailable, UnixTime};
use serde_json::{Value, json};
use url::Url;

use super::request::decide_at;
use super::tenant::{ISSUER, NOW, tenant, tenant_of};
use super::token::Token;

/// What the client of the tests is called.
pub(crate) const CLIENT: &str = "shop-pages";
/// A page of the orders.
pub(crate) const PAGE: &str = "https://api.example/orders/42";
/// Where the issuer sends browsers back to.
pub(crate) const CALLBACK: &str = "https://api.example/.audgate/callback";
/// Where people log out.
pub(crate) const LOGOUT: &str = "https://api.example/.audgate/logout";

/// The `Account` objects that a gate may ask, as one deployment has them.
pub(crate) enum Accounts {
    /// There is no binding.
    Missing,
    /// Nobody answers.
    Down,
    /// Rows by name and key.
    Stored(BTreeMap<String, BTreeMap<String, String>>),
}

impl Accounts {
    /// One turn of the object `name`.
    pub(crate) fn turn(&mut self, name: &str, request: &str, now: u64) -> Result<String, CallError> {
        let all = match self {
            Self::Missing => return Err(CallError::BindingMissing),
            Self::Down => return Err(CallError::Unavailable),
            Self::Stored(all) => all,
        };
        let rows = all.entry(name.to_owned()).or_default();
        let stored: Vec<Row> =
            rows.iter().map(|(key, value)| Row { key: key.clone(), value: value.clone() }).collect();
        let outcome = account(&stored, request, UnixTime::from_seconds(now));
        rows.extend(outcome.put.into_iter().map(|row| (row.key, row.value)));
        outcome.delete.iter().for_each(|key| drop(rows.remove(key)));
        Ok(outcome.reply)
    }
}

/// The platform around the gate: it seals in memory, and the issuer answers what a test says.
pub(crate) struct Platform {
    pub(crate) gate: RefCell<Gate>,
    pub(crate) now: Cell<u64>,
    sealed: RefCell<BTreeMap<String, (String, String)>>,
    pub(crate) answers: RefCell<VecDeque<Result<PostReply, HostUnavailable>>>,
    pub(crate) posts: RefCell<Vec<Post>>,
    pub(crate) accounts: RefCell<Accounts>,
    /// The names of the objects that were asked, with their requests.
    pub(crate) asked: RefCell<Vec<(String, String)>>,
    pub(crate) without_randomness: Cell<bool>,
    drawn: Cell<u8>,
    request: RefCell<PageRequest>,
}

impl Platform {
    /// `text` as the gate seals it for `context`.
    pub(crate) fn seals(&self, context: &str, text: &str) -> String {
        let mut sealed = self.sealed.borrow_mut();
        // As long as a real one: nonce, tag and base64url.
        let name = format!("{:0>width$}", sealed.len(), width = (text.len() + 28).div_ceil(3) * 4);
        sealed.insert(name.clone(), (context.to_owned(), text.to_owned()));
        name
    }
}

impl PagesHost for Platform {
    async fn seal(&self, context: String, text: String) -> Result<String, HostUnavailable> {
        Ok(self.seals(&context, &text))
    }

    async fn open(&self, context: String, sealed: String) -> Result<Option<String>, HostUnavailable> {
        let all = self.sealed.borrow();
        Ok(all.get(&sealed).filter(|(own, _)| *own == context).map(|(_, text)| text.clone()))
    }

    async fn ask_account(&self, object: String, request: String) -> Result<String, CallError> {
        let reply = self.accounts.borrow_mut().turn(&object, &request, self.now.get());
        self.asked.borrow_mut().push((object, request));
        reply
    }

    async fn post(&self, post: Post) -> Result<PostReply, HostUnavailable> {
        self.posts.borrow_mut().push(post);
        self.answers.borrow_mut().pop_front().unwrap_or(Err(HostUnavailable))
    }

    async fn judge(&self, token: Option<String>, url: Option<String>) -> Result<Verdict, HostUnavailable> {
        let request = self.request.borrow();
        let authorization = token.map(|token| format!("Bearer {token}"));
        let request = GateRequest {
            method: if url.is_some() { "GET" } else { &request.method },
            url: url.as_deref().unwrap_or(&request.url),
            authorization: authorization.as_deref(),
            ..GateRequest::default()
        };
        let decision = decide_at(&mut self.gate.borrow_mut(), &request, self.now.get());
        let Some(denial) = decision.denial() else { return Ok(Verdict::Allow) };
        let response = decision.response().unwrap();
        let challenge = response.headers.iter().find(|(name, _)| *name == "www-authenticate");
        Ok(Verdict::Deny(Denial {
            status: response.status,
            reason: denial.code().to_owned(),
            challenge: challenge.map(|(_, value)| value.clone()),
            demand: decision.user_authentication_wanted().map(|wanted| AuthenticationDemand {
                acr_values: acr_values(wanted.acr_values().iter().map(|value| value.as_str()).collect()),
                max_age: wanted.max_age().map(|age| age.seconds()),
            }),
        }))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        if self.without_randomness.get() {
            return Err(EntropyUnavailable);
        }
        self.drawn.set(self.drawn.get() + 1);
        bytes.fill(self.drawn.get());
        Ok(())
    }
}

/// Somebody with a browser, in front of one deployment.
pub(crate) struct Visitor {
    pub(crate) platform: Platform,
    pub(crate) settings: PagesSettingsText,
    pub(crate) tenant: Rc<Tenant>,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// A navigation to `url`, as a browser of today makes it.
pub(crate) fn navigation(url: &str) -> PageRequest {
    let field = |text: &str| Some(text.to_owned());
    PageRequest {
        method: "GET".to_owned(),
        url: url.to_owned(),
        sec_fetch_site: field("none"),
        sec_fetch_mode: field("navigate"),
        sec_fetch_dest: field("document"),
        accept: field("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ..PageRequest::default()
    }
}

/// A `fetch` of `method` from a page of the same origin.
pub(crate) fn fetching(method: &str, url: &str) -> PageRequest {
    let field = |text: &str| Some(text.to_owned());
    PageRequest {
        method: method.to_owned(),
        url: url.to_owned(),
        sec_fetch_site: field("same-origin"),
        sec_fetch_mode: field("cors"),
        sec_fetch_dest: field("empty"),
        accept: field("*/*"),
        ..PageRequest::default()
    }
}

/// Tokens as the token endpoint gives them.
pub(crate) fn tokens(access_token: &str) -> Value {
    json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 600 })
}

pub(crate) fn settings() -> PagesSettingsText {
    PagesSettingsText {
        client_id: CLIENT.to_owned(),
        path: "/.audgate".to_owned(),
        ..PagesSettingsText::default()
    }
}

impl Visitor {
    pub(crate) fn new() -> Self {
        let tenant = Rc::new(tenant());
        let platform = Platform {
            gate: RefCell::new(Gate::new(Rc::clone(&tenant))),
            now: Cell::new(NOW),
            sealed: RefCell::default(),
            answers: RefCell::default(),
            posts: RefCell::default(),
            accounts: RefCell::new(Accounts::Missing),
            asked: RefCell::default(),
            without_randomness: Cell::new(false),
            drawn: Cell::new(0),
            request: RefCell::default(),
        };
        Self { platform, settings: settings(), tenant, cookies: BTreeMap::new() }
    }

    /// Who has logged in at the orders, with `token`.
    pub(crate) fn with_token(token: &Token) -> Self {
        let mut visitor = Self::new();
        visitor.logs_in(PAGE, &tokens(&token.compact()));
        // Past the moment within which a refused token is blamed on the login.
        visitor.platform.now.set(NOW + 60);
        visitor
    }

    /// Publishes `document` in place of the tenant's.
    pub(crate) fn deploys(&mut self, document: &Value) {
        self.tenant = Rc::new(tenant_of(document));
        *self.platform.gate.borrow_mut() = Gate::new(Rc::clone(&self.tenant));
    }

    /// One request, with the cookies of the browser; it keeps what the response sets.
    pub(crate) fn sends(&mut self, request: PageRequest) -> Visit {
        let visit = self.sends_as_it_is(PageRequest { cookie: self.cookie(), ..request });
        for field in &visit.set_cookies {
            let (pair, attributes) = field.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        visit
    }

    /// One request, whose cookies are those that stand in it.
    pub(crate) fn sends_as_it_is(&self, request: PageRequest) -> Visit {
        let settings = PagesSettings::check(self.settings.clone()).unwrap();
        let now = UnixTime::from_seconds(self.platform.now.get());
        let site = Site { tenant: Rc::clone(&self.tenant), settings, now };
        *self.platform.request.borrow_mut() = request.clone();
        let resource = self.platform.gate.borrow().resource_at(&request.url).map(|found| found.id().clone());
        let is_public = self.platform.gate.borrow().is_public(&request.method, &request.url);
        let covered = resource.as_ref().map(|resource| Covered { resource, is_public });
        ready(visit(&site, &request, covered, &self.platform))
    }

    /// The `Cookie` field.
    pub(crate) fn cookie(&self) -> Option<String> {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Has the issuer answer the next form so.
    pub(crate) fn issuer_answers(&self, status: u16, body: &Value) {
        self.platform.answers.borrow_mut().push_back(Ok(PostReply { status, body: body.to_string() }));
    }

    /// Navigates to `url`, and is sent to the issuer: what the authorization request says.
    #[track_caller]
    pub(crate) fn begins(&mut self, url: &str) -> BTreeMap<String, String> {
        let visit = self.sends(navigation(url));
        let location = location(&visit);
        assert_eq!(location.as_str().split('?').next(), Some(format!("{ISSUER}/oidc/auth").as_str()));
        location.query_pairs().into_owned().collect()
    }

    /// Comes back from the issuer with that answer.
    pub(crate) fn comes_back(&mut self, answer: &[(&str, &str)]) -> Visit {
        let mut url = Url::parse(CALLBACK).unwrap();
        url.query_pairs_mut().extend_pairs(answer);
        let cross_site = Some("cross-site".to_owned());
        self.sends(PageRequest { sec_fetch_site: cross_site, ..navigation(url.as_str()) })
    }

    /// From `url` to the issuer and back, where the token endpoint gives `tokens`.
    pub(crate) fn logs_in(&mut self, url: &str, tokens: &Value) -> Visit {
        let asked = self.begins(url);
        self.issuer_answers(200, tokens);
        self.comes_back(&[("state", &asked["state"]), ("iss", ISSUER), ("code", "the-code")])
    }

    /// The form that was posted last, by its names.
    pub(crate) fn posted(&self) -> BTreeMap<String, String> {
        let posts = self.platform.posts.borrow();
        url::form_urlencoded::parse(posts.last().unwrap().body.as_bytes()).into_owned().collect()
    }
}

/// Where a 303 leads.
#[track_caller]
pub(crate) fn location(visit: &Visit) -> Url {
    let answer = visit.answer.as_ref().unwrap_or_else(|| panic!("the gate's decision stands: {visit:?}"));
    assert_eq!(answer.status, 303, "{visit:?} {}", answer.body);
    Url::parse(header(visit, "location").unwrap()).unwrap()
}

pub(crate) fn header<'v>(visit: &'v Visit, name: &str) -> Option<&'v str> {
    let headers = &visit.answer.as_ref()?.headers;
    headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
}

/// Asserts a page that refuses with this status and reason, and leads nowhere by itself.
#[track_caller]
pub(crate) fn refused_on_page(visit: &Visit, status: u16, reason: &str) {
    let answer = visit.answer.as_ref().unwrap_or_else(|| panic!("the gate's decision stands: {visit:?}"));
    assert_eq!((answer.status, visit.reason), (status, Some(reason)), "{}", answer.body);
    assert_eq!(header(visit, "location"), None);
    assert_eq!(header(visit, "content-type"), Some("text/html; charset=utf-8"));
}

fn acr_values(values: Vec<&str>) -> Option<String> {
    (!values.is_empty()).then(|| values.join(" "))
}

/// What the endpoint comes to: nothing that it waits for is ever pending here.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the platform of the tests answers at once"),
    }
}
