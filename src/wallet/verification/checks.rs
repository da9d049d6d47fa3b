//! What the house finds by itself in a verification: advice for reviewers, never a decision.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::store::database::evidence::Side;
use crate::wallet::media::looks;
use crate::wallet::verification::Typed;
use crate::wallet::verification::mrz::{self, Mrz};

/// Below this variance of the Laplacian a picture is blurred.
const SHARP: i32 = 60;
/// In how many bits pictures differ at most that look the same.
const ALIKE: u32 = 6;

/// One thing that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "found")]
pub enum Finding {
    /// The zone has a wrong check digit.
    MrzWrong,
    /// What was typed is not what the zone says.
    MrzMismatch,
    Expired,
    Underage,
    Blurred {
        side: Side,
    },
    /// Another person has sent the very same file.
    SameFile {
        side: Side,
    },
    /// Another person has sent a picture that looks the same.
    SamePicture {
        side: Side,
    },
    /// Another wallet was verified, or is to be, with this document.
    SameDocument,
}

impl Finding {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::MrzWrong => "mrz-wrong",
            Self::MrzMismatch => "mrz-mismatch",
            Self::Expired => "expired",
            Self::Underage => "underage",
            Self::Blurred { .. } => "blurred",
            Self::SameFile { .. } => "same-file",
            Self::SamePicture { .. } => "same-picture",
            Self::SameDocument => "same-document",
        }
    }

    pub fn side(self) -> Option<Side> {
        match self {
            Self::Blurred { side } | Self::SameFile { side } | Self::SamePicture { side } => Some(side),
            _ => None,
        }
    }

    /// Whether something was used before: then two people look.
    pub fn is_reuse(self) -> bool {
        matches!(self, Self::SameFile { .. } | Self::SamePicture { .. } | Self::SameDocument)
    }
}

/// What the text shows. `today`: `YYYY-MM-DD`.
pub fn text(typed: &Typed, today: &str, least_age: u32) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Ok(mrz) = mrz::read(&typed.mrz) {
        if !mrz.wrong.is_empty() {
            found.push(Finding::MrzWrong);
        }
        if !agrees(typed, &mrz) {
            found.push(Finding::MrzMismatch);
        }
    }
    if !typed.expires_on.is_empty() && typed.expires_on.as_str() < today {
        found.push(Finding::Expired);
    }
    if age(&typed.birthdate, today).is_none_or(|age| age < least_age) {
        found.push(Finding::Underage);
    }
    found
}

/// Whether a picture of this sharpness is blurred.
pub fn is_blurred(sharpness: i32) -> bool {
    sharpness < SHARP
}

/// Whether a picture looks as one of the others.
pub fn is_known(fingerprint: i64, others: &[i64]) -> bool {
    others.iter().any(|other| looks::distance(fingerprint.cast_unsigned(), other.cast_unsigned()) <= ALIKE)
}

/// Whole years between two days of the form `YYYY-MM-DD`.
pub fn age(birthdate: &str, today: &str) -> Option<u32> {
    let year = |day: &str| day.get(..4)?.parse::<u32>().ok();
    let years = year(today)?.checked_sub(year(birthdate)?)?;
    match birthdate.get(4..)? <= today.get(4..)? {
        true => Some(years),
        false => years.checked_sub(1),
    }
}

fn agrees(typed: &Typed, mrz: &Mrz) -> bool {
    let short = |day: &str| day.get(2..).map(|day| day.replace('-', ""));
    let number = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    // Germany has a code of its own there (ICAO 9303-3 §5).
    let country = |code: &str| if code == "D" { "DEU".to_owned() } else { code.to_owned() };
    number(&typed.number) == number(&mrz.number)
        && short(&typed.birthdate).as_deref() == Some(mrz.birth.as_str())
        && (typed.expires_on.is_empty() || short(&typed.expires_on).as_deref() == Some(mrz.expiry.as_str()))
        && country(&mrz.nationality) == typed.nationality
        && same_name(&typed.family_name, &mrz.family_name)
        && same_name(&typed.given_name, &mrz.given_name)
}

/// Whether a name is the one of the zone, which may be cut off and has Latin letters alone (ICAO 9303-3 §6). A name in
/// another script cannot be compared: reviewers do.
fn same_name(typed: &str, zone: &str) -> bool {
    let zone: String = zone.chars().filter(char::is_ascii_alphabetic).collect();
    let forms = [latin(typed, true), latin(typed, false)];
    forms
        .iter()
        .any(|form| form.as_ref().is_none_or(|form| *form == zone || (zone.len() >= 8 && form.starts_with(&zone))))
}

