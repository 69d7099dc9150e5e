//! Tokens whose signature was verified under this configuration, so that it is not verified again.

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
    text: Rc<str>,
    pub(super) token: Rc<VerifiedAccessToken>,
}

/// Bounded, keyed by the whole token string: a signature alone names no token, since ECDSA signatures have two forms.
/// It lives and dies with the configuration whose keys verified its tokens. Its hash is quick rather than keyed: only
/// tokens that somebody signed are in it.
#[derive(Debug, Default)]
pub(super) struct VerifiedTokens {
    by_token: FxHashMap<Rc<str>, u32>,
    /// By the remainder of the number before, so that the next takes the place of the oldest.
    by_number: Vec<KnownToken>,
    last_number: u32,
}

impl VerifiedTokens {
    pub(super) fn find(&self, token: &str) -> Option<&KnownToken> {
        self.by_token.get(token).and_then(|number| self.numbered(*number))
    }

    /// The token that got this number, while it is remembered.
    pub(super) fn numbered(&self, number: u32) -> Option<&KnownToken> {
        self.by_number.get(place(number)?).filter(|known| known.number == number)
    }

    /// Remembers `token`, which is not known, in place of the oldest. Without a number left nothing is remembered.
    pub(super) fn insert(&mut self, token: &str, verified: Rc<VerifiedAccessToken>) -> Option<u32> {
        let number = self.last_number.checked_add(1)?;
        let text: Rc<str> = token.into();
        let known = KnownToken { number, text: Rc::clone(&text), token: verified };
        match self.by_number.get_mut(place(number)?) {
            Some(oldest) => {
                // Another request may have made the same token known meanwhile: its name leads to the newer entry.
                if self.by_token.get(&oldest.text) == Some(&oldest.number) {
                    self.by_token.remove(&oldest.text);
                }
                *oldest = known;
            }
            None => self.by_number.push(known),
        }
        self.by_token.insert(text, number);
        self.last_number = number;
        Some(number)
    }
}

fn place(number: u32) -> Option<usize> {
    number.checked_sub(1).map(|index| (index % KNOWN_TOKENS) as usize)
}
