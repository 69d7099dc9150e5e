//! The gate: a request in, `Allow` or `Deny` out. It reads a tenant and knows no platform.

mod cache;
mod challenge;
mod cors;
mod decision;
mod demand;
mod denial;
mod liveness;
mod matcher;
mod possession;
mod request;
mod rule_tree;
mod steps;
mod subject;
mod trace;

pub use cache::KNOWN_TOKENS;
pub use decision::{Access, Decision};
pub use demand::Demand;
pub use denial::DenialReason;
pub use liveness::Inquiry;
pub use matcher::{Match, Matcher};
pub use possession::{PendingProof, PendingProofSignature, PendingProofUse};
pub use request::GateRequest;
pub use steps::{Gate, PendingInquiries, PendingKeys, PendingReading, PendingSignature, Step};
pub use trace::{RevocationTrace, Trace};
