//! The machine-readable zone of travel documents (ICAO 9303 parts 3 to 6): its fields and its check digits.

/// What the zone says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mrz {
    /// Who issued it, as printed: three letters, Germany has one.
    pub issuer: String,
    pub number: String,
    pub nationality: String,
    /// `YYMMDD`.
    pub birth: String,
    pub expiry: String,
    pub family_name: String,
    pub given_name: String,
    /// The fields whose check digits are wrong.
    pub wrong: Vec<&'static str>,
}

/// A text that is no such zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoMrz;

/// Reads two lines of 44 (TD3) or 36 characters (TD2), or three of 30 (TD1). Small letters and spaces are mended.
///
/// # Errors
/// Where the lines have other lengths or letters. Wrong check digits are told in [`Mrz::wrong`].
pub fn read(text: &str) -> Result<Mrz, NoMrz> {
    let clean = |line: &str| line.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    let lines: Vec<String> = text.lines().map(clean).filter(|line| !line.is_empty()).collect();
    let is_plain = |line: &String| line.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'<');
    if !lines.iter().all(is_plain) {
        return Err(NoMrz);
    }
    match lines.as_slice() {
        [first, second] if first.len() == 44 && second.len() == 44 => Ok(passport(first, second)),
        [first, second] if first.len() == 36 && second.len() == 36 => Ok(card_of_two(first, second)),
        [first, second, third] if [first, second, third].iter().all(|line| line.len() == 30) => {
            Ok(card_of_three(first, second, third))
        }
        _ => Err(NoMrz),
    }
}

/// The check digit of a field (ICAO 9303-3 §4.9): weights 7, 3, 1; letters count from 10, fillers nothing.
pub fn check_digit(field: &str) -> u8 {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = field.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(byte) * weight).sum();
    b'0' + (sum % 10) as u8
}

