//! TLS of our own: versions 1.2 and 1.3, AEAD suites, certificates that are read again when their files change; and a
//! listener that asks clients for theirs.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::ring::{self, cipher_suite as suite};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme, SupportedCipherSuite};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::TlsAcceptor;

use crate::base::Fault;
use crate::jose::certificate::Certificate;

/// What is spoken: in TLS 1.2 no more than FAPI 1.0 Advanced §8.5 lets stand, with an RSA certificate exactly that.
const SUITES: [SupportedCipherSuite; 7] = [
    suite::TLS13_AES_256_GCM_SHA384,
    suite::TLS13_AES_128_GCM_SHA256,
    suite::TLS13_CHACHA20_POLY1305_SHA256,
    suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(30);

/// A certificate chain and its key, kept up to date with two PEM files.
///
/// Client certificates are not asked for: a browser would show its person a choice of them. A listener of its own, for
/// clients that have some (RFC 8705), asks; what a peer shows is handed on in [`PeerCertificate`].
pub struct Tls {
    files: Files,
    asks: bool,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
}

/// The certificate that a client showed in its TLS handshake, in the extensions of its requests.
#[derive(Clone, Debug)]
pub struct PeerCertificate(pub Arc<Certificate>);

#[derive(Debug, Clone)]
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
        Self::new(Files { certificate, key }, false)
    }

    /// The same for a listener that asks for client certificates.
    ///
    /// # Errors
    /// As [`Tls::open`].
    pub fn asking(&self) -> Result<Arc<Self>, Fault> {
        Self::new(self.files.clone(), true)
    }

    fn new(files: Files, asks: bool) -> Result<Arc<Self>, Fault> {
        let provider = Arc::new(CryptoProvider { cipher_suites: SUITES.to_vec(), ..ring::default_provider() });
        let current = RwLock::new(Arc::new(files.read(&provider)?));
        Ok(Arc::new(Self { files, asks, provider, current }))
    }

    /// What the listener accepts connections with.
    ///
    /// # Errors
    /// A fault when the provider lacks a version, which it does not.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, Fault> {
        let config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|e| Fault::internal("set up TLS", e))?;
        let config = match self.asks {
            true => config.with_client_cert_verifier(Arc::new(AnyClient(Arc::clone(&self.provider)))),
            false => config.with_no_client_auth(),
        };
        let mut config = config.with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
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

/// Lets every client certificate in whose key the client proves to hold. Whose it is, is for client authentication to
/// say: self-signed ones are as good there as others (RFC 8705 §2.2), and no certificate is no error here.
#[derive(Debug)]
struct AnyClient(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let is_readable = Certificate::read(certificate, Vec::new()).is_ok();
        let bad = rustls::Error::InvalidCertificate(rustls::CertificateError::BadEncoding);
        is_readable.then(ClientCertVerified::assertion).ok_or(bad)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
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
