//! A tenant as published: what the gate and the issuer decide by.

use std::collections::HashMap;

use crate::jose::{Algorithm, KeySet};
use crate::vocabulary::json::Json;
use crate::vocabulary::{ClientId, ResourceId, ResourceIndicator, RoleId, TenantId, UnixTime};

use super::fault::Faults;
use super::fault_log::FaultLog;
use super::protected_resource::ProtectedResource;
use super::reader::{Node, read_text};
use super::role::Role;
use super::signing_key::{self, SigningKey, SigningKeyState};
use super::tenant_reader::{MEMBERS, TenantDraft, read_version};

/// The member of a published record that ends the refresh token families of before.
const NOT_BEFORE: &str = "refresh_tokens_not_before";

/// Whether a document is the file that people write, or the record that is published of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    #[cfg(feature = "issuer")]
    File,
    Published,
}

/// A tenant: its resources, roles and keys, free of contradictions.
#[derive(Debug, Clone)]
pub struct Tenant {
    pub(super) id: TenantId,
    pub(super) version: u64,
    pub(super) published_at: UnixTime,
    pub(super) refresh_tokens_not_before: UnixTime,
    pub(super) issuer: ResourceIndicator,
    pub(super) issues_tokens: bool,
    pub(super) hosts: Vec<String>,
    pub(super) clock_tolerance: u64,
    pub(super) refresh_token_grace: u64,
    pub(super) kv_propagation: u64,
    pub(super) console_client: Option<ClientId>,
    pub(super) signing_algorithm: Algorithm,
    pub(super) default_resource: ProtectedResource,
    pub(super) resources: Vec<ProtectedResource>,
    pub(super) by_id: HashMap<ResourceId, usize>,
    pub(super) by_indicator: HashMap<String, usize>,
    pub(super) roles: HashMap<RoleId, Role>,
    pub(super) manages_keys: bool,
    pub(super) signing_keys: Vec<SigningKey>,
    pub(super) verification_keys: KeySet,
}

impl Tenant {
    /// Reads the published record `tenant/{tid}` of the tenant `expected`.
    ///
    /// # Errors
    /// [`Faults`], all at once: a record with one of them must not replace a good one.
    pub fn parse(text: &str, expected: &TenantId) -> Result<Self, Faults> {
        let root = read_text(text)?;
        let mut log = FaultLog::new(&root);
        let tenant = Self::read(&root, expected, &mut log);
        log.conclude(tenant)
    }

    fn read(root: &Json, expected: &TenantId, log: &mut FaultLog<'_>) -> Option<Self> {
        let members = [&MEMBERS[..], &["version", "published_at", NOT_BEFORE]].concat();
        let object = Node::root(root).object(&members, log)?;
        let draft = TenantDraft::read(&object, Form::Published, log);
        if let Some((place, id)) = draft.id.as_ref().filter(|(_, id)| id != expected) {
            log.report(*place, format!("is `{id}`, another tenant"), format!("`{expected}`"));
        }
        let version = read_version(&object, log);
        let expected = "seconds since the Unix epoch";
        let published_at =
            object.required("published_at", expected, log).and_then(|node| node.whole(expected, log));
        let not_before = object.optional(NOT_BEFORE).and_then(|node| node.whole(expected, log)).unwrap_or(0);
        let mut tenant = draft.finish(version?, UnixTime::from_seconds(published_at?))?;
        tenant.refresh_tokens_not_before = UnixTime::from_seconds(not_before);
        Some(tenant)
    }

    /// Its identifier: the `tid` of its tokens.
    #[must_use]
    pub fn id(&self) -> &TenantId {
        &self.id
    }

    /// The version of this publication, which only grows; 0 for a document that is not published yet.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When it was published; 0 for a document that is not published yet.
    #[must_use]
    pub fn published_at(&self) -> UnixTime {
        self.published_at
    }

    /// Refresh token families that began before this moment are over, since the tenant was restored; 0 where it was not.
    #[must_use]
    pub fn refresh_tokens_not_before(&self) -> UnixTime {
        self.refresh_tokens_not_before
    }

    /// The issuer's URL, without trailing slash: the `iss` of its tokens, byte for byte.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// Whether there is an issuer of its own. Resources that stand in code have none, and trust others only.
    #[must_use]
    pub fn issues_tokens(&self) -> bool {
        self.issues_tokens
    }

    /// The host names under which it is served, that of the issuer among them.
    #[must_use]
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// By how many seconds clocks may differ, 0 to 60.
    #[must_use]
    pub fn clock_tolerance(&self) -> u64 {
        self.clock_tolerance
    }

