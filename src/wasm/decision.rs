//! A gate decision as text: on this path one string is cheaper than a tree of objects. What an admitted request's handler
//! gets to know is its values alone, everything else is JSON.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::config::UserAuthentication;
use crate::gate::{Access, Decision, Trace};
use crate::vocabulary::HttpResponse;
use crate::vocabulary::json::Json;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What a handler gets to know of an admitted request. */
export type Access =
  | {
      /** A rule of the resource declares this method and path public. */
      kind: "public";
      resource: string;
    }
  | {
      /** Who the token speaks for: a user, a client, or a client of a management application. */
      kind: "user" | "client" | "management";
      /** The `iss` of the token: the tenant's own issuer, or another one that the resource trusts. */
      issuer: string;
      /** The `sub` of the token: a user id or a client id. Where a resource trusts several issuers, only `issuer` and `subject` together name somebody. */
      subject: string;
      /** The client that obtained the token; another issuer's token may not name it. */
      clientId?: string;
      /** The application of that client; absent for another issuer's token. */
      applicationId?: string;
      tenantId: string;
      /** The public identifier of the user's session; absent for clients. */
      sessionId?: string;
      /** The URI of the resource, as registered: the token's `aud`. */
      resource: string;
      /** The scopes that were granted. */
      scopes: string[];
      /** Seconds since the Unix epoch. */
      expiresAt: number;
      /** Every claim of the token. */
      claims: Record<string, unknown>;
    };

/** The facts behind a decision. It holds no token and no secret. */
export interface Trace {
  /** `allow`, `respond` or the reason code of the refusal. */
  outcome: string;
  explanation?: string;
  configuration_version: number;
  /** Seconds since the Unix epoch. */
  decided_at: number;
  resource_id?: string;
  audience_wanted?: string;
  /** Of a refused token, what it claims. */
  audience_held?: string;
  /** Methods and path template below the resource. */
  rule?: string;
  scopes_wanted?: string;
  subjects_admitted?: string[];
  /** Of the token, where it is not the tenant's own; of a refused token, what it claims. */
  issuer?: string;
  subject?: string;
  subject_kind?: string;
  scopes_held?: string;
  /** Of which the rule demands one, separated by spaces. */
  acr_values_wanted?: string;
  /** How many seconds ago the user may have authenticated, where the rule says so. */
  max_age?: number;
  /** How the user authenticated, where the rule asks for that and the token says so. */
  acr_held?: string;
  /** When the user authenticated, in the same case; seconds since the Unix epoch. */
  authenticated_at?: number;
  /** The moment from which the token is refused, clock tolerance included; seconds since the Unix epoch. */
  deadline?: number;
  /** Whether the token's signature had been verified before. */
  known_token?: boolean;
  /** Whether the token was revoked, once that was looked at. */
  revocation?: RevocationTrace;
}

/** How it was found out that a token was not revoked, or that it was. */
export interface RevocationTrace {
  /**
   * `list`: by the published list. `objects`: by asking the objects of user and client. `none`: this deployment
   * publishes no list, so tokens live until they expire. `foreign`: nobody here can revoke another issuer's token.
   */
  mode: "list" | "objects" | "none" | "foreign";
  /** Why the objects are asked. */
  cause?: "strong" | "full_shard" | "no_list" | "old_list";
  /** How old the list is, in seconds. */
  age?: number;
  /** The seconds after a revocation from which it is honoured here at the latest. */
  bound?: number;
  /** The claim that names what was revoked, where the list told. */
  revoked_by?: "jti" | "gid" | "sid" | "sub" | "client_id";
}

/** A response as plain data. */
export interface PlainResponse { status: number; headers: [string, string][]; body: string }

/** How the user has to authenticate: parameters of the authorization request (RFC 9470 section 4). */
export interface WantedAuthentication {
  /** Any of these, in the order of preference. */
  acrValues?: string[];
  /** Seconds. */
  maxAge?: number;
}

/** What the gate says of a request. */
export type GateDecision =
  | { type: "allow"; access: Access; headers: [string, string][]; trace?: Trace }
  | {
      type: "deny";
      reason: string;
      response: PlainResponse;
      newerConfigurationCouldHelp: boolean;
      /** Where a token is asked for, and the rule asks for more of it than that it is there. */
      authentication?: WantedAuthentication;
      trace: Trace;
    }
  | { type: "respond"; response: PlainResponse };
