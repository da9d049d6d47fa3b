//! The questions that wait for a person: listed, refused, or answered on the ordinary consent page.

use crate::accounts::{Session, sessions};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, FamilyId, InteractionId};
use crate::error::{Denied, Error};
use crate::provider::authorization::Visitor;
use crate::provider::consent::{Answer, ConsentAsk};
use crate::provider::interaction::{self, Next};
use crate::provider::{backchannel, tokens};
use crate::store::database::backchannel::{QuestionState, Row};
use crate::store::ephemeral::entries::Interaction;

pub use crate::provider::backchannel::waiting;

/// One question of this person's that can still be answered.
async fn own(app: &App, account: AccountId, id: FamilyId) -> Result<Row, Error> {
    let row = backchannel::find(app, id).await?.filter(|row| row.account_id == account).ok_or(Denied::NotFound)?;
    let waits = row.state == QuestionState::Pending && app.now() < row.expires_at;
    Ok(waits.then_some(row).ok_or(Denied::Expired)?)
}

/// Begins to answer a question; gives the interaction in which the person decides.
///
/// # Errors
/// Not found where it is another's, expired where it is answered or too late; a fault when a store does not answer.
pub async fn open(app: &App, session: &Session, id: FamilyId, browser: &str) -> Result<InteractionId, Error> {
    let row = own(app, session.account, id).await?;
    let request = backchannel::open(app, &row)?.request;
    let began = app.now();
    let interaction = Interaction { request, browser: Some(browser.to_owned()), began };
    let id = InteractionId::new(began, &app.random);
    app.ephemeral.put(&id.to_string(), &interaction).await?;
    Ok(id)
}

/// Says no.
///
/// # Errors
/// As [`open`].
pub async fn refuse(app: &App, account: AccountId, id: FamilyId, origin: &Origin) -> Result<(), Error> {
    let row = own(app, account, id).await?;
    let request = backchannel::open(app, &row)?.request;
    let record = Record {
        client: Some(row.client_id),
        requested: request.scope.iter().map(str::to_owned).collect(),
        ..Record::of("consent.refused", account)
    };
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                if !backchannel::answer(tx, &unit, id, QuestionState::Denied).await? {
                    return Err(Error::from(Denied::Expired));
                }
                Ok(audit::record(tx, &unit, &record, &origin).await?)
            })
        })
        .await
}

/// Answers in a person's place: for conformance runs alone, which have nobody. It goes the way of a person, from signing
/// in to the consent page, where it ticks every line or refuses.
///
/// # Errors
/// Not found in production, and for what is no question; expired where it is answered or too late.
pub async fn stand_in(app: &App, auth_req_id: &str, allows: bool) -> Result<(), Error> {
    if app.config.is_production() {
        return Err(Denied::NotFound.into());
    }
    let id = tokens::open_polled(app, &backchannel::KIND, auth_req_id).ok_or(Denied::NotFound)?;
    let account = backchannel::find(app, id).await?.ok_or(Denied::NotFound)?.account_id;
    let (origin, browser) = (Origin::house(), app.random.token(16));
    let (session, _) = sessions::open(app, account, &[crate::catalog::contexts::PWD], false, &origin).await?;
    let visitor = Visitor { session: Some(&session), browser: Some(&browser) };
    let outcome = async {
        let id = open(app, &session, id, &browser).await?;
        let Next::Consent(ask) = interaction::advance(app, id, visitor, &origin).await? else {
            return Err(Denied::Expired.into());
        };
        interaction::answer(app, id, visitor, &everything(&ask, allows), &origin).await.map(drop)
    };
    let outcome = outcome.await;
    sessions::end(app, &session, "ended_by_person").await?;
    outcome
}

fn everything(ask: &ConsentAsk, allows: bool) -> Answer {
    let lines = ask.asked().map(|line| line.name.to_owned()).collect();
    Answer { allows, lines, picks: Vec::new(), duration: ask.default_duration }
}
