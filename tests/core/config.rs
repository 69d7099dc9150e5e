//! The tenant document: what it accepts, and every fault that it reports.

mod builder;

mod applications_and_clients;
mod cross_origin;
mod demo;
mod lifetimes;
mod limits;
mod path_templates;
mod publication;
mod published_records;
mod reading;
mod resources;
mod roles_and_scopes;
mod rule_conflicts;
mod rules;
#[cfg(feature = "schema")]
mod schema;
mod signing_keys;
mod tenant_settings;
mod trust;
mod trusted_issuers;
mod user_authentication;
mod users;
