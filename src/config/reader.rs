//! Walks a JSON document and reports what does not fit, instead of stopping at the first fault as serde would.

use std::collections::HashSet;
use std::fmt;

use crate::vocabulary::json::Json;
use crate::vocabulary::{IdentifierError, Lifetime};

use super::fault::Faults;
use super::fault_log::{FaultLog, MAX_DEPTH, Place, quoted};
use super::spelling::nearest;

const MAX_OCTETS: usize = 4 * 1_024 * 1_024;
pub(super) const MAX_NAME: usize = 200;
pub(super) const MAX_DESCRIPTION: usize = 2_000;
pub(super) const A_LIFETIME: &str = "whole seconds, from 1 to 315,360,000 (ten years)";

/// Reads the text of a document.
pub(super) fn read_text(text: &str) -> Result<Json, Faults> {
    if text.len() > MAX_OCTETS {
        let problem = format!("has {} octets", text.len());
        return Err(Faults::of_the_whole(problem, "at most 4 MiB (4194304 octets)"));
    }
    Json::parse(text.as_bytes(), MAX_DEPTH)
        .map_err(|error| Faults::of_the_whole(error.to_string(), "one JSON object"))
}

/// A value of the document and its place.
#[derive(Clone, Copy)]
pub(super) struct Node<'d> {
    pub(super) value: &'d Json,
    pub(super) place: Place,
}

impl<'d> Node<'d> {
    pub(super) fn root(value: &'d Json) -> Self {
        Self { value, place: Place::ROOT }
    }

    fn report_kind(self, expected: &str, log: &mut FaultLog<'_>) {
        log.report(self.place, format!("is {}", self.value.kind()), expected);
    }

