//! `steady`: an UPDATE that is prepared once for each connection.
//!
//! diesel prepares every UPDATE anew, since a changeset may leave columns out. Ours are kept by their text, of which each
//! place that writes one has a single form, so the cache stays as small as the code.

use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A statement of [`steady`].
#[derive(Debug, Clone, Copy)]
pub struct Steady<Q>(Q);

/// Lets a connection keep the prepared statement.
pub fn steady<Q>(update: Q) -> Steady<Q> {
    Steady(update)
}

impl<Q> QueryId for Steady<Q> {
    type QueryId = ();
    // Kept by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Steady<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Steady<Q> {}

impl<Q, DB> QueryFragment<DB> for Steady<Q>
where
    DB: Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}
