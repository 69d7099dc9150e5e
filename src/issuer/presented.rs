//! Access tokens that are presented as an object of a question, for whatever resource of the tenant they are.

use crate::access_token::{
    AccessTokenClaims, Occasion, Presentation, UnverifiedAccessToken, VerifiedAccessToken,
};
use crate::config::{ProtectedResource, SubjectKind};
use crate::host::Host;
use crate::jose::UntrustedJws;
use crate::vocabulary::json::Json;
use crate::vocabulary::{ResourceIndicator, UserId};

use super::refusal::Refusal;
use super::service::Service;

const MAX_DEPTH: usize = 8;

/// An access token of this tenant, verified and not expired, and the resource that it is for.
pub(super) struct PresentedAccessToken<'a> {
    token: VerifiedAccessToken,
    resource: &'a ProtectedResource,
}

impl<'a> PresentedAccessToken<'a> {
    /// Verifies `text` at the resource that it names; `None` for anything that is no good token of this tenant.
    pub(super) async fn verify<H: Host>(
        service: &Service<'a, H>,
        text: &str,
    ) -> Result<Option<Self>, Refusal> {
        let Some(resource) = named_resource(service, text) else { return Ok(None) };
        let presentation = Presentation::Described;
        let occasion = Occasion { tenant: service.tenant, resource, now: service.now, presentation };
        let examined = UnverifiedAccessToken::examine(text, occasion);
        let Ok(unverified) = examined else { return Ok(None) };
        let token = service.with_checked_signature(unverified).await?;
        Ok(token.ok().map(|token| Self { token, resource }))
    }

    pub(super) fn claims(&self) -> &AccessTokenClaims {
        self.token.claims()
    }

    pub(super) fn resource(&self) -> &'a ProtectedResource {
        self.resource
    }

    /// The user, where the subject is one.
    pub(super) fn user_id(&self) -> Option<UserId> {
        let claims = self.claims();
        (claims.kind() == SubjectKind::User).then(|| UserId::parse(claims.subject().as_str()).ok()).flatten()
    }
}

/// What the token says it is for: only to look up which resource to examine it at.
fn named_resource<'a, H: Host>(service: &Service<'a, H>, text: &str) -> Option<&'a ProtectedResource> {
    let jws = UntrustedJws::parse(text).ok()?;
    let payload = Json::parse(jws.payload(), MAX_DEPTH).ok()?;
    let indicator = ResourceIndicator::parse(payload.member("aud")?.as_str()?).ok()?;
    service.tenant.resource_by_indicator(&indicator)
}
