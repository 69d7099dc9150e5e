//! What the authorization server says of itself: RFC 8414, OpenID Connect Discovery, JWK Set, RFC 9728.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::access_token::AUTHENTICATION_CONTEXT;
use crate::config::{SigningKey, Tenant, WELL_KNOWN_PROTECTED_RESOURCE, resource_metadata};
use crate::dpop::PROOF_ALGORITHMS;
use crate::jose::Algorithm;
use crate::vocabulary::{HttpResponse, PROTOCOL_SCOPES, ResourceIndicator};

/// How long others may keep these documents, in seconds. Key rotation counts on it.
pub(super) const MAX_AGE: u64 = 300;
/// What a client may sign its assertions with.
const ASSERTION_ALGORITHMS: [&str; 6] = ["ES256", "ES384", "EdDSA", "Ed25519", "PS256", "RS256"];

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
    // Of managed keys it is known which there will be, before the first is made.
    let of_keys = tenant.signing_keys().iter().map(SigningKey::algorithm).collect();
    let algorithms = if tenant.manages_keys() { tenant.signing_algorithms() } else { of_keys };
    let public = algorithms.iter().filter(|algorithm| **algorithm != Algorithm::Hs256);
    let algorithms: BTreeSet<&str> = public.map(|algorithm| algorithm.as_str()).collect();
    let resources: Vec<&str> =
        tenant.resources().iter().map(|resource| resource.indicator().as_str()).collect();
    let scopes: BTreeSet<&str> = tenant
        .resources()
        .iter()
        .chain([tenant.default_resource()])
        .flat_map(|resource| resource.scopes())
        .map(|scope| scope.name().as_str())
        .chain(PROTOCOL_SCOPES)
        .collect();
    let confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    let with_public = [&confidential[..], &["none"]].concat();
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oidc/auth"),
        "token_endpoint": format!("{issuer}/oidc/token"),
        "jwks_uri": format!("{issuer}/oidc/jwks"),
        "userinfo_endpoint": format!("{issuer}/oidc/userinfo"),
        "revocation_endpoint": format!("{issuer}/oidc/token/revocation"),
        "introspection_endpoint": format!("{issuer}/oidc/introspect"),
        "pushed_authorization_request_endpoint": format!("{issuer}/oidc/request"),
        "end_session_endpoint": format!("{issuer}/oidc/session/end"),
        "scopes_supported": scopes,
        "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent"],
        "token_endpoint_auth_methods_supported": with_public,
        "token_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": with_public,
        // RFC 8414 section 2: each list of methods with `private_key_jwt` needs one of algorithms beside it.
        "revocation_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": ASSERTION_ALGORITHMS,
        "dpop_signing_alg_values_supported": PROOF_ALGORITHMS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "acr_values_supported": [AUTHENTICATION_CONTEXT],
        "claims_supported": ["sub", "auth_time", "acr", "amr", "sid", "tid", "email"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
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
