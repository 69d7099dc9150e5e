//! Signing: with keys that the deployment was given, or with those that the tenant's directory makes and keeps.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::config::{SigningKey, SigningKeyState, Tenant};
use crate::directory::{DirectoryCommand, DirectoryReply, NewKey, SealedKey};
use crate::host::{Host, SignError};
use crate::jose::Algorithm;
use crate::sealing::Purpose;
use crate::vocabulary::KeyId;
use crate::vocabulary::json::Json;

use super::refusal::Refusal;
use super::service::Service;

/// What anybody may know of a private key.
const PUBLIC_MEMBERS: [&str; 9] = ["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use"];
const MAX_DEPTH: usize = 3;

/// A key that the platform has in its hands. Nothing is used up before there is one, because a client whose token was
/// used up and which got nothing for it comes back too late. There is no other way to one.
pub(super) struct ReadyKey(SigningKey);

impl ReadyKey {
    /// The key that signs with `algorithm` now, ready to.
    pub(super) async fn for_algorithm<H: Host>(
        service: &Service<'_, H>,
        algorithm: Algorithm,
    ) -> Result<Self, Refusal> {
        let key = current_key(service, algorithm).await?;
        let has = service.host.has_key(key.kid(), key.algorithm()).await;
        if has.map_err(|_| Refusal::HostUnavailable)? {
            return Ok(Self(key));
        }
        if !service.tenant.manages_keys() {
            return Err(Refusal::NoSigningKey);
        }
        import(service, &key).await?;
        Ok(Self(key))
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.0
    }

    /// The signature over `message`.
    pub(super) async fn sign<H: Host>(
        &self,
        service: &Service<'_, H>,
        message: &[u8],
    ) -> Result<Vec<u8>, Refusal> {
        let signed = service.host.sign(self.0.kid(), self.0.algorithm(), message).await;
        signed.map_err(|error| match error {
            SignError::Unavailable => Refusal::HostUnavailable,
            SignError::KeyUnknown => Refusal::NoSigningKey,
        })
    }
}

/// The key that signs with `algorithm` now. Of an algorithm that is new to the tenant, keys are announced first; until
/// they may sign another one does.
async fn current_key<H: Host>(service: &Service<'_, H>, algorithm: Algorithm) -> Result<SigningKey, Refusal> {
    if let Some(key) = service.tenant.current_signing_key(algorithm) {
        return Ok(key.clone());
    }
    if !service.tenant.manages_keys() {
        return Err(Refusal::NoSigningKey);
    }
    // The document has a new algorithm, or what the directory published has not arrived here.
    let (published, _) = keys(service, DirectoryCommand::Keys {}).await?;
    let mut known = read(&published)?;
    if !known.iter().any(|key| key.algorithm() == algorithm) {
        let (published, _) = created(service).await?;
        known = read(&published)?;
    }
    let current = |key: &&SigningKey| key.state() == SigningKeyState::Current;
    let own = known.iter().filter(current).find(|key| key.algorithm() == algorithm);
    own.or_else(|| known.iter().find(current)).cloned().ok_or(Refusal::NoSigningKey)
}

/// The tenant with the keys that its directory makes, where what it published has not arrived here yet: the tenant is
/// new. `None` where it has keys, or where its directory cannot tell; who needs a key then hears why there is none.
pub(super) async fn supplied<H: Host>(service: &Service<'_, H>, path: &str) -> Option<Tenant> {
    let needs_keys = ["/oidc/", "/v1/", "/console/"].iter().any(|own| path.starts_with(own));
    if !needs_keys || !service.tenant.manages_keys() || !service.tenant.signing_keys().is_empty() {
        return None;
    }
    let (published, _) = keys(service, DirectoryCommand::Keys {}).await.ok()?;
    let mut tenant = service.tenant.clone();
    tenant.supply_managed_keys(&published).ok()?;
    if tenant.signing_keys().is_empty() {
        let (published, _) = created(service).await.ok()?;
        tenant.supply_managed_keys(&published).ok()?;
    }
    Some(tenant)
}

