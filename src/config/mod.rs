//! The tenant document, valid by construction: resources, rules, roles, keys, clients. Every fault of a document is
//! reported at once, each with its path.

mod cors;
mod fault;
mod fault_log;
mod freshness;
mod path_template;
mod protected_resource;
mod reader;
mod resource_metadata;
mod resource_reader;
mod role;
mod rule;
mod rule_conflicts;
#[cfg(feature = "schema")]
mod schema;
mod scope_grant;
mod signing_key;
mod spelling;
mod tenant;
mod tenant_reader;
mod trust;
mod trusted_issuer;
mod user_authentication;

#[cfg(feature = "issuer")]
mod application;
#[cfg(feature = "issuer")]
mod client;
#[cfg(feature = "issuer")]
mod client_keys;
#[cfg(feature = "issuer")]
mod client_reader;
#[cfg(feature = "issuer")]
mod directory_reader;
#[cfg(feature = "issuer")]
mod redirect_uri;
#[cfg(feature = "issuer")]
mod tenant_document;
#[cfg(feature = "issuer")]
mod user;

pub use cors::Cors;
pub use fault::{Fault, Faults};
pub use freshness::{CONFIGURATION_LAG, Freshness, LAST_KNOWN_GOOD_BOUND};
pub use path_template::{BoundClaim, PathTemplate, PathTemplateError, TemplateSegment};
pub use protected_resource::{
    DEFAULT_RESOURCE_ID, ProofReplay, ProtectedResource, RevocationMode, ScopeDefinition,
};
pub use resource_metadata::{WELL_KNOWN_PROTECTED_RESOURCE, metadata_url, resource_metadata};
pub use role::Role;
pub use rule::{Rule, SubjectKind, Subjects};
pub use signing_key::{SigningKey, SigningKeyState};
pub use tenant::Tenant;
pub use trusted_issuer::{
    AudienceForm, ForeignSubjectKind, KeySource, Names, TrustedIssuer, admits_keys_url,
};
pub use user_authentication::{AuthenticationContext, AuthenticationContextError, UserAuthentication};

#[cfg(feature = "issuer")]
pub use application::{Application, ApplicationKind};
#[cfg(feature = "issuer")]
pub use client::{AuthenticationMethod, Client, ClientType, Grant};
#[cfg(feature = "schema")]
pub use schema::{Undescribed, tenant_schema};
#[cfg(feature = "issuer")]
pub use tenant_document::TenantDocument;
#[cfg(feature = "issuer")]
pub use user::{ADMINISTRATOR, User, UserStatus};
