//! `/m/{token}`: a photo or video by its link. No session and no token: the link itself is the permission.

use poem::Response;

use crate::error::Error;
use crate::wallet::media::Kind;
use crate::wallet::media::links;
use crate::web::bytes::{self, Manner, Wishes};
use crate::web::call::Call;

/// The path under which links are, and nothing else where they have a host of their own.
pub const BELOW: &str = "/m/";

pub async fn follow(call: Call) -> Result<Response, Error> {
    let followed = links::follow(&call.app, call.path("token"), call.visit.origin()).await?;
    let name = match followed.opened.format.kind() {
        Kind::Photo => "photo",
        Kind::Video => "video",
    };
    let cache = match followed.max_age {
        Some(age) => format!("private, max-age={}", age.0.max(0)),
        None => "private, max-age=0, no-store".to_owned(),
    };
    let manner = Manner { name, cache: &cache, readers: "cross-origin" };
    Ok(bytes::answer(&call.visit, &Wishes::of(&call), &followed.opened, &manner))
}
