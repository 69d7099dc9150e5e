//! Reads a protected resource, or the default resource, from its place in the document.

use std::collections::HashSet;

use crate::jose::Algorithm;
use crate::vocabulary::{
    ClientId, Lifetime, PROTOCOL_SCOPES, ResourceId, ResourceIndicator, ScopeToken, UnixTime,
};

use super::cors::{Cors, read_cors};
use super::fault_log::{FaultLog, Place, quoted};
use super::protected_resource::{
    DEFAULT_RESOURCE_ID, Lifetimes, ProofReplay, ProtectedResource, RevocationMode, ScopeDefinition,
};
use super::reader::{A_LIFETIME, Node, Object};
use super::rule::{MAX_SCOPES, Rule, read_rule};
use super::signing_key::read_signing_algorithm;
use super::tenant::Form;
use super::trusted_issuer::{Names, TrustedIssuer, read_trusted_issuers};

pub(super) const MAX_RULES: usize = 1_000;
/// Members of the elements of `resources` only.
pub(super) const OF_RESOURCES: [&str; 9] = [
    "resource_id",
    "name",
    "description",
    "uri",
    "rules",
    "cors",
    "introspection_client_id",
    "dpop_proofs",
    "trusted_issuers",
];
/// Members of resources that stand in code.
const OF_TRUSTING: [&str; 8] =
    ["resource_id", "name", "description", "uri", "scopes", "rules", "cors", "trusted_issuers"];
/// Members of the default resource only.
pub(super) const OF_DEFAULT: [&str; 1] = ["preset"];
/// Members of both.
pub(super) const OF_ALL: [&str; 7] = [
    "access_token_ttl",
    "refresh_token_ttl",
    "max_refresh_rotate",
    "scopes",
    "access_token_signing_alg",
    "sender_constrained",
    "revocation",
];
const PUBLISHED: [&str; 2] = ["longest_access_token_ttl", "longest_until"];
pub(super) const SCOPE_MEMBERS: [&str; 2] = ["name", "description"];
/// What a preset gives the default resource: its maximum rotation.
pub(super) const PRESETS: [(&str, Lifetime); 2] =
    [("standard", Lifetime::DEFAULT_ROTATION), ("legacy", Lifetime::LEGACY_ROTATION)];
/// What the default resource has unless it says otherwise.
const PRESET_LIFETIMES: Lifetimes = Lifetimes {
    access_token: Lifetime::DEFAULT_ACCESS_TOKEN,
    refresh_token: Lifetime::DEFAULT_REFRESH_TOKEN,
    maximum_rotation: Lifetime::DEFAULT_ROTATION,
    longest_access_token: Lifetime::DEFAULT_ACCESS_TOKEN,
    longest_until: None,
};
pub(super) const REVOCATION_MODES: [(&str, RevocationMode); 2] =
    [("bounded", RevocationMode::Bounded), ("strong", RevocationMode::Strong)];
pub(super) const PROOF_REPLAYS: [(&str, ProofReplay); 2] =
    [("windowed", ProofReplay::Windowed), ("tracked", ProofReplay::Tracked)];

/// What could be read of a resource, for the checks across the document.
pub(super) struct ResourceDraft {
    /// With the place where it stands.
    pub(super) id: Option<(Place, ResourceId)>,
    pub(super) uri: Place,
    pub(super) indicator: Option<ResourceIndicator>,
    pub(super) scopes: Vec<(Place, ScopeDefinition)>,
    pub(super) rules: Vec<(Place, Rule)>,
    pub(super) signing_algorithm: Option<(Place, Algorithm)>,
    name: Option<String>,
    description: Option<String>,
    lifetimes: Option<Lifetimes>,
    cors: Option<Cors>,
    pub(super) revocation: RevocationMode,
    sender_constrained: bool,
    proof_replay: ProofReplay,
    pub(super) introspection_client: Option<(Place, ClientId)>,
    pub(super) trusted_issuers: Vec<(Place, TrustedIssuer)>,
}

