//! Path templates of gate rules: `/users/{sub}/**`, read below the URI of their resource.

use std::cmp::Ordering;
use std::fmt;

use crate::vocabulary::{PathError, Segments, canonical_segment, check_registered};

pub(super) const MAX_LENGTH: usize = 1_024;
const MAX_SEGMENTS: usize = 32;

/// Why a string is not a path template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathTemplateError {
    /// Over 1,024 characters.
    #[error("a path template has at most {MAX_LENGTH} characters in {MAX_SEGMENTS} segments")]
    TooLong,
    /// Does not start with a slash.
    #[error("a path template starts with `/`")]
    NotRooted,
    /// `?`, `#`, or a character that never stands unencoded in the path of a URL, so that nothing would ever match.
    #[error("a path template has none of `? # \" < > ^ \\` and no backtick")]
    Character,
    /// A path with more than one reading.
    #[error("{0}")]
    Path(#[from] PathError),
    /// `*` beside other characters.
    #[error("a wildcard stands alone in its segment: `*` for one, `/**` at the end for any number")]
    Wildcard,
    /// `/**` before the end.
    #[error("`**` stands only at the end")]
    OpenEndInside,
    /// Braces around anything but the name of a claim that can be bound, or around a part of a segment.
    #[error("braces hold one of `sub`, `client_id`, `app_id`, `tid` and `sid`, and fill their segment")]
    UnknownClaim,
}

/// A claim that a path variable is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BoundClaim {
    /// `{sub}`: the user, or the client of a client token.
    Subject,
    /// `{client_id}`
    ClientId,
    /// `{app_id}`
    ApplicationId,
    /// `{tid}`
    TenantId,
    /// `{sid}`: the public identifier of a session, which only user tokens carry.
    SessionId,
}

impl BoundClaim {
    pub(super) const ALL: [Self; 5] =
        [Self::Subject, Self::ClientId, Self::ApplicationId, Self::TenantId, Self::SessionId];

    /// The name of the claim, as it stands in the braces.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "sub",
            Self::ClientId => "client_id",
            Self::ApplicationId => "app_id",
            Self::TenantId => "tid",
            Self::SessionId => "sid",
        }
    }
}

/// One segment of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateSegment {
    /// Exactly this segment, its percent-encoding in upper case.
    Literal(String),
    /// `*`: any one segment.
    Any,
    /// `{sub}` and the like: any one segment, which must equal the claim of the token.
    Claim(BoundClaim),
}

/// A template for paths below a resource. `/` is the resource itself; a trailing slash does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    text: String,
    segments: Vec<TemplateSegment>,
    open_ended: bool,
}

/// How the paths of one template relate to those of another, variables of every kind taken alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// No path is in both.
    Apart,
    /// Every path of each is in the other.
    Same,
    /// Every path of the other, and more.
    Covers,
    /// Only paths of the other, not all of them.
    CoveredBy,
    /// Some paths in both, some only in the one, some only in the other.
    Crosses,
}

impl PathTemplate {
    /// Reads a template.
    ///
    /// ```
    /// use audgate::config::{PathTemplate, PathTemplateError};
    ///
    /// let own = PathTemplate::parse("/users/{sub}/**")?;
    /// assert!(PathTemplate::parse("/users/**")?.covers(&own));
    /// assert_eq!(PathTemplate::parse("/users/{user}"), Err(PathTemplateError::UnknownClaim));
    /// # Ok::<(), PathTemplateError>(())
    /// ```
    ///
    /// # Errors
    /// [`PathTemplateError`] names what is wrong. Nothing is repaired silently.
    pub fn parse(text: &str) -> Result<Self, PathTemplateError> {
        if text.len() > MAX_LENGTH {
            return Err(PathTemplateError::TooLong);
        }
        if !text.starts_with('/') {
            return Err(PathTemplateError::NotRooted);
        }
        if text.contains(['?', '#', '"', '<', '>', '^', '\\', '`']) {
            return Err(PathTemplateError::Character);
        }
        let closed = text.strip_suffix("/**");
        if closed.is_some_and(|closed| closed.ends_with('/')) {
            return Err(PathError::EmptySegment.into());
        }
        let segments: Vec<TemplateSegment> =
            Segments::parse(closed.unwrap_or(text))?.iter().map(segment).collect::<Result<_, _>>()?;
        if segments.len() > MAX_SEGMENTS {
            return Err(PathTemplateError::TooLong);
        }
        Ok(Self { text: text.to_owned(), segments, open_ended: closed.is_some() })
    }

    /// The template as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The segments before the open end.
    #[must_use]
    pub fn segments(&self) -> &[TemplateSegment] {
        &self.segments
    }

