//! What every endpoint works with: the tenant, the moment, and the platform behind typed calls.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::access_token::{TokenRefusal, UnverifiedAccessToken, VerifiedAccessToken};
use crate::config::{Client, Tenant, User, UserStatus};
use crate::directory::{
    Deployment, DirectoryCommand, DirectoryReply, DirectoryRequest, ManagementCommand, ManagementRefusal,
    ManagementReply, ManagementRequest,
};
use crate::host::{CallError, Host, Limiter, ObjectClass};
use crate::sealing::{MasterKeys, RoutedToken, TokenKind};
use crate::session::{
    AccountCommand, AccountReply, AccountRequest, ChallengeCommand, ChallengeReply, ChallengeRequest,
    Standing,
};
use crate::vocabulary::{ClientId, Entropy, EntropyUnavailable, UnixTime, UserId, random_token};

use super::refusal::Refusal;

/// The authorization server of a tenant while it answers one request.
pub(super) struct Service<'a, H> {
    pub(super) host: &'a H,
    pub(super) tenant: &'a Tenant,
    /// Read once: the clock stands still inside a request.
    pub(super) now: UnixTime,
    master_keys: Option<&'a MasterKeys>,
}

/// Whose account an object holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    User(&'a UserId),
    Client(&'a ClientId),
}

impl<'a, H: Host> Service<'a, H> {
    pub(super) fn new(
        host: &'a H,
        tenant: &'a Tenant,
        master_keys: Option<&'a MasterKeys>,
        now: UnixTime,
    ) -> Self {
        Self { host, tenant, now, master_keys }
    }

    /// The client's record; `None` where there is no such client.
    pub(super) async fn client(&self, client_id: &ClientId) -> Result<Option<Client>, Refusal> {
        let tenant = self.tenant.id();
        let Some(record) = self.read(format!("tenant/{tenant}/client/{client_id}")).await? else {
            return Ok(None);
        };
        let client = Client::parse(&record, tenant).map_err(|_| Refusal::ClientRecordBroken)?;
        if client.id() == client_id { Ok(Some(client)) } else { Err(Refusal::ClientRecordBroken) }
    }

    /// The user's record; `None` where there is no such user. Whom the published records do not know, because they were
    /// created seconds ago, the directory is asked about, where there is one.
    pub(super) async fn user(&self, user_id: &UserId) -> Result<Option<User>, Refusal> {
        if let Some(user) = self.published_user(user_id).await? {
            return Ok(Some(user));
        }
        let command = ManagementCommand::UserRecord { user_id: user_id.clone() };
        match self.manage(&self.management_request(command)).await {
            Ok(ManagementReply::User { record }) => self.read_user(&record, user_id).map(Some),
            Ok(ManagementReply::Refused {
                refusal: ManagementRefusal::RecordUnreadable {} | ManagementRefusal::RequestUnreadable {},
            }) => Err(Refusal::StoredRecordUnreadable),
            Ok(ManagementReply::Refused { .. }) | Err(Refusal::NotDeployed(_)) => Ok(None),
            Ok(_) => Err(Refusal::StoredRecordUnreadable),
            Err(unavailable) => Err(unavailable),
        }
    }

    async fn published_user(&self, user_id: &UserId) -> Result<Option<User>, Refusal> {
        let record = self.read(format!("tenant/{}/user/{user_id}", self.tenant.id())).await?;
        record.map(|record| self.read_user(&record, user_id)).transpose()
    }

    fn read_user(&self, record: &str, user_id: &UserId) -> Result<User, Refusal> {
        let user = User::parse(record, self.tenant.id()).map_err(|_| Refusal::UserRecordBroken)?;
        if user.id() == user_id { Ok(user) } else { Err(Refusal::UserRecordBroken) }
    }

    /// The user with that email address; `None` where there is none.
    pub(super) async fn user_by_email(&self, email: &str) -> Result<Option<User>, Refusal> {
        let key = format!("tenant/{}/email/{}", self.tenant.id(), User::email_key(email));
        let Some(user_id) = self.read(key).await? else {
            // An unknown address costs the same reads as a known one, so that time does not tell them apart.
            self.read(format!("tenant/{}/user/~{}", self.tenant.id(), User::email_key(email))).await?;
            return Ok(None);
        };
        let user_id = UserId::parse(&user_id).map_err(|_| Refusal::UserRecordBroken)?;
        // The record decides: an address that was given up may lead here for a while. Strangers type addresses, so the
        // directory is not asked.
        let user = self.published_user(&user_id).await?;
        Ok(user.filter(|user| User::email_key(user.email()) == User::email_key(email)))
    }

    async fn read(&self, key: String) -> Result<Option<String>, Refusal> {
        self.host.read(key).await.map_err(|_| Refusal::HostUnavailable)
    }

    /// Has the account of a user, whose published record is at hand, perform `command`.
    pub(super) async fn user_account(
        &self,
        user: &User,
        command: AccountCommand,
    ) -> Result<AccountReply, Refusal> {
        let suspended = user.status() == UserStatus::Suspended;
        let standing = Standing { version: user.version(), suspended };
        self.account(Subject::User(user.id()), Some(standing), command).await
    }

    /// Has the account of a subject perform `command`.
    pub(super) async fn account(
        &self,
        subject: Subject<'_>,
        standing: Option<Standing>,
        command: AccountCommand,
    ) -> Result<AccountReply, Refusal> {
        let tenant = self.tenant.id();
        let (name, subject) = match subject {
            Subject::User(id) => (format!("{tenant}/user/{id}"), id.as_str()),
            Subject::Client(id) => (format!("{tenant}/client/{id}"), id.as_str()),
        };
        let longest_access_token = self.longest_access_token();
        let request = AccountRequest {
            subject: subject.to_owned(),
            standing,
            longest_access_token,
            not_before: self.tenant.refresh_tokens_not_before(),
            command,
        };
        let reply = self.call(ObjectClass::Account, "binding 'ACCOUNT'", name, &request).await?;
        serde_json::from_str(&reply).map_err(|_| Refusal::StoredRecordUnreadable)
    }

