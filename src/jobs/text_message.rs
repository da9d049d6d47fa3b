//! Writes the text message that a job asks for, in its reader's language, and sends it to the phone.

use super::Failure;
use crate::accounts::reports;
use crate::app::App;
use crate::base::id::JobId;
use crate::base::{Fault, Seconds};
use crate::outbound::sms::{SmsError, Taken};
use crate::store::database::jobs::{Job, Row};
use crate::store::database::text_messages::{self, State};
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
        return failed(app, row.id, "late").await;
    }
    let words = Words::find(&locale).unwrap_or(Words::English);
    let host = app.config.http.public_url.host_str().unwrap_or_default();
    let sent = app.sms.send(&row.id.to_string(), &to, &text(words, host, &code, minutes)).await;
    told(match &sent {
        Ok(_) => "sent",
        Err(SmsError::Transient(_)) => "failed",
        Err(SmsError::Permanent(_)) => "refused",
    });
    match sent {
        // Where this is not kept the message goes out once more, under the same name.
        Ok(said) => taken(app, row.id, &said).await,
        Err(SmsError::Transient(why)) => Err(Failure::Transient(why)),
        Err(SmsError::Permanent(why)) => {
            failed(app, row.id, "refused").await?;
            Err(Failure::Permanent(why))
        }
    }
}

async fn taken(app: &App, id: JobId, said: &Taken) -> Result<(), Failure> {
    let (now, gateway_id) = (app.now(), said.message_id.as_deref().map(reports::clean));
    // Whoever has a new SIM card may have taken the number over.
    let held_until = said.sim_changed_at.map(|at| at + app.config.sms.sim_hold).filter(|until| *until > now);
    let noted = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { text_messages::taken(tx, id, gateway_id.as_deref(), held_until, now).await })
    });
    noted.await.map_err(|fault| Failure::Transient(fault.to_string()))
}

async fn failed(app: &App, id: JobId, code: &'static str) -> Result<(), Failure> {
    let now = app.now();
    let noted = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { text_messages::advance(tx, id, State::Failed, Some(code), now).await })
    });
    noted.await.map(drop).map_err(|fault| Failure::Transient(fault.to_string()))
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
