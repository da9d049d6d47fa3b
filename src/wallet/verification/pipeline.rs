//! What becomes of a case that was handed in: each picture is looked at and made anew, then the case waits for a reviewer.

use futures_util::TryStreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Fault;
use crate::base::id::CaseId;
use crate::config::{Service, TwoPerson, folder};
use crate::outbound::scanner::Verdict;
use crate::store::database::badges::Level;
use crate::store::database::cases::{self, Case};
use crate::store::database::evidence::{self, Evidence, State as Stage};
use crate::store::database::jobs::{self, Job};
use crate::store::database::{Conn, Json};
use crate::wallet::identity;
use crate::wallet::media::bench::{INPUT, Task, Work};
use crate::wallet::media::kinds::Format;
use crate::wallet::media::pipeline::Bench;
use crate::wallet::media::sealed::SealedWriter;
use crate::wallet::media::{Reason, Scanner, worker};
use crate::wallet::verification::reasons::Unfit;
use crate::wallet::verification::states::{self, Act, State};
use crate::wallet::verification::{Finding, checks, kind, locks, person, purge};

/// How much of a made file is read at once.
const PIECE: usize = 256 * 1024;
/// With how many pictures of others one is compared, the newest first.
const COMPARED: i64 = 50_000;

/// Brings a case on that was handed in; nothing happens to any other.
///
/// # Errors
/// A fault when a store, the scanner or a worker is away: the case stays where it is.
pub async fn step(app: &App, id: CaseId) -> Result<(), Fault> {
    let found = app.db.read::<_, Fault, _>(move |conn| {
        Box::pin(async move {
            let Some(case) = cases::find(conn, id).await?.filter(|case| case.state == State::Scanning) else {
                return Ok(None);
            };
            Ok(Some((case, evidence::list(conn, id).await?)))
        })
    });
    let Some((case, pictures)) = found.await? else { return Ok(()) };
    let mut unfit = Vec::new();
    for picture in pictures.iter().filter(|picture| picture.state == Stage::Received) {
        match look(app, picture).await? {
            Ok(()) => {}
            Err(Unfit::Malware) => return infected(app, &case).await,
            Err(why) => unfit.push((picture.clone(), why)),
        }
    }
    if unfit.is_empty() { queue(app, &case).await } else { ask_for_others(app, &case, unfit).await }
}

/// Looks at one picture, and makes it anew.
async fn look(app: &App, picture: &Evidence) -> Result<Result<(), Unfit>, Fault> {
    let gone = || Fault::broken("find the key of a picture");
    let sent = locks::body(app, picture)?.ok_or_else(gone)?;
    let whole = 0..picture.bytes.max(0).cast_unsigned();
    let verdict = app.room::<Scanner>().0.scan(sent.stream(whole.clone())).await;
    app.metrics.count(
        "sw_media_scans_total",
        &[match &verdict {
            Ok(Verdict::Clean) => "clean",
            Ok(Verdict::Harmful) => "harmful",
            Ok(Verdict::Mixed) => "mixed",
            Err(_) => "away",
        }],
    );
    if !matches!(verdict?, Verdict::Clean) {
        return Ok(Err(Unfit::Malware));
    }
    let format = picture.media_type.parse::<Format>().map_err(|()| Fault::broken("read the type of a picture"))?;
    let bench = Bench::open(app)?;
    let wrong = |e: std::io::Error| Fault::unavailable("lay out a picture for a worker", e);
    let mut input = tokio::fs::File::from_std(folder::create_file(&bench.0.join(INPUT)).map_err(wrong)?);
    let mut bytes = Box::pin(sent.stream(whole));
    while let Some(bytes) = bytes.try_next().await? {
        input.write_all(&bytes).await.map_err(wrong)?;
    }
    input.flush().await.map_err(wrong)?;
    drop(input);
    let work = match worker::process_as(app, &bench.0, format, Task::Evidence).await? {
        Ok(work) => work,
        Err(Reason::Pixels) => return Ok(Err(Unfit::Pixels)),
        Err(_) => return Ok(Err(Unfit::Damaged)),
    };
    if work.width.max(work.height) < app.config.verification.picture_side {
        return Ok(Err(Unfit::Small));
    }
    keep(app, picture, &bench, &work).await?;
    Ok(Ok(()))
}

/// Keeps what was made under the key of what was sent, which then goes.
async fn keep(app: &App, sent: &Evidence, bench: &Bench, work: &Work) -> Result<(), Fault> {
    let wrong = |e: std::io::Error| Fault::unavailable("read what a worker made", e);
    let output = work.outputs.first().ok_or_else(|| Fault::broken("find what a worker made"))?;
    let key = locks::unwrap(app, sent)?.ok_or_else(|| Fault::broken("find the key of a picture"))?;
    let etag = locks::etag(app);
    let blob = locks::blob(sent.case_id, sent.id, &etag)?;
    let mut writer = SealedWriter::create(app, &blob, &key).await?;
    let mut file = tokio::fs::File::open(bench.0.join(&output.file)).await.map_err(wrong)?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).await.map_err(wrong)? {
            0 => break,
            count => writer.push(&piece[..count]).await?,
        }
    }
    let bytes = writer.finish().await?.cast_signed();
    let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    let made = Evidence {
        state: Stage::Ready,
        etag,
        media_type: output.media_type.clone(),
        bytes,
        width: side(work.width),
        height: side(work.height),
        sharpness: work.sharpness,
        fingerprint: Some(work.fingerprint.cast_signed()),
        ..sent.clone()
    };
    let is_kept = app.db.write::<_, Fault, _>(move |tx| Box::pin(async move { evidence::finish(tx, &made).await }));
    let gone = if is_kept.await? { locks::blob(sent.case_id, sent.id, &sent.etag)? } else { blob };
    app.blobs.delete(&gone).await
}

