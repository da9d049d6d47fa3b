//! X.509 certificates of clients: what of one is compared, and the forms in which proxies hand one on.

use core::net::IpAddr;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openssl::asn1::Asn1Object;
use openssl::bn::{BigNum, BigNumContext};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Public};
use openssl::x509::{X509, X509Ref};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::jose::keys::Jwk;

/// The most bytes of a certificate, and of the header that hands one on.
pub const MOST_BYTES: usize = 16 * 1024;
/// The most certificates of a chain.
const MOST_CHAIN: usize = 8;

/// The bytes are no certificate, or one that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate that can be read")]
pub struct BadCertificate;

/// A certificate that a client showed, holding its key. Whether anybody vouches for it is not known yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    /// Those that it was shown with, in DER.
    chain: Vec<Vec<u8>>,
    thumbprint: String,
    /// Type and value, the last of the name first, as RFC 4514 §2.1 writes it.
    subject: Option<Vec<(String, String)>>,
    dns: Vec<String>,
    uris: Vec<String>,
    ips: Vec<IpAddr>,
    emails: Vec<String>,
    key: Option<String>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.thumbprint)
    }
}

impl Certificate {
    /// Reads a certificate in DER, with those that it was shown with.
    ///
    /// # Errors
    /// Where it is none, or larger than [`MOST_BYTES`].
    pub fn read(der: &[u8], chain: Vec<Vec<u8>>) -> Result<Self, BadCertificate> {
        if der.len() > MOST_BYTES || chain.len() > MOST_CHAIN || chain.iter().any(|c| c.len() > MOST_BYTES) {
            return Err(BadCertificate);
        }
        let x509 = X509::from_der(der).map_err(|_| BadCertificate)?;
        let der = x509.to_der().map_err(|_| BadCertificate)?;
        let (mut dns, mut uris, mut ips, mut emails) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for name in x509.subject_alt_names().into_iter().flatten() {
            dns.extend(name.dnsname().map(str::to_owned));
            uris.extend(name.uri().map(str::to_owned));
            emails.extend(name.email().map(str::to_owned));
            ips.extend(name.ipaddress().and_then(address));
        }
        Ok(Self {
            thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&der)),
            subject: subject(&x509),
            key: x509.public_key().ok().and_then(|key| thumbprint(&key)),
            der,
            chain,
            dns,
            uris,
            ips,
            emails,
        })
    }

    /// Reads what a proxy hands on in a header: `:base64 of DER:` (RFC 9440 §2.1), or PEM that is percent-encoded, as
    /// nginx (`$ssl_client_escaped_cert`) and others write it; the first certificate is the client's.
    ///
    /// # Errors
    /// Where it is neither.
    pub fn read_header(text: &str) -> Result<Self, BadCertificate> {
        if text.len() > MOST_BYTES {
            return Err(BadCertificate);
        }
        if let Some(encoded) = text.strip_prefix(':') {
            let encoded = encoded.strip_suffix(':').ok_or(BadCertificate)?;
            return Self::read(&STANDARD.decode(encoded).map_err(|_| BadCertificate)?, Vec::new());
        }
        let pem = unescape(text).ok_or(BadCertificate)?;
        let found = X509::stack_from_pem(&pem).map_err(|_| BadCertificate)?;
        let mut ders = found.iter().map(|x509| x509.to_der().map_err(|_| BadCertificate));
        let first = ders.next().ok_or(BadCertificate)??;
        Self::read(&first, ders.collect::<Result<_, _>>()?)
    }

    pub fn der(&self) -> &[u8] {
        &self.der
    }

    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// `x5t#S256` (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The thumbprint of its public key as a JWK (RFC 7638), where that is of a type that we know.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Whether its subject is this distinguished name (RFC 4514): the same attributes with the same values, in order.
    pub fn has_subject(&self, name: &str) -> bool {
        self.subject.is_some() && read_name(name) == self.subject
    }

    pub fn has_dns(&self, name: &str) -> bool {
        self.dns.iter().any(|dns| dns.eq_ignore_ascii_case(name))
    }

    pub fn has_uri(&self, uri: &str) -> bool {
        self.uris.iter().any(|own| own == uri)
    }

    /// Whether it names this address, however that is written.
    pub fn has_ip(&self, ip: &str) -> bool {
        ip.parse().is_ok_and(|ip: IpAddr| self.ips.contains(&ip))
    }

    pub fn has_email(&self, email: &str) -> bool {
        self.emails.iter().any(|own| own == email)
    }
}

