//! A person's verification by an identity document: begun, agreed to, filled, handed in, given up, appealed.

use std::io;

use futures_util::TryStreamExt;
use multer::{Constraints, Multipart, SizeLimit};
use poem::Response;
use poem::http::StatusCode;

use crate::base::id::CaseId;
use crate::config::{Service, TwoPerson};
use crate::error::{Denied, Error};
use crate::wallet::verification::person::{self, Own};
use crate::wallet::verification::states::{self, State};
use crate::wallet::verification::{Failure, Gesture, PROMISED, Refusal, Side, Typed, uploads, wanted};
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::error::problems;
use crate::web::form::Form;
use crate::web::pages::notice;
use crate::web::view::{Choice, Problem, When};
use crate::web::views::media::Mark;
use crate::web::views::verification::{Collect, Consent, Earlier, Picture, Shown, Start, Verification};
use crate::words::Words;

const PAGE: &str = "/account/verification";
/// The longest text of the upload's form.
const MOST_TEXT: u64 = 2000;
/// How much of a refused form is still taken, so that its browser gets to read the answer.
const MOST_DRAINED: u64 = 64 * 1024 * 1024;

/// What is shown again of a form that does not fit.
#[derive(Default)]
struct Again {
    problems: Vec<Problem>,
    status: StatusCode,
    form: Form,
}

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    show(&call, &person, None, Again::default()).await
}

pub async fn case_page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let id = call.id("id")?;
    show(&call, &person, Some(id), Again::default()).await
}

async fn show(call: &Call, person: &Person, id: Option<CaseId>, again: Again) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    notice::tell(call, &mut frame);
    frame.problems = again.problems;
    let words = frame.words;
    let all = person::list(&call.app, person.session.account).await?;
    let (open, over): (Vec<Own>, Vec<Own>) = all.into_iter().partition(|own| !states::is_over(own.case.state));
    let is_open = !open.is_empty();
    let (mut shown, mut earlier) = (None, Vec::new());
    for (at, own) in open.iter().chain(&over).enumerate() {
        let is_it = id.map_or(at == 0, |id| own.case.id == id);
        if is_it {
            shown = Some(describe(call, words, own, &again.form));
        } else {
            earlier.push(Earlier {
                href: format!("{PAGE}/cases/{}", own.case.id),
                title: title(words, &own.case.kind, &own.case.country),
                state: mark(words, own.case.state),
                when: When::date(words, own.case.created_at),
            });
        }
    }
    if id.is_some() && shown.is_none() {
        return Err(Denied::NotFound.into());
    }
    let start = (!is_open && id.is_none()).then(|| start_form(call, words, &again.form));
    answer::html_with(again.status, &Verification { shown, start, earlier, frame })
}

/// The kinds of document, and what they are called.
const KINDS: [(&str, &str); 3] = [
    ("passport", "verify-kind-passport"),
    ("idcard", "verify-kind-idcard"),
    ("driving_permit", "verify-kind-driving-permit"),
];

/// A document in words.
pub fn title(words: Words, kind: &str, country: &str) -> String {
    let key = KINDS.iter().find(|(name, _)| *name == kind).map_or(KINDS[0].1, |(_, key)| *key);
    format!("{} ({country})", words.t(key))
}

fn start_form(call: &Call, words: Words, form: &Form) -> Start {
    let choice = |name: &str, value: &str, key: &str, hint: Option<&str>, is_first: bool| Choice {
        value: value.to_owned(),
        label: words.t(key),
        hint: hint.map(|hint| words.t(hint)),
        is_chosen: form.get(name).map_or(is_first, |chosen| chosen == value),
    };
    let kinds = KINDS.iter().enumerate().map(|(at, (value, key))| choice("kind", value, key, None, at == 0));
    let levels = [
        ("document", "verify-level-one", "verify-level-one-hint"),
        ("document_dual", "verify-level-two", "verify-level-two-hint"),
    ];
    let levels =
        levels.iter().enumerate().map(|(at, (value, key, hint))| choice("level", value, key, Some(hint), at == 0));
    let has_levels = call.app.config.verification.two_person == TwoPerson::HighRisk;
    Start {
        kinds: kinds.collect(),
        country: form.text("country").to_owned(),
        levels: if has_levels { levels.collect() } else { Vec::new() },
    }
}

