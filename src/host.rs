//! The port: what the core needs of a platform and cannot do by itself.

use std::fmt;
use std::future::Future;

use crate::jose::{Algorithm, VerificationKey};
use crate::vocabulary::{EntropyUnavailable, KeyId};

/// The platform did not answer. Nothing was decided, and a retry is safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host is unavailable")]
pub struct HostUnavailable;

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The platform did not answer.
    #[error("the host is unavailable")]
    Unavailable,
    /// The platform does not have that key.
    #[error("the host does not have the key")]
    KeyUnknown,
}

/// A store of records in which everything happens one after another, as Durable Objects are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectClass {
    /// One for each user and each client: sessions, grants, refresh token families.
    Account,
    /// One for each attempt: codes, links, logins.
    Challenge,
    /// One for each tenant: keys, and what is published.
    Directory,
    /// The same object, asked to manage what the tenant consists of.
    Management,
}

impl ObjectClass {
    /// Its name at the boundary.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Challenge => "challenge",
            Self::Directory => "directory",
            Self::Management => "management",
        }
    }
}

/// Why an object did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The platform did not answer. The object may have done what it was asked; every call can be repeated.
    #[error("the object is unavailable")]
    Unavailable,
    /// The deployment has no binding for such objects.
    #[error("the deployment lacks a binding for this object")]
    BindingMissing,
}

/// What is counted to keep callers from asking too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limiter {
    /// Logins on the hosted pages.
    Login,
    /// Links that are sent by mail.
    Link,
    /// Requests to the token endpoint.
    Token,
}

impl Limiter {
    /// Its name at the boundary.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Link => "link",
            Self::Token => "token",
        }
    }
}

/// A message to a user. Its debug print leaves out the link, which logs in, and whoever it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address of the user.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The message as plain text, the link in it.
    pub text: String,
    /// The message as HTML, the link in it.
    pub html: String,
    /// The link, for an outbox of development.
    pub link: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mail").finish_non_exhaustive()
    }
}

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
    ) -> impl Future<Output = Result<Vec<u8>, SignError>>;

    /// Whether the platform has the private key `kid`, so that it can sign now.
    fn has_key(
        &self,
        kid: &KeyId,
        algorithm: Algorithm,
    ) -> impl Future<Output = Result<bool, HostUnavailable>>;

    /// A fresh private key for `algorithm` as a JWK, JSON text.
    fn generate_key(&self, algorithm: Algorithm) -> impl Future<Output = Result<String, HostUnavailable>>;

    /// Hands the platform the private key that is called `kid`, a JWK as JSON text, to sign with. It keeps it in a form
    /// that cannot be read again, and for no longer than it runs.
    fn import_key(
        &self,
        kid: &KeyId,
        algorithm: Algorithm,
        jwk: &str,
    ) -> impl Future<Output = Result<(), HostUnavailable>>;

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

    /// Has the object `name` answer `request`; both are texts that the core wrote.
    fn call(
        &self,
        class: ObjectClass,
        name: String,
        request: String,
    ) -> impl Future<Output = Result<String, CallError>>;

    /// Hands a message over for sending. Whether it arrives is not known here, and the caller is not told.
    fn send(&self, mail: Mail) -> impl Future<Output = ()>;

    /// Whether `key` may go on; where the platform counts nothing, it may.
    fn within_limit(&self, limiter: Limiter, key: String) -> impl Future<Output = bool>;

    /// Hands the form `body` over for posting to `url`, a client's own endpoint. The outcome is not waited for.
    fn deliver(&self, url: String, body: String) -> impl Future<Output = ()>;

    /// Fills `bytes` with secure randomness.
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when the platform refuses.
    fn random(&self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable>;
}
