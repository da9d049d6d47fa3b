//! Language and theme: kept in a cookie, and the language with the account too.

use poem::Response;

use crate::accounts;
use crate::error::Error;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::cookies::Cookie;
use crate::web::pages::journey;
use crate::web::view::Theme;
use crate::web::views::account::{AccountSettings, Settings};
use crate::words::Words;

pub async fn page(call: Call) -> Result<Response, Error> {
    let frame = match call.session().await? {
        Some(_) => call.person().await?.frame(&call.visit),
        None => call.visit.frame(),
    };
    answer::html(&Settings { frame })
}

/// The same among the person's own pages.
pub async fn account_page(call: Call) -> Result<Response, Error> {
    let frame = call.person().await?.frame(&call.visit);
    answer::html(&AccountSettings { frame })
}

pub async fn language(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    if let Some(words) = Words::find(form.text("language")) {
        call.visit.set_cookie(Cookie::Language, words.lang());
        if let Some(session) = call.session().await? {
            accounts::settings::set_locale(&call.app, session.account, words.lang()).await?;
        }
    }
    Ok(back(form.text("return_to")))
}

pub async fn theme(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    call.visit.set_cookie(Cookie::Theme, Theme::read(form.get("theme")).as_str());
    Ok(back(form.text("return_to")))
}

fn back(path: &str) -> Response {
    answer::see_other(if journey::is_local(path) { path } else { "/" })
}
