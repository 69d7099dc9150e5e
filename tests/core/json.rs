//! The strict JSON reader: THREATS A6, A7, A8, and of A10 what is a whole number.

use audgate::vocabulary::json::{Json, JsonError, JsonMember, JsonObject};

const DEPTH: usize = 8;

/// What both readers say: that of whole texts, and that of messages, which are objects.
fn read(octets: impl AsRef<[u8]>) -> Result<Json, JsonError> {
    let octets = octets.as_ref();
    let value = Json::parse(octets, DEPTH);
    if let Ok(text) = std::str::from_utf8(octets) {
        match (JsonObject::parse(text, DEPTH), &value) {
            (Ok(Some(object)), value) => assert_eq!(Ok(as_value(&object)), *value, "{text}"),
            (Ok(None), value) => {
                assert!(matches!(value, Ok(value) if !matches!(value, Json::Object(_))), "{text}")
            }
            (Err(error), value) => assert_eq!(Err(error), *value, "{text}"),
        }
    }
    value
}

fn as_value(object: &JsonObject<'_>) -> Json {
    let value = |member: &JsonMember<'_>| match member {
        JsonMember::Text(text) => Json::String(text.to_string()),
        JsonMember::Other(value) => value.clone(),
    };
    Json::Object(object.members().map(|(name, member)| (name.to_owned(), value(member))).collect())
}

fn is_syntax(octets: impl AsRef<[u8]>) -> bool {
    matches!(read(octets), Err(JsonError::Syntax { .. }))
}

fn is_duplicate(octets: impl AsRef<[u8]>) -> bool {
    matches!(read(octets), Err(JsonError::DuplicateName { .. }))
}

mod reading {
    use super::*;
    use crate::support::test;

