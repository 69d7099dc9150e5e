//! Tokens of issuers that a resource trusts besides the tenant's own. What the resource says of such an issuer takes the
//! place of what is known of own tokens; everything else is asked of both.

use std::rc::Rc;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::config::{
    AudienceForm, ForeignSubjectKind, KeySource, Names, ProtectedResource, SubjectKind, Tenant, TrustedIssuer,
};
use crate::jose::{UntrustedJws, VerificationKey};
use crate::vocabulary::json::{Json, JsonMember, JsonObject};
use crate::vocabulary::{
    ApplicationId, ClientId, IdentifierError, ResourceId, Scope, ScopeToken, SessionId, SubjectId, UnixTime,
};

use super::claims::{
    AccessTokenClaims, ClaimsError, MAX_TOKEN_ID_LENGTH, Payload, authentication_context, confirmation, text,
    time,
};
use super::issuer_keys::{IssuerKeys, KeysNeed};
use super::verify::{
    Occasion, RefusedToken, SignatureCheck, TokenRefusal, UnverifiedAccessToken, check_lifetime,
    check_presentation, check_times,
};

const MAX_NAME_LENGTH: usize = 256;
const MAX_AUDIENCES: usize = 64;
const MAX_SCOPES: usize = 256;
/// Claims of ID tokens, logout tokens and security events. Where an issuer has one `typ` for everything, these tell them
/// from access tokens (RFC 8725 section 3.12).
const NOT_OF_ACCESS_TOKENS: [&str; 4] = ["nonce", "at_hash", "c_hash", "events"];

/// The names in a token of another issuer, as it wrote them. They tell nobody apart but among its own.
#[derive(Debug, Clone)]
pub(super) struct ForeignNames {
    pub(super) subject: String,
    pub(super) client_id: Option<String>,
    /// Whether they are this tenant's as well, as its document says.
    pub(super) own: bool,
}

/// Under what a foreign token was found right. Elsewhere, or under other keys, nothing is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ForeignTerms {
    pub(super) resource: ResourceId,
    generation: u64,
}

/// How far the examination of a token got without the host.
#[derive(Debug)]
pub enum Examination {
    /// Everything is right but for the signature, which is still to be checked.
    Unverified(Box<UnverifiedAccessToken>),
    /// The keys of its issuer are to be asked for first.
    KeysNeeded {
        /// Whose.
        source: KeySource,
        /// Why.
        need: KeysNeed,
    },
    /// The keys of its issuer cannot be had now; nothing is known against the token.
    KeysUnavailable,
}

/// What this request has asked for already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// The keys of the token's issuer.
    Keys,
    /// Whether the issuer has a key that was not known, and it has answered.
    UnknownKeyReached,
    /// Whether the issuer has a key that was not known, and it could not be asked.
    UnknownKeyUnreached,
}

impl UnverifiedAccessToken {
    /// Examines `token`, whoever of those that the resource trusts has issued it, in every respect but its signature.
    ///
    /// # Errors
    /// [`RefusedToken`] with the first reason found.
    pub fn examine_of_any_issuer(
        token: &str,
        occasion: Occasion<'_>,
        keys: &IssuerKeys,
        asked: Asked,
    ) -> Result<Examination, RefusedToken> {
        let Occasion { tenant, resource, .. } = occasion;
        let own = |token: Self| Examination::Unverified(Box::new(token));
        if resource.trusted_issuers().is_empty() {
            return Self::examine(token, occasion).map(own);
        }
        let mut jws = UntrustedJws::parse(token)?;
        let payload = jws.take_payload();
        let payload = Payload::parse(&payload)?;
        // What is not verified yet chooses among those that are configured, and nothing else.
        match payload.claims.text_of("iss").and_then(|issuer| resource.trusted_issuer(issuer)) {
            Some(trusted) => examine_foreign(token, jws, &payload, trusted, occasion, keys, asked),
            None if tenant.issues_tokens() => {
                Self::examine_own(token, jws, Some(&payload), occasion).map(own)
            }
            None => Err(TokenRefusal::Issuer.into()),
        }
    }
}

