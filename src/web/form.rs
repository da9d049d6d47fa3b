//! The forms of our own pages: names may repeat (tick boxes), texts may have lines.

use crate::error::Error;
use crate::oauth;
use crate::oauth::grant::Pick;
use crate::oauth::params::decode_form;

/// The most fields: every photo and video of a wallet may be picked on one page.
const MOST_FIELDS: usize = 700;

/// What a page's form posted, in its order.
#[derive(Clone, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// `invalid_request` for bad encoding, text that is not UTF-8, control characters other than line breaks and tabs,
    /// and more than 700 fields.
    pub fn read(body: &[u8]) -> Result<Self, Error> {
        let mut pairs = Vec::new();
        for pair in body.split(|b| *b == b'&').filter(|pair| !pair.is_empty()) {
            if pairs.len() == MOST_FIELDS {
                return Err(oauth::Error::invalid_request("the form has more than 700 fields").into());
            }
            let at = pair.iter().position(|b| *b == b'=');
            let (name, value) = at.map_or((pair, &pair[..0]), |at| (&pair[..at], &pair[at + 1..]));
            let (name, value) = (decode_form(name)?, decode_form(value)?);
            if name.chars().chain(value.chars()).any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t')) {
                return Err(oauth::Error::invalid_request("the form has a control character").into());
            }
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// The first value of a field; `None` when it is not there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a field, or an empty text.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// All values of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.clone()).collect()
    }

    /// What was picked on lines that give a choice: fields named `pick-…`; what is no pick counts for nothing.
    pub fn picks(&self) -> Vec<Pick> {
        let picks = self.pairs.iter().filter(|(name, _)| name.starts_with("pick-"));
        picks.filter_map(|(_, value)| value.parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_repeat_and_lines_stay() {
        let form = Form::read(b"claim=a&claim=b%20c&text=x%0D%0Ay&empty=&bare").unwrap();
        assert_eq!(form.all("claim"), ["a", "b c"]);
        assert_eq!((form.text("text"), form.get("empty"), form.get("bare")), ("x\r\ny", Some(""), Some("")));
        assert_eq!((form.get("none"), form.text("none")), (None, ""));
        for bad in [&b"a=%00"[..], b"a=%ff", b"a=%4", b"a=%1b", b"%00=x"] {
            assert!(Form::read(bad).is_err());
        }
        assert!(Form::read("a=1&".repeat(701).as_bytes()).is_err());
    }
}
