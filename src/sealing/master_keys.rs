//! The secret `MASTER_KEY` and what is sealed under it.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::vocabulary::{Entropy, EntropyUnavailable, TenantId};

const NONCE_LENGTH: usize = 24;
const TAG_LENGTH: usize = 16;
/// Separates our derivations from any other use of the same master key.
const INFO: &str = "audgate/seal/1";

/// Why a text is not a master key. It never shows the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    /// None, or more than two.
    #[error("a master key is one or two versions, separated by a space")]
    Count,
    /// Not `{version}:{key}`.
    #[error("a version of the master key is `{{version}}:{{key}}`, with a version from 1 to 255")]
    Version,
    /// Not 32 octets.
    #[error("a master key is 43 characters of unpadded base64url, 32 octets")]
    Key,
    /// The same version twice.
    #[error("the versions of a master key differ")]
    SameVersion,
}

/// What a sealed value is for; a value sealed for one purpose never opens for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A private signing key at rest.
    SigningKey,
    /// What leads a token to its object.
    Routing,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SigningKey => "signing_key",
            Self::Routing => "routing",
        }
    }
}

/// The secret `MASTER_KEY`: one or two versions, newest first, each `{version}:{43 characters of base64url}`, separated
/// by a space. The newest seals; both open, which is how a master key is changed.
pub struct MasterKeys {
    newest: MasterKey,
    previous: Option<MasterKey>,
}

struct MasterKey {
    version: u8,
    octets: Zeroizing<[u8; 32]>,
}

impl MasterKeys {
    /// Reads the secret.
    ///
    /// # Errors
    /// [`MasterKeyError`] names what is wrong and never shows the text.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut versions = text.split(' ');
        let newest = MasterKey::parse(versions.next().unwrap_or_default())?;
        let previous = versions.next().map(MasterKey::parse).transpose()?;
        if versions.next().is_some() {
            return Err(MasterKeyError::Count);
        }
        if previous.as_ref().is_some_and(|previous| previous.version == newest.version) {
            return Err(MasterKeyError::SameVersion);
        }
        Ok(Self { newest, previous })
    }

    /// `plaintext` as `version octet | 24 octets of nonce | ciphertext and tag`, bound to purpose, tenant and `context`
    /// (such as a `kid` or the kind of a token).
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when there is no randomness for the nonce.
    pub fn seal(
        &self,
        purpose: Purpose,
        tenant: &TenantId,
        context: &str,
        plaintext: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<Vec<u8>, EntropyUnavailable> {
        self.seal_with(purpose, tenant, context, &[], plaintext, entropy)
    }

    /// What was sealed with the same purpose, tenant and context, under a master key that is still here. Anything else is
    /// nothing, and why is told to nobody.
    #[must_use]
    pub fn open(
        &self,
        purpose: Purpose,
        tenant: &TenantId,
        context: &str,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        self.open_with(purpose, tenant, context, &[], sealed)
    }

    /// Whether `sealed` names another version than the newest: it opens only as long as the older one is here.
    #[must_use]
    pub fn is_outdated(&self, sealed: &[u8]) -> bool {
        sealed.first() != Some(&self.newest.version)
    }

    /// [`seal`](Self::seal), with octets that stand beside the sealed value and must not be changed.
    pub(super) fn seal_with(
        &self,
        purpose: Purpose,
        tenant: &TenantId,
        context: &str,
        beside: &[u8],
        plaintext: &[u8],
        entropy: &mut dyn Entropy,
    ) -> Result<Vec<u8>, EntropyUnavailable> {
        let mut nonce = [0_u8; NONCE_LENGTH];
        entropy.fill(&mut nonce)?;
        let binding = Binding::new(self.newest.version, purpose, tenant, context);
        let cipher = self.newest.cipher(&binding).ok_or(EntropyUnavailable)?;
        let payload = Payload { msg: plaintext, aad: &binding.with(beside) };
        // The cipher refuses only what is longer than 256 GiB; there is nothing to seal with then either.
        let ciphertext = cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| EntropyUnavailable)?;
        let mut sealed = Vec::with_capacity(1 + NONCE_LENGTH + ciphertext.len());
        sealed.push(self.newest.version);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(sealed)
    }

    /// [`open`](Self::open) for what [`seal_with`](Self::seal_with) made.
    pub(super) fn open_with(
        &self,
        purpose: Purpose,
        tenant: &TenantId,
        context: &str,
        beside: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let (version, rest) = sealed.split_first()?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>()?;
        let key = [Some(&self.newest), self.previous.as_ref()]
            .into_iter()
            .flatten()
            .find(|key| key.version == *version)?;
        let binding = Binding::new(*version, purpose, tenant, context);
        let payload = Payload { msg: ciphertext, aad: &binding.with(beside) };
        key.cipher(&binding)?.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }

    /// How many octets longer a sealed value is than what it holds.
    pub(super) const OVERHEAD: usize = 1 + NONCE_LENGTH + TAG_LENGTH;
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKeys(..)")
    }
}

impl MasterKey {
    fn parse(text: &str) -> Result<Self, MasterKeyError> {
        if text.is_empty() {
            return Err(MasterKeyError::Count);
        }
        let (version, key) = text.split_once(':').ok_or(MasterKeyError::Version)?;
        // One spelling for each version: no sign, no leading zero.
        let number: u8 = version.parse().map_err(|_| MasterKeyError::Version)?;
        if number == 0 || number.to_string() != version {
            return Err(MasterKeyError::Version);
        }
        let mut octets = Zeroizing::new([0_u8; 32]);
        let decoded =
            Base64UrlUnpadded::decode(key, octets.as_mut_slice()).map_err(|_| MasterKeyError::Key)?;
        if decoded.len() != 32 {
            return Err(MasterKeyError::Key);
        }
        Ok(Self { version: number, octets })
    }

    fn cipher(&self, binding: &Binding) -> Option<XChaCha20Poly1305> {
        derived_cipher(self.octets.as_slice(), &binding.0)
    }
}

/// What a value is bound to, in one unambiguous line: every part's length stands before it.
struct Binding(Vec<u8>);

impl Binding {
    fn new(version: u8, purpose: Purpose, tenant: &TenantId, context: &str) -> Self {
        let mut octets = vec![version];
        for part in [INFO, purpose.as_str(), tenant.as_str(), context] {
            append(&mut octets, part.as_bytes());
        }
        Self(octets)
    }

    fn with(&self, beside: &[u8]) -> Vec<u8> {
        let mut octets = self.0.clone();
        append(&mut octets, beside);
        octets
    }
}

fn append(octets: &mut Vec<u8>, part: &[u8]) {
    octets.extend_from_slice(&(part.len() as u64).to_be_bytes());
    octets.extend_from_slice(part);
}

/// The cipher under the key that HKDF-SHA256 derives from `secret` for `info`. Never nothing: RFC 5869 section 2.3 refuses
/// only outputs of more than 255 * 32 octets.
pub(super) fn derived_cipher(secret: &[u8], info: &[u8]) -> Option<XChaCha20Poly1305> {
    let mut key = Zeroizing::new([0_u8; 32]);
    Hkdf::<Sha256>::new(None, secret).expand(info, key.as_mut_slice()).ok()?;
    XChaCha20Poly1305::new_from_slice(key.as_slice()).ok()
}
