//! What a tenant consists of: how each kind stands in the tenant document, what it declares and what it names.

use crate::config::{DEFAULT_RESOURCE_ID, User};
use crate::vocabulary::ResourceIndicator;
use crate::vocabulary::json::Json;

use super::request::{Entity, EntityKind, SECRET_ID_LENGTH};

/// The identifier of the one entity of kind `settings`.
pub(super) const SETTINGS_ID: &str = "tenant";
/// Told of each entity, never set.
const READ_ONLY: [&str; 4] = ["created_at", "updated_at", "tenant_id", "secrets"];

impl EntityKind {
    /// Those that stand in lists of the document, what names comes after what it names.
    pub(super) const LISTED: [Self; 5] =
        [Self::Resource, Self::Role, Self::Application, Self::Client, Self::User];

    /// Its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Resource => "resource",
            Self::Role => "role",
            Self::Application => "application",
            Self::Client => "client",
            Self::User => "user",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Settings].into_iter().chain(Self::LISTED).find(|kind| kind.as_str() == word)
    }

    /// The member that holds its identifier.
    #[must_use]
    pub fn id_member(self) -> &'static str {
        match self {
            Self::Settings => "tenant_id",
            Self::Resource => "resource_id",
            Self::Role => "role_id",
            Self::Application => "app_id",
            Self::Client => "client_id",
            Self::User => "user_id",
        }
    }

    /// The list of the document that holds it.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Resource => "resources",
            Self::Role => "roles",
            Self::Application => "applications",
            Self::Client => "clients",
            Self::User => "users",
        }
    }

    /// Whether it is part of the one record that gates and issuers decide by.
    pub(super) fn is_of_tenant_record(self) -> bool {
        matches!(self, Self::Settings | Self::Resource | Self::Role)
    }
}

/// One entity as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored {
    pub(super) kind: EntityKind,
    pub(super) id: String,
    pub(super) source: Json,
    pub(super) revision: u64,
    pub(super) created_at: u64,
    pub(super) updated_at: u64,
}

impl Stored {
    /// As callers see it.
    pub(super) fn shown(&self, tenant_id: &str, issuer: &str) -> Entity {
        let mut members = redacted(&self.source).members().to_vec();
        let text = |text: &str| Json::String(text.to_owned());
        if self.kind == EntityKind::Resource {
            if self.id == DEFAULT_RESOURCE_ID {
                members.insert(0, ("resource_id".to_owned(), text(DEFAULT_RESOURCE_ID)));
                members.insert(1, ("name".to_owned(), text("Default resource")));
                members.insert(2, ("uri".to_owned(), text(issuer)));
            }
            members.push(("tenant_id".to_owned(), text(tenant_id)));
        }
        members.push(("created_at".to_owned(), Json::Whole(self.created_at)));
        members.push(("updated_at".to_owned(), Json::Whole(self.updated_at)));
        Entity { value: Json::Object(members), revision: self.revision }
    }
}

/// The members without the hashes of secrets, which become names.
pub(super) fn redacted(source: &Json) -> Json {
    let secret = |hash: &Json| {
        let id = Json::String(secret_id(hash.as_str().unwrap_or_default()));
        Json::Object(vec![("secret_id".to_owned(), id)])
    };
    let members = source.members().iter().map(|(name, value)| match (name.as_str(), value) {
        ("secret_hashes", Json::Array(hashes)) => {
            ("secrets".to_owned(), Json::Array(hashes.iter().map(secret).collect()))
        }
        _ => (name.clone(), value.clone()),
    });
    Json::Object(members.collect())
}

/// The name of a secret: a secret has 256 random bits, so the first ones of its hash tell nothing.
pub(super) fn secret_id(hash: &str) -> String {
    hash.trim_start_matches("sha256:").chars().take(SECRET_ID_LENGTH).collect()
}

/// `source` with `changes` merged in: `null` removes, what cannot be set is left out.
pub(super) fn merged(source: &Json, changes: &Json) -> Json {
    let mut members = source.members().to_vec();
    for (name, value) in changes.members().iter().filter(|(name, _)| !READ_ONLY.contains(&name.as_str())) {
        members.retain(|(own, _)| own != name || *value != Json::Null);
        match members.iter_mut().find(|(own, _)| own == name) {
            Some((_, own)) => *own = value.clone(),
            None if *value != Json::Null => members.push((name.clone(), value.clone())),
            None => {}
        }
    }
    Json::Object(members)
}