/// Something that does harm: the case is over, and everything of it is destroyed.
async fn infected(app: &App, case: &Case) -> Result<(), Fault> {
    let (unit, case) = (app.clone(), case.clone());
    let id = case.id;
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let Some(state) = states::step(case.state, Act::Infected, false) else { return Ok(()) };
                let account = case.account_id;
                let reasons = Json(vec![Unfit::Malware.as_str().to_owned()]);
                let (decided_at, purge_after) = (Some(now), Some(now));
                let case = Case { state, reasons, decided_at, purge_after, updated_at: now, ..case };
                if cases::replace(tx, &case).await? {
                    let record = Record::of("verification.rejected", account).refused(Unfit::Malware.as_str());
                    audit::record(tx, &unit, &record, &Origin::house()).await?;
                }
                Ok(())
            })
        })
        .await?;
    purge::purge(app, id).await
}

/// Some pictures cannot be used: their person is told which, and sends others.
async fn ask_for_others(app: &App, case: &Case, unfit: Vec<(Evidence, Unfit)>) -> Result<(), Fault> {
    let (unit, case) = (app.clone(), case.clone());
    let gone = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let Some(state) = states::step(case.state, Act::Unfit, false) else { return Ok(Vec::new()) };
                let told = unfit.iter().map(|(one, why)| format!("{}:{}", why.as_str(), one.kind.as_str()));
                let case = Case { state, reasons: Json(told.collect()), updated_at: unit.now(), ..case };
                if !cases::replace(tx, &case).await? {
                    return Ok(Vec::new());
                }
                for (picture, _) in &unfit {
                    evidence::delete(tx, picture.id).await?;
                }
                Ok(unfit)
            })
        })
        .await?;
    for (picture, _) in gone {
        app.blobs.delete(&locks::blob(picture.case_id, picture.id, &picture.etag)?).await?;
    }
    Ok(())
}

/// Every picture can be used: the case waits for a reviewer, with what the house found.
async fn queue(app: &App, case: &Case) -> Result<(), Fault> {
    let (unit, case) = (app.clone(), case.clone());
    app.db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let now = unit.now();
                let Some(state) = states::step(case.state, Act::Clean, false) else { return Ok(()) };
                let mut details = locks::open_details(&unit, &case)?;
                details.findings = find(tx, &unit, &case).await?;
                let case = Case {
                    state,
                    two_person: two_person(tx, &unit, &case, &details.findings).await?,
                    details: Some(locks::seal_details(&unit, case.id, &details)?),
                    queued_at: Some(now),
                    updated_at: now,
                    ..case
                };
                if cases::replace(tx, &case).await? && unit.config.verification.service == Service::Http {
                    let job = Job::IdentityCheck { case: case.id };
                    jobs::enqueue(tx, &job, &unit.sealers.job, &unit.random, now).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn find(conn: &mut Conn<'_>, app: &App, case: &Case) -> Result<Vec<Finding>, Fault> {
    let account = case.account_id;
    let typed = locks::open_details(app, case)?.typed.ok_or(Fault::broken("find what was typed"))?;
    let mut found = checks::text(&typed, &person::today(app.now()), app.config.verification.min_age);
    for picture in evidence::list(conn, case.id).await? {
        let side = picture.kind;
        if checks::is_blurred(picture.sharpness) {
            found.push(Finding::Blurred { side });
        }
        if evidence::has_other_with(conn, account, picture.sha256).await? {
            found.push(Finding::SameFile { side });
        }
        let others: Vec<i64> =
            evidence::other_looks(conn, account, side, COMPARED).await?.into_iter().flatten().collect();
        if picture.fingerprint.is_some_and(|looks| checks::is_known(looks, &others)) {
            found.push(Finding::SamePicture { side });
        }
    }
    let document = kind(&case.kind).ok_or(Fault::broken("read the kind of a document"))?;
    let owners = identity::find_by_document(conn, app, &case.country, document, &typed.number).await?;
    let is_awaited = match case.document_lookup {
        Some(lookup) => cases::has_other_with(conn, account, lookup).await?,
        None => false,
    };
    if is_awaited || owners.into_iter().any(|owner| owner != account) {
        found.push(Finding::SameDocument);
    }
    Ok(found)
}

/// Whether one approval is not enough.
async fn two_person(conn: &mut Conn<'_>, app: &App, case: &Case, findings: &[Finding]) -> Result<bool, Fault> {
    match app.config.verification.two_person {
        TwoPerson::Off => Ok(false),
        TwoPerson::Always => Ok(true),
        TwoPerson::HighRisk => {
            let others = cases::list(conn, case.account_id, i64::from(u8::MAX)).await?;
            let has_failed = |other: &Case| matches!(other.state, State::Rejected | State::Fraud);
            Ok(case.wanted == Level::DocumentDual
                || case.is_appeal
                || findings.iter().any(|finding| finding.is_reuse())
                || others.iter().any(|other| other.id != case.id && has_failed(other)))
        }
    }
}
