//! What the authorization server says of itself: RFC 8414, OpenID Connect Discovery, JWK Set, RFC 9728.

use serde_json::{Value, json};

use crate::config::{Tenant, WELL_KNOWN_PROTECTED_RESOURCE, resource_metadata};
use crate::vocabulary::{HttpResponse, ResourceIndicator};

/// How long others may keep these documents, in seconds. Key rotation counts on it.
const MAX_AGE: u64 = 300;

/// The document at `path`, `None` where there is none.
pub(super) fn document(tenant: &Tenant, path: &str) -> Option<HttpResponse> {
    let value = match path {
        "/.well-known/oauth-authorization-server" | "/.well-known/openid-configuration" => server(tenant),
        "/oidc/jwks" => jwk_set(tenant),
        WELL_KNOWN_PROTECTED_RESOURCE => resource_metadata(tenant, tenant.default_resource()),
        _ => protected_resource(tenant, path.strip_prefix(WELL_KNOWN_PROTECTED_RESOURCE)?)?,
    };
    Some(
        HttpResponse::json(200, &value)
            .with("cache-control", format!("public, max-age={MAX_AGE}"))
            .with("access-control-allow-origin", "*"),
    )
}

fn server(tenant: &Tenant) -> Value {
    let issuer = tenant.issuer();
    let algorithms: Vec<&str> = tenant
        .signing_keys()
        .iter()
        .filter(|key| !key.is_symmetric())
        .map(|key| key.algorithm().as_str())
        .fold(Vec::new(), |mut seen, name| {
            if !seen.contains(&name) {
                seen.push(name);
            }
            seen
        });
    let resources: Vec<&str> =
        tenant.resources().iter().map(|resource| resource.indicator().as_str()).collect();
    json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/oidc/token"),
        "jwks_uri": format!("{issuer}/oidc/jwks"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "protected_resources": resources,
    })
}

/// All keys that sign or may have signed tokens which are still alive, and those that will sign next.
fn jwk_set(tenant: &Tenant) -> Value {
    let keys: Vec<_> = tenant.verification_keys().iter().filter_map(|key| key.public_jwk()).collect();
    json!({ "keys": keys })
}

fn protected_resource(tenant: &Tenant, path: &str) -> Option<Value> {
    if !path.starts_with('/') {
        return None;
    }
    let of_issuer = |path: &str| format!("{}{path}", tenant.issuer());
    let wanted = ResourceIndicator::parse(&of_issuer(path)).ok()?;
    tenant.resource_by_indicator(&wanted).map(|resource| resource_metadata(tenant, resource))
}