fn mark(words: Words, state: State) -> Mark {
    let (key, is_bad) = match state {
        State::Draft | State::Collecting => ("verify-state-collecting", false),
        State::Scanning => ("verify-state-scanning", false),
        // How many look, and what they think so far, is not told.
        State::Queued | State::InReview | State::AwaitingSecond | State::InReviewSecond | State::Escalated => {
            ("verify-state-review", false)
        }
        State::Approved => ("verify-state-approved", false),
        State::Rejected | State::Fraud => ("verify-state-rejected", true),
        State::Abandoned => ("verify-state-abandoned", false),
    };
    Mark { text: words.t(key), is_bad }
}

fn describe(call: &Call, words: Words, own: &Own, form: &Form) -> Shown {
    let (case, now) = (&own.case, call.app.now());
    let settings = &call.app.config.verification;
    let days = |seconds: crate::base::Seconds| usize::try_from(seconds.0.div_euclid(86_400)).unwrap_or_default();
    let minutes = usize::try_from(crate::wallet::verification::CHALLENGE.0 / 60).unwrap_or_default();
    let consent = Consent {
        minutes,
        kept_days: days(settings.keep_approved),
        kept_days_rejected: days(settings.keep_rejected),
        is_outside: settings.service == Service::Http,
    };
    let may_withdraw = states::step(case.state, states::Act::Withdraw, false).is_some();
    Shown {
        id: case.id.to_string(),
        title: title(words, &case.kind, &case.country),
        state: mark(words, case.state),
        told: told(words, own, now),
        reasons: case.reasons.0.iter().map(|code| reason(words, code)).collect(),
        consent: (case.state == State::Draft).then_some(consent),
        collect: (case.state == State::Collecting).then(|| collect(call, words, own, form)),
        is_moving: case.state == State::Scanning,
        may_appeal: own.may_appeal(now),
        may_withdraw,
    }
}

/// What happens next.
fn told(words: Words, own: &Own, now: crate::base::Time) -> Vec<String> {
    let case = &own.case;
    let on = |key: &'static str, at: Option<crate::base::Time>| {
        at.map(|at| words.with(key, &[("date", &words.date_time(at))]))
    };
    let gone = match (case.purged_at, case.purge_after) {
        (Some(at), _) => on("verify-told-purged", Some(at)),
        (None, at) => on("verify-told-purge", at),
    };
    let parts = match case.state {
        State::Draft => [None, None],
        State::Collecting if !case.reasons.0.is_empty() => [Some(words.t("verify-told-again")), None],
        State::Collecting => [Some(words.t("verify-told-collecting")), None],
        State::Scanning => [Some(words.t("verify-told-scanning")), None],
        State::Queued | State::InReview | State::AwaitingSecond | State::InReviewSecond | State::Escalated => {
            [on("verify-told-review", case.queued_at.map(|at| at + PROMISED)), Some(words.t("verify-told-mail"))]
        }
        State::Approved => [on("verify-told-approved", case.decided_at), gone],
        State::Rejected if own.may_appeal(now) => {
            [Some(words.t("verify-told-rejected")), on("verify-told-appeal", case.purge_after)]
        }
        State::Rejected => [Some(words.t("verify-told-rejected")), gone],
        State::Fraud => [Some(words.t("verify-told-fraud")), gone],
        State::Abandoned => [Some(words.t("verify-told-abandoned")), gone],
    };
    parts.into_iter().flatten().collect()
}

/// Why it did not succeed, in plain words; of a picture, as `small:front`, with which one it is.
pub fn reason(words: Words, code: &str) -> String {
    let (code, side) = code.split_once(':').unwrap_or((code, ""));
    let told = words.find_message(&format!("problem-verification-{}", code.replace('_', "-")));
    let told = told.unwrap_or_else(|| words.t("problem-verification-policy"));
    match side.parse::<Side>() {
        Ok(side) => words.with("verify-side-reason", &[("side", &words.t(label(side))), ("reason", &told)]),
        Err(()) => told,
    }
}

/// What a picture shows, as a message.
pub fn label(side: Side) -> &'static str {
    match side {
        Side::Front => "verify-side-front",
        Side::Back => "verify-side-back",
        Side::Selfie => "verify-side-selfie",
    }
}

/// How the sheet is held, as a message.
pub fn gesture(gesture: Gesture) -> &'static str {
    match gesture {
        Gesture::BesideFace => "verify-gesture-beside-face",
        Gesture::BelowChin => "verify-gesture-below-chin",
        Gesture::TouchingEar => "verify-gesture-touching-ear",
        Gesture::AboveHead => "verify-gesture-above-head",
    }
}

