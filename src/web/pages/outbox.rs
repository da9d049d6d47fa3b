//! The outbox: in development mode the mails that were laid in a folder can be read here.

use poem::Response;

use crate::error::{Denied, Error};
use crate::outbound::mail::Kept;
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
    let messages = call.app.mail.list()?.into_iter().map(|kept| row(frame.words, kept)).collect();
    answer::html(&Outbox { frame, messages })
}

fn row(words: Words, kept: Kept) -> MessageRow {
    let href = format!("{PAGE}/{}", kept.id);
    MessageRow { href, to: kept.to, subject: kept.subject, when: When::date_time(words, kept.at) }
}

pub async fn show(call: Call) -> Result<Response, Error> {
    check(&call)?;
    let letter = call.app.mail.read(call.path("id"))?.ok_or(Denied::NotFound)?;
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
