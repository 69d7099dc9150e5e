//! Gated pages: the endpoint runs as others do, with effects of its own.

use std::rc::Rc;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::host::{CallError, HostUnavailable, ObjectClass};
use crate::pages::{
    self, AuthenticationDemand, Covered, Denial, PageRequest, PagesHost, PagesSettings, PagesSettingsText,
    Post, PostReply, Site, Verdict, visit,
};
use crate::vocabulary::json::Json;
use crate::vocabulary::{EntropyUnavailable, HttpResponse};

use super::exchange::{BoundaryHost, Effect, Exchange, Reply};
use super::tenant::{TenantHandle, unix_time};

/// What the boundary's own texts need, and what nobody sends.
const MAX_DEPTH: usize = 4;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What gated pages read of a request; absent fields are left out. */
export interface PageHead {
  method: string;
  url: string;
  cookie?: string;
  /** Present where there is an `Authorization` field; its value does not matter. */
  authorization?: string;
  origin?: string;
  sec_fetch_site?: string;
  sec_fetch_mode?: string;
  sec_fetch_dest?: string;
  accept?: string;
}

/** The settings of gated pages. */
export interface PageSettings {
  client_id: string;
  client_secret?: string;
  path: string;
  scope?: string;
  after_logout?: string;
}

/** What gated pages ask of their host. */
export type PageEffect =
  | { type: "seal"; context: string; text: string }
  | { type: "open"; context: string; sealed: string }
  /** The reply is `missing` where there are no objects. */
  | { type: "call"; object: "account"; name: string; request: string }
  /** The reply is `{status}\n{body}`. */
  | { type: "post"; url: string; authorization: string | null; body: string }
  /** The gate's decision about this request, or about a GET of `url`; the reply is a `PageVerdict` as JSON text. */
  | { type: "judge"; token: string | null; url: string | null };

/** A decision of the gate, as far as pages go by it. */
export interface PageVerdict {
  type: "allow" | "respond" | "deny";
  status?: number;
  reason?: string;
  challenge?: string;
  acr_values?: string;
  max_age?: number;
}

/** What becomes of a request. */
export type PageVisit =
  | {
      type: "visited";
      /** In place of what the gate decided last about this request; `null` where that stands. */
      answer: PlainResponse | null;
      reason: string | null;
      set_cookies: string[];
      /** The `Cookie` field as the handler gets it, empty for none; `null` where it is the one that came. */
      handler_cookie: string | null;
      by_cookie: boolean;
    }
  | { type: "misconfigured"; fault: string };
"#;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum PageVisit {
    Visited {
        answer: Option<HttpResponse>,
        reason: Option<&'static str>,
        set_cookies: Vec<String>,
        handler_cookie: Option<String>,
        by_cookie: bool,
    },
    Misconfigured {
        fault: String,
    },
}

/// The `Cookie` field as a handler may see it, empty for none; `undefined` where it is the one that came. For gates without
/// pages: those of others stand in it, and the issuer's.
#[wasm_bindgen(js_name = handlerCookie)]
#[must_use]
pub fn handler_cookie(field: &str) -> Option<String> {
    pages::handler_cookie(field)
}

#[wasm_bindgen]
impl TenantHandle {
    /// Begins to answer a request at a gate with pages: `head` is a `PageHead`, `settings` a `PageSettings`, both as JSON
    /// text. The effects are `PageEffect`s, the exchange's result is a `PageVisit`.
    #[wasm_bindgen(js_name = visitPage)]
    #[must_use]
    pub fn visit_page(&self, head: &str, settings: &str, now: f64) -> Exchange {
        let request = request(head);
        let resource = self.gate().resource_at(&request.url).map(|resource| resource.id().clone());
        let is_public = self.gate().is_public(&request.method, &request.url);
        let tenant = Rc::clone(self.gate().tenant());
        let settings = PagesSettings::check(settings_text(settings));
        Exchange::new(move |host| async move {
            let settings = match settings {
                Ok(settings) => settings,
                Err(error) => return PageVisit::Misconfigured { fault: error.to_string() },
            };
            let site = Site { tenant, settings, now: unix_time(now) };
            let covered = resource.as_ref().map(|resource| Covered { resource, is_public });
            let visit = visit(&site, &request, covered, &host).await;
            PageVisit::Visited {
                answer: visit.answer,
                reason: visit.reason,
                set_cookies: visit.set_cookies,
                handler_cookie: visit.handler_cookie,
                by_cookie: visit.by_cookie,
            }
        })
    }
}

