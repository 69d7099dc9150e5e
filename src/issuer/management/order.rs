//! What a request asks of the directory.

use crate::directory::{
    EntityKind, ManagementCommand, ManagementRefusal, ManagementReply, ManagementRequest,
};
use crate::host::Host;
use crate::vocabulary::json::Json;
use crate::vocabulary::{ApplicationId, ClientId, SubjectId, UserId};

use super::super::bearer::BearerRefusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::account::Concerned;
use super::caller::Caller;
use super::fault::Fault;
use super::input;
use super::reply::{self, FreshSecret, Told};
use super::route::{Managed, Route};

const MAX_SEARCH: usize = 254;

/// A command to the directory, and what comes of it elsewhere.
pub(super) struct Order {
    command: ManagementCommand,
    told: Told,
    concerned: Concerned,
    secret: Option<FreshSecret>,
}

impl From<ManagementCommand> for Order {
    fn from(command: ManagementCommand) -> Self {
        Self { command, told: Told::Changed, concerned: Concerned::Nobody, secret: None }
    }
}

impl Order {
    /// The one place where a request becomes a command.
    pub(super) fn of<H: Host>(
        service: &Service<'_, H>,
        caller: &Caller,
        request: &IssuerRequest<'_>,
        (route, managed): (&Route<'_>, Managed),
    ) -> Result<Self, Fault> {
        let (first, second) = (route.first(), route.second());
        let id = || first.to_owned();
        let no_query = || input::query(request, &[]).map(drop);
        Ok(match (managed, request.method) {
            (Managed::Collection(kind), "POST") => return creation(service, request, kind),
            (Managed::Collection(kind), _) => listing(caller, request, kind, None)?.into(),
            (Managed::ApplicationUsers, _) => {
                listing(caller, request, EntityKind::User, Some(application(first)?))?.into()
            }
            (Managed::ManagementApplications, _) => {
                let mut command = listing(caller, request, EntityKind::Application, None)?;
                if let ManagementCommand::List { application_kind, .. } = &mut command {
                    *application_kind = Some("management".to_owned());
                }
                command.into()
            }
            (Managed::ResourceByUri, _) => {
                let query = input::query(request, &["resourceUri"])?;
                let missing = || Fault::at("?resourceUri", "is missing", "the URI of a resource");
                let uri = query.value("resourceUri").ok_or_else(missing)?.to_owned();
                ManagementCommand::ReadByUri { uri }.into()
            }
            (Managed::One(kind), "GET") => {
                no_query()?;
                ManagementCommand::Read { kind, id: id() }.into()
            }
            (Managed::One(kind), "PUT") => {
                no_query()?;
                let value = input::object(request)?;
                let changes_status = kind == EntityKind::User && value.member("status").is_some();
                let concerned =
                    if changes_status { Concerned::Status(user(first)?) } else { Concerned::Nobody };
                Self { concerned, ..ManagementCommand::Update { kind, id: id(), value }.into() }
            }
            (Managed::One(kind), _) => {
                no_query()?;
                let concerned = match kind {
                    EntityKind::User => Concerned::User(user(first)?),
                    EntityKind::Client => {
                        Concerned::Client(ClientId::parse(first).map_err(|_| Fault::not_found())?)
                    }
                    _ => Concerned::Nobody,
                };
                Self { concerned, ..ManagementCommand::Delete { kind, id: id() }.into() }
            }
            (Managed::ApplicationUser, method) => {
                no_query()?;
                input::nothing(request)?;
                let assigned = method == "PUT";
                let told = if assigned { Told::Changed } else { Told::Nothing };
                let (app_id, user_id) = (application(first)?, second.to_owned());
                Self { told, ..ManagementCommand::AssignUser { app_id, user_id, assigned }.into() }
            }
            (Managed::ClientResources, _) => {
                no_query()?;
                let resource_ids = resource_ids(request)?;
                ManagementCommand::AssignResources { client_id: id(), resource_ids }.into()
            }
            (Managed::ClientSecrets, _) => {
                no_query()?;
                input::nothing(request)?;
                let secret = FreshSecret::draw(service)?;
                let command = ManagementCommand::AddSecret { client_id: id(), secret_hash: secret.hash() };
                Self { told: Told::Secret, secret: Some(secret), ..command.into() }
            }
            (Managed::ClientSecret, _) => {
                no_query()?;
                let command =
                    ManagementCommand::RemoveSecret { client_id: id(), secret_id: second.to_owned() };
                Self { told: Told::Nothing, ..command.into() }
            }
            (Managed::Audit, _) => audit(request)?.into(),
            (Managed::Tenant, "PUT") => return import(request),
            (Managed::RefreshTokens, _) => {
                no_query()?;
                input::nothing(request)?;
                Self { told: Told::Nothing, ..ManagementCommand::RevokeRefreshTokens {}.into() }
            }
            (Managed::Tenant, _) => {
                no_query()?;
                ManagementCommand::Export {}.into()
            }
            (Managed::Publication, _) => {
                no_query()?;
                ManagementCommand::Publication {}.into()
            }
        })
    }

    /// Has the directory do it, then whoever else is concerned, and tells what came of it.
    pub(super) async fn run<H: Host>(
        self,
        service: &Service<'_, H>,
        caller: &Caller,
        request: &IssuerRequest<'_>,
    ) -> Result<Answer, Fault> {
        let asked = ManagementRequest {
            actor: Some(caller.actor().clone()),
            reach: caller.reach().cloned(),
            request_id: request.request_id.to_owned(),
            idempotency_key: input::idempotency_key(request)?,
            if_match: input::if_match(request)?,
            ..service.management_request(self.command)
        };
        self.concerned.precede(service, &asked).await?;
        let reply = service.manage(&asked).await?;
        self.concerned.follow(service, &reply).await?;
        let missing = ManagementReply::Refused { refusal: ManagementRefusal::NotFound {} };
        if caller.reach().is_some() && reply == missing {
            // What is somebody else's, a client cannot tell from what is not there.
            return Err(BearerRefusal::WrongSubject.into());
        }
        reply::answer(service.tenant, reply, &self.told, self.secret.as_ref())
    }
}

fn creation<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    kind: EntityKind,
) -> Result<Order, Fault> {
    input::query(request, &[])?;
    let value = input::object(request)?;
    // Whoever had that identifier before may have left a suspended account behind.
    let named = value.text_of("user_id").filter(|_| kind == EntityKind::User);
    let named = named.and_then(|named| UserId::parse(named).ok());
    let secret = if kind == EntityKind::Client { Some(FreshSecret::draw(service)?) } else { None };
    let command = ManagementCommand::Create {
        kind,
        value,
        fresh_id: service.random_identifier()?,
        secret_hash: secret.as_ref().map(FreshSecret::hash),
    };
    Ok(Order {
        command,
        told: Told::Created(request.path.to_owned(), kind.id_member()),
        concerned: named.map_or(Concerned::Nobody, Concerned::Status),
        secret,
    })
}

