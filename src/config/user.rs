//! Users of a tenant.

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::vocabulary::{ApplicationId, RoleId, TenantId, UserId};

use super::fault::Faults;
use super::fault_log::{FaultLog, Place};
use super::reader::{Node, Object, read_text};
use super::tenant_reader::read_version;

pub(super) const MEMBERS: [&str; 5] = ["user_id", "email", "status", "applications", "role_ids"];
pub(super) const MAX_ASSIGNMENTS: usize = 10_000;
/// RFC 5321 section 4.5.3.1.3 leaves 254 octets for an address.
pub(super) const MAX_EMAIL: usize = 254;

/// The role that may administer a tenant by its console.
pub const ADMINISTRATOR: &str = "tenant-administrator";

/// Whether a user may do anything at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserStatus {
    /// Can log in and be acted for.
    Active,
    /// Gets nothing anywhere.
    Suspended,
}

pub(super) const STATUS: [(&str, UserStatus); 2] =
    [("active", UserStatus::Active), ("suspended", UserStatus::Suspended)];

/// A user of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    id: UserId,
    version: u64,
    email: String,
    status: UserStatus,
    applications: Vec<ApplicationId>,
    role_ids: Vec<RoleId>,
}

impl User {
    /// Reads the published record `tenant/{tid}/user/{user_id}` of the tenant `expected`. Whether it is the record of
    /// the user that was asked for, [`User::id`] tells.
    ///
    /// # Errors
    /// [`Faults`], all at once.
    pub fn parse(text: &str, expected: &TenantId) -> Result<Self, Faults> {
        let root = read_text(text)?;
        let mut log = FaultLog::new(&root);
        let user = Self::read(Node::root(&root), expected, &mut log);
        log.conclude(user)
    }

    fn read(root: Node<'_>, expected: &TenantId, log: &mut FaultLog<'_>) -> Option<Self> {
        let object = root.object(&[&MEMBERS[..], &["tenant_id", "version"]].concat(), log)?;
        let draft = UserDraft::read(&object, log);
        if let Some((place, _)) =
            object.identifier("tenant_id", TenantId::parse, log).filter(|(_, id)| id != expected)
        {
            log.report(place, "is another tenant", format!("`{expected}`"));
        }
        let version = read_version(&object, log);
        draft.finish(version?)
    }

    /// The name under which a published record leads from an email address to its user: an address has one user
    /// whatever its case, and this spelling fits a storage key.
    #[must_use]
    pub fn email_key(email: &str) -> String {
        Base64UrlUnpadded::encode_string(&Sha256::digest(email.to_ascii_lowercase()))
    }

    /// Whether a text can be the address of a user. Whether mail arrives there is known when it does.
    #[must_use]
    pub fn is_email(text: &str) -> bool {
        checked_email(text).is_ok()
    }

    /// The version of the publication that it is part of; 0 in a document that is not published yet.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

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
    pub(super) fn finish(self, version: u64) -> Option<User> {
        Some(User {
            id: self.id?.1,
            version,
            email: self.email?.1,
            status: self.status?,
            applications: self.applications.into_iter().map(|(_, id)| id).collect(),
            role_ids: self.role_ids.into_iter().map(|(_, id)| id).collect(),
        })
    }
}

impl UserDraft {
    pub(super) fn read(object: &Object<'_>, log: &mut FaultLog<'_>) -> Self {
        let id = object.identifier("user_id", UserId::parse, log);
        let expected = "an email address such as `ada@shop.example`";
        let email = object
            .required("email", expected, log)
            .and_then(|node| Some((node.place, node.parsed(checked_email, expected, log)?)));
        let status = object
            .required("status", "`active` or `suspended`", log)
            .and_then(|node| node.word(&STATUS, log));
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
        Self { id, email, applications, role_ids, status }
    }
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
