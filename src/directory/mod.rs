//! What becomes of a tenant document: the records that gates and issuers read. And the object of the tenant, which
//! publishes what is revoked.

mod keys;
mod management;
mod object;
mod outbox;
pub mod publication;
mod request;
mod store;

pub use keys::{KeyTiming, keys_key};
pub use management::{
    Actor, AuditEntry, Change, Deployment, DueEntry, Entity, EntityKind, Managed, ManagementCommand,
    ManagementRefusal, ManagementReply, ManagementRequest, Mention, SECRET_ID_LENGTH, WrittenEntry, manage,
};
pub use object::directory;
pub use request::{
    DirectoryCommand, DirectoryRefusal, DirectoryReply, DirectoryRequest, KeyState, NewKey, SealedKey,
};
pub use store::{Store, StoreError};
