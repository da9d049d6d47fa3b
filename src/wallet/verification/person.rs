//! What a person does for their own verification, from the first step to an appeal.

use time::format_description::well_known::Iso8601;
use time::{Date, Month};

use crate::accounts::Wake;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, CaseId};
use crate::base::{Fault, Random, Time, text};
use crate::catalog::countries;
use crate::config::TwoPerson;
use crate::error::{Denied, FieldError};
use crate::store::database::badges::Level;
use crate::store::database::cases::{self, Case};
use crate::store::database::evidence::{self, Evidence};
use crate::store::database::jobs::{self, Job};
use crate::store::database::{Conn, Json};
use crate::wallet::identity;
use crate::wallet::verification::states::{self, Act, State};
use crate::wallet::verification::{
    CHALLENGE, Challenge, Details, Failure, Gesture, Refusal, Side, Typed, attempts, kind, locks, mrz, purge, wanted,
};

/// How many verifications a person is shown.
const SHOWN: i64 = 50;
/// The longest name and the longest number.
const LONGEST: usize = 200;
const LONGEST_NUMBER: usize = 30;
/// What was agreed to: changes with the words of the consent page.
const AGREED: [&str; 3] = ["document_pictures", "face_picture", "text_2026_11"];

/// A verification as its person sees it.
#[derive(Debug, Clone)]
pub struct Own {
    pub case: Case,
    pub details: Details,
    pub pictures: Vec<Evidence>,
}

impl Own {
    /// Whether there is everything that reviewers need.
    pub fn is_whole(&self) -> bool {
        let has = |side: &Side| self.pictures.iter().any(|one| one.kind == *side);
        self.details.typed.is_some() && wanted(&self.case.kind).iter().all(has)
    }

    /// Whether its person may ask others to look again.
    pub fn may_appeal(&self, now: Time) -> bool {
        may_appeal(&self.case, now)
    }
}

fn may_appeal(case: &Case, now: Time) -> bool {
    let is_there = case.purged_at.is_none() && case.purge_after.is_some_and(|at| at > now);
    case.state == State::Rejected && !case.is_appeal && is_there
}

/// Those of a person, newest first.
///
/// # Errors
/// A fault when the database does not answer or something cannot be opened.
pub async fn list(app: &App, account: AccountId) -> Result<Vec<Own>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let mut found = Vec::new();
                for case in cases::list(conn, account, SHOWN).await? {
                    found.push(open(conn, &unit, case).await?);
                }
                Ok(found)
            })
        })
        .await
}

/// One of a person.
///
/// # Errors
/// Not found where it is none of theirs; a fault.
pub async fn find(app: &App, account: AccountId, id: CaseId) -> Result<Own, Failure> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let case = cases::find_own(conn, account, id).await?.ok_or(Denied::NotFound)?;
                Ok(open(conn, &unit, case).await?)
            })
        })
        .await
}

async fn open(conn: &mut Conn<'_>, app: &App, case: Case) -> Result<Own, Fault> {
    let pictures = evidence::list(conn, case.id).await?;
    Ok(Own { details: locks::open_details(app, &case)?, case, pictures })
}

/// Begins a verification.
///
/// # Errors
/// Fields that do not fit; refused where one is open, or deceit was found; a fault.
pub async fn start(
    app: &App,
    account: AccountId,
    document: &str,
    country: &str,
    level: &str,
    origin: &Origin,
) -> Result<CaseId, Failure> {
    let mut wrong = Vec::new();
    let mut is_wrong = |is_so: bool, field, message| {
        if is_so {
            wrong.push(FieldError { field, message });
        }
    };
    let country = country.trim().to_ascii_uppercase();
    let two_person = app.config.verification.two_person;
    let level = level.parse::<Level>().ok().filter(|level| two_person != TwoPerson::Off || *level == Level::Document);
    is_wrong(kind(document).is_none(), "kind", "problem-verification-kind");
    is_wrong(!countries::is_known(&country), "country", "problem-verification-country");
    is_wrong(level.is_none(), "level", "problem-verification-level");
    let (Some(level), true) = (level, wrong.is_empty()) else { return Err(Denied::Invalid(wrong).into()) };
    let now = app.now();
    let case = Case {
        id: CaseId::new(now, &app.random),
        account_id: account,
        state: State::Draft,
        revision: 1,
        kind: document.to_owned(),
        country,
        wanted: level,
        details: None,
        document_lookup: None,
        round: 1,
        is_appeal: false,
        two_person: false,
        reviewer_id: None,
        locked_until: None,
        renewals: 0,
        reasons: Json(Vec::new()),
        created_at: now,
        updated_at: now,
        consented_at: None,
        queued_at: None,
        decided_at: None,
        purge_after: None,
        purged_at: None,
    };
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let others = cases::list(tx, account, SHOWN).await?;
                if others.iter().any(|other| !states::is_over(other.state)) {
                    return Err(Refusal::Open.into());
                }
                if others.iter().any(|other| other.state == State::Fraud && other.purged_at.is_none()) {
                    return Err(Refusal::Barred.into());
                }
                if !cases::insert(tx, &case).await? {
                    return Err(Refusal::Open.into());
                }
                audit::record(tx, &unit, &Record::of("verification.started", account), &origin).await?;
                Ok(case.id)
            })
        })
        .await
}

