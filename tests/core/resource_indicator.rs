//! Resource indicators, path segments and request targets: THREATS C1 to C5.

use audgate::vocabulary::{PathError, RequestTarget, ResourceIndicator, ResourceIndicatorError, Segments};
use proptest::prelude::*;

use crate::support::test;

fn indicator(text: &str) -> ResourceIndicator {
    ResourceIndicator::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> ResourceIndicatorError {
    ResourceIndicator::parse(text).expect_err(text)
}

fn covers(resource: &str, url: &str) -> bool {
    RequestTarget::parse(url).is_ok_and(|target| indicator(resource).covers(&target))
}

#[test]
fn c1_a_resource_covers_itself_and_what_is_below_at_segment_boundaries() {
    for url in [
        "https://h.example/mcp",
        "https://h.example/mcp/",
        "https://h.example/mcp/x",
        "https://h.example/mcp/x/y/",
        "https://h.example/mcp?x=/../..",
        "https://h.example/mcp#x",
        "https://h.example/mcp/a%C3%A9",
    ] {
        assert!(covers("https://h.example/mcp", url), "{url}");
    }
    for url in [
        "https://h.example/mcp-other",
        "https://h.example/mcp;x",
        "https://h.example/mcpx/mcp",
        "https://h.example/mc",
        "https://h.example/",
        "https://h.example/MCP",
        "https://h.example/x/mcp",
        "https://h.example:444/mcp",
        "http://h.example/mcp",
        "https://h.example.evil.example/mcp",
        "https://evil.example/mcp",
        "https://xh.example/mcp",
    ] {
        assert!(!covers("https://h.example/mcp", url), "{url}");
    }
}

#[test]
fn c1_a_path_that_a_router_could_read_in_another_way_is_refused() {
    for (url, reason) in [
        ("https://h.example/mcp%2Fx", PathError::EncodedSeparator),
        ("https://h.example/mcp%2fx", PathError::EncodedSeparator),
        ("https://h.example/mcp%5Cx", PathError::EncodedSeparator),
        ("https://h.example/mcp\\x", PathError::Character),
        ("https://h.example/mcp//x", PathError::EmptySegment),
        ("https://h.example//mcp", PathError::EmptySegment),
        ("https://h.example/mcp//", PathError::EmptySegment),
        ("https://h.example//", PathError::EmptySegment),
    ] {
        assert_eq!(RequestTarget::parse(url).unwrap_err(), reason, "{url}");
    }
}

#[test]
fn c2_dot_segments_in_every_spelling_are_refused_in_requests() {
    for (url, reason) in [
        ("https://h.example/a/.", PathError::DotSegment),
        ("https://h.example/./a", PathError::DotSegment),
        ("https://h.example/a/..", PathError::DotSegment),
        ("https://h.example/a/../b", PathError::DotSegment),
        ("https://h.example/..", PathError::DotSegment),
        ("https://h.example/a/%2e", PathError::EncodedSeparator),
        ("https://h.example/a/%2e%2e/b", PathError::EncodedSeparator),
        ("https://h.example/a/.%2E/b", PathError::EncodedSeparator),
        ("https://h.example/a/%252e%252e/b", PathError::EncodedSeparator),
        ("https://h.example/a/%2e%2e%2fb", PathError::EncodedSeparator),
    ] {
        assert_eq!(RequestTarget::parse(url).unwrap_err(), reason, "{url}");
    }
}

#[test]
fn c2_dot_segments_in_every_spelling_are_refused_when_registering() {
    for text in [
        "https://h.example/a/.",
        "https://h.example/./a",
        "https://h.example/a/../b",
        "https://h.example/..",
        "https://h.example/%2e%2e/a",
        "https://h.example/a/%2E",
        "https://h.example/a/.%2e",
        "https://h.example/%252e/a",
        "https://h.example/é/../a",
    ] {
        assert!(matches!(error(text), ResourceIndicatorError::Path(_)), "{text}");
    }
}

#[test]
fn c2_names_with_dots_that_are_no_dot_segments_are_names() {
    for text in [
        "https://h.example/...",
        "https://h.example/.a",
        "https://h.example/a..b",
        "https://h.example/.well-known",
    ] {
        assert_eq!(indicator(text).canonical(), text);
    }
}

#[test]
fn c2_encoded_characters_that_every_decoder_makes_another_path_of_are_refused() {
    for text in [
        "https://h.example/%61",
        "https://h.example/a%2Db",
        "https://h.example/a%7E",
        "https://h.example/a%00",
        "https://h.example/a%0A",
        "https://h.example/a%7F",
        "https://h.example/a%25",
    ] {
        assert_eq!(error(text), ResourceIndicatorError::Path(PathError::EncodedSeparator), "{text}");
    }
    for text in
        ["https://h.example/a%", "https://h.example/a%2", "https://h.example/a%G0", "https://h.example/%-1"]
    {
        assert_eq!(error(text), ResourceIndicatorError::Path(PathError::PercentEncoding), "{text}");
    }
}

#[test]
fn c3_case_and_default_port_of_the_authority_do_not_count() {
    let plain = indicator("https://api.example/x");
    for text in ["HTTPS://API.example/x", "https://Api.Example:443/x", "https://api.example:0443/x"] {
        assert_eq!(indicator(text), plain, "{text}");
        assert_eq!(indicator(text).canonical(), "https://api.example/x");
        assert_eq!(indicator(text).as_str(), text);
    }
    assert_eq!(indicator("http://localhost:80/x").canonical(), "http://localhost/x");
    assert_ne!(indicator("https://api.example:444/x"), plain);
    assert_ne!(indicator("https://api.example/X"), plain);
}

#[test]
fn c3_internationalised_names_are_written_in_ascii() {
    assert_eq!(indicator("https://XN--bcher-kva.example/").canonical(), "https://xn--bcher-kva.example");
    for text in
        ["https://bücher.example/", "https://аpi.example/", "https://ａpi.example/", "https://api。example/"]
    {
        assert!(ResourceIndicator::parse(text).is_err(), "{text}");
    }
}

#[test]
fn c3_hosts_in_another_than_their_plain_form_are_refused() {
    for text in [
        "https://api.example./x",
        "https://0x7f.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://0177.0.0.1/x",
        "https://127.0.0.01/x",
        "https://127.0.0.1./x",
        "https://[0:0:0:0:0:0:0:1]/x",
        "https://[::0001]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://%61pi.example/x",
        "https://api%2Eexample/x",
    ] {
        assert_eq!(error(text), ResourceIndicatorError::Host, "{text}");
    }
    for text in ["https://127.0.0.1/x", "https://[::1]/x", "https://[2001:db8::1]:8443/x"] {
        assert_eq!(indicator(text).canonical(), text);
    }
}

#[test]
fn c3_hosts_that_are_none_are_refused() {
    for text in [
        "https:///x",
        "https://",
        "https:x",
        "https://a b/x",
        "https://[::1/x",
        "https://[::g]/x",
        "https://a:99999/",
        "https://a:x/",
    ] {
        assert!(ResourceIndicator::parse(text).is_err(), "{text}");
    }
}

#[test]
fn c3_only_https_and_http_on_loopback_hosts_are_schemes() {
    for text in [
        "http://localhost:8787/demo",
        "http://app.localhost/",
        "http://127.0.0.1:3000/",
        "http://127.8.8.8/",
        "http://[::1]/",
    ] {
        assert!(ResourceIndicator::parse(text).is_ok(), "{text}");
    }
    for text in [
        "http://api.example/",
        "http://localhost.example/",
        "http://notlocalhost/",
        "http://128.0.0.1/",
        "ws://localhost/",
        "ftp://a.example/",
    ] {
        assert_eq!(error(text), ResourceIndicatorError::Scheme, "{text}");
    }
}

#[test]
fn c3_what_is_no_absolute_url_is_refused() {
    for text in [
        "",
        "orders",
        "/orders",
        "//api.example/orders",
        "api.example/orders",
        "https:/api.example/x",
        "urn:orders:x",
        "mailto:a@b.example",
        "javascript:alert(1)",
    ] {
        assert!(
            matches!(error(text), ResourceIndicatorError::NotAbsolute | ResourceIndicatorError::Scheme),
            "{text}"
        );
    }
}

#[test]
fn c4_user_information_is_refused() {
    for text in [
        "https://user@api.example/",
        "https://user:word@api.example/",
        "https://@api.example/",
        "https://:@api.example/",
        "https://api.example@evil.example/",
    ] {
        assert_eq!(error(text), ResourceIndicatorError::UserInformation, "{text}");
    }
}

#[test]
fn c4_query_and_fragment_are_refused_also_when_empty() {
    for text in ["https://api.example/?", "https://api.example/x?y=z", "https://api.example?x"] {
        assert_eq!(error(text), ResourceIndicatorError::Query, "{text}");
    }
    for text in [
        "https://api.example/#",
        "https://api.example/x#y",
        "https://api.example#x",
        "https://api.example/?x#y",
    ] {
        assert_eq!(error(text), ResourceIndicatorError::Fragment, "{text}");
    }
}

#[test]
fn c4_whitespace_control_characters_and_backslashes_are_refused_anywhere() {
    for text in [
        " https://api.example/",
        "https://api.example/ ",
        "https://api.example/a b",
        "https://api.exa\tmple/",
        "https://api.example/a\nb",
        "ht\ntps://api.example/",
        "https://api.example/\r",
        "https://api.example/a\0",
        "https://api.example/a\u{7f}",
        "https://api.example/a\u{a0}b",
        "https://api.example/\u{2028}",
        "https:\\\\api.example\\x",
        "https://api.example\\@evil.example/",
        "https://api.example/a\\..\\b",
    ] {
        assert_eq!(error(text), ResourceIndicatorError::Character, "{text:?}");
    }
}

#[test]
fn c5_a_trailing_slash_does_not_count_and_the_spelling_is_kept() {
    for (one, other) in
        [("https://h.example", "https://h.example/"), ("https://h.example/api", "https://h.example/api/")]
    {
        assert_eq!(indicator(one), indicator(other));
        assert_eq!(indicator(one).canonical(), indicator(other).canonical());
        assert_eq!(indicator(one).as_str(), one);
        assert_eq!(indicator(other).as_str(), other);
        for resource in [one, other] {
            for url in [one, other] {
                assert!(covers(resource, url), "{resource} {url}");
            }
        }
    }
}

#[test]
fn c5_more_than_one_trailing_slash_is_refused() {
    for text in ["https://h.example//", "https://h.example/api//", "https://h.example//api"] {
        assert_eq!(error(text), ResourceIndicatorError::Path(PathError::EmptySegment), "{text}");
    }
}

#[test]
fn the_root_covers_everything_at_its_origin() {
    assert!(covers("https://h.example", "https://h.example/a/b"));
    assert!(covers("https://h.example/", "https://h.example"));
    assert!(!covers("https://h.example", "https://h.example:8443/a"));
}

#[test]
fn percent_encoding_is_compared_whatever_the_case_of_its_digits() {
    let resource = indicator("https://h.example/caf%c3%a9/a%20b");
    assert_eq!(resource, indicator("https://h.example/caf%C3%A9/a%20b"));
    assert_eq!(resource, indicator("https://h.example/café/a%20b"));
    assert_eq!(resource.canonical_path(), "/caf%C3%A9/a%20b");
    for url in ["https://h.example/caf%C3%A9/a%20b", "https://h.example/caf%c3%a9/a%20b/x"] {
        assert!(covers("https://h.example/caf%c3%A9/a%20b", url), "{url}");
    }
}

#[test]
fn registered_path_encodes_nothing_that_may_stand_as_it_is() {
    for text in ["/a%3Bb", "/a%3bb", "/%40me", "/a%2Bb", "/x%3Averb", "/%28a%29", "/a%7Cb"] {
        let uri = format!("https://h.example{text}");
        assert_eq!(error(&uri), ResourceIndicatorError::Path(PathError::EncodedReserved), "{text}");
    }
    assert_eq!(indicator("https://h.example/@me/a;b/x:verb").canonical_path(), "/@me/a;b/x:verb");
}

#[test]
fn a_resource_uri_is_at_most_1024_characters_long() {
    let base = "https://h.example/";
    assert!(ResourceIndicator::parse(&format!("{base}{}", "a".repeat(1_024 - base.len()))).is_ok());
    assert_eq!(error(&format!("{base}{}", "a".repeat(1_025 - base.len()))), ResourceIndicatorError::TooLong);
}

#[test]
fn case_and_default_port_of_a_request_do_not_count() {
    for url in ["https://H.example/mcp", "https://h.example:443/mcp"] {
        assert!(covers("https://h.example/mcp", url), "{url}");
    }
    assert!(!covers("https://h.example/mcp", "https://h.example:80/mcp"));
}

#[test]
fn request_for_another_authority_matches_no_resource() {
    for url in ["https://me@h.example/mcp", "https://h.example./mcp", "HTTPS://h.example/mcp"] {
        assert!(!covers("https://h.example/mcp", url), "{url}");
    }
    for url in [
        "",
        "/mcp",
        "h.example/mcp",
        "HTTPS://h.example/mcp",
        "ftp://h.example/mcp",
        "https://",
        "https:///mcp",
        "https://?x",
    ] {
        assert_eq!(RequestTarget::parse(url).unwrap_err(), PathError::NotAbsolute, "{url}");
    }
}

#[test]
fn a_request_target_is_read_without_loss() {
    let target = RequestTarget::parse("https://h.example:8443/a/b%20c/?q=/x#f").unwrap();
    assert_eq!(target.origin(), "https://h.example:8443");
    assert_eq!(target.path(), "/a/b%20c/");
    assert_eq!(target.segments().iter().collect::<Vec<_>>(), ["a", "b%20c"]);
    let target = RequestTarget::parse("http://h.example?x=//").unwrap();
    assert_eq!((target.origin(), target.path()), ("http://h.example", ""));
    assert_eq!(target.segments().iter().count(), 0);
}

#[test]
fn a_path_is_empty_or_starts_with_a_slash() {
    assert_eq!(Segments::parse("").unwrap().iter().count(), 0);
    assert_eq!(Segments::parse("/").unwrap().iter().count(), 0);
    assert_eq!(Segments::parse("a").unwrap_err(), PathError::NotAbsolute);
    assert_eq!(Segments::parse("/a/b/").unwrap().iter().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn characters_that_no_url_has_in_its_path_are_refused() {
    for path in ["/a b", "/a\tb", "/a\nb", "/a\0", "/a\u{7f}", "/é", "/\u{2024}\u{2024}/a", "/a\\b"] {
        assert_eq!(Segments::parse(path).unwrap_err(), PathError::Character, "{path:?}");
    }
}

fn sweep(cases: u32, run: impl Fn(&mut proptest::test_runner::TestRunner)) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    // A fixed seed: the same cases on every target, which has no randomness of its own on wasm32.
    let rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    run(&mut proptest::test_runner::TestRunner::new_with_rng(config, rng));
}

#[test]
fn canonical_form_is_stable_and_covers_its_own_requests() {
    sweep(2_000, |runner| {
        let text = "(https://|HTTPS://|http://)(h|H.example|localhost|127.0.0.1)(:443|:80|:8080)?(/[a-z.%2eEcC3;é-]{0,4}){0,4}/?";
        runner
            .run(&text, |text| {
                let Ok(resource) = ResourceIndicator::parse(&text) else { return Ok(()) };
                let canonical = resource.canonical();
                let again = ResourceIndicator::parse(&canonical).expect("canonical form parses");
                prop_assert_eq!(&again, &resource);
                prop_assert_eq!(again.canonical(), canonical.clone());
                // Runtimes serialise the URL of a request as the url crate does, or leave it as it came.
                let serialised = url::Url::parse(&text).expect("an indicator is a URL").to_string();
                let target = RequestTarget::parse(&serialised).expect("a registered path has one reading");
                prop_assert!(resource.covers(&target), "{} {}", text, serialised);
                Ok(())
            })
            .unwrap();
    });
}

#[test]
fn every_request_lies_under_at_most_the_segments_that_it_has() {
    sweep(2_000, |runner| {
        runner
            .run(&"(/[a-c.%2fF/\\\\;]{0,3}){0,5}", |path| {
                let url = format!("https://h.example{path}");
                let Ok(target) = RequestTarget::parse(&url) else { return Ok(()) };
                // A router that decodes, collapses and resolves sees the same segments.
                let decoded =
                    percent_encoding::percent_decode_str(target.path()).decode_utf8_lossy().into_owned();
                let routed: Vec<String> = decoded
                    .replace('\\', "/")
                    .split('/')
                    .filter(|part| !part.is_empty())
                    .map(str::to_owned)
                    .collect();
                prop_assert!(routed.iter().all(|part| part != "." && part != ".."), "{}", path);
                prop_assert_eq!(routed.len(), target.segments().iter().count(), "{}", path);
                Ok(())
            })
            .unwrap();
    });
}
