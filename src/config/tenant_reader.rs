//! Reads the part of a document that the gate and the issuer decide by, and checks it as a whole.

use std::collections::{HashMap, HashSet};

use crate::jose::Algorithm;
use crate::vocabulary::json::Json;
use crate::vocabulary::{ClientId, ResourceIndicator, TenantId, UnixTime};

use super::fault_log::{FaultLog, Place};
use super::reader::Object;
use super::resource_reader::{ResourceDraft, read_default_resource, read_resource};
use super::role::{RoleDraft, read_role};
use super::scope_grant::{Catalogue, MAX_RESOURCES};
use super::signing_key::{
    SigningKey, SigningKeyState, read_signing_algorithm, read_signing_keys, verification_keys,
};
use super::tenant::{Form, Tenant};
use super::trusted_issuer::check_trusted_issuers;

/// The members that a file and a published record have in common.
pub(super) const MEMBERS: [&str; 8] =
    ["tenant_id", "issuer", "hosts", "settings", "default_resource", "resources", "roles", "signing_keys"];
pub(super) const SETTINGS: [&str; 5] = [
    "clock_tolerance",
    "access_token_signing_alg",
    "refresh_token_grace",
    "kv_propagation",
    "console_client_id",
];
pub(super) const MAX_HOSTS: usize = 100;
pub(super) const MAX_ROLES: usize = 10_000;
pub(super) const DEFAULT_CLOCK_TOLERANCE: u64 = 10;
pub(super) const LARGEST_CLOCK_TOLERANCE: u64 = 60;
pub(super) const DEFAULT_REFRESH_TOKEN_GRACE: u64 = 10;
pub(super) const LARGEST_REFRESH_TOKEN_GRACE: u64 = 60;
pub(super) const DEFAULT_KV_PROPAGATION: u64 = 60;
pub(super) const LARGEST_KV_PROPAGATION: u64 = 600;

/// What could be read of a tenant, faults or not.
pub(super) struct TenantDraft {
    /// With the place where it stands.
    pub(super) id: Option<(Place, TenantId)>,
    pub(super) default_resource: ResourceDraft,
    pub(super) resources: Vec<ResourceDraft>,
    pub(super) roles: Vec<RoleDraft>,
    /// `None` where there is no list of resources to be read, so that not everything in it is missed.
    #[cfg(feature = "issuer")]
    pub(super) catalogue: Option<Catalogue>,
    issuer: Option<ResourceIndicator>,
    hosts: Vec<String>,
    clock_tolerance: u64,
    refresh_token_grace: u64,
    kv_propagation: u64,
    pub(super) console_client: Option<(Place, ClientId)>,
    signing_algorithm: Algorithm,
    manages_keys: bool,
    signing_keys: Option<Vec<SigningKey>>,
}

impl TenantDraft {
    pub(super) fn read(object: &Object<'_>, form: Form, log: &mut FaultLog<'_>) -> Self {
        let id = object.identifier("tenant_id", TenantId::parse, log);
        let expected =
            "the issuer's URL, such as `https://login.acme.example`, without path and trailing slash";
        let issuer = object
            .required("issuer", expected, log)
            .and_then(|node| Some((node.place, node.parsed(checked_issuer, expected, log)?)));
        let hosts = read_hosts(object, issuer.as_ref().map(|(_, issuer)| issuer), log);
        let settings = object.optional("settings").and_then(|node| node.object(&SETTINGS, log));
        let mut seconds = |name, preset, largest| {
            settings.map_or(preset, |object| read_seconds(&object, name, preset, largest, log))
        };
        let clock_tolerance = seconds("clock_tolerance", DEFAULT_CLOCK_TOLERANCE, LARGEST_CLOCK_TOLERANCE);
        let refresh_token_grace =
            seconds("refresh_token_grace", DEFAULT_REFRESH_TOKEN_GRACE, LARGEST_REFRESH_TOKEN_GRACE);
        let kv_propagation = seconds("kv_propagation", DEFAULT_KV_PROPAGATION, LARGEST_KV_PROPAGATION);
        let console_client =
            settings.and_then(|object| object.optional("console_client_id")).and_then(|node| {
                Some((node.place, node.parsed(ClientId::parse, "the identifier of a client", log)?))
            });
        let named_algorithm = settings
            .and_then(|object| object.optional("access_token_signing_alg"))
            .map(|node| (node.place, read_signing_algorithm(node, log)));
        let signing_algorithm = named_algorithm.and_then(|(_, named)| named).unwrap_or(Algorithm::Es256);

        let default = object.optional("default_resource");
        let default_resource = read_default_resource(default, issuer.clone(), form, log);
        let nodes = object
            .optional("resources")
            .map_or(Some(Vec::new()), |node| node.elements(MAX_RESOURCES, "an array of resources", log));
        let readable = nodes.is_some();
        let nodes = nodes.unwrap_or_default().into_iter();
        let resources: Vec<ResourceDraft> = nodes.filter_map(|node| read_resource(node, form, log)).collect();
        check_resources(&default_resource, &resources, log);
        check_trusted_issuers(issuer.as_ref().map(|(_, issuer)| issuer), &resources, log);
        let catalogue = readable.then(|| Catalogue::new(resources.iter().chain([&default_resource])));
        let roles = read_roles(object, catalogue.as_ref(), log);

        let manages_keys = object.optional("signing_keys").is_none();
        let signing_keys = if manages_keys { Some(Vec::new()) } else { read_signing_keys(object, log) };
        // Where nothing names the algorithm, the lack of a key is a fault of the keys.
        let keys = object.optional("signing_keys").map_or(object.place, |node| node.place);
        let wanted = match named_algorithm {
            Some((place, named)) => named.map(|named| (place, named)),
            None => Some((keys, signing_algorithm)),
        };
        let of_resources = resources.iter().chain([&default_resource]);
        let of_resources = of_resources.filter_map(|draft| draft.signing_algorithm);
        let algorithms: Vec<_> = wanted.into_iter().chain(of_resources).collect();
        match &signing_keys {
            Some(_) if manages_keys => check_managed_algorithms(&algorithms, log),
            Some(keys) => check_current_keys(&algorithms, keys, log),
            None => {}
        }
        let issuer = issuer.map(|(_, issuer)| issuer);
        Self {
            id,
            default_resource,
            resources,
            roles,
            #[cfg(feature = "issuer")]
            catalogue,
            issuer,
            hosts,
            clock_tolerance,
            refresh_token_grace,
            kv_propagation,
            console_client,
            signing_algorithm,
            manages_keys,
            signing_keys,
        }
    }

