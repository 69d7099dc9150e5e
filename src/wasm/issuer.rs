//! The authorization server's endpoints.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::issuer::{IssuerRequest, MAX_BODY_LENGTH, answer};
use crate::vocabulary::HttpResponse;

use super::exchange::Exchange;
use super::tenant::{TenantHandle, unix_time};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The result of an issuer exchange; `null` where the path is no endpoint. */
export type IssuerAnswer = { response: PlainResponse; reason: string | null } | null;
"#;

#[derive(Serialize)]
struct IssuerAnswer {
    response: HttpResponse,
    reason: Option<&'static str>,
}

/// Longest body that is read, in octets.
#[wasm_bindgen(js_name = maxBodyLength)]
#[must_use]
pub fn max_body_length() -> usize {
    MAX_BODY_LENGTH
}

#[wasm_bindgen]
impl TenantHandle {
    /// Begins to answer a request to the authorization server: `body` is at most `maxBodyLength() + 1` octets of it.
    /// The exchange's result is an `IssuerAnswer`.
    #[wasm_bindgen(js_name = answerIssuerRequest)]
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "a struct would have to be read from a JavaScript object")]
    pub fn answer_issuer_request(
        &self,
        method: String,
        path: String,
        query: String,
        content_type: Option<String>,
        authorization: Option<String>,
        body: Vec<u8>,
        now: f64,
    ) -> Exchange {
        let tenant = self.tenant();
        Exchange::new(move |host| async move {
            let request = IssuerRequest {
                method: &method,
                path: &path,
                query: &query,
                content_type: content_type.as_deref(),
                authorization: authorization.as_deref(),
                body: &body,
            };
            let answer = answer(&host, &tenant, &request, unix_time(now)).await?;
            Some(IssuerAnswer { response: answer.response, reason: answer.reason })
        })
    }
}
