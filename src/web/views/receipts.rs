//! Receipts of consent.

use askama::Template;

use crate::web::view::Frame;
use crate::web::view::When;

/// `/account/receipts`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/receipts.html")]
pub struct Receipts {
    pub frame: Frame,
    pub rows: Vec<ReceiptRow>,
    pub older_href: Option<String>,
}

#[derive(Clone, Debug)]
pub struct ReceiptRow {
    /// The signed receipt itself.
    pub href: String,
    /// What happened.
    pub what: String,
    pub app: String,
    pub when: When,
}

impl ReceiptRow {
    /// The message that says what a receipt is about.
    pub fn key(event: &str) -> &'static str {
        match event {
            "given" => "receipt-given",
            "renewed" => "receipt-renewed",
            "changed" => "receipt-changed",
            "withdrawn" => "receipt-withdrawn",
            "terminated" => "receipt-terminated",
            "expired" => "receipt-expired",
            _ => "receipt-other",
        }
    }
}

/// `/receipts/verify`, for everyone. Posts `receipt`.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/receipt_verify.html")]
pub struct Verify {
    pub frame: Frame,
    /// What was pasted.
    pub receipt: String,
    pub checked: Option<Checked>,
}

/// What was found out about a text.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The message that says whether it is ours.
    pub key: &'static str,
    pub is_good: bool,
    pub what: String,
    pub app: String,
    pub when: Option<When>,
    /// What is shared, as a list in words.
    pub claims: String,
    /// All of it.
    pub document: String,
}

impl Checked {
    pub fn bad(key: &'static str) -> Self {
        let (what, app, claims, document) = Default::default();
        Self { key, is_good: false, what, app, when: None, claims, document }
    }
}
