//! The profile: every claim that a person types.

use askama::Template;

use crate::catalog::{check_value, claims};
use crate::web::view::Chip;
use crate::web::view::Frame;
use crate::web::views::consent::Thumb;
use crate::words::Words;

/// The summary list.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/profile.html")]
pub struct Profile {
    pub frame: Frame,
    /// The photo that is the picture of the person, and how many apps see it.
    pub picture: Option<String>,
    pub picture_shared_with: usize,
    /// The primary mail address and phone number; they are changed on a page of their own.
    pub addresses: Vec<AddressRow>,
    pub groups: Vec<SummaryGroup>,
}

#[derive(Clone, Debug)]
pub struct AddressRow {
    pub label: String,
    pub value: Option<String>,
    pub chip: Option<Chip>,
    /// How many apps see one of its kind.
    pub shared_with: usize,
}

#[derive(Clone, Debug)]
pub struct SummaryGroup {
    pub heading: String,
    pub rows: Vec<SummaryRow>,
}

#[derive(Clone, Debug)]
pub struct SummaryRow {
    pub label: String,
    pub value: Option<String>,
    pub edit_href: String,
    /// How many apps see it.
    pub shared_with: usize,
}

/// `/account/profile/picture`. Posts `photo`: the identifier of one of `photos`, or nothing.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/picture.html")]
pub struct Picture {
    pub frame: Frame,
    pub action: String,
    pub photos: Vec<Thumb>,
    /// Whether none of them is the picture now.
    pub has_none: bool,
}

/// The form. Posts every name of [`FIELDS`]. Problems at those names.
#[derive(Clone, Debug, Template)]
#[template(path = "pages/profile_edit.html")]
pub struct ProfileEdit {
    pub frame: Frame,
    pub action: String,
    pub groups: Vec<FormGroup>,
}

#[derive(Clone, Debug)]
pub struct FormGroup {
    pub heading: String,
    pub fields: Vec<FormField>,
}

#[derive(Clone, Debug)]
pub struct FormField {
    pub name: &'static str,
    pub label: String,
    pub hint: Option<String>,
    pub value: String,
    /// The `type` attribute, or [`LINES`].
    pub kind: &'static str,
    pub autocomplete: &'static str,
    pub most: usize,
    pub is_multiline: bool,
}

/// One thing that a person can type into the profile.
pub struct Field {
    /// The claim; members of `address` stand for themselves.
    pub name: &'static str,
    pub group: &'static str,
    pub kind: &'static str,
    pub autocomplete: &'static str,
    /// The most characters taken.
    pub most: usize,
    pub has_hint: bool,
}

const fn field(
    name: &'static str,
    group: &'static str,
    kind: &'static str,
    autocomplete: &'static str,
    most: usize,
    has_hint: bool,
) -> Field {
    Field { name, group, kind, autocomplete, most, has_hint }
}

/// The kind of a field of several lines.
const LINES: &str = "lines";

const NAME: &str = "profile-group-name";
const ABOUT: &str = "profile-group-about";
const ADDRESS: &str = "profile-group-address";
const REGION: &str = "profile-group-region";
const SOCIAL: &str = "profile-group-social";

/// OIDC Core §5.1 and §5.1.1 and the social profile, in the order of the page.
pub const FIELDS: &[Field] = &[
    field("name", NAME, "text", "name", 200, true),
    field("given_name", NAME, "text", "given-name", 100, false),
    field("middle_name", NAME, "text", "additional-name", 100, false),
    field("family_name", NAME, "text", "family-name", 100, false),
    field("nickname", NAME, "text", "nickname", 100, false),
    field("preferred_username", NAME, "text", "off", 30, true),
    field("birthdate", ABOUT, "date", "bday", 10, false),
    field("gender", ABOUT, "text", "sex", 40, true),
    field("profile", ABOUT, "url", "off", 500, true),
    field("website", ABOUT, "url", "url", 500, true),
    field("street_address", ADDRESS, LINES, "street-address", 300, false),
    field("postal_code", ADDRESS, "text", "postal-code", 20, false),
    field("locality", ADDRESS, "text", "address-level2", 100, false),
    field("region", ADDRESS, "text", "address-level1", 100, false),
    field("country", ADDRESS, "text", "country-name", 100, false),
    field("locale", REGION, "text", "language", 35, true),
    field("zoneinfo", REGION, "text", "off", 64, true),
    field("wallet_display_name", SOCIAL, "text", "off", 60, true),
    field("wallet_headline", SOCIAL, "text", "off", 120, true),
    field("wallet_pronouns", SOCIAL, "text", "off", 40, true),
    field("wallet_bio", SOCIAL, LINES, "off", 1000, false),
    field("wallet_location", SOCIAL, "text", "off", 100, true),
    field("wallet_links", SOCIAL, LINES, "off", 4000, true),
    field("wallet_languages", SOCIAL, LINES, "off", 200, true),
    field("wallet_interests", SOCIAL, LINES, "off", 1000, true),
    field("wallet_accent_color", SOCIAL, "text", "off", 7, true),
];

