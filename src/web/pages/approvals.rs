//! Questions of apps that wait for the person (CIBA §7): each is refused here, or answered on the consent page.

use poem::Response;

use crate::base::id::FamilyId;
use crate::error::Error;
use crate::oauth::authorization::polled::By;
use crate::provider::approvals;
use crate::provider::backchannel::Payload;
use crate::provider::clients::Registered;
use crate::provider::supported::supported;
use crate::store::database::backchannel::Row;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::pages::{app_card, notice};
use crate::web::view::When;
use crate::web::views::approvals::{ApprovalRow, Approvals};
use crate::words::Words;

const PAGE: &str = "/account/approvals";

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    let waiting = approvals::waiting(&call.app, person.session.account).await?;
    let rows = waiting.iter().map(|(row, client, payload)| approval(frame.words, row, client, payload)).collect();
    answer::html(&Approvals { rows, frame })
}

fn approval(words: Words, row: &Row, client: &Registered, payload: &Payload) -> ApprovalRow {
    let polled = payload.request.reply_to.polled();
    let message = polled.and_then(|polled| match &polled.by {
        By::Backchannel { binding_message } => binding_message.clone(),
        By::Device { .. } => None,
    });
    let claims = supported().claims_of(&payload.request.scope);
    let lines = crate::catalog::claims::lines().filter(|claim| claim.name == "sub" || claims.contains(claim.name));
    let mut asked: Vec<String> = lines.map(|claim| words.claim(claim.name)).collect();
    asked.dedup();
    ApprovalRow {
        app: app_card::of(client),
        message,
        asked: words.list(&asked),
        when: When::time(words, row.created_at),
        until: When::time(words, row.expires_at),
        approve_action: format!("{PAGE}/{}/approve", row.id),
        deny_action: format!("{PAGE}/{}/deny", row.id),
    }
}

/// On to the consent page, where the person sees all of it.
pub async fn approve(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    let id: FamilyId = call.id("id")?;
    let interaction = approvals::open(&call.app, &person.session, id, &call.visit.browser_digest()).await?;
    Ok(answer::see_other(&format!("/interaction/{interaction}")))
}

pub async fn deny(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    approvals::refuse(&call.app, person.session.account, call.id("id")?, call.visit.origin()).await?;
    Ok(notice::done(PAGE, "approval-refused"))
}
