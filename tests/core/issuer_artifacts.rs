//! A12: every artifact at every place that takes one. Only the diagonal passes.
//!
//! All of them are one client's and one user's, and the client's own key is the very key with which the tenant signs, so
//! that nothing but its kind keeps an artifact out.

use serde_json::json;

use crate::support::issuer::{Call, Issuer, Parameters};
use crate::support::login::{
    Browser, authorization_request, backend_link, backend_login, last_link, redemption, text,
};
use crate::support::shop::{CALLBACK, SERVICE};
use crate::support::test;

const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

struct Artifacts {
    issuer: Issuer,
    browser: Browser,
    all: Vec<(&'static str, String)>,
}

impl Artifacts {
    fn new() -> Self {
        let issuer = Issuer::new();
        let browser = Browser::new();
        let request = authorization_request(SERVICE);
        let code = browser.log_in_for(&issuer, &request, "ada").sent("code").unwrap();
        let tokens = issuer.token(SERVICE, &redemption(&code)).granted();
        let mut all = vec![
            ("access token", text(&tokens, "access_token")),
            ("ID token", text(&tokens, "id_token")),
            ("refresh token", text(&tokens, "refresh_token")),
            ("sid", text(&crate::support::issuer::claims(&text(&tokens, "id_token")), "sid")),
        ];
        let of_the_server = request.clone().without("resource").with("scope", "openid email");
        let code = browser.authorize(&issuer, &of_the_server).sent("code").unwrap();
        let tokens = issuer.token(SERVICE, &redemption(&code)).granted();
        all.push(("access token of the server", text(&tokens, "access_token")));
        all.push(("client's access token", issuer.client_token(SERVICE)));
        all.push(("logout token", logout_token(&issuer)));

        all.push(("backend link", backend_link(&issuer, SERVICE, "ada")));
        all.push(("session_id", text(&backend_login(&issuer, SERVICE, "ada"), "session_id")));
        let again = browser.login_page(&issuer, &request.clone().with("prompt", "login"));
        let form = [("login", &*again.hidden("login")), ("email", "ada@shop.example")];
        assert_eq!(browser.post(&issuer, "/oidc/login", &form).status, 200);
        all.push(("hosted link", last_link(&issuer)));
        let login = browser.authorize(&issuer, &request.clone().with("prompt", "login"));
        all.push(("login", login.sent("login").unwrap()));
        let consent = browser.authorize(&issuer, &request.clone().with("prompt", "consent"));
        all.push(("consent", consent.sent("consent").unwrap()));
        all.push(("request_uri", issuer.ask(SERVICE, "/oidc/request", &request).text("request_uri")));
        all.push(("code", browser.authorize(&issuer, &request).sent("code").unwrap()));
        all.push(("client assertion", issuer.assertion().compact()));
        all.push(("session cookie", browser.session()));
        all.push(("browser cookie", browser.cookies.borrow()["__Host-audgate-browser"].clone()));
        Self { issuer, browser, all }
    }

    /// The artifacts that `place` takes, each presented to the same state.
    fn taken(&self, place: impl Fn(&Self, &str) -> bool) -> Vec<&'static str> {
        let objects = self.issuer.objects();
        let cookies = self.browser.cookies.borrow().clone();
        let takes = |(_, artifact): &&(&'static str, String)| {
            let taken = place(self, artifact);
            self.issuer.host.objects.borrow_mut().clone_from(&objects);
            self.browser.cookies.borrow_mut().clone_from(&cookies);
            taken
        };
        let mut taken: Vec<_> = self.all.iter().filter(takes).map(|(name, _)| *name).collect();
        taken.sort_unstable();
        taken
    }

    /// How many revocations all accounts remember.
    fn revocations(&self) -> usize {
        let objects = self.issuer.objects();
        objects.values().flat_map(|rows| rows.keys()).filter(|key| key.starts_with("revoked/")).count()
    }

    fn api(&self, path: &str, member: &str, artifact: &str) -> u16 {
        self.issuer.call(SERVICE, path, &json!({ member: artifact })).status
    }

    fn with_cookie(&self, name: &str, artifact: &str) {
        self.browser.cookies.borrow_mut().insert(name.to_owned(), artifact.to_owned());
    }
}

