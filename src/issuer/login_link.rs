//! Links that log in: what both integration styles know of them.

use serde::{Deserialize, Serialize};

use crate::vocabulary::{ClientId, UserId};

use super::authorize::HostedLink;

/// How long a link is good unless the caller says otherwise, in minutes.
pub(super) const LINK_MINUTES: u64 = 10;
/// `amr` of whoever opened a link that was sent to their mailbox.
pub(super) const BY_MAIL: &str = "email";

/// What a link is about. Without a user nothing was sent, and the code exists so that nobody can tell.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub(super) enum LinkFacts {
    /// Sent for an application's server, which redeems it.
    Backend { client_id: ClientId, user_id: Option<UserId> },
    /// Sent by the hosted login, for the browser in which it began.
    Hosted(Box<HostedLink>),
    /// Moved out of here.
    Taken {},
}
