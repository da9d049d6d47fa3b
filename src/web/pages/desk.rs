//! The desk of the reviewers: what waits, one case with its pictures, and the decision.

use poem::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use poem::http::{HeaderValue, StatusCode};
use poem::{Body, Response};

use crate::base::id::CaseId;
use crate::error::{Denied, Error};
use crate::store::database::reviews::{Decision, Outcome, Seat};
use crate::wallet::verification::decide::{self, Verdict};
use crate::wallet::verification::desk::{self, Opened, RENEWALS, Reviewer};
use crate::wallet::verification::pictures;
use crate::wallet::verification::reasons::{Checked, Reason};
use crate::wallet::verification::states::State;
use crate::wallet::verification::{Case, Failure, Finding, PROMISED, Refusal};
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::error::problems;
use crate::web::form::Form;
use crate::web::pages::notice;
use crate::web::pages::verification::{gesture, label, reason, title};
use crate::web::problem::{self, Problem};
use crate::web::view::{self, Choice, When};
use crate::web::views::desk::{Desk, DeskCase, Open, Row};
use crate::words::Words;

const PAGE: &str = "/desk";

/// Who is signed in, if they review.
async fn reviewer(call: &Call) -> Result<(Person, Reviewer), Error> {
    let person = call.person().await?;
    let reviewer = Reviewer::of(person.session.account, person.summary.role).ok_or(Denied::Forbidden)?;
    Ok((person, reviewer))
}

pub async fn page(call: Call) -> Result<Response, Error> {
    let (person, reviewer) = reviewer(&call).await?;
    queue(&call, &person, reviewer, None).await
}

/// What waits; with what went wrong, where something did.
async fn queue(call: &Call, person: &Person, reviewer: Reviewer, refusal: Option<Refusal>) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    notice::tell(call, &mut frame);
    let words = frame.words;
    let mut status = StatusCode::OK;
    if let Some(refusal) = refusal {
        let (code, key) = sentence(refusal);
        status = code;
        frame.problem("", key);
    }
    let queue = match desk::queue(&call.app, reviewer).await {
        Ok(queue) => queue,
        Err(Failure::Error(error)) => return Err(error),
        Err(Failure::Refused(_)) => return Err(Denied::NotFound.into()),
    };
    let now = call.app.now();
    let row = |case: &Case| {
        let due = case.queued_at.unwrap_or(case.updated_at) + PROMISED;
        Row {
            id: case.id.to_string(),
            name: name(case.id),
            title: title(words, &case.kind, &case.country),
            is_appeal: case.is_appeal,
            is_escalated: case.state == State::Escalated,
            due: When::date_time(words, due),
            is_late: due < now,
        }
    };
    let (held, waiting) = (queue.held.iter().map(row).collect(), queue.waiting.iter().map(row).collect());
    answer::html_with(status, &Desk { held, waiting, frame })
}

/// The end of an identifier, for people.
fn name(id: CaseId) -> String {
    let id = id.to_string();
    id[id.len().saturating_sub(6)..].to_owned()
}

/// What a refusal says, at which status (WALLET.md §19).
fn sentence(refusal: Refusal) -> (StatusCode, &'static str) {
    match refusal {
        Refusal::OwnCase => (StatusCode::FORBIDDEN, "desk-problem-own"),
        Refusal::TwoPerson => (StatusCode::CONFLICT, "desk-problem-two-person"),
        Refusal::LockLost => (StatusCode::CONFLICT, "desk-problem-lock-lost"),
        Refusal::Purged => (StatusCode::CONFLICT, "desk-problem-purged"),
        _ => (StatusCode::CONFLICT, "desk-problem-state"),
    }
}

pub async fn case_page(call: Call) -> Result<Response, Error> {
    let (person, reviewer) = reviewer(&call).await?;
    let id: CaseId = call.id("case")?;
    case(&call, &person, reviewer, (id, Vec::new(), Form::default())).await
}

async fn case(
    call: &Call,
    person: &Person,
    reviewer: Reviewer,
    (id, problems, form): (CaseId, Vec<view::Problem>, Form),
) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    notice::tell(call, &mut frame);
    let words = frame.words;
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    frame.problems = problems;
    match desk::open(&call.app, reviewer, id).await {
        Ok(opened) => {
            let title = title(words, &opened.case.kind, &opened.case.country);
            let open = Some(describe(call, words, reviewer, &opened, &form)?);
            answer::html_with(status, &DeskCase { id: id.to_string(), name: name(id), title, open, frame })
        }
        Err(Failure::Refused(Refusal::LockLost)) => {
            let title = words.t("desk-case-title");
            answer::html(&DeskCase { id: id.to_string(), name: name(id), title, open: None, frame })
        }
        Err(Failure::Refused(refusal)) => queue(call, person, reviewer, Some(refusal)).await,
        Err(Failure::Error(error)) => Err(error),
    }
}

