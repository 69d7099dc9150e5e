//! Issuers besides the tenant's own whose tokens open a resource.

use serde_json::{Value, json};

use crate::vocabulary::{Lifetime, ResourceIndicator};

use super::super::trusted_issuer as reader;
use super::{Shape, Undescribed, list, refers, with, word};

pub(super) fn trusted_issuer() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "trusted issuer",
        description: "An issuer besides the tenant's own whose tokens open the resource, and what is asked of them. Nothing here \
            can revoke them: they are good until they expire.",
        members: reader::MEMBERS.to_vec(),
        required: &["issuer", "algorithms"],
    };
    shape.of(|member| {
        Some(match member {
            "issuer" => json!({
                "type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s\\?#@]+$", "maxLength": ResourceIndicator::MAX_LENGTH,
                "examples": ["https://login.partner.example"],
                "description": "The issuer's URL exactly as its tokens have it in `iss`, compared byte for byte. https, or http on \
                    localhost; not the tenant's own.",
            }),
            "jwks_uri" => json!({
                "type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s\\#@]+$", "maxLength": reader::MAX_TEXT,
                "description": "The URL of its JWK Set. Unless given, the issuer's metadata tells (RFC 8414, OpenID Connect Discovery \
                    1.0).",
            }),
            "algorithms" => {
                let names: Vec<&str> = reader::ALGORITHMS.iter().map(|(name, _)| *name).collect();
                let items = json!({ "type": "string", "enum": names });
                let description = "The algorithms that it signs with. No others are accepted, whatever its keys are for.";
                list(items, 1, reader::ALGORITHMS.len(), description)
            }
            "types" => {
                let items = json!({ "type": "string", "pattern": r"^[A-Za-z0-9!#$&^_.+/-]+$", "maxLength": reader::MAX_CLAIM_NAME });
                let types = list(items, 1, reader::MAX_TYPES, "The `typ` of its access tokens (RFC 9068 section 2.1).");
                with(types, "default", json!([reader::DEFAULT_TYPE]))
            }
            "audience" => {
                let description = "The form of `aud`: `string`, one and nothing else; `array`, one or several, of which one has to be \
                    accepted. The others could use the token here too.";
                with(word(&reader::AUDIENCE_FORMS, description), "default", json!("string"))
            }
            "audiences" => {
                let items = json!({ "type": "string", "minLength": 1, "maxLength": reader::MAX_TEXT });
                let description = "The values of `aud` that stand for the resource; its URI unless given.";
                list(items, 1, reader::MAX_AUDIENCES, description)
            }
            "claims" => refers("claim_names", "Where its tokens have other names for claims than RFC 9068."),
            "subject_kind" => {
                let description = "How to tell users' tokens from clients': `compared`, a client's has the client as its `sub`; `user` or \
                    `client`, all are. None are of management clients.";
                with(word(&reader::SUBJECT_KINDS, description), "default", json!("compared"))
            }
            "subjects" => {
                let description = "Whose names its tokens carry: `foreign`, the issuer's, whom no `{sub}` or other variable of a rule \
                    means; `own`, those of this tenant, so that the issuer speaks for the tenant's users and clients.";
                with(word(&reader::NAMES, description), "default", json!("foreign"))
            }
            "max_access_token_ttl" => json!({
                "type": "integer", "minimum": 1, "maximum": Lifetime::MAX_SECONDS,
                "description": "How long its tokens may live, from `iat` to `exp`; as long as the resource's own unless given. Seconds, \
                    1 to 315360000 (ten years).",
            }),
            "unrevocable" => json!({
                "type": "boolean", "default": false,
                "description": "States that its tokens are accepted although nothing here can revoke them, where `revocation` of the \
                    resource is `strong`.",
            }),
            _ => return None,
        })
    })
}

pub(super) fn claim_names() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "names of claims",
        description: "Where an issuer's tokens have other names for claims than RFC 9068.",
        members: reader::CLAIM_MEMBERS.to_vec(),
        required: &[],
    };
    let name = |meaning: &str, preset: &str| {
        json!({
            "type": "string", "minLength": 1, "maxLength": reader::MAX_CLAIM_NAME, "default": preset,
            "description": format!("The claim that holds {meaning}."),
        })
    };
    shape.of(|member| {
        Some(match member {
            "client_id" => name("the client, such as `azp`", "client_id"),
            "scope" => name("the scopes, one string or an array of them, such as `scp`", "scope"),
            _ => return None,
        })
    })
}