fn logout_token(issuer: &Issuer) -> String {
    let browser = Browser::new();
    let code = browser.log_in(issuer, SERVICE, "ada");
    issuer.token(SERVICE, &redemption(&code)).granted();
    browser.post(issuer, "/oidc/session/end/confirm", &[]);
    let deliveries = issuer.host.deliveries.borrow();
    deliveries.last().expect("a delivery").1.strip_prefix("logout_token=").unwrap().to_owned()
}

#[test]
fn grants_of_the_token_endpoint() {
    let artifacts = Artifacts::new();
    let code = |it: &Artifacts, artifact: &str| it.issuer.token(SERVICE, &redemption(artifact)).status == 200;
    assert_eq!(artifacts.taken(code), ["code"]);
    let refresh = |it: &Artifacts, artifact: &str| it.issuer.refresh(SERVICE, artifact).status == 200;
    assert_eq!(artifacts.taken(refresh), ["refresh token"]);
}

#[test]
fn client_assertion_anywhere_that_a_client_authenticates() {
    let artifacts = Artifacts::new();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for (path, form) in [
        ("/oidc/token", Parameters::of(&[("grant_type", "client_credentials")])),
        ("/oidc/token/revocation", Parameters::of(&[("token", "x")])),
        ("/oidc/introspect", Parameters::of(&[("token", "x")])),
        ("/oidc/request", authorization_request(SERVICE)),
    ] {
        let authenticates = |it: &Artifacts, artifact: &str| {
            let form = form.clone().with("client_assertion_type", kind).with("client_assertion", artifact);
            it.issuer.answer(&Call::post(path, &form)).status < 300
        };
        assert_eq!(artifacts.taken(authenticates), ["client assertion"], "{path}");
    }
}

#[test]
fn token_at_revocation_and_introspection() {
    let artifacts = Artifacts::new();
    let tokens = ["access token", "access token of the server", "client's access token", "refresh token"];
    let active = |it: &Artifacts, artifact: &str| {
        let reply = it.issuer.ask(SERVICE, "/oidc/introspect", &Parameters::of(&[("token", artifact)]));
        reply.granted()["active"] == true
    };
    assert_eq!(artifacts.taken(active), tokens);
    let revokes = |it: &Artifacts, artifact: &str| {
        let before = it.revocations();
        let reply = it.issuer.ask(SERVICE, "/oidc/token/revocation", &Parameters::of(&[("token", artifact)]));
        assert_eq!(reply.status, 200);
        it.revocations() > before
    };
    assert_eq!(artifacts.taken(revokes), tokens);
}

#[test]
fn bearer_of_this_servers_own_paths() {
    let artifacts = Artifacts::new();
    let userinfo = |it: &Artifacts, artifact: &str| {
        it.issuer.answer(&Call::get("/oidc/userinfo").bearer(artifact)).status == 200
    };
    assert_eq!(artifacts.taken(userinfo), ["access token of the server"]);
    let calls: [fn() -> Call; 6] = [
        || {
            let body = json!({ "email": "ada@shop.example", "redirect_uri": CALLBACK });
            Call::json("/v1/auth/link/email/send", &body)
        },
        || Call::json("/v1/auth/session/logout", &json!({ "session_id": "x" })),
        || Call::get("/v1/auth/users/ada/sessions"),
        || Call::get("/v1/auth/users/ada/sessions").method("DELETE"),
        || Call::get("/v1/sessions/ada"),
        || Call::json("/v1/auth/token/refresh", &json!({ "refresh_token": "x" })),
    ];
    for call in calls {
        let objects = artifacts.issuer.objects();
        let mut taken = Vec::new();
        for (name, artifact) in &artifacts.all {
            if !matches!(artifacts.issuer.answer(&call().bearer(artifact)).status, 401 | 403) {
                taken.push(*name);
            }
            artifacts.issuer.host.objects.borrow_mut().clone_from(&objects);
        }
        assert_eq!(taken, ["client's access token"], "{}", call().path);
    }
}

#[test]
fn members_of_the_backend_api() {
    let artifacts = Artifacts::new();
    let link =
        |it: &Artifacts, artifact: &str| it.api("/v1/auth/link/email/authenticate", "code", artifact) == 200;
    assert_eq!(artifacts.taken(link), ["backend link"]);
    let session = |it: &Artifacts, artifact: &str| {
        it.api("/v1/auth/session/authenticate", "session_id", artifact) == 200
    };
    assert_eq!(artifacts.taken(session), ["session_id"]);
    let logout =
        |it: &Artifacts, artifact: &str| it.api("/v1/auth/session/logout", "session_id", artifact) == 204;
    assert_eq!(artifacts.taken(logout), ["session_id"]);
    let refresh =
        |it: &Artifacts, artifact: &str| it.api("/v1/auth/token/refresh", "refresh_token", artifact) == 200;
    assert_eq!(artifacts.taken(refresh), ["refresh token"]);
}

