//! OAuth clients: how they authenticate, which grants they may use, and what they may ask for.

use crate::jose::KeySet;
use crate::vocabulary::{ApplicationId, ClientId, ResourceId, RoleId, Scope, SecretHash, TenantId, UnixTime};

use super::application::ApplicationKind;
use super::client_reader::{ClientDraft, MEMBERS, check_grants_of_management};
use super::fault::Faults;
use super::fault_log::FaultLog;
use super::reader::{Node, read_text};
use super::redirect_uri;
use super::tenant_reader::read_version;

/// What kind of software a client is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientType {
    /// In a browser, or rendered by a server for one.
    Web,
    /// On somebody's device.
    Native,
    /// On a server.
    Backend,
}

/// A grant type that a client may be permitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grant {
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 6.
    RefreshToken,
}

impl Grant {
    pub(super) const WORDS: [(&'static str, Self); 3] = [
        ("client_credentials", Self::ClientCredentials),
        ("authorization_code", Self::AuthorizationCode),
        ("refresh_token", Self::RefreshToken),
    ];

    /// The value of `grant_type`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
        }
    }
}

/// How a client authenticates at the token endpoint, by its registered name in RFC 7591 section 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthenticationMethod {
    /// `client_secret_basic`
    SecretBasic,
    /// `client_secret_post`
    SecretPost,
    /// `private_key_jwt`: an assertion signed by one of the client's own keys (RFC 7523).
    PrivateKeyJwt,
    /// `none`: a public client.
    None,
}

/// A client of an application of a tenant.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) id: ClientId,
    pub(super) version: u64,
    pub(super) created_at: UnixTime,
    pub(super) name: String,
    pub(super) application: ApplicationId,
    pub(super) management: bool,
    pub(super) client_type: ClientType,
    pub(super) grants: Vec<Grant>,
    pub(super) authentication_method: AuthenticationMethod,
    pub(super) secret_hashes: Vec<SecretHash>,
    pub(super) keys: KeySet,
    pub(super) redirect_uris: Vec<String>,
    pub(super) post_logout_redirect_uris: Vec<String>,
    pub(super) backchannel_logout_uri: Option<String>,
    pub(super) third_party: bool,
    pub(super) assignments: Vec<(ResourceId, Scope)>,
    pub(super) role_ids: Vec<RoleId>,
    pub(super) protocol_scopes: Scope,
}

impl Client {
    /// Reads the published record `tenant/{tid}/client/{client_id}` of the tenant `expected`. Whether it is the
    /// record of the client that was asked for, [`Client::id`] tells.
    ///
    /// # Errors
    /// [`Faults`], all at once.
    pub fn parse(text: &str, expected: &TenantId) -> Result<Self, Faults> {
        let root = read_text(text)?;
        let mut log = FaultLog::new(&root);
        let client = Self::read(Node::root(&root), expected, &mut log);
        log.conclude(client)
    }

    fn read(root: Node<'_>, expected: &TenantId, log: &mut FaultLog<'_>) -> Option<Self> {
        let members = [&MEMBERS[..], &["tenant_id", "version", "application_kind", "created_at"]].concat();
        let object = root.object(&members, log)?;
        let draft = ClientDraft::read(&object, None, log);
        if let Some((place, _)) =
            object.identifier("tenant_id", TenantId::parse, log).filter(|(_, id)| id != expected)
        {
            log.report(place, "is another tenant", format!("`{expected}`"));
        }
        let version = read_version(&object, log);
        let kind = object
            .required("application_kind", "`application` or `management`", log)
            .and_then(|node| node.word(&ApplicationKind::WORDS, log));
        let management = kind? == ApplicationKind::Management;
        check_grants_of_management(&draft, management, log);
        let created_at = object
            .optional("created_at")
            .map_or(Some(0), |node| node.whole("seconds since the Unix epoch", log));
        let mut client = draft.finish(version?, management)?;
        client.created_at = UnixTime::from_seconds(created_at?);
        Some(client)
    }

    /// Its identifier.
    #[must_use]
    pub fn id(&self) -> &ClientId {
        &self.id
    }

    /// The version of the publication that it is part of; 0 in a document that is not published yet.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When it was made, as far as that was published: what a client of that name got before is not this one's.
    #[must_use]
    pub fn created_at(&self) -> UnixTime {
        self.created_at
    }

    /// Its name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The application that it belongs to.
    #[must_use]
    pub fn application(&self) -> &ApplicationId {
        &self.application
    }

    /// Whether that is a management application, whose tokens reach across the tenant's applications.
    #[must_use]
    pub fn is_management(&self) -> bool {
        self.management
    }

    /// What kind of software it is.
    #[must_use]
    pub fn client_type(&self) -> ClientType {
        self.client_type
    }

    /// The grants that it may use.
    #[must_use]
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Whether it may use `grant`.
    #[must_use]
    pub fn permits_grant(&self, grant: Grant) -> bool {
        self.grants.contains(&grant)
    }

    /// How it authenticates.
    #[must_use]
    pub fn authentication_method(&self) -> AuthenticationMethod {
        self.authentication_method
    }

    /// The hashes of its secrets, several while one replaces another.
    #[must_use]
    pub fn secret_hashes(&self) -> &[SecretHash] {
        &self.secret_hashes
    }

    /// Where a browser may be sent back to, each compared exactly.
    #[must_use]
    pub fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }

    /// Whether a browser may be sent back to `uri`: one of those registered, byte for byte, but for the port of a native
    /// client's loopback host.
    #[must_use]
    pub fn permits_redirect_uri(&self, uri: &str) -> bool {
        let any_port = self.client_type == ClientType::Native;
        self.redirect_uris.iter().any(|registered| {
            registered == uri || (any_port && redirect_uri::matches_on_any_loopback_port(registered, uri))
        })
    }

    /// The public keys that verify its assertions.
    #[must_use]
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// Where a browser may be sent after a logout that the client began, each compared exactly.
    #[must_use]
    pub fn post_logout_redirect_uris(&self) -> &[String] {
        &self.post_logout_redirect_uris
    }

    /// Where it is told of the end of a session (OpenID Connect Back-Channel Logout 1.0 section 2.2).
    #[must_use]
    pub fn backchannel_logout_uri(&self) -> Option<&str> {
        self.backchannel_logout_uri.as_deref()
    }

    /// Whether it is somebody else's, so that users are asked before it gets anything.
    #[must_use]
    pub fn is_third_party(&self) -> bool {
        self.third_party
    }

    /// The resources that it may ask for, each with the scopes allowed to it there.
    #[must_use]
    pub fn assignments(&self) -> &[(ResourceId, Scope)] {
        &self.assignments
    }

    /// The scopes allowed to it at `resource`; `None` where the resource is not assigned to it.
    #[must_use]
    pub fn assignment(&self, resource: &ResourceId) -> Option<&Scope> {
        self.assignments.iter().find(|(assigned, _)| assigned == resource).map(|(_, scope)| scope)
    }

    /// Its roles. A client without a role has what its assignments allow.
    #[must_use]
    pub fn role_ids(&self) -> &[RoleId] {
        &self.role_ids
    }

    /// The scopes of the protocol, such as `openid`, that it may ask for.
    #[must_use]
    pub fn protocol_scopes(&self) -> &Scope {
        &self.protocol_scopes
    }
}
