//! `AuthorizationRequest`: one struct literal reads every parameter, its section beside it.

use serde::{Deserialize, Serialize};

use crate::base::Seconds;
use crate::base::id::ClientId;
use crate::oauth::authorization::polled::Polled;
use crate::oauth::authorization::reply::{self, Mode, ReplyTo, ResponseMode};
use crate::oauth::authorization::response_type::{self, RESPONSE_TYPES, ResponseType};
use crate::oauth::authorization_details::{self, Detail};
use crate::oauth::claims_request::ClaimsRequest;
use crate::oauth::client::Client;
use crate::oauth::error::{Code, Error};
use crate::oauth::grant_management::{self, Managed};
use crate::oauth::params::Params;
use crate::oauth::pkce::{self, Challenge};
use crate::oauth::profile::{PkceRule, Profile, RequestObjects, RequestRule};
use crate::oauth::prompt::{self, Prompt};
use crate::oauth::resource::Resources;
use crate::oauth::scope::Scope;
use crate::oauth::sender::dpop;
use crate::oauth::supported::Supported;
use crate::oauth::verified_claims;

/// The longest `nonce`, `state` and `login_hint`, in bytes.
const MOST_BYTES: usize = 2048;

/// How a request reached us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The `request_uri` under which it was pushed (RFC 9126).
    pub pushed: Option<String>,
    /// Whether its parameters are those of a signed request object (RFC 9101).
    pub is_signed: bool,
}

/// What is known before the parameters are looked at.
#[derive(Debug)]
pub struct Facts<'a> {
    pub client: &'a Client,
    pub profile: &'a Profile,
    pub supported: &'a Supported,
    /// Resource servers that a token may be for.
    pub resources: &'a Resources,
    pub issuer: &'a str,
    pub way: &'a Way,
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
    pub response: ResponseType,
    pub way: Way,
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
    /// What is asked for in the wallet's own terms, item by item; its claims are among `claims` too.
    pub authorization_details: Vec<Detail>,
    /// The resources that it names (RFC 8707 §2.1).
    #[serde(default)]
    pub resources: Vec<String>,
    /// The key that the code is bound to, by its thumbprint.
    pub dpop_jkt: Option<String>,
    /// What is wanted of the grant behind it (Grant Management for OAuth 2.0).
    #[serde(default)]
    pub managed: Option<Managed>,
}

/// Reads an authorization request whose client is known.
///
/// The rules run in the order of the fields, which fixes which error wins. Unknown parameters are passed over (RFC 6749
/// §3.1).
pub fn read(params: &Params, facts: &Facts<'_>) -> Result<AuthorizationRequest, Rejection> {
    let reply_to = reply_to(params, facts)?;
    parse(params, facts, &reply_to).map_err(|error| Rejection::Reply(Box::new(reply_to), error))
}

/// Where an error goes that was met before the parameters could be read.
pub fn refuse(params: &Params, facts: &Facts<'_>, error: Error) -> Rejection {
    match reply_to(params, facts) {
        Ok(reply_to) => Rejection::Reply(Box::new(reply_to), error),
        Err(Rejection::Reply(reply_to, _)) => Rejection::Reply(reply_to, error),
        Err(Rejection::Page(_)) => Rejection::Page(error),
    }
}

/// Reads a request whose answer is fetched by polling (RFC 8628 §3.1, CIBA §7.1). The person is always asked: who polls
/// cannot show that it is they who look at the page.
pub fn read_polled(p: &Params, facts: &Facts<'_>, polled: Polled) -> Result<AuthorizationRequest, Error> {
    let authorization_details = details(p, facts)?; // RFC 9396 §2
    let claims = claims(p, facts, &authorization_details)?; // OIDC Core §5.5
    Ok(AuthorizationRequest {
        client: facts.client.id.clone(),
        reply_to: ReplyTo::poller(polled, facts.issuer),
        response: RESPONSE_TYPES[0],
        way: Way::default(),
        scope: scope(p, facts, RESPONSE_TYPES[0])?, // RFC 6749 §3.3
        code_challenge: None,
        nonce: None,
        prompt: Prompt { consent: true, ..Prompt::default() },
        max_age: None,
        acr_values: acr_values(p, facts),
        subject: subject(facts, &claims)?,
        claims,
        login_hint: short(p, "login_hint")?,
        ui_locales: prompt::ui_locales(p),
        authorization_details,
        resources: resources(p, facts)?,
        dpop_jkt: None,
        managed: grant_management::none(p)?, // Grant Management §5.4
    })
}

