//! Access tokens as anybody could make them who holds a key.

use audgate::jose::portable::SigningKey;
use audgate::jose::{compact, signing_input};
use audgate::vocabulary::json::Json;
use serde_json::{Value, json};

use super::tenant::{EDDSA, ES256, HS256, ISSUER, NOW, ORDERS, PAYMENTS};

/// A token of `orders-backend` for the orders, good in every respect until a test changes it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    pub(crate) key: &'static str,
}

impl Token {
    pub(crate) fn of_client() -> Self {
        Self {
            header: json!({ "alg": "ES256", "typ": "at+jwt", "kid": "es256" }),
            claims: json!({
                "iss": ISSUER, "sub": "orders-backend", "aud": ORDERS, "exp": NOW + 600, "iat": NOW, "jti": "j1",
                "client_id": "orders-backend", "scope": "orders:read", "tid": "demo", "app_id": "shop",
            }),
            key: ES256,
        }
    }

    pub(crate) fn of_user() -> Self {
        Self::of_client().with("sub", json!("ada")).with("sid", json!("s1")).with("roles", json!(["viewer"]))
    }

    pub(crate) fn of_management() -> Self {
        Self::of_client()
            .with("sub", json!("tenant-admin"))
            .with("client_id", json!("tenant-admin"))
            .with("app_id", json!("admin"))
            .with("management", json!(true))
    }

    pub(crate) fn for_payments() -> Self {
        Self::of_client()
            .with("aud", json!(PAYMENTS))
            .with("scope", json!("payments:make"))
            .with("exp", json!(NOW + 300))
            .signed_with(EDDSA)
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

    /// Signs with this key, and says so in the header.
    pub(crate) fn signed_with(mut self, key: &'static str) -> Self {
        let jwk: Value = serde_json::from_str(key).unwrap();
        self.header["alg"] = jwk["alg"].clone();
        self.header["kid"] = jwk["kid"].clone();
        self.key = key;
        self
    }

    pub(crate) fn compact(&self) -> String {
        sign(signing_input(&self.header, &self.claims).unwrap(), self.key)
    }

    /// The token with a payload that no serialiser would write.
    pub(crate) fn with_payload(&self, payload: &str) -> String {
        use base64ct::{Base64UrlUnpadded, Encoding};
        let encoded = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        sign(format!("{}.{}", encoded(&self.header.to_string()), encoded(payload)), self.key)
    }
}

fn sign(signing_input: String, key: &str) -> String {
    let jwk = Json::parse(key.as_bytes(), 4).unwrap();
    let signature = SigningKey::from_jwk(&jwk).unwrap().sign(signing_input.as_bytes());
    compact(signing_input, &signature)
}

/// The keys with which the tests sign.
pub(crate) const KEYS: [&str; 3] = [ES256, EDDSA, HS256];
