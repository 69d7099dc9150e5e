//! The cookies of gated pages: one for the tokens of each resource, one for each login under way, one for the ID token by
//! which a logout asks nothing.
//!
//! A value is `{when it was made}.{sealed text}`. Name and time are bound into the seal, with tenant and client, so that
//! no cookie passes for another; the time stands in clear so that the oldest one can be dropped unopened. Where there is no
//! room for the tokens, `{when it was made}.kept.{sealed reference}` says where the sealed text lies.

use crate::host::HostUnavailable;
use crate::vocabulary::{ResourceId, UnixTime, cookie_pairs};

use super::host::PagesHost;
use super::kept::{self, Reference, Unkept};
use super::visit::{Held, Site};

const PREFIX: &str = "audgate-page.";
const TOKENS: &str = "token.";
const LOGIN: &str = "login.";
const HINT: &str = "hint";
/// What stands in front of a sealed reference. It is sealed for another purpose too, so that none passes for tokens.
const KEPT: &str = "kept.";
/// What all cookies of Audgate are called, the issuer's among them; and wherever there is TLS.
const OWN: &str = "audgate-";
const OWN_OF_HOST: &str = "__Host-audgate-";

/// All cookies of gated pages together, names and separators included, in octets.
pub(super) const MAX_TOGETHER: usize = 8 * 1_024;
/// Longer ones are ignored by browsers, in octets of name and value.
const MAX_LENGTH: usize = 4_096;
/// More are nobody's that a browser keeps; each of them takes a field of the response.
const MAX_COOKIES: usize = 512;
/// Logins under way in one browser: each tab may have one.
const MAX_LOGINS: usize = 4;
/// For how long requests may be on their way with a cookie that another one has just replaced, in seconds. A refresh token
/// that was just used gives the same successor for no longer.
const ON_THE_WAY: u64 = 60;
/// How long a login may take, in seconds: the link by mail is good for ten minutes.
pub(super) const LOGIN_LIFETIME: u64 = 900;

/// What a cookie is for, in the order in which cookies are dropped where there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Hint,
    Tokens,
    Login,
}

/// A cookie of ours, unopened: whoever sent it may have written it.
#[derive(Clone)]
struct Untrusted {
    name: String,
    kind: Kind,
    at: UnixTime,
    sealed: String,
    /// Whether what is sealed is a reference to the text.
    is_reference: bool,
    /// Set by this very response.
    fresh: bool,
}

impl Untrusted {
    /// With what separates it from the next one.
    fn length(&self) -> usize {
        self.name.len() + 1 + self.value().len() + 2
    }

    fn value(&self) -> String {
        let kept = if self.is_reference { KEPT } else { "" };
        format!("{}.{kept}{}", self.at.seconds(), self.sealed)
    }

    /// For any browser.
    fn is_too_long(&self) -> bool {
        self.name.len() + self.value().len() > MAX_LENGTH
    }
}

/// What a cookie holds, once it has opened.
pub(super) struct Opened {
    pub(super) text: String,
    pub(super) at: UnixTime,
}

/// The cookies of a request, and what its response changes in them.
pub(super) struct Jar {
    cookies: Vec<Untrusted>,
    /// Names that stand twice.
    repeated: Vec<String>,
    changes: Vec<(String, String)>,
    /// Why the account keeps nothing, once it did not.
    unkept: Option<Unkept>,
    /// When the tokens were obtained to which a cookie refers and which lie there no more.
    pub(super) missed: Option<UnixTime>,
}

/// The name of the cookie with the tokens of a resource.
pub(super) fn of_resource(site: &Site, resource: &ResourceId) -> String {
    name(site, &format!("{TOKENS}{resource}"))
}

/// The name of the cookie of the login that `state` belongs to; a part of it is enough to tell logins apart.
pub(super) fn of_login(site: &Site, state: &str) -> String {
    let part: String = state.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    name(site, &format!("{LOGIN}{part}"))
}

/// The name of the cookie with the ID token.
pub(super) fn of_hint(site: &Site) -> String {
    name(site, HINT)
}

