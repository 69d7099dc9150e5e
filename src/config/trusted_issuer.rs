//! Issuers besides the tenant's own whose tokens open a resource, and what is asked of those tokens.

use crate::jose::Algorithm;
use crate::vocabulary::{Lifetime, ResourceIndicator};

use super::fault_log::{FaultLog, Place, quoted};
use super::protected_resource::RevocationMode;
use super::reader::{Node, Object, listed};
use super::resource_reader::ResourceDraft;
use super::rule::report_empty;

pub(super) const MEMBERS: [&str; 11] = [
    "issuer",
    "jwks_uri",
    "algorithms",
    "types",
    "audience",
    "audiences",
    "claims",
    "subject_kind",
    "subjects",
    "max_access_token_ttl",
    "unrevocable",
];
pub(super) const CLAIM_MEMBERS: [&str; 2] = ["client_id", "scope"];
pub(super) const MAX_TRUSTED_ISSUERS: usize = 20;
pub(super) const MAX_TYPES: usize = 10;
pub(super) const MAX_AUDIENCES: usize = 20;
pub(super) const MAX_TEXT: usize = 1_024;
pub(super) const MAX_CLAIM_NAME: usize = 128;
pub(super) const DEFAULT_TYPE: &str = "at+jwt";
/// Whoever can verify by a symmetric key can sign by it, so an issuer shares none.
pub(super) const ALGORITHMS: [(&str, Algorithm); 6] = [
    ("ES256", Algorithm::Es256),
    ("ES384", Algorithm::Es384),
    ("EdDSA", Algorithm::EdDsa),
    ("Ed25519", Algorithm::EdDsa),
    ("RS256", Algorithm::Rs256),
    ("PS256", Algorithm::Ps256),
];
pub(super) const AUDIENCE_FORMS: [(&str, AudienceForm); 2] =
    [("string", AudienceForm::One), ("array", AudienceForm::Several)];
pub(super) const SUBJECT_KINDS: [(&str, ForeignSubjectKind); 3] = [
    ("compared", ForeignSubjectKind::Compared),
    ("user", ForeignSubjectKind::User),
    ("client", ForeignSubjectKind::Client),
];
pub(super) const NAMES: [(&str, Names); 2] = [("foreign", Names::Foreign), ("own", Names::Own)];

/// Where an issuer says which keys are its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeySource {
    issuer: String,
    jwks_uri: Option<String>,
}

impl KeySource {
    /// The issuer, byte for byte.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The URL of its JWK Set; `None` where its metadata tells.
    #[must_use]
    pub fn jwks_uri(&self) -> Option<&str> {
        self.jwks_uri.as_deref()
    }

    /// Where its metadata may be, in the order in which to ask: RFC 8414 section 3.1, then OpenID Connect Discovery 1.0
    /// section 4.1.
    #[must_use]
    pub fn metadata_urls(&self) -> [String; 2] {
        let issuer = self.issuer.trim_end_matches('/');
        let host_end = issuer.find("://").map_or(0, |at| at + 3);
        let path =
            issuer.get(host_end..).and_then(|rest| rest.find('/')).map_or(issuer.len(), |at| host_end + at);
        let (origin, path) = issuer.split_at_checked(path).unwrap_or((issuer, ""));
        [
            format!("{origin}/.well-known/oauth-authorization-server{path}"),
            format!("{issuer}/.well-known/openid-configuration"),
        ]
    }
}

/// Whether the keys of `issuer` may be had from `url`, which its metadata names: by the rules for `jwks_uri`, and nobody
/// out in the world sends this host to itself.
#[must_use]
pub fn admits_keys_url(issuer: &str, url: &str) -> bool {
    let loopback = |text: &str| ResourceIndicator::parse(text).is_ok_and(|uri| is_loopback(&uri));
    let base = url.split('?').next().unwrap_or_default();
    checked_jwks_uri(url).is_ok() && (loopback(issuer) || !loopback(base))
}

/// The form in which an issuer's tokens name their audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudienceForm {
    /// One string, as RFC 9068 tokens of this system have it.
    One,
    /// One or several, of which one has to be accepted. The others can use the token too.
    Several,
}

/// How to tell a user's token of an issuer from a client's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForeignSubjectKind {
    /// A client's token names the client as its subject (RFC 9068 section 2.2).
    Compared,
    /// All are users'.
    User,
    /// All are clients'.
    Client,
}

