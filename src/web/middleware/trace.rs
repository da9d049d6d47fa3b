//! One line in the log for each request: what was asked, how it went, nothing personal and nothing secret.

use std::time::Duration;

use poem::Request;

use crate::app::App;
use crate::audit::Origin;
use crate::web::middleware::client_address;
use crate::web::visit::Arrival;

/// Letters and digits that nobody mistakes for one another.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Gives a request its reference (`7F3K-22QD`) and notes from where it came.
pub fn arrive(app: &App, request: &Request) -> Arrival {
    let text = app.random.characters(8, ALPHABET);
    let address = client_address::find(app, request);
    let origin = Origin {
        address_prefix: Some(client_address::network(address)),
        agent: request.header("user-agent").and_then(marks),
        request_id: format!("{}-{}", &text[..4], &text[4..]),
    };
    Arrival { address, origin }
}

/// Browser and system of a `User-Agent` as two short marks (`Firefox/Linux`), never the raw header.
pub fn marks(user_agent: &str) -> Option<String> {
    const BROWSERS: [&str; 6] = ["Edg/", "OPR/", "Firefox/", "CriOS/", "Chrome/", "Safari/"];
    const SYSTEMS: [&str; 7] = ["Windows", "Android", "iPhone", "iPad", "Mac OS X", "CrOS", "Linux"];
    let find = |table: &[&'static str]| table.iter().copied().find(|mark| user_agent.contains(mark));
    Some(format!("{}{}", find(&BROWSERS)?, find(&SYSTEMS)?))
}

/// What the log says of a request that was answered.
pub struct Line<'a> {
    pub arrival: &'a Arrival,
    pub method: &'a str,
    /// The route's pattern, never the path itself: it may hold an identifier.
    pub route: &'static str,
    pub status: u16,
    pub took: Duration,
    pub client: Option<&'a str>,
}

impl Line<'_> {
    /// Writes the line; louder the worse it went.
    pub fn write(&self) {
        let duration_ms = self.took.as_micros() as f64 / 1000.0;
        let address = self.arrival.origin.address_prefix.as_deref().unwrap_or_default();
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    request.id = self.arrival.origin.request_id,
                    http.method = self.method,
                    http.route = self.route,
                    http.status = self.status,
                    duration_ms,
                    client.address = address,
                    client.id = self.client,
                    "http.request"
                )
            };
        }
        match self.status {
            500.. => line!(warn),
            _ => line!(info),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_become_two_marks() {
        for (raw, wanted) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Some("Firefox/Linux")),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
                Some("Edg/Windows"),
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17 Safari/605", Some("Safari/Mac OS X")),
            ("curl/8.0", None),
            ("", None),
        ] {
            assert_eq!(marks(raw).as_deref(), wanted, "{raw}");
        }
    }
}
