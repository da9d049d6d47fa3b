//! Pictures as they come: told by their content, bounded, sealed under a key of their own before they are kept.

use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::base::id::{AccountId, CaseId, EvidenceId};
use crate::base::{Digest, Fault};
use crate::store::database::cases::Case;
use crate::store::database::evidence::{self, Evidence, State};
use crate::wallet::media::Unsupported;
use crate::wallet::media::kinds::{Format, HEAD, sniff};
use crate::wallet::media::sealed::{ContentKey, SealedWriter};
use crate::wallet::verification::person::{collecting, keep};
use crate::wallet::verification::{Failure, Refusal, Side, locks, wanted};

/// How often a picture is noted anew where others were noted at the same moment.
const TRIES: usize = 5;

/// Takes a picture in the place of any other of its side.
///
/// # Errors
/// Refused where nothing is collected, or it is no such picture; a fault. Nothing of it is kept then.
pub async fn take(
    app: &App,
    account: AccountId,
    case: CaseId,
    side: Side,
    body: impl Stream<Item = io::Result<Bytes>> + Send,
) -> Result<(), Failure> {
    may_take(app, account, case, side).await?;
    let mut body = Box::pin(body.fuse());
    let mut head = BytesMut::new();
    while head.len() < HEAD {
        match body.next().await {
            Some(piece) => head.extend_from_slice(&piece.map_err(|_| Refusal::Cut)?),
            None => break,
        }
    }
    let format = sniff(&head).map_err(Refusal::Unsupported)?;
    if !matches!(format, Format::Jpeg | Format::Png | Format::Webp) {
        return Err(Refusal::Unsupported(Unsupported::Other).into());
    }
    let now = app.now();
    let (id, etag, key) = (EvidenceId::new(now, &app.random), locks::etag(app), ContentKey::new(&app.random));
    let blob = locks::blob(case, id, &etag)?;
    let mut writer = SealedWriter::create(app, &blob, &key).await?;
    let mut hash = Sha256::new();
    let (mut size, most) = (0_u64, app.config.verification.picture_bytes);
    let mut piece = head.freeze();
    loop {
        size += piece.len() as u64;
        if size > most {
            writer.abort().await;
            return Err(Refusal::TooLarge { most }.into());
        }
        hash.update(&piece);
        writer.push(&piece).await?;
        piece = match body.next().await {
            Some(Ok(piece)) => piece,
            Some(Err(_)) => {
                writer.abort().await;
                return Err(Refusal::Cut.into());
            }
            None => break,
        };
    }
    writer.finish().await?;
    let new = Evidence {
        id,
        case_id: case,
        kind: side,
        state: State::Received,
        content_key: Some(locks::wrap(app, id, &key)),
        etag,
        media_type: format.mime().to_owned(),
        bytes: size.cast_signed(),
        width: 0,
        height: 0,
        sharpness: 0,
        sha256: Digest::from_bytes(hash.finalize().into()),
        fingerprint: None,
        created_at: now,
    };
    match note(app, account, new).await {
        Ok(None) => Ok(()),
        Ok(Some(old)) => Ok(app.blobs.delete(&locks::blob(case, old.id, &old.etag)?).await?),
        Err(failure) => {
            // It belongs to nothing.
            app.blobs.delete(&blob).await?;
            Err(failure)
        }
    }
}

/// Whether a picture is awaited.
async fn may_take(app: &App, account: AccountId, id: CaseId, side: Side) -> Result<(), Failure> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let case = collecting(conn, account, id).await?;
                check(&unit, &case, side)
            })
        })
        .await
}

fn check(app: &App, case: &Case, side: Side) -> Result<(), Failure> {
    if !wanted(&case.kind).contains(&side) {
        return Err(Refusal::State.into());
    }
    let challenge = locks::open_details(app, case)?.challenge.ok_or(Fault::broken("find a challenge"))?;
    if side == Side::Selfie && challenge.until <= app.now() {
        return Err(Refusal::ChallengeOver.into());
    }
    Ok(())
}

/// Keeps the row of a picture; gives that which it replaces.
async fn note(app: &App, account: AccountId, new: Evidence) -> Result<Option<Evidence>, Failure> {
    let mut tries = 0;
    loop {
        let (unit, new) = (app.clone(), new.clone());
        let noted = app
            .db
            .write::<_, Failure, _>(move |tx| {
                Box::pin(async move {
                    let case = collecting(tx, account, new.case_id).await?;
                    check(&unit, &case, new.kind)?;
                    let old = evidence::put(tx, &new).await?;
                    let updated_at = unit.now();
                    // Another picture of this case may have been noted meanwhile: then all of this is done again.
                    match keep(tx, &Case { updated_at, ..case }).await {
                        Ok(()) => Ok(Some(old)),
                        Err(Failure::Refused(Refusal::State)) => Err(Failure::Refused(Refusal::LockLost)),
                        Err(failure) => Err(failure),
                    }
                })
            })
            .await;
        tries += 1;
        match noted {
            Err(Failure::Refused(Refusal::LockLost)) if tries < TRIES => {}
            Err(Failure::Refused(Refusal::LockLost)) => return Err(Refusal::State.into()),
            noted => return Ok(noted?.flatten()),
        }
    }
}
