//! The resource that a request is for: RFC 8707.

use crate::config::{Client, ProtectedResource, Tenant};
use crate::vocabulary::{ResourceId, ResourceIndicator};

use super::refusal::Refusal;

/// A resource that this client may ask for. There is no other way to one.
#[derive(Debug, Clone, Copy)]
pub struct ResolvedResource<'a>(&'a ProtectedResource);

impl<'a> ResolvedResource<'a> {
    /// Finds the resource that `requested` names among those of `client`; none named is the default resource.
    ///
    /// # Errors
    /// [`Refusal`] with `invalid_target`; never another resource than the one asked for.
    pub fn resolve<'r>(
        requested: impl Iterator<Item = &'r str>,
        tenant: &'a Tenant,
        client: &Client,
    ) -> Result<Self, Refusal> {
        let mut requested = requested;
        let Some(first) = requested.next() else { return Ok(Self(tenant.default_resource())) };
        if requested.next().is_some() {
            return Err(Refusal::SeveralResources);
        }
        let indicator = ResourceIndicator::parse(first).map_err(|_| Refusal::ResourceMalformed)?;
        let resource = tenant.resource_by_indicator(&indicator).ok_or(Refusal::ResourceNotAssigned)?;
        if resource.is_default() || client.assignment(resource.id()).is_some() {
            return Ok(Self(resource));
        }
        Err(Refusal::ResourceNotAssigned)
    }

    /// The resource of a grant, as long as it is still on the client's list.
    pub(super) fn granted(id: &ResourceId, tenant: &'a Tenant, client: &Client) -> Result<Self, Refusal> {
        let resource = tenant.resource(id).ok_or(Refusal::ResourceNotAssigned)?;
        if resource.is_default() || client.assignment(id).is_some() {
            return Ok(Self(resource));
        }
        Err(Refusal::ResourceNotAssigned)
    }

    /// The resource.
    #[must_use]
    pub fn resource(&self) -> &'a ProtectedResource {
        self.0
    }
}
