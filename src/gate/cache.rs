//! Tokens whose signature was verified under this configuration, so that it is not verified again.

use std::collections::VecDeque;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::access_token::VerifiedAccessToken;

/// How many tokens are remembered. Who keeps something for each of them need not keep more.
pub const KNOWN_TOKENS: u32 = 1_024;

/// A token that was verified before.
#[derive(Debug, Clone)]
pub(super) struct KnownToken {
    /// Names the entry: numbers go up by one, from 1, and none is given twice under one configuration.
    pub(super) number: u32,
    pub(super) token: Rc<VerifiedAccessToken>,
}

/// Bounded, keyed by the whole token string: a signature alone names no token, since ECDSA signatures have two forms.
/// It lives and dies with the configuration whose keys verified its tokens. Its hash is quick rather than keyed: only
/// tokens that somebody signed are in it.
#[derive(Debug, Default)]
pub(super) struct VerifiedTokens {
    by_token: FxHashMap<Rc<str>, KnownToken>,
    oldest_first: VecDeque<Rc<str>>,
    last_number: u32,
}

impl VerifiedTokens {
    pub(super) fn find(&self, token: &str) -> Option<KnownToken> {
        self.by_token.get(token).cloned()
    }

    pub(super) fn insert(&mut self, token: &str, verified: Rc<VerifiedAccessToken>) -> Option<u32> {
        // Without a number left, tokens are verified each time.
        let number = self.last_number.checked_add(1)?;
        self.last_number = number;
        let token: Rc<str> = token.into();
        if self.by_token.insert(Rc::clone(&token), KnownToken { number, token: verified }).is_some() {
            return Some(number);
        }
        self.oldest_first.push_back(token);
        if self.oldest_first.len() > KNOWN_TOKENS as usize
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_token.remove(&oldest);
        }
        Some(number)
    }
}
