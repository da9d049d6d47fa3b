//! How a client says who it is at our endpoints: [`CLIENT_AUTH_METHODS`], exactly one of them in a request.

pub mod assertion;
pub mod attestation;
pub mod certificate;
pub mod secret;

use std::sync::Arc;

use crate::base::Secret;
use crate::base::id::ClientId;
use crate::jose::certificate::Certificate;
use crate::oauth::error::Error;
use crate::oauth::params::Params;

/// The most bytes of a client identifier.
pub const MOST_ID_BYTES: usize = 256;

/// What of a request may say who the client is.
#[derive(Debug, Clone, Copy)]
pub struct Presented<'a> {
    /// The value of the `Authorization` header.
    pub authorization: Option<&'a str>,
    pub params: &'a Params,
    /// The certificate of the TLS connection, holding whose key is proved.
    pub certificate: Option<&'a Arc<Certificate>>,
    /// The values of the `OAuth-Client-Attestation` header.
    pub attestations: &'a [String],
    /// The values of the `OAuth-Client-Attestation-PoP` header.
    pub attestation_proofs: &'a [String],
}

impl<'a> Presented<'a> {
    /// A request without certificate and attestation.
    pub fn new(authorization: Option<&'a str>, params: &'a Params) -> Self {
        Self { authorization, params, certificate: None, attestations: &[], attestation_proofs: &[] }
    }
}

/// One way of saying who one is.
pub struct ClientAuthMethod {
    /// As registered (`token_endpoint_auth_method`).
    pub name: &'static str,
    pub section: &'static str,
    /// Whether it proves anything; what does not only says a name.
    pub proves: bool,
    read: Read,
}

/// How a request shows that it uses a method.
enum Read {
    /// It reads the credentials out of a request; nothing where the request does not use it.
    Request(fn(&Presented<'_>) -> Result<Option<Credentials>, Error>),
    /// By a certificate and a name. Which of such methods it is, and whether it is one at all (RFC 8705 §4), only the
    /// client's registration tells.
    Certificate,
}

/// Every method. Which of them a client may use is a column of [`crate::oauth::profile::PROFILES`].
pub const CLIENT_AUTH_METHODS: &[ClientAuthMethod] = &[
    row("none", "RFC 6749 §3.2.1", false, Read::Request(secret::none)),
    row("client_secret_basic", "RFC 6749 §2.3.1", true, Read::Request(secret::basic)),
    row("client_secret_post", "RFC 6749 §2.3.1", true, Read::Request(secret::post)),
    row("client_secret_jwt", "OIDC Core §9, RFC 7523 §2.2", true, Read::Request(assertion::read_hmac)),
    row("private_key_jwt", "OIDC Core §9, RFC 7523 §2.2", true, Read::Request(assertion::read)),
    row("tls_client_auth", "RFC 8705 §2.1", true, Read::Certificate),
    row("self_signed_tls_client_auth", "RFC 8705 §2.2", true, Read::Certificate),
    row(
        "attest_jwt_client_auth",
        "draft-ietf-oauth-attestation-based-client-auth §5",
        true,
        Read::Request(attestation::read),
    ),
];

const fn row(name: &'static str, section: &'static str, proves: bool, read: Read) -> ClientAuthMethod {
    ClientAuthMethod { name, section, proves, read }
}

impl ClientAuthMethod {
    /// Whether it is used by a certificate and a name alone.
    pub fn is_by_certificate(&self) -> bool {
        matches!(self.read, Read::Certificate)
    }
}

/// The method of this name.
pub fn find(name: &str) -> Option<&'static ClientAuthMethod> {
    CLIENT_AUTH_METHODS.iter().find(|row| row.name == name)
}

/// Who a request says that it comes from, and how it would prove it. Nothing of it is checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    pub client_id: ClientId,
    /// A name of [`CLIENT_AUTH_METHODS`]; with a certificate `none`, until the registration tells more.
    pub method: &'static str,
    pub proof: Proof,
}

/// What a client brings beside its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    None,
    Secret(Secret<String>),
    /// A JWT that the client signed (RFC 7523 §2.2).
    Assertion(Secret<String>),
    /// A JWT that was made with the client's secret (RFC 7523 §2.2).
    SecretAssertion(Secret<String>),
    /// A name beside a certificate, which proves it if the client is registered so (RFC 8705 §2).
    Certificate(Arc<Certificate>),
    /// What an attester says of an instance of the client, and the proof that it is that instance.
    Attestation {
        attestation: Secret<String>,
        proof: Secret<String>,
    },
}

/// Reads how a request authenticates its client: by exactly one method (RFC 6749 §2.3).
///
/// # Errors
/// `invalid_request` for several methods, for a method that is used wrongly, and for a `client_id` that is another's;
/// `invalid_client` where nothing says who calls, and for a scheme of the `Authorization` header that is not Basic.
pub fn read(presented: &Presented<'_>) -> Result<Credentials, Error> {
    let mut found: Option<Credentials> = None;
    for row in CLIENT_AUTH_METHODS.iter().filter(|row| row.proves) {
        let Read::Request(read) = row.read else { continue };
        let Some(credentials) = read(presented)? else { continue };
        if found.replace(credentials).is_some() {
            return Err(Error::invalid_request("the request authenticates its client in more than one way"));
        }
    }
    let credentials = match found {
        Some(credentials) => credentials,
        None => {
            let named = secret::none(presented)?
                .ok_or_else(|| Error::invalid_client("the request says neither who the client is nor proves it"))?;
            let proof = presented.certificate.map_or(Proof::None, |shown| Proof::Certificate(Arc::clone(shown)));
            Credentials { proof, ..named }
        }
    };
    let named = presented.params.get("client_id");
    if named.is_some_and(|named| named != credentials.client_id.as_str()) {
        return Err(Error::invalid_request("client_id is not the client that the request authenticates"));
    }
    Ok(credentials)
}

/// Whether a text can be a client identifier: printable ASCII (RFC 6749 appendix A.1), not empty, bounded.
pub fn is_client_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= MOST_ID_BYTES && text.bytes().all(|b| (0x20..=0x7e).contains(&b))
}

fn client_id(text: &str) -> Result<ClientId, Error> {
    match is_client_id(text) {
        true => Ok(text.into()),
        false => Err(Error::invalid_request("client_id is empty, longer than 256 bytes or not printable ASCII")),
    }
}

#[cfg(test)]
mod tests;
