//! What follows from a decision: a badge and what the document says, or the reasons why not; and what its owner can say
//! against it.

use serde::{Deserialize, Serialize};
use time::{Date, Month};

use crate::accounts;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::CaseId;
use crate::base::{Fault, Seconds, Time};
use crate::catalog::badges::{self as kinds, IDENTITY};
use crate::error::Denied;
use crate::store::database::badges::Level;
use crate::store::database::cases::{self, Case, State};
use crate::store::database::reviews::{self, Decision, Outcome};
use crate::store::database::{Conn, Json, evidence};
use crate::wallet::badges::{self, Award};
use crate::wallet::identity::{self, Check, Document, Identity};
use crate::wallet::verification::states::{self, Act};
use crate::wallet::verification::{Details, Failure, Refusal, kind, locks, person, purge};

/// How long somebody may say that it was not them.
pub const DISPUTABLE: Seconds = Seconds::days(10);
/// What its link is sealed for.
const DISPUTE: &str = "dispute";

/// Moves a case on after a decision that was kept, with all that follows, in the caller's unit.
pub(super) async fn follow(
    conn: &mut Conn<'_>,
    app: &App,
    case: Case,
    next: State,
    decision: &Decision,
) -> Result<(), Failure> {
    let now = app.now();
    let kept = &app.config.verification;
    let mut case = Case { state: next, reviewer_id: None, locked_until: None, renewals: 0, updated_at: now, ..case };
    let end = |case: &mut Case, keep: Seconds| {
        (case.decided_at, case.purge_after) = (Some(now), Some(now + keep));
        case.reasons = decision.reasons.clone();
    };
    let account = case.account_id;
    let event = match next {
        State::Approved => {
            end(&mut case, kept.keep_approved);
            approve(conn, app, &case).await?;
            Some(("verification.approved", "identity_verified"))
        }
        State::Rejected => {
            end(&mut case, kept.keep_rejected);
            Some(("verification.rejected", "identity_rejected"))
        }
        State::Fraud => {
            end(&mut case, kept.keep_fraud);
            Some(("verification.fraud", ""))
        }
        State::Collecting => {
            case.reasons = decision.reasons.clone();
            again(conn, app, &mut case).await?;
            Some(("verification.asked_again", "identity_again"))
        }
        // Its person sees that it is under review, and no more.
        _ => None,
    };
    if !cases::replace(conn, &case).await? {
        return Err(Refusal::LockLost.into());
    }
    let Some((event, mail)) = event else { return Ok(()) };
    audit::record(conn, app, &Record::of(event, account), &Origin::house()).await?;
    if !mail.is_empty() {
        let link = locks::seal_link(app, DISPUTE, &Disputed { case: case.id, until: now + DISPUTABLE })?;
        let reasons = decision.reasons.0.join(" ");
        let values = [("at", now.as_micros().to_string()), ("reasons", reasons), ("link", link)];
        accounts::notify(conn, app, account, mail, &values).await?;
    }
    Ok(())
}

/// Keeps what the document says, and awards the badge.
async fn approve(conn: &mut Conn<'_>, app: &App, case: &Case) -> Result<(), Failure> {
    let now = app.now();
    let typed = locks::open_details(app, case)?.typed.ok_or(Refusal::Purged)?;
    let decisions = reviews::list(conn, case.id).await?;
    let agreed: Vec<&Decision> =
        decisions.iter().filter(|one| one.round == case.round && one.outcome == Outcome::Approve).collect();
    let level = if agreed.len() > 1 { Level::DocumentDual } else { Level::Document };
    let most = kinds::find(IDENTITY).and_then(kinds::Badge::most_days).unwrap_or_default();
    let most = now + Seconds::days(i64::from(most));
    let expires_at = end_of(&typed.expires_on).map_or(most, |end| end.min(most));
    let mut checks = Vec::new();
    for (number, decision) in agreed.iter().enumerate() {
        for method in ["vri", "pvr"] {
            let id = format!("{method}-{}", number + 1);
            checks.push(Check { id, method: method.to_owned(), at: decision.decided_at });
        }
    }
    let optional = |day: &String| (!day.is_empty()).then(|| day.clone());
    let facts = Identity {
        case: case.id,
        level,
        verified_at: now,
        expires_at,
        given_name: typed.given_name.clone(),
        family_name: typed.family_name.clone(),
        birthdate: typed.birthdate.clone(),
        nationalities: vec![typed.nationality.clone()],
        document: Document {
            kind: kind(&case.kind).ok_or(Fault::broken("read the kind of a document"))?,
            country: case.country.clone(),
            issued_on: optional(&typed.issued_on),
            expires_on: optional(&typed.expires_on),
        },
        checks,
    };
    identity::keep(conn, app, case.account_id, &facts, &typed.number).await?;
    let award =
        Award { level: Some(level), case: Some(case.id), expires_at: Some(expires_at), ..Award::of(IDENTITY, now) };
    badges::award(conn, app, case.account_id, award, &Origin::house()).await?;
    Ok(())
}

