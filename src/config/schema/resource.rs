//! Protected resources, the default resource, their scopes, rules and cross-origin settings.

use serde_json::{Value, json};

use crate::vocabulary::Lifetime;

use super::super::cors::{self, MAX_ENTRIES};
use super::super::protected_resource::DEFAULT_RESOURCE_ID;
use super::super::resource_reader::{
    MAX_RULES, OF_ALL, OF_DEFAULT, OF_RESOURCES, PRESETS, PROOF_REPLAYS, REVOCATION_MODES, SCOPE_MEMBERS,
};
use super::super::rule::{self, MAX_METHODS, MAX_SCOPES, SubjectKind};
use super::super::signing_key::ALGORITHMS;
use super::super::trusted_issuer::MAX_TRUSTED_ISSUERS;
use super::super::user_authentication::MAX_CONTEXTS;
use super::{Shape, Undescribed, array, identifier, list, refers, text, with, word};

pub(super) fn resource() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "resource",
        description: "A protected resource: a URI with its token lifetimes, its scopes and the rules of its gate.",
        members: [&OF_RESOURCES[..], &OF_ALL].concat(),
        required: &[
            "resource_id",
            "name",
            "uri",
            "access_token_ttl",
            "refresh_token_ttl",
            "max_refresh_rotate",
        ],
    };
    shape.of(|member| match member {
        "resource_id" => {
            let id = identifier("Names the resource in its tenant. `default` is the default resource.");
            Some(with(id, "not", json!({ "const": DEFAULT_RESOURCE_ID })))
        }
        "name" => Some(refers("name", "Its name, for people.")),
        "description" => Some(refers("description", "What it is, for people.")),
        "uri" => Some(json!({ "$ref": "#/$defs/resource_uri" })),
        "rules" => Some(array(
            "rule",
            MAX_RULES,
            "What the gate lets through. A request that no rule is for is refused; of several the most specific one decides, and \
                two that could both be meant are a fault.",
        )),
        "cors" => Some(refers("cors", "What pages of other origins may do; without it they are refused.")),
        "introspection_client_id" => Some(identifier(
            "The client of whoever serves the resource: it may introspect tokens for it (RFC 7662 section 2.1).",
        )),
        "dpop_proofs" => {
            let replay = word(
                &PROOF_REPLAYS,
                "How often a proof of possession is taken (RFC 9449 section 11.1): `windowed`, for about a minute; `tracked`, \
                    once, by asking an object on each request.",
            );
            Some(with(replay, "default", json!("windowed")))
        }
        "sender_constrained" => Some(json!({
            "type": "boolean", "default": false,
            "description": "Whether its tokens have to be bound to a key of their sender (DPoP, RFC 9449): others are neither issued \
                nor admitted.",
        })),
        "trusted_issuers" => Some(array(
            "trusted_issuer",
            MAX_TRUSTED_ISSUERS,
            "Issuers besides the tenant's own whose tokens open the resource.",
        )),
        _ => of_all(member, None),
    })
}

pub(super) fn default_resource() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "default resource",
        description: "What a token is for when no resource was asked for. It needs no assignment to clients.",
        members: [&OF_DEFAULT[..], &OF_ALL].concat(),
        required: &[],
    };
    shape.of(|member| match member {
        "preset" => {
            let [(standard, short), (legacy, long)] = PRESETS.map(|(word, rotation)| (word, rotation.seconds()));
            let description = format!(
                "The maximum rotation unless `max_refresh_rotate` is given: `{standard}` is {short} s, `{legacy}` {long} s."
            );
            Some(with(word(&PRESETS, &description), "default", json!(standard)))
        }
        _ => of_all(
            member,
            Some([Lifetime::DEFAULT_ACCESS_TOKEN, Lifetime::DEFAULT_REFRESH_TOKEN]),
        ),
    })
}

/// The members that the default resource has as well. It has presets for its lifetimes.
fn of_all(member: &str, presets: Option<[Lifetime; 2]>) -> Option<Value> {
    let [access_token, refresh_token] =
        presets.map_or([None, None], |presets| presets.map(|preset| Some(preset.seconds())));
    Some(match member {
        "access_token_ttl" => lifetime(
            access_token,
            "How long an access token for it lives, `expires_in` (RFC 6749 section 5.1). A user's does not outlive the session.",
        ),
        "refresh_token_ttl" => lifetime(
            refresh_token,
            "How long a refresh token lives; each use replaces it by a new one. At most `max_refresh_rotate`.",
        ),
        "max_refresh_rotate" => lifetime(
            None,
            "The maximum rotation time, which settings pages call session expiration: how long refresh tokens can be \
                replaced, counted from the first one of the family and not prolonged by anything.",
        ),
        "scopes" => array(
            "scope_definition",
            MAX_SCOPES,
            "The scopes that it defines. Who gets them is up to roles and to what clients are allowed.",
        ),
        "access_token_signing_alg" => signing_algorithm(
            "Signs its access tokens; the tenant's `access_token_signing_alg` unless given.",
        ),
        "sender_constrained" => json!({
            "type": "boolean", "const": false, "default": false,
            "description": "Whether tokens have to be bound to a key of their sender (RFC 9449). The issuer's own paths take them \
                from bearers, so it can only be `false`.",
        }),
        "revocation" => {
            let revocation = word(
                &REVOCATION_MODES,
                "How soon the gate honours a revocation: `bounded`, within the published bound; `strong`, at once, by asking \
                    for the state of user and client on each request.",
            );
            with(revocation, "default", json!("bounded"))
        }
        _ => return None,
    })
}

