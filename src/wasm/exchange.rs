//! How an `async` endpoint runs without an executor: each request owns its future, the next effect crosses as plain
//! data, JavaScript performs it and resumes. Requests share no queue, so none waits for another's promise.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use serde::Serialize;
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use crate::host::{CallError, Host, HostUnavailable, Limiter, Mail, ObjectClass, SignError};
use crate::jose::{Algorithm, VerificationKey, portable};
use crate::vocabulary::json::Json;
use crate::vocabulary::{EntropyUnavailable, KeyId};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What an endpoint asks of its host, one at a time. */
export type Effect =
  | { type: "read"; key: string }
  | { type: "sign"; kid: string; algorithm: string; message: Uint8Array }
  | { type: "verify"; jwk: JsonWebKey; algorithm: string; message: Uint8Array; signature: Uint8Array }
  | { type: "has"; kid: string; algorithm: string }
  | { type: "generate"; algorithm: string }
  | { type: "import"; kid: string; algorithm: string; jwk: string }
  | { type: "call"; object: "account" | "challenge" | "directory" | "management"; name: string; request: string }
  | { type: "mail"; to: string; subject: string; text: string; html: string; link: string }
  | { type: "limit"; limiter: "login" | "link" | "token"; key: string }
  | { type: "deliver"; url: string; body: string };

