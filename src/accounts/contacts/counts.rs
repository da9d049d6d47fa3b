//! How many codes go to an address: per address, person and range of numbers.

use super::{Wish, texts};
use crate::accounts::guard;
use crate::app::App;
use crate::base::{Fault, text};
use crate::config::Rate;
use crate::error::Denied;
use crate::store::database::contacts::ContactKind;
use crate::store::database::{Conn, counters};

/// Counts one more code to an address, in SQL; each count under a name that tells nothing (WALLET.md §18).
pub(super) async fn count_send(conn: &mut Conn<'_>, app: &App, wish: &Wish) -> Result<Result<(), Denied>, Fault> {
    if wish.kind == ContactKind::Phone
        && let Err(denied) = texts::may_go(conn, app, wish).await?
    {
        return Ok(Err(denied));
    }
    let limits = &app.config.limits;
    let (account, address) = (wish.account.to_string(), format!("{:?}", wish.lookup.as_bytes()));
    let pair = format!("{account}\0{address}");
    let pause = Rate { count: 1, per: app.config.codes.resend, burst: 1 };
    let mut counts = vec![("contact-pause", pair, pause), ("contact-account", account, limits.code_send_account)];
    match wish.kind {
        ContactKind::Email => counts.extend([
            ("contact-hour", address.clone(), limits.code_send),
            ("contact-day", address, limits.code_send_day),
        ]),
        ContactKind::Phone => counts.extend([
            ("sms-minutes", address.clone(), limits.sms_send),
            ("sms-hour", address.clone(), limits.sms_send_hour),
            ("sms-day", address, limits.sms_send_day),
            ("sms-prefix", text::phone_prefix(&wish.sent.to).to_owned(), limits.sms_prefix),
        ]),
    }
    let now = app.now();
    let counts: Vec<_> =
        counts.into_iter().map(|(purpose, key, rate)| (guard::name(app, purpose, &key), rate)).collect();
    // What is refused counts nowhere.
    for (name, rate) in &counts {
        let full = counters::find(conn, *name).await?.filter(|counter| counter.count >= i64::from(rate.count));
        if let Some(retry_after) = full.and_then(|counter| guard::left(counter.since, rate.per, now)) {
            return Ok(Err(Denied::TooMany { retry_after }));
        }
    }
    for (name, rate) in counts {
        // Another node may have counted since.
        if counters::count(conn, name, i64::from(rate.count), rate.per, now).await?.is_none() {
            return Ok(Err(Denied::TooMany { retry_after: rate.per }));
        }
    }
    Ok(Ok(()))
}
