//! What a person does about a connected app beside stopping it: pauses it, asks it to delete, reports it, stops all.

use poem::Response;

use crate::base::id::GrantId;
use crate::error::{Denied, Error};
use crate::provider::grants::{self, Connected};
use crate::provider::wishes::{self, CATEGORIES, MOST_REPORT};
use crate::store::database::wishes::Wish;
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::error;
use crate::web::pages::{app_card, notice};
use crate::web::view::{Choice, When};
use crate::web::views::wishes::{AppErasure, AppReport, StopAll, WishRow};
use crate::words::Words;

const LIST: &str = "/account/apps";

fn href(id: GrantId) -> String {
    format!("{LIST}/{id}")
}

/// The app of the page, for a person who proved lately who they are.
async fn fresh(call: &Call) -> Result<(Person, GrantId, Connected), Error> {
    let person = call.person().await?;
    let id: GrantId = call.id("id")?;
    let one = grants::show(&call.app, person.session.account, id).await?.connected;
    match call.is_fresh(&person.session) {
        true => Ok((person, id, one)),
        false => Err(crate::web::call::STEP_UP.into()),
    }
}

/// Pausing takes something away, and needs no fresh sign-in; going on does.
pub async fn pause(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    let id: GrantId = call.id("id")?;
    grants::pause(&call.app, person.session.account, id, true, call.visit.origin()).await?;
    Ok(notice::done(&href(id), "app-paused"))
}

pub async fn resume(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    let id: GrantId = call.id("id")?;
    if !call.is_fresh(&person.session) {
        return Ok(sign_in_first(&href(id)));
    }
    grants::pause(&call.app, person.session.account, id, false, call.visit.origin()).await?;
    Ok(notice::done(&href(id), "app-resumed"))
}

/// There is no page at the address of a form to come back to.
fn sign_in_first(back: &str) -> Response {
    let mut target = "/signin?return_to=".to_owned();
    crate::oauth::params::encode(back, &mut target);
    answer::see_other(&target)
}

pub async fn stop_all_page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let live = grants::uncounted(&call.app, person.session.account).await?.into_iter().filter(|one| one.is_live);
    let apps: Vec<String> = live.map(|one| one.client.display_name().to_owned()).collect();
    if apps.is_empty() {
        return Ok(answer::see_other(LIST));
    }
    answer::html(&StopAll { frame: person.frame(&call.visit), apps })
}

pub async fn stop_all(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    grants::withdraw_all(&call.app, person.session.account, call.visit.origin()).await?;
    Ok(notice::done(LIST, "stopped-all"))
}

pub async fn erasure_page(call: Call) -> Result<Response, Error> {
    let (person, id, one) = fresh(&call).await?;
    answer::html(&AppErasure {
        frame: person.frame(&call.visit),
        app: app_card::of(&one.client),
        action: format!("{}/erasure", href(id)),
        back_href: href(id),
        is_live: one.is_live,
    })
}

pub async fn erasure(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let (person, id, _) = fresh(&call).await?;
    match wishes::ask(&call.app, person.session.account, id, call.visit.origin()).await {
        Ok(_) => Ok(notice::done(&href(id), "erasure-asked")),
        Err(Error::Denied(Denied::Conflict(_))) => Ok(notice::done(&href(id), "erasure-open")),
        Err(error) => Err(error),
    }
}

/// What the person wished of an app, in words.
pub fn rows(words: Words, wished: &[Wish]) -> Vec<WishRow> {
    let row = |wish: &Wish| WishRow {
        when: When::date(words, wish.created_at),
        changed: When::date(words, wish.changed_at),
        state: words.t(WishRow::key(wish.state)),
        is_late: wish.state == crate::store::database::wishes::WishState::Overdue,
        status_href: app_card::link(wish.status_uri.as_deref()),
        code: wish.confirmation_code.clone(),
        reason: wish.reason.clone(),
    };
    wished.iter().map(row).collect()
}

fn categories(words: Words, chosen: &str) -> Vec<Choice> {
    let choice = |category: &&str| Choice {
        value: (*category).to_owned(),
        label: words.t(AppReport::key(category)),
        hint: None,
        is_chosen: *category == chosen,
    };
    CATEGORIES.iter().map(choice).collect()
}

pub async fn report_page(call: Call) -> Result<Response, Error> {
    let (person, id, one) = fresh(&call).await?;
    let frame = person.frame(&call.visit);
    answer::html(&AppReport {
        app: app_card::of(&one.client),
        action: format!("{}/report", href(id)),
        back_href: href(id),
        categories: categories(frame.words, ""),
        words: String::new(),
        most: MOST_REPORT,
        frame,
    })
}

pub async fn report(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let (person, id, one) = fresh(&call).await?;
    let (category, text) = (form.text("category"), form.text("words"));
    let told = wishes::report(&call.app, person.session.account, id, category, text, call.visit.origin()).await;
    let Err(failed) = told else { return Ok(notice::done(&href(id), "app-reported")) };
    let mut frame = person.frame(&call.visit);
    frame.problems = error::problems(failed, frame.words)?;
    answer::html(&AppReport {
        app: app_card::of(&one.client),
        action: format!("{}/report", href(id)),
        back_href: href(id),
        categories: categories(frame.words, category),
        words: text.to_owned(),
        most: MOST_REPORT,
        frame,
    })
}
