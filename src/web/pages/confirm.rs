//! The link of a mail: its page has a button, and only that confirms. Nobody is signed in by it.

use poem::Response;

use crate::accounts::confirm;
use crate::error::{Denied, Error};
use crate::web::answer;
use crate::web::call::Call;
use crate::web::views::confirm::{Confirm, ConfirmState};

pub async fn page(call: Call) -> Result<Response, Error> {
    let state = match confirm::look(&call.app, call.path("link")).await {
        Ok(asked) => ConfirmState::Asks {
            email: asked.address,
            device: call.visit.frame().words.device(&asked.device),
            is_sign_up: asked.is_sign_up,
            action: format!("/confirm/{}", call.path("link")),
        },
        Err(Error::Denied(Denied::Expired)) => ConfirmState::Over,
        Err(error) => return Err(error),
    };
    answer::html(&Confirm { frame: call.visit.frame(), state })
}

pub async fn confirm(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let state = match confirm::confirm(&call.app, call.path("link"), call.visit.origin()).await {
        Ok(()) => ConfirmState::Done,
        Err(Error::Denied(Denied::Expired)) => ConfirmState::Over,
        Err(error) => return Err(error),
    };
    answer::html(&Confirm { frame: call.visit.frame(), state })
}