#[test]
fn session_id_beside_the_code_of_a_link() {
    let artifacts = Artifacts::new();
    let continued = |it: &Artifacts, artifact: &str| {
        let code = backend_link(&it.issuer, SERVICE, "ada");
        let body = json!({ "code": code, "session_id": artifact });
        it.issuer.call(SERVICE, "/v1/auth/link/email/authenticate", &body).status == 200
    };
    assert_eq!(artifacts.taken(continued), ["session_id"]);
}

#[test]
fn request_uri_with_its_prefix_or_without() {
    let artifacts = Artifacts::new();
    let request_uri = |it: &Artifacts, artifact: &str| {
        let form = Parameters::of(&[("client_id", SERVICE), ("request_uri", artifact)]);
        it.browser.authorize(&it.issuer, &form).status == 303
    };
    assert_eq!(artifacts.taken(request_uri), ["request_uri"]);
    let prefixed = |it: &Artifacts, artifact: &str| {
        let artifact = format!("{PUSHED}{artifact}");
        let form = Parameters::of(&[("client_id", SERVICE), ("request_uri", &artifact)]);
        it.browser.authorize(&it.issuer, &form).status == 303
    };
    assert!(artifacts.taken(prefixed).is_empty());
}

#[test]
fn id_token_hint_of_a_logout() {
    let artifacts = Artifacts::new();
    let hint = |it: &Artifacts, artifact: &str| {
        let form = Parameters::of(&[("id_token_hint", artifact)]);
        it.browser.get(&it.issuer, &format!("/oidc/session/end?{}", form.encoded())).status == 200
    };
    assert_eq!(artifacts.taken(hint), ["ID token"]);
}

#[test]
fn hosted_pages() {
    let artifacts = Artifacts::new();
    let login = |it: &Artifacts, artifact: &str| {
        it.browser.get(&it.issuer, &format!("/oidc/login?login={artifact}")).status == 200
    };
    assert_eq!(artifacts.taken(login), ["login"]);
    let send = |it: &Artifacts, artifact: &str| {
        let form = [("login", artifact), ("email", "ada@shop.example")];
        it.browser.post(&it.issuer, "/oidc/login", &form).status == 200
    };
    assert_eq!(artifacts.taken(send), ["login"]);
    let shown = |it: &Artifacts, artifact: &str| {
        it.browser.get(&it.issuer, &format!("/oidc/login/link?code={artifact}")).status == 200
    };
    assert_eq!(artifacts.taken(shown), ["hosted link"]);
    let followed = |it: &Artifacts, artifact: &str| {
        it.browser.post(&it.issuer, "/oidc/login/link", &[("code", artifact)]).status == 303
    };
    assert_eq!(artifacts.taken(followed), ["hosted link"]);
    let asked = |it: &Artifacts, artifact: &str| {
        it.browser.get(&it.issuer, &format!("/oidc/consent?consent={artifact}")).status == 200
    };
    assert_eq!(artifacts.taken(asked), ["consent"]);
    let decided = |it: &Artifacts, artifact: &str| {
        let form = [("consent", artifact), ("decision", "approve")];
        it.browser.post(&it.issuer, "/oidc/consent", &form).status == 303
    };
    assert_eq!(artifacts.taken(decided), ["consent"]);
}

#[test]
fn cookies() {
    let artifacts = Artifacts::new();
    let session = |it: &Artifacts, artifact: &str| {
        it.with_cookie("__Host-audgate-session", artifact);
        let request = authorization_request(SERVICE).with("prompt", "none");
        it.browser.authorize(&it.issuer, &request).sent("code").is_some()
    };
    assert_eq!(artifacts.taken(session), ["session cookie"]);
    let browser = |it: &Artifacts, artifact: &str| {
        it.with_cookie("__Host-audgate-browser", artifact);
        let login = &it.all.iter().find(|(name, _)| *name == "login").unwrap().1;
        it.browser.get(&it.issuer, &format!("/oidc/login?login={login}")).status == 200
    };
    assert_eq!(artifacts.taken(browser), ["browser cookie"]);
}
