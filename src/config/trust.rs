//! Resources that stand in code rather than in a tenant's published record: their gate trusts issuers elsewhere, and
//! there is no tenant of their own.

use std::collections::HashMap;

use crate::jose::{Algorithm, KeySet};
use crate::vocabulary::json::Json;
use crate::vocabulary::{ResourceIndicator, TenantId, UnixTime};

use super::fault::Faults;
use super::fault_log::{FaultLog, Place};
use super::reader::{Node, Object, read_text};
use super::resource_reader::{ResourceDraft, read_nobodys_default_resource, read_trusting_resource};
use super::scope_grant::MAX_RESOURCES;
use super::tenant::Tenant;
use super::tenant_reader::{DEFAULT_CLOCK_TOLERANCE, LARGEST_CLOCK_TOLERANCE, check_resources, read_seconds};
use super::trusted_issuer::{
    Names, TrustedIssuer, check_trusted_issuers, checked_issuer, read_trusted_issuer,
};

const MEMBERS: [&str; 3] = ["issuer", "resources", "clock_tolerance"];
/// Stands for the issuer that there is not. Nobody can have the name (RFC 2606 section 2).
const NOBODY: &str = "https://nobody.invalid";
/// Stands for the tenant that there is not.
const TENANT: &str = "trust";

impl Tenant {
    /// Reads `{ issuer, resources, clock_tolerance? }`: resources as in a tenant document, with as little as a gate needs,
    /// and whom they trust.
    ///
    /// # Errors
    /// [`Faults`], all at once.
    pub fn trusting(text: &str) -> Result<Self, Faults> {
        let root = read_text(text)?;
        let mut log = FaultLog::new(&root);
        let tenant = read(&root, &mut log);
        log.conclude(tenant)
    }
}

fn read(root: &Json, log: &mut FaultLog<'_>) -> Option<Tenant> {
    let object = Node::root(root).object(&MEMBERS, log)?;
    let issuer = object.optional("issuer").map(|node| read_issuer(node, log));
    let clock_tolerance =
        read_seconds(&object, "clock_tolerance", DEFAULT_CLOCK_TOLERANCE, LARGEST_CLOCK_TOLERANCE, log);
    let drafts = read_resources(&object, issuer.as_ref().and_then(Option::as_ref), log);
    // An issuer with a fault has been reported where it stands.
    if issuer.is_none() {
        for draft in drafts.iter().filter(|draft| draft.trusted_issuers.is_empty()) {
            log.report(
                draft.uri,
                "no issuer's tokens would open it",
                "`issuer`, or `trusted_issuers` of the resource",
            );
        }
    }
    let nobody = ResourceIndicator::parse(NOBODY).ok()?;
    let default = read_nobodys_default_resource(nobody.clone(), log);
    check_resources(&default, &drafts, log);
    check_trusted_issuers(None, &drafts, log);
    let resources = drafts.into_iter().map(ResourceDraft::finish).collect::<Option<Vec<_>>>()?;
    let indexed = || resources.iter().enumerate();
    Some(Tenant {
        id: TenantId::parse(TENANT).ok()?,
        version: 1,
        published_at: UnixTime::from_seconds(0),
        refresh_tokens_not_before: UnixTime::from_seconds(0),
        issuer: nobody,
        issues_tokens: false,
        hosts: Vec::new(),
        clock_tolerance,
        refresh_token_grace: 0,
        kv_propagation: 0,
        console_client: None,
        signing_algorithm: Algorithm::Es256,
        default_resource: default.finish()?,
        by_id: indexed().map(|(index, resource)| (resource.id().clone(), index)).collect(),
        by_indicator: indexed().map(|(index, resource)| (resource.indicator().canonical(), index)).collect(),
        resources,
        roles: HashMap::new(),
        manages_keys: false,
        signing_keys: Vec::new(),
        verification_keys: KeySet::default(),
    })
}

/// An issuer's URL alone is that of an authorization server of this kind.
fn read_issuer(node: Node<'_>, log: &mut FaultLog<'_>) -> Option<(Place, TrustedIssuer)> {
    if node.value.as_str().is_none() {
        return read_trusted_issuer(node, Names::Own, log).map(|(place, _, trusted)| (place, trusted));
    }
    let issuer = node.parsed(checked_issuer, "the issuer's URL, https", log)?;
    Some((node.place, TrustedIssuer::of_another_deployment(&issuer)))
}

fn read_resources(
    object: &Object<'_>,
    issuer: Option<&(Place, TrustedIssuer)>,
    log: &mut FaultLog<'_>,
) -> Vec<ResourceDraft> {
    let Some(node) = object.required("resources", "an array of resources", log) else { return Vec::new() };
    super::rule::report_empty(node, "at least one resource", log);
    let nodes = node.items(MAX_RESOURCES, "an array of resources", log).into_iter().enumerate();
    nodes.filter_map(|(index, node)| read_trusting_resource(node, index + 1, issuer, log)).collect()
}
