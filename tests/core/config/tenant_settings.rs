//! Issuer, hosts and settings.

use audgate::jose::Algorithm;
use serde_json::json;

use super::builder::{accepted, another_es256, eddsa, faults, hs256, push, refused, remove, rs256};
use crate::support::test;

#[test]
fn the_issuer_is_kept_byte_for_byte() {
    assert_eq!(accepted(|_| {}).tenant().issuer(), "https://login.acme.example");
}

#[test]
fn an_issuer_on_localhost_may_be_http() {
    let document = accepted(|document| {
        document["issuer"] = json!("http://localhost:8787");
        document["hosts"] = json!(["localhost", "127.0.0.1"]);
    });
    assert_eq!(document.tenant().issuer(), "http://localhost:8787");
    assert_eq!(document.tenant().hosts(), ["localhost", "127.0.0.1"]);
}

#[test]
fn issuers_that_are_not_a_plain_origin_are_refused() {
    for issuer in [
        "http://login.acme.example",
        "https://login.acme.example/",
        "https://login.acme.example/tenant",
        "https://login.acme.example?x",
        "https://login.acme.example#x",
        "https://me@login.acme.example",
        "https://LOGIN.acme.example",
        "https://login.acme.example:443",
        "https://login.acme.example.",
        "HTTPS://login.acme.example",
        "ftp://login.acme.example",
        "login.acme.example",
        " https://login.acme.example",
        "https://login.acme.example\n",
        "",
    ] {
        let found = faults(|document| document["issuer"] = json!(issuer));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "$.issuer", "{issuer}");
    }
}

#[test]
fn hosts_are_plain_lower_case_names() {
    for host in [
        "Login.acme.example",
        "login.acme.example:443",
        "login.acme.example.",
        "https://login.acme.example",
        "*.acme.example",
        "-a.example",
        "a_b.example",
        "a..example",
        "0x7f.1",
        "127.1",
        "bücher.example",
        "::1",
        "a b",
        "",
    ] {
        refused(|document| push(&mut document["hosts"], json!(host)), "$.hosts[1]", "not a host name");
    }
}

#[test]
fn the_host_of_the_issuer_is_among_the_hosts() {
    refused(
        |document| document["hosts"] = json!(["other.acme.example"]),
        "$.hosts",
        "the host of the issuer, `login.acme.example`, is missing",
    );
}

#[test]
fn a_host_stands_once() {
    refused(
        |document| push(&mut document["hosts"], json!("login.acme.example")),
        "$.hosts[1]",
        "stands twice",
    );
}

#[test]
fn clock_tolerance_is_up_to_a_minute_and_ten_seconds_by_default() {
    let tolerance = |value| {
        accepted(|document| document["settings"]["clock_tolerance"] = json!(value)).tenant().clock_tolerance()
    };
    assert_eq!(tolerance(0), 0);
    assert_eq!(tolerance(60), 60);
    assert_eq!(accepted(|document| remove(document, "settings")).tenant().clock_tolerance(), 10);
    refused(
        |document| document["settings"]["clock_tolerance"] = json!(61),
        "$.settings.clock_tolerance",
        "is 61",
    );
}

#[test]
fn access_tokens_are_signed_with_es256_by_default() {
    let document = accepted(|document| remove(document, "settings"));
    let tenant = document.tenant();
    assert_eq!(tenant.signing_algorithm_for(tenant.default_resource()), Algorithm::Es256);
}

#[test]
fn a_resource_can_name_its_own_algorithm() {
    let document = accepted(|document| {
        document["resources"][0]["access_token_signing_alg"] = json!("Ed25519");
        push(&mut document["signing_keys"], json!({ "state": "current", "jwk": eddsa() }));
    });
    let tenant = document.tenant();
    let algorithms: Vec<Algorithm> =
        tenant.resources().iter().map(|resource| tenant.signing_algorithm_for(resource)).collect();
    assert_eq!(algorithms, [Algorithm::EdDsa, Algorithm::Es256]);
}

#[test]
fn only_algorithms_that_are_issued_can_be_named() {
    for algorithm in ["none", "None", "ES384", "PS256", "es256", "HS512", ""] {
        refused(
            |document| document["settings"]["access_token_signing_alg"] = json!(algorithm),
            "$.settings.access_token_signing_alg",
            &format!("is `{algorithm}`"),
        );
    }
}

#[test]
fn an_algorithm_without_a_current_key_is_refused_where_it_is_named() {
    refused(
        |document| document["resources"][1]["access_token_signing_alg"] = json!("RS256"),
        "$.resources[1].access_token_signing_alg",
        "no signing key for RS256 is current",
    );
    refused(
        |document| {
            document["settings"]["access_token_signing_alg"] = json!("RS256");
            push(&mut document["signing_keys"], json!({ "state": "next", "jwk": rs256() }));
        },
        "$.settings.access_token_signing_alg",
        "no signing key for RS256 is current",
    );
    refused(
        |document| {
            remove(document, "settings");
            document["signing_keys"] = json!([{ "state": "retiring", "jwk": another_es256() }]);
        },
        "$.signing_keys",
        "no signing key for ES256 is current",
    );
}

#[test]
fn hs256_is_used_where_a_document_names_it() {
    let document = accepted(|document| {
        document["default_resource"]["access_token_signing_alg"] = json!("HS256");
        push(&mut document["signing_keys"], json!({ "state": "current", "jwk": hs256() }));
    });
    let tenant = document.tenant();
    assert_eq!(tenant.signing_algorithm_for(tenant.default_resource()), Algorithm::Hs256);
}

#[test]
fn the_store_tells_a_change_everywhere_within_a_minute_unless_said_otherwise() {
    assert_eq!(accepted(|_| {}).tenant().kv_propagation(), 60);
    for seconds in [0, 60, 600] {
        let document = accepted(|document| document["settings"]["kv_propagation"] = json!(seconds));
        assert_eq!(document.tenant().kv_propagation(), seconds);
    }
}

#[test]
fn a_propagation_that_is_no_time_of_a_store_is_refused() {
    for value in [json!(601), json!(-1), json!(1.5), json!("60"), json!(null)] {
        refused(
            |document| document["settings"]["kv_propagation"] = value.clone(),
            "$.settings.kv_propagation",
            "is ",
        );
    }
}
