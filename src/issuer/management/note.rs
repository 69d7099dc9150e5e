//! What management does elsewhere than in the directory, noted there.

use crate::directory::{EntityKind, ManagementCommand, ManagementReply, ManagementRequest};
use crate::host::Host;

use super::super::request::IssuerRequest;
use super::super::service::Service;
use super::caller::Caller;
use super::fault::Fault;

/// Notes what management is about to do: to which kind, and which one. What cannot be noted is not done.
pub(super) async fn note<H: Host>(
    service: &Service<'_, H>,
    caller: &Caller,
    request: &IssuerRequest<'_>,
    (action, kind, id): (&str, EntityKind, &str),
) -> Result<(), Fault> {
    if caller.reach().is_some() {
        return Ok(());
    }
    let note = ManagementRequest {
        actor: Some(caller.actor().clone()),
        request_id: request.request_id.to_owned(),
        ..service.management_request(ManagementCommand::Note {
            action: action.to_owned(),
            kind,
            id: id.to_owned(),
        })
    };
    match service.manage(&note).await? {
        ManagementReply::Refused { refusal } => Err(Fault::Directory(refusal)),
        _ => Ok(()),
    }
}