    /// For how many seconds after a rotation the refresh token before, presented again, gets the same successor.
    #[must_use]
    pub fn refresh_token_grace(&self) -> u64 {
        self.refresh_token_grace
    }

    /// How many seconds the key-value store may take to tell a change everywhere, 0 to 600. How old the list of
    /// revocations may be, and how early a signing key may be used, is computed from it.
    #[must_use]
    pub fn kv_propagation(&self) -> u64 {
        self.kv_propagation
    }

    /// The client by which the console logs its users in; without one there is no console.
    #[must_use]
    pub fn console_client(&self) -> Option<&ClientId> {
        self.console_client.as_ref()
    }

    /// Its resources in the order of the document, without the default resource.
    #[must_use]
    pub fn resources(&self) -> &[ProtectedResource] {
        &self.resources
    }

    /// The resource of that identifier, the default resource included.
    #[must_use]
    pub fn resource(&self, id: &ResourceId) -> Option<&ProtectedResource> {
        if self.default_resource.id() == id {
            return Some(&self.default_resource);
        }
        self.resources.get(*self.by_id.get(id)?)
    }

    /// The resource that a token is for when none was asked for. Its URI is the issuer's URL.
    #[must_use]
    pub fn default_resource(&self) -> &ProtectedResource {
        &self.default_resource
    }

    /// The resource whose URI equals `indicator` in canonical form, the default resource included.
    #[must_use]
    pub fn resource_by_indicator(&self, indicator: &ResourceIndicator) -> Option<&ProtectedResource> {
        if self.default_resource.indicator() == indicator {
            return Some(&self.default_resource);
        }
        self.resources.get(*self.by_indicator.get(&indicator.canonical())?)
    }

    /// The role of that identifier.
    #[must_use]
    pub fn role(&self, id: &RoleId) -> Option<&Role> {
        self.roles.get(id)
    }

    /// Its signing keys in every state, in the order of the document.
    #[must_use]
    pub fn signing_keys(&self) -> &[SigningKey] {
        &self.signing_keys
    }

    /// What verifies its tokens: every key but the disabled, and of the symmetric ones those that have a value.
    #[must_use]
    pub fn verification_keys(&self) -> &KeySet {
        &self.verification_keys
    }

    /// The key that signs with `algorithm` now.
    #[must_use]
    pub fn current_signing_key(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        let current =
            |key: &&SigningKey| key.state() == SigningKeyState::Current && key.algorithm() == algorithm;
        self.signing_keys.iter().find(current)
    }

    /// The algorithm of access tokens for `resource`: its own, else the tenant's. A key for it is current.
    #[must_use]
    pub fn signing_algorithm_for(&self, resource: &ProtectedResource) -> Algorithm {
        resource.own_signing_algorithm().unwrap_or(self.signing_algorithm)
    }

    /// Whether its signing keys are made and moved on by the tenant's directory, because the document names none.
    #[must_use]
    pub fn manages_keys(&self) -> bool {
        self.manages_keys
    }

    /// Every algorithm that access tokens of this tenant are signed with, each once.
    #[must_use]
    pub fn signing_algorithms(&self) -> Vec<Algorithm> {
        let mut algorithms = vec![self.signing_algorithm];
        for resource in self.resources.iter().chain([&self.default_resource]) {
            let algorithm = self.signing_algorithm_for(resource);
            if !algorithms.contains(&algorithm) {
                algorithms.push(algorithm);
            }
        }
        algorithms
    }

    /// Takes over the published record `tenant/{tid}/keys` of a tenant that manages its keys. Answers its version.
    ///
    /// # Errors
    /// [`Faults`], all at once; the keys stay as they were then.
    pub fn supply_managed_keys(&mut self, text: &str) -> Result<u64, Faults> {
        let (version, keys) = signing_key::parse_managed_keys(text)?;
        if self.manages_keys {
            self.verification_keys = signing_key::verification_keys(&keys);
            self.signing_keys = keys;
        }
        Ok(version)
    }

    /// Fills in the values of HS256 keys, which a published record only names, from a JWK Set that the host keeps.
    /// Keys are matched by kid; those of other kinds, or of unknown kid, are ignored. Until filled in, an HS256 key
    /// verifies nothing.
    ///
    /// # Errors
    /// [`Faults`] of the JWK Set; nothing is filled in then. No fault shows a value.
    pub fn supply_secret_keys(&mut self, jwk_set: &str) -> Result<(), Faults> {
        signing_key::supply_secret_keys(&mut self.signing_keys, jwk_set)?;
        self.verification_keys = signing_key::verification_keys(&self.signing_keys);
        Ok(())
    }
}