impl ResourceDraft {
    pub(super) fn finish(self) -> Option<ProtectedResource> {
        let scopes: Vec<ScopeDefinition> = self.scopes.into_iter().map(|(_, scope)| scope).collect();
        Some(ProtectedResource {
            id: self.id?.1,
            name: self.name?,
            description: self.description?,
            indicator: self.indicator?,
            lifetimes: self.lifetimes?,
            scope_names: scopes.iter().map(|scope| scope.name().to_string()).collect(),
            scopes,
            rules: self.rules.into_iter().map(|(_, rule)| rule).collect(),
            cors: self.cors,
            revocation: self.revocation,
            introspection_client: self.introspection_client.map(|(_, id)| id),
            sender_constrained: self.sender_constrained,
            proof_replay: self.proof_replay,
            signing_algorithm: self.signing_algorithm.map(|(_, algorithm)| algorithm),
            trusted_issuers: self.trusted_issuers.into_iter().map(|(_, trusted)| trusted).collect(),
        })
    }
}

/// Reads an element of `resources`.
pub(super) fn read_resource(node: Node<'_>, form: Form, log: &mut FaultLog<'_>) -> Option<ResourceDraft> {
    let object = node.object(&known(&OF_RESOURCES, form), log)?;
    let id = object.identifier("resource_id", ResourceId::parse, log);
    if let Some((place, _)) = id.as_ref().filter(|(_, id)| id.as_str() == DEFAULT_RESOURCE_ID) {
        log.report(*place, "`default` is the default resource", "another identifier");
    }
    let name = object.name(log);
    let description = object.description(log);
    let uri = object.required("uri", "an absolute URI such as `https://api.example/orders`", log);
    let expected = "an absolute https URI in its plain form, without query and fragment";
    let indicator = uri.and_then(|node| node.parsed(ResourceIndicator::parse, expected, log));
    let draft = read_settings(&object, None, form, log);
    let defined: HashSet<&str> = draft.scopes.iter().map(|(_, scope)| scope.name().as_str()).collect();
    let rules = read_rules(&object, &|scope| defined.contains(scope), log);
    let cors =
        object.optional("cors").and_then(|node| read_cors(node, rules.iter().map(|(_, rule)| rule), log));
    let uri = uri.map_or(object.place, |node| node.place);
    let introspection_client = object.optional("introspection_client_id").and_then(|node| {
        Some((node.place, node.parsed(ClientId::parse, "the identifier of a client", log)?))
    });
    let proof_replay =
        object.optional("dpop_proofs").and_then(|node| node.word(&PROOF_REPLAYS, log)).unwrap_or_default();
    let trusted_issuers = read_trusted_issuers(&object, Names::Foreign, log);
    Some(ResourceDraft {
        id,
        name,
        description,
        uri,
        indicator,
        rules,
        cors,
        introspection_client,
        proof_replay,
        trusted_issuers,
        ..draft
    })
}

/// Reads a resource that stands in code, the `number`th. It trusts `issuer`, or issuers of its own. What issues no tokens
/// defines no scopes, so without `scopes` its rules may name any.
pub(super) fn read_trusting_resource(
    node: Node<'_>,
    number: usize,
    issuer: Option<&(Place, TrustedIssuer)>,
    log: &mut FaultLog<'_>,
) -> Option<ResourceDraft> {
    let object = node.object(&OF_TRUSTING, log)?;
    let uri = object.required("uri", "an absolute URI such as `https://api.example/orders`", log);
    let expected = "an absolute https URI in its plain form, without query and fragment";
    let indicator = uri.and_then(|node| node.parsed(ResourceIndicator::parse, expected, log));
    let id = match object.optional("resource_id") {
        Some(_) => object.identifier("resource_id", ResourceId::parse, log),
        None => ResourceId::parse(&format!("resource-{number}")).ok().map(|id| (object.place, id)),
    };
    let name = match object.optional("name") {
        Some(node) => node.name(log),
        None => indicator.as_ref().map(ToString::to_string),
    };
    let scopes = read_scope_definitions(&object, log);
    let defined: HashSet<&str> = scopes.iter().map(|(_, scope)| scope.name().as_str()).collect();
    let any = object.optional("scopes").is_none();
    let rules = read_rules(&object, &|scope| any || defined.contains(scope), log);
    let cors =
        object.optional("cors").and_then(|node| read_cors(node, rules.iter().map(|(_, rule)| rule), log));
    let own = read_trusted_issuers(&object, Names::Foreign, log);
    let trusted_issuers = if object.optional("trusted_issuers").is_some() {
        own
    } else {
        issuer.cloned().into_iter().collect()
    };
    Some(ResourceDraft {
        id,
        name,
        description: object.description(log),
        uri: uri.map_or(object.place, |node| node.place),
        indicator,
        scopes,
        rules,
        cors,
        lifetimes: Some(PRESET_LIFETIMES),
        trusted_issuers,
        ..ResourceDraft::empty()
    })
}

