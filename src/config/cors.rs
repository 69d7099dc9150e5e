//! What pages of other origins may do with a protected resource.

use crate::vocabulary::ResourceIndicator;

use super::fault_log::FaultLog;
use super::reader::Node;
use super::rule::{Rule, read_methods, report_empty};

pub(super) const MEMBERS: [&str; 4] = ["origins", "headers", "methods", "max_age"];
pub(super) const MAX_ENTRIES: usize = 100;
pub(super) const EVERY: &str = "*";
pub(super) const DEFAULT_MAX_AGE: u64 = 600;
/// Browsers hold a preflight for a day at most.
pub(super) const LONGEST_MAX_AGE: u64 = 86_400;
pub(super) const MAX_HEADER_LENGTH: usize = 128;

/// The cross-origin settings of a resource, by the Fetch standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    origins: Vec<String>,
    headers: Vec<String>,
    methods: Vec<String>,
    max_age: u64,
}

impl Cors {
    /// The origins, each compared exactly; `*` alone stands for every origin.
    #[must_use]
    pub fn origins(&self) -> &[String] {
        &self.origins
    }

    /// Whether pages of `origin` may call the resource.
    #[must_use]
    pub fn admits_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own == origin || own == EVERY)
    }

    /// The header fields that a page may set, in lower case.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The methods that a page may use, those of the rules unless listed; `*` alone stands for every method.
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.methods
    }

    /// How long a browser may keep the answer to a preflight, in seconds.
    #[must_use]
    pub fn max_age(&self) -> u64 {
        self.max_age
    }
}

/// Reads cross-origin settings; `rules` are those of the resource.
pub(super) fn read_cors<'r>(
    node: Node<'_>,
    rules: impl Iterator<Item = &'r Rule>,
    log: &mut FaultLog<'_>,
) -> Option<Cors> {
    let object = node.object(&MEMBERS, log)?;
    let expected = "an exact origin such as `https://shop.example`, or `*` alone";
    let origins = object.required("origins", "an array of origins", log).map(|node| {
        let origins = node.distinct(MAX_ENTRIES, checked_origin, expected, log);
        if let (Some((place, _)), true) = (origins.iter().find(|(_, own)| own == EVERY), origins.len() > 1) {
            log.report(*place, "`*` stands beside other origins", "`*` alone, or only the origins");
        }
        report_empty(node, "at least one origin, or no `cors`", log);
        origins.into_iter().map(|(_, origin)| origin).collect()
    });
    let headers = object.optional("headers").map_or_else(
        || vec!["authorization".to_owned()],
        |node| {
            let headers =
                node.distinct(MAX_ENTRIES, checked_header, "the name of a header field in lower case", log);
            headers.into_iter().map(|(_, header)| header).collect()
        },
    );
    let methods = match object.optional("methods") {
        Some(node) => read_methods(Some(node), log),
        None => Some(methods_of(rules)),
    };
    let max_age = object.optional("max_age").map_or(Some(DEFAULT_MAX_AGE), |node| {
        let expected = "0 to 86,400 seconds";
        let seconds = node.whole(expected, log)?;
        if seconds > LONGEST_MAX_AGE {
            log.report(node.place, format!("is {seconds}"), expected);
        }
        Some(seconds)
    });
    Some(Cors { origins: origins?, headers, methods: methods?, max_age: max_age? })
}

fn methods_of<'r>(rules: impl Iterator<Item = &'r Rule>) -> Vec<String> {
    let mut methods: Vec<String> = Vec::new();
    for method in rules.flat_map(|rule| rule.methods()) {
        if method == EVERY {
            return vec![EVERY.to_owned()];
        }
        if !methods.contains(method) {
            methods.push(method.clone());
        }
    }
    // A rule for GET admits HEAD as well.
    if methods.iter().any(|method| method == "GET") && !methods.iter().any(|method| method == "HEAD") {
        methods.push("HEAD".to_owned());
    }
    methods
}

fn checked_origin(text: &str) -> Result<String, String> {
    if text == EVERY {
        return Ok(text.to_owned());
    }
    // An origin is what a resource URI without a path starts with: https, or http on localhost, in canonical form.
    match ResourceIndicator::parse(text) {
        Ok(indicator) if indicator.origin() == text => Ok(text.to_owned()),
        Ok(indicator) => Err(format!("the origin is spelled `{}`", indicator.origin())),
        Err(error) => Err(error.to_string()),
    }
}

fn checked_header(text: &str) -> Result<String, &'static str> {
    let alphabet = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    if !text.is_empty() && text.len() <= MAX_HEADER_LENGTH && text.bytes().all(alphabet) {
        return Ok(text.to_owned());
    }
    Err("not a field name in lower case")
}
