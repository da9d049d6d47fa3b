//! Photos and videos of a person: shown, uploaded, named, deleted, brought back.

use std::io;

use futures_util::TryStreamExt;
use multer::{Constraints, Multipart, SizeLimit};
use poem::Response;

use crate::base::id::MediaId;
use crate::error::{Denied, Error};
use crate::oauth::params;
use crate::wallet::media::looks;
use crate::wallet::media::shelf::{self, SHOWN, Said};
use crate::wallet::media::uploads::{self, Announced};
use crate::wallet::media::{Failure, Full, Item, Kind, Reason, Refusal, Scanner, State, Unsupported, Variant};
use crate::web::answer;
use crate::web::call::{Call, Person};
use crate::web::error::problems;
use crate::web::pages::notice;
use crate::web::view::{Choice, Problem, When};
use crate::web::views::media::{Mark, Media, MediaItem, Tile};
use crate::words::Words;

const PAGE: &str = "/account/media";
/// How many a page shows.
const SIZE: usize = 60;
/// How many are looked through for albums and for what is used: more than a wallet holds.
const ALL: usize = 2000;
/// The longest text of the upload's form.
const MOST_TEXT: u64 = 2000;
/// How much of a refused form is still taken, so that its browser gets to read the answer.
const MOST_DRAINED: u64 = 256 * 1024 * 1024;
/// In how many bits photos differ at most that look the same.
const ALIKE: u32 = 4;
/// What else has bytes of the wallet.
const HELD: &[State] = &[
    State::Reserved,
    State::Uploading,
    State::Quarantined,
    State::Processing,
    State::Ready,
    State::Trashed,
    State::Rejected,
];

pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    show(&call, &person, Vec::new()).await
}

async fn show(call: &Call, person: &Person, problems: Vec<Problem>) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    notice::tell(call, &mut frame);
    let is_bad = !problems.is_empty();
    frame.problems = problems;
    let words = frame.words;
    let account = person.session.account;
    let is_trash = call.query_value("show").as_deref() == Some("trash");
    let album = call.query_value("album").unwrap_or_default();
    let before = call.query_value("before").and_then(|id| id.parse::<MediaId>().ok());
    // Names of albums are sealed: only those that are opened can be told apart.
    let held = shelf::list(&call.app, account, HELD, None, ALL).await?;
    let is_here = |item: &&Item| match is_trash {
        true => item.state == State::Trashed,
        false => SHOWN.contains(&item.state) && (album.is_empty() || item.details.album == album),
    };
    let mut here: Vec<&Item> =
        held.iter().filter(is_here).filter(|item| before.is_none_or(|before| item.id < before)).collect();
    let has_more = here.len() > SIZE;
    here.truncate(SIZE);
    let older = here.last().filter(|_| has_more).map(|last| older(is_trash, &album, last.id));
    let page = Media {
        action: PAGE.to_owned(),
        is_trash,
        albums: albums(words, &held, &album),
        used: used(call, words, &held),
        checked_by: match call.app.room::<Scanner>().0.name() {
            "clamd" => words.t("media-checked-by-scanner"),
            _ => words.t("media-checked-by-file-check"),
        },
        hint: hint(call, words),
        tiles: here.into_iter().map(|item| tile(words, item)).collect(),
        trash_days: usize::try_from(call.app.config.media.trash.0 / 86_400).unwrap_or_default(),
        older_href: older,
        album,
        frame,
    };
    let status = if is_bad { poem::http::StatusCode::UNPROCESSABLE_ENTITY } else { poem::http::StatusCode::OK };
    answer::html_with(status, &page)
}

fn older(is_trash: bool, album: &str, last: MediaId) -> String {
    let mut href = format!("{PAGE}?before={last}");
    if is_trash {
        href.push_str("&show=trash");
    }
    if !album.is_empty() {
        href.push_str("&album=");
        params::encode(album, &mut href);
    }
    href
}

