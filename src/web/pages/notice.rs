//! What was just done, told on the page that a form leads to: a key in its query, and only one of these.

use poem::Response;

use crate::web::answer;
use crate::web::call::Call;
use crate::web::view::Frame;

/// The messages that an address may ask for.
const NOTICES: &[&str] = &[
    "saved",
    "stopped",
    "sessions-ended",
    "sessions-others-ended",
    "security-changed",
    "app-check-again",
    "app-paused",
    "app-resumed",
    "app-reported",
    "erasure-asked",
    "erasure-open",
    "stopped-all",
    "report-closed",
    "approval-refused",
    "contacts-again",
    "contact-proven",
    "contact-added",
    "contact-primary",
    "contact-removed",
    "linked-done",
    "linked-denied",
    "linked-removed",
    "offer-taken",
    "offer-declined",
    "badge-removed",
    "media-taken",
    "media-trashed",
    "media-restored",
    "media-destroyed",
    "rights-export-begun",
    "verify-started",
    "verify-agreed",
    "verify-challenged",
    "verify-picture-taken",
    "verify-submitted",
    "verify-withdrawn",
    "verify-appealed",
    "desk-released",
    "desk-renewed",
    "desk-decided",
];

/// On to a page that tells what was done.
pub fn done(path: &str, key: &'static str) -> Response {
    answer::see_other(&format!("{path}?done={key}"))
}

/// Tells it there.
pub fn tell(call: &Call, frame: &mut Frame) {
    let asked = call.query_value("done");
    frame.notice = NOTICES.iter().find(|key| asked.as_deref() == Some(**key)).map(|key| frame.t(key));
}
