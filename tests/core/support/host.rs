//! A platform in memory: records, objects, keys, and faults on demand.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use audgate::directory::{
    ManagementCommand, ManagementRefusal, ManagementReply, ManagementRequest, directory,
};
use audgate::host::{CallError, Host, HostUnavailable, Limiter, Mail, ObjectClass, SignError};
use audgate::jose::portable::{self, SigningKey};
use audgate::jose::{Algorithm, VerificationKey};
use audgate::session::{Row, account, challenge};
use audgate::vocabulary::json::Json;
use audgate::vocabulary::{EntropyUnavailable, KeyId, UnixTime};
use sha2::{Digest, Sha256};

use super::tenant::{NOW, document, records};
use super::token::KEYS;

/// What goes wrong with one call to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallFault {
    /// The object never hears of it.
    Unavailable,
    /// The object did what it was asked, and its reply is lost.
    LostReply,
}

/// All objects: the rows of each, by class and name.
pub(crate) type Objects = BTreeMap<String, BTreeMap<String, String>>;

pub(crate) struct MemoryHost {
    pub(crate) records: BTreeMap<String, String>,
    pub(crate) reading_fails: bool,
    pub(crate) signing_fails: bool,
    pub(crate) randomness_fails: bool,
    pub(crate) bindings_missing: bool,
    /// Only the binding of directories.
    pub(crate) directory_missing: bool,
    pub(crate) limit_reached: bool,
    /// What becomes of the next calls to objects, in order; those after them succeed.
    pub(crate) call_faults: RefCell<VecDeque<Option<CallFault>>>,
    pub(crate) objects: RefCell<Objects>,
    /// What the management of the directory answers next, in order; after that nobody has given it a tenant.
    pub(crate) directory_answers: RefCell<VecDeque<ManagementReply>>,
    /// What the management of the directory was asked.
    pub(crate) directory_asked: RefCell<Vec<ManagementRequest>>,
    /// What the audit log was to note: the action and the user.
    pub(crate) noted: RefCell<Vec<String>>,
    /// Private keys that the core handed over, as JWKs.
    pub(crate) imported_keys: RefCell<Vec<String>>,
    pub(crate) mails: RefCell<Vec<Mail>>,
    /// What was posted to clients: where, and the form.
    pub(crate) deliveries: RefCell<Vec<(String, String)>>,
    /// What was counted against a limit, in order.
    pub(crate) counted: RefCell<Vec<String>>,
    /// The kind of everything that was asked of this platform, in order.
    pub(crate) effects: RefCell<Vec<String>>,
    /// What objects take for the present.
    pub(crate) now: Cell<u64>,
    drawn: Cell<u64>,
}

impl MemoryHost {
    pub(crate) fn new() -> Self {
        Self::of(records(&document()))
    }

    pub(crate) fn of(records: BTreeMap<String, String>) -> Self {
        Self {
            records,
            reading_fails: false,
            signing_fails: false,
            randomness_fails: false,
            bindings_missing: false,
            directory_missing: false,
            limit_reached: false,
            call_faults: RefCell::default(),
            objects: RefCell::default(),
            directory_answers: RefCell::default(),
            directory_asked: RefCell::default(),
            noted: RefCell::default(),
            imported_keys: RefCell::default(),
            mails: RefCell::default(),
            deliveries: RefCell::default(),
            counted: RefCell::default(),
            effects: RefCell::default(),
            now: Cell::new(NOW),
            drawn: Cell::new(0),
        }
    }

    fn note(&self, effect: &str) {
        self.effects.borrow_mut().push(effect.to_owned());
    }

    fn turn(&self, class: ObjectClass, name: &str, request: &str) -> String {
        let mut objects = self.objects.borrow_mut();
        let name = format!("{} {name}", class.as_str());
        let known = objects.get(&name).cloned().unwrap_or_default();
        let rows: Vec<Row> = known.into_iter().map(|(key, value)| Row { key, value }).collect();
        let now = UnixTime::from_seconds(self.now.get());
        let outcome = match class {
            ObjectClass::Account => account(&rows, request, now),
            ObjectClass::Challenge => challenge(&rows, request, now),
            ObjectClass::Directory => directory(&rows, request, now),
            ObjectClass::Management => return self.managed(request),
        };
        if !(outcome.put.is_empty() && outcome.delete.is_empty()) {
            let stored = objects.entry(name).or_default();
            outcome.delete.iter().for_each(|key| drop(stored.remove(key)));
            stored.extend(outcome.put.into_iter().map(|row| (row.key, row.value)));
        }
        outcome.reply
    }
}

