//! The gate: a request in, `Allow` or `Deny` out. It reads a tenant and knows no platform.

mod cache;
mod challenge;
mod cors;
mod decision;
mod denial;
mod matcher;
mod request;
mod rule_tree;
mod subject;
mod trace;

pub use decision::{Access, Decision, Gate, PendingSignature, Step};
pub use denial::DenialReason;
pub use matcher::{Match, Matcher};
pub use request::GateRequest;
pub use trace::Trace;
