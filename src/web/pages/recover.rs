//! A forgotten password: address, code, new password. Unknown addresses walk the same way.

use poem::Response;

use crate::accounts::recovery;
use crate::error::{Denied, Error};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::cookies::Cookie;
use crate::web::error::problems;
use crate::web::pages::challenge::InProgress;
use crate::web::pages::journey::Journey;
use crate::web::pages::privacy;
use crate::web::pages::sign_in::open_session;
use crate::web::view::Problem;
use crate::web::views::recover::{Recover, RecoverCode, RecoverPassword};

const FIRST: &str = "/recover";

pub async fn page(call: Call) -> Result<Response, Error> {
    let journey = Journey::read(&call).await?;
    show(&call, &journey, "", Vec::new())
}

fn show(call: &Call, journey: &Journey, email: &str, problems: Vec<Problem>) -> Result<Response, Error> {
    let mut frame = journey.frame(call);
    frame.problems = problems;
    answer::html(&Recover {
        frame,
        action: journey.href(FIRST),
        email: email.to_owned(),
        sign_in_href: journey.href("/signin"),
    })
}

pub async fn begin(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let journey = Journey::read(&call).await?;
    let words = journey.frame(&call).words;
    let email = form.text("email").trim();
    match recovery::begin(&call.app, email, words.lang(), call.visit.origin()).await {
        Ok(id) => {
            InProgress { id, path: FIRST.to_owned(), email: email.to_owned() }.keep(&call)?;
            Ok(answer::see_other(&journey.href("/recover/code")))
        }
        Err(error) => show(&call, &journey, email, problems(error, words)?),
    }
}

pub async fn code_page(call: Call) -> Result<Response, Error> {
    let journey = Journey::read(&call).await?;
    match InProgress::find(&call, FIRST) {
        Some(progress) => show_code(&call, &journey, &progress, Vec::new(), None),
        None => Ok(answer::see_other(&journey.href(FIRST))),
    }
}

fn show_code(
    call: &Call,
    journey: &Journey,
    progress: &InProgress,
    problems: Vec<Problem>,
    notice: Option<&str>,
) -> Result<Response, Error> {
    let mut frame = journey.frame(call);
    frame.problems = problems;
    frame.notice = notice.map(|key| frame.t(key));
    answer::html(&RecoverCode {
        frame,
        action: journey.href("/recover/code"),
        resend_action: journey.href("/recover/code/again"),
        email: progress.email.clone(),
        change_href: journey.href(FIRST),
    })
}

pub async fn code(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let journey = Journey::read(&call).await?;
    let Some(progress) = InProgress::find(&call, FIRST) else { return Ok(answer::see_other(&journey.href(FIRST))) };
    match recovery::prove(&call.app, progress.id, form.text("code")).await {
        Ok(()) => Ok(answer::see_other(&journey.href("/recover/password"))),
        Err(Error::Denied(Denied::Expired)) => {
            let text = journey.frame(&call).t("problem-code-tries");
            show_code(&call, &journey, &progress, vec![Problem { field: "code", text }], None)
        }
        Err(error) => {
            let problems = problems(error, journey.frame(&call).words)?;
            show_code(&call, &journey, &progress, problems, None)
        }
    }
}

pub async fn resend(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let journey = Journey::read(&call).await?;
    let Some(progress) = InProgress::find(&call, FIRST) else { return Ok(answer::see_other(&journey.href(FIRST))) };
    match recovery::resend(&call.app, progress.id).await {
        Ok(()) => show_code(&call, &journey, &progress, Vec::new(), Some("code-resent")),
        Err(Error::Denied(Denied::Expired)) => Ok(answer::see_other(&journey.href(FIRST))),
        Err(error) => {
            let problems = problems(error, journey.frame(&call).words)?;
            show_code(&call, &journey, &progress, problems, None)
        }
    }
}

pub async fn password_page(call: Call) -> Result<Response, Error> {
    let journey = Journey::read(&call).await?;
    match InProgress::find(&call, FIRST) {
        Some(progress) => show_password(&call, &journey, &progress, Vec::new()),
        None => Ok(answer::see_other(&journey.href(FIRST))),
    }
}

fn show_password(
    call: &Call,
    journey: &Journey,
    progress: &InProgress,
    problems: Vec<Problem>,
) -> Result<Response, Error> {
    let mut frame = journey.frame(call);
    frame.problems = problems;
    answer::html(&RecoverPassword {
        frame,
        action: journey.href("/recover/password"),
        email: progress.email.clone(),
        least: call.app.config.passwords.least,
    })
}

/// The new password; every session of the account ends, and this browser gets a new one.
pub async fn password(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let journey = Journey::read(&call).await?;
    let Some(progress) = InProgress::find(&call, FIRST) else { return Ok(answer::see_other(&journey.href(FIRST))) };
    match recovery::finish(&call.app, progress.id, form.text("password"), call.visit.origin()).await {
        Ok(account) => {
            call.visit.clear_cookie(Cookie::Challenge);
            if let Some(detour) = privacy::detour(&call, account).await? {
                return Ok(detour);
            }
            open_session(&call, account, false).await?;
            Ok(answer::see_other(&journey.end()))
        }
        Err(Error::Denied(Denied::Expired)) => Ok(answer::see_other(&journey.href(FIRST))),
        Err(error) => {
            let problems = problems(error, journey.frame(&call).words)?;
            show_password(&call, &journey, &progress, problems)
        }
    }
}
