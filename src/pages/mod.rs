//! Gated pages: a browser that navigates to a page without a token is sent to the issuer for that page's resource, comes
//! back and goes on where it was.
//!
//! The gate is an OAuth client there: authorization code with PKCE, one login for each resource. What it gets stays in
//! sealed cookies of the browser, which no handler sees. Whether a token opens the page is still the gate's decision,
//! and nothing here admits what the gate refuses.

mod cookie;
mod host;
mod kept;
mod login;
mod logout;
mod page;
mod refusal;
mod request;
mod settings;
mod token_endpoint;
mod visit;

pub use cookie::handler_cookie;
pub use host::{AuthenticationDemand, Denial, PagesHost, Post, PostReply, Verdict};
pub use refusal::PageRefusal;
pub use request::PageRequest;
pub use settings::{PagesSettings, PagesSettingsError, PagesSettingsText};
pub use visit::{Covered, Site, Visit, visit};
