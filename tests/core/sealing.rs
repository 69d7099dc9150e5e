//! What is sealed opens for the same master key, purpose, tenant and context only.

use audgate::sealing::{MasterKeyError, MasterKeys, Purpose, RoutedToken, TokenKind};
use audgate::vocabulary::{Entropy, EntropyUnavailable, TenantId};
use base64ct::{Base64UrlUnpadded, Encoding};

use crate::support::test;

/// A different octet in each position, none of them twice in a row.
struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(5).wrapping_add(3);
            *byte = self.0;
        }
        Ok(())
    }
}

/// Fails from the given draw on.
struct Failing(u32);

impl Entropy for Failing {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        self.0 = self.0.checked_sub(1).ok_or(EntropyUnavailable)?;
        bytes.fill(7);
        Ok(())
    }
}

fn key(version: u32, octet: u8) -> String {
    format!("{version}:{}", Base64UrlUnpadded::encode_string(&[octet; 32]))
}

fn keys(text: &str) -> MasterKeys {
    MasterKeys::parse(text).unwrap()
}

fn tenant(text: &str) -> TenantId {
    TenantId::parse(text).unwrap()
}

fn sealed() -> Vec<u8> {
    keys(&key(1, 9)).seal(Purpose::SigningKey, &tenant("acme"), "kid", b"private", &mut Counting(1)).unwrap()
}

fn opened(master: &str, purpose: Purpose, of: &str, context: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    keys(master).open(purpose, &tenant(of), context, sealed).map(|plaintext| plaintext.to_vec())
}

#[test]
fn sealed_value_opens_with_what_it_is_bound_to() {
    let plaintext = opened(&key(1, 9), Purpose::SigningKey, "acme", "kid", &sealed());
    assert_eq!(plaintext.as_deref(), Some(&b"private"[..]));
}

#[test]
fn sealed_value_opens_for_nothing_else() {
    for (master, purpose, of, context) in [
        (key(1, 8), Purpose::SigningKey, "acme", "kid"),
        (key(2, 9), Purpose::SigningKey, "acme", "kid"),
        (key(1, 9), Purpose::Routing, "acme", "kid"),
        (key(1, 9), Purpose::SigningKey, "other", "kid"),
        (key(1, 9), Purpose::SigningKey, "acme", "kid2"),
        (key(1, 9), Purpose::SigningKey, "acmek", "id"),
        (key(1, 9), Purpose::SigningKey, "acme", ""),
    ] {
        assert_eq!(opened(&master, purpose, of, context, &sealed()), None, "{purpose:?} {of} {context}");
    }
}

#[test]
fn sealed_value_with_any_octet_changed_does_not_open() {
    let sealed = sealed();
    for index in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[index] ^= 1;
        assert_eq!(opened(&key(1, 9), Purpose::SigningKey, "acme", "kid", &changed), None, "octet {index}");
    }
}

#[test]
fn sealed_value_that_names_another_version_of_the_same_octets_does_not_open() {
    let mut sealed = sealed();
    sealed[0] = 2;
    let both = format!("{} {}", key(2, 9), key(1, 9));
    assert_eq!(opened(&both, Purpose::SigningKey, "acme", "kid", &sealed), None);
}

#[test]
fn truncated_value_does_not_open() {
    let sealed = sealed();
    for length in 0..sealed.len() {
        assert_eq!(opened(&key(1, 9), Purpose::SigningKey, "acme", "kid", &sealed[..length]), None);
    }
}

#[test]
fn two_versions_open_and_the_newest_seals() {
    let both = format!("{} {}", key(2, 5), key(1, 9));
    assert!(opened(&both, Purpose::SigningKey, "acme", "kid", &sealed()).is_some());
    let newer =
        keys(&both).seal(Purpose::SigningKey, &tenant("acme"), "kid", b"private", &mut Counting(1)).unwrap();
    assert_eq!(newer[0], 2);
    assert_eq!(opened(&key(1, 9), Purpose::SigningKey, "acme", "kid", &newer), None);
    assert!(opened(&key(2, 5), Purpose::SigningKey, "acme", "kid", &newer).is_some());
}

#[test]
fn nothing_is_sealed_without_randomness() {
    let result = keys(&key(1, 9)).seal(Purpose::Routing, &tenant("acme"), "c", b"x", &mut Failing(0));
    assert_eq!(result, Err(EntropyUnavailable));
}

#[test]
fn broken_master_keys_are_refused_without_being_shown() {
    let good = key(1, 9);
    for (text, error) in [
        (String::new(), MasterKeyError::Count),
        (" ".to_owned(), MasterKeyError::Count),
        (format!("{good} "), MasterKeyError::Count),
        (format!(" {good}"), MasterKeyError::Count),
        (format!("{} {} {}", key(3, 1), key(2, 1), key(1, 1)), MasterKeyError::Count),
        (good[2..].to_owned(), MasterKeyError::Version),
        (key(0, 9), MasterKeyError::Version),
        (key(256, 9), MasterKeyError::Version),
        (format!("0{good}"), MasterKeyError::Version),
        (format!("+{good}"), MasterKeyError::Version),
        (good[..44].to_owned(), MasterKeyError::Key),
        (format!("{good}A"), MasterKeyError::Key),
        (format!("{good}="), MasterKeyError::Key),
        (good.replace('C', "+"), MasterKeyError::Key),
        (format!("{} {}", key(1, 9), key(1, 8)), MasterKeyError::SameVersion),
    ] {
        let refused = MasterKeys::parse(&text).unwrap_err();
        assert_eq!(refused, error, "{text}");
        assert!(!format!("{refused} {refused:?}").contains("CQkJ"));
    }
    assert!(!format!("{:?}", keys(&good)).contains("CQkJ"));
}