/// The end of a day of the form `YYYY-MM-DD`.
fn end_of(day: &str) -> Option<Time> {
    let mut parts = day.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    Some(Time::from_unix(date.midnight().assume_utc().unix_timestamp()) + Seconds::days(1))
}

/// Begins a case anew: other pictures, with another challenge.
async fn again(conn: &mut Conn<'_>, app: &App, case: &mut Case) -> Result<(), Failure> {
    let details = locks::open_details(app, case)?;
    let challenge = Some(person::challenge(&app.random, app.now()));
    let details = Details { challenge, findings: Vec::new(), ..details };
    case.details = Some(locks::seal_details(app, case.id, &details)?);
    case.round += 1;
    case.queued_at = None;
    let pictures = evidence::list(conn, case.id).await?;
    evidence::delete_all(conn, case.id).await?;
    purge::tell(conn, app, case.account_id, &pictures).await?;
    Ok(())
}

/// What the link of a mail says.
#[derive(Serialize, Deserialize)]
struct Disputed {
    case: CaseId,
    until: Time,
}

/// Whether a link can be used still.
///
/// # Errors
/// Not found where it is none of ours; expired.
pub fn check_link(app: &App, link: &str) -> Result<CaseId, Denied> {
    let said: Disputed = locks::open_link(app, DISPUTE, link).ok_or(Denied::NotFound)?;
    if said.until <= app.now() { Err(Denied::Expired) } else { Ok(said.case) }
}

/// The owner of the wallet says that it was not them: the badge goes at once, and a senior reviewer looks into it. May be
/// said again.
///
/// # Errors
/// As [`check_link`]; a fault.
pub async fn dispute(app: &App, link: &str, origin: &Origin) -> Result<(), Failure> {
    let id = check_link(app, link)?;
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let case = cases::find(tx, id).await?.ok_or(Denied::NotFound)?;
                let Some(state) = states::step(case.state, Act::Dispute, false) else { return Ok(()) };
                let (account, now) = (case.account_id, unit.now());
                for badge in badges::active(tx, &unit, account).await? {
                    if badge.case == Some(id) {
                        badges::revoke(tx, &unit, account, badge.id, "disputed", &origin).await?;
                    }
                }
                if identity::load(tx, &unit, account).await?.is_some_and(|facts| facts.case == id) {
                    identity::forget(tx, &unit, account).await?;
                }
                let case = Case {
                    state,
                    round: case.round + 1,
                    queued_at: Some(now),
                    decided_at: None,
                    purge_after: None,
                    updated_at: now,
                    reasons: Json(Vec::new()),
                    ..case
                };
                if !cases::replace(tx, &case).await? {
                    return Err(Fault::unavailable("dispute a verification", "another unit changes it").into());
                }
                Ok(audit::record(tx, &unit, &Record::of("verification.disputed", account), &origin).await?)
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_counts_to_the_end_of_its_last_day() {
        assert_eq!(end_of("1970-01-01"), Some(Time::from_unix(86_400)));
        assert_eq!((end_of(""), end_of("2026-13-01")), (None, None));
    }
}
