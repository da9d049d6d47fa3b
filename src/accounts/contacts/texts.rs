//! Codes to phones: to which numbers one may go, and what became of those that went (WALLET.md §10.4).

use super::Wish;
use crate::accounts::{guard, notice};
use crate::app::App;
use crate::audit::{self, Origin, Record};
use crate::base::{Digest, Fault, Seconds, Time, text};
use crate::error::Denied;
use crate::store::database::text_messages::{self, State, TextMessage};
use crate::store::database::{Conn, counters};

/// Over how long a range of numbers is watched.
const WATCHED: Seconds = Seconds::hours(1);

/// Whether codes are sent to the country of a number; the settings name calling codes.
pub(super) fn is_served(app: &App, number: &str) -> bool {
    let allowed = &app.config.sms.allowed_countries;
    allowed.is_empty() || allowed.iter().any(|code| number.starts_with(code.as_str()))
}

/// Whether a code may go to a number now.
pub(super) async fn may_go(conn: &mut Conn<'_>, app: &App, wish: &Wish) -> Result<Result<(), Denied>, Fault> {
    let now = app.now();
    if !is_served(app, &wish.sent.to) {
        return Ok(Err(Denied::field("phone", "problem-phone-country")));
    }
    let latest = text_messages::latest(conn, wish.account, wish.lookup).await?;
    if latest.is_some_and(|message| is_held(&message, now)) {
        return Ok(Err(Denied::field("", "problem-sim-changed")));
    }
    let refused = || Denied::field("phone", "problem-phone-range");
    let (range, rules) = (text::phone_prefix(&wish.sent.to), &app.config.sms);
    let block = guard::name(app, "sms-blocked", range);
    let blocked = counters::find(conn, block).await?;
    if blocked.is_some_and(|counter| guard::left(counter.since, rules.guard_block, now).is_some()) {
        return Ok(Err(refused()));
    }
    // Whoever is paid for messages to numbers of theirs has many sent, and never answers.
    let (sent, answered) = text_messages::tally(conn, self::range(app, range), now - WATCHED).await?;
    if sent < i64::from(rules.guard_sends) || answered * 100 >= sent * i64::from(rules.guard_answers) {
        return Ok(Ok(()));
    }
    counters::count(conn, block, 1, rules.guard_block, now).await?;
    app.metrics.count("sw_sms_ranges_blocked_total", &[]);
    tracing::warn!(range, sent, answered, "codes to a range of numbers are not answered: none go there for a while");
    let record = Record { requested: vec![format!("+{range}")], ..Record::new("sms.range_blocked") };
    audit::record(conn, app, &record, &Origin::house()).await?;
    Ok(Err(refused()))
}

/// Whether the SIM card of a number was changed so lately that no code to it counts.
pub(super) fn is_held(message: &TextMessage, now: Time) -> bool {
    message.held_until.is_some_and(|until| until > now)
}

/// Sends a code.
pub(super) async fn go(conn: &mut Conn<'_>, app: &App, wish: &Wish, code: &str) -> Result<(), Fault> {
    let now = app.now();
    let message = TextMessage {
        id: notice::sms(conn, app, &wish.sent, code).await?,
        account_id: wish.account,
        lookup: wish.lookup,
        prefix: range(app, text::phone_prefix(&wish.sent.to)),
        state: State::Queued,
        code: None,
        gateway_id: None,
        held_until: None,
        created_at: now,
        changed_at: now,
        answered_at: None,
    };
    text_messages::insert(conn, &message).await
}

fn range(app: &App, prefix: &str) -> Digest {
    guard::name(app, "sms-range", prefix)
}
