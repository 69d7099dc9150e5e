//! The copy of a refresh token's successor that only the holder of the presented token can open.

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead, Payload};
use zeroize::Zeroizing;

use super::master_keys::derived_cipher;

const INFO: &[u8] = b"audgate/successor/1";

/// `plaintext` sealed under a key that comes from `token`, bound to `context`. Nothing if it is absurdly long.
///
/// The nonce is zero: a token has one successor, so its key seals once. A second sealing could only happen for a
/// turn whose first outcome was never stored.
pub(crate) fn seal_under_token(token: &str, context: &str, plaintext: &[u8]) -> Option<Vec<u8>> {
    let payload = Payload { msg: plaintext, aad: context.as_bytes() };
    derived_cipher(token.as_bytes(), INFO)?.encrypt(&XNonce::default(), payload).ok()
}

/// What was sealed under the same token and context.
pub(crate) fn open_under_token(token: &str, context: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let payload = Payload { msg: sealed, aad: context.as_bytes() };
    derived_cipher(token.as_bytes(), INFO)?.decrypt(&XNonce::default(), payload).ok().map(Zeroizing::new)
}
