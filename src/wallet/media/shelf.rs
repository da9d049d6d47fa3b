//! What a person has: shown, named, put into albums, deleted and brought back.

use crate::accounts::sealing;
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::Fault;
use crate::base::id::{AccountId, MediaId};
use crate::base::seal::SealKey;
use crate::error::{Denied, Error};
use crate::store::database::Conn;
use crate::store::database::media::{self, State};
use crate::wallet::changes::{Change, Op, note};
use crate::wallet::media::{Item, destroy, item, locks};

/// What is shown outside the trash.
pub const SHOWN: &[State] = &[State::Uploading, State::Quarantined, State::Processing, State::Ready, State::Rejected];

/// Items of a person in some states, newest first; those before one of them where it is given.
///
/// # Errors
/// A fault when the database does not answer or an item cannot be opened.
pub async fn list(
    app: &App,
    account: AccountId,
    states: &'static [State],
    before: Option<MediaId>,
    most: usize,
) -> Result<Vec<Item>, Fault> {
    let unit = app.clone();
    app.db
        .read(move |conn| {
            Box::pin(async move {
                let assets = media::list(conn, account, states, before, most).await?;
                if assets.is_empty() {
                    return Ok(Vec::new());
                }
                let key = sealing::load_key(conn, &unit, account).await?;
                assets.iter().map(|asset| item(asset, locks::open_details(&key, asset)?)).collect()
            })
        })
        .await
}

/// All items of a person that are ready, newest first.
///
/// # Errors
/// A fault when the database does not answer or an item cannot be opened.
pub async fn ready(conn: &mut Conn<'_>, key: &SealKey, account: AccountId) -> Result<Vec<Item>, Fault> {
    let assets = media::list(conn, account, &[State::Ready], None, usize::MAX).await?;
    assets.iter().map(|asset| item(asset, locks::open_details(key, asset)?)).collect()
}

/// One item of a person.
///
/// # Errors
/// Not found where there is none of this person; a fault.
pub async fn find(app: &App, account: AccountId, id: MediaId) -> Result<Item, Error> {
    let unit = app.clone();
    app.db.read(move |conn| Box::pin(async move { find_in(conn, &unit, account, id).await })).await
}

async fn find_in(conn: &mut Conn<'_>, app: &App, account: AccountId, id: MediaId) -> Result<Item, Error> {
    let asset = media::find_own(conn, account, id).await?.ok_or(Denied::NotFound)?;
    let key = sealing::load_key(conn, app, account).await?;
    Ok(item(&asset, locks::open_details(&key, &asset)?)?)
}

/// What is said of an item: title, description, album.
#[derive(Debug, Clone)]
pub struct Said {
    pub title: String,
    pub alt: String,
    pub album: String,
}

/// The longest title or name of an album, and the longest description, in characters.
pub const LONGEST_NAME: usize = 120;
pub const LONGEST_ALT: usize = 1000;

/// Changes what is said of an item.
///
/// # Errors
/// Each text that is too long; not found; a fault.
pub async fn describe(app: &App, account: AccountId, id: MediaId, said: Said) -> Result<(), Error> {
    let is_long = |text: &str, most: usize| text.chars().count() > most;
    for (field, text, most, message) in [
        ("title", &said.title, LONGEST_NAME, "problem-too-long"),
        ("album", &said.album, LONGEST_NAME, "problem-too-long"),
        ("alt", &said.alt, LONGEST_ALT, "problem-too-long"),
    ] {
        if is_long(text, most) {
            return Err(Denied::field(field, message).into());
        }
    }
    let unit = app.clone();
    app.db
        .write(move |tx| {
            Box::pin(async move {
                let mut details = find_in(tx, &unit, account, id).await?.details;
                details.title = clean(&said.title);
                details.alt = clean(&said.alt);
                details.album = clean(&said.album);
                let key = sealing::load_key(tx, &unit, account).await?;
                let sealed = locks::seal_details(&unit, &key, id, &details)?;
                media::set_details(tx, id, &sealed, unit.now()).await?;
                Ok(note(tx, &unit, account, &[Change::media(id, Op::Changed)]).await?)
            })
        })
        .await
}

/// A text of one line without control characters, at most [`LONGEST_ALT`] characters of it.
pub fn clean(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_ALT).collect::<String>();
    spaced.trim().to_owned()
}

/// Puts an item into the trash: from now on nobody but its person sees it.
///
/// # Errors
/// Not found where it is not there, or not ready; a fault.
pub async fn trash(app: &App, account: AccountId, id: MediaId, origin: &Origin) -> Result<(), Error> {
    moved(app, account, id, State::Ready, State::Trashed, "media.trashed", origin).await
}

/// Brings an item back from the trash.
///
/// # Errors
/// Not found where it is not in the trash; a fault.
pub async fn restore(app: &App, account: AccountId, id: MediaId, origin: &Origin) -> Result<(), Error> {
    moved(app, account, id, State::Trashed, State::Ready, "media.restored", origin).await
}

async fn moved(
    app: &App,
    account: AccountId,
    id: MediaId,
    from: State,
    to: State,
    event: &'static str,
    origin: &Origin,
) -> Result<(), Error> {
    let (unit, origin) = (app.clone(), origin.clone());
    app.db
        .write(move |tx| {
            Box::pin(async move {
                media::find_own(tx, account, id).await?.ok_or(Denied::NotFound)?;
                if !media::advance(tx, id, from, to, unit.now()).await? {
                    return Err(Denied::NotFound.into());
                }
                let op = if to == State::Ready { Op::Added } else { Op::Removed };
                note(tx, &unit, account, &[Change::media(id, op)]).await?;
                Ok(audit::record(tx, &unit, &Record::of(event, account), &origin).await?)
            })
        })
        .await
}

/// Destroys an item of the trash, one that was refused, or an upload that is not ready yet.
///
/// # Errors
/// Not found where it is ready, or not there; a fault.
pub async fn destroy(app: &App, account: AccountId, id: MediaId, origin: &Origin) -> Result<(), Error> {
    let asset = app.db.read::<_, Fault, _>(move |conn| Box::pin(media::find_own(conn, account, id))).await?;
    let asset = asset.filter(|asset| asset.state != State::Ready).ok_or(Denied::NotFound)?;
    let record = (asset.state == State::Trashed).then(|| Record::of("media.destroyed", account));
    Ok(destroy::destroy(app, &asset, record, origin).await?)
}
