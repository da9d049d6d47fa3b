//! Connecting a device, and the end of what was asked from elsewhere.

use askama::Template;

use crate::web::view::AppCard;
use crate::web::view::Frame;

/// `/device`. Posts `user_code`, which may have problems.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/device.html")]
pub struct Device {
    pub frame: Frame,
    pub action: String,
    /// What was typed, or came with the address.
    pub user_code: String,
}

/// The person has decided, and who asked fetches the answer by itself.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/polled_done.html")]
pub struct PolledDone {
    pub frame: Frame,
    pub app: AppCard,
    pub is_allowed: bool,
}
