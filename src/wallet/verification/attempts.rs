//! How often one person may begin: counted in SQL, so that nothing forgets it.

use crate::app::App;
use crate::base::id::AccountId;
use crate::base::{Digest, Fault, Seconds};
use crate::store::database::{Conn, counters};
use crate::wallet::verification::Refusal;

/// Counts one attempt, each of which has a challenge of its own; `Err` where there were too many.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count(conn: &mut Conn<'_>, app: &App, account: AccountId) -> Result<Result<(), Refusal>, Fault> {
    let settings = &app.config.verification;
    for (window, days, most) in [("day", 1, settings.attempts_day), ("month", 30, settings.attempts_month)] {
        let name = app.keys.pepper.mac("verification-attempts", format!("{window}\0{account}").as_bytes());
        let (name, length, now) = (Digest::from_bytes(name), Seconds::days(days), app.now());
        if counters::count(conn, name, i64::from(most), length, now).await?.is_none() {
            let since = counters::find(conn, name).await?.map_or(now, |counter| counter.since);
            let retry_after = Seconds((since + length).since(now).0.max(1));
            return Ok(Err(Refusal::Attempts { retry_after }));
        }
    }
    Ok(Ok(()))
}