    /// Whether the template ends in `/**`: zero or more further segments.
    #[must_use]
    pub fn open_ended(&self) -> bool {
        self.open_ended
    }

    /// Whether every path of `other` is a path of this template. Whom a variable binds does not count.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        matches!(self.relation(other), Relation::Same | Relation::Covers)
    }

    /// Whether some path is a path of both. Whom a variable binds does not count.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.relation(other) != Relation::Apart
    }

    /// Orders the more specific template first, among those that one path can match: segment by segment from the
    /// left, a literal before a variable before the open end.
    #[must_use]
    pub fn compare_specificity(&self, other: &Self) -> Ordering {
        let rank = |segment: &TemplateSegment| match segment {
            TemplateSegment::Literal(_) => 0,
            TemplateSegment::Any | TemplateSegment::Claim(_) => 1,
        };
        let ranks = |template: &Self| {
            let end = if template.open_ended { 3 } else { 2 };
            template.segments.iter().map(rank).chain([end]).collect::<Vec<u8>>()
        };
        ranks(self).cmp(&ranks(other))
    }

    pub(super) fn binds_a_claim(&self) -> bool {
        self.segments.iter().any(|segment| matches!(segment, TemplateSegment::Claim(_)))
    }

    /// The literals before the first variable or the open end.
    pub(super) fn literal_prefix(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().map_while(|segment| match segment {
            TemplateSegment::Literal(literal) => Some(literal.as_str()),
            TemplateSegment::Any | TemplateSegment::Claim(_) => None,
        })
    }

    pub(super) fn relation(&self, other: &Self) -> Relation {
        use TemplateSegment::Literal;
        let (mut wider, mut narrower) = (false, false);
        for pair in self.segments.iter().zip(&other.segments) {
            match pair {
                (Literal(own), Literal(others)) if own != others => return Relation::Apart,
                (Literal(_), Literal(_)) => {}
                (Literal(_), _) => narrower = true,
                (_, Literal(_)) => wider = true,
                _ => {}
            }
        }
        match self.segments.len().cmp(&other.segments.len()) {
            Ordering::Less if !self.open_ended => return Relation::Apart,
            Ordering::Less => wider = true,
            Ordering::Greater if !other.open_ended => return Relation::Apart,
            Ordering::Greater => narrower = true,
            Ordering::Equal => {
                wider |= self.open_ended && !other.open_ended;
                narrower |= other.open_ended && !self.open_ended;
            }
        }
        match (wider, narrower) {
            (false, false) => Relation::Same,
            (true, false) => Relation::Covers,
            (false, true) => Relation::CoveredBy,
            (true, true) => Relation::Crosses,
        }
    }

    /// The shape of the template: equal for templates of the same paths, variables of every kind written `*`.
    pub(super) fn shape(&self) -> String {
        shape(self.segments.iter(), self.open_ended)
    }

    /// The shape of exactly the paths that are in both, for templates that overlap.
    pub(super) fn shape_of_intersection(&self, other: &Self) -> String {
        let (shorter, longer) =
            if self.segments.len() <= other.segments.len() { (self, other) } else { (other, self) };
        let both = shorter.segments.iter().zip(&longer.segments).map(|(left, right)| match left {
            TemplateSegment::Literal(_) => left,
            TemplateSegment::Any | TemplateSegment::Claim(_) => right,
        });
        let rest = longer.segments.iter().skip(shorter.segments.len());
        shape(both.chain(rest), self.open_ended && other.open_ended)
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn segment(text: &str) -> Result<TemplateSegment, PathTemplateError> {
    if text == "*" {
        return Ok(TemplateSegment::Any);
    }
    if text == "**" {
        return Err(PathTemplateError::OpenEndInside);
    }
    if text.contains('*') {
        return Err(PathTemplateError::Wildcard);
    }
    if !text.contains(['{', '}']) {
        check_registered(text)?;
        return Ok(TemplateSegment::Literal(canonical_segment(text).into_owned()));
    }
    let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let claim = BoundClaim::ALL.into_iter().find(|claim| Some(claim.as_str()) == name);
    claim.map(TemplateSegment::Claim).ok_or(PathTemplateError::UnknownClaim)
}

fn shape<'s>(segments: impl Iterator<Item = &'s TemplateSegment>, open_ended: bool) -> String {
    let mut shape = String::new();
    for segment in segments {
        shape.push('/');
        shape.push_str(match segment {
            TemplateSegment::Literal(literal) => literal,
            TemplateSegment::Any | TemplateSegment::Claim(_) => "*",
        });
    }
    if open_ended {
        shape.push_str("/**");
    }
    if shape.is_empty() { "/".to_owned() } else { shape }
}
