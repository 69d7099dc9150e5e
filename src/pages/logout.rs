//! The logout: cookies ended, tokens revoked, and on to the issuer, where the session ends.

use crate::host::HostUnavailable;
use crate::vocabulary::{HttpResponse, RequestTarget, with_parameters};

use super::cookie::{self, Jar};
use super::host::PagesHost;
use super::login::see_other;
use super::page::page;
use super::refusal::PageRefusal;
use super::request::PageRequest;
use super::token_endpoint;
use super::visit::{Held, Site};

/// GET asks, so that no link logs anybody out; POST does it.
pub(super) async fn logout<H: PagesHost>(
    site: &Site,
    host: &H,
    jar: &mut Jar,
    request: &PageRequest,
    target: &RequestTarget<'_>,
) -> Result<HttpResponse, PageRefusal> {
    match request.method.as_str() {
        "GET" | "HEAD" => Ok(question(site)),
        "POST" if request.may_use_cookie(target.origin()) => Ok(done(site, host, jar, target).await?),
        "POST" => Err(PageRefusal::CrossSiteRequest),
        _ => Err(PageRefusal::MethodNotAllowed),
    }
}

fn question(site: &Site) -> HttpResponse {
    let form = format!(
        "<p>This ends your session in every application here.</p>\n<form method=\"post\" action=\"{}/logout\">\
         <button type=\"submit\" autofocus>Log out</button></form>",
        site.settings.path(),
    );
    // Browsers apply the policy to where the form is redirected, too.
    page(site, 200, "Log out?", &form, Some(site.tenant.issuer()))
}

async fn done<H: PagesHost>(
    site: &Site,
    host: &H,
    jar: &mut Jar,
    target: &RequestTarget<'_>,
) -> Result<HttpResponse, HostUnavailable> {
    for name in jar.tokens() {
        // What ends with the session holds nobody back either, should it not be there to be asked.
        let opened = jar.open(site, host, &name).await.unwrap_or_default();
        let held = opened.and_then(|opened| Held::parse(&opened));
        if let Some(held) = held {
            let token = held.refresh_token.as_ref().unwrap_or(&held.access_token);
            // The session that ends next takes them along, so an issuer that does not answer here holds nobody back.
            let _ = token_endpoint::revoke(site, host, token).await;
        }
        jar.discard(site, host, &name).await;
    }
    let hint = jar.open(site, host, &cookie::of_hint(site)).await?;
    jar.end_all(site);
    let after = site.settings.after_logout().map(|path| format!("{}{path}", target.origin()));
    let mut parameters = vec![("client_id", site.settings.client_id().as_str())];
    parameters.extend(hint.as_ref().map(|hint| ("id_token_hint", hint.text.as_str())));
    parameters.extend(after.as_deref().map(|uri| ("post_logout_redirect_uri", uri)));
    Ok(see_other(&with_parameters(&format!("{}/oidc/session/end", site.tenant.issuer()), &parameters)))
}
