//! Why a turn ends early: everything that it wrote is undone.

use super::super::store::StoreError;
use super::request::ManagementRefusal;

/// What ends a turn.
#[derive(Debug)]
pub(super) enum Stop {
    /// The store failed.
    Store,
    /// The caller is told why.
    Refused(ManagementRefusal),
}

impl From<StoreError> for Stop {
    fn from(_: StoreError) -> Self {
        Self::Store
    }
}

impl From<ManagementRefusal> for Stop {
    fn from(refusal: ManagementRefusal) -> Self {
        Self::Refused(refusal)
    }
}
