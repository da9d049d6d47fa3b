//! HTTP POST of a message to a client, with more patience than other calls and an ear for when to come again.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::{Host, Url};

use super::{Fetch, FetchError, MOST_BYTES, unanswered};
use crate::base::url::is_loopback;
use crate::base::{Seconds, Time};

/// How long a receiver may take (Standard Webhooks).
const PATIENCE: Duration = Duration::from_secs(15);

/// Which servers may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Public,
    /// This machine too, also by plain http: for development.
    Loopback,
}

/// What a receiver answered.
#[derive(Debug, Clone)]
pub struct Answered {
    pub status: u16,
    /// How long it wants to be left alone.
    pub retry_after: Option<Seconds>,
    /// The beginning of what it said.
    pub body: Bytes,
}

impl Fetch {
    /// Whether a URL may be called at all, as far as it tells itself.
    ///
    /// # Errors
    /// Refused by our rules.
    pub fn check(&self, url: &Url, reach: Reach) -> Result<(), FetchError> {
        self.client_within(url, reach).map(drop)
    }

    /// Posts a message; redirects are not followed.
    ///
    /// # Errors
    /// Refused by our rules, or no answer within 15 seconds.
    pub async fn deliver<'h>(
        &self,
        url: &Url,
        reach: Reach,
        content_type: &str,
        headers: impl IntoIterator<Item = (HeaderName, &'h str)>,
        body: String,
    ) -> Result<Answered, FetchError> {
        let client = self.client_within(url, reach)?;
        let mut request = client.post(url.clone()).timeout(PATIENCE).header(CONTENT_TYPE, content_type).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut response = request.send().await.map_err(|e| unanswered(&e))?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| wait(text, self.0.clock.now()));
        let mut body = BytesMut::new();
        // What it answered is known: a body that breaks off changes nothing.
        while let Ok(Some(chunk)) = response.chunk().await {
            body.extend_from_slice(&chunk[..chunk.len().min(MOST_BYTES - body.len())]);
            if body.len() == MOST_BYTES {
                break;
            }
        }
        Ok(Answered { status, retry_after, body: body.freeze() })
    }

    fn client_within(&self, url: &Url, reach: Reach) -> Result<&reqwest::Client, FetchError> {
        let host = url.host().map(|host| match host {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        });
        let is_bare = url.username().is_empty() && url.password().is_none();
        let is_web = matches!(url.scheme(), "http" | "https");
        if reach == Reach::Loopback && is_bare && is_web && host.is_some_and(|host| is_loopback(&host)) {
            return Ok(&self.0.lenient);
        }
        self.client_for(url)
    }
}

/// `Retry-After`: seconds, or a date (RFC 9110 §10.2.3).
fn wait(text: &str, now: Time) -> Option<Seconds> {
    let seconds = match text.trim().parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => OffsetDateTime::parse(text.trim(), &Rfc2822).ok()?.unix_timestamp() - now.unix(),
    };
    (seconds > 0).then_some(Seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;

    #[test]
    fn rfc9110_s10_2_3_how_long_to_wait() {
        let now = Time::from_unix(1_445_412_470);
        for (text, wanted) in [
            ("120", Some(120)),
            ("0", None),
            ("-5", None),
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(10)),
            ("Wed, 21 Oct 2015 07:27:00 GMT", None),
            ("soon", None),
        ] {
            assert_eq!(wait(text, now).map(|s| s.0), wanted, "{text}");
        }
    }

    /// A name is good when it is written down, and leads inside when it is called.
    #[tokio::test]
    async fn wallet_r13_where_a_name_leads_is_seen_when_it_is_called() {
        let fetch = Fetch::new(&[], Clock::System).unwrap();
        let url = Url::parse("https://localhost/hook").unwrap();
        assert!(fetch.check(&url, Reach::Public).is_ok());
        let sent = fetch.deliver(&url, Reach::Public, "application/json", [], "{}".to_owned()).await;
        assert_eq!(sent.map(|answered| answered.status), Err(FetchError::Refused("its address is not public")));
    }

    #[test]
    fn wallet_r13_which_receivers_may_be_called() {
        let fetch = Fetch::new(&[], Clock::System).unwrap();
        for (url, public, loopback) in [
            ("https://orbit.example/hook", true, true),
            ("https://orbit.example:8443/hook", false, false),
            ("http://orbit.example/hook", false, false),
            ("http://127.0.0.1:9000/hook", false, true),
            ("http://localhost:9000/hook", false, true),
            ("http://[::1]:9000/hook", false, true),
            ("https://127.0.0.1/hook", false, true),
            ("https://169.254.169.254/latest", false, false),
            ("http://169.254.169.254/latest", false, false),
            ("https://10.0.0.1/hook", false, false),
            ("https://[fd00::1]/hook", false, false),
            ("https://user:pass@orbit.example/", false, false),
            ("http://user@localhost/", false, false),
            ("ftp://localhost/", false, false),
        ] {
            let url = Url::parse(url).unwrap();
            for (reach, wanted) in [(Reach::Public, public), (Reach::Loopback, loopback)] {
                assert_eq!(fetch.check(&url, reach).is_ok(), wanted, "{url} {reach:?}");
            }
        }
    }
}
