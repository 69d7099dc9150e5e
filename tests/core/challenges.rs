//! One-time challenges: exactly one winner (THREATS D1, D7, E7, E12).

use audgate::session::{
    ChallengeCommand, ChallengeRefusal, ChallengeReply, ChallengeRequest, Outcome, Row, challenge,
};
use audgate::vocabulary::{SecretHash, UnixTime};

use crate::support::test;

const START: u64 = 1_800_000_000;
const KIND: &str = "authorization_code";

struct Object {
    row: Option<Row>,
    alarm: Option<u64>,
    last: Outcome,
    now: u64,
}

impl Object {
    fn new() -> Self {
        Self { row: None, alarm: None, last: Outcome::default(), now: START }
    }

    fn open() -> Self {
        let mut object = Self::new();
        assert_eq!(object.ask(open()), ChallengeReply::Opened {});
        object
    }

    fn ask(&mut self, command: ChallengeCommand) -> ChallengeReply {
        self.ask_text(&serde_json::to_string(&ChallengeRequest { command }).unwrap())
    }

    fn ask_text(&mut self, request: &str) -> ChallengeReply {
        let rows: Vec<Row> = self.row.iter().cloned().collect();
        let outcome = challenge(&rows, request, UnixTime::from_seconds(self.now));
        if let Some(row) = outcome.put.first() {
            assert_ne!(self.row.as_ref(), Some(row), "the row has not changed");
            self.row = Some(row.clone());
        }
        if !outcome.delete.is_empty() {
            self.row = None;
        }
        if !outcome.keep_alarm {
            self.alarm = outcome.alarm;
        }
        self.last = outcome;
        serde_json::from_str(&self.last.reply).unwrap()
    }

    /// Asserts that the command is refused for this reason and leaves the row as it was.
    fn refuses(&mut self, command: ChallengeCommand, reason: ChallengeRefusal) {
        let before = self.row.clone();
        assert_eq!(self.ask(command), ChallengeReply::Refused { reason, facts: None, given: None });
        assert!(self.row == before, "a refusal has changed the row");
    }

    fn later(&mut self, seconds: u64) -> &mut Self {
        self.now += seconds;
        self
    }
}

fn secret(text: &str) -> SecretHash {
    SecretHash::of(text)
}

fn open() -> ChallengeCommand {
    ChallengeCommand::Open {
        kind: KIND.to_owned(),
        secret: secret("secret"),
        facts: "facts".to_owned(),
        expires_at: UnixTime::from_seconds(START + 60),
        attempts: 3,
        kept_until: UnixTime::from_seconds(START + 600),
    }
}

fn inspect() -> ChallengeCommand {
    ChallengeCommand::Inspect { kind: KIND.to_owned(), secret: secret("secret") }
}

fn redeem(given: &str) -> ChallengeCommand {
    ChallengeCommand::Redeem { kind: KIND.to_owned(), secret: secret("secret"), given: given.to_owned() }
}

fn fail() -> ChallengeCommand {
    ChallengeCommand::Fail { kind: KIND.to_owned(), secret: secret("secret") }
}

fn each_use(kind: &str, given: &str) -> [ChallengeCommand; 3] {
    let (kind, secret) = (kind.to_owned(), secret(given));
    [
        ChallengeCommand::Inspect { kind: kind.clone(), secret: secret.clone() },
        ChallengeCommand::Redeem { kind: kind.clone(), secret: secret.clone(), given: String::new() },
        ChallengeCommand::Fail { kind, secret },
    ]
}

fn replayed(given: &str) -> ChallengeReply {
    ChallengeReply::Refused {
        reason: ChallengeRefusal::Replayed,
        facts: Some("facts".to_owned()),
        given: Some(given.to_owned()),
    }
}

#[test]
fn the_first_redemption_wins_and_the_second_learns_what_was_given() {
    let mut object = Object::open();
    assert_eq!(object.ask(redeem("gid-1")), ChallengeReply::Redeemed { facts: "facts".to_owned() });
    assert_eq!(object.ask(redeem("gid-2")), replayed("gid-1"));
    assert!(object.last.put.is_empty() && object.last.delete.is_empty());
}

