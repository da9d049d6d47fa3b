//! Access tokens for other resource servers (RFC 8707, RFC 9068): which there are, which one a request is about, and
//! what their tokens say. Tokens for our own endpoints stay sealed texts ([`super::tokens`]).

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::base::{Fault, Seconds, Time};
use crate::error::Error;
use crate::jose::jwt::{self, Checked, Rules};
use crate::jose::{Alg, SigningKey, Typ, verify};
use crate::oauth::resource::Audience;
use crate::oauth::{self, Binding, Params, Scope};
use crate::provider::keys;
use crate::provider::tokens::{self, Bearer};

pub use crate::provider::services::{All, Service, all, services};

/// What a token request says about resources, with the keys that it may need: read before anything is spent.
pub struct Asked {
    named: Vec<String>,
    signers: Vec<Arc<SigningKey>>,
}

/// For whom a token is, and how it is signed.
#[derive(Debug, Clone)]
pub struct Target {
    pub identifier: String,
    /// The part of what was granted that is this resource server's.
    pub scope: Scope,
    pub lifetime: Seconds,
    signer: Arc<SigningKey>,
}

/// Reads which resource a token request names.
///
/// # Errors
/// `invalid_target` for one that is not known; a fault when the database does not answer.
pub async fn asked(app: &App, params: &Params) -> Result<Asked, Error> {
    let named = all(app).named(params, "resource", app.config.issuer())?;
    asked_for(app, named).await
}

/// As [`asked`], for what is named otherwise.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn asked_for(app: &App, named: Vec<String>) -> Result<Asked, Error> {
    let mut signers = Vec::with_capacity(app.config.resources.len());
    for resource in &app.config.resources {
        let name = resource.alg.as_ref().unwrap_or(&app.config.keys.default_alg);
        let alg: Alg = name.parse().map_err(|e| Fault::internal("read the alg of a resource", e))?;
        signers.push(keys::signer(app, alg).await?);
    }
    Ok(Asked { named, signers })
}

impl Asked {
    /// What the token is for, of an authorization that named `authorized` and was granted `granted`; `None` for our own
    /// endpoints.
    ///
    /// # Errors
    /// `invalid_target`.
    pub fn choose(&self, app: &App, authorized: &[String], granted: &Scope) -> Result<Option<Target>, oauth::Error> {
        let all = all(app);
        let Audience::Server(server) = all.choose(&self.named, authorized, granted, app.config.issuer())? else {
            return Ok(None);
        };
        let at = app.config.resources.iter().position(|resource| resource.identifier == server.identifier);
        let found = at.and_then(|at| Some((app.config.resources.get(at)?, self.signers.get(at)?)));
        Ok(found.map(|(resource, signer)| Target {
            identifier: server.identifier.clone(),
            scope: all.part(granted, Audience::Server(server)),
            lifetime: resource.lifetime,
            signer: Arc::clone(signer),
        }))
    }
}

/// The claims of an access token in JWT form (RFC 9068 §2.2).
#[derive(Serialize)]
pub struct JwtAccess<'a> {
    pub iss: &'a str,
    pub sub: &'a str,
    pub aud: &'a str,
    pub client_id: &'a str,
    pub exp: i64,
    pub iat: i64,
    /// Opens for us alone: by it we know the authorization that the token is of.
    pub jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amr: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<&'a Value>,
}

impl Target {
    /// Signs an access token for this resource server.
    ///
    /// # Errors
    /// A fault when signing fails.
    pub fn sign(&self, claims: &JwtAccess<'_>) -> Result<String, Fault> {
        self.signer.sign(Typ::AccessToken, claims)
    }
}

/// An access token in JWT form that we signed and that has not expired. Whether it was stopped is not known yet.
#[derive(Debug)]
pub struct OpenedJwt {
    pub checked: Checked,
    pub bearer: Bearer,
    pub jti: Vec<u8>,
    /// The clients that its resource server is.
    pub readers: Vec<String>,
    /// The resources for which those may exchange it.
    pub may_call: Vec<String>,
}

impl OpenedJwt {
    pub fn text(&self, claim: &str) -> Option<String> {
        self.checked.text(claim).map(str::to_owned)
    }

    pub fn scope(&self) -> Scope {
        self.checked.text("scope").and_then(|text| Scope::read(text).ok()).unwrap_or_default()
    }

    pub fn expires_at(&self) -> Time {
        self.checked.exp().unwrap_or(Time::from_unix(0))
    }

    /// What its sender must show beside it.
    pub fn binding(&self) -> Option<Binding> {
        let cnf = self.checked.claims().get("cnf")?;
        let text = |name: &str| cnf.get(name).and_then(Value::as_str).map(str::to_owned);
        text("jkt").map(Binding::Jkt).or_else(|| text("x5t#S256").map(Binding::X5t))
    }
}

/// Opens an access token in JWT form; `None` when it is none of ours, or not for a resource server that we know.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn open(app: &App, text: &str) -> Result<Option<OpenedJwt>, Error> {
    if app.config.resources.is_empty() || text.split('.').count() != 3 {
        return Ok(None);
    }
    let keys = keys::set(app).await?;
    let rules = Rules { issuer: Some(app.config.issuer()), ..Rules::ACCESS_TOKEN };
    let checked = verify(text, keys.public(), &Alg::ALL).ok().and_then(|v| jwt::check(v, &rules, app.now()).ok());
    Ok(checked.and_then(|checked| {
        let (bearer, jti) = tokens::open_jti(app, checked.jti()?)?;
        let audience = checked.aud();
        let resource = app.config.resources.iter().find(|resource| audience == [resource.identifier.as_str()])?;
        let (readers, may_call) = (resource.clients.clone(), resource.may_call.clone());
        Some(OpenedJwt { bearer, jti, readers, may_call, checked })
    }))
}
