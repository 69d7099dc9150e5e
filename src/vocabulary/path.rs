//! One reading of a URL's path, for registration and for requests: what the matcher sees is what a router
//! behind the gate sees, or the request is refused.

use std::borrow::Cow;

/// Why a path has more than one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Not `http://` or `https://` followed by an authority.
    #[error("not an absolute http or https URL")]
    NotAbsolute,
    /// A control character, a space, something outside ASCII, or one of `\\ " < > ^ { }` and the backtick, which some
    /// runtimes encode and others leave.
    #[error("the path has a character that must be percent-encoded, or a backslash")]
    Character,
    /// `.` or `..` as a segment.
    #[error("the path has a dot segment")]
    DotSegment,
    /// `//`: some routers collapse it, others do not.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// `%` without two hexadecimal digits.
    #[error("the path has a malformed percent-encoding")]
    PercentEncoding,
    /// An encoded letter, digit, `-._~`, slash, backslash, percent sign or control character: decoding would make
    /// another path of it.
    #[error("the path encodes a character that must not be encoded, or a separator")]
    EncodedSeparator,
    /// An encoded character that may stand as it is, in a registered path or where it spells a registered one: routers
    /// that decode would take the one path for the other.
    #[error("the path encodes a character that stands as it is in a registered path")]
    EncodedReserved,
}

/// The segments of a path that has exactly one reading. A trailing slash adds none.
#[derive(Debug, Clone, Copy)]
pub struct Segments<'a>(&'a str);

impl<'a> Segments<'a> {
    /// Reads `path`, which is empty or starts with a slash.
    ///
    /// # Errors
    /// [`PathError`] when a router could read the path in another way.
    pub fn parse(path: &'a str) -> Result<Self, PathError> {
        let Some(rest) = path.strip_prefix('/') else {
            return if path.is_empty() { Ok(Self("")) } else { Err(PathError::NotAbsolute) };
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.is_empty() {
            return if path.len() > 1 { Err(PathError::EmptySegment) } else { Ok(Self("")) };
        }
        for segment in rest.split('/') {
            check_segment(segment)?;
        }
        Ok(Self(rest))
    }

    /// The segments from left to right, as they stand in the URL.
    pub fn iter(self) -> impl Iterator<Item = &'a str> + Clone {
        let empty = self.0.is_empty();
        self.0.split('/').filter(move |_| !empty)
    }
}

fn check_segment(segment: &str) -> Result<(), PathError> {
    if segment.is_empty() {
        return Err(PathError::EmptySegment);
    }
    if is_dot_segment(segment) {
        return Err(PathError::DotSegment);
    }
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
                    return Err(PathError::PercentEncoding);
                };
                check_encoded(high * 16 + low)?;
            }
            0..=0x20 | b'\\' | 0x7f.. => return Err(PathError::Character),
            _ => {}
        }
    }
    Ok(())
}

/// Also with parameters behind the dots (RFC 3986 section 3.3): some routers strip those and resolve the dots then.
fn is_dot_segment(segment: &str) -> bool {
    let rest = segment.trim_start_matches('.');
    let named = segment.len() - rest.len() > 2;
    !named && (rest.is_empty() || [";", "%3B", "%3b"].iter().any(|end| rest.starts_with(end)))
}

/// RFC 3986 section 2.3: unreserved characters must not be encoded, since every decoder makes the same path of both.
fn check_encoded(value: u32) -> Result<(), PathError> {
    let decoded = char::from_u32(value).unwrap_or('\0');
    let unreserved = decoded.is_ascii_alphanumeric() || "-._~".contains(decoded);
    if unreserved || "/\\%".contains(decoded) || decoded.is_ascii_control() {
        return Err(PathError::EncodedSeparator);
    }
    Ok(())
}

/// Characters that WHATWG URL leaves alone in a path, and that are therefore never encoded in a registered one.
fn stands_raw(character: char) -> bool {
    character.is_ascii_graphic() && !"\"#<>?^`{}%/\\".contains(character)
}

/// The segment with every encoded character decoded that may stand raw: another spelling of the same name for a router
/// that decodes.
fn respelled(segment: &str) -> String {
    let mut text = String::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let encoded = after.get(..2).unwrap_or_default();
        let decoded =
            u8::from_str_radix(encoded, 16).ok().map(char::from).filter(|character| stands_raw(*character));
        match decoded {
            Some(character) => text.push(character),
            None => text.extend(["%", &encoded.to_ascii_uppercase()]),
        }
        rest = after.get(2..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// Refuses a segment of a registered path that has a plainer spelling.
pub(crate) fn check_registered(segment: &str) -> Result<(), PathError> {
    if other_spelling(segment).is_none() { Ok(()) } else { Err(PathError::EncodedReserved) }
}

/// The spelling of `segment` that a router which decodes would see, where it is another one.
pub(crate) fn other_spelling(segment: &str) -> Option<String> {
    if !segment.contains('%') {
        return None;
    }
    Some(respelled(segment)).filter(|other| *other != canonical_segment(segment))
}

/// The segment with its hexadecimal digits in upper case: two segments are the same name when these are equal.
#[must_use]
pub(crate) fn canonical_segment(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let mut pending = 0;
    let raised = segment.chars().map(|character| {
        let shown = if pending > 0 { character.to_ascii_uppercase() } else { character };
        pending = if character == '%' { 2 } else { i32::max(pending - 1, 0) };
        shown
    });
    Cow::Owned(raised.collect())
}

/// A request's URL, read without loss: origin and segments. Query and fragment take no part in matching.
#[derive(Debug, Clone)]
pub struct RequestTarget<'a> {
    origin: Cow<'a, str>,
    path: &'a str,
    segments: Segments<'a>,
}

impl<'a> RequestTarget<'a> {
    /// Reads the absolute URL of a request. Runtimes differ in how much of it they normalise, so the case and the
    /// default port of the authority do not count, and a path that others would serialise differently is refused.
    ///
    /// # Errors
    /// [`PathError`] when the path could be read in another way behind the gate.
    pub fn parse(url: &'a str) -> Result<Self, PathError> {
        let (after_scheme, default_port) = match url.strip_prefix("https://") {
            Some(rest) => (rest, ":443"),
            None => (url.strip_prefix("http://").ok_or(PathError::NotAbsolute)?, ":80"),
        };
        let ends_authority = |byte: u8| matches!(byte, b'/' | b'?' | b'#' | b'\\');
        let authority_end = after_scheme.bytes().position(ends_authority).unwrap_or(after_scheme.len());
        if authority_end == 0 {
            return Err(PathError::NotAbsolute);
        }
        let origin_end = url.len() - after_scheme.len() + authority_end;
        let (origin, rest) = url.split_at_checked(origin_end).ok_or(PathError::NotAbsolute)?;
        let origin = origin.strip_suffix(default_port).unwrap_or(origin);
        let origin = if origin.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(origin.to_ascii_lowercase())
        } else {
            Cow::Borrowed(origin)
        };
        let path_end = rest.bytes().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(rest.len());
        let path = rest.get(..path_end).unwrap_or_default();
        if path.bytes().any(|byte| matches!(byte, b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'}')) {
            return Err(PathError::Character);
        }
        Ok(Self { origin, path, segments: Segments::parse(path)? })
    }

    /// Scheme, host and port, such as `https://shop.example`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The path as it stands in the URL.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The segments of the path.
    #[must_use]
    pub fn segments(&self) -> Segments<'a> {
        self.segments
    }
}
