//! Rules of one resource against each other: no request may have two equally good rules, and none may be idle.

use std::collections::HashMap;

use super::fault_log::{FaultLog, Place};
use super::path_template::Relation;
use super::rule::Rule;

/// Reports ambiguous and unreachable rules. Ambiguity is told at the later rule.
pub(super) fn check(rules: &[(Place, Rule)], log: &mut FaultLog<'_>) {
    let shapes = ByShape::new(rules);
    for (index, (place, rule)) in rules.iter().enumerate() {
        for (earlier, (_, other)) in rules.iter().enumerate().take(index) {
            match rule.template().relation(other.template()) {
                Relation::Apart | Relation::Covers | Relation::CoveredBy => {}
                Relation::Same => report_same(*place, rule, earlier, other, log),
                Relation::Crosses => report_crossing(*place, rule, earlier, other, &shapes, log),
            }
        }
        report_idle(*place, rule, &shapes, log);
    }
}

struct ByShape<'r>(HashMap<String, Vec<&'r Rule>>);

impl<'r> ByShape<'r> {
    fn new(rules: &'r [(Place, Rule)]) -> Self {
        let mut shapes: HashMap<String, Vec<&Rule>> = HashMap::new();
        for (_, rule) in rules {
            shapes.entry(rule.template().shape()).or_default().push(rule);
        }
        Self(shapes)
    }

    /// Whether rules of exactly this shape are for every one of `methods`.
    fn decide<'m>(&self, shape: &str, mut methods: impl Iterator<Item = &'m str>) -> bool {
        let rules = self.0.get(shape).map(Vec::as_slice).unwrap_or_default();
        methods.all(|method| rules.iter().any(|rule| rule.admits_method(method)))
    }
}

fn report_same(place: Place, rule: &Rule, earlier: usize, other: &Rule, log: &mut FaultLog<'_>) {
    let common = rule.common_methods(other);
    if common.is_empty() {
        return;
    }
    let problem = format!(
        "is ambiguous: `{}` is the same paths as rule {earlier} for {}",
        rule.template(),
        listed(&common)
    );
    log.report(place, problem, "one rule for a method and path");
}

fn report_crossing(
    place: Place,
    rule: &Rule,
    earlier: usize,
    other: &Rule,
    shapes: &ByShape<'_>,
    log: &mut FaultLog<'_>,
) {
    let common = rule.common_methods(other);
    if common.is_empty() {
        return;
    }
    let both = rule.template().shape_of_intersection(other.template());
    if shapes.decide(&both, common.iter().copied()) {
        return;
    }
    let problem = format!(
        "is ambiguous: `{}` and rule {earlier}, `{}`, both match `{both}` for {}",
        rule.template(),
        other.template(),
        listed(&common)
    );
    log.report(place, problem, format!("a rule for exactly `{both}`, or templates that do not cross"));
}

/// `/x/**` matches nothing where `/x` and `/x/*/**` decide for every one of its methods.
fn report_idle(place: Place, rule: &Rule, shapes: &ByShape<'_>, log: &mut FaultLog<'_>) {
    if !rule.template().open_ended() {
        return;
    }
    let shape = rule.template().shape();
    let Some(itself) = shape.strip_suffix("/**") else { return };
    let itself = if itself.is_empty() { "/" } else { itself };
    let below = format!("{}/*/**", itself.trim_end_matches('/'));
    let methods = || rule.methods().iter().map(String::as_str);
    if shapes.decide(itself, methods()) && shapes.decide(&below, methods()) {
        let problem = format!("is unreachable: `{itself}` and `{below}` decide everything that it matches");
        log.report(place, problem, "a rule that decides some request");
    }
}

fn listed(methods: &[&str]) -> String {
    if methods == ["*"] { "every method".to_owned() } else { methods.join(", ") }
}
