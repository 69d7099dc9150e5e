//! A JSON Schema (draft 2020-12) of the tenant document, made from the words and limits that its readers go by. It is for
//! editors, and the description of the management API is composed of it.
//!
//! It tells shapes, and refuses nothing that the readers accept. What depends on several members, such as whether a role
//! exists, only reading the document tells.

mod directory;
mod resource;
mod text;
mod trusted_issuer;

use serde_json::{Map, Value, json};

use super::tenant_document::OF_FILES;
use super::tenant_reader as tenant;
use super::{directory_reader, scope_grant, signing_key};

/// The readers know a member that this module says nothing of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema does not describe the member `{member}` of `{object}`")]
pub struct Undescribed {
    object: &'static str,
    member: String,
}

/// The schema of the tenant document.
///
/// # Errors
/// [`Undescribed`] where the readers have gone further than this module.
pub fn tenant_schema() -> Result<Value, Undescribed> {
    let definitions = [
        ("identifier", text::identifier()),
        ("name", text::name()),
        ("description", text::description()),
        ("scope", text::scope()),
        ("resource_uri", text::resource_uri()),
        ("redirect_uri", text::redirect_uri()),
        ("secret_hash", text::secret_hash()),
        ("placeholder", text::placeholder()),
        ("settings", settings()?),
        ("default_resource", resource::default_resource()?),
        ("resource", resource::resource()?),
        ("scope_definition", resource::scope_definition()?),
        ("rule", resource::rule()?),
        ("cors", resource::cors()?),
        ("trusted_issuer", trusted_issuer::trusted_issuer()?),
        ("claim_names", trusted_issuer::claim_names()?),
        ("role", directory::role()?),
        ("scope_grant", directory::scope_grant()?),
        ("application", directory::application()?),
        ("client", directory::client()?),
        ("client_keys", directory::client_keys()?),
        ("user", directory::user()?),
        ("signing_key", directory::signing_key()?),
    ];
    let definitions = definitions.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let schema = with(document()?, "$defs", definitions);
    Ok(with(schema, "$schema", json!("https://json-schema.org/draft/2020-12/schema")))
}

/// What is fixed about an object: `description` is for an editor's hover.
struct Shape<'a> {
    object: &'static str,
    description: &'a str,
    members: Vec<&'static str>,
    required: &'a [&'static str],
}

impl Shape<'_> {
    /// An object with these members and no others, each as `describe` has it.
    fn of(self, describe: impl Fn(&str) -> Option<Value>) -> Result<Value, Undescribed> {
        let mut properties = Map::new();
        for member in self.members {
            let undescribed = || Undescribed { object: self.object, member: member.to_owned() };
            properties.insert(member.to_owned(), describe(member).ok_or_else(undescribed)?);
        }
        Ok(json!({
            "title": self.object,
            "description": self.description,
            "type": "object",
            "properties": properties,
            "required": self.required,
            "additionalProperties": false,
        }))
    }
}

