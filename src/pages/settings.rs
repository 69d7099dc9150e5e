//! How a gate logs people in: which client it is at the issuer, and where its own pages are.

use std::fmt;

use crate::vocabulary::{ClientId, PROTOCOL_SCOPES, Scope, Segments};

const MAX_PATH: usize = 64;

/// The settings as the deployment states them. Nothing is checked yet; there is no debug print, because of the secret.
#[derive(Clone, Default)]
pub struct PagesSettingsText {
    /// The client that the gate is at the issuer.
    pub client_id: String,
    /// Its secret, if it has one.
    pub client_secret: Option<String>,
    /// Below which path callback and logout are.
    pub path: String,
    /// Protocol scopes to ask for besides the resource's own.
    pub scope: Option<String>,
    /// The path that the browser goes to after the logout, registered for the client as a URI of this host.
    pub after_logout: Option<String>,
}

/// Why settings are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PagesSettingsError {
    /// Not an identifier.
    #[error("the option `pages.clientId` is the identifier of a client")]
    ClientId,
    /// Not a plain path.
    #[error("the option `pages.path` is a path such as `/.audgate`, of letters, digits and `-._~`")]
    Path,
    /// Scopes that are not the protocol's: those of the resource are asked for anyway.
    #[error(
        "the option `pages.scope` lists scopes of the protocol: `openid`, `profile`, `email`, `offline_access`"
    )]
    Scope,
    /// Not a plain path.
    #[error("the option `pages.afterLogout` is a path such as `/goodbye`, of letters, digits and `-._~`")]
    AfterLogout,
}

/// Settings that were checked. There is no way to print the secret.
#[derive(Clone)]
pub struct PagesSettings {
    client_id: ClientId,
    client_secret: Option<String>,
    path: String,
    scope: Option<Scope>,
    after_logout: Option<String>,
}

impl PagesSettings {
    /// Checks the settings of a deployment.
    ///
    /// # Errors
    /// [`PagesSettingsError`] names the option that is wrong.
    pub fn check(text: PagesSettingsText) -> Result<Self, PagesSettingsError> {
        let client_id = ClientId::parse(&text.client_id).map_err(|_| PagesSettingsError::ClientId)?;
        if !is_plain_path(&text.path) || text.path.len() < 2 {
            return Err(PagesSettingsError::Path);
        }
        let scope = text.scope.map(|scope| Scope::parse(&scope)).transpose();
        let scope = scope.map_err(|_| PagesSettingsError::Scope)?;
        if scope
            .as_ref()
            .is_some_and(|scope| !scope.iter().all(|token| PROTOCOL_SCOPES.contains(&token.as_str())))
        {
            return Err(PagesSettingsError::Scope);
        }
        if text.after_logout.as_deref().is_some_and(|path| !is_plain_path(path)) {
            return Err(PagesSettingsError::AfterLogout);
        }
        let PagesSettingsText { client_secret, path, after_logout, .. } = text;
        Ok(Self { client_id, client_secret, path, scope, after_logout })
    }

    pub(super) fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    pub(super) fn client_secret(&self) -> Option<&str> {
        self.client_secret.as_deref()
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    pub(super) fn after_logout(&self) -> Option<&str> {
        self.after_logout.as_deref()
    }
}

impl fmt::Debug for PagesSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PagesSettings").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// A path that stands in HTML and in header fields as it is.
fn is_plain_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let ends = path == "/" || !path.ends_with('/');
    path.starts_with('/')
        && ends
        && path.len() <= MAX_PATH
        && path.bytes().all(plain)
        && Segments::parse(path).is_ok()
}