/// What people search in.
pub(super) fn search_text(id: &str, source: &Json) -> String {
    let members = ["name", "description", "uri", "email"].iter().filter_map(|name| source.text_of(name));
    std::iter::once(id).chain(members).collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The names that an entity takes for itself; nothing else in the tenant can have them.
pub(super) fn declared(kind: EntityKind, id: &str, source: &Json) -> Vec<String> {
    let mut names = vec![format!("{}:{id}", kind.as_str())];
    match kind {
        EntityKind::Resource => {
            let canonical = source.text_of("uri").and_then(|uri| ResourceIndicator::parse(uri).ok());
            names.extend(canonical.map(|uri| uri_name(&uri)));
            let scopes = source.elements("scopes").iter().filter_map(|scope| scope.text_of("name"));
            names.extend(scopes.map(|scope| scope_name(id, scope)));
        }
        // Both stand in `sub`, where nothing else tells them apart.
        EntityKind::Client => names.push(subject_name(id)),
        EntityKind::User => {
            names.push(subject_name(id));
            names.extend(source.text_of("email").map(email_name));
        }
        EntityKind::Settings => {
            let issuer = source.text_of("issuer").and_then(|uri| ResourceIndicator::parse(uri).ok());
            names.extend(issuer.map(|uri| uri_name(&uri)));
        }
        EntityKind::Role | EntityKind::Application => {}
    }
    names
}

/// The names of others that an entity relies on.
pub(super) fn references(kind: EntityKind, source: &Json) -> Vec<String> {
    let one = |member: &str, kind: EntityKind| {
        source.text_of(member).map(|id| format!("{}:{id}", kind.as_str())).into_iter().collect::<Vec<_>>()
    };
    let listed = |member: &str, kind: EntityKind| {
        let ids = source.elements(member).iter().filter_map(Json::as_str);
        ids.map(|id| format!("{}:{id}", kind.as_str())).collect::<Vec<_>>()
    };
    let grants = || {
        source.elements("resources").iter().flat_map(|grant| {
            let id = grant.text_of("resource_id").unwrap_or_default();
            let scopes = grant.elements("scopes").iter().filter_map(Json::as_str);
            let scopes = scopes.map(|scope| scope_name(id, scope));
            std::iter::once(format!("{}:{id}", EntityKind::Resource.as_str()))
                .chain(scopes)
                .collect::<Vec<_>>()
        })
    };
    let mut names = match kind {
        EntityKind::Application => Vec::new(),
        EntityKind::Settings => {
            let console =
                source.member("settings").and_then(|settings| settings.text_of("console_client_id"));
            console.map(|id| format!("{}:{id}", EntityKind::Client.as_str())).into_iter().collect()
        }
        EntityKind::Resource => one("introspection_client_id", EntityKind::Client),
        EntityKind::Role => grants().collect(),
        EntityKind::Client => {
            let mut names = one("app_id", EntityKind::Application);
            names.extend(listed("role_ids", EntityKind::Role));
            names.extend(grants());
            names
        }
        EntityKind::User => {
            let mut names = listed("applications", EntityKind::Application);
            names.extend(listed("role_ids", EntityKind::Role));
            names
        }
    };
    names.sort();
    names.dedup();
    names
}

/// The name that an application declares.
pub(super) fn application_name(app_id: &str) -> String {
    format!("{}:{app_id}", EntityKind::Application.as_str())
}

/// The name of an address, whatever its case.
pub(super) fn email_name(email: &str) -> String {
    format!("email:{}", User::email_key(email))
}

/// The name of a URI, whatever its spelling.
pub(super) fn uri_name(uri: &ResourceIndicator) -> String {
    format!("uri:{}", uri.canonical())
}

fn subject_name(id: &str) -> String {
    format!("subject:{id}")
}

fn scope_name(resource_id: &str, scope: &str) -> String {
    format!("scope:{resource_id} {scope}")
}