fn document() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "tenant document",
        description: "A tenant of Audgate: its resources, roles, applications, clients and users. What several members have to \
            do with each other is told by `audgate check`.",
        members: [&tenant::MEMBERS[..], &OF_FILES].concat(),
        required: &["tenant_id", "issuer", "hosts"],
    };
    shape.of(|member| {
        Some(match member {
            "$schema" => json!({ "type": "string", "description": "Where this schema is, for editors." }),
            "tenant_id" => identifier(
                "Names the tenant: the claim `tid` of its tokens, and the boundary that nothing crosses.",
            ),
            "issuer" => text::issuer(),
            "hosts" => list(
                text::host(),
                1,
                tenant::MAX_HOSTS,
                "The host names at which the tenant is served, the issuer's among them.",
            ),
            "settings" => refers("settings", "What holds for the tenant as a whole."),
            "default_resource" => refers(
                "default_resource",
                "What a token is for when no resource was asked for. Its URI is the issuer's URL, and its tokens open the \
                    management API.",
            ),
            "resources" => array(
                "resource",
                scope_grant::MAX_RESOURCES,
                "Protected resources (RFC 8707): each a URI of its own. The longest one that a request lies below decides.",
            ),
            "roles" => array(
                "role",
                tenant::MAX_ROLES,
                "Roles: for each resource, the scopes that they grant to users and clients.",
            ),
            "signing_keys" => array(
                "signing_key",
                signing_key::MAX_KEYS,
                "Keys that sign the tenant's tokens. Without this member the tenant's directory makes and rotates them.",
            ),
            "applications" => array(
                "application",
                directory_reader::MAX_APPLICATIONS,
                "Applications: users are assigned to them, and each has at least one client.",
            ),
            "clients" => array(
                "client",
                directory_reader::MAX_CLIENTS,
                "OAuth clients (RFC 6749 section 2) of the applications. The first one of an application is its default.",
            ),
            "users" => array("user", directory_reader::MAX_USERS, "The users of the tenant."),
            _ => return None,
        })
    })
}

fn settings() -> Result<Value, Undescribed> {
    let seconds = |preset: u64, largest: u64, description: &str| {
        let description = format!("{description} Seconds, 0 to {largest}; {preset} unless given.");
        json!({ "type": "integer", "minimum": 0, "maximum": largest, "default": preset, "description": description })
    };
    let shape = Shape {
        object: "settings",
        description: "What holds for the tenant as a whole.",
        members: tenant::SETTINGS.to_vec(),
        required: &[],
    };
    shape.of(|member| {
        Some(match member {
            "clock_tolerance" => seconds(
                tenant::DEFAULT_CLOCK_TOLERANCE,
                tenant::LARGEST_CLOCK_TOLERANCE,
                "How far clocks may be apart where `exp` and `iat` of a token are compared (RFC 7519 section 4.1.4).",
            ),
            "access_token_signing_alg" => {
                resource::signing_algorithm("Signs access tokens, unless their resource names another; `ES256` unless given.")
            }
            "refresh_token_grace" => seconds(
                tenant::DEFAULT_REFRESH_TOKEN_GRACE,
                tenant::LARGEST_REFRESH_TOKEN_GRACE,
                "How long a refresh token that has been used can be sent once more for the same successor, for clients that \
                    lost the answer.",
            ),
            "kv_propagation" => seconds(
                tenant::DEFAULT_KV_PROPAGATION,
                tenant::LARGEST_KV_PROPAGATION,
                "How long the key-value store may take until a write is seen everywhere: part of the bound within which a \
                    change or a revocation can be relied on.",
            ),
            "console_client_id" => identifier(
                "The client through which administrators enter the console: who has the role `tenant-administrator` manages \
                    the tenant there. Without it there is no console.",
            ),
            _ => return None,
        })
    })
}

fn refers(definition: &str, description: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{definition}"), "description": description })
}

fn identifier(description: &str) -> Value {
    refers("identifier", description)
}

/// An array of objects that a definition describes.
fn array(definition: &str, at_most: usize, description: &str) -> Value {
    let items = json!({ "$ref": format!("#/$defs/{definition}") });
    json!({ "type": "array", "items": items, "maxItems": at_most, "description": description })
}

/// An array of strings, each of which stands there once.
fn list(items: Value, at_least: usize, at_most: usize, description: &str) -> Value {
    let list = json!({ "type": "array", "items": items, "maxItems": at_most, "uniqueItems": true, "description": description });
    if at_least > 0 { with(list, "minItems", json!(at_least)) } else { list }
}

/// A schema with one more keyword.
fn with(mut schema: Value, keyword: &str, value: Value) -> Value {
    if let Value::Object(schema) = &mut schema {
        schema.insert(keyword.to_owned(), value);
    }
    schema
}

/// One of the words that a reader knows.
fn word<T>(words: &[(&str, T)], description: &str) -> Value {
    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    json!({ "type": "string", "enum": words, "description": description })
}
