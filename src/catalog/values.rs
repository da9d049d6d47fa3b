//! Values of claims: what a person types, checked and normalised; what is kept, as JSON.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::{Date, Month};

use crate::base::{text, url};
use crate::catalog::claims::{Claim, ValueType};

/// Why a typed value is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    Empty,
    TooLong {
        most: usize,
    },
    NotUrl,
    NotDate,
    NotLanguage,
    NotZone,
    NotEmail,
    NotPhone,
    NotAddress,
    NotColor,
    /// One member of a list does not fit, or there are too many.
    NotList,
    /// The house fills it in, nobody types it.
    NotTyped,
}

impl Problem {
    /// Fluent key of the sentence that says what to do.
    pub fn key(self) -> &'static str {
        match self {
            Self::Empty | Self::TooLong { .. } | Self::NotAddress | Self::NotTyped => "problem-line",
            Self::NotUrl => "problem-url",
            Self::NotDate => "problem-birthdate",
            Self::NotLanguage => "problem-locale",
            Self::NotZone => "problem-zoneinfo",
            Self::NotEmail => "problem-email",
            Self::NotPhone => "problem-phone",
            Self::NotColor => "problem-color",
            Self::NotList => "problem-list",
        }
    }
}

/// Checks what a person typed for a claim and gives the form in which it is kept.
///
/// An address is the JSON of its form ([`Address`]). Whether a birth date lies in the future is for the caller, who
/// has a clock.
pub fn check_value(claim: &Claim, typed: &str) -> Result<String, Problem> {
    if typed.len() > claim.most.saturating_mul(4) + 64 {
        return Err(Problem::TooLong { most: claim.most });
    }
    if claim.value == ValueType::Address {
        return Address::read(typed.trim()).ok_or(Problem::NotAddress)?.check()?.kept();
    }
    if claim.most > 0 && claim.value.most_members().is_some() {
        return check_list(claim, typed);
    }
    let line = text::line(typed, usize::MAX).ok_or(Problem::Empty)?;
    let value = match claim.value {
        ValueType::Prose => text::lines(typed, usize::MAX).ok_or(Problem::Empty)?,
        ValueType::Color => check_color(&line).ok_or(Problem::NotColor)?,
        ValueType::Text => Some(line).filter(|line| line != "null").ok_or(Problem::Empty)?,
        ValueType::Url => check_url(&line).ok_or(Problem::NotUrl)?,
        ValueType::Date => check_date(&line).ok_or(Problem::NotDate)?,
        ValueType::Language => text::language_tag(&line).ok_or(Problem::NotLanguage)?,
        ValueType::Zone => Some(line).filter(|zone| is_zone(zone)).ok_or(Problem::NotZone)?,
        ValueType::Email => text::email(&line).ok_or(Problem::NotEmail)?,
        ValueType::Phone => text::phone(&line).ok_or(Problem::NotPhone)?,
        ValueType::Texts | ValueType::Urls | ValueType::Languages => return Err(Problem::NotTyped),
        ValueType::Bool | ValueType::Number | ValueType::Address | ValueType::Media => return Err(Problem::NotTyped),
        ValueType::Object | ValueType::Objects => return Err(Problem::NotTyped),
    };
    if claim.most == 0 {
        return Err(Problem::NotTyped);
    }
    (value.chars().count() <= claim.most).then_some(value).ok_or(Problem::TooLong { most: claim.most })
}

/// The JSON of a kept value, of the type that OIDC Core §5.1 demands; `None` where it is not of that type, so that an
/// empty or broken value is left out and never sent.
pub fn to_json(value: ValueType, kept: &str) -> Option<Value> {
    if kept.is_empty() {
        return None;
    }
    match value {
        ValueType::Bool => kept.parse().ok().map(Value::Bool),
        ValueType::Number => kept.parse::<i64>().ok().map(Value::from),
        ValueType::Address => Address::read(kept)?.to_json(),
        // What is picked is counted for each who asks.
        ValueType::Media => None,
        ValueType::Object | ValueType::Objects => serde_json::from_str(kept).ok().filter(Value::is_object),
        list if list.most_members().is_some() => Some(Value::from(kept.lines().collect::<Vec<_>>())),
        _ => Some(Value::String(kept.to_owned())),
    }
}

/// A postal address (OIDC Core §5.1.1). Every part may be missing, one at least is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    /// Lines separated by line feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

impl Address {
    /// Reads the kept form.
    pub fn read(kept: &str) -> Option<Self> {
        // serde would take an array for a struct too.
        kept.starts_with('{').then(|| serde_json::from_str(kept).ok()).flatten()
    }

    /// The form in which it is kept.
    pub fn kept(&self) -> Result<String, Problem> {
        serde_json::to_string(self).map_err(|_| Problem::NotAddress)
    }