fn describe(call: &Call, words: Words, reviewer: Reviewer, opened: &Opened, form: &Form) -> Result<Open, Error> {
    let mut shown = Vec::new();
    for picture in &opened.pictures {
        let link = pictures::link(&call.app, picture.id, reviewer)?;
        shown.push((words.t(label(picture.kind)), format!("/desk-pictures/{link}")));
    }
    let challenge = opened.details.challenge.as_ref();
    let (checked, reasons) = (form.all("check"), form.all("reason"));
    let choice =
        |value: &str, label: String, is_chosen: bool| Choice { value: value.to_owned(), label, hint: None, is_chosen };
    let is_senior = opened.case.state == State::Escalated;
    let outcomes = OUTCOMES.iter().filter(|(outcome, _)| !is_senior || *outcome != Outcome::Escalate);
    let outcomes = outcomes
        .map(|(outcome, key)| choice(outcome.as_str(), words.t(key), form.get("outcome") == Some(outcome.as_str())));
    let checks = CHECKS
        .iter()
        .map(|(item, key)| choice(item.as_str(), words.t(key), checked.iter().any(|one| one == item.as_str())));
    let told = Reason::ALL.iter().map(|one| {
        choice(one.as_str(), reason(words, one.as_str()), reasons.iter().any(|named| named == one.as_str()))
    });
    Ok(Open {
        until: When::date_time(words, opened.case.locked_until.unwrap_or(call.app.now())),
        may_renew: opened.case.renewals < RENEWALS,
        pictures: shown,
        data: data(words, opened),
        code: challenge.map(|one| one.code.clone()).unwrap_or_default(),
        gesture: challenge.map(|one| words.t(gesture(one.gesture))).unwrap_or_default(),
        findings: opened.details.findings.iter().map(|one| finding(words, *one)).collect(),
        failed: opened.failed,
        decisions: opened.decisions.iter().map(|(one, note)| decision(words, one, note)).collect(),
        outcomes: outcomes.collect(),
        checks: checks.collect(),
        reasons: told.collect(),
        note: form.text("note").to_owned(),
    })
}

const OUTCOMES: [(Outcome, &str); 5] = [
    (Outcome::Approve, "desk-outcome-approve"),
    (Outcome::Reject, "desk-outcome-reject"),
    (Outcome::Again, "desk-outcome-again"),
    (Outcome::Escalate, "desk-outcome-escalate"),
    (Outcome::Fraud, "desk-outcome-fraud"),
];

const CHECKS: [(Checked, &str); 7] = [
    (Checked::TypeMatches, "desk-check-type"),
    (Checked::AllCorners, "desk-check-corners"),
    (Checked::NotExpired, "desk-check-expired"),
    (Checked::NoTampering, "desk-check-tampering"),
    (Checked::FaceMatches, "desk-check-face"),
    (Checked::ChallengeCorrect, "desk-check-challenge"),
    (Checked::DataEqual, "desk-check-data"),
];

fn data(words: Words, opened: &Opened) -> Vec<(String, String)> {
    let Some(typed) = &opened.details.typed else { return Vec::new() };
    let lines = [
        ("verify-given-name", &typed.given_name),
        ("verify-family-name", &typed.family_name),
        ("verify-birthdate", &typed.birthdate),
        ("verify-number", &typed.number),
        ("verify-nationality", &typed.nationality),
        ("verify-issued", &typed.issued_on),
        ("verify-expires", &typed.expires_on),
        ("verify-mrz", &typed.mrz),
    ];
    let there = lines.into_iter().filter(|(_, value)| !value.is_empty());
    there.map(|(key, value)| (words.t(key), value.clone())).collect()
}

fn finding(words: Words, finding: Finding) -> String {
    let key = match finding {
        Finding::MrzWrong => "desk-found-mrz-wrong",
        Finding::MrzMismatch => "desk-found-mrz-mismatch",
        Finding::Expired => "desk-found-expired",
        Finding::Underage => "desk-found-underage",
        Finding::Blurred { .. } => "desk-found-blurred",
        Finding::SameFile { .. } => "desk-found-same-file",
        Finding::SamePicture { .. } => "desk-found-same-picture",
        Finding::SameDocument => "desk-found-same-document",
    };
    match finding.side() {
        Some(side) => words.with("verify-side-reason", &[("side", &words.t(label(side))), ("reason", &words.t(key))]),
        None => words.t(key),
    }
}

