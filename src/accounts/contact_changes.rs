//! What clients see of a change of an address: the claim that it is told by, and the badge that it proves.

use crate::app::App;
use crate::catalog::badges::{self, Earned};
use crate::oauth::grant::Pick;
use crate::signals::changes::{Change, Op};
use crate::store::database::contacts::{Contact, ContactKind};

/// The claim that tells an address of a kind.
pub(super) fn claim(kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Email => "email",
        ContactKind::Phone => "phone_number",
    }
}

/// An address came, was proven or contested, or went; `badge` is what became of its badge.
pub(super) fn of(app: &App, contact: &Contact, op: Op, badge: Option<Op>) -> Vec<Change> {
    let claim = claim(contact.kind);
    let pick = match contact.kind {
        ContactKind::Email => Pick::Email(contact.id),
        ContactKind::Phone => Pick::Phone(contact.id),
    };
    let mut all = vec![Change::address(claim, pick, contact.is_primary, op)];
    for kind in badges::BADGES {
        if let (Earned::Contact { of, .. }, Some(op)) = (kind.earned, badge)
            && of == claim
        {
            let id = badges::derived(&app.keys.pepper, contact.account_id, kind.slug, contact.id.as_bytes());
            all.push(Change::badge(id, op));
        }
    }
    all
}
