//! Random commands over years, beside a small model of what must happen.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Begin(Option<Terms>),
    Resume {
        session: usize,
        right_secret: bool,
        again: bool,
    },
    Grant {
        session: usize,
        terms: Terms,
    },
    /// `back`: 0 presents the leaf, 1 its predecessor, and so on.
    Rotate {
        family: usize,
        back: usize,
        terms: Terms,
        grace: u64,
        stranger: bool,
    },
    Logout(usize),
    EndSession(usize),
    EndAllSessions,
    RevokeFamily(usize),
    Suspend,
    Reinstate,
    Alarm,
}

/// `refresh_token_ttl` and `max_refresh_rotate`.
#[derive(Debug, Clone, Copy)]
struct Terms {
    lifetime: u64,
    rotation: u64,
}

fn terms() -> impl Strategy<Value = Terms> {
    let span = || prop_oneof![Just(30), Just(3_600), Just(SESSION), Just(31_536_000), 1_u64..2 * YEAR];
    (span(), span()).prop_map(|(lifetime, rotation)| Terms { lifetime, rotation })
}

fn step() -> impl Strategy<Value = Step> {
    let wait = prop_oneof![4 => 0_u64..15, 2 => 15_u64..7_200, 2 => 0_u64..15 * DAY, 1 => 0_u64..YEAR];
    prop_oneof![
        8 => wait.prop_map(Step::Wait),
        3 => proptest::option::of(terms()).prop_map(Step::Begin),
        3 => (0_usize..6, prop::bool::weighted(0.8), any::<bool>())
            .prop_map(|(session, right_secret, again)| Step::Resume { session, right_secret, again }),
        3 => (0_usize..6, terms()).prop_map(|(session, terms)| Step::Grant { session, terms }),
        16 => (0_usize..6, prop_oneof![6 => Just(0_usize), 3 => Just(1), 1 => 2_usize..4], terms(), 0_u64..20, prop::bool::weighted(0.1))
            .prop_map(|(family, back, terms, grace, stranger)| Step::Rotate { family, back, terms, grace, stranger }),
        1 => (0_usize..6).prop_map(Step::Logout),
        1 => (0_usize..6).prop_map(Step::EndSession),
        1 => (0_usize..6).prop_map(Step::RevokeFamily),
        1 => Just(Step::EndAllSessions),
        1 => Just(Step::Suspend),
        2 => Just(Step::Reinstate),
        4 => Just(Step::Alarm),
    ]
}

struct ModelSession {
    sid: String,
    expires_at: u64,
    authenticated_at: u64,
    ended: bool,
    swept: bool,
}

struct ModelFamily {
    gid: &'static str,
    session: usize,
    /// Every token given out, the leaf last.
    tokens: Vec<String>,
    started_at: u64,
    bound: u64,
    expires_at: u64,
    rotated: Option<(u64, u64)>,
    dead: bool,
}

struct World {
    object: Object,
    sessions: Vec<ModelSession>,
    families: Vec<ModelFamily>,
    suspended: bool,
    drawn: usize,
}

impl World {
    fn new() -> Self {
        Self { object: Object::new(), sessions: Vec::new(), families: Vec::new(), suspended: false, drawn: 0 }
    }

    fn fresh(&mut self, kind: &str) -> String {
        self.drawn += 1;
        format!("{kind}-{}", self.drawn)
    }

    /// A grant, and the family that the model expects of it.
    fn family(&mut self, session: usize, terms: Terms) -> (NewGrant, ModelFamily) {
        let gid: &'static str = self.fresh("gid").leak();
        let token = self.fresh("token");
        let now = self.object.now;
        let family = ModelFamily {
            gid,
            session,
            tokens: vec![token.clone()],
            started_at: now,
            bound: now + terms.rotation,
            expires_at: now + terms.lifetime.min(terms.rotation),
            rotated: None,
            dead: false,
        };
        (grant(gid, Some((&token, terms.lifetime, terms.rotation))), family)
    }

    fn end(&mut self, session: usize) {
        self.sessions[session].ended = true;
        self.families
            .iter_mut()
            .filter(|family| family.session == session)
            .for_each(|family| family.dead = true);
    }

