//! Counts that must survive a flush of the ephemeral store: password failures, codes sent.

use diesel::prelude::*;

use super::schema::counters;
use super::{Conn, Stored, on, steady};
use crate::base::{Digest, Fault, Seconds, Time};

/// A count under a name that tells nothing.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Counter {
    pub name: Digest,
    pub count: i64,
    /// When its window began.
    pub since: Time,
    /// When it was last counted.
    pub latest: Time,
}

/// # Errors
/// A fault when the database does not answer.
pub async fn find(conn: &mut Conn<'_>, name: Digest) -> Result<Option<Counter>, Fault> {
    on!(conn, get_result, counters::table.find(name)).optional().stored("find a counter")
}

/// Counts one more in a window that begins with the first; `None` when the window is full.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count(
    conn: &mut Conn<'_>,
    name: Digest,
    most: i64,
    window: Seconds,
    now: Time,
) -> Result<Option<i64>, Fault> {
    if begin(conn, name, now).await? {
        return Ok(Some(1));
    }
    let over = counters::table.find(name).filter(counters::since.le(now - window));
    let change = (counters::count.eq(1), counters::since.eq(now), counters::latest.eq(now));
    if on!(conn, execute, steady(diesel::update(over).set(change))).stored("begin a counter again")? == 1 {
        return Ok(Some(1));
    }
    let open = counters::table.find(name).filter(counters::count.lt(most));
    let change = (counters::count.eq(counters::count + 1), counters::latest.eq(now));
    let update = diesel::update(open).set(change).returning(counters::count);
    on!(conn, get_result, steady(update)).optional().stored("count")
}

/// Counts one more if nobody has since `seen` was read; `None` stands for no row.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn count_after(conn: &mut Conn<'_>, name: Digest, seen: Option<&Counter>, now: Time) -> Result<bool, Fault> {
    let Some(seen) = seen else { return begin(conn, name, now).await };
    let unmoved =
        counters::table.find(name).filter(counters::count.eq(seen.count).and(counters::latest.eq(seen.latest)));
    let change = (counters::count.eq(counters::count + 1), counters::latest.eq(now));
    Ok(on!(conn, execute, steady(diesel::update(unmoved).set(change))).stored("count")? == 1)
}

async fn begin(conn: &mut Conn<'_>, name: Digest, now: Time) -> Result<bool, Fault> {
    let row = (counters::name.eq(name), counters::count.eq(1), counters::since.eq(now), counters::latest.eq(now));
    let insert = diesel::insert_into(counters::table).values(row).on_conflict_do_nothing();
    Ok(on!(conn, execute, insert).stored("begin a counter")? == 1)
}

/// Forgets a count.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn clear(conn: &mut Conn<'_>, name: Digest) -> Result<(), Fault> {
    on!(conn, execute, diesel::delete(counters::table.find(name))).stored("clear a counter")?;
    Ok(())
}