fn decision(words: Words, decision: &Decision, note: &str) -> String {
    let seat = match (decision.reviewer_id, decision.seat) {
        (None, _) => "desk-seat-service",
        (_, Seat::First) => "desk-seat-first",
        (_, Seat::Second) => "desk-seat-second",
        (_, Seat::Senior) => "desk-seat-senior",
    };
    let outcome = OUTCOMES.iter().find(|(one, _)| *one == decision.outcome).map_or(OUTCOMES[0].1, |(_, key)| *key);
    let mut told = vec![words.t(outcome)];
    told.extend(decision.reasons.0.iter().map(|code| reason(words, code)));
    told.extend((!note.is_empty()).then(|| note.to_owned()));
    words.with("verify-side-reason", &[("side", &words.t(seat)), ("reason", &told.join(" · "))])
}

/// On to a page, or the queue with what went wrong.
async fn finish(
    call: &Call,
    (person, reviewer): (&Person, Reviewer),
    outcome: Result<(), Failure>,
    done: Response,
) -> Result<Response, Error> {
    match outcome {
        Ok(()) => Ok(done),
        Err(Failure::Refused(refusal)) => queue(call, person, reviewer, Some(refusal)).await,
        Err(Failure::Error(error)) => Err(error),
    }
}

pub async fn claim(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let (person, reviewer) = reviewer(&call).await?;
    let id: CaseId = call.id("case")?;
    let claimed = desk::claim(&call.app, reviewer, id, call.visit.origin()).await;
    finish(&call, (&person, reviewer), claimed, answer::see_other(&format!("{PAGE}/{id}"))).await
}

pub async fn release(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let (person, reviewer) = reviewer(&call).await?;
    let released = desk::release(&call.app, reviewer, call.id("case")?, call.visit.origin()).await;
    finish(&call, (&person, reviewer), released, notice::done(PAGE, "desk-released")).await
}

pub async fn renew(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let (person, reviewer) = reviewer(&call).await?;
    let id: CaseId = call.id("case")?;
    let renewed = desk::renew(&call.app, reviewer, id).await;
    finish(&call, (&person, reviewer), renewed, notice::done(&format!("{PAGE}/{id}"), "desk-renewed")).await
}

pub async fn decide(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let (person, reviewer) = reviewer(&call).await?;
    let id: CaseId = call.id("case")?;
    let decided = match read(&form) {
        Ok(verdict) => decide::decide(&call.app, reviewer, id, verdict, call.visit.origin()).await,
        Err(denied) => Err(denied.into()),
    };
    match decided {
        Err(Failure::Error(error)) => {
            let told = problems(error, person.frame(&call.visit).words)?;
            case(&call, &person, reviewer, (id, told, form)).await
        }
        other => finish(&call, (&person, reviewer), other.map(drop), notice::done(PAGE, "desk-decided")).await,
    }
}

fn read(form: &Form) -> Result<Verdict, Denied> {
    fn list<T: std::str::FromStr>(form: &Form, name: &str) -> Option<Vec<T>> {
        form.all(name).iter().map(|one| one.parse().ok()).collect()
    }
    let outcome = form.text("outcome").parse().map_err(|()| Denied::field("outcome", "problem-desk-outcome"))?;
    let reasons = list(form, "reason").ok_or_else(|| Denied::field("reasons", "problem-desk-reasons"))?;
    let checklist = list(form, "check").ok_or_else(|| Denied::field("checklist", "problem-desk-checklist"))?;
    Ok(Verdict { outcome, reasons, checklist, note: form.text("note").to_owned() })
}

/// A picture: only inside a page, never as one, and never to be kept.
pub async fn picture(call: Call) -> Result<Response, Error> {
    let (_, reviewer) = reviewer(&call).await?;
    if call.header("sec-fetch-dest").is_some_and(|wanted| wanted != "image") {
        return Err(Denied::Forbidden.into());
    }
    let bytes = match pictures::show(&call.app, reviewer, call.path("link"), call.visit.origin()).await {
        Ok(bytes) => bytes,
        Err(failure) => return refuse(&call, failure),
    };
    Ok(image(Body::from_bytes(bytes)))
}

/// The same for an outside service, whose link is all that it shows.
pub async fn service_picture(call: Call) -> Result<Response, Error> {
    match pictures::fetch(&call.app, call.path("link"), call.visit.origin()).await {
        Ok(bytes) => Ok(image(Body::from_bytes(bytes))),
        Err(failure) => refuse(&call, failure),
    }
}

fn image(body: Body) -> Response {
    let mut response = Response::builder().body(body);
    for (name, value) in [
        (CONTENT_TYPE, "image/jpeg"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_DISPOSITION, "inline"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refuse(call: &Call, failure: Failure) -> Result<Response, Error> {
    let told = match failure {
        Failure::Error(Error::Denied(Denied::Expired)) => Problem::new("link_expired", "the link is too old"),
        Failure::Refused(Refusal::OwnCase) => Problem::new("self_review_forbidden", "nobody reviews themselves"),
        Failure::Refused(_) => Problem::new("lock_lost", "the case is with somebody else"),
        Failure::Error(error) => return Err(error),
    };
    Ok(problem::answer(&told, &call.visit))
}
