//! The authorization server of the shop, with everything that it needs in memory.

use std::cell::Cell;
use std::rc::Rc;

use audgate::config::{Tenant, TenantDocument};
use audgate::directory::publication::publish;
use audgate::directory::{Entity, ManagementReply};
use audgate::issuer::{IssuerRequest, answer};
use audgate::sealing::MasterKeys;
use audgate::vocabulary::json::Json;
use audgate::vocabulary::{TenantId, UnixTime};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

pub(crate) use super::exchange::{Call, Parameters, Reply};
use super::host::{CallFault, MemoryHost, Objects, run};
use super::shop::{APP, INSIGHTS, SERVICE, WEB, shop};
use super::tenant::{HS256, ISSUER, SECRET};
use super::token::Token;

const MASTER_KEY: &str = "1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An authorization server and its platform.
pub(crate) struct Issuer {
    pub(crate) host: MemoryHost,
    pub(crate) tenant: Rc<Tenant>,
    pub(crate) master_keys: Option<MasterKeys>,
    document: Value,
    assertions: Cell<u32>,
}

impl Issuer {
    pub(crate) fn new() -> Self {
        Self::of(|_| ())
    }

    /// Of a document that differs from the usual one.
    pub(crate) fn of(change: impl FnOnce(&mut Value)) -> Self {
        let mut document = shop();
        change(&mut document);
        let (tenant, records) = published(&document, super::tenant::NOW - 60);
        Self {
            host: MemoryHost::of(records),
            tenant,
            master_keys: Some(MasterKeys::parse(MASTER_KEY).unwrap()),
            document,
            assertions: Cell::new(0),
        }
    }

    /// Changes the document and publishes it as a newer version, for everybody to see at once.
    pub(crate) fn republish(&mut self, change: impl FnOnce(&mut Value)) {
        change(&mut self.document);
        (self.tenant, self.host.records) = published(&self.document, self.tenant.version() + 1);
    }

    pub(crate) fn later(&self, seconds: u64) {
        self.host.now.set(self.host.now.get() + seconds);
    }

    pub(crate) fn now(&self) -> u64 {
        self.host.now.get()
    }

    /// Lets one of the next calls to objects fail: the first is number 0.
    pub(crate) fn fail_call(&self, number: usize, fault: CallFault) {
        let mut faults = self.host.call_faults.borrow_mut();
        faults.clear();
        faults.extend((0..number).map(|_| None));
        faults.push_back(Some(fault));
    }

    /// Everything that is stored in objects.
    pub(crate) fn objects(&self) -> Objects {
        self.host.objects.borrow().clone()
    }

    pub(crate) fn answer(&self, call: &Call) -> Reply {
        self.answer_if_ours(call).expect("an endpoint")
    }

    pub(crate) fn answer_if_ours(&self, call: &Call) -> Option<Reply> {
        let request = IssuerRequest {
            method: call.method,
            path: &call.path,
            query: &call.query,
            content_type: call.content_type,
            authorization: call.authorization.as_deref(),
            dpop: call.dpop.as_deref(),
            cookie: call.cookie.as_deref(),
            origin: call.origin.as_deref(),
            sec_fetch_site: call.sec_fetch_site,
            address: "192.0.2.1",
            if_match: call.if_match,
            idempotency_key: call.idempotency_key,
            request_id: "request-1",
            body: call.body.as_bytes(),
        };
        let now = UnixTime::from_seconds(self.now());
        let answer = run(answer(&self.host, &self.tenant, self.master_keys.as_ref(), &request, now))?;
        let response = answer.response;
        let (status, headers, body) = (response.status, response.headers, response.body);
        Some(Reply { status, headers, body, reason: answer.reason })
    }

    /// POST of a form by a client, authenticated in its own way.
    pub(crate) fn ask(&self, client: &str, path: &str, form: &Parameters) -> Reply {
        self.answer(&self.authenticated(client, path, form))
    }