/// The default resource where no tokens are issued: it has no rules, and nothing lies below it.
pub(super) fn read_nobodys_default_resource(
    nobody: ResourceIndicator,
    log: &mut FaultLog<'_>,
) -> ResourceDraft {
    read_default_resource(None, Some((Place::ROOT, nobody)), Form::Published, log)
}

/// Reads `default_resource`, which may be absent. Its URI is the issuer's URL.
pub(super) fn read_default_resource(
    node: Option<Node<'_>>,
    issuer: Option<(Place, ResourceIndicator)>,
    form: Form,
    log: &mut FaultLog<'_>,
) -> ResourceDraft {
    let object = node.and_then(|node| node.object(&known(&OF_DEFAULT, form), log));
    let preset = object.and_then(|object| object.optional("preset"));
    let rotation = preset.and_then(|node| node.word(&PRESETS, log)).unwrap_or(Lifetime::DEFAULT_ROTATION);
    let preset = Lifetimes { maximum_rotation: rotation, ..PRESET_LIFETIMES };
    let draft = match object {
        Some(object) => read_settings(&object, Some(preset), form, log),
        None => ResourceDraft { lifetimes: Some(preset), ..ResourceDraft::empty() },
    };
    let (uri, indicator) = issuer.unzip();
    ResourceDraft {
        id: ResourceId::parse(DEFAULT_RESOURCE_ID).ok().map(|id| (Place::ROOT, id)),
        name: Some("Default resource".to_owned()),
        description: Some("What a token is for when no resource was asked for".to_owned()),
        uri: uri.unwrap_or(Place::ROOT),
        indicator,
        ..draft
    }
}

impl ResourceDraft {
    fn empty() -> Self {
        Self {
            id: None,
            uri: Place::ROOT,
            indicator: None,
            scopes: Vec::new(),
            rules: Vec::new(),
            signing_algorithm: None,
            name: None,
            description: None,
            lifetimes: None,
            cors: None,
            revocation: RevocationMode::default(),
            sender_constrained: false,
            proof_replay: ProofReplay::default(),
            introspection_client: None,
            trusted_issuers: Vec::new(),
        }
    }
}

