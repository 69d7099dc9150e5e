//! The tenant document: the file that people write, with everything of a tenant in it.

use crate::vocabulary::UnixTime;
use crate::vocabulary::json::Json;

use super::application::Application;
use super::client::Client;
use super::directory_reader::DirectoryDraft;
use super::fault::Faults;
use super::fault_log::FaultLog;
use super::reader::{Node, read_text};
use super::tenant::{Form, Tenant};
use super::tenant_reader::{MEMBERS, TenantDraft};
use super::user::User;

/// A tenant as a file: what is published of it, and its applications, clients and users.
#[derive(Debug, Clone)]
pub struct TenantDocument {
    source: Json,
    tenant: Tenant,
    applications: Vec<Application>,
    clients: Vec<Client>,
    users: Vec<User>,
}

impl TenantDocument {
    /// Reads the file; checking it is the same.
    ///
    /// # Errors
    /// [`Faults`], all at once, in the order of the document.
    pub fn parse(text: &str) -> Result<Self, Faults> {
        Self::read(read_text(text)?, Extent::Whole)
    }

    /// Reads a document that may be on its way: an application may still be without a client, and a scope without somebody
    /// who gets it. Whether a client that a resource or the settings name exists is left to whoever writes it down.
    ///
    /// # Errors
    /// [`Faults`], all at once, in the order of the document.
    pub(crate) fn parse_unfinished(text: &str) -> Result<Self, Faults> {
        Self::read(read_text(text)?, Extent::Part)
    }

    /// Reads a document that has every resource, role and application, but of clients and users only those that are to
    /// be checked. What only the whole can tell is left to whoever has it: whether an application has a client, a scope
    /// somebody who gets it, and whether a client that a resource names exists.
    ///
    /// # Errors
    /// [`Faults`], all at once, in the order of the document.
    pub(crate) fn parse_part(source: Json) -> Result<Self, Faults> {
        Self::read(source, Extent::Part)
    }

    fn read(source: Json, extent: Extent) -> Result<Self, Faults> {
        let mut log = FaultLog::new(&source);
        let parts = read(&source, extent, &mut log);
        let (tenant, directory) = log.conclude(parts)?;
        let (applications, clients, users) = directory;
        Ok(Self { source, tenant, applications, clients, users })
    }

    /// The part that is published as one record. Its version and time of publication are 0.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Its applications, in the order of the document.
    #[must_use]
    pub fn applications(&self) -> &[Application] {
        &self.applications
    }

    /// Its clients, in the order of the document.
    #[must_use]
    pub fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// Its users, in the order of the document.
    #[must_use]
    pub fn users(&self) -> &[User] {
        &self.users
    }

    /// The document as it was read.
    pub(crate) fn source(&self) -> &Json {
        &self.source
    }
}

/// The members of the file that no published record has.
pub(super) const OF_FILES: [&str; 4] = ["$schema", "applications", "clients", "users"];

type Parts = (Tenant, (Vec<Application>, Vec<Client>, Vec<User>));

/// How much of a tenant a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// Not all of its clients and users.
    Part,
}

fn read(source: &Json, extent: Extent, log: &mut FaultLog<'_>) -> Option<Parts> {
    let members = [&MEMBERS[..], &OF_FILES].concat();
    let object = Node::root(source).object(&members, log)?;
    if let Some(node) = object.optional("$schema") {
        node.string("the URL of a schema", log);
    }
    let draft = TenantDraft::read(&object, Form::File, log);
    let directory = DirectoryDraft::read(&object, &draft, extent, log);
    Some((draft.finish(0, UnixTime::from_seconds(0))?, directory.finish()?))
}
