//! The account's transition: sessions, refresh token families, revocation, suspension, consent (THREATS D2, D8, D9, D12,
//! E7, E8, E12).

use std::collections::BTreeMap;

use audgate::session::{
    AccountCommand, AccountRefusal, AccountReply, AccountRequest, NewFamily, NewGrant, NewSession, Outcome,
    Rotation, Row, Standing, Style, account,
};
use audgate::vocabulary::{
    ApplicationId, ClientId, GrantId, ResourceId, Scope, SecretHash, SessionId, UnixTime,
};

mod consent_and_assertions;
mod kept;
#[cfg(not(target_arch = "wasm32"))]
mod model;
mod revocation;
mod rotation;
mod sessions;
mod storage;
mod suspension;
mod theft;

pub(crate) const DAY: u64 = 86_400;
pub(crate) const SESSION: u64 = 14 * DAY;
pub(crate) const YEAR: u64 = 365 * DAY;
pub(crate) const START: u64 = 1_800_000_000;
const LONGEST_ACCESS_TOKEN: u64 = 3_600;

/// An object of the platform: rows, an alarm, and the outcome of the last turn.
pub(crate) struct Object {
    pub(crate) rows: BTreeMap<String, String>,
    pub(crate) alarm: Option<u64>,
    pub(crate) last: Outcome,
    pub(crate) standing: Option<Standing>,
    pub(crate) now: u64,
    pub(crate) not_before: u64,
}