fn field(side: Side) -> (&'static str, &'static str) {
    match side {
        Side::Front => ("picture-front", "verify-picture-front-hint"),
        Side::Back => ("picture-back", "verify-picture-back-hint"),
        Side::Selfie => ("picture-selfie", "verify-picture-selfie-hint"),
    }
}

fn collect(call: &Call, words: Words, own: &Own, form: &Form) -> Collect {
    let kept = own.details.typed.clone().unwrap_or_default();
    // What was typed last, though it did not fit.
    let typed = if form.get("number").is_some() { read_typed(form) } else { kept };
    let is_there = |side: Side| own.pictures.iter().any(|picture| picture.kind == side);
    let pictures = wanted(&own.case.kind).iter().map(|side| {
        let (field, hint) = field(*side);
        Picture {
            side: side.as_str(),
            field,
            label: words.t(label(*side)),
            hint: words.t(hint),
            is_there: is_there(*side),
            is_selfie: *side == Side::Selfie,
        }
    });
    let challenge = own.details.challenge.as_ref();
    let settings = &call.app.config.verification;
    let most = (settings.picture_bytes / (1024 * 1024)).to_string();
    let hint = words.with("verify-pictures-hint", &[("most", &most), ("least", &settings.picture_side.to_string())]);
    Collect {
        code: challenge.map(|one| one.code.clone()).unwrap_or_default(),
        gesture: challenge.map(|one| words.t(gesture(one.gesture))).unwrap_or_default(),
        until: challenge.map(|one| words.time_of_day(one.until)).unwrap_or_default(),
        is_over: challenge.is_none_or(|one| one.until <= call.app.now()),
        given_name: typed.given_name,
        family_name: typed.family_name,
        birthdate: typed.birthdate,
        number: typed.number,
        nationality: typed.nationality,
        issued_on: typed.issued_on,
        expires_on: typed.expires_on,
        mrz: typed.mrz,
        pictures: pictures.collect(),
        hint,
        is_whole: own.is_whole(),
    }
}

fn read_typed(form: &Form) -> Typed {
    let text = |name: &str| form.text(name).to_owned();
    Typed {
        given_name: text("given_name"),
        family_name: text("family_name"),
        birthdate: text("birthdate"),
        number: text("number"),
        nationality: text("nationality"),
        issued_on: text("issued_on"),
        expires_on: text("expires_on"),
        mrz: text("mrz"),
    }
}

/// What a refusal says, at which status (WALLET.md §19).
fn sentence(words: Words, refusal: Refusal) -> (StatusCode, String) {
    let (status, key) = match refusal {
        Refusal::Consent => (403, "verify-problem-consent"),
        Refusal::Attempts { .. } => (429, "verify-problem-attempts"),
        Refusal::Open => (409, "verify-problem-open"),
        Refusal::Barred => (403, "verify-problem-barred"),
        Refusal::Unsupported(_) => (415, "verify-problem-type"),
        Refusal::TooLarge { .. } => (413, "verify-problem-large"),
        Refusal::Cut => (422, "media-problem-cut"),
        Refusal::ChallengeOver => (422, "verify-problem-challenge"),
        Refusal::Missing => (422, "verify-problem-missing"),
        Refusal::State | Refusal::LockLost | Refusal::TwoPerson | Refusal::OwnCase | Refusal::Purged => {
            (409, "verify-problem-state")
        }
    };
    (StatusCode::from_u16(status).unwrap_or(StatusCode::CONFLICT), words.t(key))
}

/// On to the page, which tells what was done; or the page with what is wrong.
async fn finish(
    call: &Call,
    person: &Person,
    outcome: Result<(), Failure>,
    (done, at): (&'static str, &'static str),
    form: Form,
) -> Result<Response, Error> {
    let words = person.frame(&call.visit).words;
    let again = match outcome {
        Ok(()) => return Ok(notice::done(PAGE, done)),
        Err(Failure::Refused(refusal)) => {
            let (status, text) = sentence(words, refusal);
            Again { problems: vec![Problem { field: at, text }], status, form }
        }
        Err(Failure::Error(error)) => {
            Again { problems: problems(error, words)?, status: StatusCode::UNPROCESSABLE_ENTITY, form }
        }
    };
    show(call, person, None, again).await
}

