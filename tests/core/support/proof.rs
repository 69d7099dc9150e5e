//! Proofs as anybody could make them who holds a key.

use audgate::jose::portable::SigningKey;
use audgate::jose::{VerificationKey, compact, signing_input};
use audgate::vocabulary::json::Json;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::tenant::{ES256, NOW};

/// A proof for a GET of an order, good in every respect until a test changes it.
#[derive(Clone)]
pub(crate) struct Proof {
    header: Value,
    claims: Value,
    key: &'static str,
    has_hash: bool,
    is_broken: bool,
}

fn json_of(key: &str) -> Json {
    Json::parse(key.as_bytes(), 4).unwrap()
}

/// `jkt` of a key.
pub(crate) fn thumbprint(key: &str) -> String {
    VerificationKey::from_jwk(&json_of(key)).unwrap().thumbprint()
}

impl Proof {
    pub(crate) fn new() -> Self {
        Self::by(ES256)
    }

    pub(crate) fn by(key: &'static str) -> Self {
        let mut jwk: Value = serde_json::from_str(key).unwrap();
        let alg = jwk["alg"].clone();
        for member in ["d", "kid", "alg"] {
            jwk.as_object_mut().unwrap().remove(member);
        }
        Self {
            header: json!({ "alg": alg, "typ": "dpop+jwt", "jwk": jwk }),
            claims: json!({ "jti": "p1", "htm": "GET", "htu": "https://api.example/orders/42", "iat": NOW }),
            key,
            has_hash: true,
            is_broken: false,
        }
    }

    pub(crate) fn with(mut self, claim: &str, value: Value) -> Self {
        self.claims[claim] = value;
        self
    }

    pub(crate) fn without(mut self, claim: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(claim);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: Value) -> Self {
        self.header[name] = value;
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.header.as_object_mut().unwrap().remove(name);
        self
    }

    pub(crate) fn without_hash(mut self) -> Self {
        self.has_hash = false;
        self
    }

    pub(crate) fn with_broken_signature(mut self) -> Self {
        self.is_broken = true;
        self
    }

    /// The field for a request with `token`.
    pub(crate) fn compact(&self, token: &str) -> String {
        let mut claims = self.claims.clone();
        if self.has_hash {
            claims["ath"] = json!(Base64UrlUnpadded::encode_string(&Sha256::digest(token)));
        }
        self.signed(signing_input(&self.header, &claims).unwrap())
    }

    /// The same with a payload that no serialiser would write.
    pub(crate) fn with_payload(&self, payload: &str) -> String {
        let encoded = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        self.signed(format!("{}.{}", encoded(&self.header.to_string()), encoded(payload)))
    }

    fn signed(&self, signing_input: String) -> String {
        let signed = if self.is_broken { format!("{signing_input}x") } else { signing_input.clone() };
        let signature = SigningKey::from_jwk(&json_of(self.key)).unwrap().sign(signed.as_bytes());
        compact(signing_input, &signature)
    }
}
