//! What is signed to be checked for years: receipts and checkpoints. Signing keys are replaced every month, so the public
//! half of each that signed such a thing is kept, with a MAC that lets nobody add one.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::app::App;
use crate::base::{Digest, Fault};
use crate::error::Error;
use crate::jose::{Alg, Jwk, JwkSet, SigningKey, json as strict};
use crate::provider::keys;
use crate::store::database::{Conn, lasting_keys};

/// How all of it is signed.
pub const ALG: Alg = Alg::Es256;

/// The key that signs now.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn signer(app: &App) -> Result<Arc<SigningKey>, Error> {
    keys::signer(app, ALG).await
}

/// Keeps the public half of a key, in the unit that keeps what it signed.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keep(conn: &mut Conn<'_>, app: &App, key: &SigningKey) -> Result<(), Fault> {
    let jwk = Value::Object(key.public().to_map()).to_string();
    lasting_keys::keep(conn, key.kid(), &jwk, mac(app, &jwk), app.now()).await
}

fn mac(app: &App, jwk: &str) -> Digest {
    Digest::from_bytes(app.keys.pepper.mac("lasting-key", jwk.as_bytes()))
}

/// Every key that ever signed something lasting.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn keys(app: &App) -> Result<JwkSet, Fault> {
    let kept = app.db.read::<_, Fault, _>(|conn| Box::pin(lasting_keys::list(conn))).await?;
    let own = kept.iter().filter(|(jwk, kept)| mac(app, jwk) == *kept);
    let read = |jwk: &str| Jwk::read(&strict::object(jwk.as_bytes()).ok()?);
    Ok(JwkSet::of(own.filter_map(|(jwk, _)| read(jwk)).collect()))
}

/// The same as a document (RFC 7517 §5).
///
/// # Errors
/// A fault when the database does not answer.
pub async fn document(app: &App) -> Result<Value, Fault> {
    let keys: Vec<Value> = keys(app).await?.keys().iter().map(|key| Value::Object(key.to_map())).collect();
    Ok(json!({ "keys": keys }))
}
