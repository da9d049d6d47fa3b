//! Signing in: who, then the password. Unknown addresses walk the same way.

use poem::Response;

use crate::accounts::{Session, sessions, sign_in};
use crate::base::id::AccountId;
use crate::base::text;
use crate::catalog::contexts;
use crate::error::Error;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::cookies::Cookie;
use crate::web::error::problems;
use crate::web::oauth::check_session;
use crate::web::pages::journey::Journey;
use crate::web::pages::privacy;
use crate::web::view::Problem;
use crate::web::views::sign_in::{SignIn, SignInPassword};

pub async fn page(call: Call) -> Result<Response, Error> {
    let journey = Journey::read(&call).await?;
    if let Some(session) = call.session().await?
        && !journey.is_for_app()
        && (!journey.returns() || call.is_fresh(session))
    {
        return Ok(answer::see_other(&journey.end()));
    }
    let hint = journey.login_hint().unwrap_or_default().to_owned();
    show(&call, &journey, &hint, Vec::new())
}

fn show(call: &Call, journey: &Journey, identifier: &str, problems: Vec<Problem>) -> Result<Response, Error> {
    let mut frame = journey.frame(call);
    frame.problems = problems;
    answer::html(&SignIn {
        frame,
        app: journey.app(),
        action: journey.href("/signin"),
        identifier: identifier.to_owned(),
        sign_up_href: journey.href("/signup"),
        recover_href: journey.href("/recover"),
    })
}

/// The first step: only the form of the address is looked at, never whether anybody has it.
pub async fn identify(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let journey = Journey::read(&call).await?;
    match text::email(form.text("identifier")) {
        Some(email) => show_password(&call, &journey, &email, false, Vec::new()),
        None => {
            let text = journey.frame(&call).t("problem-email");
            show(&call, &journey, form.text("identifier"), vec![Problem { field: "identifier", text }])
        }
    }
}

fn show_password(
    call: &Call,
    journey: &Journey,
    identifier: &str,
    remembers: bool,
    problems: Vec<Problem>,
) -> Result<Response, Error> {
    let mut frame = journey.frame(call);
    frame.problems = problems;
    answer::html(&SignInPassword {
        frame,
        app: journey.app(),
        action: journey.href("/signin/password"),
        identifier: identifier.to_owned(),
        remembers,
        change_href: journey.href("/signin"),
        recover_href: journey.href("/recover"),
    })
}

/// Opened by itself, the second step begins with the first.
pub async fn password_page(call: Call) -> Result<Response, Error> {
    Ok(answer::see_other(&Journey::read(&call).await?.href("/signin")))
}

pub async fn password(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let journey = Journey::read(&call).await?;
    let (identifier, remembers) = (form.text("identifier"), form.get("remember").is_some());
    let outcome = sign_in::with_password(&call.app, identifier, form.text("password"), call.visit.origin()).await;
    match outcome {
        Ok(account) => {
            if let Some(detour) = privacy::detour(&call, account).await? {
                return Ok(detour);
            }
            open_session(&call, account, remembers).await?;
            Ok(answer::see_other(&journey.end()))
        }
        Err(error) => {
            let problems = problems(error, journey.frame(&call).words)?;
            show_password(&call, &journey, identifier, remembers, problems)
        }
    }
}

/// Signs this browser in. A session of the same account goes on as a new one; one of another account ends.
pub async fn open_session(call: &Call, account: AccountId, remembers: bool) -> Result<Session, Error> {
    let (app, origin) = (&call.app, call.visit.origin());
    let amr = [contexts::PWD];
    let (session, cookie) = match call.session().await? {
        Some(old) if old.account == account => sessions::renew(app, old, &amr, remembers, origin).await?,
        Some(old) => {
            sessions::end(app, old, "replaced").await?;
            sessions::open(app, account, &amr, remembers, origin).await?
        }
        None => sessions::open(app, account, &amr, remembers, origin).await?,
    };
    let life = remembers.then_some(app.config.sessions.remembered);
    call.visit.set_cookie_for(Cookie::Session, cookie.expose(), life);
    check_session::keep(&call.visit, &session);
    Ok(session)
}
