//! The token endpoint: client credentials for one resource, and everything that is refused.

use audgate::config::Tenant;
use audgate::issuer::{Answer, IssuerRequest, answer};
use audgate::vocabulary::UnixTime;
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::support::host::{MemoryHost, run};
use crate::support::request::{decide, outcome};
use crate::support::tenant::{
    ISSUER, LEDGER, NOW, ORDERS, PAYMENTS, PROFILE, SECRET, document, records, tenant, tenant_of,
};
use crate::support::test;

const FORM: &str = "application/x-www-form-urlencoded";

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", Base64::encode_string(format!("{id}:{secret}").as_bytes()))
}

struct Ask<'a> {
    host: MemoryHost,
    tenant: Tenant,
    content_type: Option<&'a str>,
    authorization: Option<String>,
    body: String,
}

impl Ask<'_> {
    fn of(client: &str, body: &str) -> Self {
        Self {
            host: MemoryHost::new(),
            tenant: tenant(),
            content_type: Some(FORM),
            authorization: Some(basic(client, SECRET)),
            body: format!("grant_type=client_credentials&{body}"),
        }
    }

    fn answer(&self) -> Answer {
        let request = IssuerRequest {
            method: "POST",
            path: "/oidc/token",
            content_type: self.content_type,
            authorization: self.authorization.as_deref(),
            body: self.body.as_bytes(),
            ..IssuerRequest::default()
        };
        run(answer(&self.host, &self.tenant, None, &request, UnixTime::from_seconds(NOW))).unwrap()
    }

    fn granted(&self) -> Value {
        let answer = self.answer();
        assert_eq!(answer.response.status, 200, "{:?}", answer);
        serde_json::from_str(&answer.response.body).unwrap()
    }

    /// The status and the `error` of the response, and the reason of the log.
    fn refused(&self) -> (u16, String, &'static str) {
        let answer = self.answer();
        let body: Value = serde_json::from_str(&answer.response.body).unwrap();
        assert!(answer.response.headers.contains(&("cache-control", "no-store".to_owned())));
        (answer.response.status, body["error"].as_str().unwrap().to_owned(), answer.reason.unwrap())
    }
}

fn refusal(client: &str, body: &str) -> (u16, String, &'static str) {
    Ask::of(client, body).refused()
}

fn expect(status: u16, error: &str, reason: &'static str) -> (u16, String, &'static str) {
    (status, error.to_owned(), reason)
}

fn claims(response: &Value) -> Value {
    let token = response["access_token"].as_str().unwrap();
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(payload).unwrap()).unwrap()
}

