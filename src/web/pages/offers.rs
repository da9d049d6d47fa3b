//! Badges that apps offer a person: taken, or not.

use poem::Response;

use crate::base::id::OfferId;
use crate::error::{Denied, Error};
use crate::provider::clients;
use crate::wallet::offers;
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::pages::{app_card, notice};
use crate::web::view::{Frame, Problem, When};
use crate::web::views::offers::{OfferRow, Offers};

const PAGE: &str = "/account/badges/offers";

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let mut frame = person.frame(&call.visit);
    notice::tell(&call, &mut frame);
    show(&call, &person, frame).await
}

async fn show(call: &Call, person: &Person, frame: Frame) -> Result<Response, Error> {
    let mut rows = Vec::new();
    for one in offers::waiting(&call.app, person.session.account).await? {
        let Some(client) = clients::find(&call.app, &one.definition.client_id).await? else { continue };
        rows.push(OfferRow {
            app: app_card::of(&client),
            name: one.definition.name,
            description: one.definition.description,
            criteria: one.definition.criteria,
            evidence_href: one.evidence_url,
            until: When::date(frame.words, one.offer.expires_at),
            answer_by: When::date(frame.words, one.offer.answer_by),
            accept_action: format!("{PAGE}/{}/accept", one.offer.id),
            decline_action: format!("{PAGE}/{}/decline", one.offer.id),
        });
    }
    answer::html(&Offers { rows, frame })
}

pub async fn accept(call: Call) -> Result<Response, Error> {
    decide(call, true).await
}

pub async fn decline(call: Call) -> Result<Response, Error> {
    decide(call, false).await
}

async fn decide(mut call: Call, takes: bool) -> Result<Response, Error> {
    call.form().await?;
    let person = call.person().await?;
    let id: OfferId = call.id("id")?;
    match offers::answer(&call.app, person.session.account, id, takes, call.visit.origin()).await {
        Ok(()) => Ok(notice::done(PAGE, if takes { "offer-taken" } else { "offer-declined" })),
        Err(Error::Denied(Denied::Conflict(_))) => {
            let mut frame = person.frame(&call.visit);
            frame.problems = vec![Problem { field: "", text: frame.t("problem-badges-full") }];
            show(&call, &person, frame).await
        }
        Err(error) => Err(error),
    }
}