/// The `Cookie` field as a handler may see it, empty for none, where it differs from `field`: without anything of ours. What only holds our
/// name goes too, because fields that stand twice are joined in more ways than one.
#[must_use]
pub fn handler_cookie(field: &str) -> Option<String> {
    let ours = |pair: &&str| pair.starts_with(OWN) || pair.contains(OWN_OF_HOST) || pair.contains(PREFIX);
    let pairs = || cookie_pairs(field);
    if !pairs().any(|pair| ours(&pair)) {
        return None;
    }
    let others: Vec<&str> = pairs().filter(|pair| !ours(pair)).collect();
    Some(others.join("; "))
}

impl Jar {
    /// Ours among the cookies of a request. One that stands twice is none: one of both is somebody else's.
    pub(super) fn of(site: &Site, field: Option<&str>) -> Self {
        let mut cookies: Vec<Untrusted> = Vec::new();
        let mut repeated: Vec<String> = Vec::new();
        for pair in cookie_pairs(field.unwrap_or_default()) {
            let Some(cookie) = pair.split_once('=').and_then(|(name, value)| read(site, name, value)) else {
                continue;
            };
            if cookies.len() >= MAX_COOKIES {
                break;
            }
            if cookies.iter().any(|other| other.name == cookie.name) {
                repeated.push(cookie.name);
            } else {
                cookies.push(cookie);
            }
        }
        cookies.retain(|cookie| !repeated.contains(&cookie.name));
        Self { cookies, repeated, changes: Vec::new(), unkept: None, missed: None }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.cookies.iter().any(|cookie| cookie.name == name)
    }

    /// The names of all cookies with tokens.
    pub(super) fn tokens(&self) -> Vec<String> {
        let tokens = self.cookies.iter().filter(|cookie| cookie.kind == Kind::Tokens);
        tokens.map(|cookie| cookie.name.clone()).collect()
    }

    /// Whether the cookie of that name refers to what lies elsewhere.
    pub(super) fn refers(&self, name: &str) -> bool {
        self.find(name).is_some_and(|cookie| cookie.is_reference)
    }

    /// What the cookie of that name holds, or refers to. One that does not open, or refers to nothing, is ended.
    pub(super) async fn open<H: PagesHost>(
        &mut self,
        site: &Site,
        host: &H,
        name: &str,
    ) -> Result<Option<Opened>, HostUnavailable> {
        let Some(cookie) = self.find(name).cloned() else { return Ok(None) };
        let sealed = match cookie.is_reference {
            false => Some(cookie.sealed),
            true => self.recall(site, host, &cookie, None).await?,
        };
        let text = match sealed {
            Some(sealed) => host.open(context(site, name, cookie.at), sealed).await?,
            None => None,
        };
        if text.is_none() {
            self.end(site, name);
        }
        Ok(text.map(|text| Opened { text, at: cookie.at }))
    }

    /// Has the browser forget the cookie of that name, and whoever keeps what it refers to. Should they not answer, that ends
    /// with its session, or expires.
    pub(super) async fn discard<H: PagesHost>(&mut self, site: &Site, host: &H, name: &str) {
        if let Some(cookie) = self.find(name).filter(|cookie| cookie.is_reference).cloned() {
            let _ = self.recall(site, host, &cookie, Some(0)).await;
        }
        self.end(site, name);
    }

    /// Has the browser keep `text` for `seconds`; `false` where it is too long for any cookie, and nobody keeps it instead.
    /// Logins begun too long ago go. Tokens for which there is no room then are kept by their user's account; where nobody
    /// keeps them, those go that were obtained longest ago.
    pub(super) async fn keep<H: PagesHost>(
        &mut self,
        site: &Site,
        host: &H,
        name: &str,
        text: String,
        seconds: u64,
    ) -> Result<bool, HostUnavailable> {
        let Some(kind) = kind(site, name) else { return Ok(false) };
        let before = self.find(name).filter(|cookie| cookie.is_reference).cloned();
        let at = site.now;
        let sealed = host.seal(context(site, name, at), text).await?;
        let cookie = Untrusted { name: name.to_owned(), kind, at, sealed, is_reference: false, fresh: true };
        self.set(site, cookie, seconds);
        self.end_logins(site);
        self.make_room(site, host).await;
        if self.find(name).is_some_and(Untrusted::is_too_long) {
            self.cookies.retain(|other| other.name != name);
            self.changes.retain(|(other, _)| other != name);
            return if self.unkept == Some(Unkept::Unavailable) { Err(HostUnavailable) } else { Ok(false) };
        }
        if let Some(before) = before {
            let _ = self.recall(site, host, &before, Some(ON_THE_WAY)).await;
        }
        Ok(true)
    }

