//! The browsers that are signed in: listed, and signed out.

use poem::Response;

use crate::accounts::{Session, sessions};
use crate::error::{Denied, Error};
use crate::provider::logout;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::oauth::{check_session, logout as signed_out};
use crate::web::pages::notice;
use crate::web::view::When;
use crate::web::views::account::{SessionRow, Sessions};
use crate::words::Words;

const PAGE: &str = "/account/sessions";

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    let mut all = sessions::list(&call.app, person.session.account).await?;
    all.sort_by_key(|session| session.id != person.session.id);
    answer::html(&Sessions {
        sessions: all.iter().map(|session| row(frame.words, session, &person.session)).collect(),
        action: format!("{PAGE}/end"),
        others_action: format!("{PAGE}/end-others"),
        frame,
    })
}

fn row(words: Words, session: &Session, this: &Session) -> SessionRow {
    SessionRow {
        id: session.id.to_string(),
        device: words.device(session.agent.as_deref().unwrap_or_default()),
        is_this: session.id == this.id,
        since: When::date_time(words, session.created_at),
        last_seen: When::date_time(words, session.seen_at),
    }
}

/// Signs one browser out; for this one it is the same as signing out.
pub async fn end(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let id = form.text("session").parse().map_err(|_| Denied::NotFound)?;
    let told = logout::frontchannel(&call.app, &person.session).await?;
    sessions::end_by_id(&call.app, person.session.account, id, "ended_by_person", call.visit.origin()).await?;
    if id != person.session.id {
        return Ok(notice::done(PAGE, "sessions-ended"));
    }
    check_session::forget(&call.visit);
    if told.is_empty() {
        return Ok(answer::see_other("/signin"));
    }
    signed_out::done(&call, None, None, &told)
}

pub async fn end_others(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    sessions::end_others(&call.app, &person.session).await?;
    Ok(notice::done(PAGE, "sessions-others-ended"))
}
