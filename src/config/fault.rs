//! What is wrong with a document: every fault at once, each with its place.

use std::fmt;

use serde::Serialize;

/// One fault of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    path: String,
    problem: String,
    expected: String,
}

impl Fault {
    pub(super) fn new(path: String, problem: String, expected: String) -> Self {
        Self { path, problem, expected }
    }

    /// Where, as a JSONPath (RFC 9535) such as `$.resources[2].uri`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What would be right.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} (expected: {})", self.path, self.problem, self.expected)
    }
}

/// Every fault of a document, in the order of the document. There is at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    pub(super) fn of_the_whole(problem: String, expected: &str) -> Self {
        Self(vec![Fault::new("$".to_owned(), problem, expected.to_owned())])
    }

    /// The faults in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }
}

impl fmt::Display for Faults {
    /// One fault a line.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            fault.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