/// Where answers go: `redirect_uri`, always required (OIDC Core §3.1.2.1), with `response_mode` and `state`.
fn reply_to(p: &Params, facts: &Facts<'_>) -> Result<ReplyTo, Rejection> {
    let page = |why: &'static str| Rejection::Page(Error::invalid_request(why));
    let redirect_uri = p.get("redirect_uri").ok_or_else(|| page("the parameter redirect_uri is missing"))?;
    let state = p.get("state").filter(|state| state.len() <= MOST_BYTES);
    let make = |mode| ReplyTo::of(facts.client, redirect_uri, mode, state, facts.issuer);
    // An unknown response type is told in the way of the usual one.
    let response = p.get("response_type").and_then(response_type::find).unwrap_or(&RESPONSE_TYPES[0]);
    let by_default = make(Mode::default(*response))
        .ok_or_else(|| page("redirect_uri is not one that is registered for this client"))?;
    let may_use = |row: &&'static ResponseMode| {
        facts.profile.response_modes.contains(&row.name)
            && (facts.client.response_modes.is_empty() || facts.client.response_modes.iter().any(|m| m == row.name))
    };
    let asked = p.get("response_mode");
    let mode = match asked {
        Some(name) => reply::find(name).filter(may_use).and_then(|row| row.of(*response)),
        None => Some(Mode::default(*response)).filter(|mode| facts.profile.response_modes.contains(&mode.name())),
    };
    match mode {
        Some(mode) => Ok(make(mode).unwrap_or(by_default)),
        None => {
            let why = match asked {
                Some(_) => "response_mode is not one that this client may use for this response_type",
                None => "this client must ask for a signed response: response_mode=jwt",
            };
            Err(Rejection::Reply(Box::new(by_default), Error::invalid_request(why)))
        }
    }
}

fn parse(p: &Params, facts: &Facts<'_>, reply_to: &ReplyTo) -> Result<AuthorizationRequest, Error> {
    let response = response_type(p, facts)?; // RFC 6749 §3.1.1
    way(facts)?; // RFC 9126 §6, RFC 9101 §10.5
    unsupported(p)?; // OIDC Core §7.2.1
    let authorization_details = details(p, facts)?; // RFC 9396 §2
    let claims = claims(p, facts, &authorization_details)?; // OIDC Core §5.5
    Ok(AuthorizationRequest {
        client: facts.client.id.clone(),
        reply_to: short(p, "state").map(|_| reply_to.clone())?, // RFC 6749 §4.1.1
        response,
        way: facts.way.clone(),
        scope: scope(p, facts, response)?, // RFC 6749 §3.3
        code_challenge: pkce::challenge(p, needs_pkce(facts, response))?, // RFC 7636 §4.3
        nonce: nonce(p, facts, response)?, // OIDC Core §3.1.2.1, §3.2.2.1, §3.3.2.11
        prompt: Prompt::read(p)?,          // OIDC Core §3.1.2.1
        max_age: prompt::max_age(p)?.or(facts.client.default_max_age), // OIDC Core §3.1.2.1
        acr_values: acr_values(p, facts),  // OIDC Core §3.1.2.1, §5.5.1.1
        subject: subject(facts, &claims)?, // OIDC Core §3.1.2.1, §5.5.1
        claims,
        login_hint: short(p, "login_hint")?, // OIDC Core §3.1.2.1
        ui_locales: prompt::ui_locales(p),   // OIDC Core §3.1.2.1
        authorization_details,
        resources: resources(p, facts)?, // RFC 8707 §2.1
        dpop_jkt: dpop::jkt(p)?,         // RFC 9449 §10
        managed: managed(p, facts)?,     // Grant Management §5
    })
}

fn response_type(p: &Params, facts: &Facts<'_>) -> Result<ResponseType, Error> {
    let unsupported = |why: &'static str| Error::new(Code::UnsupportedResponseType, why);
    let row = response_type::find(p.require("response_type")?)
        .filter(|row| facts.supported.response_types.contains(&row.name))
        .ok_or_else(|| unsupported("response_type is not supported"))?;
    if !facts.profile.response_types.contains(&row.name) {
        return Err(unsupported("response_type is not one that the client's profile allows"));
    }
    match facts.client.has_response_type(row) {
        true => Ok(*row),
        false => Err(Error::unauthorized_client("the client is not registered for this response_type")),
    }
}

/// Whether the request came in a way that the client's profile and registration allow.
fn way(facts: &Facts<'_>) -> Result<(), Error> {
    let (client, rule) = (facts.client, facts.profile.request);
    let must_push = client.require_pushed_authorization_requests
        || matches!(rule, RequestRule::Pushed | RequestRule::PushedAndSigned);
    if must_push && facts.way.pushed.is_none() {
        return Err(Error::invalid_request("this client must push its authorization requests (RFC 9126)"));
    }
    let must_sign =
        client.require_signed_request_object || matches!(rule, RequestRule::Signed | RequestRule::PushedAndSigned);
    if must_sign && !facts.way.is_signed {
        return Err(Error::invalid_request("this client must send a signed request object (RFC 9101)"));
    }
    Ok(())
}

/// Parameters whose silent loss would change what the request means.
fn unsupported(p: &Params) -> Result<(), Error> {
    match p.get("registration") {
        Some(_) => {
            Err(Error::new(Code::RegistrationNotSupported, "the registration parameter is not supported; register"))
        }
        None => Ok(()),
    }
}