/** How far an endpoint got. */
export type ExchangeStep<T, E = Effect> = { type: "effect"; effect: E } | { type: "done"; result: T };
"#;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(super) enum Effect {
    Read { key: String },
    Sign { kid: String, algorithm: &'static str, message: ByteBuf },
    Verify { jwk: Json, algorithm: &'static str, message: ByteBuf, signature: ByteBuf },
    Has { kid: String, algorithm: &'static str },
    Generate { algorithm: &'static str },
    Import { kid: String, algorithm: &'static str, jwk: String },
    Call { object: &'static str, name: String, request: String },
    Mail { to: String, subject: String, text: String, html: String, link: String },
    Limit { limiter: &'static str, key: String },
    Deliver { url: String, body: String },
    Seal { context: String, text: String },
    Open { context: String, sealed: String },
    Post { url: String, authorization: Option<String>, body: String },
    Judge { token: Option<String>, url: Option<String> },
}

/// The host's answer to an effect.
pub(super) enum Reply {
    Value(Option<String>),
    Signature(Vec<u8>),
    Verified(bool),
    Unavailable,
    Unsupported,
    BindingMissing,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Step<T> {
    Effect { effect: Effect },
    Done { result: T },
}

/// One place for the effect of one request and the reply to it.
#[derive(Default)]
struct Slot {
    effect: Option<Effect>,
    reply: Option<Reply>,
}

/// The host as seen from an endpoint: whatever it asks for leaves through the request's own slot.
#[derive(Clone, Default)]
pub(super) struct BoundaryHost(Rc<RefCell<Slot>>);

impl BoundaryHost {
    pub(super) async fn perform(&self, effect: Effect) -> Reply {
        let mut effect = Some(effect);
        poll_fn(|_| {
            let mut slot = self.0.borrow_mut();
            if let Some(effect) = effect.take() {
                slot.effect = Some(effect);
                return Poll::Pending;
            }
            slot.reply.take().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

impl Host for BoundaryHost {
    async fn read(&self, key: String) -> Result<Option<String>, HostUnavailable> {
        match self.perform(Effect::Read { key }).await {
            Reply::Value(value) => Ok(value),
            _ => Err(HostUnavailable),
        }
    }

    async fn sign(&self, kid: &KeyId, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let (kid, message) = (kid.to_string(), ByteBuf::from(message));
        match self.perform(Effect::Sign { kid, algorithm: algorithm.as_str(), message }).await {
            Reply::Signature(signature) => Ok(signature),
            Reply::Unsupported => Err(SignError::KeyUnknown),
            _ => Err(SignError::Unavailable),
        }
    }

    async fn has_key(&self, kid: &KeyId, algorithm: Algorithm) -> Result<bool, HostUnavailable> {
        match self.perform(Effect::Has { kid: kid.to_string(), algorithm: algorithm.as_str() }).await {
            Reply::Verified(has) => Ok(has),
            _ => Err(HostUnavailable),
        }
    }

    async fn generate_key(&self, algorithm: Algorithm) -> Result<String, HostUnavailable> {
        match self.perform(Effect::Generate { algorithm: algorithm.as_str() }).await {
            Reply::Value(Some(jwk)) => Ok(jwk),
            _ => Err(HostUnavailable),
        }
    }

    async fn import_key(&self, kid: &KeyId, algorithm: Algorithm, jwk: &str) -> Result<(), HostUnavailable> {
        let (kid, jwk) = (kid.to_string(), jwk.to_owned());
        match self.perform(Effect::Import { kid, algorithm: algorithm.as_str(), jwk }).await {
            Reply::Value(_) => Ok(()),
            _ => Err(HostUnavailable),
        }
    }

    async fn verify(
        &self,
        key: &VerificationKey,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, HostUnavailable> {
        let here = || portable::verify(key, algorithm, message, signature).ok_or(HostUnavailable);
        // A symmetric key never leaves the core.
        let Some(jwk) = key.public_jwk() else { return here() };
        let effect = Effect::Verify {
            jwk,
            algorithm: algorithm.as_str(),
            message: ByteBuf::from(message),
            signature: ByteBuf::from(signature),
        };
        match self.perform(effect).await {
            Reply::Verified(verified) => Ok(verified),
            Reply::Unsupported => here(),
            _ => Err(HostUnavailable),
        }
    }

    async fn call(&self, class: ObjectClass, name: String, request: String) -> Result<String, CallError> {
        match self.perform(Effect::Call { object: class.as_str(), name, request }).await {
            Reply::Value(Some(reply)) => Ok(reply),
            Reply::BindingMissing => Err(CallError::BindingMissing),
            _ => Err(CallError::Unavailable),
        }
    }

    async fn send(&self, mail: Mail) {
        let Mail { to, subject, text, html, link } = mail;
        self.perform(Effect::Mail { to, subject, text, html, link }).await;
    }

    async fn within_limit(&self, limiter: Limiter, key: String) -> bool {
        // A counter that does not answer must not keep everybody out.
        !matches!(
            self.perform(Effect::Limit { limiter: limiter.as_str(), key }).await,
            Reply::Verified(false)
        )
    }

    async fn deliver(&self, url: String, body: String) {
        self.perform(Effect::Deliver { url, body }).await;
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), EntropyUnavailable> {
        getrandom::fill(bytes).map_err(|_| EntropyUnavailable)
    }
}

/// An endpoint at work on one request.
#[wasm_bindgen]
pub struct Exchange {
    future: Pin<Box<dyn Future<Output = JsValue>>>,
    host: BoundaryHost,
}

impl Exchange {
    pub(super) fn new<T, F>(run: impl FnOnce(BoundaryHost) -> F) -> Self
    where
        T: Serialize,
        F: Future<Output = T> + 'static,
    {
        let host = BoundaryHost::default();
        let future = run(host.clone());
        Self { future: Box::pin(async move { to_js(&Step::Done { result: future.await }) }), host }
    }
}

#[wasm_bindgen]
impl Exchange {
    /// Begins. Answers an `ExchangeStep`: the first effect, or the result. After the result the exchange is over.
    #[wasm_bindgen(unchecked_return_type = "ExchangeStep<any, any>")]
    pub fn start(&mut self) -> JsValue {
        let mut context = Context::from_waker(Waker::noop());
        match self.future.as_mut().poll(&mut context) {
            Poll::Ready(done) => done,
            Poll::Pending => match self.host.0.borrow_mut().effect.take() {
                Some(effect) => to_js(&Step::<()>::Effect { effect }),
                None => JsValue::UNDEFINED,
            },
        }
    }

    /// Goes on after a `read`: with the record, or without one.
    #[wasm_bindgen(js_name = resumeWithValue, unchecked_return_type = "ExchangeStep<any, any>")]
    pub fn resume_with_value(&mut self, value: Option<String>) -> JsValue {
        self.resume(Reply::Value(value))
    }

    /// Goes on after a `sign`.
    #[wasm_bindgen(js_name = resumeWithSignature, unchecked_return_type = "ExchangeStep<any, any>")]
    pub fn resume_with_signature(&mut self, signature: Vec<u8>) -> JsValue {
        self.resume(Reply::Signature(signature))
    }

    /// Goes on after a `verify`.
    #[wasm_bindgen(js_name = resumeWithVerdict, unchecked_return_type = "ExchangeStep<any, any>")]
    pub fn resume_with_verdict(&mut self, verified: bool) -> JsValue {
        self.resume(Reply::Verified(verified))
    }

    /// Goes on after an effect that could not be performed now.
    #[wasm_bindgen(js_name = resumeUnavailable, unchecked_return_type = "ExchangeStep<any, any>")]
    pub fn resume_unavailable(&mut self) -> JsValue {
        self.resume(Reply::Unavailable)
    }

    /// Goes on after an effect for which this host lacks the algorithm, or the key to sign with.
    #[wasm_bindgen(js_name = resumeUnsupported, unchecked_return_type = "ExchangeStep<any, any>")]
    pub fn resume_unsupported(&mut self) -> JsValue {
        self.resume(Reply::Unsupported)
    }

    /// Goes on after a `call` for which the deployment has no binding.
    #[wasm_bindgen(js_name = resumeMissing, unchecked_return_type = "ExchangeStep<any, any>")]
    pub fn resume_missing(&mut self) -> JsValue {
        self.resume(Reply::BindingMissing)
    }

    fn resume(&mut self, reply: Reply) -> JsValue {
        self.host.0.borrow_mut().reply = Some(reply);
        self.start()
    }
}

/// Plain objects rather than `Map`, `null` as `null`, octets as `Uint8Array`.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible().serialize_bytes_as_arrays(false);
    value.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
}
