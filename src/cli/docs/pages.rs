//! `PAGES`: a page for each capability, with the section that it follows and requests that work.

/// One page.
pub struct Page {
    pub name: &'static str,
    /// Markdown.
    pub text: &'static str,
}

macro_rules! pages {
    ($($name:literal)*) => {
        /// Every page, in the order in which one would read them.
        pub const PAGES: &[Page] = &[$(Page {
            name: $name,
            text: include_str!(concat!("../../provider/docs/", $name, ".md")),
        }),*];
    };
}

pages! {
    "authorization"
    "pushed-requests"
    "request-objects"
    "jarm"
    "authorization-details"
    "resources"
    "client-authentication"
    "dpop"
    "mtls"
    "refresh-tokens"
    "device"
    "ciba"
    "token-exchange"
    "jwt-bearer"
    "client-credentials"
    "introspection"
    "revocation"
    "userinfo"
    "asking-for-little"
    "data-api"
    "badges"
    "media"
    "verified-claims"
    "changes"
    "webhooks"
    "signals"
    "step-up"
    "grant-management"
    "awarding-badges"
    "logout"
    "registration"
    "metadata"
    "profiles"
    "keys"
}

impl Page {
    /// Its name and its title, as one line.
    pub fn line(&self) -> String {
        let title = self.text.lines().next().unwrap_or_default().trim_start_matches("# ");
        format!("{:<22} {title}\n", self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/provider/docs");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names: BTreeSet<String> = PAGES.iter().map(|page| format!("{}.md", page.name)).collect();
        assert_eq!(files.collect::<BTreeSet<_>>(), names);
        assert_eq!(names.len(), PAGES.len(), "each once");
        for page in PAGES {
            assert!(page.text.starts_with("# ") && page.line().lines().count() == 1, "{}", page.name);
        }
    }
}
