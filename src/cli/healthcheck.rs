//! `healthcheck`: asks the operations listener of the configured address; needs no secrets and no database.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::failure::Failure;
use crate::base::Fault;
use crate::config::Config;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// # Errors
/// Why the server is not ready.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let Some(listen) = config.operations.listen else {
        return Err(Failure::refused("operations.listen is not set, so nobody can be asked; set it to an address"));
    };
    let url = format!("http://{}/health/ready", reachable(listen));
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build();
    let http = http.map_err(|e| Fault::internal("ask for health", e))?;
    let answer = match http.get(&url).send().await {
        Ok(answer) => answer,
        Err(e) if e.is_timeout() => {
            return Err(Failure::refused(format!("{url} did not answer within {} s", PATIENCE.as_secs())));
        }
        Err(_) => return Err(Failure::refused(format!("nobody answers at {url}; is the server running?"))),
    };
    let status = answer.status();
    let body = answer.text().await.unwrap_or_default();
    if status.is_success() {
        println!("ready");
        return Ok(());
    }
    let body: String = body.chars().take(2000).collect();
    Err(Failure::refused(format!("not ready ({status}): {}", body.trim())))
}

/// An address that a client can connect to: "every address" is this machine.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_this_machine() {
        for (listen, asked) in
            [("0.0.0.0:9090", "127.0.0.1:9090"), ("[::]:9090", "[::1]:9090"), ("10.1.2.3:1", "10.1.2.3:1")]
        {
            assert_eq!(reachable(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
