//! URLs of strangers: what may be registered, fetched or returned to.

use std::net::IpAddr;

use url::Url;

/// An absolute `https` URL without credentials; `http` only for a loopback host, for development.
pub fn web(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let host = url.host_str()?;
    let scheme_fits = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(host));
    (scheme_fits && url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// Whether a host name is this machine: `localhost` or a loopback address literal (RFC 8252 §7.3).
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// `scheme://host[:port]` of a web URL, as a browser writes an Origin header (RFC 6454 §6.2).
pub fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// The registrable domain of a host (`accounts.example.co.uk` → `example.co.uk`), or the host itself.
pub fn registrable_domain(host: &str) -> &str {
    psl::domain_str(host).unwrap_or(host)
}

/// Whether an address is public unicast: nothing that is private, local, reserved or a tunnel into those.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            !(a == 0
                || a == 10
                || a == 127
                || a >= 224
                || (a == 100 && (64..128).contains(&b))
                || (a == 169 && b == 254)
                || (a == 172 && (16..32).contains(&b))
                || (a == 192 && b == 168)
                || (a == 192 && b == 0 && (c == 0 || c == 2))
                || (a == 192 && b == 88 && c == 99)
                || (a == 198 && (b == 18 || b == 19))
                || (a == 198 && b == 51 && c == 100)
                || (a == 203 && b == 0 && c == 113))
        }
        IpAddr::V6(ip) => {
            let s = ip.segments();
            if let Some(v4) = ip.to_ipv4_mapped() {
                return is_public(IpAddr::V4(v4));
            }
            // Global unicast is 2000::/3 less documentation, 6to4, Teredo and benchmarking.
            (s[0] & 0xe000) == 0x2000
                && s[0] != 0x2002
                && !(s[0] == 0x2001 && (s[1] < 0x0200 || s[1] == 0x0db8))
                && !(s[0] == 0x3fff && s[1] < 0x1000)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_loopback() {
        assert!(web("https://a.example/cb?x=1").is_some() && web("http://127.0.0.1:9/cb").is_some());
        for bad in ["http://a.example/", "https://u:p@a.example/", "javascript:alert(1)", "https://", "/x", "data:,x"] {
            assert!(web(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn private_addresses_are_not_public() {
        for ip in [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "2002:a00:1::",
            "64:ff9b::a00:1",
            "224.0.0.1",
        ] {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["93.184.216.34", "2606:2800:220:1::1"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        assert_eq!(registrable_domain("a.b.example.co.uk"), "example.co.uk");
    }
}
