//! Users of a tenant.

use crate::vocabulary::{ApplicationId, RoleId, UserId};

use super::fault_log::{FaultLog, Place};
use super::reader::Node;

const MEMBERS: [&str; 5] = ["user_id", "email", "status", "applications", "role_ids"];
const MAX_ASSIGNMENTS: usize = 10_000;
/// RFC 5321 section 4.5.3.1.3 leaves 254 octets for an address.
const MAX_EMAIL: usize = 254;

/// Whether a user may do anything at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserStatus {
    /// Can log in and be acted for.
    Active,
    /// Gets nothing anywhere.
    Suspended,
}

const STATUS: [(&str, UserStatus); 2] =
    [("active", UserStatus::Active), ("suspended", UserStatus::Suspended)];

/// A user of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    id: UserId,
    email: String,
    status: UserStatus,
    applications: Vec<ApplicationId>,
    role_ids: Vec<RoleId>,
}

impl User {
    /// Their identifier: the `sub` of their tokens.
    #[must_use]
    pub fn id(&self) -> &UserId {
        &self.id
    }

    /// Their email address as given, unique in the tenant whatever its case.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Whether they may do anything at all.
    #[must_use]
    pub fn status(&self) -> UserStatus {
        self.status
    }

    /// The applications that they may enter.
    #[must_use]
    pub fn applications(&self) -> &[ApplicationId] {
        &self.applications
    }

    /// Their roles.
    #[must_use]
    pub fn role_ids(&self) -> &[RoleId] {
        &self.role_ids
    }
}

/// What could be read of a user, with the places of what the rest of the document must know.
pub(super) struct UserDraft {
    pub(super) id: Option<(Place, UserId)>,
    pub(super) email: Option<(Place, String)>,
    pub(super) applications: Vec<(Place, ApplicationId)>,
    pub(super) role_ids: Vec<(Place, RoleId)>,
    status: Option<UserStatus>,
}

impl UserDraft {
    pub(super) fn finish(self) -> Option<User> {
        Some(User {
            id: self.id?.1,
            email: self.email?.1,
            status: self.status?,
            applications: self.applications.into_iter().map(|(_, id)| id).collect(),
            role_ids: self.role_ids.into_iter().map(|(_, id)| id).collect(),
        })
    }
}

pub(super) fn read_user(node: Node<'_>, log: &mut FaultLog<'_>) -> Option<UserDraft> {
    let object = node.object(&MEMBERS, log)?;
    let id = object.identifier("user_id", UserId::parse, log);
    let expected = "an email address such as `ada@shop.example`";
    let email = object
        .required("email", expected, log)
        .and_then(|node| Some((node.place, node.parsed(checked_email, expected, log)?)));
    let status =
        object.required("status", "`active` or `suspended`", log).and_then(|node| node.word(&STATUS, log));
    let applications = object
        .optional("applications")
        .map(|node| {
            node.distinct(MAX_ASSIGNMENTS, ApplicationId::parse, "the identifier of an application", log)
        })
        .unwrap_or_default();
    let role_ids = object
        .optional("role_ids")
        .map(|node| node.distinct(MAX_ASSIGNMENTS, RoleId::parse, "the identifier of a role", log))
        .unwrap_or_default();
    Some(UserDraft { id, email, applications, role_ids, status })
}

/// Sanity only: whether mail arrives is known when it does.
fn checked_email(text: &str) -> Result<String, &'static str> {
    let forbidden = |next: char| next.is_whitespace() || next.is_control() || "<>()[],;:\\\"@".contains(next);
    let (local, domain) = text.rsplit_once('@').ok_or("it has no `@`")?;
    if text.len() > MAX_EMAIL {
        return Err("it has more than 254 octets");
    }
    if local.is_empty() || local.contains(forbidden) || domain.contains(forbidden) {
        return Err("not an email address");
    }
    if domain.split('.').any(str::is_empty) {
        return Err("its domain is not a host name");
    }
    Ok(text.to_owned())
}
