//! A reviewer decides: one conditional write of the case, one seat of the table of decisions, and what follows from both.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Fault;
use crate::base::id::CaseId;
use crate::error::{Denied, FieldError};
use crate::store::database::Json;
use crate::store::database::cases::{Case, State};
use crate::store::database::reviews::{self, Decision, Outcome, Seat};
use crate::wallet::verification::desk::{Reviewer, held};
use crate::wallet::verification::reasons::Checked;
use crate::wallet::verification::states::{self, Act};
use crate::wallet::verification::{Failure, Reason, Refusal, Typed, locks, outcome, person, purge};

/// The longest note.
const LONGEST_NOTE: usize = 2000;

/// What a reviewer says.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub outcome: Outcome,
    pub reasons: Vec<Reason>,
    pub checklist: Vec<Checked>,
    pub note: String,
}

impl Verdict {
    /// Whether it says what it must (WALLET.md §10.5): nothing is approved unseen, and nothing refused without a reason.
    fn check(&self, case: &Case, typed: Option<&Typed>, today: &str) -> Result<(), Failure> {
        let mut wrong = Vec::new();
        let mut problem = |field, message| wrong.push(FieldError { field, message });
        match self.outcome {
            Outcome::Approve => {
                if case.purged_at.is_some() {
                    return Err(Refusal::Purged.into());
                }
                if !Checked::ALL.iter().all(|item| self.checklist.contains(item)) {
                    problem("checklist", "problem-desk-checklist");
                }
                if !self.reasons.is_empty() {
                    problem("reasons", "problem-desk-no-reasons");
                }
                if typed.is_some_and(|typed| !typed.expires_on.is_empty() && typed.expires_on.as_str() < today) {
                    problem("outcome", "problem-desk-expired");
                }
            }
            Outcome::Reject | Outcome::Again if self.reasons.is_empty() => {
                problem("reasons", "problem-desk-reasons");
            }
            Outcome::Again if case.purged_at.is_some() => return Err(Refusal::Purged.into()),
            Outcome::Fraud | Outcome::Escalate if self.note.trim().is_empty() => problem("note", "problem-desk-note"),
            _ => {}
        }
        if self.note.chars().count() > LONGEST_NOTE {
            problem("note", "problem-desk-note-long");
        }
        if wrong.is_empty() { Ok(()) } else { Err(Denied::Invalid(wrong).into()) }
    }
}

/// Decides on a case that the reviewer has; gives where it is then.
///
/// # Errors
/// Not found; fields that do not fit; refused where the reviewer has it no more, has a seat in it already, or it is
/// their own; a fault.
pub async fn decide(
    app: &App,
    reviewer: Reviewer,
    id: CaseId,
    verdict: Verdict,
    origin: &Origin,
) -> Result<State, Failure> {
    let (unit, origin) = (app.clone(), origin.clone());
    let state = app
        .db
        .write::<_, Failure, _>(move |tx| {
            Box::pin(async move {
                let case = held(tx, &unit, reviewer, id).await?;
                let seat = states::seat(case.state).ok_or(Refusal::State)?;
                if seat == Seat::Senior && !reviewer.is_senior {
                    return Err(Denied::Forbidden.into());
                }
                let details = locks::open_details(&unit, &case)?;
                verdict.check(&case, details.typed.as_ref(), &person::today(unit.now()))?;
                let next = states::step(case.state, Act::Decide(verdict.outcome), case.two_person);
                let next = next.ok_or(Refusal::State)?;
                let decision = Decision {
                    case_id: id,
                    round: case.round,
                    seat,
                    reviewer_id: Some(reviewer.account),
                    outcome: verdict.outcome,
                    reasons: Json(verdict.reasons.iter().map(|reason| reason.as_str().to_owned()).collect()),
                    checklist: Json(verdict.checklist.iter().map(|item| item.as_str().to_owned()).collect()),
                    note: locks::seal_note(&unit, id, case.round, verdict.note.trim()),
                    decided_at: unit.now(),
                };
                // The unique index has the last word: one account, one seat.
                if !reviews::insert(tx, &decision).await? {
                    return Err(Refusal::TwoPerson.into());
                }
                let released = vec![id.to_string(), seat.as_str().to_owned()];
                let record = Record { released, ..Record::of("review.decided", reviewer.account) };
                audit::record(tx, &unit, &record.because(verdict.outcome.as_str()), &origin).await?;
                outcome::follow(tx, &unit, case, next, &decision).await?;
                Ok(next)
            })
        })
        .await?;
    settle(app, id, state).await?;
    Ok(state)
}

/// What is done once a decision is kept: pictures that were asked for anew are gone.
pub(super) async fn settle(app: &App, id: CaseId, state: State) -> Result<(), Fault> {
    if state == State::Collecting { purge::clear(app, id).await } else { Ok(()) }
}