#[test]
fn token_is_for_the_resource_and_says_who_asked() {
    let response = Ask::of("orders-backend", &format!("resource={ORDERS}&scope=orders:read")).granted();
    assert_eq!((&response["token_type"], &response["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert_eq!(response["scope"], "orders:read");
    let claims = claims(&response);
    let expected = json!({
        "iss": ISSUER, "sub": "orders-backend", "aud": ORDERS, "exp": NOW + 3600, "iat": NOW, "jti": claims["jti"],
        "client_id": "orders-backend", "scope": "orders:read", "tid": "demo", "app_id": "shop",
    });
    assert_eq!(claims, expected);
}

#[test]
fn issued_token_opens_the_gate() {
    let response = Ask::of("orders-backend", &format!("resource={ORDERS}")).granted();
    let token = response["access_token"].as_str().unwrap();
    assert_eq!(outcome(&decide("GET", "https://api.example/orders/42", token)), "allow");
    assert_eq!(outcome(&decide("DELETE", "https://api.example/orders/42", token)), "allow");
    assert_eq!(outcome(&decide("GET", PAYMENTS, token)), "audience_mismatch");
}

#[test]
fn lifetime_and_algorithm_are_the_resources_own() {
    let response = Ask::of("tenant-admin", &format!("resource={PAYMENTS}")).granted();
    assert_eq!(response["expires_in"], 300);
    let header = response["access_token"].as_str().unwrap().split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&Base64UrlUnpadded::decode_vec(header).unwrap()).unwrap();
    assert_eq!(header, json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": "eddsa" }));
    assert_eq!(claims(&response)["management"], true);
}

#[test]
fn token_identifiers_differ() {
    let ask = Ask::of("orders-backend", "");
    assert_ne!(claims(&ask.granted())["jti"], claims(&ask.granted())["jti"]);
}

#[test]
fn no_refresh_token_comes_with_client_credentials() {
    assert_eq!(Ask::of("orders-backend", "").granted().get("refresh_token"), None);
}

#[test]
fn r11_without_resource_the_default_resource_is_used() {
    let response = Ask::of("orders-backend", "").granted();
    assert_eq!(claims(&response)["aud"], ISSUER);
    assert_eq!(response["expires_in"], 3600);
    assert_eq!(response.get("scope"), None);
    assert_eq!(claims(&response).get("scope"), None);
}

#[test]
fn r28_presets_give_the_default_resource_its_expirations() {
    for (preset, rotation) in [("standard", 1_209_600), ("legacy", 31_536_000)] {
        let mut document = document();
        document["default_resource"] = json!({ "preset": preset, "scopes": [] });
        let tenant = tenant_of(&document);
        let resource = tenant.default_resource();
        let seconds = (
            resource.access_token_lifetime().seconds(),
            resource.refresh_token_lifetime().seconds(),
            resource.maximum_rotation().seconds(),
        );
        assert_eq!(seconds, (3_600, 1_209_600, rotation));
    }
}

#[test]
fn resource_is_found_by_either_spelling_of_its_trailing_slash() {
    let response = Ask::of("orders-backend", &format!("resource={ORDERS}/")).granted();
    assert_eq!(claims(&response)["aud"], ORDERS);
}

#[test]
fn r10_resource_that_is_not_on_the_clients_list_is_an_invalid_target() {
    for resource in [PROFILE, PAYMENTS, "https://nowhere.example/", "https://api.example"] {
        let expected = expect(400, "invalid_target", "resource_not_assigned");
        assert_eq!(refusal("orders-backend", &format!("resource={resource}")), expected, "{resource}");
    }
}

#[test]
fn several_resources_are_an_invalid_target() {
    let body = format!("resource={ORDERS}&resource={PROFILE}");
    assert_eq!(refusal("tenant-admin", &body), expect(400, "invalid_target", "several_resources"));
    let twice = format!("resource={ORDERS}&resource={ORDERS}");
    assert_eq!(refusal("tenant-admin", &twice), expect(400, "invalid_target", "several_resources"));
}

#[test]
fn malformed_resource_is_an_invalid_target() {
    for resource in [
        "orders",
        "/orders",
        "https://api.example/orders%23x",
        "https://api.example/orders%3Fx",
        "%20",
        "https://",
    ] {
        let expected = expect(400, "invalid_target", "resource_malformed");
        assert_eq!(refusal("orders-backend", &format!("resource={resource}")), expected, "{resource}");
    }
}

#[test]
fn r19_no_scope_asked_gives_all_effective_scopes() {
    let response = Ask::of("orders-backend", &format!("resource={ORDERS}")).granted();
    assert_eq!(response["scope"], "orders:read orders:cancel");
}

#[test]
fn r19_some_of_the_asked_remain() {
    let body = format!("resource={ORDERS}&scope=orders:cancel+profile:read+orders:read+openid+unknown");
    assert_eq!(Ask::of("orders-backend", &body).granted()["scope"], "orders:cancel orders:read");
}

#[test]
fn r19_none_of_the_asked_remain() {
    for scope in ["profile:read", "unknown", "openid", "offline_access", "orders:readx"] {
        let body = format!("resource={ORDERS}&scope={scope}");
        assert_eq!(
            refusal("orders-backend", &body),
            expect(400, "invalid_scope", "no_scope_granted"),
            "{scope}"
        );
    }
}

#[test]
fn r19_role_bounds_what_the_assignment_allows() {
    let response = Ask::of("shop-viewer", &format!("resource={ORDERS}")).granted();
    assert_eq!(response["scope"], "orders:read");
    assert_eq!(claims(&response)["roles"], json!(["viewer"]));
    let body = format!("resource={ORDERS}&scope=orders:cancel");
    assert_eq!(refusal("shop-viewer", &body), expect(400, "invalid_scope", "no_scope_granted"));
}

#[test]
fn r19_roles_add_up() {
    let mut document = document();
    document["roles"].as_array_mut().unwrap().push(json!({
        "role_id": "canceller", "name": "Canceller",
        "resources": [{ "resource_id": "orders", "scopes": ["orders:cancel"] }],
    }));
    document["clients"][1]["role_ids"] = json!(["viewer", "canceller"]);
    let mut ask = Ask::of("shop-viewer", &format!("resource={ORDERS}"));
    ask.tenant = tenant_of(&document);
    ask.host.records = records(&document);
    assert_eq!(ask.granted()["scope"], "orders:read orders:cancel");
}

#[test]
fn malformed_scope_is_refused() {
    for scope in
        ["+orders:read", "orders:read+", "orders:read++orders:cancel", "%22", "%5C", "a%0Ab", "%C3%A9"]
    {
        let body = format!("resource={ORDERS}&scope={scope}");
        assert_eq!(
            refusal("orders-backend", &body),
            expect(400, "invalid_scope", "scope_malformed"),
            "{scope}"
        );
    }
}

#[test]
fn secret_in_the_form_authenticates_as_well() {
    let mut ask = Ask::of("orders-backend", &format!("client_id=orders-backend&client_secret={SECRET}"));
    ask.authorization = None;
    ask.granted();
}

#[test]
fn unknown_client_and_wrong_secret_look_the_same() {
    let unknown = Ask { authorization: Some(basic("nobody", SECRET)), ..Ask::of("", "") }.answer();
    let wrong = Ask { authorization: Some(basic("orders-backend", "wrong")), ..Ask::of("", "") }.answer();
    assert_eq!(unknown.response, wrong.response);
    assert_eq!(unknown.response.status, 401);
    assert!(unknown.response.headers.iter().any(|(name, _)| *name == "www-authenticate"));
}

#[test]
fn client_that_does_not_authenticate_is_refused() {
    for authorization in [
        None,
        Some("Bearer x".to_owned()),
        Some("Basic".to_owned()),
        Some("Basic !!".to_owned()),
        Some(format!("Basic {}", Base64::encode_string(b"no-colon"))),
        Some(format!("Basic {}", Base64::encode_string(b"a:%zz"))),
        Some(format!("Basic {}", Base64::encode_string(b"\xff\xfe:x"))),
        Some(basic("orders-backend", "")),
        Some(basic("../other/client", SECRET)),
        Some(basic("orders-backend", &"x".repeat(300))),
    ] {
        let ask = Ask { authorization: authorization.clone(), ..Ask::of("", "") };
        let (status, error, _) = ask.refused();
        assert_eq!((status, error.as_str()), (401, "invalid_client"), "{authorization:?}");
    }
}

#[test]
fn authenticating_in_two_ways_is_an_invalid_request() {
    let expected = expect(400, "invalid_request", "several_authentications");
    assert_eq!(refusal("orders-backend", &format!("client_secret={SECRET}")), expected);
    assert_eq!(refusal("orders-backend", "client_id=partner-app"), expected);
    assert_eq!(refusal("orders-backend", "client_assertion=x"), expected);
}

#[test]
fn grant_type_is_checked() {
    let mut ask = Ask::of("orders-backend", "");
    for (body, error, reason) in [
        ("", "invalid_request", "grant_type_missing"),
        ("grant_type=", "invalid_request", "grant_type_missing"),
        ("grant_type=password", "unsupported_grant_type", "grant_type_unknown"),
        ("grant_type=CLIENT_CREDENTIALS", "unsupported_grant_type", "grant_type_unknown"),
    ] {
        body.clone_into(&mut ask.body);
        assert_eq!(ask.refused(), expect(400, error, reason), "{body}");
    }
}

#[test]
fn client_may_only_use_its_own_grant_types() {
    let mut document = document();
    document["clients"][0]["grants"] = json!(["authorization_code"]);
    document["clients"][0]["redirect_uris"] = json!(["https://shop.example/callback"]);
    let mut ask = Ask::of("orders-backend", "");
    ask.host.records = records(&document);
    assert_eq!(ask.refused(), expect(400, "unauthorized_client", "grant_type_not_allowed"));
}

#[test]
fn body_that_is_no_form_is_an_invalid_request() {
    for (content_type, reason) in [
        (None, "wrong_content_type"),
        (Some("application/json"), "wrong_content_type"),
        (Some("multipart/form-data; boundary=x"), "wrong_content_type"),
        (Some("application/x-www-form-urlencoded; charset=utf-8; x"), "wrong_content_type"),
        (Some("application/x-www-form-urlencoded; charset=latin1"), "wrong_content_type"),
    ] {
        let ask = Ask { content_type, ..Ask::of("orders-backend", "") };
        assert_eq!(ask.refused(), expect(400, "invalid_request", reason), "{content_type:?}");
    }
    Ask {
        content_type: Some("Application/X-WWW-Form-Urlencoded; charset=UTF-8"),
        ..Ask::of("orders-backend", "")
    }
    .granted();
}

#[test]
fn content_type_may_end_in_a_semicolon() {
    Ask { content_type: Some("application/x-www-form-urlencoded;"), ..Ask::of("orders-backend", "") }
        .granted();
}

#[test]
fn malformed_form_is_an_invalid_request() {
    for body in ["x=%", "x=%4", "x=%zz", "x=%FF", "%80=x"] {
        assert_eq!(
            refusal("orders-backend", body),
            expect(400, "invalid_request", "malformed_form"),
            "{body}"
        );
    }
    let many = "x1=1&".repeat(65);
    assert_eq!(refusal("orders-backend", &many), expect(400, "invalid_request", "too_many_parameters"));
}

#[test]
fn repeated_parameter_is_an_invalid_request() {
    for body in [
        "grant_type=client_credentials",
        "scope=a&scope=a",
        "x=1&x=2",
        "client_id=a&client_id=a",
        "scope=&scope=",
    ] {
        assert_eq!(
            refusal("orders-backend", body),
            expect(400, "invalid_request", "repeated_parameter"),
            "{body}"
        );
    }
}

#[test]
fn body_that_is_too_long_is_refused_unread() {
    let body = "x".repeat(16 * 1_024);
    assert_eq!(refusal("orders-backend", &body), expect(413, "invalid_request", "body_too_long"));
}

#[test]
fn host_that_does_not_answer_is_503_and_a_retry_succeeds() {
    let mut ask = Ask::of("orders-backend", "");
    let faults: [fn(&mut MemoryHost) -> &mut bool; 3] =
        [|host| &mut host.reading_fails, |host| &mut host.signing_fails, |host| &mut host.randomness_fails];
    for fault in faults {
        *fault(&mut ask.host) = true;
        assert_eq!(ask.refused(), expect(503, "temporarily_unavailable", "host_unavailable"));
        *fault(&mut ask.host) = false;
        ask.granted();
    }
}

#[test]
fn broken_client_record_is_503_never_a_grant() {
    for record in ["", "{", "{}", "null"] {
        let mut ask = Ask::of("orders-backend", "");
        ask.host.records.insert("tenant/demo/client/orders-backend".to_owned(), record.to_owned());
        assert_eq!(ask.refused(), expect(503, "temporarily_unavailable", "client_record_broken"), "{record}");
    }
}

#[test]
fn record_of_another_client_or_tenant_is_not_accepted() {
    let mut ask = Ask::of("orders-backend", "");
    let other = ask.host.records["tenant/demo/client/partner-app"].clone();
    ask.host.records.insert("tenant/demo/client/orders-backend".to_owned(), other);
    assert_eq!(ask.refused().0, 503);
    let mut ask = Ask::of("orders-backend", "");
    let record = ask.host.records["tenant/demo/client/orders-backend"].replace("\"demo\"", "\"other\"");
    ask.host.records.insert("tenant/demo/client/orders-backend".to_owned(), record);
    assert_eq!(ask.refused().0, 503);
}

#[test]
fn ledger_tokens_are_signed_with_the_key_that_the_host_keeps() {
    let response = Ask::of("orders-backend", &format!("resource={LEDGER}")).granted();
    let token = response["access_token"].as_str().unwrap();
    assert_eq!(outcome(&decide("GET", LEDGER, token)), "allow");
}

#[test]
fn no_refusal_echoes_what_the_caller_sent() {
    let canary = "canary-0123456789";
    let forms = [
        format!("resource=https://{canary}.example/"),
        format!("scope={canary}"),
        format!("{canary}=1&{canary}=2"),
        format!("client_secret={canary}"),
        format!("resource={canary}"),
    ];
    for form in forms {
        assert!(!Ask::of("orders-backend", &form).answer().response.body.contains(canary), "{form}");
    }
    let ask = Ask { authorization: Some(basic(canary, canary)), ..Ask::of("", "") };
    let response = ask.answer().response;
    assert!(!format!("{:?} {}", response.headers, response.body).contains(canary));
}