/// Whose names an issuer's tokens carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// The issuer's own. A user of the same name here is somebody else.
    Foreign,
    /// This tenant's: the issuer's users and clients are those of the tenant.
    Own,
}

/// An issuer that a resource trusts, and what it asks of its tokens.
#[derive(Debug, Clone)]
pub struct TrustedIssuer {
    source: KeySource,
    algorithms: Vec<Algorithm>,
    types: Vec<String>,
    audience_form: AudienceForm,
    audiences: Vec<String>,
    client_id_claim: String,
    scope_claim: String,
    subject_kind: ForeignSubjectKind,
    names: Names,
    maximum_lifetime: Option<Lifetime>,
    unrevocable: bool,
}

impl TrustedIssuer {
    /// An authorization server of this kind in another deployment: it issues RFC 9068 tokens, and the names in them are
    /// the only ones.
    pub(super) fn of_another_deployment(issuer: &ResourceIndicator) -> Self {
        Self {
            source: KeySource { issuer: issuer.as_str().to_owned(), jwks_uri: None },
            algorithms: vec![Algorithm::Es256, Algorithm::EdDsa, Algorithm::Rs256],
            types: vec![DEFAULT_TYPE.to_owned()],
            audience_form: AudienceForm::One,
            audiences: Vec::new(),
            client_id_claim: "client_id".to_owned(),
            scope_claim: "scope".to_owned(),
            subject_kind: ForeignSubjectKind::Compared,
            names: Names::Own,
            maximum_lifetime: None,
            unrevocable: false,
        }
    }

    /// The `iss` of its tokens, byte for byte.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.source.issuer()
    }

    /// Where its keys are.
    #[must_use]
    pub fn key_source(&self) -> &KeySource {
        &self.source
    }

    /// Whether its tokens may be signed with `algorithm`.
    #[must_use]
    pub fn admits_algorithm(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Whether `typ` is one that its access tokens have. Media types have no case, and `application/` may be left out
    /// (RFC 7515 section 4.1.9).
    #[must_use]
    pub fn admits_type(&self, typ: &str) -> bool {
        self.types.iter().any(|own| essence(own).eq_ignore_ascii_case(essence(typ)))
    }

    /// The form of `aud`.
    #[must_use]
    pub fn audience_form(&self) -> AudienceForm {
        self.audience_form
    }

    /// Whether `audience` stands for the resource of this URI.
    #[must_use]
    pub fn admits_audience(&self, audience: &str, resource: &ResourceIndicator) -> bool {
        if self.audiences.is_empty() {
            return audience == resource.as_str();
        }
        self.audiences.iter().any(|own| own == audience)
    }

    /// The claim that names the client.
    #[must_use]
    pub fn client_id_claim(&self) -> &str {
        &self.client_id_claim
    }

    /// The claim that holds the scopes.
    #[must_use]
    pub fn scope_claim(&self) -> &str {
        &self.scope_claim
    }

    /// How to tell a user's token from a client's.
    #[must_use]
    pub fn subject_kind(&self) -> ForeignSubjectKind {
        self.subject_kind
    }

    /// Whose names the tokens carry.
    #[must_use]
    pub fn names(&self) -> Names {
        self.names
    }

    /// How long its tokens live at most; `None` for as long as the resource's own.
    #[must_use]
    pub fn maximum_lifetime(&self) -> Option<Lifetime> {
        self.maximum_lifetime
    }
}

fn essence(media_type: &str) -> &str {
    match media_type.split_at_checked("application/".len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case("application/") => rest,
        _ => media_type,
    }
}

/// Reads `trusted_issuers`; `preset` says whose names tokens carry where an issuer does not.
pub(super) fn read_trusted_issuers(
    object: &Object<'_>,
    preset: Names,
    log: &mut FaultLog<'_>,
) -> Vec<(Place, TrustedIssuer)> {
    let nodes = object.items("trusted_issuers", MAX_TRUSTED_ISSUERS, "an array of issuers", log);
    let mut seen: Vec<ResourceIndicator> = Vec::new();
    let mut issuers = Vec::new();
    for node in nodes {
        let Some((place, issuer, trusted)) = read_trusted_issuer(node, preset, log) else { continue };
        if seen.contains(&issuer) {
            let problem = format!("{} is trusted twice", quoted(issuer.as_str()));
            log.report(place, problem, "each issuer once");
            continue;
        }
        seen.push(issuer);
        issuers.push((place, trusted));
    }
    issuers
}

