//! Magic links from backend to backend: the application's own page is where the link leads.

use crate::config::{Client, User};
use crate::directory::{
    Actor, EntityKind, ManagementCommand, ManagementRefusal, ManagementReply, ManagementRequest,
};
use crate::host::{Host, Limiter};
use crate::sealing::TokenKind;
use crate::session::{AccountCommand, NewSession, Style};
use crate::vocabulary::{HttpResponse, SessionId, with_parameters};

use super::super::binding::Binding;
use super::super::login_link::{BY_MAIL, LINK_MINUTES, LinkFacts, Recipient};
use super::super::mail;
use super::super::one_time::{self, OneTime};
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::target::ResolvedResource;
use super::super::user_grant::{EnteringUser, PreparedGrant, RecordedGrant};
use super::body::Body;
use super::sessions::BackendSession;
use super::{CallRefusal, calling_client};

const LONGEST_LINK_MINUTES: u64 = 24 * 60;
const MAX_STATE: usize = 2_048;
const MAX_EMAIL: usize = 254;

/// `POST /v1/auth/link/email/send`: the same answer whether there is such a user or not.
pub(super) async fn send<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    let members = ["email", "redirect_uri", "state", "create_new_user", "email_expiration"];
    let body = Body::read(request, &members)?;
    let email = body.required("email")?;
    if email.len() > MAX_EMAIL || !email.contains('@') || email.chars().any(char::is_control) {
        return Err(Refusal::Malformed("email").into());
    }
    let redirect_uri = body.required("redirect_uri")?;
    if !client.permits_redirect_uri(redirect_uri) {
        return Err(Refusal::RedirectUriUnknown.into());
    }
    let state = body.text("state")?;
    if state.is_some_and(|state| state.len() > MAX_STATE) {
        return Err(Refusal::Malformed("state").into());
    }
    // The address of a record is known to be one; a typed one that mail goes to has to look like one.
    let creates = body.boolean("create_new_user")?;
    if creates && !User::is_email(email) {
        return Err(Refusal::Malformed("email").into());
    }
    let minutes = body.whole("email_expiration")?.unwrap_or(LINK_MINUTES);
    if !(1..=LONGEST_LINK_MINUTES).contains(&minutes) {
        return Err(Refusal::Malformed("email_expiration").into());
    }
    let address = User::email_key(email);
    service.within_limit(Limiter::Link, &format!("{}/{address}", client.id())).await?;
    if creates {
        // Whatever the address: a link that cannot make a user would be a promise not kept.
        require_directory(service, request, &client).await?;
    }

    let known = service.user_by_email(email).await?;
    let newcomer = (creates && known.is_none()).then(|| email.to_owned());
    let user = known.and_then(|user| EnteringUser::check(user, &client).ok());
    let user = user.filter(|user| !user.is_suspended());
    // To the address of the record: what was typed may only look like it.
    let to = user.as_ref().map(|user| user.user().email().to_owned()).or_else(|| newcomer.clone());
    let recipient = user.as_ref().map(|user| Recipient::of(user.user()));
    let facts = LinkFacts::Backend { client_id: client.id().clone(), recipient, newcomer };
    let code = one_time::open(service, TokenKind::MagicLink, &facts, minutes * 60).await?;
    if let Some(to) = to {
        let mut parameters = vec![("code", code.text())];
        parameters.extend(state.map(|state| ("state", state)));
        let link = with_parameters(redirect_uri, &parameters);
        service.host.send(mail::login_link(&to, client.name(), &link, minutes)).await;
    }
    Ok(Answer::plain(HttpResponse::json(200, &serde_json::json!({ "status": "sent" })).not_stored()))
}

