//! Keys and tokens for the tests of `jose`: the RFCs' own, and those that `generate.py` writes.

use audgate::jose::VerificationKey;
use audgate::vocabulary::json::Json;
use base64ct::{Base64UrlUnpadded, Encoding};

/// RFC 7515 appendix A.1.1.
pub(crate) const HS256_KEY: &str = r#"{"kty":"oct",
    "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;
/// RFC 7515 appendix A.1.1.
pub(crate) const HS256_TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
    .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
    .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// RFC 7515 appendix A.2.1, its public members.
pub(crate) const RS256_KEY: &str = r#"{"kty":"RSA","e":"AQAB",
    "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#;
/// RFC 7515 appendix A.2.1.
#[cfg(feature = "portable")]
pub(crate) const RS256_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9\
    .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
    .cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CU\
     Ar7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_d\
     O--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0ig\
     cN_IoypGlUPQGe77Rw";

/// RFC 7515 appendix A.3.1, its public members.
pub(crate) const ES256_KEY: &str = r#"{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
/// RFC 7515 appendix A.3.1, with the private member.
pub(crate) const ES256_PRIVATE_KEY: &str = r#"{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;
/// RFC 7515 appendix A.3.1.
#[cfg(feature = "portable")]
pub(crate) const ES256_TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9\
    .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
    .DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// RFC 8037 appendix A.2.
pub(crate) const EDDSA_KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// RFC 8037 appendix A.1.
pub(crate) const EDDSA_PRIVATE_KEY: &str = r#"{"kty":"OKP","crv":"Ed25519",
    "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// RFC 8037 appendix A.4.
pub(crate) const EDDSA_TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc\
    .hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

/// The P-384 key of `generate.py`.
pub(crate) fn es384_key() -> Json {
    generated().member("keys").unwrap().member("p384").unwrap().clone()
}

/// What `generate.py` wrote.
pub(crate) fn generated() -> Json {
    json(include_str!("signatures.json"))
}

pub(crate) fn json(text: &str) -> Json {
    Json::parse(text.as_bytes(), 16).unwrap()
}

pub(crate) fn key(jwk: &str) -> VerificationKey {
    VerificationKey::from_jwk(&json(jwk)).unwrap()
}

pub(crate) fn items(value: &Json) -> &[Json] {
    let Json::Array(items) = value else { panic!("not an array") };
    items
}

pub(crate) fn text<'a>(value: &'a Json, member: &str) -> &'a str {
    value.member(member).and_then(Json::as_str).unwrap()
}

/// The object with `member` set to `value`, replaced where it was there.
pub(crate) fn with(object: &Json, member: &str, value: Json) -> Json {
    let Json::Object(members) = without(object, member) else { unreachable!() };
    Json::Object(members.into_iter().chain([(member.to_owned(), value)]).collect())
}

/// The object without `member`.
pub(crate) fn without(object: &Json, member: &str) -> Json {
    let Json::Object(members) = object else { panic!("not an object") };
    Json::Object(members.iter().filter(|(name, _)| name != member).cloned().collect())
}

pub(crate) fn string(text: impl Into<String>) -> Json {
    Json::String(text.into())
}

pub(crate) fn encode(octets: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(octets.as_ref())
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}

/// A token of these octets, signed or not.
pub(crate) fn token(
    header: impl AsRef<[u8]>,
    payload: impl AsRef<[u8]>,
    signature: impl AsRef<[u8]>,
) -> String {
    format!("{}.{}.{}", encode(header), encode(payload), encode(signature))
}

/// A token with that header, and anything else in it.
pub(crate) fn headed(header: impl AsRef<[u8]>) -> String {
    token(header, b"{}", b"signature")
}
