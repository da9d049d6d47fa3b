//! Answers as JWTs: signed by us, encrypted to the client, or both.
//!
//! An envelope is asked for before anything is spent or told, so that a client that lost its key loses nothing else.

use std::sync::Arc;

use serde::Serialize;

use crate::app::App;
use crate::base::Fault;
use crate::error::Error;
use crate::jose::jwe::{Content, Enc, KeyAlg};
use crate::jose::{Alg, Recipient, SigningKey, Typ};
use crate::oauth;
use crate::oauth::jwt_answers::JwtAnswer;
use crate::provider::clients::Registered;
use crate::provider::{client_keys, keys};

/// How one kind of answer is made for a client.
#[derive(Debug)]
pub struct Envelope {
    signer: Option<Arc<SigningKey>>,
    recipient: Option<Recipient>,
}

impl Envelope {
    /// # Errors
    /// `invalid_request` where the client has no key to encrypt to; a fault where we have none to sign with.
    pub async fn of(app: &App, client: &Registered, answer: &JwtAnswer) -> Result<Self, Error> {
        let chosen = (answer.chosen)(client);
        let signer = match chosen.sign {
            None => None,
            Some(name) => {
                let alg = name.parse().map_err(|e| Fault::internal("read a client's alg", e))?;
                Some(keys::signer(app, alg).await?)
            }
        };
        let recipient = match chosen.alg {
            None => None,
            Some(name) => {
                let unknown = || Fault::broken("read a client's encryption algorithms");
                let alg = KeyAlg::find(name).ok_or_else(unknown)?;
                let enc = chosen.enc.map_or(Some(Enc::A128CbcHs256), Enc::find).ok_or_else(unknown)?;
                Some(recipient(app, client, alg, enc).await?)
            }
        };
        Ok(Self { signer, recipient })
    }

    /// What it signs by, where it does.
    pub fn alg(&self) -> Option<Alg> {
        self.signer.as_ref().map(|key| key.alg())
    }

    /// Signs, then encrypts (RFC 7519 §11.2); what is not signed is encrypted as it is.
    ///
    /// # Errors
    /// A fault when signing or encrypting fails.
    pub fn seal(&self, typ: Typ, claims: &impl Serialize) -> Result<String, Fault> {
        let signed = self.signer.as_ref().map(|key| key.sign(typ, claims)).transpose()?;
        match (signed, &self.recipient) {
            (Some(token), None) => Ok(token),
            (Some(token), Some(recipient)) => recipient.encrypt(token.as_bytes(), Content::Token),
            (None, Some(recipient)) => {
                let plain =
                    serde_json::to_vec(claims).map_err(|e| Fault::internal("write the claims of a token", e))?;
                recipient.encrypt(&plain, Content::Claims)
            }
            (None, None) => Err(Fault::broken("make a token that is neither signed nor encrypted")),
        }
    }
}

/// The client's key; where none fits, it may have changed them, and they are read once more.
async fn recipient(app: &App, client: &Registered, alg: KeyAlg, enc: Enc) -> Result<Recipient, Error> {
    let none = |why: &str| {
        let name = alg.row().name;
        Error::from(oauth::Error::invalid_request(format!("the answer must be encrypted by {name}, but {why}")))
    };
    let keys = client_keys::load(app, client).await.map_err(|why| none(why.description()))?;
    let renewed = match keys.find_encryption(alg) {
        Some(_) => None,
        None => client_keys::renew(app, client, &keys).await,
    };
    let key = renewed.as_ref().unwrap_or(&keys).find_encryption(alg);
    key.and_then(|key| Recipient::new(key, alg, enc)).ok_or_else(|| none("the client has no key for that"))
}
