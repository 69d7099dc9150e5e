//! Users on their way in: by redirects, with a browser that keeps cookies, and by a backend's link.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::issuer::{Call, Issuer, Parameters, Reply};
use super::shop::CALLBACK;
use super::tenant::ORDERS;

pub(crate) const VERIFIER: &str = "a-verifier-of-the-tests-that-is-43-characters";
pub(crate) const EVERYTHING: &str = "openid email offline_access orders:read orders:cancel";

/// The S256 challenge of a verifier.
pub(crate) fn challenge_of(verifier: &str) -> String {
    Base64UrlUnpadded::encode_string(&Sha256::digest(verifier))
}

/// An authorization request of `client`, good in every respect until a test changes it.
pub(crate) fn authorization_request(client: &str) -> Parameters {
    Parameters::of(&[
        ("client_id", client),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("code_challenge", &challenge_of(VERIFIER)),
        ("code_challenge_method", "S256"),
        ("state", "st&te"),
        ("nonce", "n-1"),
        ("scope", EVERYTHING),
        ("resource", ORDERS),
    ])
}

/// The form that redeems `code`, good in every respect until a test changes it.
pub(crate) fn redemption(code: &str) -> Parameters {
    Parameters::of(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ])
}

/// A browser: it keeps cookies, and follows where it is sent as far as a test wants.
#[derive(Default)]
pub(crate) struct Browser {
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Performs a request with the cookies of this browser, and keeps those that come back.
    pub(crate) fn perform(&self, issuer: &Issuer, call: &Call) -> Reply {
        let cookies =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>();
        let cookie = (!cookies.is_empty()).then(|| cookies.join("; "));
        let reply = issuer.answer(&Call { cookie, ..call.clone() });
        for (_, field) in reply.headers.iter().filter(|(name, _)| *name == "set-cookie") {
            let (name, value) = field.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    pub(crate) fn get(&self, issuer: &Issuer, target: &str) -> Reply {
        self.perform(issuer, &Call::get(target))
    }

    pub(crate) fn post(&self, issuer: &Issuer, path: &str, form: &[(&str, &str)]) -> Reply {
        self.perform(issuer, &Call::posted_from_our_page(path, &Parameters::of(form)))
    }

    pub(crate) fn authorize(&self, issuer: &Issuer, request: &Parameters) -> Reply {
        self.get(issuer, &format!("/oidc/auth?{}", request.encoded()))
    }

    /// GET of the page of this server where a 303 leads.
    #[track_caller]
    pub(crate) fn follow(&self, issuer: &Issuer, reply: &Reply) -> Reply {
        self.get(issuer, reply.header("location").unwrap_or_else(|| panic!("no location in {reply:?}")))
    }

    /// Goes from an authorization request to the page that asks for an address.
    pub(crate) fn login_page(&self, issuer: &Issuer, request: &Parameters) -> Reply {
        self.follow(issuer, &self.authorize(issuer, request))
    }

    /// Goes on to the mail, and answers the code in its link.
    pub(crate) fn link(&self, issuer: &Issuer, request: &Parameters, email: &str) -> String {
        let page = self.login_page(issuer, request);
        let sent = self.post(issuer, "/oidc/login", &[("login", &page.hidden("login")), ("email", email)]);
        assert_eq!(sent.status, 200, "{sent:?}");
        last_link(issuer)
    }

    /// Logs in by a link: what comes after that.
    pub(crate) fn log_in_for(&self, issuer: &Issuer, request: &Parameters, user: &str) -> Reply {
        let code = self.link(issuer, request, &format!("{user}@shop.example"));
        self.post(issuer, "/oidc/login/link", &[("code", &code)])
    }

    /// Logs `user` in at `client`, and answers the authorization code.
    #[track_caller]
    pub(crate) fn log_in(&self, issuer: &Issuer, client: &str, user: &str) -> String {
        let reply = self.log_in_for(issuer, &authorization_request(client), user);
        reply.sent("code").unwrap_or_else(|| panic!("no code in {reply:?}"))
    }

    /// The value of the session's cookie.
    pub(crate) fn session(&self) -> String {
        self.cookies.borrow()["__Host-audgate-session"].clone()
    }
}

/// The code in the link of the last mail.
pub(crate) fn last_link(issuer: &Issuer) -> String {
    let mails = issuer.host.mails.borrow();
    let link = url::Url::parse(&mails.last().expect("a mail").link).unwrap();
    link.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
}

/// Asks for a link of the backend API, and answers its code.
pub(crate) fn backend_link(issuer: &Issuer, client: &str, user: &str) -> String {
    let body = json!({ "email": format!("{user}@shop.example"), "redirect_uri": CALLBACK });
    let reply = issuer.call(client, "/v1/auth/link/email/send", &body);
    assert_eq!(reply.status, 200, "{reply:?}");
    last_link(issuer)
}

/// Logs `user` in at `client` through the backend API, for the orders with everything.
#[track_caller]
pub(crate) fn backend_login(issuer: &Issuer, client: &str, user: &str) -> Value {
    let code = backend_link(issuer, client, user);
    let body = json!({ "code": code, "resource": ORDERS, "scope": EVERYTHING });
    issuer.call(client, "/v1/auth/link/email/authenticate", &body).granted()
}

/// Tokens of `client` for `user` by the redirect flow, for the orders with everything.
#[track_caller]
pub(crate) fn tokens(issuer: &Issuer, client: &str, user: &str) -> Value {
    let code = Browser::new().log_in(issuer, client, user);
    issuer.token(client, &redemption(&code)).granted()
}

/// A text in a JSON object.
#[track_caller]
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {value}")).to_owned()
}
