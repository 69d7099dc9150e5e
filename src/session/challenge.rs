//! One-time challenges: authorization code, magic link, login attempt, pushed request. One object each, one row.

use serde::{Deserialize, Serialize};

use super::row::{Outcome, Row, record_row, stored_record};
use crate::vocabulary::{SecretHash, UnixTime};

/// One command to a challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// What to do.
    pub command: ChallengeCommand,
}

/// What a challenge can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChallengeCommand {
    /// Opens it, once.
    Open {
        /// What it is for, such as `authorization_code`.
        kind: String,
        /// Hash of the secret that redeems it.
        secret: SecretHash,
        /// What it is about; opaque here, and no secret.
        facts: String,
        /// When it can no longer be redeemed.
        expires_at: UnixTime,
        /// After how many failures it is closed.
        attempts: u32,
        /// Until when a redeemed one is kept, so that a replay is recognised.
        kept_until: UnixTime,
    },
    /// Tells its facts and changes nothing.
    Inspect {
        /// What the caller takes it for.
        kind: String,
        /// Hash of the secret that was presented.
        secret: SecretHash,
    },
    /// Redeems it; exactly one caller ever does.
    Redeem {
        /// What the caller takes it for.
        kind: String,
        /// Hash of the secret that was presented.
        secret: SecretHash,
        /// What is given for it, to be taken back upon a replay; no secret.
        given: String,
    },
    /// Counts a failed attempt.
    Fail {
        /// What the caller takes it for.
        kind: String,
        /// Hash of the secret that was presented.
        secret: SecretHash,
    },
    /// Deletes it once it is over.
    Alarm {},
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChallengeReply {
    /// To `open`.
    Opened {},
    /// To `inspect`.
    Facts {
        /// What it is about.
        facts: String,
        /// When it can no longer be redeemed.
        expires_at: UnixTime,
        /// How many failures it still survives.
        attempts_left: u32,
    },
    /// To the one `redeem` that wins.
    Redeemed {
        /// What it is about.
        facts: String,
    },
    /// To `fail`.
    Failed {
        /// How many failures it still survives; at 0 it is closed.
        attempts_left: u32,
    },
    /// Done, or already so.
    Done {},
    /// Nothing has changed.
    Refused {
        /// Why.
        reason: ChallengeRefusal,
        /// What it is about, where it was replayed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        facts: Option<String>,
        /// What the winner got, where it was replayed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        given: Option<String>,
    },
}

/// Why a challenge refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeRefusal {
    /// Nothing there, wrong secret or wrong kind: one answer.
    #[error("no such challenge")]
    Unknown,
    /// Too late.
    #[error("the challenge has expired")]
    Expired,
    /// Redeemed before; told only to whoever presents the right secret.
    #[error("the challenge was redeemed before")]
    Replayed,
    /// Too many failures.
    #[error("the challenge was failed too often")]
    Exhausted,
    /// There is one under this name.
    #[error("the challenge is open already")]
    AlreadyOpen,
    /// The row is newer than this code, or broken; a retry may meet newer code.
    #[error("a stored record cannot be read")]
    RecordUnreadable,
    /// The request is newer than this code, or broken; a retry may meet newer code.
    #[error("the request cannot be read")]
    RequestUnreadable,
}

const KEY: &str = "challenge";

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    kind: String,
    secret: SecretHash,
    facts: String,
    expires_at: UnixTime,
    attempts_left: u32,
    kept_until: UnixTime,
    /// What was given for it, once it is redeemed.
    given: Option<String>,
}

/// One turn of a challenge: `request` is a [`ChallengeRequest`] as JSON, the reply a [`ChallengeReply`].
#[must_use]
pub fn challenge(rows: &[Row], request: &str, now: UnixTime) -> Outcome {
    let Ok(request) = serde_json::from_str::<ChallengeRequest>(request) else {
        return Outcome::unchanged(text(&refusal(ChallengeRefusal::RequestUnreadable)));
    };
    let unreadable = || Outcome::unchanged(text(&refusal(ChallengeRefusal::RecordUnreadable)));
    let stored = match rows {
        [] => None,
        [row] if row.key == KEY => match stored_record::<Record>(&row.value) {
            Some(record) => Some(record),
            None => return unreadable(),
        },
        _ => return unreadable(),
    };
    let (record, reply) = decide(stored, request.command, now);
    let after = match &record {
        None => None,
        Some(record) => match record_row(KEY.to_owned(), record) {
            Some(row) => Some(row),
            None => return unreadable(),
        },
    };
    Outcome {
        reply: text(&reply),
        delete: if after.is_none() { rows.iter().map(|row| row.key.clone()).collect() } else { Vec::new() },
        alarm: record.as_ref().map(|record| record.over_at().seconds()),
        put: after.into_iter().filter(|row| rows.first() != Some(row)).collect(),
        ..Outcome::default()
    }
}