    /// Normalises every part and drops the empty ones.
    pub fn check(self) -> Result<Self, Problem> {
        let part = |typed: Option<String>, most: usize, may_break: bool| {
            let Some(typed) = typed.filter(|typed| !typed.trim().is_empty()) else { return Ok(None) };
            let whole = if may_break { text::lines(&typed, usize::MAX) } else { text::line(&typed, usize::MAX) };
            match whole {
                Some(whole) if whole.chars().count() > most => Err(Problem::TooLong { most }),
                whole => Ok(whole),
            }
        };
        let address = Self {
            formatted: part(self.formatted, 500, true)?,
            street_address: part(self.street_address, 300, true)?,
            locality: part(self.locality, 100, false)?,
            region: part(self.region, 100, false)?,
            postal_code: part(self.postal_code, 20, false)?,
            country: part(self.country, 100, false)?,
        };
        if address == Self::default() { Err(Problem::Empty) } else { Ok(address) }
    }

    /// Lines for an envelope: its own `formatted`, else put together from the parts.
    pub fn lines(&self) -> String {
        if let Some(formatted) = &self.formatted {
            return formatted.clone();
        }
        let town = [&self.postal_code, &self.locality].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let town = Some(town).filter(|town| !town.is_empty());
        let lines = [self.street_address.clone(), town, self.region.clone(), self.country.clone()];
        lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    /// The claim's object, `formatted` always among its members.
    fn to_json(&self) -> Option<Value> {
        let Value::Object(mut map) = serde_json::to_value(self).ok()? else { return None };
        if map.is_empty() {
            return None;
        }
        let formatted = ("formatted".to_owned(), Value::String(self.lines()));
        map.remove("formatted");
        Some(Value::Object(Map::from_iter(std::iter::once(formatted).chain(map))))
    }
}

/// A list: one member a line, each once.
fn check_list(claim: &Claim, typed: &str) -> Result<String, Problem> {
    let mut members: Vec<String> = Vec::new();
    for member in typed.lines().filter_map(|typed| text::line(typed, usize::MAX)) {
        let member = match claim.value {
            ValueType::Urls => check_url(&member).ok_or(Problem::NotUrl)?,
            ValueType::Languages => text::language_tag(&member).ok_or(Problem::NotLanguage)?,
            _ => Some(member).filter(|member| member.chars().count() <= MOST_MEMBER).ok_or(Problem::NotList)?,
        };
        if !members.contains(&member) {
            members.push(member);
        }
    }
    let kept = members.join("\n");
    match kept.chars().count() {
        0 => Err(Problem::Empty),
        length if length > claim.most => Err(Problem::TooLong { most: claim.most }),
        _ if Some(members.len()) > claim.value.most_members() => Err(Problem::NotList),
        _ => Ok(kept),
    }
}

/// The most characters of one member of a list of texts.
const MOST_MEMBER: usize = 60;

fn check_color(line: &str) -> Option<String> {
    let digits = line.strip_prefix('#')?;
    let is_color = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_color.then(|| line.to_ascii_lowercase())
}

fn check_url(line: &str) -> Option<String> {
    url::web(line).filter(|url| url.scheme() == "https").map(String::from)
}

/// `YYYY-MM-DD`, `0000-MM-DD`, `YYYY` of a day that exists. The year 0000 stands for any, so 29 February is one.
fn check_date(line: &str) -> Option<String> {
    let is_digits = |part: &str, n| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = line.split('-');
    let (year, month, day) = (parts.next()?, parts.next(), parts.next());
    if !is_digits(year, 4) || parts.next().is_some() {
        return None;
    }
    let exists = match (month, day) {
        (None, None) => year != "0000",
        (Some(month), Some(day)) if is_digits(month, 2) && is_digits(day, 2) => {
            let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
            Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).is_ok()
        }
        _ => false,
    };
    exists.then(|| line.to_owned())
}