    pub(super) fn string(self, expected: &str, log: &mut FaultLog<'_>) -> Option<&'d str> {
        let text = self.value.as_str();
        if text.is_none() {
            self.report_kind(expected, log);
        }
        text
    }

    /// A string that `parse` accepts; its error says what is wrong with it.
    pub(super) fn parsed<T, E: fmt::Display>(
        self,
        parse: impl FnOnce(&str) -> Result<T, E>,
        expected: &str,
        log: &mut FaultLog<'_>,
    ) -> Option<T> {
        let text = self.string(expected, log)?;
        let parsed = parse(text);
        if let Err(error) = &parsed {
            self.report_text(text, error, expected, log);
        }
        parsed.ok()
    }

    fn report_text(self, text: &str, error: &dyn fmt::Display, expected: &str, log: &mut FaultLog<'_>) {
        log.report(self.place, format!("is {}: {error}", quoted(text)), expected);
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(self, words: &[(&str, T)], log: &mut FaultLog<'_>) -> Option<T> {
        let expected = listed(words.iter().map(|(word, _)| *word));
        let text = self.string(&expected, log)?;
        let meaning = words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if meaning.is_none() {
            log.report(self.place, format!("is {}", quoted(text)), expected);
        }
        meaning
    }

    pub(super) fn whole(self, expected: &str, log: &mut FaultLog<'_>) -> Option<u64> {
        match self.value {
            Json::Whole(number) => Some(*number),
            Json::Number(number) => {
                log.report(self.place, format!("is {number}, which is no whole number"), expected);
                None
            }
            _ => {
                self.report_kind(expected, log);
                None
            }
        }
    }

    /// A span of time.
    pub(super) fn lifetime(self, log: &mut FaultLog<'_>) -> Option<Lifetime> {
        let seconds = self.whole(A_LIFETIME, log)?;
        match Lifetime::from_seconds(seconds) {
            Ok(lifetime) => Some(lifetime),
            Err(error) => {
                log.report(self.place, format!("is {seconds}: {error}"), A_LIFETIME);
                None
            }
        }
    }

    pub(super) fn boolean(self, log: &mut FaultLog<'_>) -> Option<bool> {
        if let Json::Bool(value) = self.value {
            return Some(*value);
        }
        self.report_kind("`true` or `false`", log);
        None
    }

    /// The elements of an array that has at most `at_most`; `None` after reporting a fault.
    pub(super) fn elements(
        self,
        at_most: usize,
        expected: &str,
        log: &mut FaultLog<'_>,
    ) -> Option<Vec<Node<'d>>> {
        let Json::Array(values) = self.value else {
            self.report_kind(expected, log);
            return None;
        };
        if values.len() > at_most {
            log.report(self.place, format!("has {} elements", values.len()), format!("at most {at_most}"));
            return None;
        }
        let place = |position| self.place.child(position);
        Some(values.iter().enumerate().map(|(at, value)| Node { value, place: place(at) }).collect())
    }

    /// The elements of an array that has at most `at_most`; none after reporting a fault.
    pub(super) fn items(self, at_most: usize, expected: &str, log: &mut FaultLog<'_>) -> Vec<Node<'d>> {
        self.elements(at_most, expected, log).unwrap_or_default()
    }

    /// The elements that `parse` accepts, each with its place, repetitions reported and left out.
    pub(super) fn distinct<T, E: fmt::Display>(
        self,
        at_most: usize,
        parse: impl Fn(&str) -> Result<T, E>,
        expected: &str,
        log: &mut FaultLog<'_>,
    ) -> Vec<(Place, T)> {
        let items = self.distinct_items(at_most, expected, log).into_iter();
        items.filter_map(|item| Some((item.place, item.parsed(&parse, expected, log)?))).collect()
    }

    fn distinct_items(self, at_most: usize, expected: &str, log: &mut FaultLog<'_>) -> Vec<Node<'d>> {
        let mut seen = HashSet::new();
        let mut items = self.items(at_most, &format!("an array; each element {expected}"), log);
        items.retain(|item| {
            let again = item.value.as_str().is_some_and(|text| !seen.insert(text));
            if again {
                log.report(item.place, "stands twice in the list", "each element once");
            }
            !again
        });
        items
    }

    /// An object with no members but `known`.
    pub(super) fn object(self, known: &[&str], log: &mut FaultLog<'_>) -> Option<Object<'d>> {
        let object = self.any_object(log)?;
        for (position, (name, _)) in object.members.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                report_unknown(self.place.child(position), name, known, log);
            }
        }
        Some(object)
    }

    /// An object whose members are somebody else's to check.
    pub(super) fn any_object(self, log: &mut FaultLog<'_>) -> Option<Object<'d>> {
        let Json::Object(members) = self.value else {
            self.report_kind("an object", log);
            return None;
        };
        Some(Object { members, place: self.place })
    }

    /// A name for people: not empty, at most 200 characters, no control characters.
    pub(super) fn name(self, log: &mut FaultLog<'_>) -> Option<String> {
        let expected = "1 to 200 characters, no control characters";
        self.text(1..=MAX_NAME, expected, log)
    }

    /// A description for people: at most 2,000 characters, no control characters.
    pub(super) fn description(self, log: &mut FaultLog<'_>) -> Option<String> {
        let expected = "at most 2,000 characters, no control characters";
        self.text(0..=MAX_DESCRIPTION, expected, log)
    }

    fn text(
        self,
        length: std::ops::RangeInclusive<usize>,
        expected: &str,
        log: &mut FaultLog<'_>,
    ) -> Option<String> {
        let text = self.string(expected, log)?;
        let count = text.chars().count();
        if length.contains(&count) && !text.chars().any(char::is_control) {
            return Some(text.to_owned());
        }
        let problem = if length.contains(&count) {
            "has a control character".to_owned()
        } else {
            format!("has {count} characters")
        };
        log.report(self.place, problem, expected);
        None
    }
}

/// An object of the document; its unknown members have been reported.
#[derive(Clone, Copy)]
pub(super) struct Object<'d> {
    members: &'d [(String, Json)],
    pub(super) place: Place,
}

impl<'d> Object<'d> {
    pub(super) fn optional(&self, name: &str) -> Option<Node<'d>> {
        let position = self.members.iter().position(|(own, _)| own == name)?;
        let (_, value) = self.members.get(position)?;
        Some(Node { value, place: self.place.child(position) })
    }

    pub(super) fn required(&self, name: &str, expected: &str, log: &mut FaultLog<'_>) -> Option<Node<'d>> {
        let member = self.optional(name);
        if member.is_none() {
            log.report_missing(self.place, name, expected);
        }
        member
    }

    /// A required string that `parse` accepts.
    pub(super) fn parsed<T, E: fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        expected: &str,
        log: &mut FaultLog<'_>,
    ) -> Option<T> {
        self.required(name, expected, log)?.parsed(parse, expected, log)
    }

    /// A required identifier and its place.
    pub(super) fn identifier<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, IdentifierError>,
        log: &mut FaultLog<'_>,
    ) -> Option<(Place, T)> {
        let expected = "an identifier: letters, digits, `-`, `.`, `_` and `~`";
        let node = self.required(name, expected, log)?;
        Some((node.place, node.parsed(parse, expected, log)?))
    }

    /// A required `name`.
    pub(super) fn name(&self, log: &mut FaultLog<'_>) -> Option<String> {
        self.required("name", "a name for people", log)?.name(log)
    }

    /// An optional `description`, empty when absent.
    pub(super) fn description(&self, log: &mut FaultLog<'_>) -> Option<String> {
        self.optional("description").map_or(Some(String::new()), |node| node.description(log))
    }

    /// The elements of an optional array.
    pub(super) fn items(
        &self,
        name: &str,
        at_most: usize,
        expected: &str,
        log: &mut FaultLog<'_>,
    ) -> Vec<Node<'d>> {
        self.optional(name).map(|node| node.items(at_most, expected, log)).unwrap_or_default()
    }
}

fn report_unknown(place: Place, name: &str, known: &[&str], log: &mut FaultLog<'_>) {
    let quoted = quoted(name);
    if name.to_ascii_lowercase().contains("session") {
        let problem = format!("unknown member {quoted}: the length of a session cannot be configured");
        log.report(place, problem, "no such member; a session is fixed at 1,209,600 s (14 days)");
        return;
    }
    let problem = match nearest(name, known) {
        Some(near) => format!("unknown member {quoted}, did you mean `{near}`?"),
        None => format!("unknown member {quoted}"),
    };
    log.report(place, problem, listed(known.iter().copied()));
}

/// "`a`, `b` or `c`"
pub(super) fn listed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    let Some(last) = words.pop() else { return "nothing".to_owned() };
    if words.is_empty() { last } else { format!("{} or {last}", words.join(", ")) }
}
