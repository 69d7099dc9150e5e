//! Token revocation: RFC 7009. Who may take back what, and that nobody learns anything by trying.

use crate::support::host::CallFault;
use crate::support::issuer::{Call, Issuer, Parameters, Reply};
use crate::support::login::{text, tokens};
use crate::support::shop::{INSIGHTS, PARTNER, SERVER, SERVICE, SISTER, WEB};
use crate::support::test;

fn revoke(issuer: &Issuer, client: &str, token: &str) -> Reply {
    issuer.ask(client, "/oidc/token/revocation", &Parameters::of(&[("token", token)]))
}

fn is_active(issuer: &Issuer, token: &str) -> bool {
    let form = Parameters::of(&[("token", token)]);
    issuer.ask(SERVER, "/oidc/introspect", &form).granted()["active"] == true
}

#[test]
fn refresh_token_takes_its_family_and_its_access_tokens_along() {
    let issuer = Issuer::new();
    let given = tokens(&issuer, SERVER, "ada");
    assert_eq!(revoke(&issuer, SERVER, &text(&given, "refresh_token")).status, 200);
    let reply = issuer.refresh(SERVER, &text(&given, "refresh_token"));
    reply.refused(400, "invalid_grant", "refresh_token_revoked");
    assert!(!is_active(&issuer, &text(&given, "access_token")));
}

#[test]
fn refresh_token_that_was_used_takes_its_family_along_too() {
    let issuer = Issuer::new();
    let first = text(&tokens(&issuer, SERVER, "ada"), "refresh_token");
    let leaf = text(&issuer.refresh(SERVER, &first).granted(), "refresh_token");
    revoke(&issuer, SERVER, &first);
    issuer.refresh(SERVER, &leaf).refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn access_token_takes_only_itself() {
    let issuer = Issuer::new();
    let given = tokens(&issuer, SERVER, "ada");
    assert!(is_active(&issuer, &text(&given, "access_token")));
    assert_eq!(revoke(&issuer, SERVER, &text(&given, "access_token")).status, 200);
    assert!(!is_active(&issuer, &text(&given, "access_token")));
    issuer.refresh(SERVER, &text(&given, "refresh_token")).granted();
}

#[test]
fn clients_own_token_is_revoked_as_well() {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    assert!(is_active(&issuer, &token));
    revoke(&issuer, SERVER, &token);
    assert!(!is_active(&issuer, &token));
}

#[test]
fn another_clients_tokens_stay_and_the_answer_is_the_same() {
    for stranger in [SISTER, PARTNER, WEB, INSIGHTS] {
        let issuer = Issuer::new();
        let given = tokens(&issuer, SERVER, "ada");
        let before = issuer.objects();
        let replies = [
            revoke(&issuer, stranger, &text(&given, "refresh_token")),
            revoke(&issuer, stranger, &text(&given, "access_token")),
            revoke(&issuer, stranger, &text(&given, "id_token")),
            revoke(&issuer, stranger, "x"),
        ];
        assert!(
            replies.iter().all(|reply| *reply == replies[0] && reply.status == 200 && reply.body.is_empty())
        );
        assert!(issuer.objects() == before);
        issuer.refresh(SERVER, &text(&given, "refresh_token")).granted();
    }
}

#[test]
fn public_client_revokes_its_own() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, WEB, "ada"), "refresh_token");
    revoke(&issuer, WEB, &token);
    issuer.refresh(WEB, &token).refused(400, "invalid_grant", "refresh_token_revoked");
}

#[test]
fn hint_is_a_hint() {
    for hint in ["access_token", "refresh_token", "pct", ""] {
        let issuer = Issuer::new();
        let token = text(&tokens(&issuer, SERVER, "ada"), "refresh_token");
        let form = Parameters::of(&[("token", &token), ("token_type_hint", hint)]);
        assert_eq!(issuer.ask(SERVER, "/oidc/token/revocation", &form).status, 200);
        issuer.refresh(SERVER, &token).refused(400, "invalid_grant", "refresh_token_revoked");
    }
}

#[test]
fn client_must_authenticate() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "refresh_token");
    let form = Parameters::of(&[("token", &token)]);
    for form in [form.clone(), form.clone().with("client_id", SERVER), form.with("client_id", SERVICE)] {
        let reply = issuer.answer(&Call::post("/oidc/token/revocation", &form));
        reply.refused(401, "invalid_client", "authentication_missing");
    }
    issuer.refresh(SERVER, &token).granted();
}

#[test]
fn token_is_required() {
    let reply = Issuer::new().ask(SERVER, "/oidc/token/revocation", &Parameters::of(&[]));
    reply.refused(400, "invalid_request", "parameter_missing");
}

#[test]
fn revocation_that_could_not_be_recorded_is_503_and_a_retry_succeeds() {
    let issuer = Issuer::new();
    let token = text(&tokens(&issuer, SERVER, "ada"), "refresh_token");
    for fault in [CallFault::Unavailable, CallFault::LostReply] {
        issuer.fail_call(0, fault);
        revoke(&issuer, SERVER, &token).refused(503, "temporarily_unavailable", "host_unavailable");
        assert_eq!(revoke(&issuer, SERVER, &token).status, 200);
    }
}

#[test]
fn revocation_of_an_expired_access_token_leaves_no_trace() {
    let issuer = Issuer::new();
    let token = issuer.client_token(SERVER);
    issuer.later(3_700);
    assert_eq!(revoke(&issuer, SERVER, &token).status, 200);
    assert!(issuer.objects().is_empty());
}
