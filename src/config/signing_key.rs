//! The signing keys of a tenant, as far as a published document may know them: public halves, and names of secrets.

use std::collections::HashSet;

use crate::jose::{Algorithm, KeySet, VerificationKey};
use crate::vocabulary::KeyId;
use crate::vocabulary::json::Json;

use super::fault::Faults;
use super::fault_log::{FaultLog, Place, quoted};
use super::reader::{Node, Object, read_text};
use super::tenant_reader::read_version;

pub(super) const MEMBERS: [&str; 2] = ["state", "jwk"];
pub(super) const MAX_KEYS: usize = 100;

/// Where a signing key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SigningKeyState {
    /// Published ahead of its use, so that every verifier knows it in time.
    Next,
    /// Signs.
    Current,
    /// Signs no more; what it signed is still accepted.
    Retiring,
    /// What it signed is refused.
    Disabled,
}

/// The algorithms that access tokens can be signed with.
pub(super) const ALGORITHMS: [(&str, Algorithm); 5] = [
    ("ES256", Algorithm::Es256),
    ("EdDSA", Algorithm::EdDsa),
    ("Ed25519", Algorithm::EdDsa),
    ("RS256", Algorithm::Rs256),
    ("HS256", Algorithm::Hs256),
];
pub(super) const STATES: [(&str, SigningKeyState); 4] = [
    ("next", SigningKeyState::Next),
    ("current", SigningKeyState::Current),
    ("retiring", SigningKeyState::Retiring),
    ("disabled", SigningKeyState::Disabled),
];

/// A signing key: its state and what verifies its signatures.
#[derive(Debug, Clone)]
pub struct SigningKey {
    state: SigningKeyState,
    kid: KeyId,
    algorithm: Algorithm,
    key: Option<VerificationKey>,
}

impl SigningKey {
    /// The keys of the record `tenant/{tid}/keys`.
    ///
    /// # Errors
    /// [`Faults`], all at once.
    pub fn parse_managed(text: &str) -> Result<Vec<Self>, Faults> {
        parse_managed_keys(text).map(|(_, keys)| keys)
    }

    /// Where it is in its life.
    #[must_use]
    pub fn state(&self) -> SigningKeyState {
        self.state
    }

    /// Its identifier, unique in its tenant.
    #[must_use]
    pub fn kid(&self) -> &KeyId {
        &self.kid
    }

    /// The one algorithm that it is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether it is a secret, which must not be published: whoever verifies with it can also sign.
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        self.algorithm == Algorithm::Hs256
    }

    /// What verifies its signatures; `None` for an HS256 key whose value the host has not supplied.
    #[must_use]
    pub fn key(&self) -> Option<&VerificationKey> {
        self.key.as_ref()
    }
}

/// What verifies tokens: every key that is not disabled and has a value.
pub(super) fn verification_keys(keys: &[SigningKey]) -> KeySet {
    let live = keys.iter().filter(|key| key.state != SigningKeyState::Disabled);
    KeySet::new(live.filter_map(|key| key.key.clone()).collect())
}

/// Reads the name of an algorithm that access tokens can be signed with.
pub(super) fn read_signing_algorithm(node: Node<'_>, log: &mut FaultLog<'_>) -> Option<Algorithm> {
    node.word(&ALGORITHMS, log)
}

/// Reads the record `tenant/{tid}/keys`: its version, and the keys.
pub(super) fn parse_managed_keys(text: &str) -> Result<(u64, Vec<SigningKey>), Faults> {
    let root = read_text(text)?;
    let mut log = FaultLog::new(&root);
    let read = Node::root(&root).object(&["v", "version", "signing_keys"], &mut log).and_then(|object| {
        let form = object.required("v", "`1`", &mut log).and_then(|node| node.whole("`1`", &mut log));
        if form.is_some_and(|form| form != 1) {
            log.report(object.place, "is of a later version", "`v` of 1");
        }
        let version = read_version(&object, &mut log);
        Some((version?, read_signing_keys(&object, &mut log)?))
    });
    log.conclude(read)
}

/// Reads `signing_keys`; `None` where one of them has a fault, so that nobody misses it a second time.
pub(super) fn read_signing_keys(object: &Object<'_>, log: &mut FaultLog<'_>) -> Option<Vec<SigningKey>> {
    let node = object.required("signing_keys", "an array of keys", log)?;
    let mut kids = HashSet::new();
    let mut current = HashSet::new();
    let mut keys = Some(Vec::new());
    for node in node.elements(MAX_KEYS, "an array of keys", log)? {
        let Some((kid_place, key)) = read_signing_key(node, log) else {
            keys = None;
            continue;
        };
        if !kids.insert(key.kid.clone()) {
            log.report(kid_place, format!("another key has the kid `{}`", key.kid), "one key for a kid");
        }
        if key.state == SigningKeyState::Current && !current.insert(key.algorithm.as_str()) {
            let problem = format!("another key for {} is current", key.algorithm.as_str());
            log.report(node.place, problem, "at most one current key for an algorithm");
        }
        if let Some(keys) = &mut keys {
            keys.push(key);
        }
    }
    keys
}

