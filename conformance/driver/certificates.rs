//! Certificates of this run: one authority, the provider's listener, clients that authenticate by TLS.

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name};

use crate::Result;

/// RSA throughout: FAPI 1.0 allows no other key exchange signature in TLS 1.2.
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

/// A certificate and its key, as PEM.
pub struct Leaf {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Result<Self> {
        let key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let mut builder = blank("Social Wallet conformance authority", &key)?;
        let name = named("Social Wallet conformance authority")?;
        builder.set_issuer_name(&name)?;
        builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
        builder.sign(&key, MessageDigest::sha256())?;
        Ok(Self { certificate: builder.build(), key })
    }

    pub fn pem(&self) -> Result<String> {
        Ok(String::from_utf8(self.certificate.to_pem()?)?)
    }

    /// For a listener on this machine.
    pub fn listener(&self) -> Result<Leaf> {
        self.sign("localhost", |builder| {
            let names = SubjectAlternativeName::new()
                .dns("localhost")
                .ip("127.0.0.1")
                .build(&builder.x509v3_context(Some(&self.certificate), None))?;
            builder.append_extension(names)?;
            Ok(builder.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?)
        })
    }

    /// For a client.
    pub fn client(&self, name: &str) -> Result<Leaf> {
        self.sign(name, |builder| Ok(builder.append_extension(ExtendedKeyUsage::new().client_auth().build()?)?))
    }

    fn sign(&self, name: &str, extend: impl FnOnce(&mut X509Builder) -> Result<()>) -> Result<Leaf> {
        let key = PKey::from_rsa(Rsa::generate(2048)?)?;
        let mut builder = blank(name, &key)?;
        builder.set_issuer_name(self.certificate.subject_name())?;
        builder.append_extension(BasicConstraints::new().critical().build()?)?;
        extend(&mut builder)?;
        builder.sign(&self.key, MessageDigest::sha256())?;
        Ok(Leaf {
            certificate: String::from_utf8(builder.build().to_pem()?)?,
            key: String::from_utf8(key.private_key_to_pem_pkcs8()?)?,
        })
    }
}

fn blank(name: &str, key: &PKey<Private>) -> Result<X509Builder> {
    let mut builder = X509::builder()?;
    let mut serial = BigNum::new()?;
    serial.rand(127, MsbOption::MAYBE_ZERO, false)?;
    let serial = serial.to_asn1_integer()?;
    let (from, until) = (Asn1Time::days_from_now(0)?, Asn1Time::days_from_now(30)?);
    builder.set_version(2)?;
    builder.set_serial_number(&serial)?;
    builder.set_subject_name(&*named(name)?)?;
    builder.set_not_before(&from)?;
    builder.set_not_after(&until)?;
    builder.set_pubkey(key)?;
    Ok(builder)
}

fn named(name: &str) -> Result<X509Name> {
    let mut builder = X509Name::builder()?;
    builder.append_entry_by_text("CN", name)?;
    Ok(builder.build())
}
