//! Builders and the `test` attribute that serves both targets.

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use core::prelude::v1::test;
#[cfg(target_arch = "wasm32")]
pub(crate) use wasm_bindgen_test::wasm_bindgen_test as test;

pub(crate) mod exchange;
pub(crate) mod foreign;
pub(crate) mod host;
pub(crate) mod issuer;
pub(crate) mod login;
pub(crate) mod pages;
pub(crate) mod proof;
pub(crate) mod request;
pub(crate) mod revocation;
pub(crate) mod shop;
pub(crate) mod tenant;
pub(crate) mod token;