fn listing(
    caller: &Caller,
    request: &IssuerRequest<'_>,
    kind: EntityKind,
    of_application: Option<ApplicationId>,
) -> Result<ManagementCommand, Fault> {
    let by_application = matches!(kind, EntityKind::Client | EntityKind::User) && of_application.is_none();
    let known: &[&str] = if by_application {
        &["limit", "cursor", "search", "app_id"]
    } else {
        &["limit", "cursor", "search"]
    };
    let query = input::query(request, known)?;
    let app_id = input::parameter(&query, "app_id", ApplicationId::parse, "an identifier")?;
    let app_id = of_application.or(app_id);
    if caller.reach().is_some_and(|own| app_id.as_ref().is_some_and(|app_id| app_id != own)) {
        return Err(BearerRefusal::WrongSubject.into());
    }
    let short = |text: &str| if text.len() > MAX_SEARCH { Err(()) } else { Ok(text.to_owned()) };
    Ok(ManagementCommand::List {
        kind,
        app_id,
        application_kind: None,
        search: input::parameter(&query, "search", short, "at most 254 octets")?,
        after: input::cursor(&query)?,
        limit: input::limit(&query)?,
    })
}

fn audit(request: &IssuerRequest<'_>) -> Result<ManagementCommand, Fault> {
    let query = input::query(request, &["kind", "id", "cursor", "limit"])?;
    let kinds = "`settings`, `resource`, `role`, `application`, `client` or `user`";
    let id = input::parameter(&query, "id", SubjectId::parse, "an identifier")?;
    let before = input::cursor(&query)?.map(|cursor| {
        input::whole(&cursor)
            .ok_or_else(|| Fault::at("?cursor", "is none of ours", "a `next_cursor` as it was given"))
    });
    Ok(ManagementCommand::Audit {
        kind: input::parameter(&query, "kind", |word| EntityKind::named(word).ok_or(()), kinds)?,
        id: id.map(|id| id.as_str().to_owned()),
        before: before.transpose()?,
        limit: input::limit(&query)?,
    })
}

fn import(request: &IssuerRequest<'_>) -> Result<Order, Fault> {
    let query = input::query(request, &["dry_run"])?;
    let dry_run = input::parameter(&query, "dry_run", str::parse::<bool>, "`true` or `false`")?;
    let dry_run = dry_run.unwrap_or_default();
    let document = std::str::from_utf8(input::json_text(request)?)
        .map_err(|_| Fault::at("$", "is not UTF-8", "one JSON object"))?;
    let command = ManagementCommand::Import { document: document.to_owned(), dry_run };
    let told = if dry_run { Told::Planned } else { Told::Changed };
    Ok(Order { told, concerned: Concerned::Document, ..command.into() })
}

fn resource_ids(request: &IssuerRequest<'_>) -> Result<Vec<String>, Fault> {
    let expected = "an array of identifiers of resources";
    let Json::Array(values) = input::only_member(request, "resource_ids", expected)? else {
        return Err(Fault::at("$.resource_ids", "is something else", expected));
    };
    let text = |value: &Json| value.as_str().map(str::to_owned);
    let texts: Option<Vec<String>> = values.iter().map(text).collect();
    texts.ok_or_else(|| Fault::at("$.resource_ids", "has something else in it", expected))
}

fn application(id: &str) -> Result<ApplicationId, Fault> {
    ApplicationId::parse(id).map_err(|_| Fault::not_found())
}

fn user(id: &str) -> Result<UserId, Fault> {
    UserId::parse(id).map_err(|_| Fault::not_found())
}