    pub(super) fn finish(self, version: u64, published_at: UnixTime) -> Option<Tenant> {
        let signing_keys = self.signing_keys?;
        let resources = self.resources.into_iter().map(ResourceDraft::finish).collect::<Option<Vec<_>>>()?;
        let indexed = || resources.iter().enumerate();
        let roles = self.roles.into_iter().map(|role| role.finish().map(|role| (role.id().clone(), role)));
        Some(Tenant {
            id: self.id?.1,
            version,
            published_at,
            refresh_tokens_not_before: UnixTime::from_seconds(0),
            issuer: self.issuer?,
            issues_tokens: true,
            hosts: self.hosts,
            clock_tolerance: self.clock_tolerance,
            refresh_token_grace: self.refresh_token_grace,
            kv_propagation: self.kv_propagation,
            console_client: self.console_client.map(|(_, id)| id),
            signing_algorithm: self.signing_algorithm,
            default_resource: self.default_resource.finish()?,
            by_id: indexed().map(|(index, resource)| (resource.id().clone(), index)).collect(),
            by_indicator: indexed()
                .map(|(index, resource)| (resource.indicator().canonical(), index))
                .collect(),
            resources,
            roles: roles.collect::<Option<_>>()?,
            verification_keys: verification_keys(&signing_keys),
            manages_keys: self.manages_keys,
            signing_keys,
        })
    }
}

/// Reads `version` of a published record. JavaScript carries whole numbers up to 2^53 - 1.
pub(super) fn read_version(object: &Object<'_>, log: &mut FaultLog<'_>) -> Option<u64> {
    let expected = "a whole number below 2^53 that grows with every publication";
    let node = object.required("version", expected, log)?;
    let version = node.whole(expected, log)?;
    if version > UnixTime::MAX.seconds() {
        log.report(node.place, format!("is {version}"), expected);
    }
    Some(version)
}

fn checked_issuer(text: &str) -> Result<ResourceIndicator, String> {
    let issuer = ResourceIndicator::parse(text).map_err(|error| error.to_string())?;
    if !issuer.segments().is_empty() {
        return Err("an issuer has no path here".to_owned());
    }
    // Tokens are compared with it byte for byte, so it has to have the one spelling.
    if issuer.origin() != text {
        return Err(format!("it is spelled `{}`", issuer.origin()));
    }
    Ok(issuer)
}

fn read_hosts(
    object: &Object<'_>,
    issuer: Option<&ResourceIndicator>,
    log: &mut FaultLog<'_>,
) -> Vec<String> {
    let Some(node) = object.required("hosts", "an array of host names", log) else { return Vec::new() };
    let expected = "a plain host name in lower case, without port, such as `login.acme.example`";
    let hosts = node.distinct(MAX_HOSTS, checked_host, expected, log);
    let hosts: Vec<String> = hosts.into_iter().map(|(_, host)| host).collect();
    let readable = matches!(node.value, Json::Array(values) if values.len() == hosts.len());
    let of_issuer = issuer.filter(|_| readable).and_then(|issuer| host_of(issuer.origin()));
    if let Some(host) = of_issuer.filter(|host| !hosts.iter().any(|own| own == host)) {
        log.report(
            node.place,
            format!("the host of the issuer, `{host}`, is missing"),
            "the issuer's host among them",
        );
    }
    hosts
}

