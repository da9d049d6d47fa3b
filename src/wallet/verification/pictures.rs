//! A picture on the desk: by a link that works for a minute, for the reviewer who has the case, with their name across it,
//! and on record.

use bytes::Bytes;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;

use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::id::{AccountId, EvidenceId};
use crate::base::{Fault, Seconds, Time};
use crate::config::folder;
use crate::error::Denied;
use crate::store::database::cases::{self, Case, State};
use crate::store::database::evidence::{self, Evidence, Side, State as Stage};
use crate::wallet::media::bench::{INPUT, Task};
use crate::wallet::media::kinds::Format;
use crate::wallet::media::pipeline::Bench;
use crate::wallet::media::worker;
use crate::wallet::verification::desk::{self, Reviewer};
use crate::wallet::verification::{Failure, Refusal, locks};

/// How long a link of the desk works, and one for an outside service.
pub const SEEN_FOR: Seconds = Seconds(60);
pub const FETCHED_FOR: Seconds = Seconds::hours(1);
/// What links are sealed for.
const DESK: &str = "desk-picture";
const SERVICE: &str = "service-picture";

/// What a link says.
#[derive(Serialize, Deserialize)]
struct Link {
    picture: EvidenceId,
    /// `None`: the outside service.
    reviewer: Option<AccountId>,
    until: Time,
}

/// A link for a reviewer.
///
/// # Errors
/// A fault where it cannot be written.
pub fn link(app: &App, picture: EvidenceId, reviewer: Reviewer) -> Result<String, Fault> {
    let link = Link { picture, reviewer: Some(reviewer.account), until: app.now() + SEEN_FOR };
    locks::seal_link(app, DESK, &link)
}

/// A link for the outside service.
///
/// # Errors
/// A fault where it cannot be written.
pub fn service_link(app: &App, picture: EvidenceId) -> Result<String, Fault> {
    locks::seal_link(app, SERVICE, &Link { picture, reviewer: None, until: app.now() + FETCHED_FOR })
}

/// The picture of a link, for the reviewer whom it was made for: JPEG, stamped with who looks, when, and the case.
///
/// # Errors
/// Not found where the link is none of theirs; expired; refused where they have the case no more; a fault.
pub async fn show(app: &App, reviewer: Reviewer, link: &str, origin: &Origin) -> Result<Bytes, Failure> {
    let said: Link = locks::open_link(app, DESK, link).ok_or(Denied::NotFound)?;
    if said.reviewer != Some(reviewer.account) {
        return Err(Denied::NotFound.into());
    }
    let (case, picture) = find(app, &said).await?;
    desk::own(&case, reviewer)?;
    if !desk::is_held(&case, reviewer.account, app.now()) {
        return Err(Refusal::LockLost.into());
    }
    let name = |id: &str| id.rsplit('_').next().map(|id| id[id.len().saturating_sub(10)..].to_owned());
    let (reviewer_name, case_name) = (name(&reviewer.account.to_string()), name(&case.id.to_string()));
    let now = app.now().rfc3339();
    let words = format!(
        "R-{} {} C-{}",
        reviewer_name.unwrap_or_default(),
        now.get(..16).unwrap_or_default().replace('T', " "),
        case_name.unwrap_or_default()
    );
    let bytes = stamped(app, &picture, words).await?;
    record(app, &case, &picture, Some(reviewer), origin).await?;
    Ok(bytes)
}

/// The picture of a link as it is kept, for the outside service, while it has the case.
///
/// # Errors
/// As [`show`].
pub async fn fetch(app: &App, link: &str, origin: &Origin) -> Result<Bytes, Failure> {
    let said: Link = locks::open_link(app, SERVICE, link).ok_or(Denied::NotFound)?;
    let (case, picture) = find(app, &said).await?;
    let is_theirs = case.state == State::InReview && case.reviewer_id.is_none();
    if !is_theirs || case.locked_until.is_none_or(|until| until <= app.now()) {
        return Err(Refusal::LockLost.into());
    }
    let body = locks::body(app, &picture)?.ok_or(Denied::NotFound)?;
    let pieces: Vec<Bytes> = body.stream(0..picture.bytes.max(0).cast_unsigned()).try_collect().await?;
    record(app, &case, &picture, None, origin).await?;
    Ok(pieces.concat().into())
}

async fn find(app: &App, said: &Link) -> Result<(Case, Evidence), Failure> {
    if said.until <= app.now() {
        return Err(Denied::Expired.into());
    }
    let id = said.picture;
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let picture = evidence::find(conn, id).await?.filter(|picture| picture.state == Stage::Ready);
                let picture = picture.ok_or(Denied::NotFound)?;
                let case = cases::find(conn, picture.case_id).await?.ok_or(Denied::NotFound)?;
                Ok((case, picture))
            })
        })
        .await
}

async fn stamped(app: &App, picture: &Evidence, words: String) -> Result<Bytes, Failure> {
    let body = locks::body(app, picture)?.ok_or(Denied::NotFound)?;
    let bench = Bench::open(app)?;
    let wrong = |e: std::io::Error| Fault::unavailable("stamp a picture", e);
    let mut input = tokio::fs::File::from_std(folder::create_file(&bench.0.join(INPUT)).map_err(wrong)?);
    let mut bytes = Box::pin(body.stream(0..picture.bytes.max(0).cast_unsigned()));
    while let Some(bytes) = bytes.try_next().await? {
        input.write_all(&bytes).await.map_err(wrong)?;
    }
    input.flush().await.map_err(wrong)?;
    drop(input);
    let format = picture.media_type.parse::<Format>().map_err(|()| Fault::broken("read the type of a picture"))?;
    let work = worker::process_as(app, &bench.0, format, Task::Stamp(words)).await?;
    let work = work.map_err(|_| Fault::broken("stamp a picture that was made here"))?;
    let output = work.outputs.first().ok_or_else(|| Fault::broken("find what a worker made"))?;
    Ok(tokio::fs::read(bench.0.join(&output.file)).await.map_err(wrong)?.into())
}

/// Its person sees that a reviewer looked, and at what; staff see who it was.
async fn record(
    app: &App,
    case: &Case,
    picture: &Evidence,
    reviewer: Option<Reviewer>,
    origin: &Origin,
) -> Result<(), Failure> {
    let (unit, origin) = (app.clone(), origin.clone());
    let (account, case, side) = (case.account_id, case.id, picture.kind);
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let channel = match side {
                    Side::Front => "document_front",
                    Side::Back => "document_back",
                    Side::Selfie => "document_selfie",
                };
                let seen = Record { channel: Some(channel), ..Record::of("review.evidence_seen", account) };
                let house = Origin { request_id: origin.request_id.clone(), ..Origin::house() };
                audit::record(tx, &unit, &seen, &house).await?;
                if let Some(reviewer) = reviewer {
                    let released = vec![case.to_string(), side.as_str().to_owned()];
                    let opened = Record { released, ..Record::of("review.evidence_opened", reviewer.account) };
                    audit::record(tx, &unit, &opened, &origin).await?;
                }
                Ok(())
            })
        })
        .await
}
