//! Where the parameters of an authorization request are: in the request, in a signed object, or pushed before.

use crate::app::App;
use crate::error::Error;
use crate::jose::{Unverified, Verified, jwe};
use crate::oauth::authorization::Way;
use crate::oauth::authorization::signed_request;
use crate::oauth::{self, Code, Params};
use crate::outbound::fetch::MOST_BYTES;
use crate::provider::clients::Registered;
use crate::provider::{client_keys, keys, pushed};

/// The parameters that count, and how they came.
#[derive(Debug)]
pub struct Gathered {
    pub params: Params,
    pub way: Way,
}

/// Finds the parameters of a request at the authorization endpoint.
///
/// # Errors
/// `invalid_request_uri`, `invalid_request_object` or `invalid_request`; a fault when a store does not answer.
pub async fn gather(app: &App, client: &Registered, params: &Params) -> Result<Gathered, Error> {
    let plain = || Gathered { params: params.clone(), way: Way::default() };
    match (params.get("request"), params.get("request_uri")) {
        (None, None) => Ok(plain()),
        (Some(_), Some(_)) => {
            Err(oauth::Error::invalid_request("request and request_uri must not both be there").into())
        }
        (Some(object), None) => signed(app, client, params, object).await,
        (None, Some(uri)) if pushed::is_pushed(uri) => {
            let kept = pushed::find(app, uri, client).await?;
            let way = Way { pushed: Some(uri.to_owned()), is_signed: kept.is_signed };
            Ok(Gathered { params: kept.params(), way })
        }
        (None, Some(uri)) => {
            let object = by_reference(app, client, uri).await?;
            signed(app, client, params, &object).await
        }
    }
}

/// The parameters in a request object (RFC 9101 §6).
///
/// # Errors
/// `invalid_request_object`; a fault when a store does not answer.
pub async fn signed(app: &App, client: &Registered, beside: &Params, object: &str) -> Result<Gathered, Error> {
    let verified = verify(app, client, object).await?;
    let issuer = app.config.issuer();
    let params = signed_request::read(verified, beside, client, client.rules(), issuer, app.now())?;
    let params = params.without(&["request", "request_uri"]);
    Ok(Gathered { params, way: Way { pushed: None, is_signed: true } })
}

/// Checks who signed, once it is decrypted where it was encrypted to us. Where no key fits, the client may have changed them: then they are read once more.
async fn verify(app: &App, client: &Registered, object: &str) -> Result<Verified, Error> {
    let invalid = |why: String| Error::from(signed_request::invalid(why));
    let opened = match jwe::is_jwe(object) {
        true => {
            Some(jwe::open_nested(object, keys::set(app).await?.decryption()).map_err(|why| invalid(why.to_string()))?)
        }
        false => None,
    };
    let unverified = Unverified::read(opened.as_deref().unwrap_or(object)).map_err(|why| invalid(why.to_string()))?;
    let algs = signed_request::algs(client, client.rules());
    let signers = client_keys::load(app, client).await.map_err(|why| invalid(why.description().to_owned()))?;
    let verified = match unverified.clone().verify(&signers, &algs) {
        Err(why) if why.may_be_rotation() => match client_keys::renew(app, client, &signers).await {
            Some(renewed) => unverified.verify(&renewed, &algs),
            None => Err(why),
        },
        outcome => outcome,
    };
    verified.map_err(|why| invalid(why.to_string()))
}

/// A request object that the client registered an address for (OIDC Core §6.2): no other address is ever called.
async fn by_reference(app: &App, client: &Registered, uri: &str) -> Result<String, Error> {
    let refused = |why: &'static str| Error::from(oauth::Error::new(Code::InvalidRequestUri, why));
    // The fragment is the digest of what is there; it is not sent, and need not be registered.
    let bare = |uri: &str| uri.split('#').next().unwrap_or_default().to_owned();
    if !client.request_uris.iter().any(|registered| registered == uri || bare(registered) == bare(uri)) {
        return Err(refused("request_uri is not one that is registered for this client"));
    }
    let url = url::Url::parse(&bare(uri)).map_err(|_| refused("request_uri is not a URL"))?;
    let fetched = app.fetch.get(&url, MOST_BYTES).await.map_err(|why| {
        Error::from(oauth::Error::new(Code::InvalidRequestUri, "request_uri gave nothing").with_detail(why.to_string()))
    })?;
    let text = std::str::from_utf8(&fetched.body).map_err(|_| refused("request_uri gave something else than a JWT"))?;
    Ok(text.trim().to_owned())
}

/// A request object that a client sends to an endpoint where it authenticates itself.
///
/// # Errors
/// As [`signed`]; a request object of another client's.
pub async fn at_endpoint(app: &App, client: &Registered, params: &Params) -> Result<Gathered, Error> {
    if params.get("request_uri").is_some() {
        return Err(oauth::Error::invalid_request("request_uri must not be pushed (RFC 9126 section 2.1)").into());
    }
    match params.get("request") {
        Some(object) => signed(app, client, params, object).await,
        None => Ok(Gathered { params: params.clone(), way: Way::default() }),
    }
}
