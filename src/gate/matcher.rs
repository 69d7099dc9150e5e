//! From a URL to the resource and rule that govern it. One matcher serves routing, audience and metadata.

use std::collections::HashMap;

use crate::config::{ProtectedResource, Tenant};
use crate::vocabulary::{RequestTarget, canonical_segment};

use super::rule_tree::RuleTree;

/// The resources of a tenant as one tree per origin. Its time does not grow with their number.
#[derive(Debug)]
pub struct Matcher {
    origins: HashMap<String, ResourceTree>,
    rules: Vec<RuleTree>,
}

#[derive(Debug, Default)]
struct ResourceTree {
    children: HashMap<String, ResourceTree>,
    resource: Option<usize>,
}

/// The resource that covers a URL, by the longest run of segments, and what of the path lies below it.
#[derive(Debug)]
pub struct Match<'a> {
    /// Index into [`Tenant::resources`].
    pub resource: usize,
    /// The segments below the resource's own.
    pub below: Vec<&'a str>,
}

impl Matcher {
    /// Compiles the resources of `tenant` and their rules.
    #[must_use]
    pub fn new(tenant: &Tenant) -> Self {
        let mut origins: HashMap<String, ResourceTree> = HashMap::new();
        for (index, resource) in tenant.resources().iter().enumerate() {
            let indicator = resource.indicator();
            let mut node = origins.entry(indicator.origin().to_owned()).or_default();
            for segment in indicator.segments() {
                node = node.children.entry(segment.clone()).or_default();
            }
            node.resource = Some(index);
        }
        let rules = tenant.resources().iter().map(|resource| RuleTree::new(resource.rules())).collect();
        Self { origins, rules }
    }

    /// The resource that covers `target`, if any.
    #[must_use]
    pub fn resource<'a>(&self, target: &RequestTarget<'a>) -> Option<Match<'a>> {
        let mut node = self.origins.get(target.origin())?;
        let segments: Vec<&str> = target.segments().iter().collect();
        let mut found = node.resource.map(|resource| (resource, 0));
        for (depth, segment) in segments.iter().enumerate() {
            let child = if segment.contains('%') {
                node.children.get(&canonical_segment(segment))
            } else {
                node.children.get(*segment)
            };
            let Some(child) = child else { break };
            node = child;
            found = node.resource.map(|resource| (resource, depth + 1)).or(found);
        }
        let (resource, depth) = found?;
        Some(Match { resource, below: segments.into_iter().skip(depth).collect() })
    }

    /// The index of the rule of `resource` that governs `method` at the path of `found`.
    #[must_use]
    pub fn rule(&self, resource: &ProtectedResource, found: &Match<'_>, method: &str) -> Option<usize> {
        let rules = resource.rules();
        let admits = |index: usize| rules.get(index).is_some_and(|rule| rule.admits_method(method));
        self.rules.get(found.resource)?.find(&found.below, &admits)
    }
}