fn known(own: &[&'static str], form: Form) -> Vec<&'static str> {
    let published: &[&str] = if form == Form::Published { &PUBLISHED } else { &[] };
    [own, &OF_ALL, published].concat()
}

fn read_settings(
    object: &Object<'_>,
    preset: Option<Lifetimes>,
    form: Form,
    log: &mut FaultLog<'_>,
) -> ResourceDraft {
    let lifetimes = read_lifetimes(object, preset, form, log);
    let scopes = read_scope_definitions(object, log);
    let signing_algorithm = object
        .optional("access_token_signing_alg")
        .and_then(|node| Some((node.place, read_signing_algorithm(node, log)?)));
    let revocation =
        object.optional("revocation").and_then(|node| node.word(&REVOCATION_MODES, log)).unwrap_or_default();
    let sender_constrained = read_sender_constrained(object, preset.is_some(), log);
    ResourceDraft {
        lifetimes,
        scopes,
        signing_algorithm,
        revocation,
        sender_constrained,
        ..ResourceDraft::empty()
    }
}

fn read_rules(
    object: &Object<'_>,
    // One reader of rules for both, which is half the wasm.
    defines_scope: &dyn Fn(&str) -> bool,
    log: &mut FaultLog<'_>,
) -> Vec<(Place, Rule)> {
    let nodes = object.items("rules", MAX_RULES, "an array of rules", log);
    let rule = |node: Node<'_>, log: &mut FaultLog<'_>| read_rule(node, defines_scope, log);
    let rules: Vec<_> = nodes.into_iter().filter_map(|node| Some((node.place, rule(node, log)?))).collect();
    super::rule_conflicts::check(&rules, log);
    rules
}

/// Tokens of the default resource open the issuer's own paths, which take them from bearers.
fn read_sender_constrained(object: &Object<'_>, is_default: bool, log: &mut FaultLog<'_>) -> bool {
    let Some(node) = object.optional("sender_constrained") else { return false };
    let constrained = node.boolean(log) == Some(true);
    if constrained && is_default {
        let problem = "the issuer's own paths take tokens of the default resource from bearers";
        log.report(node.place, problem, "`false`");
    }
    constrained
}

fn read_lifetimes(
    object: &Object<'_>,
    preset: Option<Lifetimes>,
    form: Form,
    log: &mut FaultLog<'_>,
) -> Option<Lifetimes> {
    let access_token = lifetime(object, "access_token_ttl", preset.map(|preset| preset.access_token), log);
    let refresh_token = lifetime(object, "refresh_token_ttl", preset.map(|preset| preset.refresh_token), log);
    let maximum_rotation =
        lifetime(object, "max_refresh_rotate", preset.map(|preset| preset.maximum_rotation), log);
    if let (Some(refresh), Some(rotation)) = (refresh_token, maximum_rotation)
        && refresh > rotation
    {
        // Where a preset gives the one, the fault is in the other.
        let member = object.optional("refresh_token_ttl").or_else(|| object.optional("max_refresh_rotate"));
        let problem = format!(
            "a refresh token of {} s outlives the maximum rotation, `max_refresh_rotate`, of {} s",
            refresh.seconds(),
            rotation.seconds()
        );
        let place = member.map_or(object.place, |node| node.place);
        log.report(place, problem, "`refresh_token_ttl` of at most `max_refresh_rotate`");
    }
    let access_token = access_token?;
    let (longest_access_token, longest_until) = match form {
        Form::Published => read_longest(object, access_token, log)?,
        #[cfg(feature = "issuer")]
        Form::File => (access_token, None),
    };
    Some(Lifetimes {
        access_token,
        refresh_token: refresh_token?,
        maximum_rotation: maximum_rotation?,
        longest_access_token,
        longest_until,
    })
}

fn lifetime(
    object: &Object<'_>,
    name: &str,
    preset: Option<Lifetime>,
    log: &mut FaultLog<'_>,
) -> Option<Lifetime> {
    let node = match (object.optional(name), preset) {
        (Some(node), _) => node,
        (None, Some(preset)) => return Some(preset),
        (None, None) => object.required(name, A_LIFETIME, log)?,
    };
    node.lifetime(log)
}

fn read_longest(
    object: &Object<'_>,
    own: Lifetime,
    log: &mut FaultLog<'_>,
) -> Option<(Lifetime, Option<UnixTime>)> {
    let longest = lifetime(object, "longest_access_token_ttl", Some(own), log)?;
    if longest <= own {
        if longest < own {
            log.report(
                object.place,
                "`longest_access_token_ttl` is below `access_token_ttl`",
                "at least as long",
            );
        }
        return Some((own, None));
    }
    let expected = "seconds since the Unix epoch";
    let until = object.required("longest_until", expected, log)?.whole(expected, log)?;
    Some((longest, Some(UnixTime::from_seconds(until))))
}

fn read_scope_definitions(object: &Object<'_>, log: &mut FaultLog<'_>) -> Vec<(Place, ScopeDefinition)> {
    let mut names = HashSet::new();
    let mut scopes = Vec::new();
    for node in object.items("scopes", MAX_SCOPES, "an array of scopes", log) {
        let Some(object) = node.object(&SCOPE_MEMBERS, log) else { continue };
        let description = object.description(log).unwrap_or_default();
        let Some(name) = object.required("name", "a scope such as `orders:read`", log) else { continue };
        let Some(token) = name.parsed(ScopeToken::parse, "a scope such as `orders:read`", log) else {
            continue;
        };
        if PROTOCOL_SCOPES.contains(&token.as_str()) {
            let problem = format!("{} is a scope of the protocol", quoted(token.as_str()));
            log.report(
                name.place,
                problem,
                "a scope of the resource's own; protocol scopes are allowed per client",
            );
        }
        if !names.insert(token.as_str().to_owned()) {
            log.report(name.place, format!("{} is defined twice", quoted(token.as_str())), "each scope once");
            continue;
        }
        scopes.push((node.place, ScopeDefinition { name: token, description }));
    }
    scopes
}