/// `Europe/Berlin`, `America/Argentina/Salta`, `UTC`: the form, not the list, which changes several times a year.
fn is_zone(zone: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
    };
    let parts: Vec<&str> = zone.split('/').collect();
    zone.len() <= 64 && (zone == "UTC" || (2..=3).contains(&parts.len())) && parts.into_iter().all(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::catalog::CLAIMS;
    use crate::catalog::claims::find;

    fn check(name: &str, typed: &str) -> Result<String, Problem> {
        check_value(find(name).unwrap(), typed)
    }

    #[test]
    fn typed_values_are_normalised_or_refused() {
        let cases: &[(&str, &str, Result<&str, Problem>)] = &[
            ("name", "  Amina   Yusuf ", Ok("Amina Yusuf")),
            ("name", " \u{200b}", Err(Problem::Empty)),
            ("name", "null", Err(Problem::Empty)),
            ("nickname", &"x".repeat(101), Err(Problem::TooLong { most: 100 })),
            ("nickname", &"x".repeat(10_000), Err(Problem::TooLong { most: 100 })),
            ("website", "https://Amina.example", Ok("https://amina.example/")),
            ("website", "http://amina.example", Err(Problem::NotUrl)),
            ("website", "http://localhost/", Err(Problem::NotUrl)),
            ("website", "javascript:alert(1)", Err(Problem::NotUrl)),
            ("picture", "https://a.example/me.jpg", Err(Problem::NotTyped)),
            ("profile", "https://u:p@amina.example/", Err(Problem::NotUrl)),
            ("birthdate", "1990-02-28", Ok("1990-02-28")),
            ("birthdate", "0000-02-29", Ok("0000-02-29")),
            ("birthdate", "1990", Ok("1990")),
            ("birthdate", "0000", Err(Problem::NotDate)),
            ("birthdate", "1990-02-29", Err(Problem::NotDate)),
            ("birthdate", "1990-2-1", Err(Problem::NotDate)),
            ("birthdate", "1990-02", Err(Problem::NotDate)),
            ("birthdate", "28.02.1990", Err(Problem::NotDate)),
            ("zoneinfo", "Europe/Berlin", Ok("Europe/Berlin")),
            ("zoneinfo", "America/Argentina/Salta", Ok("America/Argentina/Salta")),
            ("zoneinfo", "UTC", Ok("UTC")),
            ("zoneinfo", "Etc/GMT+5", Ok("Etc/GMT+5")),
            ("zoneinfo", "Berlin", Err(Problem::NotZone)),
            ("zoneinfo", "../etc/passwd", Err(Problem::NotZone)),
            ("locale", "PT-br", Ok("pt-BR")),
            ("locale", "pt_BR", Err(Problem::NotLanguage)),
            ("phone_number", "+49 151 12345678", Ok("+4915112345678")),
            ("phone_number", "0151", Err(Problem::NotPhone)),
            ("email", "Amina@Mail.Example", Ok("Amina@mail.example")),
            ("email", "amina", Err(Problem::NotEmail)),
            ("wallet_bio", " one \r\n two ", Ok("one\ntwo")),
            (
                "wallet_links",
                "https://a.example\n\nhttps://a.example/\nhttps://b.example/x",
                Ok("https://a.example/\nhttps://b.example/x"),
            ),
            ("wallet_links", "https://a.example\njavascript:alert(1)", Err(Problem::NotUrl)),
            ("wallet_languages", "EN\npt-br", Ok("en\npt-BR")),
            ("wallet_languages", "english language", Err(Problem::NotLanguage)),
            ("wallet_interests", " \n ", Err(Problem::Empty)),
            ("wallet_interests", &"x".repeat(61), Err(Problem::NotList)),
            ("wallet_interests", &(0..21).map(|n| format!("{n}\n")).collect::<String>(), Err(Problem::NotList)),
            ("wallet_accent_color", "#1D4ED8", Ok("#1d4ed8")),
            ("wallet_accent_color", "blue", Err(Problem::NotColor)),
            ("sub", "me", Err(Problem::NotTyped)),
            ("email_verified", "true", Err(Problem::NotTyped)),
            ("updated_at", "1", Err(Problem::NotTyped)),
        ];
        for (name, typed, wanted) in cases {
            assert_eq!(check(name, typed).as_deref(), wanted.as_ref().copied(), "{name} {typed:?}");
        }
    }

    #[test]
    fn an_address_is_an_object_of_texts() {
        let kept = check(
            "address",
            r#"{"street_address":" 1 Way \r\n Flat 2","postal_code":"10115","locality":"Berlin","region":" "}"#,
        )
        .unwrap();
        assert_eq!(kept, r#"{"street_address":"1 Way\nFlat 2","locality":"Berlin","postal_code":"10115"}"#);
        let json = to_json(ValueType::Address, &kept).unwrap();
        assert_eq!(json["formatted"], "1 Way\nFlat 2\n10115 Berlin");
        assert_eq!(json["locality"], "Berlin");
        for bad in ["", "Berlin", "[]", r#"{"town":"x"}"#, r#"{"locality":1}"#, r#"{"locality":"x","locality":"y"}"#] {
            assert_eq!(check("address", bad), Err(Problem::NotAddress), "{bad}");
        }
        assert_eq!(check("address", r#"{"locality":"  "}"#), Err(Problem::Empty));
        let long = format!(r#"{{"locality":"{}"}}"#, "x".repeat(101));
        assert_eq!(check("address", &long), Err(Problem::TooLong { most: 100 }));
    }

    #[test]
    fn kept_values_become_the_standard_types() {
        assert_eq!(to_json(ValueType::Bool, "true"), Some(json!(true)));
        assert_eq!(to_json(ValueType::Number, "1795000000"), Some(json!(1_795_000_000)));
        assert_eq!(to_json(ValueType::Text, "x"), Some(json!("x")));
        assert_eq!(
            to_json(ValueType::Urls, "https://a.example/\nhttps://b.example/"),
            Some(json!(["https://a.example/", "https://b.example/"]))
        );
        for value in [ValueType::Text, ValueType::Bool, ValueType::Address, ValueType::Number] {
            assert_eq!(to_json(value, ""), None);
        }
        assert_eq!(to_json(ValueType::Address, "{}"), None);
    }

    proptest! {
        #[test]
        fn checking_twice_changes_nothing(typed in "\\PC{0,60}") {
            for claim in CLAIMS {
                if let Ok(kept) = check_value(claim, &typed) {
                    prop_assert!(!kept.is_empty() && kept.chars().count() <= claim.most);
                    prop_assert_eq!(check_value(claim, &kept), Ok(kept.clone()));
                    prop_assert!(to_json(claim.value, &kept).is_some());
                }
            }
        }
    }
}
