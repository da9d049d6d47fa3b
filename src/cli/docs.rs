//! Prints the tables as Markdown.

use std::fmt::Write;

use crate::catalog::badges::BADGES;
use crate::catalog::claims::{CLAIMS, Line};
use crate::catalog::contexts::CONTEXTS;
use crate::catalog::events::EVENTS;
use crate::catalog::scopes::SCOPES;

/// Scopes, claims, contexts, badges and events, each as one Markdown table.
pub fn markdown() -> String {
    let scopes = SCOPES.iter().map(|s| {
        let who = format!("{:?}", s.who).to_lowercase();
        let claims = CLAIMS.iter().filter(|c| c.scope == s.name).map(|c| code(c.name)).collect::<Vec<_>>().join(", ");
        [code(s.name), who, claims, s.section.to_owned()]
    });
    let claims = CLAIMS.iter().map(|c| {
        let line = match c.line {
            Line::Own => "its own".to_owned(),
            Line::With(line) => code(line),
            Line::AnyOfScope => "any of its scope".to_owned(),
        };
        let value = format!("{:?}", c.value).to_lowercase();
        let id_token = if c.in_id_token { "yes" } else { "" };
        let masked = if c.is_sensitive() { "yes" } else { "" };
        [code(c.name), code(c.scope), value, line, id_token.into(), masked.into(), c.section.to_owned()]
    });
    let contexts = CONTEXTS.iter().map(|c| {
        [code(c.acr), c.needs.iter().map(|amr| code(amr)).collect::<Vec<_>>().join(", "), c.section.to_owned()]
    });
    let badges = BADGES.iter().map(|b| [code(b.slug), code(b.of), code(b.told_by), b.valid_days.to_string()]);
    let events =
        EVENTS.iter().map(|e| [code(e.name), format!("{:?}", e.seen_by).to_lowercase(), e.kept_days().to_string()]);
    [
        table("Scopes", ["Scope", "Granted by", "Claims", "Defined in"], scopes),
        table(
            "Claims",
            ["Claim", "Scope", "Value", "Consent line", "ID Token if granted", "Masked", "Defined in"],
            claims,
        ),
        table("Authentication contexts, the weakest first", ["acr", "amr", "Defined in"], contexts),
        table("Badges", ["Badge", "Vouches for", "Told by", "Days"], badges),
        table("Audit events", ["Event", "Seen by", "Days kept"], events),
    ]
    .join("\n")
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn table<const N: usize>(title: &str, head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut out = format!("## {title}\n\n| {} |\n|{}\n", head.join(" | "), "---|".repeat(N));
    for row in rows {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_printed_once() {
        let text = markdown();
        let rows = SCOPES.len() + CLAIMS.len() + CONTEXTS.len() + BADGES.len() + EVENTS.len();
        assert_eq!(text.lines().filter(|line| line.starts_with("| `")).count(), rows);
        assert!(text.contains("| `email_verified` | `email` | bool | `email` | yes |  | OIDC Core §5.1 |"));
    }
}
