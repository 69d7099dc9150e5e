//! Tokens whose signature was verified under this configuration, so that it is not verified again.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use crate::access_token::VerifiedAccessToken;

const CAPACITY: usize = 1_024;

/// Bounded, keyed by the whole token string: a signature alone names no token, since ECDSA signatures have two forms.
/// It lives and dies with the configuration whose keys verified its tokens.
#[derive(Debug, Default)]
pub(super) struct VerifiedTokens {
    by_token: HashMap<Rc<str>, Rc<VerifiedAccessToken>>,
    oldest_first: VecDeque<Rc<str>>,
}

impl VerifiedTokens {
    pub(super) fn find(&self, token: &str) -> Option<Rc<VerifiedAccessToken>> {
        self.by_token.get(token).cloned()
    }

    pub(super) fn insert(&mut self, token: &str, verified: Rc<VerifiedAccessToken>) {
        let token: Rc<str> = token.into();
        if self.by_token.insert(Rc::clone(&token), verified).is_some() {
            return;
        }
        self.oldest_first.push_back(token);
        if self.oldest_first.len() > CAPACITY
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.by_token.remove(&oldest);
        }
    }
}
