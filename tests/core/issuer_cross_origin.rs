//! Other origins: public clients in browsers may call the back channel, which looks at no cookie, and nothing else.

use crate::support::issuer::{Call, Issuer, Parameters};
use crate::support::login::{Browser, authorization_request, redemption};
use crate::support::shop::{SERVER, WEB};
use crate::support::test;

const OPEN: [&str; 4] = ["/oidc/token", "/oidc/token/revocation", "/oidc/userinfo", "/oidc/request"];
const CLOSED: [&str; 10] = [
    "/oidc/auth",
    "/oidc/introspect",
    "/oidc/login",
    "/oidc/login/link",
    "/oidc/consent",
    "/oidc/session/end",
    "/oidc/session/end/confirm",
    "/v1/auth/link/email/send",
    "/v1/sessions/ada",
    "/v1/users/ada",
];

#[test]
fn back_channel_answers_a_preflight_without_credentials() {
    for path in OPEN {
        let reply = Issuer::new().answer(&Call::get(path).method("OPTIONS"));
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (204, Some("*")), "{path}");
        assert_eq!(reply.header("access-control-allow-credentials"), None, "{path}");
    }
}

#[test]
fn pages_and_the_backend_api_answer_none() {
    let issuer = Issuer::new();
    for path in CLOSED {
        for method in ["OPTIONS", "GET", "POST"] {
            let reply = issuer.answer(&Call::get(path).method(method));
            assert!(method != "OPTIONS" || reply.status == 405, "{path}");
            assert!(
                !reply.headers.iter().any(|(name, _)| name.starts_with("access-control")),
                "{method} {path}"
            );
        }
    }
}

#[test]
fn refusals_of_the_back_channel_can_be_read_as_well() {
    let reply = Issuer::new().token(WEB, &redemption("x"));
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (400, Some("*")));
}

#[test]
fn cookies_open_nothing_where_other_origins_may_call() {
    let (issuer, browser) = (Issuer::new(), Browser::new());
    browser.log_in(&issuer, SERVER, "ada");
    for path in OPEN {
        let form = Parameters::of(&[("grant_type", "authorization_code")]);
        for call in [Call::post(path, &form), Call::post(path, &authorization_request(SERVER))] {
            let reply = browser.perform(&issuer, &call);
            assert_eq!(reply.status, 401, "{path} {reply:?}");
        }
    }
}
