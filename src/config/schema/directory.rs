//! Roles, applications, clients and users, and the keys of clients and of the tenant.

use serde_json::{Map, Value, json};

use crate::jose::{Algorithm, VerificationKey};
use crate::vocabulary::PROTOCOL_SCOPES;

use super::super::application::{self, ApplicationKind};
use super::super::client::Grant;
use super::super::client_keys::{self, JWK_SET_MEMBERS};
use super::super::client_reader::{self, MAX_REDIRECT_URIS, MAX_SECRETS, METHODS, TYPES};
use super::super::rule::MAX_SCOPES;
use super::super::scope_grant::{self, MAX_RESOURCES};
use super::super::user::{self, MAX_ASSIGNMENTS, STATUS};
use super::super::{role, signing_key};
use super::{Shape, Undescribed, array, identifier, list, refers, text, with, word};

pub(super) fn role() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "role",
        description: "A role: for each resource, the scopes that it grants to the users and clients that have it.",
        members: role::MEMBERS.to_vec(),
        required: &["role_id", "name"],
    };
    shape.of(|member| {
        Some(match member {
            "role_id" => identifier("Names the role in its tenant."),
            "name" => refers("name", "Its name, for people."),
            "description" => refers("description", "What it is for, for people."),
            "resources" => array("scope_grant", MAX_RESOURCES + 1, "What it grants, each resource once."),
            _ => return None,
        })
    })
}

pub(super) fn scope_grant() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "scopes at a resource",
        description: "Scopes at one resource: what a role grants there, or what a client is allowed to ask for.",
        members: scope_grant::MEMBERS.to_vec(),
        required: &["resource_id", "scopes"],
    };
    shape.of(|member| {
        Some(match member {
            "resource_id" => identifier("The resource; `default` is the default resource."),
            "scopes" => {
                list(json!({ "$ref": "#/$defs/scope" }), 0, MAX_SCOPES, "Scopes that the resource defines.")
            }
            _ => return None,
        })
    })
}

pub(super) fn application() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "application",
        description: "An application: it has clients, and users are assigned to it.",
        members: application::MEMBERS.to_vec(),
        required: &["app_id", "name"],
    };
    shape.of(|member| {
        Some(match member {
            "app_id" => identifier("Names the application in its tenant: the claim `app_id`."),
            "name" => refers("name", "Its name, for people."),
            "description" => refers("description", "What it is, for people."),
            "kind" => {
                let kind = word(
                    &ApplicationKind::WORDS,
                    "`application` serves users; `management` manages the tenant: its tokens reach across applications, and it \
                        authenticates no users.",
                );
                with(kind, "default", json!(ApplicationKind::Application.as_str()))
            }
            _ => return None,
        })
    })
}

pub(super) fn client() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "client",
        description: "An OAuth client: how it authenticates, which grants it may use, and what it may ask for.",
        members: client_reader::MEMBERS.to_vec(),
        required: &["client_id", "name", "app_id", "type", "grants", "token_endpoint_auth_method"],
    };
    shape.of(|member| {
        Some(match member {
            "client_id" => identifier("Names the client (RFC 6749 section 2.2). No user has the same identifier."),
            "name" => refers("name", "Its name, shown to users who are asked to approve."),
            "description" => refers("description", "What it is, for people."),
            "app_id" => identifier("The application that it belongs to."),
            "type" => word(
                &TYPES,
                "What kind of software it is: `web` in a browser or rendered for one, `native` on a device, `backend` on a server.",
            ),
            "grants" => {
                let words = Grant::WORDS.map(|(word, _)| word);
                let items = json!({ "type": "string", "enum": words });
                list(items, 0, words.len(), "The values of `grant_type` that it may use (RFC 6749); none for an empty list.")
            }
            "token_endpoint_auth_method" => word(
                &METHODS,
                "How it authenticates (RFC 7591 section 2): by one of its secrets, by an assertion that one of its keys signed \
                    (RFC 7523), or not at all, as a public client.",
            ),
            "secret_hashes" => list(
                json!({ "$ref": "#/$defs/secret_hash" }),
                0,
                MAX_SECRETS,
                "Hashes of its secrets, two while one replaces the other. With `client_secret_basic` and `client_secret_post` only.",
            ),
            "jwks" => refers("client_keys", "Its public keys (RFC 7517 section 5). With `private_key_jwt` only."),
            "redirect_uris" => list(
                json!({ "$ref": "#/$defs/redirect_uri" }),
                0,
                MAX_REDIRECT_URIS,
                "Where a browser may be sent back to with a code; at least one for `authorization_code`.",
            ),
            "post_logout_redirect_uris" => list(
                json!({ "$ref": "#/$defs/redirect_uri" }),
                0,
                MAX_REDIRECT_URIS,
                "Where a browser may be sent after logging out (OpenID Connect RP-Initiated Logout 1.0 section 3.1).",
            ),
            "backchannel_logout_uri" => refers(
                "redirect_uri",
                "Where it is told of the end of a session (OpenID Connect Back-Channel Logout 1.0 section 2.2): https, or http on \
                    a loopback host.",
            ),
            "third_party" => json!({
                "type": "boolean", "default": false,
                "description": "Whether it is somebody else's: users are asked before it gets anything.",
            }),
            "resources" => array(
                "scope_grant",
                MAX_RESOURCES + 1,
                "The resources that it may ask for, each once, with the scopes that it may ask for there.",
            ),
            "role_ids" => roles(client_reader::MAX_ROLES, "Its roles. A client without a role has what `resources` allows."),
            "protocol_scopes" => list(
                json!({ "type": "string", "enum": PROTOCOL_SCOPES }),
                0,
                PROTOCOL_SCOPES.len(),
                "Scopes of the protocol that it may ask for. `offline_access` is what refresh tokens need.",
            ),
            _ => return None,
        })
    })
}

