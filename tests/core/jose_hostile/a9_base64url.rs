use super::*;
use crate::support::test;

const HEADER: &str = "eyJhbGciOiJIUzI1NiJ9";

/// The refusals of `part` as header, as payload and as signature.
fn refusals(part: &str) -> [JwsError; 3] {
    [format!("{part}.e30.AA"), format!("{HEADER}.{part}.AA"), format!("{HEADER}.e30.{part}")]
        .map(|token| refusal(&token))
}

#[test]
fn what_is_not_canonical_is_refused_in_every_part() {
    let parts = [
        ("padding", "e30="),
        ("more padding", "e3=="),
        ("padding alone", "===="),
        ("a space before", " e30"),
        ("a space after", "e30 "),
        ("a line break", "e3\n0"),
        ("a tab", "e3\t0"),
        ("the other alphabet", "-+_a"),
        ("the other alphabet", "ab/_"),
        ("unused bits in two characters", "AB"),
        ("unused bits in three characters", "AAB"),
        ("unused bits at the end", "e31"),
        ("a single character", "A"),
        ("a single character at the end", "AAAAA"),
        ("a NUL", "e3\0"),
        ("outside ASCII", "e3\u{b2}"),
        ("a fullwidth digit", "e3\u{ff10}"),
        ("a percent escape", "e3%30"),
    ];
    let expected = [JwsError::HeaderEncoding, JwsError::PayloadEncoding, JwsError::SignatureEncoding];
    for (fault, part) in parts {
        assert_eq!(refusals(part), expected, "{fault}");
    }
}

#[test]
fn a_signature_has_one_spelling() {
    let (signed, signature) = EDDSA_TOKEN.rsplit_once('.').unwrap();
    assert!(verifies(EDDSA_TOKEN, &key(EDDSA_KEY)) || cfg!(not(feature = "portable")));
    // 64 octets leave four unused bits in the last character: fifteen other spellings.
    let (start, last) = signature.split_at(signature.len() - 1);
    assert_eq!(last, "g");
    for other in "hijklmnopqrstuv".chars() {
        assert_eq!(refusal(&format!("{signed}.{start}{other}")), JwsError::SignatureEncoding, "{other}");
    }
}
