use super::*;
use crate::support::test;

#[test]
fn lone_surrogates_are_refused() {
    for kid in [r"\ud800", r"\udc00", r"\ud800x", r"\udc00\ud800", r"\ud83d"] {
        let error = of_header(format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#));
        assert_eq!(error.code(), "header_not_json", "{kid}");
    }
}

#[test]
fn a_surrogate_pair_is_one_character() {
    let text = headed(r#"{"alg":"HS256","kid":"\ud83d\udd11"}"#);
    assert_eq!(UntrustedJws::parse(&text).unwrap().kid(), Some("\u{1f511}"));
}

#[test]
fn a_byte_order_mark_is_refused() {
    for mark in [&b"\xef\xbb\xbf"[..], b"\xfe\xff", b"\xff\xfe"] {
        let header = [mark, br#"{"alg":"HS256"}"#].concat();
        assert_eq!(of_header(header).code(), "header_not_json");
    }
}

#[test]
fn a_raw_control_character_is_refused() {
    for octet in [0x00, 0x01, b'\n', 0x1f] {
        let header = [br#"{"alg":"HS256","kid":"a"#, &[octet][..], br#""}"#].concat();
        assert_eq!(of_header(header).code(), "header_not_json", "{octet}");
    }
    assert_eq!(of_header(b"{\"alg\":\"HS256\"}\x00").code(), "header_not_json");
}

#[test]
fn what_is_not_utf_8_is_refused() {
    // Overlong forms of `/` and of NUL, an encoded surrogate, one beyond U+10FFFF, a stray continuation octet.
    for octets in
        [&b"\xc0\xaf"[..], b"\xe0\x80\xaf", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80"]
    {
        let header = [br#"{"alg":"HS256","kid":""#, octets, br#""}"#].concat();
        assert_eq!(of_header(header).code(), "header_not_json", "{octets:x?}");
    }
}

#[test]
fn homoglyphs_name_no_algorithm() {
    for name in ["\u{415}S256", "HS\u{ff12}56", "HS256\u{200b}", "Ed\u{2082}5519"] {
        assert_eq!(of_header(format!(r#"{{"alg":"{name}"}}"#)), JwsError::AlgorithmUnknown, "{name}");
    }
}

#[test]
fn a_header_that_is_no_object_is_refused() {
    for header in ["[]", r#"["alg","HS256"]"#, r#""alg""#, "null", "1", "true"] {
        assert_eq!(of_header(header), JwsError::HeaderNotObject, "{header}");
    }
}

#[test]
fn a_header_that_is_no_json_is_refused() {
    for header in
        ["", " ", "{", r#"{"alg":"HS256""#, r#"{"alg":"HS256"} {}"#, r#"{alg:"HS256"}"#, "{'alg':1}"]
    {
        assert_eq!(of_header(header).code(), "header_not_json", "{header}");
    }
    assert_eq!(of_header(r#"{"alg":"HS256",}"#).code(), "header_not_json");
    assert_eq!(of_header(r#"{"alg":"HS256"/**/}"#).code(), "header_not_json");
}
