//! What an access token says.

use crate::config::SubjectKind;
use crate::vocabulary::json::{Json, JsonMember, JsonObject};
use crate::vocabulary::{ApplicationId, ClientId, GrantId, Scope, SessionId, SubjectId, TenantId, UnixTime};

use super::foreign::ForeignNames;

/// RFC 8725 section 3.11 asks for explicit limits; nested claims such as `act` and `cnf` need few levels.
const MAX_DEPTH: usize = 8;
pub(super) const MAX_TOKEN_ID_LENGTH: usize = 128;
/// A SHA-256 in base64url without padding.
const THUMBPRINT_LENGTH: usize = 43;

/// Why a payload is not a set of access token claims.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimsError {
    /// Not one strict JSON object.
    #[error("the payload is not a strict JSON object")]
    Payload,
    /// A claim that RFC 9068 or this system requires is not there.
    #[error("the claim `{0}` is missing")]
    Missing(&'static str),
    /// A claim is there and has the wrong type or form. Present but unparseable is never read as absent.
    #[error("the claim `{0}` is malformed")]
    Malformed(&'static str),
    /// A claim for sessions of users on a token whose subject is the client, or the reverse.
    #[error("the claims do not tell whether the subject is a user or a client")]
    SubjectKind,
}

/// What a token is bound to (`cnf`, RFC 7800 section 3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// The thumbprint of a key (`jkt`, RFC 9449 section 6.1).
    KeyThumbprint(String),
    /// Something else, or malformed: nobody can prove here that they have it.
    Other,
}

/// The claims of an access token, each in its type. Nothing is known yet of who signed them.
#[derive(Debug, Clone)]
pub struct AccessTokenClaims {
    pub(super) issuer: String,
    pub(super) subject: SubjectId,
    pub(super) kind: SubjectKind,
    pub(super) audience: String,
    pub(super) expires_at: UnixTime,
    pub(super) issued_at: UnixTime,
    pub(super) not_before: Option<UnixTime>,
    pub(super) token_id: String,
    pub(super) tenant_id: TenantId,
    pub(super) client_id: ClientId,
    pub(super) application_id: ApplicationId,
    pub(super) session_id: Option<SessionId>,
    pub(super) grant_id: Option<GrantId>,
    pub(super) scope: Scope,
    pub(super) authentication_context: Option<String>,
    pub(super) authenticated_at: Option<UnixTime>,
    pub(super) confirmation: Option<Confirmation>,
    pub(super) foreign: Option<Box<ForeignNames>>,
    pub(super) payload: String,
}

impl AccessTokenClaims {
    /// Reads the payload of a token.
    ///
    /// # Errors
    /// [`ClaimsError`] names the claim that is missing or malformed.
    pub fn parse(payload: Vec<u8>) -> Result<Self, ClaimsError> {
        let text = String::from_utf8(payload).map_err(|_| ClaimsError::Payload)?;
        let claims = Self::of(&object(&text)?)?;
        Ok(Self { payload: text, ..claims })
    }

    pub(super) fn read(payload: &Payload<'_>) -> Result<Self, ClaimsError> {
        let claims = Self::of(&payload.claims)?;
        Ok(Self { payload: payload.text.to_owned(), ..claims })
    }

    /// The claims without their text.
    fn of(payload: &JsonObject<'_>) -> Result<Self, ClaimsError> {
        let client_id = identifier(payload, "client_id", ClientId::parse)?;
        let subject = identifier(payload, "sub", SubjectId::parse)?;
        let session_id = optional_identifier(payload, "sid", SessionId::parse)?;
        let kind = subject_kind(payload, subject.as_str() == client_id.as_str(), session_id.is_some())?;
        let token_id = text(payload, "jti")?;
        if token_id.is_empty() || token_id.len() > MAX_TOKEN_ID_LENGTH {
            return Err(ClaimsError::Malformed("jti"));
        }
        let scope = match payload.member("scope") {
            None => Scope::default(),
            Some(JsonMember::Text(scope)) => {
                Scope::parse(scope).map_err(|_| ClaimsError::Malformed("scope"))?
            }
            Some(_) => return Err(ClaimsError::Malformed("scope")),
        };
        let authentication_context = authentication_context(payload)?;
        check_methods(payload)?;
        Ok(Self {
            issuer: text(payload, "iss")?.to_owned(),
            audience: text(payload, "aud")?.to_owned(),
            expires_at: time(payload, "exp")?.ok_or(ClaimsError::Missing("exp"))?,
            issued_at: time(payload, "iat")?.ok_or(ClaimsError::Missing("iat"))?,
            not_before: time(payload, "nbf")?,
            token_id: token_id.to_owned(),
            tenant_id: identifier(payload, "tid", TenantId::parse)?,
            application_id: identifier(payload, "app_id", ApplicationId::parse)?,
            grant_id: optional_identifier(payload, "gid", GrantId::parse)?,
            authenticated_at: time(payload, "auth_time")?,
            authentication_context,
            confirmation: payload.member("cnf").map(confirmation),
            subject,
            kind,
            client_id,
            session_id,
            scope,
            foreign: None,
            payload: String::new(),
        })
    }

