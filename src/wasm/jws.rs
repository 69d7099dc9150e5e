//! Verifying any compact JWS against any JWK Set.

use serde::Serialize;
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use crate::compact_verification::verify_compact;
use crate::vocabulary::json::Json;

use super::exchange::Exchange;

#[derive(Serialize)]
#[serde(untagged)]
enum Verification {
    Verified { ok: bool, header: Json, payload: ByteBuf },
    Refused { ok: bool, reason: &'static str },
}

/// Verifies `token`, a compact JWS, by a key of `jwks`, a JWK Set as JSON text. The exchange's result is
/// `{ ok: true, header, payload }` or `{ ok: false, reason }`.
#[wasm_bindgen(js_name = verifyCompact)]
#[must_use]
pub fn verify_compact_jws(token: String, jwks: String) -> Exchange {
    Exchange::new(|host| async move {
        match verify_compact(&host, &token, &jwks).await {
            Ok(verified) => Verification::Verified {
                ok: true,
                header: verified.header,
                payload: ByteBuf::from(verified.payload),
            },
            Err(refusal) => Verification::Refused { ok: false, reason: refusal.code() },
        }
    })
}
