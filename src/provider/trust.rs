//! Whom we believe about clients: authorities that sign their certificates, attesters that vouch for their software.
//! Both are files that the operator names; they are read once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};

use crate::app::{App, Room};
use crate::base::Fault;
use crate::jose::certificate::Certificate;
use crate::jose::{Alg, JwkSet, Refused, Unverified, Verified, json};

/// What the files of the settings hold; nothing where they name none.
#[derive(Default)]
pub struct Trust {
    authorities: Option<Arc<dyn ClientCertVerifier>>,
    attesters: BTreeMap<String, JwkSet>,
}

impl Trust {
    /// Reads the files.
    ///
    /// # Errors
    /// A fault when a file cannot be read or does not hold what it should.
    pub fn load(app: &App) -> Result<Self, Fault> {
        Ok(Self {
            authorities: app.config.mtls.authorities.as_deref().map(authorities).transpose()?,
            attesters: app.config.attestation.attesters.as_deref().map_or_else(|| Ok(BTreeMap::new()), attesters)?,
        })
    }
}

impl Room for Trust {
    fn open(app: &App) -> Self {
        // A node looks at the files before it serves; if they go later, nobody is trusted.
        Self::load(app).unwrap_or_else(|fault| {
            tracing::error!(fault = %fault, "authorities and attesters are not known");
            Self::default()
        })
    }
}

/// Whether one of our authorities vouches for a certificate now (RFC 5280 §6).
pub fn vouches(app: &App, certificate: &Certificate) -> bool {
    let trust = app.room::<Trust>();
    let Some(authorities) = &trust.authorities else { return false };
    let der = CertificateDer::from(certificate.der().to_vec());
    let chain: Vec<CertificateDer<'static>> =
        certificate.chain().iter().map(|der| CertificateDer::from(der.clone())).collect();
    let now = u64::try_from(app.now().unix()).unwrap_or_default();
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now));
    authorities.verify_client_cert(&der, &chain, now).is_ok()
}

/// Checks that a trusted attester signed an attestation: the one that it names, or any where it names none.
///
/// # Errors
/// Why it is not believed; an unknown key where the attester is none of ours.
pub fn verify_attestation(app: &App, token: &str, algs: &[Alg]) -> Result<Verified, Refused> {
    let unverified = Unverified::read(token)?;
    let trust = app.room::<Trust>();
    let named = unverified.peek("iss").map(str::to_owned);
    let candidates = trust.attesters.iter().filter(|(issuer, _)| named.as_ref().is_none_or(|named| named == *issuer));
    let mut refused = Refused::UnknownKey;
    for (_, keys) in candidates {
        match unverified.clone().verify(keys, algs) {
            Ok(verified) => return Ok(verified),
            Err(why) => refused = why,
        }
    }
    Err(refused)
}

fn authorities(file: &Path) -> Result<Arc<dyn ClientCertVerifier>, Fault> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut roots = RootCertStore::empty();
    for certificate in read.map_err(|e| Fault::internal("read mtls.authorities", e))? {
        roots.add(certificate).map_err(|e| Fault::internal("read mtls.authorities", e))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()));
    builder.build().map_err(|e| Fault::internal("read mtls.authorities", e))
}

fn attesters(file: &Path) -> Result<BTreeMap<String, JwkSet>, Fault> {
    let bytes = fs::read(file).map_err(|e| Fault::internal("read attestation.attesters", e))?;
    let sets = json::object(&bytes).map_err(|e| Fault::internal("read attestation.attesters", e))?;
    let read = |(issuer, set)| match JwkSet::read(set) {
        Ok(set) => Ok((issuer, set)),
        Err(why) => Err(Fault::internal("read attestation.attesters", why)),
    };
    sets.into_iter().map(read).collect()
}
