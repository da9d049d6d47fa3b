//! An outside service in the place of the first reviewer: told of a case, heard with its decision; the states are the same.

use serde::Deserialize;
use serde_json::json;

use crate::app::{App, Room};
use crate::base::Fault;
use crate::base::id::CaseId;
use crate::error::Denied;
use crate::outbound::identity_check::{GatewayError, IdentityCheck};
use crate::store::database::cases::{self, Case, State};
use crate::store::database::reviews::{self, Decision, Outcome, Seat};
use crate::store::database::{Conn, Json, evidence};
use crate::wallet::verification::states::{self, Act};
use crate::wallet::verification::{Failure, PROMISED, Reason, Refusal, decide, locks, outcome, pictures};

/// The service that the settings name.
pub struct Service(pub Option<IdentityCheck>);

impl Room for Service {
    fn open(app: &App) -> Self {
        Self(IdentityCheck::open(&app.config.verification, app.fetch.clone()))
    }
}

/// Hands a waiting case to the service; `id` is the same at every try. Nothing happens where somebody else has it.
///
/// # Errors
/// Whether it is worth another try; a case that the service refuses stays for the desk.
pub async fn send(app: &App, id: &str, case: CaseId) -> Result<(), GatewayError> {
    let service = app.room::<Service>();
    let Some(service) = &service.0 else { return Ok(()) };
    let fault = |fault: Fault| GatewayError::Transient(fault.attempted().to_owned());
    let Some(taken) = take(app, case).await.map_err(fault)? else { return Ok(()) };
    let sent = match describe(app, &taken).await {
        Ok(described) => service.send(app.now(), id, &described).await,
        Err(error) => Err(fault(error)),
    };
    if sent.is_err() {
        give_back(app, case).await.map_err(fault)?;
    }
    sent
}

/// The case is the service's before it hears of it: its answer may come at once.
async fn take(app: &App, id: CaseId) -> Result<Option<Case>, Fault> {
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let Some(case) = cases::find(tx, id).await?.filter(|case| case.state == State::Queued) else {
                    return Ok(None);
                };
                let Some(state) = states::step(case.state, Act::Claim, false) else { return Ok(None) };
                let (now, reviewer_id) = (unit.now(), None);
                let case = Case { state, reviewer_id, locked_until: Some(now + PROMISED), updated_at: now, ..case };
                Ok(cases::replace(tx, &case).await?.then_some(case))
            })
        })
        .await
}

async fn give_back(app: &App, id: CaseId) -> Result<(), Fault> {
    let unit = app.clone();
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let Some(case) = cases::find(tx, id).await?.filter(is_with_service) else { return Ok(()) };
                let Some(state) = states::step(case.state, Act::LoseLock, false) else { return Ok(()) };
                let case = Case { state, locked_until: None, updated_at: unit.now(), ..case };
                cases::replace(tx, &case).await?;
                Ok(())
            })
        })
        .await
}

fn is_with_service(case: &Case) -> bool {
    case.state == State::InReview && case.reviewer_id.is_none()
}

async fn describe(app: &App, case: &Case) -> Result<serde_json::Value, Fault> {
    let id = case.id;
    let all = app.db.read::<_, Fault, _>(move |conn| Box::pin(evidence::list(conn, id))).await?;
    let details = locks::open_details(app, case)?;
    let issuer = app.config.issuer();
    let mut shown = Vec::new();
    for picture in &all {
        let link = pictures::service_link(app, picture.id)?;
        shown.push(json!({
            "kind": picture.kind.as_str(),
            "media_type": picture.media_type,
            "url": format!("{issuer}/hooks/verification/pictures/{link}"),
        }));
    }
    let challenge = details.challenge.as_ref();
    Ok(json!({
        "id": id,
        "kind": case.kind,
        "country": case.country,
        "data": details.typed,
        "challenge": challenge.map(|one| json!({ "code": one.code, "gesture": one.gesture.as_str() })),
        "pictures": shown,
        "callback": format!("{issuer}/hooks/verification"),
    }))
}

/// What the service answers.
#[derive(Debug, Deserialize)]
pub struct Answer {
    pub id: CaseId,
    pub outcome: String,
    #[serde(default)]
    pub reasons: Vec<String>,
}

/// Whether a call is the service's; `None` where there is no service.
pub fn is_from_it(app: &App, id: &str, timestamp: &str, signatures: &str, body: &str) -> Option<bool> {
    let service = app.room::<Service>();
    service.0.as_ref().map(|service| service.is_from_it(app.now(), id, timestamp, signatures, body))
}

/// Takes the decision of the service. The same one may come again.
///
/// # Errors
/// Not found; fields that do not fit; refused where the case is not with the service; a fault.
pub async fn hear(app: &App, answer: Answer) -> Result<State, Failure> {
    let outcome = answer.outcome.parse::<Outcome>().ok().filter(|one| *one != Outcome::Escalate);
    let outcome = outcome.ok_or_else(|| Denied::field("outcome", "problem-desk-outcome"))?;
    let reasons: Result<Vec<Reason>, ()> = answer.reasons.iter().map(|reason| reason.parse()).collect();
    let reasons = reasons.map_err(|()| Denied::field("reasons", "problem-desk-reasons"))?;
    if matches!(outcome, Outcome::Reject | Outcome::Again) && reasons.is_empty() {
        return Err(Denied::field("reasons", "problem-desk-reasons").into());
    }
    let (unit, id) = (app.clone(), answer.id);
    let state = app
        .db
        .write::<_, Failure, _>(move |tx| {
            Box::pin(async move {
                let case = cases::find(tx, id).await?.ok_or(Denied::NotFound)?;
                if !is_with_service(&case) {
                    return heard(tx, &case, outcome).await;
                }
                let next = states::step(case.state, Act::Decide(outcome), case.two_person).ok_or(Refusal::State)?;
                let decision = Decision {
                    case_id: id,
                    round: case.round,
                    seat: Seat::First,
                    reviewer_id: None,
                    outcome,
                    reasons: Json(reasons.iter().map(|reason| reason.as_str().to_owned()).collect()),
                    checklist: Json(Vec::new()),
                    note: None,
                    decided_at: unit.now(),
                };
                if !reviews::insert(tx, &decision).await? {
                    return Err(Refusal::TwoPerson.into());
                }
                outcome::follow(tx, &unit, case, next, &decision).await?;
                Ok(next)
            })
        })
        .await?;
    decide::settle(app, id, state).await?;
    Ok(state)
}

/// Whether the service said the same before.
async fn heard(conn: &mut Conn<'_>, case: &Case, outcome: Outcome) -> Result<State, Failure> {
    let decisions = reviews::list(conn, case.id).await?;
    let last = decisions.iter().rfind(|one| one.reviewer_id.is_none());
    match last {
        Some(one) if one.outcome == outcome => Ok(case.state),
        _ => Err(Refusal::State.into()),
    }
}
