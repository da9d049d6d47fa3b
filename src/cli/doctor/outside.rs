//! What the world meets: the certificate, and whether the public address answers as the issuer.

use std::fs;
use std::time::Duration;

use openssl::asn1::Asn1Time;
use openssl::x509::X509;
use serde_json::Value;

use super::Finding;
use crate::cli::healthcheck::reachable;
use crate::config::{Config, Tls};
use crate::web::tls;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// When to say that a certificate ends soon, in days.
const SOON: i32 = 14;

pub async fn look(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(tls) = &config.http.tls {
        found.push(certificate(tls, config.http.public_url.host_str().unwrap_or_default()));
    }
    found.push(issuer(config).await);
    found
}

/// The files fit each other, name the public host and have not expired.
fn certificate(tls: &Tls, host: &str) -> Finding {
    let part = "tls";
    let mend = "Put a new certificate and its key there; a running server takes them within half a minute.";
    if let Err(fault) = tls::Tls::open(tls.certificate.clone(), tls.key.clone()) {
        return Finding::failed(part, fault.to_string(), "Check http.tls.certificate and http.tls.key.");
    }
    let read = fs::read(&tls.certificate).ok().and_then(|pem| X509::from_pem(&pem).ok());
    let Some(certificate) = read else {
        return Finding::failed(part, "the certificate cannot be read", "Check http.tls.certificate.");
    };
    let left = Asn1Time::days_from_now(0).and_then(|now| now.diff(certificate.not_after()).map(|left| left.days));
    let Ok(days) = left else { return Finding::failed(part, "the certificate's end cannot be read", mend) };
    let end = certificate.not_after();
    if days < 0 {
        return Finding::failed(part, format!("the certificate expired on {end}"), mend);
    }
    if !names(&certificate, host) {
        return Finding::failed(
            part,
            format!("the certificate does not name {host}, the host of http.public_url"),
            mend,
        );
    }
    if days < SOON {
        return Finding::failed(part, format!("the certificate expires in {days} days, on {end}"), mend);
    }
    Finding::ok(part, format!("{host} until {end}"))
}

/// Whether a certificate is for a host (RFC 6125 §6.4): by its name, or by a wildcard in the first label.
fn names(certificate: &X509, host: &str) -> bool {
    let alternatives = certificate.subject_alt_names().into_iter().flatten();
    alternatives.into_iter().any(|name| {
        let is_name = name.dnsname().is_some_and(|pattern| match pattern.strip_prefix("*.") {
            Some(rest) => host.split_once('.').is_some_and(|(_, parent)| parent.eq_ignore_ascii_case(rest)),
            None => pattern.eq_ignore_ascii_case(host),
        });
        let octets = match host.trim_matches(['[', ']']).parse() {
            Ok(std::net::IpAddr::V4(ip)) => ip.octets().to_vec(),
            Ok(std::net::IpAddr::V6(ip)) => ip.octets().to_vec(),
            Err(_) => return is_name,
        };
        is_name || name.ipaddress().is_some_and(|ip| ip == octets)
    })
}

/// Asks the public address for its metadata, where the server runs on this machine.
async fn issuer(config: &Config) -> Finding {
    let part = "issuer";
    let Ok(http) = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build() else {
        return Finding::failed(part, "no HTTP client can be made", "Check the trusted certificates of this system.");
    };
    let Some(operations) = config.operations.listen.map(reachable) else {
        return Finding::note(part, "not asked: operations.listen is off, so nobody says whether the server runs");
    };
    let live = http.get(format!("http://{operations}/health/live")).send().await;
    if !live.is_ok_and(|answer| answer.status().is_success()) {
        return Finding::note(part, format!("not asked: the server does not run (nobody answers at {operations})"));
    }
    let url = format!("{}/.well-known/openid-configuration", config.issuer());
    let mend = "Point the name of http.public_url at this server or at its proxy.";
    let answer = match http.get(&url).send().await.and_then(reqwest::Response::error_for_status) {
        Ok(answer) => answer,
        Err(error) => return Finding::failed(part, format!("{url}: {}", causes(&error)), mend),
    };
    let metadata: Option<Value> = answer.json().await.ok();
    let told = metadata.as_ref().and_then(|m| m["issuer"].as_str());
    match told {
        Some(told) if told == config.issuer() => Finding::ok(part, format!("{url} answers as the issuer")),
        Some(told) => Finding::failed(part, format!("{url} answers as {told}"), mend),
        None => Finding::failed(part, format!("{url} answers with something else"), mend),
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(names: &[&str], days: i64) -> (tempfile::TempDir, Tls) {
        let dir = tempfile::tempdir().unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params =
            rcgen::CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).unwrap();
        let now = crate::base::Clock::System.now().utc();
        params.not_before = now - time::Duration::days(90);
        params.not_after = now + time::Duration::days(days) + time::Duration::hours(1);
        let certificate = params.self_signed(&key).unwrap();
        let tls = Tls { certificate: dir.path().join("c.pem"), key: dir.path().join("k.pem"), listen: None };
        fs::write(&tls.certificate, certificate.pem()).unwrap();
        fs::write(&tls.key, key.serialize_pem()).unwrap();
        (dir, tls)
    }

    #[test]
    fn certificates_are_looked_at() {
        for (names, days, host, part) in [
            (&["id.example.org"][..], 60, "id.example.org", ""),
            (&["*.example.org"], 60, "ID.example.org", ""),
            (&["127.0.0.1"], 60, "127.0.0.1", ""),
            (&["*.example.org"], 60, "example.org", "does not name"),
            (&["other.example.org"], 60, "id.example.org", "does not name"),
            (&["id.example.org"], 3, "id.example.org", "expires in 3 days"),
            (&["id.example.org"], -2, "id.example.org", "expired on"),
        ] {
            let (_dir, tls) = made(names, days);
            let finding = certificate(&tls, host);
            assert_eq!(finding.mend.is_empty(), part.is_empty(), "{names:?} {host}: {}", finding.detail);
            assert!(finding.detail.contains(part), "{names:?} {host}: {}", finding.detail);
        }
        let (_dir, one) = made(&["a.example"], 60);
        let (_other_dir, other) = made(&["a.example"], 60);
        let finding = certificate(&Tls { key: other.key, ..one }, "a.example");
        assert!(!finding.mend.is_empty(), "another's key: {}", finding.detail);
    }
}