#[test]
fn inspecting_changes_nothing() {
    let mut object = Object::open();
    let expires_at = UnixTime::from_seconds(START + 60);
    let facts = ChallengeReply::Facts { facts: "facts".to_owned(), expires_at, attempts_left: 3 };
    assert_eq!(object.ask(inspect()), facts);
    assert!(object.last.put.is_empty());
    assert_eq!(object.ask(inspect()), facts);
}

#[test]
fn nothing_there_wrong_secret_and_wrong_kind_are_one_answer() {
    for command in each_use(KIND, "secret") {
        let mut object = Object::new();
        object.refuses(command, ChallengeRefusal::Unknown);
        assert_eq!(object.alarm, None);
    }
    for command in each_use(KIND, "other").into_iter().chain(each_use("magic_link", "secret")) {
        Object::open().refuses(command.clone(), ChallengeRefusal::Unknown);
        let mut redeemed = Object::open();
        redeemed.ask(redeem("gid"));
        redeemed.refuses(command.clone(), ChallengeRefusal::Unknown);
        Object::open().later(60).refuses(command, ChallengeRefusal::Unknown);
    }
}

#[test]
fn wrong_secrets_spend_no_attempt() {
    let mut object = Object::open();
    for _ in 0..10 {
        for command in each_use(KIND, "other") {
            object.refuses(command, ChallengeRefusal::Unknown);
        }
    }
    assert!(matches!(object.ask(redeem("gid")), ChallengeReply::Redeemed { .. }));
}

#[test]
fn it_expires_at_the_very_second() {
    let mut object = Object::open();
    assert!(matches!(object.later(59).ask(inspect()), ChallengeReply::Facts { .. }));
    object.later(1);
    for command in each_use(KIND, "secret") {
        object.refuses(command, ChallengeRefusal::Expired);
    }
}

#[test]
fn a_replay_is_recognised_after_expiry_until_it_is_forgotten() {
    let mut object = Object::open();
    object.ask(redeem("gid"));
    assert_eq!(object.later(599).ask(redeem("x")), replayed("gid"));
    assert_eq!(object.ask(inspect()), replayed("gid"));
    assert_eq!(object.ask(fail()), replayed("gid"));
    object.later(1).refuses(redeem("x"), ChallengeRefusal::Unknown);
}

#[test]
fn the_last_failure_closes_it() {
    let mut object = Object::open();
    for attempts_left in [2, 1, 0] {
        assert_eq!(object.ask(fail()), ChallengeReply::Failed { attempts_left });
    }
    for command in each_use(KIND, "secret") {
        object.refuses(command, ChallengeRefusal::Exhausted);
    }
}

#[test]
fn a_name_opens_once() {
    let mut object = Object::open();
    object.refuses(open(), ChallengeRefusal::AlreadyOpen);
    object.ask(redeem("gid"));
    object.refuses(open(), ChallengeRefusal::AlreadyOpen);
}

#[test]
fn an_unexpired_one_stays_although_replays_need_not_be_recognised() {
    let mut object = Object::new();
    object.ask(ChallengeCommand::Open {
        kind: KIND.to_owned(),
        secret: secret("secret"),
        facts: "facts".to_owned(),
        expires_at: UnixTime::from_seconds(START + 60),
        attempts: 3,
        kept_until: UnixTime::from_seconds(START),
    });
    object.ask(redeem("gid"));
    assert_eq!(object.alarm, Some(START + 60));
    object.ask(ChallengeCommand::Alarm {});
    object.refuses(redeem("x"), ChallengeRefusal::Unknown);
    object.refuses(open(), ChallengeRefusal::AlreadyOpen);
}

