//! Tokens whose signature was verified under this configuration, so that it is not verified again.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::access_token::VerifiedAccessToken;

/// How many tokens are remembered. Who keeps something for each of them need not keep more.
pub const KNOWN_TOKENS: u32 = 1_024;

/// As many octets of base64url as 96 bits of a signature.
const END_LENGTH: usize = 16;

/// A token that was verified before.
#[derive(Debug, Clone)]
pub(super) struct KnownToken {
    /// Names the entry: numbers go up by one, from 1, and none is given twice under one configuration.
    pub(super) number: u32,
    text: Rc<str>,
    pub(super) token: Rc<VerifiedAccessToken>,
}

/// Bounded. A token is found by its end and is the one that was meant where the whole text is the same: a signature alone
/// names no token, since ECDSA signatures have two forms. It lives and dies with the configuration whose keys verified
/// its tokens. Its hash is quick rather than keyed: only tokens that somebody signed are in it.
#[derive(Debug, Default)]
pub(super) struct VerifiedTokens {
    by_end: FxHashMap<[u8; END_LENGTH], u32>,
    /// By the remainder of the number before, so that the next takes the place of the oldest.
    by_number: Vec<KnownToken>,
    last_number: u32,
}

impl VerifiedTokens {
    pub(super) fn find(&self, token: &str) -> Option<&KnownToken> {
        let number = self.by_end.get(&end_of(token)?)?;
        self.numbered(*number).filter(|known| *known.text == *token)
    }

    /// The token that got this number, while it is remembered.
    pub(super) fn numbered(&self, number: u32) -> Option<&KnownToken> {
        self.by_number.get(place(number)?).filter(|known| known.number == number)
    }

    /// Remembers `token`, which is not known, in place of the oldest. Without a number left nothing is remembered.
    pub(super) fn insert(&mut self, token: Rc<str>, verified: Rc<VerifiedAccessToken>) -> Option<u32> {
        let number = self.last_number.checked_add(1)?;
        let end = end_of(&token)?;
        let known = KnownToken { number, text: token, token: verified };
        match self.by_number.get_mut(place(number)?) {
            Some(oldest) => {
                // Another request may have made the same token known meanwhile: its name leads to the newer entry.
                if let Some(end) = end_of(&oldest.text)
                    && self.by_end.get(&end) == Some(&oldest.number)
                {
                    self.by_end.remove(&end);
                }
                *oldest = known;
            }
            None => self.by_number.push(known),
        }
        self.by_end.insert(end, number);
        self.last_number = number;
        Some(number)
    }
}

/// The last octets of a token, which are of its signature; one that is shorter has none and was never verified.
fn end_of(token: &str) -> Option<[u8; END_LENGTH]> {
    token.as_bytes().last_chunk().copied()
}

fn place(number: u32) -> Option<usize> {
    number.checked_sub(1).map(|index| (index % KNOWN_TOKENS) as usize)
}
