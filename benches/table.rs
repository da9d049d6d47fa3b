//! The table that one run prints.

use crate::load::Cell;

/// One operation at every concurrency.
#[derive(Clone)]
pub struct Row {
    pub name: &'static str,
    /// What it may cost at most, as a multiple of the one-signature yardstick.
    pub aim: Option<f64>,
    pub cells: Vec<Cell>,
}

/// Prints the rows; `one` is the yardstick with one signature.
pub fn print(rows: &[Row], one: &Row) {
    let columns: Vec<_> = one.cells.iter().map(|cell| cell.concurrency).collect();
    let each = |text: &dyn Fn(usize) -> String| columns.iter().map(|c| text(*c)).collect::<String>();
    let width = columns.len() * 8;
    println!(
        "{:<24}|{:^width$}|{:^width$}| {:>4} |{:^w9$}| p50 / p99, milliseconds",
        "",
        "CPU ms each",
        "× one signature",
        "aim",
        "each second",
        w9 = columns.len() * 9,
    );
    println!(
        "{:<24}|{}|{}|      |{}|{}",
        "at concurrency",
        each(&|c| format!("{c:>7} ")),
        each(&|c| format!("{c:>7} ")),
        each(&|c| format!("{c:>8} ")),
        each(&|c| format!("{c:>15} ")),
    );
    for row in rows {
        let cell = |c: usize| row.cells.iter().find(|cell| cell.concurrency == c);
        let ratio = |c: usize| {
            let (own, other) = (cell(c)?, one.cells.iter().find(|cell| cell.concurrency == c)?);
            Some(own.cpu / other.cpu)
        };
        let show = |value: Option<f64>, width: usize, digits: usize| match value {
            Some(value) => format!("{value:>width$.digits$} "),
            None => format!("{:>width$} ", "–"),
        };
        println!(
            "{:<24}|{}|{}| {:>4} |{}|{}",
            row.name,
            each(&|c| show(cell(c).map(|cell| cell.cpu), 7, 3)),
            each(&|c| show(ratio(c), 7, 2)),
            row.aim.map(|aim| format!("{aim:.1}")).unwrap_or_default(),
            each(&|c| show(cell(c).map(|cell| cell.per_second), 8, 0)),
            each(&|c| match cell(c) {
                Some(cell) => format!("{:>7.2} /{:>6.1} ", cell.p50, cell.p99),
                None => format!("{:>15} ", "–"),
            }),
        );
    }
}