"#;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum DecisionView<'a> {
    Allow {
        access: AccessView<'a>,
        headers: Vec<(&'static str, String)>,
        #[serde(skip_serializing_if = "Option::is_none")]
        trace: Option<Trace>,
    },
    Deny {
        reason: &'static str,
        response: HttpResponse,
        newer_configuration_could_help: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        authentication: Option<AuthenticationView<'a>>,
        trace: Trace,
    },
    Respond {
        response: HttpResponse,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthenticationView<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acr_values: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
}

impl<'a> From<&'a UserAuthentication> for AuthenticationView<'a> {
    fn from(wanted: &'a UserAuthentication) -> Self {
        Self {
            acr_values: wanted.acr_values().iter().map(|value| value.as_str()).collect(),
            max_age: wanted.max_age().map(|age| age.seconds()),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum AccessView<'a> {
    Public {
        kind: &'static str,
        resource: &'a str,
    },
    #[serde(rename_all = "camelCase")]
    Token {
        kind: &'static str,
        issuer: &'a str,
        subject: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        client_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        application_id: Option<&'a str>,
        tenant_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        session_id: Option<&'a str>,
        resource: &'a str,
        scopes: Vec<&'a str>,
        expires_at: u64,
        claims: Json,
    },
}

fn access_view<'a>(access: &Access<'a>) -> AccessView<'a> {
    let resource = access.resource.indicator().as_str();
    let Some(claims) = access.claims else { return AccessView::Public { kind: "public", resource } };
    AccessView::Token {
        kind: claims.kind().as_str(),
        issuer: claims.issuer(),
        subject: claims.subject_as_issued(),
        client_id: claims.client_id_as_issued(),
        application_id: (!claims.is_foreign()).then(|| claims.application_id().as_str()),
        tenant_id: claims.tenant_id().as_str(),
        session_id: claims.session_id().map(|session| session.as_str()),
        resource,
        scopes: claims.scope().iter().map(|scope| scope.as_str()).collect(),
        expires_at: claims.expires_at().seconds(),
        claims: claims.every_claim(),
    }
}

/// Stands between the values of [`access_text`]. It is a control character: none is in an identifier, a URI, a scope or
/// the name of a foreign subject, and JSON has it as an escape only.
const SEPARATOR: char = '\u{1f}';

/// The values of an admitted request: kind, issuer, subject, client, application, tenant, session, resource, scopes, the
/// moment of expiry, claims, then names and values of header fields; empty for what is absent. `None` where there are
/// none, or a header field has the separator in it. They take the place of what stands in `text`.
pub(super) fn access_text(decision: &Decision, mut text: String) -> Option<String> {
    let access = decision.access()?;
    let headers = decision.handler_headers();
    let resource = access.resource.indicator().as_str();
    if headers.iter().any(|(_, value)| value.contains(SEPARATOR)) {
        return None;
    }
    text.clear();
    match access.claims {
        None => {
            text.push_str("public");
            text.extend([SEPARATOR; 7]);
            text.push_str(resource);
            text.extend([SEPARATOR; 3]);
        }
        Some(claims) => {
            let application = Some(claims.application_id().as_str()).filter(|_| !claims.is_foreign());
            let values = [
                claims.kind().as_str(),
                claims.issuer(),
                claims.subject_as_issued(),
                claims.client_id_as_issued().unwrap_or_default(),
                application.unwrap_or_default(),
                claims.tenant_id().as_str(),
                claims.session_id().map(|session| session.as_str()).unwrap_or_default(),
                resource,
            ];
            for value in values {
                text.push_str(value);
                text.push(SEPARATOR);
            }
            for (index, scope) in claims.scope().iter().enumerate() {
                if index > 0 {
                    text.push(' ');
                }
                text.push_str(scope.as_str());
            }
            text.push(SEPARATOR);
            text.push_str(&claims.expires_at().seconds().to_string());
            text.push(SEPARATOR);
            text.push_str(claims.payload());
        }
    }
    for value in headers.iter().flat_map(|(name, value)| [*name, value.as_str()]) {
        text.push(SEPARATOR);
        text.push_str(value);
    }
    Some(text)
}

/// Octets that most decisions need.
const TYPICAL_LENGTH: usize = 1_024;

/// `decision` as JSON text; the trace of an admitted request only `with_trace`.
pub(super) fn decision_text(decision: &Decision, with_trace: bool) -> String {
    let view = match (decision.access(), decision.response()) {
        (Some(access), _) => DecisionView::Allow {
            access: access_view(&access),
            headers: decision.handler_headers(),
            trace: with_trace.then(|| decision.trace()),
        },
        (None, Some(response)) => match decision.denial() {
            Some(reason) => DecisionView::Deny {
                reason: reason.code(),
                response,
                newer_configuration_could_help: reason.newer_configuration_could_help(),
                authentication: decision.user_authentication_wanted().map(AuthenticationView::from),
                trace: decision.trace(),
            },
            None => DecisionView::Respond { response },
        },
        // Neither admitted nor answered cannot be; if it were, it is refused.
        (None, None) => DecisionView::Respond { response: HttpResponse::empty(503) },
    };
    let mut text = Vec::with_capacity(TYPICAL_LENGTH);
    // Strings and numbers always have a JSON text, and what is written is UTF-8.
    let written = serde_json::to_writer(&mut text, &view).is_ok();
    String::from_utf8(text).ok().filter(|_| written).unwrap_or_default()
}
