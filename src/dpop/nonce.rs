//! Nonces of RFC 9449 section 8: a period of time and a code over it, so that every isolate knows every other's and none
//! keeps any.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::vocabulary::{Secret, UnixTime};

/// How long one nonce is handed out, in seconds. It is taken for a period longer.
const PERIOD: u64 = 60;
const MIN_KEY_LENGTH: usize = 32;
/// Octets of the code: a forger has one guess per request and a period or two.
const CODE_LENGTH: usize = 16;
const PERIOD_LENGTH: usize = 8;

/// The secret is too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a nonce key has at least {MIN_KEY_LENGTH} octets")]
pub struct NonceKeyError;

/// What nonces are made and recognised with. Whoever has it can make proofs for later.
#[derive(Clone)]
pub struct NonceKey(Hmac<Sha256>);

/// What a nonce that came back turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recognised {
    /// Of this period.
    Current,
    /// Of a neighbouring period: good, and soon no longer.
    Neighbouring,
    /// None of ours, or none any more.
    Unknown,
}

impl NonceKey {
    /// The key that this secret is.
    ///
    /// # Errors
    /// [`NonceKeyError`] for fewer than 32 octets.
    pub fn new(secret: &Secret) -> Result<Self, NonceKeyError> {
        if secret.expose().len() < MIN_KEY_LENGTH {
            return Err(NonceKeyError);
        }
        Hmac::new_from_slice(secret.expose()).map(Self).map_err(|_| NonceKeyError)
    }

    /// The nonce to hand out at `now` for requests to `audience`.
    #[must_use]
    pub fn nonce(&self, audience: &str, now: UnixTime) -> String {
        self.of_period(audience, now.seconds() / PERIOD)
    }

    pub(super) fn recognise(&self, audience: &str, nonce: &str, now: UnixTime) -> Recognised {
        let mut octets = [0_u8; PERIOD_LENGTH + CODE_LENGTH];
        if Base64UrlUnpadded::decode(nonce, &mut octets).map(<[u8]>::len) != Ok(PERIOD_LENGTH + CODE_LENGTH) {
            return Recognised::Unknown;
        }
        let Some((period, code)) = octets.split_first_chunk::<PERIOD_LENGTH>() else {
            return Recognised::Unknown;
        };
        let period = u64::from_be_bytes(*period);
        let current = now.seconds() / PERIOD;
        // Isolates read different clocks, so the next period may have begun elsewhere.
        let recognised = match period.abs_diff(current) {
            0 => Recognised::Current,
            1 => Recognised::Neighbouring,
            _ => return Recognised::Unknown,
        };
        if self.code(audience, period).verify_truncated_left(code).is_ok() {
            recognised
        } else {
            Recognised::Unknown
        }
    }

    fn of_period(&self, audience: &str, period: u64) -> String {
        let code = self.code(audience, period).finalize().into_bytes();
        let octets: Vec<u8> =
            period.to_be_bytes().into_iter().chain(code.into_iter().take(CODE_LENGTH)).collect();
        Base64UrlUnpadded::encode_string(&octets)
    }

    fn code(&self, audience: &str, period: u64) -> Hmac<Sha256> {
        let mut code = self.0.clone();
        code.update(b"audgate dpop nonce\0");
        code.update(audience.as_bytes());
        code.update(b"\0");
        code.update(&period.to_be_bytes());
        code
    }
}

impl fmt::Debug for NonceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NonceKey(..)")
    }
}
