//! The public keys of a client that authenticates by `private_key_jwt`.

use crate::jose::{Algorithm, KeySet, VerificationKey};

use super::client::AuthenticationMethod;
use super::fault_log::FaultLog;
use super::reader::{Node, Object};

pub(super) const JWK_SET_MEMBERS: [&str; 1] = ["keys"];
pub(super) const MAX_KEYS: usize = 10;

/// Reads `jwks`: required by `private_key_jwt`, of no use to the other methods.
pub(super) fn read_client_keys(
    object: &Object<'_>,
    method: Option<AuthenticationMethod>,
    log: &mut FaultLog<'_>,
) -> KeySet {
    let asked = method == Some(AuthenticationMethod::PrivateKeyJwt);
    let Some(node) = object.optional("jwks") else {
        if asked {
            log.report_missing(object.place, "jwks", "a JWK Set with the client's public keys");
        }
        return KeySet::default();
    };
    if method.is_some() && !asked {
        log.report(node.place, "the client's method uses no keys", "no `jwks`, or `private_key_jwt`");
    }
    let Some(set) = node.object(&JWK_SET_MEMBERS, log) else { return KeySet::default() };
    let Some(keys) = set.required("keys", "an array of public keys", log) else { return KeySet::default() };
    if asked {
        super::rule::report_empty(keys, "at least one public key", log);
    }
    let items = keys.items(MAX_KEYS, "an array of public keys", log);
    KeySet::new(items.into_iter().filter_map(|node| read_key(node, log)).collect())
}

fn read_key(node: Node<'_>, log: &mut FaultLog<'_>) -> Option<VerificationKey> {
    match VerificationKey::from_jwk(node.value) {
        Ok(key) if key.has_private_members() || key.permits(Algorithm::Hs256) => {
            log.report(
                node.place,
                "a private or secret key stands in the document",
                "the public members only",
            );
            None
        }
        Ok(key) => Some(key),
        Err(error) => {
            log.report(node.place, error.to_string(), "a public key that can be used");
            None
        }
    }
}
