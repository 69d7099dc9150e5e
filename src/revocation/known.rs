//! What one isolate knows of a tenant's list.

use std::collections::HashMap;

use crate::vocabulary::{TenantId, UnixTime};

use super::entry::{Revocation, RevocationKind, SHARDS, shard_of};
use super::record::{Head, ListError, Shard};

/// How much is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// Nothing yet, or a list of which parts were never seen.
    Unread,
    /// A reading at this moment found no list, and none was ever seen: this deployment publishes none.
    Unpublished(UnixTime),
    /// The whole list as of this moment.
    Listed(UnixTime),
}

/// The names by which a token can be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenNames<'a> {
    /// `jti`
    pub token: &'a str,
    /// `gid`, of tokens that a grant of a user gave.
    pub grant: Option<&'a str>,
    /// `sid`, of users' tokens.
    pub session: Option<&'a str>,
    /// `sub`
    pub subject: &'a str,
    /// `client_id`
    pub client: &'a str,
}

impl<'a> TokenNames<'a> {
    fn each(&self) -> impl Iterator<Item = (RevocationKind, &'a str)> {
        let names = [Some(self.token), self.grant, self.session, Some(self.subject), Some(self.client)];
        RevocationKind::ALL.into_iter().zip(names).filter_map(|(kind, name)| Some((kind, name?)))
    }
}

#[derive(Debug)]
struct Listed {
    shard: usize,
    not_before: u64,
}

/// A tenant's list as far as it was read. It only goes forward: what is broken, foreign or older changes nothing, and
/// its age tells when that has gone on for too long.
#[derive(Debug)]
pub struct Revocations {
    tenant: TenantId,
    /// When a reading found no list, of those before the first that did.
    unpublished_at: Option<UnixTime>,
    /// The newest head that was seen.
    newest: Option<Head>,
    /// When the newest head was written of which every shard is here.
    complete_at: Option<UnixTime>,
    versions: [u64; SHARDS],
    full: [bool; SHARDS],
    /// In the order of `RevocationKind::ALL`.
    listed: [HashMap<String, Listed>; RevocationKind::ALL.len()],
}

impl Revocations {
    /// Knows nothing yet of the list of `tenant`.
    #[must_use]
    pub fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            unpublished_at: None,
            newest: None,
            complete_at: None,
            versions: [0; SHARDS],
            full: [false; SHARDS],
            listed: Default::default(),
        }
    }

    /// Whose list it is.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// How much is known.
    #[must_use]
    pub fn knowledge(&self) -> Knowledge {
        match (self.complete_at, &self.newest, self.unpublished_at) {
            (Some(at), ..) => Knowledge::Listed(at),
            (None, None, Some(at)) => Knowledge::Unpublished(at),
            (None, ..) => Knowledge::Unread,
        }
    }

    /// Takes the head that was read at `now`; `None` says that there is none.
    ///
    /// # Errors
    /// [`ListError`] where it changes nothing.
    pub fn take_head(&mut self, text: Option<&str>, now: UnixTime) -> Result<(), ListError> {
        let Some(text) = text else {
            if self.newest.is_some() {
                return Err(ListError::Missing);
            }
            self.unpublished_at = Some(now);
            return Ok(());
        };
        let head = Head::parse(text, &self.tenant, now)?;
        if let Some(newest) = &self.newest {
            let went_back = newest.versions.iter().zip(&head.versions).any(|(known, read)| read < known);
            if head.published_at < newest.published_at || went_back {
                return Err(ListError::Older);
            }
        }
        self.newest = Some(head);
        self.complete();
        Ok(())
    }

    /// The shards that are to be read because the newest head names versions of them that are not here.
    #[must_use]
    pub fn missing_shards(&self) -> Vec<usize> {
        let Some(newest) = &self.newest else { return Vec::new() };
        let versions = newest.versions.iter().zip(&self.versions).enumerate();
        versions.filter(|(_, (named, here))| named > here).map(|(index, _)| index).collect()
    }

    /// Takes shard `index`; `None` says that there is none. What it says counts at once: a later shard knows all that
    /// is still to be known of an earlier one.
    ///
    /// # Errors
    /// [`ListError`] where it changes nothing.
    pub fn take_shard(&mut self, index: usize, text: Option<&str>) -> Result<(), ListError> {
        let shard = Shard::parse(text.ok_or(ListError::Missing)?, &self.tenant, index)?;
        let (Some(version), Some(full)) = (self.versions.get_mut(index), self.full.get_mut(index)) else {
            return Err(ListError::Foreign);
        };
        if shard.version < *version {
            return Err(ListError::Older);
        }
        if shard.version > *version {
            *version = shard.version;
            *full = shard.full;
            self.replace(index, shard.entries);
        }
        self.complete();
        Ok(())
    }

    /// The name by which a token that was issued at `issued_at` is revoked, as far as the list tells.
    #[must_use]
    pub fn revoked(&self, names: &TokenNames<'_>, issued_at: UnixTime) -> Option<RevocationKind> {
        let listed = |(kind, name): &(RevocationKind, &str)| {
            let listed = self.of_kind(*kind).and_then(|names| names.get(*name));
            listed.is_some_and(|listed| issued_at.seconds() <= listed.not_before)
        };
        names.each().find(listed).map(|(kind, _)| kind)
    }

    /// Whether a full shard could hide a revocation of such a token.
    #[must_use]
    pub fn could_hide(&self, names: &TokenNames<'_>) -> bool {
        let full = |(kind, name)| self.full.get(shard_of(kind, name)).is_some_and(|full| *full);
        self.full.contains(&true) && names.each().any(full)
    }

    fn of_kind(&self, kind: RevocationKind) -> Option<&HashMap<String, Listed>> {
        RevocationKind::ALL
            .into_iter()
            .zip(&self.listed)
            .find(|(own, _)| *own == kind)
            .map(|(_, names)| names)
    }

    fn replace(&mut self, index: usize, entries: Vec<Revocation>) {
        for names in &mut self.listed {
            names.retain(|_, listed| listed.shard != index);
        }
        for Revocation { kind, id, not_before, .. } in entries {
            let names = RevocationKind::ALL.into_iter().zip(&mut self.listed).find(|(own, _)| *own == kind);
            if let Some((_, names)) = names {
                let listed = names.entry(id).or_insert(Listed { shard: index, not_before });
                listed.not_before = listed.not_before.max(not_before);
            }
        }
    }

    fn complete(&mut self) {
        if self.missing_shards().is_empty() {
            self.complete_at = self.newest.as_ref().map(|head| head.published_at).or(self.complete_at);
        }
    }
}
