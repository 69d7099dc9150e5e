//! Protected resource metadata by RFC 9728.

use serde_json::{Value, json};

use crate::dpop::PROOF_ALGORITHMS;

use super::{ProtectedResource, Tenant};

/// Inserted between host and path of the resource's URI (RFC 9728 section 3.1).
pub const WELL_KNOWN_PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";

/// The URL at which the metadata of `resource` is served.
#[must_use]
pub fn metadata_url(resource: &ProtectedResource) -> String {
    let indicator = resource.indicator();
    let path = indicator.canonical_path();
    // A slash that ends the path is part of the identifier; one that follows the host is not (RFC 9728 section 3.1).
    let slash = if !path.is_empty() && indicator.as_str().ends_with('/') { "/" } else { "" };
    format!("{}{WELL_KNOWN_PROTECTED_RESOURCE}{path}{slash}", indicator.origin())
}

/// The metadata document of `resource` (RFC 9728 section 2).
#[must_use]
pub fn resource_metadata(tenant: &Tenant, resource: &ProtectedResource) -> Value {
    let own = tenant.issues_tokens().then(|| tenant.issuer());
    let trusted = resource.trusted_issuers().iter().map(|trusted| trusted.issuer());
    let issuers: Vec<&str> = own.into_iter().chain(trusted).collect();
    let scopes: Vec<&str> = resource.scopes().iter().map(|scope| scope.name().as_str()).collect();
    let mut metadata = json!({
        "resource": resource.indicator().as_str(),
        "resource_name": resource.name(),
        "authorization_servers": issuers,
        "scopes_supported": scopes,
        "dpop_signing_alg_values_supported": PROOF_ALGORITHMS,
        "dpop_bound_access_tokens_required": resource.is_sender_constrained(),
    });
    // RFC 9728 section 2: an empty list says that bearer tokens are not taken, and no list says nothing.
    let methods: &[&str] = if resource.is_sender_constrained() { &[] } else { &["header"] };
    if let Some(members) = metadata.as_object_mut() {
        members.insert("bearer_methods_supported".to_owned(), json!(methods));
    }
    metadata
}
