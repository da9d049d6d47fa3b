//! TLS of our own: versions 1.2 and 1.3, AEAD suites, certificates that are read again when their files change.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::base::Fault;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(30);

/// A certificate chain and its key, kept up to date with two PEM files.
///
/// Client certificates are not asked for: a browser would show its person a choice of them. A listener for clients that
/// authenticate by certificate (RFC 8705) asks; what a peer shows is handed on in [`PeerCertificate`] already.
pub struct Tls {
    files: Files,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
}

/// The certificate that a client showed in its TLS handshake, in the extensions of its requests.
#[derive(Clone, Debug)]
pub struct PeerCertificate(pub Arc<CertificateDer<'static>>);

#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.files.fmt(f)
    }
}

impl Tls {
    /// Reads both files.
    ///
    /// # Errors
    /// A fault when a file cannot be read, holds no PEM of its kind, or the key does not fit the certificate.
    pub fn open(certificate: PathBuf, key: PathBuf) -> Result<Arc<Self>, Fault> {
        let files = Files { certificate, key };
        let provider = Arc::new(ring::default_provider());
        let current = RwLock::new(Arc::new(files.read(&provider)?));
        Ok(Arc::new(Self { files, provider, current }))
    }

    /// What the listener accepts connections with.
    ///
    /// # Errors
    /// A fault when the provider lacks a version, which it does not.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, Fault> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|e| Fault::internal("set up TLS", e))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// Reads the files again; on failure the certificate that was good stays.
    ///
    /// # Errors
    /// As [`Tls::open`].
    pub fn reload(&self) -> Result<(), Fault> {
        let fresh = Arc::new(self.files.read(&self.provider)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Reloads on SIGHUP and when a file changes, for as long as the process runs.
    pub async fn keep_fresh(self: Arc<Self>) {
        let mut hangup = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
            Ok(hangup) => hangup,
            Err(error) => {
                tracing::warn!(error = %error, "SIGHUP cannot be heard: certificates are reloaded by file time alone");
                return self.watch().await;
            }
        };
        loop {
            tokio::select! {
                () = self.watch() => {}
                received = hangup.recv() => if received.is_some() { self.reload_and_tell() } else { return self.watch().await },
            }
        }
    }

    async fn watch(&self) {
        let mut seen = self.files.changed();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = self.files.changed();
            if now != seen {
                self.reload_and_tell();
                seen = now;
            }
        }
    }

    fn reload_and_tell(&self) {
        match self.reload() {
            Ok(()) => tracing::info!("certificate reloaded"),
            Err(fault) => tracing::error!(fault = %fault, "certificate not reloaded, the old one stays"),
        }
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Files {
    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, Fault> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect)
            .map_err(|e| Fault::internal("read the TLS certificate", e))?;
        if chain.is_empty() {
            return Err(Fault::broken("read the TLS certificate: the file holds none"));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|e| Fault::internal("read the TLS key", e))?;
        CertifiedKey::from_der(chain, key, provider)
            .map_err(|e| Fault::internal("match the TLS key and certificate", e))
    }

    /// When the files were written last.
    fn changed(&self) -> [Option<std::time::SystemTime>; 2] {
        [&self.certificate, &self.key].map(|file| std::fs::metadata(file).and_then(|m| m.modified()).ok())
    }
}
