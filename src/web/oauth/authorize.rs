//! The authorization endpoint (RFC 6749 §3.1), by GET and POST.

use poem::Response;

use crate::base::id::ClientId;
use crate::error::Error;
use crate::oauth::Params;
use crate::oauth::authorization::Reply;
use crate::provider::authorization::{self, Begun};
use crate::provider::clients;
use crate::web::answer;
use crate::web::call::{Call, visitor};
use crate::web::oauth::{check_session, interaction};

pub async fn get(call: Call) -> Result<Response, Error> {
    let params = call.query()?;
    // A link carries our cookies, so the request is this browser's from the start.
    let browser = call.visit.browser_digest();
    begin(&call, &params, Some(browser)).await
}

pub async fn post(mut call: Call) -> Result<Response, Error> {
    let params = call.params().await?;
    // A form of another site comes without cookies (SameSite=Lax): the next page binds the request to the browser.
    let browser = call.visit.known_browser_digest();
    begin(&call, &params, browser).await
}

async fn begin(call: &Call, params: &Params, browser: Option<String>) -> Result<Response, Error> {
    if let Some(session) = call.session().await? {
        check_session::keep(&call.visit, session);
    }
    let visitor = visitor(call.session().await?, browser.as_deref());
    match authorization::begin(&call.app, params, visitor, call.visit.origin()).await? {
        Begun::Ask(id) => Ok(answer::see_other(&format!("/interaction/{id}"))),
        // The request came from the client's site: no form of ours stands before this redirect.
        Begun::Reply(Reply::Redirect(target), _) => Ok(answer::see_other(&target)),
        Begun::Reply(reply, _) => {
            let id = ClientId::from(params.require("client_id")?);
            let client = clients::find(&call.app, &id).await?;
            interaction::carry(call, &reply, client.as_deref()).await
        }
    }
}
