//! Reads a client, from the tenant document or from its published record.

use crate::jose::KeySet;
use crate::vocabulary::{
    ApplicationId, ClientId, PROTOCOL_SCOPES, ResourceId, RoleId, Scope, ScopeToken, SecretHash, UnixTime,
};

use super::client::{AuthenticationMethod, Client, ClientType, Grant};
use super::client_keys::read_client_keys;
use super::fault_log::{FaultLog, Place};
use super::reader::{Object, listed};
use super::redirect_uri;
use super::scope_grant::{Catalogue, read_scope_grants};

/// The members that the tenant document and a published record have in common.
pub(super) const MEMBERS: [&str; 16] = [
    "client_id",
    "name",
    "description",
    "app_id",
    "type",
    "grants",
    "token_endpoint_auth_method",
    "secret_hashes",
    "jwks",
    "redirect_uris",
    "post_logout_redirect_uris",
    "backchannel_logout_uri",
    "third_party",
    "resources",
    "role_ids",
    "protocol_scopes",
];
pub(super) const MAX_SECRETS: usize = 10;
pub(super) const MAX_REDIRECT_URIS: usize = 100;
pub(super) const MAX_ROLES: usize = 10_000;

pub(super) const TYPES: [(&str, ClientType); 3] =
    [("web", ClientType::Web), ("native", ClientType::Native), ("backend", ClientType::Backend)];
pub(super) const METHODS: [(&str, AuthenticationMethod); 4] = [
    ("client_secret_basic", AuthenticationMethod::SecretBasic),
    ("client_secret_post", AuthenticationMethod::SecretPost),
    ("private_key_jwt", AuthenticationMethod::PrivateKeyJwt),
    ("none", AuthenticationMethod::None),
];

/// What could be read of a client, with the places of what the rest of the document must know.
pub(super) struct ClientDraft {
    pub(super) id: Option<(Place, ClientId)>,
    pub(super) application: Option<(Place, ApplicationId)>,
    pub(super) role_ids: Vec<(Place, RoleId)>,
    pub(super) assignments: Vec<(ResourceId, Scope)>,
    name: Option<String>,
    client_type: Option<ClientType>,
    grants: Vec<(Place, Grant)>,
    authentication_method: Option<AuthenticationMethod>,
    secret_hashes: Vec<SecretHash>,
    keys: KeySet,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    backchannel_logout_uri: Option<String>,
    third_party: bool,
    protocol_scopes: Scope,
}

impl ClientDraft {
    pub(super) fn read(object: &Object<'_>, catalogue: Option<&Catalogue>, log: &mut FaultLog<'_>) -> Self {
        let client_type = object
            .required("type", "`web`, `native` or `backend`", log)
            .and_then(|node| node.word(&TYPES, log));
        object.description(log);
        let grants = read_grants(object, log);
        let method = read_authentication_method(object, &grants, log);
        let redirect_uris = read_redirect_uris(object, "redirect_uris", client_type, log);
        if let (true, Some((place, _))) =
            (redirect_uris.is_empty(), grants.iter().find(|(_, grant)| *grant == Grant::AuthorizationCode))
        {
            log.report(
                *place,
                "there is no redirect URI to send a code to",
                "at least one of `redirect_uris`",
            );
        }
        let role_ids = object
            .optional("role_ids")
            .map(|node| node.distinct(MAX_ROLES, RoleId::parse, "the identifier of a role", log))
            .unwrap_or_default();
        Self {
            id: object.identifier("client_id", ClientId::parse, log),
            application: object.identifier("app_id", ApplicationId::parse, log),
            role_ids,
            assignments: read_scope_grants(object, catalogue, log),
            name: object.name(log),
            client_type,
            grants,
            authentication_method: method,
            secret_hashes: read_secret_hashes(object, method, log),
            keys: read_client_keys(object, method, log),
            redirect_uris: redirect_uris.into_iter().map(|(_, uri)| uri).collect(),
            post_logout_redirect_uris: read_redirect_uris(
                object,
                "post_logout_redirect_uris",
                client_type,
                log,
            )
            .into_iter()
            .map(|(_, uri)| uri)
            .collect(),
            backchannel_logout_uri: read_backchannel_logout_uri(object, log),
            third_party: object.optional("third_party").and_then(|node| node.boolean(log)).unwrap_or(false),
            protocol_scopes: read_protocol_scopes(object, log),
        }
    }

    pub(super) fn finish(self, version: u64, management: bool) -> Option<Client> {
        Some(Client {
            id: self.id?.1,
            version,
            created_at: UnixTime::from_seconds(0),
            name: self.name?,
            application: self.application?.1,
            management,
            client_type: self.client_type?,
            grants: self.grants.into_iter().map(|(_, grant)| grant).collect(),
            authentication_method: self.authentication_method?,
            secret_hashes: self.secret_hashes,
            keys: self.keys,
            redirect_uris: self.redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            backchannel_logout_uri: self.backchannel_logout_uri,
            third_party: self.third_party,
            assignments: self.assignments,
            role_ids: self.role_ids.into_iter().map(|(_, id)| id).collect(),
            protocol_scopes: self.protocol_scopes,
        })
    }
}