fn album_names(held: &[Item]) -> Vec<String> {
    let named = held.iter().filter(|item| SHOWN.contains(&item.state) && !item.details.album.is_empty());
    let mut names: Vec<String> = named.map(|item| item.details.album.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn albums(words: Words, held: &[Item], chosen: &str) -> Vec<Choice> {
    let choice = |value: String, label: String| {
        let is_chosen = value == chosen;
        Choice { value, label, hint: None, is_chosen }
    };
    let names = album_names(held).into_iter().map(|name| choice(name.clone(), name));
    std::iter::once(choice(String::new(), words.t("media-album-all"))).chain(names).collect()
}

fn used(call: &Call, words: Words, held: &[Item]) -> String {
    let counted = || held.iter().filter(|item| item.state != State::Rejected);
    let count = |kind: Kind| counted().filter(|item| item.kind == kind).count();
    let photos = words.count("media-count-photos", count(Kind::Photo), &[]);
    let videos = words.count("media-count-videos", count(Kind::Video), &[]);
    let bytes = megabytes(words, counted().map(|item| item.bytes).sum());
    let most = megabytes(words, call.app.config.media.total_bytes);
    words.with("media-used", &[("photos", &photos), ("videos", &videos), ("bytes", &bytes), ("most", &most)])
}

fn megabytes(words: Words, bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1024 * 1024);
    let text =
        if tenths.is_multiple_of(10) { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) };
    words.with("media-megabytes", &[("size", &text)])
}

fn hint(call: &Call, words: Words) -> String {
    let media = &call.app.config.media;
    let (photo, video) = (megabytes(words, media.photo_bytes), megabytes(words, media.video_bytes));
    let seconds = media.video_length.0.to_string();
    words.with("media-hint", &[("photo", &photo), ("video", &video), ("seconds", &seconds)])
}

fn name(words: Words, item: &Item) -> String {
    let details = &item.details;
    let named = [&details.title, &details.file_name].into_iter().find(|text| !text.is_empty());
    named.cloned().unwrap_or_else(|| match item.kind {
        Kind::Photo => words.t("media-a-photo"),
        Kind::Video => words.t("media-a-video"),
    })
}

fn source(item: &Item, photo: Variant) -> Option<String> {
    let variant = if item.kind == Kind::Photo { photo } else { Variant::Play };
    let is_there = matches!(item.state, State::Ready | State::Trashed);
    is_there.then(|| format!("/me/media/items/{}/{}", item.id, variant.as_str()))
}

fn mark(words: Words, item: &Item) -> Option<Mark> {
    let (key, is_bad) = match item.state {
        State::Reserved | State::Uploading => ("media-state-uploading", false),
        State::Quarantined => ("media-state-quarantined", false),
        State::Processing => ("media-state-processing", false),
        State::Rejected => ("media-state-rejected", true),
        State::Trashed => ("media-state-trashed", false),
        State::Ready => return None,
    };
    Some(Mark { text: words.t(key), is_bad })
}

fn told(words: Words, item: &Item) -> Option<String> {
    let key = match item.state {
        State::Reserved | State::Uploading => "media-told-uploading",
        State::Quarantined => "media-told-quarantined",
        State::Processing => "media-told-processing",
        State::Trashed => "media-told-trashed",
        State::Ready => return None,
        State::Rejected => match item.reason {
            Some(Reason::Malware) => "media-rejected-malware",
            Some(Reason::Duration) => "media-rejected-duration",
            Some(Reason::Pixels) => "media-rejected-pixels",
            Some(Reason::Policy) => "media-rejected-policy",
            Some(Reason::Decode) | None => "media-rejected-decode",
        },
    };
    Some(words.t(key))
}

