//! The outbox: in development mode the mails and text messages that were laid in a folder can be read here.

use poem::Response;

use crate::error::{Denied, Error};
use crate::outbound::mail::{Kept, KeptLetter};
use crate::outbound::sms::KeptMessage;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::view::When;
use crate::web::views::admin::{MessageRow, Outbox, OutboxMessage};
use crate::words::Words;

const PAGE: &str = "/dev/outbox";

/// In production there is no such page.
fn check(call: &Call) -> Result<(), Denied> {
    if call.app.config.is_production() { Err(Denied::NotFound) } else { Ok(()) }
}

pub async fn list(call: Call) -> Result<Response, Error> {
    check(&call)?;
    let frame = call.visit.frame();
    let mut kept = call.app.mail.list()?;
    kept.extend(call.app.sms.list()?.into_iter().map(as_letter));
    kept.sort_unstable_by(|a, b| b.id.cmp(&a.id));
    let messages = kept.into_iter().map(|kept| row(frame.words, kept)).collect();
    answer::html(&Outbox { frame, messages })
}

/// A text message as the list shows it: its first line stands for a subject.
fn as_letter(message: KeptMessage) -> Kept {
    let subject = message.text.lines().next().unwrap_or_default().to_owned();
    Kept { id: message.id, at: message.at, to: message.to, subject }
}

fn row(words: Words, kept: Kept) -> MessageRow {
    let href = format!("{PAGE}/{}", kept.id);
    MessageRow { href, to: kept.to, subject: kept.subject, when: When::date_time(words, kept.at) }
}

pub async fn show(call: Call) -> Result<Response, Error> {
    check(&call)?;
    let letter = match call.app.mail.read(call.path("id"))? {
        Some(letter) => letter,
        None => {
            let message = call.app.sms.read(call.path("id"))?.ok_or(Denied::NotFound)?;
            KeptLetter { text: message.text.clone(), kept: as_letter(message), links: Vec::new() }
        }
    };
    let frame = call.visit.frame();
    answer::html(&OutboxMessage {
        to: letter.kept.to,
        subject: letter.kept.subject,
        when: When::date_time(frame.words, letter.kept.at),
        text: letter.text,
        links: letter.links,
        frame,
    })
}
