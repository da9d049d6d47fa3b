//! The wallet's first page: who sees something, what is in it, what happened last.

use poem::Response;

use crate::error::Error;
use crate::provider::grants;
use crate::wallet::{holdings, profile, standing};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::pages::activity;
use crate::web::pages::profile::typed;
use crate::web::view::When;
use crate::web::views::account::Home;
use crate::web::views::profile::FIELDS;

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let frame = person.frame(&call.visit);
    let held = profile::load(&call.app, person.session.account).await?;
    let sharing = grants::sharing(&call.app, person.session.account).await?;
    let (unit, account) = (call.app.clone(), person.session.account);
    let holdings = call.app.db.read(move |conn| Box::pin(async move { holdings::current(conn, &unit, account).await }));
    let trust = standing::trust(&holdings.await?.badges);
    let checked = held.get("email").and_then(|email| email.verified_at);
    answer::html(&Home {
        name: person.summary.name().to_owned(),
        email: person.summary.email.clone().unwrap_or_default(),
        email_checked: checked.map(|at| When::date(frame.words, at)),
        app_count: sharing.clients,
        filled: FIELDS.iter().filter(|field| typed(&held, field.name).is_some()).count(),
        trust,
        recent: activity::recent(&call, &person, frame.words, Vec::new()).await?,
        frame,
    })
}
