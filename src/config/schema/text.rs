//! The strings of the tenant document: alphabets and lengths. Patterns are ECMA-262's, as JSON Schema asks.

use serde_json::{Value, json};

use crate::vocabulary::{ResourceId, ResourceIndicator, ScopeToken, SecretHash};

use super::super::path_template::{self, BoundClaim};
use super::super::{AuthenticationContext, cors, reader, redirect_uri, rule, user};

/// Nothing that the readers count as a control character.
const NO_CONTROL: &str = r"^[^\u0000-\u001F\u007F-\u009F]*$";

pub(super) fn identifier() -> Value {
    json!({
        "type": "string", "pattern": "^[A-Za-z0-9._~-]+$", "not": { "enum": [".", ".."] },
        "minLength": 1, "maxLength": ResourceId::MAX_LENGTH,
        "description": "An identifier: letters, digits, `-`, `.`, `_` and `~`.",
    })
}

pub(super) fn name() -> Value {
    json!({
        "type": "string", "pattern": NO_CONTROL, "minLength": 1, "maxLength": reader::MAX_NAME,
        "description": "A name for people.",
    })
}

pub(super) fn description() -> Value {
    json!({
        "type": "string", "pattern": NO_CONTROL, "maxLength": reader::MAX_DESCRIPTION,
        "description": "What it is, for people.",
    })
}

pub(super) fn scope() -> Value {
    json!({
        "type": "string", "pattern": r"^[!#-\[\]-~]+$", "minLength": 1, "maxLength": ScopeToken::MAX_LENGTH,
        "description": "A scope such as `orders:read` (RFC 6749 section 3.3): printable ASCII, no space, quote or backslash.",
    })
}

pub(super) fn authentication_context() -> Value {
    json!({
        "type": "string", "pattern": r"^[!#-\[\]-~]+$", "minLength": 1, "maxLength": AuthenticationContext::MAX_LENGTH,
        "examples": ["urn:mace:incommon:iap:silver"],
        "description": "An authentication context class (OpenID Connect Core 1.0 section 2, `acr`): printable ASCII, no space, \
            quote or backslash.",
    })
}

pub(super) fn issuer() -> Value {
    json!({
        "type": "string", "pattern": r"^https?://[^\s\\/?#@]+$",
        "maxLength": ResourceIndicator::MAX_LENGTH, "examples": ["https://login.acme.example"],
        "description": "The issuer's URL (RFC 8414 section 2): the claim `iss`. https, or http on localhost; without path and \
            trailing slash.",
    })
}

pub(super) fn host() -> Value {
    json!({
        "type": "string", "pattern": r"^[0-9a-z.:\[\]-]+$", "minLength": 1, "maxLength": 253,
        "examples": ["login.acme.example"],
        "description": "A host name in lower case, without port.",
    })
}

pub(super) fn resource_uri() -> Value {
    json!({
        "type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s\\?#]+$",
        "maxLength": ResourceIndicator::MAX_LENGTH, "examples": ["https://api.acme.example/orders"],
        "description": "The resource indicator (RFC 8707 section 2): what clients ask for, the claim `aud`, and what requests lie \
            below. https, or http on localhost; without query, fragment and user information. Unique in its tenant.",
    })
}

pub(super) fn redirect_uri() -> Value {
    json!({
        "type": "string", "pattern": r#"^[A-Za-z][A-Za-z0-9+.-]*:[!"$-\[\]-~]*$"#,
        "maxLength": redirect_uri::MAX_LENGTH, "examples": ["https://shop.acme.example/callback"],
        "description": "An absolute URI without fragment (RFC 6749 section 3.1.2), compared exactly: https, http on a loopback \
            host, or for a native client a scheme of its own with a dot in it (RFC 8252 section 7.1).",
    })
}

/// A hash, or what becomes one: a document may come from a file in which deployments fill something in.
pub(super) fn secret_hash() -> Value {
    let hash = json!({ "type": "string", "pattern": format!("^{}[A-Za-z0-9_-]{{43}}$", SecretHash::PREFIX) });
    json!({
        "anyOf": [hash, { "$ref": "#/$defs/placeholder" }],
        "description": "`sha256:` and the SHA-256 of the secret as 43 characters of base64url (RFC 4648 section 5): what the \
            package's `secretHash` returns. The secret itself stands nowhere.",
    })
}

pub(super) fn placeholder() -> Value {
    json!({
        "type": "string", "pattern": r"^\$\{[^{}]+\}$",
        "description": "Filled in before the document is read, such as `${SECRET_HASH:shop}` in the demo. Audgate itself fills \
            in nothing.",
    })
}

pub(super) fn email() -> Value {
    let atom = r#"[^\s<>()\[\],;:\\"@]+"#;
    let label = r#"[^\s<>()\[\],;:\\"@.]+"#;
    json!({
        "type": "string", "pattern": format!(r"^{atom}@{label}(\.{label})*$"), "maxLength": user::MAX_EMAIL,
        "examples": ["ada@shop.example"],
        "description": "Where login links are sent. Unique in the tenant, whatever its case; at most 254 octets (RFC 5321 section \
            4.5.3.1.3).",
    })
}

/// `/items/*`, `/users/{sub}/**`
pub(super) fn path_template() -> Value {
    let claims = BoundClaim::ALL.map(BoundClaim::as_str).join("|");
    let segment = format!(r#"\*|\{{({claims})\}}|[^/?#"<>^\\`*{{}}]+"#);
    json!({
        "type": "string", "pattern": format!(r"^(/({segment}))*(/|/\*\*)?$"),
        "minLength": 1, "maxLength": path_template::MAX_LENGTH,
        "examples": ["/", "/**", "/items/*", "/users/{sub}/**"],
        "description": "The paths below the resource's URI. `*` is any one segment, `/**` at the end any number of them, and \
            `{sub}`, `{client_id}`, `{app_id}`, `{tid}` or `{sid}` a segment that equals the claim of the token. The most \
            specific rule decides.",
    })
}

pub(super) fn method() -> Value {
    let pattern = format!(r"^(\{}|[A-Z][A-Z-]*)$", rule::EVERY_METHOD);
    json!({ "type": "string", "pattern": pattern, "maxLength": rule::MAX_METHODS, "examples": ["GET"] })
}

pub(super) fn origin() -> Value {
    let pattern = format!(r"^(\{}|https?://[^\s\\/?#@]+)$", cors::EVERY);
    json!({ "type": "string", "pattern": pattern, "maxLength": ResourceIndicator::MAX_LENGTH, "examples": ["https://shop.example"] })
}

pub(super) fn header() -> Value {
    json!({ "type": "string", "pattern": "^[a-z0-9_-]+$", "maxLength": cors::MAX_HEADER_LENGTH, "examples": ["authorization"] })
}
