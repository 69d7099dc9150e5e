//! A strict JSON reader: no name twice in an object, nothing nested deeper than asked, no byte-order mark, no lone
//! surrogate, whole numbers apart from others. Built on `serde_json`, whose own `Value` keeps the last of two names.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// A JSON value. Objects keep the order of their members.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number from 0 to 2^64 - 1, written without fraction or exponent.
    Whole(u64),
    /// Any other number. Never a time, a lifetime or a count.
    Number(f64),
    /// A string
    String(String),
    /// An array
    Array(Vec<Json>),
    /// An object; every name stands once.
    Object(Vec<(String, Json)>),
}

/// An object as it stands at the top of a message. Its own names and strings are not copied where they stand as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonObject<'a>(Vec<(Cow<'a, str>, JsonMember<'a>)>);

/// What a [`JsonObject`] has under a name.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonMember<'a> {
    /// A string
    Text(Cow<'a, str>),
    /// Anything but a string
    Other(Json),
}

/// Why octets are not acceptable JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not JSON at all, or not UTF-8.
    #[error("not JSON (line {line}, column {column})")]
    Syntax {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault, from 1.
        column: usize,
    },
    /// A name stands twice in one object, however it is escaped.
    #[error("a name stands twice in one object (line {line}, column {column})")]
    DuplicateName {
        /// Line of the second name, from 1.
        line: usize,
        /// Column of the second name, from 1.
        column: usize,
    },
    /// Nested deeper than allowed.
    #[error("nested too deeply")]
    TooDeep,
    /// An object with more than 128 members.
    #[error("an object has more than {MAX_MEMBERS} members")]
    TooManyMembers,
}

/// Names are compared one by one, which is faster than hashing while they are few; no legitimate object has more.
const MAX_MEMBERS: usize = 128;
const MESSAGE_DEPTH: usize = 16;

const DUPLICATE: &str = "duplicate name";
const MANY: &str = "too many members";
const DEEP: &str = "nested too deeply";

impl Json {
    /// Reads `octets` as one JSON text with at most `depth` nested arrays and objects.
    ///
    /// # Errors
    /// [`JsonError`]; the position tells where, and never what stood there.
    pub fn parse(octets: &[u8], depth: usize) -> Result<Self, JsonError> {
        let mut deserializer = serde_json::Deserializer::from_slice(octets);
        let value = Reader { depth }.deserialize(&mut deserializer).map_err(|error| classified(&error))?;
        deserializer.end().map_err(|error| classified(&error))?;
        Ok(value)
    }

    /// The member of that name, if this is an object that has it.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(own, _)| own == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object; nothing else has any.
    #[must_use]
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of the member of that name, if this is an object whose member is an array.
    #[must_use]
    pub fn elements(&self, name: &str) -> &[Self] {
        match self.member(name) {
            Some(Self::Array(values)) => values,
            _ => &[],
        }
    }

    /// The string that is the member of that name.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.member(name).and_then(Self::as_str)
    }

    /// As JSON text.
    #[must_use]
    pub fn text(&self) -> String {
        // Strings, numbers and the like always have a JSON text.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether both say the same, whatever the order of members.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Object(own), Self::Object(others)) => {
                own.len() == others.len()
                    && own.iter().all(|(name, value)| {
                        other.member(name).is_some_and(|other| value.says_the_same_as(other))
                    })
            }
            (Self::Array(own), Self::Array(others)) => {
                own.len() == others.len()
                    && own.iter().zip(others).all(|(own, other)| own.says_the_same_as(other))
            }
            _ => self == other,
        }
    }

    /// What kind of value this is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Whole(_) | Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

