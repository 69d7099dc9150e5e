//! The port: what the core needs of a platform and cannot do by itself.

use std::future::Future;

use crate::jose::{Algorithm, VerificationKey};
use crate::vocabulary::{EntropyUnavailable, KeyId};

/// The platform did not answer. Nothing was decided, and a retry is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host is unavailable")]
pub struct HostUnavailable;

/// Everything that the core asks of a platform, each call an effect of one request.
pub trait Host {
    /// The configuration record under `key`; `None` where there is none.
    ///
    /// Answering `None` for a record that exists refuses its client; answering an old one serves old settings.
    fn read(&self, key: String) -> impl Future<Output = Result<Option<String>, HostUnavailable>>;

    /// The signature over `message` by the private key `kid`, in the form that JWS carries.
    fn sign(
        &self,
        kid: &KeyId,
        algorithm: Algorithm,
        message: &[u8],
    ) -> impl Future<Output = Result<Vec<u8>, HostUnavailable>>;

    /// Whether `signature` over `message` is by `key`.
    ///
    /// Answering `true` without having verified lets forgeries in.
    fn verify(
        &self,
        key: &VerificationKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> impl Future<Output = Result<bool, HostUnavailable>>;

    /// Fills `bytes` with secure randomness.
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when the platform refuses.
    fn random(&self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable>;
}
