//! Photos and videos: the grid, and one of them.

use askama::Template;

use crate::web::view::{Choice, Frame};

/// `/account/media`. The first form posts `csrf`, `album` and `file` as `multipart/form-data`, in this order; the filter
/// is a GET with `album`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/media.html")]
pub struct Media {
    pub frame: Frame,
    pub action: String,
    pub is_trash: bool,
    pub album: String,
    /// The first has the value `""`: every album.
    pub albums: Vec<Choice>,
    /// How much is there: "3 photos, 1 video, 12 MB of 2048 MB".
    pub used: String,
    /// Who looks at uploads.
    pub checked_by: String,
    /// What may be uploaded.
    pub hint: String,
    pub tiles: Vec<Tile>,
    pub trash_days: usize,
    /// The next, older page.
    pub older_href: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Tile {
    pub href: String,
    /// Title, or the name of the file.
    pub name: String,
    /// The description, or nothing.
    pub alt: String,
    /// The small picture, or the video.
    pub src: Option<String>,
    pub is_video: bool,
    /// Where it is on its way; `None` where it is ready.
    pub state: Option<Mark>,
}

/// A state in words.
#[derive(Clone, Debug)]
pub struct Mark {
    pub text: String,
    pub is_bad: bool,
}

/// `/account/media/{id}`. The first form posts `title`, `alt`, `album`; the others post to its `…_action`s.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/media_item.html")]
pub struct MediaItem {
    pub frame: Frame,
    pub name: String,
    pub action: String,
    pub src: Option<String>,
    pub is_video: bool,
    pub width: u32,
    pub height: u32,
    pub state: Option<Mark>,
    /// What is to be known of that state.
    pub told: Option<String>,
    pub title: String,
    pub alt: String,
    pub album: String,
    /// Albums that there are.
    pub albums: Vec<String>,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    /// Another photo that looks the same.
    pub alike: Option<String>,
    /// The house works on it.
    pub is_moving: bool,
    pub may_describe: bool,
    /// Makes it the picture of the person; posts `photo` with this value.
    pub picture: Option<String>,
    pub delete_action: Option<String>,
    pub restore_action: Option<String>,
    pub destroy_action: Option<String>,
}