/// The case as it is after a step of its person; not kept yet.
async fn step(conn: &mut Conn<'_>, app: &App, account: AccountId, id: CaseId, act: Act) -> Result<Case, Failure> {
    let mut case = cases::find_own(conn, account, id).await?.ok_or(Denied::NotFound)?;
    case.state = states::step(case.state, act, case.two_person).ok_or(Refusal::State)?;
    case.updated_at = app.now();
    Ok(case)
}

/// Keeps a case where nobody has changed it meanwhile.
pub(super) async fn keep(conn: &mut Conn<'_>, case: &Case) -> Result<(), Failure> {
    if cases::replace(conn, case).await? { Ok(()) } else { Err(Refusal::State.into()) }
}

/// A new challenge.
pub(super) fn challenge(random: &Random, now: Time) -> Challenge {
    let [byte] = random.bytes::<1>();
    let gesture = Gesture::ALL[usize::from(byte) % Gesture::ALL.len()];
    Challenge { code: random.digits(4), gesture, until: now + CHALLENGE }
}

/// The person agrees that people look at pictures of the document and of their face; an event of its own.
///
/// # Errors
/// Refused where that is done, or too often; a fault.
pub async fn consent(app: &App, account: AccountId, id: CaseId, origin: &Origin) -> Result<(), Failure> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let case = step(tx, &unit, account, id, Act::Consent).await?;
                attempts::count(tx, &unit, account).await??;
                let now = unit.now();
                let details = Details { challenge: Some(challenge(&unit.random, now)), ..Details::default() };
                let details = Some(locks::seal_details(&unit, id, &details)?);
                keep(tx, &Case { details, consented_at: Some(now), ..case }).await?;
                let requested = AGREED.map(str::to_owned).to_vec();
                let record = Record { requested, ..Record::of("verification.consented", account) };
                Ok(audit::record(tx, &unit, &record, &origin).await?)
            })
        })
        .await
}

/// A case that waits for its person.
pub(super) async fn collecting(conn: &mut Conn<'_>, account: AccountId, id: CaseId) -> Result<Case, Failure> {
    let case = cases::find_own(conn, account, id).await?.ok_or(Denied::NotFound)?;
    match case.state {
        State::Collecting => Ok(case),
        State::Draft => Err(Refusal::Consent.into()),
        _ => Err(Refusal::State.into()),
    }
}

/// Gives another challenge in the place of one that was given too long ago; a picture with that one goes.
///
/// # Errors
/// Refused where nothing is collected; a fault.
pub async fn renew_challenge(app: &App, account: AccountId, id: CaseId) -> Result<(), Failure> {
    let unit = app.clone();
    let gone = app
        .db
        .write::<_, Failure, _>(move |tx| {
            Box::pin(async move {
                let case = collecting(tx, account, id).await?;
                let (mut details, now) = (locks::open_details(&unit, &case)?, unit.now());
                details.challenge = Some(challenge(&unit.random, now));
                let details = Some(locks::seal_details(&unit, id, &details)?);
                let pictures = evidence::list(tx, id).await?;
                let selfie = pictures.into_iter().find(|one| one.kind == Side::Selfie);
                if let Some(selfie) = &selfie {
                    evidence::delete(tx, selfie.id).await?;
                }
                keep(tx, &Case { details, updated_at: now, ..case }).await?;
                Ok(selfie)
            })
        })
        .await?;
    if let Some(gone) = gone {
        app.blobs.delete(&locks::blob(id, gone.id, &gone.etag)?).await?;
    }
    Ok(())
}

