//! The boundary to JavaScript. Plain data in, tagged unions out: an expected refusal is a value, a throw means a bug.
//! Nothing imports this module.

mod decision;
mod demand;
mod issuer_keys;
mod jws;
mod possession;
mod revocations;
mod signatures;
mod tenant;
mod tickets;

#[cfg(feature = "issuer")]
mod document;
mod exchange;
mod freshness;
#[cfg(feature = "issuer")]
mod issuer;
#[cfg(feature = "issuer")]
mod object;
mod pages;