#[test]
fn the_alarm_deletes_what_is_over_and_nothing_else() {
    let mut object = Object::open();
    assert_eq!(object.alarm, Some(START + 60));
    object.ask(ChallengeCommand::Alarm {});
    assert!(object.row.is_some());
    object.ask(redeem("gid"));
    assert_eq!(object.alarm, Some(START + 600));
    object.later(60).ask(ChallengeCommand::Alarm {});
    assert!(object.row.is_some());
    for _ in 0..2 {
        object.later(540).ask(ChallengeCommand::Alarm {});
        assert!(object.row.is_none());
        assert_eq!(object.alarm, None);
    }
}

#[test]
fn an_unused_one_is_deleted_when_it_expires() {
    let mut object = Object::open();
    object.later(60).ask(ChallengeCommand::Alarm {});
    assert!(object.row.is_none());
}

#[test]
fn a_newer_or_broken_row_is_refused_and_left_alone() {
    for (from, to) in [(r#""v":1"#, r#""v":2"#), (r#""kind""#, r#""sort""#), ("{", "")] {
        let mut object = Object::open();
        let row = object.row.take().unwrap();
        object.row = Some(Row { key: row.key, value: row.value.replace(from, to) });
        for command in [open(), inspect(), redeem("x"), fail(), ChallengeCommand::Alarm {}] {
            object.refuses(command, ChallengeRefusal::RecordUnreadable);
            assert!(object.last.keep_alarm);
        }
    }
}

#[test]
fn a_request_that_is_not_known_is_refused() {
    for request in ["", "{}", r#"{"command":{"type":"explode"}}"#, r#"{"command":{"type":"alarm","more":1}}"#]
    {
        let mut object = Object::open();
        let reason = ChallengeRefusal::RequestUnreadable;
        assert_eq!(object.ask_text(request), ChallengeReply::Refused { reason, facts: None, given: None });
        assert!(object.last.keep_alarm && object.last.put.is_empty());
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Step {
        Wait(u64),
        Redeem,
        WrongRedeem,
        Inspect,
        Fail,
        Alarm,
        Open,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            1 => (0_u64..40).prop_map(Step::Wait),
            4 => Just(Step::Redeem),
            1 => Just(Step::WrongRedeem),
            1 => Just(Step::Inspect),
            1 => Just(Step::Fail),
            1 => Just(Step::Alarm),
            1 => Just(Step::Open),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_contender_wins_whatever_the_interleaving(steps in proptest::collection::vec(step(), 1..60)) {
            let mut object = Object::open();
            let (mut winner, mut failures) = (None, 0);
            for (index, step) in steps.into_iter().enumerate() {
                let open_still = object.now < START + 60 && failures < 3 && winner.is_none();
                match step {
                    Step::Wait(seconds) => object.now += seconds,
                    Step::Redeem => {
                        let won = matches!(object.ask(redeem(&index.to_string())), ChallengeReply::Redeemed { .. });
                        prop_assert_eq!(won, open_still);
                        winner = if won { Some(index) } else { winner };
                    }
                    Step::WrongRedeem => {
                        let command = each_use(KIND, "other")[1].clone();
                        object.refuses(command, ChallengeRefusal::Unknown);
                    }
                    Step::Inspect => {
                        let told = matches!(object.ask(inspect()), ChallengeReply::Facts { .. });
                        prop_assert_eq!(told, open_still);
                    }
                    Step::Fail => {
                        let counted = matches!(object.ask(fail()), ChallengeReply::Failed { .. });
                        prop_assert_eq!(counted, open_still);
                        failures += u32::from(counted);
                    }
                    Step::Alarm => drop(object.ask(ChallengeCommand::Alarm {})),
                    // Nobody opens a name again; while anything depends on it, nobody could.
                    Step::Open => {
                        if object.row.is_some() {
                            object.refuses(open(), ChallengeRefusal::AlreadyOpen);
                        }
                    }
                }
                if let (Some(winner), true) = (winner, object.now < START + 600) {
                    prop_assert_eq!(object.ask(redeem("late")), replayed(&winner.to_string()));
                }
            }
        }
    }
}
