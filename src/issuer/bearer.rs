//! Access tokens at this server's own paths: those of the default resource, and only those (R11).

use crate::access_token::{
    AccessTokenClaims, Occasion, Presentation, UnverifiedAccessToken, VerifiedAccessToken,
};
use crate::config::SubjectKind;
use crate::dpop::PROOF_ALGORITHMS;
use crate::host::Host;
use crate::session::{AccountCommand, AccountReply};
use crate::vocabulary::{ClientId, HttpResponse, UserId};

use super::binding::check_possession;
use super::refusal::Refusal;
use super::request::{Answer, IssuerRequest};
use super::service::{Service, Subject};

/// Why a caller is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BearerRefusal {
    /// No token.
    Missing,
    /// A token that is not good here, and the reason for the log.
    Token(&'static str),
    /// The token is good, and its subject has no business here.
    WrongSubject,
    /// The token lacks this scope.
    InsufficientScope(&'static str),
    /// The proof that the sender has the token's key is missing or not right, and the reason for the log.
    Proof(&'static str),
    /// It cannot be told now.
    Unavailable(Refusal),
}

impl From<Refusal> for BearerRefusal {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Proof(reason) => Self::Proof(reason),
            other => Self::Unavailable(other),
        }
    }
}

impl BearerRefusal {
    /// The response of RFC 6750 section 3.
    pub(super) fn answer(self, issuer: &str) -> Answer {
        let challenge = |rest: &str| format!("Bearer realm=\"{issuer}\"{rest}");
        let refuse = |status, reason: &'static str, error: Option<&str>| {
            let body = match error {
                Some(error) => serde_json::json!({ "error": error, "reason": reason }),
                None => serde_json::json!({ "reason": reason }),
            };
            Answer { response: HttpResponse::json(status, &body).not_stored(), reason: Some(reason) }
        };
        let with = |mut answer: Answer, rest: &str| {
            answer.response = answer.response.with("www-authenticate", challenge(rest));
            answer
        };
        match self {
            Self::Missing => with(refuse(401, "token_missing", None), ""),
            Self::Token(reason) => {
                with(refuse(401, reason, Some("invalid_token")), ", error=\"invalid_token\"")
            }
            Self::Proof(reason) => {
                let mut answer = refuse(401, reason, Some("invalid_dpop_proof"));
                let challenge =
                    format!("DPoP error=\"invalid_dpop_proof\", algs=\"{}\"", PROOF_ALGORITHMS.join(" "));
                answer.response = answer.response.with("www-authenticate", challenge);
                answer
            }
            Self::WrongSubject => refuse(403, "wrong_subject", None),
            Self::InsufficientScope(scope) => with(
                refuse(403, "insufficient_scope", Some("insufficient_scope")),
                &format!(", error=\"insufficient_scope\", scope=\"{scope}\""),
            ),
            Self::Unavailable(refusal) => refusal.answer(issuer),
        }
    }
}

/// The verified token of a request: form, key, signature, claims and times are right, and it is not revoked.
pub(super) async fn verified<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<VerifiedAccessToken, BearerRefusal> {
    let field = request.authorization.ok_or(BearerRefusal::Missing)?;
    let (scheme, token) = field.split_once(' ').ok_or(BearerRefusal::Token("malformed_authorization"))?;
    let presentation = if scheme.eq_ignore_ascii_case("bearer") {
        Presentation::Bearer
    } else if scheme.eq_ignore_ascii_case("dpop") {
        Presentation::Proved
    } else {
        return Err(BearerRefusal::Missing);
    };
    let text = token.trim();
    let (tenant, now) = (service.tenant, service.now);
    let occasion = Occasion { tenant, resource: tenant.default_resource(), now, presentation };
    let unverified = UnverifiedAccessToken::examine(text, occasion)
        .map_err(|refused| BearerRefusal::Token(refused.refusal.code()))?;
    let token = service.with_checked_signature(unverified).await?;
    let token = token.map_err(|refusal| BearerRefusal::Token(refusal.code()))?;
    if presentation == Presentation::Proved {
        check_possession(service, request, text, token.claims()).await?;
    }
    if is_live(service, token.claims()).await? {
        return Ok(token);
    }
    Err(BearerRefusal::Token("token_revoked"))
}

/// Asks the accounts of the client and, for a user's token, of the user.
pub(super) async fn is_live<H: Host>(
    service: &Service<'_, H>,
    claims: &AccessTokenClaims,
) -> Result<bool, Refusal> {
    let user = (claims.kind() == SubjectKind::User).then(|| UserId::parse(claims.subject().as_str()));
    let user = user.transpose().map_err(|_| Refusal::UserUnknown)?;
    let subjects =
        [Some(Subject::Client(claims.client_id())), user.as_ref().map(Subject::User)].into_iter().flatten();
    for subject in subjects {
        let command = AccountCommand::Check {
            sid: claims.session_id().cloned(),
            gid: claims.grant_id().cloned(),
            jti: claims.token_id().to_owned(),
            issued_at: claims.issued_at(),
        };
        match service.account(subject, None, command).await? {
            AccountReply::Live { live: true } => {}
            AccountReply::Live { live: false } => return Ok(false),
            _ => return Err(Refusal::StoredRecordUnreadable),
        }
    }
    Ok(true)
}

/// The client that obtained a verified token.
pub(super) async fn client<H: Host>(
    service: &Service<'_, H>,
    client_id: &ClientId,
) -> Result<crate::config::Client, BearerRefusal> {
    service.client(client_id).await?.ok_or(BearerRefusal::Token("client_unknown"))
}
