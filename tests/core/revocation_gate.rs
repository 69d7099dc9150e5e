//! What the gate makes of revocations: by the list, by the objects, or not at all.

use std::cell::RefCell;
use std::rc::Rc;

use audgate::config::Tenant;
use audgate::gate::{Decision, Gate, GateRequest, Inquiry, Step};
use audgate::revocation::{Revocation, RevocationKind, Revocations, SHARDS, list_max_age, revocation_bound};
use audgate::session::{AccountCommand, AccountReply, AccountRequest};
use serde_json::{Value, json};

use crate::support::request::{decide_at, first_step, header, outcome};
use crate::support::revocation::{at, list, publish, revocation, tenant_id};
use crate::support::tenant::{LEDGER, NOW, document, tenant_of};
use crate::support::test;
use crate::support::token::Token;

const URL: &str = "https://api.example/orders/42";
/// What an account answers, as `the_gate_understands_what_an_account_answers` makes sure.
const LIVE: &str = r#"{"type":"live","live":true}"#;
const REVOKED: &str = r#"{"type":"live","live":false}"#;
/// The age up to which a list counts under the default settings.
const MAX_AGE: u64 = list_max_age(60);

fn user() -> Token {
    Token::of_user().with("gid", json!("g1"))
}

fn tenant(change: impl FnOnce(&mut Value)) -> Rc<Tenant> {
    let mut document = document();
    change(&mut document);
    Rc::new(tenant_of(&document))
}

fn strong() -> Rc<Tenant> {
    tenant(|document| document["resources"][0]["revocation"] = json!("strong"))
}

fn gate_with(tenant: Rc<Tenant>, list: Rc<RefCell<Revocations>>) -> Gate {
    let mut gate = Gate::new(tenant);
    gate.honour(list);
    gate
}

/// A gate whose list, published now, has these entries.
fn gate_of(entries: &[Revocation]) -> Gate {
    gate_with(tenant(|_| {}), list(entries, NOW))
}

