//! "This was not me": from the mail that tells of a verification, without a sign-in. Opening it changes nothing.

use poem::Response;

use crate::error::Error;
use crate::wallet::verification::{Failure, outcome};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::views::verification::Dispute;

pub async fn page(call: Call) -> Result<Response, Error> {
    outcome::check_link(&call.app, call.path("link"))?;
    show(&call, false)
}

fn show(call: &Call, is_done: bool) -> Result<Response, Error> {
    let action = format!("/verification/dispute/{}", call.path("link"));
    answer::html(&Dispute { frame: call.visit.frame(), action, is_done })
}

pub async fn dispute(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    match outcome::dispute(&call.app, call.path("link"), call.visit.origin()).await {
        Ok(()) => show(&call, true),
        Err(Failure::Error(error)) => Err(error),
        Err(Failure::Refused(_)) => Err(crate::error::Denied::NotFound.into()),
    }
}
