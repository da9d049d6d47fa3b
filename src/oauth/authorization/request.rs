//! `AuthorizationRequest`: one struct literal reads every parameter, its section beside it.

use serde::{Deserialize, Serialize};

use crate::base::Seconds;
use crate::base::id::ClientId;
use crate::oauth::authorization::reply::{self, Mode, ReplyTo};
use crate::oauth::claims_request::ClaimsRequest;
use crate::oauth::client::Client;
use crate::oauth::error::{Code, Error};
use crate::oauth::params::Params;
use crate::oauth::pkce::{self, Challenge};
use crate::oauth::profile::{PkceRule, Profile};
use crate::oauth::prompt::{self, Prompt};
use crate::oauth::scope::Scope;
use crate::oauth::sender::dpop;
use crate::oauth::supported::Supported;

/// The longest `nonce`, `state` and `login_hint`, in bytes.
const MOST_BYTES: usize = 2048;

/// What is known before the parameters are looked at.
#[derive(Debug)]
pub struct Facts<'a> {
    pub client: &'a Client,
    pub profile: &'a Profile,
    pub supported: &'a Supported,
    pub issuer: &'a str,
    /// The subject that `id_token_hint` names, where there is one; or why it names none.
    pub hinted: Option<Result<String, Error>>,
}

/// RFC 6749 §4.1.2.1: without a `ReplyTo` an error is a page, with one it is sent to the client.
#[derive(Debug)]
pub enum Rejection {
    Page(Error),
    Reply(Box<ReplyTo>, Error),
}

/// An authorization request that kept the rules. Only [`read`] makes one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    pub client: ClientId,
    pub reply_to: ReplyTo,
    pub scope: Scope,
    pub code_challenge: Option<Challenge>,
    pub nonce: Option<String>,
    pub prompt: Prompt,
    pub max_age: Option<Seconds>,
    /// Contexts that are wished for, the best first; those of `claims` that are essential are in there.
    pub acr_values: Vec<String>,
    pub claims: ClaimsRequest,
    /// The one subject that may be answered about.
    pub subject: Option<String>,
    pub login_hint: Option<String>,
    pub ui_locales: Vec<String>,
    /// The key that the code is bound to, by its thumbprint.
    pub dpop_jkt: Option<String>,
}

/// Reads an authorization request whose client is known.
///
/// The rules run in the order of the fields, which fixes which error wins. Unknown parameters are passed over (RFC 6749
/// §3.1).
pub fn read(params: &Params, facts: &Facts<'_>) -> Result<AuthorizationRequest, Rejection> {
    let reply_to = reply_to(params, facts)?;
    parse(params, facts, &reply_to).map_err(|error| Rejection::Reply(Box::new(reply_to), error))
}

/// Where answers go: `redirect_uri`, always required (OIDC Core §3.1.2.1), with `response_mode` and `state`.
fn reply_to(p: &Params, facts: &Facts<'_>) -> Result<ReplyTo, Rejection> {
    let page = |why: &'static str| Rejection::Page(Error::invalid_request(why));
    let redirect_uri = p.get("redirect_uri").ok_or_else(|| page("the parameter redirect_uri is missing"))?;
    let state = p.get("state").filter(|state| state.len() <= MOST_BYTES);
    let make = |mode| ReplyTo::of(facts.client, redirect_uri, mode, state, facts.issuer);
    let by_query =
        make(Mode::Query).ok_or_else(|| page("redirect_uri is not one that is registered for this client"))?;
    let Some(name) = p.get("response_mode") else { return Ok(by_query) };
    let may_use = facts.profile.response_modes.contains(&name) && facts.client.response_modes.iter().any(|m| m == name);
    match reply::find(name).filter(|_| may_use) {
        Some(row) => Ok(make(row.mode).unwrap_or(by_query)),
        None => {
            let error = Error::invalid_request("response_mode is not one that this client may use");
            Err(Rejection::Reply(Box::new(by_query), error))
        }
    }
}

