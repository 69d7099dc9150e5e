//! A platform in memory: records, keys, and faults on demand.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use audgate::host::{Host, HostUnavailable};
use audgate::jose::portable::{self, SigningKey};
use audgate::jose::{Algorithm, VerificationKey};
use audgate::vocabulary::json::Json;
use audgate::vocabulary::{EntropyUnavailable, KeyId};

use super::tenant::{document, records};
use super::token::KEYS;

pub(crate) struct MemoryHost {
    pub(crate) records: BTreeMap<String, String>,
    pub(crate) reading_fails: bool,
    pub(crate) signing_fails: bool,
    pub(crate) randomness_fails: bool,
    drawn: Cell<u8>,
}

impl MemoryHost {
    pub(crate) fn new() -> Self {
        Self {
            records: records(&document()),
            reading_fails: false,
            signing_fails: false,
            randomness_fails: false,
            drawn: Cell::new(0),
        }
    }
}

impl Host for MemoryHost {
    async fn read(&self, key: String) -> Result<Option<String>, HostUnavailable> {
        if self.reading_fails { Err(HostUnavailable) } else { Ok(self.records.get(&key).cloned()) }
    }

    async fn sign(&self, kid: &KeyId, _: Algorithm, message: &[u8]) -> Result<Vec<u8>, HostUnavailable> {
        if self.signing_fails {
            return Err(HostUnavailable);
        }
        let key = KEYS
            .iter()
            .map(|key| SigningKey::from_jwk(&Json::parse(key.as_bytes(), 4).unwrap()).unwrap())
            .find(|key| key.kid() == Some(kid.as_str()));
        Ok(key.ok_or(HostUnavailable)?.sign(message))
    }

    async fn verify(
        &self,
        key: &VerificationKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, HostUnavailable> {
        portable::verify(key, algorithm, message, signature).ok_or(HostUnavailable)
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        if self.randomness_fails {
            return Err(EntropyUnavailable);
        }
        self.drawn.set(self.drawn.get() + 1);
        bytes.fill(self.drawn.get());
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
