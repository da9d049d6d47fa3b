//! What time does to badges: they run out, and a doubt that nobody ends for long is none any more.

use super::{Act, change};
use crate::app::App;
use crate::audit::Origin;
use crate::base::{Fault, Seconds};
use crate::store::database::badges;

/// How long a badge may be in doubt.
const DOUBT: Seconds = Seconds::days(30);
const BATCH: i64 = 100;

/// Ends what has had its time; gives how many badges that were.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn run(app: &App) -> Result<usize, Fault> {
    let mut done = 0;
    loop {
        let unit = app.clone();
        let batch = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let (app, house) = (&unit, Origin::house());
                let mut changed = 0;
                for row in badges::overdue(tx, app.now(), BATCH).await? {
                    let act = (Act::Expire, "time_over");
                    changed += usize::from(change(tx, app, row.account_id, row.id, act, &house).await?);
                }
                for row in badges::in_doubt(tx, app.now() - DOUBT, BATCH).await? {
                    let act = (Act::Revoke, "in_doubt_too_long");
                    changed += usize::from(change(tx, app, row.account_id, row.id, act, &house).await?);
                }
                Ok(changed)
            })
        });
        let batch = batch.await?;
        if batch == 0 {
            return Ok(done);
        }
        done += batch;
    }
}
