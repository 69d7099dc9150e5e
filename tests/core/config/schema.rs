//! The JSON Schema of the tenant document against the readers: what the one knows, the others know.

use std::collections::BTreeSet;

use audgate::config::{Faults, TenantDocument, tenant_schema};
use serde_json::{Value, json};

use super::builder::{SECRET_HASH, document, es256};
use crate::support::test;

/// Where an object stands in the document, by JSON Pointer and by JSONPath, and where in the schema.
const OBJECTS: [(&str, &str, &str); 17] = [
    ("", "$", ""),
    ("/settings", "$.settings", "/$defs/settings"),
    ("/default_resource", "$.default_resource", "/$defs/default_resource"),
    ("/resources/0", "$.resources[0]", "/$defs/resource"),
    ("/resources/0/scopes/0", "$.resources[0].scopes[0]", "/$defs/scope_definition"),
    ("/resources/0/rules/0", "$.resources[0].rules[0]", "/$defs/rule"),
    ("/resources/0/cors", "$.resources[0].cors", "/$defs/cors"),
    ("/resources/0/trusted_issuers/0", "$.resources[0].trusted_issuers[0]", "/$defs/trusted_issuer"),
    (
        "/resources/0/trusted_issuers/0/claims",
        "$.resources[0].trusted_issuers[0].claims",
        "/$defs/claim_names",
    ),
    ("/roles/0", "$.roles[0]", "/$defs/role"),
    ("/roles/0/resources/0", "$.roles[0].resources[0]", "/$defs/scope_grant"),
    ("/applications/0", "$.applications[0]", "/$defs/application"),
    ("/clients/0", "$.clients[0]", "/$defs/client"),
    ("/clients/0/resources/0", "$.clients[0].resources[0]", "/$defs/scope_grant"),
    ("/clients/1/jwks", "$.clients[1].jwks", "/$defs/client_keys/anyOf/0"),
    ("/users/0", "$.users[0]", "/$defs/user"),
    ("/signing_keys/0", "$.signing_keys[0]", "/$defs/signing_key"),
];

fn schema() -> Value {
    tenant_schema().expect("every member is described")
}

/// A document with an object of every kind.
fn full() -> Value {
    let mut document = document();
    document["resources"][0]["trusted_issuers"] =
        json!([{ "issuer": "https://login.partner.example", "algorithms": ["ES256"], "claims": {} }]);
    let client = document["clients"][1].as_object_mut().unwrap();
    client.remove("secret_hashes");
    client.insert("token_endpoint_auth_method".to_owned(), json!("private_key_jwt"));
    client.insert("jwks".to_owned(), json!({ "keys": [es256()] }));
    document
}

fn faults(document: &Value) -> Faults {
    TenantDocument::parse(&document.to_string()).expect_err("the document has a fault")
}

