//! Sessions of a user, for management and for clients of the user's applications.

use serde_json::json;

use super::{ADMIN, asked, by_management, delete};
use crate::support::issuer::{Call, Issuer, Reply};
use crate::support::login::{backend_login, text, tokens};
use crate::support::shop::{PARTNER, SERVER, SISTER};
use crate::support::test;

fn read(issuer: &Issuer, client: &str, user: &str) -> Reply {
    let call = Call::get(&format!("/v1/sessions/{user}"));
    issuer.answer(&call.bearer(&issuer.client_token(client)))
}

fn listed(issuer: &Issuer) -> Vec<String> {
    let list = read(issuer, ADMIN, "ada").granted();
    let sessions = list["result"].as_array().unwrap();
    sessions.iter().map(|session| text(session, "session_id")).collect()
}

#[test]
fn live_sessions_of_both_styles_are_listed() {
    let issuer = Issuer::new();
    tokens(&issuer, SERVER, "ada");
    backend_login(&issuer, SERVER, "ada");
    assert_eq!(listed(&issuer).len(), 2);
    assert!(asked(&issuer).is_empty());
}

#[test]
fn r17_client_reads_those_of_its_own_applications_users() {
    let issuer = Issuer::new();
    backend_login(&issuer, SERVER, "ada");
    assert_eq!(read(&issuer, SISTER, "ada").json()["result"].as_array().unwrap().len(), 1);
    let (others, nobodys) = (read(&issuer, PARTNER, "ada"), read(&issuer, PARTNER, "nobody"));
    assert_eq!(others, nobodys);
    assert_eq!((others.status, others.reason), (403, Some("wrong_subject")));
    assert_eq!(read(&issuer, ADMIN, "nobody").status, 404);
}

#[test]
fn client_ends_nothing() {
    let issuer = Issuer::new();
    let session = backend_login(&issuer, SERVER, "ada");
    let sid = listed(&issuer).remove(0);
    for path in ["/v1/sessions/ada".to_owned(), format!("/v1/sessions/ada/{sid}")] {
        let reply = issuer.answer(&delete(&path).bearer(&issuer.client_token(SERVER)));
        assert_eq!((reply.status, reply.reason), (403, Some("wrong_subject")));
    }
    issuer.refresh(SERVER, &text(&session, "refresh_token")).granted();
}

#[test]
fn one_session_is_ended_and_the_others_go_on() {
    let issuer = Issuer::new();
    let kept = backend_login(&issuer, SERVER, "ada");
    let kept_sid = listed(&issuer);
    let ended = backend_login(&issuer, SERVER, "ada");
    let sid = listed(&issuer).into_iter().find(|sid| !kept_sid.contains(sid)).unwrap();
    assert_eq!(by_management(&issuer, delete(&format!("/v1/sessions/ada/{sid}"))).status, 204);
    assert_eq!(listed(&issuer), kept_sid);
    issuer.refresh(SERVER, &text(&kept, "refresh_token")).granted();
    assert_eq!(issuer.refresh(SERVER, &text(&ended, "refresh_token")).status, 400);
    // The user's clients hear of that one.
    assert_eq!(issuer.host.deliveries.borrow().len(), 1);
}

#[test]
fn session_that_is_none_is_404() {
    let issuer = Issuer::new();
    backend_login(&issuer, SERVER, "ada");
    let sid = listed(&issuer).remove(0);
    for path in ["/v1/sessions/ada/unknown".to_owned(), format!("/v1/sessions/grace/{sid}")] {
        by_management(&issuer, delete(&path)).refused_by_management(404, "not_found", "not_found");
    }
    assert_eq!(listed(&issuer), [sid]);
}

#[test]
fn all_sessions_are_ended_at_once_and_again() {
    let issuer = Issuer::new();
    tokens(&issuer, SERVER, "ada");
    backend_login(&issuer, SERVER, "ada");
    for _ in 0..2 {
        assert_eq!(by_management(&issuer, delete("/v1/sessions/ada")).status, 204);
    }
    assert!(listed(&issuer).is_empty());
    assert_eq!(issuer.host.deliveries.borrow().len(), 2);
}

#[test]
fn secret_of_a_session_names_none() {
    let issuer = Issuer::new();
    let session = text(&backend_login(&issuer, SERVER, "ada"), "session_id");
    let reply = issuer
        .answer_if_ours(&delete(&format!("/v1/sessions/ada/{session}")).bearer(&issuer.client_token(ADMIN)));
    assert!(reply.is_none_or(|reply| reply.status == 404));
    assert_eq!(listed(&issuer).len(), 1);
    let body = json!({ "session_id": session });
    issuer.call(SERVER, "/v1/auth/session/authenticate", &body).granted();
}

#[test]
fn what_management_does_to_sessions_is_noted_and_what_clients_read_is_not() {
    let issuer = Issuer::new();
    backend_login(&issuer, SERVER, "ada");
    let sid = listed(&issuer).remove(0);
    assert_eq!(by_management(&issuer, delete(&format!("/v1/sessions/ada/{sid}"))).status, 204);
    assert_eq!(by_management(&issuer, delete("/v1/sessions/ada")).status, 204);
    read(&issuer, SERVER, "ada");
    assert_eq!(*issuer.host.noted.borrow(), ["read_sessions ada", "end_session ada", "end_sessions ada"]);
}