    #[test]
    fn every_kind_of_value_is_read() {
        let value = read(r#"{"a":null,"b":true,"c":7,"d":-1.5,"e":"x","f":[],"g":{}}"#).unwrap();
        assert_eq!(value.member("a"), Some(&Json::Null));
        assert_eq!(value.member("b"), Some(&Json::Bool(true)));
        assert_eq!(value.member("c"), Some(&Json::Whole(7)));
        assert_eq!(value.member("d"), Some(&Json::Number(-1.5)));
        assert_eq!(value.member("e").and_then(Json::as_str), Some("x"));
        assert_eq!(value.member("f"), Some(&Json::Array(vec![])));
        assert_eq!(value.member("g"), Some(&Json::Object(vec![])));
        assert_eq!(value.member("h"), None);
    }

    #[test]
    fn members_keep_their_order() {
        let text = r#"{"z":1,"a":{"y":2,"b":[3,"x"]}}"#;
        assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
    }

    #[test]
    fn only_objects_have_members_and_only_strings_are_text() {
        for value in ["null", "[]", "1", r#""a""#] {
            assert_eq!(read(value).unwrap().member("a"), None, "{value}");
        }
        for value in ["null", "[\"a\"]", "1", "{}", "true"] {
            assert_eq!(read(value).unwrap().as_str(), None, "{value}");
        }
    }

    #[test]
    fn names_that_other_readers_trip_over_are_names() {
        let value = read(r#"{"__proto__":1,"constructor":2,"":3}"#).unwrap();
        assert_eq!(value.member("__proto__"), Some(&Json::Whole(1)));
        assert_eq!(value.member(""), Some(&Json::Whole(3)));
    }

    #[test]
    fn a_second_value_is_refused() {
        for text in ["{}{}", "1 2", "[] x", "null,"] {
            assert!(is_syntax(text), "{text}");
        }
    }

    #[test]
    fn a_fault_is_located_and_not_quoted() {
        let error = read("{\n \"canary\" 1}").unwrap_err();
        assert_eq!(error, JsonError::Syntax { line: 2, column: 11 });
        assert!(!error.to_string().contains("canary"));
    }
}

mod a6_duplicate_names {
    use super::*;
    use crate::support::test;

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth() {
        for text in
            [r#"{"a":1,"a":1}"#, r#"{"a":1,"b":2,"a":3}"#, r#"[{"b":{"a":null,"a":null}}]"#, r#"{"":1,"":2}"#]
        {
            assert!(is_duplicate(text), "{text}");
        }
    }

    #[test]
    fn escapes_do_not_hide_a_second_name() {
        for text in [
            r#"{"iss":1,"\u0069ss":2}"#,
            r#"{"\u0069\u0073\u0073":1,"iss":2}"#,
            r#"{"a/b":1,"a\/b":2}"#,
            r#"{"\ud83d\udd11":1,"🔑":2}"#,
            r#"{"\n":1,"\u000A":2}"#,
        ] {
            assert!(is_duplicate(text), "{text}");
        }
    }

    #[test]
    fn names_that_only_look_alike_are_different() {
        for (one, other) in
            [("a", "A"), ("a", "a "), ("\u{e9}", "e\u{301}"), ("iss", "\u{456}ss"), ("a", "a\u{200b}")]
        {
            assert!(read(format!(r#"{{"{one}":1,"{other}":2}}"#)).is_ok(), "{other}");
        }
    }

    #[test]
    fn one_name_in_different_objects_is_no_duplicate() {
        assert!(read(r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}"#).is_ok());
    }
}

mod a7_text {
    use super::*;
    use crate::support::test;

    #[test]
    fn lone_surrogates_are_refused() {
        for text in
            [r#""\ud800""#, r#""\udfff""#, r#""\ud800\u0041""#, r#""\ud800\ud800""#, r#"{"\ud800":1}"#]
        {
            assert!(is_syntax(text), "{text}");
        }
    }

    #[test]
    fn byte_order_marks_are_refused() {
        for mark in [&b"\xef\xbb\xbf"[..], b"\xfe\xff", b"\xff\xfe"] {
            assert!(is_syntax([mark, b"{}"].concat()), "{mark:x?}");
        }
    }

    #[test]
    fn what_is_not_utf_8_is_refused() {
        for octets in
            [&b"\xc0\xaf"[..], b"\xc1\xbf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc3"]
        {
            assert!(is_syntax([b"\"", octets, b"\""].concat()), "{octets:x?}");
            assert!(is_syntax([b"{\"", octets, b"\":1}"].concat()), "{octets:x?}");
        }
    }

    #[test]
    fn raw_control_characters_are_refused() {
        for octet in (0..0x20).chain([b'"']) {
            assert!(is_syntax([b"\"", &[octet][..], b"\""].concat()), "{octet:x}");
        }
    }

    #[test]
    fn an_escaped_nul_is_a_character_like_others() {
        assert_eq!(read(r#""a\u0000b""#).unwrap(), Json::String("a\0b".into()));
    }

    #[test]
    fn white_space_is_that_of_json_alone() {
        assert!(read(" \t\r\n{ } \n").is_ok());
        for text in ["\u{a0}{}", "\u{feff}{}", "\u{b}{}", "{}\u{2028}"] {
            assert!(is_syntax(text), "{text:?}");
        }
    }

    #[test]
    fn what_json_lacks_is_refused() {
        for text in
            ["", "{a:1}", "{'a':1}", "[1,]", r#"{"a":1,}"#, "[,]", "/**/1", "True", "nul", "undefined"]
        {
            assert!(is_syntax(text), "{text}");
        }
        for text in [r#""\x41""#, r#""\u41""#, r#""\U00000041""#, r#""a"#, "\"a\\\""] {
            assert!(is_syntax(text), "{text}");
        }
    }
}

mod a8_depth {
    use super::*;
    use crate::support::test;

    fn arrays(depth: usize) -> String {
        "[".repeat(depth) + &"]".repeat(depth)
    }

    fn objects(depth: usize) -> String {
        r#"{"a":"#.repeat(depth) + "1" + &"}".repeat(depth)
    }

    #[test]
    fn eight_levels_are_read() {
        assert!(read(arrays(8)).is_ok());
        assert!(read(objects(8)).is_ok());
    }

    #[test]
    fn more_levels_are_refused() {
        for depth in [9, 100, 200, 100_000] {
            assert_eq!(read(arrays(depth)), Err(JsonError::TooDeep), "{depth}");
            assert_eq!(read(objects(depth)), Err(JsonError::TooDeep), "{depth}");
        }
    }

    #[test]
    fn depth_counts_levels_and_not_values() {
        assert!(read("[[],[],{},[],[],[],[],[],[],[],[]]").is_ok());
        assert_eq!(Json::parse(b"[]", 0), Err(JsonError::TooDeep));
        assert_eq!(Json::parse(b"1", 0), Ok(Json::Whole(1)));
    }
}

mod a10_numbers {
    use super::*;
    use crate::support::test;

    #[test]
    fn whole_numbers_are_exact() {
        for (text, number) in [
            ("0", 0),
            ("1700000000", 1_700_000_000),
            ("9007199254740991", (1 << 53) - 1),
            ("9007199254740993", (1 << 53) + 1),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(read(text), Ok(Json::Whole(number)), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_never_whole() {
        for text in [
            "-1",
            "-0",
            "1.0",
            "1.5",
            "0.0",
            "1e3",
            "1E0",
            "1700000000.0",
            "1e20",
            "18446744073709551616",
            "-9e9",
        ] {
            assert!(matches!(read(text), Ok(Json::Number(_))), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["NaN", "Infinity", "-Infinity", "+1", "01", "-01", ".5", "1.", "0x10", "1_000", "1e", "--1", "-"]
        {
            assert!(is_syntax(text), "{text}");
        }
    }

    #[test]
    fn a_number_beyond_all_bounds_is_refused() {
        assert!(is_syntax("1e400"));
        assert!(is_syntax("9".repeat(400)));
    }

    #[test]
    fn numbers_in_strings_stay_strings() {
        assert_eq!(read(r#""1700000000""#), Ok(Json::String("1700000000".into())));
    }
}

/// Natively only.
#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn reading_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(octets);
        }

        #[test]
        fn whatever_is_accepted_serde_json_accepts_too(text in "[\\[\\]{}:,\"a0-9.e\\\\u -]{0,40}") {
            if read(&text).is_ok() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
            }
        }

        #[test]
        fn both_readers_say_the_same_of_an_object(members in "(\"[ab\\\\u0061]{0,3}\":[\"{}\\[\\]a0-9.,:e-]{0,6},?){0,6}") {
            let _ = read(format!("{{{members}}}"));
        }

        #[test]
        fn any_string_survives(text in any::<String>()) {
            let written = serde_json::to_vec(&Json::String(text.clone())).unwrap();
            prop_assert_eq!(read(written), Ok(Json::String(text)));
        }

        #[test]
        fn any_whole_number_survives(number in any::<u64>()) {
            prop_assert_eq!(read(number.to_string()), Ok(Json::Whole(number)));
        }
    }
}