fn text(reply: &ChallengeReply) -> String {
    serde_json::to_string(reply).unwrap_or_default()
}

fn refusal(reason: ChallengeRefusal) -> ChallengeReply {
    ChallengeReply::Refused { reason, facts: None, given: None }
}

/// The record after the command, and the answer.
fn decide(
    stored: Option<Record>,
    command: ChallengeCommand,
    now: UnixTime,
) -> (Option<Record>, ChallengeReply) {
    match command {
        ChallengeCommand::Open { kind, secret, facts, expires_at, attempts, kept_until } => match stored {
            Some(record) => (Some(record), refusal(ChallengeRefusal::AlreadyOpen)),
            None => {
                let record = Record {
                    kind,
                    secret,
                    facts,
                    expires_at,
                    attempts_left: attempts,
                    kept_until,
                    given: None,
                };
                (Some(record), ChallengeReply::Opened {})
            }
        },
        ChallengeCommand::Inspect { kind, secret } => {
            used(stored, &kind, &secret, now, |record| ChallengeReply::Facts {
                facts: record.facts.clone(),
                expires_at: record.expires_at,
                attempts_left: record.attempts_left,
            })
        }
        ChallengeCommand::Redeem { kind, secret, given } => used(stored, &kind, &secret, now, |record| {
            record.given = Some(given);
            ChallengeReply::Redeemed { facts: record.facts.clone() }
        }),
        ChallengeCommand::Fail { kind, secret } => used(stored, &kind, &secret, now, |record| {
            record.attempts_left = record.attempts_left.saturating_sub(1);
            ChallengeReply::Failed { attempts_left: record.attempts_left }
        }),
        ChallengeCommand::Alarm {} => {
            (stored.filter(|record| record.over_at() > now), ChallengeReply::Done {})
        }
    }
}

/// Runs `step` on a challenge that is open to whoever presents this secret, and refuses otherwise.
fn used(
    stored: Option<Record>,
    kind: &str,
    secret: &SecretHash,
    now: UnixTime,
    step: impl FnOnce(&mut Record) -> ChallengeReply,
) -> (Option<Record>, ChallengeReply) {
    let Some(mut record) = stored else {
        return (None, refusal(ChallengeRefusal::Unknown));
    };
    let reply = match record.refusal(kind, secret, now) {
        Some(refused) => refused,
        None => step(&mut record),
    };
    (Some(record), reply)
}

impl Record {
    fn refusal(&self, kind: &str, secret: &SecretHash, now: UnixTime) -> Option<ChallengeReply> {
        // The secret first, and in constant time: whoever lacks it learns nothing, and spends no attempt.
        if self.secret != *secret || self.kind != kind {
            return Some(refusal(ChallengeRefusal::Unknown));
        }
        if let Some(given) = &self.given {
            if self.kept_until <= now {
                return Some(refusal(ChallengeRefusal::Unknown));
            }
            return Some(ChallengeReply::Refused {
                reason: ChallengeRefusal::Replayed,
                facts: Some(self.facts.clone()),
                given: Some(given.clone()),
            });
        }
        if self.expires_at <= now {
            return Some(refusal(ChallengeRefusal::Expired));
        }
        (self.attempts_left == 0).then(|| refusal(ChallengeRefusal::Exhausted))
    }

    /// When nothing depends on it any more.
    fn over_at(&self) -> UnixTime {
        // An unexpired challenge stays even if replays need not be recognised: its name must not open again.
        if self.given.is_some() { self.kept_until.max(self.expires_at) } else { self.expires_at }
    }
}