    /// Who issued the token (`iss`).
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether another issuer than the tenant's own issued it.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.foreign.is_some()
    }

    /// Whether its names are those of this tenant: of another issuer's only where the tenant's document says so.
    #[must_use]
    pub fn has_own_names(&self) -> bool {
        self.foreign.as_ref().is_none_or(|foreign| foreign.own)
    }

    /// The `sub` as it stands in the token. Of a foreign one it tells nobody apart but together with the issuer.
    #[must_use]
    pub fn subject_as_issued(&self) -> &str {
        self.foreign.as_ref().map_or(self.subject.as_str(), |foreign| &foreign.subject)
    }

    /// The client as the token names it; a foreign one may not.
    #[must_use]
    pub fn client_id_as_issued(&self) -> Option<&str> {
        match &self.foreign {
            None => Some(self.client_id.as_str()),
            Some(foreign) => foreign.client_id.as_deref(),
        }
    }

    /// Who asked for the token (`sub`), a user or a client, by a name of this tenant. That of a foreign subject is made of
    /// issuer and `sub`, and nobody else's, unless the issuer is said to use this tenant's names.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// Whether the subject is a user, a client, or a client of a management application.
    #[must_use]
    pub fn kind(&self) -> SubjectKind {
        self.kind
    }

    /// The one resource that the token opens (`aud`).
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The moment from which the token is no longer good (`exp`).
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.expires_at
    }

    /// The client that obtained the token (`client_id`), by a name of this tenant like [`Self::subject`].
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The application of that client (`app_id`).
    #[must_use]
    pub fn application_id(&self) -> &ApplicationId {
        &self.application_id
    }

    /// The tenant (`tid`).
    #[must_use]
    pub fn tenant_id(&self) -> &TenantId {
        &self.tenant_id
    }

    /// The unique identifier of the token (`jti`).
    #[must_use]
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// The public identifier of the user's session (`sid`); a client has none.
    #[must_use]
    pub fn session_id(&self) -> Option<&SessionId> {
        self.session_id.as_ref()
    }

    /// The grant that the token belongs to (`gid`), where one gave it.
    #[must_use]
    pub fn grant_id(&self) -> Option<&GrantId> {
        self.grant_id.as_ref()
    }

    /// When it was issued (`iat`).
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// How the user authenticated (`acr`), where the token says so.
    #[must_use]
    pub fn authentication_context(&self) -> Option<&str> {
        self.authentication_context.as_deref()
    }

    /// When the user last authenticated themselves (`auth_time`), where the token says so.
    #[must_use]
    pub fn authenticated_at(&self) -> Option<UnixTime> {
        self.authenticated_at
    }

    /// What the token is bound to (`cnf`); `None` for a token that whoever has it may use.
    #[must_use]
    pub fn confirmation(&self) -> Option<&Confirmation> {
        self.confirmation.as_ref()
    }

    /// The scopes that were granted (`scope`), none where the claim is absent.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Every claim as it stands in the token, also those that Audgate does not know: the text of a strict JSON object.
    #[must_use]
    pub fn payload(&self) -> &str {
        &self.payload
    }

    /// The same read.
    #[must_use]
    pub fn every_claim(&self) -> Json {
        // What was read once can be read again.
        Json::parse(self.payload.as_bytes(), MAX_DEPTH).unwrap_or(Json::Null)
    }
}