fn case_of(form: &Form) -> Result<CaseId, Error> {
    form.text("case").parse().map_err(|_| Denied::NotFound.into())
}

pub async fn start(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let (account, origin) = (person.session.account, call.visit.origin());
    let begun =
        person::start(&call.app, account, form.text("kind"), form.text("country"), form.text("level"), origin).await;
    finish(&call, &person, begun.map(drop), ("verify-started", ""), form).await
}

pub async fn consent(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let case = case_of(&form)?;
    let outcome = match form.get("agree") {
        Some(_) => person::consent(&call.app, person.session.account, case, call.visit.origin()).await,
        None => Err(Denied::field("agree", "problem-verification-agree").into()),
    };
    finish(&call, &person, outcome, ("verify-agreed", ""), form).await
}

pub async fn data(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let outcome = person::put_typed(&call.app, person.session.account, case_of(&form)?, read_typed(&form)).await;
    finish(&call, &person, outcome, ("saved", ""), form).await
}

pub async fn challenge(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let outcome = person::renew_challenge(&call.app, person.session.account, case_of(&form)?).await;
    finish(&call, &person, outcome, ("verify-challenged", ""), form).await
}

pub async fn submit(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let (account, case) = (person.session.account, case_of(&form)?);
    let outcome = person::submit(&call.app, account, case, call.visit.origin()).await;
    finish(&call, &person, outcome, ("verify-submitted", ""), form).await
}

pub async fn withdraw(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let (account, case) = (person.session.account, case_of(&form)?);
    let outcome = person::withdraw(&call.app, account, case, call.visit.origin()).await;
    finish(&call, &person, outcome, ("verify-withdrawn", ""), form).await
}

pub async fn appeal(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let (account, case) = (person.session.account, case_of(&form)?);
    let outcome = person::appeal(&call.app, account, case, call.visit.origin()).await;
    finish(&call, &person, outcome, ("verify-appealed", ""), form).await
}

/// One picture, streamed as it comes.
pub async fn picture(mut call: Call) -> Result<Response, Error> {
    if !call.is_from_here() {
        return Err(Denied::Forbidden.into());
    }
    let person = call.person().await?;
    let bad = || crate::oauth::Error::invalid_request("the body must be multipart/form-data");
    let boundary = multer::parse_boundary(call.content_type()).map_err(|_| bad())?;
    let texts = ["csrf", "case", "side"].iter().fold(SizeLimit::new(), |limit, name| limit.for_field(*name, MOST_TEXT));
    let mut form = Multipart::with_constraints(call.body_stream(), boundary, Constraints::new().size_limit(texts));
    let (mut is_ours, mut case, mut side) = (false, None::<CaseId>, None::<Side>);
    let mut outcome = None;
    while let Some(field) = form.next_field().await.map_err(|_| bad())? {
        match field.name() {
            Some("csrf") => is_ours = call.visit.is_csrf(&field.text().await.map_err(|_| bad())?),
            Some("case") => case = field.text().await.map_err(|_| bad())?.parse().ok(),
            Some("side") => side = field.text().await.map_err(|_| bad())?.parse().ok(),
            // The token stands before the file: those of another page are not taken at all.
            Some("file") if !is_ours => break,
            Some("file") if field.file_name().is_some_and(|name| !name.is_empty()) => {
                let (Some(case), Some(side)) = (case, side) else {
                    outcome = Some(Err(Denied::NotFound.into()));
                    break;
                };
                let bytes = field.map_err(io::Error::other);
                outcome = Some(uploads::take(&call.app, person.session.account, case, side, bytes).await);
                break;
            }
            _ => {}
        }
    }
    if !is_ours {
        drain(form).await;
        return Err(Denied::Expired.into());
    }
    let at = side.map_or("", |side| field(side).0);
    let failed = outcome.as_ref().is_some_and(Result::is_err);
    if failed {
        drain(form).await;
    }
    let outcome = outcome.unwrap_or_else(|| Err(Denied::field(at, "media-problem-no-file").into()));
    finish(&call, &person, outcome, ("verify-picture-taken", at), Form::default()).await
}

/// Takes the rest of a form and lets it go.
async fn drain(mut form: Multipart<'static>) {
    let mut left = MOST_DRAINED;
    while let Ok(Some(mut field)) = form.next_field().await {
        while let Ok(Some(piece)) = field.chunk().await {
            left = left.saturating_sub(piece.len() as u64);
            if left == 0 {
                return;
            }
        }
    }
}