fn tile(words: Words, item: &Item) -> Tile {
    let name = name(words, item);
    Tile {
        href: format!("{PAGE}/{}", item.id),
        // The name stands below it: said twice it would only be in the way.
        alt: item.details.alt.clone(),
        name,
        src: source(item, Variant::S320),
        is_video: item.kind == Kind::Video,
        state: mark(words, item),
    }
}

/// The form that works without a script: one or more files, streamed as they come.
pub async fn upload(mut call: Call) -> Result<Response, Error> {
    if !call.is_from_here() {
        return Err(Denied::Forbidden.into());
    }
    let person = call.person().await?;
    let bad = || crate::oauth::Error::invalid_request("the body must be multipart/form-data");
    let boundary = multer::parse_boundary(call.content_type()).map_err(|_| bad())?;
    let texts = SizeLimit::new().for_field("csrf", MOST_TEXT).for_field("album", MOST_TEXT);
    let body = call.body_stream();
    let mut form = Multipart::with_constraints(body, boundary, Constraints::new().size_limit(texts));
    let (mut is_ours, mut album, mut taken) = (false, String::new(), 0);
    let refusal = loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break None,
            Err(_) => break Some(Refusal::Mismatch("the form was cut off")),
        };
        match field.name() {
            Some("csrf") => is_ours = call.visit.is_csrf(&field.text().await.map_err(|_| bad())?),
            Some("album") => album = field.text().await.map_err(|_| bad())?,
            // The token stands before the files: those of another page are not taken at all.
            Some("file") if !is_ours => return Err(Denied::Expired.into()),
            Some("file") if field.file_name().is_some_and(|name| !name.is_empty()) => {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                let announced = Announced { file_name, album: album.clone(), ..Announced::default() };
                let bytes = field.map_err(io::Error::other);
                match uploads::take(&call.app, person.session.account, announced, bytes).await {
                    Ok(_) => taken += 1,
                    Err(Failure::Refused(refusal)) => break Some(refusal),
                    Err(Failure::Error(error)) => {
                        let told = problems(error, person.frame(&call.visit).words)?;
                        drain(form).await;
                        return show(&call, &person, told).await;
                    }
                }
            }
            _ => {}
        }
    };
    if !is_ours {
        return Err(Denied::Expired.into());
    }
    let words = person.frame(&call.visit).words;
    let text = match refusal {
        None if taken > 0 => return Ok(notice::done(PAGE, "media-taken")),
        None => words.t("media-problem-no-file"),
        Some(refusal) => {
            drain(form).await;
            sentence(words, refusal)
        }
    };
    show(&call, &person, vec![Problem { field: "file", text }]).await
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

fn sentence(words: Words, refusal: Refusal) -> String {
    match refusal {
        Refusal::Unsupported(Unsupported::Heif) => words.t("media-problem-heif"),
        Refusal::Unsupported(Unsupported::Other) => words.t("media-problem-type"),
        Refusal::TooLarge { most } => words.with("media-problem-large", &[("most", &megabytes(words, most))]),
        Refusal::NoRoom(Full::Photos) => words.t("media-problem-photos"),
        Refusal::NoRoom(Full::Videos) => words.t("media-problem-videos"),
        Refusal::NoRoom(Full::Bytes) => words.t("media-problem-bytes"),
        Refusal::Checksum | Refusal::Mismatch(_) => words.t("media-problem-cut"),
    }
}

pub async fn item_page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let item = shelf::find(&call.app, person.session.account, call.id("id")?).await?;
    show_item(&call, &person, &item, None, Vec::new()).await
}