/// The payload of a token, read as one strict JSON object.
pub(super) struct Payload<'a> {
    pub(super) text: &'a str,
    pub(super) claims: JsonObject<'a>,
}

impl<'a> Payload<'a> {
    pub(super) fn parse(octets: &'a [u8]) -> Result<Self, ClaimsError> {
        let text = std::str::from_utf8(octets).map_err(|_| ClaimsError::Payload)?;
        Ok(Self { text, claims: object(text)? })
    }
}

fn object(text: &str) -> Result<JsonObject<'_>, ClaimsError> {
    JsonObject::parse(text, MAX_DEPTH).ok().flatten().ok_or(ClaimsError::Payload)
}

/// A user's token names its session; a client's token names the client twice (RFC 9068 section 2.2).
fn subject_kind(
    payload: &JsonObject<'_>,
    subject_is_client: bool,
    has_session: bool,
) -> Result<SubjectKind, ClaimsError> {
    let management = match payload.member("management") {
        None | Some(JsonMember::Other(Json::Bool(false))) => false,
        Some(JsonMember::Other(Json::Bool(true))) => true,
        Some(_) => return Err(ClaimsError::Malformed("management")),
    };
    match (subject_is_client, has_session, management) {
        (false, true, false) => Ok(SubjectKind::User),
        (true, false, false) => Ok(SubjectKind::Client),
        (true, false, true) => Ok(SubjectKind::Management),
        _ => Err(ClaimsError::SubjectKind),
    }
}

/// `{"jkt": thumbprint}` and nothing else: of two ways to confirm, both would have to be gone.
pub(super) fn confirmation(claim: &JsonMember<'_>) -> Confirmation {
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    match claim {
        JsonMember::Other(Json::Object(members)) => match members.as_slice() {
            [(name, Json::String(thumbprint))]
                if name == "jkt"
                    && thumbprint.len() == THUMBPRINT_LENGTH
                    && thumbprint.bytes().all(alphabet) =>
            {
                Confirmation::KeyThumbprint(thumbprint.clone())
            }
            _ => Confirmation::Other,
        },
        _ => Confirmation::Other,
    }
}

pub(super) fn authentication_context(payload: &JsonObject<'_>) -> Result<Option<String>, ClaimsError> {
    match payload.member("acr") {
        None => Ok(None),
        Some(_) => text(payload, "acr").map(|context| Some(context.to_owned())),
    }
}

/// RFC 9068 section 2.2.1: `amr` is an array of strings.
fn check_methods(payload: &JsonObject<'_>) -> Result<(), ClaimsError> {
    match payload.member("amr") {
        None => Ok(()),
        Some(JsonMember::Other(Json::Array(methods)))
            if methods.iter().all(|method| method.as_str().is_some()) =>
        {
            Ok(())
        }
        Some(_) => Err(ClaimsError::Malformed("amr")),
    }
}

pub(super) fn text<'a>(payload: &'a JsonObject<'_>, name: &'static str) -> Result<&'a str, ClaimsError> {
    match payload.member(name) {
        None => Err(ClaimsError::Missing(name)),
        Some(JsonMember::Text(text)) => Ok(text),
        Some(_) => Err(ClaimsError::Malformed(name)),
    }
}

fn identifier<T, E>(
    payload: &JsonObject<'_>,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<T, ClaimsError> {
    parse(text(payload, name)?).map_err(|_| ClaimsError::Malformed(name))
}

fn optional_identifier<T, E>(
    payload: &JsonObject<'_>,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Option<T>, ClaimsError> {
    if payload.member(name).is_none() {
        return Ok(None);
    }
    identifier(payload, name, parse).map(Some)
}

pub(super) fn time(payload: &JsonObject<'_>, name: &'static str) -> Result<Option<UnixTime>, ClaimsError> {
    match payload.member(name) {
        None => Ok(None),
        Some(JsonMember::Other(Json::Whole(seconds))) if *seconds <= UnixTime::MAX.seconds() => {
            Ok(Some(UnixTime::from_seconds(*seconds)))
        }
        Some(_) => Err(ClaimsError::Malformed(name)),
    }
}
