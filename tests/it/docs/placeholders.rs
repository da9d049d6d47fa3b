//! `PLACEHOLDERS`: what `{names}` in a request stand for, unless an answer before it said so.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::house::MAX_AGE;
use super::scene::Scene;
use crate::support::platform::{http, now};
use crate::support::random_text;

type Resolve = for<'a> fn(&'a mut Scene) -> LocalBoxFuture<'a, Result<String, String>>;

/// One placeholder.
pub struct Placeholder {
    pub name: &'static str,
    /// Whether it stays the same on a page; others are made for each request.
    pub is_kept: bool,
    pub resolve: Resolve,
}

const fn kept(name: &'static str, resolve: Resolve) -> Placeholder {
    Placeholder { name, is_kept: true, resolve }
}

const fn fresh(name: &'static str, resolve: Resolve) -> Placeholder {
    Placeholder { name, is_kept: false, resolve }
}

pub const PLACEHOLDERS: &[Placeholder] = &[
    kept("issuer", |scene| Box::pin(async move { Ok(scene.house.server.issuer.clone()) })),
    kept("mtls", |scene| Box::pin(async move { Ok(scene.house.mtls.clone()) })),
    kept("email", |scene| Box::pin(async move { Ok(scene.person().await.email.clone()) })),
    kept("jwks", |scene| Box::pin(async move { Ok(scene.key.jwks()) })),
    kept("max_age", |_| Box::pin(async move { Ok(MAX_AGE.to_string()) })),
    kept("code_verifier", |_| Box::pin(async move { Ok(random_text()) })),
    kept("code_challenge", |scene| Box::pin(code_challenge(scene))),
    kept("code", |scene| Box::pin(scene.authorize(&[]))),
    kept("access_token", |scene| Box::pin(token(scene, "access_token"))),
    kept("id_token", |scene| Box::pin(token(scene, "id_token"))),
    kept("photo", |scene| Box::pin(photo(scene))),
    kept("stale_access_token", |scene| Box::pin(stale_access_token(scene))),
    fresh("basic", |scene| Box::pin(basic(scene))),
    fresh("client_assertion", |scene| Box::pin(client_assertion(scene))),
    fresh("dpop", |scene| Box::pin(dpop(scene))),
    fresh("claims", |scene| Box::pin(async move { Ok(document(scene)?.to_string()) })),
    fresh("authorization_details", |scene| Box::pin(async move { Ok(document(scene)?.to_string()) })),
    fresh("request", |scene| Box::pin(async move { Ok(scene.key.sign(&document(scene)?)) })),
    fresh("assertion", |scene| Box::pin(async move { Ok(scene.house.issuer_key.sign(&document(scene)?)) })),
    fresh("now", |_| Box::pin(async move { Ok((now() - 1).to_string()) })),
    fresh("soon", |_| Box::pin(async move { Ok((now() + 60).to_string()) })),
    fresh("jti", |_| Box::pin(async move { Ok(random_text()) })),
];

async fn code_challenge(scene: &mut Scene) -> Result<String, String> {
    let verifier = scene.value("code_verifier").await?;
    Ok(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)))
}

async fn token(scene: &mut Scene, name: &str) -> Result<String, String> {
    let code = scene.value("code").await?;
    let tokens = scene.redeem(&code).await?;
    tokens[name].as_str().map(str::to_owned).ok_or_else(|| format!("no {name} in {tokens}"))
}

/// The name that the page's client has for the photo of the person.
async fn photo(scene: &mut Scene) -> Result<String, String> {
    let (issuer, token) = (scene.value("issuer").await?, scene.value("access_token").await?);
    let answer = http().get(format!("{issuer}/wallet/v1/media")).bearer_auth(token).send().await;
    let list: Value = answer.map_err(|why| why.to_string())?.json().await.map_err(|why| why.to_string())?;
    list["data"][0]["id"].as_str().map(str::to_owned).ok_or_else(|| format!("no photo in {list}"))
}

/// One that reads what is sensitive, of a sign-in that is too old for that.
async fn stale_access_token(scene: &mut Scene) -> Result<String, String> {
    let claims = r#"{"userinfo":{"birthdate":null}}"#;
    let code = scene.authorize(&[("scope", "openid"), ("claims", claims)]).await?;
    let tokens = scene.redeem(&code).await?;
    tokio::time::sleep(std::time::Duration::from_secs(MAX_AGE + 1)).await;
    Ok(tokens["access_token"].as_str().unwrap_or_default().to_owned())
}

async fn basic(scene: &mut Scene) -> Result<String, String> {
    let (id, secret) = (scene.value("client_id").await?, scene.value("client_secret").await?);
    Ok(STANDARD.encode(format!("{id}:{secret}")))
}

async fn client_assertion(scene: &mut Scene) -> Result<String, String> {
    let (id, issuer) = (scene.value("client_id").await?, scene.value("issuer").await?);
    Ok(scene.key.assertion(&id, &issuer, &Value::Null))
}

/// A proof for the request, with the nonce of the answer before. The page about them sees to its nonce itself.
async fn dpop(scene: &mut Scene) -> Result<String, String> {
    if scene.nonce.is_none() && scene.page != "dpop" {
        let asked = http().get(format!("{}/userinfo", scene.house.server.issuer)).header("authorization", "DPoP x");
        let answer = asked.send().await.map_err(|why| why.to_string())?;
        scene.nonce = answer.headers().get("dpop-nonce").and_then(|nonce| Some(nonce.to_str().ok()?.to_owned()));
    }
    let proof = match &scene.presented {
        Some(token) => scene.proof_key.proof_with(&scene.method, &scene.url, token),
        None => scene.proof_key.proof(&scene.method, &scene.url),
    };
    let proof = match &scene.nonce {
        Some(nonce) => proof.claim("nonce", Value::from(nonce.as_str())),
        None => proof,
    };
    Ok(proof.text())
}

/// The JSON block above the request.
fn document(scene: &Scene) -> Result<Value, String> {
    scene.document.clone().ok_or_else(|| "no JSON block stands above it".to_owned())
}

/// The name of each placeholder of a text.
pub fn names(text: &str) -> Vec<&str> {
    let ends = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    ends.map(|(name, _)| name).filter(is_name).collect()
}

/// A text with its placeholders filled in.
pub fn fill(text: &str, value: impl Fn(&str) -> Result<String, String>) -> Result<String, String> {
    names(text)
        .into_iter()
        .try_fold(text.to_owned(), |text, name| Ok(text.replace(&format!("{{{name}}}"), &value(name)?)))
}

#[test]
fn placeholders_are_told_from_json() {
    assert_eq!(names(r#"{"a": {"b": {exp}}, "c": "{client_id}"} {} {X}"#), ["exp", "client_id"]);
    assert_eq!(fill("{a}{b}{a}", |name| Ok(name.repeat(2))).unwrap(), "aabbaa");
    assert!(fill("{a}", |_| Err(String::new())).is_err());
}
