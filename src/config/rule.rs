//! Gate rules: method and path to scopes and kinds of subject.

use crate::vocabulary::{Scope, ScopeToken};

use super::fault_log::{FaultLog, Place};
use super::path_template::PathTemplate;
use super::reader::Node;
use super::user_authentication::{UserAuthentication, read_user_authentication};

pub(super) const MEMBERS: [&str; 7] =
    ["methods", "path", "scopes", "subjects", "public", "acr_values", "max_age"];
pub(super) const MAX_METHODS: usize = 32;
/// As many scopes as a resource can define.
pub(super) const MAX_SCOPES: usize = 1_000;
pub(super) const EVERY_METHOD: &str = "*";

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SubjectKind {
    /// A user, through a client of an application.
    User,
    /// A client of its own accord.
    Client,
    /// A client of a management application.
    Management,
}

impl SubjectKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::User, Self::Client, Self::Management];

    /// The word of the tenant document.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Client => "client",
            Self::Management => "management",
        }
    }
}

/// The kinds of subject that a rule admits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Subjects {
    /// Users.
    pub user: bool,
    /// Clients.
    pub client: bool,
    /// Clients of management applications.
    pub management: bool,
}

impl Subjects {
    const ALL: Self = Self { user: true, client: true, management: true };
    const USERS: Self = Self { user: true, client: false, management: false };

    /// Whether subjects of this kind are admitted.
    #[must_use]
    pub fn admits(self, kind: SubjectKind) -> bool {
        match kind {
            SubjectKind::User => self.user,
            SubjectKind::Client => self.client,
            SubjectKind::Management => self.management,
        }
    }

    fn with(mut self, kind: SubjectKind) -> Self {
        match kind {
            SubjectKind::User => self.user = true,
            SubjectKind::Client => self.client = true,
            SubjectKind::Management => self.management = true,
        }
        self
    }
}

/// One rule of a protected resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    methods: Vec<String>,
    template: PathTemplate,
    scopes: Scope,
    subjects: Subjects,
    public: bool,
    user_authentication: Option<UserAuthentication>,
}

impl Rule {
    /// The methods, in the order of the document; `*` alone stands for every method.
    #[must_use]
    pub fn methods(&self) -> &[String] {
        &self.methods
    }

    /// Whether the rule is for `method`, compared case-sensitively.
    #[must_use]
    pub fn admits_method(&self, method: &str) -> bool {
        self.methods.iter().any(|own| own == method || own == EVERY_METHOD)
    }

    /// The paths, below the URI of the resource.
    #[must_use]
    pub fn template(&self) -> &PathTemplate {
        &self.template
    }

    /// The scopes that a token needs, all of them; none where being for this resource is enough.
    #[must_use]
    pub fn scopes(&self) -> &Scope {
        &self.scopes
    }

    /// The kinds of subject that the rule admits; none for a public rule, which asks for no token.
    #[must_use]
    pub fn subjects(&self) -> Subjects {
        self.subjects
    }

    /// Whether requests are let through without a token.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.public
    }

    /// How and how recently the user must have authenticated, where the rule asks for that (RFC 9470). Such a rule
    /// admits users only: nobody authenticated where a client acts for itself.
    #[must_use]
    pub fn user_authentication(&self) -> Option<&UserAuthentication> {
        self.user_authentication.as_ref()
    }

    /// The methods that both rules are for, `*` alone when both are for every method.
    pub(super) fn common_methods<'r>(&'r self, other: &'r Self) -> Vec<&'r str> {
        let (methods, filter) =
            if self.admits_method(EVERY_METHOD) { (&other.methods, self) } else { (&self.methods, other) };
        methods.iter().filter(|method| filter.admits_method(method)).map(String::as_str).collect()
    }
}