    pub(crate) fn authenticated(&self, client: &str, path: &str, form: &Parameters) -> Call {
        let form = match client {
            WEB | APP => form.clone().with("client_id", client),
            INSIGHTS => form.clone().with("client_id", client).with("client_secret", SECRET),
            SERVICE => {
                let assertion = self.assertion().compact();
                form.clone()
                    .with("client_assertion_type", ASSERTION_TYPE)
                    .with("client_assertion", &assertion)
            }
            _ => return Call { authorization: Some(basic(client)), ..Call::post(path, form) },
        };
        Call::post(path, &form)
    }

    /// A fresh assertion of the client that authenticates by its key.
    pub(crate) fn assertion(&self) -> Token {
        self.assertions.set(self.assertions.get() + 1);
        let claims = json!({
            "iss": SERVICE, "sub": SERVICE, "aud": ISSUER, "iat": self.now(), "exp": self.now() + 60,
            "jti": format!("assertion-{}", self.assertions.get()),
        });
        Token { header: json!({ "alg": "ES256", "kid": "es256" }), claims, ..Token::of_client() }
    }

    pub(crate) fn token(&self, client: &str, form: &Parameters) -> Reply {
        self.ask(client, "/oidc/token", form)
    }

    /// A client's own token for the paths of this server.
    pub(crate) fn client_token(&self, client: &str) -> String {
        self.token(client, &Parameters::of(&[("grant_type", "client_credentials")])).text("access_token")
    }

    /// POST of JSON to the backend API by a client of its own.
    pub(crate) fn call(&self, client: &str, path: &str, body: &Value) -> Reply {
        self.answer(&Call::json(path, body).bearer(&self.client_token(client)))
    }

    /// Has the management of the directory answer this next.
    pub(crate) fn directory_answers(&self, reply: ManagementReply) {
        self.host.directory_answers.borrow_mut().push_back(reply);
    }

    /// PUT of a user's status by management, which the directory accepts as its next version.
    pub(crate) fn change_status(&self, user: &str, status: &str) -> Reply {
        let value = json!({ "user_id": user, "email": format!("{user}@shop.example"), "status": status });
        let version = self.tenant.version() + 1 + self.host.directory_asked.borrow().len() as u64;
        self.directory_answers(changed(&value, version));
        let call = Call::json(&format!("/v1/users/{user}"), &json!({ "status": status })).method("PUT");
        self.answer(&call.bearer(&self.client_token("tenant-admin")))
    }

    pub(crate) fn refresh(&self, client: &str, refresh_token: &str) -> Reply {
        self.refresh_with(client, refresh_token, &[])
    }

    pub(crate) fn refresh_with(&self, client: &str, refresh_token: &str, more: &[(&str, &str)]) -> Reply {
        let form = Parameters::of(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)]);
        self.token(client, &more.iter().fold(form, |form, (name, value)| form.and(name, value)))
    }
}

/// The directory's answer to what changes an entity, whose revision is 7.
pub(crate) fn changed(value: &Value, version: u64) -> ManagementReply {
    ManagementReply::Changed { entity: entity(value), version }
}

pub(crate) fn entity(value: &Value) -> Entity {
    Entity { value: Json::parse(value.to_string().as_bytes(), 16).unwrap(), revision: 7 }
}

pub(crate) fn basic(client: &str) -> String {
    format!("Basic {}", Base64::encode_string(format!("{client}:{SECRET}").as_bytes()))
}

/// The claims of a compact JWS, unverified.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

fn published(document: &Value, at: u64) -> (Rc<Tenant>, std::collections::BTreeMap<String, String>) {
    let document = TenantDocument::parse(&document.to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let publication = publish(&document, UnixTime::from_seconds(at), None);
    let records: std::collections::BTreeMap<_, _> =
        publication.entries.into_iter().map(|entry| (entry.key, entry.value)).collect();
    let id = TenantId::parse("demo").unwrap();
    let mut tenant = Tenant::parse(&records["tenant/demo"], &id).unwrap_or_else(|faults| panic!("{faults}"));
    tenant.supply_secret_keys(&format!(r#"{{"keys":[{HS256}]}}"#)).unwrap();
    (Rc::new(tenant), records)
}
