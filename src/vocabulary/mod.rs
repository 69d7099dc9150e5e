//! The words every other module speaks: identifiers, resource indicators, scopes, time, secrets,
//! error codes. Nothing here knows a token, a tenant or a request.

mod entropy;
mod error_code;
mod html;
mod http;
mod identifier;
pub mod json;
mod path;
mod query;
mod resource_indicator;
mod scope;
mod secret;
mod text;
mod time;

pub use entropy::{Entropy, EntropyUnavailable, random_token};
pub use error_code::ErrorCode;
pub(crate) use html::escaped;
pub use http::HttpResponse;
pub(crate) use http::cookie_pairs;
pub use identifier::{
    ApplicationId, ClientId, GrantId, IdentifierError, KeyId, ResourceId, RoleId, SessionId, SubjectId,
    TenantId, UserId,
};
pub use path::{PathError, RequestTarget, Segments};
pub(crate) use path::{canonical_segment, check_registered, other_spelling};
pub(crate) use query::with_parameters;
pub use resource_indicator::{ResourceIndicator, ResourceIndicatorError};
pub use scope::{PROTOCOL_SCOPES, Scope, ScopeError, ScopeToken};
pub use secret::{MAX_SECRET_LENGTH, MIN_SECRET_LENGTH, Secret, SecretHash, SecretHashError};
pub use time::{Lifetime, LifetimeError, UnixTime};
