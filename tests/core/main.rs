//! The core's tests. They run natively and, as the same code, on wasm32 in Node and in Chromium.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod support;

mod config;
mod gate_access;
mod gate_cors;
mod gate_metadata;
mod issuer_metadata;
mod jose_hostile;
mod jose_keys;
mod jose_signatures;
mod json;
mod resource_indicator;
mod threats_a_claims;
mod threats_c_requests;
mod token_endpoint;
mod vocabulary;