fn with_request<T>(method: &str, url: &str, token: &Token, work: impl FnOnce(&GateRequest<'_>) -> T) -> T {
    let authorization = format!("Bearer {}", token.compact());
    work(&GateRequest { method, url, authorization: Some(&authorization), ..GateRequest::default() })
}

fn decide(gate: &mut Gate, token: &Token, now: u64) -> Decision {
    with_request("GET", URL, token, |request| decide_at(gate, request, now))
}

fn step(gate: &mut Gate, token: &Token, now: u64) -> Step {
    with_request("GET", URL, token, |request| first_step(gate, request, now))
}

/// The decision by these replies of the objects.
fn by_objects(gate: &mut Gate, token: &Token, replies: &[Option<&str>]) -> Decision {
    let Step::Inquiries(pending) = step(gate, token, NOW) else { panic!("no object is asked") };
    let replies: Vec<Option<String>> = replies.iter().map(|reply| reply.map(str::to_owned)).collect();
    gate.conclude_inquiries(*pending, &replies)
}

fn inquiries(gate: &mut Gate, token: &Token) -> Vec<Inquiry> {
    let Step::Inquiries(pending) = step(gate, token, NOW) else { panic!("no object is asked") };
    pending.inquiries().to_vec()
}

#[test]
fn a_token_is_refused_once_any_of_its_names_is_revoked() {
    let names = ["j1", "g1", "s1", "ada", "orders-backend"];
    for (kind, name) in RevocationKind::ALL.into_iter().zip(names) {
        let decision = decide(&mut gate_of(&[revocation(kind, name)]), &user(), NOW);
        assert_eq!(outcome(&decision), "token_revoked", "{kind:?}");
        assert_eq!(decision.trace().revocation.unwrap().revoked_by, Some(kind.as_str()));
    }
}

#[test]
fn a_clients_token_is_refused_once_it_or_its_client_is_revoked() {
    for (kind, name) in [(RevocationKind::Token, "j1"), (RevocationKind::Client, "orders-backend")] {
        let decision = decide(&mut gate_of(&[revocation(kind, name)]), &Token::of_client(), NOW);
        assert_eq!(outcome(&decision), "token_revoked", "{kind:?}");
    }
}

#[test]
fn a_token_that_was_issued_after_the_revocation_is_admitted() {
    let mut gate = gate_of(&[revocation(RevocationKind::Subject, "ada")]);
    let token = user().with("iat", json!(NOW + 1));
    assert_eq!(outcome(&decide(&mut gate, &token, NOW + 1)), "allow");
}

#[test]
fn what_others_had_revoked_changes_nothing() {
    let entries = [
        revocation(RevocationKind::Token, "j2"),
        revocation(RevocationKind::Grant, "g2"),
        revocation(RevocationKind::Session, "s2"),
        revocation(RevocationKind::Subject, "bob"),
        revocation(RevocationKind::Client, "shop-viewer"),
    ];
    assert_eq!(outcome(&decide(&mut gate_of(&entries), &user(), NOW)), "allow");
}

#[test]
fn the_caller_of_a_revoked_token_gets_invalid_token_and_not_which_name() {
    let mut bodies = Vec::new();
    for (kind, name) in [(RevocationKind::Token, "j1"), (RevocationKind::Subject, "ada")] {
        let decision = decide(&mut gate_of(&[revocation(kind, name)]), &user(), NOW);
        let response = decision.response().unwrap();
        assert_eq!(response.status, 401);
        assert!(header(&decision, "www-authenticate").unwrap().contains(r#"error="invalid_token""#));
        bodies.push(response.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    assert!(bodies[0].contains(r#""reason":"token_revoked""#), "{}", bodies[0]);
}

#[test]
fn whether_a_token_was_revoked_comes_before_scope_path_and_kind_of_subject() {
    let mut gate = gate_of(&[revocation(RevocationKind::Token, "j1")]);
    for (method, url, token) in [
        ("DELETE", URL, user()),
        ("GET", URL, user().without("scope")),
        ("POST", "https://api.example/orders/import", user()),
    ] {
        let decision = with_request(method, url, &token, |request| decide_at(&mut gate, request, NOW));
        assert_eq!(outcome(&decision), "token_revoked", "{method} {url}");
    }
}

#[test]
fn a_token_that_is_not_right_in_itself_is_refused_for_that() {
    let mut gate = gate_of(&[revocation(RevocationKind::Token, "j1")]);
    assert_eq!(outcome(&decide(&mut gate, &user().with("aud", json!(LEDGER)), NOW)), "audience_mismatch");
    assert_eq!(outcome(&decide(&mut gate, &user(), NOW + 610)), "expired");
}

#[test]
fn a_token_that_is_known_is_refused_as_soon_as_the_list_says_so() {
    let shared = list(&[], NOW);
    let mut gate = gate_with(tenant(|_| {}), Rc::clone(&shared));
    let token = user();
    assert_eq!(outcome(&decide(&mut gate, &token, NOW)), "allow");
    publish(&mut shared.borrow_mut(), &[revocation(RevocationKind::Session, "s1")], &[], NOW + 10);
    let decision = decide(&mut gate, &token, NOW + 10);
    assert_eq!((outcome(&decision), decision.trace().known_token), ("token_revoked", Some(true)));
}

#[test]
fn a_token_that_is_known_is_no_reason_to_trust_an_old_list() {
    let mut gate = gate_of(&[]);
    let token = user();
    assert_eq!(outcome(&decide(&mut gate, &token, NOW)), "allow");
    assert!(matches!(step(&mut gate, &token, NOW + MAX_AGE + 1), Step::Reading(_)));
}

#[test]
fn another_configuration_goes_on_with_the_same_list() {
    let shared = list(&[], NOW);
    let mut gates = [gate_with(tenant(|_| {}), Rc::clone(&shared)), gate_with(strong(), Rc::clone(&shared))];
    publish(&mut shared.borrow_mut(), &[revocation(RevocationKind::Session, "s1")], &[], NOW + 10);
    for gate in &mut gates {
        assert_eq!(outcome(&decide(gate, &user(), NOW + 10)), "token_revoked");
    }
}

#[test]
fn the_list_of_another_tenant_is_not_honoured() {
    let other = Revocations::new(audgate::vocabulary::TenantId::parse("other").unwrap());
    let mut gate = gate_with(tenant(|_| {}), Rc::new(RefCell::new(other)));
    assert_eq!(decide(&mut gate, &user(), NOW).trace().revocation.unwrap().mode, "none");
}

#[test]
fn where_no_list_is_published_tokens_are_admitted_and_the_trace_says_so() {
    let mut unpublished = Revocations::new(tenant_id());
    unpublished.take_head(None, at(NOW)).unwrap();
    for mut gate in [Gate::new(tenant(|_| {})), gate_with(tenant(|_| {}), Rc::new(RefCell::new(unpublished)))]
    {
        let decision = decide(&mut gate, &user(), NOW);
        assert_eq!(outcome(&decision), "allow");
        let trace = decision.trace().revocation.unwrap();
        assert_eq!((trace.mode, trace.bound), ("none", None));
    }
}

#[test]
fn that_no_list_is_published_is_looked_up_again_after_a_while() {
    let mut unpublished = Revocations::new(tenant_id());
    unpublished.take_head(None, at(NOW - MAX_AGE - 1)).unwrap();
    let shared = Rc::new(RefCell::new(unpublished));
    let mut gate = gate_with(tenant(|_| {}), Rc::clone(&shared));
    let Step::Reading(pending) = step(&mut gate, &user(), NOW) else { panic!("it was long ago") };
    publish(&mut shared.borrow_mut(), &[revocation(RevocationKind::Session, "s1")], &[], NOW);
    let Step::Decided(decision) = gate.conclude_reading(*pending) else { panic!("the list is new") };
    assert_eq!(outcome(&decision), "token_revoked");
}

#[test]
fn where_no_list_was_published_a_store_that_fails_refuses_nobody() {
    let mut unpublished = Revocations::new(tenant_id());
    unpublished.take_head(None, at(NOW - MAX_AGE - 1)).unwrap();
    let decision = decide(&mut gate_with(tenant(|_| {}), Rc::new(RefCell::new(unpublished))), &user(), NOW);
    assert_eq!((outcome(&decision), decision.trace().revocation.unwrap().mode), ("allow", "none"));
}

#[test]
fn the_trace_tells_the_age_of_the_list_and_the_bound() {
    let decision = decide(&mut gate_of(&[]), &user(), NOW + 7);
    let trace = decision.trace().revocation.unwrap();
    assert_eq!((trace.mode, trace.age, trace.bound), ("list", Some(7), Some(revocation_bound(60))));
}

#[test]
fn the_bound_follows_the_propagation_that_the_tenant_states() {
    let quick = tenant(|document| document["settings"]["kv_propagation"] = json!(0));
    let decision = decide(&mut gate_with(quick, list(&[], NOW)), &user(), NOW);
    assert_eq!(decision.trace().revocation.unwrap().bound, Some(52));
}

#[test]
fn a_public_rule_asks_nobody() {
    let mut gate = gate_with(strong(), Rc::new(RefCell::new(Revocations::new(tenant_id()))));
    let request =
        GateRequest { method: "GET", url: "https://api.example/orders/status", ..GateRequest::default() };
    let decision = decide_at(&mut gate, &request, NOW);
    assert_eq!(outcome(&decision), "allow");
    assert_eq!(decision.trace().revocation, None);
}

#[test]
fn a_list_counts_up_to_its_greatest_age() {
    let mut gate = gate_of(&[]);
    let token = user().with("exp", json!(NOW + 3_600));
    assert_eq!(outcome(&decide(&mut gate, &token, NOW + MAX_AGE)), "allow");
    assert!(matches!(step(&mut gate, &token, NOW + MAX_AGE + 1), Step::Reading(_)));
}

#[test]
fn a_list_that_was_never_read_is_read_first() {
    let mut gate = gate_with(tenant(|_| {}), Rc::new(RefCell::new(Revocations::new(tenant_id()))));
    assert!(matches!(step(&mut gate, &user(), NOW), Step::Reading(_)));
}

#[test]
fn a_list_that_was_read_meanwhile_decides() {
    for (entries, expected) in
        [(Vec::new(), "allow"), (vec![revocation(RevocationKind::Session, "s1")], "token_revoked")]
    {
        let shared = list(&[], NOW - MAX_AGE - 1);
        let mut gate = gate_with(tenant(|_| {}), Rc::clone(&shared));
        let Step::Reading(pending) = step(&mut gate, &user(), NOW) else { panic!("the list is old") };
        publish(&mut shared.borrow_mut(), &entries, &[], NOW);
        let Step::Decided(decision) = gate.conclude_reading(*pending) else { panic!("the list is new") };
        assert_eq!(outcome(&decision), expected);
    }
}

#[test]
fn where_the_list_stays_old_the_objects_are_asked() {
    let mut gate = gate_with(tenant(|_| {}), list(&[], NOW - MAX_AGE - 1));
    let Step::Reading(pending) = step(&mut gate, &user(), NOW) else { panic!("the list is old") };
    let Step::Inquiries(pending) = gate.conclude_reading(*pending) else { panic!("the list is still old") };
    let decision = gate.conclude_inquiries(*pending, &[Some(LIVE.to_owned()), Some(LIVE.to_owned())]);
    assert_eq!(outcome(&decision), "allow");
    let trace = decision.trace().revocation.unwrap();
    assert_eq!((trace.mode, trace.cause, trace.age), ("objects", Some("old_list"), Some(MAX_AGE + 1)));
    assert_eq!(trace.bound, Some(0));
}

#[test]
fn where_nothing_can_be_found_out_the_answer_is_503() {
    for list in [Rc::new(RefCell::new(Revocations::new(tenant_id()))), list(&[], NOW - MAX_AGE - 1)] {
        let decision = decide(&mut gate_with(tenant(|_| {}), list), &user(), NOW);
        assert_eq!(outcome(&decision), "revocation_unknown");
        let response = decision.response().unwrap();
        assert_eq!(response.status, 503);
        assert_eq!(header(&decision, "retry-after").as_deref(), Some("1"));
        assert_eq!(header(&decision, "www-authenticate"), None);
        assert!(response.body.contains("temporarily_unavailable"), "{}", response.body);
    }
}

#[test]
fn what_an_old_list_says_against_a_token_is_still_true() {
    let list = list(&[revocation(RevocationKind::Session, "s1")], NOW - MAX_AGE - 1);
    assert_eq!(outcome(&decide(&mut gate_with(tenant(|_| {}), list), &user(), NOW)), "token_revoked");
}

#[test]
fn a_full_shard_has_the_objects_asked_for_what_falls_into_it() {
    let own = [("j1", RevocationKind::Token), ("g1", RevocationKind::Grant), ("s1", RevocationKind::Session)];
    let own =
        own.into_iter().chain([("ada", RevocationKind::Subject), ("orders-backend", RevocationKind::Client)]);
    let shards: Vec<usize> = own.map(|(name, kind)| revocation(kind, name).shard()).collect();
    for index in 0..SHARDS {
        let mut known = Revocations::new(tenant_id());
        publish(&mut known, &[], &[index], NOW);
        let mut gate = gate_with(tenant(|_| {}), Rc::new(RefCell::new(known)));
        match step(&mut gate, &user(), NOW) {
            Step::Inquiries(pending) => {
                assert!(shards.contains(&index), "{index}");
                let decision = gate.conclude_inquiries(*pending, &[]);
                assert_eq!(decision.trace().revocation.unwrap().cause, Some("full_shard"));
            }
            Step::Decided(decision) => {
                assert!(!shards.contains(&index), "{index}");
                assert_eq!(outcome(&decision), "allow");
            }
            Step::Signature(_) | Step::Keys(_) | Step::Reading(_) | Step::Forgotten => {
                panic!("the list is new")
            }
            Step::Proof(_) | Step::ProofSignature(_) | Step::ProofUse(_) => {
                panic!("the token came from a bearer")
            }
        }
    }
}

#[test]
fn a_strong_resource_has_the_objects_asked_on_each_request() {
    for mut gate in [Gate::new(strong()), gate_with(strong(), list(&[], NOW))] {
        for _ in 0..3 {
            let decision = by_objects(&mut gate, &user(), &[Some(LIVE), Some(LIVE)]);
            assert_eq!(outcome(&decision), "allow");
            let trace = decision.trace().revocation.unwrap();
            assert_eq!((trace.mode, trace.cause, trace.bound), ("objects", Some("strong"), Some(0)));
        }
        let decision = by_objects(&mut gate, &user(), &[Some(REVOKED), Some(LIVE)]);
        assert_eq!((outcome(&decision), decision.trace().known_token), ("token_revoked", Some(true)));
    }
}

#[test]
fn a_strong_resource_needs_no_list() {
    let mut gate = gate_with(strong(), Rc::new(RefCell::new(Revocations::new(tenant_id()))));
    assert_eq!(outcome(&by_objects(&mut gate, &user(), &[Some(LIVE), Some(LIVE)])), "allow");
}

#[test]
fn one_object_that_says_no_is_enough() {
    for replies in [
        [Some(REVOKED), Some(LIVE)],
        [Some(LIVE), Some(REVOKED)],
        [Some(REVOKED), Some(REVOKED)],
        [Some(REVOKED), None],
        [None, Some(REVOKED)],
    ] {
        assert_eq!(
            outcome(&by_objects(&mut Gate::new(strong()), &user(), &replies)),
            "token_revoked",
            "{replies:?}"
        );
    }
}

#[test]
fn an_object_that_does_not_say_yes_leaves_it_open() {
    let strange = [
        None,
        Some(""),
        Some("null"),
        Some("true"),
        Some("{}"),
        Some(r#"{"type":"live"}"#),
        Some(r#"{"type":"live","live":"true"}"#),
        Some(r#"{"type":"live","live":true,"more":1}"#),
        Some(r#"{"type":"done"}"#),
        Some(r#"{"type":"refused","reason":"record_unreadable"}"#),
    ];
    for reply in strange {
        for replies in [[reply, Some(LIVE)], [Some(LIVE), reply]] {
            let decision = by_objects(&mut Gate::new(strong()), &user(), &replies);
            assert_eq!(outcome(&decision), "revocation_unknown", "{replies:?}");
        }
    }
    for replies in [&[][..], &[Some(LIVE)], &[Some(LIVE), Some(LIVE), Some(LIVE)]] {
        let decision = by_objects(&mut Gate::new(strong()), &user(), replies);
        assert_eq!(outcome(&decision), "revocation_unknown", "{replies:?}");
    }
}

#[test]
fn a_live_token_still_needs_its_scope() {
    let mut gate = Gate::new(strong());
    let decision = by_objects(&mut gate, &user().without("scope"), &[Some(LIVE), Some(LIVE)]);
    assert_eq!(outcome(&decision), "insufficient_scope");
}

#[test]
fn the_objects_of_user_and_client_are_asked_for_a_users_token() {
    let asked = inquiries(&mut Gate::new(strong()), &user());
    let objects: Vec<&str> = asked.iter().map(|inquiry| inquiry.object.as_str()).collect();
    assert_eq!(objects, ["demo/user/ada", "demo/client/orders-backend"]);
}

#[test]
fn only_the_clients_object_is_asked_for_a_clients_token() {
    for token in [Token::of_client(), Token::of_management()] {
        let asked = inquiries(&mut Gate::new(strong()), &token);
        let client = token.claims["client_id"].as_str().unwrap();
        assert_eq!(
            asked.iter().map(|asked| asked.object.clone()).collect::<Vec<_>>(),
            [format!("demo/client/{client}")]
        );
        assert_eq!(outcome(&by_objects(&mut Gate::new(strong()), &token, &[Some(LIVE)])), "allow");
    }
}

#[test]
fn an_account_understands_what_it_is_asked() {
    for Inquiry { object, request } in inquiries(&mut Gate::new(strong()), &user()) {
        let request: AccountRequest = serde_json::from_str(&request).unwrap();
        assert_eq!(Some(request.subject.as_str()), object.rsplit('/').next());
        assert_eq!(request.standing, None);
        let AccountCommand::Check { sid, gid, jti, issued_at } = request.command else {
            panic!("another command")
        };
        assert_eq!((sid.unwrap().as_str(), gid.unwrap().as_str(), jti.as_str()), ("s1", "g1", "j1"));
        assert_eq!(issued_at.seconds(), NOW);
    }
}

#[test]
fn the_gate_understands_what_an_account_answers() {
    for (live, text) in [(true, LIVE), (false, REVOKED)] {
        assert_eq!(serde_json::to_string(&AccountReply::Live { live }).unwrap(), text);
    }
}

#[test]
fn a_grant_that_is_no_identifier_is_a_malformed_claim() {
    for gid in [json!(""), json!("a b"), json!(1), json!(null), json!(["g1"])] {
        let decision = decide(&mut gate_of(&[]), &user().with("gid", gid.clone()), NOW);
        assert_eq!(outcome(&decision), "malformed_claim", "{gid}");
    }
}