/// Keeps what the person types from the document.
///
/// # Errors
/// Fields that do not fit; refused where nothing is collected; a fault.
pub async fn put_typed(app: &App, account: AccountId, id: CaseId, typed: Typed) -> Result<(), Failure> {
    let typed = check(typed, &today(app.now()))?;
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let case = collecting(tx, account, id).await?;
                let document = kind(&case.kind).ok_or(Fault::broken("read the kind of a document"))?;
                let document_lookup = Some(identity::lookup(&unit, &case.country, document, &typed.number));
                let mut details = locks::open_details(&unit, &case)?;
                details.typed = Some(typed);
                let details = Some(locks::seal_details(&unit, id, &details)?);
                keep(tx, &Case { details, document_lookup, updated_at: unit.now(), ..case }).await
            })
        })
        .await
}

/// Today, as dates are written here.
pub fn today(now: Time) -> String {
    now.rfc3339().chars().take(10).collect()
}

/// A day of the form `YYYY-MM-DD`.
pub fn day(text: &str) -> Option<String> {
    let text = text.trim();
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| parts.next().filter(|part| part.len() == length)?.parse::<u16>().ok();
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    let date = Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()?;
    date.format(&Iso8601::DATE).ok()
}

fn check(typed: Typed, today: &str) -> Result<Typed, Denied> {
    let mut wrong = Vec::new();
    let mut problem = |field, message| wrong.push(FieldError { field, message });
    let mut name = |field, name: &str| {
        let line = text::line(name, LONGEST);
        if line.is_none() && !name.trim().is_empty() {
            problem(field, "problem-verification-name");
        }
        line.unwrap_or_default()
    };
    let given_name = name("given_name", &typed.given_name);
    let family_name = name("family_name", &typed.family_name);
    if given_name.is_empty() && family_name.is_empty() {
        problem("family_name", "problem-verification-no-name");
    }
    let birthdate = day(&typed.birthdate).filter(|day| day.as_str() < today && day.as_str() > "1890");
    if birthdate.is_none() {
        problem("birthdate", "problem-verification-date");
    }
    let mut optional = |field, typed: &str, is_past: bool| {
        if typed.trim().is_empty() {
            return String::new();
        }
        let day = day(typed).filter(|day| !is_past || day.as_str() <= today);
        if day.is_none() {
            problem(field, "problem-verification-date");
        }
        day.unwrap_or_default()
    };
    let issued_on = optional("issued_on", &typed.issued_on, true);
    let expires_on = optional("expires_on", &typed.expires_on, false);
    let number = typed.number.trim().to_owned();
    let is_number = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '/' | '.');
    let has_some = number.chars().any(char::is_alphanumeric);
    if !has_some || number.chars().count() > LONGEST_NUMBER || !number.chars().all(is_number) {
        problem("number", "problem-verification-number");
    }
    let nationality = typed.nationality.trim().to_ascii_uppercase();
    if !countries::is_known(&nationality) {
        problem("nationality", "problem-verification-country");
    }
    let zone = typed.mrz.trim().to_owned();
    if !zone.is_empty() && mrz::read(&zone).is_err() {
        problem("mrz", "problem-verification-mrz");
    }
    if !wrong.is_empty() {
        return Err(Denied::Invalid(wrong));
    }
    let birthdate = birthdate.unwrap_or_default();
    Ok(Typed { given_name, family_name, birthdate, number, nationality, issued_on, expires_on, mrz: zone })
}

/// Hands the case in; from now on the house works on it.
///
/// # Errors
/// Refused where something is missing, or nothing is collected; a fault.
pub async fn submit(app: &App, account: AccountId, id: CaseId, origin: &Origin) -> Result<(), Failure> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write::<_, Failure, _>(move |tx| {
            Box::pin(async move {
                let case = step(tx, &unit, account, id, Act::Submit).await?;
                let own = open(tx, &unit, case).await?;
                if !own.is_whole() {
                    return Err(Refusal::Missing.into());
                }
                keep(tx, &Case { reasons: Json(Vec::new()), ..own.case }).await?;
                jobs::enqueue(tx, &Job::Evidence { case: id }, &unit.sealers.job, &unit.random, unit.now()).await?;
                Ok(audit::record(tx, &unit, &Record::of("verification.submitted", account), &origin).await?)
            })
        })
        .await?;
    app.room::<Wake>().tell();
    Ok(())
}