fn issued(kind: TokenKind) -> RoutedToken {
    RoutedToken::issue(&keys(&key(1, 9)), kind, &tenant("acme"), &["user", "gid"], &mut Counting(1)).unwrap()
}

fn reopened(kind: TokenKind, of: &str, text: &str) -> Option<RoutedToken> {
    RoutedToken::open(&keys(&key(1, 9)), kind, &tenant(of), text)
}

#[test]
fn token_leads_to_its_object() {
    let token = issued(TokenKind::RefreshToken);
    let read = reopened(TokenKind::RefreshToken, "acme", token.text()).unwrap();
    assert_eq!(read.routing(), ["user", "gid"]);
    assert_eq!(token.routing(), read.routing());
    assert_eq!(token.hash(), read.hash());
}

#[test]
fn token_of_one_kind_never_opens_as_another() {
    for kind in TokenKind::ALL {
        let token = issued(kind);
        for other in TokenKind::ALL {
            assert_eq!(reopened(other, "acme", token.text()).is_some(), other == kind, "{kind:?} {other:?}");
        }
    }
}

#[test]
fn token_of_one_tenant_never_opens_for_another() {
    assert!(reopened(TokenKind::RefreshToken, "other", issued(TokenKind::RefreshToken).text()).is_none());
}

#[test]
fn sealed_value_of_the_same_context_is_no_token() {
    let master = keys(&key(1, 9));
    let kind = TokenKind::RefreshToken;
    let sealed = master
        .seal(Purpose::Routing, &tenant("acme"), kind.as_str(), b"user\ngid", &mut Counting(1))
        .unwrap();
    let text = Base64UrlUnpadded::encode_string(&[&sealed[..], &[0; 32]].concat());
    assert!(reopened(kind, "acme", &text).is_none());
}

#[test]
fn token_with_any_octet_changed_does_not_open() {
    let token = issued(TokenKind::RefreshToken);
    let octets = Base64UrlUnpadded::decode_vec(token.text()).unwrap();
    for index in 0..octets.len() {
        let mut changed = octets.clone();
        changed[index] ^= 0x80;
        let text = Base64UrlUnpadded::encode_string(&changed);
        assert!(reopened(TokenKind::RefreshToken, "acme", &text).is_none(), "octet {index}");
    }
}

#[test]
fn token_in_another_spelling_does_not_open() {
    let token = issued(TokenKind::RefreshToken);
    let text = token.text();
    let standard = text.replace('-', "+").replace('_', "/");
    assert_ne!(standard, text);
    let mut spellings = vec![
        standard,
        format!("{text}="),
        format!(" {text}"),
        format!("{text}\n"),
        text[1..].to_owned(),
        String::new(),
    ];
    let last = text.chars().last().unwrap();
    spellings.extend(
        ('a'..='z').filter(|other| *other != last).map(|other| format!("{}{other}", &text[..text.len() - 1])),
    );
    for spelling in spellings {
        assert!(reopened(TokenKind::RefreshToken, "acme", &spelling).is_none(), "{spelling}");
    }
}

#[test]
fn text_over_1024_characters_is_no_token() {
    let part = "p".repeat(900);
    let long =
        RoutedToken::issue(&keys(&key(1, 9)), TokenKind::Login, &tenant("acme"), &[&part], &mut Counting(1))
            .unwrap();
    assert!(long.text().len() > 1_024);
    assert!(reopened(TokenKind::Login, "acme", long.text()).is_none());
}

#[test]
fn no_token_is_issued_without_randomness() {
    for draws in [0, 1] {
        let token = RoutedToken::issue(
            &keys(&key(1, 9)),
            TokenKind::Login,
            &tenant("acme"),
            &["x"],
            &mut Failing(draws),
        );
        assert_eq!(token, Err(EntropyUnavailable));
    }
}

#[test]
fn two_tokens_for_one_object_share_no_ciphertext_and_tell_nothing() {
    let master = keys(&key(1, 9));
    let mut entropy = Counting(1);
    let mut issue =
        || RoutedToken::issue(&master, TokenKind::Login, &tenant("acme"), &["alice"], &mut entropy).unwrap();
    let (one, other) = (issue(), issue());
    assert_ne!(one.text(), other.text());
    assert!(one.hash() != other.hash());
    let octets = Base64UrlUnpadded::decode_vec(one.text()).unwrap();
    assert!(!octets.windows(5).any(|part| part == b"alice"));
    assert!(!format!("{one:?}").contains(one.text()));
}
