//! The pages between an authorization request and its answer: the next step, the consent page, the way back.

use poem::Response;
use poem::http::HeaderValue;
use poem::http::header::{CONTENT_SECURITY_POLICY, HeaderName};

use crate::base::id::InteractionId;
use crate::error::{Denied, Error};
use crate::oauth::authorization::Reply;
use crate::oauth::grant::Duration;
use crate::provider::clients;
use crate::provider::clients::Registered;
use crate::provider::consent::Answer;
use crate::provider::interaction::{self, Next};
use crate::web::answer;
use crate::web::call::{Call, visitor};
use crate::web::middleware::headers;
use crate::web::pages::{app_card, consent};
use crate::web::views::consent::{FormPost, Leaving};
use crate::web::views::device::PolledDone;

/// Goes on with a request: to the page that is next, or to its end.
pub async fn next(call: Call) -> Result<Response, Error> {
    let id: InteractionId = call.id("id")?;
    let browser = call.visit.browser_digest();
    let visitor = visitor(call.session().await?, Some(&browser));
    match interaction::advance(&call.app, id, visitor, call.visit.origin()).await? {
        Next::SignIn => Ok(answer::see_other(&format!("/signin?interaction={id}"))),
        Next::SignUp => Ok(answer::see_other(&format!("/signup?interaction={id}"))),
        Next::Consent(ask) => consent::page(&call, id, &ask).await,
        Next::Leave => Ok(answer::see_other(&format!("/interaction/{id}/leaving"))),
    }
}

/// Takes what a person decided on the consent page.
pub async fn decide(mut call: Call) -> Result<Response, Error> {
    let id: InteractionId = call.id("id")?;
    let form = call.form().await?;
    let answer = Answer {
        allows: form.text("decision") == "allow",
        lines: form.all("claim"),
        picks: form.picks(),
        duration: Duration::read(form.text("duration")).unwrap_or(Duration::Once),
    };
    let browser = call.visit.browser_digest();
    let visitor = visitor(call.session().await?, Some(&browser));
    let is_answered = match interaction::answer(&call.app, id, visitor, &answer, call.visit.origin()).await {
        Err(Error::Denied(Denied::Invalid(fields))) => {
            // Asked again, with all that was answered.
            let Next::Consent(mut ask) = interaction::advance(&call.app, id, visitor, call.visit.origin()).await?
            else {
                return Ok(answer::see_other(&format!("/interaction/{id}")));
            };
            ask.answered(&answer);
            let problem = fields.first().map(|field| (field.field, field.message));
            return consent::page_with(&call, id, &ask, problem).await;
        }
        other => other?,
    };
    let rest = if is_answered { "/leaving" } else { "" };
    Ok(answer::see_other(&format!("/interaction/{id}{rest}")))
}

/// Our own 200 page between a form of ours and the client (DESIGN.md §0.10).
pub async fn leaving(call: Call) -> Result<Response, Error> {
    let id: InteractionId = call.id("id")?;
    let browser = call.visit.browser_digest();
    let leaving = interaction::leaving(&call.app, id, visitor(None, Some(&browser))).await?;
    let client = clients::find(&call.app, &leaving.client).await?;
    carry(&call, &leaving.reply, client.as_deref()).await
}

/// The page that carries an answer to its client, by itself or by its button.
pub async fn carry(call: &Call, reply: &Reply, client: Option<&Registered>) -> Result<Response, Error> {
    let mut frame = call.visit.frame();
    let origin = reply.origin();
    let app = match client {
        Some(client) => app_card::of(client),
        None => app_card::nameless(&origin),
    };
    match reply {
        Reply::Redirect(target) => {
            let page = Leaving { frame, app, href: target.clone(), return_origin: origin };
            let mut response = answer::html(&page)?;
            if let Ok(refresh) = HeaderValue::from_str(&format!("0;url={target}")) {
                response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
            }
            Ok(response)
        }
        Reply::Polled { is_allowed } => answer::html(&PolledDone { frame, app, is_allowed: *is_allowed }),
        Reply::Form { action, fields } => {
            // The policy lets forms go to the client alone, so the page has none of ours.
            frame.csrf = String::new();
            let page = FormPost { frame, app, action: action.clone(), fields: fields.clone() };
            let mut response = answer::html(&page)?;
            if let Ok(policy) = HeaderValue::from_str(&headers::form_post_policy(&origin)) {
                response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            }
            Ok(response)
        }
    }
}