pub(super) fn user() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "user",
        description: "A user of the tenant.",
        members: user::MEMBERS.to_vec(),
        required: &["user_id", "email", "status"],
    };
    shape.of(|member| {
        Some(match member {
            "user_id" => identifier("Names the user: the claim `sub`. No client has the same identifier."),
            "email" => text::email(),
            "status" => word(&STATUS, "A `suspended` user gets nothing anywhere."),
            "applications" => list(
                json!({ "$ref": "#/$defs/identifier" }),
                0,
                MAX_ASSIGNMENTS,
                "The applications that they may enter, none of kind `management`.",
            ),
            "role_ids" => roles(MAX_ASSIGNMENTS, "Their roles: users get scopes by roles only."),
            _ => return None,
        })
    })
}

fn roles(at_most: usize, description: &str) -> Value {
    list(json!({ "$ref": "#/$defs/identifier" }), 0, at_most, description)
}

/// The keys of a client, or what becomes them.
pub(super) fn client_keys() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "JWK Set",
        description: "Public keys that verify the client's assertions.",
        members: JWK_SET_MEMBERS.to_vec(),
        required: &["keys"],
    };
    let set = shape.of(|member| {
        let kid = json!({ "type": "string", "description": "Names the key (RFC 7517 section 4.5)." });
        let keys = public_key(&["EC", "OKP", "RSA"], &["kty"], kid, "A public key.");
        (member == "keys").then(|| {
            json!({ "type": "array", "items": keys, "maxItems": client_keys::MAX_KEYS, "description": "The keys." })
        })
    })?;
    Ok(
        json!({ "anyOf": [set, { "$ref": "#/$defs/placeholder" }], "description": "A JWK Set (RFC 7517 section 5)." }),
    )
}

pub(super) fn signing_key() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "signing key",
        description: "A key that signs the tenant's tokens. Its private half is the deployment's secret `SIGNING_KEYS`.",
        members: signing_key::MEMBERS.to_vec(),
        required: &["state", "jwk"],
    };
    shape.of(|member| {
        Some(match member {
            "state" => word(
                &signing_key::STATES,
                "`next` is published ahead of its use, `current` signs, `retiring` still verifies, `disabled` does not.",
            ),
            "jwk" => public_key(
                &["EC", "OKP", "RSA", "oct"],
                &["kty", "kid", "alg"],
                identifier("Names the key (RFC 7517 section 4.5), which no other key of the tenant does."),
                "The public key, or for HS256 only the name of the secret: `kty`, `kid` and `alg`.",
            ),
            _ => return None,
        })
    })
}

/// A JWK without the members that only its owner may have. What else stands in it is up to its registry.
fn public_key(types: &[&str], required: &[&str], kid: Value, description: &str) -> Value {
    let names: Vec<&str> =
        Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).chain(["Ed25519"]).collect();
    let private =
        VerificationKey::PRIVATE_MEMBERS.into_iter().map(|member| (member.to_owned(), json!(false)));
    let mut properties: Map<String, Value> = private.collect();
    properties.insert("kty".to_owned(), json!({ "type": "string", "enum": types }));
    properties.insert("kid".to_owned(), kid);
    properties.insert(
        "alg".to_owned(),
        json!({ "type": "string", "enum": names, "description": "Its one algorithm (RFC 7517 section 4.4)." }),
    );
    json!({
        "type": "object", "properties": properties, "required": required,
        "description": format!("{description} A JWK (RFC 7517 section 4) without private members."),
    })
}
