//! A mail server (RFC 5321): submission under TLS or with STARTTLS, as the URL says.

use std::time::Duration;

use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::MailError;
use crate::base::Fault;

/// How long sending may take, from connecting to the last answer.
const LIMIT: Duration = Duration::from_secs(10);
/// The most connections at once.
const POOL: u32 = 4;

/// A mail server. Cheap to clone.
#[derive(Clone)]
pub struct Smtp(AsyncSmtpTransport<Tokio1Executor>);

impl Smtp {
    pub(super) fn open(url: &str) -> Result<Self, Fault> {
        // The error of a URL may quote it, and with it the password.
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| Fault::broken("read mail.smtp_url"))?
            .timeout(Some(LIMIT))
            .pool_config(PoolConfig::new().max_size(POOL));
        Ok(Self(builder.build()))
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), MailError> {
        match tokio::time::timeout(LIMIT, self.0.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(judge(&error)),
            Err(_) => Err(MailError::Transient("the mail server did not answer in time".to_owned())),
        }
    }

    pub(super) async fn ping(&self) -> Result<(), MailError> {
        match tokio::time::timeout(LIMIT, self.0.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailError::Transient("the mail server hung up".to_owned())),
            Ok(Err(error)) => Err(judge(&error)),
            Err(_) => Err(MailError::Transient("the mail server did not answer in time".to_owned())),
        }
    }
}

/// Only a refusal of this very letter is for good. A server that does not know our password will, once the operator
/// has mended it.
fn judge(error: &Error) -> MailError {
    let Some(code) = error.status().map(u16::from) else {
        let what = if error.is_timeout() {
            "did not answer in time"
        } else if error.is_tls() {
            "could not be spoken to under TLS"
        } else {
            "could not be reached"
        };
        return MailError::Transient(format!("the mail server {what}"));
    };
    let what = format!("the mail server answered {code}");
    // RFC 4954 §6: about who we are, not about the letter.
    let is_about_us = matches!(code, 421 | 432 | 454 | 500..=504 | 530 | 534 | 535 | 538);
    if error.is_permanent() && !is_about_us { MailError::Permanent(what) } else { MailError::Transient(what) }
}