fn parse(p: &Params, facts: &Facts<'_>, reply_to: &ReplyTo) -> Result<AuthorizationRequest, Error> {
    response_type(p, facts)?; // RFC 6749 §3.1.1
    unsupported(p)?; // OIDC Core §6, §7.2.1
    let claims = claims(p, facts)?; // OIDC Core §5.5
    Ok(AuthorizationRequest {
        client: facts.client.id.clone(),
        reply_to: short(p, "state").map(|_| reply_to.clone())?, // RFC 6749 §4.1.1
        scope: scope(p, facts)?,                                // RFC 6749 §3.3
        code_challenge: pkce::challenge(p, needs_pkce(facts))?, // RFC 7636 §4.3
        nonce: short(p, "nonce")?,                              // OIDC Core §3.1.2.1
        prompt: Prompt::read(p)?,                               // OIDC Core §3.1.2.1
        max_age: prompt::max_age(p)?.or(facts.client.default_max_age), // OIDC Core §3.1.2.1
        acr_values: acr_values(p, facts),                       // OIDC Core §3.1.2.1, §5.5.1.1
        subject: subject(facts, &claims)?,                      // OIDC Core §3.1.2.1, §5.5.1
        claims,
        login_hint: short(p, "login_hint")?, // OIDC Core §3.1.2.1
        ui_locales: prompt::ui_locales(p),   // OIDC Core §3.1.2.1
        dpop_jkt: dpop::jkt(p)?,             // RFC 9449 §10
    })
}

fn response_type(p: &Params, facts: &Facts<'_>) -> Result<(), Error> {
    let name = p.require("response_type")?;
    if !facts.supported.response_types.contains(&name) {
        return Err(Error::new(Code::UnsupportedResponseType, "response_type is not supported"));
    }
    let is_allowed = facts.profile.response_types.contains(&name)
        && facts.client.response_types.iter().any(|t| t == name)
        && facts.client.has_grant_type("authorization_code");
    match is_allowed {
        true => Ok(()),
        false => Err(Error::unauthorized_client("the client is not registered for this response_type")),
    }
}

/// Parameters whose silent loss would change what the request means.
fn unsupported(p: &Params) -> Result<(), Error> {
    for (name, code, why) in [
        ("request", Code::RequestNotSupported, "request objects are not supported"),
        ("request_uri", Code::RequestUriNotSupported, "request_uri is not supported"),
        ("registration", Code::RegistrationNotSupported, "the registration parameter is not supported"),
    ] {
        if p.get(name).is_some() {
            return Err(Error::new(code, why));
        }
    }
    Ok(())
}

/// What is not known is passed over (OIDC Core §3.1.2.1); what is known and not this client's is refused.
fn scope(p: &Params, facts: &Facts<'_>) -> Result<Scope, Error> {
    let asked = Scope::read(p.get("scope").unwrap_or_default())?;
    let known = asked.filter(|name| facts.supported.scope(name).is_some_and(|row| !row.is_for_clients));
    if known.is_empty() {
        return Err(Error::invalid_scope("scope has no value that is supported; openid is the usual one"));
    }
    if !known.is_within(&facts.client.scope) {
        return Err(Error::invalid_scope("scope has a value that the client is not registered for"));
    }
    Ok(known)
}

fn needs_pkce(facts: &Facts<'_>) -> bool {
    facts.profile.pkce == PkceRule::Required || facts.client.needs_pkce()
}

fn acr_values(p: &Params, facts: &Facts<'_>) -> Vec<String> {
    let asked = prompt::acr_values(p);
    if asked.is_empty() { facts.client.default_acr_values.clone() } else { asked }
}

/// Claims of a scope that the client is not registered for are passed over like unknown ones.
fn claims(p: &Params, facts: &Facts<'_>) -> Result<ClaimsRequest, Error> {
    let may_ask = |name: &str| {
        let of_scope = |row: &&crate::oauth::supported::SupportedScope| row.claims.contains(&name);
        facts.supported.scopes.iter().find(of_scope).is_none_or(|row| facts.client.scope.contains(row.name))
    };
    match p.get("claims") {
        None => Ok(ClaimsRequest::default()),
        Some(text) => ClaimsRequest::read(text, |name| facts.supported.knows_claim(name) && may_ask(name)),
    }
}

fn subject(facts: &Facts<'_>, claims: &ClaimsRequest) -> Result<Option<String>, Error> {
    let hinted = facts.hinted.clone().transpose()?;
    match (hinted, claims.subject()) {
        (Some(hinted), Some(claimed)) if hinted != claimed => {
            Err(Error::invalid_request("id_token_hint and claims name different subjects"))
        }
        (hinted, claimed) => Ok(hinted.or_else(|| claimed.map(str::to_owned))),
    }
}

fn short(p: &Params, name: &'static str) -> Result<Option<String>, Error> {
    match p.get(name) {
        Some(text) if text.len() > MOST_BYTES => {
            Err(Error::invalid_request(format!("{name} is longer than {MOST_BYTES} bytes")))
        }
        text => Ok(text.map(str::to_owned)),
    }
}

#[cfg(test)]
mod tests;