    /// Has the browser forget the cookie of that name.
    pub(super) fn end(&mut self, site: &Site, name: &str) {
        self.cookies.retain(|other| other.name != name);
        self.change(name, format!("{name}=; Path=/; Max-Age=0; {}", attributes(site)));
    }

    /// Has the browser forget all of them.
    pub(super) fn end_all(&mut self, site: &Site) {
        let held = self.cookies.iter().map(|cookie| cookie.name.clone());
        let names: Vec<String> = held.chain(std::mem::take(&mut self.repeated)).collect();
        for name in names {
            self.end(site, &name);
        }
    }

    /// The fields `Set-Cookie` of the response.
    pub(super) fn into_fields(self) -> Vec<String> {
        self.changes.into_iter().map(|(_, field)| field).collect()
    }

    fn change(&mut self, name: &str, field: String) {
        self.changes.retain(|(other, _)| other != name);
        self.changes.push((name.to_owned(), field));
    }

    fn find(&self, name: &str) -> Option<&Untrusted> {
        self.cookies.iter().find(|cookie| cookie.name == name)
    }

    fn set(&mut self, site: &Site, cookie: Untrusted, seconds: u64) {
        let Untrusted { name, .. } = &cookie;
        self.change(
            name,
            format!("{name}={}; Path=/; Max-Age={seconds}; {}", cookie.value(), attributes(site)),
        );
        self.cookies.retain(|other| other.name != *name);
        self.cookies.push(cookie);
    }

    fn end_logins(&mut self, site: &Site) {
        let is_login = |cookie: &Untrusted| cookie.kind == Kind::Login;
        let is_stale = |cookie: &Untrusted| is_login(cookie) && site.now.since(cookie.at) > LOGIN_LIFETIME;
        while let Some(name) = self.oldest(&is_stale) {
            self.end(site, &name);
        }
        while self.cookies.iter().filter(|cookie| is_login(cookie)).count() > MAX_LOGINS {
            let Some(name) = self.oldest(&is_login) else { break };
            self.end(site, &name);
        }
    }

    /// Has the account of their user keep tokens as they are sealed, and references take their place, until there is room;
    /// once it does not, the oldest cookies go.
    async fn make_room<H: PagesHost>(&mut self, site: &Site, host: &H) {
        while let Some(cookie) = self.to_put_aside() {
            match reference_to(site, host, &cookie).await {
                Ok((sealed, seconds)) => {
                    self.set(site, Untrusted { sealed, is_reference: true, ..cookie }, seconds);
                }
                Err(unkept) => self.unkept = Some(unkept),
            }
        }
        // Others would make no room for one that no cookie can hold.
        while self.length() > MAX_TOGETHER && !self.cookies.iter().any(Untrusted::is_too_long) {
            let Some(name) = self.oldest(&|_| true) else { break };
            self.end(site, &name);
        }
    }

    /// The tokens that are to lie elsewhere next: those that have just come, so that what the browser has stays as it is.
    fn to_put_aside(&self) -> Option<Untrusted> {
        let too_long = self.cookies.iter().find(|cookie| cookie.is_too_long());
        if self.unkept.is_some() || (too_long.is_none() && self.length() <= MAX_TOGETHER) {
            return None;
        }
        let has_tokens = |cookie: &Untrusted| cookie.kind == Kind::Tokens && !cookie.is_reference;
        let next = match too_long {
            Some(cookie) => Some(cookie),
            None => match self.cookies.iter().find(|cookie| cookie.fresh && has_tokens(cookie)) {
                Some(fresh) => Some(fresh),
                None => self.oldest(&has_tokens).and_then(|name| self.find(&name)),
            },
        };
        next.filter(|cookie| has_tokens(cookie)).cloned()
    }

    /// Of all of them together, in octets.
    fn length(&self) -> usize {
        self.cookies.iter().map(Untrusted::length).sum()
    }

