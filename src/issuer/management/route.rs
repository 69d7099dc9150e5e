//! The paths of the management API, in one table.

use crate::directory::EntityKind::{self, Application, Client, Resource, Role, User};
use crate::vocabulary::{ApplicationId, SubjectId};

use super::caller::Caller;
use Endpoint::Managed as Of;
use Managed::{Collection, One};
use Readers::{Clients, Nobody, Own};

/// What a path is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    Managed(Managed),
    Sessions,
    Session,
    Keys,
    Key,
    Explain,
}

/// What of it is the directory's management to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Managed {
    Collection(EntityKind),
    One(EntityKind),
    ResourceByUri,
    ManagementApplications,
    ApplicationUsers,
    ApplicationUser,
    ClientResources,
    ClientSecrets,
    ClientSecret,
    Audit,
    Tenant,
    RefreshTokens,
    Publication,
}

/// Who else than management may read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readers {
    Nobody,
    /// Clients; what they see of it is their own application's (R17).
    Clients,
    /// Clients of the application that the path names.
    Own,
}

/// A path below `/v1/`, where `*` stands for an identifier; its methods, as the field `Allow` has them.
struct Entry(&'static str, &'static str, Readers, Endpoint);

const LIST: &str = "GET, POST";
const ONE: &str = "GET, PUT, DELETE";

/// The first that matches counts.
const TABLE: [Entry; 26] = [
    Entry("resources", LIST, Nobody, Of(Collection(Resource))),
    Entry("resources/uri", "GET", Nobody, Of(Managed::ResourceByUri)),
    Entry("resources/*", ONE, Nobody, Of(One(Resource))),
    Entry("applications", LIST, Clients, Of(Collection(Application))),
    Entry("applications/*", ONE, Own, Of(One(Application))),
    Entry("applications/*/users", "GET", Own, Of(Managed::ApplicationUsers)),
    Entry("applications/*/users/*", "PUT, DELETE", Nobody, Of(Managed::ApplicationUser)),
    Entry("management/applications", "GET", Nobody, Of(Managed::ManagementApplications)),
    Entry("clients", LIST, Nobody, Of(Collection(Client))),
    Entry("clients/*", ONE, Nobody, Of(One(Client))),
    Entry("clients/*/resources", "PUT", Nobody, Of(Managed::ClientResources)),
    Entry("clients/*/secrets", "POST", Nobody, Of(Managed::ClientSecrets)),
    Entry("clients/*/secrets/*", "DELETE", Nobody, Of(Managed::ClientSecret)),
    Entry("roles", LIST, Nobody, Of(Collection(Role))),
    Entry("roles/*", ONE, Nobody, Of(One(Role))),
    Entry("users", LIST, Clients, Of(Collection(User))),
    Entry("users/*", ONE, Clients, Of(One(User))),
    Entry("sessions/*", "GET, DELETE", Clients, Endpoint::Sessions),
    Entry("sessions/*/*", "DELETE", Nobody, Endpoint::Session),
    Entry("keys", LIST, Nobody, Endpoint::Keys),
    Entry("keys/*", "PUT", Nobody, Endpoint::Key),
    Entry("audit", "GET", Nobody, Of(Managed::Audit)),
    Entry("tenant", "GET, PUT", Nobody, Of(Managed::Tenant)),
    Entry("tenant/refresh-tokens/revocation", "POST", Nobody, Of(Managed::RefreshTokens)),
    Entry("publication", "GET", Nobody, Of(Managed::Publication)),
    Entry("explain", "GET", Nobody, Endpoint::Explain),
];

/// A path of the API with the identifiers in it.
pub(super) struct Route<'p> {
    entry: &'static Entry,
    identifiers: Vec<&'p str>,
}

impl<'p> Route<'p> {
    /// `None` where the path is none of the API's.
    pub(super) fn of(path: &'p str) -> Option<Self> {
        let path = path.strip_prefix("/v1/")?;
        TABLE.iter().find_map(|entry| Some(Self { entry, identifiers: captured(entry.0, path)? }))
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        self.entry.3
    }

    pub(super) fn methods(&self) -> &'static str {
        self.entry.1
    }

    pub(super) fn allows(&self, method: &str) -> bool {
        self.methods().split(", ").any(|allowed| allowed == method)
    }

    /// Whether the caller may use the method here at all. What it sees then is a question of its reach.
    pub(super) fn admits(&self, caller: &Caller, method: &str) -> bool {
        let Some(own) = caller.reach() else { return true };
        let reads = match self.entry.2 {
            Nobody => false,
            Clients => true,
            Own => self.first() == ApplicationId::as_str(own),
        };
        reads && method == "GET"
    }

    /// The first identifier in the path.
    pub(super) fn first(&self) -> &'p str {
        self.identifiers.first().copied().unwrap_or_default()
    }

    /// The second identifier in the path.
    pub(super) fn second(&self) -> &'p str {
        self.identifiers.get(1).copied().unwrap_or_default()
    }
}

fn captured<'p>(pattern: &str, path: &'p str) -> Option<Vec<&'p str>> {
    let mut identifiers = Vec::new();
    let mut segments = path.split('/');
    for step in pattern.split('/') {
        let segment = segments.next()?;
        if step == "*" {
            // Identifiers of every kind have one alphabet.
            SubjectId::parse(segment).ok()?;
            identifiers.push(segment);
        } else if step != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(identifiers)
}