fn lifetime(preset: Option<u64>, description: &str) -> Value {
    let description = format!("{description} Seconds, 1 to {} (ten years).", Lifetime::MAX_SECONDS);
    let lifetime = json!({ "type": "integer", "minimum": 1, "maximum": Lifetime::MAX_SECONDS, "description": description });
    match preset {
        Some(preset) => with(lifetime, "default", json!(preset)),
        None => lifetime,
    }
}

pub(super) fn signing_algorithm(description: &str) -> Value {
    word(&ALGORITHMS, &format!("{description} Names of RFC 7518 section 3.1, RFC 8037 and RFC 9864."))
}

pub(super) fn scope_definition() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "scope",
        description: "A scope that a resource defines.",
        members: SCOPE_MEMBERS.to_vec(),
        required: &["name"],
    };
    shape.of(|member| {
        Some(match member {
            "name" => json!({ "$ref": "#/$defs/scope" }),
            "description" => refers("description", "What it permits, for people who are asked to approve."),
            _ => return None,
        })
    })
}

pub(super) fn rule() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "rule",
        description: "Which requests are let through: a method and path, and what the token must have.",
        members: rule::MEMBERS.to_vec(),
        required: &["methods", "path"],
    };
    shape.of(|member| {
        Some(match member {
            "methods" => list(
                text::method(),
                1,
                MAX_METHODS,
                "Methods in upper case, or `*` alone for every method. A rule for GET is for HEAD too.",
            ),
            "path" => text::path_template(),
            "scopes" => list(
                json!({ "$ref": "#/$defs/scope" }),
                0,
                MAX_SCOPES,
                "The scopes that the token needs, all of them; none where a token for the resource is enough.",
            ),
            "subjects" => {
                let kinds = SubjectKind::ALL.map(SubjectKind::as_str);
                list(
                    json!({ "type": "string", "enum": kinds }),
                    1,
                    kinds.len(),
                    "Whose tokens are let through: users', clients' own, management clients'; all of them unless given, and users' \
                        where the rule has `acr_values` or `max_age`.",
                )
            }
            "public" => json!({
                "type": "boolean", "default": false,
                "description": "Whether requests need no token. Such a rule asks nothing of a token, and binds no claim.",
            }),
            "acr_values" => list(
                text::authentication_context(),
                1,
                MAX_CONTEXTS,
                "How the user must have authenticated: the token's `acr` is one of these (RFC 9470 section 3). Any will do without.",
            ),
            "max_age" => json!({
                "type": "integer", "minimum": 1, "maximum": Lifetime::MAX_SECONDS,
                "description": "How long ago the user may have authenticated (RFC 9470 section 3), clock tolerance added: later, \
                    the gate asks for a new login. Seconds, 1 to 315360000 (ten years). Any time will do without.",
            }),
            _ => return None,
        })
    })
}

pub(super) fn cors() -> Result<Value, Undescribed> {
    let shape = Shape {
        object: "cross-origin settings",
        description: "What pages of other origins may do with the resource, by the Fetch standard's CORS protocol.",
        members: cors::MEMBERS.to_vec(),
        required: &["origins"],
    };
    shape.of(|member| {
        Some(match member {
            "origins" => list(
                text::origin(),
                1,
                MAX_ENTRIES,
                "Origins whose pages may call the resource, each compared exactly, or `*` alone for all of them.",
            ),
            "headers" => {
                let description = "Header fields that a page may set, in lower case.";
                with(list(text::header(), 0, MAX_ENTRIES, description), "default", json!(["authorization"]))
            }
            "methods" => list(
                text::method(),
                1,
                MAX_METHODS,
                "Methods that a page may use, or `*` alone; those of the rules unless given.",
            ),
            "max_age" => json!({
                "type": "integer", "minimum": 0, "maximum": cors::LONGEST_MAX_AGE, "default": cors::DEFAULT_MAX_AGE,
                "description": "How long a browser may keep the answer to a preflight. Seconds, 0 to 86,400.",
            }),
            _ => return None,
        })
    })
}
