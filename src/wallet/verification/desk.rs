//! The desk: which cases wait, who has one and for how long. Nobody has their own, and nobody has one twice.

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Time;
use crate::base::id::{AccountId, CaseId};
use crate::error::Denied;
use crate::store::database::accounts::Role;
use crate::store::database::cases::{self, Case, State};
use crate::store::database::evidence::{Evidence, State as Stage};
use crate::store::database::reviews::{self, Decision};
use crate::store::database::{Conn, evidence};
use crate::wallet::verification::states::{self, Act};
use crate::wallet::verification::{Details, Failure, LOCK, Refusal, locks};

/// How many waiting cases are shown.
const SHOWN: i64 = 50;
/// How often a reviewer may ask for more time.
pub const RENEWALS: i32 = 2;

/// Somebody who reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reviewer {
    pub account: AccountId,
    /// Decides what others could not.
    pub is_senior: bool,
}

impl Reviewer {
    /// `None` where the role is none of a reviewer.
    pub fn of(account: AccountId, role: Role) -> Option<Self> {
        match role {
            Role::Person => None,
            Role::Reviewer => Some(Self { account, is_senior: false }),
            Role::Operator => Some(Self { account, is_senior: true }),
        }
    }
}

/// What a reviewer has, and what they may take.
#[derive(Debug, Clone)]
pub struct Queue {
    pub held: Vec<Case>,
    pub waiting: Vec<Case>,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn queue(app: &App, reviewer: Reviewer) -> Result<Queue, Failure> {
    let now = app.now();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let held = reviews::held_by(conn, reviewer.account, now).await?;
                let waiting = reviews::waiting(conn, reviewer.account, reviewer.is_senior, now, SHOWN).await?;
                Ok(Queue { held, waiting })
            })
        })
        .await
}

/// A case as its reviewer sees it.
pub struct Opened {
    pub case: Case,
    pub details: Details,
    pub pictures: Vec<Evidence>,
    /// What others decided, for whoever has to decide between them: with their notes.
    pub decisions: Vec<(Decision, String)>,
    /// How many earlier cases of this person did not succeed.
    pub failed: usize,
}

/// Whether a reviewer has a case now.
pub(super) fn is_held(case: &Case, reviewer: AccountId, now: Time) -> bool {
    case.reviewer_id == Some(reviewer) && case.locked_until.is_some_and(|until| until > now)
}

/// Opens a case for the reviewer who has it.
///
/// # Errors
/// Not found; refused where they do not have it; a fault.
pub async fn open(app: &App, reviewer: Reviewer, id: CaseId) -> Result<Opened, Failure> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let case = cases::find(conn, id).await?.ok_or(Denied::NotFound)?;
                own(&case, reviewer)?;
                if !is_held(&case, reviewer.account, unit.now()) {
                    return Err(Refusal::LockLost.into());
                }
                let pictures = evidence::list(conn, id).await?;
                let pictures = pictures.into_iter().filter(|picture| picture.state == Stage::Ready).collect();
                let mut decisions = Vec::new();
                if case.state == State::Escalated {
                    for decision in reviews::list(conn, id).await? {
                        let note = decision.note.as_deref();
                        let note = note.map(|note| locks::open_note(&unit, id, decision.round, note)).transpose()?;
                        decisions.push((decision, note.unwrap_or_default()));
                    }
                }
                let others = cases::list(conn, case.account_id, SHOWN).await?;
                let has_failed = |other: &&Case| matches!(other.state, State::Rejected | State::Fraud);
                let failed = others.iter().filter(has_failed).count();
                Ok(Opened { details: locks::open_details(&unit, &case)?, case, pictures, decisions, failed })
            })
        })
        .await
}

/// Nobody reviews themselves.
pub(super) fn own(case: &Case, reviewer: Reviewer) -> Result<(), Failure> {
    if case.account_id == reviewer.account { Err(Refusal::OwnCase.into()) } else { Ok(()) }
}

async fn keep(conn: &mut Conn<'_>, case: &Case) -> Result<(), Failure> {
    if cases::replace(conn, case).await? { Ok(()) } else { Err(Refusal::LockLost.into()) }
}

/// Takes a case, for a quarter of an hour. Whoever has it already has it still.
///
/// # Errors
/// Not found; refused for one's own case, where another has it, and for who decided on it before; a fault.
pub async fn claim(app: &App, reviewer: Reviewer, id: CaseId, origin: &Origin) -> Result<(), Failure> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let mut case = cases::find(tx, id).await?.ok_or(Denied::NotFound)?;
                own(&case, reviewer)?;
                if is_held(&case, reviewer.account, now) {
                    return Ok(());
                }
                match case.locked_until {
                    Some(until) if until > now => return Err(Refusal::LockLost.into()),
                    Some(_) => case.state = states::step(case.state, Act::LoseLock, false).ok_or(Refusal::State)?,
                    None => {}
                }
                if case.state == State::Escalated && !reviewer.is_senior {
                    return Err(Denied::Forbidden.into());
                }
                case.state = states::step(case.state, Act::Claim, false).ok_or(Refusal::State)?;
                if reviews::has_decided(tx, reviewer.account, id).await? {
                    return Err(Refusal::TwoPerson.into());
                }
                let (reviewer_id, locked_until) = (Some(reviewer.account), Some(now + LOCK));
                keep(tx, &Case { reviewer_id, locked_until, renewals: 0, updated_at: now, ..case }).await?;
                note(tx, &unit, "review.claimed", reviewer, id, &origin).await
            })
        })
        .await
}

/// Gives a case back.
///
/// # Errors
/// Not found; refused where the reviewer does not have it; a fault.
pub async fn release(app: &App, reviewer: Reviewer, id: CaseId, origin: &Origin) -> Result<(), Failure> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut case = held(tx, &unit, reviewer, id).await?;
                case.state = states::step(case.state, Act::LoseLock, false).ok_or(Refusal::State)?;
                let (reviewer_id, locked_until) = (None, None);
                keep(tx, &Case { reviewer_id, locked_until, renewals: 0, updated_at: unit.now(), ..case }).await?;
                note(tx, &unit, "review.released", reviewer, id, &origin).await
            })
        })
        .await
}

/// Asks for another quarter of an hour, twice at the most.
///
/// # Errors
/// As [`release`]; refused where that was done twice.
pub async fn renew(app: &App, reviewer: Reviewer, id: CaseId) -> Result<(), Failure> {
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let (case, now) = (held(tx, &unit, reviewer, id).await?, unit.now());
                if case.renewals >= RENEWALS {
                    return Err(Refusal::State.into());
                }
                let renewals = case.renewals + 1;
                keep(tx, &Case { locked_until: Some(now + LOCK), renewals, updated_at: now, ..case }).await
            })
        })
        .await
}

/// The case that a reviewer has.
pub(super) async fn held(conn: &mut Conn<'_>, app: &App, reviewer: Reviewer, id: CaseId) -> Result<Case, Failure> {
    let case = cases::find(conn, id).await?.ok_or(Denied::NotFound)?;
    own(&case, reviewer)?;
    if is_held(&case, reviewer.account, app.now()) { Ok(case) } else { Err(Refusal::LockLost.into()) }
}

/// A row of the trail that staff alone see: what a reviewer did to which case.
pub(super) async fn note(
    conn: &mut Conn<'_>,
    app: &App,
    event: &'static str,
    reviewer: Reviewer,
    case: CaseId,
    origin: &Origin,
) -> Result<(), Failure> {
    let record = Record { released: vec![case.to_string()], ..Record::of(event, reviewer.account) };
    Ok(audit::record(conn, app, &record, origin).await?)
}