impl Object {
    pub(crate) fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            alarm: None,
            last: Outcome::default(),
            standing: None,
            now: START,
            not_before: 0,
        }
    }

    /// With one session `sid` of the browser style that gave `gid` with the refresh token `first`.
    pub(crate) fn with_family() -> Self {
        let mut object = Self::new();
        object.ask(begin("sid", Some(grant("gid", Some(("first", SESSION, SESSION))))));
        object
    }

    pub(crate) fn ask(&mut self, command: AccountCommand) -> AccountReply {
        let request = AccountRequest {
            subject: "user".to_owned(),
            standing: self.standing,
            longest_access_token: LONGEST_ACCESS_TOKEN,
            not_before: UnixTime::from_seconds(self.not_before),
            command,
        };
        self.ask_text(&serde_json::to_string(&request).unwrap())
    }

    pub(crate) fn ask_text(&mut self, request: &str) -> AccountReply {
        let outcome = account(&self.stored(), request, UnixTime::from_seconds(self.now));
        for row in &outcome.put {
            assert_ne!(self.rows.get(&row.key), Some(&row.value), "`{}` has not changed", row.key);
            self.rows.insert(row.key.clone(), row.value.clone());
        }
        for key in &outcome.delete {
            assert!(self.rows.remove(key).is_some(), "`{key}` is not there");
        }
        if !outcome.keep_alarm {
            self.alarm = outcome.alarm;
        }
        self.last = outcome;
        serde_json::from_str(&self.last.reply).unwrap()
    }

    pub(crate) fn refusal(&mut self, command: AccountCommand) -> AccountRefusal {
        match self.ask(command) {
            AccountReply::Refused { reason } => reason,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Asserts that the command is refused for this reason and leaves every row as it was.
    pub(crate) fn refuses(&mut self, command: AccountCommand, reason: AccountRefusal) {
        let before = self.rows.clone();
        assert_eq!(self.refusal(command), reason);
        assert!(self.rows == before, "a refusal has changed rows");
    }

    pub(crate) fn stored(&self) -> Vec<Row> {
        self.rows.iter().map(|(key, value)| Row { key: key.clone(), value: value.clone() }).collect()
    }

    pub(crate) fn run_alarm(&mut self) {
        assert_eq!(self.ask_text(r#"{"command":{"type":"alarm"}}"#), AccountReply::Done {});
    }

    pub(crate) fn later(&mut self, seconds: u64) -> &mut Self {
        self.now += seconds;
        self
    }

    pub(crate) fn outbox(&self) -> Vec<String> {
        let name = |revocation: &audgate::revocation::Revocation| {
            format!("{} {}", revocation.kind.as_str(), revocation.id)
        };
        self.last.outbox.iter().map(|item| name(&item.revocation)).collect()
    }

    /// The token and the moment of its expiry.
    pub(crate) fn rotated(&mut self, command: AccountCommand) -> (String, u64, bool) {
        match self.ask(command) {
            AccountReply::Rotated { token, expires_at, retried, .. } => {
                (token.as_str().to_owned(), expires_at.seconds(), retried)
            }
            other => panic!("not rotated: {other:?}"),
        }
    }

    pub(crate) fn session_count(&mut self) -> usize {
        match self.ask(AccountCommand::Sessions {}) {
            AccountReply::Sessions { sessions } => sessions.len(),
            other => panic!("no sessions: {other:?}"),
        }
    }

    pub(crate) fn is_active(&mut self, gid: &str, token: &str) -> bool {
        match self.ask(describe(gid, token)) {
            AccountReply::RefreshToken { active, .. } => active,
            other => panic!("no refresh token: {other:?}"),
        }
    }

    pub(crate) fn is_live(&mut self, jti: &str, issued_at: u64) -> bool {
        let command = AccountCommand::Check {
            sid: Some(sid("sid")),
            gid: Some(gid("gid")),
            jti: jti.to_owned(),
            issued_at: UnixTime::from_seconds(issued_at),
        };
        self.ask(command) == AccountReply::Live { live: true }
    }
}

pub(crate) fn sid(text: &str) -> SessionId {
    SessionId::parse(text).unwrap()
}

pub(crate) fn gid(text: &str) -> GrantId {
    GrantId::parse(text).unwrap()
}

pub(crate) fn client(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

pub(crate) fn resource(text: &str) -> ResourceId {
    ResourceId::parse(text).unwrap()
}

pub(crate) fn scope(text: &str) -> Scope {
    if text.is_empty() { Scope::default() } else { Scope::parse(text).unwrap() }
}

/// The hash of the secret of the session `sid`.
pub(crate) fn secret(sid: &str) -> SecretHash {
    SecretHash::of(&format!("secret of {sid}"))
}

pub(crate) fn begin(id: &str, grant: Option<NewGrant>) -> AccountCommand {
    let session = NewSession {
        sid: sid(id),
        secret: secret(id),
        style: Style::Browser,
        client_id: client("shop"),
        application: ApplicationId::parse("store").unwrap(),
        amr: vec!["email".to_owned()],
    };
    AccountCommand::Begin { session, grant }
}

/// `refresh`: the token, `refresh_token_ttl` and `max_refresh_rotate`.
pub(crate) fn grant(id: &str, refresh: Option<(&str, u64, u64)>) -> NewGrant {
    NewGrant {
        gid: gid(id),
        client_id: client("shop"),
        resource: resource("orders"),
        scope: scope("openid offline_access orders:read orders:write"),
        refresh: refresh.map(|(token, refresh_token_lifetime, maximum_rotation)| NewFamily {
            token: SecretHash::of(token),
            refresh_token_lifetime,
            maximum_rotation,
            key_thumbprint: None,
        }),
    }
}

pub(crate) fn resume(id: &str, max_age: Option<u64>) -> AccountCommand {
    AccountCommand::Resume {
        sid: sid(id),
        secret: secret(id),
        style: Style::Browser,
        max_age,
        reauthenticated: None,
        replacement: None,
        grant: None,
    }
}

pub(crate) fn logout(id: &str) -> AccountCommand {
    AccountCommand::Logout { sid: sid(id), secret: secret(id), style: Style::Browser }
}

pub(crate) fn describe(id: &str, token: &str) -> AccountCommand {
    AccountCommand::DescribeRefreshToken { gid: gid(id), token: SecretHash::of(token) }
}

/// A rotation as the client of the family `gid` asks for it.
pub(crate) struct Rotate {
    pub(crate) gid: &'static str,
    pub(crate) client: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) requested: Option<&'static str>,
    pub(crate) grantable: &'static str,
    pub(crate) lifetime: u64,
    pub(crate) rotation: u64,
    pub(crate) grace: u64,
    pub(crate) not_before: u64,
    pub(crate) key: Option<&'static str>,
}

impl Default for Rotate {
    fn default() -> Self {
        Self {
            gid: "gid",
            client: "shop",
            resource: "orders",
            requested: None,
            grantable: "openid offline_access orders:read orders:write orders:cancel",
            lifetime: SESSION,
            rotation: SESSION,
            grace: 10,
            not_before: 0,
            key: None,
        }
    }
}

impl Rotate {
    pub(crate) fn command(&self, presented: &str, successor: &str) -> AccountCommand {
        AccountCommand::Rotate(Rotation {
            gid: gid(self.gid),
            client_id: client(self.client),
            resource: resource(self.resource),
            presented: presented.into(),
            successor: successor.into(),
            requested: self.requested.map(scope),
            grantable: scope(self.grantable),
            refresh_token_lifetime: self.lifetime,
            maximum_rotation: self.rotation,
            grace: self.grace,
            not_before: UnixTime::from_seconds(self.not_before),
            key_thumbprint: self.key.map(str::to_owned),
        })
    }
}

pub(crate) fn rotate(presented: &str, successor: &str) -> AccountCommand {
    Rotate::default().command(presented, successor)
}