fn host_of(origin: &str) -> Option<String> {
    url::Url::parse(origin).ok()?.host().map(|host| host.to_string())
}

fn checked_host(text: &str) -> Result<String, &'static str> {
    let error = "not a host name in its plain form";
    let host = url::Host::parse(text).map_err(|_| error)?;
    let label = |label: &str| {
        let alphabet = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(alphabet)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let plain = match &host {
        url::Host::Domain(domain) => domain.len() <= 253 && domain.split('.').all(label),
        url::Host::Ipv4(_) | url::Host::Ipv6(_) => true,
    };
    if plain && host.to_string() == text { Ok(text.to_owned()) } else { Err(error) }
}

/// Reads a setting in whole seconds, from 0 to `largest`.
pub(super) fn read_seconds(
    settings: &Object<'_>,
    name: &str,
    preset: u64,
    largest: u64,
    log: &mut FaultLog<'_>,
) -> u64 {
    let Some(node) = settings.optional(name) else { return preset };
    let expected = format!("whole seconds, from 0 to {largest}");
    let seconds = node.whole(&expected, log).unwrap_or(preset);
    if seconds > largest {
        log.report(node.place, format!("is {seconds}"), expected);
    }
    seconds
}

fn read_roles(object: &Object<'_>, catalogue: Option<&Catalogue>, log: &mut FaultLog<'_>) -> Vec<RoleDraft> {
    let mut ids = HashSet::new();
    let mut roles = Vec::new();
    for node in object.items("roles", MAX_ROLES, "an array of roles", log) {
        let Some(role) = read_role(node, catalogue, log) else { continue };
        if let Some((place, id)) = role.id.as_ref().filter(|(_, id)| !ids.insert(id.clone())) {
            log.report(
                *place,
                format!("another role has the identifier `{id}`"),
                "one role for an identifier",
            );
        }
        roles.push(role);
    }
    roles
}

/// Identifiers and URIs stand once, and no rule lies in the realm of a nested resource.
pub(super) fn check_resources(default: &ResourceDraft, resources: &[ResourceDraft], log: &mut FaultLog<'_>) {
    let mut ids = HashSet::new();
    let mut uris: HashMap<String, &str> = HashMap::new();
    if let Some(indicator) = &default.indicator {
        uris.insert(indicator.canonical(), "default");
    }
    for draft in resources {
        if let Some((place, id)) = draft.id.as_ref().filter(|(_, id)| !ids.insert(id.as_str())) {
            log.report(
                *place,
                format!("another resource has the identifier `{id}`"),
                "one resource for an identifier",
            );
        }
        let Some(indicator) = &draft.indicator else { continue };
        if let Some(other) = uris.get(&indicator.canonical()) {
            let problem =
                format!("`{indicator}` is, in canonical form, the URI of the resource `{other}` too");
            log.report(draft.uri, problem, "a URI of its own");
        } else {
            let id = draft.id.as_ref().map_or("", |(_, id)| id.as_str());
            uris.insert(indicator.canonical(), id);
        }
    }
    for draft in resources {
        check_nested(draft, &uris, log);
    }
}

/// The longest URI wins, so a rule whose paths all lie at or below the URI of a nested resource is never asked.
fn check_nested(draft: &ResourceDraft, uris: &HashMap<String, &str>, log: &mut FaultLog<'_>) {
    let Some(indicator) = &draft.indicator else { return };
    for (place, rule) in &draft.rules {
        let mut uri = indicator.canonical();
        for literal in rule.template().literal_prefix() {
            uri.push('/');
            uri.push_str(literal);
            if let Some(nested) = uris.get(&uri) {
                let problem = format!("is unreachable: `{uri}` and what is below is the resource `{nested}`");
                log.report(*place, problem, "a rule of that resource, or a path outside it");
                break;
            }
        }
    }
}

/// A secret key has to be handed to whoever verifies, so nobody else can make it.
fn check_managed_algorithms(wanted: &[(Place, Algorithm)], log: &mut FaultLog<'_>) {
    for (place, algorithm) in wanted.iter().copied() {
        if algorithm == Algorithm::Hs256 {
            let expected = "`signing_keys` that name the key, or an algorithm with public keys";
            log.report(place, "no signing key for HS256 is current", expected);
        }
    }
}

fn check_current_keys(wanted: &[(Place, Algorithm)], keys: &[SigningKey], log: &mut FaultLog<'_>) {
    for (place, algorithm) in wanted.iter().copied() {
        let current =
            |key: &SigningKey| key.state() == SigningKeyState::Current && key.algorithm() == algorithm;
        if !keys.iter().any(current) {
            let name = algorithm.as_str();
            log.report(
                place,
                format!("no signing key for {name} is current"),
                format!("a current key for {name}"),
            );
        }
    }
}
