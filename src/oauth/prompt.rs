//! How a person is to be asked: `prompt`, `max_age`, `acr_values`, `ui_locales`, `login_hint` (OIDC Core §3.1.2.1).

use serde::{Deserialize, Serialize};

use crate::base::Seconds;
use crate::base::text::language_tag;
use crate::oauth::error::Error;
use crate::oauth::params::Params;

/// What `prompt` asks for; `none` excludes the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    pub login: bool,
    pub consent: bool,
    pub select_account: bool,
    /// The person wants to open an account (Initiating User Registration via OIDC §4).
    pub create: bool,
}

/// The values of `prompt` that are read, as discovery lists them.
pub const PROMPT_VALUES: &[&str] = &["none", "login", "consent", "select_account", "create"];

impl Prompt {
    /// Reads `prompt`. Fails with `invalid_request` where a value is unknown or `none` comes with others.
    pub fn read(params: &Params) -> Result<Self, Error> {
        let mut prompt = Self::default();
        for value in words(params.get("prompt")) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                "create" => prompt.create = true,
                _ => return Err(Error::invalid_request("prompt has a value that is not supported")),
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account || prompt.create) {
            return Err(Error::invalid_request("prompt none excludes every other value"));
        }
        Ok(prompt)
    }
}

/// Reads `max_age`, in seconds. Fails with `invalid_request` where it is not a whole number from 0.
pub fn max_age(params: &Params) -> Result<Option<Seconds>, Error> {
    let Some(text) = params.get("max_age") else { return Ok(None) };
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<i64>() {
        // More than a century says: never mind.
        Ok(seconds) if digits => Ok(Some(Seconds(seconds.min(3_155_760_000)))),
        _ if digits => Ok(Some(Seconds(3_155_760_000))),
        _ => Err(Error::invalid_request("max_age must be a whole number of seconds")),
    }
}

/// The authentication context classes that `acr_values` would like, the best first.
pub fn acr_values(params: &Params) -> Vec<String> {
    words(params.get("acr_values")).map(str::to_owned).collect()
}

/// The languages that `ui_locales` would like, the best first; what is no language tag is passed over.
pub fn ui_locales(params: &Params) -> Vec<String> {
    words(params.get("ui_locales")).filter_map(language_tag).collect()
}

fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(' ').filter(|word| !word.is_empty()).take(20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::error::Code;

    fn params(query: &str) -> Params {
        Params::from_query(query).unwrap()
    }

    #[test]
    fn oidc_core_s3_1_2_1_prompt() {
        let none = Prompt { none: true, ..Prompt::default() };
        let both = Prompt { login: true, consent: true, ..Prompt::default() };
        for (query, wanted) in [
            ("", Some(Prompt::default())),
            ("prompt=none", Some(none)),
            ("prompt=login%20consent", Some(both)),
            ("prompt=none%20login", None),
            ("prompt=none%20create", None),
            ("prompt=Login", None),
            ("prompt=whatever", None),
        ] {
            match (Prompt::read(&params(query)), wanted) {
                (Ok(found), Some(wanted)) => assert_eq!(found, wanted, "{query}"),
                (Err(refused), None) => assert_eq!(refused.code(), Code::InvalidRequest, "{query}"),
                (found, _) => panic!("{query}: {found:?}"),
            }
        }
        for value in PROMPT_VALUES {
            assert!(Prompt::read(&params(&format!("prompt={value}"))).is_ok(), "{value} is promised");
        }
    }

    #[test]
    fn oidc_core_s3_1_2_1_max_age() {
        let huge = "max_age=99999999999999999999999";
        for (query, wanted) in [("", None), ("max_age=0", Some(0)), ("max_age=15000", Some(15000))] {
            assert_eq!(max_age(&params(query)).unwrap(), wanted.map(Seconds), "{query}");
        }
        assert!(max_age(&params(huge)).unwrap() > Some(Seconds::days(365)));
        for bad in ["-1", "1.5", "x", "%2B1", "1e3"] {
            assert!(max_age(&params(&format!("max_age={bad}"))).is_err(), "{bad}");
        }
    }

    #[test]
    fn oidc_core_s3_1_2_1_hints_never_fail() {
        let asked = params("ui_locales=AR%20de-de%20_x&acr_values=1%20%202");
        assert_eq!(ui_locales(&asked), ["ar", "de-DE"]);
        assert_eq!(acr_values(&asked), ["1", "2"]);
    }
}