/// Looks at the check digits of one zone.
struct Digits(Vec<&'static str>);

impl Digits {
    fn look(&mut self, name: &'static str, field: &str, digit: &str) {
        let is_right = digit.as_bytes() == [check_digit(field)];
        // A field that may be empty has a filler for its digit then.
        let is_empty = digit == "<" && field.bytes().all(|b| b == b'<');
        if !is_right && !is_empty {
            self.0.push(name);
        }
    }
}

fn passport(first: &str, second: &str) -> Mrz {
    let mut digits = Digits(Vec::new());
    digits.look("number", &second[..9], &second[9..10]);
    digits.look("birth", &second[13..19], &second[19..20]);
    digits.look("expiry", &second[21..27], &second[27..28]);
    digits.look("personal", &second[28..42], &second[42..43]);
    let whole = [&second[..10], &second[13..20], &second[21..43]].concat();
    digits.look("whole", &whole, &second[43..]);
    let (family_name, given_name) = names(&first[5..]);
    Mrz {
        issuer: bare(&first[2..5]),
        number: bare(&second[..9]),
        nationality: bare(&second[10..13]),
        birth: second[13..19].to_owned(),
        expiry: second[21..27].to_owned(),
        family_name,
        given_name,
        wrong: digits.0,
    }
}

fn card_of_two(first: &str, second: &str) -> Mrz {
    let mut digits = Digits(Vec::new());
    let number = long_number(&mut digits, &second[..9], &second[9..10], &second[28..35]);
    digits.look("birth", &second[13..19], &second[19..20]);
    digits.look("expiry", &second[21..27], &second[27..28]);
    let whole = [&second[..10], &second[13..20], &second[21..35]].concat();
    digits.look("whole", &whole, &second[35..]);
    let (family_name, given_name) = names(&first[5..]);
    Mrz {
        issuer: bare(&first[2..5]),
        number,
        nationality: bare(&second[10..13]),
        birth: second[13..19].to_owned(),
        expiry: second[21..27].to_owned(),
        family_name,
        given_name,
        wrong: digits.0,
    }
}

fn card_of_three(first: &str, second: &str, third: &str) -> Mrz {
    let mut digits = Digits(Vec::new());
    let number = long_number(&mut digits, &first[5..14], &first[14..15], &first[15..30]);
    digits.look("birth", &second[..6], &second[6..7]);
    digits.look("expiry", &second[8..14], &second[14..15]);
    let whole = [&first[5..30], &second[..7], &second[8..15], &second[18..29]].concat();
    digits.look("whole", &whole, &second[29..]);
    let (family_name, given_name) = names(third);
    Mrz {
        issuer: bare(&first[2..5]),
        number,
        nationality: bare(&second[15..18]),
        birth: second[..6].to_owned(),
        expiry: second[8..14].to_owned(),
        family_name,
        given_name,
        wrong: digits.0,
    }
}

/// A number of more than nine characters goes on in the optional field, where its digit stands at its end
/// (ICAO 9303-5 §4.2.4 note j).
fn long_number(digits: &mut Digits, number: &str, digit: &str, optional: &str) -> String {
    let more = optional.split('<').next().unwrap_or_default();
    if digit != "<" || more.len() < 2 {
        digits.look("number", number, digit);
        return bare(number);
    }
    let (more, digit) = more.split_at(more.len() - 1);
    let whole = format!("{number}{more}");
    digits.look("number", &whole, digit);
    whole
}

/// Family name and given names.
fn names(field: &str) -> (String, String) {
    let (family, given) = field.split_once("<<").unwrap_or((field, ""));
    let spoken = |part: &str| part.split('<').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    (spoken(family), spoken(given))
}

fn bare(field: &str) -> String {
    field.trim_end_matches('<').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
    const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";

    #[test]
    fn icao_9303_the_specimens_of_utopia() {
        for (text, number) in [(TD3, "L898902C3"), (TD2, "D23145890"), (TD1, "D23145890")] {
            let read = read(text).unwrap();
            assert_eq!(read.wrong, Vec::<&str>::new(), "{text}");
            assert_eq!((read.number.as_str(), read.issuer.as_str(), read.nationality.as_str()), (number, "UTO", "UTO"));
            assert_eq!((read.birth.as_str(), read.expiry.as_str()), ("740812", "120415"));
            assert_eq!((read.family_name.as_str(), read.given_name.as_str()), ("ERIKSSON", "ANNA MARIA"));
        }
        assert_eq!(read(&TD3.to_lowercase().replace("<<<<<<<", "<<< <<<<")).unwrap(), read(TD3).unwrap());
    }

    #[test]
    fn icao_9303_3_s4_9_check_digits() {
        for (field, digit) in [("520727", b'3'), ("AB2134<<<", b'5'), ("L898902C3", b'6'), ("D23145890", b'7')] {
            assert_eq!(check_digit(field), digit, "{field}");
        }
        for (from, to, wrong) in [
            ("L898902C36", "L898902C35", &["number", "whole"][..]),
            ("7408122F", "7508122F", &["birth", "whole"]),
            ("1204159", "1304159", &["expiry", "whole"]),
            ("ZE184226B", "ZE184226C", &["personal", "whole"]),
            ("<<<<<10", "<<<<<11", &["whole"]),
        ] {
            assert_eq!(read(&TD3.replace(from, to)).unwrap().wrong, wrong, "{to}");
        }
    }

    #[test]
    fn icao_9303_5_s4_2_4_a_long_number_goes_on() {
        let first = "I<UTOD23145890<7349<<<<<<<<<<<";
        let digit = char::from(check_digit("D23145890734"));
        let first = first.replace("7349", &format!("734{digit}"));
        let rest = ["7408122F1204159UTO<<<<<<<<<<<", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"];
        let whole = [&first[5..30], &rest[0][..7], &rest[0][8..15], &rest[0][18..29]].concat();
        let text = format!("{first}\n{}{}\n{}", rest[0], char::from(check_digit(&whole)), rest[1]);
        let read = read(&text).unwrap();
        assert_eq!((read.number.as_str(), read.wrong.as_slice()), ("D23145890734", &[][..]));
    }

    proptest! {
        #[test]
        fn any_text_has_an_answer(text in "[A-Z0-9< \\n]{0,140}", other: String) {
            let _ = (read(&text), read(&other));
        }

        #[test]
        fn any_zone_has_an_answer(zone in "[A-Z0-9<]{88}") {
            let _ = (read(&format!("{}\n{}", &zone[..44], &zone[44..])), read(&format!("{}\n{}", &zone[..36], &zone[36..72])));
            let card = format!("{}\n{}\n{}", &zone[..30], &zone[..30], &zone[30..60]);
            prop_assert!(read(&card).is_ok());
        }
    }
}