impl PagesHost for BoundaryHost {
    async fn seal(&self, context: String, text: String) -> Result<String, HostUnavailable> {
        self.value(Effect::Seal { context, text }).await?.ok_or(HostUnavailable)
    }

    async fn open(&self, context: String, sealed: String) -> Result<Option<String>, HostUnavailable> {
        self.value(Effect::Open { context, sealed }).await
    }

    async fn ask_account(&self, name: String, request: String) -> Result<String, CallError> {
        let object = ObjectClass::Account.as_str();
        match self.perform(Effect::Call { object, name, request }).await {
            Reply::Value(Some(reply)) => Ok(reply),
            Reply::BindingMissing => Err(CallError::BindingMissing),
            _ => Err(CallError::Unavailable),
        }
    }

    async fn post(&self, post: Post) -> Result<PostReply, HostUnavailable> {
        let Post { url, authorization, body } = post;
        let reply = self.value(Effect::Post { url, authorization, body }).await?.ok_or(HostUnavailable)?;
        let (status, body) = reply.split_once('\n').ok_or(HostUnavailable)?;
        let status = status.parse().map_err(|_| HostUnavailable)?;
        Ok(PostReply { status, body: body.to_owned() })
    }

    async fn judge(&self, token: Option<String>, url: Option<String>) -> Result<Verdict, HostUnavailable> {
        let reply = self.value(Effect::Judge { token, url }).await?.ok_or(HostUnavailable)?;
        verdict(&reply).ok_or(HostUnavailable)
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        getrandom::fill(bytes).map_err(|_| EntropyUnavailable)
    }
}

impl BoundaryHost {
    async fn value(&self, effect: Effect) -> Result<Option<String>, HostUnavailable> {
        match self.perform(effect).await {
            Reply::Value(value) => Ok(value),
            _ => Err(HostUnavailable),
        }
    }
}

fn verdict(reply: &str) -> Option<Verdict> {
    let reply = Json::parse(reply.as_bytes(), MAX_DEPTH).ok()?;
    let text = |name| owned(&reply, name);
    let whole = |name: &str| match reply.member(name) {
        Some(Json::Whole(number)) => Some(*number),
        _ => None,
    };
    match reply.text_of("type")? {
        "allow" => Some(Verdict::Allow),
        "respond" => Some(Verdict::Respond),
        "deny" => {
            let demand = AuthenticationDemand { acr_values: text("acr_values"), max_age: whole("max_age") };
            Some(Verdict::Deny(Denial {
                status: u16::try_from(whole("status")?).ok()?,
                reason: text("reason")?,
                challenge: text("challenge"),
                demand: Some(demand).filter(|demand| *demand != AuthenticationDemand::default()),
            }))
        }
        _ => None,
    }
}

/// What cannot be read is a request for no page, about which the gate decides.
fn request(head: &str) -> PageRequest {
    let Ok(head) = Json::parse(head.as_bytes(), MAX_DEPTH) else { return PageRequest::default() };
    let text = |name| owned(&head, name);
    PageRequest {
        method: text("method").unwrap_or_default(),
        url: text("url").unwrap_or_default(),
        cookie: text("cookie"),
        has_authorization: head.member("authorization").is_some(),
        origin: text("origin"),
        sec_fetch_site: text("sec_fetch_site"),
        sec_fetch_mode: text("sec_fetch_mode"),
        sec_fetch_dest: text("sec_fetch_dest"),
        accept: text("accept"),
    }
}

fn settings_text(settings: &str) -> PagesSettingsText {
    let Ok(settings) = Json::parse(settings.as_bytes(), MAX_DEPTH) else {
        return PagesSettingsText::default();
    };
    let text = |name| owned(&settings, name);
    PagesSettingsText {
        client_id: text("client_id").unwrap_or_default(),
        client_secret: text("client_secret"),
        path: text("path").unwrap_or_default(),
        scope: text("scope"),
        after_logout: text("after_logout"),
    }
}

/// Not inlined a dozen times: this is no hot path, and the gate's module is small.
#[inline(never)]
fn owned(object: &Json, name: &str) -> Option<String> {
    object.text_of(name).map(str::to_owned)
}
