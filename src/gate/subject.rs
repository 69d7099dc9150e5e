//! Whom a rule admits: kind of subject, claims bound to the path, how the user authenticated, scopes.

use percent_encoding::percent_decode_str;

use crate::access_token::AccessTokenClaims;
use crate::config::{BoundClaim, Rule, SubjectKind, TemplateSegment, UserAuthentication};
use crate::vocabulary::UnixTime;

use super::denial::DenialReason;
use super::matcher::Match;

/// Whether a rule admits the subject of a token: kind, path, authentication, scopes, in that order, so that nobody is
/// asked to log in for what another login would not open. `tolerance` is that of clocks, in seconds.
pub(super) fn check_subject(
    claims: &AccessTokenClaims,
    rule: &Rule,
    bindings: &[(BoundClaim, String)],
    now: UnixTime,
    tolerance: u64,
) -> Result<(), DenialReason> {
    if !rule.subjects().admits(claims.kind()) {
        return Err(DenialReason::WrongSubjectKind);
    }
    // A management application's token covers every application and user of its tenant, and of no other.
    let covered = |claim| claims.kind() == SubjectKind::Management && claim != BoundClaim::TenantId;
    if !bindings.iter().all(|(claim, value)| covered(*claim) || bound(claims, *claim, value)) {
        return Err(DenialReason::WrongSubject);
    }
    if !rule.user_authentication().is_none_or(|wanted| authenticated(claims, wanted, now, tolerance)) {
        return Err(DenialReason::InsufficientUserAuthentication);
    }
    if claims.scope().covers(rule.scopes()) { Ok(()) } else { Err(DenialReason::InsufficientScope) }
}

/// RFC 9470 section 5: `acr` is one of those asked for, and `auth_time` is recent enough. A token that does not say is
/// not; neither is one whose `auth_time` has not come yet.
fn authenticated(
    claims: &AccessTokenClaims,
    wanted: &UserAuthentication,
    now: UnixTime,
    tolerance: u64,
) -> bool {
    let values = wanted.acr_values();
    let context = claims.authentication_context();
    let in_context = values.is_empty() || values.iter().any(|value| Some(value.as_str()) == context);
    let recent = wanted.max_age().is_none_or(|age| {
        claims
            .authenticated_at()
            .is_some_and(|at| at <= now.plus(tolerance) && now <= at.plus(age.seconds()).plus(tolerance))
    });
    in_context && recent
}

fn bound(claims: &AccessTokenClaims, claim: BoundClaim, value: &str) -> bool {
    // A path names somebody of this tenant, whatever a name of another issuer looks like here.
    if !claims.has_own_names() && claim != BoundClaim::TenantId {
        return false;
    }
    let held = match claim {
        BoundClaim::Subject => claims.subject().as_str(),
        BoundClaim::ClientId => claims.client_id().as_str(),
        BoundClaim::ApplicationId => claims.application_id().as_str(),
        BoundClaim::TenantId => claims.tenant_id().as_str(),
        BoundClaim::SessionId => match claims.session_id() {
            Some(session) => session.as_str(),
            None => return false,
        },
    };
    held == value
}

/// The segments of the request that stand where the template names a claim, decoded once.
pub(super) fn bindings(rule: &Rule, found: &Match<'_>) -> Vec<(BoundClaim, String)> {
    let pairs = rule.template().segments().iter().zip(&found.below);
    pairs
        .filter_map(|(template, segment)| match template {
            // Octets that are no UTF-8 become replacement characters, which no identifier has.
            TemplateSegment::Claim(claim) => {
                Some((*claim, percent_decode_str(segment).decode_utf8_lossy().into_owned()))
            }
            TemplateSegment::Literal(_) | TemplateSegment::Any => None,
        })
        .collect()
}