async fn import<H: Host>(service: &Service<'_, H>, key: &SigningKey) -> Result<(), Refusal> {
    let (_, sealed) = keys(service, DirectoryCommand::Keys {}).await?;
    let sealed = sealed.into_iter().find(|sealed| sealed.kid == *key.kid()).ok_or(Refusal::NoSigningKey)?;
    let sealed =
        Base64UrlUnpadded::decode_vec(&sealed.sealed).map_err(|_| Refusal::StoredRecordUnreadable)?;
    // Sealed under a master key that this deployment does not have any more: nobody can sign with it again.
    let opened = service
        .master_keys()?
        .open(Purpose::SigningKey, service.tenant.id(), key.kid().as_str(), &sealed)
        .ok_or(Refusal::NoSigningKey)?;
    if service.master_keys()?.is_outdated(&sealed) {
        // It can be signed with in any case, and the next isolate tries again.
        let _ = reseal(service, key.kid(), &opened).await;
    }
    let jwk = std::str::from_utf8(&opened).map_err(|_| Refusal::StoredRecordUnreadable)?;
    let imported = service.host.import_key(key.kid(), key.algorithm(), jwk).await;
    imported.map_err(|_| Refusal::HostUnavailable)
}

/// Seals a private key under the newest master key, so that the older one can go.
async fn reseal<H: Host>(service: &Service<'_, H>, kid: &KeyId, opened: &[u8]) -> Result<(), Refusal> {
    let tenant = service.tenant.id();
    let sealed = service.master_keys()?.seal(
        Purpose::SigningKey,
        tenant,
        kid.as_str(),
        opened,
        &mut service.entropy(),
    );
    let sealed = Base64UrlUnpadded::encode_string(&sealed.map_err(|_| Refusal::HostUnavailable)?);
    match service.directory(DirectoryCommand::ResealKey { kid: kid.clone(), sealed }).await? {
        DirectoryReply::Done {} => Ok(()),
        _ => Err(Refusal::StoredRecordUnreadable),
    }
}

/// Offers a fresh key for each algorithm of the tenant. The directory takes what it lacks, so of several that begin at
/// once all go on with the same keys.
async fn created<H: Host>(service: &Service<'_, H>) -> Result<(String, Vec<SealedKey>), Refusal> {
    let mut offered = Vec::new();
    for algorithm in service.tenant.signing_algorithms() {
        offered.push(fresh(service, algorithm).await?);
    }
    let tenant_id = service.tenant.id().clone();
    keys(service, DirectoryCommand::CreateKeys { tenant_id, keys: offered }).await
}

/// A key that was made just now, its private half sealed.
pub(super) async fn fresh<H: Host>(
    service: &Service<'_, H>,
    algorithm: Algorithm,
) -> Result<NewKey, Refusal> {
    let kid = format!("{}-{}", algorithm.as_str().to_ascii_lowercase(), service.random_identifier()?);
    let kid = KeyId::parse(&kid).map_err(|_| Refusal::HostUnavailable)?;
    let jwk = service.host.generate_key(algorithm).await.map_err(|_| Refusal::HostUnavailable)?;
    let Ok(Json::Object(mut members)) = Json::parse(jwk.as_bytes(), MAX_DEPTH) else {
        return Err(Refusal::HostUnavailable);
    };
    members.retain(|(name, _)| !["kid", "alg", "use", "key_ops", "ext"].contains(&name.as_str()));
    for (name, value) in [("kid", kid.as_str()), ("alg", algorithm.as_str()), ("use", "sig")] {
        members.push((name.to_owned(), Json::String(value.to_owned())));
    }
    let text = |members: &[(String, Json)]| {
        serde_json::to_string(&Json::Object(members.to_vec())).map_err(|_| Refusal::HostUnavailable)
    };
    let private = zeroize::Zeroizing::new(text(&members)?);
    members.retain(|(name, _)| PUBLIC_MEMBERS.contains(&name.as_str()));
    let sealed = service.master_keys()?.seal(
        Purpose::SigningKey,
        service.tenant.id(),
        kid.as_str(),
        private.as_bytes(),
        &mut service.entropy(),
    );
    let sealed = sealed.map_err(|_| Refusal::HostUnavailable)?;
    Ok(NewKey {
        kid,
        algorithm: algorithm.as_str().to_owned(),
        jwk: text(&members)?,
        sealed: Base64UrlUnpadded::encode_string(&sealed),
    })
}

async fn keys<H: Host>(
    service: &Service<'_, H>,
    command: DirectoryCommand,
) -> Result<(String, Vec<SealedKey>), Refusal> {
    match service.directory(command).await? {
        DirectoryReply::Keys { published, sealed, .. } => Ok((published, sealed)),
        _ => Err(Refusal::StoredRecordUnreadable),
    }
}

fn read(published: &str) -> Result<Vec<SigningKey>, Refusal> {
    SigningKey::parse_managed(published).map_err(|_| Refusal::StoredRecordUnreadable)
}