/// A management application authenticates no users, so its clients act only for themselves. And it is the tenant's own.
pub(super) fn check_grants_of_management(draft: &ClientDraft, management: bool, log: &mut FaultLog<'_>) {
    if let (true, true, Some((place, _))) = (management, draft.third_party, &draft.application) {
        let problem = "a client of a management application cannot be somebody else's (`third_party`)";
        log.report(*place, problem, "a client of the tenant's own");
    }
    for (place, grant) in draft.grants.iter().filter(|(_, grant)| *grant != Grant::ClientCredentials) {
        if management {
            let problem = format!("a client of a management application cannot use `{}`", grant.as_str());
            log.report(*place, problem, "`client_credentials` only");
        }
    }
}

fn read_grants(object: &Object<'_>, log: &mut FaultLog<'_>) -> Vec<(Place, Grant)> {
    let expected = listed(Grant::WORDS.iter().map(|(word, _)| *word));
    let grant = |text: &str| {
        Grant::WORDS.iter().find(|(word, _)| *word == text).map(|(_, grant)| *grant).ok_or("no such grant")
    };
    let node = object.required("grants", "an array of grants, empty for none", log);
    node.map(|node| node.distinct(Grant::WORDS.len(), grant, &expected, log)).unwrap_or_default()
}

fn read_authentication_method(
    object: &Object<'_>,
    grants: &[(Place, Grant)],
    log: &mut FaultLog<'_>,
) -> Option<AuthenticationMethod> {
    let expected = "`client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`";
    let node = object.required("token_endpoint_auth_method", expected, log)?;
    let method = node.word(&METHODS, log)?;
    match method {
        // RFC 6749 section 4.4: only confidential clients may use it.
        AuthenticationMethod::None => {
            if let Some((place, _)) = grants.iter().find(|(_, grant)| *grant == Grant::ClientCredentials) {
                log.report(
                    *place,
                    "a public client cannot use `client_credentials`",
                    "a client with a secret or key",
                );
            }
        }
        AuthenticationMethod::SecretBasic
        | AuthenticationMethod::SecretPost
        | AuthenticationMethod::PrivateKeyJwt => {}
    }
    Some(method)
}

/// No message here shows what was found: it could be a secret in clear.
fn read_secret_hashes(
    object: &Object<'_>,
    method: Option<AuthenticationMethod>,
    log: &mut FaultLog<'_>,
) -> Vec<SecretHash> {
    let with_secret =
        matches!(method, Some(AuthenticationMethod::SecretBasic | AuthenticationMethod::SecretPost));
    let expected = "`sha256:` and the SHA-256 of the secret as 43 characters of base64url";
    let Some(node) = object.optional("secret_hashes") else {
        if with_secret {
            log.report_missing(object.place, "secret_hashes", "at least one hash of a secret");
        }
        return Vec::new();
    };
    let items = node.items(MAX_SECRETS, "an array of hashes of secrets", log);
    if with_secret {
        super::rule::report_empty(node, "at least one hash of a secret", log);
    } else if let (Some(_), Some(first)) = (method, items.first()) {
        log.report(first.place, "the client's method uses no secret", "no secret, or a method that uses it");
    }
    let mut hashes: Vec<SecretHash> = Vec::new();
    for item in items {
        let Some(text) = item.string(expected, log) else { continue };
        match SecretHash::parse(text) {
            Ok(hash) if hashes.contains(&hash) => {
                log.report(item.place, "stands twice in the list", "each once")
            }
            Ok(hash) => hashes.push(hash),
            Err(_) => log.report(item.place, "is not the hash of a secret", expected),
        }
    }
    hashes
}

fn read_redirect_uris(
    object: &Object<'_>,
    name: &str,
    client_type: Option<ClientType>,
    log: &mut FaultLog<'_>,
) -> Vec<(Place, String)> {
    let Some(node) = object.optional(name) else { return Vec::new() };
    let expected = "an absolute URI: https, http on a loopback host, or a native client's own scheme";
    node.distinct(MAX_REDIRECT_URIS, |text| redirect_uri::checked(text, client_type), expected, log)
}

fn read_backchannel_logout_uri(object: &Object<'_>, log: &mut FaultLog<'_>) -> Option<String> {
    let expected = "an absolute https URI, or http on a loopback host, without fragment";
    // Of a backend: nobody's browser goes there, so no scheme of an app on a device will do.
    let checked = |text: &str| redirect_uri::checked(text, Some(ClientType::Backend));
    object.optional("backchannel_logout_uri")?.parsed(checked, expected, log)
}

fn read_protocol_scopes(object: &Object<'_>, log: &mut FaultLog<'_>) -> Scope {
    let expected = listed(PROTOCOL_SCOPES.into_iter());
    let checked = |text: &str| {
        let known = PROTOCOL_SCOPES.contains(&text).then(|| ScopeToken::parse(text).ok()).flatten();
        known.ok_or("not a scope of the protocol")
    };
    let node = object.optional("protocol_scopes");
    let scopes =
        node.map(|node| node.distinct(PROTOCOL_SCOPES.len(), checked, &expected, log)).unwrap_or_default();
    scopes.into_iter().map(|(_, scope)| scope).collect()
}
