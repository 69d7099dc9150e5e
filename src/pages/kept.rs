//! Tokens that fit into no cookie lie in the `Account` of their user, sealed as the cookie would have them, and the cookie
//! holds a sealed reference. The account can open nothing, and the reference opens nothing but what lies there.

use crate::host::{CallError, HostUnavailable};
use crate::jose::UntrustedJws;
use crate::vocabulary::json::Json;
use crate::vocabulary::{ResourceId, SecretHash, SessionId, UnixTime, UserId};

use super::host::PagesHost;
use super::login::random;
use super::visit::{Held, Site};

/// JSON of an access token's payload.
const MAX_DEPTH: usize = 8;

/// Where tokens lie: whose account, and the random name that reads them there.
pub(super) struct Reference {
    user: UserId,
    name: String,
}

impl Reference {
    /// No part can hold a line feed.
    pub(super) fn text(&self) -> String {
        format!("{}\n{}", self.user, self.name)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let (user, name) = text.split_once('\n')?;
        Some(Self { user: UserId::parse(user).ok()?, name: name.to_owned() })
    }
}

/// Why nothing is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unkept {
    /// There is nobody to keep it, or they do not take it.
    Refused,
    /// Whether they would is unknown now.
    Unavailable,
}

impl From<HostUnavailable> for Unkept {
    fn from(_: HostUnavailable) -> Self {
        Self::Unavailable
    }
}

/// Has the account of their user keep tokens as they are `sealed`, under a fresh name: where, and until when.
pub(super) async fn keep<H: PagesHost>(
    site: &Site,
    host: &H,
    resource: &ResourceId,
    held: &Held,
    sealed: &str,
) -> Result<(Reference, UnixTime), Unkept> {
    let (user, session, expires_at) = belonging(site, resource, held).ok_or(Unkept::Refused)?;
    let reference = Reference { user, name: random(host).map_err(|_| Unkept::Unavailable)? };
    let more = format!(
        r#""type":"keep","sid":"{session}","sealed":"{sealed}","expires_at":{}"#,
        expires_at.seconds()
    );
    ask(site, host, &reference, more).await?;
    Ok((reference, expires_at))
}

/// What lies there; `None` where nothing does any more. With `release_after` it lies there for so many seconds more.
pub(super) async fn recall<H: PagesHost>(
    site: &Site,
    host: &H,
    reference: &Reference,
    release_after: Option<u64>,
) -> Result<Option<String>, HostUnavailable> {
    let release = release_after.map(|seconds| format!(r#","release_after":{seconds}"#)).unwrap_or_default();
    match ask(site, host, reference, format!(r#""type":"recall"{release}"#)).await {
        Ok(Some(sealed)) => Ok(Some(sealed)),
        // A deployment that has lost its binding gets the tokens again, as one that never had it.
        Err(Unkept::Refused) => Ok(None),
        Ok(None) | Err(Unkept::Unavailable) => Err(HostUnavailable),
    }
}

/// Whose tokens these are, of which session, and until when anybody needs them. They came from the issuer itself, and were
/// judged by the gate before they were sealed.
fn belonging(site: &Site, resource: &ResourceId, held: &Held) -> Option<(UserId, SessionId, UnixTime)> {
    let jws = UntrustedJws::parse(&held.access_token).ok()?;
    let claims = Json::parse(jws.payload(), MAX_DEPTH).ok()?;
    let expires_at = match (&held.refresh_token, claims.member("exp")?) {
        (Some(_), _) => held.at.plus(site.tenant.resource(resource)?.refresh_token_lifetime().seconds()),
        (None, Json::Whole(seconds)) => UnixTime::from_seconds(*seconds),
        (None, _) => return None,
    };
    let (user, session) = (UserId::parse(claims.text_of("sub")?), SessionId::parse(claims.text_of("sid")?));
    Some((user.ok()?, session.ok()?, expires_at))
}

/// What the account tells, if anything. Nothing in a command can hold a quote: identifiers, numbers, and what was sealed.
async fn ask<H: PagesHost>(
    site: &Site,
    host: &H,
    Reference { user, name }: &Reference,
    command: String,
) -> Result<Option<String>, Unkept> {
    let (name, not_before) = (SecretHash::of(name), site.tenant.refresh_tokens_not_before().seconds());
    let request = format!(
        r#"{{"subject":"{user}","not_before":{not_before},"command":{{"name":"{name}",{command}}}}}"#
    );
    let object = format!("{}/user/{user}", site.tenant.id());
    match host.ask_account(object, request).await {
        Ok(reply) => answer(&reply),
        Err(CallError::BindingMissing) => Err(Unkept::Refused),
        Err(CallError::Unavailable) => Err(Unkept::Unavailable),
    }
}

/// What a reply says. One of an object of another version says nothing for or against what lies there.
fn answer(reply: &str) -> Result<Option<String>, Unkept> {
    let reply = Json::parse(reply.as_bytes(), 1).map_err(|_| Unkept::Unavailable)?;
    match (reply.text_of("type"), reply.text_of("reason"), reply.text_of("sealed")) {
        (Some("done"), ..) => Ok(None),
        (Some("kept"), _, Some(sealed)) => Ok(Some(sealed.to_owned())),
        (_, Some("kept_unknown" | "kept_too_long" | "session_unknown" | "suspended"), _) => {
            Err(Unkept::Refused)
        }
        _ => Err(Unkept::Unavailable),
    }
}
