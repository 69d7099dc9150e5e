//! From a URL to the resource and rule that govern it. One matcher serves routing, audience and metadata.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::{ProtectedResource, TemplateSegment, Tenant};
use crate::vocabulary::{RequestTarget, canonical_segment, other_spelling};

use super::rule_tree::RuleTree;

/// The resources of a tenant as one tree per origin. Its time does not grow with their number.
#[derive(Debug)]
pub struct Matcher {
    origins: FxHashMap<String, ResourceTree>,
    rules: Vec<RuleTree>,
    /// Literals of resources and rules with a character that a request could encode, such as `items:export`.
    reserved: FxHashSet<String>,
}

#[derive(Debug, Default)]
struct ResourceTree {
    children: FxHashMap<String, ResourceTree>,
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
        let mut origins: FxHashMap<String, ResourceTree> = FxHashMap::default();
        for (index, resource) in tenant.resources().iter().enumerate() {
            let indicator = resource.indicator();
            let mut node = origins.entry(indicator.origin().to_owned()).or_default();
            for segment in indicator.segments() {
                node = node.children.entry(segment.clone()).or_default();
            }
            node.resource = Some(index);
        }
        let rules = tenant.resources().iter().map(|resource| RuleTree::new(resource.rules())).collect();
        Self { origins, rules, reserved: reserved_literals(tenant) }
    }

    /// Whether a router that decodes would read a segment of `target` as a literal that the matcher does not see: then
    /// gate and router could follow different rules.
    #[must_use]
    pub fn spells_a_literal_otherwise(&self, target: &RequestTarget<'_>) -> bool {
        let mut others = target.segments().iter().filter_map(other_spelling);
        others.any(|other| self.reserved.contains(&other))
    }

    /// The resource that covers `target`, if any.
    #[must_use]
    pub fn resource<'a>(&self, target: &RequestTarget<'a>) -> Option<Match<'a>> {
        let mut node = self.origins.get(target.origin())?;
        let segments: Vec<&str> = target.segments().iter().collect();
        let mut found = node.resource.map(|resource| (resource, 0));
        for (depth, segment) in segments.iter().enumerate() {
            let Some(child) = node.children.get(canonical_segment(segment).as_ref()) else { break };
            node = child;
            found = node.resource.map(|resource| (resource, depth + 1)).or(found);
        }
        let (resource, depth) = found?;
        Some(Match { resource, below: segments.into_iter().skip(depth).collect() })
    }

    /// The index of the rule of `resource` that governs `method` at the path of `found`.
    ///
    /// RFC 9110 section 9.3.2: HEAD is GET without the content, and routers run the same handler for it. So it falls
    /// under whichever of the rules for GET and for HEAD is more specific, and under that for HEAD where both are.
    #[must_use]
    pub fn rule(&self, resource: &ProtectedResource, found: &Match<'_>, method: &str) -> Option<usize> {
        let (own, of_get) = match method {
            "HEAD" => (self.rule_for(resource, found, "HEAD"), self.rule_for(resource, found, "GET")),
            _ => return self.rule_for(resource, found, method),
        };
        let template = |index: usize| resource.rules().get(index).map(|rule| rule.template());
        let more_specific = |left: usize, right: usize| match (template(left), template(right)) {
            (Some(left), Some(right)) => left.compare_specificity(right).is_lt(),
            _ => false,
        };
        match (own, of_get) {
            (Some(own), Some(of_get)) if more_specific(of_get, own) => Some(of_get),
            (own, of_get) => own.or(of_get),
        }
    }

    fn rule_for(&self, resource: &ProtectedResource, found: &Match<'_>, method: &str) -> Option<usize> {
        let rules = resource.rules();
        let admits = |index: usize| rules.get(index).is_some_and(|rule| rule.admits_method(method));
        self.rules.get(found.resource)?.find(&found.below, &admits)
    }
}

fn reserved_literals(tenant: &Tenant) -> FxHashSet<String> {
    let of_rules = |resource: &ProtectedResource| {
        let segments = resource.rules().iter().flat_map(|rule| rule.template().segments());
        let literals = segments.filter_map(|segment| match segment {
            TemplateSegment::Literal(literal) => Some(literal.clone()),
            TemplateSegment::Any | TemplateSegment::Claim(_) => None,
        });
        literals.collect::<Vec<_>>()
    };
    let resources = tenant.resources().iter();
    let literals =
        resources.flat_map(|resource| [resource.indicator().segments().to_vec(), of_rules(resource)]);
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
    literals.flatten().filter(|literal| !literal.bytes().all(unreserved)).collect()
}