    fn session_is_live(&self, session: usize) -> bool {
        let known = &self.sessions[session];
        !known.ended && known.expires_at > self.object.now
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Wait(seconds) => self.object.now += seconds,
            Step::Begin(terms) => self.begin(terms),
            Step::Resume { session, right_secret, again } if !self.sessions.is_empty() => {
                self.resume(session % self.sessions.len(), right_secret, again);
            }
            Step::Grant { session, terms } if !self.sessions.is_empty() => {
                self.grant(session % self.sessions.len(), terms);
            }
            Step::Rotate { family, back, terms, grace, stranger } if !self.families.is_empty() => {
                self.rotate(family % self.families.len(), back, terms, grace, stranger);
            }
            Step::Logout(session) if !self.sessions.is_empty() => {
                let session = session % self.sessions.len();
                let known = &self.sessions[session];
                let there = !known.ended && !known.swept;
                let reply = self.object.ask(logout(&known.sid));
                assert_eq!(matches!(reply, AccountReply::Ended { .. }), there);
                if there {
                    self.end(session);
                }
            }
            Step::EndSession(session) if !self.sessions.is_empty() => {
                let session = session % self.sessions.len();
                self.object.ask(AccountCommand::EndSession { sid: sid(&self.sessions[session].sid) });
                self.end(session);
            }
            Step::RevokeFamily(family) if !self.families.is_empty() => {
                let family = family % self.families.len();
                let family = &mut self.families[family];
                self.object.ask(AccountCommand::RevokeGrant { gid: gid(family.gid) });
                family.dead = true;
            }
            Step::EndAllSessions | Step::Suspend => {
                if matches!(step, Step::Suspend) {
                    self.object.ask(AccountCommand::Suspend {});
                    self.suspended = true;
                } else {
                    self.object.ask(AccountCommand::EndAllSessions {});
                }
                (0..self.sessions.len()).for_each(|session| self.end(session));
            }
            Step::Reinstate => {
                self.object.ask(AccountCommand::Reinstate {});
                self.suspended = false;
            }
            Step::Alarm => {
                self.object.run_alarm();
                let now = self.object.now;
                assert!(self.object.alarm.is_none_or(|alarm| alarm > now), "an alarm leaves nothing expired");
                self.sessions.iter_mut().for_each(|known| known.swept |= known.expires_at <= now);
            }
            Step::Resume { .. }
            | Step::Grant { .. }
            | Step::Rotate { .. }
            | Step::Logout(_)
            | Step::EndSession(_)
            | Step::RevokeFamily(_) => {}
        }
    }

    fn begin(&mut self, terms: Option<Terms>) {
        let id = self.fresh("sid");
        let family = terms.map(|terms| self.family(self.sessions.len(), terms));
        let (grant, family) = family.map_or((None, None), |(grant, family)| (Some(grant), Some(family)));
        let began = matches!(self.object.ask(begin(&id, grant)), AccountReply::Session { .. });
        assert_eq!(began, !self.suspended);
        if began {
            self.sessions.push(ModelSession {
                sid: id,
                expires_at: self.object.now + 1_209_600,
                authenticated_at: self.object.now,
                ended: false,
                swept: false,
            });
            self.families.extend(family);
        }
    }

    fn resume(&mut self, session: usize, right_secret: bool, again: bool) {
        let live = self.session_is_live(session) && !self.suspended && right_secret;
        let known = &mut self.sessions[session];
        let command = AccountCommand::Resume {
            replacement: None,
            sid: sid(&known.sid),
            secret: secret(if right_secret { &known.sid } else { "other" }),
            style: Style::Browser,
            max_age: None,
            reauthenticated: again.then(|| vec!["otp".to_owned()]),
            grant: None,
        };
        match self.object.ask(command) {
            AccountReply::Session { session, .. } => {
                assert!(live);
                known.expires_at = self.object.now + 1_209_600;
                if again {
                    known.authenticated_at = self.object.now;
                }
                assert_eq!(session.authenticated_at.seconds(), known.authenticated_at);
            }
            _ => assert!(!live),
        }
    }

    fn grant(&mut self, session: usize, terms: Terms) {
        let live = self.session_is_live(session) && !self.suspended;
        let (grant, family) = self.family(session, terms);
        let sid = sid(&self.sessions[session].sid);
        let reply = self.object.ask(AccountCommand::Grant { sid, style: Style::Browser, grant });
        assert_eq!(matches!(reply, AccountReply::Session { .. }), live);
        if live {
            self.families.push(family);
        }
    }

    fn rotate(&mut self, family: usize, back: usize, terms: Terms, grace: u64, stranger: bool) {
        let successor = self.fresh("token");
        let now = self.object.now;
        let family = &mut self.families[family];
        let back = back.min(family.tokens.len() - 1);
        let presented = family.tokens[family.tokens.len() - 1 - back].clone();
        let leaf = family.tokens.last().unwrap().clone();
        let in_window = family.rotated.is_some_and(|(at, grace)| now - at <= grace);
        let bound = family.bound.min(family.started_at + terms.rotation);
        let alive = !family.dead && !self.suspended && family.expires_at > now && bound > now;

        let client = if stranger { "stranger" } else { "shop" };
        let command = Rotate {
            gid: family.gid,
            client,
            lifetime: terms.lifetime,
            rotation: terms.rotation,
            grace,
            ..Rotate::default()
        }
        .command(&presented, &successor);
        match self.object.ask(command) {
            AccountReply::Rotated { token, expires_at, retried, session, .. } => {
                assert!(alive && !stranger && back <= 1);
                assert_eq!(session.sid.as_str(), self.sessions[family.session].sid);
                assert_eq!(retried, back == 1);
                if retried {
                    assert!(in_window);
                    assert_eq!(token.as_str(), leaf);
                    assert_eq!(expires_at.seconds(), family.expires_at);
                } else {
                    assert_eq!(token.as_str(), successor);
                    assert_eq!(expires_at.seconds(), (now + terms.lifetime).min(bound));
                    family.tokens.push(successor);
                    family.bound = bound;
                    family.expires_at = expires_at.seconds();
                    family.rotated = Some((now, grace));
                }
            }
            AccountReply::Refused { reason } => {
                assert!(!alive || stranger || back > 1 || (back == 1 && !in_window), "{reason:?}");
                let theft = back > 1 || (back == 1 && !in_window);
                if theft && !stranger && !self.suspended {
                    assert!(reason == AccountRefusal::RefreshTokenReused || !alive, "{reason:?}");
                    family.dead = true;
                }
            }
            other => panic!("{other:?}"),
        }
    }

    /// `newest`: how many of a family's tokens are asked for.
    fn check(&mut self, newest: usize) {
        let now = self.object.now;
        let live = (0..self.sessions.len()).filter(|session| self.session_is_live(*session)).count();
        assert_eq!(self.object.session_count(), live);
        for family in &self.families {
            let alive = !family.dead && family.expires_at > now;
            assert!(family.expires_at <= family.bound);
            for (index, token) in family.tokens.iter().enumerate().rev().take(newest) {
                let leaf = index + 1 == family.tokens.len();
                assert_eq!(self.object.is_active(family.gid, token), alive && leaf);
            }
        }
        for row in self.object.stored() {
            for family in &self.families {
                for token in family.tokens.iter().rev().take(newest) {
                    assert!(!row.value.contains(&format!("\"{token}\"")));
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn years_of_use_keep_to_every_bound(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
            world.check(2);
        }
        world.check(usize::MAX);
    }

    #[test]
    fn a_legacy_family_lives_a_year_and_outlives_its_session(waits in proptest::collection::vec(1_u64..14 * DAY, 1..60)) {
        let mut world = World::new();
        let legacy = Terms { lifetime: SESSION, rotation: 31_536_000 };
        world.take(Step::Begin(Some(legacy)));
        for wait in waits {
            world.take(Step::Wait(wait));
            world.take(Step::Alarm);
            world.take(Step::Rotate { family: 0, back: 0, terms: legacy, grace: 10, stranger: false });
            world.check(2);
            let (now, family) = (world.object.now, &world.families[0]);
            prop_assert_eq!(family.expires_at > now, now < START + 31_536_000);
        }
    }
}
