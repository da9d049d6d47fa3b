//! An outside service that checks identity documents: told of each case by a signed request, heard by a signed call.

use reqwest::header::HeaderName;
use serde_json::Value;
use url::Url;

use crate::base::{Secret, Time};
use crate::config::{Service, Verification, sms_key};
use crate::outbound::fetch::Fetch;
use crate::outbound::sms::{judge, judge_error};
use crate::outbound::webhook;

pub use crate::outbound::sms::SmsError as GatewayError;

/// The service, where the settings name one.
pub struct IdentityCheck {
    fetch: Fetch,
    url: Url,
    key: Secret<Vec<u8>>,
}

impl IdentityCheck {
    /// `None` where the reviewers of the house look.
    pub fn open(settings: &Verification, fetch: Fetch) -> Option<Self> {
        let url = settings.url.clone().filter(|_| settings.service == Service::Http)?;
        let key = settings.secret.as_ref().and_then(|secret| sms_key(secret.expose()))?;
        Some(Self { fetch, url, key: Secret::new(key) })
    }

    /// Tells it of a case. `id` is the same at every try.
    ///
    /// # Errors
    /// Whether it is worth another try.
    pub async fn send(&self, now: Time, id: &str, case: &Value) -> Result<(), GatewayError> {
        let (body, timestamp) = (case.to_string(), now.unix().to_string());
        let signature = webhook::hmac(self.key.expose(), id, &timestamp, &body);
        let headers = [
            (HeaderName::from_static("webhook-id"), id),
            (HeaderName::from_static("webhook-timestamp"), &timestamp),
            (HeaderName::from_static("webhook-signature"), &signature),
        ];
        match self.fetch.post_with(&self.url, "application/json", headers, body).await {
            Ok(status) => judge(status),
            Err(error) => Err(judge_error(error)),
        }
    }

    /// Whether a call comes from it: signed by our key, of now. `signatures` may be several, with spaces between them.
    pub fn is_from_it(&self, now: Time, id: &str, timestamp: &str, signatures: &str, body: &str) -> bool {
        webhook::read(self.key.expose(), now, id, timestamp, signatures, body).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;
    use crate::config::Config;

    #[test]
    fn standard_webhooks_only_the_service_is_heard() {
        let mut settings = Config::default().verification;
        let clock = Clock::fixed(Time::from_unix(1_795_000_000));
        let open = |settings: &Verification| IdentityCheck::open(settings, Fetch::new(&[], clock.clone()).unwrap());
        assert!(open(&settings).is_none(), "the desk");
        settings.service = Service::Http;
        settings.url = Some("https://check.example/cases".parse().unwrap());
        settings.secret = Some(Secret::new("a secret of thirty-two bytes, or more".to_owned()));
        let check = open(&settings).unwrap();
        let (now, key) = (clock.now(), check.key.expose().clone());
        let signed = |at: &str| webhook::hmac(&key, "msg_1", at, "{}");
        let hears = |at: &str, given: &str, body: &str| check.is_from_it(now, "msg_1", at, given, body);
        let good = signed("1795000000");
        assert!(hears("1795000000", &good, "{}") && hears("1795000000", &format!("v1,AAAA {good}"), "{}"));
        assert!(!hears("1795000000", &good, "{ }") && !hears("1795000001", &good, "{}"));
        assert!(!check.is_from_it(now, "msg_2", "1795000000", &good, "{}") && !hears("1795000000", "", "{}"));
        assert!(hears("1794999700", &signed("1794999700"), "{}") && !hears("1794999699", &signed("1794999699"), "{}"));
        assert!(!hears("x", &signed("x"), "{}"));
    }
}
