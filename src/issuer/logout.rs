//! Telling clients that a session has ended: OpenID Connect Back-Channel Logout 1.0.

use serde::Serialize;
use serde_json::{Value, json};

use crate::host::Host;
use crate::session::EndedSession;
use crate::vocabulary::{SessionId, UserId};

use super::id_token;
use super::service::Service;

/// How long a logout token is good, in seconds (section 2.4 recommends two minutes at most).
const LIFETIME: u64 = 120;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
    jti: String,
    events: Value,
    sid: &'a str,
}

/// Posts a logout token to every client that was granted something in one of `ended` and wants to know. The session
/// has ended whether they hear of it or not, so nothing here can fail.
pub(super) async fn notify<H: Host>(service: &Service<'_, H>, user_id: &UserId, ended: &[EndedSession]) {
    for session in ended {
        for client_id in &session.client_ids {
            let Ok(Some(client)) = service.client(client_id).await else { continue };
            let Some(uri) = client.backchannel_logout_uri() else { continue };
            let Some(token) = logout_token(service, user_id, client_id.as_str(), &session.sid).await else {
                continue;
            };
            service.host.deliver(uri.to_owned(), format!("logout_token={token}")).await;
        }
    }
}

async fn logout_token<H: Host>(
    service: &Service<'_, H>,
    user_id: &UserId,
    client_id: &str,
    sid: &SessionId,
) -> Option<String> {
    let claims = Claims {
        iss: service.tenant.issuer(),
        sub: user_id.as_str(),
        aud: client_id,
        iat: service.now.seconds(),
        exp: service.now.plus(LIFETIME).seconds(),
        jti: service.random_identifier().ok()?,
        events: json!({ "http://schemas.openid.net/event/backchannel-logout": {} }),
        sid: sid.as_str(),
    };
    let key = id_token::key(service).await.ok()?;
    id_token::sign(service, &key, "logout+jwt", &claims).await.ok()
}
