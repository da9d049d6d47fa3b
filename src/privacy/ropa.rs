//! The record of processing activities (GDPR Art. 30), printed from the tables that the house works by.

use std::fmt::Write;

use crate::app::App;
use crate::catalog::{CLAIMS, Sensitivity};
use crate::privacy::parts::csv;
use crate::privacy::retention;

const HEAD: [&str; 7] = ["activity", "data", "people", "recipients", "kept", "then", "basis"];

/// As CSV (RFC 4180).
pub fn table(app: &App) -> String {
    let mut out = String::new();
    line(&mut out, &HEAD.map(str::to_owned));
    for scope in scopes() {
        let of_scope = || CLAIMS.iter().filter(|claim| claim.scope == scope);
        let names: Vec<&str> = of_scope().map(|claim| claim.name).collect();
        let is_sensitive = of_scope().any(|claim| claim.sensitivity == Sensitivity::Sensitive);
        let asked = if is_sensitive {
            "platforms that the person allows, line by line"
        } else {
            "platforms that the person allows"
        };
        line(
            &mut out,
            &[
                format!("Sharing of the scope {scope}"),
                names.join(" "),
                "people with a wallet".to_owned(),
                asked.to_owned(),
                "until the person deletes it".to_owned(),
                "deleted".to_owned(),
                "Art. 6(1)(a) GDPR: consent, withdrawn at any time".to_owned(),
            ],
        );
    }
    for (row, kept) in retention::table(app).into_iter().filter(|(row, _)| row.is_personal) {
        line(
            &mut out,
            &[
                "Running the wallet".to_owned(),
                row.data.to_owned(),
                "people with a wallet".to_owned(),
                "nobody outside of the house".to_owned(),
                told(kept.0),
                row.then.as_str().to_owned(),
                row.basis.as_str().to_owned(),
            ],
        );
    }
    out
}

fn scopes() -> Vec<&'static str> {
    let mut scopes: Vec<&'static str> = Vec::new();
    for claim in CLAIMS {
        if !scopes.contains(&claim.scope) {
            scopes.push(claim.scope);
        }
    }
    scopes
}

fn line(out: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| csv(cell)).collect();
    // Writing to a String cannot fail.
    let _ = write!(out, "{}\r\n", cells.join(","));
}

/// A time in the largest unit that it is a whole number of.
pub fn told(seconds: i64) -> String {
    for (unit, name) in [(86_400, "d"), (3600, "h"), (60, "min")] {
        if seconds % unit == 0 {
            return format!("{} {name}", seconds / unit);
        }
    }
    format!("{seconds} s")
}
