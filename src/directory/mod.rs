//! What becomes of a tenant document: the records that gates and issuers read. And the object of the tenant, which
//! publishes what is revoked.

mod keys;
mod object;
mod outbox;
pub mod publication;
mod request;

pub use keys::{KeyTiming, keys_key};
pub use object::directory;
pub use request::{
    DirectoryCommand, DirectoryRefusal, DirectoryReply, DirectoryRequest, KeyState, NewKey, SealedKey,
};
