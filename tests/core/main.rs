//! The core's tests. They run natively and, as the same code, on wasm32 in Node and in Chromium.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod support;

mod challenges;
mod config;
mod directory_keys;
mod gate_access;
mod gate_cors;
mod gate_demand;
mod gate_foreign_issuers;
mod gate_metadata;
mod gate_possession;
mod gate_step_up;
mod issuer_artifacts;
mod issuer_authorize;
mod issuer_backend;
mod issuer_canaries;
mod issuer_client_assertion;
mod issuer_code_grant;
mod issuer_cross_origin;
mod issuer_deployment;
mod issuer_introspection;
mod issuer_limits;
mod issuer_logout;
mod issuer_management;
mod issuer_metadata;
mod issuer_possession;
mod issuer_pushed_requests;
mod issuer_refresh;
mod issuer_revocation;
mod issuer_userinfo;
mod jose_hostile;
mod jose_keys;
mod jose_signatures;
mod json;
mod pages;
mod resource_indicator;
mod revocation_directory;
mod revocation_gate;
mod revocation_list;
mod sealing;
mod session_account;
mod threats_a_claims;
mod threats_c_requests;
mod token_endpoint;
mod vocabulary;