/// `POST /v1/auth/link/email/authenticate`: the code of a link for tokens and a session.
pub(super) async fn authenticate<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, CallRefusal> {
    let client = calling_client(service, request).await?;
    let body = Body::read(request, &["code", "resource", "scope", "session_id"])?;
    let code = body.required("code")?;
    let resource = ResolvedResource::resolve(body.text("resource")?.into_iter(), service.tenant, &client)?;
    let previous = body.text("session_id")?.map(|text| BackendSession::open(service, text)).transpose()?;

    let link = OneTime::<LinkFacts>::inspect(service, TokenKind::MagicLink, code).await;
    let link = link.map_err(|refusal| refusal.refusal())?;
    let (recipient, newcomer) = match &link.facts {
        LinkFacts::Backend { client_id, recipient, newcomer } if client_id == client.id() => {
            (recipient.clone(), newcomer.clone())
        }
        _ => return Err(link.fail(service, Refusal::CodeOfAnotherClient).await.into()),
    };
    let user = match (&recipient, newcomer) {
        (Some(recipient), _) => EnteringUser::find(service, &recipient.user_id, &client).await?,
        (None, Some(email)) => made(service, request, &client, email).await?,
        (None, None) => return Err(Refusal::CodeUnknown.into()),
    };
    if user.is_suspended() {
        return Err(Refusal::UserSuspended.into());
    }
    if recipient.is_some_and(|recipient| !recipient.is_still(user.user())) {
        return Err(Refusal::CodeUnknown.into());
    }
    let user_id = user.user().id().clone();
    if previous.as_ref().is_some_and(|session| session.user_id != user_id) {
        return Err(Refusal::SessionUnknown.into());
    }
    let grant =
        PreparedGrant::new(service, &client, &user, resource, body.text("scope")?, Binding::default())
            .await?;
    // A login continues the session that the caller holds, unless it has ended meanwhile.
    let begun = BackendSession::begin(service, &user_id)?;
    let renewed = previous.as_ref().map(|session| session.renewed(service)).transpose()?;

    link.redeem(service, String::new()).await.map_err(|refusal| refusal.refusal())?;

    if let (Some(session), Some(renewed)) = (previous, renewed) {
        let command = AccountCommand::Resume {
            sid: session.sid.clone(),
            secret: session.token.hash(),
            style: Style::Backend,
            max_age: None,
            reauthenticated: Some(vec![BY_MAIL.to_owned()]),
            replacement: Some(renewed.token.hash()),
            grant: Some(grant.record()),
        };
        let reply = service.user_account(user.user(), command).await?;
        if let Ok(recorded) = RecordedGrant::of(reply) {
            return Ok(grant.tokens(service, &recorded, None, Some(renewed.token.text())).await?);
        }
    }
    let session = NewSession {
        sid: SessionId::parse(begun.sid.as_str()).map_err(|_| Refusal::HostUnavailable)?,
        secret: begun.token.hash(),
        style: Style::Backend,
        client_id: client.id().clone(),
        application: client.application().clone(),
        amr: vec![BY_MAIL.to_owned()],
    };
    let command = AccountCommand::Begin { session, grant: Some(grant.record()) };
    let recorded = RecordedGrant::of(service.user_account(user.user(), command).await?)?;
    Ok(grant.tokens(service, &recorded, None, Some(begun.token.text())).await?)
}

/// The user of an address to which a link was sent that came back: made now, unless somebody has made one meanwhile.
async fn made<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    client: &Client,
    email: String,
) -> Result<EnteringUser, Refusal> {
    let key = User::email_key(&email);
    let fresh_id = service.random_identifier()?;
    let command = ManagementCommand::EnsureUser { email, app_id: client.application().clone(), fresh_id };
    match managed(service, request, client, command).await? {
        ManagementReply::User { record } => {
            let user = User::parse(&record, service.tenant.id()).map_err(|_| Refusal::UserRecordBroken)?;
            let user = EnteringUser::check(user, client)?;
            if User::email_key(user.user().email()) == key {
                Ok(user)
            } else {
                Err(Refusal::UserRecordBroken)
            }
        }
        _ => Err(Refusal::StoredRecordUnreadable),
    }
}

/// Refuses where no directory could make a user of the client's application.
async fn require_directory<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    client: &Client,
) -> Result<(), Refusal> {
    let id = client.application().to_string();
    let command = ManagementCommand::Read { kind: EntityKind::Application, id };
    match managed(service, request, client, command).await? {
        ManagementReply::Found { .. } => Ok(()),
        _ => Err(Refusal::StoredRecordUnreadable),
    }
}

async fn managed<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
    client: &Client,
    command: ManagementCommand,
) -> Result<ManagementReply, Refusal> {
    let asked = ManagementRequest {
        actor: Some(Actor { client_id: client.id().clone(), user_id: None }),
        reach: Some(client.application().clone()),
        request_id: request.request_id.to_owned(),
        ..service.management_request(command)
    };
    match service.manage(&asked).await? {
        ManagementReply::Refused { refusal } => Err(match refusal {
            ManagementRefusal::Empty {} => Refusal::DirectoryEmpty,
            // The application is gone, or the address is somebody's who may not enter it.
            ManagementRefusal::NotAssigned {}
            | ManagementRefusal::NotFound {}
            | ManagementRefusal::ActorLost {}
            | ManagementRefusal::Invalid { .. } => Refusal::UserNotAssigned,
            _ => Refusal::StoredRecordUnreadable,
        }),
        reply => Ok(reply),
    }
}
