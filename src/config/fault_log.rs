//! Collects the faults of one document and knows the path of each of its values.

use crate::vocabulary::json::Json;

use super::fault::{Fault, Faults};

/// How deep a document may be nested. The deepest legal value lies six levels down.
pub(super) const MAX_DEPTH: usize = 8;
/// A document of 4 MiB has room for two million faults, and no reader for them.
const MAX_FAULTS: usize = 1_000;
const MAX_QUOTED: usize = 80;

/// The place of a value: from the root, the position of each step among its siblings, counted from 1.
/// Compared, places stand in the order of the document, a parent before its children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place([u32; MAX_DEPTH]);

impl Place {
    pub(super) const ROOT: Self = Self([0; MAX_DEPTH]);

    pub(super) fn child(mut self, position: usize) -> Self {
        if let Some(step) = self.0.iter_mut().find(|step| **step == 0) {
            *step = u32::try_from(position + 1).unwrap_or(u32::MAX);
        }
        self
    }

    fn path(self, root: &Json) -> String {
        let mut path = String::from("$");
        let mut value = Some(root);
        for step in self.0.into_iter().take_while(|step| *step > 0) {
            let position = step as usize - 1;
            value = match value {
                Some(Json::Object(members)) => members.get(position).map(|(name, value)| {
                    path.push_str(&member_step(name));
                    value
                }),
                Some(Json::Array(values)) => {
                    path.push_str(&format!("[{position}]"));
                    values.get(position)
                }
                _ => None,
            };
        }
        path
    }
}

/// RFC 9535 section 2.5.1: the shorthand where the name allows it, else brackets and quotes.
fn member_step(name: &str) -> String {
    let first = |character: char| character.is_ascii_alphabetic() || character == '_';
    let plain = name.starts_with(first) && name.chars().all(|next| first(next) || next.is_ascii_digit());
    if plain {
        return format!(".{name}");
    }
    let escaped: String = clipped(name).escape_default().collect();
    format!("['{escaped}']")
}

fn clipped(text: &str) -> String {
    if text.chars().nth(MAX_QUOTED).is_none() {
        return text.to_owned();
    }
    text.chars().take(MAX_QUOTED).chain(['…']).collect()
}

/// Input as it stands in a message: in backticks, of bounded length, control characters escaped.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", clipped(text).escape_debug())
}

/// The faults found so far, in the order of their places.
pub(super) struct FaultLog<'d> {
    root: &'d Json,
    found: Vec<(Place, Fault)>,
    unlisted: usize,
}

impl<'d> FaultLog<'d> {
    pub(super) fn new(root: &'d Json) -> Self {
        Self { root, found: Vec::new(), unlisted: 0 }
    }

    pub(super) fn report(&mut self, place: Place, problem: impl Into<String>, expected: impl Into<String>) {
        self.add(place, None, problem.into(), expected.into());
    }

    /// Reports a member that `object` should have. Its path is where it should stand.
    pub(super) fn report_missing(&mut self, object: Place, name: &str, expected: &str) {
        self.add(object, Some(name), "is missing".to_owned(), expected.to_owned());
    }

    fn add(&mut self, place: Place, member: Option<&str>, problem: String, expected: String) {
        if self.found.len() >= MAX_FAULTS {
            self.unlisted += 1;
            return;
        }
        let mut path = place.path(self.root);
        path.extend(member.map(member_step));
        // There are few of them, and the standard sort would be a large part of the gate.
        let at = self.found.partition_point(|(before, _)| *before <= place);
        self.found.insert(at, (place, Fault::new(path, problem, expected)));
    }

    /// `value`, if nothing was reported.
    pub(super) fn conclude<T>(self, value: Option<T>) -> Result<T, Faults> {
        if self.found.is_empty() {
            return value
                .ok_or_else(|| Faults::of_the_whole("cannot be read".to_owned(), "a complete document"));
        }
        let mut faults: Vec<Fault> = self.found.into_iter().map(|(_, fault)| fault).collect();
        if self.unlisted > 0 {
            let problem = format!("{} more faults are not listed", self.unlisted);
            faults.push(Fault::new("$".to_owned(), problem, "the listed faults mended first".to_owned()));
        }
        Err(Faults::new(faults))
    }
}
