//! One reading of a URL's path, for registration and for requests: what the matcher sees is what a router
//! behind the gate sees, or the request is refused.

/// Why a path has more than one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Not `http://` or `https://` followed by an authority.
    #[error("not an absolute http or https URL")]
    NotAbsolute,
    /// A control character, a space, a backslash or something outside ASCII.
    #[error("the path has a control character, a space, a backslash or a character outside ASCII")]
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
    match segment {
        "" => return Err(PathError::EmptySegment),
        "." | ".." => return Err(PathError::DotSegment),
        _ => {}
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

/// RFC 3986 section 2.3: unreserved characters must not be encoded, since every decoder makes the same path of both.
fn check_encoded(value: u32) -> Result<(), PathError> {
    let decoded = char::from_u32(value).unwrap_or('\0');
    let unreserved = decoded.is_ascii_alphanumeric() || "-._~".contains(decoded);
    if unreserved || "/\\%".contains(decoded) || decoded.is_ascii_control() {
        return Err(PathError::EncodedSeparator);
    }
    Ok(())
}

/// Whether two segments are the same name: byte for byte, but for the case of hexadecimal digits.
#[must_use]
pub(super) fn same_segment(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    left.len() == right.len() && left.contains('%') && canonical_segment(left) == canonical_segment(right)
}

/// The segment with its hexadecimal digits in upper case.
#[must_use]
pub(crate) fn canonical_segment(segment: &str) -> String {
    let mut pending = 0;
    segment
        .chars()
        .map(|character| {
            let shown = if pending > 0 { character.to_ascii_uppercase() } else { character };
            pending = if character == '%' { 2 } else { i32::max(pending - 1, 0) };
            shown
        })
        .collect()
}

/// A request's URL, read without loss: origin and segments. Query and fragment take no part in matching.
#[derive(Debug, Clone, Copy)]
pub struct RequestTarget<'a> {
    origin: &'a str,
    path: &'a str,
    segments: Segments<'a>,
}

impl<'a> RequestTarget<'a> {
    /// Reads the URL of a request as the runtime serialised it (WHATWG URL): lower-case scheme and host, no default
    /// port. Another spelling matches no resource, which refuses it.
    ///
    /// # Errors
    /// [`PathError`] when the path could be read in another way behind the gate.
    pub fn parse(url: &'a str) -> Result<Self, PathError> {
        let after_scheme = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .ok_or(PathError::NotAbsolute)?;
        let authority_end = after_scheme.find(['/', '?', '#', '\\']).unwrap_or(after_scheme.len());
        if authority_end == 0 {
            return Err(PathError::NotAbsolute);
        }
        let origin_end = url.len() - after_scheme.len() + authority_end;
        let (origin, rest) = url.split_at_checked(origin_end).ok_or(PathError::NotAbsolute)?;
        let path = rest.split(['?', '#']).next().unwrap_or_default();
        Ok(Self { origin, path, segments: Segments::parse(path)? })
    }

    /// Scheme, host and port, such as `https://shop.example`.
    #[must_use]
    pub fn origin(&self) -> &'a str {
        self.origin
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
