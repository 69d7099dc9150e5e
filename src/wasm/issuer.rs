//! The authorization server's endpoints.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

use crate::issuer::{IssuerRequest, answer};
use crate::sealing::MasterKeys;
use crate::vocabulary::HttpResponse;

use super::exchange::Exchange;
use super::tenant::{TenantHandle, unix_time};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The head of a request to the authorization server; absent fields are `null`. */
export interface RequestHead {
  method: string;
  path: string;
  /** Without its question mark; empty for none. */
  query: string;
  content_type: string | null;
  authorization: string | null;
  dpop: string | null;
  cookie: string | null;
  origin: string | null;
  sec_fetch_site: string | null;
  /** Of the caller, as the platform saw it; empty where it does not tell. */
  address: string;
  if_match: string | null;
  idempotency_key: string | null;
  /** What tells this request from others, for the audit log. */
  request_id: string;
}

/** The result of an issuer exchange; `null` where the path is no endpoint. */
export type IssuerAnswer = { response: PlainResponse; reason: string | null } | null;
"#;

#[derive(Deserialize)]
struct RequestHead {
    method: String,
    path: String,
    query: String,
    content_type: Option<String>,
    authorization: Option<String>,
    dpop: Option<String>,
    cookie: Option<String>,
    origin: Option<String>,
    sec_fetch_site: Option<String>,
    address: String,
    if_match: Option<String>,
    idempotency_key: Option<String>,
    request_id: String,
}

#[derive(Serialize)]
struct IssuerAnswer {
    response: HttpResponse,
    reason: Option<&'static str>,
}

/// Longest body that is read of a request to `path`, in octets.
#[wasm_bindgen(js_name = maxBodyLength)]
#[must_use]
pub fn max_body_length(path: &str) -> usize {
    crate::issuer::max_body_length(path)
}

/// What is wrong with the secret `MASTER_KEY`; `undefined` where nothing is.
#[wasm_bindgen(js_name = masterKeyFault)]
#[must_use]
pub fn master_key_fault(master_key: &str) -> Option<String> {
    MasterKeys::parse(master_key).err().map(|error| error.to_string())
}

#[wasm_bindgen]
impl TenantHandle {
    /// Begins to answer a request to the authorization server: `head` is a `RequestHead` as JSON text, `body` at most
    /// `maxBodyLength(path) + 1` octets, `masterKey` the secret of that name. The exchange's result is an `IssuerAnswer`.
    #[wasm_bindgen(js_name = answerIssuerRequest)]
    #[must_use]
    pub fn answer_issuer_request(
        &self,
        head: String,
        body: Vec<u8>,
        master_key: Option<String>,
        now: f64,
    ) -> Exchange {
        let tenant = self.tenant();
        Exchange::new(move |host| async move {
            let head: RequestHead = serde_json::from_str(&head).ok()?;
            // One that cannot be read counts as absent; the log names the fault at start.
            let master_keys = master_key.and_then(|text| MasterKeys::parse(&text).ok());
            let request = IssuerRequest {
                method: &head.method,
                path: &head.path,
                query: &head.query,
                content_type: head.content_type.as_deref(),
                authorization: head.authorization.as_deref(),
                dpop: head.dpop.as_deref(),
                cookie: head.cookie.as_deref(),
                origin: head.origin.as_deref(),
                sec_fetch_site: head.sec_fetch_site.as_deref(),
                address: &head.address,
                if_match: head.if_match.as_deref(),
                idempotency_key: head.idempotency_key.as_deref(),
                request_id: &head.request_id,
                body: &body,
            };
            let answer = answer(&host, &tenant, master_keys.as_ref(), &request, unix_time(now)).await?;
            Some(IssuerAnswer { response: answer.response, reason: answer.reason })
        })
    }
}
