//! THREATS A at the gate: which tokens are none. The form of a JWS is tested in `jose_hostile`.

use serde_json::{Value, json};

use crate::support::request::{at_orders, decide, decide_at, outcome};
use crate::support::tenant::{EDDSA, HS256, LEDGER, NOW, ORDERS, PAYMENTS, document, gate, tenant_of};
use crate::support::token::Token;

fn refused(token: &Token, reason: &str) {
    let decision = at_orders(token);
    assert_eq!(outcome(&decision), reason, "{} {}", token.header, token.claims);
    assert_eq!(decision.response().unwrap().status, 401);
}

fn raw(payload: &str) -> &'static str {
    outcome(&decide("GET", ORDERS, &Token::of_client().with_payload(payload)))
}

mod a1_a2_algorithms {
    use super::*;
    use crate::support::test;

    #[test]
    fn none_is_refused_in_any_case() {
        for alg in ["none", "None", "NONE", "nOnE", ""] {
            let decision = at_orders(&Token::of_client().header("alg", json!(alg)));
            assert_eq!(decision.response().unwrap().status, 401);
        }
    }

    #[test]
    fn algorithm_of_the_header_is_not_believed() {
        for alg in ["HS256", "EdDSA", "RS256", "PS256", "ES384"] {
            refused(&Token::of_client().header("alg", json!(alg)), "algorithm_not_permitted");
        }
    }

    #[test]
    fn hs256_signed_with_a_public_key_as_secret_is_refused() {
        let token = Token::of_client().signed_with(HS256).header("kid", json!("es256"));
        refused(&token, "algorithm_not_permitted");
    }

    #[test]
    fn hs256_verifies_only_where_the_host_supplied_the_key() {
        let token =
            Token::of_client().with("aud", json!(LEDGER)).with("exp", json!(NOW + 300)).signed_with(HS256);
        assert_eq!(outcome(&decide("GET", LEDGER, &token.compact())), "allow");
        let id = audgate::vocabulary::TenantId::parse("demo").unwrap();
        let record = &crate::support::tenant::records(&document())["tenant/demo"];
        let tenant = audgate::config::Tenant::parse(record, &id).unwrap();
        let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(tenant));
        let authorization = format!("Bearer {}", token.compact());
        let request = audgate::gate::GateRequest {
            method: "GET",
            url: LEDGER,
            authorization: Some(&authorization),
            ..Default::default()
        };
        assert_eq!(outcome(&decide_at(&mut gate, &request, NOW)), "unknown_key");
    }
}

mod a3_a4_keys {
    use super::*;
    use crate::support::test;

    #[test]
    fn key_identifier_is_only_looked_up() {
        for kid in ["../../etc/passwd", "' OR 1=1 --", "__proto__", "constructor", "es256\u{0}", "ES256"] {
            refused(&Token::of_client().header("kid", json!(kid)), "unknown_key");
        }
    }

    #[test]
    fn token_without_key_identifier_needs_a_single_key_that_could_have_signed() {
        let mut token = Token::of_client();
        token.header.as_object_mut().unwrap().remove("kid");
        assert_eq!(outcome(&at_orders(&token)), "allow");
    }

    #[test]
    fn key_in_the_header_is_not_trusted() {
        let own: Value = serde_json::from_str(EDDSA).unwrap();
        for (name, value) in [
            ("jwk", own),
            ("jku", json!("https://evil.example/keys")),
            ("x5u", json!("https://evil.example/cert")),
            ("x5c", json!(["MIIB"])),
        ] {
            let token =
                Token::of_client().signed_with(EDDSA).header("kid", json!("unknown")).header(name, value);
            refused(&token, "unknown_key");
        }
    }

    #[test]
    fn disabled_key_verifies_nothing_and_retiring_key_still_does() {
        for (state, expected) in [("disabled", "unknown_key"), ("retiring", "allow"), ("next", "allow")] {
            let mut document = document();
            let mut other = crate::support::tenant::published(crate::support::tenant::ES256);
            other["kid"] = json!("other");
            document["signing_keys"][0]["state"] = json!(state);
            document["signing_keys"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "state": "current", "jwk": other }));
            let mut gate = audgate::gate::Gate::new(std::rc::Rc::new(tenant_of(&document)));
            let authorization = format!("Bearer {}", Token::of_client().compact());
            let request = audgate::gate::GateRequest {
                method: "GET",
                url: ORDERS,
                authorization: Some(&authorization),
                ..Default::default()
            };
            assert_eq!(outcome(&decide_at(&mut gate, &request, NOW)), expected, "{state}");
        }
    }
}

