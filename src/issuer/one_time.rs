//! What works once: authorization codes, links, logins and pushed requests. Each is an opaque token whose object holds
//! what it is about.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::host::Host;
use crate::sealing::{RoutedToken, TokenKind};
use crate::session::{ChallengeCommand, ChallengeRefusal, ChallengeReply};

use super::refusal::Refusal;
use super::service::Service;

/// How often an attempt to redeem may fail before the code is closed.
const ATTEMPTS: u32 = 5;
/// How long a redeemed code is remembered, in seconds, so that a replay takes back what it gave.
const KEPT: u64 = 3_600;

/// Makes a code that is about `facts` for `lifetime` seconds.
pub(super) async fn open<H: Host>(
    service: &Service<'_, H>,
    kind: TokenKind,
    facts: &impl Serialize,
    lifetime: u64,
) -> Result<RoutedToken, Refusal> {
    let name = service.random_identifier()?;
    let token = service.issue(kind, &[&name])?;
    let command = ChallengeCommand::Open {
        kind: kind.as_str().to_owned(),
        secret: token.hash(),
        facts: serde_json::to_string(facts).map_err(|_| Refusal::HostUnavailable)?,
        expires_at: service.now.plus(lifetime),
        attempts: ATTEMPTS,
        kept_until: service.now.plus(lifetime.max(KEPT)),
    };
    match service.challenge(&name, command).await? {
        ChallengeReply::Opened {} => Ok(token),
        _ => Err(Refusal::StoredRecordUnreadable),
    }
}

/// A code that was found, has not been redeemed, and is about `facts`. Nothing is consumed yet.
pub(super) struct OneTime<F> {
    pub(super) facts: F,
    kind: TokenKind,
    token: RoutedToken,
}

/// Why a code is refused; a replay tells whoever holds the code what it was about and what it gave.
pub(super) enum CodeRefusal<F> {
    Refused(Refusal),
    Replayed { facts: F, given: String },
}

impl<F> From<Refusal> for CodeRefusal<F> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<F> CodeRefusal<F> {
    /// The refusal, where nobody takes anything back.
    pub(super) fn refusal(self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal,
            Self::Replayed { .. } => Refusal::CodeReplayed,
        }
    }
}

impl<F> OneTime<F> {
    /// What it is about, and the code itself, which can still be redeemed.
    pub(super) fn into_parts(self) -> (F, OneTime<()>) {
        (self.facts, OneTime { facts: (), kind: self.kind, token: self.token })
    }
}

impl<F: DeserializeOwned> OneTime<F> {
    /// Finds out what a presented code is about.
    pub(super) async fn inspect<H: Host>(
        service: &Service<'_, H>,
        kind: TokenKind,
        text: &str,
    ) -> Result<Self, CodeRefusal<F>> {
        let token = service.open(kind, text)?.ok_or(Refusal::CodeUnknown)?;
        let command = ChallengeCommand::Inspect { kind: kind.as_str().to_owned(), secret: token.hash() };
        match service.challenge(name(&token)?, command).await? {
            ChallengeReply::Facts { facts, .. } => Ok(Self { facts: parsed(&facts)?, kind, token }),
            other => Err(refused(other)),
        }
    }

    /// Redeems it. Of all that call this for one code, exactly one gets past here.
    pub(super) async fn redeem<H: Host>(
        self,
        service: &Service<'_, H>,
        given: String,
    ) -> Result<F, CodeRefusal<F>> {
        let kind = self.kind.as_str().to_owned();
        let command = ChallengeCommand::Redeem { kind, secret: self.token.hash(), given };
        match service.challenge(name(&self.token)?, command).await? {
            ChallengeReply::Redeemed { .. } => Ok(self.facts),
            other => Err(refused(other)),
        }
    }

    /// Counts an attempt that failed for `refusal`.
    pub(super) async fn fail<H: Host>(self, service: &Service<'_, H>, refusal: Refusal) -> Refusal {
        let kind = self.kind.as_str().to_owned();
        let command = ChallengeCommand::Fail { kind, secret: self.token.hash() };
        let Ok(name) = name(&self.token) else { return refusal };
        match service.challenge(name, command).await {
            Ok(_) => refusal,
            Err(unavailable) => unavailable,
        }
    }
}

fn name(token: &RoutedToken) -> Result<&str, Refusal> {
    token.routing().first().map(String::as_str).ok_or(Refusal::CodeUnknown)
}

fn parsed<F: DeserializeOwned>(facts: &str) -> Result<F, Refusal> {
    serde_json::from_str(facts).map_err(|_| Refusal::StoredRecordUnreadable)
}

fn refused<F: DeserializeOwned>(reply: ChallengeReply) -> CodeRefusal<F> {
    let ChallengeReply::Refused { reason, facts, given } = reply else {
        return Refusal::StoredRecordUnreadable.into();
    };
    let refusal = match reason {
        ChallengeRefusal::Unknown => Refusal::CodeUnknown,
        ChallengeRefusal::Expired => Refusal::CodeExpired,
        ChallengeRefusal::Exhausted => Refusal::CodeExhausted,
        ChallengeRefusal::Replayed => match (facts.as_deref().map(parsed), given) {
            (Some(Ok(facts)), Some(given)) => return CodeRefusal::Replayed { facts, given },
            _ => Refusal::CodeReplayed,
        },
        ChallengeRefusal::AlreadyOpen
        | ChallengeRefusal::RecordUnreadable
        | ChallengeRefusal::RequestUnreadable => Refusal::StoredRecordUnreadable,
    };
    refusal.into()
}
