//! Whether what a client has registered about signed and encrypted answers can be done.

use crate::jose::jwe::{Enc, KeyAlg};
use crate::jose::{Alg, JwkSet};
use crate::oauth::client::Client;
use crate::oauth::error::Error;
use crate::oauth::jwt_answers::JWT_ANSWERS;
use crate::oauth::profile::Profile;

/// # Errors
/// `invalid_client_metadata` for an algorithm that is not supported, for `enc` without `alg`, and where no key of the
/// client fits (OIDC Registration §2, RFC 9701 §6, JARM §3).
pub(super) fn check(client: &Client, rules: &Profile) -> Result<(), Error> {
    let bad = |why: String| Err(Error::invalid_client_metadata(why));
    let keys = client.jwks.clone().and_then(|jwks| JwkSet::read(jwks).ok());
    for row in JWT_ANSWERS {
        let (name, chosen) = (row.name, (row.chosen)(client));
        if chosen.sign.is_some_and(|alg| alg.parse::<Alg>().is_err() || !rules.algs.contains(&alg)) {
            return bad(format!("{name}_signed_response_alg is not supported"));
        }
        let Some(alg) = pair(&format!("{name}_encrypted_response"), chosen.alg, chosen.enc)? else { continue };
        let is_there = match &keys {
            Some(keys) => keys.find_encryption(alg).is_some(),
            // What is published there is read when it is needed.
            None => client.jwks_uri.is_some(),
        };
        if !is_there {
            return bad(format!("{name}_encrypted_response_alg needs a key in jwks, or jwks_uri, that is for it"));
        }
    }
    let (alg, enc) = (&client.request_object_encryption_alg, &client.request_object_encryption_enc);
    pair("request_object_encryption", alg.as_deref(), enc.as_deref())?;
    Ok(())
}

fn pair(name: &str, alg: Option<&str>, enc: Option<&str>) -> Result<Option<KeyAlg>, Error> {
    let bad = |why: String| Err(Error::invalid_client_metadata(why));
    if enc.is_some_and(|enc| Enc::find(enc).is_none()) {
        return bad(format!("{name}_enc is not supported"));
    }
    match alg {
        None if enc.is_some() => bad(format!("{name}_enc is of no use without {name}_alg")),
        None => Ok(None),
        Some(alg) => match KeyAlg::find(alg) {
            Some(alg) => Ok(Some(alg)),
            None => bad(format!("{name}_alg is not supported")),
        },
    }
}
