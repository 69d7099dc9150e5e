//! Settings that are none.

use audgate::pages::{PageRefusal, PagesSettings, PagesSettingsError, PagesSettingsText};

use crate::support::pages::settings;
use crate::support::test;

fn fault(text: PagesSettingsText) -> Option<PagesSettingsError> {
    PagesSettings::check(text).err()
}

#[test]
fn client_without_an_identifier_is_refused() {
    for client_id in ["", "a b", "a\nb"] {
        let text = PagesSettingsText { client_id: client_id.to_owned(), ..settings() };
        assert_eq!(fault(text), Some(PagesSettingsError::ClientId));
    }
}

#[test]
fn path_that_is_not_plain_is_refused() {
    for path in [
        "",
        "/",
        "audgate",
        "/a/",
        "//a",
        "/a b",
        "/a?b",
        "/a%2fb",
        "/../a",
        "/a\"b",
        &format!("/{}", "a".repeat(64)),
    ] {
        let text = PagesSettingsText { path: path.to_owned(), ..settings() };
        assert_eq!(fault(text), Some(PagesSettingsError::Path), "{path}");
    }
}

#[test]
fn scope_that_is_not_of_the_protocol_is_refused() {
    for scope in ["", "openid  email", "openid orders:read", "OpenID"] {
        let text = PagesSettingsText { scope: Some(scope.to_owned()), ..settings() };
        assert_eq!(fault(text), Some(PagesSettingsError::Scope), "{scope}");
    }
}

#[test]
fn logout_that_leads_to_another_host_is_refused() {
    for path in ["", "https://evil.example/", "//evil.example", "/\\evil.example", "goodbye"] {
        let text = PagesSettingsText { after_logout: Some(path.to_owned()), ..settings() };
        assert_eq!(fault(text), Some(PagesSettingsError::AfterLogout), "{path}");
    }
}

#[test]
fn settings_of_the_documentation_are_taken() {
    let scope = Some("openid offline_access".to_owned());
    let after_logout = Some("/goodbye".to_owned());
    assert_eq!(fault(PagesSettingsText { scope, after_logout, ..settings() }), None);
}

#[test]
fn every_refusal_has_its_own_code_and_words() {
    let codes: std::collections::BTreeSet<_> =
        PageRefusal::ALL.iter().map(|refusal| refusal.code()).collect();
    assert_eq!(codes.len(), PageRefusal::ALL.len());
    for refusal in PageRefusal::ALL {
        let (title, text) = refusal.words();
        assert!(refusal.status() >= 400 && !title.is_empty() && text.ends_with('.'), "{refusal:?}");
    }
}