/// Whether a text is a distinguished name that can be compared.
pub fn is_name(text: &str) -> bool {
    read_name(text).is_some()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn subject(x509: &X509Ref) -> Option<Vec<(String, String)>> {
    let entries = x509.subject_name().entries();
    let mut name = Vec::new();
    for entry in entries {
        let value = entry.data().to_string().ok()?;
        name.push((entry.object().to_string(), value));
    }
    name.reverse();
    (!name.is_empty()).then_some(name)
}

/// Reads a name as RFC 4514 §3 writes it. Not read are the rare forms: several attributes joined by `+`, values in
/// hexadecimal.
fn read_name(text: &str) -> Option<Vec<(String, String)>> {
    let mut name = Vec::new();
    let mut rest = text;
    loop {
        let (kind, after) = rest.split_once('=')?;
        let (value, after) = read_value(after)?;
        name.push((attribute(kind.trim())?, value));
        match after {
            Some(after) => rest = after,
            None => return Some(name),
        }
    }
}

/// A value up to an unescaped comma, and what follows the comma.
fn read_value(text: &str) -> Option<(String, Option<&str>)> {
    let text = text.trim_start_matches(' ');
    if text.starts_with(['#', '"']) {
        return None;
    }
    let mut value: Vec<u8> = Vec::new();
    // What stands escaped at the end is kept; plain spaces there are not.
    let mut kept = 0;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b',' => break,
            b'+' | b';' | b'<' | b'>' | b'"' | 0 => return None,
            b'\\' => {
                let hex = text.get(at + 1..at + 3).and_then(byte_of);
                match hex {
                    Some(byte) => {
                        value.push(byte);
                        at += 3;
                    }
                    None => {
                        let next = *bytes.get(at + 1)?;
                        if !b" \"#+,;<=>\\".contains(&next) {
                            return None;
                        }
                        value.push(next);
                        at += 2;
                    }
                }
                kept = value.len();
            }
            byte => {
                value.push(byte);
                at += 1;
                if byte != b' ' {
                    kept = value.len();
                }
            }
        }
    }
    value.truncate(kept);
    let rest = (at < bytes.len()).then(|| &text[at + 1..]);
    Some((String::from_utf8(value).ok()?, rest))
}

/// One name for a type of attribute: its keyword in any case (RFC 4514 §3), another usual name, or its number.
fn attribute(kind: &str) -> Option<String> {
    let upper = kind.to_ascii_uppercase();
    let known = match upper.as_str() {
        "E" | "EMAIL" | "EMAILADDRESS" => "emailAddress",
        "STREET" => "street",
        "SERIALNUMBER" => "serialNumber",
        "CN" | "L" | "ST" | "O" | "OU" | "C" | "DC" | "UID" => upper.as_str(),
        _ => kind,
    };
    Asn1Object::from_str(known).ok().map(|object| object.to_string())
}

fn thumbprint(key: &PKey<Public>) -> Option<String> {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let members = match key.id() {
        Id::RSA => {
            let rsa = key.rsa().ok()?;
            json!({ "kty": "RSA", "n": text(&rsa.n().to_vec()), "e": text(&rsa.e().to_vec()) })
        }
        Id::EC => {
            let ec = key.ec_key().ok()?;
            if ec.group().curve_name() != Some(Nid::X9_62_PRIME256V1) {
                return None;
            }
            let (mut x, mut y) = (BigNum::new().ok()?, BigNum::new().ok()?);
            let mut context = BigNumContext::new().ok()?;
            ec.public_key().affine_coordinates(ec.group(), &mut x, &mut y, &mut context).ok()?;
            let coordinate = |number: &BigNum| number.to_vec_padded(32).ok().map(|bytes| text(&bytes));
            json!({ "kty": "EC", "crv": "P-256", "x": coordinate(&x)?, "y": coordinate(&y)? })
        }
        Id::ED25519 => json!({ "kty": "OKP", "crv": "Ed25519", "x": text(&key.raw_public_key().ok()?) }),
        _ => return None,
    };
    let members: Map<String, Value> = members.as_object()?.clone();
    Jwk::read(&members).map(|jwk| jwk.thumbprint())
}

