//! Why a user or client gets a scope on a resource, or does not, by the code that decides it and from what it decides by.

use serde_json::{Map, Value, json};

use crate::config::Grant;
use crate::host::Host;
use crate::vocabulary::{ClientId, ErrorCode, HttpResponse, ResourceIndicator, Scope, ScopeToken, UserId};

use super::super::effective_scope::{ScopeHolder, ScopeVerdict, effective_scope, granting_roles, verdict};
use super::super::refusal::Refusal;
use super::super::request::{Answer, IssuerRequest};
use super::super::service::Service;
use super::super::target::ResolvedResource;
use super::super::user_grant::EnteringUser;
use super::fault::Fault;
use super::input;

/// `GET /v1/explain`
pub(super) async fn answer<H: Host>(
    service: &Service<'_, H>,
    request: &IssuerRequest<'_>,
) -> Result<Answer, Fault> {
    let query = input::query(request, &["client_id", "user_id", "resource", "scope"])?;
    let identifier = "an identifier";
    let client_id = input::parameter(&query, "client_id", ClientId::parse, identifier)?;
    let client_id = client_id.ok_or_else(|| Fault::at("?client_id", "is missing", identifier))?;
    let user_id = input::parameter(&query, "user_id", UserId::parse, identifier)?;
    let requested = input::parameter(&query, "scope", Scope::parse, "scopes, separated by single spaces")?;

    let client = service.client(&client_id).await?.ok_or_else(Fault::not_found)?;
    let user = match &user_id {
        Some(user_id) => Some(service.user(user_id).await?.ok_or_else(Fault::not_found)?),
        None => None,
    };
    let holder = user.as_ref().map_or(ScopeHolder::Client, ScopeHolder::User);

    let mut result = Map::new();
    result.insert("client_id".to_owned(), json!(client_id.as_str()));
    result.extend(user_id.map(|user_id| ("user_id".to_owned(), json!(user_id.as_str()))));
    let tenant = service.tenant;
    let target = match ResolvedResource::resolve(query.values("resource"), tenant, &client) {
        Ok(target) => target,
        Err(refusal) => {
            let named = query.value("resource").and_then(|uri| ResourceIndicator::parse(uri).ok());
            let named = named.and_then(|indicator| tenant.resource_by_indicator(&indicator));
            result.insert("resource_id".to_owned(), json!(named.map(|resource| resource.id().as_str())));
            return Ok(explained(result, Vec::new(), Vec::new(), Some(refusal)));
        }
    };
    result.insert("resource_id".to_owned(), json!(target.resource().id().as_str()));

    let entering = match &user {
        None if client.permits_grant(Grant::ClientCredentials) => Ok(()),
        None => Err(Refusal::GrantTypeNotAllowed),
        Some(user) => EnteringUser::check(user.clone(), &client)
            .and_then(|user| if user.is_suspended() { Err(Refusal::UserSuspended) } else { Ok(()) }),
    };
    let scope =
        entering.and_then(|()| Ok(effective_scope(query.value("scope"), tenant, &client, holder, target)?));
    let asked: Vec<ScopeToken> = match &requested {
        Some(scope) => scope.iter().cloned().collect(),
        None => target.resource().scopes().iter().map(|scope| scope.name().clone()).collect(),
    };
    let verdicts = asked.iter().map(|token| {
        let verdict = verdict(token, tenant, &client, holder, target);
        let roles = granting_roles(token, tenant, &client, holder, target).map(|role| json!(role.as_str()));
        json!({
            "scope": token.as_str(),
            "granted": verdict == ScopeVerdict::Effective,
            "reason": verdict.as_str(),
            "roles": roles.collect::<Vec<_>>(),
        })
    });
    let granted = scope.as_ref().map(|scope| scope.iter().map(|token| json!(token.as_str())).collect());
    Ok(explained(result, granted.unwrap_or_default(), verdicts.collect(), scope.err()))
}

fn explained(
    mut result: Map<String, Value>,
    granted: Vec<Value>,
    scopes: Vec<Value>,
    refusal: Option<Refusal>,
) -> Answer {
    result.insert("granted".to_owned(), Value::Array(granted));
    result.insert("scopes".to_owned(), Value::Array(scopes));
    // Where the client hears a word of OAuth that says what is wrong, it is that word.
    let word = |refusal: Refusal| match refusal.error_code() {
        code @ (ErrorCode::InvalidTarget | ErrorCode::InvalidScope) => code.as_str(),
        _ => refusal.code(),
    };
    result.extend(refusal.map(|refusal| ("refusal".to_owned(), json!(word(refusal)))));
    Answer::plain(HttpResponse::json(200, &json!({ "result": result })).not_stored())
}