/// Reads one issuer, with the place of its name.
pub(super) fn read_trusted_issuer(
    node: Node<'_>,
    preset: Names,
    log: &mut FaultLog<'_>,
) -> Option<(Place, ResourceIndicator, TrustedIssuer)> {
    let object = node.object(&MEMBERS, log)?;
    let expected = "the issuer's URL exactly as its tokens have it in `iss`, https";
    let issuer = object.required("issuer", expected, log);
    let issuer = issuer.and_then(|node| Some((node.place, node.parsed(checked_issuer, expected, log)?)));
    let expected = "the https URL of a JWK Set";
    let jwks_uri = object.optional("jwks_uri").map(|node| node.parsed(checked_jwks_uri, expected, log));
    let algorithms = read_algorithms(&object, log);
    let types = read_types(&object, log);
    let audience_form = object.optional("audience").map(|node| node.word(&AUDIENCE_FORMS, log));
    let audiences = object.optional("audiences").map(|node| {
        let audiences = node.distinct(MAX_AUDIENCES, checked_text as CheckedText, "a value of `aud`", log);
        report_empty(node, "at least one, or no `audiences` for the URI of the resource", log);
        audiences.into_iter().map(|(_, audience)| audience).collect()
    });
    let claims = object.optional("claims").and_then(|node| node.object(&CLAIM_MEMBERS, log));
    let mut claim = |name: &str| {
        let named = claims.and_then(|claims| claims.optional(name));
        named
            .map_or(Some(name.to_owned()), |node| node.parsed(checked_claim_name, "the name of a claim", log))
    };
    let (client_id_claim, scope_claim) = (claim("client_id"), claim("scope"));
    let subject_kind = object.optional("subject_kind").map(|node| node.word(&SUBJECT_KINDS, log));
    let names = object.optional("subjects").map(|node| node.word(&NAMES, log));
    let maximum_lifetime = object.optional("max_access_token_ttl").map(|node| read_lifetime(node, log));
    let unrevocable = object.optional("unrevocable").map(|node| node.boolean(log));
    let (place, issuer) = issuer?;
    let trusted = TrustedIssuer {
        source: KeySource {
            issuer: issuer.as_str().to_owned(),
            jwks_uri: jwks_uri.map_or(Some(None), |uri| uri.map(Some))?,
        },
        algorithms: algorithms?,
        types,
        audience_form: audience_form.unwrap_or(Some(AudienceForm::One))?,
        audiences: audiences.unwrap_or_default(),
        client_id_claim: client_id_claim?,
        scope_claim: scope_claim?,
        subject_kind: subject_kind.unwrap_or(Some(ForeignSubjectKind::Compared))?,
        names: names.unwrap_or(Some(preset))?,
        maximum_lifetime: maximum_lifetime.map_or(Some(None), |lifetime| lifetime.map(Some))?,
        unrevocable: unrevocable.unwrap_or(Some(false))?,
    };
    Some((place, issuer, trusted))
}

/// What only the whole document tells: nobody is foreign to themselves, an issuer has one source of keys, and a promise
/// of strong revocation is not given up silently.
pub(super) fn check_trusted_issuers(
    own: Option<&ResourceIndicator>,
    resources: &[ResourceDraft],
    log: &mut FaultLog<'_>,
) {
    let mut sources: Vec<&KeySource> = Vec::new();
    for draft in resources {
        for (place, trusted) in &draft.trusted_issuers {
            let issuer = ResourceIndicator::parse(trusted.issuer()).ok();
            if issuer.is_some() && issuer.as_ref() == own {
                log.report(
                    *place,
                    "is the tenant's own issuer",
                    "another issuer; the tenant's own needs no trust",
                );
            }
            let source = trusted.key_source();
            if sources.iter().any(|other| other.issuer == source.issuer && *other != source) {
                let problem = format!("{} has other keys at another resource", quoted(trusted.issuer()));
                log.report(*place, problem, "the same `jwks_uri` wherever the issuer is trusted, or none");
            }
            sources.push(source);
            if draft.revocation == RevocationMode::Strong && !trusted.unrevocable {
                let problem =
                    "nothing here can revoke its tokens, and the resource promises strong revocation";
                log.report(*place, problem, "`\"unrevocable\": true`, or `\"revocation\": \"bounded\"`");
            }
        }
    }
}