fn read_signing_key(node: Node<'_>, log: &mut FaultLog<'_>) -> Option<(Place, SigningKey)> {
    let object = node.object(&MEMBERS, log)?;
    let state =
        object.required("state", "the state of the key", log).and_then(|node| node.word(&STATES, log));
    let node = object.required("jwk", "a public key as a JWK", log)?;
    let jwk = node.any_object(log)?;
    let kid = jwk.required("kid", "the identifier of the key", log);
    let kid = kid.and_then(|node| Some((node.place, node.parsed(KeyId::parse, "an identifier", log)?)));
    let algorithm = jwk.required("alg", "the algorithm of the key", log).and_then(|node| {
        let known = |text: &str| Algorithm::from_header(text).ok_or("not an algorithm of this server");
        node.parsed(known, "`ES256`, `EdDSA`, `RS256` or another registered name", log)
    });
    let symmetric = jwk.optional("kty").and_then(|node| node.value.as_str()) == Some("oct");
    let key = if symmetric {
        check_secret_reference(&jwk, algorithm, log);
        None
    } else {
        // An unknown algorithm has been reported where it stands.
        let readable = algorithm.is_some() || jwk.optional("alg").is_none();
        Some(readable.then(|| read_public_key(node, log)).flatten()?)
    };
    let (place, kid) = kid?;
    Some((place, SigningKey { state: state?, kid, algorithm: algorithm?, key }))
}

/// What is published can be read by many, so a symmetric key is only named here.
fn check_secret_reference(jwk: &Object<'_>, algorithm: Option<Algorithm>, log: &mut FaultLog<'_>) {
    if let Some(secret) = jwk.optional("k") {
        log.report(
            secret.place,
            "a secret key stands in the document",
            "no `k`; the host supplies it by its kid",
        );
    }
    if algorithm.is_some_and(|algorithm| algorithm != Algorithm::Hs256) {
        let place = jwk.optional("alg").map_or(jwk.place, |node| node.place);
        log.report(place, "is no algorithm of an `oct` key", "`HS256`");
    }
}

fn read_public_key(jwk: Node<'_>, log: &mut FaultLog<'_>) -> Option<VerificationKey> {
    match VerificationKey::from_jwk(jwk.value) {
        Ok(key) if key.has_private_members() => {
            log.report(jwk.place, "a private key stands in the document", "the public members only");
            None
        }
        Ok(key) => Some(key),
        Err(error) => {
            log.report(jwk.place, error.to_string(), "a public key that can be used");
            None
        }
    }
}

/// Fills in the values of symmetric keys from a JWK Set, by kid. Keys of other kinds in it are not looked at.
pub(super) fn supply_secret_keys(keys: &mut [SigningKey], jwk_set: &str) -> Result<(), Faults> {
    let root = read_text(jwk_set)?;
    let mut log = FaultLog::new(&root);
    let mut supplied = Vec::new();
    let mut kids = HashSet::new();
    let set = Node::root(&root);
    let elements = match root.member("keys") {
        Some(_) => {
            set.any_object(&mut log).map(|set| set.items("keys", MAX_KEYS, "an array of keys", &mut log))
        }
        None => {
            log.report(set.place, "is no JWK Set", "an object with `keys`");
            None
        }
    };
    for node in elements.unwrap_or_default() {
        let member = |name| node.value.member(name).and_then(Json::as_str);
        if member("kty") != Some("oct") {
            continue;
        }
        let Some(kid) = member("kid") else {
            log.report(node.place, "a secret key has no kid", "the kid of the key that it is the value of");
            continue;
        };
        if !kids.insert(kid) {
            log.report(
                node.place,
                format!("another secret key has the kid {}", quoted(kid)),
                "one key for a kid",
            );
            continue;
        }
        let Some(index) =
            keys.iter().position(|key| key.algorithm == Algorithm::Hs256 && key.kid.as_str() == kid)
        else {
            continue;
        };
        match VerificationKey::from_jwk(node.value) {
            Ok(key) if key.permits(Algorithm::Hs256) => supplied.push((index, key)),
            Ok(_) => log.report(node.place, "is for another algorithm", "a key for HS256"),
            Err(error) => log.report(node.place, error.to_string(), "a key for HS256"),
        }
    }
    for (index, value) in log.conclude(Some(supplied))? {
        if let Some(key) = keys.get_mut(index) {
            key.key = Some(value);
        }
    }
    Ok(())
}
