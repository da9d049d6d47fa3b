//! Whose address a request came from: the peer's, or what a trusted proxy says of it.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use poem::Request;

use crate::app::App;

/// The address of the client. Headers are believed from `http.trusted_proxies` alone, from the nearest hop outwards.
pub fn find(app: &App, request: &Request) -> IpAddr {
    let peer = request.remote_addr().as_socket_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |a| a.ip());
    let trusted = &app.config.http.trusted_proxies;
    if trusted.is_empty() { peer.to_canonical() } else { through(trusted, peer, &forwarded(request)) }
}

/// Whether a request came through a trusted proxy.
pub fn is_proxied(app: &App, request: &Request) -> bool {
    let peer = request.remote_addr().as_socket_addr().map(|a| a.ip().to_canonical());
    peer.is_some_and(|peer| app.config.http.trusted_proxies.iter().any(|net| net.contains(&peer)))
}

/// Walks from the peer outwards for as long as each hop is a trusted proxy.
fn through(trusted: &[IpNet], peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
    let mut at = peer.to_canonical();
    for hop in hops.iter().rev() {
        if !trusted.iter().any(|net| net.contains(&at)) {
            break;
        }
        // A hop that cannot be read ends the trail: what lies behind it is anybody's word.
        let Some(hop) = hop else { break };
        at = hop.to_canonical();
    }
    at
}

/// The hops of `Forwarded` (RFC 7239 §5.2), else of `X-Forwarded-For`, the farthest first.
fn forwarded(request: &Request) -> Vec<Option<IpAddr>> {
    let all = |name: &str| {
        let lines = request.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
        lines.collect::<Vec<_>>().join(",")
    };
    let standard = all("forwarded");
    if standard.is_empty() {
        let usual = all("x-forwarded-for");
        return usual.split(',').filter(|hop| !hop.trim().is_empty()).map(read).collect();
    }
    standard
        .split(',')
        .map(|hop| {
            let node = hop.split(';').filter_map(|pair| pair.trim().split_once('='));
            node.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("for")).and_then(|(_, node)| read(node))
        })
        .collect()
}

/// `192.0.2.43`, `192.0.2.43:47011`, `"[2001:db8::17]:4711"`, `2001:db8::17`.
fn read(node: &str) -> Option<IpAddr> {
    let node = node.trim().trim_matches('"');
    if let Some(rest) = node.strip_prefix('[') {
        return rest.split(']').next()?.parse().ok();
    }
    node.parse().ok().or_else(|| node.rsplit_once(':')?.0.parse().ok())
}

/// The network of an address as it is kept: /24 or /48.
pub fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_trusted_hops_are_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let hops = |list: &[&str]| list.iter().map(|hop| read(hop)).collect::<Vec<_>>();
        for (peer, list, wanted) in [
            ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", vec!["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", vec!["1.2.3.4", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", vec!["1.2.3.4", "nonsense"], "10.0.0.1"),
            ("::ffff:10.0.0.1", vec!["2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
        ] {
            assert_eq!(through(&trusted, ip(peer), &hops(&list)), ip(wanted), "{peer} {list:?}");
        }
        assert_eq!(through(&[], ip("10.0.0.1"), &hops(&["1.2.3.4"])), ip("10.0.0.1"));
    }

    #[test]
    fn rfc7239_s6_nodes() {
        for (node, wanted) in [
            ("192.0.2.43", Some("192.0.2.43")),
            ("192.0.2.43:47011", Some("192.0.2.43")),
            ("\"[2001:db8:cafe::17]:4711\"", Some("2001:db8:cafe::17")),
            ("2001:db8::17", Some("2001:db8::17")),
            ("unknown", None),
            ("_hidden", None),
            ("", None),
        ] {
            assert_eq!(read(node), wanted.map(ip), "{node}");
        }
        assert_eq!(network(ip("203.0.113.9")), "203.0.113.0/24");
        assert_eq!(network(ip("2001:db8:1:2::3")), "2001:db8:1::/48");
    }
}
