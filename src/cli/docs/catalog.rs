//! The tables about people and their data: scopes, claims, contexts, badges, events.

use super::{code, codes, table};
use crate::catalog::badges::BADGES;
use crate::catalog::claims::{CLAIMS, Line};
use crate::catalog::contexts::CONTEXTS;
use crate::catalog::events::EVENTS;
use crate::catalog::scopes::SCOPES;

/// Scopes, claims, contexts, badges and events, each as one Markdown table.
pub fn tables() -> Vec<String> {
    let scopes = SCOPES.iter().map(|s| {
        let who = format!("{:?}", s.who).to_lowercase();
        let claims: Vec<&str> = CLAIMS.iter().filter(|c| c.scope == s.name).map(|c| c.name).collect();
        vec![code(s.name), who, codes(&claims), s.section.to_owned()]
    });
    let claims = CLAIMS.iter().map(|c| {
        let line = match c.line {
            Line::Own => "its own".to_owned(),
            Line::Named => "its own, by name alone".to_owned(),
            Line::With(line) => code(line),
            Line::AnyOfScope => "any of its scope".to_owned(),
        };
        let value = format!("{:?}", c.value).to_lowercase();
        let id_token = if c.in_id_token { "yes" } else { "" };
        let masked = if c.is_sensitive() { "yes" } else { "" };
        vec![code(c.name), code(c.scope), value, line, id_token.into(), masked.into(), c.section.to_owned()]
    });
    let contexts = CONTEXTS.iter().map(|c| vec![code(c.acr), codes(c.needs), c.section.to_owned()]);
    let badges = BADGES.iter().map(|b| {
        let days = b.most_days().map_or_else(String::new, |days| days.to_string());
        vec![code(b.slug), format!("{:?}", b.earned), days, if b.is_renewable { "yes" } else { "" }.into()]
    });
    let events =
        EVENTS.iter().map(|e| vec![code(e.name), format!("{:?}", e.seen_by).to_lowercase(), e.kept_days().to_string()]);
    vec![
        table("Scopes", &["Scope", "Granted by", "Claims", "Defined in"], scopes),
        table(
            "Claims",
            &["Claim", "Scope", "Value", "Consent line", "ID Token if granted", "Masked", "Defined in"],
            claims,
        ),
        table("Authentication contexts, the weakest first", &["acr", "amr", "Defined in"], contexts),
        table("Badges", &["Badge", "Earned by", "Days at most", "Renewable"], badges),
        table("Audit events", &["Event", "Seen by", "Days kept"], events),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_printed_once() {
        let text = tables().concat();
        let rows = SCOPES.len() + CLAIMS.len() + CONTEXTS.len() + BADGES.len() + EVENTS.len();
        assert_eq!(text.lines().filter(|line| line.starts_with("| `")).count(), rows);
        assert!(text.contains("| `email_verified` | `email` | bool | `email` | yes |  | OIDC Core §5.1 |"));
    }
}
