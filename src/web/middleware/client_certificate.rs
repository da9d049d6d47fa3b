//! The certificate that a client showed: to our own listener, or to a proxy that is trusted to say so.

use std::sync::Arc;

use poem::Request;
use poem::http::header::HOST;

use crate::app::App;
use crate::jose::certificate::Certificate;
use crate::oauth;
use crate::web::middleware::client_address;
use crate::web::tls::PeerCertificate;

/// The certificate of a request. A header is believed from `http.trusted_proxies` alone, and only at the host of
/// `mtls.public_url`: nobody may overwrite it elsewhere.
///
/// # Errors
/// `invalid_request` where the proxy hands on several, or what is no certificate.
pub fn find(app: &App, request: &Request) -> Result<Option<Arc<Certificate>>, oauth::Error> {
    if let Some(PeerCertificate(certificate)) = request.extensions().get() {
        return Ok(Some(Arc::clone(certificate)));
    }
    let Some(header) = &app.config.mtls.header else { return Ok(None) };
    if !client_address::is_proxied(app, request) || !is_at(app, request) {
        return Ok(None);
    }
    let values: Vec<_> = request.headers().get_all(header.as_str()).iter().collect();
    let text = match values.as_slice() {
        [] => return Ok(None),
        [value] => value.to_str().unwrap_or_default(),
        _ => return Err(oauth::Error::invalid_request("the client certificate was handed on twice")),
    };
    if text.is_empty() {
        // The client showed none.
        return Ok(None);
    }
    match Certificate::read_header(text) {
        Ok(certificate) => Ok(Some(Arc::new(certificate))),
        Err(why) => Err(oauth::Error::invalid_request(format!("the client certificate cannot be read: {why}"))),
    }
}

/// Whether a request is for the host at which certificates are shown.
pub fn is_at(app: &App, request: &Request) -> bool {
    let Some(url) = &app.config.mtls.public_url else { return false };
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    named.or(request.uri().authority().map(|authority| authority.as_str())).is_some_and(|host| is_host(url, host))
}

/// Whether `host`, perhaps with a port, is that of a URL.
pub fn is_host(url: &url::Url, host: &str) -> bool {
    url.host_str().is_some_and(|name| match url.port() {
        Some(port) => host.eq_ignore_ascii_case(&format!("{name}:{port}")),
        None => {
            let default = format!("{name}:{}", url.port_or_known_default().unwrap_or_default());
            host.eq_ignore_ascii_case(name) || host.eq_ignore_ascii_case(&default)
        }
    })
}