impl Field {
    /// The claim that it is, or is a part of.
    pub fn claim(&self) -> &'static str {
        if self.group == ADDRESS { "address" } else { self.name }
    }

    /// The `type` attribute for a value. A date field would show nothing of a birth date without its year or its day
    /// (OIDC Core §5.1), nor of one that must be mended, and would send it back empty.
    fn kind_for(&self, value: &str) -> &'static str {
        let is_date = |claim| value.len() == 10 && !value.starts_with("0000") && check_value(claim, value).is_ok();
        let shows = self.kind != "date" || value.is_empty() || claims::find(self.name).is_some_and(is_date);
        if shows { self.kind } else { "text" }
    }
}

const GROUPS: [&str; 5] = [NAME, ABOUT, ADDRESS, REGION, SOCIAL];

impl Profile {
    /// The summary from what the wallet holds: `value` gives what is typed for a field, and how many apps see it.
    pub fn groups(words: Words, mut value: impl FnMut(&'static Field) -> (Option<String>, usize)) -> Vec<SummaryGroup> {
        let mut row = |field: &'static Field| {
            let (value, shared_with) = value(field);
            let edit_href = format!("/account/profile/edit#{}", field.name);
            SummaryRow { label: words.claim(field.name), value, edit_href, shared_with }
        };
        let mut group = |name: &'static str| SummaryGroup {
            heading: words.t(name),
            rows: FIELDS.iter().filter(|f| f.group == name).map(&mut row).collect(),
        };
        GROUPS.iter().map(|name| group(name)).collect()
    }
}

impl ProfileEdit {
    /// The form, filled: `value` gives what is typed for a name of [`FIELDS`].
    pub fn groups(words: Words, mut value: impl FnMut(&'static str) -> Option<String>) -> Vec<FormGroup> {
        let mut form_field = |field: &'static Field| {
            let value = value(field.name).unwrap_or_default();
            FormField {
                name: field.name,
                label: words.claim(field.name),
                hint: field.has_hint.then(|| words.t(&format!("hint-{}", field.name.replace('_', "-")))),
                kind: field.kind_for(&value),
                value,
                autocomplete: field.autocomplete,
                most: field.most,
                is_multiline: field.kind == LINES,
            }
        };
        let mut group = |name: &'static str| FormGroup {
            heading: words.t(name),
            fields: FIELDS.iter().filter(|f| f.group == name).map(&mut form_field).collect(),
        };
        GROUPS.iter().map(|name| group(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_may_be_typed_as_is_kept() {
        for field in FIELDS {
            let claim = claims::find(field.claim()).expect("a claim");
            assert!(claim.name != field.name || field.most == claim.most, "{}", field.name);
        }
    }

    #[test]
    fn oidc_core_s5_1_a_birth_date_without_year_or_day_is_shown() {
        let field = FIELDS.iter().find(|f| f.name == "birthdate").expect("a field");
        for (value, kind) in [
            ("", "date"),
            ("1990-05-03", "date"),
            ("1990", "text"),
            ("0000-05-03", "text"),
            ("1990-02-30", "text"),
            ("3 May 1990", "text"),
        ] {
            assert_eq!(field.kind_for(value), kind, "{value}");
        }
    }
}
