//! The words that every module speaks: what they accept, and what they refuse.

use audgate::vocabulary::{
    ClientId, ErrorCode, IdentifierError, Lifetime, LifetimeError, Scope, ScopeError, Secret, SecretHash,
    UnixTime,
};

use crate::support::test;

#[test]
fn error_codes_stand_as_their_rfcs_define_them() {
    let table = [
        ("invalid_request", 400, "RFC 6749 section 5.2"),
        ("invalid_client", 401, "RFC 6749 section 5.2"),
        ("invalid_grant", 400, "RFC 6749 section 5.2"),
        ("unauthorized_client", 400, "RFC 6749 section 5.2"),
        ("unsupported_grant_type", 400, "RFC 6749 section 5.2"),
        ("invalid_scope", 400, "RFC 6749 section 5.2"),
        ("invalid_target", 400, "RFC 8707 section 2"),
        ("invalid_token", 401, "RFC 6750 section 3.1"),
        ("insufficient_scope", 403, "RFC 6750 section 3.1"),
        ("insufficient_user_authentication", 401, "RFC 9470 section 3"),
        ("invalid_dpop_proof", 400, "RFC 9449 sections 5 and 7.1"),
        ("use_dpop_nonce", 400, "RFC 9449 sections 8 and 9"),
        ("access_denied", 403, "RFC 6749 section 4.1.2.1"),
        ("unsupported_response_type", 400, "RFC 6749 section 4.1.2.1"),
        ("login_required", 400, "OpenID Connect Core 1.0 section 3.1.2.6"),
        (
            "unmet_authentication_requirements",
            400,
            "OpenID Connect Core Error Code unmet_authentication_requirements 1.0",
        ),
        ("consent_required", 400, "OpenID Connect Core 1.0 section 3.1.2.6"),
        ("invalid_request_uri", 400, "RFC 9126 section 2.2, OpenID Connect Core 1.0 section 3.1.2.6"),
        ("request_not_supported", 400, "OpenID Connect Core 1.0 section 3.1.2.6"),
        ("temporarily_unavailable", 503, "RFC 6749 section 4.1.2.1"),
    ];
    let own: Vec<_> =
        ErrorCode::ALL.iter().map(|code| (code.as_str(), code.status(), code.section())).collect();
    assert_eq!(own, table);
}

#[test]
fn identifiers_have_one_alphabet() {
    for text in ["a", "orders-backend", "A.b_c~9", "...", &"x".repeat(128)] {
        assert_eq!(ClientId::parse(text).unwrap().as_str(), text);
    }
    for text in ["a b", "a/b", "../a", ".", "..", "a%2Fb", "a:b", "\u{e9}", "a\n", "a\0", "a@b"] {
        assert_eq!(ClientId::parse(text).unwrap_err(), IdentifierError::Alphabet, "{text:?}");
    }
    assert_eq!(ClientId::parse("").unwrap_err(), IdentifierError::Empty);
    assert_eq!(ClientId::parse(&"x".repeat(129)).unwrap_err(), IdentifierError::TooLong);
}

#[test]
fn scopes_are_tokens_between_single_spaces() {
    assert_eq!(Scope::parse("b a b").unwrap().to_string(), "b a");
    for text in ["", " ", " a", "a ", "a  b"] {
        assert_eq!(Scope::parse(text).unwrap_err(), ScopeError::Empty, "{text:?}");
    }
    for text in ["a\"b", "a\\b", "a\tb", "\u{e9}", "a\u{7f}", "a\nb"] {
        assert_eq!(Scope::parse(text).unwrap_err(), ScopeError::Alphabet, "{text:?}");
    }
    assert_eq!(Scope::parse(&"x".repeat(129)).unwrap_err(), ScopeError::TooLong);
    assert_eq!(Scope::parse(&["x"; 257].join(" ")).unwrap_err(), ScopeError::TooLong);
}

#[test]
fn scope_covers_what_it_has_and_nothing_else() {
    let held = Scope::parse("orders:read orders:cancel").unwrap();
    assert!(held.covers(&Scope::parse("orders:cancel").unwrap()));
    assert!(held.covers(&Scope::default()));
    assert!(!held.covers(&Scope::parse("orders:read orders:refund").unwrap()));
    assert!(!Scope::default().covers(&held));
}

#[test]
fn lifetimes_last_from_one_second_to_ten_years() {
    assert_eq!(Lifetime::from_seconds(1).unwrap().seconds(), 1);
    assert_eq!(Lifetime::from_seconds(315_360_000).unwrap().seconds(), 315_360_000);
    assert_eq!(Lifetime::from_seconds(0).unwrap_err(), LifetimeError::Zero);
    assert_eq!(Lifetime::from_seconds(315_360_001).unwrap_err(), LifetimeError::TooLong);
    assert_eq!(Lifetime::from_seconds(u64::MAX).unwrap_err(), LifetimeError::TooLong);
}

#[test]
fn time_saturates_instead_of_wrapping() {
    assert_eq!(UnixTime::from_seconds(u64::MAX), UnixTime::MAX);
    assert_eq!(UnixTime::MAX.plus(u64::MAX), UnixTime::MAX);
    assert_eq!(UnixTime::from_seconds(1).since(UnixTime::from_seconds(2)), 0);
}

#[test]
fn hash_of_a_secret_matches_that_secret_only() {
    let hash = Secret::new(b"abc".to_vec()).hash();
    // FIPS 180-2, appendix B.1.
    assert_eq!(hash.to_string(), "sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    assert!(SecretHash::parse(&hash.to_string()).unwrap().matches(&Secret::new(b"abc".to_vec())));
    for other in ["", "ab", "abcd", "ABC"] {
        assert!(!hash.matches(&Secret::new(other.into())), "{other}");
    }
}

#[test]
fn secret_in_clear_is_not_taken_for_its_hash() {
    for text in [
        "",
        "abc",
        "sha256:",
        "sha256:abc",
        "sha512:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
        "sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=",
        "sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
        "sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa1",
    ] {
        assert!(SecretHash::parse(text).is_err(), "{text}");
    }
}

#[test]
fn secrets_do_not_show_themselves() {
    let secret = Secret::new(b"canary".to_vec());
    assert_eq!(format!("{secret:?} {:?}", secret.hash()), "Secret(..) SecretHash(..)");
}
