//! The JSON object in the body of a call: read strictly, and nothing in it is ignored.

use crate::vocabulary::json::Json;

use super::super::refusal::Refusal;
use super::super::request::{IssuerRequest, MAX_BODY_LENGTH};

const MAX_DEPTH: usize = 2;

/// The members of a body.
pub(super) struct Body(Json);

impl Body {
    /// Reads a body that may have `members` and no others.
    pub(super) fn read(request: &IssuerRequest<'_>, members: &[&'static str]) -> Result<Self, Refusal> {
        if request.body.len() > MAX_BODY_LENGTH {
            return Err(Refusal::BodyTooLong);
        }
        let media_type = request.content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        if !media_type.trim().eq_ignore_ascii_case("application/json") {
            return Err(Refusal::JsonContentType);
        }
        let body = Json::parse(request.body, MAX_DEPTH).map_err(|_| Refusal::JsonMalformed)?;
        match &body {
            Json::Object(own) if own.iter().all(|(name, _)| members.contains(&name.as_str())) => {
                Ok(Self(body))
            }
            _ => Err(Refusal::JsonMalformed),
        }
    }

    /// A member that must be there, as a string that is not empty.
    pub(super) fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.text(name)?.ok_or(Refusal::Missing(name))
    }

    /// A member that may be there, as a string; `null` and the empty string count as absent.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        match self.0.member(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(Refusal::Malformed(name)),
        }
    }

    /// A member that may be there, as a whole number.
    pub(super) fn whole(&self, name: &'static str) -> Result<Option<u64>, Refusal> {
        match self.0.member(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Whole(number)) => Ok(Some(*number)),
            Some(_) => Err(Refusal::Malformed(name)),
        }
    }

    /// A member that may be there, as a boolean; `false` where it is not.
    pub(super) fn boolean(&self, name: &'static str) -> Result<bool, Refusal> {
        match self.0.member(name) {
            None | Some(Json::Null) => Ok(false),
            Some(Json::Bool(value)) => Ok(*value),
            Some(_) => Err(Refusal::Malformed(name)),
        }
    }
}