fn details(p: &Params, facts: &Facts<'_>) -> Result<Vec<Detail>, Error> {
    let Some(text) = p.get("authorization_details") else { return Ok(Vec::new()) };
    let may_ask = |name: &str| !verified_claims::is_part(name) && may_ask(facts, name);
    authorization_details::read(text, &facts.client.authorization_details_types, may_ask)
}

/// A front-channel ID Token is bound to its request by the nonce alone.
fn nonce(p: &Params, facts: &Facts<'_>, response: ResponseType) -> Result<Option<String>, Error> {
    let nonce = short(p, "nonce")?;
    if response.id_token && nonce.is_none() {
        return Err(Error::invalid_request("nonce is required where the response has an ID Token"));
    }
    if facts.profile.needs_nonce_or_state {
        let asks_openid = Scope::read(p.get("scope").unwrap_or_default())?.contains("openid");
        if asks_openid && nonce.is_none() {
            return Err(Error::invalid_request("the client's profile requires a nonce with the scope openid"));
        }
        if !asks_openid && p.get("state").is_none() {
            return Err(Error::invalid_request("the client's profile requires a state without the scope openid"));
        }
    }
    Ok(nonce)
}

/// What is not known is passed over (OIDC Core §3.1.2.1); what is known and not this client's is refused.
fn scope(p: &Params, facts: &Facts<'_>, response: ResponseType) -> Result<Scope, Error> {
    // An object that stands for the whole request lacks a part without it (FAPI 1.0 Advanced §5.2.2).
    if facts.way.is_signed && facts.profile.request_objects == RequestObjects::Dated && p.get("scope").is_none() {
        return Err(Error::new(Code::InvalidRequestObject, "the request object has no scope"));
    }
    let asked = Scope::read(p.get("scope").unwrap_or_default())?;
    let is_ours = |name: &str| facts.supported.scope(name).is_some_and(|row| !row.is_for_clients);
    let known = asked.filter(|name| is_ours(name) || facts.resources.knows_scope(name));
    if known.is_empty() {
        return Err(Error::invalid_scope("scope has no value that is supported; openid is the usual one"));
    }
    if !known.is_within(&facts.client.scope) {
        return Err(Error::invalid_scope("scope has a value that the client is not registered for"));
    }
    if response.id_token && !known.contains("openid") {
        return Err(Error::invalid_scope("an ID Token needs the scope openid"));
    }
    // OIDC Core §11: without a code there is nothing to refresh.
    Ok(if response.code { known } else { known.filter(|name| name != "offline_access") })
}

/// Each with a scope of its own in the request, or nothing could be done there.
fn resources(p: &Params, facts: &Facts<'_>) -> Result<Vec<String>, Error> {
    let named = facts.resources.named(p, "resource", facts.issuer)?;
    let asked = scope(p, facts, RESPONSE_TYPES[0])?;
    let has_scope = |named: &String| facts.resources.find(named).is_none_or(|r| !asked.narrow(&r.scopes).is_empty());
    match named.iter().all(has_scope) {
        true => Ok(named),
        false => Err(Error::invalid_target("scope has no value of the resource that is named")),
    }
}

/// For clients with credentials alone (Grant Management §5.1).
fn managed(p: &Params, facts: &Facts<'_>) -> Result<Option<Managed>, Error> {
    match grant_management::read(p)? {
        Some(_) if facts.client.is_public() => {
            Err(Error::invalid_request("a client without credentials cannot manage its grants"))
        }
        managed => Ok(managed),
    }
}

fn needs_pkce(facts: &Facts<'_>, response: ResponseType) -> bool {
    let by_rule = match facts.profile.pkce {
        PkceRule::Required => true,
        PkceRule::WhenPushed => facts.way.pushed.is_some(),
        PkceRule::ByClient => facts.client.needs_pkce(),
    };
    response.code && by_rule
}

fn acr_values(p: &Params, facts: &Facts<'_>) -> Vec<String> {
    let asked = prompt::acr_values(p);
    if asked.is_empty() { facts.client.default_acr_values.clone() } else { asked }
}

/// Claims of a scope that the client is not registered for are passed over like unknown ones.
fn may_ask(facts: &Facts<'_>, name: &str) -> bool {
    let of_scope = |row: &&crate::oauth::supported::SupportedScope| row.claims.contains(&name);
    facts.supported.knows_claim(name)
        && facts.supported.scopes.iter().find(of_scope).is_none_or(|row| facts.client.scope.contains(row.name))
}

fn claims(p: &Params, facts: &Facts<'_>, details: &[Detail]) -> Result<ClaimsRequest, Error> {
    let mut claims = match p.get("claims") {
        None => ClaimsRequest::default(),
        Some(text) => ClaimsRequest::read(text, |name| may_ask(facts, name))?,
    };
    for name in details.iter().flat_map(|detail| &detail.datatypes) {
        claims.userinfo.entry(name.clone()).or_default();
    }
    Ok(claims)
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
