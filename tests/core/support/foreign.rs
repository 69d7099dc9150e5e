//! Issuers that are trusted beside the tenant's own, their keys and their tokens.

use std::rc::Rc;

use audgate::access_token::{KeyDocument, KeysNeed};
use audgate::gate::{Decision, Gate, GateRequest, Step};
use audgate::jose::portable;
use audgate::vocabulary::UnixTime;
use serde_json::{Value, json};

use super::tenant::{NOW, ORDERS, document, published, tenant_of};
use super::token::Token;

pub(crate) const PARTNER: &str = "https://login.partner.example";
pub(crate) const RIVAL: &str = "https://login.rival.example";

pub(crate) const PARTNER_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"6ijKF5301rrY5nGYi4mF0JpU5H9qIiPOEVsolbX1IS4","y":"9dPRLbBitE8rW80EvU4B9BtcY7Y-fcVpCp9PNAXp4tQ","d":"PW6zv4Bc5MZK65w27pcWBGt_RrlP7vADzqCyWXJnfF8","kid":"partner","alg":"ES256"}"#;
pub(crate) const PARTNER_EDDSA: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"wWztleWVfz2FTtbRpDN6QPQNaBKeHiEebf_GP1h_b9Q","d":"B-nLhYA7Xwt7ORHyWzFkl9UADGLc5UFWMU2DhgJPCy8","kid":"partner","alg":"EdDSA"}"#;
pub(crate) const OTHER_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"CxyD2c_GGf7OvFTOGygvTi_0iYarcwC9QCKhywCDrKc","y":"qwUxvg3JmFiIWRmrG1R8E1gCWwiBQgbFIsD08rU-XLk","d":"ZzLEa7znMw1urcwv7yH4Do2CHBrfmnBFH6xnpTR0h2s","kid":"other","alg":"ES256"}"#;

/// What the orders trust of the partner, to be changed by a test.
pub(crate) fn partner() -> Value {
    json!({ "issuer": PARTNER, "algorithms": ["ES256", "EdDSA"] })
}

/// The gate of a tenant whose orders trust these issuers.
pub(crate) fn trusting(issuers: &[Value]) -> Gate {
    let mut document = document();
    document["resources"][0]["trusted_issuers"] = json!(issuers);
    Gate::new(Rc::new(tenant_of(&document)))
}

/// A token of the partner for a user, good in every respect until a test changes it.
pub(crate) fn partner_token() -> Token {
    let mut token = Token::of_client().signed_with(PARTNER_KEY);
    token.claims = json!({
        "iss": PARTNER, "sub": "auth0|ada", "aud": ORDERS, "exp": NOW + 600, "iat": NOW,
        "client_id": "their-app", "scope": "orders:read",
    });
    token
}

/// A JWK Set of the public halves.
pub(crate) fn key_set(keys: &[&str]) -> String {
    json!({ "keys": keys.iter().map(|key| published(key)).collect::<Vec<_>>() }).to_string()
}

/// What issuers answer when they are asked for their keys, and what they were asked.
#[derive(Default)]
pub(crate) struct Issuers {
    /// By issuer, the JWK Set.
    pub(crate) key_sets: Vec<(&'static str, String)>,
    /// Nobody can be reached, though what they said before may be known.
    pub(crate) unreachable: bool,
    /// Seconds for which what they say is fresh.
    pub(crate) fresh_for: u64,
    /// Who was asked, and why.
    pub(crate) asked: Vec<(String, &'static str)>,
}

impl Issuers {
    pub(crate) fn with(keys: &[&str]) -> Self {
        Self { key_sets: vec![(PARTNER, key_set(keys))], fresh_for: 600, ..Self::default() }
    }

    /// The decision about a GET of an order.
    pub(crate) fn decide(&mut self, gate: &mut Gate, token: &str, now: u64) -> Decision {
        self.decide_at(gate, "GET", "https://api.example/orders/42", token, now)
    }

    pub(crate) fn decide_at(
        &mut self,
        gate: &mut Gate,
        method: &str,
        url: &str,
        token: &str,
        now: u64,
    ) -> Decision {
        let authorization = format!("Bearer {token}");
        let request =
            GateRequest { method, url, authorization: Some(&authorization), ..GateRequest::default() };
        let mut step = gate.decide(&request, UnixTime::from_seconds(now));
        loop {
            step = match step {
                Step::Decided(decision) => return *decision,
                Step::Keys(pending) => {
                    let need = match pending.need() {
                        KeysNeed::Missing => "missing",
                        KeysNeed::Due => "due",
                        KeysNeed::UnknownKey(_) => "unknown key",
                    };
                    let issuer = pending.source().issuer().to_owned();
                    let said = self.key_sets.iter().find(|(name, _)| *name == issuer);
                    let document = said.filter(|_| !self.unreachable).map(|(_, text)| KeyDocument {
                        text,
                        confirmed_at: UnixTime::from_seconds(now),
                        fresh_until: UnixTime::from_seconds(now + self.fresh_for),
                    });
                    self.asked.push((issuer, need));
                    gate.conclude_keys(*pending, document, !self.unreachable)
                }
                Step::Signature(pending) => {
                    let check = pending.signature_check();
                    let verdict =
                        portable::verify(&check.key, check.algorithm, check.message(), &check.signature);
                    gate.conclude(*pending, verdict)
                }
                Step::Reading(pending) => gate.conclude_reading(*pending),
                Step::Inquiries(pending) => gate.conclude_inquiries(*pending, &[]).into(),
                Step::Forgotten => panic!("the token is there itself"),
                Step::Proof(_) | Step::ProofSignature(_) | Step::ProofUse(_) => {
                    panic!("the token came from a bearer")
                }
            };
        }
    }

    /// Why issuers were asked since this was last looked at.
    pub(crate) fn needs(&mut self) -> Vec<&'static str> {
        self.asked.drain(..).map(|(_, need)| need).collect()
    }
}