impl MemoryHost {
    fn managed(&self, request: &str) -> String {
        let request: ManagementRequest = serde_json::from_str(request).unwrap();
        let empty = ManagementReply::Refused { refusal: ManagementRefusal::Empty {} };
        let mut answers = self.directory_answers.borrow_mut();
        let reply = match &request.command {
            ManagementCommand::Note { action, id, .. } => {
                self.noted.borrow_mut().push(format!("{action} {id}"));
                return serde_json::to_string(&ManagementReply::Done {}).unwrap();
            }
            // The import that follows has the same answer.
            ManagementCommand::Import { dry_run: true, .. } => answers.front().cloned(),
            _ => answers.pop_front(),
        };
        let reply = reply.unwrap_or(empty);
        self.directory_asked.borrow_mut().push(request);
        serde_json::to_string(&reply).unwrap()
    }
}

impl Host for MemoryHost {
    async fn read(&self, key: String) -> Result<Option<String>, HostUnavailable> {
        self.note("read");
        if self.reading_fails { Err(HostUnavailable) } else { Ok(self.records.get(&key).cloned()) }
    }

    async fn sign(&self, kid: &KeyId, _: Algorithm, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.note("sign");
        if self.signing_fails {
            return Err(SignError::Unavailable);
        }
        let imported = self.imported_keys.borrow();
        let keys = KEYS.iter().copied().chain(imported.iter().map(String::as_str));
        let key = keys
            .map(|key| SigningKey::from_jwk(&Json::parse(key.as_bytes(), 4).unwrap()).unwrap())
            .find(|key| key.kid() == Some(kid.as_str()));
        Ok(key.ok_or(SignError::KeyUnknown)?.sign(message))
    }

    async fn has_key(&self, kid: &KeyId, _: Algorithm) -> Result<bool, HostUnavailable> {
        self.note("has key");
        let imported = self.imported_keys.borrow();
        let mut keys = KEYS.iter().copied().chain(imported.iter().map(String::as_str));
        let named = |key: &str| {
            let key = SigningKey::from_jwk(&Json::parse(key.as_bytes(), 4).unwrap()).unwrap();
            key.kid() == Some(kid.as_str())
        };
        Ok(keys.any(named))
    }

    /// Keys of the tests are at hand; nothing here makes more of them.
    async fn generate_key(&self, _: Algorithm) -> Result<String, HostUnavailable> {
        self.note("generate key");
        Err(HostUnavailable)
    }

    async fn import_key(&self, _: &KeyId, _: Algorithm, jwk: &str) -> Result<(), HostUnavailable> {
        self.note("import key");
        self.imported_keys.borrow_mut().push(jwk.to_owned());
        Ok(())
    }

    async fn verify(
        &self,
        key: &VerificationKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, HostUnavailable> {
        self.note("verify");
        portable::verify(key, algorithm, message, signature).ok_or(HostUnavailable)
    }

    async fn call(&self, class: ObjectClass, name: String, request: String) -> Result<String, CallError> {
        self.note(class.as_str());
        let of_directory = matches!(class, ObjectClass::Directory | ObjectClass::Management);
        if self.bindings_missing || (self.directory_missing && of_directory) {
            return Err(CallError::BindingMissing);
        }
        let fault = self.call_faults.borrow_mut().pop_front().flatten();
        if fault == Some(CallFault::Unavailable) {
            return Err(CallError::Unavailable);
        }
        let reply = self.turn(class, &name, &request);
        if fault == Some(CallFault::LostReply) { Err(CallError::Unavailable) } else { Ok(reply) }
    }

    async fn send(&self, mail: Mail) {
        self.note("mail");
        self.mails.borrow_mut().push(mail);
    }

    async fn within_limit(&self, limiter: Limiter, key: String) -> bool {
        self.note("limit");
        self.counted.borrow_mut().push(format!("{} {key}", limiter.as_str()));
        !self.limit_reached
    }

    async fn deliver(&self, url: String, body: String) {
        self.note("deliver");
        self.deliveries.borrow_mut().push((url, body));
    }

    /// Different on every draw, and the same in every run.
    fn random(&self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        if self.randomness_fails {
            return Err(EntropyUnavailable);
        }
        self.drawn.set(self.drawn.get() + 1);
        for (index, chunk) in bytes.chunks_mut(32).enumerate() {
            let drawn = Sha256::digest(format!("{} {index}", self.drawn.get()));
            chunk.copy_from_slice(&drawn[..chunk.len()]);
        }
        Ok(())
    }
}

/// Runs a future that never has to wait.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a host in memory never waits"),
    }
}
