//! Making a wallet: address, code, password. Straight on to the platform that sent the person.

use poem::Response;

use crate::accounts::register::{self, Progress};
use crate::catalog::{check_value, claims};
use crate::error::{Denied, Error, FieldError};
use crate::wallet::profile;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::cookies::Cookie;
use crate::web::error::problems;
use crate::web::pages::challenge::InProgress;
use crate::web::pages::journey::Journey;
use crate::web::pages::sign_in::open_session;
use crate::web::view::Problem;
use crate::web::views::sign_up::{SignUp, SignUpCode, SignUpPassword};

const FIRST: &str = "/signup";

pub async fn page(call: Call) -> Result<Response, Error> {
    let journey = Journey::read(&call).await?;
    let hint = journey.login_hint().unwrap_or_default().to_owned();
    show(&call, &journey, &hint, Vec::new())
}

fn show(call: &Call, journey: &Journey, email: &str, problems: Vec<Problem>) -> Result<Response, Error> {
    let mut frame = journey.frame(call);
    frame.problems = problems;
    answer::html(&SignUp {
        frame,
        app: journey.app(),
        action: journey.href(FIRST),
        email: email.to_owned(),
        sign_in_href: journey.href("/signin"),
    })
}

/// Step 1: a code goes out, or a note to the owner of the address that it has a wallet. The page is the same.
pub async fn begin(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let journey = Journey::read(&call).await?;
    let words = journey.frame(&call).words;
    let email = form.text("email").trim();
    match register::begin(&call.app, email, words.lang(), call.visit.origin()).await {
        Ok(id) => {
            InProgress { id, path: FIRST.to_owned(), email: email.to_owned() }.keep(&call)?;
            Ok(answer::see_other(&journey.href("/signup/code")))
        }
        Err(error) => show(&call, &journey, email, problems(error, words)?),
    }
}

pub async fn code_page(call: Call) -> Result<Response, Error> {
    let journey = Journey::read(&call).await?;
    match InProgress::find(&call, FIRST) {
        Some(progress) => {
            let is_back = matches!(register::progress(&call.app, progress.id).await, Ok(Progress::Undeliverable));
            let text = journey.frame(&call).t("problem-undeliverable");
            let problems = is_back.then_some(Problem { field: "", text }).into_iter().collect();
            show_code(&call, &journey, &progress, problems, None)
        }
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
    answer::html(&SignUpCode {
        frame,
        action: journey.href("/signup/code"),
        confirmed_action: journey.href("/signup/code/confirmed"),
        resend_action: journey.href("/signup/code/again"),
        email: progress.email.clone(),
        change_href: journey.href(FIRST),
    })
}

/// Step 2: the code.
pub async fn code(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let journey = Journey::read(&call).await?;
    let Some(progress) = InProgress::find(&call, FIRST) else { return Ok(answer::see_other(&journey.href(FIRST))) };
    match register::prove(&call.app, progress.id, form.text("code")).await {
        Ok(()) => Ok(answer::see_other(&journey.href("/signup/password"))),
        Err(Error::Denied(Denied::Expired)) => {
            // Too old, or tried too often: only a new code helps, and there it is.
            let (key, problem) = match register::resend(&call.app, progress.id).await {
                Ok(()) => ("problem-code-expired", true),
                Err(Error::Denied(Denied::TooMany { .. })) => ("problem-too-many", true),
                Err(Error::Denied(_)) => ("", false),
                Err(error) => return Err(error),
            };
            if !problem {
                return Ok(answer::see_other(&journey.href(FIRST)));
            }
            let text = journey.frame(&call).t(key);
            show_code(&call, &journey, &progress, vec![Problem { field: "code", text }], None)
        }
        Err(error) => {
            let problems = problems(error, journey.frame(&call).words)?;
            show_code(&call, &journey, &progress, problems, None)
        }
    }
}

/// Step 2, by the link of the mail: in this window it goes on.
pub async fn confirmed(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let journey = Journey::read(&call).await?;
    let Some(progress) = InProgress::find(&call, FIRST) else { return Ok(answer::see_other(&journey.href(FIRST))) };
    match register::progress(&call.app, progress.id).await {
        Ok(Progress::Proven) => Ok(answer::see_other(&journey.href("/signup/password"))),
        Ok(Progress::Undeliverable) => Ok(answer::see_other(&journey.href("/signup/code"))),
        Ok(Progress::Waits) => {
            let text = journey.frame(&call).t("problem-not-confirmed");
            show_code(&call, &journey, &progress, vec![Problem { field: "", text }], None)
        }
        Err(Error::Denied(Denied::Expired)) => Ok(answer::see_other(&journey.href(FIRST))),
        Err(error) => Err(error),
    }
}

pub async fn resend(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let journey = Journey::read(&call).await?;
    let Some(progress) = InProgress::find(&call, FIRST) else { return Ok(answer::see_other(&journey.href(FIRST))) };
    match register::resend(&call.app, progress.id).await {
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
        Some(progress) => show_password(&call, &journey, &progress, "", Vec::new()),
        None => Ok(answer::see_other(&journey.href(FIRST))),
    }
}

fn show_password(
    call: &Call,
    journey: &Journey,
    progress: &InProgress,
    name: &str,
    problems: Vec<Problem>,
) -> Result<Response, Error> {
    let mut frame = journey.frame(call);
    frame.problems = problems;
    answer::html(&SignUpPassword {
        frame,
        action: journey.href("/signup/password"),
        email: progress.email.clone(),
        name: name.to_owned(),
        least: call.app.config.passwords.least,
    })
}

/// Step 3: the password, and a name for those who give one.
pub async fn password(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let journey = Journey::read(&call).await?;
    let Some(progress) = InProgress::find(&call, FIRST) else { return Ok(answer::see_other(&journey.href(FIRST))) };
    let name = Some(form.text("name")).filter(|name| !name.trim().is_empty());
    let outcome = match name.map_or(Ok(()), check_name) {
        Ok(()) => register::finish(&call.app, progress.id, form.text("password"), call.visit.origin()).await,
        Err(denied) => Err(denied.into()),
    };
    match outcome {
        Ok(account) => {
            if let Some(name) = name {
                let change = vec![("name".to_owned(), Some(name.to_owned()))];
                profile::save(&call.app, account, change, call.visit.origin()).await?;
            }
            call.visit.clear_cookie(Cookie::Challenge);
            open_session(&call, account, false).await?;
            Ok(answer::see_other(&journey.end()))
        }
        Err(Error::Denied(Denied::Expired | Denied::Conflict(_))) => Ok(answer::see_other(&journey.href(FIRST))),
        Err(error) => {
            let problems = problems(error, journey.frame(&call).words)?;
            show_password(&call, &journey, &progress, form.text("name"), problems)
        }
    }
}

fn check_name(typed: &str) -> Result<(), Denied> {
    let fits = claims::find("name").is_some_and(|claim| check_value(claim, typed).is_ok());
    let wrong = || Denied::Invalid(vec![FieldError { field: "name", message: "problem-name" }]);
    fits.then_some(()).ok_or_else(wrong)
}
