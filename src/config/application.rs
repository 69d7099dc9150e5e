//! Applications: what clients belong to and users are assigned to.

use crate::vocabulary::ApplicationId;

use super::fault_log::{FaultLog, Place};
use super::reader::Node;

pub(super) const MEMBERS: [&str; 4] = ["app_id", "name", "description", "kind"];

/// What an application is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationKind {
    /// Serves users; its tokens reach only what is its own.
    Application,
    /// Manages the tenant: its tokens reach across the tenant's applications, and it authenticates no users.
    Management,
}

impl ApplicationKind {
    pub(super) const WORDS: [(&'static str, Self); 2] =
        [("application", Self::Application), ("management", Self::Management)];

    /// The word of the tenant document.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Management => "management",
        }
    }
}

/// An application of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    id: ApplicationId,
    name: String,
    kind: ApplicationKind,
}

impl Application {
    /// Its identifier: the `app_id` of its tokens.
    #[must_use]
    pub fn id(&self) -> &ApplicationId {
        &self.id
    }

    /// Its name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> ApplicationKind {
        self.kind
    }
}

/// What could be read of an application.
pub(super) struct ApplicationDraft {
    /// Where its identifier stands.
    pub(super) id: Option<(Place, ApplicationId)>,
    pub(super) kind: Option<ApplicationKind>,
    name: Option<String>,
}

impl ApplicationDraft {
    pub(super) fn finish(self) -> Option<Application> {
        Some(Application { id: self.id?.1, name: self.name?, kind: self.kind? })
    }
}

pub(super) fn read_application(node: Node<'_>, log: &mut FaultLog<'_>) -> Option<ApplicationDraft> {
    let object = node.object(&MEMBERS, log)?;
    let id = object.identifier("app_id", ApplicationId::parse, log);
    let name = object.name(log);
    object.description(log);
    let kind = object
        .optional("kind")
        .map_or(Some(ApplicationKind::Application), |node| node.word(&ApplicationKind::WORDS, log));
    Some(ApplicationDraft { id, kind, name })
}