async fn show_item(
    call: &Call,
    person: &Person,
    item: &Item,
    typed: Option<&Said>,
    problems: Vec<Problem>,
) -> Result<Response, Error> {
    let mut frame = person.frame(&call.visit);
    notice::tell(call, &mut frame);
    frame.problems = problems;
    let words = frame.words;
    let held = shelf::list(&call.app, person.session.account, SHOWN, None, ALL).await?;
    let kept =
        Said { title: item.details.title.clone(), alt: item.details.alt.clone(), album: item.details.album.clone() };
    let said = typed.unwrap_or(&kept).clone();
    let action = format!("{PAGE}/{}", item.id);
    let to = |end: &str| Some(format!("{action}/{end}"));
    answer::html(&MediaItem {
        name: name(words, item),
        src: source(item, Variant::M800),
        is_video: item.kind == Kind::Video,
        width: item.width,
        height: item.height,
        state: mark(words, item),
        told: told(words, item),
        title: said.title,
        alt: said.alt,
        album: said.album,
        albums: album_names(&held),
        facts: facts(words, item),
        alike: alike(item, &held).map(|other| format!("{PAGE}/{}", other.id)),
        is_moving: matches!(item.state, State::Quarantined | State::Processing),
        may_describe: item.state == State::Ready,
        picture: (item.state == State::Ready && item.kind == Kind::Photo).then(|| item.id.to_string()),
        delete_action: if item.state == State::Ready { to("delete") } else { None },
        restore_action: if item.state == State::Trashed { to("restore") } else { None },
        destroy_action: if item.state == State::Ready { None } else { to("destroy") },
        action,
        frame,
    })
}

/// Another photo that looks the same (WALLET.md §13.6).
fn alike<'a>(item: &Item, held: &'a [Item]) -> Option<&'a Item> {
    let is_photo = |one: &Item| one.kind == Kind::Photo && one.state == State::Ready;
    let print = item.details.fingerprint;
    let mut others = held.iter().filter(|other| other.id != item.id && is_photo(other));
    if is_photo(item) { others.find(|other| looks::distance(other.details.fingerprint, print) <= ALIKE) } else { None }
}

fn facts(words: Words, item: &Item) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if !item.details.file_name.is_empty() {
        facts.push((words.t("media-fact-file"), item.details.file_name.clone()));
    }
    if item.width > 0 {
        facts.push((words.t("media-fact-size"), format!("{} × {}", item.width, item.height)));
    }
    if item.duration_ms > 0 {
        let seconds = usize::try_from(item.duration_ms.div_ceil(1000)).unwrap_or(usize::MAX);
        facts.push((words.t("media-fact-length"), words.count("media-seconds", seconds, &[])));
    }
    if item.bytes > 0 {
        facts.push((words.t("media-fact-bytes"), megabytes(words, item.bytes)));
    }
    facts.push((words.t("media-fact-added"), When::date_time(words, item.created_at).text));
    facts
}

pub async fn describe(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let person = call.person().await?;
    let account = person.session.account;
    let item = shelf::find(&call.app, account, call.id("id")?).await?;
    let text = |name: &str| form.text(name).to_owned();
    let said = Said { title: text("title"), alt: text("alt"), album: text("album") };
    match shelf::describe(&call.app, account, item.id, said.clone()).await {
        Ok(()) => Ok(notice::done(&format!("{PAGE}/{}", item.id), "saved")),
        Err(error) => {
            let problems = problems(error, person.frame(&call.visit).words)?;
            show_item(&call, &person, &item, Some(&said), problems).await
        }
    }
}

pub async fn delete(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let account = call.person().await?.session.account;
    shelf::trash(&call.app, account, call.id("id")?, call.visit.origin()).await?;
    Ok(notice::done(PAGE, "media-trashed"))
}

pub async fn restore(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let account = call.person().await?.session.account;
    let id: MediaId = call.id("id")?;
    shelf::restore(&call.app, account, id, call.visit.origin()).await?;
    Ok(notice::done(&format!("{PAGE}/{id}"), "media-restored"))
}

pub async fn destroy(mut call: Call) -> Result<Response, Error> {
    call.form().await?;
    let account = call.person().await?.session.account;
    shelf::destroy(&call.app, account, call.id("id")?, call.visit.origin()).await?;
    Ok(notice::done(PAGE, "media-destroyed"))
}
