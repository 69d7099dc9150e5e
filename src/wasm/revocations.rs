//! What this isolate knows of a tenant's list of revocations. It outlives configurations.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use crate::revocation::{ListError, Revocations, head_key, shard_key};
use crate::vocabulary::TenantId;

use super::tenant::unix_time;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Why a record is not taken for part of the list of revocations. What was known before stays. */
export type ListError = "missing" | "broken" | "later_form" | "foreign" | "older" | "future";
"#;

/// A tenant's list of revocations as far as it was read.
#[wasm_bindgen]
pub struct RevocationsHandle(Rc<RefCell<Revocations>>);

impl RevocationsHandle {
    pub(super) fn shared(&self) -> Rc<RefCell<Revocations>> {
        Rc::clone(&self.0)
    }
}

#[wasm_bindgen]
impl RevocationsHandle {
    /// Knows nothing yet of the list of `tenantId`; `undefined` where that is no tenant's identifier.
    #[must_use]
    pub fn of(tenant_id: &str) -> Option<Self> {
        let tenant_id = TenantId::parse(tenant_id).ok()?;
        Some(Self(Rc::new(RefCell::new(Revocations::new(tenant_id)))))
    }

    /// The key of the list's head.
    #[wasm_bindgen(js_name = headKey)]
    #[must_use]
    pub fn head_key(&self) -> String {
        head_key(self.0.borrow().tenant())
    }

    /// The key of one of its shards.
    #[wasm_bindgen(js_name = shardKey)]
    #[must_use]
    pub fn shard_key(&self, index: usize) -> String {
        shard_key(self.0.borrow().tenant(), index)
    }

    /// Takes the head that was read at `now`, in seconds since the Unix epoch; `undefined` says that there is none.
    /// Answers why it changes nothing, if it does not.
    #[wasm_bindgen(js_name = takeHead, unchecked_return_type = "ListError | undefined")]
    pub fn take_head(&self, text: Option<String>, now: f64) -> Option<String> {
        problem(self.0.borrow_mut().take_head(text.as_deref(), unix_time(now)))
    }

    /// The shards that are to be read.
    #[wasm_bindgen(js_name = missingShards, unchecked_return_type = "number[]")]
    #[must_use]
    pub fn missing_shards(&self) -> Vec<JsValue> {
        self.0.borrow().missing_shards().into_iter().map(JsValue::from).collect()
    }

    /// Takes a shard; `undefined` says that there is none. Answers why it changes nothing, if it does not.
    #[wasm_bindgen(js_name = takeShard, unchecked_return_type = "ListError | undefined")]
    pub fn take_shard(&self, index: usize, text: Option<String>) -> Option<String> {
        problem(self.0.borrow_mut().take_shard(index, text.as_deref()))
    }
}

fn problem(outcome: Result<(), ListError>) -> Option<String> {
    outcome.err().map(|error| error.code().to_owned())
}