/// The capital letters of a name, without marks; `doubled`: Ä as AE. `None` where it has letters that are not Latin.
fn latin(name: &str, doubled: bool) -> Option<String> {
    let mut out = String::new();
    for c in name.nfc() {
        let special = match c.to_lowercase().next().unwrap_or(c) {
            'ä' | 'æ' if doubled => "AE",
            'ö' | 'ø' | 'œ' if doubled => "OE",
            'ü' if doubled => "UE",
            'å' if doubled => "AA",
            'æ' => "A",
            'ø' | 'œ' => "O",
            'ß' => "SS",
            'þ' => "TH",
            'ð' | 'đ' => "D",
            'ł' => "L",
            'ı' => "I",
            _ => "",
        };
        if !special.is_empty() {
            out.push_str(special);
            continue;
        }
        for base in std::iter::once(c).nfd().filter(|base| base.is_alphabetic()) {
            if !base.is_ascii_alphabetic() {
                return None;
            }
            out.push(base.to_ascii_uppercase());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";

    fn typed() -> Typed {
        Typed {
            given_name: "Anna Maria".into(),
            family_name: "Eriksson".into(),
            birthdate: "1974-08-12".into(),
            number: "L898902C3".into(),
            nationality: "UTO".into(),
            issued_on: String::new(),
            expires_on: "2012-04-15".into(),
            mrz: ZONE.into(),
        }
    }

    #[test]
    fn wallet_s10_5_what_was_typed_against_the_zone() {
        assert_eq!(text(&typed(), "2012-04-15", 16), []);
        assert_eq!(text(&typed(), "2012-04-16", 16), [Finding::Expired]);
        assert_eq!(text(&typed(), "1990-08-11", 16), [Finding::Underage]);
        assert_eq!(text(&typed(), "1990-08-12", 16), []);
        let wrong = Typed { mrz: ZONE.replace("C36", "C35"), ..typed() };
        assert_eq!(text(&wrong, "2010-01-01", 16), [Finding::MrzWrong]);
        for other in [
            Typed { given_name: "Anne".into(), ..typed() },
            Typed { family_name: "Erikson".into(), ..typed() },
            Typed { birthdate: "1974-08-13".into(), ..typed() },
            Typed { number: "L898902C4".into(), ..typed() },
            Typed { nationality: "SWE".into(), ..typed() },
            Typed { expires_on: "2012-04-16".into(), ..typed() },
        ] {
            assert_eq!(text(&other, "2010-01-01", 16), [Finding::MrzMismatch], "{other:?}");
        }
        let without = Typed { mrz: String::new(), given_name: "Anne".into(), ..typed() };
        assert_eq!(text(&without, "2010-01-01", 16), []);
    }

    #[test]
    fn icao_9303_3_s6_names_are_written_in_more_than_one_way() {
        for (name, zone, is_same) in [
            ("Müller", "MUELLER", true),
            ("Müller", "MULLER", true),
            ("Strauß", "STRAUSS", true),
            ("Jørgensen", "JOERGENSEN", true),
            ("Núñez-García", "NUNEZ GARCIA", true),
            ("O’Brien", "OBRIEN", true),
            ("Wolfeschlegelsteinhausen", "WOLFESCHLEGEL", true),
            ("Wolf", "WOL", false),
            ("أمينة", "AMINA", true),
            ("Amina", "AMIRA", false),
        ] {
            assert_eq!(same_name(name, zone), is_same, "{name} {zone}");
        }
    }

    #[test]
    fn pictures_that_are_known_or_blurred() {
        assert!(is_known(0b11_1111, &[-1, 0]) && !is_known(0b111_1111, &[0]) && !is_known(5, &[]));
        assert!(is_blurred(59) && !is_blurred(60));
        assert_eq!((age("2008-02-29", "2026-02-28"), age("2008-02-29", "2026-03-01")), (Some(17), Some(18)));
        assert_eq!((age("2030-01-01", "2026-01-01"), age("x", "2026-01-01")), (None, None));
        assert!(Finding::SameDocument.is_reuse() && !Finding::Expired.is_reuse());
    }
}
