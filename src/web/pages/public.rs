//! Pages for everyone: the first page, help, privacy, the button, and what to say when something went wrong.

use poem::Response;
use poem::http::StatusCode;

use crate::error::Error;
use crate::privacy::retention;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::pages::app_card;
use crate::web::views::public::{Developer, Developers, ErrorPage, Help, NotFound, Privacy, Trouble, Welcome};
use crate::web::visit::Visit;

pub async fn welcome(call: Call) -> Result<Response, Error> {
    match call.session().await? {
        Some(_) => Ok(answer::see_other("/account")),
        None => answer::html(&Welcome { frame: call.visit.frame() }),
    }
}

pub async fn help(call: Call) -> Result<Response, Error> {
    answer::html(&Help { frame: call.visit.frame() })
}

pub async fn privacy(call: Call) -> Result<Response, Error> {
    let frame = call.visit.frame();
    let words = frame.words;
    let told = retention::table(&call.app).into_iter().filter(|(row, _)| !row.label.is_empty());
    let kept = told.map(|(row, time)| {
        let (unit, key) = if time.0 % 86_400 == 0 { (86_400, "retention-days") } else { (3600, "retention-hours") };
        let n = usize::try_from(time.0 / unit).unwrap_or_default();
        (words.t(row.label), words.count(key, n, &[]))
    });
    answer::html(&Privacy { kept: kept.collect(), frame })
}

pub async fn developers(call: Call) -> Result<Response, Error> {
    answer::html(&Developers { frame: call.visit.frame(), issuer: call.app.config.issuer().to_owned() })
}

/// 404.
pub fn not_found(visit: &Visit) -> Response {
    answer::html_with(StatusCode::NOT_FOUND, &NotFound { frame: visit.frame() }).unwrap_or_else(|_| broken())
}

/// What went wrong, and what to do about it. Nothing of the request is echoed.
pub fn trouble(visit: &Visit, status: u16, problem: Trouble, developer: Option<Developer>) -> Response {
    let client = visit.client();
    let page = ErrorPage {
        frame: visit.frame(),
        problem,
        reference: visit.reference().to_owned(),
        developer,
        app: client.map(|client| app_card::of(client)),
        app_href: client.and_then(|client| app_card::href(client)),
        retry_href: matches!(problem, Trouble::Busy | Trouble::Internal).then(|| visit.here().to_owned()),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer::html_with(status, &page).unwrap_or_else(|_| broken())
}

/// Where even the page of an error cannot be made.
fn broken() -> Response {
    answer::plain(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong on our side")
}
