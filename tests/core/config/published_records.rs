//! What gates and issuers read: the record of a tenant, and of a client.

use audgate::config::{Client, Faults, Tenant};
use audgate::vocabulary::TenantId;
use serde_json::{Value, json};

use super::builder::{document, remove};
use crate::support::test;

fn acme() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn record() -> Value {
    let mut record = document();
    for member in ["applications", "clients", "users"] {
        remove(&mut record, member);
    }
    record["version"] = json!(7);
    record["published_at"] = json!(1_800_000_000);
    record
}

fn client_record() -> Value {
    let mut record = document()["clients"][0].clone();
    record["tenant_id"] = json!("acme");
    record["version"] = json!(7);
    record["application_kind"] = json!("application");
    record
}

fn only_fault<T>(result: Result<T, Faults>) -> String {
    let Err(faults) = result else { panic!("no fault") };
    let shown: Vec<String> =
        faults.iter().map(|fault| format!("{}: {}", fault.path(), fault.problem())).collect();
    assert_eq!(shown.len(), 1, "{shown:#?}");
    shown[0].clone()
}

fn tenant_fault(edit: impl FnOnce(&mut Value)) -> String {
    let mut record = record();
    edit(&mut record);
    only_fault(Tenant::parse(&record.to_string(), &acme()))
}

fn client_fault(edit: impl FnOnce(&mut Value)) -> String {
    let mut record = client_record();
    edit(&mut record);
    only_fault(Client::parse(&record.to_string(), &acme()))
}

#[test]
fn a_record_carries_its_version_and_time() {
    let tenant = Tenant::parse(&record().to_string(), &acme()).unwrap();
    assert_eq!(tenant.version(), 7);
    assert_eq!(tenant.published_at().seconds(), 1_800_000_000);
    assert_eq!(tenant.resources().len(), 2);
}

#[test]
fn another_tenants_record_is_refused() {
    assert_eq!(
        tenant_fault(|record| record["tenant_id"] = json!("evil")),
        "$.tenant_id: is `evil`, another tenant"
    );
    assert_eq!(client_fault(|record| record["tenant_id"] = json!("evil")), "$.tenant_id: is another tenant");
}

#[test]
fn a_record_without_version_or_time_is_refused() {
    assert_eq!(tenant_fault(|record| remove(record, "version")), "$.version: is missing");
    assert_eq!(tenant_fault(|record| remove(record, "published_at")), "$.published_at: is missing");
    assert_eq!(tenant_fault(|record| record["version"] = json!("7")), "$.version: is a string");
    assert_eq!(
        tenant_fault(|record| record["version"] = json!(1_u64 << 53)),
        "$.version: is 9007199254740992"
    );
    assert_eq!(client_fault(|record| remove(record, "version")), "$.version: is missing");
}

#[test]
fn a_record_has_no_clients_and_a_document_no_version() {
    assert_eq!(tenant_fault(|record| record["clients"] = json!([])), "$.clients: unknown member `clients`");
    super::builder::refused(|document| document["version"] = json!(7), "$.version", "unknown member");
    super::builder::refused(
        |document| document["resources"][0]["longest_access_token_ttl"] = json!(7_200),
        "$.resources[0].longest_access_token_ttl",
        "unknown member",
    );
}

#[test]
fn a_record_is_checked_like_a_document() {
    assert_eq!(
        tenant_fault(|record| record["resources"][1]["uri"] = json!("https://api.acme.example/orders/")),
        "$.resources[1].uri: `https://api.acme.example/orders/` is, in canonical form, the URI of the resource `orders` too"
    );
    assert_eq!(
        tenant_fault(|record| record["roles"][0]["resources"][0]["scopes"] = json!(["orders:refund"])),
        "$.roles[0].resources[0].scopes[0]: the resource defines no scope `orders:refund`"
    );
}

#[test]
fn the_longest_lifetime_is_the_configured_one_unless_the_record_knows_a_longer() {
    let longest = |edit: &dyn Fn(&mut Value)| {
        let mut record = record();
        edit(&mut record["resources"][1]);
        let tenant = Tenant::parse(&record.to_string(), &acme()).unwrap();
        let payments = &tenant.resources()[1];
        assert_eq!(payments.access_token_lifetime().seconds(), 300);
        (
            payments.longest_access_token_lifetime().seconds(),
            payments.longest_until().map(|until| until.seconds()),
        )
    };
    assert_eq!(longest(&|_| {}), (300, None));
    assert_eq!(longest(&|payments| payments["longest_access_token_ttl"] = json!(300)), (300, None));
    let longer = |payments: &mut Value| {
        payments["longest_access_token_ttl"] = json!(7_200);
        payments["longest_until"] = json!(1_800_009_999);
    };
    assert_eq!(longest(&longer), (7_200, Some(1_800_009_999)));
}

#[test]
fn a_longer_lifetime_has_an_end_and_is_longer() {
    assert_eq!(
        tenant_fault(|record| record["resources"][1]["longest_access_token_ttl"] = json!(7_200)),
        "$.resources[1].longest_until: is missing"
    );
    assert_eq!(
        tenant_fault(|record| record["resources"][1]["longest_access_token_ttl"] = json!(299)),
        "$.resources[1]: `longest_access_token_ttl` is below `access_token_ttl`"
    );
}

#[test]
fn a_client_record_names_the_kind_of_its_application() {
    let client = Client::parse(&client_record().to_string(), &acme()).unwrap();
    assert_eq!(client.version(), 7);
    assert!(!client.is_management());
    let mut record = client_record();
    record["application_kind"] = json!("management");
    assert!(Client::parse(&record.to_string(), &acme()).unwrap().is_management());
    assert_eq!(client_fault(|record| remove(record, "application_kind")), "$.application_kind: is missing");
}

#[test]
fn a_management_clients_record_with_other_grants_is_refused() {
    let fault = client_fault(|record| {
        record["application_kind"] = json!("management");
        record["grants"] = json!(["refresh_token"]);
    });
    assert_eq!(fault, "$.grants[0]: a client of a management application cannot use `refresh_token`");
}

#[test]
fn a_misspelt_member_of_a_record_is_refused() {
    assert_eq!(
        client_fault(|record| record["role_id"] = json!(["viewer"])),
        "$.role_id: unknown member `role_id`, did you mean `role_ids`?"
    );
}

#[test]
fn a_truncated_record_is_refused() {
    let text = record().to_string();
    for length in [0, 1, text.len() / 2, text.len() - 1] {
        assert!(Tenant::parse(&text[..length], &acme()).is_err());
    }
}