fn read_algorithms(object: &Object<'_>, log: &mut FaultLog<'_>) -> Option<Vec<Algorithm>> {
    let node = object.required("algorithms", "the algorithms that the issuer signs with", log)?;
    let named = |text: &str| {
        let found = ALGORITHMS.iter().find(|(name, _)| *name == text).map(|(_, algorithm)| *algorithm);
        found.ok_or("no algorithm with public keys that is used here")
    };
    let expected = listed(ALGORITHMS.iter().map(|(name, _)| *name));
    let algorithms = node.distinct(ALGORITHMS.len(), named, &expected, log);
    report_empty(node, "at least one algorithm", log);
    Some(algorithms.into_iter().map(|(_, algorithm)| algorithm).collect())
}

fn read_types(object: &Object<'_>, log: &mut FaultLog<'_>) -> Vec<String> {
    let Some(node) = object.optional("types") else { return vec![DEFAULT_TYPE.to_owned()] };
    let types =
        node.distinct(MAX_TYPES, checked_type as CheckedText, "a value of `typ` such as `at+jwt`", log);
    report_empty(node, "at least one, or no `types` for `at+jwt`", log);
    types.into_iter().map(|(_, typ)| typ).collect()
}

fn read_lifetime(node: Node<'_>, log: &mut FaultLog<'_>) -> Option<Lifetime> {
    let expected = "whole seconds, from 1 to 315,360,000 (ten years)";
    let seconds = node.whole(expected, log)?;
    let lifetime = Lifetime::from_seconds(seconds);
    if let Err(error) = lifetime {
        log.report(node.place, format!("is {seconds}: {error}"), expected);
    }
    lifetime.ok()
}

/// RFC 8414 section 2: https, with neither query nor fragment. Addresses in place of names lead into networks that
/// nobody meant.
pub(super) fn checked_issuer(text: &str) -> Result<ResourceIndicator, String> {
    let issuer = ResourceIndicator::parse(text).map_err(|error| error.to_string())?;
    if is_address(&issuer) && !is_loopback(&issuer) {
        return Err("its host is an address".to_owned());
    }
    Ok(issuer)
}

fn checked_jwks_uri(text: &str) -> Result<String, String> {
    let (base, query) = text.split_once('?').unwrap_or((text, ""));
    checked_issuer(base)?;
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'#' && byte != b'\\';
    if text.len() > MAX_TEXT || !query.bytes().all(plain) {
        return Err("its query has other characters than a URL".to_owned());
    }
    Ok(text.to_owned())
}

fn host(uri: &ResourceIndicator) -> &str {
    let authority = uri.origin().split_once("://").map_or("", |(_, authority)| authority);
    if authority.starts_with('[') { authority } else { authority.split(':').next().unwrap_or_default() }
}

/// The host stands in its plain form, so an IPv4 address has digits and dots only.
fn is_address(uri: &ResourceIndicator) -> bool {
    let host = host(uri);
    host.starts_with('[') || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

fn is_loopback(uri: &ResourceIndicator) -> bool {
    let host = host(uri);
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.starts_with("[::1]:")
        || (is_address(uri) && host.starts_with("127."))
}

/// One type for all of them, so that there is one reader of lists for them in the gate's wasm.
type CheckedText = fn(&str) -> Result<String, &'static str>;

fn checked_text(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.len() > MAX_TEXT || text.chars().any(char::is_control) {
        return Err("1 to 1,024 characters, no control characters");
    }
    Ok(text.to_owned())
}

fn checked_type(text: &str) -> Result<String, &'static str> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+/".contains(&byte);
    if text.is_empty() || text.len() > MAX_CLAIM_NAME || !text.bytes().all(token) {
        return Err("no media type");
    }
    Ok(text.to_owned())
}

fn checked_claim_name(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.len() > MAX_CLAIM_NAME || text.chars().any(char::is_control) {
        return Err("1 to 128 characters, no control characters");
    }
    Ok(text.to_owned())
}
