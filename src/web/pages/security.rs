//! How a wallet is protected: its password, and what happened to it.

use poem::Response;

use crate::accounts::{password, sessions};
use crate::catalog::events;
use crate::error::Error;
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::error::problems;
use crate::web::pages::{activity, notice};
use crate::web::view::{Frame, When};
use crate::web::views::account::Security;

const PAGE: &str = "/account/security";

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    show(&call, &person, frame).await
}

async fn show(call: &Call, person: &Person, frame: Frame) -> Result<Response, Error> {
    let account = person.session.account;
    let changed = password::changed_at(&call.app, account).await?;
    answer::html(&Security {
        action: "/account/security/password".to_owned(),
        email: person.summary.email.clone().unwrap_or_default(),
        password_changed: changed.map(|at| When::date(frame.words, at)),
        session_count: sessions::list(&call.app, account).await?.len(),
        least: call.app.config.passwords.least,
        recent: activity::recent(call, person, frame.words, events::security()).await?,
        frame,
    })
}

pub async fn change_password(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let (current, new) = (form.text("current"), form.text("password"));
    match password::change(&call.app, &person.session, current, new, call.visit.origin()).await {
        Ok(()) => Ok(notice::done(PAGE, "security-changed")),
        Err(error) => {
            let mut frame = person.frame(&call.visit);
            frame.problems = problems(error, frame.words)?;
            show(&call, &person, frame).await
        }
    }
}
