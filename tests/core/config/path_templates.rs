//! Path templates: what they read, and how they relate to each other.

use std::cmp::Ordering;

use audgate::config::{BoundClaim, PathTemplate, PathTemplateError, TemplateSegment};
use audgate::vocabulary::PathError;

use crate::support::test;

fn template(text: &str) -> PathTemplate {
    PathTemplate::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> PathTemplateError {
    PathTemplate::parse(text).expect_err(text)
}

#[test]
fn segments_are_literals_wildcards_and_bound_claims() {
    let template = template("/users/{sub}/*/a%c3%a9/**");
    assert_eq!(
        template.segments(),
        [
            TemplateSegment::Literal("users".to_owned()),
            TemplateSegment::Claim(BoundClaim::Subject),
            TemplateSegment::Any,
            TemplateSegment::Literal("a%C3%A9".to_owned()),
        ]
    );
    assert!(template.open_ended());
    assert_eq!(template.as_str(), "/users/{sub}/*/a%c3%a9/**");
}

#[test]
fn every_claim_of_the_list_can_be_bound() {
    for (text, claim) in [
        ("/{sub}", BoundClaim::Subject),
        ("/{client_id}", BoundClaim::ClientId),
        ("/{app_id}", BoundClaim::ApplicationId),
        ("/{tid}", BoundClaim::TenantId),
        ("/{sid}", BoundClaim::SessionId),
    ] {
        assert_eq!(template(text).segments(), [TemplateSegment::Claim(claim)]);
        assert_eq!(text, format!("/{{{}}}", claim.as_str()));
    }
}

#[test]
fn a_misspelt_claim_is_refused_instead_of_binding_nothing() {
    for text in ["/{user}", "/{SUB}", "/{}", "/{sub", "/sub}", "/x{sub}", "/{sub}x", "/{sub}{tid}", "/{ sub}"]
    {
        let refused = PathTemplate::parse(text).expect_err(text);
        let expected = [PathTemplateError::UnknownClaim, PathTemplateError::Path(PathError::Character)];
        assert!(expected.contains(&refused), "{text}: {refused:?}");
    }
}

#[test]
fn wildcards_stand_alone_and_the_open_end_at_the_end() {
    for text in ["/a*", "/*a", "/a/*.json", "/***"] {
        assert_eq!(error(text), PathTemplateError::Wildcard, "{text}");
    }
    for text in ["/**/a", "/a/**/b", "/**/**", "/a/**/"] {
        assert_eq!(error(text), PathTemplateError::OpenEndInside, "{text}");
    }
}

#[test]
fn the_root_is_the_resource_itself() {
    assert!(template("/").segments().is_empty());
    assert!(!template("/").open_ended());
    assert!(template("/**").segments().is_empty());
    assert!(template("/**").open_ended());
}

#[test]
fn a_trailing_slash_does_not_count() {
    assert_eq!(template("/a/").segments(), template("/a").segments());
}

#[test]
fn paths_with_more_than_one_reading_are_refused() {
    for (text, reason) in [
        ("//a", PathError::EmptySegment),
        ("/a//b", PathError::EmptySegment),
        ("//", PathError::EmptySegment),
        ("//**", PathError::EmptySegment),
        ("/a//**", PathError::EmptySegment),
        ("/.", PathError::DotSegment),
        ("/a/../b", PathError::DotSegment),
        ("/..", PathError::DotSegment),
        ("/%2e%2e", PathError::EncodedSeparator),
        ("/a%2Fb", PathError::EncodedSeparator),
        ("/a%5cb", PathError::EncodedSeparator),
        ("/%41", PathError::EncodedSeparator),
        ("/%252e", PathError::EncodedSeparator),
        ("/%00", PathError::EncodedSeparator),
        ("/%", PathError::PercentEncoding),
        ("/%4", PathError::PercentEncoding),
        ("/%zz", PathError::PercentEncoding),
        ("/a b", PathError::Character),
        ("/a\tb", PathError::Character),
        ("/é", PathError::Character),
    ] {
        assert_eq!(error(text), PathTemplateError::Path(reason), "{text}");
    }
}

#[test]
fn characters_that_never_stand_in_a_path_are_refused() {
    for text in ["/a?b", "/a#b", "/a\\b", "/a\"", "/<a>", "/a^", "/`"] {
        assert_eq!(error(text), PathTemplateError::Character, "{text}");
    }
}

#[test]
fn a_template_starts_with_a_slash_and_is_not_endless() {
    assert_eq!(error(""), PathTemplateError::NotRooted);
    assert_eq!(error("a"), PathTemplateError::NotRooted);
    assert_eq!(error("**"), PathTemplateError::NotRooted);
    assert_eq!(error(&"/a".repeat(513)), PathTemplateError::TooLong);
}

#[test]
fn coverage_is_of_every_path() {
    for (wide, narrow) in [
        ("/**", "/"),
        ("/**", "/**"),
        ("/**", "/a/b/c"),
        ("/*", "/a"),
        ("/{sub}", "/*"),
        ("/*", "/{sub}"),
        ("/a/**", "/a"),
        ("/a/**", "/a/*/**"),
        ("/*/**", "/a/**"),
        ("/a%C3%A9", "/a%c3%a9"),
    ] {
        assert!(template(wide).covers(&template(narrow)), "{wide} {narrow}");
    }
    for (one, other) in
        [("/a", "/b"), ("/a", "/a/**"), ("/a/*", "/*/b"), ("/*/**", "/**"), ("/a", "/a/b"), ("/*", "/")]
    {
        assert!(!template(one).covers(&template(other)), "{one} {other}");
    }
}

#[test]
fn overlap_is_of_some_path_and_works_both_ways() {
    for (one, other, overlap) in [
        ("/a/*", "/*/b", true),
        ("/a/**", "/*/b", true),
        ("/a/**", "/b/**", false),
        ("/a", "/a/*", false),
        ("/*/**", "/", false),
        ("/a/*/c", "/a/b/**", true),
        ("/a/*/c", "/a/b/d/**", false),
        ("/users/{sub}", "/users/me", true),
    ] {
        assert_eq!(template(one).overlaps(&template(other)), overlap, "{one} {other}");
        assert_eq!(template(other).overlaps(&template(one)), overlap, "{other} {one}");
    }
}

#[test]
fn the_more_specific_template_stands_first() {
    let mut templates = ["/**", "/*/**", "/*", "/a/**", "/a/*", "/*/b", "/a/b"].map(template);
    templates.sort_by(PathTemplate::compare_specificity);
    let sorted: Vec<&str> = templates.iter().map(PathTemplate::as_str).collect();
    assert_eq!(sorted, ["/a/b", "/a/*", "/a/**", "/*/b", "/*", "/*/**", "/**"]);
}

#[test]
fn variables_of_every_kind_are_equally_specific() {
    assert_eq!(template("/{sub}").compare_specificity(&template("/*")), Ordering::Equal);
}
