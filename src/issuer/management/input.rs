//! What a request brings along: its query, its body, its preconditions. Read strictly, and nothing in it is ignored.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::directory::ManagementRefusal;
use crate::vocabulary::SubjectId;
use crate::vocabulary::json::Json;

use super::super::form::Form;
use super::super::refusal::Refusal;
use super::super::request::{IssuerRequest, max_body_length};
use super::fault::Fault;

/// As deep as a tenant document may be nested.
const MAX_DEPTH: usize = 8;
const USUAL_PAGE: u64 = 50;
const LONGEST_PAGE: u64 = 100;
const MAX_IDEMPOTENCY_KEY: usize = 255;

/// The query, which may have `known` parameters and no others.
pub(super) fn query(request: &IssuerRequest<'_>, known: &[&str]) -> Result<Form, Fault> {
    let form = Form::of_query(request.query)
        .map_err(|_| Fault::at("?", "cannot be read", "percent-encoded parameters, none of them twice"))?;
    if form.names().all(|name| known.contains(&name)) {
        return Ok(form);
    }
    let expected = if known.is_empty() { "none".to_owned() } else { format!("`{}`", known.join("`, `")) };
    Err(Fault::at("?", "has an unknown parameter", &expected))
}

/// The parameter `limit`.
pub(super) fn limit(query: &Form) -> Result<u64, Fault> {
    let Some(text) = query.value("limit") else { return Ok(USUAL_PAGE) };
    let limit = whole(text).filter(|limit| (1..=LONGEST_PAGE).contains(limit));
    limit.ok_or_else(|| Fault::at("?limit", "is none", "a whole number from 1 to 100"))
}

/// What the parameter `cursor` stands for.
pub(super) fn cursor(query: &Form) -> Result<Option<String>, Fault> {
    let Some(text) = query.value("cursor") else { return Ok(None) };
    let decoded = Base64UrlUnpadded::decode_vec(text).ok().and_then(|octets| String::from_utf8(octets).ok());
    match decoded.filter(|id| SubjectId::parse(id).is_ok()) {
        Some(id) => Ok(Some(id)),
        None => Err(Fault::at("?cursor", "is none of ours", "a `next_cursor` as it was given")),
    }
}

/// The cursor that stands for `id`: opaque, so that nobody makes one.
pub(super) fn cursor_for(id: &str) -> String {
    Base64UrlUnpadded::encode_string(id.as_bytes())
}

/// A parameter that `parse` accepts.
pub(super) fn parameter<T, E>(
    query: &Form,
    name: &str,
    parse: impl Fn(&str) -> Result<T, E>,
    expected: &str,
) -> Result<Option<T>, Fault> {
    let fault = |_| Fault::at(&format!("?{name}"), "is none", expected);
    query.value(name).map(|text| parse(text).map_err(fault)).transpose()
}

/// The body, which has to be a JSON object.
pub(super) fn object(request: &IssuerRequest<'_>) -> Result<Json, Fault> {
    let body = Json::parse(json_text(request)?, MAX_DEPTH)
        .map_err(|error| Fault::at("$", &error.to_string(), "one JSON object"))?;
    match body {
        Json::Object(_) => Ok(body),
        other => Err(Fault::at("$", &format!("is {}", other.kind()), "an object")),
    }
}

/// The body, which has to be an object with the member `name` and no others.
pub(super) fn only_member(request: &IssuerRequest<'_>, name: &str, expected: &str) -> Result<Json, Fault> {
    let Json::Object(members) = object(request)? else { return Err(Refusal::JsonMalformed.into()) };
    if members.iter().any(|(own, _)| own != name) {
        return Err(Fault::at("$", "has an unknown member", &format!("`{name}`")));
    }
    let value = members.into_iter().next().map(|(_, value)| value);
    value.ok_or_else(|| Fault::at(&format!("$.{name}"), "is missing", expected))
}

/// The body, JSON text that somebody else reads.
pub(super) fn json_text<'a>(request: &IssuerRequest<'a>) -> Result<&'a [u8], Fault> {
    if request.body.len() > max_body_length(request.path) {
        return Err(Refusal::BodyTooLong.into());
    }
    let media_type = request.content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if media_type.trim().eq_ignore_ascii_case("application/json") {
        Ok(request.body)
    } else {
        Err(Refusal::JsonContentType.into())
    }
}

/// Nothing in the body, however its absence is written.
pub(super) fn nothing(request: &IssuerRequest<'_>) -> Result<(), Fault> {
    match request.body.trim_ascii() {
        b"" | b"{}" => Ok(()),
        _ => Err(Fault::at("$", "is there", "no body")),
    }
}

/// The revision that `If-Match` names (RFC 9110 section 13.1.1); any will do without it.
pub(super) fn if_match(request: &IssuerRequest<'_>) -> Result<Option<u64>, Fault> {
    let field = request.if_match.map(str::trim).filter(|field| *field != "*");
    let Some(field) = field.filter(|_| ["PUT", "DELETE"].contains(&request.method)) else { return Ok(None) };
    let (weak, tag) = field.strip_prefix("W/").map_or((false, field), |tag| (true, tag));
    let tag = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let tag = tag.filter(|tag| tag.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'));
    let tag = tag.ok_or_else(|| Fault::at("If-Match", "is none", "one `ETag` as it was given, or `*`"))?;
    match whole(tag).filter(|_| !weak) {
        Some(revision) => Ok(Some(revision)),
        // A tag that we never give matches nothing, and a weak one is not compared (section 8.8.3.2).
        None => Err(Fault::Directory(ManagementRefusal::Stale { revision: 0 })),
    }
}

/// The field `Idempotency-Key` of a creation.
pub(super) fn idempotency_key(request: &IssuerRequest<'_>) -> Result<Option<String>, Fault> {
    let Some(key) = request.idempotency_key.filter(|_| request.method == "POST") else { return Ok(None) };
    if (1..=MAX_IDEMPOTENCY_KEY).contains(&key.len()) && key.bytes().all(|byte| (0x20..0x7f).contains(&byte))
    {
        return Ok(Some(key.to_owned()));
    }
    Err(Fault::at("Idempotency-Key", "is none", "1 to 255 printable ASCII characters"))
}

/// A number as we write it: no sign, no zero in front.
pub(super) fn whole(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}
