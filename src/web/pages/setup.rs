//! The first administrator, by the link that works once.

use poem::Response;
use poem::http::StatusCode;

use crate::admin::setup::{self, NewAdmin};
use crate::base::Secret;
use crate::error::{Denied, Error};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::error::problems;
use crate::web::form::Form;
use crate::web::pages::sign_in::open_session;
use crate::web::view::Problem;
use crate::web::views::admin::Setup;

pub async fn page(call: Call) -> Result<Response, Error> {
    match setup::is_open(&call.app, call.path("token")).await? {
        true => show(&call, &Form::default(), Vec::new()),
        false => closed(&call),
    }
}

fn show(call: &Call, form: &Form, problems: Vec<Problem>) -> Result<Response, Error> {
    let mut frame = call.visit.frame();
    frame.problems = problems;
    answer::html(&Setup {
        frame,
        action: Some(format!("/setup/{}", call.path("token"))),
        email: form.text("email").to_owned(),
        name: form.text("name").to_owned(),
        least: call.app.config.passwords.least,
    })
}

/// The link was used, is too old, or was never made.
fn closed(call: &Call) -> Result<Response, Error> {
    let (email, name) = (String::new(), String::new());
    let page = Setup { frame: call.visit.frame(), action: None, email, name, least: 0 };
    answer::html_with(StatusCode::BAD_REQUEST, &page)
}

pub async fn finish(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let new = NewAdmin {
        email: form.text("email").to_owned(),
        name: form.text("name").to_owned(),
        password: Secret::new(form.text("password").to_owned()),
    };
    match setup::finish(&call.app, call.path("token"), new, call.visit.origin()).await {
        Ok(account) => {
            open_session(&call, account, false).await?;
            Ok(answer::see_other("/admin"))
        }
        Err(Error::Denied(Denied::Expired)) => closed(&call),
        Err(Error::Denied(Denied::Conflict(_))) => {
            let text = call.visit.words().t("problem-email-taken");
            show(&call, &form, vec![Problem { field: "email", text }])
        }
        Err(error) => {
            let problems = problems(error, call.visit.words())?;
            show(&call, &form, problems)
        }
    }
}
