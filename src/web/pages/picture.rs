//! The picture of a person: one of the photos of the wallet, or none.

use poem::Response;

use crate::base::id::MediaId;
use crate::error::{Denied, Error};
use crate::wallet::holdings;
use crate::wallet::media::shelf;
use crate::wallet::media::{Kind, State};
use crate::wallet::profile;
use crate::web::answer;
use crate::web::call::Call;
use crate::web::pages::notice;
use crate::web::views::consent::Thumb;
use crate::web::views::profile::Picture;

pub const PAGE: &str = "/account/profile/picture";
/// More photos than a wallet holds.
const ALL: usize = 2000;

/// Where the photo is shown to its person.
pub fn src(photo: MediaId) -> String {
    format!("/me/media/items/{photo}/s320")
}

/// The photos of the wallet to choose from.
pub async fn page(call: Call) -> Result<Response, Error> {
    let person = call.person().await?;
    let frame = person.frame(&call.visit);
    let account = person.session.account;
    let chosen = chosen(&call, account).await?;
    let items = shelf::list(&call.app, account, &[State::Ready], None, ALL).await?;
    let photos = items.into_iter().filter(|item| item.kind == Kind::Photo);
    let thumb = |item: crate::wallet::media::Item| Thumb {
        value: item.id.to_string(),
        src: src(item.id),
        name: Some(item.name()).filter(|name| !name.is_empty()).map_or_else(|| frame.t("media-a-photo"), str::to_owned),
        is_video: false,
        is_chosen: chosen == Some(item.id),
    };
    let photos: Vec<Thumb> = photos.map(thumb).collect();
    answer::html(&Picture { action: PAGE.to_owned(), photos, has_none: chosen.is_none(), frame })
}

/// The photo that is chosen, while it is there.
pub async fn chosen(call: &Call, account: crate::base::id::AccountId) -> Result<Option<MediaId>, Error> {
    let unit = call.app.clone();
    let holdings = call
        .app
        .db
        .read(move |conn| Box::pin(async move { Ok::<_, Error>(holdings::current(conn, &unit, account).await?) }));
    Ok(holdings.await?.picture())
}

pub async fn choose(mut call: Call) -> Result<Response, Error> {
    let form = call.form().await?;
    let account = call.person().await?.session.account;
    let photo = match form.text("photo") {
        "" => None,
        id => Some(id.parse::<MediaId>().map_err(|_| Denied::NotFound)?),
    };
    profile::set_picture(&call.app, account, photo, call.visit.origin()).await?;
    Ok(notice::done("/account/profile", "saved"))
}
