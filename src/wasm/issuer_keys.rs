//! The keys of trusted issuers at the boundary: whose are needed, and whether what was fetched can be taken.

use wasm_bindgen::prelude::*;

use crate::access_token::{KeyDocument, KeysNeed, read_issuer_keys, read_issuer_metadata};
use crate::gate::PendingKeys;

use super::tenant::{NextStep, TenantHandle, unix_time};

/// A decision that waits for the keys of another issuer.
#[wasm_bindgen]
pub struct KeysHandle(PendingKeys);

/// Why keys are asked for.
#[wasm_bindgen(js_name = KeysNeed)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysNeedWord {
    /// The core has none that it may use.
    Missing = 0,
    /// It has some, and they are due to be asked for again, beside the request.
    Due = 1,
    /// The token names a key that is not among them.
    UnknownKey = 2,
}

#[wasm_bindgen]
impl TenantHandle {
    /// What waits for the keys of another issuer.
    #[wasm_bindgen(js_name = takeKeys)]
    pub fn take_keys(&mut self) -> Option<KeysHandle> {
        self.keys.take().map(KeysHandle)
    }

    /// Goes on once the keys of another issuer were asked for. `text` is their JWK Set, `undefined` for none; the times are
    /// seconds since the Unix epoch: when the issuer said so, and from when on it is to be asked again. `reached` says
    /// whether they are as the issuer has them now. Answers what is to be done next.
    #[wasm_bindgen(js_name = concludeKeys)]
    pub fn conclude_keys(
        &mut self,
        pending: KeysHandle,
        text: Option<String>,
        confirmed_at: f64,
        fresh_until: f64,
        reached: bool,
        with_trace: bool,
    ) -> NextStep {
        let document = text.as_deref().map(|text| KeyDocument {
            text,
            confirmed_at: unix_time(confirmed_at),
            fresh_until: unix_time(fresh_until),
        });
        let step = self.gate.conclude_keys(pending.0, document, reached);
        self.next(step, with_trace)
    }
}

#[wasm_bindgen]
impl KeysHandle {
    /// The issuer.
    #[must_use]
    #[wasm_bindgen(getter)]
    pub fn issuer(&self) -> String {
        self.0.source().issuer().to_owned()
    }

    /// The URL of its JWK Set, where the configuration tells.
    #[must_use]
    #[wasm_bindgen(getter, js_name = jwksUri)]
    pub fn jwks_uri(&self) -> Option<String> {
        self.0.source().jwks_uri().map(str::to_owned)
    }

    /// Where else its metadata may be that names the URL, in the order in which to ask.
    #[must_use]
    #[wasm_bindgen(js_name = metadataUrls)]
    pub fn metadata_urls(&self) -> Vec<String> {
        self.0.source().metadata_urls().to_vec()
    }

    /// Why they are asked for.
    #[must_use]
    #[wasm_bindgen(getter)]
    pub fn need(&self) -> KeysNeedWord {
        match self.0.need() {
            KeysNeed::Missing => KeysNeedWord::Missing,
            KeysNeed::Due => KeysNeedWord::Due,
            KeysNeed::UnknownKey(_) => KeysNeedWord::UnknownKey,
        }
    }

    /// When the keys that the core has were confirmed, seconds since the Unix epoch; 0 where that does not matter.
    #[must_use]
    #[wasm_bindgen(getter, js_name = confirmedAt)]
    pub fn confirmed_at(&self) -> f64 {
        match self.0.need() {
            KeysNeed::UnknownKey(confirmed_at) => confirmed_at.seconds() as f64,
            KeysNeed::Missing | KeysNeed::Due => 0.0,
        }
    }
}

/// The URL of the JWK Set that `metadata` of `issuer` names; `undefined` where it names none that may be asked, or is
/// another issuer's.
#[wasm_bindgen(js_name = keysUrlOf)]
#[must_use]
pub fn keys_url_of(metadata: &str, issuer: &str) -> Option<String> {
    read_issuer_metadata(metadata, issuer).ok()
}

/// Why a text is not taken for an issuer's JWK Set, as one word; `undefined` where it is.
#[wasm_bindgen(js_name = keySetFault)]
#[must_use]
pub fn key_set_fault(text: &str) -> Option<String> {
    read_issuer_keys(text).err().map(|error| error.code().to_owned())
}
