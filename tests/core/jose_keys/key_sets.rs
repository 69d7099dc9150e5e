use super::*;
use crate::support::test;

fn set(keys: impl IntoIterator<Item = Json>) -> Json {
    Json::Object(vec![("keys".into(), Json::Array(keys.into_iter().collect()))])
}

fn named(jwk: &str, kid: &str) -> VerificationKey {
    VerificationKey::from_jwk(&with(&json(jwk), "kid", string(kid))).unwrap()
}

fn candidates(keys: &KeySet, header: &str) -> Vec<String> {
    let text = headed(header);
    let token = UntrustedJws::parse(&text).unwrap();
    keys.candidates(&token).map(|key| format!("{} {}", key.kid().unwrap_or("-"), key.thumbprint())).collect()
}

fn shown(kid: &str, jwk: &str) -> String {
    format!("{kid} {}", key(jwk).thumbprint())
}

/// RFC 7517 section 5: "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" values that are not
/// understood, that are missing required members, or for which values are out of the supported ranges".
#[test]
fn unusable_keys_are_left_out_with_their_reasons() {
    let jwks = set([
        with(&json(HS256_KEY), "kty", string("future")),
        json(ES256_KEY),
        with(&json(ES256_KEY), "use", string("enc")),
        json(EDDSA_KEY),
        Json::Null,
    ]);
    let (keys, reasons) = KeySet::usable(&jwks).unwrap();
    let kept: Vec<_> = keys.iter().map(VerificationKey::thumbprint).collect();
    assert_eq!(kept, [key(ES256_KEY).thumbprint(), key(EDDSA_KEY).thumbprint()]);
    assert_eq!(reasons, [JwkError::UnknownKeyType, JwkError::UseNotSignature, JwkError::NotObject]);
}

#[test]
fn what_is_no_set_is_refused() {
    for value in ["null", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, r#"{"Keys":[]}"#, HS256_KEY] {
        assert_eq!(KeySet::usable(&json(value)).unwrap_err(), JwkError::NotKeySet, "{value}");
    }
}

#[test]
fn a_set_has_at_most_100_keys() {
    let (keys, _) = KeySet::usable(&set(vec![json(EDDSA_KEY); 100])).unwrap();
    assert_eq!(keys.iter().count(), 100);
    assert_eq!(KeySet::usable(&set(vec![Json::Null; 101])).unwrap_err(), JwkError::TooManyKeys);
}

#[test]
fn an_empty_set_opens_nothing() {
    let (keys, _) = KeySet::usable(&set([])).unwrap();
    assert!(candidates(&keys, r#"{"alg":"ES256"}"#).is_empty());
    assert!(candidates(&keys, r#"{"alg":"ES256","kid":"a"}"#).is_empty());
}

#[test]
fn a_named_token_goes_to_the_keys_of_that_name() {
    let keys = KeySet::new(vec![named(ES256_KEY, "a"), named(EDDSA_KEY, "b"), key(ES256_KEY)]);
    assert_eq!(candidates(&keys, r#"{"alg":"ES256","kid":"a"}"#), [shown("a", ES256_KEY)]);
}

#[test]
fn a_named_token_may_meet_a_key_that_does_not_permit_its_algorithm() {
    let keys = KeySet::new(vec![named(EDDSA_KEY, "a"), key(ES256_KEY)]);
    assert_eq!(candidates(&keys, r#"{"alg":"ES256","kid":"a"}"#), [shown("a", EDDSA_KEY)]);
    assert!(!keys.iter().next().unwrap().permits(Algorithm::Es256));
}

#[test]
fn a_token_with_an_unknown_name_goes_to_the_keys_without_one() {
    let keys = KeySet::new(vec![named(ES256_KEY, "a"), key(ES256_KEY), key(EDDSA_KEY)]);
    assert_eq!(candidates(&keys, r#"{"alg":"ES256","kid":"c"}"#), [shown("-", ES256_KEY)]);
}

#[test]
fn a_token_with_an_unknown_name_meets_no_named_key() {
    let keys = KeySet::new(vec![named(ES256_KEY, "a"), named(EDDSA_KEY, "b")]);
    assert!(candidates(&keys, r#"{"alg":"ES256","kid":"c"}"#).is_empty());
}

#[test]
fn a_token_without_a_name_goes_to_every_key_that_permits_its_algorithm() {
    let keys =
        KeySet::new(vec![named(ES256_KEY, "a"), named(EDDSA_KEY, "b"), key(ES256_KEY), key(HS256_KEY)]);
    assert_eq!(candidates(&keys, r#"{"alg":"ES256"}"#), [shown("a", ES256_KEY), shown("-", ES256_KEY)]);
    assert!(candidates(&keys, r#"{"alg":"RS256"}"#).is_empty());
}

#[test]
fn no_more_than_eight_keys_are_tried() {
    let keys = KeySet::new(vec![key(ES256_KEY); 20]);
    assert_eq!(candidates(&keys, r#"{"alg":"ES256"}"#).len(), 8);
    let keys = KeySet::new(vec![named(ES256_KEY, "a"); 20]);
    assert_eq!(candidates(&keys, r#"{"alg":"ES256","kid":"a"}"#).len(), 8);
}
