//! The rules of one resource as a tree of segments. The most specific rule wins: from the left, a literal before a
//! variable before the open end.

use rustc_hash::FxHashMap;

use crate::config::{PathTemplate, Rule, TemplateSegment};
use crate::vocabulary::canonical_segment;

#[derive(Debug, Default)]
pub(super) struct RuleTree {
    literals: FxHashMap<String, RuleTree>,
    variable: Option<Box<RuleTree>>,
    /// Rules whose template ends here.
    closed: Vec<usize>,
    /// Rules whose template ends here in `/**`.
    open: Vec<usize>,
}

impl RuleTree {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut root = Self::default();
        for (index, rule) in rules.iter().enumerate() {
            root.insert(rule.template(), index);
        }
        root
    }

    fn insert(&mut self, template: &PathTemplate, index: usize) {
        let mut node = self;
        for segment in template.segments() {
            node = match segment {
                TemplateSegment::Literal(literal) => node.literals.entry(literal.clone()).or_default(),
                TemplateSegment::Any | TemplateSegment::Claim(_) => node.variable.get_or_insert_default(),
            };
        }
        if template.open_ended() { node.open.push(index) } else { node.closed.push(index) }
    }

    /// The index of the most specific rule for these segments that `admits`.
    pub(super) fn find(&self, segments: &[&str], admits: &dyn Fn(usize) -> bool) -> Option<usize> {
        let admitted = |rules: &[usize]| rules.iter().copied().find(|index| admits(*index));
        let Some((segment, rest)) = segments.split_first() else {
            return admitted(&self.closed).or_else(|| admitted(&self.open));
        };
        let literal = self.literals.get(canonical_segment(segment).as_ref());
        let literal = literal.and_then(|node| node.find(rest, admits));
        literal
            .or_else(|| self.variable.as_ref().and_then(|node| node.find(rest, admits)))
            .or_else(|| admitted(&self.open))
    }
}