    /// What `cookie` refers to, as it is sealed.
    async fn recall<H: PagesHost>(
        &mut self,
        site: &Site,
        host: &H,
        cookie: &Untrusted,
        release_after: Option<u64>,
    ) -> Result<Option<String>, HostUnavailable> {
        let context = reference_context(site, &cookie.name, cookie.at);
        let text = host.open(context, cookie.sealed.clone()).await?;
        let Some(reference) = text.as_deref().and_then(Reference::parse) else { return Ok(None) };
        let sealed = kept::recall(site, host, &reference, release_after).await?;
        if sealed.is_none() {
            self.missed = Some(cookie.at);
        }
        Ok(sealed)
    }

    /// The name of the cookie that goes first among those that `chosen` says and that are not fresh.
    fn oldest(&self, chosen: &dyn Fn(&Untrusted) -> bool) -> Option<String> {
        let candidates = self.cookies.iter().filter(|cookie| !cookie.fresh && chosen(cookie));
        candidates.min_by_key(|cookie| (cookie.kind, cookie.at)).map(|cookie| cookie.name.clone())
    }
}

/// `__Host-` keeps sibling hosts from setting it. Without TLS, which is in development, browsers refuse it.
fn name(site: &Site, own: &str) -> String {
    let host = if site.is_secure() { "__Host-" } else { "" };
    format!("{host}{PREFIX}{own}")
}

/// No script can read it, and no other site's form or frame carries it along.
fn attributes(site: &Site) -> &'static str {
    if site.is_secure() { "HttpOnly; SameSite=Lax; Secure" } else { "HttpOnly; SameSite=Lax" }
}

fn kind(site: &Site, full_name: &str) -> Option<Kind> {
    let own = full_name.strip_prefix(&name(site, ""))?;
    if own == HINT {
        return Some(Kind::Hint);
    }
    if own.starts_with(LOGIN) {
        return Some(Kind::Login);
    }
    own.strip_prefix(TOKENS).map(|_| Kind::Tokens)
}

fn read(site: &Site, name: &str, value: &str) -> Option<Untrusted> {
    let kind = kind(site, name)?;
    if name.len() + value.len() > MAX_LENGTH {
        return None;
    }
    let (at, rest) = value.split_once('.')?;
    let at = UnixTime::from_seconds(at.parse().ok()?);
    let reference = rest.strip_prefix(KEPT).filter(|_| kind == Kind::Tokens);
    let (sealed, is_reference) = (reference.unwrap_or(rest).to_owned(), reference.is_some());
    Some(Untrusted { name: name.to_owned(), kind, at, sealed, is_reference, fresh: false })
}

/// The resource whose tokens the cookie of that name holds.
fn resource(site: &Site, full_name: &str) -> Option<ResourceId> {
    ResourceId::parse(full_name.strip_prefix(&name(site, TOKENS))?).ok()
}

/// A sealed reference to what is sealed in `cookie`, and for how many seconds it is good.
async fn reference_to<H: PagesHost>(
    site: &Site,
    host: &H,
    Untrusted { name, at, sealed, .. }: &Untrusted,
) -> Result<(String, u64), Unkept> {
    let text = host.open(context(site, name, *at), sealed.clone()).await?;
    let held = text.and_then(|text| Held::parse(&Opened { text, at: *at })).ok_or(Unkept::Refused)?;
    let resource = resource(site, name).ok_or(Unkept::Refused)?;
    let (reference, expires_at) = kept::keep(site, host, &resource, &held, sealed).await?;
    let sealed = host.seal(reference_context(site, name, *at), reference.text()).await?;
    Ok((sealed, expires_at.since(site.now)))
}

/// What a cookie is sealed for. No part of it can hold a line feed.
fn context(site: &Site, name: &str, at: UnixTime) -> String {
    let (tenant, client) = (site.tenant.id(), site.settings.client_id());
    format!("{tenant}\n{client}\n{name}\n{}", at.seconds())
}

/// What a reference is sealed for, so that it is none of a cookie's own texts.
fn reference_context(site: &Site, name: &str, at: UnixTime) -> String {
    format!("{}\nreference", context(site, name, at))
}