/// The claims come first: nobody is asked for the sake of a token that cannot be right.
fn examine_foreign(
    token: &str,
    jws: UntrustedJws<'_>,
    payload: &Payload<'_>,
    trusted: &TrustedIssuer,
    occasion: Occasion<'_>,
    keys: &IssuerKeys,
    asked: Asked,
) -> Result<Examination, RefusedToken> {
    let Occasion { tenant, resource, now, .. } = occasion;
    check_type(&jws, &payload.claims, trusted)?;
    let algorithm = jws.algorithm();
    if !trusted.admits_algorithm(algorithm) {
        return Err(TokenRefusal::AlgorithmNotTrusted.into());
    }
    let claims = read_claims(payload, trusted, tenant, resource)?;
    let checked =
        check_presentation(&claims, occasion).and_then(|()| check_foreign_at(&claims, trusted, occasion));
    if let Err(refusal) = checked {
        return Err(RefusedToken { refusal, untrusted_claims: Some(Box::new(claims)) });
    }
    let source = trusted.key_source();
    let needed = |need| Ok(Examination::KeysNeeded { source: source.clone(), need });
    let Some(at) = keys.at(source, now) else {
        return if asked == Asked::Nothing {
            needed(KeysNeed::Missing)
        } else {
            Ok(Examination::KeysUnavailable)
        };
    };
    let candidates = at.keys.candidates(&jws).filter(|key| key.permits(algorithm));
    let Some(key) = only_one(candidates)? else {
        return match asked {
            Asked::Nothing | Asked::Keys => needed(KeysNeed::UnknownKey(at.confirmed_at)),
            Asked::UnknownKeyReached => Err(TokenRefusal::UnknownIssuerKey.into()),
            Asked::UnknownKeyUnreached => Ok(Examination::KeysUnavailable),
        };
    };
    if at.due && asked == Asked::Nothing {
        return needed(KeysNeed::Due);
    }
    key.check_signature_form(algorithm, jws.signature())?;
    let check = SignatureCheck::new(Rc::clone(key), token, jws);
    let terms = ForeignTerms { resource: resource.id().clone(), generation: at.generation };
    Ok(Examination::Unverified(Box::new(UnverifiedAccessToken::of_foreign(claims, check, terms))))
}

/// Whether what was found under `terms` still holds: at the same resource, under the same keys, which are not due.
pub(super) fn terms_hold(
    terms: &ForeignTerms,
    claims: &AccessTokenClaims,
    resource: &ProtectedResource,
    keys: &IssuerKeys,
    now: UnixTime,
) -> bool {
    let trusted = resource.trusted_issuer(claims.issuer()).filter(|_| terms.resource == *resource.id());
    let at = trusted.and_then(|trusted| keys.at(trusted.key_source(), now));
    at.is_some_and(|at| at.generation == terms.generation && !at.due)
}

/// What can have changed since the signature was verified.
pub(super) fn check_foreign_at(
    claims: &AccessTokenClaims,
    trusted: &TrustedIssuer,
    Occasion { tenant, resource, now, .. }: Occasion<'_>,
) -> Result<(), TokenRefusal> {
    if !trusted.admits_audience(claims.audience(), resource.indicator()) {
        return Err(TokenRefusal::Audience);
    }
    check_times(claims, tenant, now)?;
    check_lifetime(claims, trusted.maximum_lifetime().unwrap_or(resource.longest_access_token_lifetime()))
}

fn only_one<'k>(
    mut candidates: impl Iterator<Item = &'k Rc<VerificationKey>>,
) -> Result<Option<&'k Rc<VerificationKey>>, TokenRefusal> {
    let key = candidates.next();
    if candidates.next().is_some() { Err(TokenRefusal::KeyNotNamed) } else { Ok(key) }
}

fn check_type(
    jws: &UntrustedJws<'_>,
    payload: &JsonObject<'_>,
    trusted: &TrustedIssuer,
) -> Result<(), TokenRefusal> {
    if !jws.typ().is_some_and(|typ| trusted.admits_type(typ)) {
        return Err(TokenRefusal::ForeignType);
    }
    if jws.cty().is_some() {
        return Err(TokenRefusal::Nested);
    }
    let other_kind = NOT_OF_ACCESS_TOKENS.iter().any(|claim| payload.member(claim).is_some());
    if other_kind { Err(TokenRefusal::ForeignType) } else { Ok(()) }
}