/// Reads a rule; `defines_scope` tells the scopes of its resource.
pub(super) fn read_rule(
    node: Node<'_>,
    defines_scope: impl Fn(&str) -> bool,
    log: &mut FaultLog<'_>,
) -> Option<Rule> {
    let object = node.object(&MEMBERS, log)?;
    let methods = read_methods(object.required("methods", "an array such as `[\"GET\"]`", log), log);
    let template =
        object.parsed("path", PathTemplate::parse, "a template such as `/items/*` or `/users/{sub}/**`", log);
    let public = object.optional("public").map_or(Some(false), |node| node.boolean(log));
    let scopes = object.optional("scopes");
    let subjects = object.optional("subjects");
    let acr_values = object.optional("acr_values");
    let max_age = object.optional("max_age");

    if public == Some(true) {
        let members =
            [(scopes, "scopes"), (subjects, "subjects"), (acr_values, "acr_values"), (max_age, "max_age")];
        for (member, name) in members {
            if let Some(member) = member {
                log.report(member.place, "a public rule asks for no token", format!("no `{name}`"));
            }
        }
        if template.as_ref().is_some_and(PathTemplate::binds_a_claim) {
            let place = object.optional("path").map_or(object.place, |node| node.place);
            log.report(place, "a public rule has no token whose claim it could bind", "`*` for the variable");
        }
        return Some(Rule {
            methods: methods?,
            template: template?,
            scopes: Scope::default(),
            subjects: Subjects::default(),
            public: true,
            user_authentication: None,
        });
    }
    let scopes = scopes.map(|node| read_scopes(node, defines_scope, log)).unwrap_or_default();
    let user_authentication = read_user_authentication(&object, log);
    let asks_for_a_user = acr_values.is_some() || max_age.is_some();
    let everybody = if asks_for_a_user { Subjects::USERS } else { Subjects::ALL };
    let admitted = subjects.map_or(Some(everybody), |node| read_subjects(node, log));
    if let (true, Some(node), Some(admitted)) = (asks_for_a_user, subjects, admitted)
        && admitted != Subjects::USERS
    {
        let problem = "no user authenticates where a client acts for itself, so `acr_values` and `max_age` are for users alone";
        log.report(node.place, problem, "`[\"user\"]`, or no `subjects`");
    }
    Some(Rule {
        methods: methods?,
        template: template?,
        scopes,
        subjects: admitted?,
        public: public?,
        user_authentication: user_authentication?,
    })
}

/// A list of methods: upper-case tokens, or `*` alone.
pub(super) fn read_methods(node: Option<Node<'_>>, log: &mut FaultLog<'_>) -> Option<Vec<String>> {
    let node = node?;
    let expected = "an upper-case method such as `GET`, or `*` alone for every method";
    let methods = node.distinct(MAX_METHODS, checked_method, expected, log);
    let everything = methods.iter().find(|(_, method)| method == EVERY_METHOD);
    if let (Some((place, _)), true) = (everything, methods.len() > 1) {
        log.report(*place, "`*` stands beside other methods", "`*` alone, or only the methods");
    }
    report_empty(node, "at least one method", log);
    Some(methods.into_iter().map(|(_, method)| method).collect())
}

#[derive(Debug, thiserror::Error)]
#[error("not a method in upper case")]
struct MethodError;

fn checked_method(text: &str) -> Result<String, MethodError> {
    let token = text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.len() <= MAX_METHODS
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    if token || text == EVERY_METHOD { Ok(text.to_owned()) } else { Err(MethodError) }
}

/// A list of scopes of one resource.
pub(super) fn read_scopes(
    node: Node<'_>,
    defines_scope: impl Fn(&str) -> bool,
    log: &mut FaultLog<'_>,
) -> Scope {
    let scopes: Vec<(Place, ScopeToken)> = node.distinct(MAX_SCOPES, ScopeToken::parse, "a scope", log);
    for (place, scope) in &scopes {
        if !defines_scope(scope.as_str()) {
            log.report(*place, format!("the resource defines no scope `{scope}`"), "a scope that it defines");
        }
    }
    scopes.into_iter().map(|(_, scope)| scope).collect()
}

fn read_subjects(node: Node<'_>, log: &mut FaultLog<'_>) -> Option<Subjects> {
    let expected = "`user`, `client` or `management`";
    let kind =
        |text: &str| SubjectKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or("no such kind");
    let kinds = node.distinct(SubjectKind::ALL.len(), kind, expected, log);
    report_empty(node, "at least one kind of subject, or no `subjects` for every kind", log);
    Some(kinds.into_iter().fold(Subjects::default(), |subjects, (_, kind)| subjects.with(kind)))
}

pub(super) fn report_empty(node: Node<'_>, expected: &str, log: &mut FaultLog<'_>) {
    if matches!(node.value, crate::vocabulary::json::Json::Array(values) if values.is_empty()) {
        log.report(node.place, "is empty", expected);
    }
}
