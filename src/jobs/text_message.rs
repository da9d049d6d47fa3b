//! Writes the text message that a job asks for, in its reader's language, and sends it to the phone.

use super::Failure;
use crate::app::App;
use crate::base::Seconds;
use crate::outbound::sms::SmsError;
use crate::store::database::jobs::{Job, Row};
use crate::words::Words;

/// Sends the code of a job.
///
/// # Errors
/// Permanent where the gateway refuses this message.
pub async fn run(app: &App, row: &Row, job: Job) -> Result<(), Failure> {
    let Job::Sms { to, locale, code, minutes } = job else {
        return Err(Failure::Permanent("this is no text message".to_owned()));
    };
    let told = |outcome| app.metrics.count("sw_sms_total", &["code", outcome]);
    // A code that nobody can use any more would only mislead.
    if row.created_at + Seconds::minutes(minutes) <= app.now() {
        told("late");
        return Ok(());
    }
    let words = Words::find(&locale).unwrap_or(Words::English);
    let host = app.config.http.public_url.host_str().unwrap_or_default();
    let sent = app.sms.send(&row.id.to_string(), &to, &text(words, host, &code, minutes)).await;
    told(match &sent {
        Ok(()) => "sent",
        Err(SmsError::Transient(_)) => "failed",
        Err(SmsError::Permanent(_)) => "refused",
    });
    sent.map_err(|error| match error {
        SmsError::Transient(why) => Failure::Transient(why),
        SmsError::Permanent(why) => Failure::Permanent(why),
    })
}

/// The last line is for browsers, which offer the code to our own pages alone (WICG WebOTP, origin-bound one-time codes).
fn text(words: Words, host: &str, code: &str, minutes: i64) -> String {
    let minutes = usize::try_from(minutes).unwrap_or_default();
    format!("{}\n\n@{host} #{code}", words.count("sms-code", minutes, &[("code", code)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_comes_with_the_line_that_binds_it_to_us() {
        for words in Words::ALL {
            let text = text(words, "id.example.org", "271828", 10);
            assert!(text.ends_with("\n\n@id.example.org #271828"), "{text}");
            assert!(text.lines().next().is_some_and(|line| line.contains("271828") && !line.contains('⟦')), "{text}");
        }
    }
}