mod a5_a6_a7_a8_form {
    use super::*;
    use crate::support::test;

    #[test]
    fn nested_token_is_refused() {
        refused(&Token::of_client().header("cty", json!("JWT")), "nested_token");
    }

    #[test]
    fn duplicate_claim_is_refused_also_when_escaped() {
        let claims = Token::of_client().claims.to_string();
        let body = claims.trim_start_matches('{');
        assert_eq!(raw(&format!(r#"{{"aud":"https://evil.example/",{body}"#)), "malformed_payload");
        assert_eq!(raw(&format!(r#"{{"\u0061ud":"https://evil.example/",{body}"#)), "malformed_payload");
        assert_eq!(raw(&format!(r#"{{"x":{{"a":1,"a":1}},{body}"#)), "malformed_payload");
    }

    #[test]
    fn payload_that_is_no_strict_json_object_is_refused() {
        let claims = Token::of_client().claims.to_string();
        let deep = format!(r#"{{"x":{}1{},{}"#, "[".repeat(8), "]".repeat(8), claims.trim_start_matches('{'));
        for payload in [
            "",
            "null",
            "[]",
            "\"x\"",
            "{",
            &format!("\u{feff}{claims}"),
            &format!("{claims}{claims}"),
            &claims.replace("orders-backend", "\\ud800"),
            &format!("{claims}\u{0}"),
            &deep,
        ] {
            assert_eq!(raw(payload), "malformed_payload", "{payload}");
        }
        assert_eq!(raw(&claims), "allow");
    }

    #[test]
    fn issuer_is_compared_octet_by_octet() {
        for issuer in [
            "https://issuer.example/",
            "HTTPS://issuer.example",
            "https://issuer.example:443",
            "https://Issuer.example",
            "https://issuer.exampl\u{435}",
            "https://issuer.example.evil.example",
            "http://issuer.example",
            "",
        ] {
            refused(&Token::of_client().with("iss", json!(issuer)), "issuer_mismatch");
        }
    }
}

mod a10_times {
    use super::*;
    use crate::support::test;

    #[test]
    fn time_that_is_no_whole_number_is_refused() {
        for claim in ["exp", "iat", "nbf"] {
            for value in [
                json!("1800000600"),
                json!(null),
                json!(true),
                json!([NOW]),
                json!({}),
                json!(-1),
                json!(1.5),
                json!(1e20),
                json!(9_007_199_254_740_992_u64),
                json!(1_800_000_000.0),
            ] {
                refused(&Token::of_client().with(claim, value), "malformed_claim");
            }
        }
    }

    #[test]
    fn required_claims_are_required() {
        for claim in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "tid", "app_id"] {
            refused(&Token::of_client().without(claim), "missing_claim");
        }
    }

    #[test]
    fn null_is_not_absent() {
        for claim in ["iss", "sub", "aud", "jti", "client_id", "tid", "app_id", "sid", "scope", "management"]
        {
            refused(&Token::of_client().with(claim, json!(null)), "malformed_claim");
        }
    }
}

mod a11_clock {
    use super::*;
    use crate::support::test;

    #[test]
    fn tolerance_bounds_expiry() {
        let token = |exp: u64| Token::of_client().with("iat", json!(NOW - 600)).with("exp", json!(exp));
        assert_eq!(outcome(&at_orders(&token(NOW - 9))), "allow");
        refused(&token(NOW - 10), "expired");
        refused(&token(NOW - 500), "expired");
    }

    #[test]
    fn token_of_the_future_is_refused_beyond_the_tolerance() {
        let issued = |iat: u64| Token::of_client().with("iat", json!(iat));
        assert_eq!(outcome(&at_orders(&issued(NOW + 10))), "allow");
        refused(&issued(NOW + 11), "not_yet_valid");
        assert_eq!(outcome(&at_orders(&Token::of_client().with("nbf", json!(NOW + 10)))), "allow");
        refused(&Token::of_client().with("nbf", json!(NOW + 11)), "not_yet_valid");
    }

    #[test]
    fn token_that_lives_longer_than_the_resource_allows_is_refused() {
        assert_eq!(outcome(&at_orders(&Token::of_client().with("exp", json!(NOW + 3_600)))), "allow");
        refused(&Token::of_client().with("exp", json!(NOW + 3_601)), "lifetime_exceeded");
        refused(&Token::of_client().with("exp", json!(9_007_199_254_740_991_u64)), "lifetime_exceeded");
    }
}

mod a12_artifacts {
    use super::*;
    use crate::support::test;

    #[test]
    fn only_an_access_token_is_an_access_token() {
        for typ in ["JWT", "at+JWTx", "jwt", "id_token", "logout+jwt", "application/jwt", ""] {
            refused(&Token::of_client().header("typ", json!(typ)), "not_an_access_token");
        }
        let mut token = Token::of_client();
        token.header.as_object_mut().unwrap().remove("typ");
        refused(&token, "not_an_access_token");
    }

    #[test]
    fn media_type_has_no_case_and_may_be_whole() {
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt"] {
            assert_eq!(outcome(&at_orders(&Token::of_client().header("typ", json!(typ)))), "allow", "{typ}");
        }
    }

    #[test]
    fn token_of_another_resource_is_refused() {
        let decision = decide("GET", PAYMENTS, &Token::of_client().compact());
        assert_eq!(outcome(&decision), "audience_mismatch");
        assert_eq!(outcome(&decide("POST", PAYMENTS, &Token::for_payments().compact())), "allow");
    }

    #[test]
    fn token_of_the_default_resource_opens_no_other() {
        refused(&Token::of_client().with("aud", json!("https://issuer.example")), "audience_mismatch");
    }
}

mod a13_issuer_and_audience {
    use super::*;
    use crate::support::test;

    #[test]
    fn audience_is_exactly_one_string() {
        refused(&Token::of_client().with("aud", json!([ORDERS])), "malformed_claim");
        refused(&Token::of_client().with("aud", json!([ORDERS, "https://evil.example/"])), "malformed_claim");
        for audience in [
            "https://api.example/order",
            "https://api.example/orders/42",
            "https://api.example",
            "",
            "https://api.example/orders/",
            "HTTPS://api.example/orders",
        ] {
            refused(&Token::of_client().with("aud", json!(audience)), "audience_mismatch");
        }
    }

    #[test]
    fn issuer_is_exactly_one_string() {
        refused(&Token::of_client().with("iss", json!(["https://issuer.example"])), "malformed_claim");
    }

    #[test]
    fn token_of_another_tenant_is_refused() {
        refused(&Token::of_client().with("tid", json!("other")), "tenant_mismatch");
    }
}

mod subjects {
    use super::*;
    use crate::support::test;

    #[test]
    fn claims_that_do_not_tell_the_kind_of_subject_are_refused() {
        refused(&Token::of_user().without("sid"), "subject_kind_unclear");
        refused(&Token::of_client().with("sid", json!("s1")), "subject_kind_unclear");
        refused(&Token::of_user().with("management", json!(true)), "subject_kind_unclear");
    }

    #[test]
    fn management_is_a_boolean() {
        for value in [json!("true"), json!(1), json!({})] {
            refused(&Token::of_client().with("management", value), "malformed_claim");
        }
        assert_eq!(outcome(&at_orders(&Token::of_client().with("management", json!(false)))), "allow");
    }

    #[test]
    fn sender_constrained_token_is_refused_as_bearer() {
        for cnf in [json!({ "jkt": "abc" }), json!({}), json!(null)] {
            refused(&Token::of_client().with("cnf", cnf), "possession_not_proved");
        }
    }
}

mod b1_b2_signatures {
    use super::*;
    use crate::support::test;

    #[test]
    fn payload_of_another_token_is_refused() {
        let genuine = Token::of_client().compact();
        let forged = Token::of_client().with("scope", json!("orders:read orders:cancel")).compact();
        let part = |token: &str, index: usize| token.split('.').nth(index).unwrap().to_owned();
        let mixed = format!("{}.{}.{}", part(&genuine, 0), part(&forged, 1), part(&genuine, 2));
        assert_eq!(outcome(&decide("GET", ORDERS, &mixed)), "signature_mismatch");
    }

    #[test]
    fn refused_signature_is_not_remembered() {
        let genuine = Token::of_client().compact();
        let other = Token::of_client().with("jti", json!("j2")).compact();
        let forged = format!("{}.{}", genuine.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
        let mut gate = gate();
        for _ in 0..2 {
            let authorization = format!("Bearer {forged}");
            let request = audgate::gate::GateRequest {
                method: "GET",
                url: ORDERS,
                authorization: Some(&authorization),
                ..Default::default()
            };
            assert_eq!(outcome(&decide_at(&mut gate, &request, NOW)), "signature_mismatch");
        }
    }
}