/// The byte of two hexadecimal digits.
fn byte_of(two: &str) -> Option<u8> {
    let are_digits = two.bytes().all(|digit| digit.is_ascii_hexdigit());
    are_digits.then(|| u8::from_str_radix(two, 16).ok()).flatten()
}

/// Undoes percent-encoding; a plus stays a plus, which base64 needs.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        bytes.push(rest.get(at + 1..at + 3).and_then(byte_of)?);
        rest = &rest[at + 3..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> (Certificate, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["client.example".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in [
            (rcgen::DnType::CountryName, "OM"),
            (rcgen::DnType::OrganizationName, "Orbit, Photos"),
            (rcgen::DnType::CommonName, "orbit"),
        ] {
            params.distinguished_name.push(kind, value);
        }
        params.subject_alt_names.push(rcgen::SanType::URI("https://orbit.example/c".try_into().unwrap()));
        params.subject_alt_names.push(rcgen::SanType::IpAddress("2001:db8::1".parse().unwrap()));
        params.subject_alt_names.push(rcgen::SanType::Rfc822Name("c@orbit.example".try_into().unwrap()));
        let made = params.self_signed(&key).unwrap();
        (Certificate::read(made.der(), Vec::new()).unwrap(), made.pem())
    }

    #[test]
    fn rfc8705_s2_1_2_names_are_compared_as_a_whole() {
        let (certificate, _) = certificate();
        for same in [
            r"CN=orbit,O=Orbit\, Photos,C=OM",
            r"cn=orbit, o=Orbit\2c Photos, c=OM",
            r"2.5.4.3=orbit,2.5.4.10=Orbit\, Photos,C=OM",
            r"commonName=orbit , O=Orbit\, Photos,C=OM",
        ] {
            assert!(certificate.has_subject(same), "{same}");
        }
        for other in [
            "",
            "CN=orbit",
            r"C=OM,O=Orbit\, Photos,CN=orbit",
            r"CN=Orbit,O=Orbit\, Photos,C=OM",
            r"CN=orbit,O=Orbit, Photos,C=OM",
            r"CN=orbit\ ,O=Orbit\, Photos,C=OM",
            r"CN=orbit+O=Orbit\, Photos,C=OM",
            r"CN=orbit,O=Orbit\, Photos,C=OM,",
            r"CN=#0c056f72626974,O=Orbit\, Photos,C=OM",
        ] {
            assert!(!certificate.has_subject(other), "{other}");
        }
        assert!(certificate.has_dns("client.example") && certificate.has_dns("CLIENT.example"));
        assert!(!certificate.has_dns("example") && !certificate.has_dns("x.client.example"));
        assert!(certificate.has_uri("https://orbit.example/c") && !certificate.has_uri("https://orbit.example/"));
        assert!(certificate.has_ip("2001:0db8:0::1") && !certificate.has_ip("2001:db8::2") && !certificate.has_ip("x"));
        assert!(certificate.has_email("c@orbit.example") && !certificate.has_email("orbit.example"));
    }

    #[test]
    fn rfc9440_s2_1_and_the_forms_of_proxies() {
        let (certificate, pem) = certificate();
        let mut escaped = String::new();
        for byte in pem.bytes() {
            match byte {
                byte if byte.is_ascii_alphanumeric() => escaped.push(char::from(byte)),
                byte => escaped.push_str(&format!("%{byte:02X}")),
            }
        }
        let standard = format!(":{}:", STANDARD.encode(certificate.der()));
        for good in [standard.as_str(), &escaped, &pem.replace('\n', "%0A")] {
            assert_eq!(Certificate::read_header(good).unwrap(), certificate, "{good}");
        }
        let long = "x".repeat(MOST_BYTES + 1);
        for bad in ["", ":", "::", ":x:", &standard[1..], &escaped[..60], "%zz", "%", "%4", "é%", &long] {
            assert_eq!(Certificate::read_header(bad), Err(BadCertificate), "{bad:.40}");
        }
        assert_eq!(Certificate::read(b"nonsense", Vec::new()), Err(BadCertificate));
    }
}
