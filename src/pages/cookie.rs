//! The cookies of gated pages: one for the tokens of each resource, one for each login under way, one for the ID token by
//! which a logout asks nothing.
//!
//! A value is `{when it was made}.{sealed text}`. Name and time are bound into the seal, with tenant and client, so that
//! no cookie passes for another; the time stands in clear so that the oldest one can be dropped unopened.

use crate::host::HostUnavailable;
use crate::vocabulary::{ResourceId, UnixTime, cookie_pairs};

use super::host::PagesHost;
use super::visit::Site;

const PREFIX: &str = "audgate-page.";
const TOKENS: &str = "token.";
const LOGIN: &str = "login.";
const HINT: &str = "hint";
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
    /// Set by this very response.
    fresh: bool,
}

impl Untrusted {
    /// With what separates it from the next one.
    fn length(&self) -> usize {
        self.name.len() + 1 + value(self.at, &self.sealed).len() + 2
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

/// The `Cookie` field as a handler may see it, where it differs from `field`: without anything of ours. What only holds our
/// name goes too, because fields that stand twice are joined in more ways than one.
pub(super) fn for_handler(field: &str) -> Option<String> {
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
        Self { cookies, repeated, changes: Vec::new() }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.cookies.iter().any(|cookie| cookie.name == name)
    }

    /// The names of all cookies with tokens.
    pub(super) fn tokens(&self) -> Vec<String> {
        let tokens = self.cookies.iter().filter(|cookie| cookie.kind == Kind::Tokens);
        tokens.map(|cookie| cookie.name.clone()).collect()
    }

    /// What the cookie of that name holds. One that does not open is ended.
    pub(super) async fn open<H: PagesHost>(
        &mut self,
        site: &Site,
        host: &H,
        name: &str,
    ) -> Result<Option<Opened>, HostUnavailable> {
        let Some(cookie) = self.cookies.iter().find(|cookie| cookie.name == name) else { return Ok(None) };
        let at = cookie.at;
        match host.open(context(site, name, at), cookie.sealed.clone()).await? {
            Some(text) => Ok(Some(Opened { text, at })),
            None => {
                self.end(site, name);
                Ok(None)
            }
        }
    }

    /// Has the browser keep `text` for `seconds`; `false` where it is too long for any cookie. What there is no room for
    /// goes: logins begun too long ago, then of the tokens those that were obtained longest ago.
    pub(super) async fn keep<H: PagesHost>(
        &mut self,
        site: &Site,
        host: &H,
        name: &str,
        text: String,
        seconds: u64,
    ) -> Result<bool, HostUnavailable> {
        let Some(kind) = kind(site, name) else { return Ok(false) };
        let at = site.now;
        let sealed = host.seal(context(site, name, at), text).await?;
        let cookie = Untrusted { name: name.to_owned(), kind, at, sealed, fresh: true };
        let value = value(at, &cookie.sealed);
        if name.len() + value.len() > MAX_LENGTH {
            return Ok(false);
        }
        self.cookies.retain(|other| other.name != name);
        self.cookies.push(cookie);
        self.change(name, format!("{name}={value}; Path=/; Max-Age={seconds}; {}", attributes(site)));
        self.make_room(site);
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

    fn make_room(&mut self, site: &Site) {
        let logins = |cookie: &&Untrusted| cookie.kind == Kind::Login;
        let stale = |cookie: &&Untrusted| logins(cookie) && site.now.since(cookie.at) > LOGIN_LIFETIME;
        while let Some(name) = self.oldest(stale) {
            self.end(site, &name);
        }
        while self.cookies.iter().filter(logins).count() > MAX_LOGINS {
            let Some(name) = self.oldest(logins) else { break };
            self.end(site, &name);
        }
        while self.cookies.iter().map(Untrusted::length).sum::<usize>() > MAX_TOGETHER {
            let Some(name) = self.oldest(|_| true) else { break };
            self.end(site, &name);
        }
    }

    /// The name of the cookie that goes first among those that `chosen` says and that are not fresh.
    fn oldest(&self, chosen: impl Fn(&&Untrusted) -> bool) -> Option<String> {
        let candidates = self.cookies.iter().filter(|cookie| !cookie.fresh).filter(chosen);
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
    let (at, sealed) = value.split_once('.')?;
    let at = UnixTime::from_seconds(at.parse().ok()?);
    Some(Untrusted { name: name.to_owned(), kind, at, sealed: sealed.to_owned(), fresh: false })
}

fn value(at: UnixTime, sealed: &str) -> String {
    format!("{}.{sealed}", at.seconds())
}

/// What a cookie is sealed for. No part of it can hold a line feed.
fn context(site: &Site, name: &str, at: UnixTime) -> String {
    let (tenant, client) = (site.tenant.id(), site.settings.client_id());
    format!("{tenant}\n{client}\n{name}\n{}", at.seconds())
}