/// Gives a case up; its pictures are destroyed at once.
///
/// # Errors
/// Refused where it is over, or looked into for deceit; a fault.
pub async fn withdraw(app: &App, account: AccountId, id: CaseId, origin: &Origin) -> Result<(), Failure> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write::<_, Failure, _>(move |tx| {
            Box::pin(async move {
                let case = step(tx, &unit, account, id, Act::Withdraw).await?;
                let now = Some(unit.now());
                let (reviewer_id, locked_until) = (None, None);
                keep(tx, &Case { purge_after: now, decided_at: now, reviewer_id, locked_until, ..case }).await?;
                let record = Record::of("verification.abandoned", account).because("withdrawn");
                Ok(audit::record(tx, &unit, &record, &origin).await?)
            })
        })
        .await?;
    Ok(purge::purge(app, id).await?)
}

/// Asks for other reviewers.
///
/// # Errors
/// Refused where that was done, or the pictures are gone; a fault.
pub async fn appeal(app: &App, account: AccountId, id: CaseId, origin: &Origin) -> Result<(), Failure> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let found = cases::find_own(tx, account, id).await?.ok_or(Denied::NotFound)?;
                if !may_appeal(&found, unit.now()) {
                    return Err(Refusal::State.into());
                }
                let others = cases::list(tx, account, SHOWN).await?;
                if others.iter().any(|other| !states::is_over(other.state)) {
                    return Err(Refusal::Open.into());
                }
                let case = step(tx, &unit, account, id, Act::Appeal).await?;
                let two_person = unit.config.verification.two_person != TwoPerson::Off;
                let case = Case {
                    round: case.round + 1,
                    is_appeal: true,
                    two_person,
                    reasons: Json(Vec::new()),
                    queued_at: Some(unit.now()),
                    decided_at: None,
                    purge_after: None,
                    ..case
                };
                keep(tx, &case).await?;
                Ok(audit::record(tx, &unit, &Record::of("verification.appealed", account), &origin).await?)
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Typed {
        Typed {
            given_name: " Amina ".into(),
            family_name: "Yusuf".into(),
            birthdate: "1990-05-03".into(),
            number: "L01X00T47".into(),
            nationality: "deu".into(),
            ..Typed::default()
        }
    }

    #[test]
    fn wallet_s10_5_what_is_typed_must_fit() {
        let kept = check(typed(), "2026-11-25").unwrap();
        assert_eq!((kept.given_name.as_str(), kept.nationality.as_str()), ("Amina", "DEU"));
        assert!(check(Typed { given_name: String::new(), ..typed() }, "2026-11-25").is_ok(), "one name is enough");
        for (field, bad) in [
            ("family_name", Typed { given_name: String::new(), family_name: " ".into(), ..typed() }),
            ("given_name", Typed { given_name: "x".repeat(300), ..typed() }),
            ("birthdate", Typed { birthdate: "1990-02-30".into(), ..typed() }),
            ("birthdate", Typed { birthdate: "2026-11-25".into(), ..typed() }),
            ("issued_on", Typed { issued_on: "2027-01-01".into(), ..typed() }),
            ("expires_on", Typed { expires_on: "soon".into(), ..typed() }),
            ("number", Typed { number: "-".into(), ..typed() }),
            ("number", Typed { number: "<script>".into(), ..typed() }),
            ("nationality", Typed { nationality: "XYZ".into(), ..typed() }),
            ("mrz", Typed { mrz: "P<UTO".into(), ..typed() }),
        ] {
            let Err(Denied::Invalid(wrong)) = check(bad, "2026-11-25") else { panic!("{field}") };
            assert_eq!(wrong.iter().map(|w| w.field).collect::<Vec<_>>(), [field]);
        }
        for (text, read) in [("2026-02-28", Some("2026-02-28")), ("2026-2-28", None), ("", None), ("-", None)] {
            assert_eq!(day(text).as_deref(), read, "{text}");
        }
    }
}
