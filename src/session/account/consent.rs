//! What the user approved, by client and resource.

use super::super::reply::{AccountRefusal, AccountReply};
use super::Turn;
use super::ledger::Ledger;
use super::record::Approval;
use crate::vocabulary::{ClientId, ResourceId, Scope};

impl Turn {
    pub(super) fn approve(
        &self,
        ledger: &mut Ledger,
        client_id: ClientId,
        scopes: Vec<(ResourceId, Scope)>,
    ) -> Result<AccountReply, AccountRefusal> {
        Self::require_active(ledger)?;
        let approval = ledger
            .approvals
            .entry(client_id.clone())
            .or_insert_with(|| Approval { client_id, scopes: Vec::new() });
        for (resource, scope) in scopes {
            match approval.scopes.iter_mut().find(|(known, _)| *known == resource) {
                Some((_, approved)) => scope.iter().for_each(|token| approved.insert(token.clone())),
                None => approval.scopes.push((resource, scope)),
            }
        }
        Ok(AccountReply::Done {})
    }

    pub(super) fn approvals(&self, ledger: &Ledger, client_id: &ClientId) -> AccountReply {
        let scopes = ledger.approvals.get(client_id).map(|approval| approval.scopes.clone());
        AccountReply::Approvals { scopes: scopes.unwrap_or_default() }
    }
}
