//! Discovery documents and keys.

use audgate::issuer::{IssuerRequest, answer};
use audgate::vocabulary::{HttpResponse, UnixTime};
use serde_json::{Value, json};

use crate::support::host::{MemoryHost, run};
use crate::support::tenant::{ISSUER, NOW, tenant};
use crate::support::test;

fn fetch(method: &str, path: &str) -> Option<HttpResponse> {
    let request = IssuerRequest { method, path, ..IssuerRequest::default() };
    run(answer(&MemoryHost::new(), &tenant(), None, &request, UnixTime::from_seconds(NOW)))
        .map(|answer| answer.response)
}

fn document(path: &str) -> Value {
    let response = fetch("GET", path).unwrap();
    assert_eq!(response.status, 200);
    serde_json::from_str(&response.body).unwrap()
}

#[test]
fn both_discovery_documents_name_the_issuer_and_its_endpoints() {
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
        let metadata = document(path);
        assert_eq!(metadata["issuer"], ISSUER);
        assert_eq!(metadata["token_endpoint"], format!("{ISSUER}/oidc/token"));
        assert_eq!(metadata["jwks_uri"], format!("{ISSUER}/oidc/jwks"));
        let grants = json!(["client_credentials", "authorization_code", "refresh_token"]);
        assert_eq!(metadata["grant_types_supported"], grants);
    }
}

#[test]
fn keys_are_public_and_symmetric_ones_are_not_among_them() {
    let keys = document("/oidc/jwks")["keys"].as_array().unwrap().clone();
    let kids: Vec<&str> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(kids, ["es256", "eddsa"]);
    for key in keys {
        for member in ["d", "k", "p", "q", "dp", "dq", "qi"] {
            assert_eq!(key.get(member), None);
        }
    }
}

#[test]
fn default_resource_has_metadata_at_the_root() {
    assert_eq!(document("/.well-known/oauth-protected-resource")["resource"], ISSUER);
}

#[test]
fn resource_of_another_host_is_not_described_here() {
    assert_eq!(fetch("GET", "/.well-known/oauth-protected-resource/orders"), None);
    assert_eq!(fetch("GET", "/.well-known/oauth-protected-resource.other.example/orders"), None);
}

#[test]
fn other_methods_are_not_allowed() {
    for (method, path, allow) in [
        ("GET", "/oidc/token", "POST"),
        ("PUT", "/oidc/token", "POST"),
        ("POST", "/oidc/jwks", "GET, HEAD"),
        ("DELETE", "/.well-known/openid-configuration", "GET, HEAD"),
    ] {
        let response = fetch(method, path).unwrap();
        assert_eq!(response.status, 405);
        assert!(response.headers.contains(&("allow", allow.to_owned())));
    }
}

#[test]
fn other_paths_are_no_endpoints() {
    for path in ["/", "/oidc", "/oidc/token/", "/oidc/tokens", "//oidc/token", "/OIDC/token", "/.well-known/"]
    {
        assert_eq!(fetch("GET", path), None, "{path}");
        assert_eq!(fetch("POST", path), None, "{path}");
    }
}