impl<'a> JsonObject<'a> {
    /// Reads `text` as [`Json::parse`] does; `None` where it is JSON and no object.
    ///
    /// # Errors
    /// [`JsonError`]; the position tells where, and never what stood there.
    pub fn parse(text: &'a str, depth: usize) -> Result<Option<Self>, JsonError> {
        let space = [' ', '\t', '\n', '\r'];
        if !text.trim_start_matches(space).starts_with('{') {
            return Json::parse(text.as_bytes(), depth).map(|_| None);
        }
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let expected = (text.len() / TYPICAL_MEMBER_LENGTH).clamp(4, 16);
        let object = deserializer
            .deserialize_map(ObjectReader { depth, expected })
            .map_err(|error| classified(&error))?;
        deserializer.end().map_err(|error| classified(&error))?;
        Ok(Some(object))
    }

    /// Its members, in order.
    pub fn members(&self) -> impl Iterator<Item = (&str, &JsonMember<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The member of that name, if there is one.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&JsonMember<'a>> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The string that is the member of that name.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.member(name).and_then(JsonMember::as_str)
    }
}

impl JsonMember<'_> {
    /// The string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }
}

impl serde::Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Whole(value) => serializer.serialize_u64(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(values) => serializer.collect_seq(values),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// What our own parts say to each other is read as strictly, and may be nested as deep as a document inside a message.
impl<'de> serde::Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader { depth: MESSAGE_DEPTH }.deserialize(deserializer)
    }
}

fn classified(error: &serde_json::Error) -> JsonError {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    if text.starts_with(DUPLICATE) {
        JsonError::DuplicateName { line, column }
    } else if text.starts_with(DEEP) || text.starts_with("recursion limit") {
        JsonError::TooDeep
    } else if text.starts_with(MANY) {
        JsonError::TooManyMembers
    } else {
        JsonError::Syntax { line, column }
    }
}

struct Reader {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Whole(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        #[expect(clippy::cast_precision_loss, reason = "negative numbers are never used as numbers here")]
        Ok(Json::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Json, A::Error> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| A::Error::custom(DEEP))?;
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element_seed(Reader { depth })? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| A::Error::custom(DEEP))?;
        let mut members: Vec<(String, Json)> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if members.len() >= MAX_MEMBERS {
                return Err(A::Error::custom(MANY));
            }
            if members.iter().any(|(own, _)| *own == name) {
                return Err(A::Error::custom(DUPLICATE));
            }
            members.push((name, map.next_value_seed(Reader { depth })?));
        }
        Ok(Json::Object(members))
    }
}

/// Octets of a member with its name, in most messages.
const TYPICAL_MEMBER_LENGTH: usize = 20;

struct ObjectReader {
    depth: usize,
    /// Room for as many members is made beforehand.
    expected: usize,
}

impl<'de> Visitor<'de> for ObjectReader {
    type Value = JsonObject<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| A::Error::custom(DEEP))?;
        let mut members: Vec<(Cow<'de, str>, JsonMember<'de>)> = Vec::with_capacity(self.expected);
        while let Some(name) = map.next_key_seed(NameReader)? {
            if members.len() >= MAX_MEMBERS {
                return Err(A::Error::custom(MANY));
            }
            if members.iter().any(|(own, _)| *own == name) {
                return Err(A::Error::custom(DUPLICATE));
            }
            members.push((name, map.next_value_seed(MemberReader { depth })?));
        }
        Ok(JsonObject(members))
    }
}

struct NameReader;

impl<'de> DeserializeSeed<'de> for NameReader {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for NameReader {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

struct MemberReader {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for MemberReader {
    type Value = JsonMember<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MemberReader {
    type Value = JsonMember<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(JsonMember::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(JsonMember::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(JsonMember::Other(Json::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(JsonMember::Other(Json::Bool(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(JsonMember::Other(Json::Whole(value)))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Reader { depth: self.depth }.visit_i64(value).map(JsonMember::Other)
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(JsonMember::Other(Json::Number(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<Self::Value, A::Error> {
        Reader { depth: self.depth }.visit_seq(sequence).map(JsonMember::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Reader { depth: self.depth }.visit_map(map).map(JsonMember::Other)
    }
}
