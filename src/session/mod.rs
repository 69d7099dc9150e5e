//! Sessions, grants, refresh token families and one-time challenges as pure transitions over rows.
//!
//! An object of the platform reads all its rows, calls [`account`] or [`challenge`] once, and writes the [`Outcome`] in
//! the same synchronous turn. Nothing here reads a clock, draws randomness or performs I/O. The rows alone never
//! yield a token: secrets are kept as hashes, and the one copy of a successor is sealed under its predecessor.

mod account;
mod challenge;
mod reply;
mod request;
mod row;
mod token_text;

pub use account::account;
pub use challenge::{ChallengeCommand, ChallengeRefusal, ChallengeReply, ChallengeRequest, challenge};
pub use reply::{AccountRefusal, AccountReply, EndedSession, GrantFacts, SessionFacts};
pub use request::{
    AccountCommand, AccountRequest, NewFamily, NewGrant, NewSession, Rotation, Standing, Style,
};
pub use row::{Machine, OutboxItem, Outcome, Row};
pub use token_text::TokenText;