/// The words that a message lists in backticks.
fn words(message: &str) -> BTreeSet<String> {
    message.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn names(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_schema_in_the_package_is_the_one_that_the_readers_have() {
    let committed = include_str!("../../../pkg/tenant.schema.json");
    let made = format!("{:#}\n", schema());
    let command = "cargo run --features schema --example tenant_schema > pkg/tenant.schema.json";
    assert!(committed == made, "the schema has changed: {command}");
}

#[test]
fn the_document_with_every_kind_of_object_has_no_fault() {
    TenantDocument::parse(&full().to_string()).unwrap_or_else(|faults| panic!("faults:\n{faults}"));
}

#[test]
fn every_object_has_the_members_that_its_reader_knows_and_no_others() {
    let schema = schema();
    for (pointer, path, definition) in OBJECTS {
        let mut document = full();
        document.pointer_mut(pointer).unwrap()["_unheard_of_"] = json!(1);
        let faults = faults(&document);
        let fault = faults.iter().find(|fault| fault.path() == format!("{path}._unheard_of_")).unwrap();
        let described = schema.pointer(definition).unwrap();
        assert_eq!(names(&described["properties"]), words(fault.expected()), "{path}");
        assert_eq!(described["additionalProperties"], json!(false), "{path}");
    }
}

#[test]
fn every_object_requires_the_members_that_its_reader_misses() {
    let schema = schema();
    for (pointer, path, definition) in OBJECTS {
        let mut document = full();
        *document.pointer_mut(pointer).unwrap() = json!({});
        let read = TenantDocument::parse(&document.to_string());
        let missing: BTreeSet<String> =
            read.err().into_iter().flat_map(|faults| missed(&faults, path)).collect();
        let required = schema.pointer(definition).unwrap()["required"].as_array().unwrap();
        let required: BTreeSet<String> =
            required.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        assert_eq!(required, missing, "{path}");
    }
}

fn missed(faults: &Faults, path: &str) -> Vec<String> {
    let missing = faults.iter().filter(|fault| fault.problem() == "is missing");
    let of_object = missing.filter_map(|fault| fault.path().strip_prefix(path)?.strip_prefix('.'));
    of_object.filter(|name| !name.contains(['.', '['])).map(str::to_owned).collect()
}

#[test]
fn every_member_is_described_for_an_editor() {
    let schema = schema();
    for (_, path, definition) in OBJECTS {
        for (name, member) in schema.pointer(definition).unwrap()["properties"].as_object().unwrap() {
            let named = member["$ref"].as_str().map(|reference| schema.pointer(&reference[1..]).unwrap());
            let described = [Some(member), named].into_iter().flatten();
            let longest = described.filter_map(|schema| schema["description"].as_str()).map(str::len).max();
            assert!(longest.unwrap_or_default() >= 8, "{path}.{name}");
        }
    }
}

#[test]
fn lifetimes_and_other_spans_say_their_unit() {
    let schema = schema();
    for (_, path, definition) in OBJECTS {
        for (name, member) in schema.pointer(definition).unwrap()["properties"].as_object().unwrap() {
            if member["type"] == "integer" {
                assert!(member["description"].as_str().unwrap().contains("Seconds, "), "{path}.{name}");
            }
        }
    }
}

#[test]
fn a_choice_of_words_is_the_one_that_the_reader_has() {
    let schema = schema();
    for (pointer, path, definition) in OBJECTS {
        for (name, member) in schema.pointer(definition).unwrap()["properties"].as_object().unwrap() {
            let many = member["items"]["enum"].is_array();
            let Some(choice) = member["enum"].as_array().or(member["items"]["enum"].as_array()) else {
                continue;
            };
            let mut document = full();
            document.pointer_mut(pointer).unwrap()[name] =
                if many { json!(["_unheard_of_"]) } else { json!("_unheard_of_") };
            let place = if many { format!("{path}.{name}[0]") } else { format!("{path}.{name}") };
            let faults = faults(&document);
            let fault = faults.iter().find(|fault| fault.path() == place).unwrap();
            let choice: BTreeSet<String> =
                choice.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
            assert_eq!(choice, words(fault.expected()), "{place}");
        }
    }
}

#[test]
fn the_least_and_the_largest_number_are_read_and_those_beyond_refused() {
    let schema = schema();
    for (pointer, path, definition) in OBJECTS {
        for (name, member) in schema.pointer(definition).unwrap()["properties"].as_object().unwrap() {
            let (Some(least), Some(largest)) = (member["minimum"].as_u64(), member["maximum"].as_u64())
            else {
                continue;
            };
            let faulty = |number: u64| {
                let mut document = full();
                document.pointer_mut(pointer).unwrap()[name] = json!(number);
                let read = TenantDocument::parse(&document.to_string());
                // How lifetimes compare with each other is not the schema's to say.
                let is_size = |problem: &str| !problem.contains("outlives");
                let place = format!("{path}.{name}");
                read.err().is_some_and(|faults| {
                    faults.iter().any(|fault| fault.path() == place && is_size(fault.problem()))
                })
            };
            assert!(!faulty(least) && !faulty(largest) && faulty(largest + 1), "{path}.{name}");
            assert!(least == 0 || faulty(least - 1), "{path}.{name}");
        }
    }
}

#[test]
fn the_length_of_a_list_is_bounded_as_the_reader_bounds_it() {
    let schema = schema();
    for (pointer, path, definition) in OBJECTS {
        for (name, member) in schema.pointer(definition).unwrap()["properties"].as_object().unwrap() {
            let Some(at_most) = member["maxItems"].as_u64() else { continue };
            let mut document = full();
            document.pointer_mut(pointer).unwrap()[name] =
                json!(vec![0; usize::try_from(at_most).unwrap() + 1]);
            let faults = faults(&document);
            let expected = format!("at most {at_most}");
            let told = faults
                .iter()
                .any(|fault| fault.path() == format!("{path}.{name}") && fault.expected() == expected);
            assert!(told, "{path}.{name}");
        }
    }
}

#[test]
fn a_list_that_must_not_be_empty_is_refused_empty() {
    let schema = schema();
    for (pointer, path, definition) in OBJECTS {
        for (name, member) in schema.pointer(definition).unwrap()["properties"].as_object().unwrap() {
            if member["minItems"] == json!(1) {
                let mut document = full();
                document.pointer_mut(pointer).unwrap()[name] = json!([]);
                let place = format!("{path}.{name}");
                assert!(faults(&document).iter().any(|fault| fault.path() == place), "{place}");
            }
        }
    }
}

#[test]
fn what_is_unless_given_is_what_the_reader_takes() {
    let mut document = full();
    for (pointer, _, definition) in OBJECTS {
        for (name, member) in schema().pointer(definition).unwrap()["properties"].as_object().unwrap() {
            if !member["default"].is_null() && document.pointer(pointer).unwrap().get(name).is_none() {
                document.pointer_mut(pointer).unwrap()[name] = member["default"].clone();
            }
        }
    }
    let (given, left_out) =
        (TenantDocument::parse(&document.to_string()), TenantDocument::parse(&full().to_string()));
    let (given, left_out) = (given.unwrap(), left_out.unwrap());
    assert_eq!(given.tenant().kv_propagation(), left_out.tenant().kv_propagation());
    assert_eq!(given.tenant().clock_tolerance(), left_out.tenant().clock_tolerance());
    assert_eq!(given.tenant().refresh_token_grace(), left_out.tenant().refresh_token_grace());
    let default = |document: &TenantDocument| {
        let resource = document.tenant().default_resource().clone();
        let spans = (
            resource.access_token_lifetime(),
            resource.refresh_token_lifetime(),
            resource.maximum_rotation(),
        );
        (spans, resource.revocation())
    };
    assert_eq!(default(&given), default(&left_out));
    assert_eq!(given.clients()[0].is_third_party(), left_out.clients()[0].is_third_party());
    assert_eq!(given.applications()[0].kind(), left_out.applications()[0].kind());
}

#[test]
fn the_hash_of_a_secret_is_told_from_a_secret() {
    let schema = schema();
    let hash = schema.pointer("/$defs/secret_hash/anyOf/0/pattern").unwrap().as_str().unwrap();
    assert_eq!(hash, "^sha256:[A-Za-z0-9_-]{43}$");
    assert_eq!(SECRET_HASH.len(), "sha256:".len() + 43);
}
