//! Sealing: what leaves the server or rests in storage, and must be read by nobody but us.
//!
//! XChaCha20-Poly1305 under keys derived by HKDF-SHA256 (RFC 5869), so that a value opens only for the master key
//! version, purpose, tenant and context for which it was sealed.

mod master_keys;
mod routed_token;
mod successor;

pub use master_keys::{MasterKeyError, MasterKeys, Purpose};
pub use routed_token::{RoutedToken, TokenKind};
pub(crate) use successor::{open_under_token, seal_under_token};
