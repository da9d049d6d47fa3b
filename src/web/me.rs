//! `/me/media`: what the script of the person's own pages asks for: uploads part by part, and the bytes of an item.

use futures_util::StreamExt;
use poem::Response;
use poem::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::Digest;
use crate::base::id::MediaId;
use crate::error::Denied;
use crate::wallet::media::uploads::{self, Announced, PART, Progress, parts_of};
use crate::wallet::media::{self, Failure, Refusal, State};
use crate::web::answer;
use crate::web::bytes::{self, Manner, Wishes};
use crate::web::call::Call;
use crate::web::problem::{self, Problem};

type Answer = Result<Response, crate::error::Error>;

/// What is said of an upload before it begins.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kind: Option<String>,
    file_name: String,
    size: u64,
    sha256: Option<String>,
    /// Not believed: the bytes tell.
    #[serde(default, rename = "mime_hint")]
    _mime_hint: Option<String>,
    album: Option<String>,
}

/// `POST /me/media/uploads`.
pub async fn create(mut call: Call) -> Answer {
    let outcome = async {
        call.check_script()?;
        let account = call.person().await?.session.account;
        let wanted: Wanted =
            call.script_json().await.ok_or(Refusal::Mismatch("the body is not the JSON of an upload"))?;
        let kind = wanted.kind.as_deref().map(str::parse).transpose();
        let digest = wanted.sha256.as_deref().map(hexadecimal);
        let announced = Announced {
            file_name: wanted.file_name,
            album: wanted.album.unwrap_or_default(),
            size: Some(wanted.size),
            digest: digest
                .map(|digest| digest.ok_or(Refusal::Mismatch("sha256 is not 64 hexadecimal digits")))
                .transpose()?,
            kind: kind.map_err(|()| Refusal::Mismatch("kind is photo or video"))?,
            ..Announced::default()
        };
        uploads::create(&call.app, account, announced).await
    };
    match outcome.await {
        Ok(progress) => {
            let mut response = answer::json(&document(&progress))?;
            response.set_status(StatusCode::CREATED);
            Ok(response)
        }
        Err(failure) => Ok(problem::tell(&failure, &call.visit)),
    }
}

fn hexadecimal(text: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(Digest::from_bytes(bytes))
}

fn document(progress: &Progress) -> Value {
    let ends = progress.expires_at.map(|at| at.rfc3339());
    let parts = (1..=parts_of(progress.size)).map(|n| {
        let part = progress.parts.iter().find(|part| part.number == n);
        json!({
            "n": n,
            "url": format!("/me/media/uploads/{}/parts/{n}", progress.id),
            "expires_at": ends,
            "etag": part.map(|part| &part.etag),
        })
    });
    let is_open = matches!(progress.state, State::Reserved | State::Uploading);
    json!({
        "upload_id": progress.id,
        "state": progress.state.as_str(),
        "reason": progress.reason,
        "size": progress.size,
        "part_size": PART,
        "parts": if is_open { parts.collect() } else { Vec::new() },
        "expires_at": ends,
        "page": format!("/account/media/{}", progress.id),
    })
}

/// `GET /me/media/uploads/{id}`: how far it is, to go on after a break, and what became of it.
pub async fn progress(call: Call) -> Answer {
    let outcome = async {
        let account = call.person().await?.session.account;
        uploads::progress(&call.app, account, call.id("id")?).await
    };
    tell(&call, outcome.await)
}

/// `PUT /me/media/uploads/{id}/parts/{n}`: the bytes of one part.
pub async fn put_part(mut call: Call) -> Answer {
    let mut body = Box::pin(call.body_stream().fuse());
    let outcome = async {
        call.check_script()?;
        let account = call.person().await?.session.account;
        let (id, number): (MediaId, u32) = (call.id("id")?, call.id("n")?);
        uploads::put_part(&call.app, account, id, number, call.content_length(), &mut body).await
    };
    match outcome.await {
        Ok(part) => answer::json(&json!({ "n": part.number, "bytes": part.bytes, "etag": part.etag })),
        Err(failure) => {
            // Whoever still sends would not get to read why: a part more is taken, and let go.
            let mut left = 2 * PART;
            while let Some(Ok(piece)) = body.next().await {
                left = left.saturating_sub(piece.len() as u64);
                if left == 0 {
                    break;
                }
            }
            Ok(problem::tell(&failure, &call.visit))
        }
    }
}

/// `POST /me/media/uploads/{id}/complete`.
pub async fn complete(call: Call) -> Answer {
    let outcome = async {
        call.check_script()?;
        let account = call.person().await?.session.account;
        uploads::complete(&call.app, account, call.id("id")?).await
    };
    match outcome.await {
        Ok(progress) if progress.state == State::Rejected => {
            Ok(problem::answer(&Problem::rejected(progress.reason.as_deref()), &call.visit))
        }
        other => tell(&call, other),
    }
}

/// `DELETE /me/media/uploads/{id}`.
pub async fn abandon(call: Call) -> Answer {
    let outcome = async {
        call.check_script()?;
        let account = call.person().await?.session.account;
        uploads::abandon(&call.app, account, call.id("id")?).await
    };
    match outcome.await {
        Ok(()) => Ok(Response::builder().status(StatusCode::NO_CONTENT).finish()),
        Err(failure) => Ok(problem::tell(&failure, &call.visit)),
    }
}

/// `GET /me/media/items/{id}/{variant}`: the bytes, for the person alone.
pub async fn bytes(call: Call) -> Answer {
    let outcome = async {
        let account = call.person().await?.session.account;
        let (id, variant): (MediaId, media::Variant) = (call.id("id")?, call.id("variant")?);
        let opened = media::open_own(&call.app, account, id, variant).await?;
        Ok::<_, Failure>((id, opened.ok_or(Denied::NotFound)?))
    };
    match outcome.await {
        Ok((id, opened)) => {
            // A browser may keep it while it asks each time whether it still may.
            let name = id.to_string();
            let manner = Manner { name: &name, cache: "private, no-cache", readers: "same-origin" };
            Ok(bytes::answer(&call.visit, &Wishes::of(&call), &opened, &manner))
        }
        Err(failure) => Ok(problem::tell(&failure, &call.visit)),
    }
}

fn tell(call: &Call, outcome: Result<Progress, Failure>) -> Answer {
    match outcome {
        Ok(progress) => answer::json(&document(&progress)),
        Err(failure) => Ok(problem::tell(&failure, &call.visit)),
    }
}
