//! Verifying any compact JWS against any JWK Set.

use serde::Serialize;
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use crate::compact_verification::verify_compact;

use super::exchange::Exchange;

#[derive(Serialize)]
#[serde(untagged)]
enum Verification {
    /// The header as JSON text: JavaScript reads its numbers and its `__proto__` as it reads everybody's.
    Verified {
        ok: bool,
        header: String,
        payload: ByteBuf,
    },
    Refused {
        ok: bool,
        reason: &'static str,
    },
}

/// Verifies `token`, a compact JWS, by a key of `jwks`, a JWK Set as JSON text. The exchange's result is
/// `{ ok: true, header, payload }`, the header as JSON text, or `{ ok: false, reason }`.
#[wasm_bindgen(js_name = verifyCompact)]
#[must_use]
pub fn verify_compact_jws(token: String, jwks: String) -> Exchange {
    Exchange::new(|host| async move {
        match verify_compact(&host, &token, &jwks).await {
            Ok(verified) => Verification::Verified {
                ok: true,
                header: serde_json::to_string(&verified.header).unwrap_or_default(),
                payload: ByteBuf::from(verified.payload),
            },
            Err(refusal) => Verification::Refused { ok: false, reason: refusal.code() },
        }
    })
}
