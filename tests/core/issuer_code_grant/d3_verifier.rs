//! D3: S256, always, and nothing else.

use super::code_of;
use crate::support::issuer::Issuer;
use crate::support::login::{Browser, VERIFIER, authorization_request, challenge_of, redemption};
use crate::support::shop::SERVER;
use crate::support::test;

#[test]
fn wrong_verifier_is_refused_and_the_code_survives_it() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let wrong = redemption(&code).with("code_verifier", &"x".repeat(43));
    issuer.token(SERVER, &wrong).refused(400, "invalid_grant", "verifier_mismatch");
    issuer.token(SERVER, &redemption(&code)).granted();
}

#[test]
fn challenge_itself_is_no_verifier() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let plain = redemption(&code).with("code_verifier", &challenge_of(VERIFIER));
    issuer.token(SERVER, &plain).refused(400, "invalid_grant", "verifier_mismatch");
}

#[test]
fn four_wrong_verifiers_are_survived() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    for _ in 0..4 {
        issuer.token(SERVER, &redemption(&code).with("code_verifier", &"x".repeat(43)));
    }
    issuer.token(SERVER, &redemption(&code)).granted();
}

#[test]
fn code_is_closed_after_five_failures_of_any_kind() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    let wrong = redemption(&code).with("code_verifier", &"x".repeat(43));
    for _ in 0..3 {
        issuer.token(SERVER, &wrong).refused(400, "invalid_grant", "verifier_mismatch");
    }
    issuer.token(SERVER, &redemption(&code).with("redirect_uri", "https://evil.example/")).refused(
        400,
        "invalid_grant",
        "redirect_uri_mismatch",
    );
    issuer.token(crate::support::shop::SISTER, &redemption(&code)).refused(
        400,
        "invalid_grant",
        "code_of_another_client",
    );
    issuer.token(SERVER, &redemption(&code)).refused(400, "invalid_grant", "code_exhausted");
}

#[test]
fn verifier_whose_length_or_alphabet_is_wrong_is_refused_even_if_its_hash_is_right() {
    for verifier in
        ["x".repeat(42), "x".repeat(129), format!("{}+", "x".repeat(43)), format!("{} ", "x".repeat(43))]
    {
        let issuer = Issuer::new();
        let request = authorization_request(SERVER).with("code_challenge", &challenge_of(&verifier));
        let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
        let reply = issuer.token(SERVER, &redemption(&code).with("code_verifier", &verifier));
        reply.refused(400, "invalid_grant", "verifier_mismatch");
    }
}

#[test]
fn verifier_may_have_43_to_128_characters() {
    for length in [43, 128] {
        let verifier = "~".repeat(length);
        let issuer = Issuer::new();
        let request = authorization_request(SERVER).with("code_challenge", &challenge_of(&verifier));
        let code = Browser::new().log_in_for(&issuer, &request, "ada").sent("code").unwrap();
        issuer.token(SERVER, &redemption(&code).with("code_verifier", &verifier)).granted();
    }
}

#[test]
fn failure_that_could_not_be_counted_is_503() {
    let issuer = Issuer::new();
    let code = code_of(&issuer, SERVER);
    issuer.fail_call(1, crate::support::host::CallFault::Unavailable);
    let wrong = redemption(&code).with("code_verifier", &"x".repeat(43));
    issuer.token(SERVER, &wrong).refused(503, "temporarily_unavailable", "host_unavailable");
}
