//! Links that log in: what both integration styles know of them.

use serde::{Deserialize, Serialize};

use crate::config::User;
use crate::vocabulary::{ClientId, UserId};

use super::authorize::HostedLink;

/// How long a link is good unless the caller says otherwise, in minutes.
pub(super) const LINK_MINUTES: u64 = 10;
/// `amr` of whoever opened a link that was sent to their mailbox.
pub(super) const BY_MAIL: &str = "email";

/// To whom a link was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recipient {
    pub(super) user_id: UserId,
    /// The address, as [`User::email_key`] has it.
    email: String,
}

impl Recipient {
    pub(super) fn of(user: &User) -> Self {
        Self { user_id: user.id().clone(), email: User::email_key(user.email()) }
    }

    /// Whether the address is still the user's: whoever had it before must not log in by an older link.
    pub(super) fn is_still(&self, user: &User) -> bool {
        self.user_id == *user.id() && self.email == User::email_key(user.email())
    }
}

/// What a link is about. Without a user nothing was sent, and the code exists so that nobody can tell.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub(super) enum LinkFacts {
    /// Sent for an application's server, which redeems it.
    Backend {
        client_id: ClientId,
        recipient: Option<Recipient>,
        /// The address of a user who is to be made when the link comes back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        newcomer: Option<String>,
    },
    /// Sent by the hosted login, for the browser in which it began.
    Hosted(Box<HostedLink>),
}
