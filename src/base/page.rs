//! Cursor paging: a page of rows and where the next one begins.

use serde::Serialize;

/// How many rows a page may hold at the most.
pub const LARGEST: usize = 200;

/// A page of a list that is read newest first.
#[derive(Debug, Clone, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass it back to read on; absent on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `rows`, read with one more than `size`, into a page; `cursor` names the last row kept.
    pub fn cut(mut rows: Vec<T>, size: usize, cursor: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
