//! What a person can do about their data: take it along, bring it, have it deleted.

use askama::Template;

use crate::web::view::{Frame, When};

/// `/account/privacy`. The import form posts `bundle` as multipart. Problems at `bundle`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/account_privacy.html")]
pub struct AccountPrivacy {
    pub frame: Frame,
    pub exports: Vec<ExportRow>,
    /// Whether another can be ordered now.
    pub may_export: bool,
    pub imports: Vec<ImportRow>,
    /// "at most 4096 MB".
    pub import_hint: String,
}

#[derive(Clone, Debug)]
pub struct ExportRow {
    pub when: When,
    /// How it stands, in words.
    pub state: String,
    pub is_bad: bool,
    /// How many files are done, of how many.
    pub progress: Option<(usize, usize)>,
    /// Where it can be had.
    pub href: Option<String>,
    /// "until 3 May 2026, 12 MB".
    pub told: Option<String>,
}

#[derive(Clone, Debug)]
pub struct ImportRow {
    pub when: When,
    pub state: String,
    pub is_bad: bool,
    pub href: String,
}

/// `/account/privacy/export`: asks before it begins. Problems at none.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/account_export.html")]
pub struct AccountExport {
    pub frame: Frame,
    pub action: String,
    pub days: usize,
}

/// `/account/privacy/import/:id`: what came of it.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/account_import.html")]
pub struct AccountImport {
    pub frame: Frame,
    pub when: When,
    pub state: String,
    pub is_bad: bool,
    pub is_moving: bool,
    /// How many files are done, of how many.
    pub progress: Option<(usize, usize)>,
    pub taken: Vec<ImportLine>,
    pub known: Vec<ImportLine>,
    pub left: Vec<ImportLine>,
}

#[derive(Clone, Debug)]
pub struct ImportLine {
    pub what: String,
    pub why: Option<String>,
}

/// `/account/privacy/delete`. Posts `pace`, `confirm` (the email address), and `sure` where it is to be at once. Problems
/// at `confirm` and `pace`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/account_delete.html")]
pub struct AccountDelete {
    pub frame: Frame,
    pub action: String,
    pub email: String,
    pub usual_days: usize,
    pub fast_hours: usize,
    pub app_count: usize,
    pub pace: String,
    pub confirm: String,
    /// The second question, where it is to be at once.
    pub asks_again: bool,
}

impl AccountDelete {
    pub fn is_pace(&self, pace: &str) -> bool {
        self.pace == pace
    }
}

/// `/deletion`: it was asked for.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/deletion_asked.html")]
pub struct DeletionAsked {
    pub frame: Frame,
    pub is_now: bool,
}

/// `/deletion/:token`: call it off, or leave it. Posts nothing but the token.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/deletion_pending.html")]
pub struct DeletionPending {
    pub frame: Frame,
    /// `None` where it was called off, or is over.
    pub due: Option<When>,
    pub action: String,
}

/// `/deletion/kept`: it was called off.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/deletion_kept.html")]
pub struct DeletionKept {
    pub frame: Frame,
}
