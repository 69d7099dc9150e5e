//! Builders and the `test` attribute that serves both targets.

#[cfg(not(target_arch = "wasm32"))]
pub use core::prelude::v1::test;
#[cfg(target_arch = "wasm32")]
pub use wasm_bindgen_test::wasm_bindgen_test as test;

pub mod host;
pub mod request;
pub mod tenant;
pub mod token;
