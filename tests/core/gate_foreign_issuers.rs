//! Tokens of issuers that a resource trusts besides the tenant's own (THREATS A13).

use serde_json::Value;

use crate::support::foreign::{Issuers, PARTNER_KEY, partner, trusting};
use crate::support::request::outcome;
use crate::support::tenant::NOW;
use crate::support::token::Token;

mod a13_claims;
mod keys;
mod mixing;
mod subjects;

/// What becomes of `token` where the orders trust the partner, on terms that `edit` changes.
fn outcome_on(edit: impl FnOnce(&mut Value), token: &Token) -> &'static str {
    let mut trusted = partner();
    edit(&mut trusted);
    let decision = Issuers::with(&[PARTNER_KEY]).decide(&mut trusting(&[trusted]), &token.compact(), NOW);
    let told = outcome(&decision);
    assert_eq!(decision.access().is_some(), told == "allow");
    told
}

fn plain_outcome(token: &Token) -> &'static str {
    outcome_on(|_| {}, token)
}
