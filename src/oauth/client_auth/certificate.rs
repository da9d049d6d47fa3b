//! `tls_client_auth` and `self_signed_tls_client_auth` (RFC 8705 §2): whose certificate it is.

use crate::jose::JwkSet;
use crate::jose::certificate::Certificate;
use crate::oauth::client::Client;
use crate::oauth::error::Error;

/// Whether a certificate has a name of one kind.
type Is = fn(&Certificate, &str) -> bool;

/// The names that a certificate of a client may be known by (RFC 8705 §2.1.2): exactly one is registered.
fn registered(client: &Client) -> Vec<(&str, Is)> {
    let all: [(&Option<String>, Is); 5] = [
        (&client.tls_client_auth_subject_dn, Certificate::has_subject),
        (&client.tls_client_auth_san_dns, Certificate::has_dns),
        (&client.tls_client_auth_san_uri, Certificate::has_uri),
        (&client.tls_client_auth_san_ip, Certificate::has_ip),
        (&client.tls_client_auth_san_email, Certificate::has_email),
    ];
    all.into_iter().filter_map(|(name, is)| Some((name.as_deref()?, is))).collect()
}

/// Whether a certificate, which an authority vouches for, has the one name that the client registered.
pub fn has_name(client: &Client, certificate: &Certificate) -> bool {
    match registered(client).as_slice() {
        [(name, is)] => is(certificate, name),
        _ => false,
    }
}

/// Whether a certificate is one of the keys that the client registered: its key is, or it is itself (RFC 8705 §2.2).
pub fn is_registered(keys: &JwkSet, certificate: &Certificate) -> bool {
    keys.has_certificate(certificate.der())
        || certificate.key().is_some_and(|key| keys.keys().iter().any(|own| own.thumbprint() == key))
}

/// Whether the names can be compared: one of them with `tls_client_auth`, and none otherwise.
///
/// # Errors
/// `invalid_client_metadata`.
pub fn check_names(client: &Client) -> Result<(), Error> {
    let wanted = usize::from(client.token_endpoint_auth_method == "tls_client_auth");
    if registered(client).len() != wanted {
        let why = "tls_client_auth needs exactly one of the tls_client_auth_ names, and other methods none";
        return Err(Error::invalid_client_metadata(why));
    }
    let names = [&client.tls_client_auth_subject_dn, &client.tls_client_auth_san_ip];
    let [dn, ip] = names.map(|name| name.as_deref());
    if dn.is_some_and(|dn| !crate::jose::certificate::is_name(dn)) {
        let why = "tls_client_auth_subject_dn is not a name as RFC 4514 writes it, such as CN=client,O=Example,C=OM";
        return Err(Error::invalid_client_metadata(why));
    }
    if ip.is_some_and(|ip| ip.parse::<core::net::IpAddr>().is_err()) {
        return Err(Error::invalid_client_metadata("tls_client_auth_san_ip is not an IP address"));
    }
    Ok(())
}