    /// Has the challenge `name` perform `command`.
    pub(super) async fn challenge(
        &self,
        name: &str,
        command: ChallengeCommand,
    ) -> Result<ChallengeReply, Refusal> {
        let name = format!("{}/{name}", self.tenant.id());
        let reply = self
            .call(ObjectClass::Challenge, "binding 'CHALLENGE'", name, &ChallengeRequest { command })
            .await?;
        serde_json::from_str(&reply).map_err(|_| Refusal::StoredRecordUnreadable)
    }

    /// Has the tenant's directory perform `command`.
    pub(super) async fn directory(&self, command: DirectoryCommand) -> Result<DirectoryReply, Refusal> {
        let name = self.tenant.id().to_string();
        let request = DirectoryRequest { command };
        let reply = self.call(ObjectClass::Directory, "binding 'DIRECTORY'", name, &request).await?;
        serde_json::from_str(&reply).map_err(|_| Refusal::StoredRecordUnreadable)
    }

    /// A request of nobody's to the management of the tenant, which sees all of it.
    pub(super) fn management_request(&self, command: ManagementCommand) -> ManagementRequest {
        ManagementRequest {
            tenant_id: self.tenant.id().clone(),
            actor: None,
            reach: None,
            request_id: String::new(),
            idempotency_key: None,
            if_match: None,
            published_version: self.tenant.version(),
            deployment: Some(Deployment {
                issuer: self.tenant.issuer().to_owned(),
                hosts: self.tenant.hosts().to_vec(),
            }),
            command,
        }
    }

    /// Has the tenant's directory manage what the tenant consists of.
    pub(super) async fn manage(&self, request: &ManagementRequest) -> Result<ManagementReply, Refusal> {
        let name = self.tenant.id().to_string();
        let reply = self.call(ObjectClass::Management, "binding 'DIRECTORY'", name, request).await?;
        serde_json::from_str(&reply).map_err(|_| Refusal::StoredRecordUnreadable)
    }

    async fn call(
        &self,
        class: ObjectClass,
        binding: &'static str,
        name: String,
        request: &impl serde::Serialize,
    ) -> Result<String, Refusal> {
        let request = serde_json::to_string(request).map_err(|_| Refusal::HostUnavailable)?;
        self.host.call(class, name, request).await.map_err(|error| match error {
            CallError::Unavailable => Refusal::HostUnavailable,
            CallError::BindingMissing => Refusal::NotDeployed(binding),
        })
    }

    /// Has the host check the signature of a token whose every other part was examined.
    pub(super) async fn with_checked_signature(
        &self,
        unverified: UnverifiedAccessToken,
    ) -> Result<Result<VerifiedAccessToken, TokenRefusal>, Refusal> {
        let check = unverified.signature_check();
        let verifies = self.host.verify(&check.key, check.algorithm, check.message(), &check.signature).await;
        Ok(unverified.with_signature(verifies.map_err(|_| Refusal::HostUnavailable)?))
    }

    /// Refuses where `key` asked too often.
    pub(super) async fn within_limit(&self, limiter: Limiter, key: &str) -> Result<(), Refusal> {
        let key = format!("{}/{key}", self.tenant.id());
        if self.host.within_limit(limiter, key).await { Ok(()) } else { Err(Refusal::TooManyRequests) }
    }

    /// How long a revocation has to be remembered: the longest life of an access token that is still around.
    pub(super) fn longest_access_token(&self) -> u64 {
        let resources = self.tenant.resources().iter().chain([self.tenant.default_resource()]);
        let longest = resources.map(|resource| resource.longest_access_token_lifetime().seconds()).max();
        longest.unwrap_or_default().saturating_add(self.tenant.clock_tolerance())
    }

    /// A fresh opaque token, whose routing only this tenant's issuer can open.
    pub(super) fn issue(&self, kind: TokenKind, routing: &[&str]) -> Result<RoutedToken, Refusal> {
        RoutedToken::issue(self.master_keys()?, kind, self.tenant.id(), routing, &mut self.entropy())
            .map_err(|_| Refusal::HostUnavailable)
    }

    /// An opaque token of ours that somebody presents; `None` for what is none of that kind and tenant.
    pub(super) fn open(&self, kind: TokenKind, text: &str) -> Result<Option<RoutedToken>, Refusal> {
        Ok(RoutedToken::open(self.master_keys()?, kind, self.tenant.id(), text))
    }

    pub(super) fn master_keys(&self) -> Result<&MasterKeys, Refusal> {
        self.master_keys.ok_or(Refusal::NotDeployed("secret 'MASTER_KEY'"))
    }

    /// 128 random bits, for identifiers.
    pub(super) fn random_identifier(&self) -> Result<String, Refusal> {
        random_token(&mut self.entropy()).map_err(|_| Refusal::HostUnavailable)
    }

    /// 256 random bits, for secrets.
    pub(super) fn random_secret(&self) -> Result<String, Refusal> {
        let mut bytes = [0_u8; 32];
        self.host.random(&mut bytes).map_err(|_| Refusal::HostUnavailable)?;
        Ok(Base64UrlUnpadded::encode_string(&bytes))
    }

    pub(super) fn entropy(&self) -> HostEntropy<'a, H> {
        HostEntropy(self.host)
    }
}

/// The host's randomness.
pub(super) struct HostEntropy<'a, H>(&'a H);

impl<H: Host> Entropy for HostEntropy<'_, H> {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        self.0.random(bytes)
    }
}