fn read_claims(
    payload: &Payload<'_>,
    trusted: &TrustedIssuer,
    tenant: &Tenant,
    resource: &ProtectedResource,
) -> Result<AccessTokenClaims, ClaimsError> {
    let Payload { text: written, claims: payload } = payload;
    let issuer = trusted.issuer();
    let subject = name(payload, "sub", "sub")?.ok_or(ClaimsError::Missing("sub"))?;
    let client_id = name(payload, trusted.client_id_claim(), "client_id")?;
    let kind = match (trusted.subject_kind(), &client_id) {
        (ForeignSubjectKind::User, _) => SubjectKind::User,
        (ForeignSubjectKind::Client, _) => SubjectKind::Client,
        (ForeignSubjectKind::Compared, Some(client_id)) if *client_id == subject => SubjectKind::Client,
        (ForeignSubjectKind::Compared, Some(_)) => SubjectKind::User,
        (ForeignSubjectKind::Compared, None) => return Err(ClaimsError::SubjectKind),
    };
    let audiences = audiences(payload, trusted.audience_form())?;
    let accepted = audiences.iter().find(|audience| trusted.admits_audience(audience, resource.indicator()));
    let audience = accepted.map_or_else(|| audiences.join(" "), |audience| (*audience).to_owned());
    let own = trusted.names() == Names::Own;
    // Under a name of this tenant the issuer speaks of whoever has it here; under any other nobody here has it.
    let here = |kind: &str, name: &str| if own { name.to_owned() } else { derived(issuer, kind, name) };
    let application = payload.text_of("app_id").filter(|_| own);
    Ok(AccessTokenClaims {
        issuer: issuer.to_owned(),
        subject: identified(SubjectId::parse, &here("sub", &subject), "sub")?,
        kind,
        audience,
        expires_at: time(payload, "exp")?.ok_or(ClaimsError::Missing("exp"))?,
        issued_at: time(payload, "iat")?.ok_or(ClaimsError::Missing("iat"))?,
        not_before: time(payload, "nbf")?,
        token_id: token_id(payload)?,
        tenant_id: tenant.id().clone(),
        client_id: match &client_id {
            Some(client_id) => identified(ClientId::parse, &here("client_id", client_id), "client_id")?,
            None => identified(ClientId::parse, &derived(issuer, "client_id", ""), "client_id")?,
        },
        application_id: match application {
            Some(application) => identified(ApplicationId::parse, application, "app_id")?,
            None => identified(ApplicationId::parse, &derived(issuer, "app_id", ""), "app_id")?,
        },
        session_id: match payload.text_of("sid").filter(|_| own) {
            Some(session) => Some(identified(SessionId::parse, session, "sid")?),
            None => None,
        },
        grant_id: None,
        scope: scope(payload, trusted.scope_claim())?,
        authenticated_at: time(payload, "auth_time")?,
        authentication_context: authentication_context(payload)?,
        confirmation: payload.member("cnf").map(confirmation),
        foreign: Some(Box::new(ForeignNames { subject, client_id, own })),
        payload: (*written).to_owned(),
    })
}

/// A name among this tenant's identifiers that stands for a name of `issuer` and for no other.
fn derived(issuer: &str, kind: &str, name: &str) -> String {
    let digest = Sha256::digest([issuer, kind, name].join("\0"));
    format!("foreign~{}", Base64UrlUnpadded::encode_string(&digest))
}

fn identified<T>(
    parse: impl Fn(&str) -> Result<T, IdentifierError>,
    name: &str,
    claim: &'static str,
) -> Result<T, ClaimsError> {
    parse(name).map_err(|_| ClaimsError::Malformed(claim))
}

/// A name of bounded length, from the claim that the issuer has for it; `meaning` is what it stands for here.
fn name(payload: &JsonObject<'_>, claim: &str, meaning: &'static str) -> Result<Option<String>, ClaimsError> {
    match payload.member(claim) {
        None => Ok(None),
        Some(JsonMember::Text(name))
            if (1..=MAX_NAME_LENGTH).contains(&name.len()) && !name.chars().any(char::is_control) =>
        {
            Ok(Some(name.clone().into_owned()))
        }
        Some(_) => Err(ClaimsError::Malformed(meaning)),
    }
}

fn token_id(payload: &JsonObject<'_>) -> Result<String, ClaimsError> {
    if payload.member("jti").is_none() {
        return Ok(String::new());
    }
    let token_id = text(payload, "jti")?;
    if token_id.is_empty() || token_id.len() > MAX_TOKEN_ID_LENGTH {
        return Err(ClaimsError::Malformed("jti"));
    }
    Ok(token_id.to_owned())
}

fn audiences<'a>(payload: &'a JsonObject<'_>, form: AudienceForm) -> Result<Vec<&'a str>, ClaimsError> {
    match (payload.member("aud"), form) {
        (None, _) => Err(ClaimsError::Missing("aud")),
        (Some(JsonMember::Text(audience)), _) => Ok(vec![audience]),
        (Some(JsonMember::Other(Json::Array(values))), AudienceForm::Several)
            if (1..=MAX_AUDIENCES).contains(&values.len()) =>
        {
            let audiences: Option<Vec<&str>> = values.iter().map(Json::as_str).collect();
            audiences.ok_or(ClaimsError::Malformed("aud"))
        }
        (Some(_), _) => Err(ClaimsError::Malformed("aud")),
    }
}

/// Scopes as one string, as RFC 9068 has them, or as an array. An empty one is none.
fn scope(payload: &JsonObject<'_>, claim: &str) -> Result<Scope, ClaimsError> {
    let malformed = ClaimsError::Malformed("scope");
    match payload.member(claim) {
        None => Ok(Scope::default()),
        Some(JsonMember::Text(scope)) if scope.is_empty() => Ok(Scope::default()),
        Some(JsonMember::Text(scope)) => Scope::parse(scope).map_err(|_| malformed),
        Some(JsonMember::Other(Json::Array(values))) if values.len() <= MAX_SCOPES => {
            let scopes = values.iter().map(|value| ScopeToken::parse(value.as_str()?).ok());
            scopes.collect::<Option<Scope>>().ok_or(malformed)
        }
        Some(_) => Err(malformed),
    }
}
